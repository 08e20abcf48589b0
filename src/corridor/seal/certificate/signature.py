"""A signature in the certificate itself (PAdES), with an X.509 key of whoever made it."""

from __future__ import annotations

import io
from typing import Any

from corridor.seal.faults import PackageError

FIELD = "CertificateSignature"


def sign(pdf: bytes, key: bytes, certificates: bytes, *, passphrase: bytes | None = None) -> bytes:
    """The PDF with one PAdES baseline signature, invisible, added as an incremental update.

    `key` is a private key in PEM, `certificates` its own certificate in PEM with its chain after it. The signature
    holds no time but the signer's own. Raises `seal.certificate.no-pyhanko`, `seal.certificate.key`.
    """
    try:
        from asn1crypto import x509
        from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
        from pyhanko_certvalidator.registry import SimpleCertificateStore
    except ModuleNotFoundError:
        raise PackageError("seal.certificate.no-pyhanko") from None
    try:
        chain: list[x509.Certificate] = list(load_certs_from_pemder_data(certificates))
        private = load_private_key_from_pemder_data(key, passphrase)
        own = chain[0]
        if own.public_key.sha256 != _public(key, passphrase):
            raise ValueError("another key")
    except (ValueError, TypeError, OSError, IndexError):
        raise PackageError("seal.certificate.key") from None
    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain[1:])
    signer = signers.SimpleSigner(signing_cert=own, signing_key=private, cert_registry=store)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer)
    return bytes(out.getvalue())


def _public(key: bytes, passphrase: bytes | None) -> bytes:
    """Digest of the key's public half, as asn1crypto gives it for a certificate."""
    from asn1crypto import keys
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    public = load_pem_private_key(key, passphrase).public_key()
    info = keys.PublicKeyInfo.load(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return bytes(info.sha256)
