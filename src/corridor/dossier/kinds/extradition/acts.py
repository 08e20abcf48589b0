"""Extradition: what each act changes, and what it leaves doubtful, owed and on the clock.

Days of a term stand in the act of the State whose law sets it. Law data raises doubts and gives citations only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from corridor.dossier.kinds.extradition.bodies import BODIES
from corridor.dossier.kinds.extradition.table import DECIDING as DECIDING_STATUSES
from corridor.dossier.kinds.extradition.table import GRANTED
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    Clock,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Under,
    duty_ref,
    end_of,
)
from corridor.dossier.kinds.parts import DECIDING, PROCEEDINGS, decided_on
from corridor.dossier.kinds.parts.moving import arranged, waiting

RETURN_TO_SERVE: Final = "return_to_serve"

#: Conditions of extradition, by code. Their words are the States'.
CONDITIONS: Final = (
    "speciality",
    "no_onward_surrender",
    "no_death_penalty",
    "no_life_without_release",
    "retrial",
    "fair_trial",
    "humane_treatment",
    "no_special_court",
    RETURN_TO_SERVE,
    "custody_deducted",
    "consular_access",
    "other",
)

_CONTENT: Final = (
    "person",
    "whereabouts",
    "offence_and_facts",
    "decision",
    "penalty_and_limitation",
    "jurisdiction",
    "sentence",
    "evidence",
    "assurances",
)


@dataclass(frozen=True)
class Items:
    """Things handed over by one act."""

    act: str
    wanted_back: bool
    returned: bool = False


@dataclass(frozen=True)
class Pursued:
    """Where the person and the request stand."""

    transit: bool = False  # the person only passes through
    passed: str | None = None
    provisional: bool = False  # arrest was asked for before the papers
    papers: str | None = None  # the act the full request stands in
    located: bool | None = None
    arrest_answered: bool = False
    held: str | None = None  # the arrest by which the person is held now
    papers_by: date | None = None
    term_act: str | None = None
    more_time: str | None = None  # asked for, not answered
    released: str | None = None
    consents: bool = False
    postponed: str | None = None
    postponed_until: date | None = None
    lent: str | None = None  # the temporary surrender under which the person is away
    return_by: date | None = None
    surrendered: str | None = None
    returned: str | None = None
    items: tuple[Items, ...] = ()
    asked_instead: str | None = None
    instead: str | None = None  # prosecution or enforcement
    taken_up: str | None = None

    @property
    def awaiting_papers(self) -> bool:
        return self.papers is None and not self.consents


class _Extradition(Part[Pursued]):
    name = "extradition"
    bodies = BODIES
    texts = {
        "request": (*_CONTENT, "urgency_reason"),
        "supplement": _CONTENT,
        "send_papers": _CONTENT,
        "locate": ("whereabouts",),
        "arrest": ("note",),
        "not_arrested": ("reasons",),
        "ask_more_time": ("reasons",),
        "extend_term": ("note",),
        "release": ("reasons",),
        "tell_consent": ("note",),
        "accept": ("reasons",),
        "postpone_surrender": ("reasons",),
        "surrender": ("person", "note"),
        "surrender_temporarily": ("person", "note"),
        "return_person": ("person", "note"),
        "hand_over_items": ("things",),
        "return_items": ("note",),
        "ask_instead": ("reasons",),
        "take_up": ("note",),
        "decline_instead": ("reasons",),
        "tell_transit": ("note",),
    }
    answers = {
        "arrest": "arrest",
        "papers": "send_papers",
        "more-time-answer": "extend_term",
        "surrender": "surrender",
        "surrender-later": "surrender",
        "return-person": "return_person",
        "return-to-serve": "return_person",
        "prosecution-instead": "take_up",
        "enforcement-instead": "take_up",
        "release": "release",
        "return-items": "return_items",
        "transit": "tell_transit",
    }
    grave = frozenset({"postpone_surrender", "release", "decline_instead"})
    aside = frozenset({"hand_over_items", "return_items", "surrender_temporarily", "ask_more_time"})

    def start(self) -> Pursued:
        return Pursued()

    def event(self, move: Move) -> str | None:
        if move.name == "tell_transit":
            return None if move.body.completed else "tell_transit/interim"
        return DECIDING.event(move)

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        """What an act says of the person must agree with what stands."""
        at, body = self.of(facts), move.body
        match move.name:
            case name if name in (_NO_TRANSIT if at.transit else {"tell_transit"}):
                return "transit-only" if at.transit else "no-transit"
            case "send_papers" if at.papers is not None:
                return "papers-given"
            case "arrest" if at.held:
                return "held-already"
            case "release" | "extend_term" if not at.held:
                return "nobody-held"
            case "release" if body.reason == "term_over" and (
                at.papers_by is None or body.date <= at.papers_by
            ):
                return "term-not-over"
            case "extend_term" if at.papers_by is not None and body.papers_by < at.papers_by:
                return "extension-shortens"
            case "ask_more_time" if not _term_runs(at):
                return "no-term"
            case "accept" if body.extent == "part" and move.act.text("reasons") is None:
                return "reasons-missing"
            case "postpone_surrender" | "decline_instead" if move.act.text("reasons") is None:
                return "reasons-missing"
            case "return_person" if status != "lent" and not _to_return(facts):
                return "nobody-to-return"
            case "return_items" if body.handed_over not in {i.act for i in at.items if not i.returned}:
                return "no-such-items"
            case "close" if at.held and not at.surrendered:
                return "person-still-held"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Pursued:
        at, body = self.of(facts), move.body
        match move.name:
            case "request":
                transit = body is not None and body.transit is not None
                provisional = body is not None and body.provisional_arrest and not transit
                papers = None if provisional else move.id
                return replace(at, provisional=provisional, papers=papers, transit=transit)
            case "send_papers":
                return replace(at, papers=move.id, more_time=None)
            case "locate":
                return replace(at, located=body.found)
            case "arrest":
                return replace(
                    at,
                    arrest_answered=True,
                    held=move.id,
                    papers_by=body.papers_by,
                    term_act=move.id if body.papers_by else None,
                    released=None,
                )
            case "not_arrested":
                return replace(at, arrest_answered=True)
            case "ask_more_time":
                return replace(at, more_time=move.id)
            case "extend_term":
                return replace(at, papers_by=body.papers_by, term_act=move.id, more_time=None)
            case "release":
                return replace(at, held=None, released=move.id, more_time=None)
            case "tell_consent":
                return replace(at, consents=body.consents)
            case "postpone_surrender":
                return replace(at, postponed=move.id, postponed_until=body.until)
            case "surrender_temporarily":
                return replace(at, lent=move.id, return_by=body.return_by, returned=None)
            case "surrender":
                return replace(at, surrendered=move.id, lent=None)
            case "return_person" if status == "lent":
                return replace(at, lent=None, returned=move.id)
            case "return_person":
                return replace(at, returned=move.id)
            case "hand_over_items":
                wanted = any(each.return_wanted for each in body.things)
                return replace(at, items=(*at.items, Items(move.id, wanted)))
            case "return_items":
                done = (
                    replace(each, returned=True) if each.act == body.handed_over else each
                    for each in at.items
                )
                return replace(at, items=tuple(done))
            case "tell_transit" if body.completed:
                return replace(at, passed=move.id)
            case "ask_instead":
                return replace(at, asked_instead=move.id, instead=body.instead)
            case "take_up":
                return replace(at, taken_up=move.id, instead=body.instead)
            case "decline_instead":
                return replace(at, asked_instead=None)
        return at

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        at, form = self.of(facts), under.form
        match move.name:
            case "accept" if at.awaiting_papers:
                yield Flag(
                    "granted-without-papers", move.id, _cite(form.contents_rule if form.known else None)
                )
            case "release" if move.body.reason == "term_over" and at.papers is not None:
                yield Flag("released-though-papers", move.id)
            case "arrest" if form.known and form.measures and move.body.measure is not None:
                named = move.body.measure.kind
                if form.measure(named) is None:
                    yield Flag("measure-not-listed", move.id, form.cite())
            case "decline_instead" if form.known:
                # What the law asks for after a refusal for such a ground, as it says itself.
                ground = form.ground(str(DECIDING.of(facts).ground))
                bound = ground is not None and str(ground.nature) == "may_refuse_with_consequence"
                duty = duty_ref(form, _DUTIES[at.instead or "prosecution"])
                if bound and duty is not None:
                    yield Flag("instead-declined", move.id, duty)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        at = self.of(facts)
        pointless = {
            "send_papers": at.papers is not None,
            "arrest": at.held is not None,
            "not_arrested": at.held is not None,
            "extend_term": not _term_runs(at),
            "ask_more_time": not _term_runs(at) or at.more_time is not None,
            "release": at.held is None,
            "close": at.held is not None and at.surrendered is None,
            "return_items": not any(each.wanted_back and not each.returned for each in at.items),
            "return_person": at.lent is None and not _to_return(facts),
        }
        never = _NO_TRANSIT if at.transit else frozenset({"tell_transit"})
        return never | {act for act, idle in pointless.items() if idle}

    def turn(self, status: str, facts: Facts) -> str | None:
        at = self.of(facts)
        if status in DECIDING_STATUSES and at.held and at.awaiting_papers and at.more_time is None:
            return REQUESTING
        if status not in GRANTED:
            return None
        return waiting(facts) or (REQUESTING if at.transit else None)

    def fulfilled(self, status: str, facts: Facts) -> bool:
        at = self.of(facts)
        return at.surrendered is not None or at.passed is not None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        at, status = self.of(scene.facts), scene.status
        opening = scene.facts.opening
        if status in DECIDING_STATUSES:
            if at.provisional and not at.arrest_answered and at.papers is None:
                yield scene.owed("arrest", REQUESTED, opening, "custody_in_urgency")
            if at.held and at.awaiting_papers:
                yield scene.owed("papers", REQUESTING, at.term_act or at.held)
            if not at.awaiting_papers and status in {"asked", "acknowledged"}:
                yield scene.owed("decision", REQUESTED, at.papers or opening, "inform_of_decision")
        if at.more_time is not None and not scene.over:
            yield scene.owed("more-time-answer", REQUESTED, at.more_time)
        match status:
            case "granted" | "arranged" if at.transit:
                yield scene.owed("transit", REQUESTING, opening)
            case "granted" | "arranged":
                yield scene.owed("surrender", REQUESTED, opening)
            case "postponed":
                yield scene.owed("surrender-later", REQUESTED, at.postponed or at.returned)
            case "lent":
                yield scene.owed("return-person", REQUESTING, at.lent)
            case "surrendered":
                yield scene.owed("arrival", REQUESTING, at.surrendered)
            case "instead_asked":
                yield scene.owed(
                    f"{at.instead}-instead", REQUESTED, at.asked_instead, _DUTIES[str(at.instead)]
                )
            case "taken_up":
                yield scene.owed("outcome", REQUESTED, at.taken_up, "report_outcome")
        if at.held and status in {"withdrawn", "refused", "taken_up", "outcome_told"}:
            yield scene.owed("release", REQUESTED, at.held)
        if at.surrendered and at.returned is None and _to_return(scene.facts):
            yield scene.owed("return-to-serve", REQUESTING, at.surrendered)
        for each in at.items:
            if each.wanted_back and not each.returned:
                yield scene.owed("return-items", REQUESTING, each.act)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        at = self.of(scene.facts)
        requesting, requested = scene.state_of(REQUESTING), scene.state_of(REQUESTED)
        decided = scene.status not in DECIDING_STATUSES
        if at.papers_by is not None:
            gone = at.held is None or at.consents or decided
            yield scene.clock(
                "papers-by", requesting, at.papers_by, at.term_act, met=at.papers is not None, ended=gone
            )
        free = at.held is None and at.released is not None
        yield from arranged(scene, requested, requesting, free=free)
        if at.postponed_until is not None:
            away = scene.status != "postponed"
            yield scene.clock("postponed-until", requested, at.postponed_until, at.postponed, ended=away)
        if at.return_by is not None:
            yield scene.clock(
                "return-by",
                requesting,
                at.return_by,
                at.lent or at.returned or at.surrendered,
                met=at.lent is None and at.returned is not None,
                ended=at.lent is None,
            )
        yield from self._after_refusal(scene)

    def _after_refusal(self, scene: Scene) -> Iterable[Clock]:
        """Periods the law lets run from a refusal; they count once the case is to be taken up. None has a figure."""
        at, refused = self.of(scene.facts), DECIDING.of(scene.facts).refused
        if refused is None or (at.asked_instead is None and at.taken_up is None):
            return
        told = PROCEEDINGS.of(scene.facts).outcome
        for line in scene.form.periods:
            if line.kind == "no_fixed_figure" and line.runs_from == "extradition_refused":
                met = told if line.id == "report_outcome" else at.taken_up
                state = "met" if met else "lapsed" if scene.status == "closed" else "running"
                code = f"extradition.clock.{line.id}"
                yield Clock(code, scene.state_of(REQUESTED), None, line.cite(), state, refused)

    def flags(self, scene: Scene) -> Iterable[Flag]:
        """Papers that came after the term, by the requested State's own receipt."""
        at = self.of(scene.facts)
        if at.papers is None or at.papers_by is None or at.papers == scene.facts.opening:
            return
        received = scene.setting.received(at.papers, scene.state_of(REQUESTED))
        if received is not None and received > end_of(at.papers_by):
            yield Flag("papers-late", at.papers)


OWN = _Extradition()

#: What there is no place for where the person only passes through.
_NO_TRANSIT: Final = frozenset(
    {
        "send_papers",
        "locate",
        "arrest",
        "not_arrested",
        "ask_more_time",
        "extend_term",
        "tell_consent",
        "surrender",
        "surrender_temporarily",
        "postpone_surrender",
        "ask_instead",
        "take_up",
    }
)
_DUTIES: Final = {"prosecution": "prosecute_instead", "enforcement": "consider_enforcement"}


def _term_runs(at: Pursued) -> bool:
    return at.held is not None and at.papers_by is not None and at.papers is None


def _to_return(facts: Facts) -> bool:
    """Surrendered on the condition that the person comes back to serve the sentence."""
    return any(each.code == RETURN_TO_SERVE for each in decided_on(facts))


def _cite(line: Any) -> str | None:
    return None if line is None else str(line.cite())
