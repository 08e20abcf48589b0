"""The conventions whose deposits are dated: how each gathered its own, and where its rows end."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.loader import Row, page, read_sources_of
from corridor.law.ruleset import data_root
from corridor.law.states import ORGANISATIONS
from corridor.law.types import Confidence, Source, Trust, plain

_FOLDER = "forecast"
_DEPOSITS = "analog_ratifications.csv"
_CONVENTIONS = "conventions.yaml"


@dataclass(frozen=True, slots=True)
class Comparable:
    """One convention: the days of its State deposits in order, its number needed, and how far the rows reach.

    `deposits` are the days of the rows up to `data_end`, deposits of organisations left out; after `data_end` nothing
    is known. `milestones` are ranks known by their day alone (the 50th on that day), where the deposits between are
    not dated. `universal`: open to every State. `fitted`: among those the forecast's model is fitted on.
    """

    id: str
    title: str
    opened: date
    needed: int
    entry_into_force: date | None
    data_end: date
    deposits: tuple[date, ...]
    milestones: tuple[tuple[int, date], ...]
    universal: bool
    fitted: bool
    note: str | None
    trust: Trust

    @property
    def source(self) -> tuple[str, ...]:
        return self.trust.source

    @property
    def confidence(self) -> Confidence:
        return self.trust.confidence

    @property
    def curve(self) -> tuple[tuple[int, int], ...]:
        """(days after opening, deposits so far), one point a day on which somebody deposited; the milestones where
        only they are known.
        """
        if not self.deposits:
            return tuple(((day - self.opened).days, rank) for rank, day in self.milestones)
        points = {(day - self.opened).days: rank for rank, day in enumerate(self.deposits, start=1)}
        return tuple(points.items())

    def day_of(self, rank: int) -> date | None:
        """The day of the deposit of this rank, or None where the rows do not reach it."""
        if rank <= len(self.deposits):
            return self.deposits[rank - 1]
        return dict(self.milestones).get(rank)

    def count(self, days: int) -> int | None:
        """Deposits so many days after opening; None beyond the data, and where only milestones are known."""
        if not self.deposits or days > (self.data_end - self.opened).days:
            return None
        return sum((day - self.opened).days <= days for day in self.deposits)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "opened": self.opened.isoformat(),
            "needed": self.needed,
            "entry_into_force": plain(self.entry_into_force),
            "data_end": self.data_end.isoformat(),
            "universal": self.universal,
            "fitted": self.fitted,
            "curve": [list(point) for point in self.curve],
            "milestones": [[rank, day.isoformat()] for rank, day in self.milestones],
            "note": self.note,
            "source": list(self.trust.source),
            "confidence": str(self.trust.confidence),
        }


@functools.cache
def comparable() -> tuple[Comparable, ...]:
    """Every convention in the data, by id. Raises LawFault `law.data.malformed` where a row is not whole."""
    path = data_root() / _FOLDER / _CONVENTIONS
    rows = _deposit_rows()
    top = page(path, comparable_sources())
    return tuple(_comparable(row, rows) for row in top.rows("conventions"))


@functools.cache
def eligible() -> int:
    """How many States could deposit an instrument of a universal convention."""
    row = page(data_root() / _FOLDER / _CONVENTIONS, comparable_sources()).row("eligible")
    row.trust()
    return row.number("states")


@functools.cache
def comparable_sources() -> dict[str, Source]:
    """What was read for the deposits, by the id the conventions use."""
    return read_sources_of(page(data_root() / _FOLDER / _CONVENTIONS))


def _deposit_rows() -> dict[str, list[dict[str, str]]]:
    data = (data_root() / _FOLDER / _DEPOSITS).read_bytes().decode("utf-8")
    found: dict[str, list[dict[str, str]]] = {}
    for values in csv.DictReader(io.StringIO(data, newline="")):
        found.setdefault(values["treaty"], []).append(values)
    return found


def _comparable(row: Row, deposits: dict[str, list[dict[str, str]]]) -> Comparable:
    id, end = row.text("id"), row.day("data_end")
    of_it = deposits.get(id)
    if not of_it:
        raise row.fault(f"{id} has no deposits in {_DEPOSITS}")
    coarse = row.flag("milestones_only", default=False)
    try:
        days = [(each, date.fromisoformat(each["deposit_date"])) for each in of_it]
        opened = date.fromisoformat(of_it[0]["opened_for_signature"])
        needed = int(of_it[0]["threshold"])
        force = of_it[0]["entry_into_force"]
        entered = date.fromisoformat(force) if force else None
        ranks = tuple(
            (int(each["n"]), day) for each, day in days if each["n"] and (coarse or not each["iso3"])
        )
    except ValueError as error:
        raise LawFault("law.data.malformed", file=_DEPOSITS, line=0, problem=f"{id}: {error}") from error
    dated = sorted(
        day for each, day in days if each["iso3"] and each["iso3"] not in ORGANISATIONS and day <= end
    )
    found = Comparable(
        id=id,
        title=row.text("title"),
        opened=opened,
        needed=needed,
        entry_into_force=entered,
        data_end=end,
        deposits=() if coarse else tuple(dated),
        milestones=ranks,
        universal=row.flag("universal"),
        fitted=row.flag("fitted"),
        note=row.maybe_text("note"),
        trust=row.trust(),
    )
    row.done()
    return found
