"""How far it is: the requesting State may ask, the requested State answers, or says so unasked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from corridor.dossier.kinds.facts import Coded, Day
from corridor.dossier.kinds.kind import REQUESTED, Facts, Move, Owed, Part, Scene


class AskStatus(Coded):
    """How far is it? The words, if any, are the text of field `question`."""


class ReportStatus(Coded):
    stage: Literal["not_begun", "being_examined", "with_authority", "being_executed", "almost_done"]
    expected: Day | None = None  # when it may be done, as far as one can tell; binds nobody


@dataclass(frozen=True)
class Progress:
    asked: str | None = None  # the question open now
    reported: str | None = None  # the latest report


class _Progress(Part[Progress]):
    name = "progress"
    answers = {"status-report": "report_status"}
    aside = frozenset({"ask_status", "report_status"})
    bodies = {"ask_status": AskStatus, "report_status": ReportStatus}
    texts = {"ask_status": ("question",), "report_status": ("note",)}

    def start(self) -> Progress:
        return Progress()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        if move.name == "ask_status" and self.of(facts).asked is not None:
            return "status-asked-already"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Progress:
        match move.name:
            case "ask_status":
                return replace(self.of(facts), asked=move.id)
            case "report_status":
                return Progress(None, move.id)
        return self.of(facts)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        return frozenset() if self.of(facts).asked is None else frozenset({"ask_status"})

    def owed(self, scene: Scene) -> Iterable[Owed]:
        asked = self.of(scene.facts).asked
        if asked is not None and not scene.over and not scene.fulfilled:
            yield scene.owed("status-report", REQUESTED, asked, "answer_status_queries")


PROGRESS = _Progress()
