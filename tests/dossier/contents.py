"""Draws a body of any act from the form of that body, so that tests over every kind need to know none."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.dossier.cast import CUSTODY, PACKAGE

from corridor.dossier.draft import schema

#: By name of a field, where its form alone does not say what makes sense in it.
NAMED: Mapping[str, Any] = {
    "packages": [PACKAGE],
    "package": PACKAGE,
    "custody": CUSTODY,
    "ground": "domestic_prohibition",
    "zone": "Europe/Vienna",
    "ip": "192.0.2.7",
    "articles": ["7"],
    "instrument": "UNCC_2024",
    "languages": ["fr"],
    "start": "2026-11-01T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
}
ALWAYS = frozenset({"articles"})
DAYS = ("2026-12-20", "2027-02-01", "2027-03-01", "2027-06-01")
MOMENTS = ("2026-12-20T09:00:00Z", "2027-02-01T14:30:00+02:00")
STATES = ("XAA", "XBB", "XCC")
NOBODY = "ef" * 32  # an id that stands in no dossier
_ID = re.compile(r"[0-9a-f]{64}")
_STATE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Standing:
    """What an act may name and agree with: ids, days, States and words that stand in a dossier's facts."""

    ids: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def standing(facts: Any) -> Standing:
    """Everything in a dossier's facts that content of an act may have to agree with. Days: with their neighbours."""
    found = tuple(leaves(facts))
    strings = tuple(dict.fromkeys(each for each in found if isinstance(each, str)))
    days = {day for each in found if isinstance(each, date) for day in _around(each)}
    return Standing(
        ids=tuple(each for each in strings if _ID.fullmatch(each)),
        days=tuple(sorted(days)),
        states=tuple(each for each in strings if _STATE.fullmatch(each)),
        words=tuple(each for each in strings if not _ID.fullmatch(each) and 0 < len(each) <= 400),
    )


def _around(day: date) -> Iterator[str]:
    for step in (-1, 0, 1):
        try:
            yield (day + timedelta(days=step)).isoformat()[:10]
        except OverflowError:
            continue


def leaves(value: Any) -> Iterator[Any]:
    """Everything in it that is not made of other things."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for part in dataclasses.fields(value):
            yield from leaves(getattr(value, part.name))
    elif isinstance(value, Mapping):
        for each in value.items():
            yield from leaves(each)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from leaves(each)
    else:
        yield value


@dataclass(frozen=True)
class _Pool:
    rng: random.Random
    acts: tuple[str, ...]
    known: Standing
    defs: Mapping[str, Any]
    filled: float  # how often a field that may be left out is given


def body_of(
    kind: str,
    act: str,
    acts: Sequence[str],
    rng: random.Random,
    known: Standing = Standing(),
    filled: float = 0.25,
) -> dict[str, Any]:
    """Some content of the right form; ids in it name acts that stand in the dossier, more often the later ones.

    `known`: what stands in the facts; then most ids, days, States and words are taken from there.
    """
    whole = schema(kind, act)
    return dict(_object(whole, _Pool(rng, tuple(acts), known, whole.get("$defs", {}), filled)))


def _object(part: Mapping[str, Any], pool: _Pool) -> dict[str, Any]:
    found = {}
    for name, each in part.get("properties", {}).items():
        if (
            name in ALWAYS
            or name in part.get("required", ())
            or (pool.rng.random() < pool.filled and name != "departures")
        ):
            value = _value(name, each, pool)
            if value is not None:
                found[name] = value
    return found


def _value(name: str, part: Mapping[str, Any], pool: _Pool) -> Any:
    if "$ref" in part:
        part = pool.defs[str(part["$ref"]).rsplit("/", 1)[-1]]
    if "anyOf" in part:
        part = next(each for each in part["anyOf"] if each.get("type") != "null")
        return _value(name, part, pool)
    if name in NAMED and part.get("type") in {"array", "string"}:
        return NAMED[name]
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return pool.rng.choice(part["enum"])
    match part.get("type"):
        case "object":
            return _object(part, pool)
        case "array":
            least = part.get("minItems", 0)
            wanted = max(least, pool.rng.randrange(2)) or least
            return [_value(name, part["items"], pool) for _ in range(wanted)]
        case "boolean":
            return pool.rng.random() < 0.5
        case "integer":
            return part.get("minimum", 1)
    return _word(part, pool)


def _word(part: Mapping[str, Any], pool: _Pool) -> str:
    rng, known = pool.rng, pool.known
    match part.get("format"):
        case "date":
            return rng.choice([*DAYS, *known.days])
        case "date-time":
            return rng.choice(MOMENTS)
    pattern = part.get("pattern", "")
    if "{64}" in pattern:
        if known.ids and rng.random() < 0.7:
            return rng.choice(known.ids)
        return rng.choice([*pool.acts[-6:], NOBODY])
    if "{3}" in pattern:
        return rng.choice([*STATES, *known.states])
    if "{1,15}" in pattern:
        return "12.50"
    return rng.choice(known.words) if known.words and rng.random() < 0.3 else "as told"
