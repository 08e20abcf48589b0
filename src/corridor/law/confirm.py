"""What a State's lawyer confirmed against the certified text: which of our lines may be cited by their paragraph.

A confirmation is local data of one State. It names a reference as our lines write it, the digest of each of our lines
there, and the digest of the certified paragraph it was compared with; when our words change, it lapses by itself.
Signing and keeping are made elsewhere (casework of the node, or the command line): this module is given what was
verified and says what follows from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corridor.law.certified import CertifiedText
from corridor.law.errors import LawFault
from corridor.law.places import places
from corridor.law.ruleset import DEFAULT, Rules, shipped
from corridor.law.types import Form, Line, Offence, plain

_MARKS = ("cite", "source", "confidence", "dated", "certainty", "cross_check", "seen_scope", "partly_seen_in")


class Verdict(StrEnum):
    """What the comparison showed. `differs` says our line is wrong, and is shown wherever the line is."""

    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One paragraph compared by one person on one day. Digests are SHA-256 in hexadecimal."""

    instrument: str
    ref: str
    verdict: Verdict
    lines: tuple[str, ...]  # digests of our lines at `ref`, sorted
    document: str  # digest of the certified text as loaded
    language: str
    passage: str  # digest of its paragraphs at `ref`
    note: str
    by: str  # a pseudonymous number, never a name
    on: date

    @property
    def cite(self) -> str:
        """What `Line.cite` looks for."""
        return f"{self.instrument} {self.ref}"

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def line_digest(line: Line) -> str:
    """SHA-256 of what a line says, without the marks that say how far to trust it."""
    said = {key: value for key, value in line.to_dict().items() if key not in _MARKS}
    said |= {"instrument": line.instrument, "line": type(line).__name__}
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def lines_at(ref: str, instrument: str = DEFAULT, rules: Rules | None = None) -> tuple[Line, ...]:
    """Our lines whose reference is exactly `ref`, without the forms and offences that only hold others."""
    rules = rules or shipped()
    found: dict[str, Line] = {}
    for line in rules.lines(instrument):
        if line.instrument == instrument and line.ref == ref and not isinstance(line, Form | Offence):
            found.setdefault(line_digest(line), line)
    return tuple(found.values())


def refs(article: int, instrument: str = DEFAULT, rules: Rules | None = None) -> tuple[str, ...]:
    """The references our lines make to paragraphs of one article, in the order of the paragraphs."""
    rules = rules or shipped()
    found: dict[str, None] = {}
    for line in rules.lines(instrument):
        if line.instrument != instrument or line.ref is None or "(" not in line.ref:
            continue
        if any(place.partition("(")[0] == str(article) for place in places(line.ref)):
            found.setdefault(line.ref)
    # Paragraphs of this article first, what only names them beside others after.
    return tuple(sorted(found, key=lambda ref: (not ref.startswith(f"{article}("), _order(ref))))


def confirm(
    text: CertifiedText,
    ref: str,
    *,
    verdict: Verdict,
    by: str,
    on: date,
    note: str = "",
    rules: Rules | None = None,
) -> Confirmation:
    """The confirmation of one reference against a certified text, to be signed by who made it.

    Raises LawFault `law.confirm.no-line` (we have no line with this reference), `law.confirm.no-passage` (the text
    loaded has no such paragraph), `law.confirm.no-note` (our line differs, and nobody said how).
    """
    ours = lines_at(ref, text.instrument, rules)
    if not ours or "(" not in ref:
        raise LawFault("law.confirm.no-line", ref=ref[:40], instrument=text.instrument)
    passage = text.digest_at(ref)
    if passage is None:
        missing = ", ".join(place for place, found in text.beside(ref) if found is None)
        raise LawFault("law.confirm.no-passage", ref=ref[:40], missing=missing)
    if verdict is Verdict.DIFFERS and not note.strip():
        raise LawFault("law.confirm.no-note", ref=ref[:40])
    return Confirmation(
        instrument=text.instrument,
        ref=ref,
        verdict=verdict,
        lines=tuple(sorted(line_digest(line) for line in ours)),
        document=text.sha256,
        language=text.language,
        passage=passage,
        note=note.strip(),
        by=by,
        on=on,
    )


def read_confirmation(content: Mapping[str, Any], *, by: str) -> Confirmation:
    """A confirmation from the content of a verified statement. Raises LawFault `law.confirm.malformed`."""
    try:
        row = Confirmation(
            instrument=_text(content["instrument"]),
            ref=_text(content["ref"]),
            verdict=Verdict(content["verdict"]),
            lines=tuple(_text(each) for each in content["lines"]),
            document=_text(content["document"]),
            language=_text(content["language"]),
            passage=_text(content["passage"]),
            note=str(content.get("note", "")),
            by=by,
            on=date.fromisoformat(content["on"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LawFault("law.confirm.malformed", problem=f"{type(error).__name__}: {error}"[:80]) from error
    return row


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a State's confirmations come to today. `cites` is what `Line.cite(confirmed=...)` takes."""

    cites: frozenset[str]
    differing: tuple[Confirmation, ...]
    lapsed: tuple[Confirmation, ...]  # our words changed since, or the line is gone
    standing: tuple[Confirmation, ...]

    def of(self, instrument: str, ref: str) -> Confirmation | None:
        """The confirmation that stands for a reference, agreeing or differing."""
        for each in (*self.standing, *self.differing):
            if (each.instrument, each.ref) == (instrument, ref):
                return each
        return None


def confirmed(confirmations: Iterable[Confirmation], rules: Rules | None = None) -> Confirmed:
    """Fold confirmations, oldest first: the last one about a reference counts, and only for the lines it saw."""
    rules = rules or shipped()
    last = {(each.instrument, each.ref): each for each in confirmations}
    ours: dict[tuple[str, str | None], set[str]] = {}
    for line in rules.lines() if last else ():
        if (line.instrument, line.ref) in last and not isinstance(line, Form | Offence):
            ours.setdefault((line.instrument, line.ref), set()).add(line_digest(line))
    standing, differing, lapsed = [], [], []
    for key, each in last.items():
        if ours.get(key, set()) != set(each.lines):
            lapsed.append(each)
        elif each.verdict is Verdict.DIFFERS:
            differing.append(each)
        else:
            standing.append(each)
    return Confirmed(
        frozenset(each.cite for each in standing), tuple(differing), tuple(lapsed), tuple(standing)
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("text expected")
    return value


def _order(ref: str) -> tuple[Any, ...]:
    first = places(ref)[0] if places(ref) else ref
    number, _, marks = first.partition("(")
    steps = [
        (0, int(mark), "") if mark.isdigit() else (1, 0, mark)
        for mark in marks.rstrip(")").split(")(")
        if mark
    ]
    return (int(number) if number.isdigit() else 0, steps, ref)
