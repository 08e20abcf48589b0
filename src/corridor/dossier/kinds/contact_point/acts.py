"""Contact point: who may do what in which status, and what of the questions is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from corridor.dossier.kinds.contact_point.bodies import BODIES, SERVICES
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Due,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    weave,
)

#: Act -> the service it answers.
ANSWERS: Final = {
    "advise": "technical_advice",
    "locate": "location",
    "inform": "legal_information",
    "report_suspect": "locating_suspects",
}
#: Answers that tell where a person or what names one is: looked at before, and stopped while it is in doubt who asks.
PERSONAL: Final = frozenset({"locate", "report_suspect"})

# As if it were the last: `entered` says whether something is still open.
_ANSWER: Final = dict.fromkeys((*ANSWERS, "decline_question"), "answered")
_ASK: Final = {"supplement": SAME, "followed_by": SAME, "withdraw": "withdrawn"}
_TABLE: Final[Table] = {
    REQUESTING: {
        "asked": _ASK,
        "acknowledged": _ASK,
        "answering": _ASK,
        # Answered, and no longer needed: that ends it too.
        "answered": {"supplement": "answering", "followed_by": SAME, "withdraw": "closed", "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", "ask": SAME, **_ANSWER, "refuse": "refused"},
        "acknowledged": {"ask": SAME, **_ANSWER, "refuse": "refused"},
        # What is left when something was answered is declined question by question.
        "answering": {"ask": SAME, **_ANSWER},
        "answered": {**_ANSWER, "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
}
UNDER_WAY: Final = ("asked", "acknowledged", "answering")
ENDED: Final = ("refused", "withdrawn", "closed")
_GIVEN: Final = ("answering", "answered", "closed")
TABLE: Final = weave(
    _TABLE,
    (REQUESTING, "ask_status", UNDER_WAY),
    (REQUESTED, "report_status", UNDER_WAY),
    (REQUESTING, "confirm_in_writing", (*UNDER_WAY, "answered")),
    (REQUESTING, "ask_use", _GIVEN),
    (REQUESTED, "allow_use", _GIVEN),
    (REQUESTED, "deny_use", _GIVEN),
    *((role, "notify", (*UNDER_WAY, "answered", *ENDED)) for role in (REQUESTING, REQUESTED)),
)
TURNS: Final = {
    **dict.fromkeys(UNDER_WAY, REQUESTED),
    **dict.fromkeys(("answered", "refused", "withdrawn"), REQUESTING),
    "closed": None,
}
DUE: Final = dict.fromkeys(("asked", "acknowledged"), (Due("answer", REQUESTED, "quick_communication"),))


@dataclass(frozen=True)
class Question:
    service: str
    number: int
    act: str  # that asked it
    answer: str | None = None  # the latest act about it
    settled: bool = False  # answered in full, or declined


@dataclass(frozen=True)
class Answered:
    questions: tuple[Question, ...] = ()

    @property
    def open(self) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if not each.settled)

    @property
    def given(self) -> bool:
        return any(each.answer is not None for each in self.questions)


class _ContactPoint(Part[Answered]):
    name = "contact_point"
    answers = {"questions": "supplement", **{f"answer-{service}": act for act, service in ANSWERS.items()}}
    grave = frozenset({"refuse", "decline_question"})
    bodies = BODIES
    texts = {
        "request": ("facts_summary", "services", "person", "matter_and_authority", "urgency_reason"),
        "supplement": ("facts_summary", "services", "person"),
        "advise": ("advice",),
        "locate": ("note",),
        "inform": ("information",),
        "report_suspect": ("whereabouts",),
        "decline_question": ("reasons",),
    }

    def start(self) -> Answered:
        return Answered()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        wanted = _named(move)
        if wanted is None:
            return None
        if wanted not in {(each.service, each.number) for each in self.of(facts).questions}:
            return "no-such-question"
        if move.name == "decline_question" and move.act.text("reasons") is None:
            return "reasons-missing"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Answered:
        before = self.of(facts)
        if move.name in {"request", "supplement"} and move.body is not None:
            return Answered((*before.questions, *_asked(move, before)))
        named = _named(move)
        if named is None:
            return before
        settled = not getattr(move.body, "more_follows", False)
        return Answered(
            tuple(
                replace(each, answer=move.id, settled=settled)
                if (each.service, each.number) == named
                else each
                for each in before.questions
            )
        )

    def entered(self, status: str, facts: Facts) -> str:
        """Answered when every question is; a further one, or one answered anew in part, opens it again."""
        if status in {"answering", "answered"}:
            return "answering" if self.of(facts).open else "answered"
        return status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        """A ground named in declining is one of the form, where the form has a list."""
        form = under.form
        if move.name != "decline_question" or move.body.ground is None or not form.known:
            return
        if (form.grounds or form.grounds_closed) and form.ground(move.body.ground) is None:
            yield Flag("ground-not-listed", move.id, form.cite())

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        asked = {each.service for each in self.of(facts).questions}
        found = {act for act, service in ANSWERS.items() if service not in asked}
        if not self.of(facts).given:
            found.add("ask_use")
        return frozenset(found if asked else {*found, "decline_question"})

    def turn(self, status: str, facts: Facts) -> str | None:
        """Who asked nothing yet is waited for."""
        return None if self.of(facts).questions else REQUESTING

    def fulfilled(self, status: str, facts: Facts) -> bool:
        answered = self.of(facts)
        return bool(answered.questions) and not answered.open

    def owed(self, scene: Scene) -> Iterable[Owed]:
        answered = self.of(scene.facts)
        if scene.over:
            return
        if not answered.questions:
            yield scene.owed("questions", REQUESTING, scene.facts.opening)
        if scene.status == "answering":
            for each in answered.open:
                yield scene.owed(f"answer-{each.service}", REQUESTED, each.act)


OWN = _ContactPoint()


def _asked(move: Move, before: Answered) -> Iterable[Question]:
    services = move.body.services
    if services is None:
        return
    for service in SERVICES:
        start = sum(each.service == service for each in before.questions)
        for number, _ in enumerate(getattr(services, service), start + 1):
            yield Question(service, number, move.id)


def _named(move: Move) -> tuple[Any, int] | None:
    """The question an act is about."""
    if move.name == "decline_question":
        return move.body.service, move.body.number
    return (ANSWERS[move.name], move.body.number) if move.name in ANSWERS else None
