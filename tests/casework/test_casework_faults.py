"""Every code casework and node raise has its two sentences, and every sentence a code that is raised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.faults import catalogue

SOURCE = Path(__file__).parents[2] / "src" / "corridor"


@pytest.mark.parametrize("room", ["casework", "node"])
def test_codes_and_sentences_agree(room: str) -> None:
    folders = [SOURCE / room, SOURCE / "cli"]
    text = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    raised = set(re.findall(rf'"({room}(?:\.[a-z0-9-]+){{2,}})"', text))
    assert raised == set(catalogue(room))


@pytest.mark.parametrize("room", ["casework", "node"])
def test_facts_in_sentences_are_given_by_name_only(room: str) -> None:
    for code, row in catalogue(room).items():
        for place in re.findall(r"\{([^}]*)\}", row.log + row.next):
            assert place.isidentifier(), (code, place)
