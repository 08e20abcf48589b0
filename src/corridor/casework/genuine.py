"""Whatever file a stranger brings: which of our forms it has, and what it is worth against a directory of States.

Knows no database: the answer cannot depend on whether a case exists. Each form is judged by the room whose form it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from corridor.dossier.act import PAYLOAD_TYPE as ACT
from corridor.dossier.paper import genuine, reading
from corridor.dossier.paper.genuine import NOTHING, Answer, Verdict, judge_key, not_genuine
from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, KeyUse, canonical
from corridor.notary.credentials import PAYLOAD_TYPE as CREDENTIAL

if TYPE_CHECKING:
    from corridor.casework.house import House
    from corridor.registry.directory import Directory

MOST: Final = reading.MOST
_COURIER: Final = b"POST /exchange/v1/letters HTTP/1.1\r\n"
_RECEIPT: Final = "application/vnd.corridor.receipt+json"
_CREATED: Final = re.compile(r";created=(\d{1,12})(?:;|$)")
_SIGNATURE: Final = re.compile(r"[a-z]+=:([A-Za-z0-9+/=]+):")
_KEYID: Final = re.compile(r';keyid="([0-9a-f]{64})"(?:;|$)')


class DirectoryBook:
    """A directory of States as the judges ask it. None holds nothing: then only what contradicts itself is told."""

    def __init__(self, directory: Directory | None) -> None:
        self.directory = directory

    def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
        return self.directory.keys(state, use) if self.directory is not None else ()

    def as_of(self, state: str) -> datetime | None:
        held = self.directory.held(state) if self.directory is not None else None
        return None if held is None else held.fresh_at

    def in_doubt(self, state: str) -> bool:
        rows = self.directory.alarms_of(state) if self.directory is not None else ()
        return any(alarm.stops_disclosure for alarm in rows)

    def log_origin(self, state: str) -> str:
        entry = self.directory.entry(state) if self.directory is not None else None
        return "" if entry is None else entry.log_origin


class HouseBook(DirectoryBook):
    """A node's directory, and its own State key until the registry has published it."""

    def __init__(self, home: House) -> None:
        super().__init__(home.directory)
        self.home = home

    def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
        return self.home.state_keys(state) if use is KeyUse.STATE else super().keys(state, use)


def check(data: bytes, book: DirectoryBook, *, now: datetime, received: datetime | None = None) -> Answer:
    """Judge a file: a paper, a courier file, an act, a receipt or a credential. Anything else is `unknown`."""
    if len(data) > MOST:
        return replace(NOTHING, reason="too-large")
    if data.startswith(b"%PDF-"):
        if not reading.is_paper(data):
            return NOTHING
        return genuine.check_paper(data, book, now=now, received=received)
    if data.startswith(_COURIER):
        return _courier(data, book, now, received)
    try:
        envelope = Envelope.from_json(data.strip())
    except Fault:
        return NOTHING
    if envelope.payload_type == ACT:
        return genuine.check_act(envelope, book, now=now, received=received)[0]
    if envelope.payload_type == CREDENTIAL:
        return genuine.check_credential(envelope, book, now=now, received=received)
    if envelope.payload_type == _RECEIPT:
        return _receipt(envelope, book, now, received)
    return NOTHING


def _courier(data: bytes, book: DirectoryBook, now: datetime, received: datetime | None) -> Answer:
    """The outer signature of a sealed letter (spec/letter.md 3 and 4.1, 4.2, 4.4). What is inside stays sealed."""
    from corridor.exchange.message import LETTERS, SignedLetter
    from corridor.exchange.request import verify_request

    about = Answer(Verdict.GENUINE, "genuine-letter", "letter")
    try:
        letter = SignedLetter.from_bytes(data)
    except Fault as fault:
        return not_genuine("changed", about, why=fault.code)
    if letter.to_bytes() != data or not _as_written(letter.headers):
        return not_genuine("changed", about, why="spelling")
    signed = letter.headers.get("signature-input", "")
    created, keyid = _CREATED.search(signed), _KEYID.search(signed)
    if created is None or keyid is None:
        return not_genuine("broken", about, why="signature-input")
    at = datetime.fromtimestamp(int(created[1]), tz=UTC)
    facts = {"to": letter.to_state, "letter": letter.letter_id}
    about = replace(about, state=letter.from_state, at=at, facts=facts)
    record, judged = judge_key(book, about, use=KeyUse.REQUEST, keyids=[keyid[1]], now=now, received=received)
    if record is None:
        return judged
    try:
        found = verify_request("POST", LETTERS, letter.headers, keys=[record.key], has_body=True)
    except Fault as fault:
        return not_genuine("broken", judged, why=fault.code)
    if found.content_digest != hashlib.sha256(letter.raw).digest():
        return not_genuine("changed", judged, why="digest")
    return judged


def _as_written(headers: Mapping[str, str]) -> bool:
    """Whether what the signature does not cover has the one spelling a node writes: nothing is left to chance."""
    found = _SIGNATURE.fullmatch(headers.get("signature", ""))
    if found is None or headers.get("content-type") != "application/age":
        return False
    try:
        value = base64.b64decode(found[1], validate=True)
    except ValueError:
        return False
    return base64.b64encode(value).decode("ascii") == found[1]


def _receipt(envelope: Envelope, book: DirectoryBook, now: datetime, received: datetime | None) -> Answer:
    """A node's receipt (spec/letter.md 5): its signature, and its place in the log of the State that gave it."""
    from corridor.exchange.receipt import read_receipt
    from corridor.notary.log import verify_proof

    about = Answer(Verdict.GENUINE, "genuine-receipt", "receipt")
    try:
        body: Any = canonical.loads(envelope.payload)
        at = datetime.strptime(body["received_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        about = replace(about, state=str(body["to"])[:8], at=at)
    except (Fault, KeyError, TypeError, ValueError):
        return not_genuine("broken", about, why="payload")
    signers = [each.keyid for each in envelope.signatures]
    record, judged = judge_key(book, about, use=KeyUse.NODE, keyids=signers, now=now, received=received)
    if record is None:
        return judged
    try:
        told = read_receipt(envelope.to_json(), node_keys=[record.key], to_state=about.state)
    except Fault as fault:
        return not_genuine("broken", judged, why=fault.code)
    if told.log_origin != book.log_origin(about.state):
        return not_genuine("broken", judged, why="log")
    for each in book.keys(about.state, KeyUse.LOG):
        try:
            proven = verify_proof(told.proof, bytes.fromhex(told.act_id), each.key, told.log_origin)
        except Fault:
            continue
        if proven.index == told.log_index:
            return replace(judged, facts={"act": told.act_id, "from": told.from_state})
    return not_genuine("broken", judged, why="log")
