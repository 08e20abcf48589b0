"""The instruments States work with: one list, and one page for each but the Convention, which has its own browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.near import did_you_mean
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context, Page
from corridor.law.site.pages.forms import title
from corridor.law.site.render import fragment


def _others() -> list[Any]:
    return [each for each in law.instruments() if each.code != DEFAULT]


def subjects(ctx: Context) -> Iterable[str]:
    return (each.code.lower() for each in _others())


def make(ctx: Context, subject: str) -> Page:
    html = fragment("instruments.html", ctx, instruments=law.instruments(), default=DEFAULT)
    return Page("instruments", str(ctx.t("instruments.title")), html, "instruments")


def make_one(ctx: Context, subject: str) -> Page:
    """One instrument. Raises LawFault `law.instrument.unknown` with the near ones."""
    found = next((each for each in _others() if each.code.lower() == subject), None)
    if found is None:
        codes = [each.code for each in _others()]
        raise LawFault("law.instrument.unknown", instrument=subject, near=did_you_mean(subject, codes))
    articles: Any = law.articles(found.code) if found.rules else ()
    definitions: Any = law.definitions(found.code) if found.rules else ()
    kinds = []
    for kind in law.kinds():
        form = law.form(kind, found.code, on=ctx.on) if found.rules else None
        if isinstance(form, law.Form):
            kinds.append((kind, title(ctx, kind)))
    html = fragment(
        "instrument.html", ctx, instrument=found, articles=articles, definitions=definitions, kinds=kinds
    )
    return Page(f"instrument-{subject}", found.short_title, html, "instruments")
