"""The gate before any form: is the offence one of the instrument's own, a serious crime, or another?

A wrong class opens the wrong channel, so the answer says which forms it opens, which it leaves closed, and by
which line. The lines are data (gate.yaml of the instrument); nothing here knows an article or a number of
years.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from corridor.law import forms
from corridor.law.errors import LawFault
from corridor.law.loader import Row
from corridor.law.types import Ancillary, Category, Line, Offence, Provision, plain


@dataclass(frozen=True, slots=True)
class OffenceFacts:
    """What an officer states of the offence. All of it is the requesting State's claim, and shown as such.

    `articles`: articles of the instrument the conduct falls under. `ancillary`: "participation", "attempt" or
    "preparation", if the person is not the perpetrator of a completed offence; `ancillary_established` says
    that the requesting State made that form an offence. `heavier_penalty`: a penalty above any term of
    years (life, death).
    """

    articles: tuple[int, ...] = ()
    ancillary: str | None = None
    ancillary_established: bool = False
    maximum_penalty_months: int | None = None
    heavier_penalty: bool = False

    def __post_init__(self) -> None:
        months = self.maximum_penalty_months
        if months is not None and (type(months) is not int or months < 0):
            raise LawFault("law.facts.malformed", problem="the maximum penalty is a whole number of months")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Line):
    """For one category: the kinds of request it opens under the instrument."""

    category: Category
    kinds: tuple[str, ...]
    text: str


class Extent(StrEnum):
    """How far one kind of request reaches beyond the offences of the instrument itself."""

    EXTENDS = "extends"
    EVIDENCE_ONLY = "extends_for_electronic_evidence_only"
    DOES_NOT_EXTEND = "does_not_extend"
    ANY_OFFENCE = "not_limited_by_offence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach(Line):
    """For one kind of request: whether it is open to a serious crime that is no offence of the instrument."""

    id: str  # the kind
    extent: Extent
    text: str


@dataclass(frozen=True, slots=True)
class GateLines:
    """gate.yaml: the penalty line, if the instrument has one, what each category opens, and each kind's reach."""

    penalty_line: Provision | None
    penalty_months: int | None
    doors: tuple[Door, ...]
    reach: tuple[Reach, ...] = ()

    def all(self) -> tuple[Line, ...]:
        """Every line of the page."""
        return (*((self.penalty_line,) if self.penalty_line else ()), *self.doors, *self.reach)


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer. `opens` are kinds of form; `because` the lines it rests on; `remarks` codes for the
    officer; `limits` what a kind that is open reaches no further than.
    """

    category: Category
    opens: tuple[str, ...]
    because: tuple[Line, ...]
    remarks: tuple[str, ...]
    limits: tuple[Reach, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "category": str(self.category),
            "opens": list(self.opens),
            "because": plain(self.because),
            "remarks": list(self.remarks),
            "limits": plain(self.limits),
        }


def read_lines(top: Row, instrument: str) -> GateLines:
    """Reads gate.yaml. Raises LawFault if a category has no door."""
    line: Provision | None = None
    months: int | None = None
    penalty = top.maybe_row("serious_crime")
    if penalty is not None:
        months = penalty.number("maximum_penalty_months")
        line = forms.provision(penalty, instrument)
    doors = []
    for row in top.rows("doors"):
        doors.append(
            Door(
                instrument=instrument,
                ref=row.text("ref"),
                trust=row.trust(),
                category=row.word("category", Category),
                kinds=row.texts("kinds"),
                text=row.text("text"),
            )
        )
        row.done()
    reach = []
    for row in top.rows("reach"):
        reach.append(
            Reach(
                instrument=instrument,
                ref=row.text("ref"),
                trust=row.trust(),
                id=row.text("kind"),
                extent=row.word("extent", Extent),
                text=row.text("text"),
            )
        )
        row.done()
    top.done()
    if {door.category for door in doors} != set(Category):
        raise top.fault("every category needs its door")
    by_category = {door.category: door.kinds for door in doors}
    for each in reach:
        opened = tuple(category for category in Category if each.id in by_category[category])
        if opened != _OPENED[each.extent]:
            raise top.fault(f"reach and doors differ on {each.id}")
    return GateLines(line, months, tuple(doors), tuple(reach))


#: Extent -> the categories that open a kind of that extent.
_OPENED: dict[Extent, tuple[Category, ...]] = {
    Extent.EXTENDS: (Category.CONVENTION_OFFENCE, Category.SERIOUS_CRIME),
    Extent.EVIDENCE_ONLY: (Category.CONVENTION_OFFENCE, Category.SERIOUS_CRIME),
    Extent.DOES_NOT_EXTEND: (Category.CONVENTION_OFFENCE,),
    Extent.ANY_OFFENCE: tuple(Category),
}


def judge(
    facts: OffenceFacts, lines: GateLines, offences: Iterable[Offence], ancillary: Iterable[Ancillary]
) -> Gate:
    """Convention offence before serious crime before other: the first that fits opens the most."""
    remarks: list[str] = []
    because: list[Line] = []
    category = Category.OTHER
    by_article = {each.article: each for each in offences}
    named = [by_article[number] for number in facts.articles if number in by_article]
    remarks += [
        f"article_creates_no_offence:{number}" for number in facts.articles if number not in by_article
    ]
    side = _ancillary(facts, ancillary)
    if named and (side is None or side.established or (side.where_chosen and facts.ancillary_established)):
        category = Category.CONVENTION_OFFENCE
        because += [*named, *([side] if side else [])]
    elif named and side is not None:
        remarks.append(f"not_established_by_requesting_state:{side.id}")
    if category is Category.OTHER and lines.penalty_months is not None and lines.penalty_line is not None:
        if facts.heavier_penalty or (facts.maximum_penalty_months or 0) >= lines.penalty_months:
            category = Category.SERIOUS_CRIME
            because.append(lines.penalty_line)
        elif facts.maximum_penalty_months is None:
            remarks.append("maximum_penalty_not_stated")
    door = next(each for each in lines.doors if each.category is category)
    limited = category is Category.SERIOUS_CRIME
    limits = tuple(each for each in lines.reach if limited and each.extent is Extent.EVIDENCE_ONLY)
    return Gate(category, door.kinds, (*because, door), tuple(remarks), limits)


def _ancillary(facts: OffenceFacts, ancillary: Iterable[Ancillary]) -> Ancillary | None:
    if facts.ancillary is None:
        return None
    for each in ancillary:
        if each.id == facts.ancillary and (each.established or each.where_chosen):
            return each
    raise LawFault("law.facts.malformed", problem="unknown form of participation")
