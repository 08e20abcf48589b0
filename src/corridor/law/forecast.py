"""When the Convention may enter into force, reckoned from how comparable conventions gathered their deposits.

The model is fitted elsewhere (docs/law-forecast.md); this reads its draws, weighs them by the deposits the status
counts, and carries them forward. It never makes a date out of a report, and says what it is not.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.loader import page
from corridor.law.outlook import Draws, Outlook, Tuning, outlook
from corridor.law.ruleset import DEFAULT, data_root, shipped
from corridor.law.status import Status, World, status
from corridor.law.status_table import Assumption, StatusTable, shipped_table
from corridor.law.tables import latest_day
from corridor.law.types import plain

_FOLDER = "forecast"
#: Beyond so many years no date is given: what the rows hold does not reach further.
HORIZON = 15
LEVELS = (50, 80, 90)
_STEP = 91  # days between the points of a curve
_BAND_YEARS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """In `level` of a hundred futures the Convention enters into force between these days; None: beyond the horizon."""

    level: int
    earliest: date | None
    latest: date | None

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Chance:
    """By a day: the chance, 0 to 1, that the last deposit needed is made, and that the Convention is in force."""

    day: date
    deposited: float
    in_force: float

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Counts:
    """Deposits by a day: the middle future, and for each of LEVELS the lowest and highest count of that share.

    No count goes beyond the number needed: what comes after it is not reckoned.
    """

    day: date
    median: int
    ranges: tuple[tuple[int, int, int], ...]  # (level, lowest, highest)

    def to_dict(self) -> dict[str, Any]:
        ranges = [{"level": level, "lowest": low, "highest": high} for level, low, high in self.ranges]
        return {"day": self.day.isoformat(), "median": self.median, "ranges": ranges}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What follows if so many deposits are there. `id`: `counted`, or `counted_and_reported`."""

    id: str
    counted: int
    median: date | None  # entry into force; None: beyond the horizon
    median_deposit: date | None  # of the last deposit needed
    intervals: tuple[Interval, ...]
    by_year: tuple[Chance, ...]  # at the end of each year
    curve: tuple[Chance, ...]
    band: tuple[Counts, ...]
    effective: int  # effective number of draws behind it
    widened: float  # by how much the deposits seen were trusted less, 1.0 if they were not

    def to_dict(self) -> dict[str, Any]:
        simple = ("id", "counted", "median", "median_deposit", "effective", "widened")
        return {
            **{name: plain(getattr(self, name)) for name in simple},
            **{
                name: [each.to_dict() for each in getattr(self, name)]
                for name in ("intervals", "by_year", "curve", "band")
            },
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `forecasts` made of conventions the model had not seen, how many times the interval held the truth."""

    level: int
    held: int
    forecasts: int
    conventions: int

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Caveat:
    """One thing the forecast is not."""

    code: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text}


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the draws were fitted on and with. `inputs`: digest of the deposits and of the list of conventions."""

    model: str
    inputs: str
    conventions: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    seed: int
    draws: int
    status: str  # where the table of deposits comes from
    status_digest: str

    def to_dict(self) -> dict[str, Any]:
        found = {name: plain(getattr(self, name)) for name in self.__slots__}
        found["versions"] = dict(self.versions)
        return found


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast on a day. Once the last deposit needed is made there is a date and nothing is reckoned:
    `entry_into_force` is set and `scenario` is None.

    `known_to`: the day up to which deposits are taken as known: the day asked about, or the last deposit of an assumed
    table where that is later. `reported_too`: the same with the reported instruments counted, where there are any.
    """

    instrument: str
    on: date
    known_to: date
    needed: int
    counted: int
    reported: int
    at_least: bool
    last_deposit: date | None  # the day of the deposit that reached the number
    entry_into_force: date | None
    scenario: Scenario | None
    reported_too: Scenario | None
    calibration: tuple[Coverage, ...]
    caveats: tuple[Caveat, ...]
    provenance: Provenance
    assumed: Assumption | None
    horizon: date

    @property
    def median(self) -> date | None:
        """The day of entry into force: known, or the middle of the futures; None beyond the horizon."""
        if self.entry_into_force is not None:
            return self.entry_into_force
        return self.scenario.median if self.scenario else None

    @property
    def intervals(self) -> tuple[Interval, ...]:
        return self.scenario.intervals if self.scenario else ()

    @property
    def by_year(self) -> tuple[Chance, ...]:
        return self.scenario.by_year if self.scenario else ()

    @property
    def curve(self) -> tuple[Chance, ...]:
        return self.scenario.curve if self.scenario else ()

    @property
    def band(self) -> tuple[Counts, ...]:
        return self.scenario.band if self.scenario else ()

    def interval(self, level: int) -> Interval | None:
        return next((each for each in self.intervals if each.level == level), None)

    def to_dict(self) -> dict[str, Any]:
        simple = ("instrument", "on", "known_to", "needed", "counted", "reported", "at_least")
        dates = ("last_deposit", "entry_into_force", "median", "horizon")
        return {
            **{name: plain(getattr(self, name)) for name in (*simple, *dates)},
            "scenario": self.scenario.to_dict() if self.scenario else None,
            "reported_too": self.reported_too.to_dict() if self.reported_too else None,
            "calibration": [each.to_dict() for each in self.calibration],
            "caveats": [each.to_dict() for each in self.caveats],
            "provenance": self.provenance.to_dict(),
            "assumed": self.assumed.to_dict() if self.assumed else None,
        }


def forecast(*, on: date, table: StatusTable | None = None) -> Forecast:
    """When the Convention may enter into force, as seen on `on` from the shipped table or the one given.

    Raises LawFault `law.data.malformed` where the final clauses or the fit are not in the data.
    """
    found = table if table is not None else shipped_table()
    clauses = _clauses()
    known_to = _known_to(on, found)
    told = status(on=known_to, world=World.REAL, table=found)
    counted = sorted(
        latest_day(each.deposit) for each in told.entries if each.deposit and not each.organisation
    )
    reported = sorted(latest_day(each.reported) for each in told.reported if each.reported)
    horizon = _shift(max(known_to, clauses.opens), round(HORIZON * 365.25))
    scenario = other = last = None
    if len(counted) >= clauses.needed:
        last = counted[clauses.needed - 1]
    else:
        scenario = _scenario("counted", counted, known_to, horizon, clauses)
        both = sorted([*counted, *reported])[: clauses.needed - 1]
        if reported:
            other = _scenario("counted_and_reported", both, known_to, horizon, clauses)
    return Forecast(
        instrument=DEFAULT,
        on=on,
        known_to=known_to,
        needed=clauses.needed,
        counted=len(counted),
        reported=len(reported),
        at_least=told.at_least,
        last_deposit=last,
        entry_into_force=_shift(last, clauses.days) if last else None,
        scenario=scenario,
        reported_too=other,
        calibration=_calibration() if scenario else (),
        caveats=_caveats(told, scenario, other, known_to < clauses.opens),
        provenance=_provenance(found),
        assumed=found.assumed,
        horizon=horizon,
    )


@dataclass(frozen=True, slots=True)
class _Clauses:
    """What the final clauses fix: how many instruments, days until in force, and the first day of signature."""

    needed: int
    days: int
    opens: date


@functools.cache
def _clauses() -> _Clauses:
    clauses = shipped().final_clauses(DEFAULT)
    general, signing = clauses.clause("entry_into_force"), clauses.clause("signature")
    needed = general.number("instruments") if general else None
    days = general.number("days") if general else None
    opens = min((day for _, day in signing.days), default=None) if signing else None
    if not needed or not days or opens is None:
        raise LawFault(
            "law.data.malformed", file="final_clauses.yaml", line=0, problem="no figures to reckon with"
        )
    return _Clauses(needed, days, opens)


def _known_to(on: date, table: StatusTable) -> date:
    """An assumed table knows deposits to come; every other knows none after the day asked about."""
    if table.assumed is None:
        return on
    return max([on, *(row.deposited_on for row in table.rows if row.deposited_on)])


def _scenario(id: str, days: list[date], known_to: date, horizon: date, clauses: _Clauses) -> Scenario:
    draws, tuning = _draws()
    opened, start = clauses.opens, max(known_to, clauses.opens)
    found = outlook(
        draws,
        tuning,
        seen=[float((day - opened).days) for day in days],
        at=float((known_to - opened).days),
        needed=clauses.needed,
    )

    def when(share: float, after: int) -> date | None:
        day = round(found.quantile(share)) + after
        return date.fromordinal(opened.toordinal() + day) if day <= (horizon - opened).days else None

    def chance(day: date) -> Chance:
        passed = (day - opened).days
        # A deposit of a day counts on that day: up to half of the next one, as the dates are rounded.
        deposited = found.chance(passed + 0.5)
        return Chance(day, round(deposited, 4), round(found.chance(passed - clauses.days + 0.5), 4))

    return Scenario(
        id=id,
        counted=len(days),
        median=when(0.5, clauses.days),
        median_deposit=when(0.5, 0),
        intervals=tuple(
            Interval(level, when((100 - level) / 200, clauses.days), when((100 + level) / 200, clauses.days))
            for level in LEVELS
        ),
        by_year=tuple(
            chance(date(year, 12, 31)) for year in range(start.year, min(horizon.year, date.max.year))
        ),
        curve=tuple(chance(day) for day in _steps(start, horizon)),
        band=tuple(
            _counts(found, day, opened)
            for day in _steps(start, min(horizon, _shift(start, _BAND_YEARS * 365)))
        ),
        effective=round(found.effective),
        widened=round(found.widened, 2),
    )


def _counts(found: Outlook, day: date, opened: date) -> Counts:
    counts = found.counts(float((day - opened).days))
    last = len(counts) - 1

    def at(share: float) -> int:
        return counts[round(share * last)]

    ranges = tuple((level, at((100 - level) / 200), at((100 + level) / 200)) for level in LEVELS)
    return Counts(day, at(0.5), ranges)


def _steps(start: date, end: date) -> list[date]:
    return [date.fromordinal(day) for day in range(start.toordinal(), end.toordinal() + 1, _STEP)]


def _shift(day: date, days: int) -> date:
    """A day so many days later, or the last day there is."""
    return day + timedelta(days=days) if days <= (date.max - day).days else date.max


@functools.cache
def _fit() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_root() / _FOLDER / "fit.json").read_bytes())
    return found


@functools.cache
def _draws() -> tuple[Draws, Tuning]:
    """The draws, in the order of their pace, and what the fit found besides."""
    lines = (data_root() / _FOLDER / "draws.csv").read_text(encoding="utf-8").splitlines()[1:]
    try:
        draws = tuple((float(a), float(b)) for a, b in (line.split(",") for line in lines))
        return draws, Tuning(**_fit()["tuning"])
    except (ValueError, TypeError, KeyError) as error:
        raise LawFault("law.data.malformed", file="draws.csv", line=0, problem=str(error)) from error


def _calibration() -> tuple[Coverage, ...]:
    row = _fit()["calibration"]["model"]["all"]
    return tuple(
        Coverage(level, row[f"covered_{level}"], row["forecasts"], row["conventions"]) for level in LEVELS
    )


def _provenance(table: StatusTable) -> Provenance:
    fit = _fit()
    return Provenance(
        model=fit["model"],
        inputs=fit["inputs"]["digest"],
        conventions=tuple(fit["conventions"]),
        versions=tuple(fit["versions"].items()),
        seed=fit["tuning"]["seed"],
        draws=len(_draws()[0]),
        status=table.origin,
        status_digest=table.digest,
    )


@functools.cache
def _texts() -> tuple[tuple[str, ...], dict[str, str]]:
    top = page(data_root() / _FOLDER / "caveats.yaml")
    row = top.row("texts")
    return top.texts("always"), {name: row.text(name) for name in row.names()}


def _caveats(
    told: Status, scenario: Scenario | None, other: Scenario | None, early: bool
) -> tuple[Caveat, ...]:
    always, texts = _texts()
    codes = [code for code in always if scenario]
    if scenario:
        asked = {
            "at_least": told.at_least,
            "reported": other is not None,
            "low_weight": scenario.widened > 1,
            "beyond": any(each.latest is None for each in scenario.intervals),
            "early": early,
        }
        codes += [code for code, true in asked.items() if true]
    if told.assumed:
        codes.append("assumed")
    return tuple(Caveat(code, texts[code]) for code in codes)
