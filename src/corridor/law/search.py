"""Finds words in what the law data says: articles, their paragraphs, definitions, offences, lines of every form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corridor.law.near import folded, near
from corridor.law.ruleset import Rules, shipped
from corridor.law.types import ContentItem, Duty, Form, Ground, Line, Period, Provision, trust_to_dict


@dataclass(frozen=True, slots=True)
class Found:
    """One line that has the words. `kind`: article, paragraph, definition, offence, form, or the part of a form it
    stands in.
    """

    kind: str
    title: str
    text: str
    line: Line
    form: str | None = None
    rank: int = 0

    @property
    def instrument(self) -> str:
        return self.line.instrument

    def to_dict(self) -> dict[str, Any]:
        row = {"kind": self.kind, "instrument": self.instrument, "form": self.form}
        row |= {"title": self.title, "text": self.text}
        return row | {"ref": self.line.ref, "cite": self.line.cite()} | trust_to_dict(self.line.trust)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, best first; `near` are words of the data that look like those that were not found."""

    words: tuple[str, ...]
    found: tuple[Found, ...]
    near: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        rows = [each.to_dict() for each in self.found]
        return {"words": list(self.words), "found": rows, "near": list(self.near)}


def search(words: str, *, instrument: str | None = None, rules: Rules | None = None) -> Findings:
    """Every line in which each of `words` begins a word, titles before texts, an article's number before all.

    `instrument` keeps to one; its rules must be in the data (LawFault `law.instrument.no-rules`).
    """
    wanted = tuple(dict.fromkeys(folded(words).split()))
    if not wanted:
        return Findings((), (), ())
    ranked: list[tuple[int, int, Found]] = []
    known: dict[str, None] = {}
    for place, each in enumerate(_everything(rules or shipped(), instrument)):
        title, text = f" {folded(each.title)}", f" {folded(each.text)}"
        rank = _rank(each, wanted, title, text)
        if rank:
            ranked.append((-rank, place, each))
        elif not ranked:
            known |= dict.fromkeys((title + text).split())
    if ranked:
        ranked.sort(key=lambda row: row[:2])
        return Findings(wanted, tuple(replace(each, rank=-rank) for rank, _, each in ranked), ())
    offered = (
        one for word in wanted if word not in known for one in near(word, (w for w in known if len(w) > 3))
    )
    return Findings(wanted, (), tuple(dict.fromkeys(offered)))


def everything(instrument: str | None = None, rules: Rules | None = None) -> Iterator[Found]:
    """Every line that can be found, for an index that is searched elsewhere (the pages of the law)."""
    return _everything(rules or shipped(), instrument)


def _rank(found: Found, wanted: tuple[str, ...], title: str, text: str) -> int:
    """0 where a word is missing; more for each word in the title, most for the number of an article.

    `title` and `text` are folded, with a blank before each word.
    """
    total = 0
    for word in wanted:
        if found.kind == "article" and word == found.line.ref:
            total += 100
        elif f" {word}" in title:
            total += 10
        elif f" {word}" in text:
            total += 1
        else:
            return 0
    return total


def _everything(rules: Rules, instrument: str | None) -> Iterator[Found]:
    codes = [instrument] if instrument else [each.code for each in rules.instruments() if each.rules]
    for code in codes:
        for article in rules.articles(code):
            yield Found("article", article.title, article.summary, article)
            for paragraph in article.provisions:
                yield Found("paragraph", "", paragraph.text, paragraph)
        for definition in rules.definitions(code):
            yield Found("definition", definition.term, definition.meaning, definition)
        for offence in rules.offences(code):
            conduct = "; ".join((*offence.conduct, offence.mental_element))
            yield Found("offence", offence.title, conduct, offence)
        for kind in rules.kinds():
            form = rules.form(kind, code, on=date.max)
            if isinstance(form, Form):
                yield Found("form", form.title, "", form, kind)
                yield from _lines_of(form)


def _lines_of(form: Form) -> Iterator[Found]:
    parts: dict[str, tuple[ContentItem | Ground | Period | Duty | Provision, ...]] = {
        "contents": form.contents,
        "ground": form.grounds,
        "period": form.periods,
        "duty": form.duties,
        "use": form.use,
        "excluded ground": form.excluded,
        "prohibited ground": form.prohibited,
        "form and language": form.form_and_language,
    }
    for kind, lines in parts.items():
        for line in lines:
            yield Found(kind, "", line.text, line, form.kind)
