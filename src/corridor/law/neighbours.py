"""How the instruments used today stand to the Convention and to each other.

Two pages of an instrument's folder: `relations.yaml` (to which other treaties it yields, which it supplements, what the
Parties may choose) and `correspondence.yaml` (which of its offences answers to each offence of the UN Convention).

    relations("UNTOC")                       18(6), 18(7), 37, ...
    correspondence("BUDAPEST_CETS185")       one line for each of articles 7 to 17

An instrument whose folder has no such page answers with nothing; that is "not in the data", never "none".
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from corridor.law.loader import Row, page
from corridor.law.ruleset import data_root, shipped
from corridor.law.types import Line

L = TypeVar("L", bound=Line)


class RelationKind(StrEnum):
    """What an instrument says of another treaty that binds the same two States."""

    YIELDS = "yields_to_other_treaty"  # its own procedure gives way
    SUPPLEMENTS = "supplements"  # both stand; it adds to the other, or leaves it as it is
    PARTIES_MAY_CHOOSE = "parties_may_choose"
    PREVAILS_BETWEEN_MEMBERS = "prevails_between_members"
    REQUIRES_PARTY_OF = "requires_party_of"


class Agreement(StrEnum):
    """Whether an instrument has the offence: the same conduct, part of it or under conditions, or none."""

    SAME = "same"
    PARTLY = "partly"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Line):
    """One relation. `others`: codes of instruments; empty where it is to whatever treaty binds the two."""

    id: str
    kind: RelationKind
    others: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence(Line):
    """What answers to one offence of the UN Convention.

    `article`: of the UN Convention; `own`: articles of this instrument; `through`: a provision that reaches the conduct
    without making it an offence of this instrument; `text`: in what the two differ.
    """

    id: str
    article: int
    own: tuple[int, ...]
    agreement: Agreement
    through: str | None
    text: str


def _relation(row: Row, instrument: str) -> Relation:
    return Relation(
        instrument=instrument,
        ref=row.text("ref"),
        trust=row.trust(),
        id=row.text("id"),
        kind=row.word("kind", RelationKind),
        others=row.texts("with"),
        text=row.text("text"),
    )


def _correspondence(row: Row, instrument: str) -> Correspondence:
    line = Correspondence(
        instrument=instrument,
        ref=row.maybe_text("ref"),
        trust=row.trust(),
        id=row.text("id"),
        article=row.number("article"),
        own=row.numbers("own"),
        agreement=row.word("agreement", Agreement),
        through=row.maybe_text("through"),
        text=row.text("text"),
    )
    named = bool(line.own) or (line.agreement is Agreement.PARTLY and line.through is not None)
    if named is (line.agreement is Agreement.NONE):
        raise row.fault("an offence that answers, in whole or in part, is named; where none does, none is")
    return line


def _read(name: str, key: str, read: Callable[[Row, str], L], instrument: str) -> tuple[L, ...]:
    sources = shipped().sources(
        instrument
    )  # refuses a name that is no folder of ours, before it is joined to a path
    path = data_root() / instrument / name
    if not path.is_file():
        return ()
    top, found = page(path, sources), dict[str, L]()
    for row in top.rows(key):
        line = read(row, instrument)
        row.done()
        id = str(getattr(line, "id", ""))
        if id in found:
            raise row.fault(f"{key}: id {id} stands twice")
        found[id] = line
    top.done()
    return tuple(found.values())


@functools.cache
def relations(instrument: str) -> tuple[Relation, ...]:
    """How an instrument stands to other treaties.

    Raises LawFault `law.instrument.unknown`, `law.instrument.no-rules`.
    """
    return _read("relations.yaml", "relations", _relation, instrument)


@functools.cache
def correspondence(instrument: str) -> tuple[Correspondence, ...]:
    """Which offence of an instrument answers to each offence of the UN Convention, by its article.

    Raises LawFault `law.instrument.unknown`, `law.instrument.no-rules`.
    """
    return _read("correspondence.yaml", "correspondence", _correspondence, instrument)
