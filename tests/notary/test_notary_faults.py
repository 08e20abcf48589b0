"""Every code raised in this room has its two sentences, and no sentence is left without a code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import corridor.notary
from corridor.faults import catalogue

ROOM = Path(corridor.notary.__file__).parent


def _calls() -> Iterator[ast.Call]:
    for path in ROOM.rglob("*.py"):
        for item in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(item, ast.Call)
                and isinstance(item.func, ast.Name)
                and item.func.id == "NotaryFault"
            ):
                yield item


def test_codes_and_sentences_match() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    # A code in a docstring stands in backticks, one that is raised in quotes.
    assert set(re.findall(r'"(notary\.[a-z]+\.[a-z-]+)"', source)) == set(catalogue("notary"))


def test_a_sentence_names_only_facts_that_are_given() -> None:
    for call in _calls():
        if isinstance(call.args[0], ast.Constant):
            sentences = catalogue("notary")[call.args[0].value]
            named = set(re.findall(r"\{(\w+)\}", sentences.log + sentences.next))
            assert named <= {keyword.arg for keyword in call.keywords}, call.args[0].value
