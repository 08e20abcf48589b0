"""The certificate as a PDF: the template set by typst, with the fonts typst brings and no others."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from corridor.seal.faults import PackageError


@functools.cache
def _template() -> bytes:
    return resources.files("corridor.seal.certificate").joinpath("certificate.typ").read_bytes()


def pdf(content: Mapping[str, Any], *, pdf_a: bool = False, machine_fonts: bool = False) -> bytes:
    """The PDF of a certificate's content; the same content gives the same bytes.

    With `pdf_a` it is set as PDF/A-2b, where every character must have a glyph; whether it is, only `validated` says.
    `machine_fonts` also uses the fonts of this machine, for scripts that typst's own lack.
    Raises `seal.certificate.no-typst`, `seal.certificate.not-set`.
    """
    try:
        import typst
    except ModuleNotFoundError:
        raise PackageError("seal.certificate.no-typst") from None
    try:
        made = typst.compile(
            _template(),
            format="pdf",
            ignore_system_fonts=not machine_fonts,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["a-2b"] if pdf_a else [],
        )
    except typst.TypstError as error:
        raise PackageError("seal.certificate.not-set", why=str(error)[:200]) from None
    return made


def drawable(content: Mapping[str, Any], *, machine_fonts: bool = False) -> bool:
    """Whether every character has a glyph in the fonts: PDF/A asks for it, so typst is asked for PDF/A."""
    try:
        pdf(content, pdf_a=True, machine_fonts=machine_fonts)
    except PackageError as fault:
        if fault.code != "seal.certificate.not-set" or "could not be displayed" not in str(
            fault.facts["why"]
        ):
            raise
        return False
    return True


def validated(file: Path, verapdf: Path | str) -> bool:
    """Whether veraPDF, run on the file, finds it to be PDF/A-2b. Its word alone is what a claim rests on."""
    done = subprocess.run(  # noqa: S603
        [str(verapdf), "--flavour", "2b", "--format", "text", str(file)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode == 0 and done.stdout.lstrip().startswith("PASS ")
