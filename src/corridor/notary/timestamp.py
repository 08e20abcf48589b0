"""RFC 3161 times: the request for one, and what must hold before the time in an authority's answer is
believed.

The signature and the chain are checked by rfc3161-client; asn1crypto reads what that library leaves to its
caller. Whether an authority's certificate was revoked is not asked: that needs the network."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import rfc3161_client
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from corridor.notary.fault import NotaryFault

MAX_RESPONSE: Final = 64 * 1024
MAX_CERTIFICATES: Final = 16
DIGEST_SIZE: Final = 32
_NUMBER_LIMIT: Final = 1 << 160  # RFC 3161 2.4.2: serial numbers of up to 160 bits
_CERTIFICATE_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True)
class TimeRequest:
    """A TimeStampReq: `der` is POSTed as application/timestamp-query."""

    digest: bytes
    nonce: int
    der: bytes


@dataclass(frozen=True)
class VerifiedTime:
    """`digest` existed at `at`, says `authority`, give or take `accuracy`. Made only by `accept` and
    `verify_time`.

    `authority` is the common name of the certificate that signed, `serial` the token's number with that
    authority."""

    at: datetime
    authority: str
    serial: int
    accuracy: timedelta | None
    digest: bytes


def new_request(digest: bytes, *, nonce: int | None = None) -> TimeRequest:
    """Ask for the time of a SHA-256 `digest`, and for the authority's certificates with it.

    The nonce, a positive number of at most 64 bits, is drawn unless given. Raises `notary.time.digest-size`.
    """
    _check_digest(digest)
    number = secrets.randbits(63) + 1 if nonce is None else nonce
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256", "parameters": core.Null()},
                "hashed_message": digest,
            },
            "nonce": number,
            "cert_req": True,
        }
    )
    return TimeRequest(digest, number, request.dump())


def accept(response: bytes, request: TimeRequest, roots: Iterable[x509.Certificate]) -> VerifiedTime:
    """The time in the answer to `request`: as `verify_time`, and the nonce must come back
    (`notary.time.nonce`)."""
    return _verify(response, request.digest, request.nonce, roots)


def verify_time(response: bytes, digest: bytes, roots: Iterable[x509.Certificate]) -> VerifiedTime:
    """The time at which an authority that leads to one of `roots` saw `digest`; `response` is a
    TimeStampResp (DER).

    Of `roots` those that sign themselves are trusted; the others only help to build a chain to one of them.
    Every certificate is judged at the token's time, so a token stays good when the authority's certificate
    has run out. Steps (RFC 3161 2.2, 2.3 and 2.4.2; RFC 5816 for the second form of ESSCertID):

    1. size limit, DER, a status that exists              `notary.time.token-malformed`
    2. granted                                            `notary.time.refused`
    3. a token with one signer and its certificate        `notary.time.token-malformed`
    4. the imprint is SHA-256 and is `digest`             `notary.time.wrong-imprint`
    5. the certificate is for time-stamping alone         `notary.time.wrong-purpose`
    6. the signed attributes name that certificate        `notary.time.wrong-signer`
    7. it was valid at the token's time                   `notary.time.expired`
    8. the certificate leads to a root                    `notary.time.untrusted`
       and the signature holds                            `notary.time.altered`
    """
    return _verify(response, digest, None, roots)


def read_certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file, at least one. Raises `notary.time.certificates`."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise NotaryFault("notary.time.certificates") from error


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp, RFC 3161 2.4.2; asn1crypto's own has no place for a refusal, which comes without a
    token."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True)
class _Token:
    """What a TimeStampResp says, before any of it is believed."""

    imprint: tuple[str, bytes]
    nonce: int | None
    at: datetime
    serial: int
    accuracy: timedelta | None
    signer: x509.Certificate
    named: frozenset[tuple[str, bytes]]  # (algorithm, digest of a certificate), from the signed attributes
    response: bytes  # with its certificates in the order of DER


def _verify(
    response: bytes, digest: bytes, nonce: int | None, roots: Iterable[x509.Certificate]
) -> VerifiedTime:
    _check_digest(digest)
    # Step 1
    if len(response) > MAX_RESPONSE:
        raise _malformed("size")
    with _parsing("response"):
        answer = _Response.load(response, strict=True)
        status = int(answer["status"]["status"])
    if not 0 <= status <= 5:
        raise _malformed("status")
    # Step 2
    if status != 0:
        raise NotaryFault("notary.time.refused", status=status)
    # Step 3
    token = _read_token(response, answer)
    # Step 4
    if token.imprint != ("sha256", digest):
        raise NotaryFault("notary.time.wrong-imprint")
    if nonce is not None and token.nonce != nonce:
        raise NotaryFault("notary.time.nonce")
    # Step 5
    if not _may_stamp(token.signer):
        raise NotaryFault("notary.time.wrong-purpose")
    # Step 6
    der = token.signer.public_bytes(Encoding.DER)
    if not any(hashlib.new(name, der).digest() == value for name, value in token.named):
        raise NotaryFault("notary.time.wrong-signer")
    # Step 7
    if not token.signer.not_valid_before_utc <= token.at <= token.signer.not_valid_after_utc:
        raise NotaryFault("notary.time.expired")
    # Step 8
    _check_signature(token, digest, list(dict.fromkeys(roots)))
    names = token.signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    authority = str(names[0].value) if names else ""
    return VerifiedTime(token.at, authority, token.serial, token.accuracy, digest)


def _read_token(response: bytes, answer: Any) -> _Token:
    with _parsing("token"):
        signed = answer["time_stamp_token"]["content"]
        if (
            signed["encap_content_info"]["content_type"].native != "tst_info"
            or len(signed["signer_infos"]) != 1
        ):
            raise _malformed("token")
        info, signer = signed["encap_content_info"]["content"].parsed, signed["signer_infos"][0]
        if not isinstance(info["extensions"], core.Void) and any(
            item["critical"].native for item in info["extensions"]
        ):
            raise _malformed("extension")
        at, serial, accuracy = info["gen_time"].native, info["serial_number"].native, info["accuracy"].native
        if not info["gen_time"].contents.endswith(b"Z") or not isinstance(at, datetime):
            raise _malformed("time")
        if not 0 <= serial < _NUMBER_LIMIT:
            raise _malformed("serial number")
        certificates = [item.dump() for item in signed["certificates"]]
        if len(certificates) > MAX_CERTIFICATES:
            raise _malformed("certificates")
        imprint = info["message_imprint"]
        return _Token(
            imprint=(imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native),
            nonce=info["nonce"].native,
            at=at.astimezone(UTC),
            serial=serial,
            accuracy=accuracy
            and timedelta(
                seconds=accuracy["seconds"] or 0,
                milliseconds=accuracy["millis"] or 0,
                microseconds=accuracy["micros"] or 0,
            ),
            signer=_signer_of(signer["sid"], certificates),
            named=_named_in(signer["signed_attrs"]),
            # Many authorities write the certificates in the order of the chain; DER, which rfc3161-client
            # insists on, has them sorted. They are outside what is signed, and sorting changes no length.
            response=response.replace(signed["certificates"].contents, b"".join(sorted(certificates)), 1),
        )


def _signer_of(sid: Any, certificates: list[bytes]) -> x509.Certificate:
    serial = sid.chosen["serial_number"].native
    issuer = sid.chosen["issuer"].dump()
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        if certificate.serial_number == serial and certificate.issuer.public_bytes() == issuer:
            return certificate
    raise _malformed("signer's certificate")


def _named_in(attributes: Any) -> frozenset[tuple[str, bytes]]:
    """The certificate that signing-certificate (RFC 2634, SHA-1) and signing-certificate-v2 (RFC 5035) put
    first."""
    found = set()
    for attribute in attributes:
        if attribute["type"].native == "signing_certificate":
            found.add(("sha1", attribute["values"][0]["certs"][0]["cert_hash"].native))
        elif attribute["type"].native == "signing_certificate_v2":
            first = attribute["values"][0]["certs"][0]
            name = first["hash_algorithm"]["algorithm"].native
            if name in _CERTIFICATE_HASHES:
                found.add((name, first["cert_hash"].native))
    return frozenset(found)


def _may_stamp(certificate: x509.Certificate) -> bool:
    """RFC 3161 2.3: one extended key usage, time-stamping, and critical."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _check_signature(token: _Token, digest: bytes, roots: list[x509.Certificate]) -> None:
    if not roots:
        raise NotaryFault("notary.time.untrusted")
    with _parsing("token"):
        parsed = rfc3161_client.decode_timestamp_response(token.response)
        # Two readers, one meaning: what was read above is what is verified below.
        if (parsed.tst_info.serial_number, parsed.tst_info.gen_time) != (
            token.serial,
            token.at.replace(microsecond=0),
        ):
            raise _malformed("token")
        try:
            rfc3161_client.VerifierBuilder(roots=roots).build().verify(parsed, digest)
        except rfc3161_client.VerificationError as error:
            # The library has one error for all; OpenSSL's reason is in its text.
            if "certificate verify error" not in str(error):
                raise NotaryFault("notary.time.altered") from error
            if "expired" in str(error) or "not yet valid" in str(error):
                raise NotaryFault("notary.time.expired") from error
            raise NotaryFault("notary.time.untrusted") from error


@contextmanager
def _parsing(what: str) -> Iterator[None]:
    """Whatever a parser throws at bytes from a stranger is `notary.time.token-malformed`."""
    try:
        yield
    except NotaryFault:
        raise
    except Exception as error:  # asn1crypto raises as it pleases
        raise _malformed(what) from error
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":  # a panic in rfc3161-client, which is no Exception
            raise
        raise _malformed(what) from error


def _check_digest(digest: bytes) -> None:
    if len(digest) != DIGEST_SIZE:
        raise NotaryFault("notary.time.digest-size", wanted=DIGEST_SIZE)


def _malformed(what: str) -> NotaryFault:
    return NotaryFault("notary.time.token-malformed", what=what)
