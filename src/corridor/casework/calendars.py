"""Each State's working days, office hours and local time, and when a number of them from a moment on is over.

These are service matters, never law: legal periods come out of the fold, end with a day in UTC (spec/act.md 10), and
are not touched here. A State's own directory entry is asked first (`time_zone`, `calendar`), then our data, then the
library `holidays` and the IANA zone table. What is assumed is named in `Calendar.sources`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

if TYPE_CHECKING:
    from corridor.registry import Entry

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LAST = time(23, 59, 59)
_NOON = time(12)
_SECOND = timedelta(seconds=1)


class Unit(StrEnum):
    """What a target counts in."""

    HOURS = "hours"  # on the wall of nobody: sixty minutes each, day and night
    WORKING_HOURS = "working_hours"  # within office hours of working days
    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Calendar:
    """One State's calendar. `holiday` answers with a holiday's name, or nothing.

    `sources` says where each of zone, weekend and holidays comes from: directory | data | library | table | assumed.
    """

    state: str
    zone: ZoneInfo
    weekend: frozenset[int]  # 0 is Monday
    holiday: Callable[[date], str] = field(repr=False, compare=False)
    opens: time = time(9)
    closes: time = time(17)
    sources: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.weekend) > 6 or not self.opens < self.closes:
            raise ValueError("a calendar has working days, and hours in them")

    def local(self, at: datetime) -> datetime:
        """A moment on this State's clocks; at the ends of the calendar, where they have none, as it is given."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            return at

    def day_off(self, day: date) -> str:
        """Why nobody works on a day: `weekend`, `none` (the clocks skipped it) or the holiday's name; else ""."""
        if day.weekday() in self.weekend:
            return "weekend"
        return self.holiday(day) or ("" if exists(day, self.zone) else "none")

    def is_working(self, day: date) -> bool:
        return not self.day_off(day)

    def working_days(self, after: date) -> Iterator[date]:
        """Working days after a day, without end."""
        day = after
        while True:
            day += timedelta(days=1)
            if self.is_working(day):
                yield day

    def at_work(self, at: datetime) -> bool:
        """Whether the offices are open."""
        local = self.local(at)
        return self.is_working(local.date()) and self.opens <= local.time() < self.closes


def due(start: datetime, amount: int, unit: str, calendar: Calendar) -> datetime:
    """When `amount` of a unit from `start` on is over, in UTC.

    Days are counted from the day after the local day of `start` and end with its last second there. A day that does not
    exist in the zone is never counted as a working day; a plain day that falls on it moves to the next that exists.
    Raises ValueError for an amount below one.
    """
    if amount < 1:
        raise ValueError("a target of less than one")
    match Unit(unit):
        case Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=amount)
        case Unit.WORKING_HOURS:
            return _working_hours(start.astimezone(UTC), timedelta(hours=amount), calendar)
        case Unit.DAYS:
            day = calendar.local(start).date() + timedelta(days=amount)
            while not exists(day, calendar.zone):
                day += timedelta(days=1)
            return last_second(day, calendar.zone)
        case Unit.WORKING_DAYS:
            days = calendar.working_days(calendar.local(start).date())
            for _ in range(amount - 1):
                next(days)
            return last_second(next(days), calendar.zone)


def _working_hours(start: datetime, left: timedelta, calendar: Calendar) -> datetime:
    day = calendar.local(start).date()
    while True:
        if calendar.is_working(day):
            opens, closes = (
                _instant(day, calendar.opens, calendar.zone, 0),
                _instant(day, calendar.closes, calendar.zone, 1),
            )
            begin = max(start, opens)
            if begin < closes:
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
        day += timedelta(days=1)


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)


def last_second(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day, in UTC. The clocks may skip 23:59:59; the day must exist.

    At the ends of the calendar, where UTC may have no such second, the last of the day itself.
    """
    try:
        usual = _instant(day, _LAST, zone, 1)
        local = usual.astimezone(zone)
        if (local.date(), local.time()) == (day, _LAST):
            return usual
        return _first_after(day, zone) - _SECOND
    except OverflowError:
        return datetime.combine(day, _LAST, UTC)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether a day was, or will be, on the clocks of a zone: the date line was moved over some."""
    if day in (date.min, date.max):
        return True  # the ends of the calendar: a zone's hours there fall outside it
    noon = datetime.combine(day, _NOON, zone)
    if noon.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == noon.replace(tzinfo=None):
        return True
    return _first_after(day - timedelta(days=1), zone).astimezone(zone).date() == day


def _first_after(day: date, zone: ZoneInfo) -> datetime:
    """The first second that is no longer `day` there: between its noon and the noon of the second day after."""
    low = datetime.combine(day, _NOON, UTC) - timedelta(hours=36)
    high = low + timedelta(hours=96)
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).date() > day:
            high = middle
        else:
            low = middle
    return high


# -- whose calendar ------------------------------------------------------------------------------------------------


def calendar_of(state: str, entry: Entry | None = None) -> Calendar:
    """A State's calendar: what its directory entry says, else what is known, else Monday to Friday in UTC."""
    base = _known(state)
    if entry is None or (entry.time_zone is None and entry.calendar is None):
        return base
    zone, sources = base.zone, dict(base.sources)
    weekend, holiday = base.weekend, base.holiday
    if entry.time_zone is not None and (said := zone_named(entry.time_zone)) is not None:
        zone, sources["zone"] = said, "directory"
    if entry.calendar is not None:
        if entry.calendar.weekend is not None:
            weekend = frozenset(DAYS.index(day) for day in entry.calendar.weekend)
            sources["weekend"] = "directory"
        if entry.calendar.holidays:
            own = frozenset(entry.calendar.holidays)
            years = {day.year for day in own}
            inherited = base.holiday
            # A State lists the days of the years it knows; for other years the library still speaks.
            holiday = _listed(own, years, inherited)
            sources["holidays"] = "directory"
    return Calendar(state, zone, weekend, holiday, base.opens, base.closes, tuple(sources.items()))


def _listed(own: frozenset[date], years: set[int], inherited: Callable[[date], str]) -> Callable[[date], str]:
    def holiday(day: date) -> str:
        if day.year in years:
            return "holiday" if day in own else ""
        return inherited(day)

    return holiday


@functools.cache
def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the IANA database; None where this machine's has no such name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@functools.cache
def _data() -> dict[str, Any]:
    page = resources.files("corridor.casework").joinpath("data/calendars.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(page)
    return found


@functools.lru_cache(maxsize=512)
def _known(state: str) -> Calendar:
    """What is known of a State without its entry. Cached: the library takes a third of a second to load."""
    data = _data()
    sources: dict[str, str] = {}
    invented = data["cast"].get(state)
    if invented is not None:
        zone, sources["zone"] = zone_named(invented["time_zone"]), "data"
        weekend = frozenset(DAYS.index(day) for day in invented["weekend"])
        holiday = _yearly(invented["holidays"])
        sources |= {"weekend": "data", "holidays": "data"}
    else:
        zone = zone_named(data["zones"].get(state, ""))
        sources["zone"] = "data"
        if zone is None:
            only = _zones_of(state)
            zone, sources["zone"] = (zone_named(only[0]), "table") if len(only) == 1 else (None, "assumed")
        found = _library(state)
        if found is None:
            weekend = frozenset(DAYS.index(day) for day in data["weekend"])
            holiday = _none
            sources |= {"weekend": "assumed", "holidays": "assumed"}
        else:
            weekend, holiday = found
            sources |= {"weekend": "library", "holidays": "library"}
    office = data["office"]
    return Calendar(
        state,
        zone or ZoneInfo("UTC"),
        weekend,
        holiday,
        time.fromisoformat(office["open"]),
        time.fromisoformat(office["close"]),
        tuple(sources.items()),
    )


def _none(day: date) -> str:
    return ""


def _yearly(named: dict[str, str]) -> Callable[[date], str]:
    """Days off that fall on the same month and day in every year."""

    def holiday(day: date) -> str:
        return named.get(day.strftime("%m-%d"), "")

    return holiday


def _library(state: str) -> tuple[frozenset[int], Callable[[date], str]] | None:
    """Weekend and public holidays as the library `holidays` knows them; None for a State it does not know."""
    import holidays  # a third of a second: only when a real State's calendar is asked for

    code = _data()["library"].get(state, state)
    if code not in _two_letters() and code not in _two_letters().values():
        return None
    try:
        days = holidays.country_holidays(code)
    except NotImplementedError:
        return None
    weekend = frozenset(int(day) for day in days.weekend)

    @functools.lru_cache(maxsize=4096)
    def holiday(day: date) -> str:
        return str(days.get(day) or "")

    return weekend if len(weekend) < 7 else frozenset(), holiday


@functools.cache
def _two_letters() -> dict[str, str]:
    """Three-letter code -> two-letter code, as the library lists them."""
    from holidays.registry import COUNTRIES

    return {str(row[2]): str(row[1]) for row in COUNTRIES.values()}


@functools.cache
def _zones_of(state: str) -> tuple[str, ...]:
    """The zones of a State in the IANA table `zone.tab`."""
    two = _data()["library"].get(state) or _two_letters().get(state, "")
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return tuple(row[2] for row in rows if row[0] == two)
