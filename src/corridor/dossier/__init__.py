"""Dossiers: one request of one kind, what States do in it, and the fold that says where it stands.

Pure: no clock, no database, no network. `spec/act.md` is normative; this room is one reading of it.
"""

from __future__ import annotations

from corridor.dossier.act import (
    PAYLOAD_TYPE,
    Act,
    ActFault,
    Attachment,
    Basis,
    Condition,
    Header,
    Member,
    Party,
    Reference,
    Rules,
    Text,
    VerifiedAct,
    decode,
    encode,
    sign,
    verify_act,
)
from corridor.dossier.completeness import Missing, missing
from corridor.dossier.draft import (
    DraftFault,
    PossibleAct,
    Problem,
    check_body,
    following,
    opening,
    possible,
    problems,
    schema,
    texts_of,
)
from corridor.dossier.fold import FOLD, FoldFault, Memory, fold
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import Clock, Flag, Link, Owed
from corridor.dossier.state import Outcome, Receipt, State

__all__ = [
    "FOLD",
    "PAYLOAD_TYPE",
    "REGISTRY",
    "Act",
    "ActFault",
    "Attachment",
    "Basis",
    "Clock",
    "Condition",
    "DraftFault",
    "Flag",
    "FoldFault",
    "Header",
    "Link",
    "Member",
    "Memory",
    "Missing",
    "Outcome",
    "Owed",
    "Party",
    "PossibleAct",
    "Problem",
    "Receipt",
    "Reference",
    "Rules",
    "State",
    "Text",
    "VerifiedAct",
    "check_body",
    "decode",
    "encode",
    "fold",
    "following",
    "missing",
    "opening",
    "possible",
    "problems",
    "schema",
    "sign",
    "texts_of",
    "verify_act",
]
