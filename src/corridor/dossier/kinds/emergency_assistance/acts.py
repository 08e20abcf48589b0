"""Emergency assistance: what is its own beside the shared life. It may be executed before anything else is decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from corridor.dossier.kinds.assistance import CORE, ENDED, GIVEN, UNDER_WAY
from corridor.dossier.kinds.contents import REQUEST_TEXTS
from corridor.dossier.kinds.emergency_assistance.bodies import BODIES
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    Clock,
    Part,
    Scene,
    Table,
    weave,
)
from corridor.dossier.kinds.parts.items import ItemsPart, with_items
from corridor.dossier.kinds.parts.secrecy import secret_strands

#: Where the requested State may execute at once: whether to accept is what executing says.
_AT_ONCE: Final = ("asked", "acknowledged", "consulting", "postponed")
_EXECUTED: Final = (
    "consulting",
    "conditions_offered",
    "accepted",
    "postponed",
    "executed",
    "nothing_found",
    *GIVEN,
    *ENDED,
)

_NOT_ACCEPTED: Final = ("asked", "acknowledged", "consulting", "conditions_offered", "postponed", "refused")


def _table() -> Table:
    core = with_items(CORE)
    asking, asked = dict(core[REQUESTING]), dict(core[REQUESTED])
    for status in _AT_ONCE:
        asked[status] = {**asked[status], "execute": "executed"}
    # Who executed, and looks closer before anything is handed over, may still ask for conditions.
    asked["executed"] = {**asked["executed"], "consult": "consulting"}
    return weave(
        {REQUESTING: asking, REQUESTED: asked},
        (REQUESTED, "review", _EXECUTED),
        *((role, "destroyed", (*GIVEN, "closed")) for role in (REQUESTING, REQUESTED)),
        (REQUESTING, "followed_by", (*UNDER_WAY, "nothing_found", *GIVEN)),
        *secret_strands(UNDER_WAY, (*UNDER_WAY, "nothing_found", *GIVEN, *ENDED)),
    )


TABLE: Final[Table] = _table()


class _EmergencyAssistance(Part[None]):
    name = "emergency_assistance"
    bodies = BODIES
    texts = {
        "request": ("risk_statement", "data_needed", *REQUEST_TEXTS, "oral", "deadline"),
        "supplement": ("risk_statement", "data_needed", *REQUEST_TEXTS),
    }

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        """A period that runs from the acceptance of the emergency: whatever says it is accepted, execution too."""
        if scene.status in _NOT_ACCEPTED:
            return
        state = "met" if scene.fulfilled else "lapsed" if scene.over else "running"
        for line in scene.form.periods:
            if (line.binds, line.runs_from) == (REQUESTED, "emergency_accepted"):
                code = f"{scene.kind}.clock.emergency_answer"
                yield Clock(code, scene.state_of(REQUESTED), None, line.cite(), state, scene.facts.opening)


OWN = _EmergencyAssistance()
ITEMS = ItemsPart("data_needed")
