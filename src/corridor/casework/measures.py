"""Domestic measures: one measure is one thread of entries in the national file, from its order to its end.

An order (kind, authority, legal basis, date, term, addressee) is authorised, served, answered, renewed and ended by
entries of their own that name it. What a kind of measure needs is law data: whether it intrudes and so is authorised
before it is marked served, and for how many days an order may last (`law.procedural`). The law stops nothing that
domestic law may allow: what goes over a figure of the law is written down as it was and shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from corridor import law
from corridor.casework.national import FileEntry
from corridor.law.ruleset import DEFAULT

ORDERED = "measure"
STEPS = ("authorised", "served", "answered", "renewed", "ended")
KINDS = {step: f"{ORDERED}_{step}" for step in STEPS}
_STEP_OF = {kind: step for step, kind in KINDS.items()}

_Line = Annotated[str, Field(min_length=1, max_length=400)]
_Words = Annotated[str, Field(min_length=1, max_length=20_000)]
Day = date


class _Coded(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ordered(_Coded):
    """A measure as it was ordered. `kind` is one of the law data's. `term`: its last day.

    `urgent`: carried out at once under a law that lets the authorisation follow; `urgent_basis` names that law.
    """

    authority: _Line
    kind: _Line
    date: Day
    legal_basis: _Line
    term: Day | None = None
    addressee: _Line | None = None
    urgent: bool = False
    urgent_basis: _Line | None = None


class Authorised(_Coded):
    """Who allowed it: a court, or another independent body; for what, and until when."""

    nature: Literal["judicial", "independent"]
    authority: _Line
    date: Day
    reference: _Line | None = None
    scope: _Words | None = None
    until: Day | None = None


class Served(_Coded):
    """Put to its addressee, or carried out."""

    date: Day
    manner: Literal["in_person", "electronic", "post", "on_site"]
    to: _Line | None = None


class Answered(_Coded):
    """What the addressee gave."""

    date: Day
    extent: Literal["full", "part", "none"]
    note: _Words | None = None


class Renewed(_Coded):
    """Carried on to a new last day, under a law where it is another one."""

    date: Day
    term: Day
    legal_basis: _Line | None = None


class Ended(_Coded):
    """Over, and why."""

    date: Day
    reason: Literal["executed", "released", "lapsed", "revoked", "other"]
    note: _Words | None = None


BODIES: dict[str, type[_Coded]] = {
    "authorised": Authorised,
    "served": Served,
    "answered": Answered,
    "renewed": Renewed,
    "ended": Ended,
}


@dataclass(frozen=True)
class Rule:
    """What the law says of a kind of measure. `limit`: how many days an order may last, None where it gives none."""

    kind: str
    text: str
    cite: str
    intrusive: bool
    limit: law.Period | None
    authorisation: law.Provision | None


@dataclass(frozen=True)
class Thread:
    """One measure with all that was written down of it, as it stands on a day."""

    id: str
    rule: Rule
    order: FileEntry
    entries: tuple[FileEntry, ...]  # after the order
    day: date

    def _last(self, step: str) -> FileEntry | None:
        return next((each for each in reversed(self.entries) if each.kind == KINDS[step]), None)

    @property
    def ordered(self) -> date:
        return date.fromisoformat(self.order.content["date"])

    @property
    def urgent(self) -> bool:
        return bool(self.order.content.get("urgent"))

    @property
    def authorisation(self) -> FileEntry | None:
        return self._last("authorised")

    @property
    def served(self) -> date | None:
        return self._day("served", "served")

    @property
    def answered(self) -> date | None:
        return self._day("answered", "answered")

    def _day(self, step: str, before: str) -> date | None:
        """The date of a step; `before` is where an order written by an earlier version carried it."""
        entry = self._last(step)
        text = entry.content["date"] if entry else self.order.content.get(before)
        return date.fromisoformat(text) if text else None

    @property
    def ended(self) -> FileEntry | None:
        return self._last("ended")

    @property
    def term(self) -> date | None:
        """The last day: of the last renewal, else of the order."""
        renewed = self._last("renewed")
        text = renewed.content["term"] if renewed else self.order.content.get("term")
        return date.fromisoformat(text) if text else None

    @property
    def latest(self) -> date | None:
        """The last day the law's figure leaves for the present order or renewal; None where the law gives none."""
        if self.rule.limit is None or self.rule.limit.days is None:
            return None
        renewed = self._last("renewed")
        since = date.fromisoformat(renewed.content["date"]) if renewed else self.ordered
        return since + timedelta(days=self.rule.limit.days)

    @property
    def ends(self) -> date | None:
        """The last day as it stands: the term, or the law's last day where no term was given."""
        return self.term or self.latest

    @property
    def remaining(self) -> int | None:
        """Days to the last day, below zero when it has passed; None for a measure that is over or has no last day."""
        return (self.ends - self.day).days if self.ends is not None and self.ended is None else None

    @property
    def state(self) -> str:
        """`ordered`, `authorised`, `served`, `answered` or `ended`."""
        if self.ended is not None:
            return "ended"
        if self.answered is not None:
            return "answered"
        if self.served is not None:
            return "served"
        return "authorised" if self.authorisation is not None else "ordered"

    @property
    def waits_for_authorisation(self) -> bool:
        """An intrusive one that nobody has authorised."""
        return self.rule.intrusive and self.authorisation is None

    @property
    def possible(self) -> tuple[str, ...]:
        """The steps that may be written down now, the next one first."""
        if self.ended is not None:
            return ()
        asked = self.waits_for_authorisation
        steps = {
            "authorised": asked,
            "served": self.served is None and (not asked or self.urgent),
            "answered": self.served is not None,
            "renewed": True,
            "ended": True,
        }
        found = [step for step, may in steps.items() if may]
        if self.authorisation is None and not asked:
            found.append("authorised")  # nobody asks for it; it may be written down all the same
        return tuple(found)

    @property
    def flags(self) -> tuple[str, ...]:
        """Doubts, by code: shown beside the measure and to a supervisor, never enforced."""
        limit, renewed = self.rule.limit, self._last("renewed") is not None
        until = self.authorisation.content.get("until") if self.authorisation else None
        doubts = {
            "authorisation-owed": self.waits_for_authorisation and self.served is not None,
            "term-over": self.ended is None and self.term is not None and self.term < self.day,
            "no-term": limit is not None and self.term is None,
            "over-the-limit": any(self._over_limit(start, end) for start, end in self._terms()),
            "not-renewable": limit is not None and not limit.renewable and renewed,
            "renewed-late": any(
                before[1] is not None and after[0] > before[1] for before, after in pairwise(self._terms())
            ),
            "beyond-authorisation": bool(until and self.term and self.term > date.fromisoformat(until)),
        }
        return tuple(code for code, so in doubts.items() if so)

    def _terms(self) -> list[tuple[date, date | None]]:
        """From and to of the order and of each renewal."""
        first = self.order.content.get("term")
        found: list[tuple[date, date | None]] = [(self.ordered, date.fromisoformat(first) if first else None)]
        for each in self.entries:
            if each.kind == KINDS["renewed"]:
                found.append(
                    (date.fromisoformat(each.content["date"]), date.fromisoformat(each.content["term"]))
                )
        return found

    def _over_limit(self, start: date, end: date | None) -> bool:
        limit = self.rule.limit.days if self.rule.limit is not None else None
        return end is not None and limit is not None and (end - start).days > limit


def rule(kind: str, instrument: str) -> Rule | None:
    """What the law says of a kind of measure under an instrument; None for a kind the data does not have."""
    known = {each.code for each in law.instruments() if each.rules}
    code = instrument if instrument in known else DEFAULT
    line = next((each for each in law.measures(code) if each.id == kind), None)
    if line is None:
        return None
    power = next((each for each in law.procedural(code).powers if kind in each.measures), None)
    periods = power.periods if power is not None else ()
    limit = next((one for one in periods if one.binds == "domestic" and one.days is not None), None)
    return Rule(
        kind,
        line.text,
        line.cite(),
        line.intrusive,
        limit,
        power.authorisation if power is not None else None,
    )


def threads(instrument: str, entries: Iterable[FileEntry], day: date) -> tuple[Thread, ...]:
    """The measures of a national file, oldest first."""
    orders: dict[str, FileEntry] = {}
    after: dict[str, list[FileEntry]] = {}
    for each in entries:
        if each.kind == ORDERED:
            orders[each.id] = each
            after[each.id] = []
        elif each.kind in _STEP_OF and each.content.get("measure") in after:
            after[each.content["measure"]].append(each)
    return tuple(
        Thread(id, _rule_of(order, instrument), order, tuple(after[id]), day) for id, order in orders.items()
    )


def _rule_of(order: FileEntry, instrument: str) -> Rule:
    """A kind an earlier version of the data had stays what it was called."""
    kind = str(order.content["kind"])
    return rule(kind, instrument) or Rule(kind, kind, "", False, None, None)
