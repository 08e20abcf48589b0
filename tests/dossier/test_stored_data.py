"""Stored data as stories: accept, execute, deliver, confirm, and every way it does not come to that."""

from __future__ import annotations

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, T0, Table, outcome, reason, words

from corridor.dossier import Condition

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185"])
DELIVERY = {"packages": [PACKAGE], "custody": CUSTODY}
REASONS = words(reasons="It would harm a proceeding of ours.")


def codes(state):
    return {flag.code for flag in state.flags}


@BASES
def test_from_request_to_confirmed_evidence(basis):
    table = Table(signing=True)
    table.open(
        "stored_data", basis=basis, body={"follows": "ab" * 32, "deadline": "2027-01-31", "expedited": True}
    )
    assert [link.relation for link in table.fold().links] == ["follows"]
    table.act("XBB", "acknowledge")
    offer = table.act("XBB", "accept", conditions=(Condition("1", "use_limited"),))
    state = table.fold()
    assert (state.status, state.turn, state.conditions) == ("conditions_offered", "XAA", ())
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    state = table.fold()
    assert (state.status, [each.code for each in state.conditions]) == ("accepted", ["use_limited"])
    table.act("XBB", "execute", MEASURE)
    assert table.fold().owed[-1].code == "stored_data.owed.delivery"
    table.act("XBB", "deliver", DELIVERY)
    assert (table.fold().status, table.fold().turn) == ("delivered", "XAA")
    assert next(c for c in table.fold().clocks if c.id == "stored_data.clock.deadline").state == "met"
    table.act("XAA", "confirm", {"packages": [PACKAGE], "result": "unchanged"})
    assert table.fold().status == "confirmed"
    table.act("XAA", "close")
    state = table.fold()
    assert (state.status, state.turn) == ("closed", None)
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_delivery_is_impossible_without_the_measure_it_rests_on():
    table = Table()
    table.open("stored_data")
    accepted = table.act("XBB", "accept")
    assert "deliver" not in table.fold().possible("XBB")
    table.act("XBB", "execute", MEASURE)
    wrong = table.act("XBB", "deliver", {**DELIVERY, "executed": accepted.id})
    assert reason(table.fold(), wrong) == "stored_data.rule.not-executed"
    bare = table.act("XBB", "deliver", {"packages": [PACKAGE]})
    assert reason(table.fold(), bare) == "stored_data.rule.no-custody-statement"


def test_a_package_that_does_not_check_is_owed_again():
    table = Table()
    table.open("stored_data")
    table.act("XBB", "accept")
    table.act("XBB", "execute", MEASURE)
    table.act("XBB", "deliver", DELIVERY)
    table.act("XAA", "confirm", {"packages": [PACKAGE], "result": "changed"})
    state = table.fold()
    assert (state.status, state.turn, state.owed[0].code) == (
        "delivered",
        "XBB",
        "stored_data.owed.delivery-again",
    )
    table.act("XBB", "deliver", DELIVERY)
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert table.fold().status == "confirmed"


def test_two_packages_are_confirmed_when_both_are():
    table = Table()
    table.open("stored_data")
    table.act("XBB", "accept")
    table.act("XBB", "execute", MEASURE)
    table.act("XBB", "deliver", {"packages": [PACKAGE, "ba" * 32], "custody": [*CUSTODY, "dc" * 32]})
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert table.fold().status == "delivered"
    table.act("XAA", "confirm", {"packages": ["ba" * 32]})
    assert table.fold().status == "confirmed"
    unknown = table.act("XAA", "confirm", {"packages": ["00" * 32]})
    assert reason(table.fold(), unknown) == "stored_data.rule.no-such-package"


def test_refusing_without_the_consultation_the_law_asks_for_is_flagged():
    table = Table()
    table.open("stored_data")
    table.act("XBB", "refuse", {"ground": "sovereignty_security_ordre_public"}, texts=REASONS)
    assert "stored_data.flag.not-consulted-no-reason" in codes(table.fold())
    table = Table()
    table.open("stored_data")
    said = (*REASONS, *words(not_consulted="The court ruled today."))
    table.act("XBB", "refuse", {"ground": "sovereignty_security_ordre_public"}, texts=said)
    assert "stored_data.flag.not-consulted" in codes(table.fold())


def test_refusing_after_consultation_carries_no_flag():
    table = Table()
    table.open("stored_data")
    table.act("XBB", "consult", {"considering": "refuse", "ground": "domestic_prohibition"})
    assert (table.fold().status, table.fold().turn) == ("consulting", "XAA")
    table.act("XAA", "consult", {"considering": "reply"})
    assert table.fold().turn == "XBB"
    table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS)
    state = table.fold()
    assert state.status == "refused"
    assert not [code for code in codes(state) if code.startswith("stored_data.")]


def test_a_ground_outside_the_list_is_flagged_with_the_form():
    table = Table()
    table.open("stored_data")
    act = table.act("XBB", "refuse", {"ground": "political_offence"}, texts=REASONS)
    state = table.fold()
    assert outcome(state, act) == "effective"
    assert "stored_data.flag.ground-not-listed" in codes(state)


def test_postponed_then_taken_up_again():
    table = Table()
    table.open("stored_data")
    table.act("XBB", "consult", {"considering": "postpone"})
    table.act("XAA", "consult", {"considering": "reply"})
    table.act("XBB", "postpone", {"ground": "ongoing_proceedings", "until": "2027-03-01"}, texts=REASONS)
    state = table.fold()
    assert (state.status, state.clocks[0].id) == ("postponed", "stored_data.clock.postponed-until")
    assert not [code for code in codes(state) if code.startswith("stored_data.")]
    table.act("XBB", "accept")
    assert table.fold().status == "accepted"


def test_refusal_and_postponement_carry_reasons():
    table = Table()
    table.open("stored_data")
    for name in ("refuse", "postpone"):
        act = table.act("XBB", name, {"ground": "domestic_prohibition"})
        assert reason(table.fold(), act) == "stored_data.rule.reasons-missing"


def test_declined_conditions_lead_back_to_consultation():
    table = Table()
    table.open("stored_data")
    offer = table.act("XBB", "accept", conditions=(Condition("1", "confidential"),))
    wrong = table.act("XAA", "accept_conditions", {"offer": PACKAGE})
    assert reason(table.fold(), wrong) == "stored_data.rule.no-such-offer"
    table.act("XAA", "decline_conditions", {"offer": offer.id})
    assert (table.fold().status, table.fold().turn) == ("consulting", "XBB")


def test_a_period_without_a_figure_runs_from_the_receipt_and_is_never_late():
    table = Table()
    act = table.open("stored_data")
    assert not table.fold().clocks
    table.received(act, "XBB", T0)
    clocks = table.fold(as_of=T0.replace(year=2029)).clocks
    assert clocks
    assert {(clock.due, clock.state, clock.owed_by) for clock in clocks} == {(None, "running", "XBB")}


def test_withdrawn_and_closed():
    table = Table()
    table.open("stored_data")
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"})
    assert table.fold().possible("XBB") == ("close", "notify", "amend_members")
    table.act("XBB", "close")
    assert table.fold().status == "closed"
