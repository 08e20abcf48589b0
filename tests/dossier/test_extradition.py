"""Extradition as stories: arrest before papers, decision, surrender for good or for a time, prosecution instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.dossier.cast import T0, Table, outcome, reason, words

from corridor.dossier import Condition, texts
from corridor.dossier.kinds.extradition import EXTRADITION
from corridor.dossier.kinds.parts import USE

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185", "UNTOC", "UNCAC"])
REASONS = words(reasons="The person is a national of ours.")
PROVISIONAL = {
    "provisional_arrest": True,
    "urgent": True,
    "papers_planned": "2026-12-20",
    "channels_used": [{"channel": "interpol", "reference": "2026/1", "date": "2026-11-24"}],
    "urgency_reason": {"reasons": ["about_to_leave"]},
}
WHOLE = {
    "purpose": "prosecution",
    "person": {"nationalities": ["XAA"], "born": "1990-02-03", "sex": "male"},
    "whereabouts": {"state": "XBB"},
    "offence_and_facts": {"articles": ["12"], "instrument": "UNCC_2024"},
    "decision": {"type": "arrest_warrant", "issued_by": "District Court", "date": "2026-11-20"},
    "penalty_and_limitation": {"max_penalty_years": 8, "time_barred_on": "2036-11-20"},
    "jurisdiction": {"based_on": ["territory"]},
}
ARREST = {
    "date": "2026-11-25",
    "form": "custody",
    "papers_by": "2026-12-24",
    "term_basis": "Extradition Act s. 21",
    "measure": {
        "authority": "District Court of Borealia",
        "kind": "custody_for_extradition",
        "date": "2026-11-25",
        "legal_basis": "Extradition Act s. 20",
    },
}
TIME = {"at": "2027-02-01T09:00:00+01:00", "zone": "Europe/Vienna", "place": "Border crossing North"}
LATER = datetime(2027, 3, 1, tzinfo=UTC)


def codes(state):
    return {flag.code for flag in state.flags}


def owed(state):
    return {(each.code.rpartition(".")[2], each.by) for each in state.owed}


def clock(state, name):
    return next((each.state for each in state.clocks if each.id == f"extradition.clock.{name}"), None)


def spoken(state):
    """Every code a page would show has its English."""
    told = [each.code for each in (*state.owed, *state.flags)] + [each.id for each in state.clocks]
    told += [each.reason for each in state.outcomes.values() if each.reason]
    return all(texts.text(code) != code for code in told)


def granted(**opening):
    table = Table()
    table.open("extradition", **{"body": WHOLE, **opening})
    table.act("XBB", "arrest", ARREST)
    table.act("XBB", "accept", {"decided_on": "2027-01-10", "decided_by": "Minister of Justice"})
    return table


def refused(ground="own_national", basis="UNCC_2024"):
    table = Table()
    table.open("extradition", basis=basis, body=WHOLE)
    table.act("XBB", "consult", {"considering": "refuse", "ground": ground})
    table.act("XAA", "consult", {"considering": "reply"})
    table.act("XBB", "refuse", {"ground": ground}, texts=REASONS)
    return table


@BASES
def test_from_provisional_arrest_to_confirmed_arrival(basis):
    table = Table(signing=True)
    opened = table.open("extradition", basis=basis, body=PROVISIONAL)
    assert ("arrest", "XBB") in owed(table.fold())
    assert ("decision", "XBB") not in owed(table.fold())
    table.act("XBB", "locate", {"found": True})
    arrest = table.act("XBB", "arrest", ARREST)
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("asked", "XAA", {("papers", "XAA")})
    term = next(each for each in state.clocks if each.id.endswith("papers-by"))
    assert (term.owed_by, term.act, term.basis, term.due.date().isoformat()) == (
        "XAA", arrest.id, None, "2026-12-24",
    )  # fmt: skip
    assert {item.item for item in state.missing_items} > {"person", "decision", "offence_and_facts"}
    table.act("XAA", "send_papers", WHOLE, texts=words(person="A. Person"))
    state = table.fold()
    assert (state.turn, owed(state), clock(state, "papers-by")) == ("XBB", {("decision", "XBB")}, "met")
    assert {item.item for item in state.missing_items} == {"sentence", "evidence", "assurances"}
    offer = table.act(
        "XBB", "accept", conditions=(Condition("1", "speciality"), Condition("2", "no_death_penalty"))
    )
    state = table.fold()
    assert (state.status, state.turn, state.conditions) == ("conditions_offered", "XAA", ())
    assert "surrender" not in state.possible("XBB")
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    state = table.fold()
    assert (state.status, [each.code for each in state.conditions]) == (
        "granted",
        ["speciality", "no_death_penalty"],
    )
    proposal = table.act("XBB", "arrange", {**TIME, "collect_by": "2027-02-10"})
    assert table.fold().turn == "XAA"
    table.act("XAA", "agree_arrangement", {"arrangement": proposal.id})
    state = table.fold()
    assert (state.status, state.turn, clock(state, "arranged")) == ("arranged", "XBB", "running")
    assert clock(table.fold(as_of=LATER), "arranged") == "late"
    table.act(
        "XBB", "surrender", {"date": "2027-02-01", "custody_days": 68, "place": "Border crossing North"}
    )
    state = table.fold()
    assert (state.status, state.turn) == ("surrendered", "XAA")
    assert {clock(state, name) for name in ("papers-by", "arranged", "collect-by")} == {"met"}
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    table.act("XAA", "close")
    state = table.fold(as_of=LATER)
    assert (state.status, state.turn, state.owed) == ("closed", None, ())
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert {each.state for each in state.clocks} == {"met"}
    assert not codes(state) - {"extradition.flag.measure-not-listed"}
    assert opened.id == state.dossier
    assert spoken(state)


def test_the_term_lapses_and_the_person_is_released_but_the_request_goes_on():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    table.act("XBB", "arrest", ARREST)
    late = datetime(2026, 12, 26, tzinfo=UTC)
    assert clock(table.fold(as_of=late), "papers-by") == "late"
    early = table.act("XBB", "release", {"date": "2026-12-24", "reason": "term_over"})
    assert reason(table.fold(), early) == "extradition.rule.term-not-over"
    table.act("XBB", "release", {"date": "2026-12-25", "reason": "term_over"})
    state = table.fold(as_of=late)
    assert (state.status, clock(state, "papers-by")) == ("asked", "lapsed")
    # Papers that come later may lead to a new arrest.
    table.act("XAA", "send_papers", WHOLE)
    table.act("XBB", "arrest", {"date": "2027-01-05", "form": "custody"})
    table.act("XBB", "accept")
    state = table.fold()
    assert (state.status, clock(state, "papers-by")) == ("granted", None)
    assert spoken(state)


def test_more_time_is_asked_for_and_given():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    assert "ask_more_time" not in table.fold().possible("XAA")
    table.act("XBB", "arrest", ARREST)
    table.act("XAA", "ask_more_time", {"until": "2027-01-04"}, texts=REASONS)
    state = table.fold()
    assert (state.turn, ("more-time-answer", "XBB") in owed(state)) == ("XBB", True)
    shorter = table.act("XBB", "extend_term", {"papers_by": "2026-12-20"})
    assert reason(table.fold(), shorter) == "extradition.rule.extension-shortens"
    table.act("XBB", "extend_term", {"papers_by": "2027-01-04"})
    state = table.fold(as_of=datetime(2027, 1, 2, tzinfo=UTC))
    assert (state.turn, clock(state, "papers-by")) == ("XAA", "running")


def test_papers_that_come_after_the_term_are_flagged_by_the_receipt_of_the_requested_state():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    table.act("XBB", "arrest", ARREST)
    papers = table.act("XAA", "send_papers", WHOLE)
    assert "extradition.flag.papers-late" not in codes(table.fold())
    table.received(papers, "XBB", datetime(2026, 12, 25, 0, 0, tzinfo=UTC))
    state = table.fold()
    assert "extradition.flag.papers-late" in codes(state)
    again = table.act("XAA", "supplement", {"evidence": {"standard": "none_asked"}})
    assert outcome(table.fold(), again) == "effective"
    assert "send_papers" not in table.fold().possible("XAA")


def test_nobody_was_found_and_the_request_is_withdrawn():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    table.act("XBB", "locate", {"found": False})
    table.act("XBB", "not_arrested", {"reason": "not_found"}, texts=REASONS)
    assert ("arrest", "XBB") not in owed(table.fold())
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"})
    table.act("XBB", "close")
    state = table.fold()
    assert (state.status, state.owed, state.clocks) == ("closed", (), ())


def test_a_person_who_consents_is_surrendered_without_papers():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    table.act("XBB", "arrest", ARREST)
    heard = {"consents": True, "date": "2026-11-26", "heard_by": "District Court", "counsel_present": True}
    table.act("XBB", "tell_consent", {**heard, "speciality_renounced": False})
    state = table.fold(as_of=LATER)
    assert (owed(state), state.turn, clock(state, "papers-by")) == ({("decision", "XBB")}, "XBB", "lapsed")
    table.act("XBB", "accept")
    assert "extradition.flag.granted-without-papers" not in codes(table.fold())
    # A consent taken back leaves the person where the law of the requested State does: the papers are owed again.
    other = Table()
    other.open("extradition", body=PROVISIONAL)
    other.act("XBB", "arrest", ARREST)
    other.act("XBB", "tell_consent", heard)
    other.act("XBB", "tell_consent", {**heard, "consents": False})
    assert owed(other.fold()) == {("papers", "XAA")}


@BASES
def test_granting_without_papers_or_consent_is_flagged_and_stands(basis):
    table = Table()
    table.open("extradition", basis=basis, body=PROVISIONAL)
    act = table.act("XBB", "accept")
    state = table.fold()
    flag = next(each for each in state.flags if each.code == "extradition.flag.granted-without-papers")
    assert (outcome(state, act), flag.ref.split()[0]) == ("effective", basis)


def test_assurances_are_accepted_or_declined_before_the_surrender():
    table = Table()
    table.open("extradition", body=WHOLE)
    offer = table.act("XBB", "accept", conditions=(Condition("1", "no_death_penalty"),))
    table.act("XAA", "decline_conditions", {"offer": offer.id}, texts=REASONS)
    assert (table.fold().status, table.fold().turn) == ("consulting", "XBB")
    other = table.act("XBB", "accept", conditions=(Condition("1", "retrial"),))
    assert set(EXTRADITION.condition_codes) > {"retrial", "speciality", "no_death_penalty"}
    table.act("XAA", "accept_conditions", {"offer": other.id})
    assert [each.code for each in table.fold().conditions] == ["retrial"]


def test_granting_in_part_carries_reasons():
    table = Table()
    table.open("extradition", body=WHOLE)
    bare = table.act("XBB", "accept", {"extent": "part"})
    assert reason(table.fold(), bare) == "extradition.rule.reasons-missing"
    table.act("XBB", "accept", {"extent": "part"}, texts=REASONS)
    assert table.fold().status == "granted"


def test_a_time_is_declined_and_another_agreed():
    table = granted()
    first = table.act("XBB", "arrange", TIME)
    assert "agree_arrangement" not in table.fold().possible("XBB")
    own = table.act("XAA", "decline_arrangement", {"arrangement": first.id}, texts=REASONS)
    assert outcome(table.fold(), own) == "effective"
    second = table.act("XAA", "arrange", {**TIME, "at": "2027-02-03T09:00:00+01:00"})
    assert table.fold().turn == "XBB"
    assert "agree_arrangement" not in table.fold().possible("XAA")
    stale = table.act("XBB", "agree_arrangement", {"arrangement": first.id})
    assert reason(table.fold(), stale) == "extradition.rule.no-such-arrangement"
    table.act("XBB", "agree_arrangement", {"arrangement": second.id})
    assert table.fold().status == "arranged"
    # Agreed is not for ever: a new proposal opens it again.
    table.act("XBB", "arrange", {**TIME, "at": "2027-02-05T09:00:00+01:00"})
    assert (table.fold().status, table.fold().turn) == ("granted", "XAA")


def test_nobody_came_the_person_is_released_and_extradition_may_be_refused():
    table = granted()
    made = table.act("XBB", "arrange", {**TIME, "collect_by": "2027-02-10"})
    table.act("XAA", "agree_arrangement", {"arrangement": made.id})
    assert clock(table.fold(as_of=LATER), "collect-by") == "late"
    table.act("XBB", "release", {"date": "2027-02-11", "reason": "not_collected"})
    state = table.fold(as_of=LATER)
    assert {clock(state, name) for name in ("arranged", "collect-by")} == {"lapsed"}
    table.act("XBB", "refuse", {"ground": "law_of_requested_party"}, texts=REASONS)
    assert table.fold().status == "refused"


def test_postponed_lent_for_a_trial_returned_and_surrendered_for_good():
    table = granted()
    bare = table.act("XBB", "postpone_surrender", {"because": "own_proceedings"})
    assert reason(table.fold(), bare) == "extradition.rule.reasons-missing"
    table.act(
        "XBB", "postpone_surrender", {"because": "own_proceedings", "until": "2027-06-01"}, texts=REASONS
    )
    state = table.fold()
    assert (state.status, owed(state), clock(state, "postponed-until")) == (
        "postponed", {("surrender-later", "XBB")}, "running",
    )  # fmt: skip
    made = table.act("XBB", "arrange", TIME)
    table.act("XAA", "agree_arrangement", {"arrangement": made.id})
    table.act(
        "XBB", "surrender_temporarily", {"date": "2027-02-01", "return_by": "2027-02-20", "custody_days": 68}
    )
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    state = table.fold(as_of=LATER)
    assert (state.status, state.turn, clock(state, "return-by")) == ("lent", "XAA", "late")
    assert not {"withdraw", "close"} & set(state.possible("XAA"))
    assert "confirm_arrival" not in state.possible("XAA")
    table.act("XAA", "return_person", {"date": "2027-02-19", "custody_days": 18})
    state = table.fold(as_of=LATER)
    assert (state.status, clock(state, "return-by")) == ("postponed", "met")
    table.act("XBB", "surrender", {"date": "2027-07-01", "custody_days": 200})
    state = table.fold(as_of=LATER)
    assert state.status == "surrendered"
    assert {each.state for each in state.clocks} <= {"met", "lapsed"}
    assert spoken(state)


def test_a_national_surrendered_on_the_condition_of_return_comes_back():
    table = Table()
    table.open("extradition", body=WHOLE)
    offer = table.act("XBB", "accept", conditions=(Condition("1", "return_to_serve"),))
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    table.act("XBB", "surrender", {"date": "2027-02-01"})
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    assert ("return-to-serve", "XAA") in owed(table.fold())
    table.act("XAA", "return_person", {"date": "2028-02-01", "custody_days": 365})
    state = table.fold()
    assert (state.status, state.owed) == ("returned", ())
    # Without the condition there is nobody to return.
    other = granted()
    other.act("XBB", "surrender", {"date": "2027-02-01"})
    act = other.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    assert "return_person" not in other.fold().possible("XAA")
    assert outcome(other.fold(), act) == "effective"


def test_items_handed_over_are_owed_back_where_that_was_said():
    table = granted()
    kept = {"things": [{"type": "document"}]}
    lent = {"things": [{"type": "device", "reference": "Exhibit 4", "return_wanted": True}]}
    table.act("XBB", "hand_over_items", kept, texts=words(things="A letter."))
    items = table.act("XBB", "hand_over_items", lent, texts=words(things="A telephone."))
    table.act("XBB", "surrender", {"date": "2027-02-01"})
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    table.act("XAA", "close")
    assert owed(table.fold()) == {("return-items", "XAA")}
    table.act("XAA", "return_items", {"handed_over": items.id})
    assert table.fold().owed == ()
    again = table.act("XAA", "notify", {"about": "outcome_of_proceedings"}, texts=words(notice="Convicted."))
    assert outcome(table.fold(), again) == "effective"
    assert "return_items" not in table.fold().possible("XAA")


def test_speciality_another_offence_waits_for_consent_and_so_does_handing_the_person_on():
    table = granted()
    assert "ask_use" not in table.fold().possible("XAA")
    table.act("XBB", "surrender", {"date": "2027-02-01"})
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    table.act("XAA", "close")
    other = table.act("XAA", "ask_use", {"use": "other_matter", "matter": "7 Js 12/27"}, texts=REASONS)
    state = table.fold()
    assert (owed(state), USE.of(state.facts).allows("XAA", "other_matter")) == (
        {("answer-on-use", "XBB")},
        False,
    )
    table.act("XBB", "allow_use", {"asked": other.id})
    onward = table.act("XAA", "ask_use", {"use": "onward", "to": "XCC"}, texts=REASONS)
    table.act("XBB", "deny_use", {"asked": onward.id}, texts=REASONS)
    uses = USE.of(table.fold().facts)
    assert (uses.allows("XAA", "other_matter"), uses.allows("XAA", "onward", "XCC")) == (True, False)
    assert spoken(table.fold())


@BASES
def test_a_national_is_not_extradited_and_the_case_is_prosecuted_instead(basis):
    table = refused(basis=basis)
    state = table.fold()
    assert (state.status, state.turn) == ("refused", "XAA")
    assert not [code for code in codes(state) if code.startswith("extradition.")]
    assert not [each for each in state.clocks if each.id.endswith(("delay", "outcome"))]
    table.act("XAA", "ask_instead", {"instead": "prosecution"})
    state = table.fold()
    duty = next(each for each in state.owed if each.code == "extradition.owed.prosecution-instead")
    assert (duty.by, duty.ref.split()[0], state.turn) == ("XBB", basis, "XBB")
    assert [each.state for each in state.clocks if each.due is None] == ["running"]
    taken = {
        "instead": "prosecution",
        "authority": "Prosecutor General",
        "date": "2027-01-20",
        "reference": "P 1/27",
    }
    table.act("XBB", "take_up", taken)
    state = table.fold()
    assert (state.status, owed(state)) == ("taken_up", {("outcome", "XBB")})
    table.act("XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-05-01", "final": False})
    assert table.fold().status == "taken_up"
    table.act(
        "XBB", "tell_outcome", {"outcome": "convicted", "date": "2027-07-01"}, texts=words(outcome="3 years")
    )
    table.act("XAA", "close")
    state = table.fold()
    assert (state.status, state.owed) == ("closed", ())
    assert {each.state for each in state.clocks} == {"met"}
    assert spoken(state)


def test_a_sentence_is_enforced_instead():
    table = refused()
    table.act("XAA", "ask_instead", {"instead": "enforcement"})
    assert ("enforcement-instead", "XBB") in owed(table.fold())
    taken = {
        "instead": "enforcement",
        "authority": "Prison Service",
        "date": "2027-02-01",
        "remaining_days": 400,
    }
    table.act("XBB", "take_up", taken)
    table.act("XBB", "tell_outcome", {"outcome": "sentence_enforced", "date": "2028-03-08"})
    assert table.fold().status == "outcome_told"


@BASES
def test_declining_to_prosecute_a_national_is_flagged_with_the_duty(basis):
    table = refused(basis=basis)
    table.act("XAA", "ask_instead", {"instead": "prosecution"})
    bare = table.act("XBB", "decline_instead")
    assert reason(table.fold(), bare) == "extradition.rule.reasons-missing"
    table.act("XBB", "decline_instead", texts=REASONS)
    state = table.fold()
    flag = next(each for each in state.flags if each.code == "extradition.flag.instead-declined")
    assert (state.status, flag.ref.split()[0]) == ("refused", basis)
    # After a ground without that consequence nothing is asked of it.
    other = refused("law_of_requested_party", basis)
    other.act("XAA", "ask_instead", {"instead": "prosecution"})
    other.act("XBB", "decline_instead", texts=REASONS)
    assert "extradition.flag.instead-declined" not in codes(other.fold())


def test_refusing_without_consultation_or_outside_the_list_is_flagged():
    table = Table()
    table.open("extradition", body=WHOLE)
    table.act("XBB", "refuse", {"ground": "own_national"}, texts=REASONS)
    assert "extradition.flag.not-consulted-no-reason" in codes(table.fold())
    table = Table()
    table.open("extradition", body=WHOLE)
    table.act("XBB", "refuse", {"ground": "fiscal_matters"}, texts=REASONS)
    state = table.fold()
    assert "extradition.flag.ground-not-listed" in codes(state)
    assert state.possible("XAA") == ("ask_instead", "close", "notify", "amend_members")


def test_a_person_held_keeps_the_dossier_open():
    table = Table()
    table.open("extradition", body=WHOLE)
    table.act("XBB", "arrest", ARREST)
    assert "arrest" not in table.fold().possible("XBB")
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"})
    state = table.fold()
    assert (state.turn, owed(state)) == ("XBB", {("release", "XBB")})
    assert "close" not in (*state.possible("XAA"), *state.possible("XBB"))
    table.act("XBB", "release", {"date": "2026-11-26", "reason": "withdrawn"})
    table.act("XAA", "close")
    assert (table.fold().status, table.fold().owed) == ("closed", ())


def test_an_offence_that_opens_no_extradition_is_flagged():
    table = Table()
    offence = {"serious_crime": {"name": "Theft", "max_penalty_years": 5}}
    table.open("extradition", body={**WHOLE, "offence_and_facts": offence})
    assert "extradition.flag.gate-closed" in codes(table.fold())


def test_transit_is_granted_arranged_and_told():
    table = Table()
    through = {"surrendering_state": "XCC", "receiving_state": "XAA", "by_air": True, "landing_planned": True}
    table.open("extradition", body={**WHOLE, "transit": through, "provisional_arrest": True})
    state = table.fold()
    assert owed(state) == {("decision", "XBB")}
    assert not {"arrest", "locate", "tell_consent"} & set(state.possible("XBB"))
    table.act("XBB", "accept", conditions=())
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("granted", "XAA", {("transit", "XAA")})
    assert "surrender" not in state.possible("XBB")
    made = table.act("XAA", "arrange", TIME)
    assert table.fold().turn == "XBB"
    table.act("XBB", "agree_arrangement", {"arrangement": made.id})
    table.act(
        "XAA", "tell_transit", {"date": "2027-02-01", "completed": False}, texts=words(note="Held up by fog.")
    )
    assert (table.fold().status, clock(table.fold(as_of=LATER), "arranged")) == ("arranged", "late")
    table.act("XAA", "tell_transit", {"date": "2027-02-02"})
    state = table.fold(as_of=LATER)
    assert (state.status, state.owed, clock(state, "arranged")) == ("passed", (), "met")
    table.act("XBB", "close")
    assert spoken(table.fold())
    # Where no transit was asked for there is none to tell.
    assert "tell_transit" not in granted().fold().possible("XAA")


def test_a_transit_refused_leads_to_no_prosecution_there():
    table = Table()
    table.open("extradition", body={**WHOLE, "transit": {"surrendering_state": "XCC"}})
    table.act("XBB", "refuse", {"ground": "law_of_requested_party"}, texts=REASONS)
    assert "ask_instead" not in table.fold().possible("XAA")
    table.act("XAA", "close")
    assert table.fold().status == "closed"


# --- crossings ---------------------------------------------------------------------------------------------------


def test_surrender_and_withdrawal_cross_the_person_is_there():
    table = granted()
    head = table.entries[-1]
    surrender = table.act("XBB", "surrender", {"date": "2027-02-01"}, seen=[head])
    withdraw = table.act("XAA", "withdraw", {}, seen=[head])
    state = table.fold()
    assert (state.status, outcome(state, surrender)) == ("surrendered", "effective")
    assert reason(state, withdraw) == "extradition.crossing.surrendered-stands"


def test_a_person_who_passed_is_not_refused_by_who_had_not_heard_of_it():
    table = Table()
    table.open("extradition", body={**WHOLE, "transit": {"surrendering_state": "XCC"}})
    accepted = table.act("XBB", "accept")
    table.act("XAA", "tell_transit", {"date": "2027-02-02"}, seen=[accepted])
    refusal = table.act("XBB", "refuse", {"ground": "law_of_requested_party"}, texts=REASONS, seen=[accepted])
    state = table.fold()
    assert (state.status, reason(state, refusal)) == ("passed", "extradition.crossing.passed-stands")


def test_arrest_and_withdrawal_cross_the_release_is_owed():
    table = Table()
    opened = table.open("extradition", body=WHOLE)
    table.act("XBB", "arrest", ARREST, seen=[opened])
    table.act("XAA", "withdraw", {}, seen=[opened])
    state = table.fold()
    assert (state.status, owed(state)) == ("withdrawn", {("release", "XBB")})
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_papers_and_release_cross_the_person_is_free_and_the_request_goes_on():
    table = Table()
    table.open("extradition", body=PROVISIONAL)
    arrest = table.act("XBB", "arrest", ARREST)
    table.act("XAA", "send_papers", WHOLE, seen=[arrest])
    table.act("XBB", "release", {"date": "2026-12-25", "reason": "term_over"}, seen=[arrest])
    state = table.fold()
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert (state.status, owed(state), clock(state, "papers-by")) == ("asked", {("decision", "XBB")}, "met")
    assert "extradition.flag.released-though-papers" in codes(state)


def test_papers_and_refusal_cross_it_decides_again():
    table = Table()
    opened = table.open("extradition", body=PROVISIONAL)
    refusal = table.act("XBB", "refuse", {"ground": "own_national"}, texts=REASONS, seen=[opened])
    table.act("XAA", "send_papers", WHOLE, seen=[opened])
    state = table.fold()
    assert (state.status, reason(state, refusal)) == ("asked", "extradition.crossing.supplement-unseen")


def test_the_case_is_taken_up_while_the_dossier_is_closed_it_stays_open():
    table = refused()
    head = table.entries[-1]
    taken = {"instead": "prosecution", "authority": "Prosecutor General", "date": "2027-01-20"}
    table.act("XBB", "take_up", taken, seen=[head])
    closing = table.act("XAA", "close", seen=[head])
    state = table.fold()
    assert (state.status, reason(state, closing)) == ("taken_up", "extradition.crossing.taken-up-stands")


def test_return_and_final_surrender_cross_the_person_is_back():
    table = granted()
    table.act("XBB", "postpone_surrender", {"because": "own_sentence"}, texts=REASONS)
    lent = table.act("XBB", "surrender_temporarily", {"date": "2027-02-01", "return_by": "2027-02-20"})
    final = table.act("XBB", "surrender", {"date": "2027-02-19"}, seen=[lent])
    table.act("XAA", "return_person", {"date": "2027-02-19"}, seen=[lent])
    state = table.fold()
    assert (state.status, reason(state, final)) == ("postponed", "extradition.crossing.returned-stands")


def test_a_new_proposal_and_an_agreement_to_the_old_one_cross():
    table = granted()
    first = table.act("XAA", "arrange", TIME)
    agreed = table.act("XBB", "agree_arrangement", {"arrangement": first.id}, seen=[first])
    table.act("XAA", "arrange", {**TIME, "at": "2027-02-03T09:00:00+01:00"}, seen=[first])
    state = table.fold()
    assert (state.status, outcome(state, agreed), state.turn) == ("granted", "overtaken", "XBB")


def test_every_status_has_a_turn_and_a_way_on():
    for status in EXTRADITION.statuses():
        assert status in EXTRADITION.turns
        ways = {
            target
            for rows in EXTRADITION.table.values()
            for target in rows.get(status, {}).values()
            if target not in {"=", status}
        }
        assert ways or status == "closed", status


def test_no_act_of_a_third_state_counts():
    table = Table()
    opened = table.open("extradition", body=WHOLE, observers=("XCC",))
    table.act("XAA", "withdraw", {}, seen=[opened])
    assert table.fold().possible("XCC") == ("amend_members",)
    assert table.fold(as_of=T0 + timedelta(days=400)).status == "withdrawn"
