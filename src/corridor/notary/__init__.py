"""notary: who signed what, when, provably. Keys, signed envelopes, officer credentials, the log.

Knows no Django, no settings and no clock. `verify…` raises a coded `NotaryFault` or returns a `Verified…`
type.
"""

from __future__ import annotations

from corridor.notary import canonical, credentials, dsse, instant, keys
from corridor.notary.credentials import VerifiedCredential
from corridor.notary.dsse import Envelope, VerifiedPayload
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyRecord, KeyUse, PublicKey, SigningKey

__all__ = [
    "Envelope",
    "KeyRecord",
    "KeyUse",
    "NotaryFault",
    "PublicKey",
    "SigningKey",
    "VerifiedCredential",
    "VerifiedPayload",
    "canonical",
    "credentials",
    "dsse",
    "instant",
    "keys",
]
