"""Law enforcement cooperation: who may do what in which status, and what each act changes.

Questions and answers between authorities that investigate, data for analysis, and staff sent to each other. What was
answered is not evidence: that takes a consent (`ask_use`) or a request for assistance, which `followed_by` names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from corridor.dossier.act import Condition
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Crossing,
    Due,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    end_of,
    weave,
)
from corridor.dossier.kinds.law_enforcement.bodies import BODIES
from corridor.dossier.kinds.parts.ending import withdrawal_ends
from corridor.dossier.kinds.parts.linking import LINKING

_ANSWERING: Final = {
    "ask": SAME,
    "consult": SAME,
    "answer": "answered",
    "answer/interim": SAME,
    "deliver": SAME,
    "refuse": "refused",
}
_ASKING: Final = {
    "supplement": SAME,
    "consult": SAME,
    "deliver": SAME,
    "confirm": SAME,
    "withdraw": "withdrawn",
}
_ANSWERED: Final = {"supplement": "acknowledged", "deliver": SAME, "confirm": SAME, "close": "closed"}
_TABLE: Final[Table] = {
    REQUESTING: {
        "asked": _ASKING,
        "acknowledged": _ASKING,
        "answered": _ANSWERED,
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", "confirm": SAME, **_ANSWERING},
        "acknowledged": {"confirm": SAME, **_ANSWERING},
        "answered": {"answer": SAME, "deliver": SAME, "confirm": SAME, "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
}
ENDED: Final = ("refused", "withdrawn", "closed")
UNDER_WAY: Final = ("asked", "acknowledged")
LIVING: Final = (*UNDER_WAY, "answered")
EVER: Final = (*LIVING, *ENDED)
_BOTH: Final = (REQUESTING, REQUESTED)
TABLE: Final = weave(
    _TABLE,
    (REQUESTING, "ask_status", UNDER_WAY),
    (REQUESTED, "report_status", UNDER_WAY),
    (REQUESTING, "confirm_in_writing", LIVING),
    (REQUESTING, "followed_by", EVER),
    *(
        (role, act, LIVING)
        for role in _BOTH
        for act in ("propose_liaison", "agree_liaison", "decline_liaison")
    ),
    *((role, "end_liaison", EVER) for role in _BOTH),
    *((role, act, ("answered", "closed")) for role in _BOTH for act in ("ask_use", "allow_use", "deny_use")),
    *((role, "notify", EVER) for role in _BOTH),
)
TURNS: Final = {
    **dict.fromkeys(UNDER_WAY, REQUESTED),
    **dict.fromkeys(("answered", "refused", "withdrawn"), REQUESTING),
}
DUE: Final = dict.fromkeys(UNDER_WAY, (Due("answer", REQUESTED, "cooperate_closely"),))
CONDITION_CODES: Final = (
    "police_use_only",
    "not_as_evidence",
    "no_onward_transfer",
    "delete_after_use",
    "other",
)
CROSSINGS: Final = (
    # Data that were handed over are there; the withdrawal says that no more is needed.
    *(
        Crossing("delivered-stands", "deliver", act, overtakes=False)
        for act in ("withdraw", "close", "refuse")
    ),
    # What was answered is known: the withdrawal came too late to stop it, and there is nothing left to withdraw.
    Crossing("answer-stands", "answer", "withdraw", overtakes=False),
    *withdrawal_ends("refuse", "ask", "acknowledge"),
    # Who refused or closed without having seen what was supplied looks again.
    *(Crossing("supplement-unseen", "supplement", act, overtakes=True) for act in ("refuse", "close")),
)


@dataclass(frozen=True)
class Liaison:
    act: str
    by: str
    until: date | None
    answer_by: date | None
    agreed: bool | None = None
    ended: str | None = None


@dataclass(frozen=True)
class Police:
    answer: str | None = None  # the latest, interim or not
    result: str | None = None
    handling: tuple[tuple[str, str], ...] = ()  # code, and the State that set it
    liaison: tuple[Liaison, ...] = ()

    def waits(self, state: str) -> tuple[Liaison, ...]:
        return tuple(each for each in self.liaison if each.agreed is None and each.by != state)


class _LawEnforcement(Part[Police]):
    name = "law_enforcement"
    bodies = BODIES
    answers = {"answer": "answer", "liaison-answer": "agree_liaison", "assistance": "followed_by"}
    aside = frozenset(
        {"propose_liaison", "agree_liaison", "decline_liaison", "end_liaison", "followed_by", "consult"}
    )
    texts = {
        "request": ("facts_summary", "subjects", "person", "handling"),
        "supplement": ("facts_summary", "subjects", "person"),
        "answer": ("answer", "person", "handling"),
        "propose_liaison": ("proposal",),
        "agree_liaison": ("note",),
        "decline_liaison": ("reasons",),
        "end_liaison": ("note",),
    }

    def start(self) -> Police:
        return Police()

    def event(self, move: Move) -> str | None:
        return "answer/interim" if move.name == "answer" and move.body.interim else None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        police, body = self.of(facts), move.body
        match move.name:
            case "agree_liaison" | "decline_liaison" if body.proposed not in {
                each.act for each in police.waits(move.state)
            }:
                return "no-such-liaison"
            case "end_liaison" if not any(
                (each.act, each.agreed, each.ended) == (body.proposed, True, None) for each in police.liaison
            ):
                return "no-such-liaison"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Police:
        police, body = self.of(facts), move.body
        match move.name:
            case "request" | "supplement" if body is not None:
                return replace(police, handling=_handled(police, move))
            case "answer":
                return replace(police, answer=move.id, result=body.result, handling=_handled(police, move))
            case "propose_liaison":
                made = Liaison(move.id, move.state, body.until, body.answer_by)
                return replace(police, liaison=(*police.liaison, made))
            case "agree_liaison" | "decline_liaison" | "end_liaison":
                return replace(
                    police,
                    liaison=tuple(
                        _settled(each, move) if each.act == body.proposed else each for each in police.liaison
                    ),
                )
        return police

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name in {"request", "supplement"} and move.body is not None and under.form.known:
            known = {each.id for each in under.form.purposes}
            wanted = move.body.purpose.purposes if move.body.purpose is not None else ()
            if not set(wanted) <= known:
                yield Flag("purpose-not-listed", move.id, under.form.cite())

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        police = self.of(facts)
        found = set() if police.waits(state) else {"agree_liaison", "decline_liaison"}
        if not any(each.agreed and each.ended is None for each in police.liaison):
            found.add("end_liaison")
        return frozenset(found)

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return status in {"answered", "closed"} and self.of(facts).result is not None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        police = self.of(scene.facts)
        if scene.over:
            return
        followed = LINKING.of(scene.facts)
        if scene.status == "answered" and police.result == "ask_for_assistance" and not followed:
            yield scene.owed("assistance", REQUESTING, police.answer)
        for role in _BOTH:
            for each in police.waits(scene.state_of(role)):
                yield scene.owed("liaison-answer", role, each.act)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        for each in self.of(scene.facts).liaison:
            other = next((scene.state_of(role) for role in _BOTH if scene.state_of(role) != each.by), each.by)
            if each.answer_by is not None:
                yield scene.clock(
                    "liaison-answer", other, each.answer_by, each.act, met=each.agreed is not None
                )
            if each.agreed and each.until is not None:
                due = end_of(each.until)
                over = scene.setting.as_of > due or scene.over
                state = "met" if each.ended else "lapsed" if over else "running"
                yield Clock(f"{scene.kind}.clock.liaison", each.by, due, None, state, each.act)


OWN = _LawEnforcement()


def _settled(liaison: Liaison, move: Move) -> Liaison:
    if move.name == "end_liaison":
        return replace(liaison, ended=move.id)
    return replace(liaison, agreed=move.name == "agree_liaison")


def _handled(police: Police, move: Move) -> tuple[tuple[str, str], ...]:
    """The handling each State has asked for; what one said last takes the place of what it said before."""
    said = move.body.handling
    if said is None:
        return police.handling
    others = (row for row in police.handling if row[1] != move.state)
    return (*others, *((code, move.state) for code in dict.fromkeys(said.codes)))


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """The handling codes in force, whoever set them."""
    return tuple(Condition(code, code) for code in dict.fromkeys(code for code, _ in OWN.of(facts).handling))
