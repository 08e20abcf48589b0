"""Reads the day a question is asked for, and offers the day that was meant where it is written otherwise."""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date

from corridor.law.errors import LawFault

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST = re.compile(r"([0-9]{4})[^0-9]?([0-9]{1,2})(?:[^0-9]?([0-9]{1,2}))?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[^0-9]([0-9]{1,2})[^0-9]([0-9]{4})")


def day(text: str) -> date:
    """A day written 2026-11-22. Raises LawFault `law.date.malformed`, whose `near` offers what may have been meant.

    Other ways to write a day are offered and never taken: 03/04/2026 is two days, depending on who wrote it.
    """
    asked = text.strip()
    if _ISO.fullmatch(asked):
        with suppress(ValueError):
            return date.fromisoformat(asked)
    offered = " or ".join(each.isoformat() for each in _meant(asked))
    raise LawFault("law.date.malformed", date=asked[:32], near=f"Did you mean {offered}?" if offered else "")


def _meant(text: str) -> tuple[date, ...]:
    """The days a text may mean: the end of the month for a day too late, both readings of 03/04/2026."""
    found: list[date] = []
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, last = int(match[1]), int(match[2]), match[3]
        found = [*_real(year, month, int(last) if last else 1), *([] if last else _real(year, month, 31))]
    elif match := _DAY_FIRST.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        found = [*_real(year, second, first), *_real(year, first, second)]
    return tuple(dict.fromkeys(found))


def _real(year: int, month: int, in_month: int) -> list[date]:
    """The day, or the last of its month where the month is shorter; nothing for a month that is none."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= in_month <= 31):
        return []
    return [date(year, month, min(in_month, monthrange(year, month)[1]))]
