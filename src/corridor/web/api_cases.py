"""The API's calls about cases: dossiers and persons under them, tables of persons, who owes what, and the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from corridor.casework import actions, queries
from corridor.web.calls import Json, who

cases = Router(tags=["cases"])


class CaseIn(Schema):
    number: str
    title: str = ""


class DossierIn(Schema):
    dossier: str


class OfficeIn(Schema):
    authority: str


class PersonIn(Schema):
    """A person of a case. `revision` is what was read, for one that exists already."""

    role: str
    name: str = ""
    born: str = ""
    since: str = ""
    until: str = ""
    identifiers: list[dict[str, str]] = []
    note: str = ""
    revision: str = ""


class MappingIn(Schema):
    """What each column of a waiting table is; "" leaves one out."""

    mapping: list[str]
    role: str


class WordsIn(Schema):
    """What is looked for: carried in the body, so that no name stands in an address."""

    text: str


@cases.get("/owed", summary="Who owes what to whom, over all dossiers")
def owed(request: HttpRequest) -> Json:
    return queries.owed(who(request)).to_dict()


@cases.post("/search", summary="Search cases, persons, acts and national files")
def search(request: HttpRequest, given: WordsIn) -> Json:
    return queries.search(who(request), given.text).to_dict()


@cases.get("/cases", summary="The cases I may read")
def cases_list(request: HttpRequest) -> Json:
    return {"cases": [row.to_dict() for row in queries.cases_list(who(request))]}


@cases.post("/cases", summary="Open a case")
def begin(request: HttpRequest, given: CaseIn) -> Json:
    return actions.open_case(who(request), **given.dict()).to_dict()


@cases.get("/cases/{case_id}", summary="A case with its dossiers, persons counted, and what is owed")
def case(request: HttpRequest, case_id: str) -> Json:
    return queries.case_page(who(request), case_id).to_dict()


@cases.put("/cases/{case_id}", summary="Another number or title")
def rename(request: HttpRequest, case_id: str, given: CaseIn) -> Json:
    return actions.rename_case(who(request), case_id, **given.dict()).to_dict()


@cases.get("/cases/{case_id}/history", summary="Who changed what, the newest first")
def case_history(request: HttpRequest, case_id: str) -> Json:
    return {"history": [row.to_dict() for row in queries.case_history(who(request), case_id)]}


@cases.post("/cases/{case_id}/close", summary="Close a case")
def close(request: HttpRequest, case_id: str) -> Json:
    return actions.close_case(who(request), case_id).to_dict()


@cases.post("/cases/{case_id}/reopen", summary="Open a closed case again")
def reopen(request: HttpRequest, case_id: str) -> Json:
    return actions.reopen_case(who(request), case_id).to_dict()


@cases.post("/cases/{case_id}/share", summary="Make a case available to another authority here")
def share(request: HttpRequest, case_id: str, given: OfficeIn) -> Json:
    return actions.make_case_available(who(request), case_id, authority=given.authority).to_dict()


@cases.post("/cases/{case_id}/dossiers", summary="Put a dossier into a case")
def attach(request: HttpRequest, case_id: str, given: DossierIn) -> Json:
    return actions.attach_dossier(who(request), case_id, dossier_id=given.dossier).to_dict()


@cases.delete("/cases/{case_id}/dossiers/{dossier_id}", summary="Take a dossier out of a case")
def detach(request: HttpRequest, case_id: str, dossier_id: str) -> Json:
    return actions.detach_dossier(who(request), case_id, dossier_id=dossier_id).to_dict()


# -- persons --------------------------------------------------------------------------------------------------------


@cases.get("/cases/{case_id}/persons", summary="Persons of a case, fifty on a page")
def case_persons(request: HttpRequest, case_id: str, role: str = "", page: int = 1) -> Json:
    return queries.case_persons(who(request), case_id, role=role, page=page).to_dict()


@cases.post("/cases/{case_id}/persons", summary="Add a person to a case")
def add(request: HttpRequest, case_id: str, given: PersonIn) -> Json:
    return actions.save_case_person(who(request), case_id, given=_person(given)).to_dict()


@cases.get("/cases/{case_id}/persons/{person_id}", summary="One person of a case")
def case_person(request: HttpRequest, case_id: str, person_id: str) -> Json:
    return queries.case_person(who(request), case_id, person_id).to_dict()


@cases.put("/cases/{case_id}/persons/{person_id}", summary="Write a person again")
def change(request: HttpRequest, case_id: str, person_id: str, given: PersonIn) -> Json:
    return actions.save_case_person(
        who(request), case_id, given=_person(given), person_id=person_id, revision=given.revision
    ).to_dict()


@cases.delete("/cases/{case_id}/persons/{person_id}", summary="Take a person out of a case")
def remove(request: HttpRequest, case_id: str, person_id: str, revision: str = "") -> Json:
    return actions.remove_case_person(who(request), case_id, person_id=person_id, revision=revision).to_dict()


def _person(given: PersonIn) -> dict[str, Any]:
    return given.dict(exclude={"revision"})


@cases.post("/cases/{case_id}/persons.csv", summary="All persons as CSV that starts no formula")
def export_persons(request: HttpRequest, case_id: str) -> HttpResponse:
    data = actions.export_case_persons(who(request), case_id)
    return HttpResponse(data, content_type="text/csv; charset=utf-8")


@cases.post("/cases/{case_id}/imports", summary="Show how a CSV table (the raw body) would be imported")
def begin_import(request: HttpRequest, case_id: str, role: str = "victim") -> Json:
    person = who(request)
    waiting = actions.begin_import(person, case_id, file=request.body, role=role)
    return queries.import_page(person, case_id, waiting).to_dict()


@cases.get("/cases/{case_id}/imports/{import_id}", summary="A table that waits, as it would be imported now")
def import_table(request: HttpRequest, case_id: str, import_id: str) -> Json:
    return queries.import_page(who(request), case_id, import_id).to_dict()


@cases.put("/cases/{case_id}/imports/{import_id}", summary="Say what each column is")
def map_import(request: HttpRequest, case_id: str, import_id: str, given: MappingIn) -> Json:
    person = who(request)
    actions.map_import(person, case_id, import_id, **given.dict())
    return queries.import_page(person, case_id, import_id).to_dict()


@cases.delete("/cases/{case_id}/imports/{import_id}", summary="Throw a waiting table away")
def drop_import(request: HttpRequest, case_id: str, import_id: str) -> Json:
    actions.drop_import(who(request), case_id, import_id)
    return {}


@cases.post("/cases/{case_id}/imports/{import_id}/confirm", summary="Import every line, or none")
def confirm_import(request: HttpRequest, case_id: str, import_id: str) -> Json:
    return actions.confirm_import(who(request), case_id, import_id).to_dict()
