"""A State without a node: asked by a signed PDF, sent by hand, answered on paper, and nothing in clear."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from tests.casework import abroad
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, courier, disclosure, genuine, queries, store
from corridor.casework.fault import CaseworkFault, NotAllowed, NotFound
from corridor.casework.models import (
    Dossier,
    NationalEntry,
    Officer,
    OutboxLetter,
    PaperLetter,
    PaperScan,
    Role,
)
from corridor.dossier import DraftFault, Member
from corridor.dossier.paper import readback
from corridor.dossier.paper.genuine import Verdict
from corridor.exchange import Receipt, Sender, make_receipt, sign_letter
from corridor.faults import Fault

pytestmark = pytest.mark.django_db

SCAN = b"%PDF-1.4 a scan of the answer of the Ministry, stamped"
NAME = "Ministry of Justice of Dorsania"
ADDRESS = "12 Harbour Street\nPort Dors"


@pytest.fixture
def dorsania(desk: Desk) -> dict[str, str]:
    """The book has Dorsania, which no directory lists."""
    actions.save_paper_peer(
        desk.person("cp-signatory"), state="xdd", authority="xdd-moj", name=NAME, address=ADDRESS
    )
    return {"state": "XDD", "authority": "XDD-MOJ"}


@pytest.fixture
def asked(desk: Desk, dorsania: dict[str, str], request_body: dict[str, Any]) -> str:
    """Aurelia asked Dorsania to preserve data; the id of the dossier."""
    made = actions.sign_act(
        desk.person("cp-signatory"),
        act="request",
        kind="preservation",
        to=dorsania,
        body=request_body,
        texts=[{"field": "necessity", "language": "en", "text": "It may be gone tomorrow."}],
        secret=SECRET,
        reference="XAA/7",
        override_reason="the rest follows",
    )
    assert made.letters == ()
    return made.dossier


def _enter(desk: Desk, dossier: str, **more: Any) -> Any:
    person = desk.person("cp-signatory")
    heads = queries.dossier_page(person, dossier).heads
    given = {"state": "XDD", "scan": SCAN, "received": "2026-01-02", "secret": SECRET, "seen": heads}
    return actions.receive_paper(person, dossier, **(given | more))


def _text(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


# --- out -------------------------------------------------------------------------------------------------------


def test_a_state_without_a_node_is_asked_by_a_genuine_paper(desk: Desk, asked: str) -> None:
    person = desk.person("cp-signatory")
    found = queries.papers_of(person, asked)
    assert found.states == ("XDD",)
    (row,) = found.out
    assert (row.act, row.state, row.sent, row.code) == (asked, "XDD", None, readback.code(asked))
    name, pdf = queries.paper_file(person, row.id)
    assert name == f"XDD-{row.code}.pdf"
    answer = genuine.check(pdf, genuine.HouseBook(desk.home), now=desk.clock())
    assert (answer.verdict, answer.state, answer.authority) == (Verdict.GENUINE, "XAA", "XAA-CP")
    text = _text(pdf)
    for said in (
        NAME,
        "12 Harbour Street",
        "It may be gone tomorrow.",
        "billing@nordmail.example",
        "XAA/7",
        row.code,
    ):
        assert said in text, said
    page = queries.dossier_page(person, asked)
    assert [one.delivery for one in page.timeline] == ["paper"]
    assert not OutboxLetter.objects.exists()


def test_every_later_act_goes_on_paper_too(desk: Desk, asked: str) -> None:
    desk.clock.turn(minutes=5)
    person = desk.person("cp-signatory")
    heads = queries.dossier_page(person, asked).heads
    actions.sign_act(person, act="withdraw", dossier_id=asked, seen=heads, secret=SECRET)
    rows = queries.papers_of(person, asked).out
    assert [row.name for row in rows] == ["request", "withdraw"]
    assert "Withdraw" in _text(queries.paper_file(person, rows[1].id)[1])


def test_a_person_says_once_when_and_how_it_went(desk: Desk, asked: str) -> None:
    drafter = desk.person("cp-drafter")
    (row,) = queries.papers_of(drafter, asked).out
    today = f"{desk.clock():%Y-%m-%d}"
    for wrong in ({"day": "soon"}, {"day": "2999-01-01"}, {"channel": "pigeon"}, {"tracking": "x" * 201}):
        with pytest.raises(CaseworkFault, match=r"act\.body"):
            actions.mark_paper_sent(drafter, row.id, **({"day": today, "channel": "diplomatic"} | wrong))
    actions.mark_paper_sent(drafter, row.id, day=today, channel="diplomatic", tracking="BAG-17")
    (sent,) = queries.papers_of(drafter, asked).out
    assert (sent.day, sent.channel, sent.tracking) == (today, "diplomatic", "BAG-17")
    assert sent.sent is not None
    assert queries.dossier_page(drafter, asked).timeline[0].delivery == "paper-sent"
    with pytest.raises(CaseworkFault, match="sent-already"):
        actions.mark_paper_sent(drafter, row.id, day=today, channel="post")
    assert b"BAG-17" not in b"".join(bytes(one.details or b"") for one in PaperLetter.objects.all())


def test_the_book_holds_only_states_that_letters_do_not_reach(desk: Desk) -> None:
    person = desk.person("cp-signatory")
    for wrong in (
        {"state": "XBB", "authority": "XBB-CP"},  # has a node
        {"state": "XAA", "authority": "XAA-CP"},  # ourselves
        {"state": "XDD", "authority": "XCC-MOJ"},
        {"state": "DORSANIA", "authority": "DORSANIA-MOJ"},
        {"state": "XDD", "authority": "XDD-MOJ", "name": " "},
        {"state": "XDD", "authority": "XDD-MOJ", "address": "x" * 1001},
    ):
        with pytest.raises(CaseworkFault, match=r"casework\.paper\."):
            actions.save_paper_peer(person, **({"name": NAME, "address": ADDRESS} | wrong))
    assert queries.paper_peers(person) == ()
    assert not [one for one in queries.addressees("preservation") if one["state"] == "XDD"]


def test_the_book_is_offered_beside_the_directory(desk: Desk, dorsania: dict[str, str]) -> None:
    offered = {one["authority"]: one for one in queries.addressees("preservation")}
    assert offered["XDD-MOJ"]["authority_names"] == {"en": NAME}
    assert "XBB-CP" in offered


@pytest.mark.parametrize(
    "to", [{"state": "XDD", "authority": "XDD-X"}, {"state": "XEE", "authority": "XEE-MOJ"}, {}]
)
def test_nobody_is_asked_who_stands_neither_in_directory_nor_book(
    desk: Desk, dorsania: dict[str, str], to: dict[str, str]
) -> None:
    with pytest.raises(CaseworkFault, match="addressee"):
        actions.sign_act(
            desk.person("cp-signatory"),
            act="request",
            kind="preservation",
            to=to,
            secret=SECRET,
            override_reason="x",
        )
    assert not Dossier.objects.exists()


# --- in --------------------------------------------------------------------------------------------------------


def test_an_answer_on_paper_moves_the_dossier_and_all_see_how_it_came(desk: Desk, asked: str) -> None:
    person = desk.person("cp-signatory")
    desk.clock.turn(days=3)
    assert "preserved" in queries.enter_page(person, asked).acts
    _enter(
        desk,
        asked,
        act="preserved",
        body={"preserved_until": "2027-02-28"},
        texts=[{"field": "note", "language": "en", "text": "As agreed."}],
        reference="MOJ/44",
    )
    page = queries.dossier_page(person, asked)
    assert (page.status, page.preserved_until) == ("preserving", "2027-02-28")
    assert "paper.entered" in page.flags
    entered = page.timeline[-1]
    assert (entered.act, entered.own, entered.outcome) == ("received_paper", True, "effective")
    assert entered.delivery == "received"  # its own paper is not sent back to it
    assert entered.body["scan"] == hashlib.sha256(SCAN).hexdigest()
    (row,) = queries.papers_of(person, asked).received
    assert (row.state, row.received, row.reference, row.name) == ("XDD", "2026-01-02", "MOJ/44", "preserved")
    assert queries.scan_file(person, row.id)[1] == SCAN
    assert len(queries.papers_of(person, asked).out) == 1


def test_a_paper_that_fits_no_act_is_filed_and_moves_nothing(desk: Desk, asked: str) -> None:
    person = desk.person("cp-signatory")
    before = queries.dossier_page(person, asked)
    _enter(desk, asked)
    after = queries.dossier_page(person, asked)
    assert (after.status, after.heads) == (before.status, before.heads)
    (row,) = queries.papers_of(person, asked).received
    assert row.name == ""
    assert queries.scan_file(person, row.id)[1] == SCAN


def test_the_scan_and_what_it_says_are_nowhere_in_clear(desk: Desk, asked: str) -> None:
    _enter(desk, asked, act="refuse", body={"ground": "sovereignty"}, texts=[
        {"field": "reasons", "language": "en", "text": "Our law forbids it."}
    ], reference="MOJ/44")  # fmt: skip
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                text = b"".join(
                    bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode()
                    for each in row
                )
                for secret in (
                    SCAN,
                    b"Our law forbids",
                    b"MOJ/44",
                    b"sovereignty",
                    b"gone tomorrow",
                    b"nordmail",
                ):
                    assert secret not in text, (table, secret)
    for path in desk.home.root.rglob("*"):
        if path.is_file():
            assert SCAN not in path.read_bytes()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"scan": b""}, "paper.scan"),
        ({"scan": b"<html>"}, "paper.scan"),
        ({"scan": b"%PDF-" + bytes(16 * 1024 * 1024)}, "scan-too-large"),
        ({"received": "yesterday"}, "act.body"),
        ({"dated": "x"}, "act.body"),
        ({"state": "XBB"}, "act.body"),
        ({"state": "XAA"}, "act.body"),
        ({"act": "release", "body": {"reason": "other"}}, "not-possible"),
        ({"act": "preserved", "body": {}}, "draft.body"),
        ({"act": "withdraw"}, "not-possible"),
        ({"act": "received_paper"}, "not-possible"),
        ({"secret": "wrong"}, "secret.wrong"),
        ({"seen": []}, "dossier.moved"),
    ],
)
def test_what_cannot_be_entered_leaves_nothing_behind(
    desk: Desk, asked: str, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Fault, match=code):
        _enter(desk, asked, **more)
    assert not PaperScan.objects.exists()
    assert not NationalEntry.objects.exists()
    assert Dossier.objects.get(pk=asked).acts.count() == 1


def test_a_refusal_on_paper_without_reasons_has_no_effect_and_is_not_kept(desk: Desk, asked: str) -> None:
    with pytest.raises((CaseworkFault, DraftFault)):
        _enter(desk, asked, act="refuse", body={"ground": "sovereignty"})
    assert not PaperScan.objects.exists()


def test_no_paper_is_entered_for_a_state_with_a_node(desk: Desk, ask: Callable[..., str]) -> None:
    dossier = ask()
    assert queries.papers_of(desk.person("cp-signatory"), dossier).states == ()
    assert queries.enter_page(desk.person("cp-signatory"), dossier).acts == ()
    with pytest.raises(Fault, match="not-possible"):
        _enter(desk, dossier, state="XBB", act="acknowledge")


def test_a_letter_that_waits_can_be_carried_by_hand(desk: Desk, ask: Callable[..., str]) -> None:
    dossier = ask()
    name, data = queries.courier_file(desk.person("cp-drafter"), dossier, "XBB")
    assert name.endswith(".corridor-letter")
    answer = genuine.check(data, genuine.HouseBook(desk.home), now=desk.clock())
    assert (answer.verdict, answer.what, answer.facts["to"]) == (Verdict.GENUINE, "letter", "XBB")
    with pytest.raises(NotFound):
        queries.courier_file(desk.person("cp-drafter"), dossier, "XCC")
    with pytest.raises(NotFound):
        queries.courier_file(desk.person("ca-drafter"), dossier, "XBB")


def test_one_on_paper_closes_no_gate_for_members_with_a_node() -> None:
    """Evidence goes to those it can be wrapped for; where everybody is on paper the gate stays as it was."""
    on_paper = Member("XDD", "XDD-MOJ", "observer", {"paper": True})
    others = (Member("XAA", "XAA-CP", "requesting"), Member("XBB", "XBB-CP", "requested"))
    assert disclosure.reached((*others, on_paper), "XBB") == ("XAA",)
    assert disclosure.reached((others[0], on_paper), "XAA") == ("XDD",)
    assert disclosure.reached(others, "XAA") == ("XBB",)


def test_a_letter_that_came_by_hand_is_taken_as_if_posted_and_its_receipt_kept(
    desk: Desk, ask: Callable[..., str]
) -> None:
    """Both ways of a courier: Borealia's letter comes to us, and its receipt for ours comes back."""
    there = desk.others["XBB"]
    opening = there.opening(desk.clock())
    letter, raw = there.letter(opening, "XAA", desk.recipients)
    file = sign_letter(
        raw, letter_id=letter.id, sender=Sender("XBB", there.request), to_state="XAA", at=desk.clock()
    ).to_bytes()
    taken = courier.take(desk.home, file)
    assert (taken.state, taken.letter) == ("XBB", letter.id)
    assert Dossier.objects.filter(pk=opening.id).exists()
    assert courier.take(desk.home, file).receipt == taken.receipt  # twice is once
    with pytest.raises(Fault):
        courier.take(desk.home, file[:-1] + bytes([file[-1] ^ 1]))
    told = genuine.check(taken.receipt, genuine.HouseBook(desk.home), now=desk.clock())
    assert told.what == "receipt"
    with pytest.raises(CaseworkFault, match="no-letter"):
        courier.receipt(desk.home, taken.receipt)  # it is for a letter of theirs


def test_a_receipt_that_was_brought_back_ends_the_sending(
    desk: Desk, ask: Callable[..., str], tmp_path: Path
) -> None:
    dossier, there = ask(), desk.others["XBB"]
    row = OutboxLetter.objects.get(act_id=dossier)
    log = abroad.log_in(tmp_path / "log", there)
    log.append([bytes.fromhex(dossier)])
    said = Receipt(row.digest, dossier, "XAA", "XBB", desk.clock(), "corridor/xbb", 0, log.proof(0))
    with pytest.raises(Fault):
        courier.receipt(desk.home, make_receipt(said, desk.others["XCC"].node))
    assert courier.receipt(desk.home, make_receipt(said, there.node)) == "XBB"
    assert OutboxLetter.objects.get(pk=row.pk).done is not None


def test_a_state_that_was_given_a_node_gets_letters_from_then_on(
    desk: Desk, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dossier stays as it is; the next act goes as a letter, and papers may be entered until it signs itself."""
    known = desk.home.peer("XBB")
    assert known is not None
    monkeypatch.setattr(
        type(desk.home), "peer", lambda self, state: replace(known, state=state) if state == "XDD" else None
    )
    person = desk.person("cp-signatory")
    heads = queries.dossier_page(person, asked).heads
    made = actions.sign_act(person, act="withdraw", dossier_id=asked, seen=heads, secret=SECRET)
    assert made.letters == ("XDD",)
    assert [row.name for row in queries.papers_of(person, asked).out] == ["request"]
    assert [row.has_node for row in queries.paper_peers(person)] == [True]
    assert not [one for one in queries.addressees("preservation") if one["authority"] == "XDD-MOJ"]


# --- whose it is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_papers_and_scans_are_their_authoritys_and_absent_to_all_others(
    desk: Desk, asked: str, role: str
) -> None:
    _enter(desk, asked)
    paper = PaperLetter.objects.get().pk
    scan = PaperScan.objects.get().pk
    own = desk.person(Officer.objects.get(role=role, authority__code="XAA-CP").user.username)
    other = desk.person(Officer.objects.get(role=role, authority__code="XAA-CA").user.username)
    day = f"{desk.clock():%Y-%m-%d}"
    calls: list[tuple[Callable[[Any, str], Any], str, set[str]]] = [
        (queries.paper_file, paper, {Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
        (queries.scan_file, scan, {Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
        (
            lambda p, x: actions.mark_paper_sent(p, x, day=day, channel="post"),
            paper,
            {Role.DRAFTER, Role.SIGNATORY},
        ),
    ]
    for call, id_, roles in calls:
        for who, what in ((other, id_), (own, "0" * 32), (other, "0" * 32)):
            with pytest.raises(NotFound):
                call(who, what)
        if role in roles:
            call(own, id_)
        else:
            with pytest.raises((NotAllowed, NotFound)):
                call(own, id_)
    # Made available: the paper can be read as the dossier can, its scan cannot, and nobody else marks it.
    supervisor = desk.person("cp-supervisor")
    actions.make_available(supervisor, asked, authority="XAA-CA", secret=SECRET)
    if role != Role.ADMINISTRATOR:
        assert queries.paper_file(other, paper)
        assert queries.papers_of(other, asked).received == ()
    with pytest.raises(NotFound):
        queries.scan_file(other, scan)
    with pytest.raises((NotAllowed, NotFound)):
        actions.mark_paper_sent(other, paper, day=day, channel="post")


def test_the_dossier_reads_back_as_it_was(desk: Desk, asked: str) -> None:
    _enter(desk, asked, act="acknowledge")
    loaded = store.load(desk.home, Dossier.objects.get(pk=asked))
    assert loaded.state.status == "acknowledged"
    assert loaded.state.members[1].extra["name"] == NAME
