"""A key has one use, one written form and an id nobody can choose; a sealed key opens with its secret."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from corridor.notary import KeyRecord, KeyUse, NotaryFault, PublicKey, SigningKey, keys
from corridor.notary.keys import keyfile

SECRET = "bảy con ngựa"  # as an officer in Aurelia may well type it


def code_of(caught: pytest.ExceptionInfo[NotaryFault]) -> str:
    return caught.value.code


@pytest.mark.parametrize("scheme", list(keys.SCHEMES))
def test_every_scheme_signs_verifies_and_travels(scheme: str, tmp_path: Path) -> None:
    key = keys.generate(KeyUse.NODE, scheme)
    public = PublicKey.from_dict(json.loads(json.dumps(key.public.to_dict())), use=KeyUse.NODE)
    assert public == key.public
    assert public.scheme == scheme
    public.verify(key.sign(b"data"), b"data")
    for signature, data in ((key.sign(b"data"), b"other"), (b"\0" * 64, b"data"), (b"", b"data")):
        with pytest.raises(NotaryFault) as caught:
            public.verify(signature, data)
        assert code_of(caught) == "notary.signature.invalid"
    keys.save(key, tmp_path / "node.key")
    assert keys.load(tmp_path / "node.key").public == public
    keys.seal_to_file(key, tmp_path / "sealed.key", SECRET, work=10)
    public.verify(keys.unlock(tmp_path / "sealed.key", SECRET).sign(b"x"), b"x")


def test_unknown_scheme() -> None:
    with pytest.raises(NotaryFault) as caught:
        keys.generate(KeyUse.NODE, "rsa")
    assert code_of(caught) == "notary.key.unknown-scheme"


def test_the_id_is_recomputed(officer: SigningKey) -> None:
    data = officer.public.to_dict()
    data["keyid"] = keys.generate(KeyUse.OFFICER).public.keyid
    with pytest.raises(NotaryFault) as caught:
        PublicKey.from_dict(data, use=KeyUse.OFFICER)
    assert code_of(caught) == "notary.key.id-mismatch"


def test_a_key_is_read_for_its_own_use_only(officer: SigningKey) -> None:
    with pytest.raises(NotaryFault) as caught:
        PublicKey.from_dict(officer.public.to_dict(), use=KeyUse.STATE)
    assert code_of(caught) == "notary.key.wrong-use"


def _with_id(data: dict[str, Any]) -> dict[str, Any]:
    """The id the other spelling would have, so that only the spelling is at fault."""
    from securesystemslib.signer._utils import compute_default_keyid

    return {**data, "keyid": compute_default_keyid(data["keytype"], data["scheme"], data["keyval"])}


def test_one_key_has_one_spelling() -> None:
    """Another spelling would give one holder two ids, and so two votes in a threshold."""
    edwards = keys.generate(KeyUse.NODE).public.to_dict()
    edwards["keyval"] = {"public": edwards["keyval"]["public"].upper()}
    curve = keys.generate(KeyUse.NODE, "ecdsa-sha2-nistp256").public.to_dict()
    for data in (edwards, {**curve, "keyval": {"public": curve["keyval"]["public"] + "\n"}}):
        with pytest.raises(NotaryFault) as caught:
            PublicKey.from_dict(_with_id(data), use=KeyUse.NODE)
        assert code_of(caught) == "notary.key.malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"keyval": {"public": "zz"}},
        {"keyval": {"public": ""}},
        {"keyval": {"public": 5}},
        {"keyval": []},
        {"keyval": {"public": "00" * 32, "private": "00"}},
        {"keyval": {"public": "00" * 31}},
        {"more": 1},
        {"keytype": "rsa", "scheme": "rsassa-pss-sha256"},
        {"scheme": "ecdsa-sha2-nistp256"},
        {"scheme": None},
        {"keytype": ["ed25519"]},
        {"keyval": {"public": "00" * 8193}},
    ],
)
def test_malformed_keys(change: dict[str, Any], officer: SigningKey) -> None:
    with pytest.raises(NotaryFault) as caught:
        PublicKey.from_dict({**officer.public.to_dict(), **change}, use=KeyUse.OFFICER)
    assert code_of(caught) in {"notary.key.malformed", "notary.key.unknown-scheme"}


def test_a_curve_key_of_another_curve_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from securesystemslib.signer import SSlibKey

    other = SSlibKey.from_crypto(ec.generate_private_key(ec.SECP384R1()).public_key())
    data = {
        "use": "node",
        "keyid": other.keyid,
        "keytype": "ecdsa",
        "scheme": "ecdsa-sha2-nistp256",
        "keyval": other.keyval,
    }
    with pytest.raises(NotaryFault) as caught:
        PublicKey.from_dict(_with_id(data), use=KeyUse.NODE)
    assert code_of(caught) == "notary.key.malformed"


def test_a_revoked_key_is_good_only_before_its_revocation(officer: SigningKey, noon: datetime) -> None:
    hour = timedelta(hours=1)
    record = KeyRecord(officer.public, valid_from=noon, revoked_at=noon + hour)
    record.check(noon)
    record.check(noon + hour - timedelta(seconds=1))
    with pytest.raises(NotaryFault) as caught:
        record.check(noon + hour)
    assert code_of(caught) == "notary.key.revoked"
    with pytest.raises(NotaryFault) as caught:
        record.check(noon - timedelta(seconds=1))
    assert code_of(caught) == "notary.key.not-yet-valid"
    with pytest.raises(NotaryFault) as caught:
        keys.records([record, officer.public])
    assert code_of(caught) == "notary.key.twice"


def test_nothing_of_a_private_key_is_printed(officer: SigningKey) -> None:
    private = officer.signer.private_bytes.decode().split("\n")[1]
    assert private not in repr(officer)
    assert "CryptoSigner" not in repr(officer)


# -- sealed files


def test_a_sealed_key_needs_its_secret(officer: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "officer.key"
    keys.seal_to_file(officer, path, SECRET, work=10)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.public_of(path) == officer.public
    assert officer.signer.private_bytes not in path.read_bytes()
    for wrong in ("", "bảy con ngự", SECRET + " "):
        with pytest.raises(NotaryFault) as caught:
            keys.unlock(path, wrong)
        assert code_of(caught) == ("notary.key.wrong-secret" if wrong else "notary.key.no-secret")
    with pytest.raises(NotaryFault):
        keys.seal_to_file(officer, path, "", work=10)
    assert keys.unlock(path, SECRET).public == officer.public


def test_the_same_words_from_another_keyboard_open_it(officer: SigningKey, tmp_path: Path) -> None:
    import unicodedata

    keys.seal_to_file(officer, tmp_path / "k", unicodedata.normalize("NFC", SECRET), work=10)
    keys.unlock(tmp_path / "k", unicodedata.normalize("NFD", SECRET))


def test_nothing_in_a_sealed_file_can_be_changed(officer: SigningKey, tmp_path: Path) -> None:
    """Use, public key, salt, nonce and box are bound together."""
    path = tmp_path / "officer.key"
    keys.seal_to_file(officer, path, SECRET, work=10)
    good = json.loads(path.read_bytes())
    other = keys.generate(KeyUse.OFFICER).public.to_dict()
    changes = [
        {"public": other},
        {"public": {**good["public"], "use": "state"}},
        {"kdf": {**good["kdf"], "log_n": 11}},
        {"kdf": {**good["kdf"], "salt": good["kdf"]["salt"][:-4] + "AA=="}},
        {"box": "AAAA" + good["box"][4:]},
        {"cipher": {**good["cipher"], "nonce": "A" * 16}},
    ]
    for change in changes:
        path.write_text(json.dumps({**good, **change}))
        with pytest.raises(NotaryFault) as caught:
            keys.unlock(path, SECRET)
        assert code_of(caught) == "notary.key.wrong-secret"


@pytest.mark.parametrize("work", [0, -1, 9, 20, 40, 2**40, True, "17", None])
def test_a_hostile_work_parameter_is_refused_before_any_work(
    work: Any, officer: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "officer.key"
    keys.seal_to_file(officer, path, SECRET, work=10)
    data = json.loads(path.read_bytes())
    data["kdf"]["log_n"] = work
    path.write_text(json.dumps(data))
    monkeypatch.setattr(keyfile, "Scrypt", None)
    with pytest.raises(NotaryFault) as caught:
        keys.unlock(path, SECRET)
    assert code_of(caught) == "notary.key.work-out-of-range"
    with pytest.raises(NotaryFault):
        keys.seal_to_file(officer, path, SECRET, work=work)


@pytest.mark.parametrize(
    "change",
    [
        {"kdf": {"name": "scrypt"}},
        {"kdf": 5},
        {"cipher": {"name": "none", "nonce": ""}},
        {"box": "%%"},
        {"box": 5},
        {"corridor": "sealed-key/2"},
        {"more": 1},
        {"public": None},
        {"public": {"use": "king"}},
    ],
)
def test_malformed_sealed_files(change: dict[str, Any], officer: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "k"
    keys.seal_to_file(officer, path, SECRET, work=10)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))
    with pytest.raises(NotaryFault) as caught:
        keys.unlock(path, SECRET)
    assert code_of(caught) == "notary.key.file-malformed"


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b" " * 70_000, b"{}"])
def test_files_that_are_no_key(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(data)
    for read in (keys.load, lambda path: keys.unlock(path, SECRET), keys.public_of):
        with pytest.raises(NotaryFault) as caught:
            read(tmp_path / "k")
        assert code_of(caught) == "notary.key.file-malformed"
        with pytest.raises(NotaryFault) as caught:
            read(tmp_path / "absent")
        assert code_of(caught) == "notary.key.no-file"


@pytest.mark.parametrize("use", [KeyUse.STATE, KeyUse.OFFICER, KeyUse.DIRECTORY])
def test_a_key_of_a_person_or_a_state_is_never_written_open(use: KeyUse, tmp_path: Path) -> None:
    key = keys.generate(use)
    with pytest.raises(NotaryFault) as caught:
        keys.save(key, tmp_path / "k")
    assert code_of(caught) == "notary.key.must-be-sealed"
    node = keys.generate(KeyUse.NODE)
    keys.save(node, tmp_path / "k")
    data = json.loads((tmp_path / "k").read_bytes())
    (tmp_path / "k").write_text(
        json.dumps({**data, "public": key.public.to_dict(), "private": key.signer.private_bytes.decode()})
    )
    with pytest.raises(NotaryFault):
        keys.load(tmp_path / "k")


def test_an_open_file_whose_halves_do_not_belong_together(tmp_path: Path) -> None:
    keys.save(keys.generate(KeyUse.NODE), tmp_path / "k")
    data = json.loads((tmp_path / "k").read_bytes())
    for change in (
        {"public": keys.generate(KeyUse.NODE).public.to_dict()},
        {"private": "no PEM"},
        {"private": 5},
        {"private": keys.generate(KeyUse.NODE, "ecdsa-sha2-nistp256").signer.private_bytes.decode()},
    ):
        (tmp_path / "k").write_text(json.dumps({**data, **change}))
        with pytest.raises(NotaryFault) as caught:
            keys.load(tmp_path / "k")
        assert code_of(caught) == "notary.key.file-malformed"


def test_openssl_reads_a_node_key(tmp_path: Path) -> None:
    """Open with stock tools: the private half is plain PKCS#8."""
    keys.save(keys.generate(KeyUse.NODE), tmp_path / "k")
    pem = json.loads((tmp_path / "k").read_bytes())["private"]
    done = subprocess.run(["openssl", "pkey", "-noout"], input=pem.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_failed_write_leaves_the_old_file(
    officer: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "k"
    keys.seal_to_file(officer, path, SECRET, work=10)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.seal_to_file(officer, path, "another", work=10)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["k"]
