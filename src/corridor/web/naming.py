"""How codes, States and coded bodies are told to a reader. Reads the directory; knows no case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from corridor import law
from corridor.casework.house import house
from corridor.dossier.paper.values import in_order


def say(*parts: Any, default: str | None = None) -> str:
    """The sentence for the dotted code; shorter codes are tried by dropping parts before the last.

    `say("act", "preservation", "ask")` tries `act.preservation.ask`, `preservation.act.ask`, `act.ask`, then `default`,
    then `ask` readable.
    A last part that is a whole code already (`preservation.owed.answer`) is tried first, then what all kinds share
    (`owed.answer`).
    """
    names = [str(part) for part in parts if part not in (None, "")]
    if not names:
        return ""
    if "." in names[-1]:
        for code in (names[-1], names[-1].partition(".")[2]):
            if "." in code and (found := gettext(code)) != code:
                return found
    for cut in range(len(names)):
        head = names[: len(names) - 1 - cut]
        if not head and len(names) > 1:
            break
        codes = [".".join([*head, names[-1]])]
        if len(head) == 2:  # a kind's own texts stand under the kind: `preservation.act.ask`
            codes.append(f"{head[1]}.{head[0]}.{names[-1]}")
        for code in codes:
            found = gettext(code)
            if found != code:
                return found
    return default if default is not None else readable(names[-1])


def readable(code: str) -> str:
    """A code nobody has a sentence for yet, at least without its underscores."""
    plain = code.rpartition(".")[2].replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:] if plain.islower() else plain or code


def state_name(code: str, language: str = "en") -> str:
    """A State's name as its directory entry gives it; its code where the directory does not know it."""
    entry = house().directory.entry(code) if code else None
    return chosen(entry.names, language) or code if entry is not None else code


def authority_name(code: str, language: str = "en") -> str:
    """An authority's name by its code, `XAA-CP`."""
    entry = house().directory.entry(code.partition("-")[0]) if code else None
    for each in entry.authorities if entry is not None else ():
        if each.code == code:
            return chosen(each.names, language) or code
    return code


def chosen(names: Mapping[str, str], language: str) -> str:
    """The name in the reader's language, else in English, else any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def instrument_name(code: str, *, short: bool = False) -> str:
    """How a legal basis is called; its code where the data does not list it."""
    if short:
        return say("instrument-short", code, default=code)
    title = next((each.short_title for each in law.instruments() if each.code == code), code)
    return say("instrument", code, default=title)


def cite(text: str) -> str:
    """`UNCC_2024 42(8)`, as the law data cites it, in words."""
    code, _, ref = text.partition(" ")
    if not ref:
        return instrument_name(code, short=True) if code.isupper() else text
    return gettext("cite.articles" if "," in ref else "cite.article") % {
        "instrument": instrument_name(code, short=True),
        "ref": ref,
    }


def rows(body: Any, depth: int = 0) -> list[dict[str, Any]]:
    """Label-and-value rows of a coded body. A small table is one row, a larger one a heading and rows of its own."""
    if not isinstance(body, Mapping):
        return []
    found: list[dict[str, Any]] = []
    for code, value in in_order(body):
        if isinstance(value, Mapping):
            if all(not isinstance(each, Mapping | list | tuple) for each in value.values()):
                found.append({"code": code, "depth": depth, "values": [_line(value)]})
            else:
                found.append({"code": code, "depth": depth, "heading": True})
                found.extend(rows(value, depth + 1))
        elif isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) for each in value):
            small = all(
                not isinstance(one, Mapping | list | tuple) for each in value for one in each.values()
            )
            if small:
                found.append({"code": code, "depth": depth, "values": [_line(each) for each in value]})
                continue
            for number, each in enumerate(value, start=1):
                found.append({"code": code, "depth": depth, "heading": True, "number": number})
                found.extend(rows(each, depth + 1))
        elif value not in (None, "", [], ()):
            several = value if isinstance(value, list | tuple) else [value]
            found.append({"code": code, "depth": depth, "values": [_shown(code, each) for each in several]})
    return [row for row in found if row.get("heading") or any(row["values"])]


def _line(table: Mapping[str, Any]) -> str:
    """A small table in one line: what is true by its name, the rest by its value."""
    parts = []
    for code, value in in_order(table):
        if value is True:
            parts.append(say("field", code))
        elif value not in (None, False, ""):
            shown = _shown(code, value)
            # A bare figure, or a day that is not the day of the thing itself, says nothing without its name.
            named = isinstance(value, int) or (code not in _PLAIN_DAYS and _DAY.fullmatch(str(value)))
            parts.append(f"{say('field', code)}: {shown}" if named else shown)
    return (" – " if set(table) == {"start", "end"} else " · ").join(parts)


def _shown(code: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("word.yes" if value else "word.no")
    text = str(value)
    if code in _STATES:
        return f"{state_name(text)} ({text})"
    if code == "instrument":
        return instrument_name(text)
    if code in ("kind", "measures"):
        return say("measure", text, default=say("value", code, text, default=text))
    if _TIME.fullmatch(text):
        return text.replace("T", " ").replace("Z", " UTC")
    if _ID.fullmatch(text):
        return text[:12]
    return say("value", code, text, default=text)


_STATES = frozenset(
    {
        "state",
        "held_in",
        "nationalities",
        "residence",
        "lead",
        "to",
        "given_by",
        "from_state",
        "surrendering_state",
        "receiving_state",
    }
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN_DAYS = frozenset({"date", "start", "end"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_ID = re.compile(r"[0-9a-f]{64}")
