"""A time is believed only from an authority that leads to a given root, for the very thing it was asked
for."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from authority import Authority
from cryptography import x509

from corridor.notary import NotaryFault, timestamp

DIGEST = hashlib.sha256(b"a statement's pre-authentication encoding").digest()
OTHER = hashlib.sha256(b"another").digest()


@pytest.fixture(scope="module")
def aurelia(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "aurelia", "Aurelia Time")


@pytest.fixture(scope="module")
def borealia(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another chain, other habits: an old ESSCertID, no accuracy."""
    return Authority(
        tmp_path_factory.mktemp("tsa") / "borealia", "Borealia Time", ess="sha1", accuracy="secs:0"
    )


@pytest.fixture(scope="module")
def token(aurelia: Authority) -> bytes:
    return aurelia.stamp(timestamp.new_request(DIGEST).der)


def openssl_agrees(folder: Path, response: bytes, digest: bytes, root: Path, *more: str) -> bool:
    (folder / "response").write_bytes(response)
    command = [
        "openssl",
        "ts",
        "-verify",
        "-digest",
        digest.hex(),
        "-in",
        "response",
        "-CAfile",
        str(root),
        *more,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(NotaryFault) as caught:
        call()
    return caught.value.code


def test_the_request_is_what_openssl_would_ask(tmp_path: Path) -> None:
    request = timestamp.new_request(DIGEST, nonce=2**63 + 5)
    (tmp_path / "query").write_bytes(request.der)
    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", "query", "-text"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Hash Algorithm: sha256" in shown
    assert "Nonce: 0x8000000000000005" in shown
    assert "Certificate required: yes" in shown
    made = subprocess.run(
        ["openssl", "ts", "-query", "-digest", DIGEST.hex(), "-sha256", "-cert", "-no_nonce"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    # The same but for the nonce, 0x02 0x09 and nine bytes before the last three, and so eleven bytes longer.
    assert request.der[2:-14] + request.der[-3:] == made[2:]
    assert request.der[1] == made[1] + 11


def test_a_nonce_is_drawn_and_never_the_same() -> None:
    drawn = {timestamp.new_request(DIGEST).nonce for _ in range(100)}
    assert len(drawn) == 100
    assert all(0 < nonce < 2**64 for nonce in drawn)


def test_only_a_digest_is_stamped() -> None:
    assert refused(lambda: timestamp.new_request(b"not a digest")) == "notary.time.digest-size"
    assert refused(lambda: timestamp.verify_time(b"", b"short", [])) == "notary.time.digest-size"


def test_a_good_answer_gives_a_time(aurelia: Authority, tmp_path: Path) -> None:
    request = timestamp.new_request(DIGEST)
    before = datetime.now(UTC).replace(microsecond=0)
    response = aurelia.stamp(request.der)
    seen = timestamp.accept(response, request, [aurelia.root])
    assert before <= seen.at <= datetime.now(UTC)
    assert seen.at.tzinfo is UTC
    assert (seen.authority, seen.digest) == ("Aurelia Time", DIGEST)
    assert seen.accuracy == timedelta(seconds=1, milliseconds=500, microseconds=100)
    assert seen == timestamp.verify_time(response, DIGEST, [aurelia.root])
    assert openssl_agrees(tmp_path, response, DIGEST, aurelia.root_file)


def test_numbers_rise(aurelia: Authority) -> None:
    first, second = (
        timestamp.verify_time(aurelia.stamp(timestamp.new_request(DIGEST).der), DIGEST, [aurelia.root])
        for _ in range(2)
    )
    assert second.serial == first.serial + 1
    assert second.at >= first.at


def test_two_authorities_of_different_chains(aurelia: Authority, borealia: Authority, tmp_path: Path) -> None:
    """Each is believed by its own root, and both by the two together; neither by the other's."""
    for one, other in ((aurelia, borealia), (borealia, aurelia)):
        response = one.stamp(timestamp.new_request(DIGEST).der)
        assert timestamp.verify_time(response, DIGEST, [one.root]).authority == one.name
        assert timestamp.verify_time(response, DIGEST, [other.root, one.root]).authority == one.name
        assert openssl_agrees(tmp_path, response, DIGEST, one.root_file)
        assert (
            refused(lambda r=response, o=other: timestamp.verify_time(r, DIGEST, [o.root]))
            == "notary.time.untrusted"
        )
        assert not openssl_agrees(tmp_path, response, DIGEST, other.root_file)


def test_a_fraction_of_a_second_is_kept(tmp_path: Path) -> None:
    precise = Authority(tmp_path, extra="clock_precision_digits = 6")
    times = [
        timestamp.verify_time(precise.stamp(timestamp.new_request(DIGEST).der), DIGEST, [precise.root]).at
        for _ in range(3)
    ]
    assert any(seen.microsecond for seen in times)
    assert times == sorted(times)


def test_no_root_no_time(token: bytes) -> None:
    assert refused(lambda: timestamp.verify_time(token, DIGEST, [])) == "notary.time.untrusted"


def test_a_certificate_is_no_root_because_it_is_given(
    token: bytes, aurelia: Authority, tmp_path: Path
) -> None:
    """Only what signs itself ends a chain: giving the authority's own certificate is not to trust it."""
    assert refused(lambda: timestamp.verify_time(token, DIGEST, [aurelia.signer])) == "notary.time.untrusted"
    assert timestamp.verify_time(token, DIGEST, [aurelia.signer, aurelia.root]).authority == "Aurelia Time"
    assert (
        timestamp.verify_time(token, DIGEST, iter([aurelia.root, aurelia.root])).authority == "Aurelia Time"
    )


def test_a_token_is_of_one_thing_only(token: bytes, aurelia: Authority, tmp_path: Path) -> None:
    assert refused(lambda: timestamp.verify_time(token, OTHER, [aurelia.root])) == "notary.time.wrong-imprint"
    assert not openssl_agrees(tmp_path, token, OTHER, aurelia.root_file)
    asked = timestamp.new_request(OTHER)
    assert refused(lambda: timestamp.accept(token, asked, [aurelia.root])) == "notary.time.wrong-imprint"


def test_an_imprint_by_another_algorithm_is_not_ours(aurelia: Authority, tmp_path: Path) -> None:
    """32 bytes that are the beginning of a SHA-512, or said to be of another algorithm, are not a SHA-256."""
    query = subprocess.run(
        ["openssl", "ts", "-query", "-digest", DIGEST.hex() * 2, "-sha512", "-cert"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    response = aurelia.stamp(query)
    assert (
        refused(lambda: timestamp.verify_time(response, DIGEST, [aurelia.root]))
        == "notary.time.wrong-imprint"
    )


def test_an_old_answer_is_not_an_answer(aurelia: Authority, tmp_path: Path) -> None:
    first, second = timestamp.new_request(DIGEST), timestamp.new_request(DIGEST)
    response = aurelia.stamp(first.der)
    assert refused(lambda: timestamp.accept(response, second, [aurelia.root])) == "notary.time.nonce"
    query = subprocess.run(
        ["openssl", "ts", "-query", "-digest", DIGEST.hex(), "-sha256", "-cert", "-no_nonce"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    without = aurelia.stamp(query)
    assert refused(lambda: timestamp.accept(without, first, [aurelia.root])) == "notary.time.nonce"
    assert timestamp.verify_time(without, DIGEST, [aurelia.root]).digest == DIGEST


def test_a_refusal_is_said(aurelia: Authority, tmp_path: Path) -> None:
    response = aurelia.stamp(b"\x30\x03\x02\x01\x01")
    with pytest.raises(NotaryFault) as caught:
        timestamp.verify_time(response, DIGEST, [aurelia.root])
    assert (caught.value.code, caught.value.facts) == ("notary.time.refused", {"status": 2})
    assert caught.value.retry


def test_no_altered_token_is_believed(token: bytes, aurelia: Authority, tmp_path: Path) -> None:
    """A bit of every third byte: a fault, or the same time from the same authority, and openssl believes it
    too."""
    good = timestamp.verify_time(token, DIGEST, [aurelia.root])
    codes = set()
    for place in range(0, len(token), 3):
        spoilt = bytearray(token)
        spoilt[place] ^= 1 << place % 8
        try:
            seen = timestamp.verify_time(bytes(spoilt), DIGEST, [aurelia.root])
        except NotaryFault as fault:
            codes.add(fault.code)
        else:
            assert seen == good, place
            assert openssl_agrees(tmp_path, bytes(spoilt), DIGEST, aurelia.root_file), place
    assert {"notary.time.token-malformed", "notary.time.altered", "notary.time.wrong-signer"} <= codes


def test_what_is_cut_or_too_long_is_malformed(token: bytes, aurelia: Authority) -> None:
    for spoilt in (
        b"",
        token[:-1],
        token[:100],
        token + b"\0",
        b"\x30\x80",
        b"x" * 70_000,
        b"\x30\x03\x02\x01\x00",
    ):
        assert (
            refused(lambda s=spoilt: timestamp.verify_time(s, DIGEST, [aurelia.root]))
            == "notary.time.token-malformed"
        )


def test_a_certificate_that_had_run_out_makes_no_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for name, begin, end in (
        ("gone", now - timedelta(days=30), now - timedelta(days=1)),
        ("coming", now + timedelta(days=1), now + timedelta(days=30)),
    ):
        authority = Authority(tmp_path / name, not_before=begin, not_after=end)
        response = authority.stamp(timestamp.new_request(DIGEST).der)
        assert (
            refused(lambda a=authority, r=response: timestamp.verify_time(r, DIGEST, [a.root]))
            == "notary.time.expired"
        )
        assert not openssl_agrees(tmp_path, response, DIGEST, authority.root_file)


def test_a_token_outlives_its_certificate(tmp_path: Path) -> None:
    """Judged at the token's time and not now: evidence of 2026 is checked in 2046."""
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    authority = Authority(tmp_path, not_after=end)
    response = authority.stamp(timestamp.new_request(DIGEST).der)
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 1.1)
    assert authority.signer.not_valid_after_utc < datetime.now(UTC)
    seen = timestamp.verify_time(response, DIGEST, [authority.root])
    assert not openssl_agrees(tmp_path, response, DIGEST, authority.root_file)
    assert openssl_agrees(
        tmp_path, response, DIGEST, authority.root_file, "-attime", str(int(seen.at.timestamp()))
    )


def test_an_authority_answers_over_http(aurelia: Authority) -> None:
    request = timestamp.new_request(DIGEST)
    with aurelia.served() as url:
        asked = urllib.request.Request(url, request.der, {"Content-Type": "application/timestamp-query"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.headers["Content-Type"] == "application/timestamp-reply"
            seen = timestamp.accept(answer.read(), request, [aurelia.root])
    assert seen.digest == DIGEST


def test_certificates_are_read_from_pem(aurelia: Authority, borealia: Authority) -> None:
    both = aurelia.root_file.read_bytes() + borealia.root_file.read_bytes()
    assert timestamp.read_certificates(both) == (aurelia.root, borealia.root)
    for spoilt in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff"):
        assert refused(lambda s=spoilt: timestamp.read_certificates(s)) == "notary.time.certificates"


def test_only_the_verifier_makes_a_verified_time(token: bytes, aurelia: Authority) -> None:
    seen = timestamp.verify_time(token, DIGEST, [aurelia.root])
    with pytest.raises(dataclasses.FrozenInstanceError):
        seen.at = datetime.now(UTC)  # type: ignore[misc]
    assert isinstance(aurelia.root, x509.Certificate)
