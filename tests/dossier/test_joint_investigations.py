"""Joint investigations as stories: three States agree, work, share, are joined by a fourth, left by one, and end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.dossier.cast import (
    AUTHORITY,
    CUSTODY,
    MEASURE,
    OFFICERS,
    PACKAGE,
    T0,
    Table,
    outcome,
    reason,
    salt,
    words,
)

from corridor import dossier, law
from corridor.dossier import Condition, texts
from corridor.dossier.kinds.joint_investigations import JOINT_INVESTIGATIONS
from corridor.dossier.kinds.joint_investigations.acts import OWN, receivers
from corridor.dossier.kinds.parts import USE

KIND = "joint_investigations"
BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "UNCAC", "UNTOC", "BUDAPEST_2AP_CETS224"])
OTHER = "ba" * 32
REASONS = words(reasons="Our law does not allow it.")
TEXT = {
    "agreement": {"form": "team_agreement", "measures_without_request": True},
    "purpose": {"aims": ["identify_persons", "gather_evidence"]},
    "offence": {"instrument": "UNCC_2024", "articles": ["7"]},
    "period": {"begins": "2026-12-01", "until": "2027-06-01", "extendable": True},
    "places": [{"state": "XAA"}, {"state": "XBB", "place": "Port of Borealia"}],
    "leaders": [{"state": "XBB", "functions": "Prosecutor at the national office"}],
    "team_members": [{"state": "XAA", "functions": "Investigator", "count": 3}],
    "seconded_powers": [{"state": "XBB", "power": "be_present", "legal_basis": "Act on joint teams s. 4"}],
    "evidence_sharing": {"use": "this_investigation", "onward_with_consent": True},
    "costs": {"borne_by": "each_own"},
    "liability": {"borne_by": "host"},
    "publicity": {"to_public": "together_only", "confidential": True},
    "data_protection": {"rules": "the_instrument", "keep_until": "2029-01-01"},
    "termination": {"notice_days": 30, "afterwards": "as_agreed"},
}


def codes(state):
    return {flag.code for flag in state.flags}


def owes(state):
    return {(each.by, each.code.rpartition(".")[2]) for each in state.owed}


def joint(state):
    return OWN.of(state.facts)


def proposed(states=("XBB", "XCC"), basis="UNCC_2024", body=TEXT, **more):
    table = Table(**more)
    return table, table.open(KIND, basis=basis, requested=states, body=body)


def agreed(states=("XBB", "XCC"), **more):
    table, opened = proposed(states, **more)
    for state in states:
        table.act(state, "agree", {"text": opened.id})
    assert table.fold().status == "agreed"
    return table, opened


def contributed(table, by, *to, package=PACKAGE, **more):
    custody = [f"{number:02x}" * 32 for number in range(1, 1 + len(to))]
    return table.act(by, "contribute", {"packages": [package], "custody": custody, "to": list(to)}, **more)


@BASES
def test_from_a_proposal_to_the_end_of_the_team(basis):
    table, opened = proposed(basis=basis, signing=True)
    state = table.fold()
    assert (state.status, state.turn, state.missing) == ("proposed", "XBB", ())
    assert owes(state) == {("XBB", "agreement"), ("XCC", "agreement")}
    table.act("XBB", "acknowledge")
    table.act("XBB", "agree", {"text": opened.id})
    assert (table.fold().status, table.fold().turn) == ("proposed", "XCC")
    table.act("XCC", "agree", {"text": opened.id})
    state = table.fold()
    assert state.status == "agreed"
    assert {one.code for one in state.conditions} == {"use_limited", "no_onward_transfer", "confidential"}
    asked = table.act("XAA", "ask_measure", {"state": "XCC", "measure": "search_seizure", "by": "2027-01-15"})
    assert owes(table.fold()) == {("XCC", "measure-report")}
    contributed(table, "XCC", "XAA", "XBB", conditions=(Condition("1", "return_or_destroy"),))
    table.act(
        "XCC", "report_measure", {"asked": asked.id, "outcome": "done", **MEASURE, "packages": [PACKAGE]}
    )
    state = table.fold()
    assert next(one for one in state.clocks if one.id.endswith(".measure")).state == "met"
    assert owes(state) == {("XAA", "confirmation"), ("XBB", "confirmation")}
    assert "return_or_destroy" in {one.code for one in state.conditions}
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    table.act("XBB", "confirm", {"packages": [PACKAGE]})
    for state in ("XBB", "XAA", "XCC"):
        assert table.fold().status == "agreed"
        table.act(state, "end", {"reason": "aims_reached"})
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("ended", None, ())
    assert {one.state for one in state.clocks} <= {"met", "lapsed"}
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert state.possible("XAA") == ("ask_use", "notify", "amend_members")


def test_what_the_agreement_lacks_is_shown_and_a_later_text_gives_it():
    table, opened = proposed(body={"agreement": {"form": "single_case"}})
    lacking = {one.item for one in table.fold().missing_items}
    assert {"period", "places", "leaders", "team_members", "termination"} <= lacking
    assert not table.fold().missing  # the instrument itself asks for the agreement alone
    table.act("XBB", "propose_change", TEXT)
    assert not table.fold().missing_items
    table, _ = proposed(body={})
    assert table.fold().missing == ("agreement",)
    assert opened.act.body


def test_every_content_item_of_the_law_has_its_place_in_the_text():
    for basis in ("UNCC_2024", "UNCAC", "UNTOC", "BUDAPEST_2AP_CETS224"):
        items = {item.id for item in law.form(KIND, basis, on=T0.date()).contents}
        assert items <= set(JOINT_INVESTIGATIONS.bodies["propose_change"].model_fields), basis


def test_all_must_sign_the_same_text():
    """A counter-proposal takes back its author's word for the first text; both are on offer, one comes into force."""
    table, opened = proposed()
    table.act("XBB", "agree", {"text": opened.id})
    other = table.act("XCC", "propose_change", {**TEXT, "costs": {"borne_by": "host"}})
    assert owes(table.fold()) == {("XAA", "agreement"), ("XBB", "agreement")}
    table.act("XAA", "agree", {"text": other.id})
    assert table.fold().status == "proposed"
    again = table.act("XAA", "agree", {"text": opened.id})  # XAA comes back to its own text
    assert outcome(table.fold(), again) == "effective"
    assert table.fold().status == "proposed"
    table.act("XCC", "agree", {"text": opened.id})
    state = table.fold()
    assert (state.status, joint(state).agreement.text) == ("agreed", opened.id)


def test_a_text_nobody_proposed_cannot_be_signed():
    table, opened = proposed()
    acknowledged = table.act("XBB", "acknowledge")
    for text in (acknowledged.id, "ef" * 32):
        wrong = table.act("XBB", "agree", {"text": text})
        assert reason(table.fold(), wrong) == f"{KIND}.rule.no-such-text"
    table.act("XBB", "agree", {"text": opened.id})
    assert "agree" not in table.fold().possible("XBB")
    assert "agree" not in table.fold().possible("XAA")  # who proposes has signed


def test_one_declines_and_the_others_go_on_flagged_to_all():
    table, opened = proposed()
    table.act("XBB", "agree", {"text": opened.id})
    mute = table.act("XCC", "decline")
    assert reason(table.fold(), mute) == f"{KIND}.rule.reasons-missing-of-leaving"
    declined = table.act("XCC", "decline", {"ground": "personal_data_law"}, texts=REASONS)
    state = table.fold()
    assert (state.status, [m.state for m in state.members]) == ("agreed", ["XAA", "XBB"])
    flag = next(each for each in state.flags if each.code == f"{KIND}.flag.in-force-without")
    assert (flag.act, flag.ref) == (declined.id, "UNCC_2024 48")
    assert state.possible("XCC") == ()
    later = table.act("XBB", "consult", {"about": "costs"})
    assert {party.state for party in later.act.header.to} == {"XAA"}


def test_a_ground_outside_the_list_is_flagged_unless_the_state_says_so_itself():
    table, _ = proposed()
    table.act("XCC", "decline", {"ground": "bad_weather"}, texts=REASONS)
    assert f"{KIND}.flag.ground-not-listed" in codes(table.fold())
    table, _ = proposed()
    body = {"ground": "bad_weather", "departures": [{"code": "ground", "ref": "48"}]}
    table.act("XCC", "decline", body, texts=REASONS)
    assert f"{KIND}.flag.ground-not-listed" not in codes(table.fold())
    assert "departure.ground" in codes(table.fold())


def test_all_decline_and_nothing_is_left_to_say():
    table, _ = proposed()
    table.act("XBB", "decline", texts=REASONS)
    table.act("XCC", "decline", texts=REASONS)
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("not_agreed", None, ())
    assert state.possible("XAA") == ()
    assert {one.state for one in state.clocks} <= {"lapsed"}


def test_the_proposal_is_withdrawn():
    table, _ = proposed()
    table.act("XAA", "withdraw", {"reason": "no_longer_needed"})
    state = table.fold()
    assert (state.status, state.turn) == ("withdrawn", None)
    assert state.possible("XBB") == ("notify", "amend_members")


def test_the_period_is_extended_when_all_have_signed():
    table, _ = agreed()
    term = next(one for one in table.fold().clocks if one.id.endswith(".term"))
    assert (term.due.date().isoformat(), term.state) == ("2027-06-01", "running")
    late = table.fold(as_of=T0.replace(year=2028)).clocks
    assert [one.state for one in late if one.id.endswith(".term")] == ["lapsed"]
    asked = table.act("XBB", "extend", {"until": "2027-12-31", "answer_by": "2027-05-01"})
    assert {one.owed_by for one in table.fold().clocks if one.id.endswith("answer")} == {"XAA", "XCC"}
    table.act("XAA", "agree", {"text": asked.id})
    assert joint(table.fold()).agreement.until.isoformat() == "2027-06-01"
    table.act("XCC", "agree", {"text": asked.id})
    term = next(one for one in table.fold().clocks if one.id.endswith(".term"))
    assert (term.due.date().isoformat(), term.act) == ("2027-12-31", asked.id)


def test_work_after_the_last_day_is_flagged_and_stands():
    table, _ = agreed(body={**TEXT, "period": {"until": "2026-11-23"}})
    late = contributed(table, "XBB", "XAA")
    state = table.fold()
    assert outcome(state, late) == "effective"
    assert f"{KIND}.flag.after-term" in codes(state)


def test_a_change_binds_once_all_bound_have_signed_it():
    table, opened = agreed()
    change = table.act("XCC", "propose_change", {**TEXT, "evidence_sharing": {"use": "related_offences"}})
    table.act("XAA", "agree", {"text": change.id})
    assert joint(table.fold()).agreement.text == opened.id
    table.act("XBB", "agree", {"text": change.id})
    state = table.fold()
    assert joint(state).agreement.text == change.id
    assert "no_onward_transfer" not in {one.code for one in state.conditions}


def test_powers_are_given_and_withdrawn_by_the_state_whose_law_gives_them():
    table, _ = agreed()
    given = table.act("XBB", "add_power", {"power": "search", "legal_basis": "Act s. 9", "members_of": "XAA"})
    assert "withdraw_power" not in table.fold().possible("XAA")
    assert joint(table.fold()).powers == ((given.id, "XBB"),)
    table.act("XBB", "withdraw_power", {"power": given.id}, texts=REASONS)
    assert joint(table.fold()).powers == ()


def test_a_measure_asked_for_without_the_clause_is_flagged():
    table, _ = agreed(body={**TEXT, "agreement": {"form": "single_case"}})
    act = table.act("XAA", "ask_measure", {"state": "XBB", "measure": "search_seizure"})
    state = table.fold()
    assert outcome(state, act) == "effective"
    assert f"{KIND}.flag.measure-not-in-agreement" in codes(state)


def test_what_was_not_done_carries_its_reasons_and_what_was_done_its_measure():
    table, _ = agreed()
    asked = table.act("XAA", "ask_measure", {"state": "XBB", "measure": "search_seizure", "by": "2026-12-01"})
    mute = table.act("XBB", "report_measure", {"asked": asked.id, "outcome": "not_done"})
    assert reason(table.fold(), mute) == f"{KIND}.rule.reasons-missing-of-report"
    bare = table.act("XBB", "report_measure", {"asked": asked.id, "outcome": "done"})
    assert reason(table.fold(), bare) == f"{KIND}.rule.measure-missing"
    late = table.fold(as_of=T0.replace(year=2027)).clocks
    assert [(one.owed_by, one.state) for one in late if one.id.endswith(".measure")] == [("XBB", "late")]
    table.act("XBB", "report_measure", {"asked": asked.id, "outcome": "not_done"}, texts=REASONS)
    assert "report_measure" not in table.fold().possible("XBB")


def test_evidence_goes_to_states_that_are_bound_and_with_its_custody():
    table, _ = agreed()
    stranger = table.act("XBB", "contribute", {"packages": [PACKAGE], "custody": CUSTODY, "to": ["XDD"]})
    assert reason(table.fold(), stranger) == f"{KIND}.rule.not-of-the-team"
    bare = table.act("XBB", "contribute", {"packages": [PACKAGE], "custody": CUSTODY, "to": ["XAA", "XCC"]})
    assert reason(table.fold(), bare) == f"{KIND}.rule.no-custody-statement"
    contributed(table, "XBB", "XAA")
    assert "confirm" not in table.fold().possible("XCC")
    stolen = contributed(table, "XCC", "XAA")
    assert reason(table.fold(), stolen) == f"{KIND}.rule.of-another"


def test_what_does_not_check_at_one_member_is_owed_to_it_again():
    table, _ = agreed()
    contributed(table, "XBB", "XAA", "XCC")
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    table.act("XCC", "confirm", {"packages": [PACKAGE], "result": "changed"})
    assert owes(table.fold()) == {("XBB", "delivery-again")}
    contributed(table, "XBB", "XCC")
    assert owes(table.fold()) == {("XCC", "confirmation")}
    table.act("XCC", "confirm", {"packages": [PACKAGE]})
    assert not table.fold().owed


def test_use_beyond_the_investigation_waits_for_the_state_that_gave_the_evidence():
    table, _ = agreed()
    assert "ask_use" not in table.fold().possible("XAA")
    contributed(table, "XBB", "XAA")
    contributed(table, "XCC", "XAA", package=OTHER)
    whose = table.act("XAA", "ask_use", {"use": "other_matter"}, texts=REASONS)
    assert reason(table.fold(), whose) == f"{KIND}.rule.use-of-whom"
    asked = table.act("XAA", "ask_use", {"use": "other_matter", "given_by": "XBB"}, texts=REASONS)
    assert ("XBB", "answer-on-use") in owes(table.fold())
    assert ("XCC", "answer-on-use") not in owes(table.fold())
    assert "allow_use" not in table.fold().possible("XCC")
    table.act("XBB", "allow_use", {"asked": asked.id})
    uses = USE.of(table.fold().facts)
    assert uses.allows("XAA", "other_matter", of="XBB")
    assert not uses.allows("XAA", "other_matter", of="XCC")


def let_in(table, state="XDD", role="requested"):
    members = [
        *({"state": m.state, "authority": m.authority, "role": m.role} for m in table.fold().members),
        {"state": state, "authority": AUTHORITY[state], "role": role},
    ]
    for member in table.fold().members:
        table.act(member.state, "amend_members", {"members": members})


def test_a_fourth_state_is_let_in_and_gets_evidence_only_once_it_has_signed():
    table, opened = agreed()
    let_in(table)
    state = table.fold()
    assert [m.state for m in state.members] == ["XAA", "XBB", "XCC", "XDD"]
    assert owes(state) == {("XDD", "agreement")}
    assert "XDD" not in receivers(state.facts, "XAA")
    assert set(state.possible("XDD")) == {"agree", "consult", "decline", "notify", "amend_members"}
    early = table.act("XBB", "contribute", {"packages": [PACKAGE], "custody": CUSTODY, "to": ["XDD"]})
    assert reason(table.fold(), early) == f"{KIND}.rule.not-of-the-team"
    table.act("XDD", "agree", {"text": opened.id})
    state = table.fold()
    assert receivers(state.facts, "XAA") == ("XBB", "XCC", "XDD")
    contributed(table, "XBB", "XDD")
    change = table.act("XAA", "propose_change", TEXT)
    for each in ("XBB", "XCC"):
        table.act(each, "agree", {"text": change.id})
    assert joint(table.fold()).agreement.text == opened.id  # XDD has a say now
    table.act("XDD", "agree", {"text": change.id})
    assert joint(table.fold()).agreement.text == change.id


def test_a_state_let_in_may_decline_and_cannot_hold_the_others_up():
    table, _ = agreed()
    let_in(table)
    change = table.act("XAA", "propose_change", TEXT)
    for each in ("XBB", "XCC"):
        table.act(each, "agree", {"text": change.id})
    assert joint(table.fold()).agreement.text == change.id
    table.act("XDD", "decline", texts=REASONS)
    state = table.fold()
    assert (state.status, [m.state for m in state.members]) == ("agreed", ["XAA", "XBB", "XCC"])


def test_who_signed_a_text_that_had_just_been_changed_is_bound_and_owes_its_word_on_the_new_one():
    """So evidence given to it on the strength of that signature stands, whatever crossed."""
    table, opened = agreed()
    let_in(table)
    base = [table.entries[-1]]
    change = table.act("XAA", "propose_change", TEXT, seen=base)
    second = table.act("XBB", "agree", {"text": change.id}, seen=[change])
    third = table.act("XCC", "agree", {"text": change.id}, seen=[second])
    joined = table.act("XDD", "agree", {"text": opened.id}, seen=base)
    given = contributed(table, "XBB", "XDD", seen=[second, joined])
    state = table.fold()
    assert {outcome(state, act) for act in (third, joined, given)} == {"effective"}
    assert dict(joint(state).agreement.bound)["XDD"] in {opened.id, change.id}


@pytest.mark.parametrize("leaver", ["XAA", "XBB", "XCC"])
def test_one_leaves_and_the_others_go_on_under_the_same_conditions(leaver):
    """Whoever leaves, the proposing State too: its evidence stays here under the agreement, nothing more reaches it."""
    table, _ = agreed()
    others = [state for state in ("XAA", "XBB", "XCC") if state != leaver]
    contributed(table, leaver, *others)
    asked = table.act(
        others[0], "ask_measure", {"state": leaver, "measure": "search_seizure", "by": "2027-01-01"}
    )
    mute = table.act(leaver, "leave")
    assert reason(table.fold(), mute) == f"{KIND}.rule.reasons-missing-of-leaving"
    before = {one.code for one in table.fold().conditions}
    table.act(leaver, "leave", {"reason": "law_does_not_allow"}, texts=REASONS)
    state = table.fold()
    assert (state.status, {m.state for m in state.members}) == ("agreed", set(others))
    assert {one.code for one in state.conditions} == before
    assert state.turn in others
    assert not state.owed
    assert {one.owed_by for one in state.clocks} <= set(others)
    assert state.possible(leaver) == ()
    gone = forced(table, leaver, "consult", {"about": "costs"})
    assert reason(table.fold(), gone) == "rule.not-a-member"
    contributed(table, others[0], others[1], package=OTHER)
    table.act(others[1], "leave", texts=REASONS)
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("ended", None, ())
    assert asked.id in state.outcomes


def forced(table, state, name, body):
    """An act its own node would not let through."""
    known, who = table.fold(), OFFICERS[state]
    last = known.chains[state][0]
    header = replace(
        next(row for row in table.entries if row.id == last).act.header,
        act=name,
        to=tuple(dossier.Party(m.state, m.authority) for m in known.members if m.state != state),
        prev=last,
        seen=known.heads,
        time=table.now,
        salt=salt(state, name, "forced"),
        sender=who.party,
        credential=who.credential,
    )
    return table.add(dossier.Act(header, body))


def test_with_one_left_it_ends():
    table, _ = agreed(("XBB",))
    table.act("XBB", "leave", texts=REASONS)
    state = table.fold()
    assert (state.status, state.turn, state.possible("XAA")) == ("ended", None, ())
    assert {one.state for one in state.clocks} <= {"lapsed", "met"}


def test_what_was_contributed_before_the_departure_was_known_stands():
    table, opened = agreed()
    base = [table.entries[-1]]
    left = table.act("XCC", "leave", texts=REASONS, seen=base)
    given = contributed(table, "XBB", "XAA", "XCC", seen=base)
    wanted = table.act("XAA", "ask_measure", {"state": "XCC", "measure": "search_seizure"}, seen=base)
    other = table.act("XAA", "ask_measure", {"state": "XBB", "measure": "search_seizure"}, seen=[wanted])
    state = table.fold()
    assert {outcome(state, act) for act in (left, given)} == {"effective"}
    assert outcome(state, wanted) == "overtaken"
    assert outcome(state, other) == "effective"
    assert [m.state for m in state.members] == ["XAA", "XBB"]
    assert owes(state) == {("XAA", "confirmation"), ("XBB", "measure-report")}
    assert opened.id == state.dossier


def test_the_last_signature_meets_a_withdrawal_or_a_new_text_that_did_not_know_of_it():
    for name, body in (("withdraw", {"reason": "other"}), ("propose_change", TEXT)):
        table, opened = proposed(("XBB",))
        signed = table.act("XBB", "agree", {"text": opened.id}, seen=[opened])
        given = contributed(table, "XBB", "XAA", seen=[signed])
        crossed = table.act("XAA", name, body, seen=[opened])
        state = table.fold()
        assert state.status == "agreed", name
        assert outcome(state, given) == "effective"
        assert outcome(state, crossed) == ("overtaken" if name == "withdraw" else "effective")


def test_a_list_signed_before_a_departure_brings_nobody_back():
    table, _ = agreed()
    members = [{"state": m.state, "authority": m.authority, "role": m.role} for m in table.fold().members] + [
        {"state": "XDD", "authority": AUTHORITY["XDD"], "role": "observer"}
    ]
    table.act("XAA", "amend_members", {"members": members})
    base = [table.entries[-1]]
    left = table.act("XCC", "leave", texts=REASONS, seen=base)
    crossed = table.act("XBB", "amend_members", {"members": members}, seen=base)
    state = table.fold()
    assert [m.state for m in state.members] == ["XAA", "XBB"]
    assert outcome(state, left) == "effective"
    assert outcome(state, crossed) in {"effective", "overtaken"}
    table.act("XBB", "amend_members", {"members": members})
    assert "XCC" not in {m.state for m in table.fold().members}


def test_doubt_about_any_member_stops_what_is_handed_over_and_its_departure_ends_the_doubt():
    table, _ = agreed()
    base = [table.entries[-1]]
    one = table.act("XCC", "consult", {"about": "costs"}, seen=base)
    two = table.act("XCC", "consult", {"about": "powers"}, seen=base)
    state = table.fold()
    assert state.disclosure_stopped
    assert "contribute" not in state.possible("XBB")
    assert {flag.act for flag in state.flags if flag.code == "fork.unresolved"} == {one.id, two.id}
    table.act("XCC", "stand", {"stands": one.id})
    assert not table.fold().disclosure_stopped
    table.act("XCC", "leave", texts=REASONS)
    again = table.act("XCC", "consult", {"about": "evidence"}, seen=[two])
    state = table.fold()
    assert outcome(state, again) == "forked"
    assert not state.disclosure_stopped
    assert "contribute" in state.possible("XBB")


def test_an_act_of_a_third_member_that_is_not_readable_yet_stops_what_is_handed_over():
    table, _ = agreed()
    hidden = table.act("XCC", "consult", {"about": "costs"})
    last = table.act("XCC", "consult", {"about": "powers"}, seen=[hidden])
    known = [row for row in table.entries if row.id != hidden.id]
    state = dossier.fold(known, as_of=table.now)
    assert (state.waiting, state.waiting_for) == ((last.id,), (hidden.id,))
    assert state.disclosure_stopped


def test_every_code_has_its_words():
    table, _ = agreed()
    contributed(table, "XBB", "XAA")
    table.act("XAA", "ask_measure", {"state": "XBB", "measure": "x", "by": "2027-01-01"})
    table.act("XCC", "end", {"reason": "period_over"})
    table.act("XCC", "extend", {"until": "2027-12-31", "answer_by": "2027-05-01"})
    state = table.fold()
    found = [*(one.code for one in state.owed), *(one.id for one in state.clocks)]
    assert len(set(found)) >= 6
    for code in found:
        assert texts.text(code) != code, code
