"""Spontaneous information: a State tells another, unasked, what may help it, and on which conditions it may be used."""

from __future__ import annotations

from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import ASKING, ENDING, USE
from corridor.dossier.kinds.parts.giving import GIVING
from corridor.dossier.kinds.parts.linking import LINKING
from corridor.dossier.kinds.spontaneous_information import acts

SPONTANEOUS_INFORMATION = Kind(
    name="spontaneous_information",
    own=acts.OWN,
    opens="sent",
    table=acts.TABLE,
    parts=(ASKING, GIVING, LINKING, USE, ENDING),
    turns=acts.TURNS,
    crossings=acts.CROSSINGS,
    over=frozenset(acts.ENDED),
    disclosing=frozenset({"deliver"}),
    executing=frozenset({"deliver"}),
    condition_codes=acts.CONDITION_CODES,
    conditions=acts.conditions,
)
