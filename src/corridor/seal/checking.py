"""Checking a package without any key: structure, digests, wraps, custody; and what that does not prove."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from corridor.faults import Fault
from corridor.notary import NotaryFault
from corridor.seal import age, custody
from corridor.seal.faults import AgeFault, CustodyError, PackageError
from corridor.seal.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    FIXED_TAG_NAME,
    INDEX_ROOT,
    MANIFEST,
    MANIFEST_LIMIT,
    PAYLOAD_NAME,
    PRIVATE_NAME,
    README,
    TAGMANIFEST,
    WRAP_NAME,
    BagInfo,
    is_package_name,
    package_id,
    parse_bag_info,
    parse_manifest,
    read_small,
)

_BLOCK = 1 << 20
_HEADER = 16 * 1024
DOES_NOT_PROVE = (
    "what happened to the evidence before it was sealed",
    "that what the evidence says is true",
    "that obtaining it was lawful",
    "who stood behind a key when it signed",
)
# Faults that leave the question open: the check could not be made, nothing speaks against the package.
_OPEN_QUESTIONS = {
    "notary.credential.unknown-key",
    "seal.custody.no-root",
    "seal.custody.private-missing",
    "seal.wrap.absent",
}


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
    """One thing found wrong, or left open."""

    fault: Fault

    @property
    def code(self) -> str:
        return self.fault.code

    @property
    def changed(self) -> bool:
        """Whether it speaks against the package, rather than leave a question open."""
        return self.code not in _OPEN_QUESTIONS

    def as_json(self) -> dict[str, Any]:
        return {**self.fault.as_json(), "changed": self.changed}


@dataclass
class Report:
    """What `verify` found. The verdict follows from the findings and from what they were measured by."""

    path: Path
    package: str = ""
    info: BagInfo | None = None
    findings: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    custody: custody.VerifiedCustody | None = None
    anchored: str = ""  # what "since sealing" is measured by: "sealed", "expected-id", or nothing

    does_not_prove: tuple[str, ...] = DOES_NOT_PROVE

    @property
    def verdict(self) -> Verdict:
        if any(finding.changed for finding in self.findings):
            return Verdict.CHANGED
        return Verdict.UNCHANGED if self.anchored else Verdict.CANNOT_TELL

    @property
    def exit_status(self) -> int:
        return self.verdict.exit_status

    def as_json(self) -> dict[str, Any]:
        hands = self.custody.statements if self.custody else ()
        return {
            "does_not_prove": list(self.does_not_prove),
            "verdict": str(self.verdict),
            "package": self.package,
            "class": self.info.cls if self.info else None,
            "items": self.info.items if self.info else None,
            "checked": self.checked,
            "anchored": self.anchored or None,
            "findings": [finding.as_json() for finding in self.findings],
            "custody": [
                {
                    "id": each.id,
                    "kind": each.kind,
                    "at": each.at.isoformat(),
                    "state": each.state,
                    "authority": each.authority,
                    "number": each.number,
                    "follows": list(each.follows),
                    "facts": each.facts,
                }
                for each in hands
            ],
        }

    def note(self, code: str, **facts: Any) -> None:
        self.findings.append(Finding(PackageError(code, **facts)))


def verify(
    path: Path | str, *, trust: custody.StateKeys | None = None, expected_id: str | None = None
) -> Report:
    """Check all that can be checked without a key, going on past what is wrong so that the report is whole.

    `trust` gives the certifying keys of a State; without it the keys inside the package are used, which shows
    that the signatures agree with each other and not whose they are. `expected_id` is the package number
    known from elsewhere (an act, a letter). Raises `PackageError` only where there is no package to look at.
    """
    folder = Path(path)
    if not folder.is_dir() or not any((folder / name).exists() for name in (TAGMANIFEST, MANIFEST, BAG_INFO)):
        raise PackageError("seal.package.not-one")
    report = Report(folder)
    files = set(_walk(folder, report))
    fixed = _fixed(folder, report)
    _names(files, fixed, report)
    _digests(folder, fixed, files, report)
    if report.info is not None:
        _bag(folder, fixed, report)
        _classes(folder, sorted(name for name in files if name.endswith(".age")), report)
        _custody(folder, files, trust, report)
    if expected_id is not None:
        report.checked.append("number")
        if report.package != expected_id:
            report.note("seal.package.other")
        else:
            report.anchored = report.anchored or "expected-id"
    return report


def _walk(folder: Path, report: Report) -> Iterator[str]:
    """Every file by its relative name; anything that is neither file nor folder is a finding."""
    report.checked.append("structure")
    for base, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            file = Path(base, name)
            relative = file.relative_to(folder).as_posix()
            printable = relative if relative.isprintable() else "?"
            if file.is_symlink() or not (file.is_dir() or file.is_file()):
                report.note("seal.bag.not-a-file", name=printable)
            elif file.is_file():
                if is_package_name(relative):
                    yield relative
                else:
                    report.note("seal.bag.extra-file", name=printable)


def _fixed(folder: Path, report: Report) -> dict[str, str]:
    """Name -> digest of everything fixed at sealing, as the two manifests say."""
    fixed: dict[str, str] = {}
    try:
        report.package = package_id(folder)
        tags = parse_manifest(read_small(folder, TAGMANIFEST, MANIFEST_LIMIT), TAGMANIFEST, FIXED_TAG_NAME)
        fixed |= tags
        for name in (BAGIT, BAG_INFO, README, MANIFEST, INDEX_ROOT, "index/0001.age"):
            if name not in tags:
                report.note("seal.manifest.unlisted", name=name)
    except PackageError as fault:
        report.findings.append(Finding(fault))
    try:
        fixed |= parse_manifest(read_small(folder, MANIFEST, MANIFEST_LIMIT), MANIFEST, PAYLOAD_NAME)
    except PackageError as fault:
        report.findings.append(Finding(fault))
    try:
        report.info = parse_bag_info(read_small(folder, BAG_INFO))
        if read_small(folder, BAGIT) != BAGIT_TEXT.encode():
            report.note("seal.bag.declaration")
    except PackageError as fault:
        report.findings.append(Finding(fault))
    return fixed


def _names(files: set[str], fixed: dict[str, str], report: Report) -> None:
    """Nothing missing, nothing added where things are fixed at sealing."""
    growing = ("package-key/", "custody/", "trust/")
    for name in sorted(set(fixed) - files):
        report.note("seal.bag.missing-file", name=name)
    for name in sorted(files - set(fixed) - {TAGMANIFEST}):
        if not name.startswith(growing):
            report.note("seal.bag.extra-file", name=name)


def _digests(folder: Path, fixed: dict[str, str], files: set[str], report: Report) -> None:
    report.checked.append("digests")

    def digest(name: str) -> str:
        total = hashlib.sha256()
        block = memoryview(bytearray(_BLOCK))
        with open(folder / name, "rb", buffering=0) as file:
            while count := file.readinto(block):
                total.update(block[:count])
        return total.hexdigest()

    present = [name for name in sorted(fixed) if name in files]
    with ThreadPoolExecutor(2, "seal-verify") as pool:
        for name, outcome in zip(present, pool.map(_outcome(digest), present), strict=True):
            if isinstance(outcome, OSError):
                report.note("seal.bag.unreadable-file", name=name, errno=outcome.errno)
            elif outcome != fixed[name]:
                report.note("seal.bag.digest-mismatch", name=name)


def _outcome(digest: Any) -> Any:
    def safe(name: str) -> str | OSError:
        try:
            return str(digest(name))
        except OSError as error:
            return error

    return safe


def _bag(folder: Path, fixed: dict[str, str], report: Report) -> None:
    """Payload-Oxum and the numbering of parts: no gap inside a unit."""
    info = report.info
    payload = sorted(name for name in fixed if name.startswith("data/"))
    size = sum((folder / name).stat().st_size for name in payload if (folder / name).is_file())
    if info is not None and (info.payload_bytes, info.payload_files) != (size, len(payload)):
        report.note("seal.bag.oxum-mismatch")
    units: dict[str, list[str]] = {}
    for name in payload:
        units.setdefault(name.rpartition("/")[0], []).append(name)
    for unit, names in units.items():
        if names != [f"{unit}/{part:05d}.age" for part in range(len(names))]:
            report.note("seal.bag.part-gap", unit=unit)


def _classes(folder: Path, names: list[str], report: Report) -> None:
    """Every age file is of the package's class, wraps and custody alike."""
    report.checked.append("wraps")
    if not any(WRAP_NAME.fullmatch(name) for name in names):
        report.note("seal.wrap.absent")
    for name in names:
        try:
            with open(folder / name, "rb") as file:
                cls = age.header_class(io.BytesIO(file.read(_HEADER)))
        except OSError:
            continue  # already a finding of its digest
        except AgeFault as fault:
            report.note("seal.age.file-malformed", name=name, why=fault.facts.get("why", "header"))
            continue
        if report.info is not None and cls != report.info.cls:
            report.note("seal.package.class-mixed", name=name)


def _custody(folder: Path, files: set[str], trust: custody.StateKeys | None, report: Report) -> None:
    report.checked.append("custody")
    try:
        statements = custody.read_statements(folder)
        if not statements:
            raise CustodyError("seal.custody.no-root")
        claims = [custody.claimed(envelope) for envelope in statements.values()]
        expected = {f"custody/{said.id[:16]}-{said.kind}.private.age" for said in claims if said.private}
        present = {name for name in files if PRIVATE_NAME.fullmatch(name)}
        for name in sorted(expected - present):
            report.note("seal.custody.private-missing", name=name)
        for name in sorted(present - expected):
            report.note("seal.custody.private-stray", name=name)
        report.custody = custody.graph(folder, trust or custody.trust_inside(folder))
        report.anchored = "sealed"
    except (CustodyError, PackageError, NotaryFault) as fault:
        report.findings.append(Finding(fault))
