"""Mutual legal assistance as stories: served, heard by video, records handed over, a person lent and returned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, T0, Table, outcome, reason, words

from corridor import law
from corridor.dossier import Condition, DraftFault

UNDER = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185", "UNCAC"])
REASONS = words(reasons="Not at that hour.")
REQUEST = {
    "requesting_authority": {"state": "XAA", "authority": "XAA-CA"},
    "matter_and_authority": {"offence": {"instrument": "UNCC_2024", "articles": ["12"]}},
    "assistance_and_procedure": {"purposes": ["evidence_and_statements"], "procedure": "under oath"},
    "purpose": {"use": "trial"},
    "statements": [{"person": {"capacity": "witness", "in_custody": False}, "by": "video_link"}],
}
SUMMONS = {"service": [{"documents": ["summons"], "served_by": "2027-01-10"}]}


def report(purpose="service_of_documents", result="done", **more):
    return {"purpose": purpose, "result": result, "date": "2026-12-20", **more}


def codes(rows):
    return {each.code for each in rows}


def clock(state, name):
    return next(each for each in state.clocks if each.id == f"mutual_assistance.clock.{name}")


def under_execution(basis="UNCC_2024", body=None):
    table = Table()
    table.open("mutual_assistance", basis=basis, body=body if body is not None else REQUEST)
    table.act("XBB", "accept")
    table.act("XBB", "execute", MEASURE)
    return table


@UNDER
def test_documents_are_served_and_that_is_reported(basis):
    table = Table(signing=True)
    table.open(
        "mutual_assistance", basis=basis, body=SUMMONS, texts=words(service="To the company at Port Cyan.")
    )
    table.act("XBB", "acknowledge")
    table.act("XBB", "accept")
    assert "mutual_assistance.owed.execution" in codes(table.fold().owed)
    table.act("XBB", "execute", MEASURE)
    served = table.act(
        "XBB", "report", report(manner="in_person"), texts=words(report="Served on the manager.")
    )
    state = table.fold()
    assert (state.status, state.turn) == ("reported", "XAA")
    table.act("XAA", "confirm_report", {"report": served.id})
    assert table.fold().status == "confirmed"
    table.act("XAA", "close")
    state = table.fold()
    assert (state.status, state.turn) == ("closed", None)
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert all(each.state in {"met", "lapsed"} for each in state.clocks)
    assert not state.owed


def test_a_report_that_is_not_enough_is_owed_again():
    table = under_execution()
    first = table.act("XBB", "report", report(result="partly"))
    table.act("XAA", "confirm_report", {"report": first.id, "result": "not_satisfied"})
    state = table.fold()
    assert (state.status, state.turn) == ("reported", "XBB")
    assert "mutual_assistance.owed.report-again" in codes(state.owed)
    second = table.act("XBB", "report", report())
    table.act("XAA", "confirm_report", {"report": second.id})
    assert table.fold().status == "reported"  # the first still stands as not enough
    table.act("XAA", "confirm_report", {"report": first.id})
    assert table.fold().status == "confirmed"


def test_evidence_and_a_report_are_both_confirmed_before_it_is():
    table = under_execution()
    told = table.act("XBB", "report", report("records"))
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert table.fold().status == "reported"
    table.act("XAA", "confirm_report", {"report": told.id})
    assert table.fold().status == "confirmed"
    table = under_execution()
    told = table.act("XBB", "report", report("records"))
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    table.act("XAA", "confirm_report", {"report": told.id})
    assert table.fold().status == "delivered"


def test_a_hearing_by_video_is_arranged_kept_and_reported():
    table = under_execution()
    hour = {
        "what": "video_hearing",
        "at": "2026-12-18T09:00:00+01:00",
        "zone": "Europe/Vienna",
        "minutes": 90,
    }
    first = table.act("XAA", "arrange", hour)
    assert "mutual_assistance.owed.arrangement-answer" in codes(table.fold().owed)
    assert "agree_arrangement" not in table.fold().possible("XAA")
    other = table.act("XBB", "agree_arrangement", {"arrangement": "ab" * 32})
    assert reason(table.fold(), other) == "mutual_assistance.rule.no-such-arrangement"
    table.act("XBB", "decline_arrangement", {"arrangement": first.id}, texts=REASONS)
    second = table.act("XBB", "arrange", {**hour, "at": "2026-12-19T14:00:00+02:00"})
    table.act("XAA", "agree_arrangement", {"arrangement": second.id})
    running = clock(table.fold(), "arranged")
    assert (running.act, running.state) == (second.id, "running")
    assert clock(table.fold(as_of=T0 + timedelta(days=40)), "arranged").state == "late"
    table.act("XBB", "report", report("evidence_and_statements", arrangement=second.id))
    assert clock(table.fold(as_of=T0 + timedelta(days=40)), "arranged").state == "met"


def test_a_person_in_custody_is_lent_with_consent_and_owed_back():
    table = under_execution()
    assert "hand_over_person" not in table.fold().possible("XBB")
    with pytest.raises(DraftFault):
        table.act("XBB", "hand_over_person", {"date": "2027-01-05"})
    table.act("XBB", "consent_to_transfer", {"given": True, "date": "2026-12-20", "return_by": "2027-02-01"})
    given = table.act("XBB", "hand_over_person", {"date": "2027-01-05"})
    state = table.fold()
    owed = next(each for each in state.owed if each.code.endswith("return-person"))
    form = law.form("mutual_assistance", "UNCC_2024", on=T0.date())
    assert (owed.by, owed.act, owed.ref) == ("XAA", given.id, form.duty("return_detained_person").cite())
    # Whatever becomes of the request, the person is owed back, and the dossier stays open for it.
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"})
    assert "close" not in table.fold().possible("XAA")
    with pytest.raises(DraftFault):
        table.act("XBB", "close")
    assert clock(table.fold(as_of=T0 + timedelta(days=100)), "return-by").state == "late"
    table.act("XAA", "return_person", {"date": "2027-01-30"})
    table.act("XAA", "close")
    state = table.fold()
    assert state.status == "closed"
    assert clock(state, "return-by").state == "met"


def test_safe_conduct_ends_when_the_law_says():
    table = under_execution()
    table.act("XAA", "presence_over", {"date": "2026-12-01"})
    form = law.form("mutual_assistance", "UNCC_2024", on=T0.date())
    line = form.period("safe_conduct")
    found = clock(table.fold(), "safe_conduct")
    assert (found.due.date() - T0.date().replace(year=2026, month=12, day=1)).days == line.days
    assert (found.basis, found.state) == (line.cite(), "running")
    assert clock(table.fold(as_of=T0 + timedelta(days=60)), "safe_conduct").state == "met"


def test_no_day_at_the_end_of_the_calendar_stops_the_fold():
    table = under_execution()
    table.act("XAA", "presence_over", {"date": "9999-12-30"})
    assert clock(table.fold(), "safe_conduct").due.year == 9999


def test_conditions_costs_and_questions_on_the_way():
    table = Table()
    table.open("mutual_assistance", body=REQUEST)
    offer = table.act("XBB", "accept", conditions=(Condition("1", "confidential"),))
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    stated = table.act("XBB", "state_costs", {"amount": "12500.00", "currency": "EUR", "nature": "experts"})
    state = table.fold()
    owed = next(each for each in state.owed if each.code.endswith("costs-answer"))
    assert owed.ref == law.form("mutual_assistance", "UNCC_2024", on=T0.date()).costs.cite()
    table.act("XAA", "agree_costs", {"stated": stated.id, "borne_by": "shared"})
    table.act("XAA", "ask_status")
    assert "ask_status" not in table.fold().possible("XAA")
    assert "mutual_assistance.owed.status-report" in codes(table.fold().owed)
    table.act("XBB", "report_status", {"stage": "with_authority", "expected": "2027-01-15"})
    assert "mutual_assistance.owed.status-report" not in codes(table.fold().owed)
    assert [each.code for each in table.fold().conditions] == ["confidential"]


def test_another_use_waits_for_the_state_that_gave():
    table = under_execution()
    table.act("XBB", "report", report("records"))
    asked = table.act("XAA", "ask_use", {"use": "onward", "to": "XCC"}, texts=words(reasons="A trial there."))
    state = table.fold()
    assert [(each.code, each.by) for each in state.owed if each.act == asked.id] == [
        ("mutual_assistance.owed.answer-on-use", "XBB")
    ]
    with pytest.raises(DraftFault):  # who asks does not allow itself
        table.act("XAA", "allow_use", {"asked": asked.id})
    table.act("XBB", "deny_use", {"asked": asked.id}, texts=REASONS)
    assert "mutual_assistance.owed.answer-on-use" not in codes(table.fold().owed)


def test_executed_in_part_says_why_and_all_see_it():
    table = Table()
    table.open("mutual_assistance", body=REQUEST)
    table.act("XBB", "accept")
    bare = table.act("XBB", "execute", {**MEASURE, "extent": "part", "not_executed": ["search_access"]})
    assert reason(table.fold(), bare) == "mutual_assistance.rule.reasons-missing"
    done = table.act(
        "XBB",
        "execute",
        {**MEASURE, "extent": "part", "not_executed": ["search_access"], "ground": "domestic_prohibition"},
        texts=REASONS,
    )
    state = table.fold()
    assert outcome(state, done) == "effective"
    assert "mutual_assistance.flag.executed-in-part" in codes(state.flags)
    assert "mutual_assistance.flag.ground-not-listed" not in codes(state.flags)


def test_an_oral_request_is_confirmed_in_writing():
    table = Table()
    table.open("mutual_assistance", body={**REQUEST, "oral": True, "urgent": True})
    state = table.fold()
    assert "mutual_assistance.owed.confirmation-in-writing" in codes(state.owed)
    assert clock(state, "written_confirmation").state == "running"
    table.act("XAA", "confirm_in_writing")
    state = table.fold()
    assert "mutual_assistance.owed.confirmation-in-writing" not in codes(state.owed)
    assert "confirm_in_writing" not in state.possible("XAA")


def test_an_offence_that_opens_no_such_request_is_flagged_and_a_departure_told():
    minor = {
        "matter_and_authority": {"offence": {"serious_crime": {"name": "Trespass", "max_penalty_years": 1}}}
    }
    table = Table()
    table.open("mutual_assistance", body=minor)
    assert "mutual_assistance.flag.gate-closed" in codes(table.fold().flags)
    table = Table()
    table.open(
        "mutual_assistance",
        body={**minor, "departures": [{"code": "gate"}]},
        texts=words(departure="Our courts ask for it."),
    )
    found = codes(table.fold().flags)
    assert "departure.gate" in found
    assert "mutual_assistance.flag.gate-closed" not in found


def test_a_report_crossing_a_withdrawal_stands():
    table = under_execution()
    seen = [table.entries[-1]]
    told = table.act("XBB", "report", report(), seen=seen)
    gone = table.act("XAA", "withdraw", {"reason": "no_longer_needed"}, seen=seen)
    state = table.fold()
    assert (outcome(state, told), outcome(state, gone)) == ("effective", "overtaken")
    assert reason(state, gone) == "mutual_assistance.crossing.reported-stands"


def test_a_person_handed_over_while_the_request_was_withdrawn_is_owed_back():
    table = under_execution()
    consent = table.act("XBB", "consent_to_transfer", {"given": True, "date": "2026-12-20"})
    table.act("XBB", "hand_over_person", {"date": "2027-01-05"}, seen=[consent])
    table.act("XAA", "withdraw", {}, seen=[consent])
    state = table.fold()
    assert state.status == "withdrawn"
    assert "mutual_assistance.owed.return-person" in codes(state.owed)
