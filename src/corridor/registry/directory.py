"""The node's side: the directory it reads from, online or not, and the door every new key must pass.

The registry distributes; this decides. A State's first entry is believed on the word of TUF's root; from
then on the directory keys in it are pinned, and the next entry needs their threshold (`continuity`).
Whatever fails raises an alarm and leaves what was held as it was. An alarm that puts in doubt who a State
is stops disclosure to it and never preservation; the registry being silent stops neither until what we hold
is older than `fresh`. spec/registry.md, "The node's directory".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, KeyUse, instant
from corridor.registry import continuity, files, reading, revocation
from corridor.registry.continuity import WAITING, Reenrolment
from corridor.registry.entry import PAYLOAD_TYPE, STATE, Entry, KeyRow
from corridor.registry.fault import RegistryFault
from corridor.registry.fetch import Fetch
from corridor.registry.held import Held, Raised, Shelf, Waiting
from corridor.registry.keyset import KeySet
from corridor.registry.reading import Listing
from corridor.registry.revocation import Revocation

#: How old our knowledge of a State may be before a disclosure to it waits for a fresher entry.
FRESH = timedelta(days=7)
#: How far ahead of ours another State's clock may be.
LEEWAY = timedelta(days=1)

REVOKED = "registry.state.revoked"
#: Alarms that leave open only how old our knowledge is, which `fresh` judges; every other one stops
#: disclosure.
ONLY_OLD = frozenset({"registry.state.expired", "registry.unreachable", "registry.tuf.incomplete"})


@dataclass(frozen=True)
class Alarm:
    """Something an operator must know. `state` None: about the registry itself, which stops nothing by
    itself."""

    state: str | None
    code: str
    since: datetime
    facts: dict[str, Any]

    @property
    def stops_disclosure(self) -> bool:
        return self.state is not None and self.code not in ONLY_OLD

    @property
    def fault(self) -> RegistryFault:
        """The same thing with its two sentences."""
        return RegistryFault(self.code, **self.facts)

    def to_dict(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "code": self.code,
            "since": instant.to_text(self.since),
            "stops_disclosure": self.stops_disclosure,
            "message": self.fault.log_text,
            "next": self.fault.next_step,
        }


@dataclass(frozen=True)
class Standing:
    """May something be disclosed to a State, as far as the directory can tell? Preservation never asks
    this."""

    disclosure: bool
    reason: RegistryFault | None = None


@dataclass(frozen=True)
class Refreshed:
    """How one look went. `fault` is None if the registry answered truly; the directory works either way."""

    at: datetime
    accepted: tuple[str, ...]
    fault: RegistryFault | None
    alarms: tuple[Alarm, ...]


class Directory:
    """A node's directory of States. One process may refresh while others read."""

    def __init__(self, path: Path, *, waiting: timedelta = WAITING, fresh: timedelta = FRESH) -> None:
        self.path = path
        self.waiting = waiting
        self.fresh = fresh
        self._shelf = Shelf(path)

    @classmethod
    def create(cls, path: Path, root: bytes, **options: timedelta) -> Directory:
        """Begin with the root the operator was given by a hand it trusts."""
        if (path / "root.json").exists():
            raise RegistryFault("registry.directory.exists")
        files.write(path / "root.json", root)
        return cls(path, **options)

    # Reading: needs no network and takes no lock

    def states(self) -> tuple[str, ...]:
        return tuple(state for state in self._shelf.states() if self._shelf.held(state).version)

    def entry(self, state: str) -> Entry | None:
        """The entry that holds, with what the State has revoked since marked or taken out; None if never
        seen."""
        held = self._held(state)
        if held is None:
            return None
        return _without_revoked(self._shelf.entry(held), held)

    def held(self, state: str) -> Held | None:
        """The record beside the entry: dates, pinned keys, alarms."""
        return self._held(state)

    def signed_entry(self, state: str) -> bytes | None:
        """The envelope as the State signed it: what a letter or a package's `trust/` carries."""
        held = self._held(state)
        return self._shelf.envelope(held) if held else None

    def keys(self, state: str, use: KeyUse) -> tuple[KeyRecord, ...]:
        """Every key of one use the State ever had, each with the time in which it is good.

        A key that a later entry left out ended when that entry was issued; a revoked one when the State said.
        """
        held = self._held(state)
        if held is None:
            return ()
        found: dict[str, tuple[KeyRow, datetime | None]] = {}
        for entry in self._shelf.entries(state):
            listed = {row.keyid: row for row in entry.keys.rows(use)}
            for keyid, (row, ended) in list(found.items()):
                if keyid not in listed and ended is None:
                    found[keyid] = (row, entry.issued)
            for keyid, row in listed.items():
                before = found.get(keyid)
                found[keyid] = (row, _earlier(before[1] if before else None, row.revoked_at))
        return tuple(
            KeyRecord(row.public(use), row.valid_from, _earlier(ended, held.revoked_keys.get(keyid)))
            for keyid, (row, ended) in found.items()
        )

    def age(self, at: datetime, state: str | None = None) -> timedelta | None:
        """How long ago the registry (or, for one State, anybody it trusts) last said that this still
        holds."""
        if state is None:
            since = self._shelf.looked().good_at
        else:
            held = self._held(state)
            since = held.fresh_at if held else None
        return None if since is None else max(at - since, timedelta(0))

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        looked = self._shelf.looked()
        found = [Alarm(None, code, row.since, row.facts) for code, row in looked.alarms.items()]
        for state in self._shelf.states():
            found += self.alarms_of(state)
        return tuple(found)

    def alarms_of(self, state: str) -> tuple[Alarm, ...]:
        if not STATE.match(state):
            return ()
        rows = self._shelf.held(state).alarms.items()
        return tuple(Alarm(state, code, row.since, row.facts) for code, row in rows)

    def standing(self, state: str, at: datetime) -> Standing:
        """Whether this State may be disclosed to now, and if not, the coded reason."""
        held = self._held(state)
        if held is None:
            return Standing(False, RegistryFault("registry.state.unknown", state=state))
        for alarm in self.alarms_of(state):
            if alarm.stops_disclosure:
                return Standing(False, alarm.fault)
        entry = _without_revoked(self._shelf.entry(held), held)
        if not (entry.valid_keys(KeyUse.STATE, at) and entry.recipients.letter):
            return Standing(False, RegistryFault("registry.entry.no-usable-key", state=state))
        age = self.age(at, state)
        if age is None or age > self.fresh:
            days = "?" if age is None else age.days
            return Standing(False, RegistryFault("registry.entry.stale", state=state, days=days))
        return Standing(True)

    def history(self) -> tuple[dict[str, Any], ...]:
        """Every entry accepted, every alarm raised and cleared, in order."""
        return self._shelf.history()

    # Being told something new

    def refresh(self, fetch: Fetch, *, at: datetime) -> Refreshed:
        """Look at the registry once. Never raises for what the registry does: that is in the answer and the
        alarms."""
        # A lock of its own for the look: a registry that answers slowly must not hold up what a letter brings.
        with files.writing(self.path / "tuf"):
            found: reading.Reading | RegistryFault
            try:
                found = reading.read(self.path / "tuf", (self.path / "root.json").read_bytes(), fetch, at=at)
            except RegistryFault as caught:
                found = caught
            with files.writing(self.path):
                return self._looked(found, at)

    def _looked(self, found: reading.Reading | RegistryFault, at: datetime) -> Refreshed:
        """Write down what a look showed. The caller holds the lock."""
        looked = self._shelf.looked()
        looked.tried_at = at
        fault = found if isinstance(found, RegistryFault) else None
        accepted: list[str] = []
        if not isinstance(found, RegistryFault):
            looked.good_at = at
            for state in sorted({*self._shelf.states(), *found.listings}):
                listing = found.listings.get(state) or RegistryFault("registry.state.withdrawn", state=state)
                if self._examine(state, listing, found.announcements.get(state), at):
                    accepted.append(state)
        looked.alarms = self._alarms(None, looked.alarms, [fault] if fault else [], at)
        self._shelf.keep_looked(looked)
        return Refreshed(at, tuple(accepted), fault, self.alarms)

    def accept_fresh_entry(self, data: bytes, *, at: datetime, continuity_chain: bytes = b"") -> Entry:
        """Take an entry a State sent itself, freshly signed by the keys we hold for it.

        Raises RegistryFault and changes nothing if it is not that, or is older than what we hold, or if the
        State is one we have never met: a letter introduces nobody.
        """
        try:
            envelope = Envelope.from_json(data)
        except Fault as error:
            raise RegistryFault("registry.entry.malformed", state="", place="envelope") from error
        with files.writing(self.path):
            claimed = Entry.from_json(envelope.payload).state  # a claim: whose keys to check it with
            held = self._held(claimed)
            if held is None:
                raise RegistryFault("registry.state.unknown", state=claimed)
            if held.announced is not None:
                raise _pending(held.state, held.announced)
            chain = continuity.load_chain(continuity_chain) if continuity_chain else ()
            final = continuity.follow(claimed, _pinned(held), chain, revoked=held.revoked_keys)
            entry = self._take(held, envelope, final, at)
            fresh = min(at, entry.issued)
            held.fresh_at = fresh if held.fresh_at is None else max(held.fresh_at, fresh)
            self._shelf.keep(held)
            return entry

    def revoke(self, data: bytes, *, state: str, at: datetime) -> Revocation:
        """Act on a State's signed revocation, now. Doing it twice is doing it once; nothing un-revokes a
        key."""
        try:
            envelope = Envelope.from_json(data)
        except Fault as error:
            raise RegistryFault("registry.revocation.invalid", state=state) from error
        with files.writing(self.path):
            held = self._held(state)
            if held is None:
                raise RegistryFault("registry.state.unknown", state=state)
            found = revocation.verify_revocation(
                envelope, state=state, held=_pinned(held), revoked=held.revoked_keys
            )
            since = min(found.at, at)
            held.revoked_keys = {
                **held.revoked_keys,
                **{key: min(since, held.revoked_keys.get(key, since)) for key in found.keys},
            }
            held.revoked_recipients = tuple(sorted({*held.revoked_recipients, *found.recipients}))
            if found.everything and not self._superseded(held, since):
                held.stopped_at = since
                held.alarms = {**held.alarms, REVOKED: Raised(since=at, facts={"state": state})}
            self._shelf.note("revoked", at, state=state, id=found.id[:16], everything=found.everything)
            self._shelf.keep(held)
            return found

    # How a new entry is judged

    def _examine(
        self,
        state: str,
        listing: Listing | RegistryFault,
        announced: Reenrolment | RegistryFault | None,
        at: datetime,
    ) -> bool:
        """One State after a look: its entry accepted or confirmed, or an alarm. True for a new entry."""
        held = self._shelf.held(state)
        version = held.version
        faults: list[RegistryFault] = []
        if isinstance(announced, RegistryFault):
            faults.append(announced)
        elif isinstance(listing, RegistryFault):
            faults.append(listing)
        else:
            try:
                self._judge(held, listing, announced, at)
            except RegistryFault as fault:
                faults.append(fault)
        if held.stopped_at is not None:
            faults.append(RegistryFault(REVOKED, state=state))
        held.alarms = self._alarms(state, held.alarms, faults, at)
        self._shelf.keep(held)
        return held.version > version

    def _judge(self, held: Held, listing: Listing, announced: Reenrolment | None, at: datetime) -> None:
        state, delegated = held.state, listing.delegated
        first_sight = held.keyset is None
        if first_sight:
            trusted = delegated  # first sight: TUF's root is all the word there is
            if (
                announced is not None
                and continuity.follow(state, announced.to, listing.chain).id == delegated.id
            ):
                held.applied = (*held.applied, announced.id)
        else:
            trusted = self._after_reenrolment(held, listing, announced, at) or _pinned(held)
        final = continuity.follow(state, trusted, listing.chain, revoked=held.revoked_keys)
        if final.id != delegated.id:
            raise RegistryFault("registry.continuity.keys-swapped", state=state)
        entry = Entry.from_json(listing.envelope.payload)
        if entry.version < held.listed_version:
            raise RegistryFault("registry.entry.version-back", state=state, held=held.listed_version)
        if entry.version < held.version:
            # The State sent us a newer one itself, and the secretariat has not published it yet.
            final.verify(listing.envelope, PAYLOAD_TYPE, revoked=held.revoked_keys)
        else:
            self._take(held, listing.envelope, final, at)
            held.fresh_at = at
        held.listed_version = entry.version
        if announced is not None and announced.to.id == trusted.id:
            held.applied = tuple({*held.applied, announced.id})
            held.announced = None
        elif first_sight:
            # A State met while its re-enrolment is announced: known, and waited for like by everybody else.
            self._after_reenrolment(held, listing, announced, at)

    def _after_reenrolment(
        self, held: Held, listing: Listing, announced: Reenrolment | None, at: datetime
    ) -> KeySet | None:
        """The announced set once this node has waited for it; None if nothing is announced; raises while it
        waits."""
        if announced is None or announced.id in held.applied:
            held.announced = None
            return None
        if held.announced is None or held.announced.id != announced.id:
            due = max(announced.not_before, at + self.waiting)
            held.announced = Waiting(id=announced.id, first_seen=at, due=due)
            self._shelf.note("reenrolment-announced", at, state=held.state, due=instant.to_text(due))
        if at < held.announced.due or not _leads(announced, listing):
            raise _pending(held.state, held.announced)
        return announced.to

    def _take(self, held: Held, envelope: Envelope, keys: KeySet, at: datetime) -> Entry:
        """The rules every entry passes, from the registry or from a letter; on return `held` has it."""
        state = held.state
        entry = Entry.from_json(keys.verify(envelope, PAYLOAD_TYPE, revoked=held.revoked_keys))
        if entry.state != state:
            raise RegistryFault("registry.entry.other-state", state=state)
        if entry.keyset().id != keys.id:
            raise RegistryFault("registry.continuity.keys-swapped", state=state)
        if entry.issued > at + LEEWAY:
            raise RegistryFault("registry.entry.from-future", state=state)
        if entry.version < held.version:
            raise RegistryFault("registry.entry.version-back", state=state, held=held.version)
        if entry.version == held.version:
            if envelope.id != held.entry_id:
                raise RegistryFault("registry.entry.version-reused", state=state, held=held.version)
            return entry
        self._shelf.put_entry(entry, envelope)
        held.version, held.entry_id, held.received_at = entry.version, envelope.id, at
        held.keyset = keys.to_dict()
        if held.stopped_at is not None and entry.issued >= held.stopped_at:
            held.stopped_at = None
            held.alarms = {code: row for code, row in held.alarms.items() if code != REVOKED}
        self._shelf.note("accepted", at, state=state, version=entry.version, id=envelope.id[:16])
        return entry

    def _superseded(self, held: Held, since: datetime) -> bool:
        """Has an entry issued after this revocation been accepted already? Then it is an old one, told
        again."""
        return self._shelf.entry(held).issued >= since

    def _held(self, state: str) -> Held | None:
        held = self._shelf.held(state) if STATE.match(state) else None
        return held if held and held.version else None

    def _alarms(
        self, state: str | None, before: dict[str, Raised], faults: Iterable[RegistryFault], at: datetime
    ) -> dict[str, Raised]:
        """The alarms that stand now: an old one keeps its date, what comes and goes is written into the
        history."""
        now: dict[str, Raised] = {}
        for fault in faults:
            known = before.get(fault.code)
            now[fault.code] = Raised(since=known.since if known else at, facts=_plain(fault.facts))
            if known is None:
                self._shelf.note("alarm", at, state=state, code=fault.code)
        for code in before.keys() - now.keys():
            self._shelf.note("cleared", at, state=state, code=code)
        return now


def _leads(announced: Reenrolment, listing: Listing) -> bool:
    """Do the announced keys, or keys they handed over to, hold the State's role now?"""
    return continuity.follow(announced.state, announced.to, listing.chain).id == listing.delegated.id


def _pinned(held: Held) -> KeySet:
    return KeySet.from_dict(held.keyset)


def _pending(state: str, waiting: Waiting) -> RegistryFault:
    return RegistryFault("registry.reenrolment.pending", state=state, until=instant.to_text(waiting.due))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in facts.items()}


def _without_revoked(entry: Entry, held: Held) -> Entry:
    if not (held.revoked_keys or held.revoked_recipients):
        return entry
    gone = set(held.revoked_recipients)

    def marked(rows: tuple[KeyRow, ...]) -> tuple[KeyRow, ...]:
        return tuple(
            row.model_copy(update={"revoked_at": _earlier(row.revoked_at, held.revoked_keys.get(row.keyid))})
            for row in rows
        )

    uses = ("state", "request", "node", "log", "directory")
    keys = entry.keys.model_copy(update={use: marked(getattr(entry.keys, use)) for use in uses})
    recipients = entry.recipients.model_copy(
        update={
            "letter": tuple(row for row in entry.recipients.letter if row not in gone),
            "custody": tuple(row for row in entry.recipients.custody if row.recipient not in gone),
        }
    )
    return entry.model_copy(update={"keys": keys, "recipients": recipients})
