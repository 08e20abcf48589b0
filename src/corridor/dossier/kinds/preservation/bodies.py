"""Preservation: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.facts import (
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
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.asking import Departure


class Necessity(Coded):
    """Why it cannot wait, by code."""

    reasons: tuple[Literal["retention_ends", "volatile", "may_be_deleted", "ongoing", "other"], ...] = ()


class Confidentiality(Coded):
    confidential: bool = False
    no_user_notice: bool = False


class Intention(Coded):
    """The request for access that will follow."""

    will_request: bool
    planned: Day | None = None


class Request(Opening):
    """All optional here: a request may go incomplete, and what is missing is shown to both sides."""

    authority: Office | None = None
    offence_and_facts: Offence | None = None
    data_and_link: DataAndLink | None = None
    custodian_or_location: Provider | None = None
    necessity: Necessity | None = None
    intention_to_request: Intention | None = None
    confidentiality_no_user_notice: Confidentiality | None = None
    locate: bool = False  # asks the network to find the data and the provider


class Locate(Coded):
    """Where the data are, as far as found."""

    found: bool
    provider: Provider | None = None
    held_in: StateCode | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


class Preserved(Coded):
    """The data are kept until the end of this day, UTC. Set by the requested State; nobody computes it for it."""

    preserved_until: Day
    preserved_from: Day | None = None
    period: Period | None = None
    provider: Provider | None = None
    measure: Measure | None = None


class Warn(Coded):
    risks: Annotated[
        tuple[Literal["availability", "confidentiality", "investigation"], ...], Field(min_length=1)
    ]


class Proceed(Coded):
    """The requesting State, warned, wants it done nevertheless."""

    answers: ActId


class AskExtension(Coded):
    until: Day | None = None


class GrantExtension(Coded):
    preserved_until: Day


class OtherProvider(Coded):
    name: Word
    state: StateCode | None = None
    service: Word | None = None


class DiscloseTraffic(Coded):
    """Enough to identify another provider and the path."""

    providers: Annotated[tuple[OtherProvider, ...], Field(min_length=1)]
    path: tuple[Word, ...] = ()
    package: Digest | None = None


class FollowedBy(Coded):
    """The request for the data that follows."""

    dossier: ActId


class Refuse(Coded):
    """A ground by its id in the law data. The reasons are the text of field `reasons`."""

    ground: Word
    departures: tuple[Departure, ...] = ()


class Release(Coded):
    reason: Literal["follow_up_decided", "no_longer_needed", "measure_ended", "other"]
    date: Day | None = None


class Expire(Coded):
    """The day the term ended: no earlier than the day this State itself set."""

    date: Day


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "locate": Locate,
    "supplement": Supplement,
    "preserved": Preserved,
    "warn": Warn,
    "proceed": Proceed,
    "ask_extension": AskExtension,
    "grant_extension": GrantExtension,
    "disclose_traffic": DiscloseTraffic,
    "followed_by": FollowedBy,
    "refuse": Refuse,
    "release": Release,
    "expire": Expire,
}
