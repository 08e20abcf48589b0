"""How codes, States and coded bodies are told to a reader. Reads the directory; knows no case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from corridor.casework.house import house


def say(*parts: Any, default: str | None = None) -> str:
    """The sentence for the dotted code; shorter codes are tried by dropping parts before the last.

    `say("act", "preservation", "ask")` tries `act.preservation.ask`, `preservation.act.ask`, `act.ask`, then `default`,
    then `ask` readable.
    A last part that is a whole code already (`preservation.owed.answer`) is tried first.
    """
    names = [str(part) for part in parts if part not in (None, "")]
    if not names:
        return ""
    if "." in names[-1] and (found := gettext(names[-1])) != names[-1]:
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


def rows(body: Any, depth: int = 0, prefix: str = "") -> list[dict[str, Any]]:
    """Label-and-value rows of a coded body, for reading. A nested table is a heading row followed by its own."""
    if not isinstance(body, Mapping):
        return []
    found: list[dict[str, Any]] = []
    for key, value in body.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, Mapping):
            found.append({"code": key, "path": path, "depth": depth, "heading": True})
            found.extend(rows(value, depth + 1, path))
        elif isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) for each in value):
            for number, each in enumerate(value, start=1):
                found.append({"code": key, "path": path, "depth": depth, "heading": True, "number": number})
                found.extend(rows(each, depth + 1, path))
        elif value not in (None, "", [], ()):
            found.append(
                {"code": key, "path": path, "depth": depth, "value": value, "values": _values(key, value)}
            )
    return found


def _values(code: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [gettext("word.yes" if value else "word.no")]
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [say("value", code, each, default=str(each)) for each in value]
    return [say("value", code, value, default=str(value))]
