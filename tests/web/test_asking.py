"""The guided form as pages: what it asks, what it tells, what it keeps, and what it never loses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import REQUEST, SECRET, Desk

from corridor.casework import queries

TRICKS = "<script>alert(1)</script> =1+1 العربية 中文 ไทย Кириллица {{ x }}"
FIELD = "text.offence_and_facts"


def form(desk: Desk, **more: Any) -> dict[str, Any]:
    """What a browser would post of a whole preservation request."""
    return {
        "who": desk.person("CP", more.pop("role", "drafter")).number,
        "to": "XBB/XBB-CP",
        "instrument": "UNCC_2024",
        "provision": "42",
        "body.offence_and_facts.articles": "13",
        "body.data_and_link.data.0.category": "content",
        "body.data_and_link.data.0.account.type": "email",
        "body.data_and_link.data.0.account.value": "another@example.test",
        "body.necessity.reasons": "volatile",
        "body.intention_to_request.will_request": "yes",
        "body.authority.authority": "XAA-CP",
        FIELD: "Facts.",
        "language.offence_and_facts": "en",
    } | more


def begun(desk: Desk, browser: Client, **more: Any) -> dict[str, Any]:
    answer = browser.post("/new/preservation/keep/", form(desk, **more))
    assert answer.status_code == 200, answer.content
    return answer.json()


def content(desk: Desk, draft_id: str) -> dict[str, Any]:
    return queries.draft_page(desk.person("CP", "drafter"), draft_id).content


def test_the_form_asks_in_order_and_folds_away_what_another_instrument_asks(desk: Desk) -> None:
    browser = desk.client("CA", "drafter")
    page = browser.get("/new/stored_data/").content.decode()
    order = [
        page.index(f'id="s-{name}"') for name in ("who", "offence", "sought", "persons", "reasons", "check")
    ]
    assert order == sorted(order)
    assert 'name="body.departures' not in page  # what departs is found, not typed
    assert 'list="zones"' in page


def test_the_panel_tells_met_missing_and_unknown_the_gate_and_both_laws(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    told = browser.post("/new/preservation/missing/", form(desk)).content.decode()
    assert 'data-met="offence_and_facts"' in told
    assert 'data-item="custodian_or_location"' in told
    assert "Penal Code s. 216" in told
    assert "Criminal Code art. 191" in told
    assert 'data-ground="reserved_dual_criminality" data-bears="no"' in told
    assert 'data-warning="languages"' in told
    assert 'id="departs"' in told


def test_departures_are_ticked_explained_kept_and_signed(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    short = form(desk, role="signatory") | {"body.necessity.reasons": ""}
    told = browser.post("/new/preservation/missing/", short).content.decode()
    assert 'value="incomplete|necessity"' in told
    refused = browser.post("/new/preservation/", short | {"do": "sign", "secret": SECRET})
    assert refused.status_code == 422
    assert b"casework.request.incomplete" in refused.content
    draft = refused.content.decode().split('data-keep="')[1].split('"')[0].removesuffix("keep/")
    named = short | {"departs": "incomplete|necessity", "text.departure": "The logs run out tonight."}
    base = refused.content.decode().split('name="base" value="')[1].split('"')[0].replace("&quot;", '"')
    signed = browser.post(draft, named | {"do": "sign", "secret": SECRET, "base": base})
    assert signed.status_code == 302, signed.content
    page = browser.get(signed["Location"]).content.decode()
    assert "The logs run out tonight." in page
    assert "departure.incomplete" in page


@pytest.mark.parametrize("place", [FIELD, "reference", "body.custodian_or_location.name"])
def test_markup_formulas_and_four_scripts_are_words(desk: Desk, place: str) -> None:
    browser = desk.client("CP", "drafter")
    words = TRICKS if place == FIELD else TRICKS[:70]
    page = browser.post("/new/preservation/", form(desk, **{place: words}) | {"do": "save"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "العربية" in page
    for part in page.split("<textarea")[1:]:
        assert 'dir="auto"' in part.split(">")[0] or 'name="body.' in part.split(">")[0]


def test_what_is_too_long_or_cannot_be_seen_is_refused_with_a_code_and_stays_on_the_page(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    given = form(desk, role="signatory", **{FIELD: "word " * 400_000}) | {"do": "save"}
    large = browser.post("/new/preservation/", given)
    assert large.status_code == 422
    assert b"casework.draft.too-large" in large.content
    assert large.content.count(b"word ") >= 399_999
    bell = browser.post(
        "/new/preservation/",
        form(desk, role="signatory", **{FIELD: "a\x07b"}) | {"do": "sign", "secret": SECRET},
    )
    assert bell.status_code == 422
    assert b"casework.text.control-character" in bell.content
    assert b"data-unfit" in bell.content


def test_a_day_that_is_not_there_names_its_field(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    given = form(desk, role="signatory") | {"body.deadline": "2027-02-30", "do": "sign", "secret": SECRET}
    page = browser.post("/new/preservation/", given)
    assert page.status_code == 422
    text = page.content.decode()
    assert 'data-fault="dossier.draft.body"' in text
    assert "form-control wrong" in text
    assert 'value="2027-02-30"' in text


def test_saving_as_one_types_answers_with_what_it_kept(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    first = begun(desk, browser)
    assert first["at"].endswith(" UTC")
    path = f"/drafts/{first['draft']}/keep/"
    again = browser.post(path, form(desk, **{FIELD: "More."}) | {"base": json.dumps(first["base"])})
    assert again.status_code == 200
    assert content(desk, first["draft"])["texts"][0]["text"] == "More."
    same = browser.post(path, form(desk, **{FIELD: "More."}) | {"base": json.dumps(again.json()["base"])})
    assert same.json()["revision"] == again.json()["revision"]


def test_another_officers_page_does_not_save_under_mine(desk: Desk) -> None:
    drafter, signatory = desk.client("CP", "drafter"), desk.client("CP", "signatory")
    first = begun(desk, drafter)
    answer = signatory.post(f"/drafts/{first['draft']}/keep/", form(desk, reference="X"))
    assert (answer.status_code, answer.json()["code"]) == (422, "web.draft.someone-else")
    page = signatory.post(f"/drafts/{first['draft']}/", form(desk, reference="X") | {"do": "save"})
    assert b"web.draft.someone-else" in page.content
    assert content(desk, first["draft"]).get("reference", "") == ""


def test_an_ended_session_is_told_apart_and_keeps_nothing(desk: Desk) -> None:
    first = begun(desk, desk.client("CP", "drafter"))
    answer = Client().post(f"/drafts/{first['draft']}/keep/", form(desk, reference="X"))
    assert answer.status_code == 302  # the page's script does not follow, and stays


def test_a_clash_is_shown_side_by_side_and_settled_field_by_field(desk: Desk) -> None:
    drafter, signatory = desk.client("CP", "drafter"), desk.client("CP", "signatory")
    first = begun(desk, drafter)
    path, base = f"/drafts/{first['draft']}/", json.dumps(first["base"])
    theirs = form(desk, role="signatory", **{FIELD: "Theirs."}) | {"base": base, "do": "save"}
    assert signatory.post(path, theirs).status_code == 200
    mine = form(desk, **{FIELD: "Mine."}) | {"base": base, "do": "save", "reference": "R-9"}
    page = drafter.post(path, mine)
    assert page.status_code == 409
    text = page.content.decode()
    assert 'name="settle.texts.offence_and_facts"' in text
    assert "Theirs." in text
    assert ">Mine.</textarea>" in text
    assert content(desk, first["draft"])["texts"][0]["text"] == "Theirs."
    done = drafter.post(path, mine | {"settle.texts.offence_and_facts": "mine"})
    assert done.status_code == 200
    kept = content(desk, first["draft"])
    assert (kept["texts"][0]["text"], kept["reference"]) == ("Mine.", "R-9")


def test_four_eyes_on_two_desks(desk: Desk) -> None:
    drafter, signatory = desk.client("CP", "drafter"), desk.client("CP", "signatory")
    first = begun(desk, drafter)
    path = f"/drafts/{first['draft']}/"
    assert (
        drafter.post(path, form(desk) | {"do": "submit", "base": json.dumps(first["base"])}).status_code
        == 302
    )
    assert f'href="{path}read/"' in signatory.get("/").content.decode()
    page = signatory.get(path + "read/").content.decode()
    revision = page.split('name="revision" value="')[1].split('"')[0]
    returned = signatory.post(
        path + "read/", {"do": "return", "revision": revision, "remark": "Which mailbox?"}
    )
    assert returned.status_code == 302
    assert "Which mailbox?" in drafter.get(path).content.decode()
    stale = signatory.post(path + "read/", {"do": "sign", "revision": revision, "secret": SECRET})
    assert stale.status_code == 422
    assert b"casework.draft.moved" in stale.content
    assert (
        drafter.post(path, form(desk) | {"do": "submit", "base": json.dumps(first["base"])}).status_code
        == 302
    )
    revision = (
        signatory.get(path + "read/").content.decode().split('name="revision" value="')[1].split('"')[0]
    )
    refused = drafter.post(path + "read/", {"do": "sign", "revision": revision, "secret": SECRET})
    assert refused.status_code == 403
    signed = signatory.post(path + "read/", {"do": "sign", "revision": revision, "secret": SECRET})
    assert signed.status_code == 302
    assert signed["Location"].startswith("/dossiers/")


def test_a_request_begins_from_an_earlier_one_of_the_same_authority(desk: Desk) -> None:
    browser = desk.client("CP", "drafter")
    page = browser.get(f"/new/preservation/?copy={desk.dossiers['CP']}").content.decode()
    assert REQUEST["data_and_link"]["data"][0]["account"]["value"] in page
    assert "Facts nobody else may read." in page
    assert browser.get(f"/new/preservation/?copy={desk.dossiers['CA']}").status_code == 404


def test_an_act_shows_live_what_departs(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    path = f"/dossiers/{desk.dossiers['CP']}/acts/supplement/"
    told = browser.post(
        path + "departs/", {"text.necessity": "Lý do", "language.necessity": "vi"}
    ).content.decode()
    assert 'value="language|vi"' in told
    assert 'name="departs"' not in browser.post(path + "departs/", {}).content.decode()
    assert Client().post(path + "departs/", {}).status_code == 302
