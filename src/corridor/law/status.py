"""Who stands where towards an instrument on a day: the fictional cast, or the real table, shipped, imported or assumed.

Two worlds that never mix. The cast (data/status/cast.yaml) is what demos and tests run on. The real table holds
signatures and deposits with the confidence of each row; from them, and from the final clauses in the data, it follows
whether the Convention is in force and for whom. What is not established is counted from the latest day its source
proves, and the answer then says "at least". A claim of ratification is reported and never counted.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.entry_into_force import Threshold, in_force, in_force_for
from corridor.law.loader import Row, page, read_sources_of
from corridor.law.ruleset import DEFAULT, data_root, shipped
from corridor.law.states import Group, state
from corridor.law.status_table import Assumption, StatusRow, StatusTable, shipped_table
from corridor.law.tables import latest_day
from corridor.law.treaty import Clause
from corridor.law.types import Confidence, plain


class World(StrEnum):
    """`cast`: the fictional States. `real`: the compiled table of the instrument."""

    CAST = "cast"
    REAL = "real"


class Standing(StrEnum):
    """How far a State is bound. `party`: in force for it. `deposited`: instrument handed in, not in force.
    `reported`: said to have ratified, with no deposit shown; it counts as a signatory.
    """

    PARTY = "party"
    DEPOSITED = "deposited"
    SIGNATORY = "signatory"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """One State's row. Dates of the real table stay text: a month alone means the day was not established."""

    state: str
    name: str
    instrument: str
    standing: Standing
    in_force_since: date | None
    signature: str | None
    deposit: str | None
    source: tuple[str, ...]
    confidence: Confidence
    reported: str | None = None  # a ratification claimed by this day, whose deposit nobody has shown
    organisation: bool = False
    exact: bool = True  # every day of the row is established

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Window:
    """When the instrument may be signed, and how long still on the day asked about."""

    opens: date | None
    closes: date | None
    days_left: int | None  # None once closed, or where the data have no window

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Status:
    """All rows of one instrument in one world, as they stand on `on`, and what follows from them.

    The figures are of the real table; for the cast they are what its few rows give.
    """

    instrument: str
    world: World
    on: date
    entries: tuple[Entry, ...]
    needed: int | None = None
    entry_into_force: date | None = None
    signature_closes: date | None = None
    signature_opens: date | None = None
    assumed: Assumption | None = None
    origin: str = ""
    later_parties: Clause | None = None  # the clause for who deposits later, with how sure it is
    _since: dict[str, date] = field(default_factory=dict, repr=False)

    def of(self, state: str) -> Entry | None:
        return next((each for each in self.entries if each.state == state), None)

    def parties(self) -> tuple[str, ...]:
        """States for which the instrument is in force on the day asked about."""
        return tuple(each.state for each in self.entries if each.standing is Standing.PARTY)

    def in_force_for(self, state: str) -> date | None:
        """The day from which it is in force for a State, past or to come; None where that is not known."""
        if self.world is World.CAST:
            entry = self.of(state)
            return entry.in_force_since if entry is not None else None
        return self._since.get(state)

    @property
    def signatories(self) -> int:
        """Signatures, those of organisations included."""
        return sum(each.signature is not None for each in self.entries)

    @property
    def signatory_states(self) -> int:
        return sum(each.signature is not None and not each.organisation for each in self.entries)

    @property
    def instruments_counted(self) -> int:
        """Confirmed State deposits: what counts towards the number needed."""
        return sum(each.deposit is not None and not each.organisation for each in self.entries)

    @property
    def instruments_reported(self) -> int:
        """States said to have ratified whose deposit nobody has shown. They count for nothing."""
        return len(self.reported)

    @property
    def reported(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.reported is not None)

    @property
    def at_least(self) -> bool:
        """Whether more may be true than is counted: a day not established, or a report without a deposit."""
        return (
            self.world is World.REAL
            and bool(self.entries)
            and self.assumed is None
            and (any(not each.exact for each in self.entries) or bool(self.reported))
        )

    @property
    def at_least_text(self) -> str:
        """Why the figures are lower bounds, by code; empty where they are not."""
        if not self.at_least:
            return ""
        vague = ", ".join(each.state for each in self.entries if not each.exact)
        claimed = ", ".join(each.state for each in self.reported)
        said = [f"no day is established for {vague}" if vague else ""]
        said.append(f"a ratification without a deposit shown is reported for {claimed}" if claimed else "")
        return f"At least: {'; '.join(each for each in said if each)}."

    @property
    def window(self) -> Window:
        closes = self.signature_closes
        left = (closes - self.on).days if closes is not None and self.on <= closes else None
        return Window(self.signature_opens, closes, left)

    def by_group(self) -> dict[Group, tuple[int, int]]:
        """Regional group -> (signatures, counted instruments) of States."""
        found = dict.fromkeys(Group, (0, 0))
        for each in self.entries:
            if each.organisation or self.world is World.CAST:
                continue
            signed, counted = found[group := state(each.state).group]
            found[group] = (signed + (each.signature is not None), counted + (each.deposit is not None))
        return found

    def to_dict(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "world": str(self.world),
            "on": self.on.isoformat(),
            "signatories": self.signatories,
            "signatory_states": self.signatory_states,
            "instruments_counted": self.instruments_counted,
            "instruments_reported": self.instruments_reported,
            "needed": self.needed,
            "entry_into_force": plain(self.entry_into_force),
            "at_least": self.at_least,
            "at_least_text": self.at_least_text,
            "later_parties": self.later_parties.to_dict() if self.later_parties else None,
            "window": self.window.to_dict(),
            "by_group": {
                str(group): {"signatures": signed, "instruments": counted}
                for group, (signed, counted) in self.by_group().items()
            },
            "reported": [each.state for each in self.reported],
            "origin": self.origin,
            "assumed": self.assumed.to_dict() if self.assumed else None,
            "entries": [each.to_dict() for each in self.entries],
        }


def status(
    *, on: date, instrument: str = DEFAULT, world: World = World.CAST, table: StatusTable | None = None
) -> Status:
    """Who stands where on `on`. An instrument without a table has no entries: nothing is claimed of anybody.

    `table` takes the place of the shipped one in the real world: an imported one, or one assumed.
    """
    if world is World.CAST:
        entries = tuple(_on(entry, on) for entry in _cast() if entry.instrument == instrument)
        return Status(instrument, world, on, entries)
    found = table if table is not None else shipped_table(instrument)
    if not found.rows:
        return Status(instrument, world, on, ())
    clauses = _clauses(instrument)
    deposits = {
        row.state: row.deposited_on for row in found.rows if row.deposited_on and row.deposited_on <= on
    }
    of_states = {
        row.state: day for row in found.rows if (day := deposits.get(row.state)) and not row.organisation
    }
    others = {code: day for code, day in deposits.items() if code not in of_states}
    since = in_force_for(of_states, clauses.threshold, others) if clauses.threshold else {}
    return Status(
        instrument=instrument,
        world=world,
        on=on,
        entries=tuple(entry for row in found.rows if (entry := _entry(row, instrument, on, since))),
        needed=clauses.threshold.instruments if clauses.threshold else None,
        entry_into_force=in_force(of_states.values(), clauses.threshold) if clauses.threshold else None,
        signature_closes=clauses.closes,
        signature_opens=clauses.opens,
        assumed=found.assumed,
        origin=found.origin,
        later_parties=clauses.later,
        _since=since,
    )


def _entry(row: StatusRow, instrument: str, on: date, since: dict[str, date]) -> Entry | None:
    """A row as it stands on a day, or None where nothing of it has happened yet."""
    signed = row.signed_on is not None and row.signed_on <= on
    deposited = row.deposited_on is not None and row.deposited_on <= on
    if not signed and not deposited:
        return None
    reported = row.reported_by if row.reported_by and latest_day(row.reported_by) <= on else None
    bound = since.get(row.state)
    standing = Standing.SIGNATORY
    if deposited:
        standing = Standing.PARTY if bound is not None and bound <= on else Standing.DEPOSITED
    exact = (not signed or len(row.signature) == 10) and (not deposited or len(row.deposit) == 10)
    return Entry(
        state=row.state,
        name=row.name,
        instrument=instrument,
        standing=standing,
        in_force_since=bound if standing is Standing.PARTY else None,
        signature=(row.signature or row.signed_by) if signed else None,
        deposit=row.deposit if deposited else None,
        source=(row.source,),
        confidence=row.confidence,
        reported=reported if not deposited else None,
        organisation=row.organisation,
        exact=exact,
    )


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The final clauses in figures, as far as the data have them."""

    threshold: Threshold | None
    opens: date | None
    closes: date | None
    later: Clause | None


@functools.cache
def _clauses(instrument: str) -> _Clauses:
    if not shipped().has_rules(instrument):
        return _Clauses(None, None, None, None)
    found = shipped().final_clauses(instrument)
    general, later = found.clause("entry_into_force"), found.clause("entry_into_force_later")
    needed = general.number("instruments") if general else None
    days = general.number("days") if general else None
    own = later.number("days") if later else None
    signing = found.clause("signature")
    return _Clauses(
        Threshold(needed, days, own) if needed and days and own else None,
        signing.day("hanoi_opens") if signing else None,
        signing.day("closes") if signing else None,
        later,
    )


def _on(entry: Entry, on: date) -> Entry:
    if entry.in_force_since is None or entry.in_force_since <= on:
        return entry
    return replace(entry, standing=Standing.NONE)


@functools.cache
def _cast() -> tuple[Entry, ...]:
    path = data_root() / "status" / "cast.yaml"
    return tuple(_cast_entry(row) for row in page(path, read_sources_of(page(path))).rows("rows"))


def _cast_entry(row: Row) -> Entry:
    trust = row.trust()
    if trust.confidence is not Confidence.FICTIONAL:
        raise row.fault("the cast is fiction and says so", "law.data.no-confidence")
    entry = Entry(
        state=row.text("state"),
        name=row.text("name"),
        instrument=row.text("instrument"),
        standing=row.word("standing", Standing),
        in_force_since=row.maybe_day("in_force_since"),
        signature=None,
        deposit=None,
        source=trust.source,
        confidence=trust.confidence,
    )
    row.done()
    return entry
