"""Genuine or not: the page where anybody checks a file or a code, and an officer finds whom to call back.

Open to strangers, keeps nothing and asks no dossier: a file is read into memory up to a bound, judged against the
directory and forgotten. A node that wants no public page says so in node.toml.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from corridor.casework import queries
from corridor.casework.access import RIGHTS, Person, person_of
from corridor.dossier.paper import words
from corridor.dossier.paper.genuine import Answer
from corridor.faults import Fault
from corridor.web.pages import WebFault, home_state, status_of
from corridor.web.uploads import bound, uploaded

MOST = 8 * 1024 * 1024  # bytes of a file that is checked here; the command line takes larger ones


# No token is asked for: the page changes nothing and what it answers does not depend on who is signed in, save what
# that person could read anyway.
@csrf_exempt
@sensitive_post_parameters()
def page(request: HttpRequest) -> HttpResponseBase:
    """The form, and the answer under it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    person = _person(request)
    if person is None and not _public():
        return redirect(f"{reverse('web:sign-in')}?next={request.path}")
    context: dict[str, Any] = {"state": home_state(), "person": person, "here": "genuine"}
    fault: Fault | None = None
    try:
        if request.method == "POST":
            context |= _answered(request, person)
    except Fault as error:
        fault = error
    if person is not None and person.may("dossier.read"):
        context["states"] = queries.states_to_call(person)
    context["person_rights"] = frozenset(
        right for right in RIGHTS if person is not None and person.may(right)
    )
    context["fault"] = fault
    template = "web/genuine_public.html" if person is None else "web/genuine.html"
    return render(request, template, context, status=status_of(fault) if fault else 200)


def _answered(request: HttpRequest, person: Person | None) -> dict[str, Any]:
    bound(request, MOST)
    address = str(request.META.get("REMOTE_ADDR", ""))
    asked = request.POST.get("ask", "")
    if asked == "code":
        code = request.POST.get("code", "")
        if person is not None and person.may("dossier.read"):
            return {"read_back": queries.read_back(person, code)}
        return {"read_back": {"issued": queries.issued(code, address=address), "dossier": ""}}
    if asked == "call" and person is not None:
        state = request.POST.get("state", "")
        return {"call_back": queries.call_back(person, state), "called": state[:3]}
    file = uploaded(request, "file")
    if file is None:
        raise WebFault("web.check.no-file")
    answer = queries.check_file(file, address=address, received=_day(request.POST.get("received", "")))
    return {"answer": answer, **_said(answer)}


def _said(answer: Answer) -> dict[str, Any]:
    """The English of the answer's codes; the page says them in its own language where it can."""
    return {
        "verdict": words.say("verdict", answer.verdict),
        "reason": words.say("reason", answer.reason),
        "what": words.say("what", answer.what) if answer.what else "",
    }


def _day(text: str) -> datetime | None:
    """The end of the day it was received, UTC."""
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(23, 59, 59), UTC)
    except ValueError:
        raise WebFault("web.check.day") from None


def _public() -> bool:
    node = getattr(settings, "NODE", None)
    return node is None or bool(node.check_public)


def _person(request: HttpRequest) -> Person | None:
    """Who is signed in, or None: a login without an officer reads this page as a stranger does."""
    if not request.user.is_authenticated:
        return None
    try:
        return person_of(request.user)
    except Fault:
        return None
