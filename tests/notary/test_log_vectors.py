"""Every file of vectors/log gives the verdict it names, and at no other place."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import SSlibKey

from corridor.notary import (
    KeyUse,
    Log,
    NotaryFault,
    PublicKey,
    keys,
    verify_checkpoint,
    verify_consistency,
    verify_proof,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "log"
CASES = sorted(VECTORS.glob("*.json"))


def _run(case: dict[str, Any], folder: Path) -> None:
    if case["kind"] == "tree":
        log = Log(folder, keys.generate(KeyUse.LOG), "vectors.example/log")
        entries = [bytes.fromhex(entry) for entry in case["entries"]]
        if entries:
            log.append(entries)
        assert log.root.hex() == case["root"]
        for name, digest in case["tiles_sha256"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        return
    key = PublicKey(
        KeyUse.LOG,
        SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public_key"]))),
    )
    if case["kind"] == "checkpoint":
        verify_checkpoint(case["checkpoint"].encode(), key, case["origin"])
    elif case["kind"] == "proof":
        verify_proof(case["proof"].encode(), bytes.fromhex(case["entry"]), key, case["origin"])
    else:
        assert case["kind"] == "consistency"
        old = verify_checkpoint(case["old"].encode(), key, case["origin"])
        new = verify_checkpoint(case["new"].encode(), key, case["origin"])
        verify_consistency(old, new, [base64.b64decode(item) for item in case["path"]])


def test_there_are_vectors() -> None:
    assert len(CASES) > 50


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_vector(path: Path, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if case["expect"] == "ok":
        _run(case, tmp_path)
    else:
        with pytest.raises(NotaryFault) as caught:
            _run(case, tmp_path)
        assert caught.value.code == case["expect"]
