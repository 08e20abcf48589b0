"""Signing in and out. A login opens pages; it signs nothing."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from corridor.casework import actions
from corridor.casework.models import User
from corridor.faults import Fault
from corridor.web.pages import WebFault, home_state, status_of


def check(request: HttpRequest, username: str, password: str) -> User:
    """The login behind a name and password, each try written down. Raises WebFault."""
    # JSON can carry half a character, or a null, which no name or password has and PostgreSQL does not take.
    username, password = (
        each.encode(errors="replace").decode().replace("\0", "?") for each in (username, password)
    )
    if actions.too_many(username):
        raise WebFault("web.sign-in.too-many")
    user = authenticate(request, username=username, password=password)
    found = user if isinstance(user, User) else None
    actions.signed_in(username, found, succeeded=found is not None)
    if found is None:
        raise WebFault("web.sign-in.wrong")
    return found


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The only page, with the static files, that somebody unknown may see."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    where = _where(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(where)
        return _form(request, where)
    username = request.POST.get("username", "").strip()[:80]
    try:
        user = check(request, username, request.POST.get("password", ""))
    except Fault as fault:
        return _form(request, where, username, fault)
    login(request, user)
    return redirect(where)


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ends the session; by POST only, so that no link can do it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    logout(request)
    return redirect("web:sign-in")


def _where(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("web:desk")


def _form(request: HttpRequest, where: str, username: str = "", fault: Fault | None = None) -> HttpResponse:
    status = 200 if fault is None else status_of(fault)
    context = {"next": where, "username": username, "fault": fault, "state": home_state()}
    return render(request, "web/sign_in.html", context, status=status)
