"""Key files: an officer's, sealed under a secret only the officer supplies; a node's own, open to the node
alone.

A sealed file is JSON: the public key in clear, scrypt's parameters (RFC 7914, r = 8, p = 1), and the
private key (PKCS#8, DER) under ChaCha20-Poly1305 (RFC 8439) with everything else in the file as associated
data, so that neither the use nor the public half can be exchanged. The work parameter is read from the file
and bounded before use.
"""

from __future__ import annotations

import base64
import binascii
import os
import unicodedata
from pathlib import Path
from typing import Any, Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined,unused-ignore]

from corridor.notary import canonical
from corridor.notary.fault import NotaryFault
from corridor.notary.files import read_bounded, write_whole
from corridor.notary.keys.key import KeyUse, PublicKey, SigningKey

DEFAULT_WORK: Final = 17  # 2^17 x 8 x 128 bytes = 128 MiB, about a third of a second
MIN_WORK: Final = 10
MAX_WORK: Final = 19  # 512 MiB: what a small machine can still do; above it a file is refused unread
_LIMIT: Final = 64 * 1024
_SEALED: Final = "sealed-key/1"
_OPEN: Final = "key/1"


def seal_to_file(key: SigningKey, path: Path | str, secret: str, *, work: int = DEFAULT_WORK) -> None:
    """Write `key` to `path` (0600, whole or absent), readable only with `secret`.

    Raises `notary.key.no-secret`, `notary.key.work-out-of-range`, `notary.key.not-exportable` (a key in a
    device).
    """
    _check_work(work)
    salt, nonce = os.urandom(16), os.urandom(12)
    head: dict[str, Any] = {
        "corridor": _SEALED,
        "public": key.public.to_dict(),
        "kdf": {"name": "scrypt", "log_n": work, "salt": _b64(salt)},
        "cipher": {"name": "chacha20-poly1305", "nonce": _b64(nonce)},
    }
    box = ChaCha20Poly1305(_derive(secret, salt, work)).encrypt(nonce, _der(key), canonical.dumps(head))
    write_whole(Path(path), canonical.dumps({**head, "box": _b64(box)}) + b"\n", mode=0o600)


def unlock(path: Path | str, secret: str) -> SigningKey:
    """The key sealed at `path`.

    Raises `notary.key.wrong-secret` (or a changed file: the cipher cannot tell the two apart),
    `notary.key.no-file`, `notary.key.file-malformed`, `notary.key.work-out-of-range`.
    """
    data = _read(path)
    if set(data) != {"corridor", "public", "kdf", "cipher", "box"} or data["corridor"] != _SEALED:
        raise NotaryFault("notary.key.file-malformed")
    kdf, cipher = data["kdf"], data["cipher"]
    if not (isinstance(kdf, dict) and set(kdf) == {"name", "log_n", "salt"} and kdf["name"] == "scrypt"):
        raise NotaryFault("notary.key.file-malformed")
    if not (
        isinstance(cipher, dict)
        and set(cipher) == {"name", "nonce"}
        and cipher["name"] == "chacha20-poly1305"
    ):
        raise NotaryFault("notary.key.file-malformed")
    work = kdf["log_n"]
    _check_work(work)
    salt, nonce, box = _unb64(kdf["salt"], 16), _unb64(cipher["nonce"], 12), _unb64(data["box"])
    public = _public(data["public"])
    head = {name: value for name, value in data.items() if name != "box"}
    try:
        der = ChaCha20Poly1305(_derive(secret, salt, work)).decrypt(nonce, box, canonical.dumps(head))
    except InvalidTag as error:
        raise NotaryFault("notary.key.wrong-secret") from error
    return _signing_key(load_der_private_key(der, None), public)


def public_of(path: Path | str) -> PublicKey:
    """The public half of a key file of either kind, without its secret. It is a claim until the key is
    unlocked."""
    return _public(_read(path).get("public"))


def save(key: SigningKey, path: Path | str) -> None:
    """Write a key the node itself holds (request, node, log, witness) to `path`, 0600, whole or absent.

    Officer, State and directory keys are never written this way: raises `notary.key.must-be-sealed`.
    """
    if key.use in _NEVER_OPEN:
        raise NotaryFault("notary.key.must-be-sealed", use=key.use)
    pem = _pkcs8(key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    data = {"corridor": _OPEN, "public": key.public.to_dict(), "private": pem}
    write_whole(Path(path), canonical.dumps(data) + b"\n", mode=0o600)


def load(path: Path | str) -> SigningKey:
    """A key written by `save`. Raises `notary.key.no-file` or `notary.key.file-malformed`."""
    data = _read(path)
    if set(data) != {"corridor", "public", "private"} or data["corridor"] != _OPEN:
        raise NotaryFault("notary.key.file-malformed")
    public = _public(data["public"])
    if public.use in _NEVER_OPEN or not isinstance(data["private"], str):
        raise NotaryFault("notary.key.file-malformed")
    try:
        private = load_pem_private_key(data["private"].encode("utf-8"), None)
    except (ValueError, TypeError) as error:
        raise NotaryFault("notary.key.file-malformed") from error
    return _signing_key(private, public)


_NEVER_OPEN: Final = frozenset({KeyUse.STATE, KeyUse.OFFICER, KeyUse.DIRECTORY})


def _derive(secret: str, salt: bytes, work: int) -> bytes:
    if not secret:
        raise NotaryFault("notary.key.no-secret")
    # NFKC: the same passphrase typed on another keyboard or system may arrive composed differently.
    words = unicodedata.normalize("NFKC", secret).encode("utf-8")
    return Scrypt(salt=salt, length=32, n=2**work, r=8, p=1).derive(words)


def _check_work(work: object) -> None:
    if not isinstance(work, int) or isinstance(work, bool) or not MIN_WORK <= work <= MAX_WORK:
        raise NotaryFault("notary.key.work-out-of-range", least=MIN_WORK, most=MAX_WORK)


def _pkcs8(key: SigningKey) -> Any:
    if not isinstance(key.signer, CryptoSigner):
        raise NotaryFault("notary.key.not-exportable")
    return load_pem_private_key(key.signer.private_bytes, None)


def _der(key: SigningKey) -> bytes:
    return cast(bytes, _pkcs8(key).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def _signing_key(private: PrivateKeyTypes, public: PublicKey) -> SigningKey:
    try:
        return SigningKey(public.use, CryptoSigner(private, public.sslib))
    except ValueError as error:  # KeyMismatchError is one
        raise NotaryFault("notary.key.file-malformed") from error


def _public(data: object) -> PublicKey:
    if not isinstance(data, dict) or data.get("use") not in set(KeyUse):
        raise NotaryFault("notary.key.file-malformed")
    return PublicKey.from_dict(data, use=KeyUse(data["use"]))


def _read(path: Path | str) -> dict[str, Any]:
    try:
        data = read_bounded(Path(path), _LIMIT)
    except FileNotFoundError as error:
        raise NotaryFault("notary.key.no-file") from error
    if data is None:
        raise NotaryFault("notary.key.file-malformed")
    try:
        value = canonical.loads(data, limit=_LIMIT)
    except NotaryFault as error:
        raise NotaryFault("notary.key.file-malformed") from error
    if not isinstance(value, dict):
        raise NotaryFault("notary.key.file-malformed")
    return value


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: object, size: int | None = None) -> bytes:
    if not isinstance(text, str):
        raise NotaryFault("notary.key.file-malformed")
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotaryFault("notary.key.file-malformed") from error
    if size is not None and len(data) != size:
        raise NotaryFault("notary.key.file-malformed")
    return data
