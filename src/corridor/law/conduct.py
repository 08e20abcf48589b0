"""Common conduct by its common name: which offences of the Convention it meets, and plainly where there is none."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.loader import Row, page, read_sources_of
from corridor.law.near import folded, near
from corridor.law.neighbours import Correspondence, correspondence
from corridor.law.ruleset import DEFAULT, data_root, shipped
from corridor.law.types import Line, Offence, Paragraph, Provision, Source, Trust, plain, trust_to_dict

#: Whose counterpart of an offence is told.
NEIGHBOUR = "BUDAPEST_CETS185"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets(Line):
    """An article of the Convention and what of the conduct meets its elements. `places`: the paragraphs it is read
    into; a paper cites the article, for which paragraph conduct falls under is our reading.
    """

    article: int
    text: str
    places: tuple[str, ...] = ()

    @property
    def offence(self) -> Offence:
        """The offence, with its elements and what a Party may require besides."""
        return next(each for each in shipped().offences(DEFAULT) if each.article == self.article)

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """What the paragraphs say, in our words."""
        return tuple(each for place in self.places for each in shipped().at(place))

    @property
    def elements(self) -> tuple[str, ...]:
        """What the offence asks for whatever the conduct: the acts, the mental element, that it is without right."""
        right = ("without right",) if self.offence.without_right_required else ()
        return (*self.offence.conduct, self.offence.mental_element, *right)

    @property
    def counterpart(self) -> Correspondence | None:
        """The offence of the Budapest Convention that answers to it."""
        rows = correspondence(NEIGHBOUR)
        return next((each for each in rows if each.article == self.article), None)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What people call it, and what of the Convention it meets. `named` is false where no offence is met; `show` is
    what must be shown for it, besides the elements of each offence.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    meets: tuple[Meets, ...]
    also: tuple[str, ...]
    carve_outs: tuple[str, ...]
    trust: Trust
    show: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[Provision, ...]:
        """What the offences met leave out, or let a Party leave out by reservation."""
        found = [
            line for each in self.meets for line in (*each.offence.carve_outs, *each.offence.reservations)
        ]
        return tuple({line.id: line for line in found}.values())

    @property
    def named(self) -> bool:
        return bool(self.meets)

    @property
    def articles(self) -> tuple[int, ...]:
        return tuple(each.article for each in self.meets)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "aliases": list(self.aliases),
            "named": self.named,
            "articles": list(self.articles),
            "meets": [
                each.to_dict()
                | {
                    "title": each.offence.title,
                    "offence": each.offence.id,
                    "conduct": list(each.offence.conduct),
                    "elements": list(each.elements),
                    "may_require": plain(each.offence.optional_requirements),
                    "budapest": each.counterpart.to_dict() if each.counterpart else None,
                }
                for each in self.meets
            ],
            "show": list(self.show),
            "also": list(self.also),
            "carve_outs": list(self.carve_outs),
            "left_out": plain(self.left_out),
            **trust_to_dict(self.trust),
        }


def conducts() -> tuple[Conduct, ...]:
    """Every conduct in the data, by name."""
    return _read()


def conduct(term: str) -> Conduct:
    """One conduct by its id, name or another word for it, accents and case apart. Raises LawFault
    `law.conduct.unknown`, with the near ones.
    """
    asked = folded(term).replace("_", " ").strip()
    for each in _read():
        if asked in {folded(word).replace("_", " ") for word in (each.id, each.name, *each.aliases)}:
            return each
    words = {word: each.id for each in _read() for word in (each.id, each.name, *each.aliases)}
    offered = tuple(dict.fromkeys(words[word] for word in near(term, words, 6)))[:3]
    told = f"Did you mean {' or '.join(offered)}?" if offered else ""
    raise LawFault("law.conduct.unknown", term=term[:40], near=told)


@functools.cache
def _read() -> tuple[Conduct, ...]:
    path = data_root() / "conduct" / "conduct.yaml"
    top = page(path, read_sources_of(page(path)))
    found = [_one(row) for row in top.rows("conducts")]
    seen: dict[str, str] = {}
    for each in found:
        for word in (each.id, each.name, *each.aliases):
            other = seen.setdefault(folded(word), each.id)
            if other != each.id:
                raise top.fault(f"{word!r} stands for {other} and for {each.id}")
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def _one(row: Row) -> Conduct:
    meets = []
    for each in row.rows("meets"):
        article = each.number("article")
        meets.append(
            Meets(
                instrument=DEFAULT,
                ref=str(article),
                trust=each.trust(),
                article=article,
                text=each.text("text"),
                places=each.texts("places"),
            )
        )
        each.done()
    made = Conduct(
        id=row.text("id"),
        name=row.text("name"),
        aliases=row.texts("aliases"),
        meets=tuple(meets),
        also=row.texts("also"),
        carve_outs=row.texts("carve_outs"),
        trust=row.trust(),
        show=row.texts("show"),
    )
    row.done()
    if not made.meets and not made.also:
        raise row.fault("where no offence is met the row must say what remains")
    return made


@functools.cache
def conduct_sources() -> dict[str, Source]:
    """What was read for these rows, by the id they use."""
    return read_sources_of(page(data_root() / "conduct" / "conduct.yaml"))
