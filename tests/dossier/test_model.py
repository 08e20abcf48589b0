"""Every kind checked as a model: its table as a graph, its dossiers lived by members who hear of each other late."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.dossier.cast import T0
from tests.dossier.contents import leaves
from tests.dossier.world import WORDS, World, first_step, forged, legal, running

from corridor import dossier
from corridor.dossier import ActFault
from corridor.dossier.kinds import REGISTRY

KINDS = pytest.mark.parametrize("name", sorted(REGISTRY))

# --- the table alone ------------------------------------------------------------------------------------------


@KINDS
def test_from_every_status_there_is_a_way_to_an_end(name):
    kind = REGISTRY[name]
    for status in kind.statuses():
        assert status in kind.over or first_step(kind, status) is not None, status


@KINDS
def test_what_is_over_stays_over(name):
    kind = REGISTRY[name]
    for role, rows in kind.table.items():
        for status in kind.over & set(rows):
            for event in rows[status]:
                assert kind.next_status(role, status, event) in kind.over, (role, status, event)


@KINDS
def test_it_is_somebodys_turn_until_the_end(name):
    """And whose turn it is may do something. None: a part of the kind says who, and `Life` asks that it does."""
    kind = REGISTRY[name]
    for status in kind.statuses():
        role = kind.turns.get(status)
        assert status in kind.over or status in kind.turns, status
        if role is not None:
            assert set(kind.possible(role, status)) - {"notify", "ask_status", "ask_use"}, status


@KINDS
def test_every_rule_names_acts_there_are_and_a_pair_that_can_cross(name):
    kind = REGISTRY[name]
    senders = {
        act: {role for role, rows in kind.table.items() if any(act in kind.possible(role, at) for at in rows)}
        for act in kind.acts()
    }
    for crossing in kind.crossings:
        pair = senders[crossing.first], senders[crossing.second]
        assert all(pair), crossing
        assert kind.several or len(pair[0] | pair[1]) > 1, crossing
    assert kind.disclosing | kind.executing | kind.leaving <= set(kind.acts())
    assert kind.over <= set(kind.statuses())
    assert set(kind.turns) | set(kind.due) <= set(kind.statuses())


# --- dossiers lived -------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Two or three members of one dossier; `kind` is set by the test."""

    kind = ""

    @initialize(third=st.booleans(), paper=st.integers(0, 5), seed=st.integers(0, 2**32))
    def opened(self, third, paper, seed):
        """Two States or three; in one story of six the State asked has no node, and answers on paper."""
        kind = REGISTRY[self.kind]
        self.rng = random.Random(seed)
        asked = ("XBB", "XCC") if kind.several and third else ("XBB",)
        watching = ("XCC",) if third and not kind.several else ()
        self.world = World.opened(self.kind, ("XAA", *asked), watching, paper=("XBB",) if paper == 5 else ())
        if paper == 5:
            del self.world.views["XBB"]
        self.judged = {}
        self.broken = (
            set()
        )  # States that signed after an act that is not the end of their own chain: all theirs falls

    def _who(self, pick):
        return sorted(self.world.views)[pick % len(self.world.views)]

    def _holds(self, state):
        """What a State sees keeps every promise of a state; a verdict given once is given for ever."""
        known = self.world.fold(self.world.views[state])
        if known.status is None:
            return known
        kind, members = self.world.kind, {member.state for member in known.members}
        assert known.status in kind.statuses()
        assert {each.by for each in known.owed} <= members, known.owed
        assert {each.owed_by for each in known.clocks} <= members, known.clocks
        if known.status in kind.over:
            # What still runs in an end is owed all the same (a person to be returned), or ends by itself.
            owed = {(each.by, each.act) for each in known.owed}
            for clock in running(known):
                assert (clock.owed_by, clock.act) in owed or (clock.due and clock.due > T0), clock
            assert known.turn is not None or not known.owed, known.owed
        else:
            assert known.turn in members, (known.status, known.turn)
        for id_, outcome in known.outcomes.items():
            if outcome.status != "forked":  # while a fork stands open it covers the verdict beneath
                verdict = outcome if outcome.status == "illegal" else None
                assert self.judged.setdefault(id_, verdict) == verdict, (id_, outcome)
        return known

    @rule(pick=st.integers(0, 2), what=st.integers(0, 40))
    def act(self, pick, what):
        """What is offered can be made legal, and then has effect where it was signed."""
        state = self._who(pick)
        known = self._holds(state)
        offered = known.possible(state)
        if not offered:
            return
        name = offered[what % len(offered)]
        made = legal(known, state, name, self.rng, self.world.table.now)
        assert made is not None, (
            f"{name} is offered to {state} in {known.status}, and no content makes it legal"
        )
        self._sent(state, made)

    def _sent(self, state, made):
        sent = self.world.send(made)
        after = self._holds(state)
        if (
            made.header.act != "stand" and state not in self.broken
        ):  # which fork to settle first is its own choice
            assert after.outcomes[sent.id].status == "effective", (made.header.act, after.outcomes[sent.id])

    @rule(pick=st.integers(0, 2), other=st.integers(0, 2), alone=st.booleans())
    def hear(self, pick, other, alone):
        state, held = self._who(pick), sorted(self.world.views[self._who(other)])
        self.world.hear(state, self.rng.choice(held), alone=alone and self.rng.random() < 0.5)
        self._holds(state)

    @rule(pick=st.integers(0, 2), what=st.integers(0, 40))
    def act_at_another_desk(self, pick, what):
        """An officer signs who has not seen all his own State has done: perhaps a fork."""
        state, world = self._who(pick), self.world
        start = self.rng.choice(sorted(world.views[state]))
        known = world.fold(world.table.past([world.acts[start]]))
        offered = known.possible(state)
        if offered and (made := legal(known, state, offered[what % len(offered)], self.rng, world.table.now)):
            world.send(made)
            self._holds(state)

    @rule(pick=st.integers(0, 3), what=st.integers(0, 60))
    def act_against_the_rules(self, pick, what):
        """Whatever is signed, and by whom: illegal in its own past, it moves nothing for those who hold it."""
        world, state = self.world, ("XAA", "XBB", "XCC", "XDD")[pick]
        view = world.views.get(state, {world.dossier})
        before = world.fold(view)
        names = ("amend_members", "stand", "teleport", *world.kind.acts())
        name = names[what % len(names)]
        if before.status is None or (name == "stand" and not before.forks and self.rng.random() < 0.8):
            return
        try:
            sent = world.send(forged(world, before, state, name, self.rng))
        except ActFault:
            return  # not of the form of an act: refused at the border
        view = world.views[state] = world.table.past([sent]) | set(view)
        after = self._holds(state)
        if after.outcomes[sent.id].status != "illegal":
            return
        if after.outcomes[sent.id].reason == "rule.not-its-chain":
            self.broken.add(state)
        told = (
            "status",
            "turn",
            "clocks",
            "owed",
            "facts",
            "members",
            "conditions",
            "preserved_until",
            "missing",
        )
        if not after.unresolved_forks:
            for each in told:
                assert getattr(after, each) == getattr(before, each), (name, each)

    @rule(pick=st.integers(0, 2), hours=st.integers(0, 3000))
    def receive(self, pick, hours):
        state = self._who(pick)
        act = self.world.acts[self.rng.choice(sorted(self.world.views[state]))]
        self.world.table.received(act, state, T0 + timedelta(hours=hours))
        self._holds(state)

    def teardown(self):
        """All hear all: they agree, whatever came in which order. Then the dossier can be brought to an end."""
        if not hasattr(self, "world"):
            return
        world = self.world
        world.everyone_hears()
        late = T0 + timedelta(days=400)
        replicas = []
        for _ in range(2):
            arrived = list(world.table.entries)
            self.rng.shuffle(arrived)
            replicas.append(dossier.fold([*arrived, arrived[0]], as_of=late))
        assert replicas[0] == replicas[1]
        assert replicas[0] == world.fold(world.acts, late)  # what earlier folds found changes nothing
        assert set(replicas[0].outcomes) == set(world.acts)
        for state in world.views:
            self._holds(state)
        if self.broken:
            return
        words = {each for each in leaves(replicas[0].facts) if isinstance(each, str)}
        assert WORDS not in words, "the facts of a dossier hold no free text"
        ended = world.wind_up(self.rng)
        assert ended.status in world.kind.over, f"no way on from {ended.status}: {world.told()}"
        assert not running(ended), f"nothing stops {running(ended)}: {world.told()}"
        assert not ended.unresolved_forks
        assert not ended.disclosure_stopped


def live(name, examples, steps, *phases):
    run_state_machine_as_test(
        type(f"Life_{name}", (Life,), {"kind": name}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, *phases),  # shrinking a story takes minutes
            report_multiple_bugs=False,
        ),
    )


@KINDS
def test_a_dossier_keeps_its_promises_whatever_its_members_do(name):
    live(name, 10, 20)


@pytest.mark.slow
@KINDS
def test_a_dossier_keeps_its_promises_whatever_its_members_do_for_long(name):
    live(name, 150, 40, Phase.shrink)
