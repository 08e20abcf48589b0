"""Fits the model of deposits, tests it on conventions it has not seen, and writes what the forecast answers from.

`make forecast` writes src/corridor/law/data/forecast/{draws.csv,fit.json}, docs/pictures/forecast-calibration.svg and
the tables of docs/law-forecast.md. It needs lifelines, which the product does not: the group `forecast`.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from lifelines import LogLogisticFitter, LogNormalFitter, WeibullFitter

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

from corridor.law.comparable import Comparable, comparable, eligible  # noqa: E402
from corridor.law.outlook import Outlook, Tuning, outlook  # noqa: E402

DATA = ROOT / "src" / "corridor" / "law" / "data" / "forecast"
PAGE = ROOT / "docs" / "law-forecast.md"
FIGURE = ROOT / "docs" / "pictures" / "forecast-calibration.svg"

SEED = 20261126
DRAWS = 2000
RANK = 40  # the rank on whose day the first figure of a draw stands
LAST = 60  # a convention is fitted up to this deposit: what happens after it says nothing about the fortieth
FLOOR = 30  # days; deposits at the ceremony and in the month after it are not told apart
ENOUGH = 150
TEMPERS = (1.0, 2.0, 4.0, 8.0, 16.0)
PACES = (0.0, 0.15, 0.3, 0.5)
SEEN = (0, 1, 3, 5, 10, 20)
LEVELS = (0.5, 0.8, 0.9)
Point = tuple[float, float]


def observed(each: Comparable, size: int) -> tuple[list[float], list[float]]:
    """Lower and upper bounds in days of every State's deposit: equal where dated, open where none is known."""
    opened = each.opened
    if each.deposits:
        days = [float(max((day - opened).days, FLOOR)) for day in each.deposits][:LAST]
        end = days[-1] if len(days) == LAST else float((each.data_end - opened).days)
        rest = size - len(days)
        return days + [end] * rest, days + [math.inf] * rest
    lower, upper, known, before = [], [], 0, 0.0
    for rank, day in each.milestones:
        at = float((day - opened).days)
        lower += [before] * (rank - known - 1) + [at]
        upper += [at] * (rank - known)
        known, before = rank, at
    return lower + [before] * (size - known), upper + [math.inf] * (size - known)


def fit_one(each: Comparable, size: int, fitter: Any = WeibullFitter) -> Any:
    lower, upper = observed(each, size)
    return fitter().fit_interval_censoring(np.array(lower), np.array(upper))


def point(fitted: Any, size: int) -> Point:
    """(log of the day of the RANKth deposit, log of the shape)."""
    hazard = -math.log(1 - RANK / size)
    return math.log(fitted.lambda_) + math.log(hazard) / fitted.rho_, math.log(fitted.rho_)


def spread(points: Sequence[Point]) -> tuple[np.ndarray, np.ndarray, int]:
    """Where another convention may lie: a bivariate t about the mean, with n - 2 degrees of freedom.

    The predictive distribution of a normal between conventions under the independence Jeffreys prior: it holds the
    doubt about mean and covariance that few conventions leave.
    """
    x = np.array(points)
    n = len(x)
    centre = x.mean(axis=0)
    inner = (x - centre).T @ (x - centre)
    degrees = n - 2
    return centre, (1 + 1 / n) * inner / degrees, degrees


def draw(points: Sequence[Point], number: int, seed: int) -> list[Point]:
    centre, scale, degrees = spread(points)
    chance = np.random.default_rng(seed)
    normal = chance.multivariate_normal(np.zeros(2), scale, size=number, method="cholesky")
    wide = np.sqrt(degrees / chance.chisquare(degrees, size=number))
    made = centre + normal * wide[:, None]
    return sorted((round(float(a), 4), round(float(b), 4)) for a, b in made)


def moments(each: Comparable) -> list[tuple[int, float, list[float]]]:
    """(deposits asked for, day, deposits known on it) for each as-of point the rows reach before the fortieth."""
    days = [float((day - each.opened).days) for day in each.deposits]
    if not days:
        days = [float((day - each.opened).days) for rank, day in each.milestones if rank <= 2]
    found = []
    for count in SEEN:
        if count > len(days) or (count and not each.deposits and count > 2):
            continue
        at = days[count - 1] if count else 0.0
        known = [day for day in days if day <= at] if count else []
        if len(known) < RANK:
            found.append((count, at, known))
    return found


def truth(each: Comparable) -> float | None:
    day = each.day_of(RANK)
    return float((day - each.opened).days) if day else None


def interval_score(made: Outlook, real: float) -> float:
    """Mean weighted interval score on the logarithm of days: proper, small is good."""
    total = abs(math.log(real) - math.log(made.quantile(0.5))) / 2
    for level in LEVELS:
        low, high = (math.log(made.quantile(share)) for share in ((1 - level) / 2, (1 + level) / 2))
        x = math.log(real)
        wide = (high - low) + 2 / (1 - level) * (max(low - x, 0) + max(x - high, 0))
        total += (1 - level) / 2 * wide
    return total / (len(LEVELS) + 0.5)


#: (convention, deposits asked for, number of the tuning, score, whether each interval holds the truth)
Result = tuple[str, int, int, float, tuple[bool, ...]]


def covers(made: Any, real: float) -> tuple[bool, ...]:
    return tuple(made.quantile((1 - level) / 2) <= real <= made.quantile((1 + level) / 2) for level in LEVELS)


def best(results: Sequence[Result], tunings: int) -> int:
    """The tuning with the best score among those whose 80 % and 90 % intervals hold their share at every as-of point.

    The share is rounded down to whole forecasts. A better score bought with intervals that are too narrow late in a
    convention's road is not taken; where none holds its share everywhere, the one that falls short least is.
    """

    def order(number: int) -> tuple[int, float]:
        of = [row for row in results if row[2] == number]
        short = 0
        for count in SEEN:
            held = [row[4] for row in of if row[1] == count]
            for place, level in enumerate(LEVELS):
                if level > 0.5:
                    short += max(0, math.floor(level * len(held)) - sum(each[place] for each in held))
        return short, sum(row[3] for row in of)

    return min(range(tunings), key=order)


class Guess:
    """A baseline's sample of days, answering as an outlook does."""

    def __init__(self, days: Sequence[float]) -> None:
        self.days = sorted(days)

    def quantile(self, level: float) -> float:
        place = level * (len(self.days) - 1)
        low = int(place)
        high = min(low + 1, len(self.days) - 1)
        return self.days[low] + (place - low) * (self.days[high] - self.days[low])

    def chance(self, day: float) -> float:
        return sum(each <= day for each in self.days) / len(self.days)


def others_times(others: Sequence[Comparable], at: float) -> Guess | None:
    """First baseline: the days on which the other conventions had their fortieth, those already past left out."""
    days = [day for each in others if (day := truth(each)) and day > at]
    return Guess(days) if len(days) >= 3 else None


def constant_rate(known: int, at: float, seed: int) -> Guess | None:
    """Second baseline: deposits go on coming at the rate seen so far (gamma posterior, waiting time of the rest)."""
    if not known or not at:
        return None
    chance = np.random.default_rng(seed)
    rate = chance.gamma(known + 0.5, 1 / at, size=4000)
    return Guess(list(at + chance.gamma(RANK - known, 1.0, size=4000) / rate))


def back_test(used: Sequence[Comparable], points: dict[str, Point], tuning: Tuning) -> list[dict[str, Any]]:
    """Every convention forecast from the others at every as-of point, under every tuning of the grid.

    The tuning for a convention is the one `best` finds on the others: its own outcome has no part in it. First row: the
    tuning found on all.
    """
    grid = [replace(tuning, temper=t, pace=p) for t, p in itertools.product(TEMPERS, PACES)]
    made: dict[tuple[str, int, int], Outlook] = {}
    results: list[Result] = []
    draws = {
        each.id: draw([points[other.id] for other in used if other is not each], DRAWS, SEED) for each in used
    }
    for each in used:
        real = truth(each)
        for number, setting in enumerate(grid):
            for count, at, known in moments(each):
                found = outlook(draws[each.id], setting, seen=known, at=at, needed=RANK)
                made[each.id, count, number] = found
                if real is not None:
                    results.append((each.id, count, number, interval_score(found, real), covers(found, real)))
    best_all = best(results, len(grid))
    rows = []
    for each in used:
        number = best([row for row in results if row[0] != each.id], len(grid))
        others = [other for other in used if other is not each]
        for count, at, known in moments(each):
            found = made[each.id, count, number]
            row: dict[str, Any] = {
                "id": each.id,
                "asked": count,
                "known": len(known),
                "day": at,
                "real": truth(each),
                "temper": grid[number].temper,
                "pace": grid[number].pace,
                "effective": round(found.effective),
                "widened": round(found.widened, 2),
                "model": _verdict(found, each),
                "others": _verdict(others_times(others, at), each),
                "rate": _verdict(constant_rate(len(known), at, SEED), each),
            }
            rows.append(row)
    return [{"tuning": {"temper": grid[best_all].temper, "pace": grid[best_all].pace}}, *rows]


def _verdict(made: Any, each: Comparable) -> dict[str, Any] | None:
    if made is None:
        return None
    real = truth(each)
    found: dict[str, Any] = {"median": round(made.quantile(0.5))}
    for level in LEVELS:
        low, high = made.quantile((1 - level) / 2), made.quantile((1 + level) / 2)
        found[str(int(level * 100))] = [round(low), round(high)]
    if real is not None:
        found["pit"] = round(made.chance(real), 3)
        found["score"] = round(interval_score(made, real), 4)
    else:  # only bounds are known: the share of futures they leave open
        low, high = bounds(each)
        found["within_bounds"] = round((1.0 if high is None else made.chance(high)) - made.chance(low), 3)
    return found


def bounds(each: Comparable) -> tuple[float, float | None]:
    """Between which days the fortieth deposit must lie, where its own day is not in the rows."""
    ranks = [(rank, float((day - each.opened).days)) for rank, day in each.milestones if rank]
    above = [day for rank, day in ranks if rank >= RANK]
    below = [day for rank, day in ranks if rank < RANK] or [float((each.data_end - each.opened).days)]
    return max(below), min(above) if above else None


def summary(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Coverage and sharpness of one way to forecast, by as-of point and over all."""
    found = {}
    for count in (*SEEN, None):
        of = [
            row
            for row in rows
            if row["real"] is not None and row[name] and (count is None or row["asked"] == count)
        ]
        if not of:
            continue
        found["all" if count is None else str(count)] = {
            "forecasts": len(of),
            "conventions": len({row["id"] for row in of}),
            **{
                f"covered_{level}": sum(
                    row[name][level][0] <= row["real"] <= row[name][level][1] for row in of
                )
                for level in ("50", "80", "90")
            },
            "score": round(sum(row[name]["score"] for row in of) / len(of), 4),
            "width_80": round(
                math.exp(sum(math.log(row[name]["80"][1] / row[name]["80"][0]) for row in of) / len(of)), 2
            ),
            "median_error": round(
                math.exp(sum(abs(math.log(row[name]["median"] / row["real"])) for row in of) / len(of)), 2
            ),
        }
    return found


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def made() -> tuple[dict[str, Any], list[Point]]:
    """What is written: the fit with everything it rests on, and the draws."""
    size = eligible()
    used = [each for each in comparable() if each.fitted]
    fits = {each.id: fit_one(each, size) for each in used}
    points = {id: point(fitted, size) for id, fitted in fits.items()}
    start = Tuning(size, RANK, FLOOR, 1.0, 0.0, SEED, ENOUGH)
    chosen, *rows = back_test(used, points, start)
    draws = draw(list(points.values()), DRAWS, SEED)
    centre, scale, degrees = spread(list(points.values()))
    families = {
        name: round(sum(fit_one(each, size, fitter).log_likelihood_ for each in used), 1)
        for name, fitter in (
            ("weibull", WeibullFitter),
            ("log_logistic", LogLogisticFitter),
            ("log_normal", LogNormalFitter),
        )
    }
    tuning = replace(start, **chosen["tuning"])
    return {
        "model": "Weibull time to deposit per State and convention, bivariate t between conventions",
        "inputs": {
            "digest": digest(DATA / "analog_ratifications.csv", DATA / "conventions.yaml"),
            "files": ["analog_ratifications.csv", "conventions.yaml"],
        },
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: version(name) for name in ("lifelines", "numpy", "pandas", "scipy")},
        },
        "tuning": {name: getattr(tuning, name) for name in Tuning.__dataclass_fields__},
        "fitted_to_rank": LAST,
        "log_likelihood": families,
        "conventions": {
            each.id: {
                "day40": round(math.exp(points[each.id][0]), 1),
                "shape": round(math.exp(points[each.id][1]), 4),
                "deposits_used": min(len(each.deposits), LAST) or len(each.milestones),
            }
            for each in used
        },
        "between": {
            "centre": [round(float(value), 5) for value in centre],
            "scale": [[round(float(value), 5) for value in row] for row in scale],
            "degrees": degrees,
        },
        "sensitivity": sensitivity(size, used, points, tuning),
        "calibration": {name: summary(rows, name) for name in ("model", "others", "rate")},
        "back_test": rows,
    }, draws


def sensitivity(
    size: int, used: Sequence[Comparable], points: dict[str, Point], tuning: Tuning
) -> dict[str, Any]:
    """The same question, nothing observed and one deposit after 400 days, under other choices of conventions."""
    closed = {
        each.id: point(fit_one(each, size), size)
        for each in comparable()
        if not each.fitted and not each.milestones
    }
    choices = {
        "as_fitted": points,
        "read_rows_only": {each.id: points[each.id] for each in used if str(each.confidence) == "seen"},
        "without_the_slowest": {id: at for id, at in points.items() if at != max(points.values())},
        "with_closed_circles": {**points, **closed},
    }
    found = {}
    for name, chosen in choices.items():
        draws = draw(list(chosen.values()), DRAWS, SEED)
        row: dict[str, Any] = {"conventions": len(chosen)}
        for label, seen, at in (("opening", [], 0.0), ("one_after_400_days", [120.0], 400.0)):
            told = outlook(draws, tuning, seen=seen, at=at, needed=RANK)
            row[label] = [round(told.quantile(share)) for share in (0.05, 0.1, 0.5, 0.9, 0.95)]
        found[name] = row
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=None, help="write fit.json and draws.csv there only")
    into = parser.parse_args().into
    fit, draws = made()
    text = json.dumps(fit, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    folder = into or DATA
    (folder / "fit.json").write_text(text + "\n", encoding="utf-8")
    lines = ["day40_log,shape_log", *(f"{a:.4f},{b:.4f}" for a, b in draws)]
    (folder / "draws.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if into is None:
        from figure import calibration_figure, tables

        FIGURE.write_text(calibration_figure(fit), encoding="utf-8")
        if PAGE.exists():
            page = PAGE.read_text(encoding="utf-8")
            for name, table in tables(fit).items():
                mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
                page = mark.sub(lambda m, t=table: f"{m[1]}{t}\n{m[2]}", page)
            PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
