"""Traffic data and content collected as they pass: authorised, begun, extended, handed over in parts, ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, T0, Table, outcome, reason, words
from tests.dossier.checks import clock, flags, owed, sound

from corridor import law
from corridor.dossier import REGISTRY, Condition, missing

KINDS = pytest.mark.parametrize("kind", ["realtime_traffic", "content_interception"])
EVERYWHERE = pytest.mark.parametrize(
    ("kind", "basis"),
    [
        (kind, basis)
        for kind in ("realtime_traffic", "content_interception")
        for basis in ("UNCC_2024", "BUDAPEST_CETS185")
    ],
)
SECOND, THIRD = "ba" * 32, "bc" * 32
PERIOD = {"start": "2026-12-01T00:00:00Z", "end": "2026-12-20T00:00:00Z"}
ASKED = {
    "period_and_reason": PERIOD,
    "confidentiality_no_user_notice": {"no_user_notice": True, "until": "2027-03-01"},
}
BEGUN = {"start": "2026-12-01T06:00:00Z", "until": "2026-12-20"}
ENDED = {"date": "2026-12-20", "reason": "term_over"}
WHY = words(reasons="The court allowed no more.")


def measure(kind, **more):
    return {"measure": {**MEASURE["measure"], "kind": kind}, "authorised_until": "2026-12-20", **more}


def delivery(package, custody):
    return {"packages": [package], "custody": [custody]}


def opened(kind, basis="UNCC_2024", body=None, **more):
    table = Table(**more)
    act = table.open(kind, basis=basis, body=ASKED if body is None else body)
    table.received(act, "XBB", T0)
    return table


def collecting(kind, basis="UNCC_2024", **more):
    table = opened(kind, basis, **more)
    table.act("XBB", "accept")
    table.act("XBB", "execute", measure(kind))
    table.act("XBB", "begin", BEGUN)
    return table


@EVERYWHERE
def test_authorised_begun_handed_over_in_parts_ended_confirmed_and_closed(kind, basis):
    table = opened(kind, basis, signing=True)
    table.act("XBB", "acknowledge")
    offer = table.act("XBB", "accept", conditions=(Condition("1", "use_limited"),))
    table.act("XAA", "accept_conditions", {"offer": offer.id})
    assert "begin" not in sound(table).possible("XBB")
    table.act("XBB", "execute", measure(kind))
    state = sound(table)
    assert (state.status, "deliver" in state.possible("XBB")) == ("executed", False)
    table.act("XBB", "begin", BEGUN)
    state = sound(table)
    assert (state.status, state.turn, clock(state, "collection")) == ("collecting", "XBB", "running")
    table.act("XBB", "deliver", delivery(PACKAGE, *CUSTODY))
    state = sound(table)
    assert (state.status, ("confirmation", "XAA") in owed(state)) == ("collecting", True)
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    asked = table.act(
        "XAA", "ask_extension", {"until": "2027-01-10"}, texts=words(necessity="He writes daily.")
    )
    assert ("extension-answer", "XBB") in owed(sound(table))
    table.act("XBB", "execute", measure(kind, authorised_until="2027-01-10"))
    table.act("XBB", "grant_extension", {"until": "2027-01-10"})
    state = sound(table)
    assert outcome(state, asked) == "effective"
    assert "extension-answer" not in dict(owed(state))
    table.act("XBB", "deliver", delivery(SECOND, "dc" * 32))
    table.act("XBB", "end_collection", {**ENDED, "date": "2027-01-08", "last_follows": True})
    state = sound(table)
    assert (state.status, state.turn) == ("collected", "XBB")
    assert {("last-package", "XBB"), ("confirmation", "XAA")} <= set(owed(state))
    table.act("XBB", "deliver", delivery(THIRD, "dd" * 32))
    assert sound(table).status == "delivered"
    table.act("XAA", "confirm", {"packages": [SECOND, THIRD]})
    state = sound(table)
    assert (state.status, clock(state, "collection"), flags(state)) == ("confirmed", "met", [])
    table.act("XAA", "close")
    state = sound(table)
    assert {each.status for each in state.outcomes.values()} == {"effective"}
    assert [each.code for each in state.conditions] == ["use_limited"]


@KINDS
def test_all_confirmed_while_it_ran_is_confirmed_when_it_ends(kind):
    table = collecting(kind)
    table.act("XBB", "deliver", delivery(PACKAGE, *CUSTODY))
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    table.act("XBB", "end_collection", ENDED)
    assert sound(table).status == "confirmed"
    table = collecting(kind)
    table.act("XBB", "deliver", delivery(PACKAGE, *CUSTODY))
    table.act("XAA", "confirm", {"packages": [PACKAGE], "result": "changed"})
    assert ("delivery-again", "XBB") in owed(sound(table))
    table.act("XBB", "end_collection", ENDED)
    assert (sound(table).status, sound(table).turn) == ("delivered", "XBB")


@KINDS
def test_nothing_passed_and_nothing_is_handed_over(kind):
    table = collecting(kind)
    table.act("XBB", "end_collection", ENDED)
    state = sound(table)
    assert (state.status, state.turn, owed(state)) == ("collected", "XAA", [])
    assert clock(state, "execute_promptly") == "met"  # it was done, and yielded nothing
    table.act("XAA", "close")
    assert sound(table).status == "closed"


@KINDS
def test_a_term_beyond_what_was_asked_or_allowed_is_shown_and_collecting_beyond_it_too(kind):
    table = opened(kind)
    table.act("XBB", "accept")
    table.act("XBB", "execute", measure(kind))
    table.act("XBB", "begin", {**BEGUN, "until": "2027-02-01"})
    assert flags(sound(table)) == ["beyond-authorisation", "beyond-period-asked"]
    table.act("XBB", "end_collection", {**ENDED, "date": "2027-02-03"})
    assert "collected-beyond-term" in flags(sound(table))


def test_the_doubt_about_the_period_names_the_provision_of_the_instrument():
    table = collecting(
        "realtime_traffic", body={**ASKED, "period_and_reason": {**PERIOD, "end": "2026-12-10T00:00:00Z"}}
    )
    (found,) = [each for each in sound(table).flags if each.code.endswith("beyond-period-asked")]
    form = law.form("realtime_traffic", "UNCC_2024", on=T0.date())
    assert found.ref == form.content("period_and_reason").cite()
    (clock_,) = [each for each in sound(table).clocks if each.id.endswith(".collection")]
    assert clock_.basis == form.period("collection").cite()


@KINDS
def test_the_term_is_late_when_nobody_ended_it(kind):
    table = collecting(kind)
    after = table.fold(as_of=T0 + timedelta(days=60))
    assert clock(after, "collection") == "late"


@KINDS
def test_what_contradicts_what_stands_has_no_effect(kind):
    table = opened(kind)
    table.act("XBB", "accept")
    table.act("XBB", "execute", measure(kind))
    rule = f"{kind}.rule."
    act = table.act("XBB", "begin", {**BEGUN, "executed": PACKAGE})
    assert reason(sound(table), act) == f"{rule}not-executed"
    act = table.act("XBB", "begin", {**BEGUN, "until": "2026-11-30"})
    assert reason(sound(table), act) == f"{rule}ends-before-it-begins"
    table.act("XBB", "begin", BEGUN)
    act = table.act("XBB", "grant_extension", {"until": "2026-12-20"})
    assert reason(sound(table), act) == f"{rule}extension-shortens"
    asked = table.act("XAA", "ask_extension", {"until": "2027-01-10"})
    act = table.act("XBB", "decline_extension", {"asked": PACKAGE}, texts=WHY)
    assert reason(sound(table), act) == f"{rule}no-such-extension"
    act = table.act("XBB", "decline_extension", {"asked": asked.id})
    assert reason(sound(table), act) == f"{rule}reasons-missing"
    table.act("XBB", "decline_extension", {"asked": asked.id}, texts=WHY)
    assert "extension-answer" not in dict(owed(sound(table)))


@KINDS
def test_enough_is_said_and_it_is_ended(kind):
    table = collecting(kind)
    table.act("XBB", "deliver", delivery(PACKAGE, *CUSTODY))
    assert "withdraw" not in sound(table).possible("XAA")
    table.act("XAA", "ask_end", {"reason": "purpose_reached"})
    assert ("end-collection", "XBB") in owed(sound(table))
    table.act("XBB", "end_collection", {**ENDED, "reason": "asked"})
    assert (sound(table).status, "end-collection" in dict(owed(sound(table)))) == ("delivered", False)


@KINDS
def test_an_extension_that_crossed_enough_has_no_effect(kind):
    table = collecting(kind)
    begun = table.entries[-1]
    table.act("XAA", "ask_end", {"reason": "purpose_reached"}, seen=[begun])
    granted = table.act("XBB", "grant_extension", {"until": "2027-01-10"}, seen=[begun])
    state = sound(table)
    assert (outcome(state, granted), reason(state, granted)) == ("overtaken", f"{kind}.crossing.enough-ends")


@KINDS
def test_a_wish_for_more_time_that_crossed_the_end_comes_too_late(kind):
    table = collecting(kind)
    begun = table.entries[-1]
    asked = table.act("XAA", "ask_extension", {"until": "2027-01-10"}, seen=[begun])
    table.act("XBB", "end_collection", ENDED, seen=[begun])
    state = sound(table)
    assert (outcome(state, asked), state.status) == ("overtaken", "collected")
    table.act("XBB", "begin", {**BEGUN, "until": "2027-01-10"})  # taken up again
    assert sound(table).status == "collecting"


@KINDS
def test_begun_before_the_withdrawal_was_known_is_ended_and_told(kind):
    table = opened(kind)
    table.act("XBB", "accept")
    done = table.act("XBB", "execute", measure(kind))
    begun = table.act("XBB", "begin", BEGUN, seen=[done])
    table.act("XAA", "withdraw", seen=[done])
    state = sound(table)
    assert (outcome(state, begun), state.status) == ("effective", "withdrawn")
    assert owed(state) == [("end-collection", "XBB")]
    assert clock(state, "collection") == "lapsed"
    table.act("XBB", "end_collection", {**ENDED, "reason": "asked"})
    state = sound(table)
    assert (owed(state), state.status, clock(state, "collection")) == ([], "withdrawn", "met")


@pytest.mark.parametrize(
    ("kind", "basis", "ground"),
    [
        ("realtime_traffic", "UNCC_2024", "not_available_at_home"),
        ("realtime_traffic", "BUDAPEST_CETS185", "similar_domestic_case"),
        ("content_interception", "UNCC_2024", "permitted_by_treaty_and_law"),
        ("content_interception", "BUDAPEST_CETS185", "permitted_by_treaty_and_law"),
    ],
)
def test_a_precondition_that_is_not_met_is_a_ground_of_the_form(kind, basis, ground):
    table = opened(kind, basis)
    table.act("XBB", "refuse", {"ground": ground}, texts=WHY)
    state = sound(table)
    assert (state.status, flags(state)) == ("refused", [])
    table.act("XAA", "close")
    assert sound(table).status == "closed"
    table = opened(kind, basis)
    table.act("XBB", "refuse", {"ground": "bank_secrecy"}, texts=WHY)
    assert flags(sound(table)) == ["ground-not-listed"]


@KINDS
def test_another_measure_than_the_form_knows_is_shown(kind):
    table = opened(kind)
    table.act("XBB", "accept")
    table.act("XBB", "execute", measure("seizure_copy"))
    assert flags(sound(table)) == ["measure-not-listed"]


@KINDS
def test_the_user_is_told_when_secrecy_ends_and_telling_earlier_is_shown(kind):
    table = collecting(kind)
    assert clock(sound(table), "secrecy") == "running"
    assert clock(table.fold(as_of=T0 + timedelta(days=120)), "secrecy") == "lapsed"
    table.act("XBB", "tell_user", {"by": "provider", "date": "2026-12-05"})
    state = sound(table)
    assert flags(state) == ["user-told-early"]
    assert next(each.ref for each in state.flags if each.code.endswith("early"))
    table = collecting(kind)
    table.act("XAA", "lift_secrecy", {"date": "2026-12-21"})
    table.act("XBB", "tell_user", {"by": "authority", "date": "2026-12-22"})
    assert (flags(sound(table)), clock(sound(table), "secrecy")) == ([], "met")
    again = table.act("XAA", "notify", {"about": "use_made"})
    assert outcome(sound(table), again) == "effective"


def test_something_else_than_traffic_data_is_shown():
    data = {"data": [{"category": "content"}]}
    table = opened("realtime_traffic", body={**ASKED, "data_and_link": data})
    assert flags(sound(table)) == ["not-traffic-data"]


def test_an_interception_recorded_where_live_was_asked_for_is_shown():
    for mode, found in (("live", ["other-mode-than-asked"]), ("either", []), ("recording", [])):
        table = opened("content_interception", body={**ASKED, "specified_communications": {"mode": mode}})
        table.act("XBB", "accept")
        table.act("XBB", "execute", measure("content_interception"))
        table.act("XBB", "begin", {**BEGUN, "mode": "recording"})
        assert flags(sound(table)) == found


def test_what_the_matter_does_not_need_of_an_interception_is_destroyed_and_told():
    table = collecting("content_interception")
    table.act("XBB", "deliver", delivery(PACKAGE, *CUSTODY))
    table.act("XBB", "end_collection", ENDED)
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert owed(sound(table)) == [("destroy-not-needed", "XAA")]
    told = {"packages": [PACKAGE], "extent": "part", "reason": "not_needed", "date": "2027-01-03"}
    table.act("XAA", "destroyed", told)
    assert owed(sound(table)) == []
    table.act("XBB", "destroyed", {**told, "extent": "full", "reason": "proceedings_over"})
    assert {each.status for each in sound(table).outcomes.values()} == {"effective"}


@KINDS
def test_beginning_and_extending_rest_on_safeguards_as_the_measure_does(kind):
    assert REGISTRY[kind].executing == {"execute", "begin", "grant_extension"}
    assert REGISTRY[kind].disclosing == {"deliver"}


@EVERYWHERE
def test_the_form_says_what_the_request_lacks(kind, basis):
    lacking = {each.item: each.mandatory for each in missing(kind, basis, ASKED, T0.date())}
    assert "period_and_reason" not in lacking
    assert lacking["necessity"] is ((kind, basis) == ("realtime_traffic", "UNCC_2024"))
    if basis == "BUDAPEST_CETS185":
        assert lacking["specified_communications"] is True
