"""Mutual legal assistance: what holds when its own acts cross; the shared rules come after these."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing

CROSSINGS: tuple[Crossing, ...] = (
    # A person handed over is with the other State whatever was signed meanwhile: custody and return are owed.
    Crossing("person-handed-over", "hand_over_person", "withdraw", overtakes=False),
    # What was done was done; the withdrawal then says that no more is needed.
    Crossing("reported-stands", "report", "withdraw", overtakes=True),
    # Two arrangements for one thing: what was agreed before another proposal was known stands.
    Crossing("agreed-first", "agree_arrangement", "arrange", overtakes=False),
)
