"""The API's calls about the national file: minutes, safeguards, domestic measures, and the supervisor's view."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router

from corridor.casework import actions, queries
from corridor.web.calls import Json, Secret, who

Day = date
national = Router(tags=["national file"])


class MinuteIn(Secret):
    text: str
    language: str = "en"


class MeasureIn(Secret):
    measure: Json


class MeasureStepIn(Secret):
    """What came after the order: authorised, served, answered, renewed, ended; `body` as the step asks."""

    step: str
    body: Json


class ReasonIn(Secret):
    reason: str
    language: str = "en"


class SafeguardIn(ReasonIn):
    """What was found of a safeguard: met, met_with_conditions, not_met, not_needed."""

    step: str
    outcome: str
    authority: str = ""
    date: Day | None = None


@national.post("/dossiers/{dossier_id}/minutes", summary="Write a minute into the national file")
def minute(request: HttpRequest, dossier_id: str, given: MinuteIn) -> Json:
    entered = actions.record_minute(
        who(request), dossier_id, text=given.text, language=given.language, secret=given.secret
    )
    return entered.to_dict()


@national.post("/dossiers/{dossier_id}/measures", summary="Write a domestic measure into the national file")
def measure(request: HttpRequest, dossier_id: str, given: MeasureIn) -> Json:
    return actions.record_measure(
        who(request), dossier_id, measure=given.measure, secret=given.secret
    ).to_dict()


@national.post("/dossiers/{dossier_id}/measures/{measure_id}", summary="The next step of a domestic measure")
def measure_step(request: HttpRequest, dossier_id: str, measure_id: str, given: MeasureStepIn) -> Json:
    return actions.record_measure_step(
        who(request), dossier_id, measure=measure_id, step=given.step, body=given.body, secret=given.secret
    ).to_dict()


@national.get("/dossiers/{dossier_id}/national", summary="Safeguards, domestic measures, openings, minutes")
def national_file(request: HttpRequest, dossier_id: str) -> Json:
    return queries.national_file(who(request), dossier_id).to_dict()


@national.post("/dossiers/{dossier_id}/safeguards", summary="Record what was found of a safeguard")
def safeguard(request: HttpRequest, dossier_id: str, given: SafeguardIn) -> Json:
    return actions.record_safeguard(
        who(request),
        dossier_id,
        step=given.step,
        outcome=given.outcome,
        reason=given.reason,
        language=given.language,
        authority=given.authority,
        on=given.date,
        secret=given.secret,
    ).to_dict()


@national.post(
    "/dossiers/{dossier_id}/safeguards/{step}/skip", summary="Set a safeguard aside, with a reason"
)
def skip(request: HttpRequest, dossier_id: str, step: str, given: ReasonIn) -> Json:
    return actions.skip_safeguard(
        who(request),
        dossier_id,
        step=step,
        reason=given.reason,
        language=given.language,
        secret=given.secret,
    ).to_dict()


@national.get(
    "/supervision", summary="Safeguards set aside, not met or missing, measures to look at, other uses"
)
def supervision(request: HttpRequest) -> Json:
    return queries.supervision(who(request)).to_dict()
