"""Emergencies as stories: by word of mouth, executed at once, handed over before the papers, reviewed after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, T0, Table, outcome, reason, words
from tests.dossier.checks import clock, flags, owed, sound

from corridor import law
from corridor.dossier import REGISTRY, Condition, missing

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_2AP_CETS224"])
DATA = [{"category": "subscriber", "account": {"type": "email", "value": "k@mail.example"}}]
ASKED = {
    "oral": True,
    "urgent": True,
    "risk_statement": {"dangers": ["killing"], "persons": 1, "expected_at": "2026-11-24T06:00:00Z"},
    "data_needed": {"data": DATA, "provider_asked": "refused"},
}
ORDER = {"measure": {**MEASURE["measure"], "kind": "other_domestic"}}
AT_ONCE = {**ORDER, "safeguards_after": ["authorisation"], "review_by": "2026-11-30"}
DELIVERY = {"packages": [PACKAGE], "custody": CUSTODY}
UPHELD = {"outcome": "upheld", "authority": "District Court of Borealia", "date": "2026-11-26"}
FALLEN = {**UPHELD, "outcome": "not_upheld"}
REASONS = words(reasons="There was no danger that could not wait for the court.")


def opened(basis="UNCC_2024", body=None, **more):
    table = Table(**more)
    act = table.open("emergency_assistance", basis=basis, body=ASKED if body is None else body)
    table.received(act, "XBB", T0)
    return table


def given(basis="UNCC_2024", **more):
    table = opened(basis, **more)
    table.act("XBB", "execute", AT_ONCE)
    table.act("XBB", "deliver", DELIVERY)
    return table


@BASES
def test_data_first_papers_and_review_after(basis):
    table = opened(basis, signing=True)
    state = sound(table)
    assert state.turn == "XBB"
    assert ("confirmation-in-writing", "XAA") in owed(state)
    assert clock(state, "written_confirmation") == "running"
    table.act("XBB", "execute", AT_ONCE)
    state = sound(table)
    assert state.status == "executed"
    assert flags(state) == ["safeguards-after"]
    assert {("delivery", "XBB"), ("review", "XBB"), ("safeguards-after", "XBB")} <= set(owed(state))
    table.act("XBB", "deliver", DELIVERY)
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    early = table.act("XAA", "close") if "close" in sound(table).possible("XAA") else None
    assert early is not None
    assert reason(sound(table), early) == "emergency_assistance.rule.review-outstanding"
    table.act("XAA", "confirm_in_writing")
    table.act("XBB", "review", UPHELD)
    state = sound(table)
    assert owed(state) == []
    assert (clock(state, "written_confirmation"), clock(state, "review")) == ("met", "met")
    table.act("XAA", "close")
    assert sound(table).status == "closed"


def test_the_clock_of_the_convention_is_at_once_and_has_no_figure():
    table = opened()
    found = {each.id: each for each in table.fold(as_of=T0.replace(year=2029)).clocks}
    immediate = found["emergency_assistance.clock.immediate"]
    assert (immediate.due, immediate.state, immediate.owed_by) == (None, "running", "XBB")
    assert (
        immediate.basis
        == law.form("emergency_assistance", "UNCC_2024", on=T0.date()).period("immediate").cite()
    )
    table.act("XBB", "execute", ORDER)
    table.act("XBB", "deliver", DELIVERY)
    assert clock(sound(table), "immediate") == "met"


def test_the_period_of_the_protocol_runs_from_the_acceptance():
    table = opened("BUDAPEST_2AP_CETS224")
    assert not any(each.id.endswith("emergency_answer") for each in sound(table).clocks)
    table.act("XBB", "accept")
    assert clock(sound(table), "emergency_answer") == "running"
    table.act("XBB", "execute", ORDER)
    table.act("XBB", "deliver", DELIVERY)
    assert clock(sound(table), "emergency_answer") == "met"


def test_what_the_review_does_not_uphold_is_not_used_and_destroyed():
    table = given()
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    bare = table.act("XBB", "review", FALLEN)
    assert reason(sound(table), bare) == "emergency_assistance.rule.reasons-missing"
    review = table.act("XBB", "review", FALLEN, texts=REASONS)
    state = sound(table)
    assert {("stop-use", "XAA"), ("destroy", "XAA")} <= set(owed(state))
    assert "not-upheld" in flags(state)
    assert REGISTRY["emergency_assistance"].barred(state.facts) == {PACKAGE}
    table.act(
        "XAA",
        "destroyed",
        {"packages": [PACKAGE], "extent": "part", "reason": "not_upheld", "date": "2026-11-27"},
    )
    assert ("destroy", "XAA") in owed(sound(table))  # a part of it is still held
    other = table.act(
        "XAA", "destroyed", {"packages": ["ee" * 32], "reason": "not_upheld", "date": "2026-11-27"}
    )
    assert reason(sound(table), other) == "emergency_assistance.rule.no-such-package"
    table.act("XAA", "destroyed", {"packages": [PACKAGE], "reason": "not_upheld", "date": "2026-11-27"})
    state = sound(table)
    assert outcome(state, review) == "effective"
    assert not {"stop-use", "destroy"} & {code for code, _ in owed(state)}
    assert REGISTRY["emergency_assistance"].barred(state.facts) == {PACKAGE}  # destroyed is not allowed again


def test_only_the_packages_named_fall_and_each_execution_has_its_own_review():
    second = "ba" * 32
    table = given()
    later = table.act("XBB", "execute", ORDER)
    table.act("XBB", "deliver", {"packages": [second], "custody": ["dc" * 32]})
    table.act("XBB", "review", {**UPHELD, "executed": later.id})
    assert [code for code, _ in owed(sound(table))].count("review") == 1
    first = next(
        act.id for act in table.entries if getattr(act, "act", None) and act.act.header.act == "execute"
    )
    table.act("XBB", "review", {**FALLEN, "executed": first, "packages": [PACKAGE]}, texts=REASONS)
    state = sound(table)
    assert [by for code, by in owed(state) if code == "destroy"] == ["XAA"]
    wrong = table.act("XBB", "review", {**UPHELD, "executed": PACKAGE})
    assert reason(sound(table), wrong) == "emergency_assistance.rule.nothing-to-review"


def test_a_review_is_late_when_the_day_the_state_set_has_passed():
    table = given()
    assert clock(table.fold(as_of=T0 + timedelta(days=30)), "review") == "late"
    table.act("XBB", "review", UPHELD)
    assert clock(table.fold(as_of=T0 + timedelta(days=30)), "review") == "met"


def test_a_withdrawal_that_crossed_an_execution_ends_it_and_the_review_is_still_owed():
    table = Table()
    first = table.open("emergency_assistance", body=ASKED)
    done = table.act("XBB", "execute", AT_ONCE, seen=[first])
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"}, seen=[first])
    state = sound(table)
    assert (outcome(state, done), state.status) == ("effective", "withdrawn")
    assert ("review", "XBB") in owed(state)
    table.act("XBB", "review", UPHELD)
    assert owed(sound(table)) == []


def test_handed_over_before_the_withdrawal_was_known_stands():
    table = opened()
    done = table.act("XBB", "execute", ORDER)
    table.act("XBB", "deliver", DELIVERY, seen=[done])
    withdrawn = table.act("XAA", "withdraw", seen=[done])
    state = sound(table)
    assert (state.status, reason(state, withdrawn)) == (
        "delivered",
        "emergency_assistance.crossing.delivered-stands",
    )


@pytest.mark.parametrize(
    ("basis", "ground", "listed"),
    [
        ("BUDAPEST_2AP_CETS224", "no_emergency", True),
        ("UNCC_2024", "no_emergency", False),
        ("UNCC_2024", "dual_criminality_absent", True),
    ],
)
def test_refused_on_a_ground_of_its_own_instrument(basis, ground, listed):
    table = opened(basis)
    table.act("XBB", "refuse", {"ground": ground}, texts=REASONS)
    state = sound(table)
    assert state.status == "refused"
    assert flags(state) == ([] if listed else ["ground-not-listed"])
    table.act("XAA", "close")
    assert sound(table).status == "closed"


def test_conditions_and_a_consultation_are_possible_too():
    table = opened()
    table.act("XBB", "execute", ORDER)
    table.act("XBB", "consult", {"considering": "conditions"})
    table.act("XAA", "consult", {"considering": "reply"})
    offer = table.act("XBB", "accept", conditions=(Condition("1", "use_limited"),))
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    table.act("XBB", "execute", ORDER)
    table.act("XBB", "deliver", DELIVERY)
    assert [each.code for each in sound(table).conditions] == ["use_limited"]


def test_secrecy_that_cannot_be_kept_waits_for_who_asked():
    table = opened(body={**ASKED, "confidentiality_no_user_notice": {"no_user_notice": True}})
    table.act("XBB", "tell_user", {"by": "provider", "date": "2026-11-24"})
    state = sound(table)
    assert "user-told-early" in flags(state)
    table.act("XBB", "notify", {"about": "confidentiality_not_possible"})
    state = sound(table)
    assert (state.turn, ("decision-on-secrecy", "XAA") in owed(state)) == ("XAA", True)
    table.act("XAA", "go_on_openly")
    assert sound(table).turn == "XBB"
    table.act("XAA", "lift_secrecy")
    again = table.act("XAA", "notify", {"about": "no_longer_needed"})
    assert outcome(sound(table), again) == "effective"
    assert "lift_secrecy" not in sound(table).possible("XAA")


def test_what_the_papers_still_lack_is_shown_and_the_danger_itself_is_only_recommended():
    lacking = {
        each.item: each.mandatory for each in missing("emergency_assistance", "UNCC_2024", {}, T0.date())
    }
    assert (lacking["risk_statement"], lacking["data_needed"], lacking["purpose"]) == (False, False, True)
    lacking = {
        each.item: each.mandatory
        for each in missing("emergency_assistance", "BUDAPEST_2AP_CETS224", {}, T0.date())
    }
    assert lacking == {"risk_statement": True, "data_needed": False}


def test_the_provider_holds_nothing_and_the_search_ends_after_its_review():
    table = opened()
    table.act("XBB", "execute", {**ORDER, "route": "provider_voluntary"})
    table.act("XBB", "answer_items", {"data_items": [{"outcome": "not_held"}]})
    state = sound(table)
    assert (state.status, clock(state, "immediate"), owed(state)) == (
        "nothing_found",
        "met",
        [("confirmation-in-writing", "XAA"), ("review", "XBB")],
    )
    table.act("XAA", "close")
    assert owed(sound(table)) == [("review", "XBB")]  # that it was done is looked at all the same
    table.act("XBB", "review", UPHELD)
    assert owed(sound(table)) == []


def test_data_preserved_before_are_named():
    kept = {"data_needed": {"data": DATA, "preservation": "ee" * 32}}
    table = opened(body={**ASKED, **kept})
    assert [(link.relation, link.dossier) for link in sound(table).links] == [("preserved_by", "ee" * 32)]
