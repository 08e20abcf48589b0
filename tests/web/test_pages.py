"""Pages as officers meet them: faults told with a next step, secrets never echoed, a moved dossier signed again."""

from __future__ import annotations

import json
from unittest.mock import patch

from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSPHRASE, PASSWORD, SECRET, Desk

from corridor.casework import actions
from corridor.casework.fault import Moved

WRONG = "this secret is not the right one"


def test_signing_in_and_out(desk: Desk) -> None:
    browser = Client()
    page = browser.post("/sign-in/", {"username": "cp-signatory", "password": "no"})
    assert page.status_code == 401
    assert b"web.sign-in.wrong" in page.content
    page = browser.post(
        "/sign-in/", {"username": "cp-signatory", "password": PASSWORD, "next": "https://elsewhere.test/"}
    )
    assert page["Location"] == "/"  # never led to another host
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-out/").status_code == 405
    browser.post("/sign-out/")
    assert browser.get("/").status_code == 302


def test_a_name_rests_after_too_many_tries(desk: Desk) -> None:
    browser = Client()
    for _ in range(8):
        browser.post("/sign-in/", {"username": "cp-signatory", "password": "no"})
    page = browser.post("/sign-in/", {"username": "cp-signatory", "password": PASSWORD})
    assert page.status_code == 429


def test_a_wrong_secret_signs_nothing_and_is_not_shown_again(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    path = f"/dossiers/{desk.dossiers['CP']}/acts/withdraw/"
    page = browser.post(path, {"do": "sign", "secret": WRONG, "seen": desk.dossiers["CP"]})
    assert page.status_code == 403
    assert WRONG.encode() not in page.content
    assert b"casework.secret.wrong" in page.content
    heads = browser.get(f"/api/v1/dossiers/{desk.dossiers['CP']}").json()["heads"]
    assert heads == [desk.dossiers["CP"]]


def test_signing_an_act_leads_back_to_the_dossier(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    dossier = desk.dossiers["CP"]
    page = browser.post(
        f"/dossiers/{dossier}/acts/withdraw/",
        {"do": "sign", "secret": SECRET, "seen": dossier, "body.reason": "no_longer_needed"},
    )
    assert page["Location"] == f"/dossiers/{dossier}/"
    assert b'data-act="withdraw"' in browser.get(page["Location"]).content


def test_a_dossier_that_moved_shows_the_change_and_asks_again(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    dossier = desk.dossiers["CP"]
    moved = Moved((dossier,), (dossier,))
    with patch("corridor.web.views.deciding.actions.sign_act", side_effect=moved):
        page = browser.post(
            f"/dossiers/{dossier}/acts/withdraw/", {"do": "sign", "secret": SECRET, "seen": "0" * 64}
        )
    assert page.status_code == 409
    text = page.content.decode()
    assert 'data-act="request"' in text  # what came since is on the page
    assert f'name="seen" value="{dossier}"' in text
    assert SECRET not in text
    told = browser.post(
        "/api/v1/acts",
        data={"act": "withdraw", "dossier": dossier, "seen": ["0" * 64], "secret": SECRET},
        content_type="application/json",
    )
    assert told.status_code == 409
    assert told.json()["heads"] == [dossier]


def test_what_is_missing_follows_the_form(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    empty = browser.post("/new/preservation/missing/", {"instrument": "UNCC_2024"}).content.decode()
    assert 'data-item="offence_and_facts"' in empty
    some = browser.post(
        "/new/preservation/missing/",
        {
            "instrument": "UNCC_2024",
            "body.offence_and_facts.articles": "13",
            "text.offence_and_facts": "Facts.",
            "body.data_and_link.data.0.address.port": "not a number",
        },
    )
    assert some.status_code == 200
    assert 'data-item="offence_and_facts"' not in some.content.decode()
    unknown = browser.post("/new/preservation/missing/", {"instrument": "UNTOC"}).content.decode()
    assert "data-item" not in unknown


def test_a_drafter_saves_and_cannot_sign(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    page = browser.get("/new/preservation/").content.decode()
    assert 'name="secret"' not in page
    saved = browser.post("/new/preservation/", {"do": "save", "instrument": "UNCC_2024", "reference": "R-1"})
    assert saved.status_code == 200
    refused = browser.post("/new/preservation/", {"do": "sign", "to": "XBB/XBB-CP", "secret": SECRET})
    assert refused.status_code == 403


def test_every_ground_is_shown_with_its_provision_and_how_sure_it_is(desk: Desk) -> None:
    from corridor.web.forms.offers import grounds

    for instrument in ("UNCC_2024", "BUDAPEST_CETS185"):
        rows = grounds("stored_data", instrument)
        assert rows
        assert all(row["cite"] and row["confidence"] for row in rows)
    assert grounds("stored_data", "UNTOC") == []


def test_the_national_file_is_written_and_shown(desk: Desk) -> None:
    browser = desk.client("CP", "supervisor")
    dossier = desk.dossiers["CP"]
    page = browser.post(
        f"/dossiers/{dossier}/minute/", {"text": "Called the provider.", "language": "en", "secret": SECRET}
    )
    assert page.status_code == 302
    assert b"Called the provider." in browser.get(f"/dossiers/{dossier}/").content


def test_an_opened_item_leaves_as_a_file_and_is_never_shown(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    package = desk.packages["CP"]
    assert b"secret name.eml" not in browser.get(f"/packages/{package}/").content
    listed = browser.post(f"/packages/{package}/open/", {"secret": SECRET}).content.decode()
    assert "secret name.eml" in listed
    assert SECRET not in listed
    item = "1/secret name.eml"
    sent = browser.post(f"/packages/{package}/download/", {"secret": SECRET, "item": item})
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["Content-Disposition"].startswith("attachment;")
    assert sent["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(sent.streaming_content) == b"From: a\n"
    refused = browser.post(f"/packages/{package}/download/", {"secret": WRONG, "item": item})
    assert refused.status_code == 403


def test_sealing_from_the_servers_folder(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    path = f"/dossiers/{desk.dossiers['CP']}/evidence/"
    assert b"disk.img" in browser.get(path).content
    assert browser.post(path, {"secret": SECRET}).status_code == 422
    assert browser.post(path, {"secret": SECRET, "path": "0/../xaa/node.toml"}).status_code in (404, 422)
    assert browser.post(path, {"secret": SECRET, "path": "0/disk.img"}).status_code == 302


def test_an_administrator_enrols_resets_and_disables(desk: Desk) -> None:
    browser = desk.client("CP", "administrator")
    assert browser.get("/")["Location"] == reverse("web:people")
    new = {
        "username": "new-one",
        "name": "New One",
        "role": "signatory",
        "password": PASSWORD,
        "secret": SECRET,
    }
    page = browser.post("/people/add/", new | {"passphrase": WRONG})
    assert page.status_code == 403
    assert SECRET not in page.content.decode()
    assert browser.post("/people/add/", new | {"passphrase": PASSPHRASE}).status_code == 302
    page = browser.post(
        "/people/new-one/reset/", {"password": "another long password", "passphrase": PASSPHRASE}
    )
    assert page.status_code == 302
    assert Client().login(username="new-one", password="another long password")
    assert browser.post("/people/new-one/disable/").status_code == 302
    assert not Client().login(username="new-one", password="another long password")


def test_the_api_signs_in_by_token_and_forgets_it(desk: Desk) -> None:
    caller = Client(enforce_csrf_checks=True)
    given = {"username": "cp-signatory", "password": PASSWORD}
    token = caller.post("/api/v1/login", data=given, content_type="application/json").json()["token"]
    fresh = Client(enforce_csrf_checks=True)
    with_token = {"Authorization": f"Bearer {token}"}
    assert fresh.get("/api/v1/me", headers=with_token).json()["number"]
    assert fresh.get("/api/v1/me").status_code == 401
    assert fresh.post("/api/v1/logout", headers=with_token).status_code == 200
    assert fresh.get("/api/v1/me", headers=with_token).status_code == 401
    bad = caller.post("/api/v1/login", data="{", content_type="application/json")
    assert bad.status_code == 422
    assert bad.json()["code"] == "web.api.body"


def test_a_browsers_session_cannot_be_used_by_another_site(desk: Desk) -> None:
    """Unsafe calls by cookie need the page's own token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(desk.client("CP", "signatory").get("/").wsgi_request.user)
    path = f"/api/v1/dossiers/{desk.dossiers['CP']}/uploads"
    assert browser.get("/api/v1/desk").status_code == 200
    assert browser.post(path, data="{}", content_type="application/json").status_code in (401, 403)


def test_the_api_takes_evidence_in_raw_parts(desk: Desk) -> None:
    caller = desk.client("CP", "signatory")
    dossier = desk.dossiers["CP"]
    upload = caller.post(f"/api/v1/dossiers/{dossier}/uploads").json()["id"]
    for offset, part, last in ((0, b"first ", "false"), (6, b"second", "true")):
        path = f"/api/v1/uploads/{upload}/parts?item=a.txt&offset={offset}&last={last}"
        told = caller.put(path, data=part, content_type="application/octet-stream").json()
        assert told["received"] == offset + len(part)
    sealed = caller.post(
        f"/api/v1/uploads/{upload}/seal", data={"secret": SECRET}, content_type="application/json"
    ).json()
    assert sealed["items"] == 1
    opened = caller.post(
        f"/api/v1/packages/{sealed['package']}/open",
        data={"secret": SECRET},
        content_type="application/json",
    ).json()
    item = opened["items"][0]["id"]
    got = caller.post(
        f"/api/v1/packages/{sealed['package']}/items/{item}",
        data={"secret": SECRET},
        content_type="application/json",
    )
    assert b"".join(got.streaming_content) == b"first second"


def test_the_apis_own_pages_are_served_from_here(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    schema = json.loads(browser.get("/api/v1/openapi.json").content)
    assert "/api/v1/acts" in schema["paths"]
    assert b"://" not in browser.get("/api/v1/docs/").content


def test_conditions_may_carry_their_words(desk: Desk) -> None:
    with patch("corridor.web.api.actions.sign_act") as signing:
        signing.return_value.to_dict.return_value = {}
        desk.client("CP", "signatory").post(
            "/api/v1/acts",
            data={
                "act": "accept",
                "dossier": desk.dossiers["CP"],
                "secret": SECRET,
                "conditions": [{"code": "use_limited", "text": "Only here.", "language": "en"}],
            },
            content_type="application/json",
        )
    given = signing.call_args.kwargs
    assert given["conditions"] == [{"id": "use_limited", "code": "use_limited"}]
    assert given["texts"] == [{"field": "conditions.use_limited", "language": "en", "text": "Only here."}]


def test_actions_are_what_decides(desk: Desk) -> None:
    """A page cannot sign what the action refuses: an act that is not possible is told as such."""
    browser = desk.client("CP", "signatory")
    dossier = desk.dossiers["CP"]
    page = browser.post(
        f"/dossiers/{dossier}/acts/release/",
        {"do": "sign", "secret": SECRET, "seen": dossier, "body.reason": "no_longer_needed"},
    )
    assert page.status_code in (409, 422)
    assert len(browser.get(f"/api/v1/dossiers/{dossier}").json()["timeline"]) == 1
    assert callable(actions.sign_act)
