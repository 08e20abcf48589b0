"""Persons of a case: listed, written, imported from a table after a preview, and given out as one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor.casework import actions, persons, queries
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault
from corridor.faults import Fault
from corridor.web.pages import show, status_of, wrong_field

FIELDS = ("role", "name", "born", "since", "until", "note")
_SPARE = 2  # empty lines for identifiers in the form


def listing(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """Persons, of one role or with the words typed. What was typed is posted, never part of an address."""
    found = queries.case_page(person, case_id)
    asked = request.POST if request.method == "POST" else {}
    role, text = str(asked.get("role", "")), str(asked.get("text", ""))
    fault: Fault | None = None
    try:
        rows = queries.case_persons(person, case_id, role=role, text=text, page=_number(asked.get("page")))
    except Fault as error:
        fault = error
        rows = queries.case_persons(person, case_id)
    context = {"case": found, "rows": rows, "role": role, "text": text, "roles": persons.ROLES}
    status = status_of(fault) if fault else 200
    return show(request, person, "case_persons", context | {"fault": fault, "here": "cases"}, status=status)


def _number(given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        return 1


def write(
    request: HttpRequest, person: Person, case_id: str, person_id: str | None = None
) -> HttpResponseBase:
    """One person: added, changed or taken out again."""
    found = queries.case_page(person, case_id)
    one = queries.case_person(person, case_id, person_id) if person_id is not None else None
    if one is None:
        person.require("case.write")
    fault: Fault | None = None
    given: dict[str, Any] = one.to_dict() if one is not None else {"role": "victim"}
    if request.method == "POST":
        given = _given(request)
        revision = request.POST.get("revision", "")
        try:
            if request.POST.get("do") == "remove" and person_id is not None:
                actions.remove_case_person(person, case_id, person_id=person_id, revision=revision)
            else:
                actions.save_case_person(person, case_id, given=given, person_id=person_id, revision=revision)
            return redirect("web:case-persons", case_id=case_id)
        except Fault as error:
            fault = error
    rows = [*given.get("identifiers", ()), *({"type": "", "value": ""} for _ in range(_SPARE))]
    context = {
        "case": found,
        "one": one,
        "given": given,
        "identifiers": rows,
        "doubts": {each["place"]: each["code"] for each in one.doubts}
        if one is not None and not fault
        else {},
        "roles": persons.ROLES,
        "kinds": persons.KINDS,
        "wrong": wrong_field(fault),
        "reason": fault.facts.get("reason", "") if fault else "",
        "fault": fault,
        "here": "cases",
    }
    return show(request, person, "case_person", context, status=status_of(fault) if fault else 200)


def _given(request: HttpRequest) -> dict[str, Any]:
    kinds, values = request.POST.getlist("kind"), request.POST.getlist("value")
    pairs = zip(kinds, values, strict=False)
    found = [{"type": kind or "other", "value": value} for kind, value in pairs if value.strip()]
    return {name: request.POST.get(name, "") for name in FIELDS} | {"identifiers": found}


def upload(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """A table chosen: read at once, shown before anything is imported."""
    found = queries.case_page(person, case_id)
    person.require("case.write")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            waiting = actions.begin_import(
                person, case_id, file=_file(request), role=request.POST.get("role", "")
            )
            return redirect("web:case-import-table", case_id=case_id, import_id=waiting)
        except Fault as error:
            fault = error
    context = {"case": found, "roles": persons.ROLES, "columns": persons.columns(), "fault": fault}
    status = status_of(fault) if fault else 200
    return show(request, person, "case_import", context | {"here": "cases"}, status=status)


def _file(request: HttpRequest) -> bytes:
    sent = request.FILES.get("table")
    if sent is not None:
        return bytes(sent.read())
    if (
        int(request.META.get("CONTENT_LENGTH") or 0) > persons.MAX_BYTES
    ):  # not kept, so that nothing is spooled
        raise CaseworkFault("casework.import.too-large", limit=persons.MAX_BYTES)
    return b""


def table(request: HttpRequest, person: Person, case_id: str, import_id: str) -> HttpResponseBase:
    """The preview: what each column is taken for, every line that has a fault, and the first persons as understood."""
    queries.import_page(person, case_id, import_id)
    fault: Fault | None = None
    if request.method == "POST":
        do = request.POST.get("do", "")
        try:
            if do == "drop":
                actions.drop_import(person, case_id, import_id)
                return redirect("web:case-persons", case_id=case_id)
            actions.map_import(
                person,
                case_id,
                import_id,
                mapping=request.POST.getlist("column"),
                role=request.POST.get("role", ""),
            )
            if do == "confirm":
                actions.confirm_import(person, case_id, import_id)
                return redirect("web:case-persons", case_id=case_id)
        except Fault as error:
            fault = error
    page = queries.import_page(person, case_id, import_id)
    context = {
        "case": queries.case_page(person, case_id),
        "page": page,
        "pairs": list(zip(page.header, page.mapping, strict=True)),
        "columns": persons.columns(),
        "roles": persons.ROLES,
        "fault": fault,
        "here": "cases",
    }
    return show(request, person, "case_import_table", context, status=status_of(fault) if fault else 200)


def export(request: HttpRequest, person: Person, case_id: str) -> HttpResponseBase:
    """All persons as a CSV table. It is posted for: the history says that they left this node."""
    response = HttpResponse(
        actions.export_case_persons(person, case_id), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="persons-{case_id[:12]}.csv"'
    return response
