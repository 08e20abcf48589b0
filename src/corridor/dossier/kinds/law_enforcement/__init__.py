"""Law enforcement cooperation: inquiries, data for analysis, methods, staff and liaison officers, early warning."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.law_enforcement import acts
from corridor.dossier.kinds.parts import ASKING, DECIDING, ENDING, PROGRESS, USE
from corridor.dossier.kinds.parts.giving import GIVING
from corridor.dossier.kinds.parts.linking import LINKING

LAW_ENFORCEMENT = Kind(
    name="law_enforcement",
    own=acts.OWN,
    opens="asked",
    table=acts.TABLE,
    parts=(ASKING, DECIDING, GIVING, LINKING, PROGRESS, USE, ENDING),
    turns=acts.TURNS,
    crossings=acts.CROSSINGS,
    over=frozenset(acts.ENDED),
    due=acts.DUE,
    disclosing=frozenset({"deliver"}),
    executing=frozenset({"answer", "deliver"}),
    condition_codes=acts.CONDITION_CODES,
    conditions=acts.conditions,
)
