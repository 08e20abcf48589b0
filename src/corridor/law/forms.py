"""Builds a `Form` from its page: the form's own lines, then those of the page it extends.

`form.<kind>.yaml` may say `extends: [property, assistance]`; the lines of property.yaml and then of assistance.yaml
(what every request for mutual legal assistance under that instrument shares) are then appended. A line with an id
the form already has is dropped: the special rule comes before the general one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from corridor.law.loader import Row, page
from corridor.law.types import (
    ContentItem,
    Duty,
    Form,
    Ground,
    Line,
    MeasureKind,
    Nature,
    Paragraph,
    Period,
    PeriodKind,
    Provision,
    Requirement,
    Role,
    Source,
    Strength,
)

L = TypeVar("L", bound=Line)


def _base(row: Row, instrument: str) -> dict[str, Any]:
    return {"instrument": instrument, "ref": row.maybe_text("ref"), "trust": row.trust()}


def provision(row: Row, instrument: str) -> Provision:
    line = Provision(id=row.text("id"), text=row.text("text"), **_base(row, instrument))
    row.done()
    return line


def content_item(row: Row, instrument: str) -> ContentItem:
    line = ContentItem(
        id=row.text("id"),
        text=row.text("text"),
        requirement=row.word("requirement", Requirement),
        note=row.maybe_text("note"),
        **_base(row, instrument),
    )
    row.done()
    if (line.ref is None) != (line.requirement is Requirement.RECOMMENDED):
        raise row.fault(
            "an item has a provision, or is recommended by the product, and never both or neither"
        )
    return line


def ground(row: Row, instrument: str) -> Ground:
    line = Ground(
        id=row.text("id"),
        text=row.text("text"),
        nature=row.word("nature", Nature),
        consult_first=row.flag("consult_first"),
        reservation=row.maybe_text("reservation"),
        note=row.maybe_text("note"),
        **_base(row, instrument),
    )
    row.done()
    return line


def period(row: Row, instrument: str) -> Period:
    line = Period(
        id=row.text("id"),
        text=row.text("text"),
        kind=row.word("kind", PeriodKind),
        days=row.maybe_number("days"),
        runs_from=row.text("runs_from"),
        binds=row.text("binds"),
        renewable=row.flag("renewable"),
        **_base(row, instrument),
    )
    row.done()
    if (line.days is not None) != (line.kind in (PeriodKind.MINIMUM, PeriodKind.MAXIMUM)):
        raise row.fault("a minimum or maximum has days, and nothing else has")
    return line


def duty(row: Row, instrument: str) -> Duty:
    line = Duty(
        id=row.text("id"),
        text=row.text("text"),
        by=row.text("by"),
        mandatory=row.flag("mandatory"),
        **_base(row, instrument),
    )
    row.done()
    return line


def measure(row: Row, instrument: str) -> MeasureKind:
    line = MeasureKind(
        id=row.text("id"), text=row.text("text"), intrusive=row.flag("intrusive"), **_base(row, instrument)
    )
    row.done()
    return line


def _merged(
    key: str, read: Callable[[Row, str], L], pages: list[Row], instrument: str, id_of: Callable[[L], str]
) -> tuple[L, ...]:
    found: dict[str, L] = {}
    for each in pages:
        here: set[str] = set()
        for row in each.rows(key):
            line = read(row, instrument)
            if id_of(line) in here:
                raise row.fault(f"{key}: id {id_of(line)} stands twice")
            here.add(id_of(line))
            found.setdefault(id_of(line), line)
    return tuple(found.values())


def _one(key: str, pages: list[Row], instrument: str) -> Provision | None:
    found: Provision | None = None
    for each in pages:
        row = each.maybe_row(key)
        if row is not None:
            line = provision(row, instrument)
            found = found or line
    return found


def _chosen(top: Row, paragraphs: list[Paragraph]) -> tuple[Paragraph, ...]:
    """The paragraphs a form holds: those its page names by reference, or every one of its articles."""
    named = top.texts("paragraphs")
    if missing := sorted(set(named) - {each.ref for each in paragraphs}):
        raise top.fault(f"paragraph {missing[0]} is not in the provisions of its articles")
    return tuple(each for each in paragraphs if not named or each.ref in named)


def read_form(
    folder: Traversable,
    instrument: str,
    kind: str,
    sources: Mapping[str, Source],
    measures: tuple[MeasureKind, ...],
    paragraphs: Callable[[int], tuple[Paragraph, ...]],
) -> Form:
    """The form of one kind under one instrument. Raises LawFault on any line the loader refuses.

    `paragraphs` gives those of an article: a form holds the paragraphs of its articles, in the order it names them.
    """
    top = page(folder / f"form.{kind}.yaml", sources)
    pages = [top, *(page(folder / f"{name}.yaml", sources) for name in top.texts("extends"))]

    def lines(key: str, read: Callable[[Row, str], L]) -> tuple[L, ...]:
        return _merged(key, read, pages, instrument, lambda line: str(getattr(line, "id", "")))

    by_id = {each.id: each for each in measures}
    named = top.texts("measures")
    for id in named:
        if id not in by_id:
            raise top.fault(f"measure {id} is not in measures.yaml")
    if top.text("kind") != kind:
        raise top.fault("kind and file name differ")
    articles = top.numbers("articles")
    form = Form(
        kind=kind,
        title=top.text("title"),
        articles=articles,
        domestic_articles=top.numbers("domestic_articles"),
        since=top.day("since"),
        strength=top.word("strength", Strength),
        scope=_one("scope", pages, instrument),
        senders=top.words("senders", Role),
        receivers=top.words("receivers", Role),
        channels=lines("channels", provision),
        purposes=lines("purposes", provision),
        contents=lines("contents", content_item),
        contents_rule=_one("contents_rule", pages, instrument),
        grounds=lines("grounds", ground),
        grounds_rule=_one("grounds_rule", pages, instrument),
        grounds_closed=top.flag("grounds_closed"),
        excluded=lines("excluded", provision),
        prohibited=lines("prohibited", provision),
        postponement=_one("postponement", pages, instrument),
        periods=lines("periods", period),
        duties=lines("duties", duty),
        use=lines("use", provision),
        form_and_language=lines("form_and_language", provision),
        costs=_one("costs", pages, instrument),
        paragraphs=_chosen(top, [each for number in articles for each in paragraphs(number)]),
        measures=tuple(by_id[id] for id in named),
        **_base(top, instrument),
    )
    for each in pages:
        each.done()
    return form
