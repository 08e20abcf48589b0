"""Emergency assistance: what holds when acts cross, beside what all assistance shares."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing

CROSSINGS: tuple[Crossing, ...] = (
    # The danger is over for who asked, and the data were already looked for: that it was done stays told and reviewed.
    Crossing("executed-stands", "execute", "withdraw", overtakes=False),
    Crossing("found-stands", "answer_items", "withdraw", overtakes=False),
)
