"""Transfer of sentenced persons: the coded body of each act. Fields of a request are named as the content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence, Office, Word
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.moving import HandOver
from corridor.dossier.kinds.persons import Days, Decision, Sentence, Subject


class Consent(Coded):
    """What the person said to the transfer. `not_needed_because`: why it may go without consent."""

    consents: bool
    date: Day | None = None
    heard_by: Word | None = None
    said_by: Literal["person", "representative"] = "person"
    informed: bool | None = None  # told in their language of what follows from the transfer
    not_needed_because: Literal["fled", "to_be_expelled", "agreement"] | None = None


class Ties(Coded):
    """Why the person would serve the sentence there."""

    based_on: tuple[
        Literal["national", "residence", "family", "language", "work", "social_care", "other"], ...
    ] = ()


class Enforcement(Coded):
    """How the sentence would be carried on by the State that takes the person over."""

    method: Literal["continued", "converted"]
    total_days: Days | None = None
    remaining_days: Days | None = None
    release_on: Day | None = None
    earliest_release_on: Day | None = None
    law: Word | None = None  # the provision it rests on


class Request(Opening):
    """All optional here. Either State may open: `acting_as` says which one this State is."""

    acting_as: Literal["sentencing", "administering"] = "sentencing"
    asked_by_person: bool | None = None
    requesting_authority: Office | None = None
    person: Subject | None = None
    offence_and_facts: Offence | None = None
    decision: Decision | None = None
    sentence: Sentence | None = None
    consent: Consent | None = None
    ties: Ties | None = None
    enforcement: Enforcement | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


class StateSentence(Coded):
    """The sentence, by the State that imposed it: judgment and computation as of a day. Papers are attached."""

    decision: Decision | None = None
    sentence: Sentence
    as_of: Day | None = None


class TellConsent(Consent):
    """Said by the State the person is in. A consent taken back is told the same way."""

    date: Day


class VerifyConsent(Coded):
    """The other State had its consul or another official verify that the consent is free and informed."""

    verified: bool
    date: Day
    verified_by: Word | None = None  # a function, never a person


class ProposeEnforcement(Enforcement):
    """A new proposal takes the place of the one before."""


class AgreeEnforcement(Coded):
    proposal: ActId


class DeclineEnforcement(Coded):
    proposal: ActId


class Transfer(HandOver):
    """The person was handed over to the State that carries the sentence on."""

    remaining_days: Days | None = None  # on that day, as the sentencing State counts them


class ReportEnforcement(Coded):
    """How the enforcement stands. `completed` and `ended` end it."""

    stage: Literal["begun", "conditional_release", "escaped", "completed", "ended"]
    date: Day
    because: Literal["served", "clemency", "review", "died", "other"] | None = None


class TellClemency(Coded):
    """Pardon, amnesty or commutation by either State; a review of the judgment by the one that gave it."""

    type: Literal["pardon", "amnesty", "commutation", "review", "annulled"]
    effect: Literal["ends", "reduces"]
    date: Day
    remaining_days: Days | None = None


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "state_sentence": StateSentence,
    "tell_consent": TellConsent,
    "verify_consent": VerifyConsent,
    "propose_enforcement": ProposeEnforcement,
    "agree_enforcement": AgreeEnforcement,
    "decline_enforcement": DeclineEnforcement,
    "transfer": Transfer,
    "report_enforcement": ReportEnforcement,
    "tell_clemency": TellClemency,
}
