"""Every member that holds the same acts sees the same dossier, whatever crossed and in whatever order it came."""

from __future__ import annotations

import random
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dossier.cast import AUTHORITY, T0, Table, words
from tests.dossier.contents import body_of

from corridor import dossier
from corridor.dossier import Condition, VerifiedAct
from corridor.dossier.fold import _Folding
from corridor.dossier.kinds import REGISTRY

REASONS = words(reasons="By law.")
MEMBERS = [
    {"state": each, "authority": AUTHORITY[each], "role": role}
    for each, role in (("XAA", "requesting"), ("XBB", "requested"), ("XCC", "observer"))
]


def _acts(table):
    return [row for row in table.entries if isinstance(row, VerifiedAct)]


def play(seed, kind, steps, states=("XAA", "XBB"), forking=0.0):
    """A story in which each State has its own view, hears of the others' acts late, and sometimes forks itself."""
    rng = random.Random(seed)
    table = Table()
    opened = table.open(kind, observers=[state for state in states if state == "XCC"])
    views = {state: {opened.id} for state in states}
    by_id = {opened.id: opened}
    for _ in range(steps):
        state = rng.choice(states)
        if rng.random() < 0.4:  # a letter arrives: an act and all it has seen
            other = rng.choice(sorted(views[rng.choice(states)]))
            views[state] |= table.past([by_id[other]])
            continue
        view = set(views[state])
        if rng.random() < forking:  # an officer at another desk has not seen the State's own last act
            view = table.past([by_id[rng.choice(sorted(view))]])
        known = table.fold(ids=view)
        names = known.possible(state)
        if not names:
            continue
        name = rng.choice(names)
        if name == "amend_members":
            body = {"members": MEMBERS}
        elif name == "stand":
            body = {
                "stands": rng.choice(
                    [id_ for f in known.unresolved_forks if f.state == state for id_ in f.acts]
                )
            }
        else:
            body = body_of(kind, name, [act.id for act in _acts(table)], rng)
        conditions = (Condition("1", "other"),) if name == "accept" and rng.random() < 0.4 else ()
        heads = [by_id[id_] for id_ in known.heads]
        act = table.act(state, name, body, texts=REASONS, seen=heads, conditions=conditions)
        by_id[act.id] = act
        views[state].add(act.id)
        if rng.random() < 0.5:
            table.received(act, rng.choice(states), T0 + timedelta(hours=rng.randrange(200)))
    return table


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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**9), kind=st.sampled_from(sorted(REGISTRY)), forking=st.sampled_from([0.0, 0.25])
)
def test_a_verdict_never_changes_as_more_acts_arrive(seed, kind, forking):
    """Illegal in its own past stays illegal, legal stays legal: arrival adds, it never re-judges."""
    table = play(seed, kind, 18, forking=forking)
    rows = _acts(table)
    whole = dossier.fold(rows, as_of=T0).outcomes
    for count in range(1, len(rows)):
        part = dossier.fold(rows[:count], as_of=T0).outcomes
        for id_, outcome in part.items():
            if outcome.status == "illegal":
                assert whole[id_] == outcome or whole[id_].status == "forked"
            elif outcome.status != "forked":  # while a fork stands open it covers the verdict beneath
                assert whole[id_].status != "illegal"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), kind=st.sampled_from(sorted(REGISTRY)))
def test_what_was_drafted_from_a_view_is_legal_in_it(seed, kind):
    """`possible` and the fold read one table: an act drafted from a view is refused only for what its body names."""
    table = play(seed, kind, 18)
    for id_, outcome in dossier.fold(_acts(table), as_of=T0).outcomes.items():
        if outcome.status == "illegal":
            assert outcome.reason is not None
            assert outcome.reason.split(".")[0] == kind, (id_, outcome)


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
