"""Preservation as stories: what States may do, in which status, under either instrument."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.dossier.cast import OFFICERS, T0, Table, outcome, reason, words

from corridor import dossier
from corridor.dossier import DraftFault

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185"])
PRESERVED = {"preserved_until": "2027-02-10"}


@BASES
def test_from_request_to_follow_up(basis):
    """Asked, acknowledged, asked back, supplemented, preserved, extended, followed: whose turn it is at each step."""
    table = Table(signing=True)
    table.open(basis=basis, body={"locate": True, "urgent": True})
    assert (table.fold().status, table.fold().turn) == ("asked", "XBB")
    table.act("XBB", "acknowledge")
    question = table.act("XBB", "ask", {"items": ["necessity"], "answer_by": "2026-11-26"})
    state = table.fold()
    assert (state.status, state.turn) == ("acknowledged", "XAA")
    assert [owed.code for owed in state.owed if owed.by == "XAA"] == ["preservation.owed.supplement"]
    table.act(
        "XAA", "supplement", {"answers": [question.id]}, texts=words(necessity="Logs are kept for a week.")
    )
    assert table.fold().turn == "XBB"
    assert "necessity" not in table.fold().missing
    table.act("XBB", "locate", {"found": True, "held_in": "XBB"})
    table.act("XBB", "preserved", PRESERVED)
    state = table.fold()
    assert (state.status, state.turn, state.preserved_until) == ("preserving", "XAA", date(2027, 2, 10))
    assert not [flag for flag in state.flags if "minimum" in flag.code]
    table.act("XAA", "ask_extension", {"until": "2027-05-01"})
    assert (table.fold().status, table.fold().turn) == ("extension_asked", "XBB")
    table.act("XBB", "grant_extension", {"preserved_until": "2027-05-01"})
    assert table.fold().preserved_until == date(2027, 5, 1)
    table.act("XBB", "disclose_traffic", {"providers": [{"name": "Cyrenian Transit", "state": "XCC"}]})
    table.act("XAA", "followed_by", {"dossier": "ef" * 32})
    state = table.fold()
    assert (state.status, state.turn) == ("followed", "XBB")
    assert [(link.relation, link.dossier) for link in state.links] == [("followed_by", "ef" * 32)]
    assert "expire" not in state.possible("XBB")
    table.act("XBB", "release", {"reason": "follow_up_decided"})
    state = table.fold()
    assert (state.status, state.turn) == ("released", None)
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_term_shorter_than_the_law_asks_is_flagged_and_stands():
    table = Table()
    table.open()
    act = table.act("XBB", "preserved", {"preserved_until": "2026-12-10", "preserved_from": "2026-11-24"})
    state = table.fold()
    assert outcome(state, act) == "effective"
    flag = next(flag for flag in state.flags if flag.code == "preservation.flag.shorter-than-minimum")
    assert flag.ref == "UNCC_2024 42"


def test_incomplete_request_goes_and_says_so():
    """Asking to keep data is never stopped for want of content (fail open to preserve)."""
    table = Table()
    act = table.open()
    state = table.fold()
    assert outcome(state, act) == "effective"
    assert state.status == "asked"
    assert {"offence_and_facts", "data_and_link", "necessity", "intention_to_request"} == set(state.missing)
    assert "request.incomplete" in {flag.code for flag in state.flags}
    assert "authority" not in {item.item for item in state.missing_items}, "the signed header names it"


def test_no_postponement():
    assert "postpone" not in dossier.REGISTRY["preservation"].bodies


def test_refusal_needs_reasons_and_an_unlisted_ground_is_flagged():
    table = Table()
    table.open()
    act = table.act("XBB", "refuse", {"ground": "de_minimis"}, texts=words(reasons="Too small."))
    state = table.fold()
    assert (state.status, outcome(state, act)) == ("refused", "effective")
    assert "preservation.flag.ground-not-listed" in {flag.code for flag in state.flags}
    table = Table()
    table.open()
    bare = table.act("XBB", "refuse", {"ground": "domestic_prohibition"})
    assert reason(table.fold(), bare) == "preservation.rule.reasons-missing"
    assert table.fold().status == "asked"


def test_warning_waits_for_the_requesting_state():
    table = Table()
    table.open()
    warning = table.act("XBB", "warn", {"risks": ["confidentiality"]})
    state = table.fold()
    assert state.turn == "XAA"
    assert state.owed[-1].code == "preservation.owed.decision-after-warning"
    table.act("XAA", "proceed", {"answers": warning.id})
    assert table.fold().turn == "XBB"


def test_expiry_before_the_term_is_illegal_and_afterwards_is_not():
    table = Table()
    table.open()
    table.act("XBB", "preserved", PRESERVED)
    early = table.act("XBB", "expire", {"date": "2027-02-10"})
    assert reason(table.fold(), early) == "preservation.rule.term-not-over"
    table.act("XBB", "expire", {"date": "2027-02-11"})
    assert table.fold().status == "expired"


def test_release_before_the_term_is_shown():
    table = Table()
    table.open()
    table.act("XBB", "preserved", PRESERVED)
    table.act("XBB", "release", {"reason": "other", "date": "2026-12-01"})
    assert "preservation.flag.released-before-term" in {flag.code for flag in table.fold().flags}


def test_preserved_after_the_follow_up_request_goes_on_until_that_is_decided():
    table = Table()
    table.open()
    table.act("XAA", "followed_by", {"dossier": "ef" * 32})
    table.act("XBB", "preserved", PRESERVED)
    assert table.fold().status == "followed"


def test_clocks_move_with_as_of_only():
    """`as_of` is an argument: status and outcomes are the same at every time, clocks are not."""
    table = Table()
    table.open()
    table.act("XBB", "preserved", PRESERVED)
    before, after = table.fold(T0), table.fold(T0 + timedelta(days=200))
    assert [clock.state for clock in before.clocks] == ["running"]
    assert [clock.state for clock in after.clocks] == ["lapsed"]
    assert (before.status, before.outcomes) == (after.status, after.outcomes)


def test_extension_asked_late_by_the_receipt_is_shown_and_the_data_stay():
    table = Table()
    table.open()
    table.act("XBB", "preserved", PRESERVED)
    act = table.act("XAA", "ask_extension")
    table.received(act, "XBB", T0 + timedelta(days=100))
    state = table.fold(T0 + timedelta(days=101))
    assert state.status == "extension_asked"
    assert "preservation.flag.asked-late" in {flag.code for flag in state.flags}


def test_refused_extension_leaves_the_term_as_it_was():
    table = Table()
    table.open()
    table.act("XBB", "preserved", PRESERVED)
    table.act("XAA", "ask_extension")
    table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=words(reasons="Law allows no more."))
    state = table.fold()
    assert (state.status, state.preserved_until) == ("preserving", date(2027, 2, 10))


def test_basis_whose_rules_are_not_in_the_data():
    table = Table()
    table.open(basis="RECIPROCITY")
    table.act("XBB", "preserved", {"preserved_until": "2026-11-30"})
    state = table.fold()
    assert (state.status, state.missing) == ("preserving", ())
    assert {flag.code for flag in state.flags} == {"basis.not-in-the-data"}


def test_an_illegal_move_is_not_drafted_and_changes_nothing():
    table = Table()
    table.open()
    with pytest.raises(DraftFault, match=r"dossier\.draft\.not-possible"):
        table.act("XAA", "ask_extension")
    with pytest.raises(DraftFault, match=r"dossier\.draft\.not-possible"):
        table.act("XAA", "preserved", PRESERVED)


@pytest.mark.parametrize(
    "address",
    [
        {"ip": "203.0.113.7", "time": "2026-11-20T10:00:00Z"},
        {"ip": "203.0.113.7", "port": 50000, "time": "2026-11-20T10:00:00"},
        {"ip": "203.0.113.7", "port": 50000, "time": "2026-11-20T10:00:00.5Z"},
        {"ip": "203.0.113.700", "port": 50000, "time": "2026-11-20T10:00:00Z"},
    ],
)
def test_an_address_without_port_zone_or_second_is_not_drafted(address):
    with pytest.raises(DraftFault, match=r"dossier\.draft\.body"):
        dossier.check_body("preservation", "request", _with(address))


def _with(address):
    return {"data_and_link": {"data": [{"category": "subscriber", "address": address}]}}


def test_an_address_with_all_three_is_kept_as_written():
    body = _with({"ip": "203.0.113.7", "port": 50000, "time": "2026-11-20T10:00:00Z", "new_field": 1})
    assert dossier.check_body("preservation", "request", body)["data_and_link"] == body["data_and_link"]


def test_possible_offers_each_act_with_the_form_of_its_body():
    table = Table()
    table.open()
    offered = {act.name: act for act in dossier.possible(table.fold(), "XBB")}
    assert set(offered) == {
        "acknowledge",
        "ask",
        "locate",
        "warn",
        "preserved",
        "refuse",
        "report_status",
        "notify",
        "amend_members",
    }
    assert "preserved_until" in offered["preserved"].schema["properties"]
    assert offered["preserved"].code == "preservation.act.preserved"
    assert dossier.possible(table.fold(), "XCC") == ()
    assert OFFICERS["XCC"].state == "XCC"


def test_no_date_a_body_can_hold_stops_the_fold():
    """The first and last days of the calendar are dates too: one letter must not take a desk down."""
    table = Table()
    period = {"start": "0001-01-01T00:00:00+14:00", "end": "0001-01-01T00:00:00+13:00"}
    table.open(body={"data_and_link": {"data": [{"category": "content", "period": period}]}})
    table.act("XBB", "preserved", {"preserved_until": "9999-12-31", "preserved_from": "9999-12-31"})
    late = {"start": "9999-12-31T23:00:00-14:00", "end": "9999-12-31T23:59:59-14:00"}
    table.act("XAA", "supplement", {"data_and_link": {"data": [{"category": "content", "period": late}]}})
    state = table.fold()
    assert state.status == "preserving"
    assert "preservation.flag.shorter-than-minimum" in {flag.code for flag in state.flags}
