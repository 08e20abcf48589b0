"""Cases: the list, one case with all in it, who owes what to whom, and a search through what is sealed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.queries.cases import CasePage
from corridor.casework.queries.pages import DeskRow
from corridor.casework.queries.people import authorities
from corridor.faults import Fault
from corridor.web.pages import show, status_of


def cases(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The cases of this authority, and the form to open another."""
    person.require("case.read")
    fault: Fault | None = None
    given = {name: request.POST.get(name, "") for name in ("number", "title")}
    if request.method == "POST":
        try:
            saved = actions.open_case(person, **given)
            return redirect("web:case", case_id=saved.id)
        except Fault as error:
            fault = error
    context = {"rows": queries.cases_list(person), "given": given, "fault": fault, "here": "cases"}
    return show(request, person, "cases", context, status=status_of(fault) if fault else 200)


def case(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """One case: who owes what to whom, its dossiers by State, how they follow each other, its persons, its history."""
    found = queries.case_page(person, case_id)
    return show(request, person, "case", {"case": found, "by_state": _by_state(found), "here": "cases"})


def _by_state(found: CasePage) -> list[tuple[str, list[DeskRow]]]:
    """Dossiers under the State across the table."""
    states = dict.fromkeys(sorted(row.other for row in found.dossiers))
    return [(state, [row for row in found.dossiers if row.other == state]) for state in states]


def history(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """Everything that was changed in a case, and by whom."""
    context = {"case": queries.case_page(person, case_id), "history": queries.case_history(person, case_id)}
    return show(request, person, "case_history", context | {"here": "cases"})


def edit(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """Another number or title; close the case or open it again; make it available to another authority."""
    found = queries.case_page(person, case_id)
    person.require("case.write")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            match request.POST.get("do", ""):
                case "close":
                    actions.close_case(person, case_id)
                case "reopen":
                    actions.reopen_case(person, case_id)
                case "share":
                    actions.make_case_available(person, case_id, authority=request.POST.get("authority", ""))
                case _:
                    actions.rename_case(
                        person,
                        case_id,
                        number=request.POST.get("number", ""),
                        title=request.POST.get("title", ""),
                    )
            return redirect("web:case", case_id=case_id)
        except Fault as error:
            fault = error
    taken = {found.home, *found.available_to}
    context = {
        "case": found,
        "number": request.POST.get("number", found.number),
        "title": request.POST.get("title", found.title),
        "authorities": [each for each in authorities() if each.code not in taken],
        "fault": fault,
        "here": "cases",
    }
    return show(request, person, "case_edit", context, status=status_of(fault) if fault else 200)


def dossiers(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """Dossiers put into the case, or taken out: every one the person may read is offered."""
    found = queries.case_page(person, case_id)
    person.require("case.write")
    fault: Fault | None = None
    if request.method == "POST":
        within = {row.dossier for row in found.dossiers}
        wanted = set(request.POST.getlist("dossier"))
        shown = set(request.POST.getlist("shown"))
        try:
            for dossier in sorted((wanted & shown) - within):
                actions.attach_dossier(person, case_id, dossier_id=dossier)
            for dossier in sorted((shown & within) - wanted):
                actions.detach_dossier(person, case_id, dossier_id=dossier)
            return redirect("web:case", case_id=case_id)
        except Fault as error:
            fault = error
    desk = queries.desk(person)
    context = {
        "case": found,
        "offered": [*desk.needs_me, *desk.waits_on_them, *desk.closed],
        "within": {row.dossier for row in found.dossiers},
        "fault": fault,
        "here": "cases",
    }
    return show(request, person, "case_dossiers", context, status=status_of(fault) if fault else 200)


def put_into(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Put a dossier into a case, from the dossier's own page."""
    queries.cases_of(person, dossier_id)
    actions.attach_dossier(person, request.POST.get("case", ""), dossier_id=dossier_id)
    return redirect("web:dossier", dossier_id=dossier_id)


def owed(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Who owes what to whom over all dossiers of the authority."""
    person.require("case.read")
    return show(request, person, "owed", {"owed": queries.owed(person), "here": "cases"})


def search(request: HttpRequest, person: Person) -> HttpResponseBase:
    """What was typed is posted, never part of an address: addresses stand in logs and in a browser's memory."""
    person.require("case.read")
    fault: Fault | None = None
    context: dict[str, Any] = {"text": request.POST.get("text", ""), "here": "cases"}
    if request.method == "POST":
        try:
            context["found"] = queries.search(person, context["text"])
        except Fault as error:
            fault = error
    return show(
        request, person, "search", context | {"fault": fault}, status=status_of(fault) if fault else 200
    )
