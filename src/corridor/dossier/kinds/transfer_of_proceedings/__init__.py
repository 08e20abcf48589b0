"""Transfer of proceedings: one State asks another to take over a case, so that it is tried in one place."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import (
    ASKING,
    COSTS,
    DECIDING,
    ENDING,
    PROCEEDINGS,
    PROGRESS,
    USE,
    decided_on,
)
from corridor.dossier.kinds.transfer_of_proceedings import acts, table

TRANSFER_OF_PROCEEDINGS = Kind(
    name="transfer_of_proceedings",
    own=acts.OWN,
    opens="asked",
    table=table.TABLE,
    parts=(ASKING, DECIDING, PROCEEDINGS, PROGRESS, COSTS, USE, ENDING),
    turns=table.TURNS,
    crossings=table.CROSSINGS,
    over=frozenset(table.OVER),
    due=table.DUE,
    disclosing=frozenset({"send_file"}),
    executing=frozenset({"open_proceedings"}),
    from_header=frozenset({"authority", "requesting_authority"}),
    condition_codes=acts.CONDITIONS,
    conditions=decided_on,
)
