"""Pages of cases as officers meet them: a table imported after a preview, a search that leaves no trace, two clocks."""

from __future__ import annotations

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import Desk

from corridor.casework import actions, queries

HOSTILE = "<script>alert(1)</script>"
TABLE = "Full name;Born;E-mail\nHakon Vinter;1984-05-17;hakon@nordmail.example\nMarta Lindqvist;1990;\n"


def _upload(browser: Client, case: str, text: str, role: str = "victim"):
    file = SimpleUploadedFile("victims.csv", text.encode(), content_type="text/csv")
    return browser.post(f"/cases/{case}/import/", {"table": file, "role": role})


def test_a_case_is_opened_and_its_dossiers_are_ticked(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    page = browser.post("/cases/", {"number": "AUR-9/2026", "title": "The invoices"})
    assert page.status_code == 302
    path = page["Location"]
    dossier = desk.dossiers["CP"]
    assert browser.post(f"{path}dossiers/", {"shown": [dossier], "dossier": [dossier]}).status_code == 302
    text = browser.get(path).content.decode()
    assert "AUR-9/2026" in text
    assert f"/dossiers/{dossier}/" in text
    # A dossier that was not on the form the officer sent is left alone.
    assert browser.post(f"{path}dossiers/", {}).status_code == 302
    assert f"/dossiers/{dossier}/" in browser.get(path).content.decode()
    assert browser.post(f"{path}dossiers/", {"shown": [dossier]}).status_code == 302
    assert f"/dossiers/{dossier}/" not in browser.get(path).content.decode()


def test_a_case_without_a_number_is_told_on_the_page(desk: Desk) -> None:
    page = desk.client("CP", "drafter").post("/cases/", {"number": " ", "title": "The invoices"})
    assert page.status_code == 422
    assert b"casework.case.title" in page.content
    assert b"The invoices" in page.content  # what was typed is not lost


def test_a_table_is_shown_then_imported(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    preview = _upload(browser, case, TABLE)
    assert preview.status_code == 302
    text = browser.get(preview["Location"]).content.decode()
    assert "Hakon Vinter" in text
    assert queries.case_persons(desk.person("CP", "drafter"), case).total == 1  # the one of the fixture
    done = browser.post(
        preview["Location"], {"do": "confirm", "column": ["name", "born", "email"], "role": "victim"}
    )
    assert done["Location"] == f"/cases/{case}/persons/"
    listed = browser.get(done["Location"]).content.decode()
    assert "Marta Lindqvist" in listed
    assert browser.get(preview["Location"]).status_code == 404


def test_a_faulty_line_is_shown_with_its_number_and_nothing_is_imported(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    preview = _upload(browser, case, TABLE + "Last;17.5.1984;\n")
    text = browser.get(preview["Location"]).content.decode()
    assert 'data-faulty="1"' in text
    refused = browser.post(
        preview["Location"], {"do": "confirm", "column": ["name", "born", "email"], "role": "victim"}
    )
    assert refused.status_code == 422
    assert b"casework.import.faulty" in refused.content
    assert queries.case_persons(desk.person("CP", "drafter"), case).total == 1
    # Its column left out, the rest goes.
    done = browser.post(
        preview["Location"], {"do": "confirm", "column": ["name", "", "email"], "role": "victim"}
    )
    assert done.status_code == 302


def test_a_file_that_is_no_table_is_refused_with_what_to_do(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    for text, code in (("", "casework.import.empty"), ("PK\x03\x04", "casework.import.spreadsheet")):
        page = _upload(browser, case, text)
        assert page.status_code == 422
        assert code in page.content.decode()
    assert browser.post(f"/cases/{case}/import/", {"role": "victim"}).status_code == 422


def test_a_table_larger_than_may_be_is_refused_and_not_spooled(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    page = _upload(browser, case, "name\n" + "x" * (10 * 1024 * 1024))
    assert page.status_code == 422
    assert b"casework.import.too-large" in page.content


def test_what_persons_are_called_is_text_and_nothing_else(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    given = {"role": "suspect", "name": HOSTILE, "note": HOSTILE, "kind": ["username"], "value": [HOSTILE]}
    assert browser.post(f"/cases/{case}/persons/add/", given).status_code == 302
    for page in (
        browser.get(f"/cases/{case}/persons/"),
        browser.post("/cases/search/", {"text": "script alert"}),
    ):
        text = page.content.decode()
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_a_person_is_changed_and_a_colleagues_change_is_not_lost(desk: Desk) -> None:
    browser, case, one = desk.client("CP", "drafter"), desk.cases["CP"], desk.persons["CP"]
    path = f"/cases/{case}/persons/{one}/"
    page = browser.get(path)
    revision = page.context["one"].revision
    given = {"role": "victim", "name": "Marta", "revision": revision}
    assert browser.post(path, given).status_code == 302
    told = browser.post(path, given | {"name": "Somebody else"})
    assert told.status_code == 422
    assert b"casework.case.moved" in told.content
    assert b"Somebody else" in told.content  # what was typed stays on the page
    assert queries.case_person(desk.person("CP", "drafter"), case, one).name == "Marta"


def test_a_wrong_day_is_marked_and_nothing_typed_is_lost(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    page = browser.post(
        f"/cases/{case}/persons/add/",
        {
            "role": "victim",
            "name": "Marta",
            "born": "31.12.1999",
            "kind": ["email"],
            "value": ["m@x.example"],
        },
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="31.12.1999"' in text
    assert 'value="m@x.example"' in text


def test_a_search_is_posted_and_stands_in_no_address(desk: Desk) -> None:
    """Addresses stand in logs and in a browser's memory: a victim's name must not."""
    browser = desk.client("CP", "drafter")
    found = browser.post("/cases/search/", {"text": "file cp victim"})
    assert b'data-found="person"' in found.content
    by_address = browser.get("/cases/search/", {"text": "file cp victim"})
    assert b"data-found" not in by_address.content
    listed = browser.get(f"/cases/{desk.cases['CP']}/persons/", {"text": "nobody"})
    assert "FILE-CP victim" in listed.content.decode()  # the address filters nothing


def test_the_table_given_out_starts_no_formula(desk: Desk) -> None:
    case = desk.cases["CP"]
    actions.save_case_person(
        desk.person("CP", "drafter"), case, given={"role": "victim", "name": "=cmd|' /C calc'!A0"}
    )
    browser = desk.client("CP", "supervisor")
    assert browser.get(f"/cases/{case}/persons/export/").status_code == 405
    page = browser.post(f"/cases/{case}/persons/export/")
    assert page["Content-Disposition"].startswith("attachment;")
    assert b",'=cmd|" in page.content
    assert desk.client("CP", "drafter").post(f"/cases/{case}/persons/export/").status_code == 403


def test_two_clocks_stand_in_two_places_with_local_times(desk: Desk) -> None:
    text = desk.client("CP", "signatory").get(f"/dossiers/{desk.dossiers['CP']}/").content.decode()
    legal, _, own = text.partition('class="sheet sheet-own"')
    assert 'data-clock="service"' not in legal
    assert 'data-clock="legal"' not in own


def test_a_dossier_is_put_into_a_case_from_its_own_page(desk: Desk) -> None:
    browser, dossier = desk.client("CP", "drafter"), desk.dossiers["CP"]
    case = actions.open_case(desk.person("CP", "drafter"), number="AUR-11/2026", title="").id
    assert "AUR-11/2026" in browser.get(f"/dossiers/{dossier}/").content.decode()
    assert browser.post(f"/dossiers/{dossier}/case/", {"case": case}).status_code == 302
    assert f"/cases/{case}/" in browser.get(f"/dossiers/{dossier}/").content.decode()
    assert browser.post(f"/dossiers/{dossier}/case/", {"case": desk.cases["CA"]}).status_code == 404


def test_who_owes_what_is_shown_with_its_table(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    page = browser.get("/cases/owed/")
    assert page.context["owed"].states[0] == "XAA"
    assert b'class="list-table matrix"' in page.content
    assert b'class="list-table matrix"' in browser.get(f"/cases/{desk.cases['CP']}/").content


def test_a_closed_case_offers_nothing_to_write(desk: Desk) -> None:
    browser, case = desk.client("CP", "drafter"), desk.cases["CP"]
    assert browser.post(f"/cases/{case}/edit/", {"do": "close"}).status_code == 302
    text = browser.get(f"/cases/{case}/").content.decode()
    assert f"/cases/{case}/import/" not in text
    assert f"/cases/{case}/persons/add/" not in text
    assert browser.post(f"/cases/{case}/edit/", {"do": "reopen"}).status_code == 302
    assert f"/cases/{case}/import/" in browser.get(f"/cases/{case}/").content.decode()


def test_the_api_does_what_the_pages_do(desk: Desk) -> None:
    caller = desk.client("CP", "supervisor")

    def post(path: str, **given: object):
        return caller.post(f"/api/v1{path}", data=given, content_type="application/json")

    case = post("/cases", number="AUR-10", title="By program").json()["id"]
    assert post(f"/cases/{case}/dossiers", dossier=desk.dossiers["CP"]).status_code == 200
    made = post(f"/cases/{case}/persons", role="victim", name="Marta").json()
    told = caller.get(f"/api/v1/cases/{case}").json()
    assert [row["dossier"] for row in told["dossiers"]] == [desk.dossiers["CP"]]
    assert told["persons"] == {"victim": 1}
    wrong = post(f"/cases/{case}/persons", role="victim", name="Marta", born="yesterday")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "casework.case.person")
    waiting = caller.post(
        f"/api/v1/cases/{case}/imports?role=victim", data=TABLE.encode(), content_type="text/csv"
    ).json()
    assert waiting["understood"] == 2
    assert post(f"/cases/{case}/imports/{waiting['id']}/confirm").json()["count"] == 2
    persons = caller.get(f"/api/v1/cases/{case}/persons").json()
    assert persons["total"] == 3
    assert post("/search", text="lindqvist").json()["rows"][0]["place"] == "person"
    assert caller.get("/api/v1/owed").json()["state"] == "XAA"
    found = next(row for row in persons["rows"] if row["id"] == made["id"])
    gone = caller.delete(f"/api/v1/cases/{case}/persons/{made['id']}?revision={found['revision']}")
    assert gone.status_code == 200
    assert (
        json.loads(caller.get(f"/api/v1/cases/{case}/history").content)["history"][0]["what"]
        == "person-removed"
    )
    table = caller.post(f"/api/v1/cases/{case}/persons.csv")
    assert b"Marta Lindqvist" in table.content
