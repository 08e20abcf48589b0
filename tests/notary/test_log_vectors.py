"""Every file of vectors/log gives the verdict it names, and at no other place."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from corridor.notary import (
    KeyUse,
    Log,
    NotaryFault,
    PublicKey,
    SigningKey,
    keys,
    timestamp,
    verify_checkpoint,
    verify_consistency,
    verify_proof,
    verify_witnessed,
)
from corridor.notary.succession import verify_succession
from corridor.notary.witness import Witness, read_request

VECTORS = Path(__file__).parents[2] / "vectors" / "log"
CASES = sorted(VECTORS.glob("*.json"))


def _key(text: str, use: KeyUse = KeyUse.LOG) -> PublicKey:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    return PublicKey(use, SSlibKey.from_crypto(public))


def _cosignature(case: dict[str, Any]) -> None:
    witnesses = {name: _key(text, KeyUse.WITNESS) for name, text in case["witnesses"].items()}
    seen = verify_witnessed(case["checkpoint"].encode(), _key(case["public_key"]), case["origin"], witnesses)
    assert seen.standing == case["standing"]
    assert [{"name": item.name, "time": item.at.timestamp()} for item in seen.cosignatures] == case[
        "cosigned"
    ]


def _witness(case: dict[str, Any]) -> None:
    """The answer's status and, where it is given, its body; only a cosigned checkpoint takes the place of the last."""
    signer = SigningKey(KeyUse.WITNESS, _seeded(f"witness {case['witness']}"))
    assert signer.public.raw.hex() == case["witness_public_key"]
    memory: dict[str, bytes] = {case["origin"]: case["held"].encode()} if case["held"] else {}

    class Memory:
        def last(self, origin: str) -> bytes | None:
            return memory.get(origin)

        def replace(self, origin: str, old: bytes | None, new: bytes) -> bool:
            memory[origin] = new
            return True

    logs = {case["origin"]: _key(case["public_key"])}
    one = Witness(case["witness"], signer, Memory(), logs.get)
    request, at = case["request"].encode(), datetime.fromtimestamp(case["time"], UTC)
    before = dict(memory)
    answer = one.answer(request, at)
    assert answer.status == case["status"]
    if "answer" in case:
        assert answer.body == case["answer"].encode()
    assert (memory == before) is (answer.status != 200 or request.endswith((case["held"] or "-").encode()))
    memory = before
    one.add_checkpoint(*read_request(request), at)


def _seeded(name: str) -> CryptoSigner:
    private = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(f"corridor vectors {name}".encode()).digest()
    )
    return CryptoSigner(private, SSlibKey.from_crypto(private.public_key()))


def _time(case: dict[str, Any]) -> None:
    roots = [x509.load_pem_x509_certificate(pem.encode()) for pem in case["roots"]]
    response, digest = base64.b64decode(case["response"]), bytes.fromhex(case["digest"])
    if "nonce" in case:
        request = timestamp.new_request(digest, nonce=case["nonce"])
        seen = timestamp.accept(response, request, roots)
    else:
        seen = timestamp.verify_time(response, digest, roots)
    assert (seen.at.timestamp(), seen.authority, seen.serial, seen.digest) == (
        case["time"],
        case["authority"],
        case["serial"],
        digest,
    )


def _succession(case: dict[str, Any]) -> None:
    final = verify_checkpoint(case["final"].encode(), _key(case["public_key"]), case["origin"])
    verify_succession(final, case["proof"].encode(), _key(case["new_public_key"]), case["new_origin"])


OTHERS = {"cosignature": _cosignature, "witness": _witness, "time": _time, "succession": _succession}


def _run(case: dict[str, Any], folder: Path) -> None:
    if case["kind"] in OTHERS:
        OTHERS[case["kind"]](case)
        return
    if case["kind"] == "tree":
        log = Log(folder, keys.generate(KeyUse.LOG), "vectors.example/log")
        entries = [bytes.fromhex(entry) for entry in case["entries"]]
        if entries:
            log.append(entries)
        assert log.root.hex() == case["root"]
        for name, digest in case["tiles_sha256"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        return
    key = _key(case["public_key"])
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
    assert len(CASES) > 150


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_vector(path: Path, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if case["expect"] == "ok":
        _run(case, tmp_path)
    else:
        with pytest.raises(NotaryFault) as caught:
            _run(case, tmp_path)
        assert caught.value.code == case["expect"]


# What `openssl ts -verify -digest` does not look at: the nonce, the algorithm of the imprint, whether what was granted
# is what was asked for, extensions, and what comes after the response.
OPENSSL_PASSES = {
    "other-nonce",
    "no-nonce",
    "imprint-algorithm",
    "granted-with-mods",
    "critical-extension",
    "trailing",
}
TIMES = [
    path
    for path in CASES
    if path.stem.startswith("time-") and path.stem.removeprefix("time-") not in OPENSSL_PASSES
]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("path", TIMES, ids=lambda path: path.stem)
def test_openssl_says_the_same_of_a_time(path: Path, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / "response").write_bytes(base64.b64decode(case["response"]))
    (tmp_path / "roots.pem").write_text("".join(case["roots"]))
    noon = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())
    command = [
        "openssl",
        "ts",
        "-verify",
        "-digest",
        case["digest"],
        "-in",
        "response",
        "-CAfile",
        "roots.pem",
    ]
    done = subprocess.run([*command, "-attime", str(noon)], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) is (case["expect"] == "ok"), done.stderr
