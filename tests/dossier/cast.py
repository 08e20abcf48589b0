"""The cast of dossier tests: real keys, real credentials, and a table to play stories on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from corridor import dossier
from corridor.dossier import Act, Basis, Condition, Member, Party, Receipt, State, Text, VerifiedAct
from corridor.dossier.on_paper import MARK
from corridor.dossier.texts import text
from corridor.notary import Envelope, KeyUse, credentials, keys

T0 = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
AUTHORITY = {state: f"{state}-CP" for state in ("XAA", "XBB", "XCC", "XDD")}
POWERS = [*(f"sign:{kind}" for kind in dossier.REGISTRY), "sign:teleportation"]
BASES = {"UNCC_2024": "42", "BUDAPEST_CETS185": "29"}


@dataclass(frozen=True)
class Officer:
    state: str
    state_key: keys.SigningKey
    key: keys.SigningKey
    credential: Envelope

    @property
    def party(self) -> Party:
        return Party(self.state, AUTHORITY[self.state])


def officer(state: str, number: str = "7K2M", powers: Iterable[str] = POWERS) -> Officer:
    state_key, key = _state_key(state), keys.generate(KeyUse.OFFICER)
    credential = credentials.issue(
        state_key,
        state=state,
        authority=AUTHORITY[state],
        number=number,
        key=key.public,
        powers=list(powers),
        not_before=T0 - timedelta(days=1),
        not_after=T0 + timedelta(days=80),
    )
    return Officer(state, state_key, key, credential)


_STATE_KEYS: dict[str, keys.SigningKey] = {}


def _state_key(state: str) -> keys.SigningKey:
    return _STATE_KEYS.setdefault(state, keys.generate(KeyUse.STATE))


def state_keys(state: str) -> list[keys.PublicKey]:
    return [_STATE_KEYS[state].public] if state in _STATE_KEYS else []


OFFICERS = {state: officer(state) for state in AUTHORITY}


def salt(*parts: object) -> str:
    """Salts of tests are derived, so that a story has the same ids at every run with the same keys."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def words(**fields: str) -> tuple[Text, ...]:
    return tuple(Text(name, "en", text) for name, text in fields.items())


@dataclass
class Table:
    """One place where acts lie. Every State sees all of it unless a test says what it has seen."""

    entries: list[VerifiedAct | Receipt] = field(default_factory=list)
    minute: int = 0
    signing: bool = False  # False: ids without signatures, for stories about the fold alone

    def fold(self, as_of: datetime | None = None, ids: Iterable[str] | None = None) -> State:
        rows = self.entries
        if ids is not None:
            rows = [row for row in rows if isinstance(row, VerifiedAct) and row.id in set(ids)]
        return dossier.fold(rows, as_of=as_of or self.now)

    @property
    def now(self) -> datetime:
        return T0 + timedelta(minutes=self.minute)

    def add(self, act: Act) -> VerifiedAct:
        verified = seal(act, self.signing)
        self.entries.append(verified)
        return verified

    def open(
        self,
        kind: str = "preservation",
        basis: str = "UNCC_2024",
        body: Mapping[str, Any] | None = None,
        observers: Iterable[str] = (),
        requested: Iterable[str] = ("XBB",),
        paper: Iterable[str] = (),
        texts: tuple[Text, ...] = (),
        **more: Any,
    ) -> VerifiedAct:
        self.minute += 1
        who = OFFICERS["XAA"]
        members = [
            Member("XAA", AUTHORITY["XAA"], "requesting"),
            *(Member(state, AUTHORITY[state], "requested") for state in requested),
            *(Member(state, AUTHORITY[state], "observer") for state in observers),
        ]
        without_node = set(paper)
        members = [replace(m, extra={MARK: True}) if m.state in without_node else m for m in members]
        return self.add(
            dossier.opening(
                kind,
                basis=Basis(basis, BASES.get(basis, "1")),
                members=members,
                sender=who.party,
                credential=who.credential,
                time=self.now,
                body=body if body is not None else {},
                texts=texts,
                salt=salt(kind, basis, self.minute),
                **more,
            )
        )

    def act(
        self,
        state: str,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        texts: tuple[Text, ...] = (),
        conditions: tuple[Condition, ...] = (),
        seen: Iterable[VerifiedAct] | None = None,
        who: Officer | None = None,
    ) -> VerifiedAct:
        """A State acts from what lies here, or from what lies in the past of `seen` only."""
        self.minute += 1
        who = who or OFFICERS[state]
        known = self.fold() if seen is None else self.fold(ids=self.past(seen))
        return self.add(
            dossier.following(
                known,
                name,
                sender=who.party,
                credential=who.credential,
                time=self.now,
                body=body or {},
                texts=texts,
                conditions=conditions,
                salt=salt(state, name, self.minute, who.credential.id if who is not OFFICERS[state] else ""),
            )
        )

    def past(self, heads: Iterable[VerifiedAct]) -> set[str]:
        acts = {row.id: row for row in self.entries if isinstance(row, VerifiedAct)}
        found: set[str] = set()
        stack = [head.id for head in heads]
        while stack:
            at = stack.pop()
            if at not in found:
                found.add(at)
                head = acts[at].act.header
                stack += [*head.seen, *([head.prev] if head.prev else [])]
        return found

    def received(self, act: VerifiedAct, state: str, at: datetime) -> None:
        self.entries.append(Receipt(act.id, state, at))


_CREDENTIALS: dict[str, credentials.VerifiedCredential] = {}


def seal(act: Act, signing: bool = True) -> VerifiedAct:
    """Sign and verify; or, for speed, only give the act its id."""
    who = act.header.sender.state
    if signing:
        return dossier.verify_act(dossier.sign(act, OFFICERS[who].key), state_keys)
    envelope = dossier.sign(act, OFFICERS[who].key)
    id_ = act.header.credential.id
    if id_ not in _CREDENTIALS:
        _CREDENTIALS[id_] = credentials.verify(
            act.header.credential, state=who, keys=state_keys(who), at=act.header.time
        )
    return VerifiedAct(envelope.id, act, _CREDENTIALS[id_], envelope)


def outcome(state: State, act: VerifiedAct) -> str:
    return state.outcomes[act.id].status


def reason(state: State, act: VerifiedAct) -> str | None:
    return state.outcomes[act.id].reason


MEASURE = {
    "measure": {
        "authority": "District Court of Borealia",
        "kind": "search_access",
        "date": "2026-11-25",
        "legal_basis": "Code of Procedure s. 98",
    }
}
PACKAGE = "ab" * 32
CUSTODY = ["cd" * 32]


def codes(state: State) -> set[str]:
    """What is flagged, without the kind."""
    return {flag.code.rpartition(".")[2] for flag in state.flags}


def owed(state: State) -> set[tuple[str, str]]:
    """What is owed, without the kind, and by which State."""
    return {(each.code.rpartition(".")[2], each.by) for each in state.owed}


def spoken(state: State) -> bool:
    """Whether every code a page would show has its English."""
    told = [each.code for each in (*state.owed, *state.flags)] + [each.id for each in state.clocks]
    told += [each.reason for each in state.outcomes.values() if each.reason]
    return all(text(code) != code for code in told)
