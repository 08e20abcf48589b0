"""Police to police as stories: a question answered, data for analysis, staff sent, and what may be done with it."""

from __future__ import annotations

import pytest
from tests.dossier.cast import CUSTODY, PACKAGE, T0, Table, outcome, reason, words

from corridor import law
from corridor.dossier.kinds.law_enforcement import LAW_ENFORCEMENT
from corridor.dossier.kinds.law_enforcement.acts import OWN
from corridor.dossier.kinds.parts import USE

KIND = "law_enforcement"
PURPOSES = {"UNCC_2024": "inquiries", "UNCAC": "inquiries_persons", "UNTOC": "inquiries_persons"}
BASES = pytest.mark.parametrize("basis", sorted(PURPOSES))
FACTS = words(facts_summary="A wallet was used to collect ransom.")
REASONS = words(reasons="It would harm an operation of ours.")
GIVEN = {"packages": [PACKAGE], "custody": CUSTODY}


def body(basis="UNCC_2024", **more):
    return {
        "purpose": {"purposes": [PURPOSES[basis]]},
        "offence": {"instrument": "UNCC_2024", "articles": ["7"]},
        "subjects": {
            "accounts": [{"type": "wallet", "value": "bc1qexample", "chain": "bitcoin"}],
            "property": ["ship Aurora"],
        },
        "handling": {"codes": ["police_use_only"]},
        **more,
    }


def asked(basis="UNCC_2024", signing=False, **more):
    table = Table(signing=signing)
    return table, table.open(KIND, basis=basis, body=body(basis, **more), texts=FACTS)


def codes(state):
    return {flag.code for flag in state.flags}


def owes(state):
    return {(each.by, each.code.rpartition(".")[2]) for each in state.owed}


@BASES
def test_asked_answered_and_closed(basis):
    table, _ = asked(basis, signing=True, deadline="2026-12-20")
    state = table.fold()
    assert (state.status, state.turn, state.missing_items) == ("asked", "XBB", ())
    assert owes(state) == {("XBB", "answer")}
    table.act("XBB", "acknowledge")
    table.act("XBB", "answer", {"result": "hit", "interim": True})
    assert (table.fold().status, table.fold().turn) == ("acknowledged", "XBB")
    answer = {"result": "hit", "reliability": "confirmed", "handling": {"codes": ["not_as_evidence"]}}
    table.act("XBB", "answer", answer, texts=words(answer="Opened by a company of Borealia."))
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("answered", "XAA", ())
    assert {one.code for one in state.conditions} == {"police_use_only", "not_as_evidence"}
    assert next(one for one in state.clocks if one.id.endswith("deadline")).state == "met"
    table.act("XAA", "close")
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("closed", None, ())
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_every_content_item_of_the_law_has_its_place():
    written = {"facts_summary"}  # a text
    for basis in PURPOSES:
        items = {item.id for item in law.form(KIND, basis, on=T0.date()).contents}
        assert items <= set(LAW_ENFORCEMENT.bodies["request"].model_fields) | written, basis


def test_a_purpose_the_instrument_does_not_name_is_flagged_and_goes():
    table, opened = asked(purpose={"purposes": ["tax_audit"]})
    state = table.fold()
    flag = next(each for each in state.flags if each.code == f"{KIND}.flag.purpose-not-listed")
    assert (flag.act, flag.ref, outcome(state, opened)) == (opened.id, "UNCC_2024 47", "effective")
    table, _ = asked()
    assert f"{KIND}.flag.purpose-not-listed" not in codes(table.fold())


def test_what_takes_a_request_for_assistance_says_so_and_is_followed_by_one():
    table, _ = asked()
    table.act("XBB", "answer", {"result": "ask_for_assistance"})
    assert owes(table.fold()) == {("XAA", "assistance")}
    table.act("XAA", "followed_by", {"dossier": "cd" * 32})
    state = table.fold()
    assert [(link.relation, link.dossier) for link in state.links] == [("followed_by", "cd" * 32)]
    assert not state.owed


def test_an_answer_is_used_as_evidence_only_with_consent():
    table, _ = asked()
    table.act("XBB", "answer", {"result": "hit", "handling": {"codes": ["not_as_evidence"]}})
    wanted = table.act("XAA", "ask_use", {"use": "as_evidence"}, texts=REASONS)
    assert owes(table.fold()) == {("XBB", "answer-on-use")}
    assert not USE.of(table.fold().facts).allows("XAA", "as_evidence")
    table.act("XBB", "allow_use", {"asked": wanted.id})
    assert USE.of(table.fold().facts).allows("XAA", "as_evidence")


def test_data_for_analysis_are_given_by_either_state_and_checked_by_the_other():
    table, _ = asked()
    table.act("XAA", "deliver", GIVEN)
    assert ("XBB", "confirmation") in owes(table.fold())
    wrong = table.act("XBB", "deliver", GIVEN)
    assert reason(table.fold(), wrong) == f"{KIND}.rule.given-by-the-other"
    assert "confirm" not in table.fold().possible("XAA")
    table.act("XBB", "confirm", {"packages": [PACKAGE]})
    table.act("XBB", "answer", {"result": "hit"})
    table.act("XBB", "deliver", {"packages": ["ba" * 32], "custody": ["dc" * 32]})
    assert owes(table.fold()) == {("XAA", "confirmation")}
    own = table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert reason(table.fold(), own) == f"{KIND}.rule.no-such-package"


def test_refusing_carries_reasons_and_a_ground_outside_the_list_is_flagged():
    table, _ = asked()
    mute = table.act("XBB", "refuse", {"ground": "personal_data_law"})
    assert reason(table.fold(), mute) == f"{KIND}.rule.reasons-missing"
    table.act("XBB", "refuse", {"ground": "too_busy"}, texts=REASONS)
    state = table.fold()
    assert (state.status, state.turn) == ("refused", "XAA")
    assert f"{KIND}.flag.ground-not-listed" in codes(state)
    table.act("XAA", "close")
    assert table.fold().status == "closed"


def test_staff_are_sent_when_the_other_state_agrees_and_called_back_by_either():
    table, _ = asked()
    plan = {
        "task": "liaison_officer",
        "functions": "Cyber liaison",
        "authority": "Embassy",
        "until": "2027-06-30",
        "answer_by": "2026-12-15",
    }
    wanted = table.act("XAA", "propose_liaison", plan)
    state = table.fold()
    assert ("XBB", "liaison-answer") in owes(state)
    assert "agree_liaison" not in state.possible("XAA")
    assert next(one for one in state.clocks if one.id.endswith("liaison-answer")).owed_by == "XBB"
    forged = table.act("XBB", "agree_liaison", {"proposed": "ef" * 32})
    assert reason(table.fold(), forged) == f"{KIND}.rule.no-such-liaison"
    table.act("XBB", "agree_liaison", {"proposed": wanted.id})
    posting = next(one for one in table.fold().clocks if one.id == f"{KIND}.clock.liaison")
    assert (posting.owed_by, posting.state) == ("XAA", "running")
    late = table.fold(as_of=T0.replace(year=2028)).clocks
    assert next(one for one in late if one.id == f"{KIND}.clock.liaison").state == "lapsed"
    table.act("XBB", "end_liaison", {"proposed": wanted.id, "date": "2027-01-01"})
    assert next(one for one in table.fold().clocks if one.id == f"{KIND}.clock.liaison").state == "met"
    assert OWN.of(table.fold().facts).liaison[0].ended
    other = table.act("XBB", "propose_liaison", {"task": "expert", "functions": "Analyst"})
    table.act("XAA", "decline_liaison", {"proposed": other.id}, texts=REASONS)
    assert not [each for each in owes(table.fold()) if each[1] == "liaison-answer"]


def test_more_of_the_question_opens_it_again():
    table, _ = asked()
    table.act("XBB", "answer", {"result": "no_hit"})
    table.act("XAA", "supplement", {"subjects": {"accounts": [{"type": "email", "value": "a@b.example"}]}})
    state = table.fold()
    assert (state.status, state.turn) == ("acknowledged", "XBB")


def cross(*steps, before=()):
    table, opened = asked()
    base = [opened]
    for step in before:
        base = [table.act(*step)]
    made = [table.act(*step[:3], texts=REASONS, seen=base) for step in steps]
    state = table.fold()
    return [outcome(state, act) for act in made], state.status


def test_what_crosses():
    withdraw = ("XAA", "withdraw", {})
    assert cross(("XBB", "answer", {"result": "hit"}), withdraw) == (["effective", "overtaken"], "answered")
    assert cross(("XBB", "answer", {"result": "hit", "interim": True}), withdraw)[1] == "withdrawn"
    assert cross(withdraw, ("XBB", "refuse", {"ground": "personal_data_law"})) == (
        ["effective", "overtaken"],
        "withdrawn",
    )
    assert cross(("XBB", "deliver", GIVEN), withdraw) == (["effective", "effective"], "withdrawn")
    assert cross(("XAA", "supplement", {}), ("XBB", "refuse", {"ground": "personal_data_law"})) == (
        ["effective", "overtaken"],
        "asked",
    )
    closing = cross(
        ("XAA", "supplement", {}), ("XBB", "close", {}), before=[("XBB", "answer", {"result": "no_hit"})]
    )
    assert closing == (["effective", "overtaken"], "acknowledged")
