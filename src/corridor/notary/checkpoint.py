"""Checkpoints (C2SP tlog-checkpoint, signed-note) and proofs that travel (C2SP tlog-proof): written, read,
verified."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corridor.notary import merkle
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyUse, PublicKey, SigningKey

MAX_CHECKPOINT: Final = 128 * 1024
MAX_NOTE_SIGNATURES: Final = 32
MAX_PROOF: Final = 256 * 1024
_ED25519: Final = b"\x01"  # signed-note signature type
_PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


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
    if not 1 <= len(origin) <= 255 or re.search(r"[\s+\x00-\x1f\x7f]", origin):
        raise NotaryFault("notary.log.origin")


def note_key_id(name: str, key: PublicKey) -> bytes:
    """signed-note: SHA-256(name || LF || 0x01 || public key)[:4]."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + key.raw).digest()[:4]


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> bytes:
    """The checkpoint as a note signed under the origin's name. Ed25519 signs one text in one way (RFC
    8032), so the same size and root give the same bytes."""
    text = f"{origin}\n{size}\n{_b64(root)}\n"
    signature = note_key_id(origin, key.public) + key.sign(text.encode("utf-8"))
    return f"{text}\n— {origin} {_b64(signature)}\n".encode()


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
    # Step 1
    if len(data) > MAX_CHECKPOINT:
        raise _malformed("size")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("not UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", note) or not note.endswith("\n"):
        raise _malformed("control characters")
    body, parted, tail = note.rpartition("\n\n")
    if not parted:
        raise _malformed("no signature")
    text = body + "\n"
    # Step 2
    lines = tail.split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_NOTE_SIGNATURES:
        raise _malformed("number of signatures")
    wanted, ours = note_key_id(origin, key), []
    for line in lines:
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise _malformed("signature line")
        signature = _unb64(match[2])
        if len(signature) < 5:
            raise _malformed("signature line")
        if match[1] == origin and signature[:4] == wanted:
            ours.append(signature[4:])
    # Step 3
    if not ours:
        raise NotaryFault("notary.checkpoint.not-signed")
    if len(ours) > 1:
        raise _malformed("two signatures by one key")
    key.verify(ours[0], text.encode("utf-8"))
    # Step 4
    parts = text.split("\n")[:-1]
    if len(parts) < 3 or not all(parts):
        raise _malformed("text")
    if parts[0] != origin:
        raise NotaryFault("notary.checkpoint.wrong-origin")
    root = _unb64(parts[2])
    if not _NUMBER.fullmatch(parts[1]) or len(root) != merkle.HASH_SIZE:
        raise _malformed("text")
    size = int(parts[1])
    if size == 0 and root != merkle.EMPTY_ROOT:
        raise _malformed("text")
    return VerifiedCheckpoint(origin, size, root, data)


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
    lines = [_PROOF_HEAD, f"index {index}", *(_b64(item) for item in path), "", ""]
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
        path = [_unb64(line) for line in lines]
    except NotaryFault as error:
        raise NotaryFault("notary.proof.malformed") from error
    checkpoint = verify_checkpoint(note, key, origin)
    verify_inclusion(checkpoint, leaf, int(number), path)
    return VerifiedEntry(int(number), leaf, checkpoint)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise _malformed("base64") from None
    if _b64(data) != text:
        raise _malformed("base64")
    return data


def _malformed(what: str) -> NotaryFault:
    return NotaryFault("notary.checkpoint.malformed", what=what)
