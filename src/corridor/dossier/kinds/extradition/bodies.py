"""Extradition: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.facts import ActId, Coded, Day, Measure, Offence, Office, StateCode, Word
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.deciding import Accept
from corridor.dossier.kinds.parts.moving import HandOver
from corridor.dossier.kinds.persons import (
    Days,
    Decision,
    Jurisdiction,
    Limitation,
    Sentence,
    Subject,
)


class Whereabouts(Coded):
    """Where the person is believed to be. The address is the text of the same field name."""

    state: StateCode | None = None
    held_already: bool | None = None  # in custody in the requested State for another matter


class Evidence(Coded):
    """What supports the request, where the law of the requested State asks for it."""

    kinds: tuple[
        Literal["statements", "documents", "electronic", "expert", "record_of_case", "other"], ...
    ] = ()
    standard: Literal["none_asked", "reasonable_suspicion", "prima_facie", "not_known"] | None = None


class Urgency(Coded):
    """Why the person should be arrested before the full request is there."""

    reasons: tuple[Literal["flight", "about_to_leave", "danger", "located_now", "other"], ...] = ()


class Assurances(Coded):
    """What the requesting State assures without being asked."""

    given: tuple[
        Literal[
            "no_death_penalty",
            "no_life_without_release",
            "speciality",
            "retrial",
            "fair_trial",
            "humane_treatment",
            "return_to_serve",
            "consular_access",
            "custody_deducted",
            "no_special_court",
        ],
        ...,
    ] = ()


class Transit(Coded):
    """The person, surrendered by another State, only passes through the State asked."""

    surrendering_state: StateCode | None = None
    receiving_state: StateCode | None = None
    by_air: bool | None = None
    landing_planned: bool | None = None
    planned: Day | None = None


class Request(Opening):
    """All optional here: what is missing under the law named is shown to both sides.

    `provisional_arrest`: the person is to be arrested first, and the full request follows as `send_papers`.
    """

    provisional_arrest: bool = False
    transit: Transit | None = None
    papers_planned: Day | None = None
    purpose: Literal["prosecution", "enforcement"] | None = None
    requesting_authority: Office | None = None
    person: Subject | None = None
    whereabouts: Whereabouts | None = None
    offence_and_facts: Offence | None = None
    decision: Decision | None = None
    penalty_and_limitation: Limitation | None = None
    jurisdiction: Jurisdiction | None = None
    sentence: Sentence | None = None
    evidence: Evidence | None = None
    urgency_reason: Urgency | None = None
    assurances: Assurances | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


class SendPapers(Supplement):
    """The full request after a provisional arrest, its papers attached."""


class Locate(Coded):
    found: bool
    held_already: bool | None = None


class Arrest(Coded):
    """The person was arrested, or their presence ensured otherwise.

    `papers_by` is the last day for the full request under the law or treaty the requested State applies. It sets
    that day and names where it stands (`term_basis`); nobody computes it for it.
    """

    date: Day
    form: Literal["custody", "bail", "reporting", "other"]
    measure: Measure | None = None
    papers_by: Day | None = None
    term_basis: Word | None = None


class NotArrested(Coded):
    """Why nobody was arrested, as things stand. The words are the text of field `reasons`."""

    reason: Literal["not_found", "not_in_territory", "not_ordered", "released_by_court", "other"]


class AskMoreTime(Coded):
    """More time for the papers, where the law of the requested State knows it."""

    until: Day | None = None


class ExtendTerm(Coded):
    papers_by: Day
    term_basis: Word | None = None


class Release(Coded):
    """The person is no longer held for this extradition."""

    date: Day
    reason: Literal[
        "term_over",
        "decision_of_court",
        "not_collected",
        "withdrawn",
        "refused",
        "held_in_another_matter",
        "other",
    ]


class TellConsent(Coded):
    """What the person said to a simplified surrender, heard by an authority and told of their rights."""

    consents: bool
    date: Day
    heard_by: Word | None = None
    counsel_present: bool | None = None
    speciality_renounced: bool = False


class Grant(Accept):
    """Extradition is granted; with conditions it is an offer, binding once the requesting State accepts them."""

    decided_on: Day | None = None
    decided_by: Word | None = None
    extent: Literal["full", "part"] = (
        "full"  # for part of the offences: which, in the text of field `reasons`
    )


class PostponeSurrender(Coded):
    """Granted, and the person stays for the time being. Reasons: text `reasons`."""

    because: Literal["own_proceedings", "own_sentence", "health", "force_majeure", "other"]
    until: Day | None = None


class Surrender(HandOver):
    """The person was surrendered, for good."""


class SurrenderTemporarily(HandOver):
    """The person was surrendered for a trial, and is to be returned."""

    return_by: Day | None = None


class ReturnPerson(Coded):
    date: Day
    custody_days: Days | None = None


class Item(Coded):
    """One thing handed over with or after the person. What it is exactly is the text of field `things`."""

    type: Literal["document", "device", "data_carrier", "money", "proceeds", "object", "other"]
    reference: Word | None = None
    return_wanted: bool = False


class HandOverItems(Coded):
    things: Annotated[tuple[Item, ...], Field(min_length=1)]


class ReturnItems(Coded):
    handed_over: ActId


class TellTransit(Coded):
    """The person has passed through; or not yet: held up, landed unforeseen. The words are the text of field `note`."""

    date: Day
    completed: bool = True


class AskInstead(Coded):
    """Extradition was refused: the case is to go to the prosecutors there, or the sentence to be enforced there."""

    instead: Literal["prosecution", "enforcement"]


class TakeUp(Coded):
    """The case was submitted to the authorities competent to prosecute, or the sentence taken over."""

    instead: Literal["prosecution", "enforcement"]
    authority: Word
    date: Day
    reference: Word | None = None
    remaining_days: Days | None = None  # of a sentence taken over


class DeclineInstead(Coded):
    """Neither. Reasons: text `reasons`."""


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "send_papers": SendPapers,
    "locate": Locate,
    "arrest": Arrest,
    "not_arrested": NotArrested,
    "ask_more_time": AskMoreTime,
    "extend_term": ExtendTerm,
    "release": Release,
    "tell_consent": TellConsent,
    "accept": Grant,
    "postpone_surrender": PostponeSurrender,
    "surrender": Surrender,
    "surrender_temporarily": SurrenderTemporarily,
    "return_person": ReturnPerson,
    "hand_over_items": HandOverItems,
    "return_items": ReturnItems,
    "tell_transit": TellTransit,
    "ask_instead": AskInstead,
    "take_up": TakeUp,
    "decline_instead": DeclineInstead,
}
