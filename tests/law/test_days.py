"""The day a question is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from corridor.law.days import day
from corridor.law.errors import LawFault


def test_a_day_is_written_year_month_day() -> None:
    assert day("2026-11-22") == date(2026, 11, 22)
    assert day(" 2024-02-29 ") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("2026-11-31", "2026-11-30"),
        ("2026-02-29", "2026-02-28"),
        ("2026/11/22", "2026-11-22"),
        ("20261122", "2026-11-22"),
        ("2026-1-5", "2026-01-05"),
        ("22.11.2026", "2026-11-22"),
        ("2026-11", "2026-11-01 or 2026-11-30"),
        ("03/04/2026", "2026-04-03 or 2026-03-04"),
        ("2026-13-40", ""),
        ("tomorrow", ""),
        ("", ""),
        ("0000-01-01", ""),
        ("٢٠٢٦-١١-٢٢", ""),
    ],
)
def test_a_day_written_otherwise_is_refused_and_the_day_meant_is_offered(text: str, offered: str) -> None:
    with pytest.raises(LawFault) as told:
        day(text)
    assert told.value.code == "law.date.malformed"
    assert offered in told.value.next_step
    assert ("Did you mean" in told.value.next_step) == bool(offered)
