"""Keys, each for one use: public keys whose ids are recomputed, signing keys that know what they are for.

The arithmetic is securesystemslib's (`SSlibKey`, `CryptoSigner`), and so is the key id: SHA-256 over the
canonical JSON of {keytype, keyval, scheme}. A `SigningKey` holds any securesystemslib `Signer`, so a key in
an HSM or a KMS takes the same place as one in a file. Key files are beside this, in `keyfile`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Signature, Signer, SSlibKey  # type: ignore[attr-defined,unused-ignore]

from corridor.notary import instant
from corridor.notary.fault import NotaryFault


class KeyUse(StrEnum):
    """What a key may sign. A key has one use for its whole life."""

    STATE = "state"  # certifies officers
    OFFICER = "officer"  # signs acts and custody statements
    NODE = "node"  # receipts and automatic answers, never a legal act
    LOG = "log"  # checkpoints of the node's own log
    WITNESS = "witness"  # cosignatures on the logs of others
    REQUEST = "request"  # HTTP requests between nodes
    DIRECTORY = "directory"  # the State's entry in the directory; kept offline


# Scheme as callers write it -> (keytype, scheme) as securesystemslib writes it. ML-DSA there is the hashed
# form of TUF's TAP 21, whose version is part of the scheme name.
SCHEMES: Final = {
    "ed25519": ("ed25519", "ed25519"),
    "ecdsa-sha2-nistp256": ("ecdsa", "ecdsa-sha2-nistp256"),
    "ml-dsa-65": ("ml-dsa", "ml-dsa-65/1"),
}
_KNOWN: Final = frozenset(SCHEMES.values())
_FIELDS: Final = frozenset({"use", "keyid", "keytype", "scheme", "keyval"})
MAX_SIGNATURE: Final = 8192


@dataclass(frozen=True)
class PublicKey:
    """A public key, its use and its recomputed id. Make one with `from_dict` or take it from a
    `SigningKey`."""

    use: KeyUse
    sslib: SSlibKey

    @property
    def keyid(self) -> str:
        return self.sslib.keyid

    @property
    def scheme(self) -> str:
        return next(name for name, pair in SCHEMES.items() if pair == (self.sslib.keytype, self.sslib.scheme))

    @property
    def raw(self) -> bytes:
        """The 32 bytes of an Ed25519 key (RFC 8032), as signed notes name it. Other schemes have no such
        form."""
        if self.scheme != "ed25519":
            raise NotaryFault("notary.key.wrong-scheme", scheme=self.scheme)
        return bytes.fromhex(self.sslib.keyval["public"])

    def to_dict(self) -> dict[str, Any]:
        return {
            "use": str(self.use),
            "keyid": self.keyid,
            "keytype": self.sslib.keytype,
            "scheme": self.sslib.scheme,
            "keyval": {"public": self.sslib.keyval["public"]},
        }

    @classmethod
    def from_dict(cls, data: object, *, use: KeyUse) -> PublicKey:
        """Read a key meant for `use`.

        Only the written form `to_dict` makes is taken: another spelling of the same key (upper-case hex, a
        PEM with other line ends) would be a second id for one key, and one holder could then count as two.
        Raises `notary.key.malformed`, `.wrong-use`, `.unknown-scheme`, `.id-mismatch`.
        """
        if not isinstance(data, dict) or set(data) != _FIELDS:
            raise NotaryFault("notary.key.malformed")
        if data["use"] != str(use):
            raise NotaryFault("notary.key.wrong-use", wanted=use)
        keytype, scheme, keyval = data["keytype"], data["scheme"], data["keyval"]
        if not (isinstance(keytype, str) and isinstance(scheme, str) and (keytype, scheme) in _KNOWN):
            raise NotaryFault("notary.key.unknown-scheme")
        if not isinstance(keyval, dict) or set(keyval) != {"public"} or not isinstance(keyval["public"], str):
            raise NotaryFault("notary.key.malformed")
        if len(keyval["public"]) > MAX_SIGNATURE:
            raise NotaryFault("notary.key.malformed")
        try:
            parsed = SSlibKey("unchecked", keytype, scheme, dict(keyval))._crypto_key()
            key = SSlibKey.from_crypto(parsed)
        except Exception as error:  # the parsers of three libraries below raise as they please
            raise NotaryFault("notary.key.malformed") from error
        # The scheme found in the key itself: a P-384 key announced as P-256 is not what it says.
        if (key.keytype, key.scheme) != (keytype, scheme) or key.keyval != keyval:
            raise NotaryFault("notary.key.malformed")
        if data["keyid"] != key.keyid:
            raise NotaryFault("notary.key.id-mismatch")
        return cls(use, key)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return only if this key signed `data`; else raise `notary.signature.invalid`."""
        try:
            self.sslib.verify_signature(Signature(self.keyid, signature.hex()), data)
        except UnverifiedSignatureError as error:
            raise NotaryFault("notary.signature.invalid", keyid=self.keyid[:16]) from error


@dataclass(frozen=True)
class SigningKey:
    """A private key that can sign for one use. Its `repr` shows the public half only."""

    use: KeyUse
    signer: Signer

    @property
    def public(self) -> PublicKey:
        key = self.signer.public_key
        if not isinstance(key, SSlibKey):
            raise NotaryFault("notary.key.unknown-scheme")
        return PublicKey(self.use, key)

    def sign(self, data: bytes) -> bytes:
        return bytes.fromhex(self.signer.sign(data).signature)

    def __repr__(self) -> str:
        return f"SigningKey(use={self.use!s}, keyid={self.public.keyid[:16]}…)"


def generate(use: KeyUse, scheme: str = "ed25519") -> SigningKey:
    """A fresh key for `use`. `scheme` is one of SCHEMES; raises `notary.key.unknown-scheme` otherwise."""
    if scheme == "ed25519":
        return SigningKey(use, CryptoSigner.generate_ed25519())
    if scheme == "ecdsa-sha2-nistp256":
        return SigningKey(use, CryptoSigner.generate_ecdsa())
    if scheme == "ml-dsa-65":
        return SigningKey(use, CryptoSigner.generate_mldsa())
    raise NotaryFault("notary.key.unknown-scheme")


@dataclass(frozen=True)
class KeyRecord:
    """A public key with the period in which what it signed is believed.

    A key revoked at R is good only for what is anchored before R, whatever the signed thing says of its own
    time.
    """

    key: PublicKey
    valid_from: datetime | None = None
    revoked_at: datetime | None = None

    def check(self, at: datetime) -> None:
        """Return only if the key is good at `at`; else raise `notary.key.not-yet-valid` or
        `notary.key.revoked`."""
        at = instant.utc(at)
        if self.valid_from is not None and at < instant.utc(self.valid_from):
            raise NotaryFault("notary.key.not-yet-valid", keyid=self.key.keyid[:16])
        if self.revoked_at is not None and at >= instant.utc(self.revoked_at):
            raise NotaryFault("notary.key.revoked", keyid=self.key.keyid[:16])


def records(keys: Iterable[PublicKey | KeyRecord]) -> dict[str, KeyRecord]:
    """Keys by id; a bare public key counts as good at any time. Two records of one key raise
    `notary.key.twice`."""
    found: dict[str, KeyRecord] = {}
    for item in keys:
        record = item if isinstance(item, KeyRecord) else KeyRecord(item)
        if record.key.keyid in found:
            raise NotaryFault("notary.key.twice", keyid=record.key.keyid[:16])
        found[record.key.keyid] = record
    return found
