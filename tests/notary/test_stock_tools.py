"""What this room signs is checked with tools it did not write: openssl, and securesystemslib's envelope."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import securesystemslib.dsse
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from corridor.notary import KeyUse, Log, PublicKey, SigningKey, dsse, keys

openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def _openssl_verifies(folder: Path, key: PublicKey, signature: bytes, data: bytes) -> bool:
    public = Ed25519PublicKey.from_public_bytes(key.raw)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("key", pem), ("sig", signature), ("data", data)):
        (folder / name).write_bytes(content)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key",
        "-rawin",
        "-in",
        "data",
        "-sigfile",
        "sig",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@openssl
def test_openssl_verifies_an_envelope(officer: SigningKey, tmp_path: Path) -> None:
    data = json.loads(dsse.sign("text/plain", b"hello", officer).to_json())
    pae = b"DSSEv1 10 text/plain 5 hello"
    signature = base64.b64decode(data["signatures"][0]["sig"])
    assert _openssl_verifies(tmp_path, officer.public, signature, pae)
    assert not _openssl_verifies(tmp_path, officer.public, signature, pae + b"!")


@openssl
def test_openssl_verifies_a_checkpoint(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path / "log", log_key, "aurelia.example/log")
    log.append([bytes(32)])
    text, _, tail = log.checkpoint().decode().rpartition("\n\n")
    signature = base64.b64decode(tail.split()[2])[4:]
    assert _openssl_verifies(tmp_path, log_key.public, signature, (text + "\n").encode())


@pytest.mark.parametrize("scheme", list(keys.SCHEMES))
def test_securesystemslib_verifies_an_envelope(scheme: str) -> None:
    one, two = (keys.generate(KeyUse.OFFICER, scheme) for _ in range(2))
    envelope = securesystemslib.dsse.Envelope.from_dict(dsse.sign("text/plain", b"hello", one, two).to_dict())
    assert set(envelope.verify([one.public.sslib, two.public.sslib], 2)) == {
        one.public.keyid,
        two.public.keyid,
    }
