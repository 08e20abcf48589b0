"""The dossier page and its export: what has happened, where it stands, whose turn, what is owed, what can be done."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.queries.pages import DossierPage, PossibleAct
from corridor.casework.queries.people import authorities
from corridor.dossier import REGISTRY
from corridor.dossier.on_paper import RECEIVED
from corridor.faults import Fault
from corridor.web.forms.offers import language_offers
from corridor.web.pages import show, status_of

#: Acts of any kind that are seldom wanted.
SELDOM = frozenset({"amend_members", "stand"})


def dossier(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    found = queries.dossier_page(person, dossier_id)
    file = queries.national_file(person, dossier_id) if person.may("national.read") else None
    context = dossier_context(person, found) | {"file": file} | case_context(person, dossier_id)
    template = "_dossier" if request.headers.get("HX-Request") else "dossier"
    return show(request, person, template, context)


def dossier_context(person: Person, found: DossierPage) -> dict[str, object]:
    kind = REGISTRY.get(found.kind)
    answers, grave_ones, aside_ones = (
        ({}, SELDOM, SELDOM) if kind is None else (kind.answers, kind.grave, kind.aside | SELDOM)
    )
    wanted = [answers[code] for each in found.owed if (code := each.rpartition(".")[2]) in answers]
    first = [each for each in found.possible if each.act in wanted]
    left = [each for each in found.possible if each not in first]
    grave = [each for each in left if each.act in grave_ones]
    aside = [each for each in left if each.act in aside_ones and each not in grave]
    onward = [each for each in left if each not in grave and each not in aside]
    other = found.requested if found.ours == "requesting" else found.requesting
    may_give = kind is not None and found.status not in kind.over and bool(found.receivers)
    handing = kind.handing if kind is not None and may_give else frozenset()
    return {
        "d": found,
        "several": kind is not None and kind.several,
        "gives": bool(handing & {act for rows in kind.table.get(found.ours, {}).values() for act in rows})
        if kind is not None
        else False,
        "other": other,
        "first": first,
        "onward": onward,
        "grave": grave,
        "aside": aside,
        "may_act": any(each.may_sign for each in found.possible),
        "mine": found.turn == person.state,
        "own_dossier": found.home == person.authority,
        "papers": queries.papers_of(person, found.id) if person.may("dossier.read") else None,
        "may_enter": any(each.act == RECEIVED and each.may_sign for each in found.possible),
    }


def case_context(person: Person, dossier_id: str) -> dict[str, object]:
    """The cases the dossier lies in, and those it could be put into."""
    within = queries.cases_of(person, dossier_id)
    ids = {row.id for row in within}
    mine = [
        row for row in queries.cases_list(person) if not (row.made_available or row.closed_at or row.fault)
    ]
    return {"cases": within, "other_cases": [row for row in mine if row.id not in ids]}


def possible(found: DossierPage, act: str) -> PossibleAct | None:
    return next((each for each in found.possible if each.act == act), None)


def share(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Make the dossier available to another authority of this State."""
    found = queries.dossier_page(person, dossier_id)
    person.require("dossier.make-available")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.make_available(
                person,
                dossier_id,
                authority=request.POST.get("authority", ""),
                secret=request.POST.get("secret", ""),
            )
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    taken = {found.home, *found.available_to}
    others = [each for each in authorities() if each.code not in taken]
    context = dossier_context(person, found) | {"authorities": others, "fault": fault}
    return show(request, person, "share", context, status=status_of(fault) if fault else 200)


def move(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Hand the dossier to another authority of this State, which acts in it from then on."""
    found = queries.dossier_page(person, dossier_id)
    person.require("dossier.make-available")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.hand_to_authority(
                person,
                dossier_id,
                authority=request.POST.get("authority", ""),
                reason=request.POST.get("text", "").replace("\r\n", "\n").strip(),
                language=request.POST.get("language", "en"),
                secret=request.POST.get("secret", ""),
            )
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    context = dossier_context(person, found) | {
        "authorities": [each for each in authorities() if each.code != found.home],
        "languages": language_offers(),
        "language": request.POST.get("language") or get_language() or "en",
        "text": request.POST.get("text", ""),
        "fault": fault,
    }
    return show(request, person, "move", context, status=status_of(fault) if fault else 200)


def export(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """The whole dossier as one tar that stock tools can check."""
    blocks = queries.export(person, dossier_id)
    response = StreamingHttpResponse(blocks, content_type="application/x-tar")
    response["Content-Disposition"] = f'attachment; filename="dossier-{dossier_id[:12]}.tar"'
    return response
