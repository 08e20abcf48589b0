"""The article browser: the list with its chapters and definitions, and one page for each article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context, Page
from corridor.law.site.render import fragment

_PARTS = ("optional_requirements", "carve_outs", "extensions", "definitions", "reservations")
#: `article 42`, `art. 42`, `40(21)(b)`: what names an article becomes a link to it.
_NAMED = re.compile(
    r"\b(?:(?:arts?\.?|articles?)\s+)?(\d{1,3})(?:\([0-9a-z]{1,5}\))+|\b(?:arts?\.?|articles?)\s+(\d{1,3})\b",
    re.I,
)


def subjects(ctx: Context) -> Iterable[str]:
    return (str(each.number) for each in law.articles())


def make(ctx: Context, subject: str) -> Page:
    chapters: dict[int, dict[str, Any]] = {}
    for each in law.articles():
        chapter = chapters.setdefault(
            each.chapter, {"number": each.chapter, "title": each.chapter_title, "articles": []}
        )
        chapter["articles"].append(
            {
                "number": each.number,
                "title": each.title,
                "summary": each.summary,
                "find": f"{each.number} {each.kind} " + " ".join(line.text for line in _provisions(each)),
            }
        )
    html = fragment("articles.html", ctx, chapters=list(chapters.values()), definitions=law.definitions())
    return Page("articles", str(ctx.t("articles.title")), html, "articles")


def make_one(ctx: Context, subject: str) -> Page:
    """One article. Raises LawFault `law.article.not-in-data`."""
    if not subject.isdecimal():
        raise LawFault("law.article.not-in-data", article=subject, instrument=DEFAULT, near="")
    every = law.articles()
    article = law.article(int(subject))
    offence = next((each for each in law.offences() if each.article == article.number), None)
    parts = [(code, getattr(offence, code)) for code in _PARTS if offence and getattr(offence, code)]
    place = every.index(article)
    html = fragment(
        "article.html",
        ctx,
        article=article,
        provisions=[_Said(line, linked(ctx, line.text)) for line in _provisions(article)],
        offence=offence,
        parts=parts,
        used=_used(article),
        terms=[line for line in law.definitions() if line.ref and line.ref.startswith(f"{article.number}(")],
        forms=_forms(ctx, article.number),
        refers=_titled(_numbers(article, "refers")),
        referred=_titled(_numbers(article, "referred")),
        before=every[place - 1] if place else None,
        after=every[place + 1] if place + 1 < len(every) else None,
    )
    title = f"{ctx.t('article.title', number=article.number)} {article.title}"
    return Page(f"article-{article.number}", title, html, "articles")


class _Said:
    """A line of the data with its text made into markup; every other question goes to the line."""

    def __init__(self, line: Any, said: Markup) -> None:
        self.line, self.said = line, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


def _provisions(article: Any) -> tuple[Any, ...]:
    return tuple(getattr(article, "provisions", ()))


def _numbers(article: Any, way: str) -> tuple[int, ...]:
    links = getattr(article, "links", None)
    return tuple(getattr(links, way, ())) if links is not None else ()


def _used(article: Any) -> list[Any]:
    """The defined terms its paragraphs use."""
    return [line for line in getattr(getattr(article, "links", None), "terms", ()) if line.ref]


def _titled(numbers: tuple[int, ...]) -> list[tuple[int, str]]:
    titles = {each.number: each.title for each in law.articles()}
    return [(number, titles[number]) for number in numbers if number in titles]


def _forms(ctx: Context, number: int) -> list[tuple[str, str]]:
    found = []
    for kind in law.kinds():
        try:
            form = law.form(kind, on=ctx.on)
        except LawFault:
            continue
        if isinstance(form, law.Form) and number in (*form.articles, *form.domestic_articles):
            found.append((kind, str(ctx.t.maybe(f"kind.{kind}", form.title))))
    return found


def linked(ctx: Context, text: str) -> Markup:
    """A sentence of the data in which each article it names is a link."""
    known = {each.number for each in law.articles()}

    def one(match: re.Match[str]) -> str:
        number = match[1] or match[2]
        if int(number) not in known:
            return match[0]
        return f'<a href="{escape(ctx.links.page("article", number))}">{match[0]}</a>'

    return Markup(_NAMED.sub(one, str(escape(text))))  # noqa: S704
