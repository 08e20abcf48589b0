"""What may stand in the words and fields of an act: characters one can see, in texts an act can carry.

A draft may hold anything, so that nothing typed is lost; what is signed may not. HTML, formulas and bidirectional marks
are words like others: pages escape them and set each text apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corridor.casework.fault import CaseworkFault
from corridor.dossier.act import MAX_TEXT

#: Characters that turn the writing direction of what follows: in a field of one line they can only deceive.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Unfit:
    """Something that cannot be signed as it stands. `place` is the field, `what` a character or a length; no words."""

    code: str
    place: str
    what: str


def unfit(
    body: Mapping[str, Any], texts: Iterable[Mapping[str, Any]] = (), reference: str = ""
) -> tuple[Unfit, ...]:
    """Everything that cannot be signed as it stands, the first of each field."""
    found: list[Unfit] = []
    for place, words in (*_strings("body", body), ("reference", reference)):
        if (char := _unseen(words, allowed="") or _turning(words)) is not None:
            found.append(Unfit("casework.text.control-character", place, _name(char)))
    for row in texts:
        place, words = f"text.{row.get('field', '')}", str(row.get("text") or "")
        if (char := _unseen(words, allowed="\n\t\r")) is not None:
            found.append(Unfit("casework.text.control-character", place, _name(char)))
        if len(words) > MAX_TEXT:
            found.append(Unfit("casework.text.too-long", place, str(len(words))))
    return tuple(found)


def check(body: Mapping[str, Any], texts: Iterable[Mapping[str, Any]] = (), reference: str = "") -> None:
    """Raise the first of `unfit` as a fault."""
    for each in unfit(body, texts, reference):
        if each.code == "casework.text.too-long":
            raise CaseworkFault(each.code, place=each.place, length=each.what, limit=MAX_TEXT)
        raise CaseworkFault(each.code, place=each.place, character=each.what)


def _strings(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for code, each in value.items():
            yield from _strings(f"{place}.{code}", each)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _strings(f"{place}.{number}", each)


def _unseen(words: str, allowed: str) -> str | None:
    """The first control character, half of a pair, or place no character has."""
    if words.isprintable() and words.isascii():
        return None
    for each in words:
        if each not in allowed and unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp"):
            return each
        if ord(each) & 0xFFFE == 0xFFFE:
            return each
    return None


def _turning(words: str) -> str | None:
    return next((each for each in words if each in _TURNING), None)


def _name(char: str) -> str:
    return f"U+{ord(char):04X}"
