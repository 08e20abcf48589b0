"""Information sent unasked as stories: conditions kept, declined, changed and lifted; evidence with it; taken back."""

from __future__ import annotations

import pytest
from tests.dossier.cast import CUSTODY, PACKAGE, T0, Table, outcome, reason, words

from corridor import law
from corridor.dossier.kinds.parts import USE
from corridor.dossier.kinds.spontaneous_information import SPONTANEOUS_INFORMATION

KIND = "spontaneous_information"
BASES = pytest.mark.parametrize("basis", ["UNCC_2024", "BUDAPEST_CETS185", "UNCAC", "UNTOC"])
TOLD = words(information="A server in Borealia is being prepared for an attack.")
REASONS = words(reasons="Our courts sit in public.")
GIVEN = {"packages": [PACKAGE], "custody": CUSTODY}
BODY = {
    "information": {"about": ["attack_planned"], "source": "own_investigation", "reliability": "likely"},
    "conditions": {
        "codes": ["confidential", "no_onward_transfer"],
        "confidential_until": "2027-03-01",
        "answer_by": "2026-12-15",
    },
    "offence": {"instrument": "UNCC_2024", "articles": ["7"]},
    "subjects": {"accounts": [{"type": "domain", "value": "attack.example"}]},
}


def sent(basis="UNCC_2024", body=BODY, texts=TOLD, **more):
    table = Table(**more)
    return table, table.open(KIND, basis=basis, body=body, texts=texts)


def codes(state):
    return {flag.code for flag in state.flags}


def owes(state):
    return {(each.by, each.code.rpartition(".")[2]) for each in state.owed}


def clock(state, name):
    return next(each for each in state.clocks if each.id == f"{KIND}.clock.{name}")


@BASES
def test_sent_accepted_used_and_closed(basis):
    table, opened = sent(basis, signing=True)
    state = table.fold()
    assert (state.status, state.turn, state.missing_items) == ("sent", "XBB", ())
    assert owes(state) == {("XBB", "conditions-answer")}
    assert {one.code for one in state.conditions} == {"confidential", "no_onward_transfer"}
    table.act("XBB", "acknowledge")
    table.act("XBB", "accept_conditions", {"conditions": opened.id})
    state = table.fold()
    assert (state.status, state.owed) == ("accepted", ())
    assert clock(state, "conditions-answer").state == "met"
    table.act("XAA", "deliver", GIVEN)
    assert owes(table.fold()) == {("XBB", "confirmation")}
    table.act("XBB", "confirm", {"packages": [PACKAGE]})
    table.act("XBB", "followed_by", {"dossier": "cd" * 32})
    assert [link.relation for link in table.fold().links] == ["followed_by"]
    asked = table.act("XBB", "ask_use", {"use": "onward", "to": "XCC"})
    table.act("XAA", "allow_use", {"asked": asked.id})
    assert USE.of(table.fold().facts).allows("XBB", "onward", "XCC")
    table.act("XBB", "close")
    state = table.fold()
    assert (state.status, state.turn, state.owed) == ("closed", None, ())
    assert {one.state for one in state.clocks} <= {"met", "lapsed"}
    assert {each.status for each in state.outcomes.values()} == {"effective"}


def test_every_content_item_of_the_law_has_its_place():
    for basis in ("UNCC_2024", "BUDAPEST_CETS185", "UNCAC", "UNTOC"):
        items = {item.id for item in law.form(KIND, basis, on=T0.date()).contents}
        assert items <= set(SPONTANEOUS_INFORMATION.bodies["request"].model_fields), basis


def test_without_conditions_nothing_is_owed_to_anybody():
    table, _ = sent(body={"information": {"about": ["proceeds"]}})
    state = table.fold()
    assert (state.owed, state.turn, state.conditions) == ((), "XBB", ())
    table.act("XBB", "acknowledge")
    assert table.fold().status == "noted"
    assert not {"accept_conditions", "decline_conditions"} & set(table.fold().possible("XBB"))
    table, _ = sent(body={}, texts=())
    assert table.fold().missing == ("information",)


def test_conditions_that_cannot_be_kept_are_declined_with_reasons_and_the_sender_decides():
    table, opened = sent("BUDAPEST_CETS185")
    mute = table.act("XBB", "decline_conditions", {"conditions": opened.id})
    assert reason(table.fold(), mute) == f"{KIND}.rule.reasons-missing-of-conditions"
    table.act(
        "XBB", "decline_conditions", {"conditions": opened.id, "codes": ["confidential"]}, texts=REASONS
    )
    state = table.fold()
    assert (state.status, state.turn, owes(state)) == ("declined", "XAA", {("XAA", "decision-on-conditions")})
    assert state.owed[0].ref == "BUDAPEST_CETS185 26(2)"
    assert {one.code for one in state.conditions} == {
        "confidential",
        "no_onward_transfer",
    }  # they bind meanwhile
    changed = table.act("XAA", "set_conditions", {"codes": ["no_onward_transfer"], "answer_by": "2026-12-20"})
    state = table.fold()
    assert (state.status, [one.code for one in state.conditions]) == ("noted", ["no_onward_transfer"])
    old = table.act("XBB", "accept_conditions", {"conditions": opened.id})
    assert reason(table.fold(), old) == f"{KIND}.rule.no-such-conditions"
    table.act("XBB", "accept_conditions", {"conditions": changed.id})
    assert table.fold().status == "accepted"


def test_the_sender_lifts_the_conditions_or_takes_the_information_back():
    table, opened = sent()
    table.act("XBB", "decline_conditions", {"conditions": opened.id}, texts=REASONS)
    table.act("XAA", "lift_conditions")
    assert (table.fold().status, table.fold().conditions, table.fold().owed) == ("accepted", (), ())
    table, opened = sent()
    table.act("XBB", "decline_conditions", {"conditions": opened.id}, texts=REASONS)
    table.act("XAA", "withdraw", {"reason": "other"})
    state = table.fold()
    assert (state.status, state.turn, owes(state)) == ("withdrawn", "XBB", {("XBB", "give-back")})
    table.act("XBB", "give_back", {"done": "destroyed", "date": "2026-12-01"})
    assert (table.fold().turn, table.fold().owed) == (None, ())
    assert "give_back" not in table.fold().possible("XBB")


def test_information_held_back_is_owed_once_the_conditions_are_accepted():
    table, opened = sent("BUDAPEST_CETS185", body={**BODY, "information": {"held_back": True}}, texts=())
    table.act("XBB", "accept_conditions", {"conditions": opened.id})
    state = table.fold()
    assert (state.turn, owes(state)) == ("XAA", {("XAA", "information")})
    table.act("XAA", "supplement", {"information": {"about": ["suspects"]}}, texts=TOLD)
    assert not table.fold().owed


@pytest.mark.parametrize(("basis", "flagged"), [("BUDAPEST_CETS185", True), ("UNCC_2024", False)])
def test_evidence_given_before_the_conditions_were_answered_is_flagged_where_the_answer_is_a_duty(
    basis, flagged
):
    table, _ = sent(basis)
    table.act("XAA", "deliver", GIVEN)
    assert (f"{KIND}.flag.given-before-answer" in codes(table.fold())) is flagged


def test_evidence_needs_its_custody_and_is_given_again_when_it_does_not_check():
    table, _ = sent()
    bare = table.act("XAA", "deliver", {"packages": [PACKAGE]})
    assert reason(table.fold(), bare) == f"{KIND}.rule.no-custody-statement"
    table.act("XAA", "deliver", GIVEN)
    other = table.act("XBB", "confirm", {"packages": ["ef" * 32]})
    assert reason(table.fold(), other) == f"{KIND}.rule.no-such-package"
    table.act("XBB", "confirm", {"packages": [PACKAGE], "result": "changed"})
    assert ("XAA", "delivery-again") in owes(table.fold())
    table.act("XAA", "deliver", GIVEN)
    table.act("XBB", "confirm", {"packages": [PACKAGE]})
    assert owes(table.fold()) == {("XBB", "conditions-answer")}


def test_a_disclosure_that_exculpates_is_told_before_and_consulted_on_if_the_sender_asks():
    table, _ = sent()
    notice = {"about": "exculpatory_disclosure", "date": "2026-12-10"}
    told = table.act("XBB", "notify", notice)
    assert f"{KIND}.flag.exculpatory-told-after" not in codes(table.fold())
    table.act("XAA", "consult", {"about": told.id, "answer_by": "2026-12-05"})
    state = table.fold()
    assert (state.turn, ("XBB", "consult-reply") in owes(state)) == ("XBB", True)
    assert next(each for each in state.owed if each.code.endswith("reply")).ref == "UNCC_2024 40"
    late = table.fold(as_of=T0.replace(year=2027))
    assert clock(late, "consult-reply").state == "late"
    table.act("XBB", "consult", {"about": told.id})
    assert ("XBB", "consult-reply") not in owes(table.fold())
    table.act("XBB", "notify", {**notice, "date": "2026-11-01"})
    flag = next(each for each in table.fold().flags if each.code == f"{KIND}.flag.exculpatory-told-after")
    assert flag.ref == "UNCC_2024 40"


def test_secrecy_for_a_time_lapses_and_an_answer_in_time_is_shown_as_late():
    table, _ = sent()
    state = table.fold(as_of=T0.replace(year=2027, month=1))
    assert (clock(state, "conditions-answer").state, clock(state, "secrecy").state) == ("late", "running")
    assert clock(table.fold(as_of=T0.replace(year=2028)), "secrecy").state == "lapsed"


def test_following_up_what_was_declined_is_flagged():
    table, opened = sent()
    table.act("XBB", "decline_conditions", {"conditions": opened.id}, texts=REASONS)
    table.act("XBB", "followed_by", {"dossier": "cd" * 32})
    assert f"{KIND}.flag.used-though-declined" in codes(table.fold())


def cross(first, second, before=()):
    """Two acts that did not see each other, after `before`; the outcomes of both and the state."""
    table, opened = sent()
    for step in before:
        table.act(*step)
    base = [next(row for row in reversed(table.entries))]
    made = []
    for state, name, body, texts in (first, second):
        filled = {key: opened.id if value == "OPENING" else value for key, value in body.items()}
        made.append(table.act(state, name, filled, texts=texts, seen=base))
    state = table.fold()
    return [outcome(state, act) for act in made], state


ANSWERED = ("XBB", "accept_conditions", {"conditions": "OPENING"}, ())
DECLINED = ("XBB", "decline_conditions", {"conditions": "OPENING"}, REASONS)


@pytest.mark.parametrize(
    ("first", "second", "outcomes", "status"),
    [
        (("XAA", "set_conditions", {"codes": ["other"]}, ()), ANSWERED, ["effective", "overtaken"], "noted"),
        (("XAA", "lift_conditions", {}, ()), DECLINED, ["effective", "overtaken"], "accepted"),
        (("XAA", "withdraw", {}, ()), ANSWERED, ["effective", "overtaken"], "withdrawn"),
        (("XAA", "deliver", GIVEN, ()), DECLINED, ["effective", "effective"], "declined"),
        (
            ("XAA", "deliver", GIVEN, ()),
            ("XBB", "give_back", {"done": "destroyed", "date": "2026-12-01"}, ()),
            ["effective", "effective"],
            "returned",
        ),
    ],
)
def test_what_crosses(first, second, outcomes, status):
    found, state = cross(first, second)
    assert (found, state.status) == (outcomes, status)


def test_more_information_that_crossed_a_closing_keeps_it_open():
    closing = ("XBB", "close", {}, ())
    found, state = cross(("XAA", "supplement", {}, TOLD), closing, before=[("XBB", "acknowledge")])
    assert (found, state.status) == (["effective", "overtaken"], "noted")
