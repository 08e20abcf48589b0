"""Stored data: one State asks another to obtain stored electronic data and hand them over."""

from __future__ import annotations

from corridor.dossier.kinds.assistance import assistance
from corridor.dossier.kinds.stored_data.acts import OWN

STORED_DATA = assistance("stored_data", OWN)
