"""Working days and hours of each State: counted in its own zone, also over days that its clocks never showed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.casework import calendars
from corridor.casework.calendars import Calendar, Unit, calendar_of, due, exists, last_second
from corridor.registry.entry import WorkingCalendar

ZONES = (
    "UTC",
    "Europe/Vienna",
    "Asia/Dubai",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "America/Nuuk",  # its clocks change late in the evening
    "Africa/Cairo",  # and these at midnight
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",  # by half an hour
    "America/St_Johns",
    "Asia/Kathmandu",
)
MOMENTS = st.datetimes(datetime(1993, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def _calendar(
    zone: str, weekend: frozenset[int] = frozenset({5, 6}), off: frozenset[date] = frozenset()
) -> Calendar:
    return Calendar("XXX", ZoneInfo(zone), weekend, lambda day: "holiday" if day in off else "")


@st.composite
def calendar(draw: st.DrawFn) -> Calendar:
    weekend = draw(st.frozensets(st.integers(0, 6), max_size=4))
    off = draw(st.frozensets(st.dates(date(2011, 12, 1), date(2012, 2, 1)), max_size=12))
    return _calendar(draw(st.sampled_from(ZONES)), weekend, off)


AROUND = st.one_of(
    MOMENTS,
    st.datetimes(datetime(2011, 12, 20), datetime(2012, 1, 10)).map(lambda at: at.replace(tzinfo=UTC)),
)


@given(AROUND, st.integers(1, 30), st.sampled_from(list(Unit)), calendar())
@settings(max_examples=400, deadline=None)
def test_what_is_due_lies_ahead_on_a_day_that_is_there(
    at: datetime, amount: int, unit: Unit, own: Calendar
) -> None:
    end = due(at, amount, unit, own)
    assert end.tzinfo is UTC
    assert end > at
    assert due(at, amount + 1, unit, own) > end
    local = own.local(end)
    assert exists(local.date(), own.zone)
    if unit in (Unit.DAYS, Unit.WORKING_DAYS):
        assert own.local(end + timedelta(seconds=1)).date() > local.date(), "not the last second of that day"
    if unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
        assert own.is_working(local.date())


@given(AROUND, st.integers(1, 20), calendar())
@settings(max_examples=200, deadline=None)
def test_exactly_so_many_working_days_lie_between(at: datetime, amount: int, own: Calendar) -> None:
    last = own.local(due(at, amount, Unit.WORKING_DAYS, own)).date()
    day, count = own.local(at).date(), 0
    while day < last:
        day += timedelta(days=1)
        count += own.is_working(day)
    assert count == amount


@given(AROUND, st.integers(1, 60), calendar())
@settings(max_examples=60, deadline=None)
def test_exactly_so_many_working_hours_lie_between(at: datetime, amount: int, own: Calendar) -> None:
    """Counted the slow way, minute by minute; clocks that change during office hours take or give what they do."""
    end = due(at, amount, Unit.WORKING_HOURS, own)
    step, counted = timedelta(minutes=1), timedelta()
    moment = at
    while moment < end:
        counted += step if own.at_work(moment) else timedelta()
        moment += step
    assert abs(counted - timedelta(hours=amount)) <= timedelta(minutes=1)


@given(st.dates(date(1993, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
@settings(max_examples=400, deadline=None)
def test_the_last_second_of_a_day_is_its_last(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    if not exists(day, zone):
        return
    end = last_second(day, zone)
    assert end.astimezone(zone).date() == day
    assert (end + timedelta(seconds=1)).astimezone(zone).date() > day


def test_days_that_never_were() -> None:
    """Samoa went from 29 to 31 December 2011, Kwajalein from 20 to 22 August 1993 (IANA time zone database)."""
    for name, day in (("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))):
        assert not exists(day, ZoneInfo(name))
        assert exists(day - timedelta(days=1), ZoneInfo(name))
        assert exists(day + timedelta(days=1), ZoneInfo(name))
    assert exists(date(2011, 12, 30), ZoneInfo("Europe/Vienna"))


def test_a_deadline_on_a_day_that_does_not_exist_moves_to_the_next() -> None:
    samoa = _calendar("Pacific/Apia", frozenset({6}))
    start = datetime(2011, 12, 28, 20, tzinfo=UTC)  # 10:00 on the 28th there
    assert samoa.local(start).date() == date(2011, 12, 28)
    end = due(start, 2, "days", samoa)
    assert samoa.local(end).isoformat() == "2011-12-31T23:59:59+14:00"
    # Friday the 30th was no day: the second working day after the 28th is Saturday the 31st.
    assert due(start, 2, "working_days", samoa) == end
    assert samoa.day_off(date(2011, 12, 30)) == "none"


def test_a_day_whose_clocks_skip_its_last_second() -> None:
    """In Nuuk, clocks went forward from 22:00 to 23:00 on 25 March 2023; Cairo's from 24:00 to 01:00 in April."""
    nuuk = last_second(date(2023, 3, 25), ZoneInfo("America/Nuuk"))
    assert nuuk.isoformat() == "2023-03-26T01:59:59+00:00"
    cairo = last_second(date(2024, 4, 25), ZoneInfo("Africa/Cairo"))
    assert cairo.isoformat() == "2024-04-25T21:59:59+00:00"


def test_working_hours_wait_for_monday() -> None:
    own = calendar_of("XAA")
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)  # 16:00 in Aurelia, one hour before it closes
    assert due(friday, 1, "working_hours", own) == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert due(friday, 2, "working_hours", own) == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert due(friday, 2, "hours", own) == datetime(2026, 11, 27, 17, tzinfo=UTC)


def test_each_state_has_its_own_weekend_and_holidays() -> None:
    here, there = calendar_of("XAA"), calendar_of("XBB")
    friday = date(2026, 11, 27)
    assert here.is_working(friday)
    assert there.day_off(friday) == "weekend"
    assert there.day_off(date(2026, 11, 30)) == "Founders' Day"
    # From Thursday: Aurelia counts Friday and Monday; Borealia has its weekend, and then two days off.
    thursday = datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert here.local(due(thursday, 2, "working_days", here)).date() == date(2026, 11, 30)
    assert there.local(due(thursday, 2, "working_days", there)).date() == date(2026, 12, 2)


def test_a_real_states_days_come_from_the_library_and_say_so() -> None:
    saudi = calendar_of("SAU")
    assert dict(saudi.sources) == {"zone": "table", "weekend": "library", "holidays": "library"}
    assert saudi.weekend == {4, 5}
    assert saudi.zone.key == "Asia/Riyadh"
    assert not saudi.is_working(date(2026, 9, 23))  # National Day
    assert dict(calendar_of("USA").sources)["zone"] == "data"  # one of many zones: the seat of government's
    assert calendar_of("BGR").day_off(date(2026, 3, 3))  # the library has it under another three-letter code
    unknown = calendar_of("QQQ")
    assert set(dict(unknown.sources).values()) == {"assumed"}
    assert unknown.zone.key == "UTC"


def test_every_state_has_a_calendar_and_every_zone_named_is_one() -> None:
    from corridor import law

    for one in law.states():
        own = calendar_of(one.code)
        assert any(own.is_working(date(2026, 11, day)) for day in range(16, 21)), one.code
        assert dict(own.sources)["zone"] != "assumed", one.code
    for name in calendars._data()["zones"].values():
        assert calendars.zone_named(name) is not None, name


class _Entry:
    """Of an entry, only what a calendar reads."""

    def __init__(self, time_zone: str | None, calendar: WorkingCalendar | None) -> None:
        self.time_zone, self.calendar = time_zone, calendar


def test_a_states_own_word_goes_before_what_others_know_of_it() -> None:
    own = WorkingCalendar(weekend=("sun",), holidays=(date(2026, 11, 25),))
    said = calendar_of("XAA", _Entry("Asia/Kathmandu", own))  # type: ignore[arg-type]
    assert set(dict(said.sources).values()) == {"directory"}
    assert said.local(datetime(2026, 1, 1, tzinfo=UTC)).time() == time(5, 45)
    assert said.is_working(date(2026, 11, 28))  # a Saturday
    assert said.day_off(date(2026, 11, 25)) == "holiday"
    assert said.is_working(date(2026, 12, 25))  # 2026 is listed, and this day is not in the list
    assert not said.is_working(date(2027, 12, 25))  # of 2027 the entry says nothing


def test_a_zone_nobody_knows_leaves_what_was_known() -> None:
    said = calendar_of("XAA", _Entry("Moon/Tranquility", None))  # type: ignore[arg-type]
    assert said.zone.key == "Europe/Vienna"
    assert dict(said.sources)["zone"] == "data"


def test_a_calendar_without_working_days_is_none() -> None:
    with pytest.raises(ValueError, match="working days"):
        _calendar("UTC", frozenset(range(7)))
    with pytest.raises(ValueError, match="less than one"):
        due(datetime(2026, 1, 1, tzinfo=UTC), 0, "days", _calendar("UTC"))
