"""Coded values as a reader on paper sees them: a label and a value a line, in the order of the kinds' own forms."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

from corridor import law
from corridor.dossier import completeness, texts
from corridor.dossier.kinds import REGISTRY
from corridor.seal.certificate.content import plain

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@functools.cache
def field_order() -> Mapping[str, int]:
    """Where each field stands in the kinds' own forms: a signed body comes back in the order of the alphabet."""
    found: dict[str, int] = {}
    for kind in REGISTRY.values():
        for model in kind.bodies.values():
            schema = model.model_json_schema()
            for part in (schema, *schema.get("$defs", {}).values()):
                for code in part.get("properties", {}):
                    found.setdefault(code, len(found))
    return found


def in_order(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a coded body as the forms have them; unknown ones last, by name."""
    order = field_order()
    return sorted(body.items(), key=lambda each: (order.get(each[0], len(order)), each[0]))


def lines(body: Mapping[str, Any], states: Mapping[str, str], depth: int = 0) -> list[dict[str, Any]]:
    """`{"label", "value", "depth"}` for each line; a table within is a line without a value and lines of its own.

    `states`: names of States by code. What is empty is left out.
    """
    found: list[dict[str, Any]] = []
    for code, value in in_order(body):
        if completeness.empty(value):
            continue
        several = list(value) if isinstance(value, list | tuple) else [value]
        tables = [each for each in several if isinstance(each, Mapping)]
        for number, table in enumerate(tables, start=1):
            name = f"{label(code)} {number}" if len(tables) > 1 else label(code)
            found.append({"label": name, "value": "", "depth": depth})
            found += lines(table, states, depth + 1)
        shown = [_shown(code, each, states) for each in several if not isinstance(each, Mapping)]
        if shown:
            found.append({"label": label(code), "value": ", ".join(shown), "depth": depth})
    return found


def law_name(code: str) -> str:
    """How a legal basis is called; its code, readable, where the data does not list it."""
    return next((each.short_title for each in law.instruments() if each.code == code), readable(code))


def readable(code: str) -> str:
    """A code nobody has a sentence for, at least without its underscores."""
    words = code.replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def label(code: str) -> str:
    """What a field is called; its code, readable, where nothing says it."""
    known = texts.text(f"field.{code}")
    return readable(code) if known == f"field.{code}" else known


def _shown(code: str, value: Any, states: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = str(value)
    if code == "instrument":
        return plain(law_name(said))
    if said in states:
        return f"{plain(states[said])} ({said})"
    if _TIME.fullmatch(said):
        return said.replace("T", " ").replace("Z", " UTC")
    known = texts.text(f"value.{said}")
    return plain(said) if known == f"value.{said}" else known
