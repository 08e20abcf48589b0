"""Reads a signed paper so strictly that every byte of it is accounted for (spec/paper.md 4).

No PDF library: a paper is found by three marks, and whatever is between them is covered by the officer's signature or
must be exactly what that signature needs. So a reader in any language is short, and no trick of a PDF reaches it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import algos, cms, core, parser, x509

from corridor.dossier.act import ActFault
from corridor.dossier.paper import certificate
from corridor.dossier.paper.signature import FORM, MARK
from corridor.faults import Fault
from corridor.notary import Envelope, canonical
from corridor.notary.credentials import VerifiedCredential
from corridor.notary.dsse import MAX_ENVELOPE

MOST: Final = 24 * 1024 * 1024  # bytes of a paper

_SIGNATURE_MOST: Final = 128 * 1024  # hex digits of the CMS value and the zeros behind it

_RANGE = re.compile(rb"/ByteRange \[(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]")
_CONTENTS = re.compile(rb"<([0-9A-F]+)>")
_STORED = re.compile(rb"stream\r?\n" + MARK + rb"([^\r\n]*)\n\r?\n?endstream")


@dataclass(frozen=True)
class Paper:
    """A PDF taken apart, nothing of it believed yet."""

    act: Envelope
    entry: Envelope | None
    covered: bytes  # all but the signature's own place
    signature: bytes  # CMS, DER


def is_paper(data: bytes) -> bool:
    """Whether the bytes are a PDF that carries the mark of a paper."""
    return data.startswith(b"%PDF-") and MARK in data


def take_apart(data: bytes) -> Paper:
    """Find the coded content and the signature. Raises ActFault `dossier.paper.malformed` with the place."""
    if len(data) > MOST:
        raise ActFault("dossier.paper.too-large", size=len(data), limit=MOST)
    if not data.startswith(b"%PDF-"):
        raise _malformed("header")
    ranges = _RANGE.findall(data)
    if len(ranges) != 1 or data.count(b"/ByteRange") != 1:
        raise _malformed("signatures")
    start, first, second, last = (int(each) for each in ranges[0])
    if start != 0 or not first < second or second + last != len(data):
        raise _malformed("range")  # something stands outside what was signed, or was added after it
    contents = _CONTENTS.fullmatch(data[first:second]) if second - first <= _SIGNATURE_MOST else None
    if contents is None:
        raise _malformed("contents")
    stored = _STORED.findall(data)
    if len(stored) != 1 or data.count(MARK) != 1:
        raise _malformed("embedded")
    act, entry = _embedded(stored[0])
    signature = _unpadded(bytes.fromhex(contents[1].decode("ascii")))
    return Paper(act, entry, data[:first] + data[second:], signature)


def _embedded(line: bytes) -> tuple[Envelope, Envelope | None]:
    try:
        content: Any = canonical.loads(line, limit=2 * MAX_ENVELOPE)
        if content["corridor"] != FORM or canonical.dumps(content) != line:
            raise ValueError("another form, or another spelling")
        entry = content["entry"]
        act = Envelope.from_dict(content["act"])
        return act, None if entry is None else Envelope.from_dict(entry)
    except (Fault, KeyError, TypeError, ValueError) as error:
        raise _malformed("embedded") from error


def _unpadded(data: bytes) -> bytes:
    """The DER value at the beginning; what follows it is nothing but zeros."""
    try:
        *_, header, content, trailer = parser.parse(data)
    except ValueError as error:
        raise _malformed("contents") from error
    end = len(header) + len(content) + len(trailer)
    if data[end:].strip(b"\0"):
        raise _malformed("contents")
    return data[:end]


def verify_signature(paper: Paper, credential: VerifiedCredential) -> None:
    """Return only if the officer of `credential` signed this paper, every byte of it.

    1. The signature is made for this key's scheme, by one signer, with one certificate.
    2. That certificate is the one the credential gives (`certificate.to_be_signed`), signed by the same key.
    3. The signed attributes name the digest of all bytes outside the signature's place.
    4. The key signed those attributes.
    5. Written again from its parts, the signature is byte for byte the one in the file.

    Raises ActFault `dossier.paper.signature` with the step.
    """
    try:
        _verify(paper, credential)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise _unsigned(1) from error  # the DER reader raises as it pleases


def _verify(paper: Paper, credential: VerifiedCredential) -> None:
    mechanism, digest = certificate.scheme(credential.key)
    signed = cms.ContentInfo.load(paper.signature, strict=True)["content"]
    (chosen,) = signed["certificates"]
    (signer,) = signed["signer_infos"]
    own, attributes = chosen.chosen, signer["signed_attrs"]
    value = bytes(signer["signature"].native)
    said = {each["type"].native: each["values"] for each in attributes}
    if len(said) != len(attributes):
        raise _unsigned(1)
    (kind,), (told,) = said["content_type"], said["message_digest"]
    content = certificate.to_be_signed(credential)
    if not isinstance(own, x509.Certificate) or own["tbs_certificate"].dump() != content.dump():
        raise _unsigned(2)
    _by(credential, bytes(own["signature_value"].native), content.dump(), step=2)
    if kind.native != "data" or told.native != hashlib.new(digest, paper.covered).digest():
        raise _unsigned(3)
    _by(credential, value, b"\x31" + attributes.dump()[1:], step=4)
    if _written(own, attributes, value, mechanism, digest) != paper.signature:
        raise _unsigned(5)


def _by(credential: VerifiedCredential, signature: bytes, data: bytes, *, step: int) -> None:
    try:
        credential.key.verify(signature, data)
    except Fault as error:
        raise _unsigned(step) from error


def _written(own: Any, attributes: Any, value: bytes, mechanism: str, digest: str) -> bytes:
    """The only spelling a signature with these parts may have."""
    content = own["tbs_certificate"]
    again = x509.Certificate(
        {
            "tbs_certificate": content,
            "signature_algorithm": content["signature"],
            "signature_value": core.OctetBitString(bytes(own["signature_value"].native)),
        }
    )
    kind = algos.DigestAlgorithm({"algorithm": digest})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": content["issuer"], "serial_number": content["serial_number"]}
                    )
                }
            ),
            "digest_algorithm": kind,
            "signed_attrs": cms.CMSAttributes.load(b"\x31" + attributes.dump()[1:]),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
            "signature": value,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [kind],
            "encap_content_info": {"content_type": "data"},
            "certificates": [again],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump(force=True))


def _malformed(place: str) -> ActFault:
    return ActFault("dossier.paper.malformed", place=place)


def _unsigned(step: int) -> ActFault:
    return ActFault("dossier.paper.signature", step=step)
