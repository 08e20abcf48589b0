"""The papers of vectors/paper and their codes, read as any implementation of spec/paper.md would."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from corridor.casework import genuine
from corridor.dossier.act import ActFault
from corridor.dossier.paper import readback
from corridor.notary import KeyRecord, KeyUse, PublicKey
from corridor.notary.instant import from_text

HERE = Path(__file__).parents[2] / "vectors" / "paper"
FILES = sorted(each for each in HERE.glob("*.json") if each.stem != "codes")


class Book(genuine.DirectoryBook):
    """The book of a vector."""

    def __init__(self, states: dict[str, Any]) -> None:
        super().__init__(None)
        self.states = states

    def keys(self, state: str, use: KeyUse) -> Iterable[KeyRecord]:
        for row in self.states.get(state, {}).get("keys", ()):
            key = PublicKey.from_dict(row["key"], use=KeyUse.STATE)
            yield KeyRecord(key, _moment(row["valid_from"]), _moment(row["ended"]))

    def as_of(self, state: str) -> datetime | None:
        return _moment(self.states.get(state, {}).get("as_of"))

    def in_doubt(self, state: str) -> bool:
        return bool(self.states.get(state, {}).get("in_doubt"))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_papers(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    found = genuine.check(
        base64.b64decode(vector["file"]),
        Book(vector["book"]),
        now=from_text(vector["now"]),
        received=_moment(vector["received"]),
    )
    assert {"verdict": str(found.verdict), "reason": found.reason} == vector["expected"], vector["what"]


def test_every_step_of_the_check_has_a_vector() -> None:
    stages = {json.loads(path.read_text(encoding="utf-8"))["stage"] for path in FILES}
    assert {"4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.8", "4.9"} <= stages


def test_codes() -> None:
    vector = json.loads((HERE / "codes.json").read_text(encoding="utf-8"))
    for row in vector["codes"]:
        assert readback.code(row["act"]) == row["code"]
    for text in vector["not_codes"]:
        with pytest.raises(ActFault):
            readback.heard(text)
