"""Stored data: one State asks another to obtain stored electronic data and hand them over."""

from __future__ import annotations

from corridor.dossier.kinds.assistance import TURNS, assistance
from corridor.dossier.kinds.kind import REQUESTING
from corridor.dossier.kinds.parts.linking import LINKING
from corridor.dossier.kinds.parts.secrecy import SECRECY
from corridor.dossier.kinds.stored_data import acts
from corridor.dossier.kinds.stored_data.crossings import CROSSINGS

STORED_DATA = assistance(
    "stored_data",
    acts.OWN,
    table=acts.TABLE,
    given=("nothing_found",),
    crossings=CROSSINGS,
    parts=(acts.ITEMS, SECRECY, LINKING),
    turns={**TURNS, "nothing_found": REQUESTING},
)
