"""Destruction told: a State says that what it holds of packages, and what opens them, is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from corridor.dossier.kinds.facts import Coded, Day, Digest
from corridor.dossier.kinds.kind import Facts, Move, Part
from corridor.dossier.kinds.parts.handing_over import HANDING_OVER


class Destroyed(Coded):
    """The packages, or what of them was not needed; `none`: all is needed. What was kept, and why: text of `note`."""

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    extent: Literal["full", "part", "none"] = "full"
    reason: Literal["not_upheld", "not_needed", "condition", "proceedings_over", "error", "other"]
    date: Day
    custody: tuple[Digest, ...] = ()  # digests of the custody statements that say so in the packages


@dataclass(frozen=True)
class Gone:
    """What one State told of one package."""

    package: str
    state: str
    act: str
    whole: bool


class _Destroying(Part[tuple[Gone, ...]]):
    name = "destroying"
    answers = {"destroy": "destroyed"}
    bodies = {"destroyed": Destroyed}
    texts = {"destroyed": ("note",)}

    def start(self) -> tuple[Gone, ...]:
        return ()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        if move.name == "destroyed":
            known = {package.id for package in HANDING_OVER.of(facts).packages}
            if not set(move.body.packages) <= known:
                return "no-such-package"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> tuple[Gone, ...]:
        before = self.of(facts)
        if move.name != "destroyed":
            return before
        whole = move.body.extent == "full"
        return (*before, *(Gone(id_, move.state, move.id, whole) for id_ in move.body.packages))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        return frozenset() if HANDING_OVER.of(facts).packages else frozenset({"destroyed"})

    def left(self, facts: Facts, state: str) -> frozenset[str]:
        """Packages handed over that a State has not said are wholly gone."""
        gone = {each.package for each in self.of(facts) if each.whole and each.state == state}
        return frozenset(package.id for package in HANDING_OVER.of(facts).packages) - gone


DESTROYING = _Destroying()
