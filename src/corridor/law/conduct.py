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
from corridor.law.types import Line, Offence, Source, Trust, plain, trust_to_dict

#: Whose counterpart of an offence is told.
NEIGHBOUR = "BUDAPEST_CETS185"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets(Line):
    """An article of the Convention and what of the conduct meets its elements."""

    article: int
    text: str

    @property
    def offence(self) -> Offence:
        """The offence, with its elements and what a Party may require besides."""
        return next(each for each in shipped().offences(DEFAULT) if each.article == self.article)

    @property
    def counterpart(self) -> Correspondence | None:
        """The offence of the Budapest Convention that answers to it."""
        rows = correspondence(NEIGHBOUR)
        return next((each for each in rows if each.article == self.article), None)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What people call it, and what of the Convention it meets. `named` is false where no offence is met."""

    id: str
    name: str
    aliases: tuple[str, ...]
    meets: tuple[Meets, ...]
    also: tuple[str, ...]
    carve_outs: tuple[str, ...]
    trust: Trust

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
                    "conduct": list(each.offence.conduct),
                    "may_require": plain(each.offence.optional_requirements),
                    "budapest": each.counterpart.to_dict() if each.counterpart else None,
                }
                for each in self.meets
            ],
            "also": list(self.also),
            "carve_outs": list(self.carve_outs),
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
    )
    row.done()
    if not made.meets and not made.also:
        raise row.fault("where no offence is met the row must say what remains")
    return made


@functools.cache
def conduct_sources() -> dict[str, Source]:
    """What was read for these rows, by the id they use."""
    return read_sources_of(page(data_root() / "conduct" / "conduct.yaml"))
