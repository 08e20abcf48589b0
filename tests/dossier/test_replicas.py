"""Every member that holds the same acts sees the same dossier, and the fold takes no longer for it than it must."""

from __future__ import annotations

import random
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dossier.cast import T0, Table
from tests.dossier.world import World, legal

from corridor import dossier
from corridor.dossier import VerifiedAct
from corridor.dossier.fold import _Folding
from corridor.dossier.kinds import REGISTRY


def _acts(table):
    return [row for row in table.entries if isinstance(row, VerifiedAct)]


def play(seed, kind, steps, states=("XAA", "XBB"), forking=0.0):
    """A story in which each State has its own view, hears of the others' acts late, and sometimes forks itself."""
    rng = random.Random(seed)
    several = REGISTRY[kind].several
    asked = tuple(state for state in states if several or state != "XCC")
    world = World.opened(kind, asked, [state for state in states if state not in asked])
    for _ in range(steps):
        state = rng.choice(states)
        if rng.random() < 0.4:  # a letter arrives: an act and all it has seen
            world.hear(state, rng.choice(sorted(world.views[rng.choice(states)])), alone=False)
            continue
        view = world.views[state]
        if rng.random() < forking:  # an officer at another desk has not seen the State's own last act
            view = world.table.past([world.acts[rng.choice(sorted(view))]])
        known = world.fold(view)
        names = known.possible(state)
        made = legal(known, state, rng.choice(names), rng, world.table.now) if names else None
        if made is None:
            continue
        act = world.send(made)
        if rng.random() < 0.5:
            world.table.received(act, rng.choice(states), T0 + timedelta(hours=rng.randrange(200)))
    return world.table


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**9),
    kind=st.sampled_from(sorted(REGISTRY)),
    states=st.sampled_from([("XAA", "XBB"), ("XAA", "XBB", "XCC")]),
    forking=st.sampled_from([0.0, 0.25]),
)
def test_replicas_that_hold_the_same_acts_agree(seed, kind, states, forking):
    """Two and three replicas, random interleavings: the same statuses, clocks and outcomes on all of them."""
    table = play(seed, kind, 22, states, forking)
    as_of = T0 + timedelta(days=30)
    rng = random.Random(seed)
    replicas = []
    for _ in states:
        arrived = list(table.entries)
        rng.shuffle(arrived)
        replicas.append(arrived)
    folded = [dossier.fold(rows, as_of=as_of) for rows in replicas]
    assert all(state == folded[0] for state in folded)
    assert set(folded[0].outcomes) == {act.id for act in _acts(table)}
    assert folded[0].status is not None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**9), kind=st.sampled_from(sorted(REGISTRY)), forking=st.sampled_from([0.0, 0.25])
)
def test_starting_from_a_common_act_changes_nothing(seed, kind, forking):
    """The fold starts where all have met before; trying every act from the opening on says the same."""
    rows = play(seed, kind, 20, forking=forking).entries
    quick = dossier.fold(rows, as_of=T0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Folding, "_standing", lambda self, mask: self._ordered(mask, None))
        assert dossier.fold(rows, as_of=T0) == quick


def long(kind, count, crossing):
    table = Table()
    opened = table.open(kind)
    left, right = [opened], [opened]
    while len(_acts(table)) < count:
        seen = (lambda mine, other: [mine[-1]]) if crossing else (lambda mine, other: [mine[-1], other[-1]])
        left.append(table.act("XAA", "supplement", seen=seen(left, right)))
        right.append(table.act("XBB", "ask", {"items": []}, seen=seen(right, left)))
    return table


def calls(entries):
    """How many functions one fold calls: its work, whatever the machine is doing."""
    count = 0

    def called(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        dossier.fold(entries, as_of=T0)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("crossing", [False, True])
def test_the_work_of_a_fold_grows_no_faster_than_the_square_of_its_acts(crossing):
    """Two long chains that never saw each other are the worst honest case."""
    fewer, more = (long("stored_data", count, crossing).entries for count in (100, 200))
    assert calls(more) < 4.2 * calls(fewer)
