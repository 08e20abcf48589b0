"""A new request and the drafts of one: the guided form, what is told beside it, saving as one types, signing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.casework.house import house
from corridor.casework.merging import Clash, digests
from corridor.casework.queries.pages import DeskRow
from corridor.faults import Fault
from corridor.web import naming
from corridor.web.forms import sections
from corridor.web.forms.offers import choices, instruments, language_offers
from corridor.web.forms.schema import Field, Reader, zones
from corridor.web.forms.writing import boxes, read_texts
from corridor.web.pages import WebFault, posted, show, status_of, wrong_field

DEFAULT_INSTRUMENT = "UNCC_2024"
#: What has its place at the head of the page or beside the signature.
_APART = ("follows", "departures")
WHY = "departure"  # the text that says why a request departs from the rules


def kinds(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Which kind of request: what this person's authority may send, and the drafts begun."""
    person.require("draft.write")
    rows = [_kind_row(kind) for kind in queries.kinds(person)]
    drafts = [row for row in queries.desk(person).drafts if row.dossier is None]
    context = {"kinds": rows, "drafts": drafts, "case": request.GET.get("case", "")}
    return show(request, person, "kinds", context)


def new(request: HttpRequest, person: Person, kind: str) -> HttpResponseBase:
    """The form of a new request; posted to save, to submit or to sign. `?copy=` begins from an earlier one."""
    _sends(person, kind)
    if request.method == "POST":
        return _post(request, person, kind, None)
    instrument = request.GET.get("instrument") or DEFAULT_INSTRUMENT
    content: dict[str, Any] = {"basis": {"instrument": instrument}, "body": {}}
    if earlier := request.GET.get("copy", ""):
        content |= {code: value for code, value in queries.copied(person, kind, earlier).items() if value}
        if request.GET.get("instrument"):
            content["basis"] = {"instrument": instrument}
    if follows := request.GET.get("follows", ""):
        content["follows"] = follows
    if case := request.GET.get("case", ""):
        content["case"] = case
    own = _own_office(person, queries.form_page(person, kind, instrument).schema)
    content["body"] = {**own, **content["body"]}
    return _form(request, person, kind, content)


def draft(request: HttpRequest, person: Person, draft_id: str) -> HttpResponseBase:
    """A draft, opened again to write on. One that waits for a signature is read first: `drafting.read`."""
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
    """What is told beside the form, for what is typed now, as a fragment; nothing is kept."""
    _sends(person, kind)
    return show(request, person, "_panel", beside(person, kind, read(request, person, kind)) | {"live": True})


def keep(
    request: HttpRequest, person: Person, kind: str = "", draft_id: str | None = None
) -> HttpResponseBase:
    """Save as one types: JSON for the page's script. Nothing is overwritten that the page has not seen."""
    try:
        if draft_id is not None:
            kind = queries.draft_page(person, draft_id).kind
        _sends(person, kind)
        if request.POST.get("who") != person.number:
            raise WebFault("web.draft.someone-else")
        saved = save(request, person, kind, draft_id, read(request, person, kind))
    except Fault as fault:
        return JsonResponse(fault.as_json(), status=status_of(fault))
    told = {
        "draft": saved["id"],
        "revision": saved["revision"],
        "base": saved["base"],
        "stage": saved["stage"],
        "at": saved["at"],
        "by": saved["by"],
        "taken": [label(kind, path) for path in saved["taken"]],
        "clashes": [label(kind, each.path) for each in saved["clashes"]],
    }
    return JsonResponse(told, status=409 if saved["clashes"] else 200)


def save(
    request: HttpRequest, person: Person, kind: str, draft_id: str | None, content: dict[str, Any]
) -> dict[str, Any]:
    """Keep what was posted, together with what a colleague wrote meanwhile. With clashes nothing is kept."""
    if draft_id is None or "base" not in request.POST:
        new_one = actions.save_draft(person, draft_id=draft_id, kind=kind, act="request", content=content)
        merged = {"id": new_one.id, "revision": new_one.revision, "stage": new_one.stage, "content": content}
        return merged | {
            "base": digests(content), "at": _clock(new_one.changed), "taken": (), "clashes": (), "by": "",
        }  # fmt: skip
    settled = {
        name.removeprefix("settle."): values[0]
        for name, values in posted(request).items()
        if name.startswith("settle.") and values[0] in ("mine", "theirs")
    }
    found = actions.merge_draft(
        person, draft_id, kind=kind, content=content, base=_base(request), settled=settled
    )
    return {
        "id": draft_id,
        "revision": found.revision,
        "stage": found.stage,
        "content": found.content,
        "base": _base(request) if found.clashes else digests(content),
        "at": _clock(found.changed),
        "taken": found.taken,
        "clashes": found.clashes,
        "by": found.by,
    }


def _base(request: HttpRequest) -> dict[str, str]:
    """What the page last agreed on with the draft; nothing where it does not say."""
    try:
        found = json.loads(request.POST.get("base") or "{}")
    except ValueError:
        found = {}
    if not isinstance(found, dict):
        return {}
    return {str(path): str(value) for path, value in found.items()}


def _post(request: HttpRequest, person: Person, kind: str, draft_id: str | None) -> HttpResponseBase:
    """Save first, whatever is wanted; then submit or sign exactly what was saved."""
    _sends(person, kind)
    do = request.POST.get("do", "save")
    if do == "sign":
        person.require("act.sign")
    content = read(request, person, kind)
    saved: dict[str, Any] = {}
    try:
        if request.POST.get("who", person.number) != person.number:
            raise WebFault("web.draft.someone-else")
        saved = save(request, person, kind, draft_id, content)
        draft_id = saved["id"]
        if saved["clashes"]:
            return _form(request, person, kind, content, draft_id=draft_id, clash=saved)
        if do == "submit":
            actions.submit_draft(person, saved["id"], revision=saved["revision"])
            return redirect("web:read-draft", draft_id=saved["id"])
        if do == "sign":
            signed = actions.sign_draft(
                person, saved["id"], revision=saved["revision"], secret=request.POST.get("secret", "")
            )
            return redirect("web:dossier", dossier_id=signed.dossier)
    except Fault as fault:
        shown = saved.get("content", content)
        return _form(request, person, kind, shown, draft_id=draft_id, fault=fault)
    return _form(request, person, kind, saved["content"], draft_id=saved["id"], saved=saved)


def read(request: HttpRequest, person: Person, kind: str) -> dict[str, Any]:
    """The content as posted."""
    values = posted(request)
    instrument = request.POST.get("instrument") or DEFAULT_INSTRUMENT
    form = queries.form_page(person, kind, instrument)
    body = _reader(form.schema, person, kind, instrument).body(values)
    if named := named_departures(values):
        body["departures"] = named
    return {
        "to": _chosen(kind, values.get("to", [])),
        "basis": {"instrument": instrument, "provision": request.POST.get("provision", "").strip()},
        "body": body,
        "texts": read_texts(values),
        "conditions": [],
        "reference": request.POST.get("reference", "").strip(),
        "follows": request.POST.get("follows") or None,
        "case": request.POST.get("case") or None,
    }


def _chosen(kind: str, values: list[str]) -> Any:
    """Whom the request is for, each `State/authority`: one, or a list where a kind for several has more ticked."""
    rows = [each.partition("/") for each in dict.fromkeys(values) if each]
    found = [{"state": state, "authority": authority} for state, _, authority in rows]
    return found if dossiers.REGISTRY[kind].several and len(found) > 1 else next(iter(found), None)


def addressed(to: Any) -> list[dict[str, str]]:
    """The addressees of a draft as a list, however many there are."""
    return [dict(to)] if isinstance(to, Mapping) else [dict(each) for each in to or ()]


def named_departures(values: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """The boxes ticked beside what departs, each `code|item`."""
    rows = [each.partition("|") for each in values.get("departs", ()) if each]
    return [{"code": code, "item": item} for code, _, item in rows]


def _reader(schema: dict[str, Any], person: Person, kind: str, instrument: str) -> Reader:
    offers = choices(kind, instrument)
    offers["preservation"] = [
        (row.dossier, f"{naming.say('kind', row.kind)} {row.reference or row.dossier[:12]}")
        for row in asked_before(person, kind)
    ]
    return Reader(schema, offers, skip=_APART)


def _form(
    request: HttpRequest,
    person: Person,
    kind: str,
    content: dict[str, Any],
    *,
    draft_id: str | None = None,
    fault: Fault | None = None,
    saved: Mapping[str, Any] | None = None,
    clash: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    basis, body = content.get("basis") or {}, content.get("body") or {}
    instrument = basis.get("instrument") or DEFAULT_INSTRUMENT
    form = queries.form_page(person, kind, instrument)
    language = get_language() or "en"
    written = boxes((*dossiers.texts_of(kind, "request"), WHY), content.get("texts") or (), language)
    fields = place_texts(
        _reader(form.schema, person, kind, instrument).fields(body, wrong_field(fault)), written
    )
    kept = queries.draft_page(person, draft_id) if draft_id else None
    context = {
        "kind": kind,
        "form": form,
        "sections": _sections(kind, instrument, body, fields, written),
        "why": next(row for row in written if row["field"] == WHY),
        "instruments": instruments(),
        "instrument": instrument,
        "provision": basis.get("provision") or provision_of(kind, instrument),
        "addressees": [_addressee(row, language) for row in form.addressees],
        "to": [f"{row.get('state')}/{row.get('authority')}" for row in addressed(content.get("to"))],
        "several": dossiers.REGISTRY[kind].several,
        "reference": content.get("reference") or "",
        "follows": asked_before(person, kind),
        "followed": content.get("follows") or "",
        "cases": [row for row in queries.cases_list(person) if not (row.made_available or row.closed_at)],
        "in_case": content.get("case") or "",
        "earlier": queries.earlier(person) if draft_id is None and request.method != "POST" else (),
        "draft_id": draft_id,
        "kept": kept,
        "saved": saved,
        "taken": [label(kind, path) for path in saved["taken"]] if saved else [],
        "base": json.dumps(_agreed(request, content, kept, saved, clash, fault)),
        "clash": clash,
        "clashes": [_clash_row(kind, each) for each in clash["clashes"]] if clash else [],
        "fault": fault,
        "zones": zones(),
        "languages": language_offers(),
        "may_sign": person.may("act.sign"),
        "text_limit": 200_000,
        "draft_limit": 1024 * 1024,
    } | beside(person, kind, content)
    return show(
        request, person, "request", context, status=409 if clash else status_of(fault) if fault else 200
    )


def _agreed(
    request: HttpRequest,
    content: Mapping[str, Any],
    kept: Any,
    saved: Mapping[str, Any] | None,
    clash: Mapping[str, Any] | None,
    fault: Fault | None,
) -> dict[str, str]:
    """The digests the page goes out with: what it shows where that is kept, what it began from where it is not."""
    if clash is not None:
        return dict(clash["base"])
    if saved is not None:
        return digests(saved["content"])
    if fault is not None and kept is not None:
        return digests(kept.content) if request.POST.get("base") is None else _base(request)
    return digests(kept.content) if kept is not None else {}


def _sections(
    kind: str, instrument: str, body: Mapping[str, Any], fields: list[Field], written: list[dict[str, str]]
) -> list[sections.Section]:
    form = law.form(kind, instrument, on=_today())
    folded = sections.unneeded(kind, form, body, (each.code for each in fields))
    return sections.lay_out(fields, written, {each.id for each in form.contents}, folded)


def beside(person: Person, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """All that is told beside a form: advice, how each section stands, which departures are named."""
    told = queries.advise(person, kind, content)
    body, texts = content.get("body") or {}, content.get("texts") or []
    instrument = str((content.get("basis") or {}).get("instrument") or DEFAULT_INSTRUMENT)
    language = get_language() or "en"
    written = boxes(dossiers.texts_of(kind, "request"), texts, language)
    form = queries.form_page(person, kind, instrument)
    fields = place_texts(Reader(form.schema, {}, skip=_APART).fields(body), written)
    rows = _sections(kind, instrument, body, fields, written)
    filled = {code for code, value in body.items() if value} | {str(row["field"]) for row in texts}
    lacking = {row.item for row in told.items if row.standing == "missing"}
    return {
        "kind": kind,
        "advice": told,
        "steps": sections.progress(rows, lacking, filled),
        "named": {(str(each.get("code")), str(each.get("item"))) for each in body.get("departures") or ()},
        "wrong_count": sum(each.checked.verdict != "good" for each in told.identifiers),
    }


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


def label(kind: str, path: str) -> str:
    """What a place in a draft is called: `body.necessity.reasons`, `texts.necessity`, `basis.instrument`."""
    parts = [each for each in path.split(".") if each not in ("body",) and not each.isdigit()]
    if parts and parts[0] == "texts":
        return naming.say("text", kind, parts[-1])
    named = {"to": "request.to", "basis": "request.instrument", "reference": "request.reference"}
    if parts and parts[0] in named:
        return naming.say(named[parts[0]])
    return " / ".join(naming.say("field", kind, each) for each in parts)


def _clash_row(kind: str, each: Clash) -> dict[str, Any]:
    return {
        "path": each.path,
        "label": label(kind, each.path),
        "mine": _plain(each.path, each.mine),
        "theirs": _plain(each.path, each.theirs),
    }


def _plain(path: str, value: Any) -> list[str]:
    """A value as lines a person can compare."""
    if value is None:
        return []
    if isinstance(value, Mapping) and "text" in value:
        return [str(value["text"])]
    rows = naming.rows({path.rpartition(".")[2]: value})
    return [str(one) for row in rows for one in row.get("values", ())] or [str(value)]


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


def _sends(person: Person, kind: str) -> None:
    person.require("draft.write")
    if kind not in queries.kinds(person):
        raise NotFound


def provision_of(kind: str, instrument: str) -> str:
    """The provision the form itself rests on, as the law data names it; empty where it is not in the data."""
    found = law.form(kind, instrument, on=_today())
    return str(getattr(found, "ref", "") or "")


def _today() -> date:
    return house().clock().date()


def _clock(at: Any) -> str:
    return str(at.astimezone(UTC).strftime("%H:%M:%S UTC"))


def _kind_row(kind: str) -> dict[str, str]:
    form = law.form(kind, DEFAULT_INSTRUMENT, on=_today())
    return {"kind": kind, "cite": form.cite()}


def _addressee(row: dict[str, Any], language: str) -> dict[str, str]:
    return {
        "value": f"{row['state']}/{row['authority']}",
        "label": f"{naming.chosen(row.get('names') or {}, language) or row['state']}: "
        f"{naming.chosen(row.get('authority_names') or {}, language) or row['authority']}",
    }
