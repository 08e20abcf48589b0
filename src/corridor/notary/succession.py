"""How one log follows another: a log has one key all its life, and a new key is a new log whose first entry
is the old one's last checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from corridor.notary import instant
from corridor.notary.checkpoint import (
    VerifiedCheckpoint,
    VerifiedEntry,
    checkpoint_text,
    verify_consistency,
    verify_proof,
)
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


def verify_closed(
    seen: VerifiedCheckpoint,
    final: VerifiedCheckpoint,
    closed: datetime,
    *,
    anchor: datetime | None = None,
    path: Sequence[bytes] | None = None,
) -> None:
    """Return only if `seen`, a checkpoint of a log that was closed with `final` at `closed`, can be believed.

    Whoever stole the key can still sign. So it must be `final` itself, or be shown by a consistency `path` to
    be the beginning of it, or have an `anchor` (when it was witnessed, or a time token over it) before
    `closed`. Raises `notary.log.closed`, `notary.log.forked`, `notary.checkpoint.wrong-origin`,
    `notary.proof.invalid`.
    """
    if seen.size > final.size and seen.origin == final.origin:
        raise NotaryFault("notary.log.closed")
    if path is not None or seen.size == final.size:
        verify_consistency(seen, final, path or [])
    elif seen.origin != final.origin:
        raise NotaryFault("notary.checkpoint.wrong-origin")
    elif anchor is None or instant.utc(anchor) >= instant.utc(closed):
        raise NotaryFault("notary.log.closed")
