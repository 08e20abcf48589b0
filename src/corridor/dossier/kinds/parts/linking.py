"""Naming the request that follows: what one dossier began, another goes on with."""

from __future__ import annotations

from corridor.dossier.kinds.facts import ActId, Coded
from corridor.dossier.kinds.kind import Facts, Link, Move, Part


class FollowedBy(Coded):
    """The dossier that goes on with what was asked here."""

    dossier: ActId


class _Linking(Part[tuple[Link, ...]]):
    name = "linking"
    bodies = {"followed_by": FollowedBy}
    texts = {"followed_by": ("note",)}
    aside = frozenset({"followed_by"})

    def start(self) -> tuple[Link, ...]:
        return ()

    def apply(self, status: str, facts: Facts, move: Move) -> tuple[Link, ...]:
        if move.name == "followed_by":
            return (*self.of(facts), Link("followed_by", move.body.dossier, move.id))
        return self.of(facts)

    def links(self, facts: Facts) -> tuple[Link, ...]:
        return self.of(facts)


LINKING = _Linking()
