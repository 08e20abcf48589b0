"""Who takes part in which instrument since when, what each provides, and what its Parties reserved: as read.

    parties_to("UNTOC", on=day)     the States for which it is in force on that day
    participations("UNTOC")         every row, signatories and doubtful ones too
    coverage("BUDAPEST_CETS185")    the forms it provides, with the provision
    effects("AUT")                  reservations and declarations

The tables stand in data/parties. They change when a State joins or leaves, without any rule changing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.near import near
from corridor.law.states import state
from corridor.law.tables import TableRow, folder, latest_day, rows
from corridor.law.types import Certainty, Confidence, plain

#: Files of the folder that hold no participation.
_OTHER = frozenset(
    (
        "sources",
        "instruments",
        "bilateral",
        "coverage",
        "effects",
        "fallback",
        "gaps",
        "offences",
        "relations",
    )
)
#: The row of `instruments` and `coverage` that stands for every bilateral treaty.
BILATERAL = "MLAT"


class Standing(StrEnum):
    """What a row says. Only `party`, `left` and `denounced` ever bind, the last two until a day."""

    PARTY = "party"
    LEFT = "left"
    DENOUNCED = "denounced"
    SIGNATORY = "signatory"
    RATIFIED = "ratified_not_in_force"
    INVITED = "invited"
    NOT_BOUND = "not_bound"
    UNCLEAR = "unclear"
    TAKES_PART = "takes_part"


_BY = "by "
BINDING = frozenset((Standing.PARTY, Standing.LEFT, Standing.DENOUNCED))


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a row was read, and how far to trust it."""

    source: tuple[str, ...]
    confidence: Confidence
    certainty: Certainty | None


@dataclass(frozen=True, slots=True)
class Participation:
    """One State's row. `since` and `until` are the days counted with; `since_text`, `until_text` what was read.

    A year or a month alone counts from its last day, and ends on its first: nothing is claimed too early or too long.
    `by 2011-03-03` is a day on which a source found it in force already; it counts from there.
    `side` keeps the Parties of an agreement between two sides apart; it is empty where all bind each other.
    """

    instrument: str
    state: str
    standing: Standing
    since: date | None
    since_text: str
    until: date | None
    until_text: str
    side: str
    event: str
    note: str
    marks: Marks

    @property
    def exact(self) -> bool:
        """Whether the day itself is in the data."""
        return len(self.since_text) == 10

    def doubtful(self, on: date) -> bool:
        """Whether it may already be in force on the day, and the data cannot tell."""
        if self.standing is Standing.UNCLEAR:
            return True
        if self.standing not in BINDING:
            return False
        if self.since is None:
            return True
        return on < self.since and not self.exact and on >= self._first_possible()

    def _first_possible(self) -> date:
        if self.since_text.startswith(_BY):
            return date.min
        return date.fromisoformat((self.since_text + "-01-01")[:10])

    def binds(self, on: date) -> bool:
        if self.standing not in BINDING or self.since is None or on < self.since:
            return False
        return self.until is None or on <= self.until

    def to_dict(self) -> dict[str, Any]:
        return _dict(self)


@dataclass(frozen=True, slots=True)
class Known:
    """An instrument as the tables know it. `order` breaks ties: the smaller the more made for the purpose.

    `scope`: `any` offence; `own` offences; `own_and_evidence`: own, and electronic evidence of any; `own_and_serious`:
    own, and electronic evidence of serious crimes; `organised`: own and serious, transnational, by an organised group.
    """

    id: str
    title: str
    short_title: str
    since: date | None
    standing: str  # in_force, not_in_force, arrangement
    needed: int | None
    binding: bool
    union: bool
    order: int
    addressed_to: str
    scope: str
    scope_text: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Coverage:
    """A form an instrument provides. `special`: a provision made for this form, not assistance in general."""

    instrument: str
    form: str
    provision: str
    special: bool
    condition: str
    marks: Marks

    def cite(self) -> str:
        return f"{self.instrument} {self.provision}".strip()

    def to_dict(self) -> dict[str, Any]:
        return _dict(self) | {"cite": self.cite()}


@dataclass(frozen=True, slots=True)
class Own:
    """An offence of the Convention that is also an offence of this instrument, as its provision `own`."""

    instrument: str
    article: int
    own: str
    condition: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Effect:
    """A reservation or declaration of one State, and what it does to an answer.

    `effect`: `excludes_form`, `excludes_offence`, `needs_dual_criminality`, `limits`, `channel`, `authority`.
    Empty `forms` or `offences`: for every one.
    """

    state: str
    instrument: str
    kind: str
    article: str
    effect: str
    forms: frozenset[str]
    offences: frozenset[int]
    since: date | None
    since_text: str
    until: date | None
    text: str
    marks: Marks

    def touches(self, on: date, form: str | None, offence: int | None) -> bool:
        """Whether it is in effect on the day and concerns what is asked for; a question left open is concerned."""
        if (self.since and on < self.since) or (self.until and on > self.until):
            return False
        if self.forms and form is not None and form not in self.forms:
            return False
        return not (self.offences and offence is not None and offence not in self.offences)

    def to_dict(self) -> dict[str, Any]:
        return _dict(self)


@dataclass(frozen=True, slots=True)
class Relation:
    """How an instrument stands to another (`*`: to any): replaces, supplements, stays_beside, yields_in."""

    instrument: str
    other: str
    rule: str
    provision: str
    text: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Note:
    """A gap or a fallback: for every pair, or where both States are among `states`."""

    id: str
    states: frozenset[str] | None
    text: str
    marks: Marks


def participations(instrument: str) -> tuple[Participation, ...]:
    """Every row about an instrument. Raises LawFault `law.instrument.unknown` with the near ones."""
    if instrument not in tables():
        raise LawFault("law.instrument.unknown", instrument=instrument, near=_near(instrument))
    return _rows_of(instrument)


def parties_to(instrument: str, *, on: date) -> tuple[str, ...]:
    """The States for which it is in force on that day, by the tables. Raises LawFault `law.instrument.unknown`."""
    return tuple(each.state for each in participations(instrument) if each.binds(on))


def short_title(id: str) -> str:
    """How an instrument of an answer is called in a list. Raises LawFault `law.instrument.unknown`."""
    if id in known():
        return known()[id].short_title
    rows_of = participations(id)
    names = " and ".join(state(each.state).name for each in rows_of)
    return f"{known()[BILATERAL].short_title}, {names}"


def coverage(instrument: str) -> tuple[Coverage, ...]:
    """The forms an instrument provides."""
    return tuple(each for (code, _), each in coverages().items() if code == instrument)


def effects(state: str | None = None, instrument: str | None = None) -> tuple[Effect, ...]:
    """Reservations and declarations, of one State, to one instrument, or all."""
    return tuple(
        each
        for each in _effects()
        if (state is None or each.state == state) and (instrument is None or each.instrument == instrument)
    )


def tables() -> tuple[str, ...]:
    """The instruments with a table of participation, bilateral treaties among them."""
    files = [stem for stem in folder("parties") if stem not in _OTHER]
    return (*sorted(files), *_bilateral())


@functools.cache
def known() -> dict[str, Known]:
    """The instruments by id; `MLAT` stands for every bilateral treaty."""
    return {each.id: each for each in map(_known, rows("parties", "instruments"))}


@functools.cache
def coverages() -> dict[tuple[str, str], Coverage]:
    return {(each.instrument, each.form): each for each in map(_coverage, rows("parties", "coverage"))}


@functools.cache
def own_offences() -> dict[tuple[str, int], Own]:
    return {
        (row.text("instrument"), int(row.text("article"))): Own(
            row.text("instrument"),
            int(row.text("article")),
            row.text("own"),
            row.maybe("condition"),
            _marks(row),
        )
        for row in rows("parties", "offences")
    }


@functools.cache
def relations() -> tuple[Relation, ...]:
    return tuple(
        Relation(
            row.text("instrument"),
            row.text("other"),
            row.text("rule"),
            row.text("provision"),
            row.text("text"),
            _marks(row),
        )
        for row in rows("parties", "relations")
    )


@functools.cache
def notes(stem: str) -> tuple[Note, ...]:
    """The rows of `gaps` or `fallback`."""
    return tuple(
        Note(row.text("id"), _states(row), row.text("text"), _marks(row)) for row in rows("parties", stem)
    )


@functools.cache
def _rows_of(instrument: str) -> tuple[Participation, ...]:
    if instrument in _bilateral():
        return _bilateral()[instrument]
    return tuple(_participation(instrument, row) for row in rows("parties", instrument))


@functools.cache
def _bilateral() -> dict[str, tuple[Participation, ...]]:
    found: dict[str, tuple[Participation, ...]] = {}
    for row in rows("parties", "bilateral"):
        id = row.text("id")
        found[id] = (_side(id, row, "a"), _side(id, row, "b"))
    return found


def _side(id: str, row: TableRow, side: str) -> Participation:
    return _make(id, row.text(side), Standing.PARTY, row, side)


def _participation(instrument: str, row: TableRow) -> Participation:
    try:
        standing = Standing(row.text("status"))
    except ValueError as error:
        raise row.fault(str(error)) from error
    return _make(instrument, row.text("iso3"), standing, row, row.maybe("side"))


def _make(instrument: str, state: str, standing: Standing, row: TableRow, side: str) -> Participation:
    since = _since(row)
    return Participation(
        instrument=instrument,
        state=state,
        standing=standing,
        since=since,
        since_text=row.maybe("in_force_since"),
        until=_earliest(row, "until"),
        until_text=row.maybe("until"),
        side=side,
        event=row.maybe("event_date"),
        note=row.maybe("note"),
        marks=_marks(row),
    )


def _since(row: TableRow) -> date | None:
    text = row.maybe("in_force_since").removeprefix(_BY)
    try:
        return latest_day(text) if text else None
    except ValueError as error:
        raise row.fault(
            "in_force_since must be a date, a month or a year, with or without by", "law.data.no-date"
        ) from error


def _earliest(row: TableRow, key: str) -> date | None:
    """The first day an end can mean: `2024` alone ends on its first day, so that nothing is claimed too long."""
    text = row.maybe(key)
    try:
        return date.fromisoformat((text + "-01-01")[:10]) if text else None
    except ValueError as error:
        raise row.fault(f"{key} must be a date, a month or a year", "law.data.no-date") from error


def _known(row: TableRow) -> Known:
    since, needed = row.maybe("in_force_since"), row.maybe("needed")
    return Known(
        id=row.text("id"),
        title=row.text("title"),
        short_title=row.text("short_title"),
        since=latest_day(since) if since else None,
        standing=row.text("standing"),
        needed=int(needed) if needed else None,
        binding=row.flag("binding"),
        union=row.flag("union"),
        order=int(row.text("order")),
        addressed_to=row.text("addressed_to"),
        scope=row.text("scope"),
        scope_text=row.text("scope_text"),
        marks=_marks(row),
    )


def _coverage(row: TableRow) -> Coverage:
    return Coverage(
        row.text("instrument"),
        row.text("form"),
        row.maybe("provision"),
        row.flag("special"),
        row.maybe("condition"),
        _marks(row),
    )


@functools.cache
def _effects() -> tuple[Effect, ...]:
    return tuple(map(_effect, rows("parties", "effects")))


def _effect(row: TableRow) -> Effect:
    since = row.latest("since")
    return Effect(
        state=row.text("state"),
        instrument=row.text("instrument"),
        kind=row.text("kind"),
        article=row.text("article"),
        effect=row.text("effect"),
        forms=frozenset(row.texts("forms")),
        offences=frozenset(int(each) for each in row.texts("offences")),
        since=since[0] if since else None,
        since_text=row.maybe("since"),
        until=_earliest(row, "until"),
        text=row.text("text"),
        marks=_marks(row),
    )


def _states(row: TableRow) -> frozenset[str] | None:
    """The States a note is for; `@UNTOC` stands for those with a binding row of that table."""
    words = row.texts("states")
    if not words:
        return None
    found: set[str] = set()
    for word in words:
        if word.startswith("@"):
            taking = (*BINDING, Standing.TAKES_PART)
            found.update(each.state for each in _rows_of(word[1:]) if each.standing in taking)
        else:
            found.add(word)
    return frozenset(found)


def _marks(row: TableRow) -> Marks:
    certainty = row.maybe("certainty")
    try:
        sure = Certainty(certainty) if certainty else None
    except ValueError as error:
        raise row.fault(str(error), "law.data.no-confidence") from error
    if row.confidence is Confidence.RECALLED and sure is None:
        raise row.fault("a recalled row must state its certainty", "law.data.no-confidence")
    return Marks(row.source, row.confidence, sure)


def _near(instrument: str) -> str:
    found = near(instrument, tables())
    return f"Did you mean {', '.join(found)}?" if found else ""


def _dict(value: Any) -> dict[str, Any]:
    found = {name: plain(getattr(value, name)) for name in value.__slots__ if name != "marks"}
    for name, each in found.items():
        if isinstance(each, frozenset):
            found[name] = sorted(each)
    marks = value.marks
    certainty = str(marks.certainty) if marks.certainty else None
    return found | {"source": list(marks.source), "confidence": str(marks.confidence), "certainty": certainty}
