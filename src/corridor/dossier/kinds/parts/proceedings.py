"""Proceedings in the States about the same conduct: which there are, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from corridor.dossier.kinds.facts import Coded, Day, StateCode, Word
from corridor.dossier.kinds.kind import Facts, Move, Part


class Proceeding(Coded):
    """One proceeding, as the State that conducts it names it. Against whom is text, never here."""

    state: StateCode | None = None
    authority: Word | None = None  # the office that conducts it
    reference: Word | None = None
    stage: (
        Literal[
            "inquiry",
            "investigation",
            "charged",
            "trial",
            "appeal",
            "final_judgment",
            "suspended",
            "ended",
        ]
        | None
    ) = None
    begun: Day | None = None


class ListProceedings(Coded):
    """What a State conducts or knows of. Its new list takes the place of its earlier one; empty: it knows of none."""

    proceedings: tuple[Proceeding, ...] = ()


class TellOutcome(Coded):
    """How proceedings ended, or how far they have come. What was decided is the text of field `outcome`."""

    outcome: Literal[
        "convicted",
        "acquitted",
        "discontinued",
        "not_prosecuted",
        "sentence_enforced",
        "enforcement_ended",
        "other",
    ]
    date: Day
    final: bool = True  # no ordinary remedy is left
    authority: Word | None = None
    reference: Word | None = None


@dataclass(frozen=True)
class Conducted:
    listed: Mapping[str, str] = field(default_factory=dict)  # State -> the act its latest list stands in
    interim: str | None = None
    outcome: str | None = None  # the act that told how it ended, for good


class _Proceedings(Part[Conducted]):
    name = "proceedings"
    bodies = {"list_proceedings": ListProceedings, "tell_outcome": TellOutcome}
    texts = {"list_proceedings": ("proceedings",), "tell_outcome": ("outcome",)}
    answers = {"proceedings": "list_proceedings", "outcome": "tell_outcome"}

    def start(self) -> Conducted:
        return Conducted()

    def event(self, move: Move) -> str | None:
        return "tell_outcome/interim" if move.name == "tell_outcome" and not move.body.final else None

    def apply(self, status: str, facts: Facts, move: Move) -> Conducted:
        before = self.of(facts)
        match move.name:
            case "list_proceedings":
                return replace(before, listed={**before.listed, move.state: move.id})
            case "tell_outcome" if move.body.final:
                return replace(before, outcome=move.id)
            case "tell_outcome":
                return replace(before, interim=move.id)
        return before


PROCEEDINGS = _Proceedings()
