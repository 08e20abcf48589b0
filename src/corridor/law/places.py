"""The places a reference names: `42(6) with 40(21)(b)` is two, `40(19)-(20)` is two, `61-62` is two."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PLACE = re.compile(r"(?P<article>\d+)?(?P<marks>(?:\([0-9a-z]+\))*)")


def places(ref: str) -> tuple[str, ...]:
    """The places a reference names: `42(6) with 40(21)(b)` -> 42(6), 40(21)(b); `40(19)-(20), 36` -> 40(19), 40(20),
    36; `61-62` -> 61, 62.
    """
    found: list[str] = []
    for piece in re.split(r",|;|\band\b|\bwith\b", ref):
        first, _, last = piece.strip().partition("-")
        start = _PLACE.match(first.strip())
        if start is None or not start[0]:
            continue
        article = start["article"] or (found[-1].partition("(")[0] if found else "")
        if not article:
            continue
        found.append(article + start["marks"])
        end = _PLACE.match(last.strip())
        if end is not None and end[0]:
            found += _range(article, start["marks"], end["article"], end["marks"])
    return tuple(dict.fromkeys(found))


def _range(article: str, marks: str, to_article: str | None, to_marks: str) -> Iterator[str]:
    if to_article and not marks and not to_marks:
        yield from (str(number) for number in range(int(article) + 1, min(int(to_article), 999) + 1))
        return
    if to_article:
        yield to_article + to_marks
        return
    stem, _, first = marks.rpartition("(")
    first, last = first.rstrip(")"), to_marks.rpartition("(")[2].rstrip(")")
    if first.isdigit() and last.isdigit():
        yield from (f"{article}{stem}({number})" for number in range(int(first) + 1, int(last) + 1))
    elif len(first) == len(last) == 1:
        yield from (f"{article}{stem}({chr(code)})" for code in range(ord(first) + 1, ord(last) + 1))
    else:
        yield f"{article}{stem}({last})"
