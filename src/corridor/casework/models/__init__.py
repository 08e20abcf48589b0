"""What casework keeps. No row has a legal effect by being saved: acts are made in `casework.actions` only."""

from __future__ import annotations

from corridor.casework.models.cases import Case, CaseChange, CaseImport, CasePerson
from corridor.casework.models.dossiers import ActReceipt, ActRow, Dossier, Draft, LogLeaf
from corridor.casework.models.evidence import (
    CustodyLeaf,
    Handover,
    Package,
    PackageGrant,
    TimeToken,
    Transfer,
)
from corridor.casework.models.law import LawEntry
from corridor.casework.models.national import NationalEntry
from corridor.casework.models.paper import PaperLetter, PaperPeer, PaperScan
from corridor.casework.models.people import Authority, LoginEvent, Officer, Role, User
from corridor.casework.models.post import HeldLetter, NodeNote, Nonce, OutboxLetter, PeerState

__all__ = [
    "ActReceipt",
    "ActRow",
    "Authority",
    "Case",
    "CaseChange",
    "CaseImport",
    "CasePerson",
    "CustodyLeaf",
    "Dossier",
    "Draft",
    "Handover",
    "HeldLetter",
    "LawEntry",
    "LogLeaf",
    "LoginEvent",
    "NationalEntry",
    "NodeNote",
    "Nonce",
    "Officer",
    "OutboxLetter",
    "Package",
    "PackageGrant",
    "PaperLetter",
    "PaperPeer",
    "PaperScan",
    "PeerState",
    "Role",
    "TimeToken",
    "Transfer",
    "User",
]
