"""What the desk's pages, the API and the command line are given: plain frozen data, nothing to fold or verify again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Plain:
    """Everything here becomes JSON through `to_dict` (times stay datetimes: the caller's encoder writes them)."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class ClockRow(Plain):
    """One period that runs: who owes what by when, under which paragraph, and how it stands.

    `sort`: `legal` (a paragraph stands behind it), `stated` (a date a State set in an act) or `service` (our own
    target, no law: `amount` and `unit` say how much, counted in the working days of `owed_by`).
    """

    dossier: str
    id: str
    owed_by: str
    due: datetime | None
    basis: str
    state: str  # running | met | late | lapsed; a service level also overrun (met too late)
    sort: str = "legal"
    act: str = ""
    parties: tuple[str, ...] = ()  # the States whose local times are shown beside
    kind: str = ""
    reference: str = ""
    amount: int = 0
    unit: str = ""


@dataclass(frozen=True)
class DeskRow(Plain):
    """One dossier on the desk."""

    dossier: str
    kind: str
    requesting: str
    requested: str
    other: str  # the State across the table
    ours: str  # requesting | requested
    status: str
    turn: str | None
    reference: str
    theirs: str
    owed: tuple[str, ...]
    next_due: datetime | None
    changed: datetime
    flags: tuple[str, ...]
    made_available: bool
    letters_waiting: int


@dataclass(frozen=True)
class DraftRow(Plain):
    """One draft, as listed."""

    id: str
    dossier: str | None
    kind: str
    act: str
    author: str
    changed: datetime
    stage: str = "writing"  # writing | for_signature | returned


@dataclass(frozen=True)
class Desk(Plain):
    """What needs this person's authority now, what waits on the other side, what is over, and the clocks."""

    state: str
    authority: str
    needs_me: tuple[DeskRow, ...]
    waits_on_them: tuple[DeskRow, ...]
    closed: tuple[DeskRow, ...]
    clocks: tuple[ClockRow, ...]  # legal periods and dates that States set
    levels: tuple[ClockRow, ...]  # our own service levels
    drafts: tuple[DraftRow, ...]
    notices: tuple[str, ...]  # codes: node.restored.behind, casework.directory.stale, casework.letter.stuck …


@dataclass(frozen=True)
class TextRow(Plain):
    """Free text of an act, in the language its author wrote."""

    field: str
    language: str
    text: str


@dataclass(frozen=True)
class TimelineRow(Plain):
    """One act as shown on the dossier page."""

    id: str
    act: str
    state: str
    authority: str
    officer: str
    own: bool
    claimed: datetime
    arrived: datetime
    body: dict[str, Any]
    texts: tuple[TextRow, ...]
    attachments: tuple[dict[str, Any], ...]
    conditions: tuple[Any, ...]
    outcome: str  # effective | overtaken | void | illegal | forked
    reason: str  # code of the rule that gave the outcome
    ref: str  # the paragraph, when one is cited
    received_at: datetime | None  # from the receipt
    delivery: str  # received | waiting | stuck | theirs
    delivery_code: str  # fault code of the last failed try
    log_index: int | None


@dataclass(frozen=True)
class PossibleAct(Plain):
    """An act this person's State could sign now. `may_sign` says whether this person could."""

    act: str
    schema: dict[str, Any]  # JSON schema of the coded body
    may_sign: bool


@dataclass(frozen=True)
class PackageRow(Plain):
    """One evidence package of the dossier."""

    id: str
    direction: str  # out: made here; in: received
    complete: bool
    items: int
    size: int
    arrived: datetime
    checked: datetime | None
    verdict: str
    may_open: bool
    delivered: bool  # a deliver act names it
    confirmed: bool  # a confirm act names it
    transfer: str  # "" | waiting | moving | done | stuck
    transfer_code: str


@dataclass(frozen=True)
class AnchorRow(Plain):
    """What shows that a statement existed, and when at the latest."""

    kind: str  # token | checkpoint-token | witnessed
    at: datetime
    by: tuple[str, ...]  # the authority's name, or the witnesses'
    carried: bool  # believed by a certificate the package brought, not by one this State chose


@dataclass(frozen=True)
class HandRow(Plain):
    """One hand a package passed through: what the statement claims, and what stands behind it."""

    statement: str
    kind: str
    state: str
    authority: str  # of the officer who signed, "" where the signature does not hold
    claimed: datetime
    follows: tuple[str, ...]
    anchors: tuple[AnchorRow, ...]
    gap: int  # seconds from the claimed time to the earliest anchor; 0 where that is none worth a word
    log: str  # origin of the log that holds it, "" where there is no proof that holds
    log_index: int | None
    log_standing: str  # witnessed | self-asserted | ""
    waiting: tuple[str, ...]  # authorities whose time it still waits for, by name
    faults: tuple[str, ...]  # codes of what does not hold


@dataclass(frozen=True)
class NationalRow(Plain):
    """One entry of the national file, opened for its own authority."""

    id: str
    kind: str  # as `models.national.NationalEntry.kind` lists them
    at: datetime
    officer: str
    content: dict[str, Any]


@dataclass(frozen=True)
class LinkRow(Plain):
    """Another dossier this one follows, or is followed by."""

    relation: str  # follows | followed_by
    dossier: str
    known: bool  # this person can open it


@dataclass(frozen=True)
class MissingRow(Plain):
    """A content item the form asks for and the body has not."""

    item: str
    ref: str
    text: str
    requirement: str


@dataclass(frozen=True)
class DossierPage(Plain):
    """Everything one page about one dossier shows. `heads` is what an officer signing from this page has seen."""

    id: str
    kind: str
    instrument: str
    provision: str
    requesting: str
    requested: str
    members: tuple[str, ...]
    ours: str
    home: str
    available_to: tuple[str, ...]
    reference: str
    theirs: str
    status: str
    turn: str | None
    heads: tuple[str, ...]
    timeline: tuple[TimelineRow, ...]
    clocks: tuple[ClockRow, ...]
    levels: tuple[ClockRow, ...]
    owed: tuple[str, ...]
    missing: tuple[MissingRow, ...]
    possible: tuple[PossibleAct, ...]
    flags: tuple[str, ...]
    forks: tuple[Any, ...]
    disclosure_stopped: bool
    disclosure: tuple[str, ...]  # codes of what keeps the gate shut, empty when a delivery may be signed
    preserved_until: str | None
    conditions: tuple[Any, ...]
    links: tuple[LinkRow, ...]
    packages: tuple[PackageRow, ...]
    national: tuple[NationalRow, ...]
    drafts: tuple[DraftRow, ...]
    rights: tuple[str, ...] = field(default=())
    parties: tuple[PartyRow, ...] = ()  # all members, in the order of their list
    receivers: tuple[str, ...] = ()  # States whose custodians get what this State hands over now


@dataclass(frozen=True)
class PartyRow(Plain):
    """One member of a dossier, and what it has still to do there, by code."""

    state: str
    role: str
    owed: tuple[str, ...]


@dataclass(frozen=True)
class FormPage(Plain):
    """What a new request of a kind needs: the body's schema, the law's content items, who may be asked."""

    kind: str
    instrument: str
    schema: dict[str, Any]
    contents: tuple[dict[str, Any], ...]
    grounds: tuple[dict[str, Any], ...]
    known_rules: bool
    addressees: tuple[dict[str, Any], ...]  # {"state", "names", "authority", "authority_names"}


@dataclass(frozen=True)
class DraftPage(Plain):
    """One draft, opened, with what is missing from it now."""

    id: str
    dossier: str | None
    kind: str
    act: str
    author: str
    changed: datetime
    content: dict[str, Any]
    missing: tuple[MissingRow, ...]
    revision: str = ""  # digest of what is kept: whoever writes or signs says which they saw
    stage: str = "writing"
    remark: dict[str, str] | None = None  # why it was returned: {language, text}
    steps: tuple[tuple[str, str, str], ...] = ()  # what, by which officer, when


@dataclass(frozen=True)
class OfficerRow(Plain):
    """One officer, as administrators and supervisors see them."""

    username: str
    name: str
    number: str
    authority: str
    role: str
    powers: tuple[str, ...]
    not_after: datetime | None
    disabled: bool


@dataclass(frozen=True)
class AuthorityRow(Plain):
    """One authority of this State."""

    code: str
    role: str
    names: dict[str, str]
    sends: tuple[str, ...]
    receives: tuple[str, ...]


@dataclass(frozen=True)
class People(Plain):
    """Authorities of this State with their people; the person's own authority only, unless the whole node is theirs."""

    authorities: tuple[AuthorityRow, ...]
    officers: tuple[OfficerRow, ...]
