"""What this State wrote down of the law: the certified text beside our lines, and what stands confirmed."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from corridor.casework import access
from corridor.casework.access import Person
from corridor.casework.house import house
from corridor.casework.models import LawEntry
from corridor.casework.models.law import KEY
from corridor.law import certified, confirm
from corridor.law.gaps import Answer, Met
from corridor.law.road import Progress, StepState
from corridor.law.ruleset import DEFAULT
from corridor.law.types import Line
from corridor.notary import Envelope, canonical


@dataclass(frozen=True)
class Written:
    """One entry of the State's law file, opened."""

    id: str
    kind: str
    at: datetime
    authority: str
    officer: str  # pseudonymous number
    content: dict[str, Any]


@dataclass(frozen=True)
class CertifiedRow:
    """A certified text as loaded, without the text."""

    instrument: str
    language: str
    origin: str
    sha256: str
    at: datetime
    officer: str


@dataclass(frozen=True)
class ParagraphRow:
    """Our lines at one reference beside the certified paragraph, and what was said of them."""

    ref: str
    lines: tuple[Line, ...]
    passages: tuple[tuple[str, str | None], ...]
    complete: bool  # every place the reference names was found in the certified text
    confirmation: confirm.Confirmation | None
    lapsed: bool


def law_entries(person: Person, *kinds: str) -> tuple[Written, ...]:
    """The entries of the State's law file, oldest first; of some kinds, or all."""
    rows = access.law_file(person)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return tuple(_opened(row) for row in rows)


def _opened(row: LawEntry) -> Written:
    envelope = Envelope.from_json(house().vault.open(KEY, f"law/{row.id}", row.sealed))
    content: dict[str, Any] = canonical.loads(envelope.payload)["content"]
    return Written(row.id, row.kind, row.at, row.authority.code, row.officer.number, content)


def certified_texts(person: Person) -> tuple[CertifiedRow, ...]:
    """The certified texts this State loaded, the newest of each instrument and language."""
    found: dict[tuple[str, str], CertifiedRow] = {}
    for one in law_entries(person, "certified_text"):
        said = one.content
        key = (said["instrument"], said["language"])
        found[key] = CertifiedRow(*key, said["origin"], said["sha256"], one.at, one.officer)
    return tuple(found.values())


def certified_text(
    person: Person, instrument: str = DEFAULT, language: str | None = None
) -> certified.CertifiedText | None:
    """The newest certified text loaded of an instrument, or None."""
    for one in reversed(law_entries(person, "certified_text")):
        said = one.content
        if said["instrument"] == instrument and language in (None, said["language"]):
            return _read(said["text"].encode(), instrument, said["language"])
    return None


@functools.lru_cache(maxsize=8)
def _read(data: bytes, instrument: str, language: str) -> certified.CertifiedText:
    return certified.read_certified(data, instrument=instrument, language=language)


def law_confirmed(person: Person) -> confirm.Confirmed:
    """What this State's lawyers confirmed, as it stands against our data today."""
    return confirm.confirmed(
        confirm.read_confirmation(said, by=one.officer)
        for one in law_entries(person, "confirmation")
        for said in one.content["confirmations"]
    )


def gap_answers(person: Person) -> tuple[Answer, ...]:
    """This State's own answers to the checklist of articles 7 to 34, oldest first."""
    return tuple(
        Answer(
            said["item"],
            Met(said["answer"]),
            said["source"],
            date.fromisoformat(said["date"]),
            said["by"],
            said["note"],
        )
        for one in law_entries(person, "gap_answer")
        for said in one.content["answers"]
    )


def law_progress(person: Person) -> tuple[Progress, ...]:
    """This State's own lines on its road to becoming a Party, oldest first."""
    return tuple(
        Progress(
            step=said["step"],
            what=said["what"],
            answer=StepState(said["answer"]),
            source=said["source"],
            date=date.fromisoformat(said["date"]),
            by=said["by"],
            note=said["note"],
        )
        for one in law_entries(person, "progress")
        for said in one.content["progress"]
    )


def law_paragraphs(person: Person, article: int, instrument: str = DEFAULT) -> tuple[ParagraphRow, ...]:
    """Every paragraph of an article that our data speaks of, beside the certified text."""
    person.require("law.read")
    text = certified_text(person, instrument)
    standing = law_confirmed(person)
    lapsed = {(one.instrument, one.ref) for one in standing.lapsed}
    rows = []
    for ref in confirm.refs(article, instrument):
        beside = text.beside(ref) if text is not None else ()
        rows.append(
            ParagraphRow(
                ref=ref,
                lines=confirm.lines_at(ref, instrument),
                passages=beside,
                complete=bool(beside) and all(found is not None for _, found in beside),
                confirmation=standing.of(instrument, ref),
                lapsed=(instrument, ref) in lapsed,
            )
        )
    return tuple(rows)
