"""Who stands where towards an instrument on a day: the fictional cast, or the real table as compiled.

Two worlds that never mix. The cast (data/status/cast.yaml) is what demos and tests run on. The real table
(data/status/<instrument>.csv) is shown only where real treaty status is shown, with its own confidence on
each row; it holds signatures and deposits and says of nobody that the instrument is in force for it.
"""

from __future__ import annotations

import csv
import functools
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.loader import Row, page, read_sources_of
from corridor.law.ruleset import DEFAULT, data_root
from corridor.law.types import Confidence, plain


class World(StrEnum):
    """`cast`: the fictional States. `real`: the compiled table of the instrument."""

    CAST = "cast"
    REAL = "real"


class Standing(StrEnum):
    """How far a State is bound. `party`: in force for it. `deposited`: instrument handed in, not shown in
    force.
    """

    PARTY = "party"
    DEPOSITED = "deposited"
    SIGNATORY = "signatory"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """One State's row. Dates of the real table stay text: a month alone means the day was not established."""

    state: str
    name: str
    instrument: str
    standing: Standing
    in_force_since: date | None
    signature: str | None
    deposit: str | None
    source: tuple[str, ...]
    confidence: Confidence

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Status:
    """All rows of one instrument in one world, as they stand on `on`."""

    instrument: str
    world: World
    on: date
    entries: tuple[Entry, ...]

    def of(self, state: str) -> Entry | None:
        return next((each for each in self.entries if each.state == state), None)

    def parties(self) -> tuple[str, ...]:
        """States for which the instrument is in force on the day asked about."""
        return tuple(each.state for each in self.entries if each.standing is Standing.PARTY)

    def to_dict(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "world": str(self.world),
            "on": self.on.isoformat(),
            "entries": [each.to_dict() for each in self.entries],
        }


def status(*, on: date, instrument: str = DEFAULT, world: World = World.CAST) -> Status:
    """Who stands where on `on`. An instrument without a table has no entries: nothing is claimed of
    anybody.
    """
    if world is World.CAST:
        entries = tuple(_on(entry, on) for entry in _cast() if entry.instrument == instrument)
    else:
        entries = tuple(
            entry for entry in (_real_on(row, instrument, on) for row in _real(instrument)) if entry
        )
    return Status(instrument, world, on, entries)


def _on(entry: Entry, on: date) -> Entry:
    if entry.in_force_since is None or entry.in_force_since <= on:
        return entry
    return Entry(
        entry.state,
        entry.name,
        entry.instrument,
        Standing.NONE,
        entry.in_force_since,
        entry.signature,
        entry.deposit,
        entry.source,
        entry.confidence,
    )


@functools.cache
def _cast() -> tuple[Entry, ...]:
    path = data_root() / "status" / "cast.yaml"
    return tuple(_cast_entry(row) for row in page(path, read_sources_of(page(path))).rows("rows"))


def _cast_entry(row: Row) -> Entry:
    trust = row.trust()
    if trust.confidence is not Confidence.FICTIONAL:
        raise row.fault("the cast is fiction and says so", "law.data.no-confidence")
    entry = Entry(
        state=row.text("state"),
        name=row.text("name"),
        instrument=row.text("instrument"),
        standing=row.word("standing", Standing),
        in_force_since=row.maybe_day("in_force_since"),
        signature=None,
        deposit=None,
        source=trust.source,
        confidence=trust.confidence,
    )
    row.done()
    return entry


@functools.cache
def _real(instrument: str) -> tuple[dict[str, str], ...]:
    names = {file.name: file for file in (data_root() / "status").iterdir() if file.name.endswith(".csv")}
    file = names.get(f"{instrument}.csv")  # only a name of ours is ever opened
    if file is None:
        return ()
    with file.open(encoding="utf-8") as lines:
        rows = tuple(csv.DictReader(lines))
    for line, row in enumerate(rows, start=2):
        if not row["source"]:
            raise LawFault("law.data.no-source", file=file.name, line=line, problem="source is missing")
        if row["confidence"] not in (Confidence.SEEN, Confidence.RECALLED):
            raise LawFault(
                "law.data.no-confidence", file=file.name, line=line, problem="confidence is missing"
            )
    return rows


def _real_on(row: dict[str, str], instrument: str, on: date) -> Entry | None:
    signature, deposit = row["signature_date"] or None, row["deposit_date"] or None
    if deposit and _latest(deposit) <= on:
        standing = Standing.DEPOSITED
    elif signature and _latest(signature) <= on:
        standing, deposit = Standing.SIGNATORY, None
    else:
        return None
    return Entry(
        state=row["iso3"],
        name=row["name"],
        instrument=instrument,
        standing=standing,
        in_force_since=None,
        signature=signature,
        deposit=deposit,
        source=(row["source"],),
        confidence=Confidence(row["confidence"]),
    )


def _latest(text: str) -> date:
    """The last day a date of the table can mean: `2026-02` is any day of that month, `2026` of that year."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(parts[0], parts[1], parts[2])
    month = parts[1] if len(parts) == 2 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1])
