"""Spontaneous information: who may do what in which status, and what each act changes. Nobody owes a decision.

The State that sends stands where other kinds have the requesting State, the one that receives where they have the
requested. Conditions bind from the day they are set; whoever cannot keep them says so and uses nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Final

from corridor.dossier.act import Condition
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Crossing,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    duty_ref,
    end_of,
    weave,
)
from corridor.dossier.kinds.parts.ending import withdrawal_ends
from corridor.dossier.kinds.spontaneous_information.bodies import BODIES, UseConditions

EXCULPATORY: Final = "exculpatory_disclosure"  # what `notify` says it is about

_SENDING: Final = {
    "supplement": SAME,
    "deliver": SAME,
    "set_conditions": "noted",
    "lift_conditions": "accepted",
    "consult": SAME,
    "withdraw": "withdrawn",
}
_ANSWERING: Final = {
    "ask": SAME,
    "accept_conditions": "accepted",
    "decline_conditions": "declined",
    "consult": SAME,
    "give_back": "returned",
    "confirm": SAME,
    "followed_by": SAME,
}
_TABLE: Final[Table] = {
    REQUESTING: {
        "sent": _SENDING,
        "noted": {**_SENDING, "close": "closed"},
        "accepted": {**_SENDING, "close": "closed"},
        "declined": {**_SENDING, "close": "closed"},
    },
    REQUESTED: {
        "sent": {"acknowledge": "noted", **_ANSWERING},
        "noted": {**_ANSWERING, "close": "closed"},
        "accepted": {**_ANSWERING, "close": "closed"},
        "declined": {**_ANSWERING, "close": "closed"},
        "withdrawn": {"give_back": SAME, "confirm": SAME},
        "closed": {"give_back": "returned", "confirm": SAME, "followed_by": SAME},
        "returned": {"followed_by": SAME},
    },
}
ENDED: Final = ("withdrawn", "closed", "returned")
UNDER_WAY: Final = ("sent", "noted", "accepted", "declined")
EVER: Final = (*UNDER_WAY, *ENDED)
TABLE: Final = weave(
    _TABLE,
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
    *((role, act, EVER) for role in (REQUESTING, REQUESTED) for act in ("ask_use", "allow_use", "deny_use")),
    *((role, "notify", EVER) for role in (REQUESTING, REQUESTED)),
)
TURNS: Final = {
    **dict.fromkeys(("sent", "noted", "accepted"), REQUESTED),
    "declined": REQUESTING,
}
CONDITION_CODES: Final = ("use_limited", "confidential", "no_onward_transfer", "return_or_destroy", "other")
CROSSINGS: Final = (
    # What was handed over is there, whatever its receiver was signing.
    *(
        Crossing("delivered-stands", "deliver", act, overtakes=False)
        for act in ("close", "give_back", "decline_conditions")
    ),
    # Who answered conditions that had just been changed or lifted answers the new ones, or none.
    *(
        Crossing("conditions-changed", change, answer, overtakes=True)
        for change in ("set_conditions", "lift_conditions")
        for answer in ("accept_conditions", "decline_conditions")
    ),
    # More information came before it was closed: it is not closed.
    Crossing("supplement-unseen", "supplement", "close", overtakes=True),
    # Information its own State takes back is not to be used, whatever was said of it meanwhile.
    *withdrawal_ends("close", "accept_conditions", "decline_conditions", "acknowledge", "ask", "consult"),
)


@dataclass(frozen=True)
class Told:
    conditions: UseConditions | None = None
    conditions_act: str | None = None
    accepted: bool = False
    declined: str | None = None
    held_back: bool = False
    noted: bool = False
    consult: str | None = None  # the consultation that waits for a reply
    consult_by: str = ""  # the role that asked for it
    reply_by: date | None = None
    given_back: str | None = None

    @property
    def open(self) -> bool:
        """Conditions are set and were neither accepted nor declined."""
        return self.conditions is not None and not self.accepted and self.declined is None


class _SpontaneousInformation(Part[Told]):
    name = "spontaneous_information"
    bodies = BODIES
    answers = {
        "conditions-answer": "accept_conditions",
        "decision-on-conditions": "lift_conditions",
        "information": "supplement",
        "consult-reply": "consult",
        "give-back": "give_back",
    }
    grave = frozenset({"give_back"})
    aside = frozenset({"set_conditions", "lift_conditions", "followed_by"})
    texts = {
        "request": ("information", "conditions", "subjects", "person"),
        "supplement": ("information", "subjects", "person"),
        "set_conditions": ("conditions",),
        "lift_conditions": ("note",),
        "accept_conditions": ("note",),
        "decline_conditions": ("reasons",),
        "consult": ("proposal",),
        "give_back": ("note",),
    }

    def start(self) -> Told:
        return Told()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        told, body = self.of(facts), move.body
        match move.name:
            case "accept_conditions" if body.conditions != told.conditions_act or told.accepted:
                return "no-such-conditions"
            case "decline_conditions" if body.conditions != told.conditions_act or told.declined:
                return "no-such-conditions"
            case "decline_conditions" if move.act.text("reasons") is None:
                return "reasons-missing-of-conditions"
            case "lift_conditions" if told.conditions is None:
                return "no-such-conditions"
            case "give_back" if told.given_back is not None:
                return "given-back-already"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Told:
        told, body = self.of(facts), move.body
        match move.name:
            case "request" if body is not None:
                back = body.information is not None and body.information.held_back
                act = None if body.conditions is None else move.id
                return replace(told, conditions=body.conditions, conditions_act=act, held_back=back)
            case "supplement":
                given = body.information is not None and not body.information.held_back
                return replace(told, held_back=told.held_back and not given)
            case "acknowledge":
                return replace(told, noted=True)
            case "set_conditions":
                return replace(
                    told, conditions=body, conditions_act=move.id, accepted=False, declined=None, noted=True
                )
            case "lift_conditions":
                return replace(told, conditions=None, conditions_act=None, accepted=False, declined=None)
            case "accept_conditions":
                return replace(told, accepted=True, declined=None)
            case "decline_conditions":
                return replace(told, accepted=False, declined=move.id)
            case "consult" if told.consult is not None and told.consult_by != move.role:
                return replace(told, consult=None, reply_by=None)
            case "consult":
                return replace(told, consult=move.id, consult_by=move.role, reply_by=body.answer_by)
            case "give_back":
                return replace(told, given_back=move.id)
        return told

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        told = self.of(facts)
        form = under.form
        match move.name:
            case "deliver" if told.open and form.duty("answer_conditions") is not None:
                yield Flag("given-before-answer", move.id, duty_ref(form, "answer_conditions"))
            case "notify" if move.role == REQUESTED and move.body.about == EXCULPATORY:
                day = move.body.date
                if day is not None and day < move.act.header.time.astimezone(UTC).date():
                    yield Flag("exculpatory-told-after", move.id, duty_ref(form, "exculpatory_notice"))
            case "followed_by" if told.declined is not None:
                yield Flag("used-though-declined", move.id, duty_ref(form, "keep_conditions"))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        told = self.of(facts)
        pointless = {
            "accept_conditions": told.conditions is None or told.accepted,
            "decline_conditions": told.conditions is None or told.declined is not None,
            "lift_conditions": told.conditions is None,
            "give_back": told.given_back is not None,
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        told = self.of(facts)
        if told.consult is not None:
            return REQUESTED if told.consult_by == REQUESTING else REQUESTING
        return REQUESTING if told.accepted and told.held_back else None

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return status in {"accepted", "noted", "closed"} and not self.of(facts).open

    def owed(self, scene: Scene) -> Iterable[Owed]:
        told = self.of(scene.facts)
        if scene.over:
            if scene.status == "withdrawn" and told.given_back is None:
                yield scene.owed("give-back", REQUESTED)
            return
        if told.open:
            yield scene.owed("conditions-answer", REQUESTED, told.conditions_act, "answer_conditions")
        if told.declined is not None:
            yield scene.owed("decision-on-conditions", REQUESTING, told.declined, "answer_conditions")
        if told.held_back and (told.accepted or told.conditions is None):
            yield scene.owed("information", REQUESTING, scene.facts.opening)
        if told.consult is not None:
            other = REQUESTED if told.consult_by == REQUESTING else REQUESTING
            yield scene.owed("consult-reply", other, told.consult, "exculpatory_notice")

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        told = self.of(scene.facts)
        if told.conditions is not None:
            receiver = scene.state_of(REQUESTED)
            if told.conditions.answer_by is not None:
                yield scene.clock(
                    "conditions-answer",
                    receiver,
                    told.conditions.answer_by,
                    told.conditions_act,
                    met=not told.open,
                    basis=duty_ref(scene.form, "answer_conditions"),
                )
            if told.conditions.confidential_until is not None:
                due = end_of(told.conditions.confidential_until)
                over = scene.over or scene.setting.as_of > due
                code, basis = f"{scene.kind}.clock.secrecy", duty_ref(scene.form, "keep_conditions")
                state = "lapsed" if over else "running"
                yield Clock(code, receiver, due, basis, state, told.conditions_act)
        if told.consult is not None and told.reply_by is not None:
            other = REQUESTED if told.consult_by == REQUESTING else REQUESTING
            yield scene.clock("consult-reply", scene.state_of(other), told.reply_by, told.consult)


OWN = _SpontaneousInformation()


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """Those set and not lifted: they bind whether or not they were answered yet."""
    found = OWN.of(facts).conditions
    return () if found is None else tuple(Condition(code, code) for code in dict.fromkeys(found.codes))
