"""Interception: the mode asked for and used, and what was not needed, which is destroyed and told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corridor.dossier.kinds.collection import LIVE_TEXTS
from corridor.dossier.kinds.content_interception.bodies import BODIES
from corridor.dossier.kinds.kind import REQUESTING, Facts, Flag, Move, Owed, Part, Scene, Under
from corridor.dossier.kinds.parts.destroying import DESTROYING


@dataclass(frozen=True)
class Intercepting:
    mode: str | None = None  # asked for
    sifted: frozenset[str] = frozenset()  # packages of which the requesting State said what it destroyed


class _ContentInterception(Part[Intercepting]):
    name = "content_interception"
    bodies = BODIES
    texts = {
        "request": ("specified_communications", *LIVE_TEXTS),
        "supplement": ("specified_communications", *LIVE_TEXTS),
    }
    answers = {"destroy-not-needed": "destroyed"}

    def start(self) -> Intercepting:
        return Intercepting()

    def apply(self, status: str, facts: Facts, move: Move) -> Intercepting:
        before = self.of(facts)
        wanted = getattr(move.body, "specified_communications", None)
        if wanted is not None and wanted.mode is not None:
            return replace(before, mode=wanted.mode)
        if move.name == "destroyed" and move.role == REQUESTING:
            return replace(before, sifted=before.sifted | set(move.body.packages))
        return before

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        asked = self.of(facts).mode
        if move.name == "begin" and asked not in (None, "either", move.body.mode):
            yield Flag("other-mode-than-asked", move.id, under.form.cite() if under.form.known else None)

    def owed(self, scene: Scene) -> Iterable[Owed]:
        """Who received what people said sorts out what the matter does not need, and says so, once all is confirmed."""
        if scene.status not in {"confirmed", "closed"}:
            return
        if DESTROYING.left(scene.facts, scene.state_of(REQUESTING)) - self.of(scene.facts).sifted:
            yield scene.owed("destroy-not-needed", REQUESTING)


OWN = _ContentInterception()
