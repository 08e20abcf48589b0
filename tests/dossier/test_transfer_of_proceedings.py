"""Transfer of proceedings as stories: asked, file sent, taken over, outcome told or the case handed back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.dossier.cast import Table, codes, outcome, owed, reason, spoken, words

from corridor.dossier import Condition
from corridor.dossier.kinds.parts import USE
from corridor.dossier.kinds.transfer_of_proceedings import TRANSFER_OF_PROCEEDINGS

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "UNTOC", "UNCAC"])
REASONS = words(reasons="The courts there have no time for it.")
OWN = {
    "state": "XAA",
    "authority": "Prosecutor, Aurelia City",
    "reference": "Js 7/26",
    "stage": "investigation",
}
WHOLE = {
    "person": {"nationalities": ["XBB"], "residence": "XBB"},
    "offence_and_facts": {"articles": ["12"], "instrument": "UNCC_2024"},
    "proceedings": [OWN],
    "reason_for_transfer": {"based_on": ["suspect_there", "surrender_refused"]},
    "evidence": {"kinds": ["electronic", "statements"]},
    "victims": {"known": True, "claims": True},
    "parallel_proceedings": [{"state": "XCC", "stage": "inquiry"}],
    "penalty_and_limitation": {"max_penalty_years": 8, "time_barred_on": "2027-06-30"},
}
FILE = {"papers": [{"type": "record", "certified": True}, {"type": "data_carrier"}]}
TAKEN = {"authority": "Prosecutor General of Borealia", "date": "2027-01-10", "reference": "P 5/27"}
LATER = datetime(2027, 12, 1, tzinfo=UTC)


def accepted(basis="UNCC_2024"):
    table = Table()
    table.open("transfer_of_proceedings", basis=basis, body=WHOLE)
    table.act("XBB", "accept")
    return table


@BASES
def test_from_request_to_outcome(basis):
    table = Table(signing=True)
    table.open("transfer_of_proceedings", basis=basis, body=WHOLE)
    state = table.fold()
    assert (owed(state), state.owed[0].ref.split()[0], state.missing_items) == (
        {("decision", "XBB")},
        basis,
        (),
    )
    table.act("XBB", "list_proceedings", {"proceedings": []})
    offer = table.act("XBB", "accept", conditions=(Condition("1", "use_limited"),))
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == (
        "accepted",
        "XAA",
        {("file", "XAA"), ("suspension", "XAA")},
    )
    sent = table.act("XAA", "send_file", FILE, texts=words(file="Volumes 1 to 4"))
    table.act("XAA", "suspend", {"date": "2027-01-05"})
    assert owed(table.fold()) == {("file-receipt", "XBB"), ("opening", "XBB")}
    table.act("XBB", "confirm_file", {"file": sent.id})
    table.act("XBB", "open_proceedings", TAKEN)
    state = table.fold(as_of=LATER)
    assert (state.status, state.turn, owed(state)) == ("taken_over", "XBB", {("outcome", "XBB")})
    assert {(each.id.rpartition(".")[2], each.state) for each in state.clocks} == {("time-barred", "met")}
    assert "withdraw" not in state.possible("XAA")
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-06-01", "final": False})
    assert table.fold().status == "taken_over"
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-09-01"})
    table.act("XAA", "close")
    state = table.fold(as_of=LATER)
    assert (state.status, state.owed, codes(state)) == ("closed", (), set())
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert spoken(state)


def test_an_incomplete_file_is_owed_again():
    table = accepted()
    sent = table.act("XAA", "send_file", FILE)
    table.act("XBB", "confirm_file", {"file": sent.id, "result": "incomplete"})
    assert ("file", "XAA") in owed(table.fold())
    assert "confirm_file" not in table.fold().possible("XBB")
    again = table.act("XAA", "send_file", {**FILE, "complete": False})
    assert {("file", "XAA"), ("file-receipt", "XBB")} <= owed(table.fold())
    stray = table.act("XBB", "confirm_file", {"file": "00" * 32})
    assert reason(table.fold(), stray) == "transfer_of_proceedings.rule.no-such-file"
    table.act("XBB", "confirm_file", {"file": again.id})
    table.act("XAA", "send_file", FILE)
    assert ("file", "XAA") not in owed(table.fold())


@BASES
def test_two_states_that_pursue_one_case_are_seen_by_both(basis):
    table = accepted(basis)
    table.act("XBB", "open_proceedings", TAKEN)
    state = table.fold()
    assert "both-pursue" in codes(state)
    assert {("suspension", "XAA"), ("file", "XAA")} <= owed(state)
    table.act("XAA", "suspend", {"date": "2027-01-12", "how": "discontinued"})
    assert "suspend" not in table.fold().possible("XAA")
    assert ("suspension", "XAA") not in owed(table.fold())
    assert spoken(table.fold())


def test_handed_back_and_resumed():
    table = accepted()
    table.act("XAA", "suspend", {"date": "2027-01-05"})
    table.act("XBB", "open_proceedings", TAKEN)
    bare = table.act("XBB", "hand_back", {"date": "2027-03-01"})
    assert reason(table.fold(), bare) == "transfer_of_proceedings.rule.reasons-missing"
    table.act("XBB", "hand_back", {"date": "2027-03-01"}, texts=REASONS)
    table.act("XAA", "resume", {"date": "2027-03-02"})
    assert "resume" not in table.fold().possible("XAA")
    table.act("XBB", "close")
    assert (table.fold().status, table.fold().owed) == ("closed", ())


@BASES
def test_declined_with_reasons_and_the_own_proceedings_go_on(basis):
    table = Table()
    table.open("transfer_of_proceedings", basis=basis, body=WHOLE)
    bare = table.act("XBB", "refuse", {"ground": "personal_data_law"})
    assert reason(table.fold(), bare) == "transfer_of_proceedings.rule.reasons-missing"
    table.act("XBB", "consult", {"considering": "refuse"})
    table.act("XAA", "consult", {"considering": "reply"})
    table.act("XBB", "refuse", {"ground": "personal_data_law"}, texts=REASONS)
    assert {each.state for each in table.fold(as_of=LATER).clocks} == {"lapsed"}
    table.act("XAA", "close")
    assert spoken(table.fold())


def test_a_case_that_becomes_time_barred_while_nobody_decides_is_late():
    table = Table()
    table.open("transfer_of_proceedings", body=WHOLE)
    clock = table.fold(as_of=LATER).clocks[0]
    assert (clock.owed_by, clock.state) == ("XBB", "late")


def test_another_use_of_the_file_waits_for_the_state_that_sent_it():
    table = accepted()
    table.act("XAA", "send_file", FILE)
    asked = table.act("XBB", "ask_use", {"use": "other_matter"}, texts=REASONS)
    assert ("answer-on-use", "XAA") in owed(table.fold())
    table.act("XAA", "allow_use", {"asked": asked.id})
    assert USE.of(table.fold().facts).allows("XBB", "other_matter")


# --- crossings ---------------------------------------------------------------------------------------------------


def test_taking_over_and_withdrawal_cross_the_case_stays_there():
    table = accepted()
    head = table.entries[-1]
    withdrawal = table.act("XAA", "withdraw", {}, seen=[head])
    table.act("XBB", "open_proceedings", TAKEN, seen=[head])
    state = table.fold()
    assert (state.status, reason(state, withdrawal)) == (
        "taken_over", "transfer_of_proceedings.crossing.taken-over-stands",
    )  # fmt: skip


def test_the_file_and_a_refusal_cross_it_decides_again():
    table = Table()
    opened = table.open("transfer_of_proceedings", body=WHOLE)
    table.act("XAA", "send_file", FILE, seen=[opened])
    refusal = table.act("XBB", "refuse", {"ground": "personal_data_law"}, texts=REASONS, seen=[opened])
    state = table.fold()
    assert (state.status, reason(state, refusal)) == (
        "asked", "transfer_of_proceedings.crossing.supplement-unseen",
    )  # fmt: skip


def test_a_withdrawal_and_an_acceptance_cross():
    table = Table()
    opened = table.open("transfer_of_proceedings", body=WHOLE)
    table.act("XAA", "withdraw", {}, seen=[opened])
    acceptance = table.act("XBB", "accept", seen=[opened])
    assert (table.fold().status, outcome(table.fold(), acceptance)) == ("withdrawn", "overtaken")


def test_every_status_has_a_turn_and_a_way_on():
    for status in TRANSFER_OF_PROCEEDINGS.statuses():
        assert status in TRANSFER_OF_PROCEEDINGS.turns
        ways = {
            target
            for rows in TRANSFER_OF_PROCEEDINGS.table.values()
            for target in rows.get(status, {}).values()
            if target not in {"=", status}
        }
        assert ways or status == "closed", status
