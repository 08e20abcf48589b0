"""The JSON API under /api/v1: everything the desk can do, through the same actions and queries, for programs.

`POST login` gives a token, sent as `Authorization: Bearer TOKEN`; a browser's own session works too, with its CSRF
token. A fault is told as `Fault.as_json()` with the status the pages use. Evidence comes and goes as raw bytes.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login as open_session
from django.contrib.auth import logout as end_session
from django.contrib.sessions.backends.base import SessionBase
from django.db import DataError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie, HttpBearer
from pydantic import Field

from corridor import __version__
from corridor.casework import actions, queries
from corridor.casework.access import Person, person_of
from corridor.casework.fault import Moved, NotFound
from corridor.faults import Fault
from corridor.web.api_cases import cases
from corridor.web.api_evidence import evidence
from corridor.web.api_national import national
from corridor.web.calls import Json, Secret, who
from corridor.web.pages import WebFault, status_of
from corridor.web.views.evidence import stream
from corridor.web.views.sign import check


class Token(HttpBearer):
    """The session a login opened, named by its key."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        from django.conf import settings
        from django.contrib.auth import get_user

        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        session = store(session_key=token)
        if not session.exists(token):
            return None
        request.session = session
        return _person(request, get_user(request))


class Browser(APIKeyCookie):
    """The browser's own session; unsafe methods need the page's CSRF token."""

    def __init__(self) -> None:
        from django.conf import settings

        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        return _person(request, request.user)


def _person(request: HttpRequest, user: Any) -> Person | None:
    """Nobody signed in, disabled, or no officer: the same as no token."""
    if not user.is_authenticated:
        return None
    request.user = user
    try:
        return person_of(user)
    except NotFound:
        return None


api = NinjaAPI(
    title="Corridor desk",
    version=__version__,
    description="One State's desk. Every call acts for the officer who signed in.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    auth=[Token(), Browser()],
)
people = Router(tags=["people"])
dossiers = Router(tags=["dossiers"])
drafts = Router(tags=["drafts"])


@api.exception_handler(Fault)
def _fault(request: HttpRequest, fault: Fault) -> HttpResponse:
    told = fault.as_json()
    if isinstance(fault, Moved):
        told |= {"since": list(fault.since), "heads": list(fault.heads)}
    return api.create_response(request, told, status=status_of(fault))


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    place = ".".join(str(each) for each in error.errors[0].get("loc", ())) if error.errors else "body"
    return _fault(request, WebFault("web.api.body", field=place))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 403:  # the browser's session without the page's token
        return _fault(request, WebFault("web.form.stale"))
    return _fault(request, WebFault("web.api.body", field="body"))


@api.exception_handler(DataError)
def _unfit(request: HttpRequest, error: DataError) -> HttpResponse:
    """A text no database column takes (a null character, on PostgreSQL)."""
    return _fault(request, WebFault("web.api.body", field="body"))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = api.create_response(request, WebFault("web.api.token").as_json(), status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


# -- what calls carry -----------------------------------------------------------------------------------------------


class Login(Schema):
    username: str = Field(max_length=80)
    password: str


class Content(Schema):
    to: dict[str, str] | list[dict[str, str]] | None = None  # several where the kind is among several States
    basis: dict[str, str] | None = None
    body: Json = {}
    texts: list[dict[str, str]] = []
    conditions: list[Json] = []
    reference: str = ""
    follows: str | None = None
    case: str | None = None  # the case a dossier opened by it is put into


class DraftIn(Content):
    kind: str
    act: str = "request"
    dossier: str | None = None
    revision: str | None = None  # the one read: kept only in its place


class RevisionIn(Schema):
    """The revision of a draft the caller read."""

    revision: str


class ReturnIn(RevisionIn):
    remark: str
    language: str = "en"


class DraftSignIn(RevisionIn, Secret):
    """Sign a draft exactly as that revision holds it."""

    departures: list[Json] = []
    departure_reason: dict[str, str] | None = None


class ActIn(Content, Secret):
    """An act to sign. Opening: no dossier; `kind`, `to` and `basis` given. Otherwise `dossier` and `seen`."""

    act: str
    dossier: str | None = None
    kind: str | None = None
    seen: list[str] = []
    attachments: list[Json] = []
    packages: list[str] = []  # of an act that hands evidence over or confirms it
    departures: list[Json] = []  # each {code, item?, ref?}: what the officer knows to depart from the rules
    departure_reason: dict[str, str] | None = None  # {language, text}
    override_reason: str | None = None
    draft: str | None = None
    revision: str | None = None
    measure_entry: str | None = (
        None  # a domestic measure of the national file, whose coded facts the act names
    )


class HandoverIn(Secret):
    packages: list[str]
    seen: list[str]
    body: Json = {}
    texts: list[dict[str, str]] = []
    conditions: list[Json] = []


class MoveIn(Secret):
    authority: str
    reason: str
    language: str = "en"


class ShareIn(Secret):
    authority: str


class MissingIn(Schema):
    kind: str
    instrument: str = "UNCC_2024"
    body: Json = {}
    texts: list[dict[str, str]] = []


class OfficerIn(Schema):
    username: str
    name: str
    role: str
    password: str = Field(repr=False)
    secret: str = Field("", repr=False)
    passphrase: str = Field(repr=False)


class ResetIn(Schema):
    passphrase: str = Field(repr=False)
    password: str | None = Field(None, repr=False)
    secret: str | None = Field(None, repr=False)


def _words(given: Any) -> tuple[list[Json], list[dict[str, str]]]:
    """Conditions with their words beside them become conditions by id and texts of field `conditions.<id>`."""
    conditions: list[Json] = []
    texts = list(given.texts)
    for one in given.conditions:
        code = str(one.get("code", ""))
        name = str(one.get("id") or code)
        conditions.append({"id": name, "code": code})
        if one.get("text"):
            language = str(one.get("language", "en"))
            texts.append({"field": f"conditions.{name}", "language": language, "text": str(one["text"])})
    return conditions, texts


# -- signing in -----------------------------------------------------------------------------------------------------


@api.post("/login", auth=None, summary="Sign in; answers with a token", tags=["session"])
def login(request: HttpRequest, given: Login) -> Json:
    if request.content_type != "application/json":  # no form of another site signs anybody in
        raise WebFault("web.api.body", field="content-type")
    user = check(request, given.username.strip(), given.password)
    person = _as_json(person_of(user))
    open_session(request, user)
    return {"token": request.session.session_key, "person": person}


@api.post("/logout", summary="End the session of this token", tags=["session"])
def logout(request: HttpRequest) -> Json:
    who(request)
    end_session(request)
    return {}


@api.get("/me", summary="Who this token acts for", tags=["session"])
def me(request: HttpRequest) -> Json:
    return _as_json(who(request))


def _as_json(person: Person) -> Json:
    return {
        "name": person.name,
        "number": person.number,
        "state": person.state,
        "authority": person.authority,
        "role": person.role,
        "sends": sorted(person.sends),
        "receives": sorted(person.receives),
        "powers": sorted(person.powers),
    }


# -- desk and drafts ------------------------------------------------------------------------------------------------


@dossiers.get("/desk", summary="What needs me now, what waits on the other side, clocks")
def desk(request: HttpRequest) -> Json:
    return queries.desk(who(request)).to_dict()


@drafts.get("/kinds", summary="Kinds of request my authority sends")
def kinds(request: HttpRequest) -> Json:
    return {"kinds": list(queries.kinds(who(request)))}


@drafts.get("/forms/{kind}", summary="What a new request of a kind needs")
def form(request: HttpRequest, kind: str, instrument: str = "UNCC_2024") -> Json:
    return queries.form_page(who(request), kind, instrument).to_dict()


@drafts.post("/missing", summary="What a request would still lack; nothing is kept")
def missing(request: HttpRequest, given: MissingIn) -> Json:
    who(request).require("draft.write")
    rows = queries.missing(given.kind, given.instrument, given.body, given.texts)
    return {"missing": [row.to_dict() for row in rows]}


@drafts.post("/drafts", summary="Begin a draft")
def begin(request: HttpRequest, given: DraftIn) -> Json:
    return _keep(who(request), given, None)


@drafts.put("/drafts/{draft_id}", summary="Write a draft again")
def rewrite(request: HttpRequest, draft_id: str, given: DraftIn) -> Json:
    return _keep(who(request), given, draft_id)


@drafts.get("/drafts/{draft_id}", summary="One draft with what it lacks")
def draft(request: HttpRequest, draft_id: str) -> Json:
    return queries.draft_page(who(request), draft_id).to_dict()


@drafts.delete("/drafts/{draft_id}", summary="Throw a draft away")
def discard(request: HttpRequest, draft_id: str) -> Json:
    actions.discard_draft(who(request), draft_id)
    return {}


def _keep(person: Person, given: DraftIn, draft_id: str | None) -> Json:
    content = given.dict(include=set(Content.model_fields))
    saved = actions.save_draft(
        person,
        draft_id=draft_id,
        dossier_id=given.dossier,
        kind=given.kind,
        act=given.act,
        content=content,
        revision=given.revision,
    )
    return saved.to_dict()


@drafts.post("/advice", summary="What is told of a request as drafted: what departs, both laws, identifiers")
def advice(request: HttpRequest, given: DraftIn) -> Json:
    content = given.dict(include=set(Content.model_fields))
    return queries.advise(who(request), given.kind, content).to_dict()


@drafts.post("/drafts/{draft_id}/submit", summary="Hand a draft to the signatories")
def submit(request: HttpRequest, draft_id: str, given: RevisionIn) -> Json:
    return actions.submit_draft(who(request), draft_id, revision=given.revision).to_dict()


@drafts.post("/drafts/{draft_id}/return", summary="Give a draft back with a remark")
def give_back(request: HttpRequest, draft_id: str, given: ReturnIn) -> Json:
    saved = actions.return_draft(
        who(request), draft_id, revision=given.revision, remark=given.remark, language=given.language
    )
    return saved.to_dict()


@drafts.post("/drafts/{draft_id}/sign", summary="Sign a request exactly as a revision holds it")
def sign_kept(request: HttpRequest, draft_id: str, given: DraftSignIn) -> Json:
    signed = actions.sign_draft(
        who(request),
        draft_id,
        revision=given.revision,
        secret=given.secret,
        departures=given.departures,
        departure_reason=given.departure_reason,
    )
    return signed.to_dict()


# -- dossiers -------------------------------------------------------------------------------------------------------


@dossiers.post("/acts", summary="Sign an act: open a dossier or carry one on")
def sign(request: HttpRequest, given: ActIn) -> Json:
    conditions, texts = _words(given)
    signed = actions.sign_act(
        who(request),
        act=given.act,
        secret=given.secret,
        dossier_id=given.dossier,
        kind=given.kind,
        body=given.body,
        texts=texts,
        conditions=conditions,
        attachments=given.attachments,
        seen=tuple(given.seen),
        to=given.to,
        basis=given.basis,
        reference=given.reference,
        follows=given.follows,
        case_id=given.case,
        departures=given.departures,
        departure_reason=given.departure_reason,
        override_reason=given.override_reason,
        draft_id=given.draft,
        revision=given.revision,
        measure_entry=given.measure_entry,
        packages=tuple(given.packages),
    )
    return signed.to_dict()


@dossiers.get(
    "/dossiers/{dossier_id}", summary="A dossier as its page shows it; `heads` is what one signs from"
)
def dossier(request: HttpRequest, dossier_id: str) -> Json:
    return queries.dossier_page(who(request), dossier_id).to_dict()


@dossiers.get("/dossiers/{dossier_id}/changes", summary="Acts since the heads in `seen` (comma-separated)")
def changes(request: HttpRequest, dossier_id: str, seen: str) -> Json:
    known = tuple(each for each in seen.split(",") if each)
    rows = queries.changes(who(request), dossier_id, known)
    return {"changes": [row.to_dict() for row in rows]}


@dossiers.post("/dossiers/{dossier_id}/deliver", summary="Sign the hand-over of sealed packages")
def deliver(request: HttpRequest, dossier_id: str, given: HandoverIn) -> Json:
    conditions, texts = _words(given)
    signed = actions.deliver(
        who(request),
        dossier_id,
        packages=given.packages,
        seen=tuple(given.seen),
        secret=given.secret,
        body=given.body,
        texts=texts,
        conditions=conditions,
    )
    return signed.to_dict()


@dossiers.post("/dossiers/{dossier_id}/confirm", summary="Sign that packages arrived whole")
def confirm(request: HttpRequest, dossier_id: str, given: HandoverIn) -> Json:
    signed = actions.confirm(
        who(request),
        dossier_id,
        packages=given.packages,
        seen=tuple(given.seen),
        secret=given.secret,
        body=given.body,
        texts=given.texts,
    )
    return signed.to_dict()


@dossiers.post("/dossiers/{dossier_id}/share", summary="Make the dossier available to another authority here")
def share(request: HttpRequest, dossier_id: str, given: ShareIn) -> Json:
    return actions.make_available(
        who(request), dossier_id, authority=given.authority, secret=given.secret
    ).to_dict()


@dossiers.post("/dossiers/{dossier_id}/move", summary="Hand the dossier to another authority here")
def move(request: HttpRequest, dossier_id: str, given: MoveIn) -> Json:
    return actions.hand_to_authority(
        who(request),
        dossier_id,
        authority=given.authority,
        reason=given.reason,
        language=given.language,
        secret=given.secret,
    ).to_dict()


@dossiers.get("/dossiers/{dossier_id}/export", summary="The dossier as a tar")
def export(request: HttpRequest, dossier_id: str) -> StreamingHttpResponse:
    return stream(queries.export(who(request), dossier_id), f"dossier-{dossier_id[:12]}.tar")


# -- people ---------------------------------------------------------------------------------------------------------


@people.get("/people", summary="Authorities and officers")
def people_list(request: HttpRequest) -> Json:
    return queries.people(who(request)).to_dict()


@people.post("/people", summary="Enrol an officer of my authority")
def enrol(request: HttpRequest, given: OfficerIn) -> Json:
    person = who(request)
    return actions.add_officer(**given.dict(), authority=person.authority, by=person).to_dict()


@people.post("/people/{username}/reset", summary="New password, new signing secret, or both")
def reset(request: HttpRequest, username: str, given: ResetIn) -> Json:
    person = who(request)
    person.require("people.write")
    if username not in {row.username for row in queries.people(person).officers}:
        raise NotFound
    return actions.reset_officer(username=username, **given.dict()).to_dict()


@people.post("/people/{username}/disable", summary="Close a login and destroy its key")
def disable(request: HttpRequest, username: str) -> Json:
    person = who(request)
    person.require("people.write")
    actions.disable_officer(username, by=person)
    return {}


for _router in (dossiers, national, drafts, evidence, people, cases):
    api.add_router("", _router)
