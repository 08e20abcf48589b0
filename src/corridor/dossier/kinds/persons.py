"""A person a request is about, the decision against them, the sentence and who may judge, as far as codes go.

A person's name is never coded: it is the text of field `person`, sealed with the case and translated with it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from corridor.dossier.kinds.facts import Coded, Day, StateCode, Word

#: A number of days of a sentence or of custody, as the State that keeps the record states it. Nobody computes it.
Days = Annotated[int, Field(ge=0, le=99_999)]

# Not checked against a list: zones are added and renamed, and every member must judge an act alike for ever.
Zone = Annotated[str, Field(pattern=r"^(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$")]


class IdentityDocument(Coded):
    type: Literal["passport", "identity_card", "residence_permit", "travel_document", "other"]
    number: Word
    state: StateCode | None = None  # that issued it


class Subject(Coded):
    """What tells one person from another beside the name."""

    nationalities: tuple[StateCode, ...] = ()
    born: Day | None = None
    sex: Literal["female", "male", "other", "not_stated"] | None = None
    documents: tuple[IdentityDocument, ...] = ()
    residence: StateCode | None = None
    biometrics_available: bool | None = None  # fingerprints, photograph or DNA profile can be sent


class Decision(Coded):
    """What the case against the person rests on, and who gave it."""

    type: Literal["arrest_warrant", "charge", "judgment", "order", "other"]
    issued_by: Word | None = None  # the court or authority, as it calls itself
    date: Day | None = None
    reference: Word | None = None
    enforceable: bool | None = None
    in_absence: bool | None = None  # the person did not appear, and may ask for a new trial or may not


class Sentence(Coded):
    """A sentence as the State that imposed it counts it."""

    imposed_days: Days | None = None
    for_life: bool = False
    served_days: Days | None = None  # custody before the judgment included
    remaining_days: Days | None = None
    ends_on: Day | None = None
    final: bool | None = None


class Limitation(Coded):
    """The penalty the law knows for the offence, and until when it may be prosecuted or enforced."""

    max_penalty_years: Annotated[int, Field(ge=0, le=99)] | None = None
    for_life: bool = False
    death_penalty: bool | None = None  # the law knows it for this offence
    time_barred_on: Day | None = None


class Jurisdiction(Coded):
    """On what a State founds its jurisdiction."""

    based_on: tuple[
        Literal["territory", "flag", "offender_national", "victim_national", "effects", "universal", "other"],
        ...,
    ] = ()
