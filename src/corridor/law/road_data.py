"""The data of the road to becoming a Party: its steps and papers, what is known of States' own procedures, and the
lines in which a State tells its own progress (`progress.csv`).
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.loader import Row, page, read_sources
from corridor.law.near import did_you_mean
from corridor.law.ruleset import DEFAULT, data_root, shipped
from corridor.law.states import ORGANISATIONS, state
from corridor.law.treaty import Moment, Notification, Reservation
from corridor.law.types import Source, Trust, plain, trust_to_dict

COLUMNS = ("step", "what", "answer", "source", "date", "by", "note")
_NEEDED = COLUMNS[:6]
_LIMIT = 2 * 1024 * 1024


class Stand(StrEnum):
    """Where a State stands on the road on a day. `reported`: said to have ratified, with no deposit shown."""

    WINDOW_OPEN = "window_open"
    WINDOW_CLOSED = "window_closed"
    SIGNED = "signed"
    REPORTED = "reported"
    DEPOSITED = "deposited"
    PARTY = "party"


class Way(StrEnum):
    """`signature`: sign, then ratify, accept or approve. `accession`: one step, without a signature."""

    SIGNATURE = "signature"
    ACCESSION = "accession"


class StepState(StrEnum):
    """`passed`: a later fact of the table cannot be without it. `open` is what nobody has said anything about."""

    DONE = "done"
    PASSED = "passed"
    UNDER_WAY = "under_way"
    PLANNED = "planned"
    NOT_NEEDED = "not_needed"
    OPEN = "open"


#: What a State may answer of a step of its own.
_TOLD = (StepState.DONE, StepState.UNDER_WAY, StepState.PLANNED, StepState.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of a State's own progress. `by` is a role or a number, never a name."""

    step: str
    what: str
    answer: StepState
    source: str
    date: date
    by: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class KnownStep:
    """Something read of a State's own procedure. It is shown beside the step and decides nothing."""

    state: str
    step: str
    what: str
    when: str
    trust: Trust

    def to_dict(self) -> dict[str, Any]:
        row = {"step": self.step, "what": self.what, "when": self.when}
        return row | trust_to_dict(self.trust)


@dataclass(frozen=True, slots=True)
class Document:
    """One paper as a draft. `text` is Markdown, what is to be filled in stands [in brackets]; `due_on` a day or None
    where none is fixed; of the papers with one `choice`, one is used; `cites`: what of the Convention it answers.
    """

    id: str
    title: str
    filename: str
    text: str
    due: str
    cites: tuple[str, ...]
    kind: str
    when: Moment
    step: str
    required: bool
    choice: str
    condition: str
    signed_by: str
    due_on: date | None
    notes: tuple[str, ...]
    trust: Trust

    def to_dict(self) -> dict[str, Any]:
        names = [name for name in self.__slots__ if name != "trust"]
        return {name: plain(getattr(self, name)) for name in names} | trust_to_dict(self.trust)


@dataclass(frozen=True, slots=True)
class StepRow:
    id: str
    title: str
    text: str
    roads: tuple[Way, ...]
    by: tuple[str, ...]
    own: bool
    shown_by: str
    implied_by: tuple[str, ...]
    clauses: tuple[str, ...]
    notifications: tuple[str, ...]
    rests_on: tuple[str, ...]
    trust: Trust


@dataclass(frozen=True, slots=True)
class Paper:
    draft: Document
    by: tuple[str, ...]
    offered: tuple[Stand, ...]
    line: Notification | Reservation | None


@functools.cache
def road_sources() -> dict[str, Source]:
    """What was read for the road, by the id its lines use; what was read of the Convention is listed there."""
    return {**shipped().sources(DEFAULT), **read_sources(data_root() / "road" / "sources.yaml")}


def _top(name: str) -> Row:
    return page(data_root() / "road" / f"{name}.yaml", road_sources())


@functools.cache
def step_rows() -> tuple[StepRow, ...]:
    return tuple(_step_row(row) for row in _top("steps").rows("steps"))


def _step_row(row: Row) -> StepRow:
    made = StepRow(
        id=row.text("id"),
        title=row.text("title"),
        text=row.text("text"),
        roads=row.words("roads", Way),
        by=row.texts("by"),
        own=row.flag("own", default=False),
        shown_by=row.maybe_text("shown_by") or "",
        implied_by=row.texts("implied_by"),
        clauses=row.texts("clauses"),
        notifications=row.texts("notifications"),
        rests_on=row.texts("rests_on"),
        trust=row.trust(),
    )
    row.done()
    if made.own is bool(made.shown_by):
        raise row.fault("a step is either told by the State or shown by the table")
    return made


@functools.cache
def papers() -> tuple[Paper, ...]:
    return tuple(_paper(row) for row in _top("documents").rows("documents"))


def _paper(row: Row) -> Paper:
    notification, option = row.maybe_text("notification"), row.maybe_text("option")
    line: Notification | Reservation | None = None
    if notification is not None:
        line = notification_of(notification)
    elif option is not None:
        line = _option(option)
    draft = Document(
        id=row.text("id"),
        title=row.text("title"),
        filename=row.text("filename"),
        text=row.text("text"),
        due="",
        cites=(),
        kind=row.text("kind"),
        when=row.word("when", Moment),
        step=row.text("step"),
        required=row.flag("required"),
        choice=row.maybe_text("choice") or "",
        condition=row.maybe_text("condition") or "",
        signed_by=row.text("signed_by"),
        due_on=None,
        notes=row.texts("notes"),
        trust=row.trust(),
    )
    found = Paper(draft, row.texts("by"), row.words("offered", Stand), line)
    row.done()
    return found


def notification_of(id: str) -> Notification:
    found = next((each for each in shipped().notifications(DEFAULT) if each.id == id), None)
    if found is None:
        raise LawFault("law.data.malformed", file="road", line=0, problem=f"no notification {id}")
    return found


def _option(id: str) -> Reservation:
    found = next((each for each in shipped().reservations(DEFAULT) if each.id == id), None)
    if found is None:
        raise LawFault("law.data.malformed", file="road", line=0, problem=f"no option {id}")
    return found


@functools.cache
def known_steps() -> tuple[KnownStep, ...]:
    return tuple(_known_row(row) for row in _top("known").rows("known"))


def _known_row(row: Row) -> KnownStep:
    code = row.text("state")
    if code not in ORGANISATIONS:
        code = state(code).code
    made = KnownStep(code, row.text("step"), row.text("what"), row.text("when"), row.trust())
    row.done()
    if made.step not in {each.id for each in step_rows()}:
        raise row.fault(f"no step {made.step}")
    return made


@dataclass(frozen=True, slots=True)
class Caveat:
    text: str
    by: tuple[str, ...]
    offered: tuple[Stand, ...]


@functools.cache
def caveats() -> tuple[Caveat, ...]:
    found = []
    for row in _top("known").rows("caveats"):
        found.append(Caveat(row.text("text"), row.texts("by"), row.words("offered", Stand)))
        row.trust()
        row.done()
    return tuple(found)


def malformed(line: int, problem: str) -> LawFault:
    return LawFault("law.road.malformed", line=line, problem=problem.strip())


def read_progress(data: bytes) -> tuple[Progress, ...]:
    """A State's own lines from its `progress.csv`, in the order of the file. Raises LawFault `law.road.malformed`."""
    if len(data) > _LIMIT:
        raise malformed(0, "larger than any road")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        reader.fieldnames = head = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in _NEEDED if name not in head]
        if missing:
            raise malformed(1, f"the column {missing[0]} is missing")
        return tuple(_progress(reader.line_num, values) for values in reader)
    except UnicodeDecodeError as error:
        raise malformed(0, "not text in UTF-8") from error
    except csv.Error as error:
        raise malformed(0, f"not CSV: {error}") from error


def _progress(line: int, values: dict[str, Any]) -> Progress:
    if None in values or any(value is None for value in values.values()):
        raise malformed(line, "more or fewer cells than columns")
    cell = {name: str(value).strip() for name, value in values.items()}
    own = [each.id for each in step_rows() if each.own]
    if cell["step"] not in own:
        raise malformed(
            line, f"no step {cell['step'][:30]!r} of the State's own. {did_you_mean(cell['step'], own)}"
        )
    if cell["answer"] not in _TOLD:
        raise malformed(line, f"answer is one of {', '.join(_TOLD)}")
    for name in ("what", "source", "by"):
        if not cell[name]:
            raise malformed(line, f"{name} is empty")
    try:
        day = date.fromisoformat(cell["date"])
    except ValueError as error:
        raise malformed(line, "date must be a day, written 2026-11-22") from error
    return Progress(
        cell["step"],
        cell["what"],
        StepState(cell["answer"]),
        cell["source"],
        day,
        cell["by"],
        cell.get("note", ""),
    )


def progress_csv(progress: Iterable[Progress] = ()) -> bytes:
    """The lines as a table `read_progress` reads; without any, an empty table with a row of headings to begin with."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in progress:
        writer.writerow(
            (each.step, each.what, str(each.answer), each.source, each.date.isoformat(), each.by, each.note)
        )
    return out.getvalue().encode()


def own_steps() -> tuple[tuple[str, str], ...]:
    """The steps a State tells itself: id and title, in order."""
    return tuple((each.id, each.title) for each in step_rows() if each.own)
