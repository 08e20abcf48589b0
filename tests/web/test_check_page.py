"""The public page: three answers, bounded, nothing kept, the same for a dossier that is here and one that is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from tests.web.conftest import SECRET, Desk

from corridor.casework import house, queries, store
from corridor.casework.actions.signing import open_key
from corridor.casework.models import ActRow
from corridor.casework.queries import paper as asked
from corridor.casework.tries import Tries
from corridor.dossier import VerifiedAct
from corridor.dossier.paper import content, readback, setting, signature
from corridor.node.config import Config
from corridor.web.views.genuine import MOST


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with no tries counted."""
    monkeypatch.setattr(asked, "CODES", Tries(each=10, all=120, window=timedelta(minutes=10)))
    monkeypatch.setattr(asked, "FILES", Tries(each=30, all=300, window=timedelta(minutes=10)))


def _act(desk: Desk) -> VerifiedAct:
    home = house.house()
    row = ActRow.objects.get(pk=desk.dossiers["CP"])
    return store.verified(home, store.envelope(home, row))


def _paper(desk: Desk) -> bytes:
    act, home = _act(desk), house.house()
    names = content.Names(
        content.Party("XAA", "Aurelia", "XAA-CP", "Contact point"),
        (content.Party("XBB", "Borealia", "XBB-CP", "Contact point"),),
    )
    said = content.content(act, names, basis=("UNCC_2024", "42"), on=act.act.header.time)
    return signature.sign(setting.pdf(said), act, open_key(home, desk.person("CP", "signatory"), SECRET).key)


def _ask(browser: Client, data: bytes, **more: str) -> tuple[int, str]:
    answer = browser.post(
        "/check/", {"ask": "file", "file": SimpleUploadedFile("x.pdf", data), **more}, follow=False
    )
    return answer.status_code, answer.content.decode()


def test_a_stranger_checks_a_paper_and_learns_nothing_of_the_case(desk: Desk) -> None:
    paper = _paper(desk)
    status, page = _ask(Client(), paper)
    assert status == 200
    assert 'data-verdict="genuine"' in page
    assert "XAA" in page
    for secret in ("Facts nobody else", "mailbox", "FILE-CP", "reserv", desk.dossiers["CP"]):
        assert secret not in page
    changed = paper[:-200] + bytes([paper[-200] ^ 4]) + paper[-199:]
    assert 'data-verdict="not_genuine"' in _ask(Client(), changed)[1]
    assert 'data-verdict="unknown"' in _ask(Client(), b"%PDF-1.4\nDear colleague")[1]


def test_the_answer_is_the_same_whether_the_dossier_is_here_or_not(desk: Desk) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    paper = _paper(desk)
    with CaptureQueriesContext(connection) as seen:
        here = _ask(Client(), paper)
    assert seen.captured_queries == []  # it cannot depend on what is not asked
    assert here[0] == 200


def test_a_code_is_answered_yes_or_no_and_nothing_more(desk: Desk) -> None:
    code = readback.code(desk.dossiers["CP"])
    yes = Client().post("/check/", {"ask": "code", "code": code.lower()}).content.decode()
    assert 'data-issued="yes"' in yes
    assert desk.dossiers["CP"] not in yes
    assert "/dossiers/" not in yes
    other = Client().post("/check/", {"ask": "code", "code": readback.code("0" * 64)}).content.decode()
    assert 'data-issued="no"' in other
    slip = Client().post("/check/", {"ask": "code", "code": code[:-1] + ("0" if code[-1] != "0" else "1")})
    assert slip.status_code == 422
    assert "dossier.paper.code-slip" in slip.content.decode()


def test_two_yeses_about_different_cases_are_the_same_bytes(desk: Desk) -> None:
    pages = [
        Client().post("/check/", {"ask": "code", "code": readback.code(desk.dossiers[office])}).content
        for office in ("CP", "CA")
    ]
    assert pages[0] == pages[1]


def test_codes_are_asked_a_bounded_number_of_times(desk: Desk) -> None:
    code = readback.code("0" * 64)
    for _ in range(10):
        assert Client().post("/check/", {"ask": "code", "code": code}).status_code == 200
    refused = Client().post("/check/", {"ask": "code", "code": readback.code(desk.dossiers["CP"])})
    assert "casework.check.too-many" in refused.content.decode()
    assert "data-issued" not in refused.content.decode()


def test_only_this_states_own_acts_have_codes_here(desk: Desk) -> None:
    ActRow.objects.filter(pk=desk.dossiers["CP"]).update(own=False)
    assert not queries.issued(readback.code(desk.dossiers["CP"]), address="t")


def test_an_officer_is_led_to_a_dossier_only_where_it_is_theirs(desk: Desk) -> None:
    code = readback.code(desk.dossiers["CP"])
    own = queries.read_back(desk.person("CP", "drafter"), code)
    assert (own.issued, own.dossier) == (True, desk.dossiers["CP"])
    other = queries.read_back(desk.person("CA", "drafter"), code)
    assert (other.issued, other.dossier) == (True, "")


def test_what_is_too_large_is_refused_before_it_is_held(desk: Desk) -> None:
    for over in (1, 100_000, 1_000_000):
        status, page = _ask(Client(), b"%PDF-" + b"x" * (MOST + over))
        assert status == 422
        assert "web.upload.too-large" in page
    assert Client().post("/check/", {"ask": "file"}).status_code == 422


def test_nothing_that_is_sent_is_kept(desk: Desk) -> None:
    before = {path for path in desk.folder.rglob("*") if path.is_file()}
    rows = ActRow.objects.count()
    _ask(Client(), _paper(desk))
    assert {path for path in desk.folder.rglob("*") if path.is_file()} == before
    assert ActRow.objects.count() == rows


def test_an_officer_finds_whom_to_call_back_and_a_stranger_does_not(desk: Desk) -> None:
    asked_for = {"ask": "call", "state": "XBB"}
    page = desk.client("CP", "drafter").post("/check/", asked_for).content.decode()
    assert 'data-call="XBB"' in page
    assert "data-call" not in Client().post("/check/", asked_for).content.decode()
    assert (
        'data-call="'
        not in desk.client("CP", "drafter").post("/check/", {"ask": "call", "state": "<b>"}).content.decode()
    )


def test_a_node_that_wants_no_public_page_has_none(desk: Desk) -> None:
    with override_settings(
        NODE=Config(folder=desk.folder, state="XAA", names={"en": "Aurelia"}, check_public=False)
    ):
        assert Client().get("/check/").status_code == 302
        assert desk.client("CP", "drafter").get("/check/").status_code == 200


@pytest.mark.parametrize("received", ["", "2026-02-30", "yesterday"])
def test_the_day_of_receipt_is_a_day_or_nothing(desk: Desk, received: str) -> None:
    assert _ask(Client(), b"x", received=received)[0] == (200 if not received else 422)


def test_tries_are_counted_by_address_and_together() -> None:
    tries = Tries(each=2, all=3, window=timedelta(minutes=10))
    at = datetime(2026, 11, 27, tzinfo=UTC)
    tries.take("a", at)
    tries.take("a", at)
    for address in ("a", "a"):
        with pytest.raises(Exception, match="too-many"):
            tries.take(address, at)
    tries.take("b", at)
    with pytest.raises(Exception, match="too-many"):
        tries.take("c", at)
    tries.take("c", at + timedelta(minutes=10))
