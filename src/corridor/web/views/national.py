"""The national file: minutes, domestic measures and their steps, safeguards. Kept beside the dossier, never sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor import law
from corridor.casework import actions, measures, queries, safeguards
from corridor.casework.access import Person
from corridor.casework.actions.safeguards import Finding
from corridor.casework.fault import NotFound
from corridor.casework.house import house
from corridor.casework.queries.national import MeasureRow, StepRow
from corridor.casework.queries.pages import DossierPage
from corridor.faults import Fault
from corridor.web import naming
from corridor.web.forms.offers import Offers, choices, language_offers
from corridor.web.forms.schema import Reader
from corridor.web.pages import posted, show, status_of, wrong_field
from corridor.web.views.dossier import dossier_context


def minute(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """A minute: what this State writes down for itself."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")

    def act() -> None:
        actions.record_minute(
            person,
            dossier_id,
            text=request.POST.get("text", "").replace("\r\n", "\n").strip(),
            language=request.POST.get("language", "en"),
            secret=request.POST.get("secret", ""),
        )

    fault = _try(request, act)
    if isinstance(fault, bool):
        return redirect("web:dossier", dossier_id=dossier_id)
    context = _words(request) | {"text": request.POST.get("text", ""), "fault": fault}
    return _page(request, person, "minute", found, context)


def measure(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """A domestic measure as it was ordered: by whom, of what kind, on which basis, until when, for whom."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    reader = Reader(measures.Ordered.model_json_schema(), {"kind": _kinds(found)})
    body = reader.body(posted(request)) if request.method == "POST" else _today()

    def act() -> None:
        actions.record_measure(person, dossier_id, measure=body, secret=request.POST.get("secret", ""))

    fault = _try(request, act)
    if isinstance(fault, bool):
        return redirect("web:dossier", dossier_id=dossier_id)
    context = {"fields": reader.fields(body, wrong_field(fault)), "fault": fault}
    return _page(request, person, "measure", found, context)


def measure_step(
    request: HttpRequest, person: Person, dossier_id: str, measure_id: str, step: str
) -> HttpResponseBase:
    """The next step of a measure: who authorised it, how it was served, what came back, until when it was renewed."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    thread = _thread(person, dossier_id, measure_id)
    if step not in measures.BODIES:
        raise NotFound
    reader = Reader(measures.BODIES[step].model_json_schema())
    body = reader.body(posted(request)) if request.method == "POST" else _today()

    def act() -> None:
        actions.record_measure_step(
            person,
            dossier_id,
            measure=measure_id,
            step=step,
            body=body,
            secret=request.POST.get("secret", ""),
        )

    fault = _try(request, act)
    if isinstance(fault, bool):
        return redirect("web:dossier", dossier_id=dossier_id)
    context = {
        "m": thread,
        "step": step,
        "possible": step in thread.possible,
        "fields": reader.fields(body, wrong_field(fault)),
        "fault": fault,
    }
    return _page(request, person, "measure_step", found, context)


def safeguard(request: HttpRequest, person: Person, dossier_id: str, step: str) -> HttpResponseBase:
    """One safeguard: what the law says, what was found so far, and what this officer finds or sets aside."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    row = next((each for each in queries.national_file(person, dossier_id).steps if each.step == step), None)
    if row is None:
        raise NotFound

    def act() -> None:
        actions.record_safeguards(
            person, dossier_id, findings=[_finding(request, step)], secret=request.POST.get("secret", "")
        )

    fault = _try(request, act)
    if isinstance(fault, bool):
        return redirect("web:dossier", dossier_id=dossier_id)
    context = _words(request) | {
        "row": row,
        "outcomes": _outcomes(row),
        "outcome": request.POST.get("outcome", ""),
        "may_skip": person.may("safeguard.skip"),
        "reason": request.POST.get("reason", ""),
        "authority": request.POST.get("authority", ""),
        "on": request.POST.get("on", ""),
        "asks_who": row.needed == law.Needed.WHERE_DOMESTIC_LAW_ASKS,
        "fault": fault,
    }
    return _page(request, person, "safeguard", found, context)


def safeguards_together(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Every step that is not recorded on one page: each with its finding and its reason, one secret for all."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    file = queries.national_file(person, dossier_id)
    if not file.steps:  # this authority executes nothing here
        raise NotFound
    rows = file.missing

    def act() -> None:
        given = [
            _finding(request, each.step, f".{each.step}")
            for each in rows
            if request.POST.get(f"outcome.{each.step}")
        ]
        actions.record_safeguards(person, dossier_id, findings=given, secret=request.POST.get("secret", ""))

    fault = _try(request, act)
    if isinstance(fault, bool):
        return redirect("web:dossier", dossier_id=dossier_id)
    post = request.POST
    context = _words(request) | {
        "rows": [
            {
                "row": each,
                "outcomes": _outcomes(each),
                "outcome": post.get(f"outcome.{each.step}", ""),
                "reason": post.get(f"reason.{each.step}", ""),
                "authority": post.get(f"authority.{each.step}", ""),
                "on": post.get(f"on.{each.step}", ""),
                "asks_who": each.needed == law.Needed.WHERE_DOMESTIC_LAW_ASKS,
            }
            for each in rows
        ],
        "may_skip": person.may("safeguard.skip"),
        "fault": fault,
    }
    return _page(request, person, "safeguards", found, context)


def supervision(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Over all dossiers of the authority: safeguards set aside, not met or missing; measures and uses to look at."""
    return show(request, person, "supervision", {"s": queries.supervision(person)})


def _finding(request: HttpRequest, step: str, mark: str = "") -> Finding:
    """What was posted of one step; `mark` follows the names of its fields where a page has several."""
    post = request.POST
    return Finding(
        step,
        post.get(f"outcome{mark}", ""),
        post.get(f"reason{mark}", "").replace("\r\n", "\n"),
        post.get("language", "en"),
        post.get(f"authority{mark}", ""),
        _day(post.get(f"on{mark}", "")),
    )


def _day(text: str) -> date | None:
    """A day as the browser's own field posts it; anything else is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today() -> dict[str, str]:
    """What a form of the national file begins with: most is written down on the day it happens."""
    return {"date": house().clock().date().isoformat()}


def _outcomes(row: StepRow) -> tuple[str, ...]:
    """What may be found of a step: one that is always looked at is never called not needed."""
    always = row.needed == law.Needed.ALWAYS
    return tuple(each for each in safeguards.OUTCOMES if not (always and each == safeguards.NOT_NEEDED))


def _kinds(found: DossierPage) -> Offers:
    """The kinds of measure: those with which the law executes this request first, then every other."""
    offered = choices(found.kind, found.instrument).get("measure.kind", [])
    first = [code for code, _ in offered]
    known = {each.code for each in law.instruments() if each.rules}
    lines = law.measures(found.instrument) if found.instrument in known else law.measures()
    rows = sorted(
        lines, key=lambda each: (each.id not in first, first.index(each.id) if each.id in first else 0)
    )
    marks = {True: naming.say("measure-mark", "intrusive"), False: ""}
    return [
        (
            each.id,
            " ".join(
                filter(None, (naming.say("measure", each.id, default=each.text), marks[each.intrusive]))
            ),
        )
        for each in rows
    ]


def _thread(person: Person, dossier_id: str, measure_id: str) -> MeasureRow:
    rows = queries.national_file(person, dossier_id).measures
    found = next((each for each in rows if each.id == measure_id), None)
    if found is None:
        raise NotFound
    return found


def _try(request: HttpRequest, act: Callable[[], None]) -> Fault | bool | None:
    """Carry out what was posted: True when it is done, its fault when not, None when nothing was posted."""
    if request.method != "POST":
        return None
    try:
        act()
    except Fault as fault:
        if status_of(fault) == 404:
            raise
        return fault
    return True


def _words(request: HttpRequest) -> dict[str, Any]:
    """The language of the words an officer writes."""
    return {
        "languages": language_offers(),
        "language": request.POST.get("language") or get_language() or "en",
    }


def _page(
    request: HttpRequest, person: Person, template: str, found: DossierPage, context: dict[str, Any]
) -> HttpResponseBase:
    fault = context.get("fault")
    return show(
        request,
        person,
        template,
        dossier_context(person, found) | context,
        status=status_of(fault) if fault else 200,
    )
