"""What every page shares: who is signed in, and a fault told as a page. Every view runs inside `page`.

Deny by default: a view gets a `Person` or is not run. Absent, not yours and no officer behind the login are one
answer, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from corridor.casework.access import RIGHTS, Person, person_of
from corridor.casework.fault import Moved, NotAllowed, NotFound
from corridor.faults import Fault, Side

View = Callable[..., HttpResponseBase]

#: Faults that have a status of their own; others are told by the side that can act.
_STATUS: dict[str, int] = {
    "casework.secret.wrong": 403,
    "casework.secret.too-many": 429,
    "casework.people.passphrase": 403,
    "web.sign-in.wrong": 401,
    "web.form.stale": 403,
    "web.sign-in.too-many": 429,
}
_SIDES = {Side.OURS: 422, Side.THEIRS: 409, Side.OPERATOR: 503}


class WebFault(Fault):
    """Something asked of a page or the API that is not of its form."""


def status_of(fault: Fault) -> int:
    """The HTTP status of a fault, the same for pages and API."""
    if isinstance(fault, NotFound):
        return 404
    if isinstance(fault, NotAllowed):
        return 403
    if isinstance(fault, Moved):
        return 409
    return _STATUS.get(fault.code) or _SIDES[fault.side]


def page(view: View, *methods: str) -> View:
    """Run `view(request, person, **kwargs)` for a signed-in person and tell its faults."""
    allowed = methods or ("GET", "HEAD")

    def run(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            where = reverse("web:sign-in")
            if request.method in ("GET", "HEAD") and request.path != reverse("web:desk"):
                where += f"?next={quote(request.get_full_path())}"
            return redirect(where)
        try:
            person = person_of(request.user)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, person, **kwargs)
        except Fault as fault:
            return fault_page(request, fault)

    run.__name__ = getattr(view, "__name__", "page")
    run.__doc__ = view.__doc__
    return run


def fault_page(request: HttpRequest, fault: Fault, status: int = 0) -> HttpResponse:
    """A fault as a page of its own. It carries nothing of the request, so equal faults give equal bytes."""
    values = {"fault": fault, "state": home_state()}
    return render(request, "web/fault.html", values, status=status or status_of(fault))


def show(
    request: HttpRequest, person: Person, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page of the desk."""
    rights = frozenset(right for right in RIGHTS if person.may(right))
    shared = {"person": person, "person_rights": rights, "state": person.state, "here": template}
    return render(request, f"web/{template}.html", shared | context, status=status)


def home_state() -> str:
    """This node's State, for pages shown before anybody is known."""
    node = getattr(settings, "NODE", None)
    if node is not None:
        return str(node.state)
    from corridor.casework.house import house

    try:
        return house().state
    except RuntimeError:
        return ""


def wrong_field(fault: Fault | None) -> str:
    """The dotted place in the body a fault complains of, where it names one."""
    if fault is None:
        return ""
    return str(fault.facts.get("place") or fault.facts.get("field") or "")


def posted(request: HttpRequest) -> dict[str, list[str]]:
    """Posted values as plain lists."""
    return {str(name): [str(each) for each in values] for name, values in request.POST.lists()}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that is no page reads exactly like a dossier that is not there."""
    return fault_page(request, NotFound())


def refused(request: HttpRequest, reason: str = "", exception: Exception | None = None) -> HttpResponse:
    """A form that came from elsewhere, or after its session ended."""
    return fault_page(request, WebFault("web.form.stale"))


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours went wrong. Nothing about it is shown."""
    return fault_page(request, WebFault("web.page.broken"))
