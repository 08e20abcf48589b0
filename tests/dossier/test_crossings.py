"""Each crossing by its name: two States act without having seen each other, and every member sees one outcome."""

from __future__ import annotations

import itertools

import pytest
from tests.dossier.cast import CUSTODY, MEASURE, PACKAGE, Table, outcome, reason, words

from corridor import dossier
from corridor.dossier import Condition
from corridor.dossier.kinds import REGISTRY

REASONS = words(reasons="As our law has it.")


def same_everywhere(table):
    """Fold in several orders of arrival; all members see the same."""
    seen = [
        dossier.fold(rows, as_of=table.now)
        for rows in itertools.islice(itertools.permutations(table.entries), 60)
    ]
    assert all(state == seen[0] for state in seen)
    return seen[0]


def test_withdraw_crosses_accept():
    """Who asks may stop asking: the acceptance is overtaken."""
    table = Table()
    opened = table.open("stored_data")
    accept = table.act("XBB", "accept", seen=[opened])
    withdraw = table.act("XAA", "withdraw", seen=[opened])
    state = same_everywhere(table)
    assert state.status == "withdrawn"
    assert (outcome(state, withdraw), outcome(state, accept)) == ("effective", "overtaken")
    assert reason(state, accept) == "stored_data.crossing.withdrawal-ends"
    assert state.outcomes[accept.id].ref == withdraw.id


def test_withdraw_crosses_deliver():
    """What was handed over stands, with the acceptance and execution it rests on; the withdrawal is overtaken."""
    table = Table()
    opened = table.open("stored_data")
    withdraw = table.act("XAA", "withdraw", seen=[opened])
    accept = table.act("XBB", "accept", seen=[opened])
    execute = table.act("XBB", "execute", MEASURE, seen=[accept])
    deliver = table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY}, seen=[execute])
    state = same_everywhere(table)
    assert state.status == "delivered"
    assert [outcome(state, act) for act in (accept, execute, deliver)] == ["effective"] * 3
    assert (outcome(state, withdraw), reason(state, withdraw)) == (
        "overtaken",
        "stored_data.crossing.delivered-stands",
    )


def test_withdraw_crosses_execute_without_delivery():
    table = Table()
    opened = table.open("stored_data")
    accept = table.act("XBB", "accept", seen=[opened])
    execute = table.act("XBB", "execute", MEASURE, seen=[accept])
    withdraw = table.act("XAA", "withdraw", seen=[accept])
    state = same_everywhere(table)
    assert (state.status, outcome(state, accept), outcome(state, execute)) == (
        "withdrawn",
        "effective",
        "overtaken",
    )
    assert outcome(state, withdraw) == "effective"


@pytest.mark.parametrize("kind", ["preservation", "stored_data"])
def test_refuse_crosses_supplement(kind):
    """A refusal that did not know what was supplied is overtaken: the State decides again."""
    table = Table()
    opened = table.open(kind)
    ask = table.act("XBB", "ask", {"items": ["purpose"]}, seen=[opened])
    refuse = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS, seen=[ask])
    table.act("XAA", "supplement", texts=words(purpose="Trial."), seen=[ask])
    state = same_everywhere(table)
    assert (state.status, state.turn) == ("asked", "XBB")
    assert reason(state, refuse) == f"{kind}.crossing.supplement-unseen"
    again = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS)
    assert outcome(table.fold(), again) == "effective"


def test_extension_asked_crosses_expire():
    """Asked before hearing that the term was over: the data stay until the extension is answered."""
    table = Table()
    table.open()
    preserved = table.act("XBB", "preserved", {"preserved_until": "2027-01-30"})
    expire = table.act("XBB", "expire", {"date": "2027-01-31"}, seen=[preserved])
    table.act("XAA", "ask_extension", seen=[preserved])
    state = same_everywhere(table)
    assert (state.status, state.turn) == ("extension_asked", "XBB")
    assert reason(state, expire) == "preservation.crossing.asked-in-time"


@pytest.mark.parametrize(
    ("name", "body"), [("expire", {"date": "2027-01-31"}), ("release", {"reason": "other"})]
)
def test_followed_by_crosses_the_end(name, body):
    table = Table()
    table.open()
    preserved = table.act("XBB", "preserved", {"preserved_until": "2027-01-30"})
    end = table.act("XBB", name, body, seen=[preserved])
    table.act("XAA", "followed_by", {"dossier": "ef" * 32}, seen=[preserved])
    state = same_everywhere(table)
    assert (state.status, reason(state, end)) == ("followed", "preservation.crossing.followed-in-time")


def test_withdraw_crosses_disclosed_traffic_data():
    """What was disclosed stands, and the withdrawal ends the rest."""
    table = Table()
    table.open()
    preserved = table.act("XBB", "preserved", {"preserved_until": "2027-01-30"})
    disclosed = table.act(
        "XBB", "disclose_traffic", {"providers": [{"name": "P", "state": "XCC"}]}, seen=[preserved]
    )
    withdraw = table.act("XAA", "withdraw", seen=[preserved])
    state = same_everywhere(table)
    assert (state.status, outcome(state, disclosed), outcome(state, withdraw)) == (
        "withdrawn",
        "effective",
        "effective",
    )


def test_conditions_accepted_cross_refuse():
    table = Table()
    table.open("stored_data")
    offer = table.act("XBB", "accept", conditions=(Condition("1", "confidential"),))
    refuse = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS, seen=[offer])
    table.act("XAA", "accept_conditions", {"offer": offer.id}, seen=[offer])
    state = same_everywhere(table)
    assert (state.status, reason(state, refuse)) == ("accepted", "stored_data.crossing.acceptance-unseen")


def test_without_a_named_rule_the_requesting_state_comes_first():
    table = Table()
    table.open("stored_data")
    refuse = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS)
    first = table.act("XAA", "close", seen=[refuse])
    second = table.act("XBB", "close", seen=[refuse])
    state = same_everywhere(table)
    assert (outcome(state, first), outcome(state, second)) == ("effective", "overtaken")
    assert reason(state, second) == "crossing.requesting-first"


def test_what_rests_on_an_overtaken_act_is_void():
    table = Table()
    opened = table.open("stored_data")
    refuse = table.act("XBB", "refuse", {"ground": "domestic_prohibition"}, texts=REASONS, seen=[opened])
    close = table.act("XBB", "close", seen=[refuse])
    table.act("XAA", "supplement", seen=[opened])
    state = same_everywhere(table)
    assert (state.status, outcome(state, refuse), outcome(state, close)) == ("asked", "overtaken", "void")
    assert (reason(state, close), state.outcomes[close.id].ref) == ("crossing.rests-on-fallen", refuse.id)


def test_a_stronger_rule_is_never_turned_round_by_a_weaker_one():
    """Withdrawal goes before acceptance, delivery before withdrawal; together, delivery decides."""
    table = Table()
    opened = table.open("stored_data")
    accept = table.act("XBB", "accept", seen=[opened])
    withdraw = table.act("XAA", "withdraw", seen=[opened])
    execute = table.act("XBB", "execute", MEASURE, seen=[accept])
    assert outcome(table.fold(), accept) == outcome(table.fold(), execute) == "overtaken"
    table.act("XBB", "deliver", {"packages": [PACKAGE], "custody": CUSTODY}, seen=[execute])
    state = same_everywhere(table)
    assert (state.status, outcome(state, accept), outcome(state, withdraw)) == (
        "delivered",
        "effective",
        "overtaken",
    )


def test_every_crossing_names_acts_of_its_kind_and_of_two_states():
    for kind in REGISTRY.values():
        for rule in kind.crossings:
            assert rule.first in kind.bodies
            assert rule.second in kind.bodies
            senders = [
                {role for role, rows in kind.table.items() for row in rows.values() if name in _names(row)}
                for name in (rule.first, rule.second)
            ]
            assert len(senders[0] | senders[1]) == 2, rule


def _names(row):
    return {event.partition("/")[0] for event in row}
