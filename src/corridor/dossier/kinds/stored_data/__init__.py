"""Stored data: one State asks another to obtain stored electronic data and hand them over."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.stored_data import acts
from corridor.dossier.kinds.stored_data.bodies import BODIES
from corridor.dossier.kinds.stored_data.crossings import CROSSINGS

STORED_DATA = Kind(
    name="stored_data",
    opens="asked",
    table=acts.TABLE,
    bodies=BODIES,
    crossings=CROSSINGS,
    disclosing=frozenset({"deliver"}),
    facts=acts.Facts,
    event=acts.event,
    forbid=acts.forbid,
    apply=acts.apply,
    doubts=acts.doubts,
    view=acts.view,
    entered=acts.entered,
    from_header=frozenset({"authority", "requesting_authority"}),
    conditions=lambda facts: facts.conditions,
)
