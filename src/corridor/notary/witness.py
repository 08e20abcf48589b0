"""A witness (C2SP tlog-witness): remembers the last checkpoint it cosigned of each log, and cosigns only
what extends it.

Bytes in, bytes out: whoever serves HTTP hands the body of a POST to `answer`. What is remembered lies in a
`Memory`, whose `replace` is compare-and-set, so that two threads or processes cannot cosign two histories.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from corridor.notary import merkle
from corridor.notary.checkpoint import (
    MAX_CHECKPOINT,
    VerifiedCheckpoint,
    origin_of,
    verify_checkpoint,
    verify_consistency,
)
from corridor.notary.cosignature import (
    VerifiedCosignature,
    VerifiedWitnessed,
    add_cosignatures,
    cosign,
    gather,
    majority,
    verify_cosignatures,
    verify_witnessed,
)
from corridor.notary.fault import NotaryFault
from corridor.notary.files import make_folder, read_bounded, write_whole
from corridor.notary.keys import PublicKey, SigningKey
from corridor.notary.note import from_base64, to_base64

__all__ = [
    "Answer",
    "FolderMemory",
    "Memory",
    "VerifiedCosignature",
    "VerifiedWitnessed",
    "Witness",
    "add_cosignatures",
    "cosign",
    "gather",
    "majority",
    "read_request",
    "read_size",
    "verify_cosignatures",
    "verify_witnessed",
    "write_request",
]

MAX_PATH: Final = 63
MAX_REQUEST: Final = MAX_CHECKPOINT + 64 * 64
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,17})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,17})\n")


class Memory(Protocol):
    """What a witness remembers: by origin, the note of the last checkpoint it cosigned."""

    def last(self, origin: str) -> bytes | None:
        """The note, or None if none was ever cosigned."""

    def replace(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Put `new` where `old` is, for good before this returns, or change nothing and return False
        because something else is there by now."""


class FolderMemory:
    """A `Memory` in files, one a log; safe between threads and processes of one machine."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        make_folder(self.folder)

    def last(self, origin: str) -> bytes | None:
        try:
            note = read_bounded(self._file(origin), MAX_CHECKPOINT)
        except FileNotFoundError:
            return None
        if note is None:  # never "nothing": that would be to begin anew
            raise NotaryFault("notary.log.corrupt", what="what the witness remembers")
        return note

    def replace(self, origin: str, old: bytes | None, new: bytes) -> bool:
        with self._turn():
            if self.last(origin) != old:
                return False
            write_whole(self._file(origin), new)
            return True

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode('utf-8')).hexdigest()}.checkpoint"

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # Opened anew by each caller: an flock is between open files, so it is between threads too.
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@dataclass(frozen=True)
class Answer:
    """What a witness sends back over HTTP."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Witness:
    """The witness `name`, who cosigns for the logs that `log_key` knows (origin -> the log's key, or
    None)."""

    def __init__(
        self, name: str, key: SigningKey, memory: Memory, log_key: Callable[[str], PublicKey | None]
    ) -> None:
        self.name, self._key, self._memory, self._log_key = name, key, memory, log_key

    def last(self, origin: str) -> bytes | None:
        """The last checkpoint cosigned of a log. With another of the same size it proves a fork."""
        return self._memory.last(origin)

    def add_checkpoint(self, old_size: int, path: Sequence[bytes], note: bytes, at: datetime) -> bytes:
        """The line that cosigns `note`, a checkpoint that extends the last one, which had `old_size` entries.

        It is remembered before it is cosigned. Steps as in tlog-witness, and the codes of what is refused:

        1. a checkpoint of a known log, signed by it     `notary.witness.unknown-log`, `notary.checkpoint.…`,
                                                         `notary.signature.invalid`
        2. not smaller than `old_size`                   `notary.witness.old-size`
        3. `old_size` is that of the last one            `notary.witness.rollback` if it is smaller than that,
                                                         else `notary.witness.conflict`; fact `held`: that size
        4. of the same size only with the same root      `notary.log.forked`
        5. the path leads from the last one to it        `notary.proof.invalid`
        6. remembered, unless another came between       `notary.witness.conflict`
        """
        # Step 1
        origin = origin_of(note)
        key = self._log_key(origin)
        if key is None:
            raise NotaryFault("notary.witness.unknown-log")
        new = verify_checkpoint(note, key, origin)
        # Step 2
        if old_size > new.size:
            raise NotaryFault("notary.witness.old-size", size=new.size, old=old_size)
        # Step 3
        remembered = self._memory.last(origin)
        last = VerifiedCheckpoint(origin, 0, merkle.EMPTY_ROOT, b"")
        if remembered is not None:
            last = verify_checkpoint(remembered, key, origin)
        if old_size != last.size:
            if new.size < last.size:
                raise NotaryFault("notary.witness.rollback", size=new.size, held=last.size)
            raise NotaryFault("notary.witness.conflict", old=old_size, held=last.size)
        # Steps 4 and 5
        verify_consistency(last, new, path)
        # Step 6
        if not self._memory.replace(origin, remembered, note):
            raise NotaryFault("notary.witness.conflict", old=old_size, held=self._size_of(origin, key))
        return cosign(note, self.name, self._key, at)

    def answer(self, body: bytes, at: datetime) -> Answer:
        """The answer to a POST of `body` to add-checkpoint."""
        try:
            old_size, path, note = read_request(body)
            return Answer(200, self.add_checkpoint(old_size, path, note, at))
        except NotaryFault as fault:
            status = _STATUS.get(fault.code, 400)
            if "held" in fault.facts and status == 409:
                return Answer(status, b"%d\n" % fault.facts["held"], "text/x.tlog.size")
            return Answer(status, f"{fault}\n".encode())

    def _size_of(self, origin: str, key: PublicKey) -> int:
        note = self._memory.last(origin)
        return verify_checkpoint(note, key, origin).size if note is not None else 0


_STATUS: Final = {
    "notary.witness.unknown-log": 404,
    "notary.checkpoint.not-signed": 403,
    "notary.signature.invalid": 403,
    "notary.witness.conflict": 409,
    "notary.witness.rollback": 409,
    "notary.log.forked": 409,
    "notary.proof.invalid": 422,
}


def write_request(old_size: int, path: Sequence[bytes], note: bytes) -> bytes:
    """The body of a POST to add-checkpoint: the size the witness cosigned last, the consistency path from
    there, the checkpoint."""
    lines = [f"old {old_size}", *map(to_base64, path), "", ""]
    return "\n".join(lines).encode("ascii") + note


def read_request(body: bytes) -> tuple[int, list[bytes], bytes]:
    """What `write_request` wrote: old size, path, note. Raises `notary.witness.malformed`."""
    head, parted, note = body.partition(b"\n\n")
    if len(body) > MAX_REQUEST or not parted:
        raise NotaryFault("notary.witness.malformed")
    try:
        first, *lines = head.decode("ascii").split("\n")
        path = [from_base64(line) for line in lines]
    except (UnicodeDecodeError, NotaryFault) as error:
        raise NotaryFault("notary.witness.malformed") from error
    old = _OLD.fullmatch(first)
    if old is None or len(path) > MAX_PATH or any(len(item) != merkle.HASH_SIZE for item in path):
        raise NotaryFault("notary.witness.malformed")
    return int(old[1]), path, note


def read_size(body: bytes) -> int:
    """The size in a 409 of type text/x.tlog.size: from where the log must send a consistency path. Raises
    `notary.witness.malformed`."""
    match = _SIZE.fullmatch(body)
    if match is None:
        raise NotaryFault("notary.witness.malformed")
    return int(match[1])
