"""Stored data: what holds when acts cross, beside what all assistance shares."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing

CROSSINGS: tuple[Crossing, ...] = (
    # Looked for and told: the withdrawal then ends the rest, and does not make untold what was told.
    Crossing("found-stands", "answer_items", "withdraw", overtakes=False),
)
