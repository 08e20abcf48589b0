"""Mutual legal assistance in general: statements, service, searches, records, items, hearings, persons in custody."""

from __future__ import annotations

from corridor.dossier.kinds.assistance import assistance
from corridor.dossier.kinds.mutual_assistance import acts
from corridor.dossier.kinds.mutual_assistance.crossings import CROSSINGS

MUTUAL_ASSISTANCE = assistance(
    "mutual_assistance",
    acts.OWN,
    table=acts.TABLE,
    given=("reported",),
    crossings=CROSSINGS,
    turns=acts.TURNS,
    executing=("execute", "hand_over_person"),
)
