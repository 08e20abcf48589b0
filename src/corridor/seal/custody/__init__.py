"""Custody: each hand a package passes through, as an in-toto statement in DSSE signed by an officer.

In clear a statement holds codes, credential, times and digests. Person, place, reason and file numbers are
encrypted beside it, to the package's own key, under a salted digest.
"""

from __future__ import annotations

from corridor.seal.custody.anchors import TOLERANCE, Anchor, Anchored, attach
from corridor.seal.custody.destruction import (
    Destruction,
    carry_out,
    custodians_known,
    destroy,
    destroyed_statement,
)
from corridor.seal.custody.filing import (
    add,
    file_name,
    following,
    graph,
    heads,
    private_name,
    read_private,
    read_statements,
    record,
)
from corridor.seal.custody.graph import VerifiedCustody, check_graph, check_root
from corridor.seal.custody.standards import iso27037
from corridor.seal.custody.statement import (
    KINDS,
    PAYLOAD_TYPE,
    POWER,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Claimed,
    Destroyed,
    Signer,
    StateKeys,
    Statement,
    VerifiedStatement,
    claimed,
    sealed_statement,
    statement,
    verify_statement,
)
from corridor.seal.custody.trust import StateTrust, Trust, add_trust, trust_inside

__all__ = [
    "KINDS",
    "PAYLOAD_TYPE",
    "POWER",
    "PREDICATE_TYPE",
    "STATEMENT_TYPE",
    "TOLERANCE",
    "Anchor",
    "Anchored",
    "Claimed",
    "Destroyed",
    "Destruction",
    "Signer",
    "StateKeys",
    "StateTrust",
    "Statement",
    "Trust",
    "VerifiedCustody",
    "VerifiedStatement",
    "add",
    "add_trust",
    "attach",
    "carry_out",
    "check_graph",
    "check_root",
    "claimed",
    "custodians_known",
    "destroy",
    "destroyed_statement",
    "file_name",
    "following",
    "graph",
    "heads",
    "iso27037",
    "private_name",
    "read_private",
    "read_statements",
    "record",
    "sealed_statement",
    "statement",
    "trust_inside",
    "verify_statement",
]
