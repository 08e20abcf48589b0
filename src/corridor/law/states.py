"""The States: code, United Nations name, regional group, membership of the United Nations and of the European Union.

    states()            193 Members, the observers, and others that are Party to an instrument
    state("fra")        one of them, by ISO 3166 alpha-3 code or English name

The European Union (`EUE` in tables of signatures) is an organisation and no State. The cast of demos and tests is a
world of its own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.near import folded, near
from corridor.law.tables import TableRow, rows
from corridor.law.types import Confidence, plain

#: The table of each world; the words are those of `corridor.law.World`.
_TABLES = {"real": "states", "cast": "cast"}
#: Organisations that sign treaties and are no State: code -> name.
ORGANISATIONS = {"EUE": "European Union"}


class Group(StrEnum):
    """The regional groups of the United Nations, by its practice in elections. `none`: in no group."""

    AFRICAN = "african"
    ASIA_PACIFIC = "asia_pacific"
    EASTERN_EUROPEAN = "eastern_european"
    GRULAC = "grulac"
    WEOG = "weog"
    NONE = "none"

    @property
    def full_name(self) -> str:
        """The name of the group as the United Nations writes it."""
        return _TITLES[self]


_TITLES = {
    Group.AFRICAN: "African States",
    Group.ASIA_PACIFIC: "Asia-Pacific States",
    Group.EASTERN_EUROPEAN: "Eastern European States",
    Group.GRULAC: "Latin American and Caribbean States",
    Group.WEOG: "Western European and other States",
    Group.NONE: "In no regional group",
}


@dataclass(frozen=True, slots=True)
class State:
    """One State. `also` are other English names it is asked by; `note` what its group or membership needs said."""

    code: str
    name: str
    group: Group
    un_member: bool
    eu_member_since: date | None
    eu_member_until: date | None
    fictional: bool
    also: tuple[str, ...]
    note: str
    source: tuple[str, ...]
    confidence: Confidence
    eu_source: tuple[str, ...] = ()
    eu_confidence: Confidence | None = None

    def eu_member(self, on: date) -> bool:
        """Whether it is a member of the European Union on that day, the last day included."""
        if self.eu_member_since is None or on < self.eu_member_since:
            return False
        return self.eu_member_until is None or on <= self.eu_member_until

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def states(world: str = "real") -> tuple[State, ...]:
    """The States of a world (`corridor.law.World`), by code."""
    return tuple(_by_code(str(world)).values())


def state(code: str) -> State:
    """One State of either world, by code or English name, whatever the case.

    Raises LawFault `law.state.unknown` with the near ones, `law.state.organisation` for the European Union.
    """
    asked = code.strip() if isinstance(code, str) else str(code)
    upper = asked.upper()
    for world in _TABLES:
        found = _by_code(world).get(upper)
        if found:
            return found
    by_name = _by_name().get(folded(asked))
    if by_name:
        return by_name
    if upper in ORGANISATIONS or folded(asked) in map(folded, ORGANISATIONS.values()):
        raise LawFault("law.state.organisation", state=asked)
    raise LawFault("law.state.unknown", state=asked, near=near_states(asked))


def two_states(a: str, b: str) -> tuple[State, State]:
    """Two different States of one world. Raises LawFault `law.state.unknown`, `.organisation`, `.same`, and
    `law.worlds.mixed`.
    """
    first, second = state(a), state(b)
    if first.code == second.code:
        raise LawFault("law.state.same", state=first.code)
    if first.fictional is not second.fictional:
        raise LawFault("law.worlds.mixed", states=f"{first.code}, {second.code}")
    return first, second


def near_states(asked: str) -> str:
    """A sentence that offers the States whose code or name looks like what was typed."""
    everyone = {each.code: each for world in _TABLES for each in states(world)}
    names = {name: each for each in everyone.values() for name in (each.code, each.name, *each.also)}
    found = dict.fromkeys(names[name] for name in near(asked, names))
    if not found:
        return "Nothing in the data looks like it."
    return f"Did you mean {', '.join(f'{each.code} ({each.name})' for each in found)}?"


@functools.cache
def _by_code(world: str) -> dict[str, State]:
    if world not in _TABLES:
        raise LawFault("law.facts.malformed", problem=f"no world {world!r}")
    return {each.code: each for each in map(_state, rows("states", _TABLES[world]))}


@functools.cache
def _by_name() -> dict[str, State]:
    everyone = [each for world in _TABLES for each in states(world)]
    return {folded(name): each for each in everyone for name in (each.name, *each.also)}


def _state(row: TableRow) -> State:
    eu = row.maybe("eu_confidence")
    try:
        group = Group(row.text("group"))
        eu_confidence = Confidence(eu) if eu else None
    except ValueError as error:
        raise row.fault(str(error)) from error
    since = row.day("eu_member_since")
    if since and not (eu_confidence and row.maybe("eu_source")):
        raise row.fault("membership of the European Union without a source", "law.data.no-source")
    return State(
        code=row.text("code"),
        name=row.text("name"),
        group=group,
        un_member=row.flag("un_member"),
        eu_member_since=since,
        eu_member_until=row.day("eu_member_until"),
        fictional=row.confidence is Confidence.FICTIONAL,
        also=row.texts("also"),
        note=row.maybe("note"),
        source=row.source,
        confidence=row.confidence,
        eu_source=row.texts("eu_source"),
        eu_confidence=eu_confidence,
    )
