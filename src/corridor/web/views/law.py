"""The pages of the law: public like the treaty they tell, and the same pages with a State's own answers for its people.

Nothing here reads a case. A stranger's page is made from the law data alone and asks the database nothing. A node that
wants no public pages says so in node.toml; they are then shown to signed-in people only.
"""

from __future__ import annotations

import functools
import hashlib
from datetime import date
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from corridor.casework import queries
from corridor.casework.access import RIGHTS, Person, person_of
from corridor.faults import Fault
from corridor.law import site
from corridor.law.errors import LawFault
from corridor.web.pages import fault_page, home_state, status_of

#: What a form of these pages may ask; anything else in an address is not read.
ASKED = ("a", "b", "on", "form", "offence", "article", "q")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: What a page may give to be saved.
_SAVED = {".csv": "text/csv", ".md": "text/markdown"}
_LONGEST = 120


def page(request: HttpRequest, slug: str = "home") -> HttpResponseBase:
    """One page of the law, for anybody; within the desk's frame for somebody signed in."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    person = _person(request)
    if person is None and not _public():
        return redirect(f"{reverse('web:sign-in')}?next={quote(request.get_full_path())}")
    ctx = _context(request, person)
    try:
        made = site.render(slug, ctx)
    except LawFault as fault:
        return fault_page(request, fault, status=_status(fault))
    shared = {
        "page": made,
        "fragment": SafeString(made.html),
        "menu": SafeString(site.menu(ctx, made.section)),
        "style": ctx.links.asset("law.css"),
        "scripts": [ctx.links.asset(name) for name in (*made.scripts, "law.js")],
        "brand": ctx.t("site.name"),
        "brand_sub": ctx.t("site.sub"),
        "foot": ctx.t("site.foot"),
        "here": "law",
        "state": person.state if person else home_state(),
    }
    if person is None:
        return render(request, "web/law_public.html", shared)
    rights = frozenset(right for right in RIGHTS if person.may(right))
    return render(request, "web/law.html", shared | {"person": person, "person_rights": rights})


def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """What can be saved from a page: made with it, for the same reader, and never kept by anybody between."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    person = _person(request)
    if person is None and not _public():
        return redirect(f"{reverse('web:sign-in')}?next={quote(request.get_full_path())}")
    try:
        body = dict(site.render(slug, _context(request, person)).files).get(name)
        if body is None:
            raise LawFault("law.site.no-page", page=name[:_LONGEST], near=slug)
    except LawFault as fault:
        return fault_page(request, fault, status=_status(fault))
    response = HttpResponse(body, content_type=f"{_SAVED[Path(name).suffix]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def asset(request: HttpRequest, name: str) -> HttpResponseBase:
    """A style or script of these pages. Only names of ours are ever opened."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not _public() and _person(request) is None:
        return redirect(reverse("web:sign-in"))
    body = _files().get(name)
    if body is None:
        return fault_page(request, LawFault("law.site.no-page", page=name, near="home"), status=404)
    response = HttpResponse(body, content_type=f"{_TYPES[Path(name).suffix]}; charset=utf-8")
    fixed = request.GET.get("v") == version()
    response["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "public, max-age=300"
    return response


@functools.cache
def _files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in site.ASSETS.iterdir() if file.suffix in _TYPES}


@functools.cache
def version() -> str:
    """Changes when a style or script does, so that a browser may keep them for good."""
    joined = hashlib.sha256()
    for name, body in sorted(_files().items()):
        joined.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
    return joined.hexdigest()[:12]


@functools.lru_cache(maxsize=2)
def _answers(on: date) -> site.Answers:
    return site.Answers(on)


def _public() -> bool:
    node = getattr(settings, "NODE", None)
    return node is None or bool(node.law_public)


def _person(request: HttpRequest) -> Person | None:
    """Who is signed in, or None: a login without an officer reads these pages as a stranger does."""
    if not request.user.is_authenticated:
        return None
    try:
        return person_of(request.user)
    except Fault:
        return None


def _context(request: HttpRequest, person: Person | None) -> site.Context:
    query = {
        name: request.GET[name].strip()[:_LONGEST] for name in ASKED if request.GET.get(name, "").strip()
    }
    reader = person if person is not None and person.may("law.read") else None
    return site.Context(
        _answers(timezone.now().date()),
        site.NodeLinks(root=reverse("web:law"), version=version()),
        language=get_language() or "en",
        query=query,
        home=person.state if person else "",
        own=reader is not None,
        own_answers=queries.gap_answers(reader) if reader else (),
        own_progress=queries.law_progress(reader) if reader else (),
        confirmed=queries.law_confirmed(reader).cites if reader else frozenset(),
    )


def _status(fault: LawFault) -> int:
    """An address that names nothing is not found; a question that cannot be answered is told like any fault."""
    missing = ("law.site.no-page", "law.article.not-in-data", "law.state.unknown", "law.form.unknown-kind")
    return 404 if fault.code in missing else status_of(fault)
