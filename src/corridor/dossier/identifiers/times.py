"""Times, zones and days: what a clock on a wall showed, and whether it ever did."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from corridor.dossier.identifiers.checked import Checked

_BEFORE = datetime(1983, 1, 1, tzinfo=UTC)  # no address of the kinds judged here was in use earlier


def moment_of(text: str, zone: str, at: datetime | None) -> Checked:
    """A time with its offset, and the zone it was read in where one is named."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return Checked("moment", text, "wrong", "identifier.time.form")
    if told.tzinfo is None:
        return (
            moment("moment", text, {"zone": zone}, at)
            if zone
            else Checked("moment", text, "doubtful", "identifier.time.no-zone", ("zone",))
        )
    try:
        exact = told.astimezone(UTC)
    except (OverflowError, ValueError):
        return Checked("moment", text, "wrong", "identifier.time.form")
    normal = exact.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    if at is not None and exact > at + timedelta(minutes=5):
        return Checked("moment", normal, "doubtful", "identifier.time.future")
    if exact < _BEFORE:
        return Checked("moment", normal, "doubtful", "identifier.time.too-early")
    if zone and (found := _zone(zone)) is not None:
        inside = local_time(exact.astimezone(found).replace(tzinfo=None).isoformat(), zone)
        if exact.astimezone(found).replace(tzinfo=None) != told.replace(tzinfo=None):
            code = "identifier.time.other-offset"
            gap = local_time(told.replace(tzinfo=None).isoformat(), zone)
            return Checked("moment", normal, "doubtful", gap.code if gap.code == _GAP else code)
        if inside.code == _TWICE:
            return Checked("moment", normal, "doubtful", _TWICE)
    elif zone:
        return Checked("moment", normal, "doubtful", "identifier.time.unknown-zone", ("zone",))
    return Checked("moment", normal, "good")


_GAP: Final = "identifier.time.does-not-exist"
_TWICE: Final = "identifier.time.twice"


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@functools.cache
def zone_names() -> tuple[str, ...]:
    """Zones named after a place, sorted: what a form may offer."""
    places = (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return tuple(sorted(each for each in _names() if each.partition("/")[0] in places and "/" in each))


def _zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in _names() else None


def local_time(local: str, zone: str) -> Checked:
    """A wall-clock time in a zone (an IANA name), as a time with its offset.

    `normal` is that time. Where the clocks were put forward over it, or back over it, the verdict is doubtful: the
    first is given the offset from before, the second the earlier of its two.
    """
    found = _zone(zone)
    try:
        clock = datetime.fromisoformat(local)
    except ValueError:
        return Checked("moment", local, "wrong", "identifier.time.form")
    if found is None:
        return Checked("moment", local, "doubtful", "identifier.time.unknown-zone", ("zone",))
    if clock.tzinfo is not None:
        return moment_of(local, zone, None)
    first, second = clock.replace(tzinfo=found, fold=0), clock.replace(tzinfo=found, fold=1)
    try:
        back = first.astimezone(UTC).astimezone(found).replace(tzinfo=None)
        offsets = {first.utcoffset(), second.utcoffset()}
        normal = first.isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return Checked("moment", local, "wrong", "identifier.time.form")
    if back != clock:
        return Checked("moment", normal, "doubtful", _GAP)
    if len(offsets) > 1:
        return Checked("moment", normal, "doubtful", _TWICE)
    return Checked("moment", normal, "good")


def moment(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    zone = str(parts.get("zone") or "")
    if not zone or re.search(r"(?:Z|[+-]\d\d:\d\d)$", text):
        return replace(moment_of(text, zone, at), type=type)
    found = local_time(text, zone)
    if found.verdict == "good":
        later = moment_of(found.normal, "", at)
        return replace(found, type=type, verdict=later.verdict, code=later.code)
    return replace(found, type=type)


def day(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    """A calendar day, in a zone where one is named: a country that changed sides of the date line left one out."""
    try:
        named = date.fromisoformat(text)
    except ValueError:
        return Checked(type, text, "wrong", "identifier.day.does-not-exist")
    zone = str(parts.get("zone") or "")
    if len(text) != 10:
        return Checked(type, named.isoformat(), "doubtful", "identifier.day.form")
    if zone and local_time(f"{text}T12:00:00", zone).code == _GAP:
        return Checked(type, text, "doubtful", "identifier.day.left-out")
    if at is not None and named < at.astimezone(_zone(zone) or UTC).date():
        return Checked(type, text, "doubtful", "identifier.day.past")
    return Checked(type, text, "good")
