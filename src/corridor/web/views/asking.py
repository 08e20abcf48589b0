"""A new request and the drafts of one: coded form, what is missing as one types, saving, signing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor import law
from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.casework.house import house
from corridor.casework.queries.pages import DeskRow
from corridor.faults import Fault
from corridor.web import naming
from corridor.web.forms.offers import choices, instruments, language_offers
from corridor.web.forms.schema import ZONES, Reader
from corridor.web.forms.writing import boxes, read_texts, texts_of
from corridor.web.pages import posted, show, status_of, wrong_field

DEFAULT_INSTRUMENT = "UNCC_2024"


def kinds(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Which kind of request: what this person's authority may send, and the drafts begun."""
    person.require("draft.write")
    rows = [_kind_row(kind) for kind in queries.kinds(person)]
    drafts = [row for row in queries.desk(person).drafts if row.dossier is None]
    return show(request, person, "kinds", {"kinds": rows, "drafts": drafts})


def new(request: HttpRequest, person: Person, kind: str) -> HttpResponseBase:
    """The form of a new request; posted to save or to sign."""
    person.require("draft.write")
    if kind not in queries.kinds(person):
        raise NotFound
    if request.method == "POST":
        return _post(request, person, kind, None)
    instrument = request.GET.get("instrument") or DEFAULT_INSTRUMENT
    follows = request.GET.get("follows", "")
    content: dict[str, Any] = {
        "basis": {"instrument": instrument},
        "follows": follows or None,
        "body": _own_office(person, queries.form_page(person, kind, instrument).schema),
    }
    return _form(request, person, kind, content)


def draft(request: HttpRequest, person: Person, draft_id: str) -> HttpResponseBase:
    """A draft, opened again."""
    found = queries.draft_page(person, draft_id)
    if found.dossier is not None:
        return redirect("web:act", dossier_id=found.dossier, act=found.act)
    if request.method == "POST":
        return _post(request, person, found.kind, draft_id)
    content = dict(found.content)
    if request.GET.get("instrument"):
        content["basis"] = {"instrument": request.GET["instrument"]}
    return _form(request, person, found.kind, content, draft_id=draft_id)


def discard(request: HttpRequest, person: Person, draft_id: str) -> HttpResponseBase:
    """Throw a draft away; it was never an act."""
    actions.discard_draft(person, draft_id)
    return redirect("web:new")


def missing(request: HttpRequest, person: Person, kind: str) -> HttpResponseBase:
    """What the request lacks now, as a fragment; nothing is kept."""
    person.require("draft.write")
    if kind not in queries.kinds(person):
        raise NotFound
    content = _read(request, person, kind)
    return show(request, person, "_missing", _missing(person, kind, content))


def _post(request: HttpRequest, person: Person, kind: str, draft_id: str | None) -> HttpResponseBase:
    content = _read(request, person, kind)
    try:
        if request.POST.get("do") == "sign":
            signed = actions.sign_act(
                person,
                act="request",
                kind=kind,
                secret=request.POST.get("secret", ""),
                to=content["to"],
                basis=content["basis"],
                body=content["body"],
                texts=content["texts"],
                reference=content["reference"],
                follows=content["follows"],
                override_reason=request.POST.get("override_reason", "").strip() or None,
                draft_id=draft_id,
            )
            return redirect("web:dossier", dossier_id=signed.dossier)
        saved = actions.save_draft(person, draft_id=draft_id, kind=kind, act="request", content=content)
    except Fault as fault:
        return _form(request, person, kind, content, draft_id=draft_id, fault=fault)
    return _form(request, person, kind, content, draft_id=saved.id, saved=True)


def _read(request: HttpRequest, person: Person, kind: str) -> dict[str, Any]:
    values = posted(request)
    instrument = request.POST.get("instrument") or DEFAULT_INSTRUMENT
    form = queries.form_page(person, kind, instrument)
    state, _, authority = request.POST.get("to", "").partition("/")
    return {
        "to": {"state": state, "authority": authority} if state else None,
        "basis": {"instrument": instrument, "provision": request.POST.get("provision", "").strip()},
        "body": _reader(form.schema, person, kind, instrument).body(values),
        "texts": read_texts(values),
        "conditions": [],
        "reference": request.POST.get("reference", "").strip(),
        "follows": request.POST.get("follows") or None,
    }


def _reader(schema: dict[str, Any], person: Person, kind: str, instrument: str) -> Reader:
    offers = choices(kind, instrument)
    offers["preservation"] = [
        (row.dossier, f"{naming.say('kind', row.kind)} {row.reference or row.dossier[:12]}")
        for row in asked_before(person, kind)
    ]
    return Reader(schema, offers, skip=("follows",))  # `follows` stands at the head of the page


def _form(
    request: HttpRequest,
    person: Person,
    kind: str,
    content: dict[str, Any],
    *,
    draft_id: str | None = None,
    fault: Fault | None = None,
    saved: bool = False,
) -> HttpResponseBase:
    basis = content.get("basis") or {}
    instrument = basis.get("instrument") or DEFAULT_INSTRUMENT
    form = queries.form_page(person, kind, instrument)
    language = get_language() or "en"
    wrong = wrong_field(fault)
    written = boxes(texts_of(kind, "request"), content.get("texts") or (), language)
    fields = _reader(form.schema, person, kind, instrument).fields(content.get("body") or {}, wrong)
    follows = asked_before(person, kind)
    to = content.get("to") or {}
    context = {
        "kind": kind,
        "form": form,
        "fields": place_texts(fields, written),
        "texts": [row for row in written if row["field"] not in {each.code for each in fields}],
        "instruments": instruments(),
        "instrument": instrument,
        "provision": basis.get("provision") or provision_of(kind, instrument),
        "addressees": [_addressee(row, language) for row in form.addressees],
        "to": f"{to.get('state')}/{to.get('authority')}" if to else "",
        "reference": content.get("reference") or "",
        "follows": follows,
        "override_reason": request.POST.get("override_reason", ""),
        "followed": content.get("follows") or "",
        "draft_id": draft_id,
        "saved": saved,
        "fault": fault,
        "zones": ZONES,
        "languages": language_offers(),
        "may_sign": person.may("act.sign"),
    } | _missing(person, kind, content)
    return show(request, person, "request", context, status=status_of(fault) if fault else 200)


def asked_before(person: Person, kind: str) -> list[DeskRow]:
    """Requests of another kind this State made, which a new one may follow."""
    desk = queries.desk(person)
    rows = (*desk.needs_me, *desk.waits_on_them, *desk.closed)
    return [row for row in rows if row.kind != kind and row.ours == "requesting"]


def place_texts(fields: list[Any], written: list[dict[str, str]]) -> list[Any]:
    """Put the box for a text into the coded field it belongs to, where there is one of that name."""
    by_code = {row["field"]: row for row in written}
    for field in fields:
        field.text = by_code.get(field.code)
    return fields


def _own_office(person: Person, schema: dict[str, Any]) -> dict[str, Any]:
    """Who asks is known: written into the form's own place for it, to be corrected if need be."""
    office = {
        "state": person.state,
        "authority": person.authority,
        "name": naming.authority_name(person.authority),
    }
    return {
        code: office for code in ("authority", "requesting_authority") if code in schema.get("properties", {})
    }


def _missing(person: Person, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    instrument = (content.get("basis") or {}).get("instrument") or DEFAULT_INSTRUMENT
    rows = queries.missing(
        kind,
        instrument,
        content.get("body") or {},
        content.get("texts") or [],
        confirmed=queries.law_confirmed(person).cites,
    )
    return {"missing": rows, "known_rules": law.form(kind, instrument, on=_today()).known}


def provision_of(kind: str, instrument: str) -> str:
    """The provision the form itself rests on, as the law data names it; empty where it is not in the data."""
    found = law.form(kind, instrument, on=_today())
    return str(getattr(found, "ref", "") or "")


def _today() -> date:
    return house().clock().date()


def _kind_row(kind: str) -> dict[str, str]:
    form = law.form(kind, DEFAULT_INSTRUMENT, on=_today())
    return {"kind": kind, "cite": form.cite()}


def _addressee(row: dict[str, Any], language: str) -> dict[str, str]:
    return {
        "value": f"{row['state']}/{row['authority']}",
        "label": f"{naming.chosen(row.get('names') or {}, language) or row['state']}: "
        f"{naming.chosen(row.get('authority_names') or {}, language) or row['authority']}",
    }
