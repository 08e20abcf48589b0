"""What several pages read from the status the same way: where each State stands, in one letter."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import law
from corridor.law import parties as tables
from corridor.law.site.context import Context
from corridor.law.states import ORGANISATIONS, State, state, states

#: Where a State stands: Party, deposited, reported to have ratified, signed, none of these.
STANDINGS = ("p", "d", "r", "s", "n")


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers at the head of a page. `reported` is None where the table does not tell reports from deposits."""

    counted: int
    reported: int | None
    needed: int
    signatories: int
    signatory_states: int
    entry_into_force: date | None
    at_least: bool
    closes: date


@dataclass(frozen=True, slots=True)
class Place:
    """One State and where it stands; `entry` is its row of the status table, None where the table has none."""

    state: State
    standing: str
    entry: Any


def figures(ctx: Context) -> Figures:
    """What the status says as numbers; what it does not compute is counted from its rows and the final clauses."""
    status: Any = ctx.answers.status
    clauses = law.final_clauses()
    numbers = {
        name: value for each in clauses.clauses for name, value in each.numbers if name == "instruments"
    }
    days = {name: value for each in clauses.clauses for name, value in each.days if name == "closes"}
    signed = [each for each in status.entries if each.signature]
    of_states = [each for each in signed if each.state not in ORGANISATIONS]
    deposited = [
        each for each in status.entries if standing(each) in ("d", "p") and each.state not in ORGANISATIONS
    ]
    return Figures(
        counted=getattr(status, "instruments_counted", len(deposited)),
        reported=getattr(status, "instruments_reported", None),
        needed=getattr(status, "needed", numbers["instruments"]),
        signatories=getattr(status, "signatories", len(signed)),
        signatory_states=getattr(status, "signatory_states", len(of_states)),
        entry_into_force=getattr(status, "entry_into_force", None),
        at_least=bool(getattr(status, "at_least", False)),
        closes=getattr(status, "signature_closes", days["closes"]),
    )


def standing(entry: Any) -> str:
    """One letter for a row of the status table; `n` without one."""
    if entry is None:
        return "n"
    letters = {
        law.Standing.PARTY: "p",
        law.Standing.DEPOSITED: "d",
        law.Standing.SIGNATORY: "s",
    }
    letter = letters.get(entry.standing, "n")
    if letter in ("s", "n") and getattr(entry, "reported", False):
        return "r"
    return letter


def places(ctx: Context) -> tuple[Place, ...]:
    """Every State of the real world, by name, and where it stands on the day asked about."""
    by_code = {entry.state: entry for entry in ctx.answers.status.entries}
    rows = (Place(each, standing(by_code.get(each.code)), by_code.get(each.code)) for each in states())
    return tuple(sorted(rows, key=lambda each: each.state.name))


def organisations(ctx: Context) -> tuple[Any, ...]:
    """The rows of organisations that are no State: they do not count towards the number needed."""
    return tuple(entry for entry in ctx.answers.status.entries if entry.state in ORGANISATIONS)


def said(ctx: Context, place: Place) -> str:
    """One State's standing as a sentence: `France: signed 25 October 2025`."""
    t = ctx.t
    entry = place.entry
    if place.standing == "n" or entry is None:
        return str(t("said.n", name=place.state.name))
    if place.standing == "p" and entry.in_force_since:
        return str(t("said.p", name=place.state.name, day=t.day_text(entry.in_force_since)))
    if place.standing in ("d", "p") and entry.deposit:
        return str(t("said.d", name=place.state.name, day=t.day_text(entry.deposit)))
    if place.standing == "r":
        return str(t("said.r", name=place.state.name))
    return str(
        t("said.s", name=place.state.name, day=t.day_text(entry.signature) if entry.signature else "?")
    )


@functools.cache
def instrument_titles() -> dict[str, str]:
    """The code of every instrument the data know -> its short title; a bilateral treaty with its two States."""
    found = {each.code: each.short_title for each in law.instruments()}
    found |= {code: each.short_title for code, each in tables.known().items()}
    for code in tables.tables():
        if code not in found:
            members = " – ".join(sorted(each.state for each in tables.participations(code)))
            found[code] = f"{tables.known()[tables.BILATERAL].short_title} {members}"
    return found


@functools.cache
def with_a_page() -> frozenset[str]:
    """The instruments that have a page of their own: all but single bilateral treaties and mere membership."""
    known = frozenset(tables.known()) | frozenset(each.code for each in law.instruments())
    return known - {tables.BILATERAL, "EU_MEMBER"}


def cited(ctx: Context, cite: str) -> str:
    """A citation as people read it: `UNTOC 18` -> `UNTOC, art. 18`."""
    code, _, place = cite.partition(" ")
    title = instrument_titles().get(code, code)
    if not place:
        return title
    return str(ctx.t("cite.article", instrument=title, place=place))


def names(text: str, name: str) -> bool:
    """Whether a sentence names a State: its whole name, not a part of a longer word."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def name_of(code: str) -> str:
    """The name of a State or of an organisation that takes part."""
    return ORGANISATIONS.get(code) or state(code).name
