"""Whatever a stranger sends, the parsers of this room find nothing but their own faults.

Bytes from nowhere seldom come past a first check, so most examples begin as something good and are then cut, joined,
repeated and changed. `make test-all` tries many more.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.notary import (
    KeyUse,
    NotaryFault,
    PublicKey,
    SigningKey,
    canonical,
    credentials,
    dsse,
    keys,
    merkle,
    timestamp,
    verify_checkpoint,
    verify_proof,
    witness,
)
from corridor.notary.checkpoint import checkpoint_text, note_key_id, sign_checkpoint, write_proof
from corridor.notary.note import NoteSignature, write_note

VECTORS = Path(__file__).parents[2] / "vectors" / "log"
ORIGIN = "aurelia.example/log"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAVES = [hashlib.sha256(b"%d" % number).digest() for number in range(9)]
TREE = merkle.Tree(map(merkle.leaf_hash, LEAVES))


@cache
def key(use: KeyUse) -> SigningKey:
    return keys.generate(use)


@cache
def note() -> bytes:
    text = sign_checkpoint(ORIGIN, 9, TREE.root(), key(KeyUse.LOG))
    return text + witness.cosign(text, "w.example", key(KeyUse.WITNESS), NOON)


@cache
def times() -> tuple[tuple[bytes, ...], bytes, tuple[x509.Certificate, ...]]:
    cases = [json.loads(path.read_text()) for path in sorted(VECTORS.glob("time-*.json"))]
    good = next(case for case in cases if case["expect"] == "ok")
    roots = tuple(x509.load_pem_x509_certificate(pem.encode()) for pem in good["roots"])
    responses = tuple(base64.b64decode(case["response"]) for case in cases)
    return responses, bytes.fromhex(good["digest"]), roots


def _read_time(data: bytes) -> None:
    _, digest, roots = times()
    timestamp.verify_time(data, digest, roots)


def _cosignatures(data: bytes) -> None:
    witness.verify_witnessed(data, key(KeyUse.LOG).public, ORIGIN, {"w.example": key(KeyUse.WITNESS).public})


def _join(data: bytes) -> None:
    witness.gather(note(), [data], {"w.example": key(KeyUse.WITNESS).public})
    witness.add_cosignatures(note(), data)


def _ask(data: bytes) -> None:
    class Nothing:
        def last(self, origin: str) -> bytes | None:
            return None

        def replace(self, origin: str, old: bytes | None, new: bytes) -> bool:
            return True

    one = witness.Witness("w.example", key(KeyUse.WITNESS), Nothing(), {ORIGIN: key(KeyUse.LOG).public}.get)
    assert one.answer(data, NOON).status in {200, 400, 403, 404, 409, 422}
    witness.read_request(data)


def _envelope(data: bytes) -> None:
    envelope = dsse.Envelope.from_json(data)
    assert dsse.Envelope.from_json(envelope.to_json()) == envelope
    dsse.verify(envelope, payload_type="text/plain", key=key(KeyUse.OFFICER).public)


def _json(data: bytes) -> None:
    value = canonical.loads(data)
    assert canonical.loads(canonical.dumps(value)) == value


def _public(data: bytes) -> None:
    PublicKey.from_dict(canonical.loads(data), use=KeyUse.OFFICER)


def _credential(data: bytes) -> None:
    """The payload, signed as it is: else nothing behind the signature would be tried."""
    state = key(KeyUse.STATE)
    envelope = dsse.sign(credentials.PAYLOAD_TYPE, data, state)
    credentials.verify(envelope, state="XAA", keys=[state.public], at=NOON)


def _signed_text(data: bytes) -> None:
    """A checkpoint whose signature holds, over whatever text."""
    log = key(KeyUse.LOG)
    line = NoteSignature(ORIGIN, note_key_id(ORIGIN, log.public), log.sign(data)).line
    verify_checkpoint(write_note(data, line), log.public, ORIGIN)


@cache
def credential() -> bytes:
    facts = {"state": "XAA", "authority": "XAA-CP", "number": "7K2M", "powers": ["custody"]}
    month = timedelta(days=30)
    return credentials.issue(
        key(KeyUse.STATE), **facts, key=key(KeyUse.OFFICER).public, not_before=NOON, not_after=NOON + month
    ).payload  # type: ignore[arg-type]


PARSERS: dict[str, tuple[Callable[[bytes], object], Callable[[], tuple[bytes, ...]]]] = {
    "checkpoint": (lambda data: verify_checkpoint(data, key(KeyUse.LOG).public, ORIGIN), lambda: (note(),)),
    "checkpoint text": (checkpoint_text, lambda: (note(),)),
    "proof": (
        lambda data: verify_proof(data, LEAVES[4], key(KeyUse.LOG).public, ORIGIN),
        lambda: (write_proof(4, TREE.inclusion(4), note()),),
    ),
    "cosignatures": (_cosignatures, lambda: (note(),)),
    "a signed text": (_signed_text, lambda: (checkpoint_text(note()),)),
    "a witness's answer": (
        _join,
        lambda: (witness.cosign(note(), "w.example", key(KeyUse.WITNESS), NOON),),
    ),
    "a request to a witness": (_ask, lambda: (witness.write_request(0, [], note()),)),
    "size": (witness.read_size, lambda: (b"123\n",)),
    "time": (_read_time, lambda: times()[0]),
    "certificates": (
        timestamp.read_certificates,
        lambda: (times()[2][0].public_bytes(timestamp.Encoding.PEM),),
    ),
    "envelope": (_envelope, lambda: (dsse.sign("text/plain", b"hello", key(KeyUse.OFFICER)).to_json(),)),
    "json": (_json, lambda: (b'{"a":[1,-2,true,null,"\\u00e9\\ud83d\\ude00"],"b":{"c":{}}}', b"[[[[]]]]")),
    "public key": (_public, lambda: (canonical.dumps(key(KeyUse.OFFICER).public.to_dict()),)),
    "credential": (_credential, lambda: (credential(),)),
}  # fmt: skip

TOKENS = st.sampled_from(
    [b"\n", b"\n\n", b" ", b"\0", b"\xff", "—".encode(), b"=", b"0", b"-1", b"9" * 20, b"1e9", b"NaN", b'"', b"{", b"[",
     b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x02\x81", b"\xa0\x00", b"\x05\x00", b"\\ud800",
     b"\xe2\x80\xa8", b"old 0\n"]
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Something good, with one to four places changed; now and then bytes from nowhere."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=300))
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 12)))
        change = draw(st.sampled_from(("bit", "cut", "put", "repeat", "replace", "end")))
        if change == "bit" and at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "cut":
            del data[at:end]
        elif change == "put":
            data[at:at] = draw(TOKENS)
        elif change == "repeat":
            data[at:at] = data[at:end] * draw(st.integers(1, 40))
        elif change == "replace":
            data[at:end] = draw(st.binary(max_size=12))
        else:
            del data[at:]
    return bytes(data)


def _try(name: str, data: st.DataObject) -> None:
    parse, seeds = PARSERS[name]
    try:
        parse(data.draw(spoilt(seeds())))
    except NotaryFault as fault:
        # Its sentences are there, and can be written with the facts it has.
        told = (fault.log_text, fault.next_step)
    else:
        return
    assert all(told)
    assert "{" not in "".join(told)


PEACE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=150, deadline=None, suppress_health_check=PEACE)
@given(data=st.data())
def test_nothing_but_faults(name: str, data: st.DataObject) -> None:
    _try(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=10_000, deadline=None, suppress_health_check=PEACE)
@given(data=st.data())
def test_nothing_but_faults_however_long_one_tries(name: str, data: st.DataObject) -> None:
    _try(name, data)


@pytest.mark.parametrize("name", PARSERS)
def test_what_the_fuzzing_begins_with_is_good(name: str) -> None:
    """A seed that is refused at the first check would leave the rest untried."""
    parse, seeds = PARSERS[name]
    passed = 0
    for seed in seeds():
        try:
            parse(seed)
        except NotaryFault:
            continue
        passed += 1
    assert passed
