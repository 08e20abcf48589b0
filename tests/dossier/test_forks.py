"""Two officers of one State, forks, foreign and unknown acts, and acts whose past has not arrived."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

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
    seal,
    words,
)

from corridor import dossier
from corridor.dossier import FoldFault, Party, Receipt
from corridor.dossier.act import Rules

REASONS = words(reasons="Two desks, one night.")


def two_officers():
    """One officer of Borealia accepts, another refuses, neither having seen the other."""
    table = Table()
    opened = table.open("stored_data")
    accept = table.act("XBB", "accept", seen=[opened])
    refuse = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS, seen=[opened])
    return table, opened, accept, refuse


def test_two_officers_of_one_state():
    """Both acts are kept, neither has effect, disclosure stops, and only that State can say which stands."""
    table, _, accept, refuse = two_officers()
    state = table.fold()
    assert (state.status, state.disclosure_stopped) == ("asked", True)
    assert {outcome(state, accept), outcome(state, refuse)} == {"forked"}
    assert [set(fork.acts) for fork in state.forks] == [{accept.id, refuse.id}]
    assert state.possible("XBB") == ("stand",)
    assert "supplement" in state.possible("XAA")


def test_the_state_signs_which_stands():
    table, _, accept, refuse = two_officers()
    stand = table.act("XBB", "stand", {"stands": accept.id})
    state = table.fold()
    assert stand.act.header.prev == accept.id
    assert (state.status, state.disclosure_stopped) == ("accepted", False)
    assert (outcome(state, accept), outcome(state, refuse)) == ("effective", "forked")
    assert reason(state, refuse) == "fork.not-standing"
    table.act("XBB", "execute", MEASURE)
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    assert table.fold().status == "delivered"


def test_a_branch_that_does_not_stand_falls_with_all_that_follows_on_it():
    table, _, accept, refuse = two_officers()
    execute = table.act("XBB", "execute", MEASURE, seen=[accept])
    assert outcome(table.fold(), execute) == "forked"
    table.act("XBB", "stand", {"stands": refuse.id})
    state = table.fold()
    assert state.status == "refused"
    assert [outcome(state, act) for act in (accept, execute)] == ["forked", "forked"]


def test_another_state_cannot_say_which_stands():
    table, _, accept, _ = two_officers()
    known = table.fold()
    forged = _following(table, known, "XAA", "stand", {"stands": accept.id})
    state = table.fold()
    assert reason(state, forged) == "rule.no-such-fork"
    assert state.disclosure_stopped


def test_a_third_branch_that_arrives_late_stops_disclosure_again():
    table, opened, accept, _ = two_officers()
    table.act("XBB", "stand", {"stands": accept.id})
    assert not table.fold().disclosure_stopped
    table.act("XBB", "acknowledge", seen=[opened])
    assert table.fold().disclosure_stopped


def test_delivery_signed_over_an_unresolved_fork_is_illegal():
    table = Table()
    opened = table.open("stored_data")
    table.act("XBB", "accept", seen=[opened])
    execute = table.act("XBB", "execute", MEASURE)
    one = table.act("XAA", "supplement", seen=[execute])
    other = table.act("XAA", "supplement", seen=[execute])
    known = table.fold()
    assert "deliver" not in known.possible("XBB")
    deliver = _following(table, known, "XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY})
    assert reason(table.fold(), deliver) == "rule.disclosure-stopped"
    assert {one.id, other.id} == set(table.fold().forks[0].acts)


def test_forks_read_the_same_in_any_order_of_arrival():
    table, _, accept, _ = two_officers()
    table.act("XBB", "stand", {"stands": accept.id})
    states = [dossier.fold(rows, as_of=table.now) for rows in itertools.permutations(table.entries)]
    assert all(state == states[0] for state in states)


def _following(table, known, state, name, body=None, **changes):
    """An act made by hand: what a wrong or newer node might sign."""
    who = OFFICERS[state]
    ends = known.chains.get(state, ())
    header = replace(
        next(row for row in table.entries if row.id == known.dossier).act.header,
        dossier=known.dossier,
        act=name,
        sender=who.party,
        credential=who.credential,
        prev=ends[0] if ends else None,
        seen=known.heads,
        basis=None,
        members=(),
        salt=salt(name, state, len(table.entries)),
        to=tuple(Party(m.state, m.authority) for m in known.members if m.state != state),
    )
    act = seal(dossier.Act(replace(header, **changes), body or {}))
    table.entries.append(act)
    return act


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"act": "teleport"}, "rule.unknown-act"),
        ({"act": "ask_extension"}, "rule.not-in-this-status"),
        ({"act": "supplement"}, "rule.not-in-this-status"),
        ({"act": "preserved"}, "rule.body"),
        ({"kind": "stored_data"}, "rule.other-rules"),
        ({"rules": Rules("2", "0" * 64)}, "rule.other-rules"),
        ({"to": (Party("XCC", "XCC-CP"),)}, "rule.not-to-all-members"),
        ({"sender": Party("XCC", "XCC-CP"), "credential": OFFICERS["XCC"].credential}, "rule.not-a-member"),
        ({"act": "amend_members"}, "rule.body"),
    ],
)
def test_an_act_illegal_in_its_own_past_stays_without_effect_and_with_its_paragraph(changes, expected):
    table = Table()
    table.open()
    known = table.fold()
    act = _following(table, known, "XBB", "acknowledge", **changes)
    state = table.fold()
    assert (outcome(state, act), reason(state, act)) == ("illegal", expected)
    assert state.outcomes[act.id].ref.startswith("spec/act.md 5.")
    assert state.status == "asked"


def test_an_act_that_leaves_out_its_own_last_act_is_illegal():
    """`prev` continues the chain; an act that has seen its State's later act and names an earlier one does not."""
    table = Table()
    table.open()
    first = table.act("XBB", "acknowledge")
    table.act("XBB", "ask", {"items": []})
    skipping = _following(table, table.fold(), "XBB", "acknowledge", prev=first.id)
    assert outcome(table.fold(), skipping) in {"illegal", "forked"}
    assert table.fold().disclosure_stopped


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "teleportation"}, "rules.unknown-kind"),
        ({"rules": Rules("99", "0" * 64)}, "rules.unknown-fold"),
        ({"rules": Rules("1", "0" * 64)}, "rules.unknown-law"),
    ],
)
def test_unknown_rules_are_kept_and_shown_without_status_or_disclosure(changes, expected):
    table = Table()
    opened = table.open()
    unknown = seal(replace(opened.act, header=replace(opened.act.header, **changes)))
    state = dossier.fold([unknown], as_of=T0)
    assert (state.status, state.disclosure_stopped, state.possible("XBB")) == (None, True, ())
    assert (outcome(state, unknown), reason(state, unknown)) == ("unknown", expected)
    assert state.order == (unknown.id,)


def test_acts_whose_past_has_not_arrived_are_held_out():
    table = Table()
    opened = table.open()
    ask = table.act("XBB", "ask", {"items": []})
    answer = table.act("XAA", "supplement")
    state = dossier.fold([opened, answer], as_of=table.now)
    assert (state.status, state.waiting, state.waiting_for) == ("asked", (answer.id,), (ask.id,))
    assert state.disclosure_stopped
    alone = dossier.fold([answer], as_of=table.now)
    assert (alone.status, alone.waiting) == (None, (answer.id,))
    assert table.fold().waiting == ()


def test_entries_of_two_dossiers_are_never_folded_together():
    table = Table()
    with pytest.raises(FoldFault, match=r"dossier\.fold\.mixed"):
        dossier.fold([table.open(), table.open()], as_of=T0)
    with pytest.raises(FoldFault):
        dossier.fold([Receipt("ab" * 32, "XBB", T0)], as_of=T0)


def test_members_change_when_every_member_has_signed_the_same_list():
    table = Table()
    table.open()
    rows = [
        {"state": state, "authority": AUTHORITY[state], "role": role}
        for state, role in (("XAA", "requesting"), ("XBB", "requested"), ("XCC", "observer"))
    ]
    table.act("XAA", "amend_members", {"members": rows})
    assert len(table.fold().members) == 2
    table.act("XBB", "amend_members", {"members": rows})
    assert [member.state for member in table.fold().members] == ["XAA", "XBB", "XCC"]
    late = table.act("XBB", "acknowledge")
    assert [party.state for party in late.act.header.to] == ["XAA", "XCC"]
    assert table.fold().possible("XCC") == ("amend_members",)


def test_members_cannot_exchange_the_two_states_the_request_is_between():
    table = Table()
    table.open()
    rows = [
        {"state": state, "authority": AUTHORITY[state], "role": role}
        for state, role in (("XAA", "requesting"), ("XCC", "requested"))
    ]
    act = table.act("XAA", "amend_members", {"members": rows})
    assert reason(table.fold(), act) == "rule.members"


def test_the_earliest_receipt_counts_and_repetition_changes_nothing():
    table = Table()
    opened = table.open("stored_data")
    table.received(opened, "XBB", T0 + timedelta(hours=2))
    table.received(opened, "XBB", T0 + timedelta(hours=1))
    once = table.fold()
    table.entries += list(table.entries)
    assert table.fold() == once


def test_a_fork_of_the_opening_state_before_its_first_answer():
    """`prev` null is a place like any other: two first acts of one State are a fork."""
    _, opened, accept, refuse = two_officers()
    assert {accept.act.header.prev, refuse.act.header.prev} == {None}
    assert opened.act.header.prev is None


def test_a_stranger_cannot_stop_disclosure_by_contradicting_itself():
    table = Table()
    table.open()
    known = table.fold()
    stranger = {"sender": OFFICERS["XCC"].party, "credential": OFFICERS["XCC"].credential, "prev": None}
    for number in range(2):
        _following(table, known, "XBB", "acknowledge", salt=salt("stranger", number), **stranger)
    state = table.fold()
    assert (state.disclosure_stopped, state.forks) == (False, ())
    assert {each.reason for each in state.outcomes.values()} == {None, "rule.not-a-member"}


@pytest.mark.parametrize("first", ["accept", "refuse"])
def test_a_fork_within_a_fork_is_settled_too_and_the_state_goes_on_from_what_stands(first):
    """Both forks may be settled in any order; what is signed after them follows the one way that stands."""
    table, _, accept, refuse = two_officers()
    notices = [
        table.act("XBB", "notify", {"about": "outcome_of_proceedings"}, texts=REASONS, seen=[refuse])
        for _ in range(2)
    ]
    outer, inner = {"stands": accept.id}, {"stands": notices[0].id}
    for body in (outer, inner) if first == "accept" else (inner, outer):
        table.act("XBB", "stand", body)
    state = table.fold()
    assert not state.unresolved_forks
    assert state.status == "accepted"
    execute = table.act("XBB", "execute", MEASURE)
    assert outcome(table.fold(), execute) == "effective"
