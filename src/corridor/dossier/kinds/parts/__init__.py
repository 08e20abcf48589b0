"""Parts that kinds are put together from: one module for one thing that happens in dossiers (see `kinds/kind.py`)."""

from __future__ import annotations

from corridor.dossier.kinds.parts.asking import ASKING, Opening, Supplements
from corridor.dossier.kinds.parts.costs import COSTS
from corridor.dossier.kinds.parts.deciding import DECIDING, decided_on
from corridor.dossier.kinds.parts.ending import ENDING
from corridor.dossier.kinds.parts.handing_over import HANDING_OVER
from corridor.dossier.kinds.parts.moving import MOVING
from corridor.dossier.kinds.parts.proceedings import PROCEEDINGS
from corridor.dossier.kinds.parts.progress import PROGRESS
from corridor.dossier.kinds.parts.use import USE

__all__ = [
    "ASKING",
    "COSTS",
    "DECIDING",
    "ENDING",
    "HANDING_OVER",
    "MOVING",
    "PROCEEDINGS",
    "PROGRESS",
    "USE",
    "Opening",
    "Supplements",
    "decided_on",
]
