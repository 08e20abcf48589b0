"""Genuine, not genuine or unknown: what a stranger's paper, act or credential is worth against a directory.

Pure: the directory is a `Book`, the time an argument. Told is what the file itself shows and what the book says of the
State it names; no case is looked up, so the answer is the same whether or not one exists (spec/paper.md 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from corridor.dossier import act as acts
from corridor.dossier.act import Act, ActFault, VerifiedAct
from corridor.dossier.paper import readback, reading
from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, KeyUse, NotaryFault, credentials, dsse
from corridor.notary.credentials import VerifiedCredential

LEEWAY: Final = timedelta(hours=24)  # how far ahead of ours another State's clock may be


class Verdict(StrEnum):
    GENUINE = "genuine"
    NOT_GENUINE = "not_genuine"
    UNKNOWN = "unknown"


EXIT_STATUS: Final = {Verdict.GENUINE: 0, Verdict.NOT_GENUINE: 1, Verdict.UNKNOWN: 2}


class Book(Protocol):
    """What is held of the States: a node's directory, or a copy of one."""

    def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
        """Every key of one use the State ever had, each with its time; none for a State not held."""

    def as_of(self, state: str) -> datetime | None:
        """When what is held of the State was last confirmed; None if never."""

    def in_doubt(self, state: str) -> bool:
        """Whether an alarm puts in question who the State is, or it took back all it had signed."""


@dataclass(frozen=True)
class Answer:
    """The verdict and its reason by code (`words.yaml`). The named facts are claims unless it is genuine."""

    verdict: Verdict
    reason: str
    what: str = ""  # paper | act | credential | letter | receipt
    state: str = ""
    authority: str = ""
    officer: str = ""
    at: datetime | None = None
    code: str = ""  # the read-back code of the act
    key_ended: datetime | None = None
    book_as_of: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        return EXIT_STATUS[self.verdict]


NOTHING: Final = Answer(Verdict.UNKNOWN, "nothing")


def not_genuine(reason: str, about: Answer, **facts: str) -> Answer:
    return replace(about, verdict=Verdict.NOT_GENUINE, reason=reason, facts=facts)


def unknown(reason: str, about: Answer, **facts: str) -> Answer:
    return replace(about, verdict=Verdict.UNKNOWN, reason=reason, facts=facts)


def judge_key(
    book: Book,
    about: Answer,
    *,
    use: KeyUse,
    keyids: Iterable[str],
    now: datetime,
    received: datetime | None,
    until: datetime | None = None,
) -> tuple[KeyRecord | None, Answer]:
    """Whether a key of `about.state` could have signed at `about.at`; without the key, the answer is final.

    `received`: when whoever asks had the thing in hand, by their own records. It is what a key that has ended since is
    judged by: the thing's own date is only a claim of whoever held that key. `until`: the last moment it can be of,
    where it has a term and no date.
    """
    at = about.at
    assert at is not None  # every caller read it from the thing
    known = {record.key.keyid: record for record in book.keys(about.state, use)}
    about = replace(about, book_as_of=book.as_of(about.state))
    if not known:
        return None, unknown("state-not-held", about)
    record = next((known[each] for each in keyids if each in known), None)
    if record is None:
        # The book lists every key of the State up to the day it was confirmed. A later key it cannot know.
        if about.book_as_of is not None and about.book_as_of >= at:
            return None, not_genuine("not-their-key", about)
        return None, unknown("key-not-held", about)
    if record.valid_from is not None and (until or at) < record.valid_from:
        return None, not_genuine("before-key", about)
    about = replace(about, key_ended=record.revoked_at)
    if record.revoked_at is not None:
        if at >= record.revoked_at:
            return None, not_genuine("after-key", about)
        if received is None or received >= record.revoked_at:
            return None, unknown("key-ended", about)
    if at > now + LEEWAY:
        return None, unknown("from-the-future", about)
    if book.in_doubt(about.state):
        return None, unknown("state-in-doubt", about)
    return record, about


def check_act(
    envelope: Envelope, book: Book, *, now: datetime, received: datetime | None = None, what: str = "act"
) -> tuple[Answer, VerifiedAct | None]:
    """Judge an act by itself, as spec/act.md 4 numbers the steps.

    The act is returned unless it is not genuine; with `unknown` it is only consistent with itself.
    """
    about = Answer(Verdict.GENUINE, "genuine", what)
    try:
        act = acts.decode(envelope.payload)
    except ActFault as fault:
        if fault.code == "dossier.act.format-unknown":
            return unknown("newer", about), None
        return not_genuine("broken", about, why=fault.code), None
    head = act.header
    about = replace(
        about, state=head.sender.state, authority=head.sender.authority, at=head.time, code=_code(envelope)
    )
    try:
        claimed = _claimed(envelope, act)
    except Fault as fault:
        return not_genuine("broken", about, why=fault.code), None
    signers = [each.keyid for each in head.credential.signatures]
    record, judged = judge_key(book, about, use=KeyUse.STATE, keyids=signers, now=now, received=received)
    if record is None:
        return judged, claimed if judged.verdict is Verdict.UNKNOWN else None
    key = record.key
    try:
        verified = acts.verify_act(envelope, lambda _: [key])
    except Fault as fault:
        return not_genuine("broken", judged, why=fault.code), None
    return replace(judged, officer=verified.credential.number), verified


def _claimed(envelope: Envelope, act: Act) -> VerifiedAct:
    """The act by its own word alone: signed by the key its credential names, whoever certified that. Raises Fault."""
    told = credentials.claimed(act.header.credential)
    dsse.verify(envelope, payload_type=acts.PAYLOAD_TYPE, key=told["key"])
    signers = act.header.credential.signatures
    own = VerifiedCredential(id=act.header.credential.id, certified_by=signers[0].keyid, **told)
    return VerifiedAct(envelope.id, act, own, envelope)


def check_paper(data: bytes, book: Book, *, now: datetime, received: datetime | None = None) -> Answer:
    """Judge a PDF: its coded content as an act, and every byte of it as signed by the officer of that act."""
    about = Answer(Verdict.GENUINE, "genuine", "paper")
    try:
        paper = reading.take_apart(data)
    except ActFault as fault:
        return not_genuine("changed", about, why=str(fault.facts.get("place", fault.code)))
    answer, act = check_act(paper.act, book, now=now, received=received, what="paper")
    if act is None:
        return answer
    try:
        reading.verify_signature(paper, act.credential)
    except ActFault as fault:
        return not_genuine("changed", answer, why=str(fault.facts.get("step", fault.code)))
    return answer


def check_credential(
    envelope: Envelope, book: Book, *, now: datetime, received: datetime | None = None
) -> Answer:
    """Judge an officer's credential: the State's statement, and whether it is good today."""
    about = Answer(Verdict.GENUINE, "genuine", "credential")
    try:
        claimed = credentials.claimed(envelope)
    except NotaryFault as fault:
        return not_genuine("broken", about, why=fault.code)
    about = replace(
        about,
        state=claimed["state"],
        authority=claimed["authority"],
        officer=claimed["number"],
        at=claimed["not_before"],
    )
    signers = [each.keyid for each in envelope.signatures]
    record, judged = judge_key(
        book,
        about,
        use=KeyUse.STATE,
        keyids=signers,
        now=now,
        received=received,
        until=claimed["not_after"],
    )
    if record is None:
        return judged
    try:
        credentials.verify(envelope, state=about.state, keys=[record.key], at=claimed["not_before"])
    except NotaryFault as fault:
        return not_genuine("broken", judged, why=fault.code)
    if not claimed["not_before"] <= now < claimed["not_after"]:
        return replace(judged, reason="credential-over")
    return judged


def _code(envelope: Envelope) -> str:
    return readback.code(envelope.id)
