"""When may a State's directory keys change? Only with the word of the keys we hold, or of the root,
announced.

Two statements, both DSSE envelopes (spec/registry.md, "Continuity" and "Re-enrolment"):

- *continuity*: the old set names the new one. Signed by the threshold of the old set and by that of the new
  one, so that a State cannot lock itself out with a key nobody holds. Statements form a chain, as TUF roots
  do, so a node that slept through three rotations can follow all three.
- *re-enrolment*: the root threshold names a new set for a State that lost its own. It has effect only after a
  waiting time that each node counts from the day it first saw the announcement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor.faults import Fault
from corridor.notary import Envelope, SigningKey, canonical, dsse, instant
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet

CONTINUITY_TYPE = "application/vnd.corridor.continuity+json"
REENROLMENT_TYPE = "application/vnd.corridor.reenrolment+json"
MAX_STATEMENT = 64 * 1024
MAX_CHAIN = 256

#: How long every node waits, from its own first sight of an announcement, before it believes it. A rule of
#: the registry, not of the Convention.
WAITING = timedelta(days=14)


def succeed(
    state: str, number: int, old: KeySet, new: KeySet, keys: Iterable[SigningKey], *, at: datetime
) -> Envelope:
    """Make continuity statement `number` of `state`: `old` hands over to `new`. `keys` must satisfy both."""
    payload = canonical.dumps(
        {
            "continuity": "1",
            "state": state,
            "number": number,
            "from": old.id,
            "to": new.to_dict(),
            "issued": instant.to_text(at),
        }
    )
    envelope = dsse.sign(CONTINUITY_TYPE, payload, *keys)
    old.verify(envelope, CONTINUITY_TYPE)
    new.verify(envelope, CONTINUITY_TYPE)
    return envelope


def follow(state: str, held: KeySet, chain: Sequence[Envelope], *, revoked: Iterable[str] = ()) -> KeySet:
    """Walk `chain` from the set held to the newest it leads to.

    Statements older than the set held are passed over. Raises `registry.continuity.broken` at a statement
    that starts from the set held and is not signed as it must be; returns `held` if nothing starts from it.
    """
    if len(chain) > MAX_CHAIN:
        raise RegistryFault("registry.continuity.broken", state=state, number=0)
    gone = frozenset(revoked)
    current, last = held, 0
    for envelope in chain:
        try:
            fields = canonical.loads(envelope.payload, limit=MAX_STATEMENT)
            known = fields["continuity"] == "1" and fields["state"] == state and type(fields["number"]) is int
            number, start = fields["number"], fields["from"]
        except (Fault, ValueError, KeyError, TypeError) as error:
            raise RegistryFault("registry.continuity.broken", state=state, number=last) from error
        if not known or number <= last:
            raise RegistryFault("registry.continuity.broken", state=state, number=last)
        last = number
        if start != current.id:
            continue
        try:
            new = KeySet.from_dict(fields["to"])
            current.verify(envelope, CONTINUITY_TYPE, revoked=gone)
            new.verify(envelope, CONTINUITY_TYPE, revoked=gone)
        except (Fault, KeyError) as error:
            raise RegistryFault("registry.continuity.broken", state=state, number=number) from error
        current = new
    return current


def dump_chain(chain: Iterable[Envelope]) -> bytes:
    return canonical.dumps({"chain": [envelope.to_dict() for envelope in chain]})


def load_chain(data: bytes) -> tuple[Envelope, ...]:
    """The file `<State>/continuity.json`. Raises `registry.continuity.broken`."""
    try:
        fields = canonical.loads(data, limit=MAX_STATEMENT * MAX_CHAIN)
        return tuple(Envelope.from_dict(row) for row in fields["chain"])
    except (Fault, ValueError, KeyError, TypeError) as error:
        raise RegistryFault("registry.continuity.broken", state="", number=0) from error


@dataclass(frozen=True)
class Reenrolment:
    """A verified announcement that a State's lost keys are replaced."""

    id: str
    state: str
    number: int
    to: KeySet
    announced: datetime
    not_before: datetime


def announce(
    state: str, number: int, to: KeySet, root_keys: Iterable[SigningKey], *, at: datetime, waiting: timedelta
) -> Envelope:
    """Make the announcement; the caller checks it against the root's set with `verify_announcement`."""
    payload = canonical.dumps(
        {
            "reenrolment": "1",
            "state": state,
            "number": number,
            "to": to.to_dict(),
            "announced": instant.to_text(at),
            "not_before": instant.to_text(at + waiting),
        }
    )
    return dsse.sign(REENROLMENT_TYPE, payload, *root_keys)


def verify_announcement(envelope: Envelope, *, state: str, root: KeySet) -> Reenrolment:
    """Raise `registry.reenrolment.invalid` unless the root threshold announces new keys for `state`."""
    try:
        fields = canonical.loads(root.verify(envelope, REENROLMENT_TYPE), limit=MAX_STATEMENT)
        if fields["reenrolment"] != "1" or fields["state"] != state or type(fields["number"]) is not int:
            raise ValueError("not an announcement for this State")
        return Reenrolment(
            id=envelope.id,
            state=state,
            number=fields["number"],
            to=KeySet.from_dict(fields["to"]),
            announced=instant.from_text(fields["announced"]),
            not_before=instant.from_text(fields["not_before"]),
        )
    except (Fault, ValueError, KeyError, TypeError) as error:
        raise RegistryFault("registry.reenrolment.invalid", state=state) from error
