"""The 24/7 contact point as stories: several questions in one request, answered one by one, and all that crosses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossier.cast import T0, Table, outcome, reason, words
from tests.dossier.checks import clock, flags, owed, sound

from corridor.dossier import REGISTRY, missing

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185"])
ALL = {
    "services": {
        "technical_advice": [{"about": "volatile_data"}],
        "location": [{"find": "provider", "account": {"type": "email", "value": "k@mail.example"}}],
        "legal_information": [{"about": "procedural_power"}, {"about": "language"}],
        "locating_suspects": [{"subject": {"nationalities": ["XCC"], "born": "1990-02-03"}}],
    }
}
LAW = {"services": {"legal_information": [{"about": "penalty"}]}}
WHY = words(reasons="Our contact point has no such power.")


def opened(body=None, basis="UNCC_2024", **more):
    table = Table(**more)
    table.open("contact_point", basis=basis, body=ALL if body is None else body)
    return table


@BASES
def test_five_questions_are_answered_one_by_one_and_the_dossier_is_closed(basis):
    table = opened(basis=basis, signing=True)
    assert owed(sound(table)) == [("answer", "XBB")]
    table.act("XBB", "acknowledge")
    table.act("XBB", "advise", texts=words(advice="The provider keeps it seven days."))
    state = sound(table)
    assert (state.status, state.turn) == ("answering", "XBB")
    assert [code for code, _ in owed(state)] == [
        "answer-location",
        "answer-legal_information",
        "answer-legal_information",
        "answer-locating_suspects",
    ]
    table.act("XBB", "locate", {"found": True, "provider": {"name": "Example Mail"}, "held_in": "XBB"})
    table.act("XBB", "inform", {"law": [{"name": "Code of Procedure", "provision": "s. 98"}]})
    table.act("XBB", "inform", {"number": 2})
    assert sound(table).status == "answering"
    table.act("XBB", "report_suspect", {"result": "left", "state": "XCC"})
    state = sound(table)
    assert (state.status, state.turn, owed(state), flags(state)) == ("answered", "XAA", [], [])
    table.act("XAA", "close")
    state = sound(table)
    assert (state.status, state.turn) == ("closed", None)
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_a_part_of_an_answer_leaves_the_question_open_until_the_rest_came():
    table = opened(LAW)
    table.act("XBB", "inform", {"more_follows": True})
    state = sound(table)
    assert (state.status, owed(state)) == ("answering", [("answer-legal_information", "XBB")])
    table.act("XBB", "inform")
    assert sound(table).status == "answered"
    table.act("XBB", "inform", {"more_follows": True})  # it was wrong; a better one is coming
    assert sound(table).status == "answering"


def test_one_question_is_declined_with_reasons_and_the_others_are_answered():
    table = opened()
    bare = table.act("XBB", "decline_question", {"service": "location", "reason": "needs_mutual_assistance"})
    assert reason(sound(table), bare) == "contact_point.rule.reasons-missing"
    table.act(
        "XBB", "decline_question", {"service": "location", "reason": "needs_mutual_assistance"}, texts=WHY
    )
    assert "answer-location" not in dict(owed(sound(table)))
    wrong = table.act("XBB", "inform", {"number": 3})
    assert reason(sound(table), wrong) == "contact_point.rule.no-such-question"


def test_a_supplement_asks_more_and_its_questions_are_numbered_on():
    table = opened(LAW)
    table.act("XBB", "inform")
    table.act("XAA", "supplement", LAW)
    assert sound(table).status == "answering"
    table.act("XBB", "inform", {"number": 2})
    assert sound(table).status == "answered"
    table.act("XAA", "supplement", {"urgent": True})  # asks nothing new
    assert sound(table).status == "answered"


def test_who_asked_nothing_yet_is_waited_for():
    table = opened({})
    state = sound(table)
    assert (state.turn, ("questions", "XAA") in owed(state)) == ("XAA", True)
    assert not {"advise", "inform", "locate", "report_suspect", "decline_question"} & set(
        state.possible("XBB")
    )
    table.act("XAA", "supplement", LAW)
    assert sound(table).turn == "XBB"
    assert set(state.possible("XBB")) < {*sound(table).possible("XBB")}


def test_nothing_that_names_a_person_goes_while_it_is_in_doubt_who_asks():
    kind = REGISTRY["contact_point"]
    assert kind.disclosing == kind.executing == {"locate", "report_suspect"}
    assert not {"deliver", "execute"} & set(kind.bodies)  # evidence goes by another kind of request only


def test_the_request_for_evidence_that_follows_is_linked():
    table = opened(LAW)
    table.act("XAA", "followed_by", {"dossier": "ab" * 32})
    assert [(link.relation, link.dossier) for link in sound(table).links] == [("followed_by", "ab" * 32)]


def test_asked_by_word_of_mouth_and_confirmed_in_writing():
    table = opened({**LAW, "oral": True, "urgent": True, "deadline": "2026-11-25"})
    state = sound(table)
    assert ("confirmation-in-writing", "XAA") in owed(state)
    assert (clock(state, "written_confirmation"), clock(state, "deadline")) == ("running", "running")
    late = table.fold(as_of=T0 + timedelta(days=3))
    assert clock(late, "deadline") == "late"
    table.act("XBB", "inform")
    table.act("XAA", "confirm_in_writing")
    state = sound(table)
    assert (clock(state, "written_confirmation"), clock(state, "deadline")) == ("met", "met")


@BASES
def test_refused_whole_needs_reasons(basis):
    table = opened(LAW, basis=basis)
    bare = table.act("XBB", "refuse", {"ground": "other"})
    assert reason(sound(table), bare) == "contact_point.rule.reasons-missing"
    table.act("XBB", "refuse", {"ground": "other"}, texts=WHY)
    state = sound(table)
    assert (state.status, state.turn) == ("refused", "XAA")
    assert flags(state) == []  # the articles on the network list no grounds: domestic law decides
    table.act("XBB", "close")
    assert sound(table).possible("XAA") == ("notify", "amend_members")


def test_a_refusal_that_had_not_seen_what_was_supplied_decides_again():
    table = Table()
    first = table.open("contact_point", body=LAW)
    table.act("XAA", "supplement", LAW, seen=[first])
    refused = table.act("XBB", "refuse", {"ground": "other"}, texts=WHY, seen=[first])
    state = sound(table)
    assert (outcome(state, refused), state.status) == ("overtaken", "asked")
    assert reason(state, refused) == "contact_point.crossing.supplement-unseen"


def test_what_was_told_before_the_withdrawal_was_known_stands():
    table = Table()
    first = table.open("contact_point", body=ALL)
    told = table.act("XBB", "advise", seen=[first])
    withdrawn = table.act("XAA", "withdraw", {"reason": "no_longer_needed"}, seen=[first])
    state = sound(table)
    assert (outcome(state, told), outcome(state, withdrawn), state.status) == (
        "effective",
        "effective",
        "withdrawn",
    )
    table = Table()
    first = table.open("contact_point", body=LAW)
    told = table.act("XBB", "inform", seen=[first])
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"}, seen=[first])
    assert (outcome(sound(table), told), sound(table).status) == ("effective", "closed")


def test_a_withdrawal_overtakes_a_refusal_it_crossed():
    table = Table()
    first = table.open("contact_point", body=LAW)
    table.act("XAA", "withdraw", seen=[first])
    refused = table.act("XBB", "refuse", {"ground": "other"}, texts=WHY, seen=[first])
    assert (outcome(sound(table), refused), sound(table).status) == ("overtaken", "withdrawn")


def test_another_use_of_what_was_told_is_asked_for_and_answered():
    table = opened(LAW)
    assert "ask_use" not in sound(table).possible("XAA")
    table.act("XBB", "inform")
    asked = table.act("XAA", "ask_use", {"use": "onward", "to": "XCC"})
    assert ("answer-on-use", "XBB") in owed(sound(table))
    table.act("XBB", "deny_use", {"asked": asked.id})
    assert owed(sound(table)) == []


@BASES
def test_what_it_should_say_is_recommended_and_never_owed(basis):
    lacking = missing("contact_point", basis, {}, T0.date())
    assert [each.item for each in lacking] == [
        "services",
        "matter_and_authority",
        "facts_summary",
        "urgency_reason",
        "confidentiality_no_user_notice",
    ]
    assert {(each.mandatory, each.ref) for each in lacking} == {(False, "")}
    assert "services" not in {each.item for each in missing("contact_point", basis, LAW, T0.date())}
