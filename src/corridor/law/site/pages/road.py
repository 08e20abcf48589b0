"""The road to entry into force: deposits so far, the forecast with its width, how it did before, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from corridor import law
from corridor.law.site import figures
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import figures as figures_of
from corridor.law.site.pages._reading import instrument_titles, standing
from corridor.law.site.pages.status import forty, lead
from corridor.law.site.render import fragment
from corridor.law.states import ORGANISATIONS
from corridor.law.tables import latest_day

#: The table of years stops once this much of the chance is told; the horizon is said beside it.
TOLD = 0.96
#: The share of futures the drawing is wide enough for.
_WIDEST = 90


def make(ctx: Context, subject: str) -> Page:
    found = ctx.answers.forecast
    html = fragment(
        "road.html",
        ctx,
        lead=lead(ctx),
        forecast=found,
        forty=forty(ctx),
        chart=chart(ctx, found) if found.scenario is not None else None,
        scenarios=[each for each in (found.scenario, found.reported_too) if each is not None],
        years=_years(found),
        titles=[
            (instrument_titles().get(each.id, each.title), each)
            for each in law.comparable()
            if each.id in found.provenance.conventions
        ],
        eight=found.interval(80),
    )
    return Page("road", str(ctx.t("road.title")), html, "road")


def _years(found: Any) -> list[dict[str, Any]]:
    """The chance that the Convention is in force at the end of each year, by scenario."""
    if found.scenario is None:
        return []
    others = {each.day: each for each in (found.reported_too.by_year if found.reported_too else ())}
    rows = []
    for each in found.scenario.by_year:
        other = others.get(each.day)
        rows.append({"day": each.day, "counted": each.in_force, "other": other.in_force if other else None})
        if each.in_force >= TOLD:
            break
    return rows


def _so_far(ctx: Context, opened: date) -> list[tuple[date, int]]:
    days = sorted(
        latest_day(each.deposit)
        for each in ctx.answers.status.entries
        if standing(each) in ("d", "p") and each.deposit and each.state not in ORGANISATIONS
    )
    return [(opened, 0), *((day, count) for count, day in enumerate(days, start=1))]


def chart(ctx: Context, found: Any) -> dict[str, Any]:
    """The drawing for a broad and for a narrow screen."""
    told = figures_of(ctx)
    opened = told.opens or ctx.on
    done = _so_far(ctx, opened)
    last = found.interval(_WIDEST).latest or found.scenario.band[-1].day
    end = min(last, found.scenario.band[-1].day)
    return {
        "desc": ctx.t(
            "road.desc",
            needed=found.needed,
            counted=found.counted,
            median=ctx.t.day_text(found.median) if found.median else ctx.t("road.beyond"),
            horizon=ctx.t.day_text(found.horizon),
        ),
        "drawings": [
            _drawing(ctx, "broad", 900, 430, found, opened, end, done),
            _drawing(ctx, "narrow", 350, 400, found, opened, end, done),
        ],
    }


def _drawing(
    ctx: Context,
    name: str,
    width: int,
    height: int,
    found: Any,
    opened: date,
    end: date,
    done: Sequence[tuple[date, int]],
) -> dict[str, Any]:
    start, top, foot = 34, 66, height - 34
    x = figures.Scale(opened.toordinal(), end.toordinal(), start, width - 14)
    y = figures.Scale(0, found.needed, foot, top)
    band = [each for each in found.scenario.band if each.day <= end]
    levels = []
    for level in sorted((one for one, _, _ in band[0].ranges), reverse=True):
        ranges = [(each.day, next(pair for pair in each.ranges if pair[0] == level)) for each in band]
        upper = [(x.day(day), y.at(pair[2])) for day, pair in ranges]
        lower = [(x.day(day), y.at(pair[1])) for day, pair in ranges]
        levels.append({"level": level, "path": figures.band(upper, lower)})
    steps = [(x.day(day), y.at(count)) for day, count in done if day <= ctx.on]
    steps.append((x.day(found.known_to), steps[-1][1]))
    bars = []
    for place, each in enumerate(sorted(found.scenario.intervals, key=lambda one: -one.level)):
        first = x.day(each.earliest) if each.earliest else x.end
        until = x.day(min(each.latest, end)) if each.latest else x.end
        bars.append({"level": each.level, "x": first, "width": round(until - first, 1), "place": place})
    median = found.scenario.median
    rising = [each for place, each in enumerate(band) if not place or band[place - 1].median < found.needed]
    return {
        "name": name,
        "width": width,
        "height": height,
        "start": start,
        "end": x.end,
        "top": top,
        "foot": foot,
        "levels": levels,
        "middle": figures.line([(x.day(each.day), y.at(each.median)) for each in rising]),
        "steps": figures.stairs(steps),
        "today": x.day(found.known_to),
        "bars": bars,
        "median": x.day(median) if median and median <= end else None,
        "rows": [{"value": value, "y": y.at(value)} for value in range(0, found.needed + 1, 10)],
        "columns": [
            {"value": day.year, "x": x.day(day)}
            for day in figures.years(opened, end, 8 if name == "broad" else 4)
        ],
    }
