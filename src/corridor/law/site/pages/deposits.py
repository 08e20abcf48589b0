"""Deposits over time: how fast comparable conventions gathered theirs, and where this one stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import law
from corridor.law import parties as tables
from corridor.law.ruleset import DEFAULT
from corridor.law.site import figures
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import figures as figures_of
from corridor.law.site.pages._reading import instrument_titles, standing
from corridor.law.site.render import fragment
from corridor.law.states import ORGANISATIONS
from corridor.law.tables import latest_day

#: An instrument with fewer dated deposits makes no line: a region's treaty says little of one open to all.
FEWEST = 40
#: How many years after opening the drawing shows, and for which years the table gives a number.
YEARS = 6
TABLE_YEARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Curve:
    """One convention: when it was opened, the days of its deposits in order, and when it entered into force."""

    name: str
    opened: date
    deposits: tuple[date, ...]
    needed: int
    force: date | None
    until: date  # the last day the data reach
    main: bool = False

    def after(self, years: float) -> int | None:
        """Deposits that many years after opening; None beyond the data."""
        day = date.fromordinal(self.opened.toordinal() + round(years * 365.25))
        return None if day > self.until else sum(each <= day for each in self.deposits)


def make(ctx: Context, subject: str) -> Page:
    curves = [_ours(ctx), *_others(ctx)]
    html = fragment("deposits.html", ctx, chart=chart(ctx, curves, curves[0].needed))
    return Page("deposits", str(ctx.t("deposits.title")), html, "deposits")


def _ours(ctx: Context) -> Curve:
    """This Convention. A deposit known by its month alone counts from the last day of that month."""
    told = figures_of(ctx)
    days = sorted(
        latest_day(each.deposit)
        for each in ctx.answers.status.entries
        if standing(each) in ("d", "p") and each.deposit and each.state not in ORGANISATIONS
    )
    opened = next(each.since for each in law.instruments() if each.code == DEFAULT)
    return Curve(
        instrument_titles()[DEFAULT],
        opened or ctx.on,
        tuple(days),
        told.needed,
        told.entry_into_force,
        ctx.on,
        True,
    )


def _others(ctx: Context) -> list[Curve]:
    """The conventions of the data whose deposits are dated: what each State's row says, organisations left out."""
    found = []
    for each in law.instruments():
        known = tables.known().get(each.code)
        if each.code == DEFAULT or known is None or known.needed is None or each.since is None:
            continue
        rows = tables.participations(each.code) if each.code in tables.tables() else ()
        days = sorted(
            date.fromisoformat(row.event)
            for row in rows
            if row.standing in tables.BINDING and len(row.event) == 10 and row.state not in ORGANISATIONS
        )
        if len(days) >= FEWEST:
            found.append(Curve(each.short_title, each.since, tuple(days), known.needed, known.since, ctx.on))
    return found


def chart(ctx: Context, curves: Sequence[Curve], needed: int) -> dict[str, Any]:
    """The drawing for a broad and for a narrow screen, and its numbers as a table."""
    rows = [
        {
            "name": each.name,
            "opened": each.opened,
            "after": [each.after(year) for year in TABLE_YEARS],
            "needed": each.needed,
            "force": each.force,
        }
        for each in curves
    ]
    return {
        "years": YEARS,
        "needed": needed,
        "desc": ctx.t("deposits.desc", years=YEARS, n=len(curves) - 1),
        "table": rows,
        "table_years": TABLE_YEARS,
        "drawings": [
            _drawing("broad", 900, 520, curves, needed),
            _drawing("narrow", 350, 520, curves, needed),
        ],
    }


def _drawing(name: str, width: int, height: int, curves: Sequence[Curve], needed: int) -> dict[str, Any]:
    start, top, foot = 34, 14, height - 54
    end = width - (190 if name == "broad" else 112)
    shown = [(each, _points(each)) for each in curves]
    most = max((count for _, points in shown for _, count in points), default=needed)
    rows = figures.ticks(max(most, needed))
    x = figures.Scale(0, YEARS, start, end)
    y = figures.Scale(0, rows[-1], foot, top)
    ends = [y.at(points[-1][1]) + (-6 if curve.main else 4) for curve, points in shown]
    places = figures.apart(ends, 15)
    made = []
    for place, (curve, points) in enumerate(shown):
        path = figures.stairs([(x.at(years), y.at(count)) for years, count in points])
        style = "l-main" if curve.main else f"l-thin l-{1 + place % 3}"
        last_x = x.at(points[-1][0])
        made.append(
            {
                "path": path,
                "style": style,
                "main": curve.main,
                "label": curve.name,
                "label_x": round(last_x + 7, 1),
                "label_y": round(places[place], 1),
            }
        )
    made.sort(key=lambda each: bool(each["main"]))
    return {
        "name": name,
        "width": width,
        "height": height,
        "start": start,
        "end": end,
        "foot": foot,
        "need": y.at(needed),
        "rows": [{"value": value, "y": y.at(value)} for value in rows],
        "columns": [{"value": value, "x": x.at(value)} for value in range(YEARS + 1)],
        "curves": made,
    }


def _points(curve: Curve) -> list[tuple[float, int]]:
    """Years after opening and deposits so far, to the end of the drawing or of the data."""
    points: list[tuple[float, int]] = [(0.0, 0)]
    for count, day in enumerate(curve.deposits, start=1):
        years = (day - curve.opened).days / 365.25
        if years > YEARS:
            break
        points.append((max(0.0, years), count))
    reach = min(float(YEARS), (curve.until - curve.opened).days / 365.25)
    if reach > points[-1][0]:
        points.append((reach, points[-1][1]))
    return points
