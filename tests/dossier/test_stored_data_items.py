"""Stored data item by item, in parts, expedited, in secrecy, and after a preservation: under both Conventions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, T0, Table, outcome, reason, words
from tests.dossier.checks import clock, flags, owed, sound

from corridor import law
from corridor.dossier import missing

BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185"])
SECOND, KEPT = "ba" * 32, "ee" * 32
ACCOUNT = {"type": "email", "value": "k@mail.example"}
DATA = [{"category": each, "account": ACCOUNT} for each in ("subscriber", "traffic", "content")]
ASKED = {
    "data_identification": {"data": DATA, "preservation": KEPT},
    "expedited": True,
    "urgency_reason": {"reasons": ["loss_or_change"]},
    "confidentiality_no_user_notice": {"confidential": True, "no_user_notice": True},
}
WHY = words(reasons="Letters between the person and a lawyer.")


def executed(basis="UNCC_2024", body=None, **more):
    table = Table(**more)
    table.received(table.open("stored_data", basis=basis, body=ASKED if body is None else body), "XBB", T0)
    table.act("XBB", "accept")
    table.act("XBB", "execute", MEASURE)
    return table


def answer(*results):
    return {"data_items": [{"number": n, "outcome": result} for n, result in enumerate(results, start=1)]}


@BASES
def test_three_items_in_two_executions_and_two_deliveries(basis):
    table = Table(signing=True)
    table.received(table.open("stored_data", basis=basis, body=ASKED), "XBB", T0)
    state = sound(table)
    assert [(link.relation, link.dossier) for link in state.links] == [("preserved_by", KEPT)]
    assert clock(state, "expedited") == "running"
    table.act("XBB", "accept")
    part = {**MEASURE, "extent": "part", "not_executed": ["content"], "ground": "dual_criminality_absent"}
    bare = table.act("XBB", "execute", part)
    assert reason(sound(table), bare) == "stored_data.rule.reasons-missing"
    first = table.act("XBB", "execute", part, texts=WHY)
    assert flags(sound(table)) == ["executed-in-part"]
    table.act("XBB", "answer_items", answer("found", "found"))
    state = sound(table)
    assert (state.status, ("answer-items", "XBB") in owed(state)) == ("executed", True)
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    table.act("XAA", "confirm", {"packages": [PACKAGE]})
    assert sound(table).status == "confirmed"
    second = table.act("XBB", "execute", MEASURE)
    table.act("XBB", "deliver", {"packages": [SECOND], "custody": ["dc" * 32], "executed": second.id})
    state = sound(table)
    assert (state.status, state.turn) == ("delivered", "XAA")
    table.act(
        "XBB", "answer_items", {"data_items": [{"number": 3, "outcome": "found", "packages": [SECOND]}]}
    )
    table.act("XAA", "confirm", {"packages": [SECOND]})
    state = sound(table)
    assert (state.status, owed(state)) == ("confirmed", [("release-preserved", "XBB")])
    assert {package.executed for package in state.facts.parts["handing_over"].packages} == {
        first.id,
        second.id,
    }
    table.act("XBB", "release_preserved", {"preservation": KEPT, "outcome": "released", "date": "2026-12-01"})
    assert owed(sound(table)) == []
    table.act("XAA", "close")
    state = sound(table)
    assert clock(state, "expedited") == "met"
    assert {each.status for id_, each in state.outcomes.items() if id_ != bare.id} == {"effective"}


def test_nothing_found_of_any_item_ends_the_search():
    table = executed()
    table.act("XBB", "answer_items", answer("not_found"))
    assert sound(table).status == "executed"
    table.act(
        "XBB",
        "answer_items",
        {"data_items": [{"number": 2, "outcome": "not_held"}, {"number": 3, "outcome": "deleted"}]},
    )
    state = sound(table)
    assert (state.status, state.turn) == ("nothing_found", "XAA")
    assert flags(state) == ["deleted-though-preserved"]
    assert clock(state, "expedited") == "met"
    table.act("XBB", "answer_items", {"data_items": [{"number": 3, "outcome": "found"}]})  # found after all
    state = sound(table)
    assert (state.status, ("delivery", "XBB") in owed(state)) == ("executed", True)
    table = executed()
    table.act("XBB", "answer_items", answer("not_found", "not_found", "not_found"))
    table.act("XAA", "close")
    assert sound(table).status == "closed"
    assert clock(sound(table), "expedited") == "met"


def test_more_data_asked_for_opens_the_search_again():
    table = executed()
    table.act("XBB", "answer_items", answer("not_found", "not_found", "not_found"))
    table.act("XAA", "supplement", {"data_identification": {"data": [{"category": "traffic"}]}})
    state = sound(table)
    assert (state.status, ("answer-items", "XBB") in owed(state)) == ("executed", True)
    table.act("XBB", "answer_items", {"data_items": [{"number": 4, "outcome": "found"}]})
    assert sound(table).status == "executed"
    wrong = table.act("XBB", "answer_items", {"data_items": [{"number": 5, "outcome": "found"}]})
    assert reason(sound(table), wrong) == "stored_data.rule.no-such-item"


def test_an_item_withheld_has_its_reasons_and_what_needs_care_is_marked():
    table = executed()
    held = {
        "number": 3,
        "outcome": "withheld",
        "ground": "domestic_prohibition",
        "restrictions": ["privileged"],
    }
    bare = table.act("XBB", "answer_items", {"data_items": [held]})
    assert reason(sound(table), bare) == "stored_data.rule.reasons-missing"
    table.act("XBB", "answer_items", {"data_items": [held]}, texts=WHY)
    assert flags(sound(table)) == []
    table.act("XBB", "answer_items", {"data_items": [{**held, "ground": "political_offence"}]}, texts=WHY)
    assert flags(sound(table)) == ["ground-not-listed"]


@BASES
def test_expedited_runs_only_where_it_is_sought(basis):
    for body, sought in (
        ({"expedited": True}, True),
        ({"urgency_reason": {"reasons": ["hearing"]}}, True),
        ({}, False),
    ):
        table = Table()
        table.received(table.open("stored_data", basis=basis, body=body), "XBB", T0)
        found = {each.id: each for each in sound(table).clocks}
        assert ("stored_data.clock.expedited" in found) is sought
        if sought:
            line = law.form("stored_data", basis, on=T0.date()).period("expedited")
            assert found["stored_data.clock.expedited"].basis == line.cite()
    table.act("XAA", "supplement", {"expedited": True})
    assert clock(sound(table), "expedited") == "running"


@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_what_was_preserved_is_released_or_kept_on_and_told_however_it_ends(how):
    table = Table()
    table.open("stored_data", body=ASKED)
    if how == "refuse":
        table.act("XBB", "refuse", {"ground": "dual_criminality_absent"}, texts=WHY)
    else:
        table.act("XAA", "withdraw")
    assert ("release-preserved", "XBB") in owed(sound(table))
    wrong = table.act(
        "XBB", "release_preserved", {"preservation": PACKAGE, "outcome": "released", "date": "2026-12-01"}
    )
    assert reason(sound(table), wrong) == "stored_data.rule.no-such-preservation"
    table.act("XBB", "release_preserved", {"preservation": KEPT, "outcome": "kept_on", "date": "2026-12-01"})
    assert owed(sound(table)) == []


@BASES
def test_secrecy_that_cannot_be_kept_is_said_and_who_asked_decides(basis):
    table = executed(basis)
    table.act("XBB", "notify", {"about": "confidentiality_not_possible"})
    state = sound(table)
    (due,) = [each for each in state.owed if each.code.endswith("decision-on-secrecy")]
    assert (due.by, state.turn) == ("XAA", "XAA")
    assert (
        due.ref == law.form("stored_data", basis, on=T0.date()).duty("confidentiality_failure_notice").cite()
    )
    table.act("XAA", "go_on_openly")
    assert (sound(table).turn, "decision-on-secrecy" in dict(owed(sound(table)))) == ("XBB", False)
    nothing = table.act("XAA", "supplement", {"confidentiality_no_user_notice": {"confidential": False}})
    assert outcome(sound(table), nothing) == "effective"
    assert "lift_secrecy" not in sound(table).possible("XAA")


def test_secrecy_broken_and_not_wanted_openly_ends_in_a_withdrawal():
    table = executed()
    table.act("XBB", "notify", {"about": "confidentiality_not_possible"})
    table.act("XAA", "withdraw", {"reason": "warned"})
    assert "decision-on-secrecy" not in dict(owed(sound(table)))


def test_found_before_the_withdrawal_was_known_stays_told():
    table = executed()
    done = table.entries[-1]
    told = table.act("XBB", "answer_items", answer("found"), seen=[done])
    table.act("XAA", "withdraw", seen=[done])
    state = sound(table)
    assert (outcome(state, told), state.status) == ("effective", "withdrawn")
    table = executed(body={"data_identification": {"data": DATA[:1]}})
    done = table.entries[-1]
    table.act("XBB", "answer_items", answer("not_held"), seen=[done])
    table.act("XAA", "withdraw", seen=[done])
    assert sound(table).status == "closed"


def test_the_request_that_follows_and_the_deadline_are_kept():
    table = executed(body={**ASKED, "deadline": "2026-12-05"})
    table.act("XAA", "followed_by", {"dossier": "ab" * 32})
    state = sound(table)
    assert [link.relation for link in state.links] == ["preserved_by", "followed_by"]
    assert clock(table.fold(as_of=T0 + timedelta(days=20)), "deadline") == "late"


@BASES
def test_secrecy_is_recommended_and_not_owed(basis):
    lacking = {each.item: each.mandatory for each in missing("stored_data", basis, {}, T0.date())}
    assert lacking["confidentiality_no_user_notice"] is False


def test_one_item_handed_over_is_found_without_another_word():
    table = executed(body={"data_identification": {"data": DATA[:1]}})
    assert ("answer-items", "XBB") in owed(sound(table))
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    assert owed(sound(table)) == [("confirmation", "XAA")]
