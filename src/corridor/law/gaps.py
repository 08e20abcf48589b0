"""How far one State's law meets articles 7 to 34: a checklist of every paragraph, with the State's own answers.

What nobody answered is `unknown`. A row of national law is a suggestion that something exists, never an answer. A
State answers in a file of its own (`gaps.csv`), each answer with its source and day; a later row about an item
supersedes, and the earlier ones stay beside it. How strongly a paragraph binds stands in `data/gaps`: what it only
allows, or asks a State to consider, is optional and counted apart; what asks nothing of domestic law is no item.
"""

from __future__ import annotations

import csv
import functools
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.criminality import Attempt, National, general_attempt, national
from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.states import state
from corridor.law.tables import rows, table_sources
from corridor.law.types import Paragraph, Source, Strength

#: Chapters of the Convention a State gives effect to at home by its own law.
CHAPTERS = (2, 3, 4)
COLUMNS = ("item", "answer", "source", "date", "by", "note")
#: How the checklist writes that a paragraph asks nothing of a State's law.
_NOTHING = "none"
_FORMULA = ("=", "+", "-", "@")
_OPTIONAL = (Strength.CONSIDER, Strength.MAY)
_LIMIT = 2 * 1024 * 1024


class Met(StrEnum):
    """What a State says of one paragraph."""

    MET = "met"
    PARTLY = "partly"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A State's own answer about one item. `by` is a role or a number, never a name."""

    item: str
    answer: Met
    source: str
    date: date
    by: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "answer": str(self.answer),
            "source": self.source,
            "date": self.date.isoformat(),
            "by": self.by,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class GapItem:
    """One paragraph. `strength`: how it binds; `note`: within which limits. `suggestion`: what national rows hint at;
    `attempt`: what is known of attempt, beside the paragraph that leaves it to the State. `earlier`: the answers the
    present one superseded, oldest first.
    """

    paragraph: Paragraph
    title: str
    strength: Strength
    note: str
    answer: Answer | None
    suggestion: National | None
    attempt: Attempt | None = None
    earlier: tuple[Answer, ...] = ()

    @property
    def optional(self) -> bool:
        """Whether the Convention leaves it to the State."""
        return self.strength in _OPTIONAL

    @property
    def ref(self) -> str:
        return str(self.paragraph.ref)

    @property
    def met(self) -> Met:
        return self.answer.answer if self.answer is not None else Met.UNKNOWN

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.ref,
            "article": self.paragraph.article,
            "title": self.title,
            "text": self.paragraph.text,
            "strength": str(self.strength),
            "note": self.note,
            "optional": self.optional,
            "met": str(self.met),
            "answer": self.answer.to_dict() if self.answer else None,
            "earlier": [each.to_dict() for each in self.earlier],
            "suggestion": self.suggestion.to_dict() if self.suggestion else None,
            "attempt": self.attempt.to_dict() if self.attempt else None,
            "confidence": str(self.paragraph.confidence),
            "certainty": str(self.paragraph.certainty or ""),
        }


@dataclass(frozen=True, slots=True)
class GapAssessment:
    """One State's checklist, in the order of the articles."""

    state: str
    name: str
    items: tuple[GapItem, ...]

    def totals(self, *, optional: bool = False) -> dict[Met, int]:
        """How many items stand where; without the optional ones unless asked for them."""
        found = Counter(each.met for each in self.items if each.optional is optional)
        return {met: found[met] for met in Met}

    def to_dict(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "name": self.name,
            "totals": {str(met): count for met, count in self.totals().items()},
            "optional_totals": {str(met): count for met, count in self.totals(optional=True).items()},
            "items": [each.to_dict() for each in self.items],
        }

    def to_csv(self) -> bytes:
        """The checklist as a table that `read_answers` reads once its answers are filled in."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((*COLUMNS, "optional", "title", "text", "suggestion"))
        for each in self.items:
            own = each.answer
            given = (own.source, own.date.isoformat(), own.by, own.note) if own else ("", "", "", "")
            row = (
                each.ref,
                str(each.met),
                *given,
                "yes" if each.optional else "no",
                each.title,
                each.paragraph.text,
            )
            writer.writerow(map(_cell, (*row, _hint(each))))
        return out.getvalue().encode()

    def to_markdown(self) -> str:
        """The checklist to print."""
        lines = [f"# {self.name}: articles of chapters {', '.join(map(str, CHAPTERS))}", ""]
        lines += [f"- {met}: {count}" for met, count in self.totals().items()]
        article = 0
        for each in self.items:
            if each.paragraph.article != article:
                article = each.paragraph.article
                lines += ["", f"## Article {article}, {each.title}", ""]
            mark = {Met.MET: "x", Met.PARTLY: "~", Met.MISSING: "!", Met.UNKNOWN: " "}[each.met]
            choice = " (optional)" if each.optional else ""
            choice += f" ({each.note})" if each.note else ""
            lines.append(f"- [{mark}] **{each.ref}**{choice} {each.paragraph.text}")
            if each.answer:
                said = f"{each.answer.answer}: {each.answer.source} ({each.answer.date.isoformat()}, {each.answer.by})"
                lines.append(
                    f"  {' '.join(f'{said}. {each.answer.note}'.split()) if each.answer.note else said}"
                )
            elif _hint(each):
                lines.append(f"  a provision is known, not judged: {_hint(each)}")
        return "\n".join(lines) + "\n"


def _hint(item: GapItem) -> str:
    """What is known and not judged, in one line."""
    known = [item.suggestion.provision] if item.suggestion else []
    known += [f"{item.attempt.provision}: {item.attempt.rule.replace('_', ' ')}"] if item.attempt else []
    return "; ".join(known)


def _cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula; `_plain_cell` takes the mark off again."""
    return f"'{text}" if text[:1] in _FORMULA else text


def _plain_cell(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def gaps(code: str, answers: Iterable[Answer] = ()) -> GapAssessment:
    """The checklist of one State with its answers, oldest first. Raises LawFault `law.state.unknown`,
    `law.gaps.malformed` for an answer about no item.
    """
    found = state(code)
    told: dict[str, list[Answer]] = {}
    known = _refs()
    for answer in answers:
        if answer.item not in known:
            raise malformed(0, f"no item {answer.item[:20]!r}")
        told.setdefault(answer.item, []).append(answer)
    provisions, hinted, attempted = national(found.code), set[int](), _attempt()
    items = []
    for paragraph, title, strength, note in _items():
        hint = None
        if paragraph.article in provisions and paragraph.article not in hinted:
            hint = provisions[paragraph.article]  # beside the article's first paragraph
            hinted.add(paragraph.article)
        ref = str(paragraph.ref)
        own = told.get(ref, [])
        items.append(
            GapItem(
                paragraph,
                title,
                strength,
                note,
                own[-1] if own else None,
                hint,
                general_attempt(found.code) if ref == attempted else None,
                tuple(own[:-1]),
            )
        )
    return GapAssessment(found.code, found.name, tuple(items))


@functools.cache
def _items() -> tuple[tuple[Paragraph, str, Strength, str], ...]:
    """Every paragraph that asks something of a State's law: its article's title, how it binds, and its limits."""
    bind = _bind()
    rules = shipped()
    found = []
    for article in rules.articles(DEFAULT):
        if article.chapter not in CHAPTERS:
            continue
        for paragraph in rules.provisions(article.number):
            if str(paragraph.ref) not in bind:
                raise LawFault(
                    "law.data.malformed", file=_FILE, line=0, problem=f"{paragraph.ref} is missing"
                )
            strength, note = bind[str(paragraph.ref)]
            if strength is not None:
                found.append((paragraph, article.title, strength, note))
    return tuple(found)


_FILE = "gaps/checklist.csv"


@functools.cache
def _bind() -> dict[str, tuple[Strength | None, str]]:
    """Paragraph -> how it binds, None where it asks nothing of domestic law."""
    found: dict[str, tuple[Strength | None, str]] = {}
    for row in rows("gaps", "checklist"):
        word = row.text("strength")
        try:
            strength = None if word == _NOTHING else Strength(word)
        except ValueError as error:
            raise row.fault(f"strength is one of {', '.join((*Strength, _NOTHING))}") from error
        if row.text("ref") in found:
            raise row.fault(f"{row.text('ref')} stands twice")
        found[row.text("ref")] = strength, row.maybe("note")
    return found


@functools.cache
def _refs() -> frozenset[str]:
    return frozenset(str(paragraph.ref) for paragraph, *_ in _items())


@functools.cache
def _attempt() -> str:
    """The paragraph that leaves attempt to the State."""
    return next(str(each.ref) for each in shipped().ancillary(DEFAULT) if each.id == "attempt")


def gaps_sources() -> dict[str, Source]:
    """What the checklist rests on, by the id its rows use."""
    return table_sources("gaps")


def malformed(line: int, problem: str) -> LawFault:
    return LawFault("law.gaps.malformed", line=line, problem=problem)


def read_answers(data: bytes) -> tuple[Answer, ...]:
    """A State's answers from its `gaps.csv`, in the order of the file. Rows that answer `unknown` without a source are
    no answers and are left out. Raises LawFault `law.gaps.malformed` with the line.
    """
    if len(data) > _LIMIT:
        raise malformed(0, "larger than any checklist")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        head = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = head
        missing = [name for name in COLUMNS[:5] if name not in head]
        if missing:
            raise malformed(1, f"the column {missing[0]} is missing")
        known = _refs()
        given = [_answer(reader.line_num, values, known) for values in reader]
    except UnicodeDecodeError as error:
        raise malformed(0, "not text in UTF-8") from error
    except csv.Error as error:
        raise malformed(0, f"not CSV: {error}") from error
    return tuple(each for each in given if each is not None)


def _answer(line: int, values: dict[str, Any], known: frozenset[str]) -> Answer | None:
    if None in values or any(value is None for value in values.values()):
        raise malformed(line, "more or fewer cells than columns")
    cell = {name: _plain_cell(str(value).strip()) for name, value in values.items()}
    if cell["item"] not in known:
        raise malformed(line, f"no item {cell['item'][:20]!r}")
    try:
        met = Met(cell["answer"])
    except ValueError as error:
        raise malformed(line, f"answer is one of {', '.join(Met)}") from error
    if met is Met.UNKNOWN and not cell["source"]:
        return None
    if not cell["source"]:
        raise malformed(line, "an answer needs its source")
    try:
        day = date.fromisoformat(cell["date"])
    except ValueError as error:
        raise malformed(line, "date must be a day, written 2026-11-22") from error
    if not cell["by"]:
        raise malformed(line, "say by whom: a role or a number")
    return Answer(cell["item"], met, cell["source"], day, cell["by"], cell.get("note", ""))


def compare_gaps(before: GapAssessment, after: GapAssessment) -> tuple[tuple[str, Met, Met], ...]:
    """The items whose answer differs between two assessments of one State: item, before, after."""
    old = {each.ref: each.met for each in before.items}
    changed = ((each.ref, old.get(each.ref, Met.UNKNOWN), each.met) for each in after.items)
    return tuple(row for row in changed if row[1] is not row[2])
