"""Scales, ticks and paths for the drawings: numbers in, coordinates out. Looks stand in the templates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels; `at` rounds to a tenth of a pixel so that equal data give equal bytes."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def day(self, value: date) -> float:
        return self.at(value.toordinal())


def ticks(high: float, most: int = 6) -> tuple[int, ...]:
    """Round numbers from 0 to at least `high`, at most `most` steps apart by 1, 2 or 5 times a power of ten."""
    step = 1
    while high / step > most:
        lead = int(str(step)[0])
        step = step * 2 if lead in (1, 5) else step * 5 // 2
    return tuple(range(0, math.ceil(high / step) * step + 1, step))


def years(first: date, last: date, most: int = 8) -> tuple[date, ...]:
    """The first of January of years between two days, thinned to at most `most`."""
    every = [date(year, 1, 1) for year in range(first.year, last.year + 2)]
    within = [day for day in every if first <= day <= last]
    step = max(1, math.ceil(len(within) / most))
    return tuple(within[::step])


def stairs(points: Sequence[tuple[float, float]]) -> str:
    """A path that keeps each value until the next: how a count of deposits grows."""
    if not points:
        return ""
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    parts += [f"H{nx:g}V{ny:g}" for nx, ny in rest]
    return "".join(parts)


def line(points: Iterable[tuple[float, float]]) -> str:
    """A path from point to point."""
    return "".join(f"{'L' if place else 'M'}{x:g} {y:g}" for place, (x, y) in enumerate(points))


def band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """A closed path between two curves drawn from the same places."""
    return line([*upper, *reversed(lower)]) + "Z" if upper and lower else ""


def apart(places: Sequence[float], least: float) -> list[float]:
    """The same places moved as little as needed to stand `least` apart, in the same order: room for labels."""
    order = sorted(range(len(places)), key=lambda each: places[each])
    moved = list(places)
    for before, here in itertools.pairwise(order):
        moved[here] = max(moved[here], moved[before] + least)
    return moved
