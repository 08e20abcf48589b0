"""What this State says for itself of the law: it loads a certified text and confirms our paragraphs against it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from corridor.casework import access
from corridor.casework.access import Person
from corridor.casework.actions import entries
from corridor.casework.actions.results import LawEntered
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import house
from corridor.casework.models import Authority, LawEntry
from corridor.casework.models.law import KEY, PAYLOAD_TYPE
from corridor.casework.queries.law import certified_text
from corridor.law import certified, confirm
from corridor.law.gaps import Answer, Met, gaps, malformed
from corridor.law.road import read_progress


def load_certified_text(
    person: Person, *, instrument: str, language: str, data: bytes, origin: str, secret: str
) -> LawEntered:
    """Keep a certified text of an instrument: plain text in UTF-8, in one authentic language.

    `origin` says where it comes from (the depositary's certified copy and its date). Raises LawFault
    `law.certified.…` and keeps nothing when it cannot be read.
    """
    person.require("law.write")
    if not origin.strip():
        raise CaseworkFault("casework.law.origin")
    text = certified.read_certified(data, instrument=instrument, language=language)
    content = {
        "instrument": instrument,
        "language": language,
        "origin": origin.strip()[:400],
        "sha256": text.sha256,
        "text": data.decode("utf-8-sig"),
    }
    return _enter(person, "certified_text", content, secret)


def confirm_paragraphs(
    person: Person, *, instrument: str, judged: Mapping[str, tuple[str, str]], secret: str
) -> LawEntered:
    """Say of paragraphs whether our lines agree with the certified text: reference -> (agrees | differs, note).

    One signature for all of them, or for none: the first that cannot be confirmed stops the whole. Raises
    CaseworkFault `casework.law.no-text` while no certified text is loaded, `casework.law.nothing`,
    `casework.law.verdict`, and LawFault `law.confirm.…`.
    """
    person.require("law.write")
    text = certified_text(person, instrument)
    if text is None:
        raise CaseworkFault("casework.law.no-text")
    if not judged:
        raise CaseworkFault("casework.law.nothing")
    today = house().clock().date()
    made = []
    for ref, (verdict, note) in judged.items():
        if verdict not in set(confirm.Verdict):
            raise CaseworkFault("casework.law.verdict")
        made.append(
            confirm.confirm(
                text, ref, verdict=confirm.Verdict(verdict), by=person.number, on=today, note=note[:2000]
            )
        )
    content = {"confirmations": [one.to_dict() for one in made]}
    return _enter(person, "confirmation", content, secret)


def answer_gaps(person: Person, *, answers: Mapping[str, tuple[str, str, str]], secret: str) -> LawEntered:
    """Say how far this State's law meets paragraphs of articles 7 to 34: item -> (answer, source, note).

    One signature for all of them, or for none. Raises CaseworkFault `casework.law.nothing`, LawFault
    `law.gaps.malformed` for an item or an answer that is none, or an answer without a source.
    """
    person.require("law.write")
    if not answers:
        raise CaseworkFault("casework.law.nothing")
    today = house().clock().date()
    made = []
    for item, (met, source, note) in answers.items():
        if met not in set(Met):
            raise malformed(0, f"answer is one of {', '.join(Met)}")
        if not source.strip():
            raise malformed(0, f"{item[:20]}: an answer needs its source")
        made.append(Answer(item, Met(met), source.strip()[:400], today, person.number, note.strip()[:2000]))
    gaps(house().state, made)  # refuses what is no item
    return _enter(person, "gap_answer", {"answers": [one.to_dict() for one in made]}, secret)


def record_progress(person: Person, *, told: Mapping[str, str], secret: str) -> LawEntered:
    """Write down one line of this State's own road to becoming a Party: `step`, `what`, `answer`, `source`, `date`
    and maybe a `note`. Raises LawFault `law.road.malformed` for what is none.
    """
    person.require("law.write")
    cells = {name: str(told.get(name, "")) for name in ("step", "what", "answer", "source", "date", "note")}
    table = io.StringIO()
    writer = csv.DictWriter(table, [*cells, "by"])
    writer.writeheader()
    writer.writerow({**cells, "by": person.number})
    (line,) = read_progress(table.getvalue().encode())
    return _enter(person, "progress", {"progress": [line.to_dict()]}, secret)


def _enter(person: Person, kind: str, content: dict[str, Any], secret: str) -> LawEntered:
    house().vault.make(KEY)

    def keep(entry: entries.Entry) -> None:
        LawEntry.objects.create(
            id=entry.id,
            authority=Authority.objects.get(code=person.authority),
            officer_id=person.officer_id,
            kind=kind,
            prev=entry.prev,
            at=entry.at,
            sealed=entry.home.vault.seal(KEY, f"law/{entry.id}", entry.envelope.to_json()),
        )

    entry = entries.sign(
        person,
        form="law/1",
        payload_type=PAYLOAD_TYPE,
        kind=kind,
        content=content,
        secret=secret,
        prev=lambda: entries.end(access.law_file(person).filter(authority__code=person.authority)),
        keep=keep,
    )
    return LawEntered(entry.id, kind)
