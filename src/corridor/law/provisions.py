"""The paragraphs of an instrument and what they refer to.

Pages `provisions.<chapter>.yaml`, one a chapter, so that a question about one article reads one of them. A paragraph
names the places its text refers to (`refers`) and the defined terms it uses (`terms`); both are resolved by `ref`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from corridor.law.loader import Row
from corridor.law.places import places
from corridor.law.types import Definition, Links, Paragraph, Reference


def read_provisions(top: Row, instrument: str) -> Iterator[Paragraph]:
    """One page. An `id` that is not stated is the reference, so two lines on one paragraph state theirs.

    Raises LawFault where an id stands twice, or a reference is not of the article it stands under.
    """
    seen: set[str] = set()
    for row in top.rows("provisions"):
        ref = row.text("ref")
        line = Paragraph(
            instrument=instrument,
            ref=ref,
            trust=row.trust(),
            id=row.maybe_text("id") or ref,
            text=row.text("text"),
            article=row.number("article"),
            refers=row.texts("refers"),
            terms=row.texts("terms"),
        )
        row.done()
        if line.id in seen:
            raise row.fault(f"provisions: id {line.id} stands twice")
        seen.add(line.id)
        if {article_of(place) for place in places(ref)} != {line.article}:
            raise row.fault(f"{ref} is not of article {line.article}")
        for each in line.refers:
            if not places(each):
                raise row.fault(f"refers: {each!r} is no place")
        yield line
    top.done()


def article_of(place: str) -> int:
    """`40(21)(b)` -> 40."""
    return int(place.partition("(")[0])


def references(paragraphs: Iterable[Paragraph]) -> tuple[Reference, ...]:
    """Every cross-reference the paragraphs make, each place of a range by itself."""
    found = (
        Reference(line.ref or "", place, line.article, article_of(place))
        for line in paragraphs
        for each in line.refers
        for place in places(each)
    )
    return tuple(dict.fromkeys(found))


def links(
    article: int,
    own: Iterable[Paragraph],
    every: Iterable[Paragraph],
    definition: Callable[[str], Definition],
) -> Links:
    """What the paragraphs `own` of an article refer to, and which of `every` paragraph refer to it."""
    mine = tuple(own)
    outward = references(mine)
    inward = tuple(
        each for each in references(every) if each.to_article == article and each.article != article
    )
    terms = dict.fromkeys(term for line in mine for term in line.terms)
    return Links(
        article=article,
        refers=tuple(sorted({each.to_article for each in outward} - {article})),
        referred=tuple(sorted({each.article for each in inward})),
        outward=outward,
        inward=inward,
        terms=tuple(definition(term) for term in terms),
    )


def resolve(place: str, paragraphs: Iterable[Paragraph], articles: Iterable[int]) -> tuple[Paragraph, ...]:
    """The paragraphs at a place, or below it, or that hold it: `40(21)(b)` is found in a line on `40(21)`.

    Empty where the place is an article without paragraphs in the data; raises KeyError where it is nothing we know.
    """
    lines = [
        line
        for line in paragraphs
        for one in places(line.ref or "")
        if one == place or one.startswith(f"{place}(") or place.startswith(f"{one}(")
    ]
    if not lines and (place != str(article_of(place)) or article_of(place) not in articles):
        raise KeyError(place)
    return tuple(dict.fromkeys(lines))
