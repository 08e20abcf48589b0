"""notary: who signed what, when, provably. Keys, signed envelopes, officer credentials, the log.

Knows no Django, no settings and no clock. `verify…` raises a coded `NotaryFault` or returns a `Verified…`
type.
"""

from __future__ import annotations

from corridor.notary import canonical, credentials, dsse, instant, keys, log, merkle
from corridor.notary.checkpoint import (
    VerifiedCheckpoint,
    VerifiedEntry,
    checkpoint_text,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_proof,
)
from corridor.notary.cosignature import (
    VerifiedCosignature,
    VerifiedWitnessed,
    verify_cosignatures,
    verify_witnessed,
)
from corridor.notary.credentials import VerifiedCredential
from corridor.notary.dsse import Envelope, VerifiedPayload
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyRecord, KeyUse, PublicKey, SigningKey
from corridor.notary.log import Log

__all__ = [
    "Envelope",
    "KeyRecord",
    "KeyUse",
    "Log",
    "NotaryFault",
    "PublicKey",
    "SigningKey",
    "VerifiedCheckpoint",
    "VerifiedCosignature",
    "VerifiedCredential",
    "VerifiedEntry",
    "VerifiedPayload",
    "VerifiedWitnessed",
    "canonical",
    "checkpoint_text",
    "credentials",
    "dsse",
    "instant",
    "keys",
    "log",
    "merkle",
    "verify_checkpoint",
    "verify_consistency",
    "verify_cosignatures",
    "verify_inclusion",
    "verify_proof",
    "verify_witnessed",
]
