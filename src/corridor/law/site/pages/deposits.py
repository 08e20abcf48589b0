"""Deposits over time: how fast comparable conventions gathered theirs, and where this one stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import law
from corridor.law.ruleset import DEFAULT
from corridor.law.site import figures
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import figures as figures_of
from corridor.law.site.pages._reading import instrument_titles, standing
from corridor.law.site.render import fragment
from corridor.law.states import ORGANISATIONS
from corridor.law.tables import latest_day

#: How many years after opening the drawing shows, and for which years the table gives a number.
YEARS = 6
TABLE_YEARS = (1, 2, 3, 4, 5)
_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Curve:
    """One convention: when it was opened, (days after opening, deposits so far), and when it entered into force.

    `dated` is false where only some ranks are known by their day: what lies between is drawn as not known.
    """

    name: str
    short: str
    opened: date
    points: tuple[tuple[int, int], ...]
    needed: int
    force: date | None
    until: date  # the last day the data reach
    main: bool = False
    dated: bool = True

    def after(self, years: float) -> int | None:
        """Deposits that many years after opening; None beyond the data and where they are not dated."""
        days = round(years * _DAYS)
        if not self.dated or days > (self.until - self.opened).days:
            return None
        return max((count for day, count in self.points if day <= days), default=0)

    @property
    def reached(self) -> tuple[int, int] | None:
        """The point at which its own number needed was there."""
        return next((point for point in self.points if point[1] >= self.needed), None)


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
    opened = told.opens or ctx.on
    points = tuple(((day - opened).days, count) for count, day in enumerate(days, start=1))
    return Curve(
        instrument_titles()[DEFAULT],
        str(ctx.t("deposits.ours")),
        opened,
        points,
        told.needed,
        told.entry_into_force,
        ctx.on,
        main=True,
    )


def _others(ctx: Context) -> list[Curve]:
    """The conventions open to every State whose deposits are dated. A region's treaty says little of one for all."""
    return [
        Curve(
            each.title,
            str(ctx.t.maybe(f"deposits.short.{each.id}", each.title)),
            each.opened,
            each.curve,
            each.needed,
            each.entry_into_force,
            each.data_end,
            dated=bool(each.deposits),
        )
        for each in law.comparable()
        if each.universal
    ]


def chart(ctx: Context, curves: Sequence[Curve], needed: int) -> dict[str, Any]:
    """The drawing for a broad and for a narrow screen, and its numbers as a table."""
    rows = [
        {
            "name": each.name,
            "opened": each.opened,
            "after": [each.after(year) for year in TABLE_YEARS],
            "needed": each.needed,
            "force": each.force,
            "days": (each.force - each.opened).days if each.force else None,
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
            _drawing("broad", 900, 560, curves, needed),
            _drawing("narrow", 350, 520, curves, needed),
        ],
    }


def _drawing(name: str, width: int, height: int, curves: Sequence[Curve], needed: int) -> dict[str, Any]:
    start, top, foot = 34, 14, height - 54
    end = width - (150 if name == "broad" else 108)
    shown = [(each, _points(each)) for each in curves]
    most = max((count for _, points in shown for _, count in points), default=needed)
    rows = figures.ticks(max(most, needed))
    x = figures.Scale(0, YEARS, start, end)
    y = figures.Scale(0, rows[-1], foot, top)
    ends = [y.at(points[-1][1]) + (-6 if curve.main else 4) for curve, points in shown]
    places = figures.apart(ends, 14)
    made = []
    for place, (curve, points) in enumerate(shown):
        join = figures.stairs if curve.dated else figures.line
        path = join([(x.at(years), y.at(count)) for years, count in points])
        style = "l-main" if curve.main else f"l-thin l-{1 + place % 2}" if curve.dated else "l-thin l-3"
        at = curve.reached
        shows = at is not None and at[0] <= YEARS * _DAYS
        last_x = x.at(points[-1][0])
        made.append(
            {
                "path": path,
                "style": style,
                "main": curve.main,
                "label": curve.short,
                "dot": (x.at(at[0] / _DAYS), y.at(at[1])) if at is not None and shows else None,
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
    for days, count in curve.points:
        if days > YEARS * _DAYS:
            break
        points.append((max(0, days) / _DAYS, count))
    reach = min(float(YEARS), (curve.until - curve.opened).days / _DAYS)
    if curve.dated and reach > points[-1][0]:
        points.append((reach, points[-1][1]))
    return points
