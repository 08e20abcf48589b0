"""The forecast: its inputs are those it was fitted on, it moves the right way, and it says what it is not."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import subprocess
import sys
from datetime import date, timedelta
from math import exp, log
from pathlib import Path

import pytest

from corridor import law
from corridor.law.comparable import comparable_sources, eligible
from corridor.law.outlook import Tuning, outlook
from corridor.law.ruleset import data_root

ROOT = Path(__file__).parents[2]
FOLDER = data_root() / "forecast"
DAY = date(2026, 11, 26)
ALL_BY_MARCH = b"label: all of them by March\nall_signatories_deposit: 2027-03-01\n"


def fit() -> dict:
    return json.loads((FOLDER / "fit.json").read_bytes())


def tuning(**changes: float) -> Tuning:
    return Tuning(**{**fit()["tuning"], **changes})


def draws() -> list[tuple[float, float]]:
    lines = (FOLDER / "draws.csv").read_text().splitlines()[1:]
    return [(float(a), float(b)) for a, b in (line.split(",") for line in lines)]


# The data it rests on


def test_the_fit_was_made_from_the_deposits_in_the_data() -> None:
    """A row more or less asks for a new fit: `make forecast`."""
    inputs = fit()["inputs"]
    data = b"".join((FOLDER / name).read_bytes() for name in inputs["files"])
    assert hashlib.sha256(data).hexdigest() == inputs["digest"]
    assert set(fit()["conventions"]) == {each.id for each in law.comparable() if each.fitted}
    assert fit()["tuning"]["eligible"] == eligible()


@pytest.mark.parametrize(
    ("id", "rank", "day", "force"),
    [  # UN Treaty Collection, status pages: the deposit that reached the number, and entry into force
        ("UNTOC", 40, date(2003, 7, 1), date(2003, 9, 29)),
        ("FCTC", 40, date(2004, 11, 29), date(2005, 2, 27)),
        ("ROME_STATUTE", 60, date(2002, 4, 11), date(2002, 7, 1)),
        ("UNCAC", 30, date(2005, 9, 15), date(2005, 12, 14)),
    ],
)
def test_a_comparable_convention_gathered_its_number_on_the_day_its_depositary_says(
    id: str, rank: int, day: date, force: date
) -> None:
    found = next(each for each in law.comparable() if each.id == id)
    assert found.needed == rank
    assert found.day_of(rank) == day
    assert found.entry_into_force == force


def test_every_convention_says_where_it_was_read_and_how_far_its_rows_reach() -> None:
    for each in law.comparable():
        assert set(each.source) <= set(comparable_sources())
        days = [*each.deposits, *(day for rank, day in each.milestones if not each.deposits)]
        assert each.opened <= min(days) <= max(days) <= each.data_end
        assert [count for _, count in each.curve] == sorted({count for _, count in each.curve})
        assert each.count((each.data_end - each.opened).days + 1) is None, "nothing is known after the end"


def test_only_conventions_open_to_every_state_are_fitted() -> None:
    assert all(each.universal for each in law.comparable() if each.fitted)


# The arithmetic


def test_one_known_convention_is_forecast_as_it_is() -> None:
    """With one draw only, the middle future is that draw's day of the fortieth deposit."""
    made = outlook([(log(1000.0), log(2.0))] * 10, tuning(pace=0.0, enough=1), seen=[], at=0.0, needed=40)
    assert made.quantile(0.5) == pytest.approx(1000, rel=0.03)
    assert made.chance(1000) == pytest.approx(0.5, abs=0.06)


def test_deposits_seen_bring_the_forecast_to_the_convention_they_come_from() -> None:
    """A convention made with day 700 and shape 1.8: after ten of its deposits the middle is nearer than before any."""
    chance = random.Random(7)
    size = eligible()
    scale = 700 / (-log(1 - 40 / size)) ** (1 / 1.8)
    days = sorted(scale * (-log(1 - chance.random())) ** (1 / 1.8) for _ in range(size))
    before = outlook(draws(), tuning(), seen=[], at=0.0, needed=40)
    after = outlook(draws(), tuning(), seen=days[:10], at=days[9], needed=40)
    real = days[39]
    assert abs(log(after.quantile(0.5) / real)) < abs(log(before.quantile(0.5) / real))
    assert after.quantile(0.05) < real < after.quantile(0.95)
    assert after.quantile(0.95) / after.quantile(0.05) < before.quantile(0.95) / before.quantile(0.05)


def test_on_conventions_made_by_the_model_eight_in_ten_fall_into_the_80_percent_interval() -> None:
    chance = random.Random(11)
    every, size, held = draws(), eligible(), 0
    sharp = tuning(temper=1.0, enough=1)
    for _ in range(60):
        a, b = every[int(chance.random() * len(every))]
        shape = exp(b)
        scale = exp(a) / (-log(1 - 40 / size)) ** (1 / shape)
        days = sorted(max(30.0, scale * (-log(1 - chance.random())) ** (1 / shape)) for _ in range(size))
        made = outlook(every, sharp, seen=days[:3], at=days[2], needed=40)
        held += made.quantile(0.1) <= days[39] <= made.quantile(0.9)
    assert 40 <= held <= 56  # 48 expected, 3.1 the standard deviation


def test_a_deposit_more_never_makes_it_later() -> None:
    seen = [126.0, 166.0, 218.0, 300.0, 310.0, 390.0]
    for count in range(len(seen)):
        fewer = outlook(draws(), tuning(), seen=seen[:count], at=400.0, needed=40)
        more = outlook(draws(), tuning(), seen=seen[: count + 1], at=400.0, needed=40)
        for level in (0.1, 0.5, 0.9):
            assert more.quantile(level) <= fewer.quantile(level)


def test_time_without_a_deposit_never_makes_it_earlier() -> None:
    made = [
        outlook(draws(), tuning(), seen=[126.0], at=float(at), needed=40)
        for at in (126, 250, 400, 600, 900, 1500)
    ]
    for level in (0.1, 0.5, 0.9):
        days = [each.quantile(level) for each in made]
        assert days == sorted(days)


def test_no_future_reaches_the_number_before_the_day_known() -> None:
    made = outlook(draws(), tuning(), seen=[126.0] * 39, at=900.0, needed=40)
    assert made.days[0] >= 900
    assert made.counts(900.0)[-1] <= 40


def test_a_pace_unlike_any_other_widens_and_says_so() -> None:
    made = outlook(
        draws(), tuning(temper=1.0), seen=[3000.0 + each for each in range(30)], at=3040.0, needed=40
    )
    assert made.widened > 1
    assert made.effective >= fit()["tuning"]["enough"]


# The answer


def test_one_counted_deposit_gives_a_middle_and_three_nested_intervals() -> None:
    found = law.forecast(on=DAY)
    assert (found.needed, found.counted, found.at_least) == (40, 1, True)
    assert found.entry_into_force is None
    fifty, eighty, ninety = found.intervals
    assert [each.level for each in found.intervals] == [50, 80, 90]
    assert ninety.earliest <= eighty.earliest <= fifty.earliest <= found.median
    assert found.median <= fifty.latest <= eighty.latest <= (ninety.latest or date.max)
    assert found.scenario.median - found.scenario.median_deposit == timedelta(days=90)
    assert found.median > DAY + timedelta(days=90)


def test_at_least_is_said_when_the_status_says_it() -> None:
    codes = {each.code for each in law.forecast(on=DAY).caveats}
    assert "at_least" in codes
    assert {"reckoning", "few_conventions", "chosen_conventions", "no_causes"} <= codes


def test_an_assumed_status_is_exact_and_not_at_least() -> None:
    rows = b"label: one more\nrows:\n  - {state: BTN, accession: 2026-11-20}\n"
    found = law.forecast(on=DAY, table=law.assume(rows))
    assert (found.counted, found.at_least) == (2, False)
    assert "at_least" not in {each.code for each in found.caveats}
    assert found.median <= law.forecast(on=DAY).median


def test_reported_instruments_count_in_a_scenario_of_their_own_only() -> None:
    found = law.forecast(on=DAY)
    assert found.reported == 2
    assert (found.scenario.counted, found.reported_too.counted) == (1, 3)
    assert found.reported_too.median <= found.scenario.median


def test_chances_and_counts_grow_and_stay_in_their_bounds() -> None:
    found = law.forecast(on=DAY)
    for chances in (found.by_year, found.curve):
        shares = [each.in_force for each in chances]
        assert shares == sorted(shares)
        assert all(0 <= each.in_force <= each.deposited <= 1 for each in chances)
    medians = [each.median for each in found.band]
    assert medians == sorted(medians)
    for each in found.band:
        for _, low, high in each.ranges:
            assert found.counted <= low <= each.median <= high <= found.needed


def test_once_forty_have_deposited_there_is_a_date_and_nothing_is_reckoned() -> None:
    """Article 65(1): the ninetieth day after the deposit of the fortieth instrument."""
    for on in (DAY, date(2027, 4, 1)):
        found = law.forecast(on=on, table=law.assume(ALL_BY_MARCH))
        assert found.last_deposit == date(2027, 3, 1)
        assert found.entry_into_force == found.median == date(2027, 5, 30)
        assert found.scenario is None
        assert found.intervals == found.calibration == ()
        assert [each.code for each in found.caveats] == ["assumed"]


def test_an_assumption_is_watermarked() -> None:
    table = law.assume(ALL_BY_MARCH)
    told = law.forecast(on=DAY, table=table).to_dict()
    assert told["assumed"] == table.assumed.to_dict()
    assert law.forecast(on=DAY).to_dict()["assumed"] is None


def test_a_later_day_without_a_deposit_is_not_an_earlier_date() -> None:
    medians = [law.forecast(on=DAY + timedelta(days=days)).median for days in (0, 180, 360, 720)]
    assert medians == sorted(medians)


def test_beyond_the_horizon_there_is_no_date_and_it_is_said() -> None:
    found = law.forecast(on=date(2045, 1, 1))
    assert any(each.latest is None for each in found.intervals)
    assert "beyond" in {each.code for each in found.caveats}


@pytest.mark.parametrize("on", [date(1, 1, 1), date(2020, 1, 1), date(9999, 12, 31)])
def test_any_day_of_the_calendar_is_answered(on: date) -> None:
    found = law.forecast(on=on)
    assert json.loads(json.dumps(found.to_dict()))["on"] == on.isoformat()


def test_the_same_question_has_the_same_answer_in_another_process() -> None:
    code = (
        "import sys, json; from datetime import date; from corridor import law;"
        f"print(json.dumps(law.forecast(on=date({DAY.year}, {DAY.month}, {DAY.day})).to_dict()));"
        "assert not {'numpy', 'pandas', 'lifelines', 'scipy', 'django'} & set(sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == law.forecast(on=DAY).to_dict()


# The fit and the page


def test_over_all_its_intervals_hold_their_share_and_the_page_says_where_they_do_not() -> None:
    model = fit()["calibration"]["model"]
    assert model["all"]["covered_80"] / model["all"]["forecasts"] >= 0.8
    assert model["all"]["covered_90"] / model["all"]["forecasts"] >= 0.9
    page = (ROOT / "docs" / "law-forecast.md").read_text(encoding="utf-8")
    for count, row in model.items():
        after = "all" if count == "all" else "1 deposit" if count == "1" else f"{count} deposits"
        held = " | ".join(str(row[f"covered_{level}"]) for level in (50, 80, 90))
        assert f"| {after} | the model | {row['forecasts']} | {held} |" in page


def test_the_model_beats_both_ways_that_are_simpler() -> None:
    calibration = fit()["calibration"]
    assert calibration["model"]["all"]["score"] < calibration["others"]["all"]["score"]
    assert calibration["model"]["all"]["score"] < calibration["rate"]["all"]["score"]


@pytest.mark.slow
def test_a_new_fit_gives_the_figures_stored() -> None:
    pytest.importorskip("lifelines", reason="only in the environment of `make forecast`")
    spec = importlib.util.spec_from_file_location("fit", ROOT / "docs" / "forecast" / "fit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    used = [each for each in law.comparable() if each.fitted]
    points = {each.id: module.point(module.fit_one(each, eligible()), eligible()) for each in used}
    for id, stored in fit()["conventions"].items():
        assert exp(points[id][0]) == pytest.approx(stored["day40"], rel=1e-3)
        assert exp(points[id][1]) == pytest.approx(stored["shape"], rel=1e-3)
    again = module.draw(list(points.values()), module.DRAWS, module.SEED)
    for (a, b), (stored_a, stored_b) in zip(again, draws(), strict=True):
        assert (a, b) == pytest.approx((stored_a, stored_b), abs=0.01)
