"""Time-stamping authorities whose tokens come out the same each time: keys from seeds, RFC 6979, given times.

Only for vectors: an authority's clock and keys are never like this.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])


def private_key(seed: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(hashlib.sha256(f"corridor vectors time {seed}".encode()).digest(), "big")
    return ec.derive_private_key(number, ec.SECP256R1())


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def certify(
    seed: str,
    name: str,
    issuer: Holder | None = None,
    *,
    authority: bool = False,
    usage: x509.ExtendedKeyUsage | None = None,
    critical: bool = True,
    begin: datetime = BEGIN,
    end: datetime = END,
) -> Holder:
    """A certificate for the key of `seed`, signed by `issuer` or by itself."""
    key = private_key(seed)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Vectors"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "big") | 1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False),
            critical=True,
        )
    )
    if issuer:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if usage is not None:
        builder = builder.add_extension(usage, critical=critical)
    signer = issuer.key if issuer else key
    return Holder(key, builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True))


@dataclass
class Stamp:
    """What goes into a token; the defaults make a good one."""

    signer: Holder
    digest: bytes
    at: datetime
    serial: int = 1
    nonce: int | None = None
    algorithm: str = "sha256"
    others: list[Holder] = field(default_factory=list)  # certificates beside the signer's
    named: Holder | None = None  # whom the signed attributes name, if not the signer
    ess: str | None = "v2"
    critical: bool = False  # an extension nobody knows, and that it is critical
    signers: int = 1
    sort: bool = True

    def response(self) -> bytes:
        """A TimeStampResp, DER."""
        info: dict[str, Any] = {
            "version": "v1",
            "policy": "1.2.3.4.1",
            "message_imprint": {"hash_algorithm": _algorithm(self.algorithm), "hashed_message": self.digest},
            "serial_number": self.serial,
            "gen_time": self.at,
            "accuracy": {"seconds": 1},
        }
        if self.nonce is not None:
            info["nonce"] = self.nonce
        if self.critical:
            info["extensions"] = [{"extn_id": "1.2.3.4.5", "critical": True, "extn_value": b"\x05\x00"}]
        content = tsp.TSTInfo(info).dump()
        certificates = [self.signer, *self.others]
        if self.sort:
            certificates.sort(key=lambda holder: holder.der)
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [_algorithm("sha256")],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "signer_infos": [self._signer_info(content)] * self.signers,
            }
        )
        whole = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
        # asn1crypto would sort the certificates as it writes them; authorities often do not.
        return _response(_with_certificates(whole, b"".join(holder.der for holder in certificates)))

    def _signer_info(self, content: bytes) -> cms.SignerInfo:
        attributes: list[dict[str, Any]] = [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        ]
        named = (self.named or self.signer).der
        if self.ess == "v2":
            first = {"cert_hash": hashlib.sha256(named).digest()}
            attributes.append({"type": "signing_certificate_v2", "values": [{"certs": [first]}]})
        elif self.ess == "v1":
            first = {"cert_hash": hashlib.sha1(named, usedforsecurity=False).digest()}
            attributes.append({"type": "signing_certificate", "values": [{"certs": [first]}]})
        signed = cms.CMSAttributes(attributes)
        subject = asn1_x509.Certificate.load(self.signer.der)
        signature = self.signer.key.sign(signed.dump(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": {
                            "issuer": subject.issuer,
                            "serial_number": subject.serial_number,
                        }
                    }
                ),
                "digest_algorithm": _algorithm("sha256"),
                "signed_attrs": signed,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": signature,
            }
        )


def refusal(status: int) -> bytes:
    """A TimeStampResp without a token."""
    return _tlv(0x30, _tlv(0x30, _tlv(0x02, bytes([status]))))


def with_status(response: bytes, status: int) -> bytes:
    """The same with another status."""
    return response.replace(b"\x30\x03\x02\x01\x00", b"\x30\x03\x02\x01" + bytes([status]), 1)


def _response(token: bytes) -> bytes:
    return _tlv(0x30, _tlv(0x30, _tlv(0x02, b"\x00")) + token)


def _with_certificates(token: bytes, certificates: bytes) -> bytes:
    """Put [0] certificates before the signer infos, the last element of SignedData."""
    parsed = cms.ContentInfo.load(token)
    signed = parsed["content"]
    fields = [signed[name].dump() for name in ("version", "digest_algorithms", "encap_content_info")]
    body = b"".join([*fields, _tlv(0xA0, certificates), signed["signer_infos"].dump()])
    return _tlv(0x30, parsed["content_type"].dump() + _tlv(0xA0, _tlv(0x30, body)))


def _tlv(tag: int, value: bytes) -> bytes:
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + value


def _algorithm(name: str) -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": name, "parameters": core.Null()})
