"""What a kind of request consists of: its table, bodies, crossings and the few functions the fold calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from corridor.dossier.act import Act

REQUESTING = "requesting"
REQUESTED = "requested"
SAME = "="  # the act leaves the status where it is

# {role: {status: {event: next status}}}; an event is an act's name, or `name/variant` where its content decides.
Table = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Crossing:
    """What holds when two acts did not see each other: `first` goes before `second`.

    `overtakes`: the second then has no effect; otherwise it is tried in the state the first left. Rules are strict
    in table order: a weaker one never reverses what a stronger one settled.
    """

    name: str
    first: str
    second: str
    overtakes: bool


@dataclass(frozen=True)
class Move:
    """One act as a kind sees it. `body` is None when the content is not of its form (opening acts only)."""

    id: str
    name: str
    role: str
    act: Act
    body: Any


@dataclass(frozen=True)
class Flag:
    """A doubt all members see. `ref` is the provision it rests on, as `law` cites it."""

    code: str
    act: str
    ref: str | None = None


@dataclass(frozen=True)
class Owed:
    """Something a State still has to do."""

    code: str
    by: str
    act: str | None = None
    ref: str | None = None


@dataclass(frozen=True)
class Link:
    """Another dossier this one names."""

    relation: str
    dossier: str
    act: str


@dataclass(frozen=True)
class Clock:
    """A time that runs. `due` None: until an event. `basis` is a provision, or None for a date a State set itself."""

    id: str
    owed_by: str
    due: datetime | None
    basis: str | None
    state: str  # running | met | late | lapsed
    act: str | None = None


@dataclass(frozen=True)
class Setting:
    """What the fold tells a kind beside its own facts. `owed_by` names are State codes."""

    form: Any
    requesting: str
    requested: str
    as_of: datetime
    received: Callable[[str, str], datetime | None]  # (act id, State) -> when that State's receipt says


@dataclass(frozen=True)
class View:
    """What a kind reads out of its facts."""

    turn: str | None = None
    owed: tuple[Owed, ...] = ()
    clocks: tuple[Clock, ...] = ()
    links: tuple[Link, ...] = ()
    preserved_until: Any = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of request. A new one begins as a copy of the nearest folder and one line in REGISTRY."""

    name: str
    opens: str  # status after the opening act
    table: Table
    bodies: Mapping[str, type[BaseModel]]
    crossings: tuple[Crossing, ...]
    disclosing: frozenset[str]  # acts that hand something over: stopped while there is doubt
    facts: Callable[[], Any]
    event: Callable[[Move], str]
    forbid: Callable[[str, Any, Move], str | None]
    apply: Callable[[str, Any, Move], Any]
    doubts: Callable[[str, Any, Move, Any], tuple[Flag, ...]]
    view: Callable[[str, Any, Setting], View]
    entered: Callable[[str, Any], str]  # status after the facts are in (h11: state-triggered transitions)
    from_header: frozenset[str] = frozenset()  # content items the signed header already answers
    conditions: Callable[[Any], tuple[Any, ...]] = field(default=lambda facts: ())

    def statuses(self) -> tuple[str, ...]:
        found = {self.opens: None}
        for rows in self.table.values():
            for status, moves in rows.items():
                found[status] = None
                for target in moves.values():
                    if target != SAME:
                        found[target] = None
        return tuple(found)

    def acts(self) -> tuple[str, ...]:
        return tuple(self.bodies)

    def possible(self, role: str, status: str) -> tuple[str, ...]:
        """Names of acts the table allows, in the table's order, variants folded into their act."""
        row = self.table.get(role, MappingProxyType({})).get(status, MappingProxyType({}))
        return tuple(dict.fromkeys(event.partition("/")[0] for event in row))

    def next_status(self, role: str, status: str, event: str) -> str | None:
        target = self.table.get(role, {}).get(status, {}).get(event)
        return status if target == SAME else target


def duty_ref(form: Any, name: str) -> str | None:
    """How the form cites a duty, if it has it."""
    line = form.duty(name)
    return None if line is None else str(line.cite())


def period_ref(form: Any, name: str) -> str | None:
    """How the form cites a period, if it has it."""
    line = form.period(name)
    return None if line is None else str(line.cite())


def end_of(day: date) -> datetime:
    """A legal date names a day; what is due then is due by the end of it, UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)
