"""How far a State's law gives effect to the Convention: a checklist of every paragraph, which only the State answers.

For anybody: the paragraphs, and what is known of a State's law as a suggestion. For its own people: its answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from corridor import law
from corridor.law.criminality import national
from corridor.law.site.context import Context, Page
from corridor.law.site.pages.articles import linked
from corridor.law.site.pages.one_state import known
from corridor.law.site.render import fragment
from corridor.law.states import states

#: The checklist without a State: in files it serves every State of whose law nothing is known.
BLANK = "any"


def subjects(ctx: Context) -> Iterable[str]:
    """In files, a page for each State of whose law something is known, and the blank one; a node makes them all."""
    return (BLANK, *(each.code.lower() for each in states() if has_page(ctx, each.code)))


def has_page(ctx: Context, code: str) -> bool:
    return ctx.links.live or bool(national(code)) or ctx.own_of(code)


def address(ctx: Context, code: str) -> str:
    """The checklist that serves a State."""
    return ctx.links.page("gap", code if has_page(ctx, code) else BLANK)


def make(ctx: Context, subject: str) -> Page:
    """The list of States."""
    rows = [
        (each, address(ctx, each.code), len(national(each.code)))
        for each in sorted(states(), key=lambda each: each.name)
    ]
    html = fragment(
        "gaps.html", ctx, rows=rows, blank=ctx.links.page("gap", BLANK), home=ctx.home if ctx.own else ""
    )
    return Page("gaps", str(ctx.t("gaps.title")), html, "gaps")


def make_one(ctx: Context, subject: str) -> Page:
    """One State's checklist, or the blank one. Raises LawFault `law.state.unknown` with the near ones."""
    if subject == BLANK:
        code, own, fictional, found = "", False, False, _blank(str(ctx.t("gaps.blank")))
    else:
        one = known(ctx, subject)
        code, fictional = one.code, one.fictional
        own = ctx.own_of(code)
        found = law.gaps(code, ctx.own_answers if own else ())
    slug = f"gap-{subject.lower()}"
    html = fragment(
        "gap.html",
        ctx,
        code=code,
        fictional=fictional,
        own=own,
        found=found,
        articles=[
            (number, list(items))
            for number, items in groupby(found.items, lambda each: each.paragraph.article)
        ],
        totals=list(found.totals().items()),
        optional=sum(each.optional for each in found.items),
        bar=_bar(found),
        suggested=sum(each.suggestion is not None for each in found.items),
        files=[(ctx.links.file(slug, f"{slug}.{kind}"), kind) for kind in ("csv", "md")],
        linked=lambda text: linked(ctx, text),
    )
    title = ctx.t("gaps.title.one", name=found.name) if code else ctx.t("gaps.blank")
    saved = ((f"{slug}.csv", found.to_csv()), (f"{slug}.md", found.to_markdown().encode()))
    return Page(slug, str(title), html, "gaps", files=saved)


def _blank(name: str) -> Any:
    """The checklist with nothing in it that is of any State."""
    found = law.gaps(next(iter(states())).code)
    items = tuple(replace(each, answer=None, suggestion=None) for each in found.items)
    return replace(found, state="", name=name, items=items)


def _bar(found: Any) -> list[dict[str, Any]]:
    """The totals as parts of a bar 1000 wide."""
    totals = found.totals()
    every = sum(totals.values()) or 1
    parts, at = [], 0.0
    for met, count in totals.items():
        width = round(1000 * count / every, 1)
        parts.append({"met": str(met), "count": count, "x": round(at, 1), "width": width})
        at += width
    return parts
