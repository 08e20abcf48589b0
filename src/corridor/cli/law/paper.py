"""Lays an answer of the law out for a terminal: wrapped, aligned, each line with its mark, and a legend below.

Nothing is said by colour or by position alone. Without a terminal the width is COLUMNS or 80, and nothing is asked.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

#: (confidence, certainty) -> (mark, what it says). The words are those of docs/law.md.
MARKS = {
    ("seen", ""): ("[s]", "seen: read in a listed source"),
    ("recalled", "high"): ("[r]", "recalled, not read in a listed source; believed right"),
    ("recalled", "medium"): ("[r~]", "recalled; the paragraph or a detail may differ"),
    ("recalled", "low"): ("[r?]", "recalled; a question rather than a fact"),
    ("recalled", ""): ("[r]", "recalled, not read in a listed source; believed right"),
    ("fictional", ""): ("[f]", "fiction: the States of demos and tests"),
}
#: What a terminal would obey instead of showing: a text of somebody else may hold it.
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_SPACE = re.compile(r"[ \t\n]+")  # a no-break space keeps its words together
_NARROW, _WIDE = 40, 120  # columns: below, words would be cut; beyond, lines are hard to read


def columns() -> int:
    """How wide to write."""
    return max(_NARROW, min(_WIDE, shutil.get_terminal_size((80, 24)).columns))


def cells(text: str) -> int:
    """How many columns a terminal gives a text: none to combining marks, two to wide letters."""
    if text.isascii():
        return len(text)
    total = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me"):
            continue
        total += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
    return total


def padded(text: str, width: int, *, right: bool = False) -> str:
    blank = " " * max(0, width - cells(text))
    return blank + text if right else text + blank


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """A text in lines of at most `width` columns, the first led by `first`, the others by `rest`.

    Words are never cut; one longer than a line stands on a line of its own, save letters without spaces between words.
    """
    rest = " " * cells(first) if rest is None else rest
    lines, line, blank = [], first, True
    for word in _words(text.strip(" \t\n"), width - max(cells(first), cells(rest))):
        if not blank and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line, blank = rest, True
        line += word if blank else f" {word}"
        blank = False
    return [*lines, line.rstrip()]


def _words(text: str, width: int) -> Iterator[str]:
    for word in _SPACE.split(text):
        if word.isascii() or cells(word) <= width or 4 * sum(map(_wide, word)) < cells(word):
            yield word
            continue
        part = ""
        for letter in word:
            if part and cells(part + letter) > width:
                yield part
                part = ""
            part += letter
        yield part


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _longest_word(text: str) -> int:
    return max(cells(word) for word in _SPACE.split(text))


def shortened(text: str, length: int = 40) -> str:
    """What was typed, short enough to stand in an error."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _of(row: Any, name: str) -> Any:
    """A field of a value of the law, or of what its `to_dict` gave."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


class Paper:
    """One answer, written from top to bottom and printed at the end."""

    def __init__(self, width: int | None = None) -> None:
        self.width = width or columns()
        self._lines: list[str] = []
        self._marks: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    def title(self, text: str, under: str = "") -> None:
        self._lines += wrapped(text, self.width)
        if under:
            self._lines += wrapped(under, self.width)

    def gap(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, text: str) -> None:
        self.gap()
        self._lines += wrapped(text, self.width)

    def text(self, text: str, indent: int = 0) -> None:
        for part in text.splitlines() or [""]:
            self._lines += wrapped(part, self.width, " " * indent)

    def item(self, text: str, lead: str = "- ", indent: int = 2) -> None:
        """A line of a list; what does not fit goes on under its first word."""
        self._lines += wrapped(text, self.width, " " * indent + lead)

    def pairs(self, rows: Iterable[tuple[str, object]], indent: int = 0) -> None:
        """Names and values, the values in one column; rows without a value are left out."""
        kept = [(name, str(value)) for name, value in rows if value not in (None, "", (), [])]
        column = max((cells(name) for name, _ in kept), default=0) + 2
        for name, value in kept:
            self._lines += wrapped(value, self.width, " " * indent + padded(name, column))

    def table(
        self,
        rows: Iterable[Sequence[object]],
        head: Sequence[str] = (),
        *,
        right: Sequence[int] = (),
        indent: int = 0,
    ) -> None:
        """Columns as wide as what stands in them; the widest one gives way and wraps. `right`: set to the right."""
        body = [
            *([list(head)] if head else []),
            *([("" if c is None else str(c)) for c in row] for row in rows),
        ]
        if not body:
            return
        widths = [max(cells(cell) for cell in column) for column in zip(*body, strict=True)]
        floors = [max(_longest_word(cell) for cell in column) for column in zip(*body, strict=True)]
        spare = self.width - indent - 2 * (len(widths) - 1)
        while sum(widths) > spare and widths != floors:
            widest = max((n for n in range(len(widths)) if widths[n] > floors[n]), key=lambda n: widths[n])
            widths[widest] = max(floors[widest], widths[widest] - (sum(widths) - spare))
        for row in body:
            split = [wrapped(cell, widths[n]) for n, cell in enumerate(row)]
            for k in range(max(len(part) for part in split)):
                line = "  ".join(
                    padded(part[k] if k < len(part) else "", widths[n], right=n in right)
                    for n, part in enumerate(split)
                )
                self._lines.append((" " * indent + line).rstrip())

    # -- marks -------------------------------------------------------------------------------------

    def mark(self, row: Any) -> str:
        """The short mark of a line, from its `confidence` and `certainty`; its sources go into the list below."""
        source = _of(row, "source") or ()
        for each in (source,) if isinstance(source, str) else source:
            self._sources.setdefault(each, "")
        confidence = str(_of(row, "confidence") or "")
        known = MARKS.get((confidence, str(_of(row, "certainty") or ""))) or MARKS.get((confidence, ""))
        if known is None:
            return ""
        self._marks.setdefault(*known)
        return known[0]

    def marked(self, text: str, row: Any) -> str:
        """A text with its place and mark behind it: `Why preservation is needed. 42(3)(e) [r]`."""
        place = str(_of(row, "ref") or "").replace(" ", "\u00a0")
        tail = "\u00a0".join(part for part in (place, self.mark(row)) if part)  # both on one line
        return f"{text} {tail}".strip()

    def noted(self, text: str, row: Any) -> str:
        """A text with its mark behind it."""
        return f"{text}\u00a0{self.mark(row)}".rstrip("\u00a0")

    def sources(self, what: Mapping[str, str]) -> None:
        """Says what the ids of sources stand for, where the caller knows."""
        for each in self._sources:
            self._sources[each] = self._sources[each] or what.get(each, "")

    # -- the end -----------------------------------------------------------------------------------

    def lines(self, assumed: str = "") -> list[str]:
        """The whole answer, the legend below it. `assumed` stands on the first and the last line."""
        body = list(self._lines)
        while body and not body[-1]:
            body.pop()
        legend: list[str] = []
        for mark, says in self._marks.items():
            legend += wrapped(says, self.width, f"{padded(mark, 5)}")
        told = [(each, says) for each, says in self._sources.items() if says]
        if told and len(told) <= 6:
            for each, says in told:
                legend += wrapped(says, self.width, f"{each}: ", "     ")
        elif self._sources:
            legend += wrapped(", ".join(self._sources), self.width, "Read in: ", "     ")
        if legend:
            body += ["", *legend]
        if assumed:
            body = [*wrapped(assumed, self.width), "", *body, "", *wrapped(assumed, self.width)]
        return [line.replace("\u00a0", " ").translate(_CONTROLS) for line in body]

    def print(self, assumed: str = "") -> None:
        click.echo("\n".join(self.lines(assumed)))
