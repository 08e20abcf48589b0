"""Every address of the desk and of the API, for every role, on an own, another's and an absent object.

The resolver is walked, so a page that is added is in here by itself and fails until somebody says who may see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.web.conftest import ROLES, Desk

#: What anybody may reach. `api-root` answers 404 to everyone.
PUBLIC = {"web:sign-in", "web:sign-out", "static", "api:api-root", "api:login"}
#: The pages of the law: public by the node's choice, made from the law data and never from a case.
PUBLIC |= {"web:law", "web:law-page", "web:law-page-file", "web:law-asset"}
#: Genuine or not: judged by the directory, and by codes nobody can guess.
PUBLIC |= {"web:genuine"}
READERS = {"drafter", "signatory", "supervisor"}
WRITERS = {"drafter", "signatory"}
#: Who gets a page with GET, on an object of their own authority. A page not listed here is nobody's.
PAGES: dict[str, set[str]] = {
    "web:desk": READERS,
    "web:new": WRITERS,
    "web:request": WRITERS,
    "web:draft": WRITERS,
    "web:read-draft": WRITERS,
    "web:dossier": READERS,
    "web:act": WRITERS,
    "web:minute": READERS,
    "web:measure": READERS,
    "web:supervision": {"supervisor"},
    "web:share": {"signatory", "supervisor"},
    "web:move": {"signatory", "supervisor"},
    "web:export": {"signatory", "supervisor"},
    "web:evidence": WRITERS,
    "web:package": READERS,
    "web:law-file": READERS,
    "web:law-compare": READERS,
    "web:law-answers": READERS,
    "web:law-road": READERS,
    "web:cases": READERS,
    "web:owed": READERS,
    "web:search": READERS,
    "web:case": READERS,
    "web:case-edit": READERS,
    "web:case-dossiers": READERS,
    "web:case-history": READERS,
    "web:case-persons": READERS,
    "web:case-person": READERS,
    "web:case-person-add": READERS,
    "web:case-import": READERS,
    "web:case-import-table": {"drafter"},  # who began it
    "web:courier": WRITERS,
    "web:paper-peers": READERS,
    "web:paper-received": {"signatory"},
    "web:people": {"supervisor", "administrator"},
    "web:officer-add": {"administrator"},
    "web:officer-reset": {"administrator"},
    "web:officer-disable": {"administrator"},
    "web:openapi": set(ROLES),
    "web:api-docs": set(ROLES),
    "api:me": set(ROLES),
    "api:desk": set(ROLES),
    "api:kinds": set(ROLES),
    "api:form": WRITERS,
    "api:draft": WRITERS,
    "api:dossier": READERS,
    "api:changes": READERS,
    "api:export": {"signatory", "supervisor"},
    "api:folder": WRITERS,
    "api:owed": READERS,
    "api:cases_list": READERS,
    "api:case": READERS,
    "api:case_history": READERS,
    "api:case_persons": READERS,
    "api:case_person": READERS,
    "api:import_table": {"drafter"},
    "api:packages": READERS,
    "api:national_file": READERS,
    "api:supervision": {"supervisor"},
    "api:use_terms": READERS,
    "api:package": READERS,
    "api:hands": READERS,
    "api:people_list": {"supervisor", "administrator"},
}
ABSENT = "f" * 64
OBJECTS = ("dossier_id", "draft_id", "package_id", "upload_id", "case_id", "person_id", "import_id", "act_id")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    name: str
    route: str
    fields: tuple[str, ...]

    def at(self, values: dict[str, str]) -> str:
        path = "/" + self.route
        for name in self.fields:
            start = path.index("<", 0)
            path = path[:start] + values[name] + path[path.index(">", start) + 1 :]
        return path

    @property
    def of_object(self) -> bool:
        return any(name in OBJECTS for name in self.fields)


def addresses() -> list[Address]:
    """Every address once. The API's calls of one address share it: it goes by the name of its GET."""
    found: dict[str, Address] = {}
    for each in _walk(get_resolver().url_patterns, "", ""):
        if each.route not in found or each.name in PAGES:
            found[each.route] = each
    return list(found.values())


def _walk(patterns: list[URLPattern | URLResolver], route: str, namespace: str) -> Iterator[Address]:
    for each in patterns:
        here = route + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, here, each.namespace or namespace)
        else:
            fields = tuple(part.split(">")[0].split(":")[-1] for part in here.split("<")[1:])
            yield Address(f"{namespace}:{each.name}" if namespace else str(each.name), here, fields)


def values_for(desk: Desk, office: str, own: bool = True) -> dict[str, str]:
    """What fills the places of an address. A new name of a place must be added here."""
    return {
        "kind": {"CP": "preservation", "CA": "stored_data"}[office],
        "act": "withdraw",
        "dossier_id": desk.dossiers[office],
        "draft_id": desk.drafts[office],
        "package_id": desk.packages[office],
        "case_id": desk.cases[office],
        "person_id": desk.persons[office],
        "import_id": desk.imports[office],
        "upload_id": "nobody-knows",
        "paper_id": ABSENT[:32],
        "scan_id": ABSENT[:32],
        "act_id": desk.dossiers[office],
        "state": "XBB",
        "item": "1",
        "measure_id": ABSENT,
        "step": "served",
        "instrument": "UNCC_2024",
        "article": "42",
        "username": f"{office.lower()}-drafter",
        "path": "css/corridor.css",
        "slug": "status",
        "name": "law.css",
    }


def read(response: object) -> tuple[int, bytes]:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, content


def ask(browser: Client, method: str, path: str, dossier: str = ABSENT) -> tuple[int, bytes]:
    """One call with a body that is of its form for every address, so that only access can refuse it."""
    given = {
        "secret": "wrong on purpose",
        "packages": [ABSENT],
        "seen": [ABSENT],
        "text": "words",
        "measure": {"authority": "a", "kind": "other_domestic", "date": "2026-01-01", "legal_basis": "b"},
        "authority": "XAA-CA",
        "step": "served",
        "body": {"date": "2026-01-01", "manner": "post"},
        "outcome": "met",
        "reason": "words",
        "paths": ["0/disk.img"],
        "kind": "preservation",
        "act": "withdraw",
        "dossier": dossier,
        "username": "somebody",
        "name": "Somebody",
        "role": "drafter",
        "password": "a password of length",
        "passphrase": "wrong",
        "revision": "not the one",
        "remark": "a remark",
        "number": "1",
        "mapping": ["name"],
    }
    if method == "GET":
        return read(browser.get(path, {"seen": ABSENT}))
    if method == "form":
        return read(browser.post(path, given))
    query = "?item=a&offset=0"
    return read(getattr(browser, method)(path + query, data=given, content_type="application/json"))


def test_a_stranger_reaches_only_what_is_public(desk: Desk) -> None:
    for address in addresses():
        if address.name in PUBLIC:
            continue
        path = address.at(values_for(desk, "CP"))
        for method in ("GET", "form", "put", "delete"):
            status, body = ask(Client(), method, path)
            if address.name.startswith("api:"):
                assert status in (401, 405), (address.name, method, status)
            else:
                assert status in (302, 405), (address.name, method, status)
            assert b"FILE-" not in body


def test_every_page_is_shown_to_exactly_the_roles_that_are_listed(desk: Desk) -> None:
    """An address that answers GET and is not listed fails here: deny until said otherwise."""
    for role in ROLES:
        for address in addresses():
            if address.name in PUBLIC:
                continue
            browser = desk.client("CP", role)
            status, _ = ask(browser, "GET", address.at(values_for(desk, "CP")))
            if role in PAGES.get(address.name, set()):
                assert status == 200, (role, address.name, status)
            else:
                assert status in (302, 403, 404, 405), (role, address.name, status)
                if status == 302:
                    assert address.name == "web:desk"  # who sees no case is led to the people


def test_absent_and_not_yours_are_the_same_bytes(desk: Desk) -> None:
    """Another authority's object and one that never was are refused alike: every role, address and method."""
    for office, other in (("CP", "CA"), ("CA", "CP")):
        for role in ROLES:
            browser = desk.client(office, role)
            for address in addresses():
                if not address.of_object:
                    continue
                theirs = values_for(desk, other) | {"kind": "preservation"}
                never = theirs | dict.fromkeys(OBJECTS, ABSENT)
                for method in ("GET", "form", "post", "put", "delete"):
                    if address.name.startswith("api:") and method == "form":
                        continue  # the API reads JSON
                    first = ask(browser, method, address.at(theirs))
                    second = ask(browser, method, address.at(never))
                    assert first == second, (role, address.name, method)
                    assert first[0] in (403, 404, 405), (role, address.name, method, first[0])
                    assert b"FILE-" not in first[1]


def test_an_act_cannot_be_signed_or_drafted_in_anothers_dossier(desk: Desk) -> None:
    for role in ROLES:
        browser = desk.client("CP", role)
        for path in ("/api/v1/acts", "/api/v1/drafts"):
            theirs = ask(browser, "post", path, desk.dossiers["CA"])
            never = ask(browser, "post", path, ABSENT)
            assert theirs == never, (role, path)
            assert theirs[0] in (403, 404), (role, path, theirs)


def test_another_authoritys_people_are_absent(desk: Desk) -> None:
    browser = desk.client("CP", "administrator")
    for address in addresses():
        if "username" in address.fields:
            theirs = ask(browser, "form", address.at({"username": "ca-drafter"}))
            never = ask(browser, "form", address.at({"username": "nobody"}))
            if address.name.startswith("api:"):
                body = '{"passphrase": "x"}'
                path = address.at({"username": "ca-drafter"})
                theirs = read(browser.post(path, data=body, content_type="application/json"))
                path = address.at({"username": "nobody"})
                never = read(browser.post(path, data=body, content_type="application/json"))
            assert theirs == never
            assert theirs[0] == 404


def test_a_disabled_person_is_nobody(desk: Desk) -> None:
    from corridor.casework import actions

    browser = desk.client("CP", "signatory")
    assert browser.get("/").status_code == 200
    actions.disable_officer("cp-signatory")
    assert browser.get("/").status_code in (302, 404)
    assert browser.get(f"/dossiers/{desk.dossiers['CP']}/").status_code in (302, 404)
    assert browser.get("/api/v1/desk").status_code == 401
