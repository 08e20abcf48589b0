"""Transfer of sentenced persons: which State is which, the consents, the terms, the transfer and its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from corridor.dossier.kinds.kind import Clock, Facts, Flag, Move, Owed, Part, Scene, Under, duty_ref
from corridor.dossier.kinds.parts.moving import arranged, waiting
from corridor.dossier.kinds.sentenced_persons.bodies import BODIES
from corridor.dossier.kinds.sentenced_persons.table import AGREED, DECIDING

CONDITIONS: Final = (
    "no_aggravation",
    "release_rules",
    "custody_deducted",
    "humane_treatment",
    "speciality",
    "no_onward_surrender",
    "other",
)
_CONTENT: Final = (
    "person",
    "offence_and_facts",
    "decision",
    "sentence",
    "consent",
    "ties",
    "enforcement",
)
#: Which State an act belongs to. The rest belong to either, or to a role.
_SENTENCING: Final = frozenset(
    {"state_sentence", "tell_consent", "agree_enforcement", "decline_enforcement", "transfer"}
)
_ADMINISTERING: Final = frozenset(
    {"verify_consent", "propose_enforcement", "confirm_arrival", "report_enforcement"}
)


@dataclass(frozen=True)
class Transferred:
    sentencing: str = ""  # the State that imposed the sentence
    administering: str = ""  # the State that would carry it on
    sentence: str | None = None  # the act the sentence stands in
    consents: bool | None = None
    consent: str | None = None  # the act
    terms: str | None = None  # the latest proposal
    terms_agreed: bool = False
    proposed_release: date | None = None
    release_on: date | None = None  # as agreed
    transferred: str | None = None
    ended: str | None = None
    clemency: str | None = None  # that ends the sentence


class _SentencedPersons(Part[Transferred]):
    name = "sentenced_persons"
    bodies = BODIES
    texts = {
        "request": _CONTENT,
        "supplement": _CONTENT,
        "state_sentence": ("sentence",),
        "tell_consent": ("consent",),
        "verify_consent": ("note",),
        "propose_enforcement": ("enforcement",),
        "agree_enforcement": ("note",),
        "decline_enforcement": ("reasons",),
        "transfer": ("person", "note"),
        "report_enforcement": ("note",),
        "tell_clemency": ("note",),
    }
    answers = {
        "sentence": "state_sentence",
        "consent": "tell_consent",
        "terms": "propose_enforcement",
        "terms-answer": "agree_enforcement",
        "transfer": "transfer",
        "report-end": "report_enforcement",
    }
    aside = frozenset({"verify_consent", "tell_clemency"})

    def start(self) -> Transferred:
        return Transferred()

    def event(self, move: Move) -> str | None:
        ends = move.name == "report_enforcement" and move.body.stage in {"completed", "ended"}
        return "report_enforcement/end" if ends else None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        at = self.of(facts)
        match move.name:
            case name if name in _SENTENCING and move.state != at.sentencing:
                return "not-sentencing-state"
            case name if name in _ADMINISTERING and move.state != at.administering:
                return "not-administering-state"
            case "tell_clemency" if move.body.type in {"review", "annulled"} and move.state != at.sentencing:
                return "not-sentencing-state"
            case "agree_enforcement" | "decline_enforcement" if (
                at.terms_agreed or move.body.proposal != at.terms
            ):
                return "no-such-terms"
            case "transfer" if not at.consents:
                return "no-consent"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Transferred:
        at, body = self.of(facts), move.body
        match move.name:
            case "request":
                other = next(each.state for each in move.members if each.role == "requested")
                offers = body is None or body.acting_as == "sentencing"
                at = replace(
                    at,
                    sentencing=move.state if offers else other,
                    administering=other if offers else move.state,
                    sentence=move.id if offers and body is not None and body.sentence else None,
                )
                # What the person said counts from the State they are in; the other States what it heard of it.
                return self._consented(at, body.consent, move) if offers and body and body.consent else at
            case "supplement" if move.state == at.sentencing:
                at = replace(at, sentence=move.id if body.sentence else at.sentence)
                return self._consented(at, body.consent, move) if body.consent else at
            case "state_sentence":
                return replace(at, sentence=move.id)
            case "tell_consent":
                return self._consented(at, body, move)
            case "verify_consent" if not body.verified and at.transferred is None:
                return replace(at, consents=None, consent=None)
            case "propose_enforcement":
                return replace(at, terms=move.id, terms_agreed=False, proposed_release=body.release_on)
            case "agree_enforcement":
                return replace(at, terms_agreed=True, release_on=at.proposed_release)
            case "decline_enforcement":
                return replace(at, terms=None, terms_agreed=False)
            case "transfer":
                return replace(at, transferred=move.id)
            case "report_enforcement" if self.event(move):
                return replace(at, ended=move.id)
            case "tell_clemency" if body.effect == "ends":
                return replace(at, clemency=move.id)
        return at

    @staticmethod
    def _consented(at: Transferred, said: object, move: Move) -> Transferred:
        stands = bool(getattr(said, "consents", False) or getattr(said, "not_needed_because", None))
        return replace(at, consents=stands, consent=move.id)

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        at = self.of(facts)
        duty = duty_ref(under.form, "rights_and_consent")
        match move.name:
            case "transfer" if not at.terms_agreed:
                yield Flag("terms-not-agreed", move.id)
            case "tell_consent" if not move.body.consents and move.body.not_needed_because is None:
                yield Flag("no-consent", move.id, duty)
            case "tell_consent" if not move.body.consents:
                yield Flag("consent-not-needed", move.id, duty)
            case "verify_consent" if not move.body.verified:
                yield Flag("consent-not-verified", move.id, duty)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        at = self.of(facts)
        pointless = {
            "transfer": not at.consents,
            "agree_enforcement": at.terms is None or at.terms_agreed,
            "decline_enforcement": at.terms is None or at.terms_agreed,
            "verify_consent": at.consent is None,
        }
        others = _ADMINISTERING if state == at.sentencing else _SENTENCING
        return others | {act for act, idle in pointless.items() if idle}

    def turn(self, status: str, facts: Facts) -> str | None:
        at = self.of(facts)
        if status == "agreed" and (role := waiting(facts)) is not None:
            return role
        if status in AGREED:
            return at.administering if at.terms is None else at.sentencing
        return at.administering if status in {"transferred", "enforcing"} else None

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return self.of(facts).transferred is not None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        at, opening = self.of(scene.facts), scene.facts.opening
        if scene.status in {*DECIDING, *AGREED}:
            if at.sentence is None:
                yield scene.owed("sentence", at.sentencing, opening)
            if at.consent is None:
                yield scene.owed("consent", at.sentencing, opening, "rights_and_consent")
        match scene.status:
            case "asked" | "acknowledged":
                yield scene.owed("decision", scene.setting.requested, opening)
            case "agreed" | "arranged":
                if at.terms is None:
                    yield scene.owed("terms", at.administering, opening)
                elif not at.terms_agreed:
                    yield scene.owed("terms-answer", at.sentencing, at.terms)
                elif at.consents:
                    yield scene.owed("transfer", at.sentencing, opening)
            case "transferred":
                yield scene.owed("arrival", at.administering, at.transferred)
            case "enforcing":
                yield scene.owed("report-end", at.administering, at.clemency or at.transferred)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        at = self.of(scene.facts)
        yield from arranged(scene, at.sentencing, at.administering)
        if at.release_on is not None:
            yield scene.clock(
                "release-on",
                at.administering,
                at.release_on,
                at.terms,
                met=at.ended is not None,
                ended=scene.over,
            )


OWN = _SentencedPersons()
