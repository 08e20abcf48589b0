"""Stored data: what is its own beside the shared life of a request for assistance."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Part
from corridor.dossier.kinds.stored_data.bodies import BODIES


class _StoredData(Part[None]):
    name = "stored_data"
    bodies = BODIES
    texts = {
        "request": (
            "facts_summary",
            "data_identification",
            "matter_and_authority",
            "assistance_and_procedure",
            "purpose",
            "urgency_reason",
        ),
        "supplement": ("facts_summary", "assistance_and_procedure", "purpose"),
    }


OWN = _StoredData()
