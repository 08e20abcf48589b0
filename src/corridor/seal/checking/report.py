"""The report of a check: what it does not prove, what was checked, what could not be, the hands, the verdict."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from corridor.faults import Fault
from corridor.notary import instant
from corridor.seal import custody
from corridor.seal.checking.words import say, words
from corridor.seal.faults import PackageError
from corridor.seal.layout import BagInfo

# Faults that leave the question open: the check could not be made, nothing speaks against the package.
OPEN_QUESTIONS: Final = {
    "notary.credential.unknown-key",
    "seal.anchor.unknown-authority",
    "seal.anchor.unknown-log",
    "seal.custody.anchored-late",
    "seal.custody.no-root",
    "seal.custody.private-missing",
    "seal.custody.unproven-revoked",
    "seal.wrap.absent",
    "seal.wrap.destroyed-here",
}
# A folder of a million strangers' files is one finding a thousand times, and a number.
MOST_OF_A_CODE: Final = 1000


class Verdict(StrEnum):
    """The three answers, each with its exit status."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    CANNOT_TELL = "cannot_tell"

    @property
    def exit_status(self) -> int:
        return {"unchanged": 0, "changed": 1, "cannot_tell": 2}[self.value]


@dataclass(frozen=True)
class Finding:
    """One thing found wrong, or left open; `where` is the file or the statement, where it is of one."""

    fault: Fault
    where: str = ""

    @property
    def code(self) -> str:
        return self.fault.code

    @property
    def changed(self) -> bool:
        """Whether it speaks against the package, rather than leave a question open."""
        return self.code not in OPEN_QUESTIONS

    def as_json(self) -> dict[str, Any]:
        return {**self.fault.as_json(), "changed": self.changed, "where": self.where or None}


@dataclass(frozen=True)
class Note:
    """Something checked, or something that could not be, with how many of what."""

    code: str
    text: str
    counts: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text, "counts": self.counts}


@dataclass(frozen=True)
class Hand:
    """One statement as it was judged. `verified` is None where its signature could not be believed."""

    said: custody.Claimed
    verified: custody.VerifiedStatement | None
    anchor: custody.Anchor | None
    faults: tuple[Fault, ...] = ()

    @property
    def signature(self) -> str:
        """`holds`, `unknown` (no key to check it with) or `refused`."""
        if self.verified is not None:
            return "holds"
        codes = {fault.code for fault in self.faults}
        return "unknown" if codes and codes <= OPEN_QUESTIONS else "refused"

    @property
    def time(self) -> str:
        """What proves when it was made, in words."""
        if self.anchor is None:
            return say("time", "none")
        by, at = ", ".join(self.anchor.by), instant.to_text(self.anchor.at)
        text = say("time", self.anchor.kind, at=at, by=by, origin=self.anchor.origin)
        return (
            say("time", "through", time=text, through=self.anchor.through[:16])
            if self.anchor.through
            else text
        )

    def as_json(self) -> dict[str, Any]:
        said, anchor, seen = self.said, self.anchor, self.verified
        return {
            "id": said.id,
            "kind": said.kind,
            "at": said.at.isoformat(),
            "state": said.state,
            "authority": seen.authority if seen else None,
            "number": seen.number if seen else None,
            "credential": seen.credential_id if seen else None,
            "signature": self.signature,
            "judged_at": instant.to_text(seen.judged_at) if seen else None,
            "anchor": anchor
            and {
                "kind": anchor.kind,
                "at": instant.to_text(anchor.at),
                "by": list(anchor.by),
                "origin": anchor.origin or None,
                "through": anchor.through or None,
            },
            "time": self.time,
            "follows": list(said.follows),
            "facts": said.facts,
            "act": said.act,
            "private": said.private,
            "custodians": list(said.custodians),
            "into": said.into,
            "destroyed": said.destroyed
            and {"wraps": list(said.destroyed.wraps), "identities": list(said.destroyed.identities)},
            "clauses": [clause.number for clause in custody.iso27037().kinds[said.kind]],
        }


@dataclass
class Report:
    """What `verify` found. The verdict follows from the findings and from what they were measured by."""

    path: Path
    package: str = ""
    info: BagInfo | None = None
    findings: list[Finding] = field(default_factory=list)
    omitted: Counter[str] = field(default_factory=Counter)  # findings of a code beyond the first thousand
    _of_a_code: Counter[str] = field(default_factory=Counter, repr=False)
    checked: list[str] = field(default_factory=list)  # codes of `checks`, and of what others checked besides
    checks: list[Note] = field(default_factory=list)
    not_checked: list[Note] = field(default_factory=list)
    hands: tuple[Hand, ...] = ()  # every readable statement, each after all it follows
    custody: custody.VerifiedCustody | None = None  # only where every statement is verified and in its place
    anchored: str = ""  # what "since sealing" is measured by: "sealed", "expected-id", or nothing

    @property
    def does_not_prove(self) -> tuple[str, ...]:
        return tuple(words()["does_not_prove"])

    @property
    def verdict(self) -> Verdict:
        if any(finding.changed for finding in self.findings):
            return Verdict.CHANGED
        return Verdict.UNCHANGED if self.anchored else Verdict.CANNOT_TELL

    @property
    def verdict_text(self) -> str:
        """The verdict's title and what it rests on, in words."""
        row = words()["verdicts"][str(self.verdict)]
        measure = words()["measures"].get(self.anchored, "")
        return f"{row['title']}. {row['text'].format(measure=measure)}"

    @property
    def exit_status(self) -> int:
        return self.verdict.exit_status

    def as_json(self) -> dict[str, Any]:
        """Everything, in the order in which it should be read."""
        return {
            "does_not_prove": list(self.does_not_prove),
            "checked": self.checked,
            "checks": [note.as_json() for note in self.checks],
            "not_checked": [note.as_json() for note in self.not_checked],
            "custody": [hand.as_json() for hand in self.hands],
            "findings": [finding.as_json() for finding in self.findings],
            "findings_omitted": dict(self.omitted),
            "verdict": str(self.verdict),
            "verdict_text": self.verdict_text,
            "exit_status": self.exit_status,
            "package": self.package,
            "class": self.info.cls if self.info else None,
            "items": self.info.items if self.info else None,
            "anchored": self.anchored or None,
            "standards": custody.iso27037().as_json(),
        }

    def as_text(self, width: int = 100) -> str:
        """The same for reading, nothing in it that could steer a terminal."""
        head = words()["headings"]
        lines = [f"{head['does_not_prove']}:", *(f"  - {text}" for text in self.does_not_prove), ""]

        def section(title: str, rows: list[str]) -> None:
            lines.append(f"{title}:")
            for row in rows or [head["none"]]:
                lines.extend(textwrap.wrap(row, width, initial_indent="  - ", subsequent_indent="    "))
            lines.append("")

        section(head["checked"], [note.text for note in self.checks])
        section(head["not_checked"], [note.text for note in self.not_checked])
        lines.append(f"{head['hands']}:")
        for hand in self.hands:
            seen = hand.verified
            who = f"{seen.state} {seen.authority} {seen.number}" if seen else f"{hand.said.state} (?)"
            clauses = ", ".join(clause.number for clause in custody.iso27037().kinds[hand.said.kind])
            lines.append(
                f"  {instant.to_text(hand.said.at)}  {say('kinds', hand.said.kind):<24} {who:<28} "
                f"{say('signature', hand.signature):<17} {custody.iso27037().name} {clauses}"
            )
            lines.extend(textwrap.wrap(hand.time, width, initial_indent=" " * 24, subsequent_indent=" " * 24))
        lines += [f"  {head['none']}"] * (not self.hands) + [""]
        found = [
            f"{each.code}: {each.fault.log_text}. For {say('sides', str(each.fault.side))}: {each.fault.next_step}"
            for each in self.findings
        ]
        found += [f"{code}: {count} more" for code, count in sorted(self.omitted.items())]
        section(head["findings"], found)
        lines.append(f"{head['verdict']}: {self.verdict_text}")
        return "\n".join(
            "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
            for line in lines
        )

    def add(self, fault: Fault, where: str = "") -> None:
        self._of_a_code[fault.code] += 1
        if self._of_a_code[fault.code] <= MOST_OF_A_CODE:
            self.findings.append(Finding(fault, where))
        else:
            self.omitted[fault.code] += 1

    def note(self, code: str, **facts: Any) -> None:
        self.add(PackageError(code, **facts), str(facts.get("name", "")))

    def did(self, code: str, **counts: int) -> None:
        """Something was checked."""
        self.checked.append(code)
        self.checks.append(Note(code, say("checked", code, **counts), counts))

    def could_not(self, code: str, **counts: int) -> None:
        """Something could not be checked."""
        self.not_checked.append(Note(code, say("not_checked", code, **counts), counts))


def _shown(line: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
