"""Service levels: how soon a State wants its own authorities to answer. Targets, never law, and seen by nobody else.

Levels and their figures are data (`data/service_levels.yaml`, and an operator's lines before it). A level's clock
starts when the act it starts with reached the State whose time it is, and runs in that State's own working days.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from corridor.casework import calendars
from corridor.casework.calendars import Calendar, Unit, calendar_of
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.state import EFFECTIVE, role_of

if TYPE_CHECKING:  # the node's settings read targets before Django stands
    from corridor.casework.house import House
    from corridor.casework.store import Loaded
    from corridor.dossier import VerifiedAct


@dataclass(frozen=True)
class Level:
    """What is measured. `ends` None: whatever the State whose time it is signs next."""

    id: str
    by: str  # a role in the dossier, or any
    starts: frozenset[str]
    ends: frozenset[str] | None
    of_other: bool = False  # the other State's time, in its calendar: we only follow up
    after_own: bool = False  # it starts with an act of the State whose time it is


@dataclass(frozen=True)
class Target:
    """How much of it. None or "": any. An amount of 0 switches the level off."""

    level: str
    amount: int
    unit: str
    kind: str = ""
    role: str = ""  # of the authority
    authority: str = ""
    urgent: bool | None = None

    def fits(self, kind: str, role: str, authority: str, urgent: bool) -> bool:
        return (
            self.kind in ("", kind)
            and self.role in ("", role)
            and self.authority in ("", authority)
            and self.urgent in (None, urgent)
        )


@dataclass(frozen=True)
class Running:
    """One level of one dossier: it started with an act, and was or was not met."""

    level: str
    act: str
    whose: str  # the State whose time it is
    due: datetime
    state: str  # running | late | met | overrun | lapsed
    amount: int
    unit: str


def read_target(row: dict[str, Any]) -> Target:
    """A line of an operator's or of ours. Raises ValueError for one that cannot be."""
    unknown = set(row) - {"level", "amount", "unit", "kind", "role", "authority", "urgent"}
    if unknown or row.get("level") not in levels():
        raise ValueError("service_levels.level" if not unknown else f"service_levels.{sorted(unknown)[0]}")
    amount, urgent = row.get("amount"), row.get("urgent")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= 2000:
        raise ValueError("service_levels.amount")
    if urgent is not None and not isinstance(urgent, bool):
        raise ValueError("service_levels.urgent")
    if row.get("unit") not in set(Unit):
        raise ValueError("service_levels.unit")
    words = {name: str(row.get(name, "")) for name in ("kind", "role", "authority")}
    return Target(str(row["level"]), amount, str(row["unit"]), urgent=urgent, **words)


@functools.cache
def _data() -> dict[str, Any]:
    page = (
        resources.files("corridor.casework").joinpath("data/service_levels.yaml").read_text(encoding="utf-8")
    )
    found: dict[str, Any] = yaml.safe_load(page)
    return found


@functools.cache
def levels() -> dict[str, Level]:
    """Every level by its id."""
    return {
        str(id): Level(
            str(id),
            str(row["by"]),
            frozenset(row["starts"]),
            None if row.get("ends", "any") == "any" else frozenset(row["ends"]),
            row.get("of") == "other",
            row.get("after") == "own",
        )
        for id, row in _data()["levels"].items()
    }


@functools.cache
def shipped() -> tuple[Target, ...]:
    """The figures that hold where an operator set no others."""
    return tuple(read_target(row) for row in _data()["targets"])


def target(
    level: str, kind: str, role: str, authority: str, *, urgent: bool, own: Iterable[Target] = ()
) -> Target | None:
    """The first line that fits, the operator's first; None where there is none or it is switched off."""
    for row in (*own, *shipped()):
        if row.level == level and row.fits(kind, role, authority, urgent):
            return row if row.amount else None
    return None


def calendar(home: House, state: str) -> Calendar:
    """A State's calendar, by its directory entry and what else is known."""
    return calendar_of(state, home.directory.entry(state))


@dataclass(frozen=True)
class Hours:
    """Whether a State's offices are open now, why not, and from when on again. `sources`: see `Calendar`."""

    state: str
    local: datetime
    at_work: bool
    off: str  # weekend, the holiday's name, or "" for a working day outside office hours
    again: datetime | None  # local; None while they are open
    sources: tuple[tuple[str, str], ...]


def hours(home: House, state: str, at: datetime) -> Hours:
    """A State's office hours as of a moment. A contact point answers at any hour all the same."""
    own = calendar(home, state)
    local = own.local(at)
    if own.at_work(at):
        return Hours(state, local, True, "", None, own.sources)
    today = local.date()
    early = own.is_working(today) and local.time() < own.opens
    day = today if early else next(own.working_days(today))
    again = datetime.combine(day, own.opens, own.zone)
    return Hours(state, local, False, own.day_off(today), again, own.sources)


def running(home: House, loaded: Loaded, at: datetime) -> tuple[Running, ...]:
    """The service levels of this State in one dossier, in the order they began."""
    state = loaded.state
    ours = role_of(state.members, home.state)
    if state.status is None or not ours:
        return ()
    place = {act: number for number, act in enumerate(state.order)}
    effective = sorted(
        (act for act in loaded.acts if _effective(loaded, act)), key=lambda act: place.get(act.id, len(place))
    )
    over = state.status in REGISTRY[state.kind].over
    urgent = bool(loaded.opening.act.body.get("urgent"))
    office = loaded.row.home
    found: list[Running] = []
    for level in levels().values():
        if level.by not in ("any", ours):
            continue
        figure = target(
            level.id, loaded.row.kind, office.role, office.code, urgent=urgent, own=home.service_levels
        )
        if figure is not None:
            found += _of_level(home, loaded, level, figure, effective, over, at)
    return tuple(sorted(found, key=lambda one: (place.get(one.act, len(place)), one.due)))


def _of_level(
    home: House,
    loaded: Loaded,
    level: Level,
    figure: Target,
    acts: list[VerifiedAct],
    over: bool,
    at: datetime,
) -> list[Running]:
    found = []
    for number, act in enumerate(acts):
        own = act.state == home.state
        if act.act.header.act not in level.starts or own != (level.after_own or level.of_other):
            continue
        others = tuple(one.state for one in act.act.header.to if one.state != home.state)
        for whose in others if level.of_other else (home.state,):
            begin = _reached(loaded, act, whose)
            if begin is None:
                continue  # not there yet: a letter that waits is shown as one
            due = calendars.due(begin, figure.amount, figure.unit, calendar(home, whose))
            end = _ended(level, whose, acts[number + 1 :])
            if end is not None:
                known = _reached(loaded, end, home.state) or end.act.header.time
                standing = "met" if known <= due else "overrun"
            elif over:
                standing = "lapsed"
            else:
                standing = "late" if at > due else "running"
            found.append(Running(level.id, act.id, whose, due, standing, figure.amount, figure.unit))
    return found


def _ended(level: Level, whose: str, later: list[VerifiedAct]) -> VerifiedAct | None:
    """The act that ends a level: the next of the State whose time it is, of those that count."""
    for act in later:
        if act.state == whose and (level.ends is None or act.act.header.act in level.ends):
            return act
    return None


def _effective(loaded: Loaded, act: VerifiedAct) -> bool:
    outcome = loaded.state.outcomes.get(act.id)
    return outcome is not None and outcome.status == EFFECTIVE


def _reached(loaded: Loaded, act: VerifiedAct, state: str) -> datetime | None:
    """When an act was with a State: its own when it was signed, another's when it was received there."""
    if act.state == state:
        return act.act.header.time
    said = [one.received_at for one in loaded.receipts if one.act_id == act.id and one.state == state]
    return min(said, default=None)
