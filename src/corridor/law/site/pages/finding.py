"""Search: every line of the data that has the words, from a small index in the browser or from the node."""

from __future__ import annotations

from typing import Any

from corridor import law
from corridor.law.ruleset import DEFAULT
from corridor.law.search import Found, everything
from corridor.law.search import search as find
from corridor.law.site.context import Context, Page
from corridor.law.site.render import fragment

#: A page shows no more lines than somebody reads.
MOST = 100
#: Part of a form, as the search names it -> the part of the form's page it stands in.
_PLACES = {
    "contents": "contents",
    "ground": "grounds",
    "period": "periods",
    "duty": "duties",
    "use": "use",
    "excluded ground": "excluded",
    "prohibited ground": "prohibited",
    "form and language": "form_and_language",
}


def make(ctx: Context, subject: str) -> Page:
    """The form to type into, and with a question the lines that have its words, best first."""
    words = ctx.query.get("q", "")
    answer = find(words) if words else None
    hits = [_row(ctx, each) for each in answer.found[:MOST]] if answer else []
    html = fragment(
        "search.html",
        ctx,
        words=words,
        hits=hits,
        more=max(0, len(answer.found) - MOST) if answer else 0,
        near=answer.near if answer else (),
    )
    scripts = () if ctx.links.live else ("search-index.js", "search.js")
    return Page("search", str(ctx.t("search.title")), html, "search", scripts=scripts)


def _row(ctx: Context, found: Found) -> dict[str, Any]:
    short = {each.code: each.short_title for each in law.instruments()}
    return {
        "href": _where(ctx, found),
        "kind": str(ctx.t.maybe(f"search.kind.{found.kind.replace(chr(32), chr(95))}", found.kind)),
        "instrument": short.get(found.instrument, found.instrument),
        "ref": found.line.ref or "",
        "title": found.title
        or (str(ctx.t.maybe(f"kind.{found.form}", str(found.form))) if found.form else ""),
        "text": found.text,
    }


def _where(ctx: Context, found: Found) -> str:
    page, code = ctx.links.page, found.instrument.lower()
    if found.form:
        part = _PLACES.get(found.kind)
        return page("form", found.form) + f"#{code}" + (f"-{part}" if part else "")
    number = getattr(found.line, "number", None) or getattr(found.line, "article", None)
    if found.instrument != DEFAULT:
        return page("instrument", code) + (f"#article-{number}" if number else "#definitions")
    return page("article", str(number)) if number else page("articles") + "#definitions"


def index(ctx: Context) -> list[list[str]]:
    """Every line as the script needs it: address, kind, instrument, number, title, text, and 1 for an article."""
    keys = ("href", "kind", "instrument", "ref", "title", "text")
    rows = ((each.kind, _row(ctx, each)) for each in everything())
    return [[row[key] for key in keys] + (["1"] if kind == "article" else []) for kind, row in rows]
