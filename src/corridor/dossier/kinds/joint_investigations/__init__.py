"""Joint investigations: two States or more agree on a team, work under one text and share evidence in one room."""

from __future__ import annotations

from corridor.dossier.kinds.joint_investigations import acts
from corridor.dossier.kinds.joint_investigations.crossings import CROSSINGS
from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import ASKING, ENDING, USE

JOINT_INVESTIGATIONS = Kind(
    name="joint_investigations",
    own=acts.OWN,
    opens="proposed",
    table=acts.TABLE,
    parts=(ASKING, USE, ENDING),
    turns=acts.TURNS,
    crossings=CROSSINGS,
    over=frozenset(acts.ENDED),
    disclosing=frozenset({"contribute"}),
    handing=frozenset({"contribute"}),
    receivers=acts.receivers,
    executing=frozenset({"contribute", "report_measure"}),
    leaving=frozenset({"decline", "leave"}),
    several=True,
    contents=frozenset({"request", "propose_change"}),
    condition_codes=acts.CONDITION_CODES,
    conditions=acts.conditions,
)
