"""Extradition: one State asks another to surrender a person, to be tried or to serve a sentence."""

from __future__ import annotations

from corridor.dossier.kinds.extradition import acts, table
from corridor.dossier.kinds.extradition.crossings import CROSSINGS
from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import (
    ASKING,
    COSTS,
    DECIDING,
    ENDING,
    MOVING,
    PROCEEDINGS,
    PROGRESS,
    USE,
    decided_on,
)

EXTRADITION = Kind(
    name="extradition",
    own=acts.OWN,
    opens="asked",
    table=table.TABLE,
    parts=(ASKING, DECIDING, MOVING, PROCEEDINGS, PROGRESS, COSTS, USE, ENDING),
    turns=table.TURNS,
    crossings=CROSSINGS,
    over=frozenset(table.OVER),
    disclosing=frozenset({"surrender", "surrender_temporarily", "hand_over_items"}),
    executing=frozenset({"accept", "surrender", "surrender_temporarily"}),
    contents=frozenset({"request", "supplement", "send_papers"}),
    from_header=frozenset({"authority", "requesting_authority"}),
    condition_codes=acts.CONDITIONS,
    conditions=decided_on,
)
