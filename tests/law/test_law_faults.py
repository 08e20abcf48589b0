"""Every code this room raises has its two sentences, and no sentence stands without a code."""

from __future__ import annotations

import re
from pathlib import Path

from corridor import law
from corridor.faults import catalogue

CODE = re.compile(r"\"(law\.[a-z-]+\.[a-z-]+)\"")


def test_every_code_has_its_sentences_and_every_sentence_its_code() -> None:
    folder = Path(law.__file__).parent
    raised = {
        code for file in folder.rglob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    assert raised == set(catalogue("law"))
