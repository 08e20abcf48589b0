"""Our own vectors of index lines and of proofs for single items, as any other implementation would run them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.notary import merkle
from corridor.seal import index
from corridor.seal.faults import PackageError

ROOT = Path(__file__).parents[2] / "vectors"
CASES = sorted(path.stem for path in (ROOT / "index").glob("*.json"))


@pytest.mark.parametrize("name", CASES)
def test_a_vector_is_taken_or_refused_with_its_code(name: str) -> None:
    case = json.loads((ROOT / "index" / f"{name}.json").read_text(encoding="utf-8"))
    try:
        if case["kind"] == "line":
            line = base64.b64decode(case["line"])
            item = index.parse_record(line)
            salt = index.ItemTree(bytes.fromhex(case.get("secret", "00" * 32))).salt(item.number)
            if "leaf" in case:
                assert merkle.leaf_hash(salt + index.leaf(line)).hex() == case["leaf"]
        else:
            salt, path = bytes.fromhex(case["salt"]), [bytes.fromhex(each) for each in case["path"]]
            record = base64.b64decode(case["record"])
            index.verify_item(record, salt, case["position"], case["size"], path, case["root"])
        found = "ok"
    except PackageError as fault:
        found = fault.code
    assert found == case["expect"]


def test_there_are_good_and_bad_cases_of_both_kinds() -> None:
    assert {
        "line-whole",
        "line-every-member",
        "line-space",
        "line-name-climbs",
        "proof-good",
        "proof-salt",
    } <= set(CASES)
    assert len(CASES) > 50


def test_the_script_beside_them_writes_the_same_again(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import make_index; "
        "make_index.HERE = pathlib.Path(sys.argv[2]); make_index.main()"
    )
    subprocess.run([sys.executable, "-c", code, str(ROOT), str(tmp_path)], check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (ROOT / "index").iterdir()}
