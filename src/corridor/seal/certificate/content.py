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

#: What each check compared, in plain words. A check this table does not know stands under its own name.
CHECKED = {
    "structure": "The folder holds what a package may hold and nothing else; nothing is missing and nothing was added.",
    "digests": "Every sealed file has the SHA-256 digest that the manifests, fixed at sealing, give for it.",
    "wraps": "Every encrypted file is of the package's own class, and the package key is wrapped for somebody.",
    "custody": "Every custody statement was read; its signature, the officer's credential and its place among the "
    "other statements were checked.",
    "proofs": "Every statement's entry in its State's log was checked with the proof beside it.",
    "times": "Every time-stamp beside a statement was checked with the certificates of its time-stamping authority.",
    "number": "The package number agrees with the one that was given from elsewhere.",
    "index": "The encrypted index was opened with a custodian's key and agrees with what was fixed at sealing.",
    "content": "The content of every item was decrypted, and its digest compared with the index.",
    "disclosure": "Every item disclosed from another package was shown to have stood in that package.",
}
VERDICTS = {
    "unchanged": (
        "Unchanged since sealing",
        "Nothing that was checked speaks against the package, and there is something to measure it by: {anchor}.",
    ),
    "changed": (
        "Changed",
        "At least one finding below speaks against the package. It must not be relied on as it stands.",
    ),
    "cannot_tell": (
        "Cannot tell",
        "Nothing that was checked speaks against the package, but nothing trusted is there to measure it by.",
    ),
}
_ANCHORS = {
    "sealed": "a signed statement of its sealing that holds",
    "expected-id": "a package number known from elsewhere",
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
_LONG = 24  # a word longer than this may be broken anywhere


def content(
    report: Report, inside: Inside | None, *, at: datetime, trust: str = "", told_id: bool = False
) -> dict[str, Any]:
    """The certificate of a report, made at `at` (aware), as JSON values; texts of others are made harmless.

    `trust` names the directory the State keys came from ("" when only those inside the package were used),
    `told_id` says whether the package's number was known from elsewhere. The same arguments give the same content.
    """
    moment = at.astimezone(UTC)
    hands = _hands(report, inside)
    title, sentence = VERDICTS[str(report.verdict)]
    return {
        "title": "Custody certificate",
        "made": _time(moment),
        "made_parts": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "software": f"corridor {corridor.__version__}",
        "package": report.package or "unknown",
        "verdict": {
            "code": str(report.verdict),
            "title": title,
            "sentence": sentence.format(anchor=_ANCHORS.get(report.anchored, report.anchored)),
        },
        "does_not_prove": [plain(each) for each in report.does_not_prove],
        "about": _about(report, inside),
        "checked": [CHECKED.get(each, plain(each)) for each in report.checked],
        "not_checked": _not_checked(report, inside, trust, told_id),
        "findings": [
            {
                "code": each.code,
                "what": plain(each.fault.log_text),
                "next": plain(each.fault.next_step.strip()),
                "against": each.changed,
            }
            for each in report.findings
        ],
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


def _not_checked(report: Report, inside: Inside | None, trust: str, told_id: bool) -> list[dict[str, str]]:
    out = []

    def say(what: str, why: str) -> None:
        out.append({"what": what, "why": why})

    if not trust:
        say(
            "Whose the signing keys are",
            "no directory of the States was given; the keys carried inside the package were used, which shows that "
            "the signatures agree with each other",
        )
    if not told_id:
        say(
            "The package number",
            "no number was given from elsewhere (a signed act, a letter) to compare it with",
        )
    if inside is None:
        say(
            "The index, the content, and the names and places in the private parts",
            "they are encrypted, and no custodian's key was given",
        )
    elif not inside.deep:
        say(
            "The content of the items against the index",
            "it was not asked for (--deep); the sealed files' digests were",
        )
    hands = _hands(report, inside)
    floating = [str(each["place"]) for each in hands if not each["anchors"]]
    if floating:
        say(
            f"When {'hand' if len(floating) == 1 else 'hands'} {', '.join(floating)} signed",
            "no time-stamp, witnessed log or receipt anchors it; the time is what the statement itself says",
        )
    for each in hands:
        if each["has_private"] and not each["private"] and inside is not None:
            say(
                f"The private part of hand {each['place']}",
                "it is not in the package, or could not be opened",
            )
    return out


def _hands(report: Report, inside: Inside | None) -> list[dict[str, Any]]:
    statements = report.custody.statements if report.custody else ()
    places = {each.id: number for number, each in enumerate(statements, 1)}
    out = []
    for each in statements:
        private = inside.private.get(each.id, {}) if inside is not None else {}
        out.append(
            {
                "place": places[each.id],
                "id": each.id,
                "kind": each.kind,
                "says": KINDS.get(each.kind, each.kind),
                "at": _time(each.at),
                "seconds": int(each.at.timestamp()),
                "state": each.state,
                "authority": plain(each.authority),
                "number": plain(each.number),
                "credential": each.credential_id,
                "follows": sorted(places[other] for other in each.follows if other in places),
                "facts": [[plain(name), plain(value)] for name, value in sorted(each.facts.items())],
                "private": [[plain(name), plain(text)] for name, text in sorted(private.items())],
                "has_private": each.private is not None,
                "act": each.act or "",
                "anchors": [],
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
    statements: Sequence[Any] = report.custody.statements if report.custody else ()
    rows += [
        [f"Statement {number}, {each.kind} (SHA-256 of the DSSE PAE)", each.id]
        for number, each in enumerate(statements, 1)
    ]
    return rows
