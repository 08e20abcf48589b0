"""Draws a body of any act from the form of that body, so that tests over every kind need to know none."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
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
    "start": "2026-11-01T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
}
ALWAYS = frozenset({"articles"})
DAYS = ("2026-12-20", "2027-02-01", "2027-03-01", "2027-06-01")
MOMENTS = ("2026-12-20T09:00:00Z", "2027-02-01T14:30:00+02:00")


def body_of(kind: str, act: str, acts: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """Some content of the right form; ids in it name acts that stand in the dossier, more often the later ones."""
    whole = schema(kind, act)
    return dict(_object(whole, whole.get("$defs", {}), list(acts), rng))


def _object(part: Mapping[str, Any], defs: Mapping[str, Any], acts: list[str], rng: random.Random) -> Any:
    found = {}
    for name, each in part.get("properties", {}).items():
        if (
            name in ALWAYS
            or name in part.get("required", ())
            or (rng.random() < 0.25 and name != "departures")
        ):
            value = _value(name, each, defs, acts, rng)
            if value is not None:
                found[name] = value
    return found


def _value(
    name: str, part: Mapping[str, Any], defs: Mapping[str, Any], acts: list[str], rng: random.Random
) -> Any:
    if "$ref" in part:
        part = defs[str(part["$ref"]).rsplit("/", 1)[-1]]
    if "anyOf" in part:
        part = next(each for each in part["anyOf"] if each.get("type") != "null")
        return _value(name, part, defs, acts, rng)
    if name in NAMED and part.get("type") in {"array", "string"}:
        return NAMED[name]
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return rng.choice(part["enum"])
    match part.get("type"):
        case "object":
            return _object(part, defs, acts, rng)
        case "array":
            least = part.get("minItems", 0)
            wanted = max(least, rng.randrange(2)) or least
            return [_value(name, part["items"], defs, acts, rng) for _ in range(wanted)]
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return part.get("minimum", 1)
    return _word(part, acts, rng)


def _word(part: Mapping[str, Any], acts: list[str], rng: random.Random) -> str:
    match part.get("format"):
        case "date":
            return rng.choice(DAYS)
        case "date-time":
            return rng.choice(MOMENTS)
    pattern = part.get("pattern", "")
    if "{64}" in pattern:
        return rng.choice([*acts[-6:], "ef" * 32])
    if "{3}" in pattern:
        return rng.choice(["XAA", "XBB", "XCC"])
    return "12.50" if "{1,15}" in pattern else "as told"
