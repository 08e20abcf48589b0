"""Stored data: what is its own beside the shared life of a request for assistance."""

from __future__ import annotations

from typing import Final

from corridor.dossier.kinds.assistance import CORE, ENDED, GIVEN, UNDER_WAY
from corridor.dossier.kinds.contents import REQUEST_TEXTS
from corridor.dossier.kinds.kind import REQUESTING, Part, Table, weave
from corridor.dossier.kinds.parts.items import ItemsPart, with_items
from corridor.dossier.kinds.parts.secrecy import secret_strands
from corridor.dossier.kinds.stored_data.bodies import BODIES

_EVER: Final = (*UNDER_WAY, "nothing_found", *GIVEN, *ENDED)
TABLE: Final[Table] = weave(
    with_items(CORE),
    (REQUESTING, "followed_by", (*UNDER_WAY, "nothing_found", *GIVEN)),
    *secret_strands(UNDER_WAY, _EVER),
)


class _StoredData(Part[None]):
    name = "stored_data"
    bodies = BODIES
    texts = {
        "request": (*REQUEST_TEXTS, "data_identification", "urgency_reason"),
        "supplement": (*REQUEST_TEXTS, "data_identification"),
    }


OWN = _StoredData()
ITEMS = ItemsPart("data_identification")
