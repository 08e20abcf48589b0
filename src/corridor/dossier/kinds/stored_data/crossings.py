"""Stored data: what holds when acts cross."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing

CROSSINGS: tuple[Crossing, ...] = (
    # What has been handed over stands, and all it rests on. The withdrawal is kept as "no longer needed".
    Crossing("delivered-stands", "deliver", "withdraw", overtakes=True),
    # Who asks may always stop asking; a decision that crossed it decides nothing any more.
    Crossing("withdrawal-ends", "withdraw", "accept", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "execute", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "postpone", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "refuse", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "consult", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "ask", overtakes=True),
    Crossing("withdrawal-ends", "withdraw", "acknowledge", overtakes=True),
    # Who refused without having seen what was supplied, or that the conditions are accepted, decides again.
    Crossing("supplement-unseen", "supplement", "refuse", overtakes=True),
    Crossing("acceptance-unseen", "accept_conditions", "refuse", overtakes=True),
)
