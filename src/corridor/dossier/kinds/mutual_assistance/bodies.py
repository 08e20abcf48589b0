"""Mutual legal assistance: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.contents import AssistanceRequest, Urgency
from corridor.dossier.kinds.facts import ActId, Coded, Day, Second, StateCode, Word
from corridor.dossier.kinds.parts import Supplements


class Person(Coded):
    """A person as far as codes go: in which capacity, and what tells one from another. The name is text."""

    capacity: Literal["witness", "expert", "suspect", "accused", "victim", "convicted", "other"]
    nationality: StateCode | None = None
    born: Day | None = None
    in_custody: bool | None = None


class Statement(Coded):
    """A statement to be taken. The questions are the text of field `statements`."""

    person: Person | None = None
    by: Literal["authority", "video_link", "writing"] = "authority"
    oath: bool | None = None
    own_officials_present: bool | None = None  # officials of the requesting State ask to attend
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], ...] = ()


Document = Literal["summons", "judgment", "charge", "order", "notice", "other"]


class Service(Coded):
    """Documents to be served. On whom and where is the text of field `service`."""

    documents: Annotated[
        tuple[Literal["summons", "judgment", "charge", "order", "notice", "other"], ...], Field(min_length=1)
    ]
    served_by: Day | None = None  # the latest day on which service is of use
    appear_on: Second | None = None
    proof: Literal["receipt", "certificate", "either"] = "either"


class Sought(Coded):
    """An item, a record or a place. Which one is the text of field `sought`."""

    what: Literal[
        "bank_records",
        "company_records",
        "government_records",
        "device",
        "document",
        "object",
        "site",
        "other",
    ]
    original: bool = False  # else certified copies
    return_wanted: bool | None = None


class Request(AssistanceRequest):
    """All optional here: what is missing under the law named is shown to both sides."""

    statements: tuple[Statement, ...] = ()
    service: tuple[Service, ...] = ()
    sought: tuple[Sought, ...] = ()
    urgency_reason: Urgency | None = None
    confidential: bool = False


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


# Not checked against a list: zones are added and renamed, and every member must judge an act alike for ever.
_ZONE = r"^(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$"


class Arrange(Coded):
    """A time and a place for something both take part in. The particulars are the text of field `arrangement`."""

    what: Literal["video_hearing", "hearing", "site_visit", "person_transfer", "other"]
    at: Second
    zone: Annotated[str, Field(pattern=_ZONE)]  # IANA name of the place the time is kept by
    minutes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    statement: ActId | None = None  # the act that asks for it, where there are several


class AgreeArrangement(Coded):
    arrangement: ActId


class DeclineArrangement(Coded):
    arrangement: ActId


class Report(Coded):
    """What was done, where it is not evidence handed over: served, heard, searched without result, not possible."""

    purpose: Word  # a purpose of the form, by its id in the law data
    result: Literal["done", "partly", "not_possible"]
    date: Day
    manner: Literal["in_person", "post", "substitute", "video_link", "writing", "other"] | None = None
    arrangement: ActId | None = None  # the arrangement kept, or not kept, by it


class ConfirmReport(Coded):
    report: ActId
    result: Literal["satisfied", "not_satisfied"] = "satisfied"


class ConsentToTransfer(Coded):
    """A person in custody consents, informed, to be transferred; both States agree until when."""

    given: bool
    date: Day
    return_by: Day | None = None


class HandOverPerson(Coded):
    date: Day
    kept_in_custody: bool = True


class ReturnPerson(Coded):
    date: Day


class PresenceOver(Coded):
    """The person was told that their presence is no longer required: safe conduct ends with time."""

    date: Day


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "arrange": Arrange,
    "agree_arrangement": AgreeArrangement,
    "decline_arrangement": DeclineArrangement,
    "report": Report,
    "confirm_report": ConfirmReport,
    "consent_to_transfer": ConsentToTransfer,
    "hand_over_person": HandOverPerson,
    "return_person": ReturnPerson,
    "presence_over": PresenceOver,
}
