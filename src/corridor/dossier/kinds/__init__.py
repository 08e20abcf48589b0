"""Every kind of request Corridor knows, where one can see them all."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.preservation import PRESERVATION
from corridor.dossier.kinds.stored_data import STORED_DATA

REGISTRY: Mapping[str, Kind] = {kind.name: kind for kind in (PRESERVATION, STORED_DATA)}

__all__ = ["PRESERVATION", "REGISTRY", "STORED_DATA", "Kind"]
