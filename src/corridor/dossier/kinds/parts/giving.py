"""Handing packages over without a request that was executed: what one State has, it gives; the other checks it.

Either State may give, as the kind's table says. The acts are those of `handing_over`, without a measure to rest on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from corridor.dossier.kinds.facts import Coded, Digest
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, Facts, Move, Owed, Part, Scene
from corridor.dossier.kinds.parts.handing_over import Confirm, statements


class Give(Coded):
    """The packages handed over, with the digest of each custody statement in `custody` or attached."""

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    custody: tuple[Digest, ...] = ()


@dataclass(frozen=True)
class Given:
    id: str
    act: str
    by: str  # the role of the State that gave it
    state: str
    result: str | None = None

    @property
    def to(self) -> str:
        return REQUESTED if self.by == REQUESTING else REQUESTING


class _Giving(Part[tuple[Given, ...]]):
    name = "giving"
    answers = {"delivery-again": "deliver", "confirmation": "confirm"}
    bodies = {"deliver": Give, "confirm": Confirm}
    texts = {"deliver": ("note",), "confirm": ("note",)}

    def start(self) -> tuple[Given, ...]:
        return ()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        body, before = move.body, self.of(facts)
        match move.name:
            case "deliver" if len(statements(move)) < len(set(body.packages)):
                return "no-custody-statement"
            case "deliver" if any(one.by != move.role for one in before if one.id in body.packages):
                return "given-by-the-other"
            case "confirm" if not set(body.packages) <= {one.id for one in before if one.to == move.role}:
                return "no-such-package"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> tuple[Given, ...]:
        before, body = self.of(facts), move.body
        match move.name:
            case "deliver":
                kept = tuple(one for one in before if one.id not in body.packages)
                return (
                    *kept,
                    *(Given(id_, move.id, move.role, move.state) for id_ in dict.fromkeys(body.packages)),
                )
            case "confirm":
                return tuple(
                    replace(one, result=body.result) if one.id in body.packages else one for one in before
                )
        return before

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        waiting = any(one.result is None and one.state != state for one in self.of(facts))
        return frozenset() if waiting else frozenset({"confirm"})

    def owed(self, scene: Scene) -> Iterable[Owed]:
        for one in self.of(scene.facts) if not scene.over else ():
            if one.result is None:
                yield scene.owed("confirmation", one.to, one.act)
            elif one.result != "unchanged":
                yield scene.owed("delivery-again", one.by, one.act)


GIVING = _Giving()
