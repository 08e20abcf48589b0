"""`corridor law certified`: our lines about one article beside the paragraphs of a certified text. Nothing is kept."""

from __future__ import annotations

from pathlib import Path

import click

from corridor import law
from corridor.cli.law.inputs import give, instrument_
from corridor.cli.law.paper import Paper
from corridor.cli.law.texts import number_of
from corridor.cli.params import argument, as_json, option


@click.command(short_help="Our lines beside a certified text of yours")
@argument(
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The certified text, as plain text in UTF-8.",
)
@argument("article", help="Article number.")
@option("--language", required=True, help="Authentic language of the text: ar, zh, en, fr, ru or es.")
@instrument_
@as_json
def certified(file: Path, article: str, language: str, instrument: str, as_json: bool) -> None:
    """What our data says of each paragraph of an article, beside the paragraph of a certified text. Nothing is kept.

    Example: corridor law certified convention.txt 42 --language en
    """
    from corridor.law.certified import read_certified
    from corridor.law.confirm import lines_at, refs

    found = law.article(number_of(article, instrument), instrument)
    text = read_certified(file.read_bytes(), instrument=instrument, language=language)
    stem = str(found.number)
    inside = [each.place for each in text.passages if each.place == stem or each.place.startswith(f"{stem}(")]
    rows = [(ref, lines_at(ref, instrument), text.beside(ref)) for ref in refs(found.number, instrument)]
    named = {place for _, _, beside in rows for place, _ in beside}
    without = [place for place in inside if place != stem and not _covered(place, named)]

    paper = Paper()
    paper.title(f"{instrument}, article {found.number}, {found.title}")
    paper.pairs([("text", file.name), ("language", language), ("sha256", text.sha256)])
    paper.gap()
    paper.text(
        f"{len(inside)} pieces of it were recognised; `<` is ours, `>` the certified text."
        if inside
        else "The text has no article of this number; either it is not whole, or its headings were not recognised."
    )
    for ref, ours, beside in rows:
        paper.heading(ref)
        for line in ours:
            said = line.to_dict()
            paper.item(paper.noted(_says(said), line), lead="< ")
        for place, passage in beside:
            if passage is None:
                paper.item(f"{place}: the text has no such paragraph, or it was not recognised", lead="> ")
            for number, part in enumerate(passage.splitlines() if passage else ()):
                paper.item(part, lead="> " if number == 0 else "  ")
    if without:
        paper.heading("Paragraphs of the text that no line of ours names")
        paper.text(", ".join(without), indent=2)
    paper.gap()
    paper.text(
        "Nothing was kept or sent. That a paragraph agrees or differs is signed in a node, by a State's lawyer."
    )
    answer = {
        "instrument": instrument,
        "article": found.number,
        "language": language,
        "sha256": text.sha256,
        "paragraphs": [
            {
                "ref": ref,
                "lines": [line.to_dict() for line in ours],
                "certified": [{"place": place, "text": passage} for place, passage in beside],
            }
            for ref, ours, beside in rows
        ],
        "not_named": without,
    }
    give(paper, answer, as_json, sources=law.sources(instrument))


def _covered(place: str, named: set[str]) -> bool:
    """Whether a line of ours names the place, something below it, or as a whole what it is a part of."""

    def parts(whole: str) -> bool:
        return any(each.startswith(f"{whole}(") for each in named)

    above = [each for each in named if place.startswith(f"{each}(")]
    return place in named or parts(place) or any(not parts(each) for each in above)


def _says(line: dict[str, object]) -> str:
    """What a line says, whatever kind of line it is."""
    head = line.get("term") or line.get("title")
    body = line.get("text") or line.get("meaning") or line.get("summary")
    return ": ".join(str(part) for part in (head, body) if part)
