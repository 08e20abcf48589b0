"""Checkpoints (C2SP tlog-checkpoint, signed-note) and proofs that travel (C2SP tlog-proof): written, read,
verified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corridor.notary import merkle
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyUse, PublicKey, SigningKey
from corridor.notary.note import (
    ED25519,
    MAX_NOTE,
    NoteSignature,
    from_base64,
    is_name,
    key_id,
    malformed,
    read_note,
    to_base64,
    write_note,
)

MAX_CHECKPOINT: Final = MAX_NOTE
MAX_PROOF: Final = 256 * 1024
_PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class VerifiedCheckpoint:
    """The size and root a log signed. Made only by `verify_checkpoint`; `text` is the note as received."""

    origin: str
    size: int
    root: bytes
    text: bytes


@dataclass(frozen=True)
class VerifiedEntry:
    """An entry shown to be at `index` in the log of `checkpoint`. Made only by `verify_proof`."""

    index: int
    leaf: bytes
    checkpoint: VerifiedCheckpoint


def check_origin(origin: str) -> None:
    """An origin is also the key name of its note: printable, no white space, no plus. Raises
    `notary.log.origin`."""
    if not is_name(origin):
        raise NotaryFault("notary.log.origin")


def note_key_id(name: str, key: PublicKey) -> bytes:
    """signed-note: SHA-256(name || LF || 0x01 || public key)[:4]."""
    return key_id(name, ED25519, key)


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> bytes:
    """The checkpoint as a note signed under the origin's name. Ed25519 signs one text in one way (RFC
    8032), so the same size and root give the same bytes."""
    text = f"{origin}\n{size}\n{to_base64(root)}\n".encode()
    return write_note(text, NoteSignature(origin, note_key_id(origin, key.public), key.sign(text)).line)


def verify_checkpoint(data: bytes, key: PublicKey, origin: str) -> VerifiedCheckpoint:
    """The checkpoint in `data`, signed by the log's `key` under `origin`. Steps:

    1. size limit, UTF-8, no control characters, text and signatures parted by the last empty line
    2. every signature line well formed; those of other keys (witnesses, a next key) are passed over
    3. exactly one line with our name and key id, and its signature holds
    4. the text is origin, size, root and possibly extension lines, and the origin is the one asked for

    Raises `notary.key.wrong-use`, `notary.checkpoint.malformed`, `.not-signed`, `.wrong-origin`,
    `notary.signature.invalid`.
    """
    if key.use is not KeyUse.LOG:
        raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.LOG)
    # Steps 1 and 2
    note = read_note(data)
    # Step 3
    ours = note.by(origin, note_key_id(origin, key))
    if ours is None:
        raise NotaryFault("notary.checkpoint.not-signed")
    key.verify(ours.signature, note.text)
    # Step 4
    parts = note.text.decode("utf-8").split("\n")[:-1]
    if len(parts) < 3 or not all(parts):
        raise malformed("text")
    if parts[0] != origin:
        raise NotaryFault("notary.checkpoint.wrong-origin")
    root = from_base64(parts[2])
    if not _NUMBER.fullmatch(parts[1]) or len(root) != merkle.HASH_SIZE:
        raise malformed("text")
    size = int(parts[1])
    if size == 0 and root != merkle.EMPTY_ROOT:
        raise malformed("text")
    return VerifiedCheckpoint(origin, size, root, data)


def checkpoint_text(note: bytes) -> bytes:
    """What is signed of a checkpoint: everything before the last empty line, with its last line end. Its
    SHA-256 is what a time token over a checkpoint is of. Raises `notary.checkpoint.malformed`."""
    return read_note(note).text


def origin_of(note: bytes) -> str:
    """The first line of a checkpoint: which log it claims to be of, to look for that log's key. Nothing is
    verified. Raises `notary.checkpoint.malformed`."""
    return read_note(note).text.decode("utf-8").partition("\n")[0]


def verify_inclusion(checkpoint: VerifiedCheckpoint, leaf: bytes, index: int, path: Sequence[bytes]) -> None:
    """Return only if the entry `leaf` is at `index` in the log of `checkpoint`."""
    merkle.verify_inclusion(merkle.leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root)


def verify_consistency(old: VerifiedCheckpoint, new: VerifiedCheckpoint, path: Sequence[bytes]) -> None:
    """Return only if the log of `old` is the beginning of the log of `new`. Raises `notary.log.forked` when
    two checkpoints of one size differ: that pair is itself the proof."""
    if old.origin != new.origin:
        raise NotaryFault("notary.checkpoint.wrong-origin")
    if old.size == new.size and old.root != new.root:
        raise NotaryFault("notary.log.forked", size=old.size)
    merkle.verify_consistency(old.size, old.root, new.size, new.root, path)


def write_proof(index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """A tlog-proof: one file that shows, offline, that an entry is in a log."""
    lines = [_PROOF_HEAD, f"index {index}", *(to_base64(item) for item in path), "", ""]
    return "\n".join(lines).encode("ascii") + checkpoint


def verify_proof(proof: bytes, leaf: bytes, key: PublicKey, origin: str) -> VerifiedEntry:
    """The entry `leaf` (its 32 bytes, not its hash) as shown by a tlog-proof.

    An `extra` line is allowed and not believed. Raises `notary.proof.malformed`, `notary.proof.invalid`,
    `notary.proof.out-of-range` and what `verify_checkpoint` raises.
    """
    if len(proof) > MAX_PROOF:
        raise NotaryFault("notary.proof.malformed")
    head, parted, note = proof.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NotaryFault("notary.proof.malformed") from None
    if not parted or lines.pop(0) != _PROOF_HEAD:
        raise NotaryFault("notary.proof.malformed")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    if not lines or not lines[0].startswith("index "):
        raise NotaryFault("notary.proof.malformed")
    number = lines.pop(0).removeprefix("index ")
    if not _NUMBER.fullmatch(number) or len(lines) > 63:
        raise NotaryFault("notary.proof.malformed")
    try:
        path = [from_base64(line) for line in lines]
    except NotaryFault as error:
        raise NotaryFault("notary.proof.malformed") from error
    checkpoint = verify_checkpoint(note, key, origin)
    verify_inclusion(checkpoint, leaf, int(number), path)
    return VerifiedEntry(int(number), leaf, checkpoint)
