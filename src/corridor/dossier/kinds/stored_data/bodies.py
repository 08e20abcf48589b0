"""Stored data: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.facts import (
    Account,
    ActId,
    Coded,
    DataAndLink,
    Day,
    Digest,
    Measure,
    Offence,
    Office,
    Period,
    Provider,
    StateCode,
    Word,
)


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


class Request(Coded):
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
    deadline: Day | None = None  # suggested, with reasons in the text of field `deadline`
    follows: ActId | None = None  # the preservation dossier this request follows


class Acknowledge(Coded):
    pass


class Ask(Coded):
    items: tuple[Word, ...] = ()
    answer_by: Day | None = None


class Supplement(Request):
    answers: tuple[ActId, ...] = ()


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


class Refuse(Coded):
    """A ground by its id in the law data. Reasons: text `reasons`; why not consulted: text `not_consulted`."""

    ground: Word


class Execute(Coded):
    """The domestic measure the data were obtained by."""

    measure: Measure


class Deliver(Coded):
    """The packages handed over and the execution they rest on.

    The digest of each custody statement made with them stands in `custody` or as an attachment of role `custody:sent`.
    """

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    custody: tuple[Digest, ...] = ()
    executed: ActId | None = None  # None: the latest execution


class Confirm(Coded):
    """The packages as received and checked. Nothing said of the result: unchanged."""

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    result: Literal["unchanged", "changed", "cannot_tell"] = "unchanged"
    custody: tuple[Digest, ...] = ()


class Withdraw(Coded):
    reason: Literal["no_longer_needed", "error", "other"] | None = None


class Close(Coded):
    pass


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "acknowledge": Acknowledge,
    "ask": Ask,
    "supplement": Supplement,
    "consult": Consult,
    "accept": Accept,
    "accept_conditions": AcceptConditions,
    "decline_conditions": DeclineConditions,
    "postpone": Postpone,
    "refuse": Refuse,
    "execute": Execute,
    "deliver": Deliver,
    "confirm": Confirm,
    "withdraw": Withdraw,
    "close": Close,
}
