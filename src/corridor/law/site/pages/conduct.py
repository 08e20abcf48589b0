"""Common conduct by its common name: a list to search, and a page for each with the offences it can meet."""

from __future__ import annotations

from collections.abc import Iterable

from corridor import law
from corridor.law.conduct import NEIGHBOUR
from corridor.law.errors import LawFault
from corridor.law.near import near
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import instrument_titles
from corridor.law.site.pages.articles import linked
from corridor.law.site.render import fragment


def address(id: str) -> str:
    """A conduct's part of an address."""
    return id.replace("_", "-")


def subjects(ctx: Context) -> Iterable[str]:
    return (address(each.id) for each in law.conducts())


def make(ctx: Context, subject: str) -> Page:
    rows = [(each, address(each.id)) for each in law.conducts()]
    html = fragment("conducts.html", ctx, rows=rows, titles=_titles())
    return Page("conducts", str(ctx.t("conducts.title")), html, "conducts")


def make_one(ctx: Context, subject: str) -> Page:
    """One conduct. Raises LawFault `law.conduct.unknown` with the near ones."""
    found = next((each for each in law.conducts() if address(each.id) == subject), None)
    if found is None:
        told = ", ".join(near(subject, subjects(ctx)))
        raise LawFault("law.conduct.unknown", term=subject[:40], near=told)
    html = fragment(
        "conduct.html",
        ctx,
        conduct=found,
        neighbour=instrument_titles()[NEIGHBOUR],
        neighbour_code=NEIGHBOUR,
        linked=lambda text: linked(ctx, text),
    )
    return Page(f"conduct-{subject}", found.name, html, "conducts")


def _titles() -> dict[int, str]:
    return {each.number: each.title for each in law.articles()}
