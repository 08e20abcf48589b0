"""Every page of the law in one table: its name, who makes it, for which subjects, and where it stands in the menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corridor.law.site.context import Context, Page
from corridor.law.site.pages import (
    about,
    articles,
    beside,
    between,
    conduct,
    criminality,
    deposits,
    finding,
    forms,
    gaps,
    home,
    instruments,
    kit,
    one_state,
    press,
    road,
    sources,
    status,
    tilemap,
)

Make = Callable[[Context, str], Page]
Subjects = Callable[[Context], Iterable[str]]


def _alone(ctx: Context) -> Iterable[str]:
    return ("",)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of one kind. `group` puts the kind into the menu under `nav.<group>`; without it, pages link to it."""

    name: str
    make: Make
    group: str = ""
    subjects: Subjects = _alone


#: The groups of the menu, in order.
GROUPS = ("stands", "says", "between", "join", "read")

PAGES: tuple[Kind, ...] = (
    Kind("home", home.make),
    Kind("status", status.make, "stands"),
    Kind("map", tilemap.make, "stands"),
    Kind("road", road.make, "stands"),
    Kind("deposits", deposits.make, "stands"),
    Kind("state", one_state.make_one, subjects=one_state.subjects),
    Kind("articles", articles.make, "says"),
    Kind("article", articles.make_one, subjects=articles.subjects),
    Kind("forms", forms.make, "says"),
    Kind("form", forms.make_one, subjects=forms.subjects),
    Kind("instruments", instruments.make, "says"),
    Kind("instrument", instruments.make_one, subjects=instruments.subjects),
    Kind("conducts", conduct.make, "says"),
    Kind("conduct", conduct.make_one, subjects=conduct.subjects),
    Kind("at-home", beside.make_home, "says"),
    Kind("gaps", gaps.make, "join"),
    Kind("gap", gaps.make_one, subjects=gaps.subjects),
    Kind("deposit-kit", kit.make, "join"),
    Kind("deposit", kit.make_one, subjects=kit.subjects),
    Kind("party", beside.make_tells, "join"),
    Kind("search", finding.make, "says"),
    Kind("between", between.make, "between"),
    Kind("criminality", criminality.make, "between"),
    Kind("offence", criminality.make_one, subjects=criminality.subjects),
    Kind("press", press.make, "read"),
    Kind("sources", sources.make, "read"),
    Kind("about", about.make, "read"),
)


def find(slug: str) -> tuple[Kind, str] | None:
    """The kind and the subject an address names: `article-42` -> (article, `42`). None when no kind is so named."""
    exact = next((kind for kind in PAGES if kind.name == slug and kind.subjects is _alone), None)
    if exact is not None:
        return exact, ""
    for kind in sorted(PAGES, key=lambda each: -len(each.name)):
        if kind.subjects is not _alone and slug.startswith(f"{kind.name}-"):
            return kind, slug[len(kind.name) + 1 :]
    return None
