"""Who an age file is for: recipients wrap its key, identities unwrap it (C2SP age, native types)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from corridor.seal.age import bech32
from corridor.seal.age.header import FILE_KEY_SIZE, Stanza, b64decode, b64encode, hkdf
from corridor.seal.faults import HeaderError, KeyTextError

HYBRID = "hybrid"
CLASSIC = "classic"

_X25519_INFO = b"age-encryption.org/v1/X25519"
_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_SCRYPT_SALT = b"age-encryption.org/v1/scrypt"
_WRAPPED_SIZE = FILE_KEY_SIZE + 16
_MLKEM_PUBLIC = 1184
_MLKEM_CIPHERTEXT = 1088
_ENC_SIZE = _MLKEM_CIPHERTEXT + 32
# HPKE with MLKEM768-X25519 (draft-ietf-hpke-pq), HKDF-SHA256, ChaCha20Poly1305.
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_ZERO_NONCE = bytes(12)


class RecipientLike(Protocol):
    """Anything that wraps a file key. `cls` keeps the classes of one file from being mixed."""

    @property
    def cls(self) -> str: ...

    def wrap(self, file_key: bytes) -> Stanza: ...


class IdentityLike(Protocol):
    """Anything that may unwrap a file key. None: no stanza is for it; `HeaderError`: one is malformed."""

    def unwrap(self, stanzas: tuple[Stanza, ...]) -> bytes | None: ...


def _sealed_file_key(body: bytes) -> bytes:
    # Checked before decrypting, against partitioning oracles (C2SP age).
    if len(body) != _WRAPPED_SIZE:
        raise HeaderError("seal.age.header", why="length of the wrapped file key")
    return body


@dataclass(frozen=True)
class Recipient:
    """A public key, `age1…` (classic) or `age1pq1…` (hybrid)."""

    cls: str
    public: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return bech32.encode("age1pq" if self.cls == HYBRID else "age", self.public)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the text form, in hex: names a recipient where its text is too long."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def __str__(self) -> str:
        return self.text

    def wrap(self, file_key: bytes) -> Stanza:
        return self._wrap_hybrid(file_key) if self.cls == HYBRID else self._wrap_x25519(file_key)

    def _wrap_x25519(self, file_key: bytes) -> Stanza:
        secret = X25519PrivateKey.generate()
        share = secret.public_key().public_bytes_raw()
        shared = secret.exchange(X25519PublicKey.from_public_bytes(self.public))
        key = hkdf(shared, share + self.public, _X25519_INFO)
        return Stanza(
            (b"X25519", b64encode(share)), ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)
        )

    def _wrap_hybrid(self, file_key: bytes) -> Stanza:
        public = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.public[_MLKEM_PUBLIC:]),
        )
        sealed = _SUITE.encrypt(file_key, public, _HYBRID_INFO)
        return Stanza((b"mlkem768x25519", b64encode(sealed[:_ENC_SIZE])), sealed[_ENC_SIZE:])


@dataclass(frozen=True)
class Identity:
    """A secret key, `AGE-SECRET-KEY-1…` (classic) or `AGE-SECRET-KEY-PQ-1…` (hybrid). Never shown by repr."""

    cls: str
    seed: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return bech32.encode(
            "AGE-SECRET-KEY-PQ-" if self.cls == HYBRID else "AGE-SECRET-KEY-", self.seed
        ).upper()

    @property
    def recipient(self) -> Recipient:
        if self.cls == HYBRID:
            mlkem, x25519 = self._expand()
            return Recipient(
                HYBRID, mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
            )
        return Recipient(
            CLASSIC, X25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        )

    def _expand(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        full = hashlib.shake_256(self.seed).digest(96)
        return MLKEM768PrivateKey.from_seed_bytes(full[:64]), X25519PrivateKey.from_private_bytes(full[64:])

    def unwrap(self, stanzas: tuple[Stanza, ...]) -> bytes | None:
        name, size = (b"mlkem768x25519", _ENC_SIZE) if self.cls == HYBRID else (b"X25519", 32)
        for stanza in stanzas:
            if stanza.args[0] != name:
                continue
            if len(stanza.args) != 2:
                raise HeaderError("seal.age.header", why="stanza arguments")
            share = b64decode(stanza.args[1])
            if len(share) != size:
                raise HeaderError("seal.age.header", why="length of the share")
            body = _sealed_file_key(stanza.body)
            try:
                return (
                    self._open_hybrid(share, body) if self.cls == HYBRID else self._open_x25519(share, body)
                )
            except InvalidTag:
                continue
        return None

    def _open_x25519(self, share: bytes, body: bytes) -> bytes:
        secret = X25519PrivateKey.from_private_bytes(self.seed)
        shared = _exchange(secret, share)
        key = hkdf(shared, share + secret.public_key().public_bytes_raw(), _X25519_INFO)
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)

    def _open_hybrid(self, enc: bytes, body: bytes) -> bytes:
        mlkem, x25519 = self._expand()
        _exchange(x25519, enc[_MLKEM_CIPHERTEXT:])  # a share of low order is told apart from a wrong key
        return _SUITE.decrypt(enc + body, hpke.MLKEM768X25519PrivateKey(mlkem, x25519), _HYBRID_INFO)


def _exchange(secret: X25519PrivateKey, share: bytes) -> bytes:
    try:
        return secret.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:  # all-zero shared secret
        raise HeaderError("seal.age.header", why="share of low order") from None


@dataclass(frozen=True)
class Passphrase:
    """A passphrase, as recipient (then the only one) and as identity.

    `work` is the base-two logarithm of the scrypt cost when wrapping; `limit` the most accepted when
    unwrapping.
    """

    text: str = field(repr=False)
    work: int = 18
    limit: int = 22
    cls: str = field(default="passphrase", init=False)

    def _key(self, salt: bytes, work: int) -> bytes:
        return Scrypt(salt=_SCRYPT_SALT + salt, length=32, n=1 << work, r=8, p=1).derive(self.text.encode())

    def wrap(self, file_key: bytes) -> Stanza:
        salt = os.urandom(16)
        body = ChaCha20Poly1305(self._key(salt, self.work)).encrypt(_ZERO_NONCE, file_key, None)
        return Stanza((b"scrypt", b64encode(salt), str(self.work).encode()), body)

    def unwrap(self, stanzas: tuple[Stanza, ...]) -> bytes | None:
        for stanza in stanzas:
            if stanza.args[0] != b"scrypt":
                continue
            if len(stanza.args) != 3:
                raise HeaderError("seal.age.header", why="stanza arguments")
            salt = b64decode(stanza.args[1])
            if len(salt) != 16 or not re.fullmatch(rb"[1-9][0-9]*", stanza.args[2]):
                raise HeaderError("seal.age.header", why="stanza arguments")
            if len(stanza.args[2]) > 2 or int(stanza.args[2]) > self.limit:
                raise HeaderError("seal.age.header", why="scrypt cost above the limit")
            body = _sealed_file_key(stanza.body)
            try:
                return ChaCha20Poly1305(self._key(salt, int(stanza.args[2]))).decrypt(_ZERO_NONCE, body, None)
            except InvalidTag:
                continue
        return None


AnyRecipient: TypeAlias = str | RecipientLike
AnyIdentity: TypeAlias = str | IdentityLike


def generate(cls: str = HYBRID) -> Identity:
    """A new secret key: "hybrid" (MLKEM768-X25519) or "classic" (X25519)."""
    if cls not in (HYBRID, CLASSIC):
        raise KeyTextError("seal.age.unknown-class")
    return Identity(cls, os.urandom(32))


def parse_recipient(text: AnyRecipient) -> RecipientLike:
    """An `age1…` or `age1pq1…` string, or an object that is already a recipient. Raises `KeyTextError`."""
    if not isinstance(text, str):
        return text
    try:
        prefix, data = bech32.decode(text.strip())
    except bech32.Bech32Error:
        raise KeyTextError("seal.age.recipient-malformed") from None
    try:
        if prefix == "age" and len(data) == 32:
            return Recipient(CLASSIC, data)
        if prefix == "age1pq" and len(data) == _MLKEM_PUBLIC + 32:
            MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC])  # refuses a key outside the field
            return Recipient(HYBRID, data)
    except ValueError:
        pass
    raise KeyTextError("seal.age.recipient-malformed")


def parse_identity(text: AnyIdentity) -> IdentityLike:
    """An `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…` string, or an object. Raises `KeyTextError`."""
    if not isinstance(text, str):
        return text
    try:
        prefix, data = bech32.decode(text.strip())
    except bech32.Bech32Error:
        raise KeyTextError("seal.age.identity-malformed") from None
    classes = {"AGE-SECRET-KEY-": CLASSIC, "AGE-SECRET-KEY-PQ-": HYBRID}
    if prefix not in classes or len(data) != 32:
        raise KeyTextError("seal.age.identity-malformed")
    return Identity(classes[prefix], data)


def parse_identity_file(text: str) -> list[IdentityLike]:
    """The identities of an age identity file: one a line, `#` comments and empty lines left out."""
    lines = (line.strip() for line in text.splitlines())
    return [parse_identity(line) for line in lines if line and not line.startswith("#")]


def one_class(recipients: Iterable[AnyRecipient]) -> list[RecipientLike]:
    """The recipients of one file, parsed: at least one, all of one class, a passphrase alone."""
    parsed = [parse_recipient(recipient) for recipient in recipients]
    if not parsed:
        raise KeyTextError("seal.age.no-recipients")
    if len({recipient.cls for recipient in parsed}) > 1:
        raise KeyTextError("seal.age.mixed-classes")
    if len(parsed) > 1 and parsed[0].cls == "passphrase":
        raise KeyTextError("seal.age.passphrase-alone")
    return parsed
