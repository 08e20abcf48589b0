"""Interception: one State asks another to collect or record, as they pass, what communications say.

Treaties and laws that apply between the two decide whether it may be done at all.
"""

from __future__ import annotations

from corridor.dossier.kinds.collection import collection
from corridor.dossier.kinds.content_interception.acts import OWN

CONTENT_INTERCEPTION = collection("content_interception", OWN)
