"""Our own vectors: one case a file, one fault a case, as any other implementation would run them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from corridor.seal import package

FOLDER = Path(__file__).parents[2] / "vectors" / "package"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", CASES)
def test_a_vector_gets_its_verdict_and_its_code(name: str, tmp_path: Path) -> None:
    case = json.loads((FOLDER / f"{name}.json").read_text())
    for path, data in case["files"].items():
        file = tmp_path / "package" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))
    report = package.verify(tmp_path / "package")
    assert str(report.verdict) == case["expect"]["verdict"]
    assert set(case["expect"]["codes"]) <= {finding.code for finding in report.findings}
    if not case["expect"]["codes"]:
        assert not report.findings
        package.open_(tmp_path / "package", [case["identity"]], tmp_path / "out")
        assert (tmp_path / "out/mail/1.eml").read_bytes().startswith(b"Subject")


def test_there_is_a_good_case_and_a_case_for_each_stage() -> None:
    assert {"good", "good-hybrid", "path-climbs", "payload-cut", "payload-missing"} <= set(CASES)
    assert len(CASES) > 20
