"""What a hostile peer may sign in a dossier of any kind, and what that does to the fold: nothing but what is said."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.dossier.cast import OFFICERS, T0, Table, salt
from tests.dossier.contents import body_of, standing
from tests.dossier.world import FAR, World, legal

from corridor import dossier
from corridor.casework import calendars
from corridor.dossier import REGISTRY, Act, Condition, Memory, Party, State, Text, VerifiedAct
from corridor.dossier.kinds.preservation.bodies import Refuse
from corridor.faults import Fault

KINDS = pytest.mark.parametrize("kind", sorted(REGISTRY))
#: Ends of the calendar and of numbers, days there are not, ids of elsewhere, HTML, formulas, text that turns round.
HURTS: list[Any] = [
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "\x00",
    "\u202etxt.exe\u202c",
    "a" * 400,
    "a" * 401,
    "\ufdfa" * 100,
    "e\u0301" * 50,
    "\uff19\uff19",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-12-31T23:59:60Z",
    -1,
    0,
    2**53 - 1,
    True,
    None,
    [],
    {},
    ["x"] * 256,
    [[]] * 50,
    {"a": {"b": {"c": 1}}},
    "ef" * 32,
    "EF" * 32,
    "XZZ",
    "xaa",
    "",
    "\n",
    "../../etc/passwd",
    "Mars/Phobos",
    "192.0.2.7%eth0",
]
#: Names no form has, names some have and others do not, and names of the machinery.
FOREIGN = ("extra", "departures", "__class__", "model_dump", "until", "offer", "executed", "x" * 300)
EVER = (datetime(1, 1, 1, tzinfo=UTC), T0, FAR, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


def hurt(value: Any, rng: random.Random, often: float) -> Any:
    """The same content with some of it replaced, repeated, taken out, and fields it has no place for."""
    if isinstance(value, dict):
        found = {key: hurt(each, rng, often) for key, each in value.items()}
        if rng.random() < 0.15:
            found[rng.choice(FOREIGN)] = rng.choice(HURTS)
        return found
    if isinstance(value, list):
        rows = [hurt(each, rng, often) for each in value]
        return (rows * rng.choice((0, 2, 100)) if rng.random() < 0.15 else rows)[:256]
    return rng.choice(HURTS) if rng.random() < often else value


def signed(world: World, known: State, state: str, name: str, body: dict[str, Any], **more: Any) -> Act:
    """An act as a node of its own making would sign it: everything right but the content."""
    who, opening = OFFICERS[state], world.acts[known.dossier].act
    header = replace(
        opening.header,
        dossier=known.dossier,
        act=name,
        sender=who.party,
        credential=who.credential,
        to=tuple(Party(m.state, m.authority) for m in known.members if m.state != state),
        prev=next(iter(known.chains.get(state, ())), None),
        seen=known.heads,
        time=world.table.now,
        salt=salt(known.heads, state, name, len(world.acts)),
        basis=None,
        members=(),
    )
    return Act(header, body, (Text("reasons", "en", "Why."),), **more)


def opened(kind: str, body: dict[str, Any]) -> World | None:
    """A dossier whose opening act holds that content, if it is an act at all."""
    world, table = World(REGISTRY[kind], ("XAA", "XBB")), Table()
    try:
        act = world.table.add(replace(table.open(kind).act, body=body))
    except Fault:
        return None
    world.acts[act.id] = act
    return world


def attacked(kind: str, rng: random.Random, steps: int = 12) -> Iterator[World]:
    """A dossier in which every other act is hurt."""
    whole = body_of(kind, "request", [], rng, filled=0.6)
    world = opened(kind, hurt(whole, rng, 0.15) if rng.random() < 0.7 else whole)
    if world is None:
        return
    for _ in range(steps):
        known = world.fold(world.acts)
        yield world
        state = rng.choice([member.state for member in known.members])
        names = [name for name in known.possible(state) if name in world.kind.bodies]
        if not names:
            continue
        name = rng.choice(names)
        if rng.random() < 0.5:
            made = legal(known, state, name, rng, world.table.now)
        else:
            body = body_of(kind, name, known.order, rng, standing(known.facts), 0.6)
            many = rng.choice((0, 0, 1, 256))
            conditions = tuple(Condition(str(n), rng.choice(("other", "zzz"))) for n in range(many))
            made = signed(world, known, state, name, hurt(body, rng, 0.25), conditions=conditions)
        if made is not None:
            try:
                world.send(made)
            except Fault:
                continue  # no act at all: refused at the border


@KINDS
def test_no_content_breaks_the_fold_or_a_form_at_any_time(kind: str) -> None:
    """Whatever a State signs is judged; the page of the dossier can be drawn on any day."""
    for seed in range(25):
        for world in attacked(kind, random.Random(seed)):
            state = world.fold(world.acts)
        for as_of in EVER:
            state = world.fold(world.acts, as_of)
            assert set(state.outcomes) == set(world.acts)
            for member in state.members:
                dossier.possible(state, member.state)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Ho_Chi_Minh"])
def test_the_ends_of_the_calendar_are_days_like_others(zone: str) -> None:
    """A peer may name any day there is; the last one has no second to come in half of the zones."""
    own = calendars.Calendar("XAA", ZoneInfo(zone), frozenset({5, 6}), lambda day: "")
    for day in (date.min, date.max):
        assert calendars.exists(day, own.zone)
        assert abs(calendars.last_second(day, own.zone).date() - day) <= timedelta(days=1)
        for at in (datetime.combine(day, time.min, UTC), datetime.combine(day, time.max, UTC)):
            own.day_off(own.local(at).date())


def test_a_field_a_form_does_not_have_is_kept_and_never_read() -> None:
    """Else a peer gives any act the fields of another, unchecked: the fold of its dossier would fail for everyone."""
    body = Refuse.model_validate({"ground": "x", "offer": ["never", "checked"]})
    assert body.model_dump()["offer"] == ["never", "checked"]
    assert not hasattr(body, "offer")


def test_departures_an_act_has_no_place_for_stop_no_dossier() -> None:
    world = opened("stored_data", {})
    assert world is not None
    known = world.fold(world.acts)
    world.send(signed(world, known, "XBB", "acknowledge", {"departures": "<b>", "urgent": "yes"}))
    assert world.fold(world.acts).status == "acknowledged"


def crossing(count: int) -> list[VerifiedAct]:
    """Two States that hear of each other twenty acts late, acts that overtake each other: dear to fold."""
    world = opened("stored_data", {})
    assert world is not None
    opening = next(iter(world.acts.values()))
    ours, theirs = [opening], [opening]
    while len(world.acts) < count:
        for state, name, mine, other in (
            ("XAA", "supplement", ours, theirs),
            ("XBB", "refuse", theirs, ours),
        ):
            seen = {mine[-1].id, *([other[-20].id] if len(other) > 20 else [])}
            known = replace(
                world.fold([opening.id]),
                heads=tuple(sorted(seen)),
                chains={state: (mine[-1].id,)} if mine[-1] is not opening or state == "XAA" else {},
            )
            body = {"ground": "other"} if name == "refuse" else {}
            mine.append(world.send(signed(world, known, state, name, body)))
    return [row for row in world.table.entries if isinstance(row, VerifiedAct)]


def work(acts: list[VerifiedAct], memory: Memory) -> int:
    """How many functions a fold calls, whatever the machine is doing."""
    count = 0

    def called(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        dossier.fold(acts, as_of=T0, memory=memory)
    finally:
        sys.setprofile(None)
    return count


def test_a_dossier_made_dear_is_dear_once() -> None:
    """With what an earlier fold found, another look, and one more act, cost a small part of the first."""
    acts, memory = crossing(90), dict[str, Any]()
    first = work(acts[:-1], memory)
    assert work(acts, memory) < first / 8
    assert work(acts, memory) < first / 8
    assert dossier.fold(acts, as_of=T0, memory=memory) == dossier.fold(acts, as_of=T0)
