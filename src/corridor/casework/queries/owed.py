"""Who owes what to whom, over many dossiers and any number of States: rows, oldest first, and a table of States."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from corridor.casework import access, store
from corridor.casework.access import Person
from corridor.casework.house import House, house
from corridor.casework.queries.desk import RUNNING, clock_rows, level_rows, reference_of
from corridor.casework.queries.pages import ClockRow, Plain
from corridor.faults import Fault

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class OwedRow(Plain):
    """One thing a State still has to do, or a date it is bound by, with the clock that belongs to it.

    `since` is when this node knew of the act it rests on. `level` is the own target that runs beside, and no law.
    """

    dossier: str
    kind: str
    reference: str
    code: str  # of what is owed, or of the clock where nothing else is said to be owed
    by: str
    to: tuple[str, ...]
    ref: str  # the duty's provision
    since: datetime
    clock: ClockRow | None
    level: ClockRow | None


@dataclass(frozen=True)
class OwedCell(Plain):
    """What one State owes another, counted; 0 where it is nothing."""

    to: str
    count: int
    late: int
    next_due: datetime | None


@dataclass(frozen=True)
class OwedLine(Plain):
    """One State's line of the table: a cell for each State."""

    by: str
    cells: tuple[OwedCell, ...]


@dataclass(frozen=True)
class OwedPage(Plain):
    """Everything owed, with the table of States. `unreadable`: dossiers that could not be looked at."""

    state: str
    rows: tuple[OwedRow, ...]
    states: tuple[str, ...]
    lines: tuple[OwedLine, ...]
    unreadable: tuple[str, ...]


def owed(person: Person) -> OwedPage:
    """What is owed in every dossier the person may read."""
    person.require("dossier.read")
    home = house()
    rows: list[OwedRow] = []
    unreadable: list[str] = []
    for row in access.dossiers(person).select_related("home").order_by("opened_at"):
        try:
            rows += owed_rows(home, store.load(home, row))
        except Fault:
            unreadable.append(row.pk)  # one dossier never hides the others
    return owed_page(home, rows, unreadable)


def owed_page(home: House, rows: Iterable[OwedRow], unreadable: Iterable[str] = ()) -> OwedPage:
    """Rows by State, our own first, each State's oldest first; and the table."""
    ordered = sorted(rows, key=lambda one: (one.by != home.state, one.by, one.since, _due(one), one.dossier))
    states = sorted(
        {one for row in ordered for one in (row.by, *row.to)}, key=lambda one: (one != home.state, one)
    )
    lines = tuple(
        OwedLine(
            by, tuple(_cell(to, [row for row in ordered if row.by == by and to in row.to]) for to in states)
        )
        for by in states
        if any(row.by == by for row in ordered)
    )
    return OwedPage(home.state, tuple(ordered), tuple(states), lines, tuple(unreadable))


def _cell(to: str, rows: list[OwedRow]) -> OwedCell:
    dates = [row.clock.due for row in rows if row.clock is not None and row.clock.due is not None]
    late = sum(row.clock is not None and row.clock.state == "late" for row in rows)
    return OwedCell(to, len(rows), late, min(dates, default=None))


def _due(row: OwedRow) -> datetime:
    return row.clock.due if row.clock is not None and row.clock.due is not None else _FAR


def owed_rows(home: House, loaded: store.Loaded) -> list[OwedRow]:
    """What is owed in one dossier. A clock with a date that belongs to nothing owed is a row of its own."""
    state, reference = loaded.state, reference_of(home, loaded)
    clocks = [one for one in clock_rows(home, loaded) if one.state in RUNNING and one.due is not None]
    levels = {one.owed_by: one for one in reversed(_by_due(level_rows(home, loaded)))}
    found: list[OwedRow] = []
    used: set[int] = set()
    for one in state.owed:
        place = clock_of(one.code, one.by, one.act, clocks)
        if place is not None:
            used.add(place)
        found.append(
            OwedRow(
                dossier=loaded.row.pk,
                kind=loaded.row.kind,
                reference=reference,
                code=one.code,
                by=one.by,
                to=to_whom(loaded, one.by),
                ref=one.ref or "",
                since=_since(home, loaded, one.act),
                clock=None if place is None else clocks[place],
                level=levels.pop(one.by, None),  # beside the first thing that State owes here
            )
        )
    found += [
        OwedRow(
            dossier=loaded.row.pk,
            kind=loaded.row.kind,
            reference=reference,
            code=one.id,
            by=one.owed_by,
            to=to_whom(loaded, one.owed_by),
            ref="",
            since=_since(home, loaded, one.act or None),
            clock=one,
            level=levels.pop(one.owed_by, None),
        )
        for place, one in enumerate(clocks)
        if place not in used
    ]
    return found


def _by_due(levels: Iterable[ClockRow]) -> list[ClockRow]:
    return sorted((one for one in levels if one.state in RUNNING), key=lambda one: one.due or _FAR)


def clock_of(code: str, by: str, act: str | None, clocks: Sequence[ClockRow]) -> int | None:
    """The place of the clock that belongs to something owed; None rather than one that is only near.

    It is the same State's: of the same act, or, where one of the two names no act, of the same name.
    """
    name = code.rpartition(".")[2]
    mine = [(one.due or _FAR, place, one) for place, one in enumerate(clocks) if one.owed_by == by]
    of_act = [(due, place) for due, place, one in mine if act and one.act == act]
    of_name = [
        (due, place)
        for due, place, one in mine
        if one.id.rpartition(".")[2] == name and not (act and one.act)
    ]
    return min(of_act or of_name)[1] if of_act or of_name else None


def to_whom(loaded: store.Loaded, by: str) -> tuple[str, ...]:
    """To whom a State owes: the State across the table; where more deal with each other, all of them."""
    across = {member.state: member.role for member in loaded.state.members if member.role != "observer"}
    if by in across:
        other = tuple(state for state, role in across.items() if state != by and role != across[by])
        return other or tuple(state for state in across if state != by)
    return tuple(across)


def _since(home: House, loaded: store.Loaded, act_id: str | None) -> datetime:
    act = next((one for one in loaded.acts if one.id == act_id), loaded.opening)
    if act.state != home.state:
        said = [one.received_at for one in loaded.receipts if (one.act_id, one.state) == (act.id, home.state)]
        if said:
            return min(said)
    return act.act.header.time
