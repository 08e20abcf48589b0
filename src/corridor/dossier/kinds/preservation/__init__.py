"""Preservation: one State asks another to keep stored data until it can ask for them."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import ASKING, ENDING, PROGRESS, USE
from corridor.dossier.kinds.preservation import acts
from corridor.dossier.kinds.preservation.crossings import CROSSINGS

PRESERVATION = Kind(
    name="preservation",
    own=acts.OWN,
    opens="asked",
    table=acts.TABLE,
    parts=(ASKING, PROGRESS, USE, ENDING),
    turns=acts.TURNS,
    crossings=CROSSINGS,
    over=frozenset(acts.ENDED),
    due=acts.DUE,
    disclosing=frozenset({"disclose_traffic"}),
    executing=frozenset({"disclose_traffic"}),
    from_header=frozenset({"authority", "requesting_authority"}),
    until=lambda facts: acts.OWN.of(facts).preserved_until,
)
