"""Our own vectors: one case a file, one fault a case, as any other implementation would run them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from corridor.faults import Fault, catalogue
from corridor.seal import package
from corridor.seal.inside import check_inside

FOLDER = Path(__file__).parents[2] / "vectors" / "package"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", CASES)
def test_a_vector_gets_its_verdict_and_its_code(name: str, tmp_path: Path) -> None:
    case = json.loads((FOLDER / f"{name}.json").read_text())
    for path, data in case["files"].items():
        file = tmp_path / "package" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))
    expect = case["expect"]
    report = package.verify(tmp_path / "package")
    assert str(report.verdict) == expect["verdict"]
    assert set(expect["codes"]) <= {finding.code for finding in report.findings}
    if not expect["codes"]:
        assert not report.findings
        assert set(expect["inside"]) <= inside(tmp_path / "package", case["identity"])
    if not expect["codes"] and not expect["inside"]:
        assert not inside(tmp_path / "package", case["identity"])
        package.open_(tmp_path / "package", [case["identity"]], tmp_path / "out")
        assert (tmp_path / "out/mail/1.eml").read_bytes().startswith(b"Subject")


def inside(path: Path, identity: str) -> set[str]:
    """The codes of what the key shows to be wrong, all items read."""
    try:
        return {fault.code for fault in check_inside(path, [identity], deep=True).faults}
    except Fault as fault:
        return {fault.code}


def test_there_is_a_good_case_and_a_case_for_each_stage() -> None:
    assert {"good", "good-hybrid", "logged", "path-climbs", "payload-cut", "payload-missing"} <= set(CASES)
    assert len(CASES) > 60


# Codes of the room that speak of no package, or of one no case can hold.
NOT_OF_A_PACKAGE = (
    "seal.certificate.", "seal.digests.", "seal.disk.", "seal.disclosure.", "seal.open.", "seal.resume.",
    "seal.source.", "seal.transfer.", "seal.age.", "seal.item.absent", "seal.item.closed", "seal.item.facts-refused",
    "seal.item.name-taken", "seal.item.not-sealed", "seal.item.record-too-long", "seal.item.restriction-refused",
    "seal.item.still-open", "seal.package.abandoned", "seal.package.exists", "seal.package.finished",
    "seal.package.no-custodian", "seal.package.not-one", "seal.package.other", "seal.wrap.class-mismatch",
    "seal.wrap.none-opens", "seal.wrap.not-a-key", "seal.index.not-in-tree", "seal.anchor.proof-held",
)  # fmt: skip
ELSEWHERE = {
    "seal.bag.file-too-long": "too large a file for a case",
    "seal.bag.part-too-long": "too large a file for a case",
    "seal.bag.not-a-file": "a link or a pipe cannot be written into a case",
    "seal.bag.unreadable-file": "a file system's refusal cannot be written into a case",
    "seal.item.name-conflict": "only writing the items meets it",
    "seal.index.unit-twice": "only writing the items meets it",
    "seal.anchor.unknown-log": "an open question, told of the statement and no finding: log-unknown",
    "seal.custody.too-many": "too many files for a case",
    "seal.anchor.token-invalid": "needs an authority's token: tests/seal/test_seal_custody.py",
    "seal.anchor.unknown-authority": "needs an authority's token: tests/seal/test_seal_custody.py",
    "seal.custody.anchored-late": "needs an authority's token: tests/seal/test_seal_custody.py",
    "seal.custody.claims-later": "needs an authority's token: tests/seal/test_seal_custody.py",
    "seal.custody.unproven-revoked": "needs a directory: tests/seal/test_seal_custody.py",
    "seal.custody.absent": "asked for by id: tests/seal/test_seal_custody.py",
    "seal.custody.after-destruction": "tests/seal/test_seal_custody.py",
    "seal.custody.not-held": "tests/seal/test_seal_custody.py",
    "seal.custody.nothing-destroyed": "tests/seal/test_seal_custody.py",
    "seal.wrap.destroyed-here": "tests/seal/test_seal_custody.py",
    "seal.wrap.still-there": "tests/seal/test_seal_custody.py",
}


def test_every_code_that_speaks_of_a_package_has_a_case_or_a_reason() -> None:
    covered = set()
    for name in CASES:
        expect = json.loads((FOLDER / f"{name}.json").read_text())["expect"]
        covered |= {*expect["codes"], *expect["inside"]}
    missing = {code for code in catalogue("seal") if not code.startswith(NOT_OF_A_PACKAGE)} - covered
    assert missing == set(ELSEWHERE)
