"""The X.509 certificate a paper is signed with: the officer's own key, told in the form that PDF readers know.

It certifies nothing: the State's word for the key is the credential in the act (spec/paper.md 2). It is made from that
credential alone, so whoever checks a paper makes it again and no byte of it is left to believe.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, core, keys, x509

from corridor.dossier.act import ActFault
from corridor.notary.credentials import VerifiedCredential
from corridor.notary.keys import PublicKey

#: scheme of an officer's key -> (signature algorithm in X.509 and CMS, digest of the signed attributes)
SCHEMES: Final = {
    "ed25519": ("ed25519", "sha512"),  # RFC 8419 asks for SHA-512 beside Ed25519
    "ecdsa-sha2-nistp256": ("sha256_ecdsa", "sha256"),
}


def scheme(key: PublicKey) -> tuple[str, str]:
    """Signature and digest algorithm. Raises ActFault `dossier.paper.key` for a scheme PDF readers do not know."""
    if key.scheme not in SCHEMES:
        raise ActFault("dossier.paper.key", scheme=key.scheme)
    return SCHEMES[key.scheme]


def to_be_signed(credential: VerifiedCredential) -> Any:
    """The certificate's content, the same for everybody who holds the credential."""
    signature, _ = scheme(credential.key)
    name = x509.Name.build(
        {
            "organization_name": credential.state,
            "organizational_unit_name": credential.authority,
            "common_name": f"officer {credential.number}",
        }
    )
    return x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int(credential.id[:38], 16) or 1,
            "signature": algos.SignedDigestAlgorithm({"algorithm": signature}),
            "issuer": name,
            "validity": {
                "not_before": _moment(credential.not_before),
                "not_after": _moment(credential.not_after),
            },
            "subject": name,
            "subject_public_key_info": _public(credential.key),
            "extensions": [
                {
                    "extn_id": "key_usage",
                    "critical": True,
                    "extn_value": x509.KeyUsage({"digital_signature", "non_repudiation"}),
                }
            ],
        }
    )


def make(credential: VerifiedCredential, sign: Callable[[bytes], bytes]) -> Any:
    """The certificate, signed by the officer's key itself."""
    content = to_be_signed(credential)
    return x509.Certificate(
        {
            "tbs_certificate": content,
            "signature_algorithm": content["signature"],
            "signature_value": core.OctetBitString(sign(content.dump())),
        }
    )


def _public(key: PublicKey) -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    held: Any = key.sslib._crypto_key()
    return keys.PublicKeyInfo.load(held.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _moment(at: datetime) -> Any:
    """UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5)."""
    kind = "utc_time" if at.year < 2050 else "general_time"
    return x509.Time(name=kind, value=at)
