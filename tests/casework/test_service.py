"""Service levels: our own targets, apart from legal periods, in the calendar of the State whose time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, calendars, queries, service, store
from corridor.casework.models import ActReceipt, ActRow, Dossier
from corridor.casework.queries.pages import ClockRow
from corridor.casework.service import Target, read_target
from corridor.dossier.kinds import REGISTRY

pytestmark = pytest.mark.django_db


def _levels(desk: Desk, dossier: str, person: str = "cp-signatory") -> dict[str, ClockRow]:
    return {row.id: row for row in queries.dossier_page(desk.person(person), dossier).levels}


def _asked(desk: Desk, kind: str = "preservation", **body: object) -> str:
    act = desk.others["XBB"].opening(desk.clock(), kind, **body)
    desk.receive(act)
    return act.id


def test_what_was_asked_of_us_runs_from_its_receipt_in_our_calendar(desk: Desk) -> None:
    dossier = _asked(desk, "stored_data")
    arrived = desk.clock()
    own = calendars.calendar_of("XAA")
    found = _levels(desk, dossier, "ca-signatory")
    assert set(found) == {"service.acknowledge", "service.decide"}
    assert found["service.acknowledge"].due == calendars.due(arrived, 2, "working_days", own)
    assert found["service.decide"].due == calendars.due(arrived, 20, "working_days", own)
    assert {row.owed_by for row in found.values()} == {"XAA"}


def test_the_two_clocks_never_mix(desk: Desk) -> None:
    dossier = _asked(desk)
    page = queries.dossier_page(desk.person("cp-signatory"), dossier)
    assert {row.sort for row in page.levels} == {"service"}
    assert "service" not in {row.sort for row in page.clocks}
    assert all(row.basis == "" for row in page.levels)
    assert all(row.basis for row in page.clocks if row.sort == "legal")
    on_desk = queries.desk(desk.person("cp-signatory"))
    assert {row.sort for row in on_desk.levels} == {"service"}
    # A service level never moves a dossier on the desk: only what is owed does.
    assert on_desk.needs_me[0].next_due is None


def test_an_urgent_request_has_targets_of_its_own(desk: Desk) -> None:
    found = _levels(desk, _asked(desk, urgent=True))
    assert found["service.acknowledge"].due == desk.clock() + timedelta(hours=1)


def test_late_and_then_met_too_late(desk: Desk) -> None:
    dossier = _asked(desk)
    desk.clock.turn(hours=5)
    assert _levels(desk, dossier)["service.acknowledge"].state == "late"
    actions.sign_act(
        desk.person("cp-signatory"), act="acknowledge", dossier_id=dossier, seen=[dossier], secret=SECRET
    )
    assert _levels(desk, dossier)["service.acknowledge"].state == "overrun"
    assert _levels(desk, dossier)["service.decide"].state == "running"


def test_met_in_time(desk: Desk) -> None:
    dossier = _asked(desk)
    desk.clock.turn(hours=1)
    actions.sign_act(
        desk.person("cp-signatory"), act="acknowledge", dossier_id=dossier, seen=[dossier], secret=SECRET
    )
    desk.clock.turn(days=9)
    assert _levels(desk, dossier)["service.acknowledge"].state == "met"


def test_waiting_for_them_is_counted_in_their_calendar_from_their_receipt(
    desk: Desk, ask: Callable[..., str]
) -> None:
    """Borealia rests on Friday and Saturday: a reminder before its offices opened would be unfair and useless."""
    dossier = ask()
    assert "service.remind" not in _levels(desk, dossier)  # not with them yet
    received = datetime(2026, 11, 26, 9, tzinfo=UTC)  # a Thursday; Monday and Tuesday are holidays there
    act = ActRow.objects.get(dossier_id=dossier)
    ActReceipt.objects.create(
        act=act, state="XBB", received_at=received, letter_digest="0" * 64, statement=b""
    )
    remind = _levels(desk, dossier)["service.remind"]
    there = calendars.calendar_of("XBB")
    assert there.local(remind.due).isoformat() == "2026-11-29T23:59:59+04:00"  # Sunday
    assert remind.owed_by == "XBB"
    follow = _levels(desk, dossier)["service.follow_up"]
    assert there.local(follow.due).date().isoformat() == "2026-12-03"


def test_a_dossier_that_is_over_leaves_no_level_running(desk: Desk) -> None:
    dossier = _asked(desk, "stored_data")
    loaded = store.load(desk.home, Dossier.objects.get(pk=dossier))
    act = desk.others["XBB"].following(loaded.state, "withdraw", desk.clock(), reason="no_longer_needed")
    desk.receive(act)
    assert {row.state for row in _levels(desk, dossier, "ca-signatory").values()} <= {"lapsed", "met"}
    assert queries.desk(desk.person("ca-signatory")).levels == ()


def test_an_operators_line_goes_first_and_can_switch_a_level_off(desk: Desk) -> None:
    dossier = _asked(desk)
    desk.home.service_levels = (
        read_target({"level": "acknowledge", "authority": "XAA-CP", "amount": 30, "unit": "hours"}),
        read_target({"level": "decide", "amount": 0, "unit": "days"}),
    )
    found = _levels(desk, dossier)
    assert set(found) == {"service.acknowledge"}
    assert found["service.acknowledge"].due == desk.clock() + timedelta(hours=30)


def test_whether_their_offices_are_open_and_from_when_on(desk: Desk) -> None:
    """Friday noon in UTC: Aurelia works, Borealia rests until Sunday; before nine and after five nobody is there."""
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert service.hours(desk.home, "XAA", friday).at_work
    there = service.hours(desk.home, "XBB", friday)
    assert (there.at_work, there.off) == (False, "weekend")
    assert there.again.isoformat() == "2026-11-29T09:00:00+04:00"
    early = service.hours(desk.home, "XAA", friday.replace(hour=5))
    assert (early.off, early.again.isoformat()) == ("", "2026-11-27T09:00:00+01:00")
    late = service.hours(desk.home, "XAA", friday.replace(hour=20))
    assert (late.off, late.again.isoformat()) == ("", "2026-11-30T09:00:00+01:00")
    unknown = service.hours(desk.home, "QQQ", friday)
    assert dict(unknown.sources)["holidays"] == "assumed"


@pytest.mark.parametrize(
    "row",
    [
        {"level": "hurry", "amount": 1, "unit": "days"},
        {"level": "decide", "amount": -1, "unit": "days"},
        {"level": "decide", "amount": True, "unit": "days"},
        {"level": "decide", "amount": 1, "unit": "fortnights"},
        {"level": "decide", "amount": 1, "unit": "days", "urgent": "yes"},
        {"level": "decide", "amount": 1, "unit": "days", "state": "XBB"},
    ],
)
def test_a_line_that_cannot_be_is_refused(row: dict) -> None:
    with pytest.raises(ValueError, match="service_levels"):
        read_target(row)


def test_every_act_a_level_names_is_an_act_of_some_kind_and_every_level_has_a_target() -> None:
    acts = {act for kind in REGISTRY.values() for act in kind.bodies}
    for level in service.levels().values():
        assert level.starts & acts, level.id
        assert level.ends is None or level.ends & acts, level.id
    assert {row.level for row in service.shipped()} == set(service.levels())


@pytest.mark.parametrize("kind", REGISTRY)
def test_a_level_that_runs_in_a_kind_can_be_met_there(kind: str) -> None:
    """Otherwise a dossier would be late for ever: such a level is switched off for the kind, or its acts are named."""
    acts = {
        role: {event.partition("/")[0] for row in rows.values() for event in row}
        for role, rows in REGISTRY[kind].table.items()
    }
    acts["requesting"] |= {"request"}
    other = {"requesting": "requested", "requested": "requesting"}
    for level in service.levels().values():
        figure = service.target(level.id, kind, "central_authority", "XAA-CA", urgent=False)
        if figure is None or level.ends is None:
            continue
        for ours in ("requesting", "requested") if level.by == "any" else (level.by,):
            starter = ours if level.after_own or level.of_other else other[ours]
            if level.starts & acts[starter]:
                whose = other[ours] if level.of_other else ours
                assert level.ends & acts[whose], (level.id, whose)


def test_what_a_state_sent_itself_starts_no_clock_of_its_own(desk: Desk) -> None:
    """Confirming is for whoever received: evidence handed over is not confirmed by the State that handed it over."""
    level = service.levels()["confirm"]
    act = SimpleNamespace(
        id="1",
        state="XAA",
        act=SimpleNamespace(header=SimpleNamespace(act="deliver", to=(), time=desk.clock())),
    )
    loaded = SimpleNamespace(receipts=())
    figure = service.shipped()[0]
    assert service._of_level(desk.home, loaded, level, figure, [act], False, desk.clock()) == []
    act.state = "XBB"
    received = SimpleNamespace(act_id="1", state="XAA", received_at=desk.clock())
    loaded = SimpleNamespace(receipts=(received,))
    (found,) = service._of_level(desk.home, loaded, level, figure, [act], False, desk.clock())
    assert (found.whose, found.state) == ("XAA", "running")


def test_the_first_line_that_fits_counts() -> None:
    urgent = service.target("acknowledge", "preservation", "contact_point", "XAA-CP", urgent=True)
    assert (urgent.amount, urgent.unit) == (1, "hours")
    own = Target("acknowledge", 9, "days")
    assert service.target("acknowledge", "x", "y", "z", urgent=True, own=[own]) == own
    other = replace(own, kind="stored_data")
    assert service.target("acknowledge", "preservation", "", "", urgent=False, own=[other]) != other
