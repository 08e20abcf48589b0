"""Spontaneous information: the coded body of each act. Fields of the opening are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.contents import Concerned
from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence
from corridor.dossier.kinds.parts import Opening, Supplements

Code = Literal["use_limited", "confidential", "no_onward_transfer", "return_or_destroy", "other"]


class Information(Coded):
    """What it is about, where it comes from and how sure the State is that sends it. The words: text `information`."""

    about: tuple[
        Literal["offence", "suspects", "victims", "proceeds", "attack_planned", "infrastructure", "other"],
        ...,
    ] = ()
    source: Literal["own_investigation", "proceedings", "report", "open_source", "other"] | None = None
    reliability: Literal["confirmed", "likely", "not_assessed"] | None = None
    held_back: bool = False  # it is given once the conditions are accepted


class UseConditions(Coded):
    """Secrecy, even for a time, and limits on use, as codes. Their words: text `conditions`."""

    codes: Annotated[tuple[Code, ...], Field(min_length=1)]
    confidential_until: Day | None = None
    answer_by: Day | None = None


class Request(Opening):
    """Nothing is asked for. All optional here: what the instrument names and is not there is shown to both."""

    information: Information | None = None
    conditions: UseConditions | None = None
    offence: Offence | None = None
    subjects: Concerned | None = None


class Supplement(Supplements):
    """More of it, given later, or what was held back."""

    information: Information | None = None
    offence: Offence | None = None
    subjects: Concerned | None = None


class SetConditions(UseConditions):
    """Conditions in the place of those before: they are answered anew."""


class LiftConditions(Coded):
    """The information may be used without conditions."""


class AcceptConditions(Coded):
    conditions: ActId  # the act that set them


class DeclineConditions(Coded):
    """They cannot be kept. Which, and why: text `reasons`."""

    conditions: ActId
    codes: tuple[Code, ...] = ()


class Consult(Coded):
    about: ActId | None = None  # a notice, or conditions
    answer_by: Day | None = None


class GiveBack(Coded):
    """The receiving State holds none of it any more."""

    done: Literal["returned", "destroyed"]
    date: Day


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "set_conditions": SetConditions,
    "lift_conditions": LiftConditions,
    "accept_conditions": AcceptConditions,
    "decline_conditions": DeclineConditions,
    "consult": Consult,
    "give_back": GiveBack,
}
