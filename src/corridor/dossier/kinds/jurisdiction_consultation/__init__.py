"""Consultation on jurisdiction: States with proceedings about the same conduct settle who prosecutes."""

from __future__ import annotations

from corridor.dossier.kinds.jurisdiction_consultation import acts, table
from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import ASKING, ENDING, PROCEEDINGS, USE
from corridor.dossier.kinds.parts.linking import LINKING

JURISDICTION_CONSULTATION = Kind(
    name="jurisdiction_consultation",
    own=acts.OWN,
    opens="consulting",
    table=table.TABLE,
    parts=(ASKING, PROCEEDINGS, LINKING, USE, ENDING),
    turns=table.TURNS,
    crossings=table.CROSSINGS,
    over=frozenset(table.OVER),
    several=True,
    from_header=frozenset({"authority", "requesting_authority"}),
)
