"""What can go wrong, said twice: once for the log, once for the person who can act.

Every error Corridor raises on purpose is a `Fault`. Its code begins with the name of the room that raises it
(`seal.manifest.digest-mismatch`); the sentences are data beside that room (`corridor/<room>/faults.yaml`), so
that a code never changes when a sentence does. See docs/adr/0001-faults.md for why this sits below every room.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any


class Side(StrEnum):
    """Who can mend it."""

    OURS = "ours"  # the person or machine that called
    THEIRS = "theirs"  # the other State, or whoever sent the bytes
    OPERATOR = "operator"  # whoever runs this node


@dataclass(frozen=True)
class Sentences:
    """The two texts of one code, with who can mend it and whether trying again can help."""

    side: Side
    retry: bool
    log: str
    next: str


class UnknownCode(LookupError):
    """A fault was raised with a code that its room's faults.yaml does not list."""


@functools.cache
def catalogue(room: str) -> dict[str, Sentences]:
    """All codes of one room. `faults.yaml` maps code -> {side, retry, log, next}."""
    import yaml  # not needed until something goes wrong

    text = resources.files(f"corridor.{room}").joinpath("faults.yaml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text) or {}
    return {
        code: Sentences(Side(row["side"]), bool(row["retry"]), row["log"], row["next"])
        for code, row in rows.items()
    }


class Fault(Exception):
    """A coded error. `facts` fill the sentences; they never carry case text, names or secrets.

    `str(fault)` is the log line. `fault.next_step` tells the person at the desk what to do.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)

    @property
    def sentences(self) -> Sentences:
        room = self.code.partition(".")[0]
        try:
            return catalogue(room)[self.code]
        except (KeyError, FileNotFoundError, ModuleNotFoundError) as error:
            raise UnknownCode(self.code) from error

    @property
    def side(self) -> Side:
        return self.sentences.side

    @property
    def retry(self) -> bool:
        return self.sentences.retry

    def _fill(self, text: str) -> str:
        known = {name: str(value) for name, value in self.facts.items()}
        return text.format_map(_Missing(known))

    @property
    def log_text(self) -> str:
        return self._fill(self.sentences.log)

    @property
    def next_step(self) -> str:
        return self._fill(self.sentences.next)

    def __str__(self) -> str:
        return f"{self.code}: {self.log_text}"

    def as_json(self) -> dict[str, Any]:
        """Shape shared by `--json`, the API and letters between nodes."""
        return {
            "code": self.code,
            "side": str(self.side),
            "retry": self.retry,
            "message": self.log_text,
            "next": self.next_step,
        }


class _Missing(dict[str, str]):
    """Leaves an unfilled place visible instead of raising while an error is being told."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
