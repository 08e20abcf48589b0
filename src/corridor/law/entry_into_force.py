"""When a treaty enters into force, from its deposits alone: in general, and for each Party that comes later.

The figures (how many instruments, how many days) are the treaty's own and are given; none stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Threshold:
    """A final clause in figures: in force `days` after the `instruments`th deposit, later `days_after_own` after one's
    own.
    """

    instruments: int
    days: int
    days_after_own: int


def threshold_day(deposits: Iterable[date], threshold: Threshold) -> date | None:
    """The day of the deposit that reaches the number, or None. Deposits of one day share it."""
    days = sorted(deposits)
    return days[threshold.instruments - 1] if len(days) >= threshold.instruments else None


def in_force(deposits: Iterable[date], threshold: Threshold) -> date | None:
    """The day the treaty enters into force, or None while too few have deposited. State deposits only."""
    reached = threshold_day(deposits, threshold)
    return reached + timedelta(days=threshold.days) if reached is not None else None


def in_force_for(
    deposits: Mapping[str, date], threshold: Threshold, also: Mapping[str, date] | None = None
) -> dict[str, date]:
    """For each depositor the day it is bound: the general day, or `days_after_own` after its own, whichever is later.

    `also`: depositors that do not count towards the number (organisations), bound in the same way.
    """
    reached = threshold_day(deposits.values(), threshold)
    if reached is None:
        return {}
    general = reached + timedelta(days=threshold.days)
    found = {}
    for code, own in {**deposits, **(also or {})}.items():
        later = max(own + timedelta(days=threshold.days_after_own), general)
        found[code] = general if own <= reached else later
    return found
