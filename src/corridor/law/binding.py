"""Which instruments bind which States on one day for one question, as bits: one number a State, one AND a pair.

A `Field` is the question (day, form, offence, table) laid over the tables once. Every pair of States is then a few
operations on whole numbers; pairs with the same bits have the same instruments in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.law import parties as tables
from corridor.law.parties import BILATERAL, Coverage, Effect, Known, Marks, Own, Participation, Standing
from corridor.law.ruleset import DEFAULT
from corridor.law.status import Status, World, status
from corridor.law.status_table import StatusTable
from corridor.law.types import Certainty, Confidence

#: Kinds of request that only gather evidence: open to instruments that reach electronic evidence of any offence.
EVIDENCE = frozenset(
    (
        "preservation",
        "traffic_disclosure",
        "stored_data",
        "realtime_traffic",
        "content_interception",
        "mutual_assistance",
        "contact_point",
        "spontaneous_information",
        "emergency_assistance",
        "emergency_disclosure",
        "direct_cooperation_provider",
        "domain_registration",
        "expedited_production",
        "video_conference",
    )
)
_EXCLUDES = frozenset(("excludes_form", "excludes_offence"))
#: The codes of an instrument no pair can use for the question, in the order they are named in.
NOT_BINDING, NOT_IN_FORCE, NO_FORM, OUTSIDE = (
    "not_binding",
    "not_in_force",
    "form_not_provided",
    "offence_outside_scope",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instrument against the question. `barred` is empty, or why nobody can use it for this question."""

    id: str
    known: Known
    coverage: Coverage | None
    own: Own | None
    barred: str
    rank: tuple[int, ...]
    seen: bool


class Field:
    """The tables under one question. Immutable once made; answers are kept by class of pair."""

    def __init__(
        self, world: World, on: date, form: str | None, offence: int | None, table: StatusTable | None
    ) -> None:
        self.world, self.on, self.form, self.offence = world, on, form, offence
        self.status = _status(world, on, table)
        self._assumed = {row.state: row.keeps_out for row in table.rows if row.keeps_out} if table else {}
        self.rows: dict[str, dict[str, Participation]] = self._participations()
        self.candidates = sorted(map(self._candidate, self.rows), key=lambda each: each.rank)
        self.replaced: dict[int, list[tuple[int, str]]] = {}
        self._left: dict[str, int] = {}
        self._right: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._since: dict[str, dict[int, date]] = {}
        self._kept: dict[tuple[int, int], tuple[int, ...]] = {}
        self._relate()
        for place, each in enumerate(self.candidates):
            if not each.barred:
                self._lay(place, each)

    # -- reading -----------------------------------------------------------------------------------

    def _participations(self) -> dict[str, dict[str, Participation]]:
        if self.world is World.CAST:
            codes = ("UNCC_2024", "BUDAPEST_CETS185")
            return {code: _from_status(_status_of(code, self.on)) for code in codes}
        found = {code: {each.state: each for each in tables.participations(code)} for code in tables.tables()}
        found.pop("EU_MEMBER", None)  # membership, no instrument of assistance
        found[DEFAULT] = _from_status(self.status)
        return found

    def _candidate(self, id: str) -> Candidate:
        known = tables.known()[_class_of(id)]
        covered = tables.coverages().get((known.id, self.form)) if self.form else None
        own = tables.own_offences().get((known.id, self.offence)) if self.offence else None
        seen = known.marks.confidence is not Confidence.RECALLED
        seen = seen and (covered is None or covered.marks.confidence is Confidence.SEEN)
        special = self.form is None or (covered is not None and covered.special)
        suits = 0 if self.offence is None or own else 2 if known.scope == "organised" else 1
        rank = (not known.union, not special, suits, not seen, known.order)
        return Candidate(id, known, covered, own, self._barred(known, covered, own), rank, seen)

    def _barred(self, known: Known, covered: Coverage | None, own: Own | None) -> str:
        if not known.binding:
            return NOT_BINDING
        if known.since and self.on < known.since:
            return NOT_IN_FORCE
        if known.standing == "not_in_force" and known.id != DEFAULT:
            return NOT_IN_FORCE
        if self.form and covered is None:
            return NO_FORM
        if self.offence and not own and not self._reaches(known):
            return OUTSIDE
        return ""

    def _reaches(self, known: Known) -> bool:
        if known.scope in ("any", "organised"):
            return True
        return known.scope == "own_and_evidence" and (self.form is None or self.form in EVIDENCE)

    def _lay(self, place: int, candidate: Candidate) -> None:
        bit = 1 << place
        for state, row in self.rows[candidate.id].items():
            if not row.binds(self.on) or self.excluding(candidate.id, state):
                continue
            if row.side in ("", "union", "a"):
                self._left[state] = self._left.get(state, 0) | bit
            if row.side in ("", "other", "b"):
                self._right[state] = self._right.get(state, 0) | bit
            if row.marks.confidence is not Confidence.RECALLED:
                self._seen[state] = self._seen.get(state, 0) | bit
            self._since.setdefault(state, {})[place] = row.since or self.on

    def _relate(self) -> None:
        places = {each.id: place for place, each in enumerate(self.candidates)}
        for each in tables.relations():
            if each.rule == "replaces" and each.instrument in places and each.other in places:
                self.replaced.setdefault(places[each.other], []).append(
                    (places[each.instrument], each.provision)
                )

    # -- answering ---------------------------------------------------------------------------------

    def bits(self, a: str, b: str) -> int:
        """The candidates that bind both, one bit each."""
        left, right = self._left, self._right
        return (left.get(a, 0) & right.get(b, 0)) | (right.get(a, 0) & left.get(b, 0))

    def order(self, bits: int, a: str, b: str) -> tuple[int, ...]:
        """The places of the candidates in `bits`, best first, replaced ones left out."""
        key = (bits, bits & self._seen.get(a, 0) & self._seen.get(b, 0))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._ordered(*key)
        return found

    def since(self, place: int, a: str, b: str) -> date:
        """The day from which the candidate is in force for both."""
        first, second = self._since[a][place], self._since[b][place]
        return first if first > second else second

    def replaced_by(self, place: int, bits: int) -> tuple[str, str] | None:
        """The instrument, and its provision, that takes the place of this one between States with these bits."""
        for other, provision in self.replaced.get(place, ()):
            if bits >> other & 1:
                return self.candidates[other].id, provision
        return None

    def yields(self, place: int, bits: int) -> bool:
        """Whether its rules for this form give way to a treaty on assistance that binds both."""
        if self.form != "mutual_assistance" or not self._gives_way(place):
            return False
        return any(
            bits >> other & 1
            and each.coverage is not None
            and each.coverage.special
            and not self._gives_way(other)
            for other, each in enumerate(self.candidates)
        )

    def _gives_way(self, place: int) -> bool:
        id = self.candidates[place].known.id
        return any(each.instrument == id and each.rule == "yields_in" for each in tables.relations())

    def _ordered(self, bits: int, seen: int) -> tuple[int, ...]:
        places = [place for place in range(len(self.candidates)) if bits >> place & 1]
        places = [place for place in places if self.replaced_by(place, bits) is None]

        def key(place: int) -> tuple[Any, ...]:
            union, special, suits, doubt, order = self.candidates[place].rank
            doubt = doubt or not seen >> place & 1
            return (union, special, self.yields(place, bits), suits, doubt, order)

        return tuple(sorted(places, key=key))

    def effects(self, state: str, instrument: str) -> tuple[Effect, ...]:
        """The reservations and declarations of a State, with what the status table assumes of it."""
        found = tables.effects(state, instrument)
        if instrument == DEFAULT and (kept_out := self._assumed.get(state)):
            marks = Marks(tables.known()[DEFAULT].marks.source, Confidence.RECALLED, Certainty.LOW)
            found += tuple(_assumed(state, article, marks) for article in kept_out)
        return found

    def excluding(self, instrument: str, state: str) -> Effect | None:
        """The reservation by which a State keeps this form or this offence out, for a question that names one."""
        if self.world is World.CAST:
            return None
        for each in self.effects(state, instrument):
            named = each.effect == "excludes_form" and self.form is not None and self.form in each.forms
            named = named or (
                each.effect == "excludes_offence"
                and self.offence is not None
                and self.offence in each.offences
            )
            if each.effect in _EXCLUDES and named and each.touches(self.on, self.form, self.offence):
                return each
        return None


def _assumed(state: str, article: int, marks: Marks) -> Effect:
    """A reservation somebody assumes: the State is not bound by one offence."""
    return Effect(
        state=state,
        instrument=DEFAULT,
        kind="reservation",
        article=str(article),
        effect="excludes_offence",
        forms=frozenset(),
        offences=frozenset((article,)),
        since=None,
        since_text="",
        until=None,
        text=f"assumed not to be bound by article {article}",
        marks=marks,
    )


def _class_of(id: str) -> str:
    return id if id in tables.known() else BILATERAL


def _status(world: World, on: date, table: StatusTable | None) -> Status:
    return status(on=on, instrument=DEFAULT, world=world, table=table)


def _status_of(code: str, on: date) -> Status:
    return status(on=on, instrument=code, world=World.CAST)


def _from_status(found: Status) -> dict[str, Participation]:
    """The rows of a status table as participations: only what is in force binds."""
    rows = {}
    for each in found.entries:
        since = found.in_force_for(each.state)
        standing = Standing.PARTY if since else _STANDINGS.get(str(each.standing), Standing.NOT_BOUND)
        certainty = Certainty.MEDIUM if each.confidence is Confidence.RECALLED else None
        rows[each.state] = Participation(
            instrument=found.instrument,
            state=each.state,
            standing=standing,
            since=since,
            since_text=since.isoformat() if since else "",
            until=None,
            until_text="",
            side="",
            event=each.deposit or each.signature or "",
            note="",
            marks=Marks(each.source, each.confidence, certainty),
        )
    return rows


_STANDINGS = {"deposited": Standing.RATIFIED, "reported": Standing.RATIFIED, "signatory": Standing.SIGNATORY}
