"""What follows from signatures and deposits: figures on a day, entry into force, and who is bound from when."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corridor import law
from corridor.law import Group, Standing, World
from corridor.law.entry_into_force import Threshold, in_force, in_force_for
from corridor.law.ruleset import data_root
from corridor.law.tables import latest_day

TABLES = Path(__file__).parent / "tables"
STATUS = yaml.safe_load((TABLES / "status.yaml").read_text(encoding="utf-8"))
FORCE = yaml.safe_load((TABLES / "entry_into_force.yaml").read_text(encoding="utf-8"))["rows"]
DEPOSITS = data_root() / "forecast" / "analog_ratifications.csv"


def real(on: date, table: law.StatusTable | None = None) -> law.Status:
    return law.status(on=on, world=World.REAL, table=table)


@pytest.mark.parametrize("row", STATUS["rows"], ids=lambda row: str(row["day"]))
def test_the_figures_of_a_day_are_those_its_source_proves(row: dict[str, Any]) -> None:
    found = real(row["day"])
    assert (
        found.signatories,
        found.signatory_states,
        found.instruments_counted,
        found.instruments_reported,
    ) == (row["signatories"], row["signatory_states"], row["counted"], row["reported"])
    assert found.entry_into_force is None


def test_the_first_72_signatures_by_regional_group() -> None:
    rows = STATUS["groups"]
    found = real(rows["day"]).by_group()
    assert {str(group): signed for group, (signed, _) in found.items() if group is not Group.NONE} == {
        str(group): rows[str(group)] for group in Group if group is not Group.NONE
    }
    assert found[Group.NONE] == (0, 0)
    assert real(rows["day"]).signatories - real(rows["day"]).signatory_states == rows["organisations"]


def test_the_json_that_stays() -> None:
    said = real(date(2026, 11, 26)).to_dict()
    assert {key: said[key] for key in ("instruments_counted", "instruments_reported", "needed")} == {
        "instruments_counted": 1,
        "instruments_reported": 2,
        "needed": 40,
    }
    assert said["entry_into_force"] is None
    assert said["at_least"] is True
    assert "CAN, FJI, IND, QAT" in said["at_least_text"]
    assert "AZE, VNM" in said["at_least_text"]
    assert (said["later_parties"]["numbers"], said["later_parties"]["confidence"]) == (
        {"days": 30},
        "recalled",
    )
    assert said["window"] == {"opens": "2025-10-25", "closes": "2026-12-31", "days_left": 35}


@pytest.mark.parametrize(("day", "left"), [(date(2026, 12, 31), 0), (date(2027, 1, 1), None)])
def test_the_window_for_signature_ends_with_its_last_day(day: date, left: int | None) -> None:
    assert real(day).window.days_left == left


@pytest.mark.parametrize("row", FORCE, ids=lambda row: row["treaty"])
def test_entry_into_force_follows_from_the_deposits_of_other_conventions(row: dict[str, Any]) -> None:
    with DEPOSITS.open(encoding="utf-8") as lines:
        days = [
            latest_day(each["deposit_date"])
            for each in csv.DictReader(lines)
            if each["treaty"] == row["treaty"] and each["n"]  # organisations carry no rank
        ]
    assert in_force(days, Threshold(row["instruments"], row["days"], 30)) == row["in_force"]


def deposits(count: int, first: date = date(2027, 1, 1)) -> law.StatusTable:
    """The shipped table with `count` further States that deposit, one a day."""
    shipped = law.shipped_table()
    rows = {row.state: row for row in shipped.rows}
    codes = [each.code for each in law.states() if each.un_member and each.code != "QAT"][:count]
    for n, code in enumerate(codes):
        row = rows.get(code) or law.StatusRow(code, law.state(code).name)
        rows[code] = replace(row, deposit=(first + timedelta(days=n)).isoformat())
    return replace(shipped, rows=tuple(rows.values()))


def test_it_enters_into_force_on_the_ninetieth_day_after_the_fortieth_deposit() -> None:
    table = deposits(39)  # with Qatar's, forty
    reached = date(2027, 1, 1) + timedelta(days=38)
    assert real(reached - timedelta(days=1), table).entry_into_force is None
    found = real(reached, table)
    assert found.instruments_counted == 40
    assert found.entry_into_force == reached + timedelta(days=90)
    assert found.parties() == ()
    assert len(real(reached + timedelta(days=90), table).parties()) == 40


def test_who_comes_later_is_bound_on_the_thirtieth_day_and_never_before_the_rest() -> None:
    table = deposits(41)
    fortieth = date(2027, 1, 1) + timedelta(days=38)
    found = real(date(2028, 1, 1), table)
    last = max(table.rows, key=lambda row: row.deposit if len(row.deposit) == 10 else "")
    assert found.in_force_for(last.state) == fortieth + timedelta(days=90)  # 30 days end before the 90
    late = replace(
        table,
        rows=(*(row for row in table.rows if row.state != last.state), replace(last, deposit="2027-12-01")),
    )
    assert real(date(2028, 1, 1), late).in_force_for(last.state) == date(2027, 12, 31)


def test_the_instrument_of_an_organisation_does_not_count() -> None:
    table = deposits(38)
    union = replace(table.of("EUE") or table.rows[0], deposit="2027-01-01")
    more = replace(table, rows=(*(row for row in table.rows if row.state != "EUE"), union))
    before, after = real(date(2028, 1, 1), table), real(date(2028, 1, 1), more)
    assert before.instruments_counted == after.instruments_counted == 39
    assert after.entry_into_force is None
    assert after.of("EUE") is not None


@given(
    st.integers(0, 60),
    st.dates(date(2026, 12, 1), date(2029, 1, 1)),
    st.dates(date(2026, 12, 1), date(2029, 1, 1)),
)
def test_a_deposit_of_an_organisation_changes_nothing_for_states(count: int, day: date, on: date) -> None:
    table = deposits(count)
    union = table.of("EUE")
    assert union is not None
    rows = (*(row for row in table.rows if row.state != "EUE"), replace(union, deposit=day.isoformat()))
    before, after = real(on, table), real(on, replace(table, rows=rows))
    assert before.instruments_counted == after.instruments_counted
    assert before.entry_into_force == after.entry_into_force
    assert set(before.parties()) == set(after.parties()) - {"EUE"}


DAYS = st.dates(date(2025, 10, 1), date(2030, 12, 31))


@given(DAYS, DAYS, st.integers(0, 60))
def test_figures_only_grow(one: date, other: date, count: int) -> None:
    table = deposits(count)
    first, second = real(min(one, other), table), real(max(one, other), table)
    assert first.signatories <= second.signatories
    assert first.instruments_counted <= second.instruments_counted
    assert set(first.parties()) <= set(second.parties())
    if first.entry_into_force is not None:
        assert first.entry_into_force == second.entry_into_force


@given(st.lists(DAYS, max_size=60), st.integers(1, 45), st.integers(0, 120), st.integers(0, 60))
def test_nobody_is_bound_before_the_number_is_reached(
    days: list[date], needed: int, wait: int, own: int
) -> None:
    threshold = Threshold(needed, wait, own)
    general = in_force(days, threshold)
    bound = in_force_for({str(n): day for n, day in enumerate(days)}, threshold)
    if len(days) < needed:
        assert general is None
        assert bound == {}
    else:
        assert general == sorted(days)[needed - 1] + timedelta(days=wait)
        assert min(bound.values()) == general
        assert len(bound) == len(days)


def test_a_report_is_shown_and_counts_for_nothing() -> None:
    found = real(date(2026, 11, 26))
    assert {each.state for each in found.reported} == {"AZE", "VNM"}
    assert {each.standing for each in found.reported} == {Standing.SIGNATORY}
