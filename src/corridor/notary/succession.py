"""How one log follows another: a log has one key all its life, and a new key is a new log whose first entry
is the old one's last checkpoint."""

from __future__ import annotations

import hashlib

from corridor.notary.checkpoint import VerifiedCheckpoint, VerifiedEntry, checkpoint_text, verify_proof
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import PublicKey


def succession_entry(final: VerifiedCheckpoint) -> bytes:
    """The first entry of the log that follows the one `final` closes: SHA-256 of the signed text, 32 bytes."""
    return hashlib.sha256(checkpoint_text(final.text)).digest()


def verify_succession(final: VerifiedCheckpoint, proof: bytes, key: PublicKey, origin: str) -> VerifiedEntry:
    """Return only if the tlog-proof shows that the log `origin` of `key` begins with `final`, another log's
    last checkpoint.

    Raises `notary.log.not-successor` and what `verify_proof` raises.
    """
    if final.origin == origin:
        raise NotaryFault("notary.log.not-successor")
    entry = verify_proof(proof, succession_entry(final), key, origin)
    if entry.index != 0:
        raise NotaryFault("notary.log.not-successor")
    return entry
