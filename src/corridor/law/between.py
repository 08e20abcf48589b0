"""What binds two States on a day: every instrument in force between both, best first, with reasons and limits.

    between("FRA", "VNM", on=day)                                 whatever may be asked
    between("FRA", "USA", on=day, form="preservation", offence=7) one kind of request, one offence of the Convention
    Bonds(on=day, form="preservation").between("FRA", "USA")      the same question for many pairs

An instrument that does not help is named too, with the reason. When nothing binds the two, the answer says what is
left: reciprocity, courtesy, the police channel. How answers are ordered: docs/law-between.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from corridor.law import parties as tables
from corridor.law.binding import Field
from corridor.law.errors import LawFault
from corridor.law.near import near
from corridor.law.reasons import NotApplicable, Reason, Words
from corridor.law.ruleset import DEFAULT
from corridor.law.states import two_states
from corridor.law.status import World
from corridor.law.status_table import Assumption, StatusTable

__all__ = ["Between", "Bond", "Bonds", "NotApplicable", "Reason", "between"]


@dataclass(frozen=True, slots=True)
class Bond:
    """One instrument in force between both. Reasons and limits are put into words when they are read."""

    id: str
    in_force_since: date
    _words: Words = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self._words.reasons(self.id)

    @property
    def limits(self) -> tuple[Reason, ...]:
        return self._words.limits(self.id)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "in_force_since": self.in_force_since.isoformat(),
            "reasons": [each.to_dict() for each in self.reasons],
            "limits": [each.to_dict() for each in self.limits],
        }


@dataclass(frozen=True, slots=True)
class Between:
    """The answer for one pair. `assumed` is set when it rests on a status table somebody assumed."""

    a: str
    b: str
    on: date
    form: str | None
    offence: int | None
    instruments: tuple[Bond, ...]
    assumed: Assumption | None
    _words: Words = field(repr=False, compare=False)

    @property
    def not_applicable(self) -> tuple[NotApplicable, ...]:
        """Every other instrument of the data with the reason; of bilateral treaties only those of this pair."""
        return self._words.not_applicable()

    @property
    def gaps(self) -> tuple[Reason, ...]:
        """What the data does not hold and might bind these two."""
        return self._words.gaps()

    @property
    def fallback(self) -> tuple[Reason, ...]:
        """What is left when nothing binds; empty when something does."""
        return () if self.instruments else self._words.fallback()

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "on": self.on.isoformat(),
            "form": self.form,
            "offence": self.offence,
            "instruments": [each.to_dict() for each in self.instruments],
            "not_applicable": [each.to_dict() for each in self.not_applicable],
            "gaps": [each.to_dict() for each in self.gaps],
            "fallback": [each.to_dict() for each in self.fallback],
            "assumed": self.assumed.to_dict() if self.assumed else None,
        }


class Bonds:
    """One question for many pairs. Raises LawFault `law.form.unknown-kind`, `law.article.not-in-data`."""

    def __init__(
        self,
        *,
        on: date,
        form: str | None = None,
        offence: int | None = None,
        table: StatusTable | None = None,
    ) -> None:
        _check(form, offence)
        self.on, self.form, self.offence, self.table = on, form, offence, table
        self._assumed = table.assumed if table is not None else None
        self._fields: dict[World, Field] = {}

    def between(self, a: str, b: str) -> Between:
        """The answer for two States. Raises LawFault `law.state.unknown`, `.organisation`, `.same`,
        `law.worlds.mixed`.
        """
        first, second = two_states(a, b)
        return self._answer(first.code, second.code, World.CAST if first.fictional else World.REAL)

    def _answer(self, a: str, b: str, world: World) -> Between:
        found = self._fields.get(world)
        if found is None:
            table = self.table if world is World.REAL else None
            found = self._fields[world] = Field(world, self.on, self.form, self.offence, table)
        bits = found.bits(a, b)
        words = Words(found, a, b, bits, self._assumed if world is World.REAL else None)
        bonds = tuple(
            Bond(found.candidates[place].id, found.since(place, a, b), words)
            for place in found.order(bits, a, b)
        )
        return Between(a, b, self.on, self.form, self.offence, bonds, words.assumed, words)


def between(
    a: str,
    b: str,
    *,
    on: date,
    form: str | None = None,
    offence: int | None = None,
    table: StatusTable | None = None,
) -> Between:
    """What binds `a` and `b` on the day `on` for a kind of request and an offence of the Convention (article number).

    `table` is a status table of the Convention, shipped or assumed; without it the shipped one is used. Raises
    LawFault: `law.state.unknown`, `law.state.organisation`, `law.state.same`, `law.worlds.mixed`,
    `law.form.unknown-kind`, `law.article.not-in-data`.
    """
    return Bonds(on=on, form=form, offence=offence, table=table).between(a, b)


def _check(form: str | None, offence: int | None) -> None:
    kinds = sorted({kind for _, kind in tables.coverages()})
    if form is not None and form not in kinds:
        raise LawFault(
            "law.form.unknown-kind", kind=form[:40], kinds=", ".join(kinds), near=_offer(form, kinds)
        )
    articles = sorted(article for code, article in tables.own_offences() if code == DEFAULT)
    if offence is not None and offence not in articles:
        told = f"The offences are articles {articles[0]} to {articles[-1]}."
        raise LawFault("law.article.not-in-data", article=offence, instrument=DEFAULT, near=told)


def _offer(asked: str, known: list[str]) -> str:
    found = near(asked, known)
    return f"Did you mean {', '.join(found)}?" if found else ""
