"""Puts the coded content into a PDF and the officer's signature over all of it (spec/paper.md 2 and 3).

One incremental update holds both. The content is stored as it is, not compressed, behind a line of its own: who has
no PDF library finds it with a search for that line.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from corridor.dossier.act import ActFault, VerifiedAct
from corridor.dossier.paper import certificate
from corridor.notary import Envelope, canonical
from corridor.notary.keys import SigningKey

MARK: Final = b"corridor-paper/1\n"
FORM: Final = "paper/1"
FILE: Final = "corridor.json"
FIELD: Final = "OfficerSignature"


def embedded(act: VerifiedAct, entry: Envelope | None) -> bytes:
    """What a paper carries: the act as signed, and the State's own entry where there is one."""
    content: Mapping[str, Any] = {
        "corridor": FORM,
        "act": act.envelope.to_dict(),
        "entry": None if entry is None else entry.to_dict(),
    }
    return MARK + canonical.dumps(content) + b"\n"


def sign(pdf: bytes, act: VerifiedAct, key: SigningKey, entry: Envelope | None = None) -> bytes:
    """The PDF with the coded content in it, signed by the officer who signed the act.

    Raises ActFault `dossier.paper.other-key` for another key, `.key` for a scheme PDF readers do not know,
    `.no-tools` where the packages of the extra `report` are not installed.
    """
    if key.public.keyid != act.credential.key.keyid:
        raise ActFault("dossier.paper.other-key")
    mechanism, digest = certificate.scheme(key.public)
    try:
        from asn1crypto import algos
        from pyhanko.pdf_utils import embed, generic
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
    except ModuleNotFoundError:
        raise ActFault("dossier.paper.no-tools") from None

    class _Officer(signers.Signer):
        """Any notary key, in a file or in a device, as pyHanko asks for one."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(72) if dry_run else key.sign(data)

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stored = embed.EmbeddedFileObject.from_file_data(
        writer, embedded(act, entry), compress=False, mime_type="application/octet-stream"
    )
    embed.embed_file(
        writer,
        embed.FileSpec(
            file_spec_string=FILE,
            file_name=FILE,
            embedded_data=stored,
            description="The act as it was signed, for corridor check",
            af_relationship=generic.pdf_name("/Source"),
        ),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=digest,
        subfilter=fields.SigSeedSubFilter.PADES,
        name=f"{act.state}, {act.act.header.sender.authority}, officer {act.credential.number}",
    )
    officer = _Officer(
        signing_cert=certificate.make(act.credential, key.sign),
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": mechanism}),
    )
    # pyHanko runs an event loop of its own, which a thread that is in one already cannot.
    with ThreadPoolExecutor(1) as aside:
        out = aside.submit(signers.sign_pdf, writer, meta, signer=officer).result()
    return bytes(out.getvalue())
