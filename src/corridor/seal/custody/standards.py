"""How custody statements answer to ISO/IEC 27037:2012, as data (iso27037.yaml)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Clause:
    """One clause; `confidence` says how sure number and title are."""

    number: str
    title: str
    confidence: str


@dataclass(frozen=True)
class RecordContent:
    """Something a chain of custody record should hold, and where it stands in a package."""

    code: str
    content: str
    where: str
    private: tuple[str, ...]


@dataclass(frozen=True)
class Standard:
    name: str
    confidence: str
    kinds: dict[str, tuple[Clause, ...]]
    how: dict[str, str]
    record: tuple[RecordContent, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "standard": self.name,
            "confidence": self.confidence,
            "kinds": {
                kind: {"clauses": [clause.__dict__ for clause in clauses], "how": self.how[kind]}
                for kind, clauses in self.kinds.items()
            },
            "record": [{"code": row.code, "content": row.content, "where": row.where} for row in self.record],
        }


@functools.cache
def iso27037() -> Standard:
    """The mapping. Every kind of statement has its clauses; a clause not in the list is a KeyError here."""
    import yaml  # only a report needs it

    text = resources.files("corridor.seal.custody").joinpath("iso27037.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    clauses = {
        number: Clause(number, row["title"], row["confidence"]) for number, row in data["clauses"].items()
    }
    return Standard(
        data["standard"],
        data["confidence"],
        {kind: tuple(clauses[number] for number in row["clauses"]) for kind, row in data["kinds"].items()},
        {kind: row["how"] for kind, row in data["kinds"].items()},
        tuple(
            RecordContent(row["code"], row["content"], row["where"], tuple(row["private"]))
            for row in data["record"]
        ),
    )
