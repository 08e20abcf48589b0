"""Whether conduct an article of the Convention names is punishable in two States, side by side, as far as researched.

A row says what somebody read or recalled of national law. Where there is none, that State's law is not researched: it
is never said that something is no crime. The line of four years (article 2(h)) opens the wider scope for electronic
evidence and nothing else; the Convention's own offences are covered whatever their maximum.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.near import did_you_mean
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.states import State, state, states, two_states
from corridor.law.tables import TableRow, rows, table_sources
from corridor.law.types import Confidence, Line, Provision, Source, plain

#: How the table writes imprisonment for life.
_LIFE = Decimal(99)
_MONTHS = 12


class FourYears(StrEnum):
    """Where the highest maximum known stands against the line of article 2(h)."""

    AT_OR_ABOVE = "at_or_above"
    BELOW = "below"
    UNKNOWN = "unknown"  # no maximum established, or no row


class Verdict(StrEnum):
    """What the rows come to. Silence of the data is never an answer about the law."""

    BOTH = "both_researched_and_punishable"
    ONE = "one_not_researched"
    NEITHER = "neither_researched"


@dataclass(frozen=True, slots=True)
class Penalty:
    """A maximum of deprivation of liberty, in months; `life` where there is no number."""

    months: int | None
    life: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {"months": self.months, "life": self.life}


class Attempts(StrEnum):
    """What is known of attempt in a State's law. `only_where_stated`: its general rule asks for a word in the provision
    itself, which nobody looked for; `not_stated`: the provision was read and has no such word; `excluded`: the
    provision itself says that attempt is no offence.
    """

    PUNISHABLE = "punishable"
    ONLY_WHERE_STATED = "only_where_stated"
    NOT_STATED = "not_stated"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one State's law says of attempt, of one article or in general."""

    rule: Attempts
    provision: str
    general: bool  # the State's general rule, no row for the article itself
    note: str
    source: tuple[str, ...]
    confidence: Confidence

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class National:
    """One State's provisions for one article. `check`: why the row must be checked before it is used; `attempt`: None
    where nobody researched it.
    """

    state: str
    article: int
    provision: str
    base: Penalty | None
    aggravated: Penalty | None
    four_years: FourYears
    note: str
    check: str
    source: tuple[str, ...]
    confidence: Confidence
    attempt: Attempt | None = None

    def to_dict(self) -> dict[str, Any]:
        row = {name: plain(getattr(self, name)) for name in self.__slots__}
        row["attempt"] = self.attempt.to_dict() if self.attempt else "not researched"
        row["base"] = self.base.to_dict() if self.base else None
        row["aggravated"] = self.aggravated.to_dict() if self.aggravated else None
        return row


@dataclass(frozen=True, slots=True)
class Criminality:
    """Two States and one article. A side is None where its law is not researched."""

    a: str
    b: str
    article: int
    title: str
    verdict: Verdict
    side_a: National | None
    side_b: National | None
    because: tuple[Line, ...]  # the rules the comparison rests on: conduct not name, four years, attempt

    def side(self, code: str) -> National | None:
        return self.side_a if code == self.a else self.side_b

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "article": self.article,
            "title": self.title,
            "verdict": str(self.verdict),
            "sides": {
                code: side.to_dict() if side else "not researched"
                for code, side in ((self.a, self.side_a), (self.b, self.side_b))
            },
            "because": plain(self.because),
        }


def criminality(a: str, b: str, article: int) -> Criminality:
    """The national provisions of two States for one of the Convention's offences.

    Raises LawFault `law.state.unknown`, `law.worlds.mixed` and the like, `law.criminality.no-offence` for an article
    that establishes none.
    """
    first, second = two_states(a, b)
    offence = next((each for each in shipped().offences(DEFAULT) if each.article == article), None)
    if offence is None:
        titles = {each.title: each.article for each in shipped().offences(DEFAULT)}
        raise LawFault(
            "law.criminality.no-offence",
            article=article,
            first=min(titles.values()),
            last=max(titles.values()),
        )
    side_a, side_b = national(first.code).get(article), national(second.code).get(article)
    known = (side_a is not None) + (side_b is not None)
    verdict = (Verdict.NEITHER, Verdict.ONE, Verdict.BOTH)[known]
    return Criminality(
        first.code, second.code, article, offence.title, verdict, side_a, side_b, tuple(_rules())
    )


def _rules() -> Iterator[Line]:
    yield from (each for each in shipped().provisions(35) if each.ref == "35(3)")
    line, _ = _four_years()
    yield line
    yield from (each for each in shipped().ancillary(DEFAULT) if each.id == "attempt")


@functools.cache
def _four_years() -> tuple[Provision, int]:
    lines = shipped().gate_lines(DEFAULT)
    if lines.penalty_line is None or lines.penalty_months is None:
        raise LawFault("law.data.malformed", file="gate.yaml", line=0, problem="no line of years")
    return lines.penalty_line, lines.penalty_months


@functools.cache
def _table(fictional: bool) -> dict[str, dict[int, National]]:
    checks: dict[tuple[str, str], str] = {}
    for row in rows("national", "checks"):
        checks[row.text("state"), row.maybe("article")] = row.text("why")
    articles = {each.article for each in shipped().offences(DEFAULT)}
    found: dict[str, dict[int, National]] = {}
    for row in rows("national", "cast" if fictional else "offences"):
        one = _row(row, checks)
        if one.article not in articles:
            raise row.fault(f"article {one.article} establishes no offence")
        if one.article in found.setdefault(one.state, {}):
            raise row.fault(f"{one.state} has article {one.article} twice")
        found[one.state][one.article] = one
    return found


def _row(row: TableRow, checks: dict[tuple[str, str], str]) -> National:
    code = state(row.text("state")).code
    base, aggravated = _penalty(row, "base_years"), _penalty(row, "aggravated_years")
    return National(
        state=code,
        article=int(row.text("article")),
        provision=row.text("provision"),
        base=base,
        aggravated=aggravated,
        four_years=against_the_line(*(each for each in (base, aggravated) if each is not None)),
        note=row.maybe("note"),
        check=checks.get((code, row.text("article"))) or checks.get((code, "")) or "",
        source=row.source,
        confidence=row.confidence,
        attempt=_attempts().get((code, row.text("article"))) or _attempts().get((code, "")),
    )


@functools.cache
def _attempts() -> dict[tuple[str, str], Attempt]:
    """By State and article; an empty article is the State's general rule."""
    found: dict[tuple[str, str], Attempt] = {}
    for row in rows("national", "attempts"):
        code, articles = state(row.text("state")).code, row.texts("article")
        try:
            rule = Attempts(row.text("attempt"))
        except ValueError as error:
            raise row.fault(f"attempt is one of {', '.join(Attempts)}") from error
        one = Attempt(
            rule, row.text("provision"), not articles, row.maybe("note"), row.source, row.confidence
        )
        for article in articles or ("",):
            if (code, article) in found:
                raise row.fault(f"{code} has attempt for {article or 'every article'} twice")
            found[code, article] = one
    return found


def _penalty(row: TableRow, key: str) -> Penalty | None:
    text = row.maybe(key)
    if not text:
        return None
    try:
        years = Decimal(text)
    except InvalidOperation as error:
        raise row.fault(f"{key} must be a number of years") from error
    if years == _LIFE:
        return Penalty(None, life=True)
    months = years * _MONTHS
    if months <= 0 or months != int(months):
        raise row.fault(f"{key} must come to whole months")
    return Penalty(int(months))


def against_the_line(*penalties: Penalty) -> FourYears:
    """Where the highest of the maximums known stands against the line: at four years it is reached."""
    if not penalties:
        return FourYears.UNKNOWN
    _, line = _four_years()
    if any(each.life or (each.months is not None and each.months >= line) for each in penalties):
        return FourYears.AT_OR_ABOVE
    return FourYears.BELOW


def national(code: str) -> dict[int, National]:
    """What is researched of one State, by article; empty where nothing is."""
    found = state(code)
    return _table(found.fictional).get(found.code, {})


def general_attempt(code: str) -> Attempt | None:
    """What is known of attempt in a State's law in general; None where nobody researched it."""
    return _attempts().get((state(code).code, ""))


def researched() -> tuple[State, ...]:
    """The States of the real world of whose law something is researched."""
    return tuple(each for each in states() if each.code in _table(False))


def national_sources() -> dict[str, Source]:
    """What was read of national law, by the id the rows use."""
    return table_sources("national")


def offence_article(text: str) -> int:
    """An article of an offence by its number or its title. Raises LawFault `law.criminality.unknown`."""
    titles = {each.title.casefold(): each.article for each in shipped().offences(DEFAULT)}
    asked = text.strip().casefold()
    if asked.isdecimal():
        return int(asked)
    if asked in titles:
        return titles[asked]
    raise LawFault("law.criminality.unknown", article=text[:40], near=did_you_mean(asked, titles))
