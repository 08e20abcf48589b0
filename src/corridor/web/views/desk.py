"""The desk: what needs this authority now, what waits on the other side, and the clocks."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor.casework import queries
from corridor.casework.access import Person
from corridor.web.pages import show


def desk(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Who sees no case is led to the people instead."""
    if not person.may("dossier.read"):
        return redirect("web:people")
    found = queries.desk(person)
    live = bool(request.headers.get("HX-Request"))
    return show(request, person, "_desk" if live else "desk", {"desk": found, "here": "desk"})
