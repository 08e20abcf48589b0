"""Consultation on jurisdiction as stories: two States and three, agreement, none, and one that stands aside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.dossier.cast import AUTHORITY, Table, codes, outcome, owed, reason, spoken, words

from corridor.dossier.kinds.jurisdiction_consultation import JURISDICTION_CONSULTATION

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185", "UNTOC", "UNCAC"])
KIND = "jurisdiction_consultation"
REASONS = words(reasons="Most victims are here.")
OPENING = {
    "offence_and_facts": {"articles": ["12"], "instrument": "UNCC_2024"},
    "proceedings": [{"state": "XAA", "stage": "investigation", "reference": "Js 7/26"}],
    "parallel_proceedings": [{"state": "XBB", "stage": "charged"}],
    "jurisdiction": {"based_on": ["territory"]},
    "considerations": [{"state": "XBB", "because": ["suspects_there"]}],
}
LISTED = {"proceedings": [{"state": "XBB", "stage": "charged", "reference": "P 5/26"}]}
PLAN = {
    "lead": "XBB",
    "parts": [{"state": "XAA", "does": "discontinues"}],
    "answer_by": "2027-01-15",
}
LATER = datetime(2027, 3, 1, tzinfo=UTC)


def three():
    table = Table()
    table.open(KIND, body=OPENING, requested=("XBB", "XCC"))
    return table


@BASES
def test_two_states_agree_who_prosecutes(basis):
    table = Table(signing=True)
    table.open(KIND, basis=basis, body=OPENING)
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("consulting", "XBB", {("proceedings", "XBB")})
    assert (state.owed[0].ref.split()[0], state.missing_items) == (basis, ())
    table.act("XBB", "acknowledge")
    table.act("XBB", "list_proceedings", LISTED)
    assert table.fold().turn == "XAA"
    proposal = table.act("XAA", "propose", PLAN, texts=words(proposal="The suspects are there."))
    state = table.fold()
    assert (state.turn, owed(state)) == ("XBB", {("answer", "XBB")})
    assert [(each.owed_by, each.state) for each in table.fold(as_of=LATER).clocks] == [("XBB", "late")]
    table.act("XBB", "agree", {"proposal": proposal.id})
    state = table.fold(as_of=LATER)
    assert (state.status, state.turn, owed(state)) == ("agreed", "XBB", {("part", "XAA"), ("outcome", "XBB")})
    assert {each.state for each in state.clocks} == {"met"}
    assert "tell_outcome" not in state.possible("XAA")
    table.act("XAA", "report_part", {"does": "discontinues", "date": "2027-01-20"})
    follow = table.act("XAA", "followed_by", {"dossier": "ab" * 32})
    assert [(link.relation, link.act) for link in table.fold().links] == [("followed_by", follow.id)]
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-05-01", "final": False})
    assert table.fold().status == "agreed"
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-09-01"})
    assert table.fold().status == "concluded"
    table.act("XAA", "close")
    state = table.fold(as_of=LATER)
    assert (state.status, state.owed, state.turn, codes(state)) == ("closed", (), None, set())
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert spoken(state)


def test_three_states_agree_only_when_all_do():
    table = three()
    assert owed(table.fold()) == {("proceedings", "XBB"), ("proceedings", "XCC")}
    proposal = table.act("XAA", "propose", PLAN)
    table.act("XBB", "agree", {"proposal": proposal.id})
    state = table.fold()
    assert (state.status, state.turn, ("answer", "XCC") in owed(state)) == ("consulting", "XCC", True)
    table.act("XCC", "agree", {"proposal": proposal.id})
    assert table.fold().status == "agreed"


def test_a_state_that_stands_aside_leaves_the_others_to_agree():
    table = three()
    proposal = table.act("XAA", "propose", PLAN)
    table.act("XBB", "agree", {"proposal": proposal.id})
    table.act("XCC", "stand_aside")
    state = table.fold()
    assert (state.status, owed(state)) == ("agreed", {("part", "XAA"), ("outcome", "XBB")})
    # Aside, it may still speak again when the talk is reopened.
    table.act("XAA", "reopen", {"because": "new_facts"}, texts=REASONS)
    again = table.act("XCC", "propose", {"lead": "XCC"})
    assert (table.fold().status, outcome(table.fold(), again)) == ("consulting", "effective")
    assert ("answer", "XAA") in owed(table.fold())


def test_nobody_proposes_a_state_that_stands_aside_or_takes_no_part():
    table = three()
    table.act("XBB", "stand_aside")
    aside = table.act("XAA", "propose", PLAN)
    assert reason(table.fold(), aside) == f"{KIND}.rule.stood-aside"
    stranger = table.act("XAA", "propose", {"lead": "XDD"})
    assert reason(table.fold(), stranger) == f"{KIND}.rule.not-a-member"
    fair = table.act("XAA", "propose", {"lead": "XCC"})
    assert outcome(table.fold(), fair) == "effective"


def test_disagreement_carries_reasons_and_another_proposal_is_made():
    table = Table()
    table.open(KIND, body=OPENING)
    first = table.act("XAA", "propose", PLAN)
    bare = table.act("XBB", "disagree", {"proposal": first.id})
    assert reason(table.fold(), bare) == f"{KIND}.rule.reasons-missing"
    table.act("XBB", "disagree", {"proposal": first.id}, texts=REASONS)
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("consulting", "XAA", {("proceedings", "XBB")})
    second = table.act(
        "XBB", "propose", {"lead": "XAA", "parts": [{"state": "XBB", "does": "prosecutes_part"}]}
    )
    own = table.act("XAA", "disagree", {"proposal": first.id}, texts=REASONS)
    assert reason(table.fold(), own) == f"{KIND}.rule.no-such-proposal"
    table.act("XAA", "agree", {"proposal": second.id})
    state = table.fold(as_of=LATER)
    assert (state.status, owed(state)) == ("agreed", {("outcome", "XAA"), ("outcome", "XBB")})
    assert {each.state for each in state.clocks} == {"met"}
    # Both prosecute a part: concluded when both have told the outcome.
    table.act("XAA", "tell_outcome", {"outcome": "acquitted", "date": "2027-09-01"})
    assert (table.fold().status, table.fold().turn) == ("agreed", "XBB")
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-10-01"})
    assert table.fold().status == "concluded"


@BASES
def test_ended_without_agreement_is_flagged_and_each_goes_on_by_its_own_law(basis):
    table = Table()
    table.open(KIND, basis=basis, body=OPENING)
    table.act("XAA", "propose", PLAN)
    assert "end_consultation" not in table.fold().possible("XBB")
    table.act("XAA", "end_consultation", {"because": "no_agreement"}, texts=REASONS)
    state = table.fold(as_of=LATER)
    assert (state.status, {each.state for each in state.clocks}) == ("ended", {"lapsed"})
    flag = next(each for each in state.flags if each.code == f"{KIND}.flag.no-agreement")
    assert flag.ref.split()[0] == basis
    table.act("XBB", "close")
    assert (table.fold().status, table.fold().owed) == ("closed", ())
    assert spoken(table.fold())


def test_a_state_that_joins_finds_what_was_agreed_and_has_a_voice_from_then_on():
    table = Table()
    table.open(KIND, body=OPENING)
    rows = [
        {"state": state, "authority": AUTHORITY[state], "role": role}
        for state, role in (("XAA", "requesting"), ("XBB", "requested"), ("XCC", "requested"))
    ]
    proposal = table.act("XAA", "propose", PLAN)
    table.act("XAA", "amend_members", {"members": rows})
    table.act("XBB", "amend_members", {"members": rows})
    table.act("XBB", "agree", {"proposal": proposal.id})
    state = table.fold()
    assert (state.status, state.turn) == ("consulting", "XCC")
    table.act("XCC", "agree", {"proposal": proposal.id})
    assert table.fold().status == "agreed"


def test_a_state_that_stood_aside_is_not_agreed_on_unless_it_agrees_itself():
    table = three()
    proposal = table.act("XAA", "propose", PLAN)
    table.act("XBB", "stand_aside")
    assert "agree" not in table.fold().possible("XCC")
    table.act("XBB", "agree", {"proposal": proposal.id})
    table.act("XCC", "agree", {"proposal": proposal.id})
    assert table.fold().status == "agreed"


# --- crossings ---------------------------------------------------------------------------------------------------


def test_a_disagreement_is_heard_before_the_agreement_it_crossed():
    table = three()
    proposal = table.act("XAA", "propose", PLAN)
    agreed = table.act("XCC", "agree", {"proposal": proposal.id})
    table.act("XBB", "agree", {"proposal": proposal.id}, seen=[proposal])
    table.act("XCC", "disagree", {"proposal": proposal.id}, texts=REASONS, seen=[agreed])
    state = table.fold()
    assert state.status == "consulting"
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_agreement_found_is_not_ended_by_who_had_not_heard_of_it():
    table = Table()
    table.open(KIND, body=OPENING)
    proposal = table.act("XAA", "propose", PLAN)
    table.act("XBB", "agree", {"proposal": proposal.id}, seen=[proposal])
    ending = table.act("XAA", "end_consultation", {"because": "no_agreement"}, seen=[proposal])
    assert (table.fold().status, outcome(table.fold(), ending)) == ("agreed", "overtaken")


def test_a_final_outcome_is_not_reopened_by_who_had_not_heard_of_it():
    table = Table()
    table.open(KIND, body=OPENING)
    proposal = table.act("XAA", "propose", PLAN)
    agreed = table.act("XBB", "agree", {"proposal": proposal.id})
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-09-01"}, seen=[agreed])
    reopened = table.act("XAA", "reopen", {"because": "new_facts"}, texts=REASONS, seen=[agreed])
    state = table.fold()
    assert (state.status, reason(state, reopened)) == ("concluded", f"{KIND}.crossing.outcome-stands")


def test_two_proposals_cross_and_either_may_be_agreed_to():
    table = Table()
    opened = table.open(KIND, body=OPENING)
    first = table.act("XAA", "propose", PLAN, seen=[opened])
    second = table.act("XBB", "propose", {"lead": "XAA"}, seen=[opened])
    state = table.fold()
    assert {outcome(state, first), outcome(state, second)} == {"effective"}
    table.act("XBB", "agree", {"proposal": first.id})
    assert table.fold().status == "agreed"


def test_every_status_has_a_turn_and_a_way_on():
    for status in JURISDICTION_CONSULTATION.statuses():
        assert status in JURISDICTION_CONSULTATION.turns
        ways = {
            target
            for rows in JURISDICTION_CONSULTATION.table.values()
            for target in rows.get(status, {}).values()
            if target not in {"=", status}
        }
        assert ways or status == "closed", status
