"""Preservation: what holds when acts cross. Doubt keeps the data (fail open to preserve)."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing
from corridor.dossier.kinds.parts.ending import withdrawal_ends

CROSSINGS: tuple[Crossing, ...] = (
    # What was disclosed cannot be undisclosed; the withdrawal then ends the rest.
    Crossing("disclosed-stands", "disclose_traffic", "withdraw", overtakes=False),
    # Asked for more time, or for the data themselves, before hearing that the term was over: the data stay.
    Crossing("asked-in-time", "ask_extension", "expire", overtakes=True),
    Crossing("asked-in-time", "ask_extension", "release", overtakes=True),
    Crossing("followed-in-time", "followed_by", "expire", overtakes=True),
    Crossing("followed-in-time", "followed_by", "release", overtakes=True),
    # Who refused without having seen what was supplied decides again.
    Crossing("supplement-unseen", "supplement", "refuse", overtakes=True),
    *withdrawal_ends(
        "preserved", "grant_extension", "refuse", "ask", "warn", "acknowledge", "locate", "expire"
    ),
)
