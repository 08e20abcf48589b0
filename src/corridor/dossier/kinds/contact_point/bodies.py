"""Contact point: the coded body of each act. Several services may be asked in one request, each with its questions.

A question is named by its service and its number: the first one asked of a service is 1, those of a supplement go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.contents import Matter, Urgency
from corridor.dossier.kinds.facts import (
    Account,
    Address,
    Coded,
    Day,
    Offence,
    Provider,
    Second,
    StateCode,
    Word,
)
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.secrecy import Secrecy
from corridor.dossier.kinds.persons import Subject

Number = Annotated[int, Field(ge=1, le=99)]


class AdviceWanted(Coded):
    """Technical advice. What exactly is the text of field `services`."""

    about: Literal[
        "volatile_data",
        "retention",
        "provider_practice",
        "encryption",
        "malware",
        "virtual_assets",
        "infrastructure",
        "data_formats",
        "other",
    ]
    provider: Provider | None = None


class LocationWanted(Coded):
    """Where data are kept, or who keeps them. Not what they say: that is asked for by another kind of request."""

    find: Literal["data", "provider", "both"] | None = None  # None: both
    provider: Provider | None = None
    account: Account | None = None
    address: Address | None = None


class LegalWanted(Coded):
    """What the law of the requested State says."""

    about: Literal[
        "offence",
        "penalty",
        "limitation",
        "procedural_power",
        "retention",
        "channel_and_form",
        "language",
        "grounds_for_refusal",
        "admissibility",
        "personal_data",
        "other",
    ]
    offence: Offence | None = None


class SuspectWanted(Coded):
    """Where a suspect is. The name is the text of field `person`."""

    find: Literal["presence", "residence", "contact"] | None = None  # None: whether the person is there
    subject: Subject | None = None
    accounts: tuple[Account, ...] = ()
    last_seen: Second | None = None


class Services(Coded):
    technical_advice: tuple[AdviceWanted, ...] = ()
    location: tuple[LocationWanted, ...] = ()
    legal_information: tuple[LegalWanted, ...] = ()
    locating_suspects: tuple[SuspectWanted, ...] = ()


#: The services, in the order they are shown; fields of `Services`.
SERVICES: Final = tuple(Services.model_fields)


class Request(Opening):
    """All optional here: a request may go incomplete or by word of mouth, and what is missing is shown."""

    services: Services | None = None
    matter_and_authority: Matter | None = None
    urgency_reason: Urgency | None = None
    confidentiality_no_user_notice: Secrecy | None = None


class Supplement(Request, Supplements):
    """Content items given later, further questions among them; `answers` names the questions it answers."""


class Answer(Coded):
    """To question `number` of a service. `more_follows`: this is a part, and the rest is still to come."""

    number: Number = 1
    more_follows: bool = False


class Advise(Answer):
    """The advice is the text of field `advice`."""

    outcome: Literal["given", "not_possible"] = "given"


class Locate(Answer):
    """Where the data are and who keeps them, as far as found."""

    found: bool
    provider: Provider | None = None
    held_in: StateCode | None = None


class LawTold(Coded):
    """A provision, as its own State calls it."""

    name: Word
    provision: Word | None = None
    as_of: Day | None = None  # the text as it stood on that day
    link: Word | None = None


class Inform(Answer):
    """The information is the text of field `information`."""

    law: tuple[LawTold, ...] = ()


class ReportSuspect(Answer):
    """Whether and where the person is. An address is the text of field `whereabouts`, never coded."""

    result: Literal["present", "left", "not_found", "in_custody", "cannot_say"]
    state: StateCode | None = None  # where the person is, or went
    as_of: Second | None = None


class DeclineQuestion(Coded):
    """One question is not answered; the others are. The reasons are the text of field `reasons`."""

    service: Literal["technical_advice", "location", "legal_information", "locating_suspects"]
    number: Number = 1
    reason: Literal[
        "needs_mutual_assistance", "needs_preservation", "not_in_power", "not_held", "domestic_law", "other"
    ]
    ground: Word | None = None  # by its id in the law data, where there is one


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "advise": Advise,
    "locate": Locate,
    "inform": Inform,
    "report_suspect": ReportSuspect,
    "decline_question": DeclineQuestion,
}
