"""What the law data is made of: frozen values, each with where it was read and how far to trust it.

Every line answers four questions: what it says (own words, never the treaty text), where it stands (`ref`),
who read it where (`source`), and how sure we are (`confidence`, `certainty`). `cite()` is the only way a
paper may quote a line, and it names a paragraph only if somebody read that paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

_PARAGRAPHS = re.compile(r"(?:\s*-?\s*\([0-9a-z]+\))+")


class Confidence(StrEnum):
    """`seen`: read in a listed source. `recalled`: from knowledge, to be checked before it decides
    anything.
    """

    SEEN = "seen"
    RECALLED = "recalled"
    FICTIONAL = "fictional"  # the cast only, never a line about a real State or instrument


class Certainty(StrEnum):
    """How sure the recollection is. `medium`: the paragraph or letter may differ. `low`: a question, not a
    fact.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Requirement(StrEnum):
    """How strongly an instrument asks for an item of a request. `product_recommended` is ours, not the
    treaty's.
    """

    REQUIRED = "required"
    REQUIRED_EXCEPT_SERVICE = "required_except_service_of_documents"
    WHERE_EXPEDITED = "where_expedited_treatment_is_sought"
    WHERE_AVAILABLE = "where_available"
    WHERE_APPLICABLE = "where_applicable"
    WHERE_POSSIBLE = "where_possible_and_appropriate"
    AS_APPROPRIATE = "as_appropriate"
    WHERE_DOMESTIC_ORDER = "where_a_domestic_order_is_sought"
    WHERE_FOREIGN_ORDER = "where_a_foreign_order_is_submitted"
    WHERE_RELEVANT = "where_relevant"
    OPTIONAL = "optional"
    RECOMMENDED = "product_recommended"

    @property
    def mandatory(self) -> bool:
        """True where leaving the item out makes the request incomplete under the instrument."""
        return self in (Requirement.REQUIRED, Requirement.REQUIRED_EXCEPT_SERVICE)


class Nature(StrEnum):
    """What a ground does: it lets a State refuse, lifts a duty, needs a reservation, or only guides
    reading. `may_refuse_with_consequence`: refusing brings a duty of its own, for instance to prosecute.
    """

    MAY_REFUSE = "may_refuse"
    MAY_REFUSE_WITH_CONSEQUENCE = "may_refuse_with_consequence"
    MAY_REFUSE_OR_LIFT = "may_refuse_or_lift"
    NO_OBLIGATION = "no_obligation"
    RESERVATION_BASED = "reservation_based"
    PRECONDITION = "precondition"
    INTERPRETIVE_LIMIT = "interpretive_limit"


class PeriodKind(StrEnum):
    """`minimum` and `maximum` carry days; the others say what rules the period instead."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    EVENT = "event"
    BEFORE_EXPIRY = "before_expiry"
    PER_REQUEST = "per_request"
    AVAILABILITY = "availability"
    RECURRING = "recurring"
    NO_FIGURE = "no_fixed_figure"


class Role(StrEnum):
    """Which authority of a State sends or receives a form. `party`: whichever authority the State chooses or an
    agreement names; `provider` and `organization` stand where an instrument lets one ask them.
    """

    CONTACT_POINT = "contact_point"
    CENTRAL_AUTHORITY = "central_authority"
    COMPETENT_AUTHORITY = "competent_authority"
    EXTRADITION_AUTHORITY = "extradition_authority"
    LAW_ENFORCEMENT = "law_enforcement"
    DIPLOMATIC_CHANNEL = "diplomatic_channel"
    PARTY = "party"
    PROVIDER = "provider"
    REGISTRAR = "registrar"
    ORGANIZATION = "organization"


class Strength(StrEnum):
    """How strongly an instrument binds a Party to something: a duty, best efforts, a duty to consider, a power."""

    SHALL = "shall"
    ENDEAVOUR = "endeavour"
    CONSIDER = "consider"
    MAY = "may"


class Category(StrEnum):
    """What the gate says of an offence."""

    CONVENTION_OFFENCE = "convention_offence"
    SERIOUS_CRIME = "serious_crime"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Source:
    """Something somebody read. `numbers` says whether it shows the text with its paragraph numbers."""

    id: str
    what: str
    where: str
    kind: str
    covers: str
    read_on: date
    numbers: bool


@dataclass(frozen=True, slots=True)
class Trust:
    """Where a line comes from and how far to trust it. The loader makes one for every line or refuses the
    line.
    """

    confidence: Confidence
    source: tuple[str, ...]
    dated: date  # the latest day on which any of its sources was read or recalled
    certainty: Certainty | None = None
    cross_check: tuple[
        str, ...
    ] = ()  # parent-treaty provisions with the same content; no proof of the number
    partly_seen_in: tuple[str, ...] = ()
    seen_scope: str | None = None
    numbered: bool = False  # seen in a source that shows the paragraph numbers


def articles_only(ref: str) -> str:
    """`42(6) with 40(21)(b)` -> `42 with 40`; `40(12)(d), 40(13), 36` -> `40, 36`."""
    return ", ".join(dict.fromkeys(_PARAGRAPHS.sub("", ref).strip().split(", ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of an instrument. `ref` is None for what the product recommends and no instrument says."""

    instrument: str
    ref: str | None
    trust: Trust

    @property
    def confidence(self) -> Confidence:
        return self.trust.confidence

    @property
    def certainty(self) -> Certainty | None:
        return self.trust.certainty

    @property
    def source(self) -> tuple[str, ...]:
        return self.trust.source

    @property
    def cross_check(self) -> tuple[str, ...]:
        return self.trust.cross_check

    def cite(self, confirmed: Collection[str] = ()) -> str:
        """How a paper names this line: with its paragraph only if that was read, or is in `confirmed`.

        `confirmed` holds what a State's lawyer has confirmed against the certified text, written as this
        method would write it (`UNCC_2024 42(6)`). Empty where no instrument says what the line says.
        """
        if self.ref is None:
            return ""
        full = f"{self.instrument} {self.ref}"
        if (self.trust.confidence is Confidence.SEEN and self.trust.numbered) or full in confirmed:
            return full
        return f"{self.instrument} {articles_only(self.ref)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, the command line and pages; the trust marks stand beside the line, not below
        it.
        """
        row = {
            f.name: plain(getattr(self, f.name))
            for f in fields(self)
            if f.name not in ("trust", "instrument", "book")
        }
        row["cite"] = self.cite()
        row |= trust_to_dict(self.trust)
        return row


def trust_to_dict(trust: Trust) -> dict[str, Any]:
    row: dict[str, Any] = {"source": list(trust.source), "confidence": str(trust.confidence)}
    row["dated"] = trust.dated.isoformat()
    row["certainty"] = str(trust.certainty) if trust.certainty else None
    row["cross_check"] = list(trust.cross_check)
    if trust.partly_seen_in:
        row["partly_seen_in"] = list(trust.partly_seen_in)
    if trust.seen_scope:
        row["seen_scope"] = trust.seen_scope
    return row


def plain(value: Any) -> Any:
    """Law values as JSON can hold them."""
    if isinstance(value, Line):
        return value.to_dict()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision(Line):
    """What one provision says, in our words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(Provision):
    """One paragraph of an article. `refers`: the places its text names (`40(21)(b)`); `terms`: the defined terms it
    uses, as the instrument writes them. Both resolve within the instrument.
    """

    article: int
    refers: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """One cross-reference: the paragraph `at` names the place `to`, both of the same instrument."""

    at: str
    to: str
    article: int  # of `at`
    to_article: int


@dataclass(frozen=True, slots=True)
class Links:
    """What an article refers to, and what refers to it. `refers` and `referred` are numbers of articles; `terms` the
    definitions its paragraphs use.
    """

    article: int
    refers: tuple[int, ...]
    referred: tuple[int, ...]
    outward: tuple[Reference, ...]
    inward: tuple[Reference, ...]
    terms: tuple[Definition, ...]

    def to_dict(self) -> dict[str, Any]:
        def places(references: tuple[Reference, ...]) -> list[dict[str, str]]:
            return [{"at": each.at, "to": each.to} for each in references]

        return {
            "refers": list(self.refers),
            "referred": list(self.referred),
            "outward": places(self.outward),
            "inward": places(self.inward),
            "terms": [{"term": each.term, "ref": each.ref} for each in self.terms],
        }


class Book(Protocol):
    """Where an article finds its paragraphs and links when they are asked for: the rule set it was read from."""

    def provisions(self, article: int, instrument: str) -> tuple[Paragraph, ...]: ...

    def links(self, article: int, instrument: str) -> Links: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Line):
    """One article. `numbered_paragraphs`: 0 only letters, 1 a single unnumbered paragraph, None not known."""

    number: int
    title: str
    chapter: int
    chapter_title: str
    kind: str
    summary: str
    numbered_paragraphs: int | None = None
    lettered: tuple[str, ...] = ()
    subkind: str | None = None
    book: Book = field(repr=False, compare=False)

    @property
    def provisions(self) -> tuple[Paragraph, ...]:
        """What each paragraph says, in our words. Empty where the data has the article by its summary only."""
        return self.book.provisions(self.number, self.instrument)

    @property
    def links(self) -> Links:
        """The articles and definitions this one refers to, and the articles that refer to it."""
        return self.book.links(self.number, self.instrument)

    def to_dict(self) -> dict[str, Any]:
        row = Line.to_dict(self)
        row["provisions"] = [each.to_dict() for each in self.provisions]
        row["links"] = self.links.to_dict()
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Line):
    """A term the instrument defines."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence(Line):
    """An offence a Party must establish, with the elements it may add or leave out."""

    id: str
    article: int
    title: str
    conduct: tuple[str, ...]
    mental_element: str
    without_right_required: bool
    optional_requirements: tuple[Provision, ...] = ()
    carve_outs: tuple[Provision, ...] = ()
    extensions: tuple[Provision, ...] = ()
    definitions: tuple[Provision, ...] = ()
    reservations: tuple[Provision, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancillary(Line):
    """Participation, attempt, preparation: an offence of the instrument always, or only where the Party
    chose it.
    """

    id: str
    article: int
    text: str
    established: bool  # always established in accordance with the instrument
    where_chosen: bool  # established only where the Party made it an offence


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentItem(Line):
    """One thing a request must or should say. Its id is the key under which an act's body answers it."""

    id: str
    text: str
    requirement: Requirement
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Line):
    """A ground for refusal. `consult_first`: the instrument asks to consult on conditions before using it."""

    id: str
    text: str
    nature: Nature
    consult_first: bool
    reservation: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Line):
    """A period in days, or what rules it. `runs_from` names what starts it; `binds` who keeps it."""

    id: str
    text: str
    kind: PeriodKind
    days: int | None
    runs_from: str
    binds: str  # "requested", "requesting", "each", "domestic" "depositary" or "provider"
    renewable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Line):
    """What a State owes while a form is pending. Not `mandatory`: a power or a product step, no treaty
    duty.
    """

    id: str
    text: str
    by: str  # "requested", "requesting" or "each"
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureKind(Line):
    """A kind of domestic measure with which a requested State executes what it was asked.

    `intrusive`: Corridor asks who authorised it before it is marked served. The mark is ours, not the treaty's: the
    instruments leave to domestic law which powers a court or another independent body authorises.
    """

    id: str
    text: str
    intrusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Line):
    """One way to ask under one instrument: who, with what contents, grounds, periods and duties.

    `postponement` is None where the instrument foresees none. `excluded` are grounds known from other forms
    that this form does not allow. `prohibited` are grounds the instrument forbids by name. `contents_rule` and
    `grounds_rule` say what decides where the instrument lists no contents or no grounds of its own. `purposes` are
    what may be asked for; `paragraphs` the paragraphs of `articles`.
    """

    kind: str
    title: str
    articles: tuple[int, ...]
    domestic_articles: tuple[int, ...]
    since: date
    strength: Strength
    scope: Provision | None
    senders: tuple[Role, ...]
    receivers: tuple[Role, ...]
    channels: tuple[Provision, ...]
    purposes: tuple[Provision, ...]
    contents: tuple[ContentItem, ...]
    contents_rule: Provision | None
    grounds: tuple[Ground, ...]
    grounds_rule: Provision | None
    grounds_closed: bool
    excluded: tuple[Provision, ...]
    prohibited: tuple[Provision, ...]
    postponement: Provision | None
    periods: tuple[Period, ...]
    duties: tuple[Duty, ...]
    use: tuple[Provision, ...]
    form_and_language: tuple[Provision, ...]
    costs: Provision | None
    paragraphs: tuple[Provision, ...]
    measures: tuple[MeasureKind, ...]

    @property
    def known(self) -> bool:
        return True

    @property
    def basis(self) -> str:
        return self.instrument

    def content(self, id: str) -> ContentItem | None:
        return next((each for each in self.contents if each.id == id), None)

    def ground(self, id: str) -> Ground | None:
        return next((each for each in self.grounds if each.id == id), None)

    def period(self, id: str) -> Period | None:
        return next((each for each in self.periods if each.id == id), None)

    def duty(self, id: str) -> Duty | None:
        return next((each for each in self.duties if each.id == id), None)

    def measure(self, id: str) -> MeasureKind | None:
        return next((each for each in self.measures if each.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        return {"instrument": self.instrument, "known": True} | Line.to_dict(self)


NOT_IN_THE_DATA = "not in the data"


@dataclass(frozen=True, slots=True)
class UnknownRules:
    """The basis may be named, but its rules are not in the data: nothing is checked, nothing is claimed."""

    kind: str
    basis: str
    on: date
    listed: bool  # the instrument is in the list of instruments, only its rules are missing
    note: str = NOT_IN_THE_DATA
    contents: tuple[ContentItem, ...] = ()
    grounds: tuple[Ground, ...] = ()
    periods: tuple[Period, ...] = ()
    duties: tuple[Duty, ...] = ()
    measures: tuple[MeasureKind, ...] = ()
    postponement: None = None

    @property
    def known(self) -> bool:
        return False

    @property
    def instrument(self) -> str:
        return self.basis

    def content(self, id: str) -> None:
        return None

    def ground(self, id: str) -> None:
        return None

    def period(self, id: str) -> None:
        return None

    def duty(self, id: str) -> None:
        return None

    def measure(self, id: str) -> None:
        return None

    def cite(self, confirmed: Collection[str] = ()) -> str:
        return self.basis

    def to_dict(self) -> dict[str, Any]:
        return {
            "instrument": self.basis,
            "known": False,
            "kind": self.kind,
            "on": self.on.isoformat(),
            "listed": self.listed,
            "contents": self.note,
            "grounds": self.note,
            "periods": self.note,
            "duties": self.note,
        }


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty or law that may be named as legal basis. `rules`: its forms are in the data."""

    code: str
    title: str
    short_title: str
    rules: bool
    since: date | None
    trust: Trust

    def to_dict(self) -> dict[str, Any]:
        row = {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "trust"}
        return row | trust_to_dict(self.trust)
