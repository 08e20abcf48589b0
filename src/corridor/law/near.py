"""The known words nearest to one that was not known, for a fault that asks "did you mean …?"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

_ENOUGH = 0.55  # below this, a likeness is chance: "XQZ" is near to nothing
_MARKS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l"})  # letters that no decomposition takes apart


def folded(word: str) -> str:
    """A word without case, accents and punctuation: "Việt Nam" -> "viet nam"."""
    bare = word.casefold()
    if not bare.isascii():
        parts = unicodedata.normalize("NFKD", bare).translate(_LETTERS)
        bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return _MARKS.sub(" ", bare).strip()


def near(word: object, words: Iterable[object], n: int = 3) -> tuple[str, ...]:
    """Up to `n` of `words` that look like `word`, nearest first; empty when none does.

    Case, accents and punctuation do not count. A word that begins with, or contains, what was typed is near however
    long it is; numbers are near by their value: an unknown 69 offers 68 and 67.
    """
    known = list(dict.fromkeys(str(each) for each in words))
    asked = str(word).strip()
    if asked.lstrip("-").isdecimal() and known and all(each.isdecimal() for each in known):
        return tuple(sorted(known, key=lambda each: (abs(int(each) - int(asked)), int(each)))[:n])
    wanted = folded(asked)
    if not wanted:
        return ()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    scored: list[tuple[float, int]] = []
    for place, each in enumerate(known):
        likeness = _likeness(matcher, wanted, folded(each))
        if likeness >= _ENOUGH:
            scored.append((-likeness, place))
    return tuple(known[place] for _, place in sorted(scored)[:n])


def _likeness(matcher: SequenceMatcher[str], wanted: str, candidate: str) -> float:
    """0 to 1; an equal word 1, one that starts with what was typed at least 0.9, one that has it inside 0.8."""
    if candidate == wanted:
        return 1.0
    matcher.set_seq1(candidate)
    ratio = matcher.ratio() if matcher.real_quick_ratio() >= _ENOUGH else 0.0
    if len(wanted) >= 2 and candidate.startswith(wanted):
        return max(ratio, 0.9)
    if len(wanted) >= 3 and wanted in candidate:
        return max(ratio, 0.8)
    # one word of several: "moblie device" or "netherlands" against "kingdom of the netherlands"
    if " " in candidate:
        for part in candidate.split():
            matcher.set_seq1(part)
            if matcher.real_quick_ratio() > ratio:
                ratio = max(ratio, 0.95 * matcher.ratio())
    return ratio


def did_you_mean(word: object, words: Iterable[object], n: int = 3) -> str:
    """What `near` found as a sentence for a fault's `next`; empty when nothing is near."""
    found = near(word, words, n)
    return (
        f"Did you mean {', '.join(found[:-1])}{' or ' if len(found) > 1 else ''}{found[-1]}?" if found else ""
    )
