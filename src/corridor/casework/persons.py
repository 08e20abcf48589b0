"""Persons of a case as data: what is kept of one, tables of them read and written. Pure; knows no row and no key.

A table is CSV in UTF-8, with or without a byte order mark, its cells parted by comma, semicolon or tab. What is
written for spreadsheets cannot start a formula there, and comes back as it was.
"""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from corridor.casework.fault import CaseworkFault
from corridor.dossier.identifiers import TYPES, Checked, check
from corridor.law.near import folded

ROLES = ("suspect", "victim", "witness", "other")
#: Identifiers a person can have; a time is none.
KINDS = tuple(each for each in TYPES if each not in ("moment", "day"))
MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 20_000
MAX_CELL = 20_000
_PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_SEPARATOR = re.compile(r"sep=([;,\t|])(?=[\r\n])", re.IGNORECASE)
#: What a spreadsheet takes for the beginning of a formula, full-width forms included.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def one_line(text: str) -> str:
    """One line, composed, without what shows nothing at its ends. Raises ValueError `control`."""
    joined = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in joined):
        raise ValueError("control")
    return joined


def _lines(text: str) -> str:
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in plain):
        raise ValueError("control")
    return plain


def _day(text: str) -> str:
    """A day, or as much as is known of it: `1984`, `1984-05`, `1984-05-17`. Raises ValueError `day`."""
    plain = one_line(text)
    if not plain:
        return ""
    if not _PARTIAL.fullmatch(plain):
        raise ValueError("day")
    try:
        date.fromisoformat((plain + "-01-01")[:10])
    except ValueError:
        raise ValueError("day") from None
    return plain


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError("identifier")
    return text


Line = Annotated[str, AfterValidator(one_line), Field(max_length=400)]
Day = Annotated[str, AfterValidator(_day), Field(max_length=10)]


class Identifier(BaseModel):
    """Something a person is found by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Annotated[str, AfterValidator(_kind)]
    value: Annotated[Line, Field(min_length=1)]


class PersonData(BaseModel):
    """One person of a case. Days may be known in part; somebody known by an identifier alone has no name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["suspect", "victim", "witness", "other"]
    name: Line = ""
    born: Day = ""
    since: Day = ""  # the time the case concerns them in
    until: Day = ""
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=60)] = ()
    note: Annotated[str, AfterValidator(_lines), Field(max_length=MAX_CELL)] = ""

    @model_validator(mode="after")
    def _somebody(self) -> PersonData:
        if not self.name and not self.identifiers:
            raise ValueError("nobody")
        if self.since and self.until and self.until < self.since[: len(self.until)]:
            raise ValueError("order")
        return self

    @property
    def words(self) -> str:
        """Everything a search looks at."""
        return "\n".join([self.name, self.born, *(one.value for one in self.identifiers), self.note])


#: What can be wrong with a person, by code. Anything else of a model reads `form`.
_CODES = ("control", "day", "nobody", "order", "identifier")


def read_person(given: Mapping[str, Any]) -> PersonData:
    """Raises CaseworkFault `casework.case.person` with the place and the code of the trouble."""
    try:
        return PersonData.model_validate(dict(given))
    except ValidationError as error:
        place, code = _trouble(error)
        raise CaseworkFault("casework.case.person", place=place, reason=code) from error


def _trouble(error: ValidationError) -> tuple[str, str]:
    first = error.errors(include_url=False, include_input=False)[0]
    said = str(first.get("ctx", {}).get("error", ""))
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "string_too_long":
        return place, "long"
    return place, said if said in _CODES else "form"


def kept(said: Mapping[str, Any]) -> PersonData:
    """A person as once written and sealed here: read back without judging it again."""
    identifiers = tuple(Identifier.model_construct(**one) for one in said.get("identifiers", ()))
    return PersonData.model_construct(**{**said, "identifiers": identifiers})


def judged(person: PersonData) -> tuple[Checked, ...]:
    """What is to be said of each identifier."""
    return tuple(check(one.type, one.value) for one in person.identifiers)


def doubts(said: Sequence[Checked]) -> tuple[tuple[int, str], ...]:
    """Identifiers that cannot be what they are said to be: place and code. Kept as they are: they may be evidence."""
    return tuple((place, one.code) for place, one in enumerate(said) if one.verdict == "wrong")


def sameness(person: PersonData, said: Sequence[Checked]) -> frozenset[str]:
    """Forms under which the same person would be found again: name with day of birth, and each identifier."""
    found = {f"{one.type}:{one.normal.casefold()}" for one in said}
    if person.name:
        found.add(f"name:{folded(person.name)}:{person.born}")
    return frozenset(found)


# -- reading a table -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A CSV file taken apart. `rows` carry the number of the line they begin on, as an editor counts."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str


@dataclass(frozen=True)
class Trouble:
    """Something about a line. `serious`: nothing is imported until it is mended; otherwise a doubt."""

    line: int
    column: str
    code: str
    serious: bool


@dataclass(frozen=True)
class Understood:
    """What a table says under a mapping: persons with their lines, and what is wrong or doubtful."""

    persons: tuple[tuple[int, PersonData], ...]
    troubles: tuple[Trouble, ...]

    @property
    def serious(self) -> tuple[Trouble, ...]:
        return tuple(one for one in self.troubles if one.serious)


def read_table(data: bytes) -> Table:
    """Take a CSV file apart. Raises CaseworkFault `casework.import.*`, with the line where there is one."""
    if len(data) > MAX_BYTES:
        raise CaseworkFault("casework.import.too-large", limit=MAX_BYTES)
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise CaseworkFault("casework.import.spreadsheet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseworkFault("casework.import.encoding", line=data[: error.start].count(b"\n") + 1) from error
    if (null := text.find("\0")) >= 0:
        raise CaseworkFault("casework.import.encoding", line=text[:null].count("\n") + 1)
    delimiter = _delimiter(text)
    if (said := _SEPARATOR.match(text)) is not None:  # a spreadsheet's own first line
        delimiter, text = said[1], text[said.end(1) :]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if not header:
                    header = tuple(" ".join(cell.split())[:100] for cell in cells)
                else:
                    rows.append((line, tuple(cells)))
            if len(rows) > MAX_ROWS:
                raise CaseworkFault("casework.import.too-many", limit=MAX_ROWS)
            line = reader.line_num + 1
    except csv.Error as error:
        raise CaseworkFault("casework.import.quotes", line=line) from error
    if not rows:
        raise CaseworkFault("casework.import.empty")
    return Table(header, tuple(rows), delimiter)


def _delimiter(text: str) -> str:
    """What parts the cells of the first line that says anything, quoted parts left out."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    counts = Counter({mark: bare.count(mark) for mark in (";", ",", "\t")})
    return counts.most_common(1)[0][0] if any(counts.values()) else ","


@functools.cache
def _data() -> dict[str, dict[str, frozenset[str]]]:
    page = (
        resources.files("corridor.casework").joinpath("data/person_columns.yaml").read_text(encoding="utf-8")
    )
    return {
        part: {field: frozenset(folded(str(word)) for word in words) for field, words in table.items()}
        for part, table in yaml.safe_load(page).items()
    }


def columns() -> tuple[str, ...]:
    """What a column can be: a field of a person, or a type of identifier."""
    return ("role", "name", "born", "since", "until", "note", "identifiers", *KINDS)


def guess(header: Sequence[str]) -> tuple[str, ...]:
    """For each column, what it probably is; empty where no heading is known. A field of one value is given once."""
    found: list[str] = []
    for heading in header:
        plain = folded(heading)
        known = next((field for field, words in _data()["fields"].items() if plain in words), "")
        if not known and plain.replace(" ", "_") in columns():
            known = plain.replace(" ", "_")
        found.append("" if known in found and known not in KINDS else known)
    return tuple(found)


def understand(
    table: Table, mapping: Sequence[str], role: str, known: Iterable[frozenset[str]] = ()
) -> Understood:
    """Read every line under a mapping (one entry for each column, "" to leave one out).

    `role` is that of lines that name none. `known` are the `sameness` of persons the case already has: the same
    again is a doubt, never refused.
    """
    persons: list[tuple[int, PersonData]] = []
    troubles: list[Trouble] = []
    seen = {form: 0 for forms in known for form in forms}
    for line, cells in table.rows:
        if len(cells) > len(table.header):
            troubles.append(Trouble(line, "", "cells", True))
            continue
        given, wrong = _row(table, mapping, role, line, cells)
        troubles += wrong
        if wrong:
            continue
        try:
            person = PersonData.model_validate(given)
        except ValidationError as error:
            place, code = _trouble(error)
            troubles.append(Trouble(line, _heading(table, mapping, place.partition(".")[0]), code, True))
            continue
        persons.append((line, person))
        said = judged(person)
        troubles += [
            Trouble(line, _heading(table, mapping, person.identifiers[place].type), code, False)
            for place, code in doubts(said)
        ]
        forms = sameness(person, said)
        if forms & seen.keys():
            troubles.append(Trouble(line, "", "again", False))
        seen.update(dict.fromkeys(forms, line))
    return Understood(tuple(persons), tuple(troubles))


def _row(
    table: Table, mapping: Sequence[str], role: str, line: int, cells: Sequence[str]
) -> tuple[dict[str, Any], list[Trouble]]:
    given: dict[str, Any] = {"role": role}
    identifiers: list[dict[str, str]] = []
    wrong: list[Trouble] = []
    for heading, field, cell in zip(table.header, mapping, cells, strict=False):
        value = unescape(cell).strip()
        if not field or not value:
            continue
        if len(value) > MAX_CELL:
            wrong.append(Trouble(line, heading, "long", True))
        elif field == "role":
            known = next((code for code, words in _data()["roles"].items() if folded(value) in words), None)
            if known is None:
                wrong.append(Trouble(line, heading, "role", True))
            given["role"] = known
        elif field == "identifiers":
            for one in value.splitlines():
                kind, _, rest = one.partition(":")
                if kind.strip() not in KINDS or not rest.strip():
                    wrong.append(Trouble(line, heading, "identifier", True))
                    break
                identifiers.append({"type": kind.strip(), "value": rest.strip()})
        elif field in KINDS:
            parts = (part.strip() for part in re.split(r"[\n|]", value))
            identifiers += [{"type": field, "value": part} for part in parts if part]
        else:
            given[field] = value
    return given | {"identifiers": identifiers}, wrong


def _heading(table: Table, mapping: Sequence[str], field: str) -> str:
    """The heading of the column a field came from."""
    return next((head for head, one in zip(table.header, mapping, strict=False) if one == field), "")


# -- writing one ---------------------------------------------------------------------------------------------------


def escape(cell: str) -> str:
    """A cell that a spreadsheet reads as text: what would start a formula gets an apostrophe before it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    """The inverse of `escape`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


EXPORTED = ("role", "name", "born", "since", "until", "identifiers", "note")


def write_table(rows: Iterable[tuple[int, PersonData]]) -> bytes:
    """Persons as CSV in UTF-8 with a byte order mark: numbers first, then the fields `understand` reads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["number", *EXPORTED])
    for number, one in rows:
        found = "\n".join(f"{each.type}: {each.value}" for each in one.identifiers)
        cells = [one.role, one.name, one.born, one.since, one.until, found, one.note]
        writer.writerow([number, *(escape(cell) for cell in cells)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
