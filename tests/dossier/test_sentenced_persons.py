"""Transfer of sentenced persons as stories: offered or asked for, consents, terms, transfer, end of the sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.dossier.cast import Table, codes, outcome, owed, reason, spoken, words

from corridor.dossier import Condition
from corridor.dossier.kinds.sentenced_persons import SENTENCED_PERSONS

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "UNTOC", "UNCAC"])
REASONS = words(reasons="No cell is free.")
SENTENCE = {"imposed_days": 1460, "served_days": 400, "remaining_days": 1060, "final": True}
OFFER = {
    "acting_as": "sentencing",
    "asked_by_person": True,
    "person": {"nationalities": ["XBB"], "born": "1990-02-03"},
    "offence_and_facts": {"articles": ["12"], "instrument": "UNCC_2024"},
    "decision": {
        "type": "judgment",
        "issued_by": "District Court",
        "date": "2025-11-20",
        "enforceable": True,
    },
    "sentence": SENTENCE,
    "ties": {"based_on": ["national", "family"]},
}
CONSENT = {"consents": True, "date": "2026-11-20", "heard_by": "District Court", "informed": True}
TERMS = {"method": "continued", "remaining_days": 1060, "release_on": "2029-10-20", "law": "Prison Act s. 7"}
TIME = {"at": "2027-02-01T09:00:00+01:00", "zone": "Europe/Vienna", "place": "Airport"}
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def agreed(basis="UNCC_2024", **opening):
    table = Table()
    table.open("sentenced_persons", basis=basis, body={**OFFER, **opening})
    table.act("XAA", "tell_consent", CONSENT)
    table.act("XBB", "accept")
    terms = table.act("XBB", "propose_enforcement", TERMS)
    table.act("XAA", "agree_enforcement", {"proposal": terms.id})
    return table


@BASES
def test_offered_by_the_sentencing_state_to_the_end_of_the_sentence(basis):
    table = Table(signing=True)
    table.open("sentenced_persons", basis=basis, body=OFFER, texts=words(person="A. Person"))
    state = table.fold()
    assert owed(state) == {("consent", "XAA"), ("decision", "XBB")}
    assert {item.item for item in state.missing_items} == {"consent", "enforcement"}
    table.act("XAA", "tell_consent", CONSENT)
    table.act("XBB", "verify_consent", {"verified": True, "date": "2026-11-25", "verified_by": "Consul"})
    offer = table.act("XBB", "accept", conditions=(Condition("1", "release_rules"),))
    assert table.fold().turn == "XAA"
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("agreed", "XBB", {("terms", "XBB")})
    terms = table.act("XBB", "propose_enforcement", TERMS)
    assert (table.fold().turn, owed(table.fold())) == ("XAA", {("terms-answer", "XAA")})
    table.act("XAA", "agree_enforcement", {"proposal": terms.id})
    assert owed(table.fold()) == {("transfer", "XAA")}
    made = table.act("XAA", "arrange", TIME)
    assert table.fold().turn == "XBB"
    table.act("XBB", "agree_arrangement", {"arrangement": made.id})
    assert table.fold().status == "arranged"
    table.act("XAA", "transfer", {"date": "2027-02-01", "remaining_days": 990})
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("transferred", "XBB", {("arrival", "XBB")})
    table.act("XBB", "confirm_arrival", {"date": "2027-02-01"})
    table.act("XBB", "report_enforcement", {"stage": "conditional_release", "date": "2029-01-01"})
    state = table.fold()
    assert (state.status, owed(state)) == ("enforcing", {("report-end", "XBB")})
    release = next(each for each in table.fold(as_of=LATER).clocks if each.id.endswith("release-on"))
    assert (release.owed_by, release.state, release.act) == ("XBB", "late", terms.id)
    table.act("XBB", "report_enforcement", {"stage": "completed", "date": "2029-10-20", "because": "served"})
    table.act("XAA", "close")
    state = table.fold(as_of=LATER)
    assert (state.status, state.owed, state.turn) == ("closed", (), None)
    assert {each.state for each in state.clocks} == {"met"}
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert not codes(state)
    assert spoken(state)


def test_asked_for_by_the_state_that_would_carry_it_on():
    table = Table()
    table.open("sentenced_persons", body={"acting_as": "administering", "ties": {"based_on": ["national"]}})
    assert owed(table.fold()) == {("sentence", "XBB"), ("consent", "XBB"), ("decision", "XBB")}
    assert "state_sentence" not in table.fold().possible("XAA")
    assert "propose_enforcement" not in table.fold().possible("XBB")
    table.act("XBB", "state_sentence", {"sentence": SENTENCE, "as_of": "2026-11-20"})
    table.act("XBB", "tell_consent", CONSENT)
    table.act("XBB", "accept")
    terms = table.act("XAA", "propose_enforcement", {**TERMS, "method": "converted"})
    table.act("XBB", "agree_enforcement", {"proposal": terms.id})
    table.act("XBB", "transfer", {"date": "2027-02-01"})
    table.act("XAA", "confirm_arrival", {"date": "2027-02-01"})
    state = table.fold()
    assert (state.status, state.turn, owed(state)) == ("enforcing", "XAA", {("report-end", "XAA")})
    review = table.act("XAA", "tell_clemency", {"type": "review", "effect": "ends", "date": "2027-03-01"})
    assert reason(table.fold(), review) == "sentenced_persons.rule.not-sentencing-state"
    pardon = table.act("XBB", "tell_clemency", {"type": "pardon", "effect": "ends", "date": "2027-03-01"})
    assert table.fold().owed[0].act == pardon.id
    table.act("XAA", "report_enforcement", {"stage": "ended", "date": "2027-03-02", "because": "clemency"})
    assert table.fold().status == "completed"
    table.act("XBB", "close")
    assert spoken(table.fold())


@BASES
def test_nobody_is_transferred_without_consent_unless_the_states_say_why(basis):
    table = Table()
    table.open("sentenced_persons", basis=basis, body=OFFER)
    table.act("XBB", "accept")
    assert "transfer" not in table.fold().possible("XAA")
    table.act("XAA", "tell_consent", {"consents": False, "date": "2026-11-20"})
    state = table.fold()
    assert "no-consent" in codes(state)
    assert "transfer" not in state.possible("XAA")
    table.act("XAA", "tell_consent", {"consents": False, "date": "2026-12-20", "not_needed_because": "fled"})
    terms = table.act("XBB", "propose_enforcement", TERMS)
    table.act("XAA", "agree_enforcement", {"proposal": terms.id})
    table.act("XAA", "transfer", {"date": "2027-02-01"})
    assert (table.fold().status, "consent-not-needed" in codes(table.fold())) == ("transferred", True)


def test_a_consent_that_cannot_be_verified_is_owed_again():
    table = agreed()
    table.act("XBB", "verify_consent", {"verified": False, "date": "2026-12-01"})
    state = table.fold()
    assert "consent-not-verified" in codes(state)
    assert ("consent", "XAA") in owed(state)
    assert "transfer" not in state.possible("XAA")


def test_terms_are_declined_and_proposed_again():
    table = Table()
    table.open("sentenced_persons", body=OFFER)
    table.act("XBB", "accept")
    first = table.act("XBB", "propose_enforcement", TERMS)
    table.act("XAA", "decline_enforcement", {"proposal": first.id}, texts=REASONS)
    assert owed(table.fold()) >= {("terms", "XBB")}
    second = table.act("XBB", "propose_enforcement", {**TERMS, "release_on": "2029-12-01"})
    stale = table.act("XAA", "agree_enforcement", {"proposal": first.id})
    assert reason(table.fold(), stale) == "sentenced_persons.rule.no-such-terms"
    table.act("XAA", "agree_enforcement", {"proposal": second.id})
    clock = next(each for each in table.fold().clocks if each.id.endswith("release-on"))
    assert clock.due.date().isoformat() == "2029-12-01"


def test_transferring_before_the_terms_are_agreed_is_flagged():
    table = Table()
    table.open("sentenced_persons", body=OFFER)
    table.act("XAA", "tell_consent", CONSENT)
    table.act("XBB", "accept")
    table.act("XAA", "transfer", {"date": "2027-02-01"})
    assert "terms-not-agreed" in codes(table.fold())


@BASES
def test_refused_with_reasons_and_closed(basis):
    table = Table()
    table.open("sentenced_persons", basis=basis, body=OFFER)
    bare = table.act("XBB", "refuse", {"ground": "personal_data_law"})
    assert reason(table.fold(), bare) == "sentenced_persons.rule.reasons-missing"
    table.act("XBB", "refuse", {"ground": "personal_data_law"}, texts=REASONS)
    table.act("XAA", "close")
    state = table.fold()
    assert (state.status, state.owed) == ("closed", ())
    assert spoken(state)


def test_withdrawn_after_agreement():
    table = agreed()
    table.act("XAA", "withdraw", {"reason": "other"})
    state = table.fold(as_of=LATER)
    assert (state.status, {each.state for each in state.clocks}) == ("withdrawn", {"lapsed"})
    table.act("XBB", "close")


# --- crossings ---------------------------------------------------------------------------------------------------


def test_transfer_and_refusal_cross_the_person_is_there():
    table = agreed()
    head = table.entries[-1]
    refusal = table.act("XBB", "refuse", {"ground": "personal_data_law"}, texts=REASONS, seen=[head])
    table.act("XAA", "transfer", {"date": "2027-02-01"}, seen=[head])
    state = table.fold()
    assert (state.status, reason(state, refusal)) == (
        "transferred", "sentenced_persons.crossing.transferred-stands",
    )  # fmt: skip


def test_transfer_and_withdrawal_cross_where_the_other_state_asked():
    table = Table()
    table.open("sentenced_persons", body={**OFFER, "acting_as": "administering"})
    table.act("XBB", "tell_consent", CONSENT)
    accepted = table.act("XBB", "accept")
    withdrawal = table.act("XAA", "withdraw", {}, seen=[accepted])
    table.act("XBB", "transfer", {"date": "2027-02-01"}, seen=[accepted])
    state = table.fold()
    assert (state.status, outcome(state, withdrawal)) == ("transferred", "overtaken")


def test_a_doubt_about_the_consent_that_crossed_the_transfer_is_seen_and_undoes_nothing():
    table = agreed()
    head = table.entries[-1]
    doubt = table.act("XBB", "verify_consent", {"verified": False, "date": "2026-12-01"}, seen=[head])
    table.act("XAA", "transfer", {"date": "2027-02-01"}, seen=[head])
    state = table.fold()
    assert (state.status, outcome(state, doubt)) == ("transferred", "effective")
    assert "consent-not-verified" in codes(state)


def test_nobody_agrees_to_terms_they_have_not_seen():
    table = Table()
    table.open("sentenced_persons", body=OFFER)
    table.act("XBB", "accept")
    first = table.act("XBB", "propose_enforcement", TERMS)
    stale = table.act("XAA", "agree_enforcement", {"proposal": first.id}, seen=[first])
    table.act("XBB", "propose_enforcement", {**TERMS, "release_on": "2030-01-01"}, seen=[first])
    state = table.fold()
    assert reason(state, stale) == "sentenced_persons.crossing.newest-terms"
    assert ("terms-answer", "XAA") in owed(state)


def test_clemency_told_while_the_other_closes_is_kept():
    table = agreed()
    table.act("XAA", "transfer", {"date": "2027-02-01"})
    arrived = table.act("XBB", "confirm_arrival", {"date": "2027-02-01"})
    pardon = table.act(
        "XAA", "tell_clemency", {"type": "pardon", "effect": "ends", "date": "2027-03-01"}, seen=[arrived]
    )
    table.act("XBB", "report_enforcement", {"stage": "ended", "date": "2027-03-01"}, seen=[arrived])
    state = table.fold()
    assert (state.status, outcome(state, pardon)) == ("completed", "effective")


def test_every_status_has_a_turn_and_a_way_on():
    for status in SENTENCED_PERSONS.statuses():
        assert status in SENTENCED_PERSONS.turns
        ways = {
            target
            for rows in SENTENCED_PERSONS.table.values()
            for target in rows.get(status, {}).values()
            if target not in {"=", status}
        }
        assert ways or status == "closed", status
