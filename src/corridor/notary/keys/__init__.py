"""Keys of one use each, and the files they are kept in."""

from __future__ import annotations

from corridor.notary.keys.key import SCHEMES, KeyRecord, KeyUse, PublicKey, SigningKey, generate, records
from corridor.notary.keys.keyfile import DEFAULT_WORK, load, public_of, save, seal_to_file, unlock

__all__ = [
    "DEFAULT_WORK",
    "SCHEMES",
    "KeyRecord",
    "KeyUse",
    "PublicKey",
    "SigningKey",
    "generate",
    "load",
    "public_of",
    "records",
    "save",
    "seal_to_file",
    "unlock",
]
