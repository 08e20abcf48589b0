"""Preservation: one State asks another to keep data safe until it asks for them."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.preservation import acts
from corridor.dossier.kinds.preservation.bodies import BODIES
from corridor.dossier.kinds.preservation.crossings import CROSSINGS

PRESERVATION = Kind(
    name="preservation",
    opens="asked",
    table=acts.TABLE,
    bodies=BODIES,
    crossings=CROSSINGS,
    disclosing=frozenset({"disclose_traffic"}),
    facts=acts.Facts,
    event=acts.event,
    forbid=acts.forbid,
    apply=acts.apply,
    doubts=acts.doubts,
    view=acts.view,
    entered=acts.entered,
    from_header=frozenset({"authority", "requesting_authority"}),
)
