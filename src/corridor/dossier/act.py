"""An act: its form on the wire, how an officer signs it, and how a State checks it (spec/act.md, 2 to 4).

An act's id is the id of its DSSE envelope, so whatever is in the payload is bound by it and nothing is bound
anywhere else. `verify_act` raises or returns a `VerifiedAct`; what an act may *do* is not asked here but in the fold.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from corridor.faults import Fault
from corridor.notary import canonical, credentials, dsse
from corridor.notary.credentials import VerifiedCredential
from corridor.notary.dsse import Envelope
from corridor.notary.keys import KeyRecord, PublicKey, SigningKey

PAYLOAD_TYPE: Final = "application/vnd.corridor.act+json"
FORMAT: Final = "act/1"
MAX_BYTES: Final = 1024 * 1024
MAX_LIST: Final = 256
MAX_TEXT: Final = 200_000
SALT_BYTES: Final = 32

_ID = re.compile(r"[0-9a-f]{64}")
_STATE = re.compile(r"[A-Z]{3}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TIME = "%Y-%m-%dT%H:%M:%SZ"

Extra = Mapping[str, Any]


class ActFault(Fault):
    """Bytes that are no act, or an act that is not authentic. Nothing that raises it may enter a dossier."""


@dataclass(frozen=True)
class Party:
    """An authority of a State, as sender or addressee."""

    state: str
    authority: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """A State that holds the dossier, and as what: `requesting`, `requested` or `observer`."""

    state: str
    authority: str
    role: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Basis:
    """The legal basis the opening act names: an instrument (or `reciprocity`) and its provision."""

    instrument: str
    provision: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """The rules the opening act pins; every later act repeats them."""

    fold: str
    law: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """File references, ours and theirs, both free of case text."""

    own: str | None = None
    theirs: str | None = None
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """A free text: the field it belongs to, the language it is written in, the words."""

    field: str
    language: str
    text: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Attachment:
    """A file named by digest; the bytes travel beside, never inside an act."""

    digest: str
    size: int
    role: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """A condition by code; its words, where it has any, are the text of field `conditions.<id>`."""

    id: str
    code: str
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Header:
    """The signed header. `dossier`, `prev` and `seen` say where the act stands; nothing else does."""

    dossier: str | None
    kind: str
    act: str
    rules: Rules
    sender: Party
    credential: Envelope
    to: tuple[Party, ...]
    prev: str | None
    seen: tuple[str, ...]
    time: datetime
    salt: str
    reference: Reference = Reference()
    basis: Basis | None = None
    members: tuple[Member, ...] = ()
    extra: Extra = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One signed step of a State in a dossier."""

    header: Header
    body: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    texts: tuple[Text, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    conditions: tuple[Condition, ...] = ()
    extra: Extra = dataclasses.field(default_factory=dict)

    def text(self, name: str) -> Text | None:
        """The first text of a field."""
        return next((text for text in self.texts if text.field == name), None)


@dataclass(frozen=True)
class VerifiedAct:
    """An authentic act. Only `verify_act` makes one outside tests."""

    id: str
    act: Act
    credential: VerifiedCredential
    envelope: Envelope

    @property
    def dossier(self) -> str:
        """The dossier it belongs to: its own id if it opens one."""
        return self.act.header.dossier or self.id

    @property
    def state(self) -> str:
        return self.act.header.sender.state


# --- to the wire ---------------------------------------------------------------------------------------------


def encode(act: Act) -> bytes:
    """The payload that is signed. Raises ActFault if the act breaks the form (so none such is ever signed)."""
    payload = canonical.dumps(_act_dict(act))
    decode(payload)
    return payload


def sign(act: Act, key: SigningKey) -> Envelope:
    """Sign with the officer's key, unlocked for this act. The caller's credential must name that key."""
    return dsse.sign(PAYLOAD_TYPE, encode(act), key)


def _act_dict(act: Act) -> dict[str, Any]:
    head = act.header
    header: dict[str, Any] = {
        **head.extra,
        "corridor": FORMAT,
        "dossier": head.dossier,
        "kind": head.kind,
        "act": head.act,
        "rules": {**head.rules.extra, "fold": head.rules.fold, "law": head.rules.law},
        "from": {
            **head.sender.extra,
            "state": head.sender.state,
            "authority": head.sender.authority,
            "credential": head.credential.to_dict(),
        },
        "to": [{**p.extra, "state": p.state, "authority": p.authority} for p in head.to],
        "prev": head.prev,
        "seen": list(head.seen),
        "time": head.time.astimezone(UTC).strftime(_TIME),
        "salt": head.salt,
        "reference": {**head.reference.extra, "own": head.reference.own, "theirs": head.reference.theirs},
    }
    if head.basis is not None:
        header["basis"] = {
            **head.basis.extra,
            "instrument": head.basis.instrument,
            "provision": head.basis.provision,
        }
    if head.members:
        header["members"] = [
            {**m.extra, "state": m.state, "authority": m.authority, "role": m.role} for m in head.members
        ]
    return {
        **act.extra,
        "header": header,
        "body": dict(act.body),
        "texts": [{**t.extra, "field": t.field, "language": t.language, "text": t.text} for t in act.texts],
        "attachments": [
            {**a.extra, "digest": a.digest, "size": a.size, "role": a.role} for a in act.attachments
        ],
        "conditions": [{**c.extra, "id": c.id, "code": c.code} for c in act.conditions],
    }


# --- from the wire -------------------------------------------------------------------------------------------


def decode(payload: bytes) -> Act:
    """Read a payload strictly: no duplicate keys, nothing over a limit, unknown fields kept. Raises ActFault."""
    if len(payload) > MAX_BYTES:
        raise ActFault("dossier.act.too-large", bytes=len(payload), limit=MAX_BYTES)
    try:
        raw = canonical.loads(payload, limit=MAX_BYTES)
    except (Fault, ValueError, RecursionError) as error:
        raise ActFault("dossier.act.not-json") from error
    top = _Reader(raw, "act")
    act = Act(
        header=_header(top.sub("header")),
        body=top.mapping("body"),
        texts=tuple(_text(r) for r in top.subs("texts")),
        attachments=tuple(_attachment(r) for r in top.subs("attachments")),
        conditions=tuple(_condition(r) for r in top.subs("conditions")),
        extra=top.rest(),
    )
    _check_shape(act.header)
    return act


def _header(r: _Reader) -> Header:
    if r.take("corridor") != FORMAT:
        raise ActFault("dossier.act.format-unknown")
    sender = r.sub("from")
    try:
        credential = Envelope.from_dict(sender.mapping("credential"))
    except (Fault, ValueError, TypeError, KeyError) as error:
        raise ActFault("dossier.act.malformed", field="header.from.credential") from error
    rules = r.sub("rules")
    reference = r.sub("reference")
    basis = r.sub("basis") if r.has("basis") else None
    return Header(
        dossier=r.match_or_none("dossier", _ID),
        kind=r.match("kind", _NAME),
        act=r.match("act", _NAME),
        rules=Rules(rules.match("fold", _CODE), rules.match("law", _CODE), rules.rest()),
        sender=Party(sender.match("state", _STATE), sender.match("authority", _CODE), sender.rest()),
        credential=credential,
        to=tuple(
            Party(p.match("state", _STATE), p.match("authority", _CODE), p.rest()) for p in r.subs("to")
        ),
        prev=r.match_or_none("prev", _ID),
        seen=r.ids("seen"),
        time=r.time("time"),
        salt=r.match("salt", _ID),  # 32 bytes in hex: the id of an act cannot be guessed from its content
        reference=Reference(
            reference.string_or_none("own"), reference.string_or_none("theirs"), reference.rest()
        ),
        basis=None
        if basis is None
        else Basis(basis.match("instrument", _CODE), basis.string("provision"), basis.rest()),
        members=tuple(
            Member(m.match("state", _STATE), m.match("authority", _CODE), m.match("role", _NAME), m.rest())
            for m in (r.subs("members") if r.has("members") else ())
        ),
        extra=r.rest(),
    )


def _text(r: _Reader) -> Text:
    return Text(r.match("field", _CODE), r.match("language", _LANGUAGE), r.string("text", MAX_TEXT), r.rest())


def _attachment(r: _Reader) -> Attachment:
    return Attachment(r.match("digest", _ID), r.count("size"), r.match("role", _CODE), r.rest())


def _condition(r: _Reader) -> Condition:
    return Condition(r.match("id", _CODE), r.match("code", _NAME), r.rest())


def _check_shape(head: Header) -> None:
    """What an act must say about its own place, whatever its kind (spec/act.md 3)."""
    addressed = [party.state for party in head.to]
    if not addressed or len(set(addressed)) != len(addressed) or head.sender.state in addressed:
        raise ActFault("dossier.act.addressees")
    if len(set(head.seen)) != len(head.seen):
        raise ActFault("dossier.act.malformed", field="header.seen")
    if head.dossier is None:
        _check_opening(head, set(addressed))
    elif head.basis is not None or head.members or not head.seen:
        raise ActFault("dossier.act.not-opening")


def _check_opening(head: Header, addressed: set[str]) -> None:
    states = [member.state for member in head.members]
    roles = [member.role for member in head.members]
    if head.prev is not None or head.seen or head.basis is None:
        raise ActFault("dossier.act.opening")
    if (
        len(set(states)) != len(states)
        or set(states) != addressed | {head.sender.state}
        or roles.count("requesting") != 1
        or roles.count("requested") < 1
        or not set(roles) <= {"requesting", "requested", "observer"}
        or next(m.state for m in head.members if m.role == "requesting") != head.sender.state
    ):
        raise ActFault("dossier.act.members")


# --- authentic or not ----------------------------------------------------------------------------------------


def verify_act(
    envelope: Envelope, state_keys: Callable[[str], Iterable[PublicKey | KeyRecord]]
) -> VerifiedAct:
    """Check an act as spec/act.md 4 numbers the steps. Raises ActFault or a notary fault; else the act is authentic.

    `state_keys(state)` gives the certifying keys held for a State. Two signatures, two calls: the State certified
    this officer (step 3), this officer signed this act (step 5). Neither is ever counted for the other. The time
    asked about is the claimed one; whether the claim is anchored is the log's and the receipt's business.
    """
    # 1. An act by type, within limits.
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ActFault("dossier.act.type")
    # 2. Read it strictly. Nothing read here is believed before step 5.
    act = decode(envelope.payload)
    head = act.header
    # 3. The State named as sender certified the officer.
    credential = credentials.verify(
        head.credential, state=head.sender.state, keys=state_keys(head.sender.state), at=head.time
    )
    # 4. For the authority the act names, and for acts of this kind.
    if credential.state != head.sender.state or credential.authority != head.sender.authority:
        raise ActFault("dossier.act.credential-of-another")
    if f"sign:{head.kind}" not in credential.powers:
        raise ActFault("dossier.act.power-missing", kind=head.kind)
    # 5. The officer signed these bytes.
    verified = dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key=credential.key)
    return VerifiedAct(id=verified.id, act=act, credential=credential, envelope=envelope)


class _Reader:
    """Takes named fields out of one JSON object and keeps what nobody asked for."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, dict):
            raise ActFault("dossier.act.malformed", field=where)
        self._raw: dict[str, Any] = raw
        self._taken: set[str] = set()
        self._where = where

    def _fault(self, name: str) -> ActFault:
        return ActFault("dossier.act.malformed", field=f"{self._where}.{name}")

    def has(self, name: str) -> bool:
        return self._raw.get(name) is not None

    def take(self, name: str) -> Any:
        if name not in self._raw:
            raise self._fault(name)
        self._taken.add(name)
        return self._raw[name]

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.take(name)
        if not isinstance(value, dict):
            raise self._fault(name)
        return value

    def sub(self, name: str) -> _Reader:
        return _Reader(self.take(name), f"{self._where}.{name}")

    def subs(self, name: str) -> list[_Reader]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise self._fault(name)
        return [_Reader(item, f"{self._where}.{name}") for item in value]

    def string(self, name: str, limit: int = 400) -> str:
        value = self.take(name)
        if not isinstance(value, str) or len(value) > limit:
            raise self._fault(name)
        return value

    def string_or_none(self, name: str) -> str | None:
        return None if self.take(name) is None else self.string(name)

    def match(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.string(name)
        if not pattern.fullmatch(value):
            raise self._fault(name)
        return value

    def match_or_none(self, name: str, pattern: re.Pattern[str]) -> str | None:
        return None if self.take(name) is None else self.match(name, pattern)

    def count(self, name: str) -> int:
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._fault(name)
        return value

    def ids(self, name: str) -> tuple[str, ...]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise self._fault(name)
        if not all(isinstance(item, str) and _ID.fullmatch(item) for item in value):
            raise self._fault(name)
        return tuple(value)

    def time(self, name: str) -> datetime:
        value = self.string(name)
        try:
            time = datetime.strptime(value, _TIME).replace(tzinfo=UTC)
        except ValueError as error:
            raise self._fault(name) from error
        if time.strftime(_TIME) != value:
            raise self._fault(name)
        return time

    def rest(self) -> dict[str, Any]:
        return {name: value for name, value in self._raw.items() if name not in self._taken}
