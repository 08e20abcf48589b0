"""Plaintext in, sealed and digested files out: two threads, bounded memory, one pass.

The caller's thread reads and hashes the item; the conveyor's thread hashes the sealed bytes and writes them.
The encryption between is done by whichever has less to do, so both cores stay busy; a third thread waits for
the disk.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from corridor.seal import age
from corridor.seal.age.stream import BATCH, CHUNK, SEALED_CHUNK
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults
from corridor.seal.layout import PART

BLOCK = BATCH * CHUNK
_BLOCKS = 12  # in flight at once, 2 MiB each with its sealed form
_BACKLOG = 3  # blocks waiting, from which on the caller's thread encrypts too
_UNSYNCED = 4  # files written whose sync is still awaited


class _Part:
    """One age file being written."""

    def __init__(self, folder: Path, name: str, recipient: age.RecipientLike) -> None:
        self.name = name
        head, self.sealer = age.begin([recipient])
        with disk_faults():
            self.file = (folder / name).open("xb", buffering=0)
            self.file.write(head)
        self.digest = hashlib.sha256(head)
        self.size = len(head)


@dataclass
class _Block:
    plain: memoryview = field(default_factory=lambda: memoryview(bytearray(BLOCK)))
    sealed: memoryview = field(default_factory=lambda: memoryview(bytearray(BATCH * SEALED_CHUNK)))
    part: _Part | None = None
    start: int = 0
    length: int = 0
    last: bool = False
    sealed_length: int = -1  # -1: not yet encrypted

    def encrypt(self) -> None:
        if self.part is None:
            raise RuntimeError("a block without a part")
        self.sealed_length = self.part.sealer.seal_into(
            self.plain[: self.length], self.sealed, start=self.start, last=self.last
        )


class Conveyor:
    """Shared by all units of one package. Any thread may feed it, each its own unit."""

    def __init__(self, folder: Path, recipient: age.RecipientLike) -> None:
        self.folder = folder
        self.recipient = recipient
        self.digests: dict[str, str] = {}  # of each finished file
        self.sizes: dict[str, int] = {}
        self._error: BaseException | None = None
        self._free: queue.SimpleQueue[_Block] = queue.SimpleQueue()
        self._made = 0
        self._waiting: queue.SimpleQueue[_Block | None] = queue.SimpleQueue()
        self._syncs: list[Future[None]] = []
        self._syncer = ThreadPoolExecutor(1, "seal-sync")
        self._lock = threading.Lock()
        self._open: set[_Part] = set()
        self._worker = threading.Thread(target=self._work, name="seal-write", daemon=True)
        self._worker.start()

    def block(self) -> _Block:
        """An empty block; waits when all are in use."""
        self.raise_if_failed()
        with self._lock:
            # Every open unit keeps a block: past the usual number, make one rather than wait for ever.
            fresh = self._free.empty() and (self._made < _BLOCKS or self._waiting.empty())
            self._made += fresh
        block = _Block() if fresh else self._free.get()
        block.length, block.sealed_length, block.last = 0, -1, False
        return block

    def give_back(self, block: _Block) -> None:
        block.part = None
        self._free.put(block)

    def open_part(self, name: str) -> _Part:
        part = _Part(self.folder, name, self.recipient)
        with self._lock:
            self._open.add(part)
        return part

    def submit(self, block: _Block) -> None:
        if self._waiting.qsize() >= _BACKLOG:
            block.encrypt()
        self._waiting.put(block)

    def raise_if_failed(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (block := self._waiting.get()) is not None:
            if self._error is None:
                try:
                    self._write(block)
                except BaseException as error:  # handed to the caller's thread, which raises it
                    self._error = error
            self.give_back(block)

    def _write(self, block: _Block) -> None:
        part = block.part
        if part is None:
            raise RuntimeError("a block without a part")
        if block.sealed_length < 0:
            block.encrypt()
        data = block.sealed[: block.sealed_length]
        part.digest.update(data)
        part.size += len(data)
        with disk_faults():
            while data:
                data = data[part.file.write(data) or 0 :]
        if block.last:
            self.digests[part.name] = part.digest.hexdigest()
            self.sizes[part.name] = part.size
            self._syncs.append(self._syncer.submit(self._sync, part))
            while len(self._syncs) > _UNSYNCED:
                self._syncs.pop(0).result()

    def _sync(self, part: _Part) -> None:
        with disk_faults():
            os.fsync(part.file.fileno())
            part.file.close()
        with self._lock:
            self._open.discard(part)

    def finish(self) -> None:
        """Wait until everything submitted is on disk. Raises what went wrong."""
        self._waiting.put(None)
        self._worker.join()
        for sync in self._syncs:
            if self._error is None:
                try:
                    sync.result()
                except PackageError as error:
                    self._error = error
        self._syncer.shutdown()
        self.raise_if_failed()

    def abandon(self) -> None:
        """Stop, closing every file. The caller removes the folder."""
        self._error = self._error or PackageError("seal.package.abandoned")
        if self._worker.is_alive():
            self._waiting.put(None)
            self._worker.join()
        self._syncer.shutdown()
        for part in list(self._open):
            part.file.close()


class Unit:
    """An ordered list of sealed files that together hold one stream: a large item, a pack, the index.

    A full block waits until it is known whether anything follows, for the last chunk of a file is sealed
    differently and must not be empty.
    """

    def __init__(self, conveyor: Conveyor, name_of: Callable[[int], str], part_size: int = PART) -> None:
        self._conveyor = conveyor
        self._name_of = name_of
        self._part_size = part_size
        self._full: _Block | None = None
        self._block: _Block | None = None
        self._part: _Part | None = None
        self._sent = 0  # plaintext of the current file already on its way
        self.parts = 0
        self.size = 0

    @property
    def left_in_part(self) -> int:
        """Plaintext the current file still takes; the whole size when nothing of it is written."""
        held = sum(block.length for block in (self._full, self._block) if block)
        return self._part_size - self._sent - held

    def room(self) -> memoryview:
        """Where the next plaintext goes: fill from the front, then `commit` how much. Asking binds nobody."""
        if self._block is None:
            self._block = self._conveyor.block()
        if self._block.length == len(self._block.plain):
            self._full, self._block = self._block, self._conveyor.block()
        return self._block.plain[self._block.length :]

    def commit(self, count: int) -> None:
        if self._block is None:
            raise RuntimeError("commit without room")
        if count and self._full is not None:
            full, self._full = self._full, None
            self._send(full, last=self._sent + full.length == self._part_size)
        self._block.length += count
        self.size += count

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            room = self.room()
            count = min(len(room), len(view))
            room[:count] = view[:count]
            self.commit(count)
            view = view[count:]

    def cut(self) -> None:
        """End the current file here, so that what follows begins a new one."""
        full, block, self._full, self._block = self._full, self._block, None, None
        if full is not None:
            if block is not None:
                self._conveyor.give_back(block)
            self._send(full, last=True)
        elif block is not None and block.length:
            self._send(block, last=True)
        elif block is not None:
            self._conveyor.give_back(block)

    def close(self) -> int:
        """The number of files. Also an empty unit has one."""
        self.cut()
        if not self.parts:
            self._send(self._conveyor.block(), last=True)
        return self.parts

    def _send(self, block: _Block, *, last: bool) -> None:
        if self._part is None:
            self._part = self._conveyor.open_part(self._name_of(self.parts))
            self.parts += 1
        block.part, block.start, block.last = self._part, self._sent // CHUNK, last
        self._sent += block.length
        if last:
            self._part, self._sent = None, 0
        self._conveyor.submit(block)
