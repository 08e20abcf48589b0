"""Transfer of sentenced persons: a person sentenced in one State serves the sentence in another."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import (
    ASKING,
    COSTS,
    DECIDING,
    ENDING,
    MOVING,
    PROGRESS,
    USE,
    decided_on,
)
from corridor.dossier.kinds.sentenced_persons import acts, table

SENTENCED_PERSONS = Kind(
    name="sentenced_persons",
    own=acts.OWN,
    opens="asked",
    table=table.TABLE,
    parts=(ASKING, DECIDING, MOVING, PROGRESS, COSTS, USE, ENDING),
    turns=table.TURNS,
    crossings=table.CROSSINGS,
    over=frozenset(table.OVER),
    disclosing=frozenset({"transfer"}),
    executing=frozenset({"accept", "transfer"}),
    from_header=frozenset({"authority", "requesting_authority"}),
    condition_codes=acts.CONDITIONS,
    conditions=decided_on,
)
