"""Real-time traffic data: what is its own beside the life of a collection."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.dossier.kinds.collection import LIVE_TEXTS
from corridor.dossier.kinds.facts import DataAndLink
from corridor.dossier.kinds.kind import Facts, Flag, Move, Part, Under
from corridor.dossier.kinds.realtime_traffic.bodies import BODIES

_OWN = ("facts_and_nature", "data_and_link", "specified_communications", "owner_user_location")


class _RealtimeTraffic(Part[None]):
    name = "realtime_traffic"
    bodies = BODIES
    texts = {"request": (*LIVE_TEXTS, *_OWN), "supplement": (*LIVE_TEXTS, *_OWN)}

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        """Content and stored subscriber data are other requests; under this one they are shown, not refused."""
        asked: DataAndLink | None = getattr(move.body, "data_and_link", None)
        if asked is not None and under.form.known and any(each.category != "traffic" for each in asked.data):
            yield Flag("not-traffic-data", move.id, under.form.cite())


OWN = _RealtimeTraffic()
