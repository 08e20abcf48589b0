"""Every code the post raises has its two sentences, and every sentence has its code."""

from __future__ import annotations

import re
from pathlib import Path

import corridor.exchange
from corridor.faults import catalogue

ROOM = Path(corridor.exchange.__file__).parent


def test_codes_in_the_source_and_in_the_catalogue_are_the_same() -> None:
    source = "\n".join(path.read_text() for path in sorted(ROOM.rglob("*.py")))
    used = set(re.findall(r'"(exchange\.[a-z.-]+)"', source)) - {"exchange.pending"}  # an answer, not a fault
    assert used == set(catalogue("exchange"))


def test_a_sentence_never_names_an_act_or_a_dossier_by_id() -> None:
    for sentences in catalogue("exchange").values():
        places = set(re.findall(r"\{(\w+)\}", sentences.log + sentences.next))
        assert places <= {"state", "fact", "seconds", "size", "limit", "cls", "reason", "status", "count"}


def test_the_specification_names_no_code_that_does_not_exist() -> None:
    page = (ROOM.parents[2] / "spec" / "letter.md").read_text()
    named = set(re.findall(r"`(exchange\.[a-z-]+\.[a-z-]+)`", page))
    assert named
    assert named <= set(catalogue("exchange"))
