"""Emergency assistance: data to avert a danger to life or safety, given before the papers, and looked at after.

An act may be by word of mouth and is then confirmed in writing; what was executed at once is reviewed by an authority
of the requested State, and what does not stand is not used and is destroyed.
"""

from __future__ import annotations

from dataclasses import replace

from corridor.dossier.kinds.assistance import TURNS, assistance
from corridor.dossier.kinds.emergency_assistance import acts
from corridor.dossier.kinds.emergency_assistance.crossings import CROSSINGS
from corridor.dossier.kinds.kind import REQUESTING
from corridor.dossier.kinds.parts.destroying import DESTROYING
from corridor.dossier.kinds.parts.linking import LINKING
from corridor.dossier.kinds.parts.reviewing import REVIEWING
from corridor.dossier.kinds.parts.secrecy import SECRECY

EMERGENCY_ASSISTANCE = replace(
    assistance(
        "emergency_assistance",
        acts.OWN,
        table=acts.TABLE,
        given=("nothing_found",),
        crossings=CROSSINGS,
        parts=(acts.ITEMS, REVIEWING, DESTROYING, SECRECY, LINKING),
        turns={**TURNS, "nothing_found": REQUESTING},
    ),
    barred=REVIEWING.barred,
)
