"""Whether conduct an article names is punishable in two States: a question in a node, a page an article in both.

A page an article lists every State whose law was researched, side by side, with the line of four years drawn. A State
without a row is said to be not researched; nothing here says that something is no crime.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from corridor import law
from corridor.law.criminality import National, Penalty, national, offence_article, researched
from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.site import figures
from corridor.law.site.context import Context, Page
from corridor.law.site.render import fragment
from corridor.law.states import state, states

#: The drawing ends here; more, and life, reach its edge and say so in words.
MOST_YEARS = 20
#: A longer name does not fit beside its bar; the State's code stands there.
LONGEST_NAME = 27
_MONTHS = 12


def subjects(ctx: Context) -> Iterable[str]:
    return (str(each.article) for each in law.offences())


def make(ctx: Context, subject: str) -> Page:
    """The question, and the answer where two States and an article are asked about."""
    asked = {name: ctx.query.get(name, "") for name in ("a", "b", "article")}
    found: Any = None
    fault: LawFault | None = None
    if all(asked.values()):
        try:
            found = law.criminality(asked["a"], asked["b"], offence_article(asked["article"]))
        except LawFault as told:
            fault = told
    html = fragment(
        "criminality.html",
        ctx,
        asked=asked,
        found=found,
        fault=fault,
        sides=_sides(found) if found is not None else (),
        chart=chart(ctx, _drawn(found)) if found is not None and _drawn(found) else None,
        states=sorted(states(), key=lambda each: each.name),
        rows=[(each, _count(each.article)) for each in law.offences()],
        researched=sorted(researched(), key=lambda each: each.name),
        line=_years(),
    )
    title = ctx.t("criminality.title")
    if found is not None:
        first, second = state(found.a).name, state(found.b).name
        title = ctx.t("criminality.title.two", a=first, b=second, number=found.article)
    return Page("criminality", str(title), html, "criminality")


def make_one(ctx: Context, subject: str) -> Page:
    """One offence in every law researched. Raises LawFault `law.article.not-in-data`."""
    offence = next((each for each in law.offences() if str(each.article) == subject), None)
    if offence is None:
        told = ", ".join(subjects(ctx))
        raise LawFault("law.article.not-in-data", article=subject[:10], instrument=DEFAULT, near=told)
    rows = [
        (each.name, national(each.code)[offence.article])
        for each in sorted(researched(), key=lambda each: each.name)
        if offence.article in national(each.code)
    ]
    html = fragment(
        "offence.html",
        ctx,
        offence=offence,
        rows=rows,
        missing=len(states()) - len(rows),
        states=sorted(states(), key=lambda each: each.name),
        chart=chart(ctx, rows),
        line=_years(),
    )
    title = ctx.t("criminality.offence", number=offence.article, title=offence.title)
    return Page(f"offence-{offence.article}", str(title), html, "criminality")


def _years() -> int:
    """The line in years, as the data have it."""
    months = shipped().gate_lines(DEFAULT).penalty_months
    assert months is not None, "the comparison itself refuses data without the line"
    return months // _MONTHS


def _sides(found: Any) -> list[dict[str, Any]]:
    return [
        {"code": code, "name": state(code).name, "row": row}
        for code, row in ((found.a, found.side_a), (found.b, found.side_b))
    ]


def _drawn(found: Any) -> list[tuple[str, National]]:
    return [(each["name"], each["row"]) for each in _sides(found) if each["row"] is not None]


def _count(article: int) -> int:
    return sum(article in national(each.code) for each in researched())


def length(penalty: Penalty | None) -> float:
    """Years a bar is long: life and more than the drawing holds reach its edge."""
    if penalty is None:
        return 0.0
    if penalty.life or penalty.months is None:
        return float(MOST_YEARS)
    return min(penalty.months / _MONTHS, float(MOST_YEARS))


def chart(ctx: Context, rows: Sequence[tuple[str, National]]) -> dict[str, Any]:
    """A bar a State: the ordinary maximum full, the aggravated one lighter behind it, the line of the data across."""
    return {
        "desc": ctx.t("criminality.desc", n=len(rows), years=_years()),
        "drawings": [_drawing(ctx, "broad", 900, 190, rows), _drawing(ctx, "narrow", 350, 104, rows)],
    }


def _drawing(
    ctx: Context, name: str, width: int, start: int, rows: Sequence[tuple[str, National]]
) -> dict[str, Any]:
    step, top = 24, 26
    foot = top + step * len(rows) + 4
    x = figures.Scale(0, MOST_YEARS, start, width - (76 if name == "broad" else 46))
    bars = []
    for place, (label, row) in enumerate(rows):
        longest = max(length(row.base), length(row.aggravated))
        bars.append(
            {
                "label": label if name == "broad" and len(label) <= LONGEST_NAME else row.state,
                "y": top + step * place,
                "base": round(x.at(length(row.base)) - start, 1),
                "most": round(x.at(longest) - start, 1),
                "say": said(ctx, row),
                "say_x": round(x.at(longest) + 7, 1) if longest else start + 6,
                "known": bool(longest),
            }
        )
    marks = [each for each in (0, 5, 10, 15, 20) if each <= MOST_YEARS]
    return {
        "name": name,
        "width": width,
        "height": foot + 26,
        "start": start,
        "top": top,
        "foot": foot,
        "bars": bars,
        "line": x.at(_years()),
        "columns": [{"value": value, "x": x.at(value)} for value in marks],
    }


def said(ctx: Context, row: National) -> str:
    """The maximums in figures: `5 | 10`, `life`, `?`."""
    parts = [figure(ctx, each) for each in (row.base, row.aggravated) if each is not None]
    return " | ".join(parts) if parts else str(ctx.t("criminality.no-maximum.short"))


def figure(ctx: Context, penalty: Penalty) -> str:
    if penalty.life or penalty.months is None:
        return str(ctx.t("criminality.life"))
    years = penalty.months / _MONTHS
    return f"{years:g}"
