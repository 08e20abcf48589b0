"""Every code the room raises has its two sentences, and no sentence is without a code."""

from __future__ import annotations

import re
from pathlib import Path

import corridor.seal
from corridor.faults import catalogue

SOURCE = Path(corridor.seal.__file__).parent


def test_codes_in_the_source_and_in_the_catalogue_are_the_same() -> None:
    raised = {
        code
        for file in SOURCE.rglob("*.py")
        for code in re.findall(r'"(seal\.[a-z0-9.-]+)"', file.read_text(encoding="utf-8"))
    }
    assert raised == set(catalogue("seal"))


def test_no_sentence_speaks_of_anything_but_its_facts() -> None:
    for code, sentences in catalogue("seal").items():
        assert sentences.log, code
        assert sentences.next.endswith((".", ").")), code
