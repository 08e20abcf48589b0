"""`corridor law article|articles|search|definition|form|forms|matrix`: what the instruments say, in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import click

from corridor import law
from corridor.cli.law.inputs import asked_day, give, instrument_, on_
from corridor.cli.law.paper import Paper
from corridor.cli.params import argument, as_json, flag, option
from corridor.law.errors import LawFault
from corridor.law.matrix import Cell
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.types import Line

_NUMBER = re.compile(r"(?:art(?:icle)?\.?\s*)?(\d{1,4})(?:\s*\(.*)?", re.IGNORECASE)


def number_of(text: str, instrument: str) -> int:
    """`42`, `art. 42` or `42(6)` -> 42. Raises LawFault `law.article.not-in-data` with titles that look like it."""
    if match := _NUMBER.fullmatch(text.strip()):
        return int(match[1])
    from corridor.law.near import near

    titles = {f"{each.number} ({each.title})": each.title for each in law.articles(instrument)}
    by_title = {title: whole for whole, title in titles.items()}
    offered = [by_title[title] for title in near(text, by_title)]
    told = f"Did you mean {' or '.join(offered)}?" if offered else ""
    raise LawFault("law.article.not-in-data", article=text[:40], instrument=instrument, near=told)


@click.command(short_help="One article, with what refers to it")
@argument("number", help="Article number.")
@instrument_
@as_json
def article(number: str, instrument: str, as_json: bool) -> None:
    """One article: title, summary in our words, paragraphs, links, source and confidence.

    Example: corridor law article 42
    """
    found = law.article(number_of(number, instrument), instrument)
    row = found.to_dict()
    paper = Paper()
    paper.title(f"{instrument}, article {found.number}")
    paper.text(found.title)
    paper.text(f"Chapter {found.chapter}, {found.chapter_title}")
    paper.gap()
    paper.text(paper.noted(found.summary, row))
    provisions(paper, "Paragraph by paragraph", found.provisions)
    links = found.links
    paper.gap()
    paper.pairs(
        [
            ("refers to", _articles(links.refers)),
            ("referred to by", _articles(links.referred)),
            ("defined terms", ", ".join(f"{each.term} ({each.ref})" for each in links.terms)),
        ]
    )
    give(paper, row, as_json, sources=law.sources(instrument))


def _articles(numbers: tuple[int, ...]) -> str:
    return f"article{'' if len(numbers) == 1 else 's'} {_numbers(numbers)}" if numbers else ""


def provisions(paper: Paper, heading: str, rows: Any) -> None:
    """Lines of an instrument under one heading; nothing where there is none."""
    if rows:
        paper.heading(heading)
    for row in rows:
        paper.item(paper.marked(row["text"] if isinstance(row, dict) else row.text, row))


@click.command(short_help="All articles, by chapter")
@instrument_
@as_json
def articles(instrument: str, as_json: bool) -> None:
    """Every article in the data, by chapter.

    Example: corridor law articles
    """
    found = law.articles(instrument)
    paper = Paper()
    paper.title(f"{instrument}: {len(found)} articles in the data")
    chapter = None
    for each in found:
        if each.chapter != chapter:
            chapter = each.chapter
            paper.heading(f"Chapter {each.chapter}, {each.chapter_title}")
        paper.item(paper.noted(each.title, each), lead=f"{each.number:>3}  ")
    give(
        paper,
        {"instrument": instrument, "articles": [Line.to_dict(each) for each in found]},
        as_json,
        sources=law.sources(instrument),
    )


@click.command(short_help="Find words anywhere in the data")
@argument("words", nargs=-1, required=True, help="Words to look for; each must begin a word of the line.")
@instrument_
@flag("--all", "everywhere", help="In every instrument whose rules are in the data; takes longer.")
@option("--limit", type=click.IntRange(min=1), default=20, help="How many lines to show.")
@as_json
def search(words: tuple[str, ...], instrument: str, everywhere: bool, limit: int, as_json: bool) -> None:
    """Find words in articles, paragraphs, definitions, offences and forms. Exit status 1 if nothing has them.

    Example: corridor law search preservation days
    """
    found = law.search(" ".join(words), instrument=None if everywhere else instrument)
    paper = Paper()
    count = len(found.found)
    paper.title(f"{count} line{'' if count == 1 else 's'} with {' '.join(found.words)}")
    for each in found.found[:limit]:
        paper.gap()
        where = f"form {each.form}, {each.kind}" if each.form and each.kind != "form" else each.kind
        paper.text(f"{each.instrument} {each.line.ref or ''} ({where}) {paper.mark(each.line)}")
        paper.text(": ".join(part for part in (each.title, each.text) if part), indent=2)
    if count > limit:
        paper.gap()
        paper.text(f"{count - limit} more: --limit {count} shows them all.")
    if not found.found and not everywhere:
        paper.text(f"Looked in {instrument}; --all looks in every instrument.")
    if found.near:
        paper.text(f"Did you mean {', '.join(found.near)}?")
    give(paper, found.to_dict(), as_json)
    if not found.found:
        raise click.exceptions.Exit(1)


@click.command(short_help="What a term means")
@argument("term", required=False, nargs=-1, help="The term, or its reference, 2(h); all terms if absent.")
@instrument_
@as_json
def definition(term: tuple[str, ...], instrument: str, as_json: bool) -> None:
    """What a term means in an instrument, or every defined term.

    Example: corridor law definition serious crime
    """
    asked = " ".join(term)
    found = (law.definition(asked, instrument),) if asked else law.definitions(instrument)
    paper = Paper()
    for each in found:
        paper.gap()
        paper.title(f"{each.term} ({instrument} {each.ref})")
        paper.text(paper.noted(each.meaning, each), indent=2)
    rows = [each.to_dict() for each in found]
    give(
        paper,
        rows[0] if asked else {"instrument": instrument, "definitions": rows},
        as_json,
        sources=law.sources(instrument),
    )


@click.command(short_help="What a kind of request must contain")
@argument("kind", help="Kind of request, for example preservation; `corridor law forms` lists them.")
@option("--basis", default=DEFAULT, help="Code of the instrument the request rests on.")
@on_
@as_json
def form(kind: str, basis: str, on: str | None, as_json: bool) -> None:
    """What a request of this kind must contain, who sends it, which grounds and periods apply.

    Example: corridor law form preservation --basis BUDAPEST_CETS185 --on 2026-11-22
    """
    found = law.form(kind, basis, on=asked_day(on))
    row = found.to_dict()
    paper = Paper()
    if not isinstance(found, law.Form):
        paper.title(f"{kind} under {basis}")
        paper.text(
            "The rules of this basis for this kind are not in the data: nothing is checked and nothing is claimed."
        )
        if not found.listed:
            paper.text(
                f"{basis} is not in the list of instruments either; check the code if it is meant to be."
            )
        give(paper, row, as_json)
        return
    paper.title(f"{found.title}")
    paper.text(f"{basis}, {_articles(found.articles)}; since {found.since.isoformat()} {paper.mark(row)}")
    paper.pairs(
        [
            ("sent by", _words(found.senders)),
            ("to", _words(found.receivers)),
            ("strength", _STRENGTH[str(found.strength)]),
            ("at home", _articles(found.domestic_articles)),
        ]
    )
    if row["scope"]:
        provisions(paper, "For what", [row["scope"]])
    provisions(paper, "By which channel", row["channels"])
    provisions(paper, "What may be asked for", row["purposes"])
    paper.heading("The request says")
    for item in row["contents"]:
        paper.item(paper.marked(f"{item['text']}{_REQUIREMENT.get(item['requirement'], '')}", item))
    if row["contents_rule"]:
        paper.item(paper.marked(row["contents_rule"]["text"], row["contents_rule"]))
    elif not row["contents"]:
        paper.item("The instrument lists no contents for it.")
    closed = "no other ground is open" if found.grounds_closed else "the list is not closed"
    paper.heading(f"Grounds for refusal ({closed})")
    for ground in row["grounds"]:
        first = "; consult first" if ground["consult_first"] else ""
        paper.item(paper.marked(f"{ground['text']} ({_plain(ground['nature'])}{first})", ground))
    if row["grounds_rule"]:
        paper.item(paper.marked(row["grounds_rule"]["text"], row["grounds_rule"]))
    elif not row["grounds"]:
        paper.item("None is listed.")
    provisions(paper, "Not a ground here", row["excluded"])
    provisions(paper, "Forbidden as a ground", row["prohibited"])
    if row["postponement"]:
        provisions(paper, "Postponement", [row["postponement"]])
    if row["periods"]:
        paper.heading("Periods")
    for period in row["periods"]:
        days = f" ({period['days']} days, {period['kind']})" if period["days"] is not None else ""
        paper.item(paper.marked(f"{period['text']}{days}", period))
    if row["duties"]:
        paper.heading("Duties while it is pending")
    for duty in row["duties"]:
        power = "" if duty["mandatory"] else " (no treaty duty)"
        paper.item(paper.marked(f"{duty['by']} State: {duty['text']}{power}", duty))
    provisions(paper, "Use and secrecy", row["use"])
    provisions(paper, "Form and language", row["form_and_language"])
    if row["costs"]:
        provisions(paper, "Costs", [row["costs"]])
    provisions(paper, "Measures at home that execute it", row["measures"])
    row["steps"] = [each.to_dict() for each in law.rules(law.digest()).steps(basis) if kind in each.kinds]
    provisions(paper, "Looked at, and written down, before it is executed", row["steps"])
    provisions(paper, "Paragraph by paragraph", row["paragraphs"])
    give(paper, row, as_json, sources=law.sources(basis))


_STRENGTH = {
    "shall": "a Party owes it",
    "endeavour": "a Party owes its best efforts",
    "consider": "a Party owes to consider it",
    "may": "a Party may give it and owes nothing",
}
_REQUIREMENT = {
    "required_except_service_of_documents": " (except for service of documents)",
    "where_expedited_treatment_is_sought": " (where expedited treatment is sought)",
    "where_available": " (where available)",
    "where_applicable": " (where applicable)",
    "where_possible_and_appropriate": " (where possible and appropriate)",
    "as_appropriate": " (as appropriate)",
    "where_a_domestic_order_is_sought": " (where a domestic order is sought)",
    "where_a_foreign_order_is_submitted": " (where a foreign order is submitted)",
    "where_relevant": " (where relevant)",
    "optional": " (optional)",
    "product_recommended": " (recommended by Corridor; no instrument asks for it)",
}


def _plain(word: Any) -> str:
    return str(word).replace("_", " ")


def _words(words: Any) -> str:
    return ", ".join(_plain(each) for each in words)


def _numbers(numbers: Any) -> str:
    return ", ".join(str(each) for each in numbers)


def _bases(kind: str, on: date) -> Iterator[tuple[str, law.Form]]:
    """The instruments whose rules for a kind are in the data, those that had a text on that day."""
    for each in law.instruments():
        if each.rules:
            with suppress(LawFault):  # not yet a text on that day
                answer = law.form(kind, each.code, on=on)
                if isinstance(answer, law.Form):
                    yield each.code, answer


@click.command(short_help="The kinds of request, and where their rules are")
@on_
@as_json
def forms(on: str | None, as_json: bool) -> None:
    """Every kind of request in the data, and the instruments whose rules it has for each.

    Example: corridor law forms
    """
    day = asked_day(on)
    found = {kind: dict(_bases(kind, day)) for kind in law.kinds()}
    paper = Paper()
    paper.title(f"{len(found)} kinds of request")
    paper.gap()
    paper.table(
        [
            (kind, "; ".join(f"{code} {_numbers(answer.articles)}" for code, answer in rows.items()))
            for kind, rows in found.items()
        ],
        ("kind", "instruments and articles"),
    )
    rows = [
        {"kind": kind, "bases": {code: list(answer.articles) for code, answer in rows.items()}}
        for kind, rows in found.items()
    ]
    give(paper, {"on": day.isoformat(), "forms": rows}, as_json)


_ANSWERS = {
    "yes": ("Y", "may be refused on it"),
    "reservation": ("R", "only by a State that made the reservation"),
    "precondition": ("P", "no duty to assist where it is missing"),
    "guides": ("G", "guides reading; no refusal by itself"),
    "not_a_ground": ("-", "no ground here"),
    "forbidden": ("N", "forbidden as a ground by name"),
    "not_listed": ("?", "the form does not speak of it, and its list is not closed"),
}


def _answer(cell: Cell) -> str:
    return str(cell.answer)


def _sign(cell: Cell) -> str:
    return _ANSWERS[_answer(cell)][0] + ("*" if cell.consult_first else "")


@click.command(short_help="Which request may be refused on which ground")
@instrument_
@as_json
def matrix(instrument: str, as_json: bool) -> None:
    """Every kind of request against every ground for refusal, read off the forms of an instrument.

    Example: corridor law matrix
    """
    found = shipped().matrix(instrument)
    paper = Paper()
    paper.title(f"{instrument}: grounds for refusal, by kind of request")
    paper.gap()
    numbers = [str(n) for n in range(1, len(found.grounds) + 1)]
    signs = {(cell.kind, cell.ground): _sign(cell) for cell in found.cells}
    fit = max(1, (paper.width - max(map(len, found.kinds), default=0)) // 4)
    for first in range(0, len(numbers), fit):
        part = found.grounds[first : first + fit]
        rows = [(kind, *(signs[kind, ground] for ground in part)) for kind in found.kinds]
        paper.table(rows, ("kind", *numbers[first : first + fit]))
        paper.gap()
    for number, ground in zip(numbers, found.grounds, strict=True):
        paper.item(_plain(ground), lead=f"{number:>2}  ")
    paper.gap()
    paper.pairs(
        [(_ANSWERS[answer][0], _ANSWERS[answer][1]) for answer in dict.fromkeys(map(_answer, found.cells))],
        indent=2,
    )
    if any(cell.consult_first for cell in found.cells):
        paper.pairs([("*", "consult first, before it is used")], indent=2)
    paper.text("How far to trust a cell: `corridor law form KIND` shows the line it rests on, with its mark.")
    give(paper, found.to_dict(), as_json)
