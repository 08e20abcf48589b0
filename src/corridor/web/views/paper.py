"""Paper: the book of States without a node, papers to send and marked as sent, answers entered with their scan."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor import dossier as dossiers
from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.actions.paper import CHANNELS, SCAN_MOST
from corridor.casework.fault import Moved, NotFound
from corridor.dossier.kinds import REGISTRY
from corridor.faults import Fault
from corridor.web.forms.offers import choices, grounds, language_offers
from corridor.web.forms.schema import ZONES, Reader
from corridor.web.forms.writing import boxes, read_conditions, read_texts
from corridor.web.pages import WebFault, posted, show, status_of, wrong_field
from corridor.web.uploads import uploaded
from corridor.web.views.asking import place_texts
from corridor.web.views.dossier import dossier_context

#: What only a node can hand over, or say of itself: on paper it is not there.
SKIP = ("package", "packages", "custody", "departures")


def peers(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The book of States without a node: whom a request may be written to on paper."""
    rows = queries.paper_peers(person)
    given = {name: request.POST.get(name, "").strip() for name in ("state", "authority", "name", "address")}
    fault: Fault | None = None
    if request.method == "POST":
        person.require("paper.peers")
        try:
            actions.save_paper_peer(person, **given)
            return redirect("web:paper-peers")
        except Fault as error:
            fault = error
    elif chosen := request.GET.get("edit", ""):
        row = next((each for each in rows if each.authority == chosen), None)
        if row is not None:
            given = {"state": row.state, "authority": row.authority, "name": row.name, "address": row.address}
    context = {"rows": rows, "given": given, "fault": fault}
    return show(request, person, "paper_peers", context, status=status_of(fault) if fault else 200)


def file(request: HttpRequest, person: Person, paper_id: str) -> HttpResponseBase:
    """The signed PDF, to be saved as it is: opening and saving it again would end its signature."""
    name, data = queries.paper_file(person, paper_id)
    return _saved(data, name, "application/pdf")


def scan(request: HttpRequest, person: Person, scan_id: str) -> HttpResponseBase:
    """A scan as it was given. It comes from outside: it is saved, never shown in the page."""
    name, data = queries.scan_file(person, scan_id)
    return _saved(data, name, "application/octet-stream")


def courier(request: HttpRequest, person: Person, act_id: str, state: str) -> HttpResponseBase:
    """A letter that waits for a node, as a file to carry there by hand."""
    name, data = queries.courier_file(person, act_id, state)
    return _saved(data, name, "application/octet-stream")


def sent(request: HttpRequest, person: Person, dossier_id: str, paper_id: str) -> HttpResponseBase:
    """Say when and how a paper went out."""
    found = queries.dossier_page(person, dossier_id)
    person.require("paper.send")
    row = next((one for one in queries.papers_of(person, dossier_id).out if one.id == paper_id), None)
    if row is None:
        raise NotFound
    given = {name: request.POST.get(name, "").strip() for name in ("day", "channel", "tracking")}
    fault: Fault | None = None
    if request.method == "POST":
        try:
            actions.mark_paper_sent(person, paper_id, **given)
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    context = dossier_context(person, found) | {
        "row": row,
        "given": given,
        "channels": CHANNELS,
        "wrong": wrong_field(fault),
        "fault": fault,
    }
    return show(request, person, "paper_sent", context, status=status_of(fault) if fault else 200)


def receive(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Enter an answer that came on paper: which act it is, what it says, its scan. Or file it as it is."""
    found = queries.dossier_page(person, dossier_id)
    asked = request.POST if request.method == "POST" else request.GET
    state, act = asked.get("state", ""), asked.get("act", "")
    page = queries.enter_page(person, dossier_id, state, act)
    schema = page.schema
    if schema is None and act in REGISTRY[found.kind].bodies and act != "request":
        schema = dossiers.schema(found.kind, act)  # the dossier moved meanwhile: show what was written
    reader = Reader(schema or {}, _offers(found.kind, found.instrument, act), skip=SKIP)
    values = posted(request)
    body = reader.body(values) if schema is not None and request.method == "POST" else {}
    texts = read_texts(values)
    fault: Fault | None = None
    changed: Any = ()
    if request.method == "POST":
        try:
            scanned = uploaded(request, "scan")
            if scanned is None:
                raise WebFault("web.check.no-scan")
            actions.receive_paper(
                person,
                dossier_id,
                state=page.state,
                act=act,
                body=body,
                texts=texts,
                conditions=read_conditions(values),
                scan=scanned,
                received=request.POST.get("received", ""),
                dated=request.POST.get("dated", ""),
                reference=request.POST.get("reference", ""),
                secret=request.POST.get("secret", ""),
                seen=tuple(each for each in values.get("seen", ()) if each),
            )
            return redirect("web:dossier", dossier_id=dossier_id)
        except Moved as moved:
            fault = moved
            changed = queries.changes(person, dossier_id, tuple(values.get("seen", ())))
        except Fault as error:
            fault = error
    return _entering(
        request, person, found, page, act, reader if schema else None, body, texts, fault, changed
    )


def _entering(
    request: HttpRequest,
    person: Person,
    found: Any,
    page: Any,
    act: str,
    reader: Reader | None,
    body: dict[str, Any],
    texts: list[dict[str, str]],
    fault: Fault | None,
    changed: Any,
) -> HttpResponseBase:
    wrong = wrong_field(fault)
    fields = reader.fields(body, wrong) if reader is not None else []
    named = dossiers.texts_of(found.kind, act) if reader is not None else ()
    written = boxes(named, texts, get_language() or "en")
    context = dossier_context(person, found) | {
        "page": page,
        "entering": act,
        "chosen": reader is not None or act == "file",
        "fields": place_texts([each for each in fields if each.code != "ground"], written),
        "grounds": grounds(found.kind, found.instrument) if act in ("refuse", "postpone") else [],
        "ground": body.get("ground", ""),
        "other_ground": next((each for each in request.POST.getlist("body.ground")[-1:]), ""),
        "texts": [
            row
            for row in written
            if row["field"] not in {each.code for each in fields}
            and not row["field"].startswith("conditions.")
        ],
        "given": {name: request.POST.get(name, "") for name in ("received", "dated", "reference")},
        "wrong": wrong,
        "seen": page.heads,
        "fault": fault,
        "changed": changed,
        "zones": ZONES,
        "languages": language_offers(),
        "may_sign": person.may("act.sign"),
        "scan_most": SCAN_MOST,
    }
    return show(request, person, "paper_received", context, status=status_of(fault) if fault else 200)


def _offers(kind: str, instrument: str, act: str) -> dict[str, Any]:
    offers: dict[str, Any] = choices(kind, instrument)
    if act in ("refuse", "postpone", "consult"):
        offers["ground"] = [(row["id"], row["text"]) for row in grounds(kind, instrument)]
    return offers


def _saved(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
