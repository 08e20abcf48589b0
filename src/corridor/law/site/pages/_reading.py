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
    """The numbers at the head of a page, as the status has them; a table without rows leaves the final clauses."""

    counted: int
    reported: int
    needed: int
    signatories: int
    signatory_states: int
    entry_into_force: date | None
    at_least: bool
    opens: date | None
    closes: date


@dataclass(frozen=True, slots=True)
class Place:
    """One State and where it stands; `entry` is its row of the status table, None where the table has none."""

    state: State
    standing: str
    entry: Any


def figures(ctx: Context) -> Figures:
    """What the status says as numbers."""
    status: Any = ctx.answers.status
    clauses = law.final_clauses().clauses
    numbers = dict(number for each in clauses for number in each.numbers)
    days = dict(pair for each in clauses for pair in each.days)
    return Figures(
        counted=status.instruments_counted,
        reported=status.instruments_reported,
        needed=status.needed or numbers["instruments"],
        signatories=status.signatories,
        signatory_states=status.signatory_states,
        entry_into_force=status.entry_into_force,
        at_least=status.at_least,
        opens=status.signature_opens or days.get("opens"),
        closes=status.signature_closes or days["closes"],
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
    if letter == "s" and entry.reported:
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
        return str(t("said.r", name=place.state.name, day=t.day_text(entry.reported)))
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
