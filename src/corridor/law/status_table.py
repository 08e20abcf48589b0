"""A status table: who signed and deposited what, when, and how well that is known. Shipped, imported or assumed.

A table is rows and nothing else; what follows from it on a day is `corridor.law.status`. A day that is not established
counts from the latest day its source proves: `2026-02` from the end of that month, an empty signature from `signed_by`.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT, data_root
from corridor.law.states import ORGANISATIONS, state
from corridor.law.tables import latest_day
from corridor.law.types import Confidence, plain

COLUMNS = (
    "state",
    "name",
    "group",
    "party_type",
    "signature",
    "signed_by",
    "instrument",
    "deposit",
    "reported_by",
    "source",
    "confidence",
    "notes",
    "bracketed",
)
#: What a State may hand in; the last two where a treaty has them.
INSTRUMENTS = ("ratification", "acceptance", "approval", "accession", "formal_confirmation", "succession")
_NEEDED = ("state", "signature", "deposit")
_LIMIT = 16 * 1024 * 1024
_NOTES = 60_000  # characters of declarations kept for one participant: they fit one cell of CSV


@dataclass(frozen=True, slots=True)
class Assumption:
    """What somebody assumed, and the digest of the file that says so. It stands on every answer made from it."""

    label: str
    digest: str

    def to_dict(self) -> dict[str, Any]:
        return {"label": self.label, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One participant. Dates are as the source writes them: a day, a month, a year, or empty.

    `reported_by`: the latest day at which a source claims an instrument whose deposit nobody has shown.
    """

    state: str
    name: str
    signature: str = ""
    signed_by: str = ""
    instrument: str = ""
    deposit: str = ""
    reported_by: str = ""
    source: str = ""
    confidence: Confidence = Confidence.SEEN
    notes: tuple[str, ...] = ()  # declarations and reservations as the depositary prints them
    keeps_out: tuple[int, ...] = ()  # offences it is assumed not to be bound by; never in a file of status
    bracketed: str = (
        ""  # what stands in brackets, as the depositary prints what was withdrawn: it counts for nothing
    )

    @property
    def organisation(self) -> bool:
        """An organisation signs and deposits, and does not count towards the number needed."""
        return self.state in ORGANISATIONS

    @property
    def signed_on(self) -> date | None:
        """The day from which the signature counts."""
        text = self.signature or self.signed_by
        return latest_day(text) if text else None

    @property
    def deposited_on(self) -> date | None:
        """The day from which the instrument counts."""
        return latest_day(self.deposit) if self.deposit else None

    @property
    def exact(self) -> bool:
        """Whether every day of the row is a day."""
        return (
            len(self.signature or "0000-00-00") == 10
            and len(self.deposit or "0000-00-00") == 10
            and not (self.signed_by and not self.signature)
        )

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class StatusTable:
    """Rows by participant. `origin` says where the table comes from; `digest` is of the bytes it was read from."""

    rows: tuple[StatusRow, ...] = field(repr=False)
    origin: str
    digest: str
    assumed: Assumption | None = None
    unknown: tuple[str, ...] = ()  # participants no State of ours is known by
    signatories_said: int | None = None  # the count the depositary's page states of itself

    def of(self, code: str) -> StatusRow | None:
        return next((each for each in self.rows if each.state == code), None)

    def to_csv(self) -> bytes:
        """The table in the form `read_status_csv` reads."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in self.rows:
            kind = "organisation" if each.organisation else "state"
            cells = (each.state, each.name, "", kind, each.signature, each.signed_by, each.instrument)
            notes = json.dumps(each.notes, ensure_ascii=False) if each.notes else ""
            writer.writerow(
                (
                    *cells,
                    each.deposit,
                    each.reported_by,
                    each.source,
                    str(each.confidence),
                    notes,
                    each.bracketed,
                )
            )
        return out.getvalue().encode()


@functools.cache
def shipped_table(instrument: str = DEFAULT) -> StatusTable:
    """The table in the data; no rows for an instrument that has none."""
    names = {file.name: file for file in (data_root() / "status").iterdir() if file.name.endswith(".csv")}
    file = names.get(f"{instrument}.csv")  # only a name of ours is ever opened
    if file is None:
        return StatusTable((), "none", "")
    data = file.read_bytes()
    return replace(read_status_csv(data), origin=f"corridor/law/data/status/{file.name}")


def read_status_csv(data: bytes) -> StatusTable:
    """A table from CSV: columns `state`, `signature`, `deposit`, and as many of COLUMNS as there are.

    Raises LawFault `law.status.malformed` with the line and what is wrong with it; nothing is guessed.
    """
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > _LIMIT:
        raise malformed(0, "larger than any status table")
    try:
        text = data.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        head = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = head
        for name in _NEEDED:
            if name not in head:
                raise malformed(1, f"the column {name} is missing")
        rows = [_csv_row(reader.line_num, values) for values in reader]
    except UnicodeDecodeError as error:
        raise malformed(0, "not text in UTF-8") from error
    except csv.Error as error:
        raise malformed(0, f"not CSV: {error}") from error
    return StatusTable(unique(rows), "imported CSV", digest)


def malformed(line: int, problem: str) -> LawFault:
    return LawFault("law.status.malformed", line=line, problem=problem)


def _csv_row(line: int, values: dict[str, Any]) -> tuple[int, StatusRow]:
    if None in values or any(value is None for value in values.values()):
        raise malformed(line, "more or fewer cells than columns")
    cell = {name: str(value).strip() for name, value in values.items()}
    code = participant(line, cell["state"])
    try:
        confidence = Confidence(cell.get("confidence") or "seen")
    except ValueError as error:
        raise malformed(line, "confidence is seen or recalled") from error
    row = StatusRow(
        state=code,
        name=cell.get("name") or name_of(code),
        signature=when(line, "signature", cell["signature"]),
        signed_by=when(line, "signed_by", cell.get("signed_by", "")),
        instrument=instrument(line, cell.get("instrument", "")),
        deposit=when(line, "deposit", cell["deposit"]),
        reported_by=when(line, "reported_by", cell.get("reported_by", "")),
        source=cell.get("source") or "imported",
        confidence=confidence,
        notes=_notes(line, cell.get("notes", "")),
        bracketed=cell.get("bracketed", "")[:80].strip(),
    )
    return line, row


def _notes(line: int, text: str) -> tuple[str, ...]:
    """The declarations of a participant: a JSON list of texts, or an empty cell."""
    try:
        said = json.loads(text) if text else []
    except (ValueError, RecursionError) as error:
        raise malformed(line, "notes must be a JSON list of texts") from error
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise malformed(line, "notes must be a JSON list of texts")
    return short(said)


def short(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts as far as they fit: declarations run to any length and a cell does not."""
    kept: list[str] = []
    left = _NOTES
    for text in texts:
        if left > 0 and text:
            kept.append(text[:left])
            left -= len(text)
    return tuple(kept)


def unique(rows: Iterable[tuple[int, StatusRow]]) -> tuple[StatusRow, ...]:
    """The rows, or LawFault where a participant stands twice."""
    found: dict[str, StatusRow] = {}
    for line, row in rows:
        if row.state in found:
            raise malformed(line, f"{row.state} stands twice")
        found[row.state] = row
    return tuple(found.values())


def participant(line: int, code: str) -> str:
    """The code of a State or an organisation, or LawFault with the near ones."""
    if code in ORGANISATIONS:
        return code
    try:
        found = state(code)
    except LawFault as error:
        near = str(error.facts.get("near", ""))
        raise malformed(line, f"{code[:40]!r} is no State the data know. {near}".strip()) from error
    if found.fictional:
        raise malformed(line, f"{found.code} is a State of the fiction, which never mixes with real ones")
    return found.code


def name_of(code: str) -> str:
    return ORGANISATIONS.get(code) or state(code).name


def instrument(line: int, text: str) -> str:
    if text and text not in INSTRUMENTS:
        raise malformed(line, f"instrument is one of {', '.join(INSTRUMENTS)}")
    return text


def when(line: int, name: str, text: str) -> str:
    """A day, a month, a year or nothing."""
    try:
        if text:
            latest_day(text)
            if len(text) not in (4, 7, 10):
                raise ValueError(text)
    except ValueError as error:
        raise malformed(line, f"{name} must be a date, written 2026-11-22, or a month or a year") from error
    return text


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One difference between two tables. `kind`: added, changed, gone, unknown, suspicious."""

    kind: str
    state: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def compare_status(old: StatusTable, new: StatusTable, *, on: date) -> tuple[StatusChange, ...]:
    """What a new table says otherwise, and what in it looks wrong on the day `on`; nothing is applied.

    A participant missing from the new table is `gone` and worth asking about: signatures do not vanish.
    """
    before = {each.state: each for each in old.rows}
    found: list[StatusChange] = []
    for row in new.rows:
        was = before.pop(row.state, None)
        if was is None:
            found.append(StatusChange("added", row.state, row.name, "", "", row.deposit or row.signature))
        for name in ("signature", "instrument", "deposit"):
            old_text, new_text = getattr(was, name, ""), getattr(row, name)
            if was is not None and old_text != new_text:
                found.append(StatusChange("changed", row.state, row.name, name, old_text, new_text))
        if row.notes and row.notes != (was.notes if was else ()):
            count = str(len(was.notes)) if was else "0"
            found.append(
                StatusChange("changed", row.state, row.name, "declarations", count, str(len(row.notes)))
            )
        found += [StatusChange("suspicious", row.state, row.name, why) for why in _doubts(row, on)]
    found += [StatusChange("gone", code, was.name) for code, was in before.items()]
    found += [StatusChange("unknown", "", name) for name in new.unknown]
    listed = sum(bool(each.signature) for each in new.rows)
    if new.signatories_said not in (None, listed):
        found.append(
            StatusChange("suspicious", "", "", "signatories", str(new.signatories_said), str(listed))
        )
    return tuple(found)


def _doubts(row: StatusRow, on: date) -> Iterable[str]:
    signed, deposited = row.signed_on, row.deposited_on
    if signed and deposited and deposited < signed and row.exact:
        yield "deposit_before_signature"
    if signed and signed > on and row.exact:
        yield "signature_in_future"
    if deposited and deposited > on and row.exact:
        yield "deposit_in_future"
    if deposited and not row.signature and not row.signed_by and row.instrument not in ("", "accession"):
        yield "ratified_without_signature"
    if row.bracketed:
        yield "in_brackets"
