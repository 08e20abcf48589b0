"""Reads the YAML pages of the law data and refuses any line that does not say where it comes from.

A line is a mapping. Each must carry `source` (ids listed, with the day they were read, in the instrument's
sources.yaml) and `confidence`; a recalled line must also carry `certainty`. Keys no reader asked for are
refused too, so that a misspelt `certainty` cannot pass for none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from corridor.law.errors import LawFault
from corridor.law.types import Certainty, Confidence, Source, Trust

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

E_ = TypeVar("E_")

LINE = "\x00line"  # no YAML key can be this: the parser refuses NUL
_TRUST_KEYS = ("source", "confidence", "certainty", "cross_check", "partly_seen_in", "seen_scope")


class StrictYaml(_Base):
    """Safe YAML without duplicate keys, each mapping remembering the line it began on."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        mapping = super().construct_mapping(node, deep=deep)
        mapping[LINE] = node.start_mark.line + 1
        return mapping


class Row:
    """One mapping of a page, read key by key; `done()` refuses what nobody asked for."""

    def __init__(
        self, file: str, data: Mapping[Any, Any], sources: Mapping[str, Source] | None = None
    ) -> None:
        self.file = file
        self.line = int(data.get(LINE, 0))
        self._data = {key: value for key, value in data.items() if key != LINE}
        self._asked: set[str] = set()
        self._sources = sources if sources is not None else {}

    def fault(self, problem: str, code: str = "law.data.malformed") -> LawFault:
        return LawFault(code, file=self.file, line=self.line, problem=problem)

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        return self._data.get(key)

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"{key} must be text")
        return value

    def maybe_text(self, key: str) -> str | None:
        return self.text(key) if self._get(key) is not None else None

    def number(self, key: str) -> int:
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(f"{key} must be a whole number")
        return value

    def maybe_number(self, key: str) -> int | None:
        return self.number(key) if self._get(key) is not None else None

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        value = self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            raise self.fault(f"{key} must be true or false")
        return value

    def day(self, key: str) -> date:
        value = self._get(key)
        if type(value) is not date:
            raise self.fault(f"{key} must be a date, written 2026-11-22", "law.data.no-date")
        return value

    def maybe_day(self, key: str) -> date | None:
        return self.day(key) if self._get(key) is not None else None

    def word(self, key: str, words: type[E_]) -> E_:
        value = self._get(key)
        try:
            return words(value)  # type: ignore[call-arg]
        except ValueError as error:
            raise self.fault(f"{key}: {value!r} is not a known word") from error

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self.fault(f"{key} must be a list of texts")
        return tuple(value)

    def words(self, key: str, words: type[E_]) -> tuple[E_, ...]:
        try:
            return tuple(words(each) for each in self.texts(key))  # type: ignore[call-arg]
        except ValueError as error:
            raise self.fault(f"{key}: {error}") from error

    def numbers(self, key: str) -> tuple[int, ...]:
        value = self._get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(each) is int for each in value):
            raise self.fault(f"{key} must be a list of whole numbers")
        return tuple(value)

    def rows(self, key: str) -> Iterator[Row]:
        value = self._get(key)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.fault(f"{key} must be a list of mappings")
        for each in value:
            yield Row(self.file, each, self._sources)

    def row(self, key: str) -> Row:
        value = self._get(key)
        if not isinstance(value, dict):
            raise self.fault(f"{key} must be a mapping")
        return Row(self.file, value, self._sources)

    def maybe_row(self, key: str) -> Row | None:
        return self.row(key) if self._get(key) is not None else None

    def names(self) -> tuple[str, ...]:
        """Every key, for a mapping whose keys are data."""
        self._asked.update(self._data)
        return tuple(self._data)

    def trust(self) -> Trust:
        """The marks of this line, or LawFault: no source, unlisted source, no confidence, no certainty."""
        self._asked.update(_TRUST_KEYS)
        ids = self.texts("source")
        if not ids:
            raise self.fault("source is missing", "law.data.no-source")
        for id in (*ids, *self.texts("partly_seen_in")):
            if id not in self._sources:
                raise self.fault(f"source {id!r} is not listed", "law.data.no-source")
        try:
            confidence = Confidence(str(self._data.get("confidence")))
            certainty = Certainty(self._data["certainty"]) if self.has("certainty") else None
        except ValueError as error:
            raise self.fault(str(error), "law.data.no-confidence") from error
        if confidence is Confidence.RECALLED and certainty is None:
            raise self.fault("a recalled line must state its certainty", "law.data.no-confidence")
        return Trust(
            confidence=confidence,
            source=ids,
            dated=max(self._sources[id].read_on for id in ids),
            certainty=certainty,
            cross_check=self.texts("cross_check"),
            partly_seen_in=self.texts("partly_seen_in"),
            seen_scope=self.maybe_text("seen_scope"),
            numbered=confidence is Confidence.SEEN and any(self._sources[id].numbers for id in ids),
        )

    def done(self) -> None:
        unread = sorted(set(self._data) - self._asked)
        if unread:
            raise self.fault(f"unknown keys: {', '.join(map(str, unread))}")


def page(path: Traversable, sources: Mapping[str, Source] | None = None) -> Row:
    """One YAML file as a row. Raises LawFault `law.data.malformed` on anything but one mapping."""
    name = path.name
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=StrictYaml)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise LawFault(
            "law.data.malformed", file=name, line=mark.line + 1 if mark else 0, problem=problem
        ) from error
    if not isinstance(data, dict):
        raise LawFault("law.data.malformed", file=name, line=1, problem="the page must be one mapping")
    return Row(name, data, sources)


def read_sources(path: Traversable) -> dict[str, Source]:
    """sources.yaml: what was read, where, on which day. A source without its day is refused."""
    top = page(path)
    found = read_sources_of(top)
    top.done()
    return found


def read_sources_of(top: Row) -> dict[str, Source]:
    """The list `sources` of a page."""
    found: dict[str, Source] = {}
    for row in top.rows("sources"):
        source = Source(
            id=row.text("id"),
            what=row.text("what"),
            where=row.text("where"),
            kind=row.text("kind"),
            covers=row.text("covers"),
            read_on=row.day("read_on"),
            numbers=row.flag("numbers"),
        )
        row.done()
        if source.id in found:
            raise row.fault(f"source {source.id} stands twice")
        found[source.id] = source
    return found
