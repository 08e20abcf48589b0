"""Turns an address and a context into a page, by templates that escape everything and never run anything."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corridor.law.errors import LawFault
from corridor.law.near import near
from corridor.law.site.context import Context, Page

_HERE = Path(__file__).parent
ASSETS = _HERE / "assets"


@functools.cache
def environment() -> Environment:
    """The templates. Undefined names raise: a page with a hole in it is never shown."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    return made


def fragment(template: str, ctx: Context, **values: Any) -> str:
    """One template with what every template has: `t`, `ctx`, `link`, `day`, `on`, `assumed`."""
    return (
        environment()
        .get_template(template)
        .render(
            ctx=ctx,
            t=ctx.t,
            link=ctx.links.page,
            asset=ctx.links.asset,
            file=ctx.links.file,
            day=ctx.t.day,
            on=ctx.on,
            live=ctx.links.live,
            assumed=ctx.answers.assumed,
            **values,
        )
    )


def render(slug: str, ctx: Context) -> Page:
    """The page at an address. Raises LawFault `law.site.no-page` with the near ones, or what the law raises."""
    from corridor.law.site import table

    found = table.find(slug)
    if found is None:
        names = [kind.name for kind in table.PAGES]
        raise LawFault("law.site.no-page", page=slug, near=", ".join(near(slug, names)) or "home")
    kind, subject = found
    if not ctx.query:
        return _kept(kind.name, subject, ctx)
    return kind.make(ctx, subject)


#: Pages already made, by all that decides them. Public pages only: nothing a State keeps for itself is kept here.
_PAGES: dict[tuple[Any, ...], Page] = {}
_MOST = 2048


def _kept(name: str, subject: str, ctx: Context) -> Page:
    from corridor.law.site import table

    kind = next(each for each in table.PAGES if each.name == name)
    if ctx.own or ctx.local is not None:
        return kind.make(ctx, subject)
    key = (name, subject, ctx.answers.key, ctx.language, ctx.home, ctx.links)
    page = _PAGES.get(key)
    if page is None:
        page = kind.make(ctx, subject)
        if len(_PAGES) >= _MOST:
            _PAGES.clear()
        _PAGES[key] = page
    return page


def menu(ctx: Context, section: str) -> Markup:
    """The menu of the site, the place one is in marked."""
    from corridor.law.site import table

    groups = [(group, [kind.name for kind in table.PAGES if kind.group == group]) for group in table.GROUPS]
    return Markup(fragment("_menu.html", ctx, groups=[each for each in groups if each[1]], section=section))  # noqa: S704


def shell(page: Page, ctx: Context) -> str:
    """A whole HTML document around a page, for the static export."""
    return fragment("_shell.html", ctx, page=page, body=Markup(page.html), menu=menu(ctx, page.section))  # noqa: S704
