"""Joint investigations: what holds when acts cross. What was handed over stands; whoever leaves is gone."""

from __future__ import annotations

from typing import Final

from corridor.dossier.kinds.kind import Crossing

CROSSINGS: Final = (
    # The wrap has left: that its receiver, its giver or the whole team was going cannot undo it.
    *(
        Crossing("contributed-stands", "contribute", act, overtakes=False)
        for act in ("leave", "end", "decline")
    ),
    # Who signed that all agree may have acted on it at once; a new text or a withdrawal meets what is then in force.
    Crossing("agreement-stands", "agree", "propose_change", overtakes=False),
    Crossing("agreement-stands", "agree", "withdraw", overtakes=False),
    # Of whom one does not know that it left nothing is wanted any more; what others are asked stays.
    Crossing("leaving-known-first", "leave", "ask_measure", overtakes=False),
    # Who still worked had not heard that all others saw the end: the end waits for nobody's task.
    Crossing("report-stands", "report_measure", "end", overtakes=False),
)
