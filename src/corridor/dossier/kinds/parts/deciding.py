"""Deciding on a request: consult, accept (on conditions, or without), postpone, refuse with a ground and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from corridor.dossier.act import Condition
from corridor.dossier.kinds.facts import ActId, Coded, Day, Word
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    Clock,
    Crossing,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Under,
)
from corridor.dossier.kinds.parts.asking import Departure


class Consult(Coded):
    """Before refusing or postponing: could it be done on conditions? Either State may speak."""

    considering: Literal["refuse", "postpone", "conditions", "reply"]
    ground: Word | None = None
    answer_by: Day | None = None


class Accept(Coded):
    """To execute; with conditions it is an offer, binding once the requesting State accepts them."""


class AcceptConditions(Coded):
    offer: ActId


class DeclineConditions(Coded):
    offer: ActId


class Postpone(Coded):
    ground: Word
    until: Day | None = None
    departures: tuple[Departure, ...] = ()


class Refuse(Coded):
    """A ground by its id in the law data. Reasons: text `reasons`; why not consulted: text `not_consulted`."""

    ground: Word
    departures: tuple[Departure, ...] = ()


@dataclass(frozen=True)
class Decided:
    consulted: str | None = None  # the requested State's consultation
    consultation_open: bool = False  # it waits for a reply
    reply_by: date | None = None
    offer: str | None = None
    offered: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()  # in force: offered and accepted
    postponed: str | None = None
    postponed_until: date | None = None
    refused: str | None = None  # the act
    ground: str | None = None


_CONSULT_DUTIES: Final = ("consult_before_refuse_or_postpone", "consult_before_refuse")


class _Deciding(Part[Decided]):
    name = "deciding"
    answers = {"decision": "accept", "consult-reply": "consult", "conditions-answer": "accept_conditions"}
    grave = frozenset({"postpone", "refuse"})
    bodies = {
        "consult": Consult,
        "accept": Accept,
        "accept_conditions": AcceptConditions,
        "decline_conditions": DeclineConditions,
        "postpone": Postpone,
        "refuse": Refuse,
    }
    texts = {
        "consult": ("proposal",),
        "accept": ("note",),
        "accept_conditions": ("note",),
        "decline_conditions": ("reasons",),
        "postpone": ("reasons", "not_consulted"),
        "refuse": ("reasons", "not_consulted"),
    }

    def start(self) -> Decided:
        return Decided()

    def event(self, move: Move) -> str | None:
        return "accept/conditions" if move.name == "accept" and move.act.conditions else None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        match move.name:
            case "refuse" | "postpone" if move.act.text("reasons") is None:
                return "reasons-missing"
            case "accept_conditions" | "decline_conditions" if move.body.offer != self.of(facts).offer:
                return "no-such-offer"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Decided:
        before, body, conditions = self.of(facts), move.body, move.act.conditions
        match move.name:
            case "consult" if move.role == REQUESTED:
                return replace(before, consulted=move.id, consultation_open=True, reply_by=body.answer_by)
            case "consult" | "supplement":
                return replace(before, consultation_open=False, reply_by=None)
            case "accept":
                # A new acceptance replaces what was offered before; what is in force is what was last agreed.
                return replace(
                    before,
                    offer=move.id if conditions else None,
                    offered=conditions,
                    conditions=before.conditions if conditions else (),
                    consultation_open=False,
                    postponed=None,
                    postponed_until=None,
                )
            case "accept_conditions":
                return replace(before, offer=None, offered=(), conditions=before.offered)
            case "decline_conditions":
                return replace(before, offer=None, offered=(), consultation_open=False)
            case "postpone":
                return replace(before, postponed=move.id, postponed_until=body.until, consultation_open=False)
            case "refuse":
                return replace(before, refused=move.id, ground=body.ground, consultation_open=False)
        return before

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        form, before = under.form, self.of(facts)
        if not form.known or move.name not in {"refuse", "postpone"}:
            return
        named = {each.code for each in move.body.departures}
        duty = next((line for each in _CONSULT_DUTIES if (line := form.duty(each)) is not None), None)
        if move.name == "refuse":
            ground = form.ground(move.body.ground)
            # Where the instrument has no list, nothing is outside it.
            if ground is None and "ground" not in named and (form.grounds or form.grounds_closed):
                yield Flag("ground-not-listed", move.id, form.cite())
            asks = ground is not None and ground.consult_first
            rests_on = duty or ground
        else:
            if (form.postponement is None or form.postponement.id != move.body.ground) and (
                "ground" not in named
            ):
                yield Flag("ground-not-listed", move.id, form.cite())
            asks, rests_on = duty is not None and duty.mandatory, duty
        if asks and before.consulted is None and "not_consulted" not in named:
            yield _unconsulted(move, rests_on)

    def turn(self, status: str, facts: Facts) -> str | None:
        return REQUESTING if self.of(facts).consultation_open else None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        decided = self.of(scene.facts)
        match scene.status:
            case "consulting" if decided.consultation_open:
                yield scene.owed("consult-reply", REQUESTING, decided.consulted)
            case "consulting":
                yield scene.owed("decision", REQUESTED, scene.facts.opening, "execute_promptly")
            case "conditions_offered":
                yield scene.owed("conditions-answer", REQUESTING, decided.offer)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        decided = self.of(scene.facts)
        if decided.reply_by is not None and decided.consultation_open:
            yield scene.clock(
                "consult-reply", scene.state_of(REQUESTING), decided.reply_by, decided.consulted
            )
        if decided.postponed_until is not None:
            yield scene.clock(
                "postponed-until",
                scene.state_of(REQUESTED),
                decided.postponed_until,
                decided.postponed,
                ended=scene.status != "postponed",
            )


DECIDING = _Deciding()


def decided_on(facts: Facts) -> tuple[Condition, ...]:
    """The conditions in force."""
    return DECIDING.of(facts).conditions


def _unconsulted(move: Move, line: Any) -> Flag:
    said = move.act.text("not_consulted") is not None
    code = "not-consulted" if said else "not-consulted-no-reason"
    return Flag(code, move.id, line.cite())


def decides_again(*supplements: str) -> tuple[Crossing, ...]:
    """Who refused without having seen what was supplied, or that the conditions are accepted, decides again."""
    return (
        *(Crossing("supplement-unseen", act, "refuse", overtakes=True) for act in supplements),
        Crossing("acceptance-unseen", "accept_conditions", "refuse", overtakes=True),
    )
