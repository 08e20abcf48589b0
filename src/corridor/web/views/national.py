"""The national file: minutes and domestic measures, kept beside the dossier and never sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.faults import Fault
from corridor.web.forms.offers import choices, language_offers
from corridor.web.pages import show, status_of, wrong_field
from corridor.web.views.dossier import dossier_context

MEASURE = ("authority", "kind", "date", "legal_basis", "term", "addressee", "served", "answered")
DAYS = frozenset({"date", "term", "served", "answered"})


def minute(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """A minute: what this State writes down for itself."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.record_minute(
                person,
                dossier_id,
                text=request.POST.get("text", "").replace("\r\n", "\n").strip(),
                language=request.POST.get("language", "en"),
                secret=request.POST.get("secret", ""),
            )
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    context = dossier_context(person, found) | {
        "languages": language_offers(),
        "language": request.POST.get("language") or get_language() or "en",
        "text": request.POST.get("text", ""),
        "fault": fault,
    }
    return show(request, person, "minute", context, status=status_of(fault) if fault else 200)


def measure(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """A domestic measure: which authority ordered what, on which basis, served and answered when."""
    found = queries.dossier_page(person, dossier_id)
    person.require("national.write")
    given = {name: request.POST.get(name, "").strip() for name in MEASURE}
    fault: Fault | None = None
    if request.method == "POST":
        try:
            kept = {name: value for name, value in given.items() if value}
            actions.record_measure(person, dossier_id, measure=kept, secret=request.POST.get("secret", ""))
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    wrong = wrong_field(fault)
    rows: list[dict[str, Any]] = [
        {"code": name, "value": given[name], "day": name in DAYS, "wrong": name == wrong} for name in MEASURE
    ]
    context = dossier_context(person, found) | {
        "rows": rows,
        "kinds": choices(found.kind, found.instrument).get("measure.kind", []),
        "fault": fault,
    }
    return show(request, person, "measure", context, status=status_of(fault) if fault else 200)
