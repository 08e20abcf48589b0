"""DSSE envelopes (secure-systems-lab/dsse v1.0.2): read strictly, verified by one role at a time.

An id is the SHA-256 of the PAE, so it covers the payload and its type and nothing that can be changed
without a key. Two envelopes with other signatures, or the same in another order, have one id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from corridor.notary import canonical
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyUse, PublicKey, SigningKey

MAX_ENVELOPE: Final = 4 * 1024 * 1024
MAX_SIGNATURES: Final = 8
MAX_SIGNATURE: Final = 8192
_TYPE: Final = re.compile(r"[!-~]{1,255}")
_KEYID: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Signature:
    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload, its type and the signatures over both. Holding one says nothing about who signed it:
    `verify` does.

    Raises `notary.envelope.malformed` or `notary.envelope.duplicate-key` when made with impossible parts.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(self.payload_type):
            raise _malformed("payloadType")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise _malformed("signatures")
        for signature in self.signatures:
            if not _KEYID.fullmatch(signature.keyid):
                raise _malformed("keyid")
            if not 1 <= len(signature.sig) <= MAX_SIGNATURE:
                raise _malformed("sig")
        if len({signature.keyid for signature in self.signatures}) != len(self.signatures):
            raise NotaryFault("notary.envelope.duplicate-key")

    @property
    def pae(self) -> bytes:
        return pae(self.payload_type, self.payload)

    @property
    def id(self) -> str:
        """SHA-256 of the PAE in lower-case hex."""
        return hashlib.sha256(self.pae).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        return {
            "payload": base64.b64encode(self.payload).decode("ascii"),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": signature.keyid, "sig": base64.b64encode(signature.sig).decode("ascii")}
                for signature in self.signatures
            ],
        }

    @classmethod
    def from_dict(cls, data: object) -> Envelope:
        """Exactly the members DSSE names, standard base64 in its one spelling, every signature with its key
        id."""
        if not isinstance(data, dict) or set(data) != {"payload", "payloadType", "signatures"}:
            raise _malformed("members")
        if not isinstance(data["payloadType"], str):
            raise _malformed("payloadType")
        if not isinstance(data["signatures"], list) or len(data["signatures"]) > MAX_SIGNATURES:
            raise _malformed("signatures")
        signatures = []
        for item in data["signatures"]:
            if (
                not isinstance(item, dict)
                or set(item) != {"keyid", "sig"}
                or not isinstance(item["keyid"], str)
            ):
                raise _malformed("signatures")
            signatures.append(Signature(item["keyid"], _base64(item["sig"], "sig")))
        return cls(data["payloadType"], _base64(data["payload"], "payload"), tuple(signatures))

    def to_json(self) -> bytes:
        return canonical.dumps(self.to_dict())

    @classmethod
    def from_json(cls, data: bytes, *, limit: int = MAX_ENVELOPE) -> Envelope:
        """Read at most `limit` bytes. Raises `notary.envelope.too-large`, `.malformed`, `.duplicate-key`."""
        if len(data) > limit:
            raise NotaryFault("notary.envelope.too-large", size=len(data), limit=limit)
        try:
            value = canonical.loads(data, limit=limit, depth=4)
        except NotaryFault as error:
            raise _malformed("JSON") from error
        return cls.from_dict(value)


@dataclass(frozen=True)
class VerifiedPayload:
    """Bytes that the holder of `keyid` signed as `payload_type`. Made only by `verify`."""

    payload_type: str
    payload: bytes
    id: str
    keyid: str
    use: KeyUse


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding: lengths are written out, so type and payload cannot slide into each
    other."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, *keys: SigningKey) -> Envelope:
    """An envelope signed by each of `keys`, at least one."""
    data = pae(payload_type, payload)
    signatures = tuple(Signature(key.public.keyid, key.sign(data)) for key in keys)
    return Envelope(payload_type, payload, signatures)


def verify(envelope: Envelope, *, payload_type: str, key: PublicKey) -> VerifiedPayload:
    """The payload as signed by `key`, in the one role that key has.

    One call asks about one role; two roles are two calls with two keys, and nothing is ever counted.
    Signatures by other keys are neither checked nor believed.
    Raises `notary.envelope.wrong-type`, `notary.envelope.not-signed-by`, `notary.signature.invalid`.
    """
    if envelope.payload_type != payload_type:
        raise NotaryFault("notary.envelope.wrong-type", wanted=payload_type)
    for signature in envelope.signatures:
        if signature.keyid == key.keyid:
            key.verify(signature.sig, envelope.pae)
            return VerifiedPayload(payload_type, envelope.payload, envelope.id, key.keyid, key.use)
    raise NotaryFault("notary.envelope.not-signed-by", keyid=key.keyid[:16])


def _base64(text: object, what: str) -> bytes:
    if not isinstance(text, str) or not text.isascii():
        raise _malformed(what)
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _malformed(what) from error
    if base64.b64encode(data).decode("ascii") != text:
        raise _malformed(what)
    return data


def _malformed(what: str) -> NotaryFault:
    return NotaryFault("notary.envelope.malformed", what=what)
