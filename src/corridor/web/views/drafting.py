"""Four eyes: a draft that waits for a signature is read as it will be sent, then signed or returned with a remark."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.faults import Fault
from corridor.web.forms.offers import language_offers
from corridor.web.pages import show, status_of
from corridor.web.views.asking import addressed, beside


def read(request: HttpRequest, person: Person, draft_id: str) -> HttpResponseBase:
    """The draft as it will be sent. Posted to sign exactly this revision, or to return it."""
    found = queries.draft_page(person, draft_id)
    if found.dossier is not None or found.act != "request":
        raise NotFound
    if request.method != "POST":
        return _page(request, person, draft_id)
    seen = request.POST.get("revision", "")
    try:
        if request.POST.get("do") == "return":
            remark, language = request.POST.get("remark", ""), request.POST.get("language", "en")
            actions.return_draft(person, draft_id, revision=seen, remark=remark, language=language)
            return redirect("web:desk")
        secret = request.POST.get("secret", "")
        signed = actions.sign_draft(person, draft_id, revision=seen, secret=secret)
    except Fault as fault:
        return _page(request, person, draft_id, fault)
    return redirect("web:dossier", dossier_id=signed.dossier)


def _page(
    request: HttpRequest, person: Person, draft_id: str, fault: Fault | None = None
) -> HttpResponseBase:
    found = queries.draft_page(person, draft_id)
    content = found.content
    body = {code: value for code, value in (content.get("body") or {}).items() if code != "departures"}
    context: dict[str, Any] = {
        "draft": found,
        "body": body,
        "texts": content.get("texts") or [],
        "to": addressed(content.get("to")),
        "basis": content.get("basis") or {},
        "reference": content.get("reference") or "",
        "remark": request.POST.get("remark", ""),
        "fault": fault,
        "languages": language_offers(),
        "language": get_language() or "en",
        "may_sign": person.may("act.sign"),
    } | beside(person, found.kind, content)
    return show(request, person, "draft_read", context, status=status_of(fault) if fault else 200)
