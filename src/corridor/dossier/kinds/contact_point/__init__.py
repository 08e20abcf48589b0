"""The services of the 24/7 network: one contact point asks another for advice, for where data or a person are, for law.

What comes back is information, never evidence: whoever needs evidence asks for it by a request of another kind, which
`followed_by` names. Keeping data is a kind of its own (`preservation`), and so is an emergency.
"""

from __future__ import annotations

from corridor.dossier.kinds.contact_point import acts
from corridor.dossier.kinds.contact_point.crossings import CROSSINGS
from corridor.dossier.kinds.kind import Kind
from corridor.dossier.kinds.parts import ASKING, DECIDING, ENDING, PROGRESS, USE
from corridor.dossier.kinds.parts.linking import LINKING

CONTACT_POINT = Kind(
    name="contact_point",
    own=acts.OWN,
    opens="asked",
    table=acts.TABLE,
    parts=(ASKING, DECIDING, PROGRESS, USE, LINKING, ENDING),
    turns=acts.TURNS,
    crossings=CROSSINGS,
    over=frozenset(acts.ENDED),
    due=acts.DUE,
    disclosing=acts.PERSONAL,
    executing=acts.PERSONAL,
    from_header=frozenset({"authority", "requesting_authority"}),
)
