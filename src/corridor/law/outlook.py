"""The arithmetic of the forecast: draws of pace and shape, weighed by the deposits seen, carried forward to a number.

A draw is one convention as it might be: (log of the day by which the number is expected, log of the shape). Each of
`eligible` States has a cumulative hazard `(day / scale) ** shape`; the deposits of a convention are then the first
order statistics, and given the draw everything has a closed form. Days are counted from the opening for signature.
No clock and no generator of the platform's own distributions: the same inputs give the same days on every Python.
"""

from __future__ import annotations

import functools
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, fsum, log, pow
from statistics import NormalDist

Draws = Sequence[tuple[float, float]]

#: How many futures are played, and how many of them the band of counts is drawn from.
FUTURES = 1200
BAND_STEP = 3


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the fit found: who could deposit, on which rank a draw's first figure stands, from which day a deposit is
    told apart from the ceremony, and how far the deposits seen are trusted.

    `temper`: the likelihood of the deposits seen is raised to 1 / temper: deposits come in clusters and tell less than
    as many independent ones. `pace`: how much the pace changes from now on (standard deviation of its logarithm).
    """

    eligible: int
    rank: int
    floor: int
    temper: float
    pace: float
    seed: int
    enough: int  # an effective number of draws below this is raised by trusting the deposits seen less


@dataclass(frozen=True, slots=True)
class Outlook:
    """The futures played. `days`: when the number is reached, sorted, one per future, in days after opening."""

    days: tuple[float, ...]
    effective: float  # effective number of draws behind them, after widening
    widened: float  # 1.0, or by how much the deposits seen were trusted less
    _paths: tuple[tuple[float, float, float, float, tuple[float, ...]], ...]
    _counted: int

    def quantile(self, level: float) -> float:
        """The day by which that share of the futures have reached the number."""
        place = level * (len(self.days) - 1)
        low = int(place)
        high = min(low + 1, len(self.days) - 1)
        return self.days[low] + (place - low) * (self.days[high] - self.days[low])

    def chance(self, day: float) -> float:
        """The share of futures that have reached the number by a day."""
        return bisect_right(self.days, day) / len(self.days)

    def counts(self, day: float) -> tuple[int, ...]:
        """The deposits by a day in a part of the futures, sorted; none goes beyond the number needed."""
        found = []
        for scale, shape, before, pace, steps in self._paths:
            passed = pace * ((max(day, 0.0) / scale) ** shape - before)
            found.append(self._counted + bisect_right(steps, passed))
        return tuple(sorted(found))


def outlook(draws: Draws, tuning: Tuning, *, seen: Sequence[float], at: float, needed: int) -> Outlook:
    """Carry the draws forward from day `at`, on which the deposits of the days `seen` are known, to `needed` deposits.

    Requires fewer than `needed` deposits seen, and `needed` no more than can deposit.
    """
    shapes = [_shape(draw, tuning) for draw in draws]
    counted = len(seen)
    days = [max(day, float(tuning.floor)) for day in seen]
    now = max([at, *days]) if days else max(at, 0.0)
    scores = [_score(scale, shape, days, now, tuning.eligible) for scale, shape in shapes]
    weights, effective, widened = _weights(scores, tuning)
    chosen = _spread(weights, FUTURES)
    waits, paces = _chance(tuning.seed, needed)
    reached, paths = [], []
    shares = [1.0 / (tuning.eligible - rank) for rank in range(counted, needed)]
    for place, index in enumerate(chosen):
        scale, shape = shapes[index]
        before = (now / scale) ** shape
        pace = exp(tuning.pace * paces[place] - tuning.pace**2 / 2)
        steps = tuple(accumulate(w * s for w, s in zip(waits[place][counted:], shares, strict=True)))
        reached.append(scale * (before + steps[-1] / pace) ** (1 / shape))
        if place % BAND_STEP == 0:
            paths.append((scale, shape, before, pace, steps))
    return Outlook(tuple(sorted(reached)), effective, widened, tuple(paths), counted)


def _shape(draw: tuple[float, float], tuning: Tuning) -> tuple[float, float]:
    """A draw as (scale, shape) of the cumulative hazard of one State."""
    shape = exp(draw[1])
    hazard = -log(1 - tuning.rank / tuning.eligible)
    return exp(draw[0] - log(hazard) / shape), shape


def _score(scale: float, shape: float, days: Sequence[float], now: float, eligible: int) -> float:
    """The log-likelihood of the deposits seen and of the others' silence."""
    count = len(days)
    passed = sum(pow(day / scale, shape) for day in days) + (eligible - count) * pow(now / scale, shape)
    if not count:
        return -passed
    return count * (log(shape) - shape * log(scale)) + (shape - 1) * fsum(map(log, days)) - passed


def _weights(scores: Sequence[float], tuning: Tuning) -> tuple[list[float], float, float]:
    """Weights of the draws, their effective number, and how much further the deposits had to be distrusted."""
    best, widened = max(scores), 1.0
    while True:
        weights = [exp((score - best) / (tuning.temper * widened)) for score in scores]
        total = sum(weights)
        effective = total**2 / sum(weight * weight for weight in weights)
        if effective >= tuning.enough or widened > 1000:
            return [weight / total for weight in weights], effective, widened
        widened *= 1.1


def _spread(weights: Sequence[float], number: int) -> list[int]:
    """So many draws in proportion to the weights, in the order of the draws: systematic, so that nothing is left to
    chance.
    """
    sums = list(accumulate(weights))
    last = len(sums) - 1
    return [min(bisect_left(sums, (place + 0.5) / number * sums[-1]), last) for place in range(number)]


@functools.lru_cache(maxsize=4)
def _chance(seed: int, needed: int) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """The same chances for every question: a wait for each rank and a change of pace for each future.

    A rank keeps its wait however many are counted, so that one deposit more never makes the same future later.
    """
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose; nothing is kept secret with it
    normal = NormalDist()
    waits = tuple(tuple(-log(1 - chance.random()) for _ in range(needed)) for _ in range(FUTURES))
    paces = [normal.inv_cdf((place + 0.5) / FUTURES) for place in range(FUTURES)]
    for place in range(FUTURES - 1, 0, -1):  # shuffled by hand: the platform's shuffle may change
        other = int(chance.random() * (place + 1))
        paces[place], paces[other] = paces[other], paces[place]
    return waits, tuple(paces)
