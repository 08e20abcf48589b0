"""A person moved from one State to another: time and place proposed and agreed, and the arrival confirmed.

Which acts hand the person over, who does and what stands after is said by the kind's own part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from corridor.dossier.kinds.facts import ActId, Coded, Day, Second, Word
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, Clock, Facts, Move, Owed, Part, Scene
from corridor.dossier.kinds.persons import Days, Zone


class Arrange(Coded):
    """A time and a place to hand the person over. Who comes, and how, is the text of field `arrangement`."""

    at: Second
    zone: Zone  # of the place: the time is kept by its clock
    place: Word | None = None  # the border crossing, airport or prison, never a person
    collect_by: Day | None = (
        None  # the person may be released after this day; set by the State that holds them
    )


class AgreeArrangement(Coded):
    arrangement: ActId


class DeclineArrangement(Coded):
    arrangement: ActId


class HandOver(Coded):
    """The person was handed over: when, where, and for how long this State had them in custody for it."""

    date: Day
    place: Word | None = None
    custody_days: Days | None = None  # to be deducted from the sentence


class ConfirmArrival(Coded):
    """The receiving State has the person."""

    date: Day


@dataclass(frozen=True)
class Arrangement:
    act: str
    by: str  # the State that proposed it
    role: str  # its role: the other answers
    at: datetime
    collect_by: date | None = None
    agreed: bool = False
    kept: bool = False  # the person was handed over


@dataclass(frozen=True)
class Moved:
    arrangement: Arrangement | None = None  # the latest proposal: it takes the place of those before it
    arrived: str | None = None  # confirmed since the person was last handed over


class _Moving(Part[Moved]):
    name = "moving"
    bodies = {
        "arrange": Arrange,
        "agree_arrangement": AgreeArrangement,
        "decline_arrangement": DeclineArrangement,
        "confirm_arrival": ConfirmArrival,
    }
    texts = {
        "arrange": ("arrangement",),
        "agree_arrangement": ("note",),
        "decline_arrangement": ("reasons",),
        "confirm_arrival": ("note",),
    }
    answers = {"arrangement-answer": "agree_arrangement", "arrival": "confirm_arrival"}

    def start(self) -> Moved:
        return Moved()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        if move.name in {"agree_arrangement", "decline_arrangement"}:
            made = self.of(facts).arrangement
            if (
                made is None
                or made.act != move.body.arrangement
                or made.by == move.state
                or not waiting(facts)
            ):
                return "no-such-arrangement"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Moved:
        moved, body = self.of(facts), move.body
        match move.name:
            case "arrange":
                # The day the holding State set stays when the other proposes another hour.
                before = moved.arrangement
                day = body.collect_by or (before.collect_by if before and not before.kept else None)
                return replace(moved, arrangement=Arrangement(move.id, move.state, move.role, body.at, day))
            case "agree_arrangement" if moved.arrangement is not None:
                return replace(moved, arrangement=replace(moved.arrangement, agreed=True))
            case "decline_arrangement" | "postpone_surrender":
                return replace(moved, arrangement=None)
            case "surrender" | "surrender_temporarily" | "transfer":
                made = moved.arrangement
                return Moved(None if made is None else replace(made, kept=True))
            case "tell_transit" if body.completed and moved.arrangement is not None:
                return replace(moved, arrangement=replace(moved.arrangement, kept=True))
            case "confirm_arrival":
                return replace(moved, arrived=move.id)
        return moved

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        moved = self.of(facts)
        made = moved.arrangement
        waits = made is not None and waiting(facts) is not None and made.by != state
        return frozenset(
            (() if waits else ("agree_arrangement", "decline_arrangement"))
            + (() if moved.arrived is None else ("confirm_arrival",))
        )

    def owed(self, scene: Scene) -> Iterable[Owed]:
        made = self.of(scene.facts).arrangement
        if waiting(scene.facts) and made is not None and not scene.over:
            yield scene.owed("arrangement-answer", _OTHER[made.role], made.act)


MOVING = _Moving()


_OTHER: Final = {REQUESTING: REQUESTED, REQUESTED: REQUESTING}


def waiting(facts: Facts) -> str | None:
    """The role that has to answer on a time and place proposed; None if nobody has."""
    made = MOVING.of(facts).arrangement
    return None if made is None or made.agreed or made.kept else _OTHER[made.role]


def arranged(scene: Scene, handing: str, taking: str, *, free: bool = False) -> Iterable[Clock]:
    """The clocks of the agreed time, and of the day after which the person may be released.

    `handing` and `taking` are States. `free`: the person is no longer held for it.
    """
    made = MOVING.of(scene.facts).arrangement
    if made is None:
        return
    ended = scene.over or free
    if made.agreed:
        late = scene.setting.as_of > made.at
        state = "met" if made.kept else "lapsed" if ended else "late" if late else "running"
        yield Clock(f"{scene.kind}.clock.arranged", handing, made.at, None, state, made.act)
    if made.collect_by is not None:
        yield scene.clock("collect-by", taking, made.collect_by, made.act, met=made.kept, ended=ended)
