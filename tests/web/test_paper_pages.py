"""The pages of paper: the book, a request that goes out as a PDF, marking it sent, entering the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import SECRET, Desk

from corridor.casework import actions, queries
from corridor.casework.actions.paper import SCAN_MOST
from corridor.casework.models import PaperScan
from corridor.dossier.paper import readback

SCAN = b"%PDF-1.4 stamped"


@pytest.fixture
def asked(desk: Desk) -> str:
    """The contact point asked Dorsania, which has no node."""
    person = desk.person("CP", "signatory")
    actions.save_paper_peer(
        person,
        state="XDD",
        authority="XDD-MOJ",
        name="Ministry of Justice",
        address="12 Harbour Street\nPort Dors",
    )
    made = actions.sign_act(
        person,
        act="request",
        kind="preservation",
        secret=SECRET,
        to={"state": "XDD", "authority": "XDD-MOJ"},
        basis={"instrument": "UNCC_2024", "provision": "42"},
        reference="PAPER-1",
        override_reason="for the test",
    )
    return made.dossier


def _page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def _enter(desk: Desk, dossier: str, **more: Any) -> Any:
    heads = queries.dossier_page(desk.person("CP", "signatory"), dossier).heads
    given = {
        "state": "XDD",
        "act": "preserved",
        "body.preserved_until": "2027-02-28",
        "received": "2026-01-02",
        "secret": SECRET,
        "seen": list(heads),
        "scan": SimpleUploadedFile("scan.pdf", SCAN),
    }
    return desk.client("CP", "signatory").post(f"/dossiers/{dossier}/acts/received_paper/", given | more)


def test_the_story_of_a_paper(desk: Desk, asked: str) -> None:
    browser = desk.client("CP", "signatory")
    page = _page(browser, f"/dossiers/{asked}/")
    assert 'data-paper="request" data-sent="no"' in page
    assert readback.code(asked) in page
    (paper,) = set(re.findall(r"/papers/([0-9a-f]{32})/", page))
    pdf = browser.get(f"/papers/{paper}/")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("attachment")
    assert pdf.content.startswith(b"%PDF-")
    marked = browser.post(
        f"/dossiers/{asked}/papers/{paper}/",
        {"day": "2026-01-02", "channel": "courier", "tracking": "BAG-17"},
    )
    assert marked.status_code == 302
    assert "BAG-17" in _page(browser, f"/dossiers/{asked}/")
    form = _page(browser, f"/dossiers/{asked}/acts/received_paper/?state=XDD&act=preserved")
    assert 'name="body.preserved_until"' in form
    assert 'type="file"' in form
    assert _enter(desk, asked).status_code == 302
    page = _page(browser, f"/dossiers/{asked}/")
    assert 'data-received="preserved"' in page
    assert 'data-status="preserving"' in page
    (scan,) = set(re.findall(r"/scans/([0-9a-f]{32})/", page))
    saved = browser.get(f"/scans/{scan}/")
    assert saved.content == SCAN
    assert saved["Content-Type"] == "application/octet-stream"  # what others send is saved, never rendered
    assert desk.client("CA", "signatory").get(f"/scans/{scan}/").status_code == 404
    assert desk.client("CA", "signatory").get(f"/papers/{paper}/").status_code == 404


def test_a_paper_is_filed_where_it_fits_no_act(desk: Desk, asked: str) -> None:
    assert _enter(desk, asked, act="").status_code == 302
    page = _page(desk.client("CP", "signatory"), f"/dossiers/{asked}/")
    assert 'data-received="file"' in page
    assert 'data-status="asked"' in page


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"scan": ""}, "web.check.no-scan"),
        ({"scan": SimpleUploadedFile("x.html", b"<script>")}, "casework.paper.scan"),
        ({"received": ""}, "casework.act.body"),
        ({"body.preserved_until": ""}, "dossier.draft.body"),
        ({"secret": "wrong"}, "casework.secret.wrong"),
        ({"seen": ["0" * 64]}, "casework.dossier.moved"),
        ({"act": "withdraw"}, "dossier.draft.not-possible"),
    ],
)
def test_what_cannot_be_entered_is_told_and_what_was_typed_stays(
    desk: Desk, asked: str, more: dict[str, Any], code: str
) -> None:
    answer = _enter(desk, asked, reference="MOJ/44", **more)
    assert answer.status_code in (403, 409, 422)
    page = answer.content.decode()
    assert f'data-fault="{code}"' in page
    assert "MOJ/44" in page
    assert not PaperScan.objects.exists()


def test_a_scan_that_is_too_large_is_refused_before_it_is_held(desk: Desk, asked: str) -> None:
    answer = _enter(desk, asked, scan=SimpleUploadedFile("x.pdf", b"%PDF-" + bytes(SCAN_MOST + 400_000)))
    assert answer.status_code == 422
    assert b"web.upload.too-large" in answer.content


def test_the_form_of_a_scan_wants_its_token(desk: Desk, asked: str) -> None:
    """The bound is set before the token is checked, and the token is checked all the same."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = desk.client("CP", "signatory").cookies
    path = f"/dossiers/{asked}/acts/received_paper/"
    answer = browser.post(path, {"scan": SimpleUploadedFile("x.pdf", SCAN), "received": "2026-01-02"})
    assert answer.status_code == 403
    assert b"web.form.stale" in answer.content
    assert not PaperScan.objects.exists()


def test_the_book_is_written_by_those_who_may(desk: Desk) -> None:
    given = {"state": "xdd", "authority": "xdd-moj", "name": "Ministry <b>of</b> Justice", "address": "a\nb"}
    assert desk.client("CP", "drafter").post("/papers/", given).status_code == 403
    assert desk.client("CP", "signatory").post("/papers/", given).status_code == 302
    page = _page(desk.client("CP", "drafter"), "/papers/")
    assert "Ministry &lt;b&gt;of&lt;/b&gt; Justice" in page
    assert "<form method" not in page.split('id="book"')[1]
    wrong = desk.client("CP", "signatory").post("/papers/", {**given, "state": "XBB"})
    assert b"casework.paper.peer" in wrong.content
    assert b"XDD-MOJ" in desk.client("CP", "signatory").get("/papers/?edit=XDD-MOJ").content
