"""Two officers wrote in one draft: what each changed is put together, and what only they can settle is told apart.

What a page last agreed on travels with it as a short digest of each field, never as the words. A list is one field: two
officers who each added a row are asked, because rows put together by number would be nobody's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True)
class Clash:
    """A field both changed, each in a way of their own. `path` is dotted; a value nobody gave is None."""

    path: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The content with both changes. `taken` are fields as the other left them, `clashes` those left as mine."""

    content: dict[str, Any]
    taken: tuple[str, ...]
    clashes: tuple[Clash, ...]


def digests(content: Mapping[str, Any]) -> dict[str, str]:
    """What a page has seen: field -> digest of its value."""
    return {path: _digest(value) for path, value in _flat(content).items()}


def merge(
    base: Mapping[str, str],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    settled: Mapping[str, str] | None = None,
) -> Merged:
    """`base` is what both began from, as digests. `settled` says `mine` or `theirs` for fields that clashed."""
    ours, other = _flat(mine), _flat(theirs)
    chosen = dict(settled or {})
    result: dict[str, Any] = {}
    taken: list[str] = []
    clashes: list[Clash] = []
    for path in dict.fromkeys((*ours, *other)):
        here, there = ours.get(path), other.get(path)
        one, two = _digest(here), _digest(there)
        value = here
        if one != two and chosen.get(path) != "mine":
            before = base.get(path, _digest(None))
            if chosen.get(path) == "theirs" or one == before:
                value = there
                taken.append(path)
            elif two != before:
                clashes.append(Clash(path, here, there))
        if value is not None:
            result[path] = value
    return Merged(_deep(result), tuple(taken), tuple(clashes))


def _digest(value: Any) -> str:
    if value is None:
        return ""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("ascii")).hexdigest()[:16]


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted path -> value. Texts go by their field; lists and empty tables are values."""
    found: dict[str, Any] = {}
    for code, value in content.items():
        if code == "texts" and isinstance(value, list | tuple):
            for row in value:
                found[f"texts.{row.get('field', '')}"] = dict(row)
        else:
            found.update((".".join(path), each) for path, each in _leaves((code,), value))
    return {path: value for path, value in found.items() if value not in (None, "", [], {}, ())}


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and not any("." in str(code) for code in value):
        for code, each in value.items():
            yield from _leaves((*path, str(code)), each)
    else:
        yield path, list(value) if isinstance(value, tuple) else value


def _deep(flat: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    texts: list[Any] = []
    for path, value in flat.items():
        if path.startswith("texts."):
            texts.append(value)
            continue
        place = content
        *parents, last = path.split(".")
        for each in parents:
            place = place.setdefault(each, {})
        place[last] = value
    if texts:
        content["texts"] = texts
    return content


def names(paths: Iterable[str]) -> tuple[str, ...]:
    """The code each path is told by: its last part that is a name."""
    return tuple(path.rpartition(".")[2] for path in paths)
