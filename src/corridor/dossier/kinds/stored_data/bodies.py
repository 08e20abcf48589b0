"""Stored data: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from corridor.dossier.kinds.facts import (
    Account,
    ActId,
    Coded,
    DataAndLink,
    Offence,
    Office,
    Period,
    Provider,
    StateCode,
    Word,
)
from corridor.dossier.kinds.parts import Opening, Supplements


class Matter(Coded):
    """Subject and nature of the proceeding, and who conducts it."""

    offence: Offence | None = None
    conducted_by: Office | None = None


class Assistance(Coded):
    measures: tuple[Word, ...] = ()  # ids of measures in the law data
    procedure: Word | None = None


class Concerned(Coded):
    """Persons and accounts concerned. A person's name is text, never here."""

    accounts: tuple[Account, ...] = ()
    providers: tuple[Provider, ...] = ()
    nationalities: tuple[StateCode, ...] = ()


class Purpose(Coded):
    use: Literal["investigation", "prosecution", "trial", "other"]


class Identification(DataAndLink):
    """The data sought, and the preservation that kept them."""

    preservation: ActId | None = None


class Urgency(Coded):
    reasons: tuple[Literal["loss_or_change", "life_at_risk", "hearing", "custody", "other"], ...] = ()


class Request(Opening):
    """All optional here: what is missing under the law named is shown to both sides."""

    requesting_authority: Office | None = None
    matter_and_authority: Matter | None = None
    assistance_and_procedure: Assistance | None = None
    identity_location_nationality: Concerned | None = None
    time_period: Period | None = None
    purpose: Purpose | None = None
    data_identification: Identification | None = None
    urgency_reason: Urgency | None = None
    expedited: bool = False


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {"request": Request, "supplement": Supplement}
