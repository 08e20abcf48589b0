"""Sets a paper's content as a PDF, with typst. Every text is data to the template and none is markup."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from corridor.dossier.act import ActFault

_GLYPH: Final = "a character without a glyph"


@functools.cache
def _template() -> bytes:
    return resources.files("corridor.dossier.paper").joinpath("paper.typ").read_bytes()


def pdf(content: Mapping[str, Any]) -> bytes:
    """The PDF of a paper's content. Raises ActFault `dossier.paper.no-tools`, `dossier.paper.not-set`."""
    return _compiled(_template(), json.dumps(content, ensure_ascii=False))


def drawable(text: str) -> bool:
    """Whether every character of a text has a glyph in the fonts at hand; what has none is printed as a box."""
    # PDF/A asks for a glyph for every character, so typst is asked for PDF/A; a date is another thing it asks for.
    source = (
        b'#set text(font: ("Libertinus Serif", "DejaVu Sans"))\n'
        b"#set document(date: datetime(year: 2026, month: 1, day: 1))\n#sys.inputs.content"
    )
    try:
        _compiled(source, text, pdf_a=True)
    except ActFault as fault:
        if fault.facts.get("why") == _GLYPH:
            return False
        raise
    return True


def _compiled(source: bytes, content: str, *, pdf_a: bool = False) -> bytes:
    try:
        import typst
    except ModuleNotFoundError:
        raise ActFault("dossier.paper.no-tools") from None
    try:
        return typst.compile(
            source, format="pdf", sys_inputs={"content": content}, pdf_standards=["a-2b"] if pdf_a else []
        )
    except typst.TypstError as error:
        # What typst says quotes the text it stopped at, so it goes no further than here.
        why = _GLYPH if "could not be displayed" in str(error) else type(error).__name__
        raise ActFault("dossier.paper.not-set", why=why) from None
