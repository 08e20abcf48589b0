"""The first page: whether the Convention binds, the road to its entry into force, a door for each kind of reader."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from corridor.law.site.context import Context, Page
from corridor.law.site.pages import status
from corridor.law.site.render import fragment

#: Who comes here, and what they came for: page -> the sentence that names it to them.
DOORS = (
    (
        "ministry",
        (
            ("between", "home.door.between"),
            ("forms", "home.door.forms"),
            ("at-home", "home.door.at-home"),
            ("gaps", "home.door.gaps"),
            ("party", "home.door.party"),
            ("deposit-kit", "home.door.kit"),
        ),
    ),
    (
        "journalist",
        (
            ("status", "home.door.status"),
            ("road", "home.door.road"),
            ("deposits", "home.door.deposits"),
            ("press", "home.door.press"),
            ("map", "home.door.map"),
        ),
    ),
    (
        "student",
        (
            ("articles", "home.door.articles"),
            ("search", "home.door.search"),
            ("instruments", "home.door.instruments"),
            ("conducts", "home.door.conduct"),
            ("criminality", "home.door.criminality"),
            ("sources", "home.door.sources"),
        ),
    ),
)


def make(ctx: Context, subject: str) -> Page:
    from corridor.law.site import table

    known = {kind.name for kind in table.PAGES}
    doors = [(who, [each for each in entries if each[0] in known]) for who, entries in DOORS]
    link: Any = Markup('<a href="{}">{}</a>').format(ctx.links.page("sources"), ctx.t("nav.sources"))
    html = fragment(
        "home.html",
        ctx,
        lead=status.lead(ctx),
        keys=status.keys(ctx),
        forty=status.forty(ctx),
        doors=doors,
        trust_link=link,
    )
    return Page("home", str(ctx.t("home.title")), html, "home")
