"""Stored data: what is its own beside the shared life of a request for assistance."""

from __future__ import annotations

from corridor.dossier.kinds.contents import REQUEST_TEXTS
from corridor.dossier.kinds.kind import Part
from corridor.dossier.kinds.stored_data.bodies import BODIES


class _StoredData(Part[None]):
    name = "stored_data"
    bodies = BODIES
    texts = {
        "request": (*REQUEST_TEXTS, "data_identification", "urgency_reason"),
        "supplement": (*REQUEST_TEXTS, "data_identification"),
    }


OWN = _StoredData()
