"""What stands on a custody certificate: every sentence, name and number, as plain JSON for the template."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import corridor
from corridor.seal.certificate.figure import timeline
from corridor.seal.checking import Report
from corridor.seal.custody import iso27037
from corridor.seal.inside import Inside

#: What was checked with a key, beside what the report says of itself.
WITH_A_KEY = {
    "index": "The encrypted index, opened with a custodian's key, against what was fixed at sealing.",
    "content": "The content of every item, decrypted, against its digest in the index.",
    "disclosure": "Every item, against the package it was disclosed from, back to the first statement of sealing.",
}
_SIGNATURES = {
    "holds": "the officer's signature and the State's certificate for it hold",
    "unknown": "could not be confirmed: see what was found",
    "refused": "DOES NOT HOLD: nothing rests on this statement",
}
KINDS = {
    "collected": "Evidence was collected",
    "sealed": "Evidence was sealed into this package",
    "sent": "The package was sent",
    "received": "The package was received",
    "returned": "The package was returned",
    "disclosed": "Chosen items were disclosed into another package",
    "destroyed": "The keys that open it were destroyed",
}
_FINDINGS = 200  # on paper; --json has them all
_LONG = 24  # a word longer than this may be broken anywhere


def content(report: Report, inside: Inside | None, *, at: datetime, trust: str = "") -> dict[str, Any]:
    """The certificate of a report, made at `at` (aware), as JSON values; texts of others are made harmless.

    `trust` names where the State keys came from ("" when only those inside the package were used). The same
    arguments give the same content.
    """
    moment = at.astimezone(UTC)
    hands = _hands(report, inside)
    title, _, sentence = report.verdict_text.partition(". ")
    return {
        "title": "Custody certificate",
        "made": _time(moment),
        "made_parts": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "software": f"corridor {corridor.__version__}",
        "package": report.package or "unknown",
        "verdict": {
            "code": str(report.verdict),
            "title": title[:1].upper() + title[1:],
            "sentence": sentence,
        },
        "does_not_prove": [plain(each) for each in report.does_not_prove],
        "about": _about(report, inside),
        "checked": [
            *(plain(note.text) for note in report.checks),
            *(text for code, text in WITH_A_KEY.items() if code in report.checked),
        ],
        "not_checked": _not_checked(report, inside),
        "findings": [
            {
                "code": each.code,
                "what": plain(each.fault.log_text),
                "next": plain(each.fault.next_step.strip()),
                "against": each.changed,
            }
            for each in report.findings[:_FINDINGS]
        ],
        "findings_more": max(len(report.findings) - _FINDINGS, 0) + sum(report.omitted.values()),
        "conditions": [plain(each) for each in inside.conditions] if inside else [],
        "hands": hands,
        "figure": timeline(hands) if hands else "",
        "digests": _digests(report),
        "trust": plain(trust),
        "standard": _standard(hands),
    }


def plain(text: str) -> str:
    """A text that others wrote, for paper: no control characters, nothing that reverses the reading direction, and
    words of more than 24 characters that may be broken (U+200B)."""
    out, run = [], 0
    for char in unicodedata.normalize("NFC", str(text)):
        if not char.isprintable():
            char = " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        run = 0 if char.isspace() else run + 1
        out.append(char)
        if run and run % _LONG == 0:
            out.append("\N{ZERO WIDTH SPACE}")
    return "".join(out)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _about(report: Report, inside: Inside | None) -> list[list[str]]:
    info = report.info
    rows = [["Package number", report.package or "unknown"]]
    if info is not None:
        kinds = {"hybrid": "hybrid: also safe against quantum computers", "classic": "classic"}
        rows += [
            ["Name", info.name],
            ["Class", kinds.get(info.cls, info.cls)],
            ["Sealed on", info.date],
            ["Items", f"{info.items:,}"],
            ["Sealed files", f"{info.payload_files:,} files, {info.payload_bytes:,} bytes, encrypted"],
        ]
    if inside is not None:
        rows.append(["Content", f"{inside.items:,} items, {inside.size:,} bytes, as the index says"])
        rows.append(["Restricted", f"{inside.restricted:,} items must not be previewed or rendered"])
        rows += [
            [
                "Disclosed from",
                f"package {each.package[:16]} of {each.items:,} items, sealed by {each.statement.state}",
            ]
            for each in inside.origins
        ]
        rows.append(["Not sealed whole", f"{inside.troubled:,} items"])
    return rows


def _not_checked(report: Report, inside: Inside | None) -> list[str]:
    out = [
        plain(note.text)
        for note in report.not_checked
        if note.code != "content" or inside is None or not inside.deep
    ]
    if inside is None:
        out.append(
            "Persons, places and reasons in the private parts: they are encrypted, and no custodian's key was given."
        )
    else:
        missing = [
            str(place)
            for place, hand in enumerate(report.hands, 1)
            if hand.said.private is not None and hand.said.id not in inside.private
        ]
        if missing:
            out.append(
                f"The private parts of hands {', '.join(missing)}: they are not there, or could not be opened."
            )
    return out


def _hands(report: Report, inside: Inside | None) -> list[dict[str, Any]]:
    places = {hand.said.id: number for number, hand in enumerate(report.hands, 1)}
    out = []
    for hand in report.hands:
        said, seen = hand.said, hand.verified
        private = inside.private.get(said.id, {}) if inside is not None else {}
        out.append(
            {
                "place": places[said.id],
                "id": said.id,
                "kind": said.kind,
                "says": KINDS.get(said.kind, said.kind),
                "at": _time(said.at),
                "seconds": int(said.at.timestamp()),
                "state": said.state,
                "signature": hand.signature,
                "signed": _SIGNATURES[hand.signature],
                "authority": plain(seen.authority) if seen else "",
                "number": plain(seen.number) if seen else "",
                "follows": sorted(places[other] for other in said.follows if other in places),
                "facts": [[plain(name), plain(value)] for name, value in sorted(said.facts.items())],
                "private": [[plain(name), plain(text)] for name, text in sorted(private.items())],
                "act": said.act or "",
                "time": plain(hand.time),
                "anchored": int(hand.anchor.at.timestamp()) if hand.anchor else None,
            }
        )
    return out


def _standard(hands: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The clauses of ISO/IEC 27037 that the kinds of hands here answer to."""
    known = iso27037()
    kinds = [kind for kind in dict.fromkeys(hand["kind"] for hand in hands) if kind in known.kinds]
    return {
        "name": known.name,
        "confidence": known.confidence,
        "rows": [
            [
                kind,
                "; ".join(f"{clause.number} {clause.title}" for clause in known.kinds[kind]),
                known.how[kind],
            ]
            for kind in kinds
        ],
    }


def _digests(report: Report) -> list[list[str]]:
    rows = [["Package (SHA-256 of tagmanifest-sha256.txt)", report.package or "unknown"]]
    if report.info is not None:
        rows.append(["Item tree (RFC 6962)", report.info.tree])
    rows += [
        [f"Statement {number}, {hand.said.kind} (SHA-256 of the DSSE PAE)", hand.said.id]
        for number, hand in enumerate(report.hands, 1)
    ]
    return rows
