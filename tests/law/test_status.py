"""The cast and the real world never mix."""

from __future__ import annotations

from datetime import date

import pytest

from corridor import law
from corridor.law import Standing, World

DAY = date(2026, 11, 23)


def test_aurelia_borealia_and_cyrenia_are_parties_and_dorsania_is_not() -> None:
    status = law.status(on=DAY)
    assert status.parties() == ("XAA", "XBB", "XCC")
    dorsania = status.of("XDD")
    assert dorsania is not None
    assert dorsania.standing is Standing.NONE


def test_only_aurelia_and_borealia_are_bound_by_budapest() -> None:
    assert law.status(on=DAY, instrument="BUDAPEST_CETS185").parties() == ("XAA", "XBB")


def test_nobody_is_bound_before_the_day() -> None:
    assert law.status(on=date(2025, 12, 31)).parties() == ()
    assert law.status(on=date(2026, 1, 1)).parties() == ("XAA", "XBB", "XCC")


def test_the_cast_says_it_is_fiction_and_the_real_table_never_does() -> None:
    cast, real = law.status(on=DAY), law.status(on=DAY, world=World.REAL)
    assert {each.confidence for each in cast.entries} == {"fictional"}
    assert {each.confidence for each in real.entries} <= {"seen", "recalled"}
    assert not {each.state for each in cast.entries} & {each.state for each in real.entries}


def test_the_real_table_says_of_nobody_that_the_convention_is_in_force() -> None:
    assert law.status(on=DAY, world=World.REAL).parties() == ()


def test_72_signatures_in_hanoi_and_one_deposit_by_march_2026() -> None:
    hanoi = law.status(on=date(2025, 10, 26), world=World.REAL)
    assert [each.standing for each in hanoi.entries] == [Standing.SIGNATORY] * 72
    assert law.status(on=date(2025, 10, 24), world=World.REAL).entries == ()
    march = law.status(on=date(2026, 3, 1), world=World.REAL)
    assert len([each for each in march.entries if each.standing is Standing.DEPOSITED]) == 1


def test_a_month_without_a_day_counts_from_its_last_day() -> None:
    february = law.status(on=date(2026, 2, 15), world=World.REAL)
    assert not [each for each in february.entries if each.standing is Standing.DEPOSITED]


@pytest.mark.parametrize("instrument", ["UNTOC", "../status/UNCC_2024", ""])
def test_an_instrument_without_a_table_claims_nothing(instrument: str) -> None:
    assert law.status(on=DAY, instrument=instrument, world=World.REAL).entries == ()
    assert law.status(on=DAY, instrument=instrument).entries == ()
