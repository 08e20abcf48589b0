"""Between two States: what binds them on a day for a request and an offence, best first, with reasons and gaps.

In a node the server answers any day, request and offence. In files the answers of the day of export are laid down
beforehand and looked up; every State's own page lists the same without a script.
"""

from __future__ import annotations

from typing import Any

from corridor import law
from corridor.law import parties as tables
from corridor.law.days import day as read_day
from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context, Page
from corridor.law.site.pages import forms
from corridor.law.site.pages._reading import cited, instrument_titles, with_a_page
from corridor.law.site.render import fragment
from corridor.law.states import State, state, states


def make(ctx: Context, subject: str) -> Page:
    """The form, and the answer where two States are asked about. Raises what `law.between` raises."""
    asked = {name: ctx.query.get(name, "") for name in ("a", "b", "on", "form", "offence")}
    answer: Any = None
    fault: LawFault | None = None
    if asked["a"] and asked["b"]:
        try:
            answer = ask(ctx, asked)
        except LawFault as told:
            fault = told
    html = fragment(
        "between.html",
        ctx,
        asked=asked,
        answer=answer,
        fault=fault,
        states=sorted(states(), key=lambda each: each.name),
        kinds=kinds(ctx),
        offences=law.offences(),
        short=instrument_titles(),
        known=with_a_page(),
        cited=lambda cite: cited(ctx, cite),
    )
    title = ctx.t("between.title")
    if answer is not None:
        title = ctx.t("between.title.two", a=answer["a"].name, b=answer["b"].name)
    scripts = () if ctx.links.live else ("between-index.js", "between.js")
    return Page("between", str(title), html, "between", scripts=scripts)


def ask(ctx: Context, asked: dict[str, str]) -> dict[str, Any]:
    """One answer with what was asked beside it. Raises LawFault for an unknown State, day, request or article."""
    on = read_day(asked["on"]) if asked["on"] else ctx.on
    offence = number(asked["offence"]) if asked["offence"] else None
    form = asked["form"] or None
    table: dict[str, Any] = {} if ctx.table is None else {"table": ctx.table}
    found = law.between(asked["a"], asked["b"], on=on, form=form, offence=offence, **table)
    first, second = state(asked["a"]), state(asked["b"])
    return {"found": found, "a": first, "b": second, "on": on, "form": form, "offence": offence}


def number(text: str) -> int:
    """An article's number as typed. Raises LawFault `law.article.not-in-data`."""
    if not text.isdecimal() or len(text) > 4:
        raise LawFault("law.article.not-in-data", article=text, instrument=DEFAULT, near="")
    return law.article(int(text)).number


def kinds(ctx: Context) -> list[tuple[str, str]]:
    """The kinds of request one may ask about, as people call them, by name."""
    every = sorted({kind for _, kind in tables.coverages()})
    return sorted(((kind, forms.title(ctx, kind)) for kind in every), key=lambda each: each[1])


def partners(one: State) -> list[State]:
    """Every other State of the same world, by name."""
    return sorted((each for each in states() if each.code != one.code), key=lambda each: each.name)
