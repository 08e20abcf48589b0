"""Transfer of proceedings: the file, the case taken over or handed back, and that one State at a time pursues it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

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
)
from corridor.dossier.kinds.transfer_of_proceedings.bodies import BODIES
from corridor.dossier.kinds.transfer_of_proceedings.table import UNDER_WAY

CONDITIONS: Final = ("no_death_penalty", "fair_trial", "speciality", "use_limited", "confidential", "other")
_CONTENT: Final = (
    "person",
    "offence_and_facts",
    "proceedings",
    "reason_for_transfer",
    "evidence",
    "victims",
    "parallel_proceedings",
    "penalty_and_limitation",
)


@dataclass(frozen=True)
class Sent:
    """A part of the file, by the act that sent it."""

    act: str
    complete: bool
    result: str | None = None


@dataclass(frozen=True)
class Case:
    file: tuple[Sent, ...] = ()
    suspended: str | None = None  # the requesting State does not pursue the case since this act
    taken_over: str | None = None
    handed_back: str | None = None
    time_barred_on: date | None = None

    @property
    def whole(self) -> bool:
        """Nothing of the file is to follow, as far as the latest sending and its receipt say."""
        return bool(self.file) and self.file[-1].complete and self.file[-1].result != "incomplete"


class _TransferOfProceedings(Part[Case]):
    name = "transfer_of_proceedings"
    bodies = BODIES
    texts = {
        "request": _CONTENT,
        "supplement": _CONTENT,
        "send_file": ("file",),
        "confirm_file": ("note",),
        "suspend": ("note",),
        "open_proceedings": ("note",),
        "hand_back": ("reasons",),
        "resume": ("note",),
    }
    answers = {
        "file": "send_file",
        "file-receipt": "confirm_file",
        "suspension": "suspend",
        "opening": "open_proceedings",
    }
    grave = frozenset({"hand_back", "resume"})
    aside = frozenset({"list_proceedings"})

    def start(self) -> Case:
        return Case()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        case, body = self.of(facts), move.body
        match move.name:
            case "confirm_file" if body.file not in {each.act for each in case.file}:
                return "no-such-file"
            case "suspend" if case.suspended is not None:
                return "suspended-already"
            case "resume" if case.suspended is None:
                return "not-suspended"
            case "hand_back" if move.act.text("reasons") is None:
                return "reasons-missing"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Case:
        case, body = self.of(facts), move.body
        match move.name:
            case "request" | "supplement":
                limit = getattr(body, "penalty_and_limitation", None)
                day = None if limit is None else limit.time_barred_on
                return replace(case, time_barred_on=day or case.time_barred_on)
            case "send_file":
                return replace(case, file=(*case.file, Sent(move.id, body.complete)))
            case "confirm_file":
                return replace(
                    case,
                    file=tuple(
                        replace(each, result=body.result) if each.act == body.file else each
                        for each in case.file
                    ),
                )
            case "suspend":
                return replace(case, suspended=move.id)
            case "resume":
                return replace(case, suspended=None)
            case "open_proceedings":
                return replace(case, taken_over=move.id, handed_back=None)
            case "hand_back":
                return replace(case, handed_back=move.id)
        return case

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name == "open_proceedings" and self.of(facts).suspended is None:
            # Two States pursue one case: seen by both until the first says that it does not.
            yield Flag("both-pursue", move.id, duty_ref(under.form, "consult_on_parallel"))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        case = self.of(facts)
        pointless = {
            "confirm_file": not any(each.result is None for each in case.file),
            "suspend": case.suspended is not None,
            "resume": case.suspended is None,
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        return REQUESTING if status == "accepted" and not self.of(facts).whole else None

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return self.of(facts).taken_over is not None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        case, opening = self.of(scene.facts), scene.facts.opening
        if scene.over:
            return
        for each in case.file:
            if each.result is None:
                yield scene.owed("file-receipt", REQUESTED, each.act)
        if scene.status in {"accepted", "taken_over"}:
            if not case.whole:
                yield scene.owed("file", REQUESTING, opening)
            if case.suspended is None:
                yield scene.owed("suspension", REQUESTING, case.taken_over or opening, "consult_on_parallel")
        if scene.status == "accepted" and case.whole:
            yield scene.owed("opening", REQUESTED, opening)
        if scene.status == "taken_over":
            yield scene.owed("outcome", REQUESTED, case.taken_over)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        """Until when the case can be tried at all, as the requesting State says."""
        case = self.of(scene.facts)
        if case.time_barred_on is not None:
            yield scene.clock(
                "time-barred",
                scene.state_of(REQUESTED),
                case.time_barred_on,
                scene.facts.opening,
                met=case.taken_over is not None,
                ended=scene.status not in UNDER_WAY,
            )


OWN = _TransferOfProceedings()
