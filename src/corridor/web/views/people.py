"""People and authorities. An administrator enrols, disables and resets; a supervisor reads. No case is seen here."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.casework.models import Role
from corridor.casework.queries.pages import OfficerRow
from corridor.faults import Fault
from corridor.web.pages import show, status_of


def people(request: HttpRequest, person: Person) -> HttpResponseBase:
    person.require("people.read")
    found = queries.people(person)
    return show(request, person, "people", {"people": found, "may_write": person.may("people.write")})


def add(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Enrol a person: login, role and, unless an administrator, a signing secret of their own."""
    person.require("people.write")
    given = {name: request.POST.get(name, "").strip() for name in ("username", "name", "role")}
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.add_officer(
                username=given["username"],
                name=given["name"],
                authority=person.authority,
                role=given["role"],
                password=request.POST.get("password", ""),
                secret=request.POST.get("secret", ""),
                passphrase=request.POST.get("passphrase", ""),
                by=person,
            )
            return redirect("web:people")
        except Fault as error:
            fault = error
    context = {"roles": list(Role.values), "given": given, "fault": fault}
    return show(request, person, "officer_add", context, status=status_of(fault) if fault else 200)


def reset(request: HttpRequest, person: Person, username: str) -> HttpResponseBase:
    """A new password, a new signing secret (which is a new key), or both."""
    row = _row(person, username)
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.reset_officer(
                username=username,
                passphrase=request.POST.get("passphrase", ""),
                password=request.POST.get("password") or None,
                secret=request.POST.get("secret") or None,
            )
            return redirect("web:people")
        except Fault as error:
            fault = error
    context = {"row": row, "fault": fault}
    return show(request, person, "officer_reset", context, status=status_of(fault) if fault else 200)


def disable(request: HttpRequest, person: Person, username: str) -> HttpResponseBase:
    """Close a login and destroy its sealed key. Asked once more before it is done."""
    row = _row(person, username)
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.disable_officer(username, by=person)
            return redirect("web:people")
        except Fault as error:
            fault = error
    context = {"row": row, "fault": fault}
    return show(request, person, "officer_disable", context, status=status_of(fault) if fault else 200)


def _row(person: Person, username: str) -> OfficerRow:
    """One officer among those this administrator may see; anybody else reads as absent."""
    person.require("people.write")
    for row in queries.people(person).officers:
        if row.username == username:
            return row
    raise NotFound
