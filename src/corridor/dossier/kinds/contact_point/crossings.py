"""Contact point: what holds when acts cross. What was told stands, and who asks may stop asking for the rest."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Crossing
from corridor.dossier.kinds.parts.ending import withdrawal_ends

CROSSINGS: tuple[Crossing, ...] = (
    # What was told cannot be untold; the withdrawal then ends what is left.
    *(
        Crossing("told-stands", act, "withdraw", overtakes=False)
        for act in ("advise", "locate", "inform", "report_suspect")
    ),
    *withdrawal_ends("decline_question", "refuse", "ask", "acknowledge"),
    # Who refused without having seen what was supplied decides again.
    Crossing("supplement-unseen", "supplement", "refuse", overtakes=True),
)
