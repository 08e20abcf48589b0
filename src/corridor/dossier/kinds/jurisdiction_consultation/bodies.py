"""Consultation on jurisdiction: the coded body of each act. Fields of the opening are named as the content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence, Office, StateCode
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.proceedings import Proceeding
from corridor.dossier.kinds.persons import Jurisdiction


class Consideration(Coded):
    """What speaks for the prosecution in one State."""

    state: StateCode
    because: tuple[
        Literal[
            "conduct_there",
            "suspects_there",
            "suspect_national_there",
            "victims_there",
            "evidence_there",
            "damage_there",
            "proceedings_advanced",
            "witnesses_there",
            "surrender_refused",
            "other",
        ],
        ...,
    ] = ()


class Request(Opening):
    """All optional here: a State that learns of proceedings elsewhere may know little."""

    requesting_authority: Office | None = None
    offence_and_facts: Offence | None = None
    proceedings: tuple[Proceeding, ...] = ()
    parallel_proceedings: tuple[Proceeding, ...] = ()
    jurisdiction: Jurisdiction | None = None
    considerations: tuple[Consideration, ...] = ()


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


class Part(Coded):
    """What one State would do."""

    state: StateCode
    does: Literal[
        "prosecutes_part",
        "continues_investigation",
        "suspends",
        "discontinues",
        "transfers_proceedings",
        "asks_extradition",
        "assists",
    ]


class Propose(Coded):
    """Who prosecutes, and what the others do. Why: text `proposal`."""

    lead: StateCode
    parts: tuple[Part, ...] = ()
    considerations: tuple[Consideration, ...] = ()
    answer_by: Day | None = None


class Agree(Coded):
    proposal: ActId


class Disagree(Coded):
    proposal: ActId


class StandAside(Coded):
    """This State neither claims the case nor has proceedings about it; the others agree without it."""


class ReportPart(Coded):
    """What a State has done of its part."""

    does: Literal[
        "prosecutes_part",
        "continues_investigation",
        "suspends",
        "discontinues",
        "transfers_proceedings",
        "asks_extradition",
        "assists",
    ]
    date: Day


class Reopen(Coded):
    """What was agreed no longer holds. Why: text `reasons`."""

    because: Literal["new_facts", "part_not_done", "other_proceedings", "other"]


class EndConsultation(Coded):
    """No agreement, or none needed any more. Each State then goes on by its own law."""

    because: Literal["no_agreement", "proceedings_ended", "no_parallel", "error", "other"]


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "propose": Propose,
    "agree": Agree,
    "disagree": Disagree,
    "stand_aside": StandAside,
    "report_part": ReportPart,
    "reopen": Reopen,
    "end_consultation": EndConsultation,
}
