"""The public test vectors of the age format (C2SP/CCTV): one vector, one fault, one named stage."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from pathlib import Path

import pytest

from corridor.seal import age

FOLDER = Path(
    os.environ.get("CORRIDOR_AGE_VECTORS", Path(__file__).parents[3] / "shared" / "vectors" / "age")
)
KNOWN = {"expect", "payload", "file key", "identity", "passphrase", "armored", "comment", "compressed"}
STAGES: dict[str, type[age.AgeFault]] = {
    "header failure": age.HeaderError,
    "armor failure": age.HeaderError,
    "no match": age.NoMatchError,
    "HMAC failure": age.HmacError,
    "payload failure": age.PayloadError,
}
NAMES = sorted(path.name for path in FOLDER.iterdir()) if FOLDER.is_dir() else []


def parse(raw: bytes) -> tuple[list[tuple[str, str]], bytes]:
    head, _, body = raw.partition(b"\n\n")
    fields = [tuple(line.split(": ", 1)) for line in head.decode().splitlines()]
    return fields, body  # type: ignore[return-value]


@pytest.mark.skipif(not NAMES, reason=f"no age test vectors in {FOLDER} (set CORRIDOR_AGE_VECTORS)")
@pytest.mark.parametrize("name", NAMES or ["absent"])
def test_a_vector_fails_at_its_named_stage_and_releases_only_its_payload(name: str) -> None:
    fields, body = parse((FOLDER / name).read_bytes())
    header = dict(fields)
    if set(header) - KNOWN or header.get("armored") == "yes":
        pytest.skip("vector for a feature age packages do not use")
    if header.get("compressed") == "zlib":
        body = zlib.decompress(body)
    keys: list[age.AnyIdentity] = [value for key, value in fields if key == "identity"]
    keys += [age.Passphrase(value) for key, value in fields if key == "passphrase"]
    sink = io.BytesIO()
    if header["expect"] == "success":
        age.decrypt(io.BytesIO(body), sink, keys)
    else:
        with pytest.raises(STAGES[header["expect"]]):
            age.decrypt(io.BytesIO(body), sink, keys)
    if "payload" in header:
        assert hashlib.sha256(sink.getvalue()).hexdigest() == header["payload"]
