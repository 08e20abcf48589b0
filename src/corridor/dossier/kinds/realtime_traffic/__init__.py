"""Real-time traffic data: one State asks another to collect, as they pass, the data of communications on their way."""

from __future__ import annotations

from corridor.dossier.kinds.collection import collection
from corridor.dossier.kinds.realtime_traffic.acts import OWN

REALTIME_TRAFFIC = collection("realtime_traffic", OWN)
