"""Puts an answer about two States into words: reasons, limits, why not, gaps, and what is left. One code a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corridor.law import parties as tables
from corridor.law.binding import NO_FORM, NOT_BINDING, NOT_IN_FORCE, Candidate, Field
from corridor.law.parties import BILATERAL, Marks, Participation, Standing
from corridor.law.ruleset import DEFAULT
from corridor.law.states import state
from corridor.law.status import World
from corridor.law.types import Certainty, Confidence, plain


@dataclass(frozen=True, slots=True)
class Reason:
    """One coded sentence. `cite` names the provision it rests on, empty where none is; never text of a treaty."""

    code: str
    text: str
    cite: str
    source: tuple[str, ...]
    confidence: Confidence
    certainty: Certainty | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """An instrument that does not help these two for this question, and why."""

    id: str
    reason: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "reason": self.reason, "text": self.text}


def _said(code: str, text: str, marks: Marks, cite: str = "") -> Reason:
    return Reason(code, text, cite, marks.source, marks.confidence, marks.certainty)


class Words:
    """The sentences of one answer, made when they are asked for."""

    __slots__ = ("a", "assumed", "b", "bits", "field")

    def __init__(self, field: Field, a: str, b: str, bits: int, assumed: Any) -> None:
        self.field, self.a, self.b, self.bits, self.assumed = field, a, b, bits, assumed

    # -- an instrument that binds both -------------------------------------------------------------

    def reasons(self, id: str) -> tuple[Reason, ...]:
        return tuple(self._reasons(*self._find(id)))

    def limits(self, id: str) -> tuple[Reason, ...]:
        return tuple(self._limits(*self._find(id)))

    def _reasons(self, place: int, each: Candidate) -> Iterator[Reason]:
        since = self.field.since(place, self.a, self.b)
        rows = self._rows(each.id)
        weakest = max(rows, key=lambda row: row.marks.confidence is Confidence.RECALLED)
        yield _said("in_force", f"In force between both since {since.isoformat()}.", weakest.marks)
        if each.known.union:
            yield _said(
                "union_law", "Law of the European Union comes first between its members.", each.known.marks
            )
        if each.coverage:
            provision = f"article {each.coverage.provision}" if each.coverage.provision else "the treaty"
            code = "specific_provision" if each.coverage.special else "general_provision"
            made = (
                "is made for this kind of request"
                if each.coverage.special
                else "covers it as assistance in general"
            )
            text = f"{provision[0].upper()}{provision[1:]} {made}."
            yield _said(
                code, text, each.coverage.marks, each.coverage.cite() if each.coverage.provision else ""
            )
        if each.own:
            text = f"The offence is one of its own, article {each.own.own}."
            yield _said("own_offence", text, each.own.marks, f"{each.id} {each.own.own}")
        elif self.field.offence:
            yield _said("offence_in_scope", f"{each.known.scope_text}.", each.known.marks)
        for relation in tables.relations():
            if relation.instrument == each.known.id and relation.rule in ("stays_beside", "supplements"):
                if relation.rule == "supplements" and not self._binds(relation.other):
                    continue
                cite = f"{relation.instrument} {relation.provision}"
                yield _said(relation.rule, f"{_sentence(relation.text)}", relation.marks, cite)

    def _limits(self, place: int, each: Candidate) -> Iterator[Reason]:
        if self.assumed is not None and each.id == DEFAULT:
            yield _said("assumed", "By an assumed status table, not by the depositary.", each.known.marks)
        for row in self._rows(each.id):
            name = state(row.state).name
            if row.since_text and not row.exact:
                text = f"{name}: only {row.since_text} is known, counted from {row.since}."
                yield _said("date_not_established", text, row.marks)
            if row.until_text:
                text = f"{name}: until {row.until_text}."
                yield _said("ends", text, row.marks)
            if row.marks.confidence is Confidence.RECALLED:
                text = f"{name}: participation recalled, not read in a source; check the depositary."
                yield _said("participation_recalled", text, row.marks)
            if row.note:
                yield _said("participation_note", f"{name}: {row.note}.", row.marks)
        if each.known.addressed_to == "provider":
            text = "Addressed to the service provider, not to an authority of the other State."
            yield _said("addressed_to_provider", text, each.known.marks)
        if each.coverage and each.coverage.condition:
            cite = each.coverage.cite() if each.coverage.provision else ""
            yield _said("condition", _sentence(each.coverage.condition), each.coverage.marks, cite)
        if each.own and each.own.condition:
            cite = f"{each.id} {each.own.own}"
            yield _said("condition", _sentence(each.own.condition), each.own.marks, cite)
        if each.known.scope == "organised" or (self.field.offence is None and each.known.scope != "any"):
            yield _said("scope", f"{each.known.scope_text}.", each.known.marks)
        elif self.field.offence and not each.own and each.known.scope == "own_and_evidence":
            text = "The offence is none of its own: only electronic evidence of it may be asked for."
            yield _said("evidence_only", text, each.known.marks)
        if self.field.yields(place, self.bits):
            for relation in tables.relations():
                if relation.instrument == each.known.id and relation.rule == "yields_in":
                    cite = f"{relation.instrument} {relation.provision}"
                    yield _said("gives_way", _sentence(relation.text), relation.marks, cite)
        yield from self._reserved(each)

    def _reserved(self, each: Candidate) -> Iterator[Reason]:
        if self.field.world is World.CAST:
            return
        for code in (self.a, self.b):
            for effect in self.field.effects(code, each.id):
                if effect.touches(self.field.on, self.field.form, self.field.offence):
                    text = f"{state(code).name}, {effect.kind} to article {effect.article}: {effect.text}."
                    yield _said(effect.effect, text, effect.marks, f"{each.id} {effect.article}")

    # -- the others --------------------------------------------------------------------------------

    def not_applicable(self) -> tuple[NotApplicable, ...]:
        found = []
        for place, each in enumerate(self.field.candidates):
            pair = self.field.rows[each.id]
            if each.known.id == BILATERAL and not (self.a in pair and self.b in pair):
                continue
            if self.bits >> place & 1:
                by = self.field.replaced_by(place, self.bits)
                if by:
                    text = f"Replaced between these two by {by[0]}, article {by[1]}, for the gathering of evidence."
                    found.append(NotApplicable(each.id, "replaced", text))
                continue
            found.append(self._why(each))
        return tuple(sorted(found, key=lambda one: one.id))

    def _why(self, each: Candidate) -> NotApplicable:
        if each.barred == NOT_BINDING:
            return NotApplicable(
                each.id, NOT_BINDING, "An arrangement carried out by national law; it binds nobody."
            )
        if each.barred == NOT_IN_FORCE or (each.id == DEFAULT and self._uncc_asleep()):
            return NotApplicable(each.id, NOT_IN_FORCE, self._not_in_force(each))
        for code in (self.a, self.b):
            why = self._why_not_party(each, code)
            if why:
                return NotApplicable(each.id, *why)
        if each.barred == NO_FORM:
            text = f"It has no provision for this kind of request ({self.field.form})."
            return NotApplicable(each.id, NO_FORM, text)
        if each.barred:
            text = f"The offence of article {self.field.offence} is outside its scope: {_lower(each.known.scope_text)}."
            return NotApplicable(each.id, each.barred, text)
        for code in (self.a, self.b):
            effect = self.field.excluding(each.id, code)
            if effect:
                text = f"{state(code).name} {effect.text}."
                return NotApplicable(each.id, "excluded_by_reservation", text)
        text = "Both stand on the same side of an agreement between two sides."
        return NotApplicable(each.id, "same_side", text)

    def _why_not_party(self, each: Candidate, code: str) -> tuple[str, str] | None:
        row, name, on = self.field.rows[each.id].get(code), state(code).name, self.field.on
        if row is None:
            return "not_party", f"{name} is not a Party by the data."
        if row.binds(on):
            return None
        if row.standing is Standing.SIGNATORY:
            return "signatory_only", f"{name} has signed only{_day(row)}."
        if row.standing is Standing.RATIFIED:
            return "not_in_force_for_state", f"{name} has ratified{_day(row)}; it is not in force for it."
        if row.standing is Standing.INVITED:
            return "not_party", f"{name} is invited to accede and not a Party."
        if row.standing is Standing.NOT_BOUND:
            return "not_bound", f"{name} is not bound{': ' + row.note if row.note else ''}."
        if row.standing is Standing.UNCLEAR or row.since is None:
            return "participation_unclear", f"Whether {name} is a Party is not established."
        if row.until and on > row.until:
            word = "denounced it" if row.standing is Standing.DENOUNCED else "is no longer bound"
            return "ended", f"{name} {word} (until {row.until_text})."
        if row.doubtful(on):
            return (
                "date_not_established",
                f"{name}: only {row.since_text} is known, counted from {row.since}.",
            )
        return "not_yet_for_state", f"In force for {name} only from {row.since}."

    def _uncc_asleep(self) -> bool:
        return not any(row.binds(self.field.on) for row in self.field.rows[DEFAULT].values())

    def _not_in_force(self, each: Candidate) -> str:
        on = self.field.on
        if each.id == DEFAULT:
            counted, reported = _deposits(self.field)
            told = f", {reported} more reported" if reported else ""
            return f"Not in force: {counted} of {each.known.needed} instruments confirmed{told}."
        if each.known.since:
            return f"Not in force before {each.known.since}."
        ratified = (Standing.RATIFIED, Standing.PARTY)
        count = sum(
            row.standing in ratified and (not row.event or row.event <= on.isoformat())
            for row in self.field.rows[each.id].values()
        )
        return f"Not in force: {count} of {each.known.needed} ratifications known."

    # -- what is not in the data, and what is left -------------------------------------------------

    def gaps(self) -> tuple[Reason, ...]:
        if self.field.world is World.CAST:
            return ()
        found = [
            _said(each.id, f"{each.text}.", each.marks) for each in tables.notes("gaps") if self._both(each)
        ]
        on = self.field.on
        for id, rows in sorted(self.field.rows.items()):
            pair = [rows[code] for code in (self.a, self.b) if code in rows]
            # only where the two may be bound: a doubt about one is no gap when the other surely is outside
            if len(pair) < 2 or not all(row.binds(on) or row.doubtful(on) for row in pair):
                continue
            for row in pair:
                if not row.binds(on):
                    text = f"{id}: whether it binds {state(row.state).name} on this day is not established."
                    found.append(_said("participation_unclear", text, row.marks))
        return tuple(found)

    def fallback(self) -> tuple[Reason, ...]:
        return tuple(
            _said(each.id, f"{each.text}.", each.marks)
            for each in tables.notes("fallback")
            if self._both(each)
        )

    # -- small -------------------------------------------------------------------------------------

    def _both(self, note: tables.Note) -> bool:
        return note.states is None or (self.a in note.states and self.b in note.states)

    def _find(self, id: str) -> tuple[int, Candidate]:
        return next((place, each) for place, each in enumerate(self.field.candidates) if each.id == id)

    def _binds(self, id: str) -> bool:
        return any(
            self.bits >> place & 1 for place, each in enumerate(self.field.candidates) if each.id == id
        )

    def _rows(self, id: str) -> tuple[Participation, Participation]:
        rows = self.field.rows[id]
        return rows[self.a], rows[self.b]


def _deposits(field: Field) -> tuple[int, int]:
    """Deposits of the Convention confirmed, and reported beside them."""
    return field.status.instruments_counted, field.status.instruments_reported


def _day(row: Participation) -> str:
    return f" ({row.event})" if row.event else ""


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
