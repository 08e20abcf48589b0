"""Reads the CSV tables of the law data and refuses a row that does not say where it comes from.

A table is a folder with `sources.csv` (what was read, where, on which day) and its `.csv` files. CSV and not YAML
because these tables are long and are read on every short question.
"""

from __future__ import annotations

import csv
import functools
import io
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from importlib.resources.abc import Traversable

from corridor.law.errors import LawFault
from corridor.law.ruleset import data_root
from corridor.law.types import Confidence, Source


class TableRow:
    """One row of a CSV table, with the file and line a fault names."""

    __slots__ = ("confidence", "file", "line", "source", "values")

    def __init__(self, file: str, line: int, values: dict[str, str], sources: frozenset[str]) -> None:
        self.file, self.line, self.values = file, line, values
        self.source = self.texts("source")
        if not self.source or not sources.issuperset(self.source):
            raise self.fault("source is missing or not in sources.csv", "law.data.no-source")
        try:
            self.confidence = Confidence(values.get("confidence") or "")
        except ValueError as error:
            raise self.fault("confidence is missing or unknown", "law.data.no-confidence") from error

    def fault(self, problem: str, code: str = "law.data.malformed") -> LawFault:
        return LawFault(code, file=self.file, line=self.line, problem=problem)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not value:
            raise self.fault(f"{key} is missing")
        return value

    def maybe(self, key: str) -> str:
        """The cell, empty if it is."""
        return self.values.get(key) or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A cell that holds several words, separated by semicolons."""
        return tuple(part.strip() for part in self.maybe(key).split(";") if part.strip())

    def flag(self, key: str) -> bool:
        value = self.values.get(key)
        if value not in ("yes", "no"):
            raise self.fault(f"{key} must be yes or no")
        return value == "yes"

    def day(self, key: str) -> date | None:
        """A full date or an empty cell."""
        value = self.maybe(key)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise self.fault(f"{key} must be a date, written 2026-11-22", "law.data.no-date") from error

    def latest(self, key: str) -> tuple[date, bool] | None:
        """The latest day a date can mean, and whether the day itself is known; None for an empty cell.

        `2014-02` is counted from the last day of that month, `2014` from the last day of that year.
        """
        value = self.maybe(key)
        try:
            return (latest_day(value), len(value) == 10) if value else None
        except ValueError as error:
            raise self.fault(f"{key} must be a date, a month or a year", "law.data.no-date") from error


def latest_day(text: str) -> date:
    """The last day a date, a month or a year can mean. Raises ValueError."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date.fromisoformat(text)
    month = parts[1] if len(parts) == 2 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1])


@functools.cache
def folder(name: str) -> dict[str, Traversable]:
    """The CSV files of a table folder, by their stem. Only these names are ever opened."""
    return {file.name[:-4]: file for file in (data_root() / name).iterdir() if file.name.endswith(".csv")}


@functools.cache
def table_sources(name: str) -> dict[str, Source]:
    """What was read for the tables of a folder, by the id their rows use."""
    found: dict[str, Source] = {}
    for line, row in _lines(folder(name)["sources"]):
        read_on = row.get("read_on") or ""
        try:
            day = date.fromisoformat(read_on)
        except ValueError as error:
            raise LawFault("law.data.no-date", file="sources.csv", line=line, problem=read_on) from error
        found[row["id"]] = Source(
            row["id"], row["what"], row["where"], row["kind"], row["covers"], day, row["numbers"] == "yes"
        )
    return found


def rows(name: str, stem: str) -> Iterator[TableRow]:
    """The rows of one table. Raises LawFault `law.data.no-source` and the like at the first that is not whole."""
    listed = frozenset(table_sources(name))
    file = folder(name)[stem]
    for line, values in _lines(file):
        yield TableRow(f"{name}/{file.name}", line, values, listed)


def _lines(file: Traversable) -> Iterator[tuple[int, dict[str, str]]]:
    # The text as it stands: a cell may hold a line break of its own.
    reader = csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8"), newline=""))
    for values in reader:
        yield reader.line_num, values
