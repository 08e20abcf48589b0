"""Evidence: sealed from the browser or the server's folder; received packages checked, opened, downloaded.

Nothing is ever previewed. A download is a stream of blocks with a name, never a page. A secret lives in the form
that posts it and in no answer.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from corridor.casework import actions, queries
from corridor.casework.access import Person
from corridor.casework.use import MATTER, ONWARD, USES, Purpose
from corridor.faults import Fault
from corridor.web.forms.offers import states
from corridor.web.pages import WebFault, show, status_of
from corridor.web.views.dossier import dossier_context


def add(request: HttpRequest, person: Person, dossier_id: str) -> HttpResponseBase:
    """Two ways in: files of this browser (sent in parts by the API), or the server's own folder (posted here)."""
    found = queries.dossier_page(person, dossier_id)
    person.require("evidence.add")
    fault: Fault | None = None
    if request.method == "POST":
        try:
            person.require("evidence.seal")
            paths = request.POST.getlist("path")
            if not paths:
                raise WebFault("web.form.paths")
            actions.seal_from_server(person, dossier_id, paths=paths, secret=request.POST.get("secret", ""))
            return redirect("web:dossier", dossier_id=dossier_id)
        except Fault as error:
            fault = error
    context = dossier_context(person, found) | {
        "paths": actions.server_folder(person),
        "picked": request.POST.getlist("path"),
        "fault": fault,
        "may_seal": person.may("evidence.seal"),
    }
    return show(request, person, "evidence_add", context, status=status_of(fault) if fault else 200)


def package(request: HttpRequest, person: Person, package_id: str) -> HttpResponseBase:
    """One package: how it stands, checking it, opening it."""
    return _show(request, person, package_id, {})


def check(request: HttpRequest, person: Person, package_id: str) -> HttpResponseBase:
    """Check it against its own manifest, signatures and custody; no secret is needed."""
    found = actions.check_package(person, package_id)
    if request.headers.get("HX-Request"):
        return show(request, person, "_check", {"check": found})
    return _show(request, person, package_id, {"check": found})


def open_(request: HttpRequest, person: Person, package_id: str) -> HttpResponseBase:
    """List what is inside. With htmx the secret stays in the field, for the downloads that follow."""
    live = bool(request.headers.get("HX-Request"))
    try:
        found = actions.open_evidence(
            person, package_id, secret=request.POST.get("secret", ""), purpose=_purpose(request)
        )
    except Fault as fault:
        if live and status_of(fault) != 404:
            return show(request, person, "_items", {"fault": fault})
        if status_of(fault) == 404:
            raise
        return _show(request, person, package_id, {"fault": fault}, status_of(fault))
    if live:
        return show(request, person, "_items", {"opened": found})
    return _show(request, person, package_id, {"opened": found})


def download(request: HttpRequest, person: Person, package_id: str) -> HttpResponseBase:
    """One item, decrypted as it leaves; in blocks of at most 1 MiB so that memory stays flat."""
    item, _, name = request.POST.get("item", "").partition("/")
    try:
        blocks = actions.read_item(
            person,
            package_id,
            item=item,
            secret=request.POST.get("secret", ""),
            acknowledged=request.POST.get("acknowledged") == "yes",
            purpose=_purpose(request),
        )
        first = next(iter_ := iter(blocks), b"")
    except Fault as fault:
        if status_of(fault) == 404:
            raise
        return _show(request, person, package_id, {"fault": fault}, status_of(fault))
    return stream(_joined(first, iter_), name or item)


def _purpose(request: HttpRequest) -> Purpose:
    """What the officer says the package is opened for; nothing said is the matter it was given for."""
    post = request.POST
    use = post.get("use") or MATTER
    return Purpose(use, post.get("to", "") if use == ONWARD else "", post.get("matter", ""))


def _joined(first: bytes, rest: Any) -> Any:
    if first:
        yield first
    yield from rest


def stream(blocks: Any, name: str) -> StreamingHttpResponse:
    """An answer no browser shows: bytes to save under the last part of `name`."""
    short = name.replace("\\", "/").rpartition("/")[2] or "item"
    response = StreamingHttpResponse(blocks, content_type="application/octet-stream")
    plain = (
        "".join(each if each.isalnum() or each in "-_. " else "_" for each in short if each.isascii())
        or "item"
    )
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(short, safe='')}"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _show(
    request: HttpRequest, person: Person, package_id: str, more: dict[str, Any], status: int = 200
) -> HttpResponseBase:
    row = queries.package_row(person, package_id)
    shared: dict[str, Any] = {
        "p": row,
        "dossier": queries.package_dossier(person, package_id),
        "terms": queries.use_terms(person, package_id),
        "uses": USES,
        "purpose": _purpose(request),
        "states": [each for each in states() if each[0] != person.state],
    }
    try:
        shared["hands"] = queries.hands(person, package_id)
    except Fault as fault:  # what stands in custody/ or trust/ cannot be read: checking says which, and why
        shared["hands_fault"] = fault
    return show(request, person, "package", shared | more, status=status)
