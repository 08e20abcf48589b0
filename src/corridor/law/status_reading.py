"""Reads a status somebody brings: the UN Treaty Collection's page of a treaty as XML, a CSV, or an assumption in YAML.

The XML is the depositary's "Multilateral Treaties Deposited with the Secretary-General", one file a treaty
(`.../Chapter XVIII/XVIII-16.en.xml`): `ExternalData` with `Status/Signatories`, and `Participants//Row` with an `Entry`
for each column. Names of elements are matched without regard to case or namespace, unknown elements are passed over,
and a participant that is no State of ours is reported and never dropped.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from xml.etree import ElementTree
from xml.parsers import expat

import yaml

from corridor.law.errors import LawFault
from corridor.law.loader import LINE, StrictYaml
from corridor.law.near import folded
from corridor.law.parties import own_offences
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.states import ORGANISATIONS, states
from corridor.law.status_table import (
    Assumption,
    StatusRow,
    StatusTable,
    malformed,
    name_of,
    participant,
    read_status_csv,
    shipped_table,
    short,
    unique,
)
from corridor.law.types import Confidence

_LIMIT = 16 * 1024 * 1024
_DEPTH = 64
_ELEMENTS = 400_000
_CELL = 400  # characters of a cell that are looked at: a name and a date with its marks are shorter
_DATE = re.compile(r"(\d{1,2})\s+([A-Za-z]{3,9})\.?\s+(\d{4})\s*([A-Za-z]{0,2})(?![A-Za-z])")
#: What was withdrawn is printed in brackets; so is the number of a footnote.
_BRACKETS = re.compile(r"\[[^\[\]]*\]?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: The letter behind a date in the depositary's tables -> the kind of instrument. None: ratification.
_LETTERS = {
    "": "ratification",
    "A": "acceptance",
    "AA": "approval",
    "a": "accession",
    "c": "formal_confirmation",
    "d": "succession",
}
_DAY = re.compile(r"\b([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\b")
#: What the YAML reader raises for a value it cannot make.
_NO_VALUE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
_FOOTNOTES = re.compile(r"\s*(?:\[?\d+(?:\s*,\s*\d+)*\]?|\*+)\s*$")


def read_status(data: bytes) -> StatusTable:
    """A table from XML or CSV, by what the bytes begin with."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return read_status_xml(data) if start == b"<" else read_status_csv(data)


def read_status_xml(data: bytes) -> StatusTable:
    """A table from the UN Treaty Collection's XML of one treaty.

    Raises LawFault `law.status.not-xml` for what is not such a page: not XML, with a document type or entities, too
    deep, too large, without participants; `law.status.malformed` for a date that is none.
    """
    root = _parsed(data)
    heads = _head(root)
    rows: list[tuple[int, StatusRow]] = []
    unknown: list[str] = []
    for number, cells in enumerate(_rows(root), start=1):
        if not any(cells) or _is_head(cells):
            continue
        name = _FOOTNOTES.sub("", cells[0]).strip()
        code = _code(name) if len(cells) > 1 else None
        if code is None:
            unknown.append(name[:80] or f"row {number}, without a name")
            continue
        rows.append((number, _row(number, code, name, cells, heads)))
    if not rows and not unknown:
        raise not_xml("it has no table of participants")
    declared = _declarations(root)
    kept = tuple(replace(row, notes=declared.get(row.state, ())) for row in unique(rows))
    return StatusTable(
        kept,
        "UN Treaty Collection, XML",
        hashlib.sha256(data).hexdigest(),
        unknown=tuple(unknown),
        signatories_said=_said(root),
    )


def not_xml(problem: str) -> LawFault:
    return LawFault("law.status.not-xml", problem=problem)


def _parsed(data: bytes) -> ElementTree.Element:
    """The tree, from a parser that refuses document types and entities before it reads them."""
    if len(data) > _LIMIT:
        raise not_xml("it is larger than any such page")
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEPTH:
            raise not_xml("its elements stand too deep in each other")
        if count > _ELEMENTS:
            raise not_xml("it has more elements than any such page")
        builder.start(_local(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def refuse(*_: object) -> int:
        raise not_xml("it has a document type or entities, which such a page has not")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise not_xml(f"it is not XML ({type(error).__name__})") from error


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _text(element: ElementTree.Element) -> str:
    """What an element says, markup within its text left out: the depositary writes it escaped, as text."""
    text = re.sub(r"<[^<>]*>", " ", "".join(element.itertext()))
    return " ".join(text.replace("\u00a0", " ").split())


def _rows(root: ElementTree.Element) -> Iterator[list[str]]:
    for table in root.iter("participants"):
        for row in table.iter("row"):
            yield [_text(cell)[:_CELL] for cell in row if cell.tag == "entry"]


def _is_head(cells: list[str]) -> bool:
    return bool(cells) and folded(cells[0]).startswith("participant")


def _head(root: ElementTree.Element) -> tuple[int, int]:
    """The columns of signature and of instrument. The depositary's tables put them second and third."""
    for cells in _rows(root):
        if _is_head(cells):
            return _columns(cells)
    for table in root.iter("participants"):
        cells = [_text(cell) for part in table.iter("thead") for cell in part.iter("entry")]
        if cells:
            return _columns(cells)
    return 1, 2


def _columns(cells: list[str]) -> tuple[int, int]:
    signature = next((n for n, cell in enumerate(cells) if n and "signature" in folded(cell)), -1)
    words = ("ratification", "accession", "acceptance", "approval")
    deposit = next(
        (
            n
            for n, cell in enumerate(cells)
            if n and n != signature and any(word in folded(cell) for word in words)
        ),
        -1,
    )
    return signature, deposit


def _row(number: int, code: str, name: str, cells: list[str], heads: tuple[int, int]) -> StatusRow:
    printed = [cells[n] if 0 <= n < len(cells) else "" for n in heads]
    signature, deposit = (_BRACKETS.sub(" ", cell).strip() for cell in printed)
    withdrawn = [part for cell in printed for part in _BRACKETS.findall(cell) if _DATE.search(part)]
    signed, _ = _date(number, signature)
    deposited, letter = _date(number, deposit)
    if deposited and letter not in _LETTERS:
        raise malformed(number, f"the letter {letter!r} behind a date says no kind of instrument")
    return StatusRow(
        state=code,
        name=name,
        signature=signed,
        instrument=_LETTERS[letter] if deposited else "",
        deposit=deposited,
        source="UN Treaty Collection, XML of the treaty's page",
        confidence=Confidence.SEEN,
        bracketed=" ".join(withdrawn)[:80].strip(),
    )


def _date(number: int, text: str) -> tuple[str, str]:
    """`26 Feb 2026 a` -> (`2026-02-26`, `a`). An empty cell gives two empty texts."""
    if not text:
        return "", ""
    match = _DATE.search(text)
    try:
        if match is None:
            raise ValueError(text)
        month = _MONTHS.index(match[2][:3].lower()) + 1
        return date(int(match[3]), month, int(match[1])).isoformat(), match[4]
    except ValueError as error:
        raise malformed(number, f"{text[:40]!r} is no date as the depositary writes it") from error


def _code(name: str) -> str | None:
    """The code of a participant by the name the depositary gives it."""
    return _names().get(_plain(name))


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).replace("\u2019", "'")
    return folded(re.sub(r"\bSt\. ", "Saint ", re.sub(r"\s+", " ", plain)).strip())


def _names() -> dict[str, str]:
    found = {_plain(name): code for code, name in ORGANISATIONS.items()}
    for each in states():
        for name in (each.name, *each.also):
            found[_plain(name)] = each.code
    for row in shipped_table().rows:  # the depositary's own spelling, where the shipped table has it
        found[_plain(row.name)] = row.state
    return found


def _declarations(root: ElementTree.Element) -> dict[str, tuple[str, ...]]:
    """Declarations and reservations as printed, by participant: an element `participant` with its texts behind it."""
    found: dict[str, list[str]] = {}
    for part in root.iter("declarations"):
        code: str | None = None
        for element in part.iter():
            if element.tag in ("participant", "title"):
                code = _code(_FOOTNOTES.sub("", _text(element)[:_CELL]))
            elif element.tag == "text" and code is not None and (said := _text(element)):
                found.setdefault(code, []).append(said)
    return {code: short(texts) for code, texts in found.items()}


def _said(root: ElementTree.Element) -> int | None:
    for status in root.iter("status"):
        for element in status.iter("signatories"):
            text = _text(element)
            return int(text) if text.isdecimal() and len(text) < 4 else None
    return None


def assume(data: bytes) -> StatusTable:
    """The shipped table under an assumption, marked as one for every answer made from it.

    YAML: `label`, then `rows` of `state` with `signature`, `deposit` or `accession` (a day each) and `reservations`
    (the offences it keeps out, by article); or `all_signatories_deposit: <day>`. Reservations in the data stay.
    Raises LawFault `law.assume.malformed`.
    """
    page = _assumption(data)
    label = page.get("label")
    if not isinstance(label, str) or not 0 < len(label.strip()) <= 120:
        raise _assumed(1, "label must be text of at most 120 characters")
    unread = set(page) - {"label", "rows", "all_signatories_deposit", LINE}
    if unread:
        raise _assumed(1, f"unknown keys: {', '.join(sorted(map(str, unread)))}")
    rows = {row.state: row for row in shipped_table().rows}
    everyone = page.get("all_signatories_deposit")
    if everyone is not None:
        day = _day(1, "all_signatories_deposit", everyone)
        for code, row in rows.items():
            if row.signed_on is not None and not row.deposit:
                rows[code] = _changed(row, deposit=day, instrument="ratification")
    given = page.get("rows", [])
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _assumed(1, "rows must be a list, each with a state and its days")
    if not given and everyone is None:
        raise _assumed(1, "nothing is assumed: give rows, or all_signatories_deposit")
    seen: set[str] = set()
    for each in given:
        line = int(each.get(LINE, 0))
        unread = set(each) - {"state", "signature", "deposit", "accession", "reservations", LINE}
        if unread:
            raise _assumed(line, f"unknown keys: {', '.join(sorted(map(str, unread)))}")
        try:
            code = participant(line, _said_state(line, each))
        except LawFault as fault:
            raise _assumed(line, str(fault.facts["problem"])) from fault
        if code in seen:
            raise _assumed(line, f"{code} stands twice")
        seen.add(code)
        row = rows.get(code) or StatusRow(code, name_of(code), source="assumed")
        rows[code] = _assumed_row(line, row, each)
    digest = hashlib.sha256(data).hexdigest()
    return StatusTable(tuple(rows.values()), "assumed", digest, Assumption(label.strip(), digest))


def _said_state(line: int, given: dict[object, object]) -> str:
    said = given.get("state")
    if not isinstance(said, str):
        raise _assumed(line, "state must be a code, written FRA")
    return said


def _assumption(data: bytes) -> dict[object, object]:
    if len(data) > 1024 * 1024:
        raise _assumed(1, "larger than any assumption")
    try:
        page = yaml.load(data.decode("utf-8-sig"), Loader=StrictYaml)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _assumed(mark.line + 1 if mark else 1, str(getattr(error, "problem", "not YAML"))) from error
    except UnicodeDecodeError as error:
        raise _assumed(1, "not YAML in UTF-8") from error
    except _NO_VALUE as error:  # a day such as 2027-02-30, or a tag whose value does not fit it
        raise _assumed(
            _line_of_bad_day(data), "a value that cannot be, such as a day in no calendar"
        ) from error
    if not isinstance(page, dict):
        raise _assumed(1, "the file must be one mapping with a label and rows")
    return page


def _line_of_bad_day(data: bytes) -> int:
    """The line with a day that no calendar has, or the first."""
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), start=1):
        for year, month, day in _DAY.findall(line):
            try:
                date(int(year), int(month), int(day))
            except ValueError:
                return number
    return 1


def _assumed_row(line: int, row: StatusRow, given: dict[str, object]) -> StatusRow:
    days = {
        name: _day(line, name, given[name]) for name in ("signature", "deposit", "accession") if name in given
    }
    if "reservations" in given:
        row = replace(row, keeps_out=_kept_out(line, given["reservations"]))
        if not days and (row.signed_on or row.deposited_on):
            return replace(row, source="assumed", confidence=Confidence.RECALLED)
    if not days:
        raise _assumed(line, "no day: give signature, deposit or accession")
    if "deposit" in days and "accession" in days:
        raise _assumed(line, "deposit and accession together: one State hands in one instrument")
    signature = days.get("signature", row.signature or row.signed_by)
    deposit = days.get("deposit") or days.get("accession") or row.deposit
    if "accession" in days and signature:
        raise _assumed(line, "a signatory ratifies, accepts or approves; it does not accede")
    if "deposit" in days and not signature:
        raise _assumed(line, "a State that has not signed accedes: write accession")
    if "deposit" in days and signature and deposit < signature:
        raise _assumed(line, "the deposit comes before the signature")
    kind = "accession" if "accession" in days else (row.instrument or "ratification") if deposit else ""
    return _changed(row, signature=signature, deposit=deposit, instrument=kind)


def _changed(row: StatusRow, *, deposit: str, instrument: str, signature: str | None = None) -> StatusRow:
    return replace(
        row,
        signature=row.signature if signature is None else signature,
        signed_by=row.signed_by if signature is None else "",
        instrument=instrument,
        deposit=deposit,
        reported_by="" if deposit else row.reported_by,
        source="assumed",
        confidence=Confidence.RECALLED,
    )


def _kept_out(line: int, said: object) -> tuple[int, ...]:
    """The offences a State is assumed to keep out, by article."""
    known = {article for code, article in own_offences() if code == DEFAULT}
    if not isinstance(said, list) or not said or not all(type(each) is int for each in said):
        raise _assumed(line, "reservations must be a list of articles, written [14, 15, 16]")
    if unknown := sorted(set(said) - known):
        told = f"{min(known)} to {max(known)}"
        raise _assumed(line, f"no offence is article {unknown[0]}: the offences are articles {told}")
    return tuple(sorted(set(said)))


def _day(line: int, name: str, value: object) -> str:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise _assumed(line, f"{name} must be a day, written 2027-03-01")
    adopted = _adopted()
    if adopted is not None and value < adopted:
        raise _assumed(line, f"{name} is before the adoption of the Convention ({adopted.isoformat()})")
    return value.isoformat()


def _adopted() -> date | None:
    return next((each.since for each in shipped().instruments() if each.code == DEFAULT), None)


def _assumed(line: int, problem: str) -> LawFault:
    return LawFault("law.assume.malformed", line=line, problem=problem)
