"""Plaintext in, sealed and digested files out: one pass, bounded memory, both cores busy.

The caller's thread reads and hashes the item; the sealing thread hashes the sealed bytes; a third writes them and a
fourth waits for the disk to say that they are there. The encryption between is done by whichever of the first two
has less to do.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from corridor.seal import age
from corridor.seal.age.stream import BATCH, CHUNK, SEALED_CHUNK
from corridor.seal.direct import ALIGN, DirectFile, aligned_buffer
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults
from corridor.seal.layout import PART

BLOCK = BATCH * CHUNK
_BLOCKS = 12  # in flight at once, 2 MiB each with its sealed form
_BACKLOG = 1  # blocks waiting, from which on the caller's thread encrypts too
_UNSYNCED = 4  # files written whose sync is still awaited


class OutFile(Protocol):
    """Where one sealed file goes: `DirectFile`, or what a benchmark puts in its place."""

    @property
    def size(self) -> int: ...
    def append(self, buffer: memoryview, start: int, end: int) -> None: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def finish(self) -> None: ...
    def sync(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Finished:
    """One sealed file, whole and synced. `boundary`: SHA-256 of the item up to the file's end, where asked for."""

    name: str
    size: int
    sha256: str
    boundary: str


class _Part:
    """One age file being written."""

    def __init__(self, name: str, out: OutFile, recipient: age.RecipientLike) -> None:
        self.name = name
        self.out = out
        head, self.sealer = age.begin([recipient])
        self.head = len(head)
        self.digest = hashlib.sha256(head)
        self.boundary = ""
        out.write(head)


@dataclass
class _Block:
    plain: memoryview = field(default_factory=lambda: memoryview(bytearray(BLOCK)))
    sealed: memoryview = field(default_factory=lambda: aligned_buffer(BATCH * SEALED_CHUNK + 2 * ALIGN))
    part: _Part | None = None
    start: int = 0  # number of its first chunk
    length: int = 0
    last: bool = False
    begin: int = 0  # where in `sealed` its sealed form begins, and ends (0: not yet encrypted)
    end: int = 0

    def encrypt(self) -> None:
        if self.part is None:
            raise RuntimeError("a block without a part")
        # At the place it has in the file, modulo what direct writes ask for.
        self.begin = (self.part.head + self.start * SEALED_CHUNK) % ALIGN
        self.end = self.begin + self.part.sealer.seal_into(
            self.plain[: self.length], self.sealed[self.begin :], start=self.start, last=self.last
        )


class Conveyor:
    """Shared by all units of one package. Any thread may feed it, each its own unit.

    `open_file` makes the file of a path; `on_finished` is told, in another thread, of each file that is whole and
    synced.
    """

    def __init__(
        self,
        folder: Path,
        recipient: age.RecipientLike,
        *,
        open_file: Callable[[Path], OutFile] = DirectFile,
        on_finished: Callable[[Finished], None] | None = None,
    ) -> None:
        self.folder = folder
        self.recipient = recipient
        self.digests: dict[str, str] = {}  # of each finished file
        self.sizes: dict[str, int] = {}
        self._open_file = open_file
        self._on_finished = on_finished
        self._error: BaseException | None = None
        self._free: queue.SimpleQueue[_Block] = queue.SimpleQueue()
        self._made = 0
        self._waiting: queue.SimpleQueue[_Block | None] = queue.SimpleQueue()
        self._sealed: queue.SimpleQueue[_Block | None] = queue.SimpleQueue()
        self._syncs: list[Future[None]] = []
        self._syncer = ThreadPoolExecutor(1, "seal-sync")
        self._lock = threading.Lock()
        self._open: set[_Part] = set()
        self._workers = [
            threading.Thread(target=self._work, args=work, name=f"seal-{name}", daemon=True)
            for name, work in {
                "digest": (self._waiting, self._digest, self._sealed),
                "write": (self._sealed, self._write, None),
            }.items()
        ]
        for worker in self._workers:
            worker.start()

    def block(self) -> _Block:
        """An empty block; waits when all are in use."""
        self.raise_if_failed()
        with self._lock:
            # Every open unit keeps a block: past the usual number, make one rather than wait for ever.
            idle = self._waiting.empty() and self._sealed.empty()
            fresh = self._free.empty() and (self._made < _BLOCKS or idle)
            self._made += fresh
        block = _Block() if fresh else self._free.get()
        block.length, block.begin, block.end, block.last = 0, 0, 0, False
        return block

    def give_back(self, block: _Block) -> None:
        block.part = None
        self._free.put(block)

    def open_part(self, name: str) -> _Part:
        with disk_faults():
            part = _Part(name, self._open_file(self.folder / name), self.recipient)
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

    def _work(
        self,
        source: queue.SimpleQueue[_Block | None],
        work: Callable[[_Block, _Part], None],
        sink: queue.SimpleQueue[_Block | None] | None,
    ) -> None:
        while (block := source.get()) is not None:
            if self._error is None:
                try:
                    if block.part is None:
                        raise RuntimeError("a block without a part")
                    work(block, block.part)
                except BaseException as error:  # handed to the caller's thread, which raises it
                    self._error = error
            if sink is not None:
                sink.put(block)
            else:
                self.give_back(block)
        if sink is not None:
            sink.put(None)

    def _digest(self, block: _Block, part: _Part) -> None:
        if not block.end:
            block.encrypt()
        part.digest.update(block.sealed[block.begin : block.end])

    def _write(self, block: _Block, part: _Part) -> None:
        with disk_faults():
            part.out.append(block.sealed, block.begin, block.end)
            if not block.last:
                return
            part.out.finish()
        self._syncs.append(self._syncer.submit(self._sync, part))
        while len(self._syncs) > _UNSYNCED:
            self._syncs.pop(0).result()

    def _sync(self, part: _Part) -> None:
        with disk_faults():
            part.out.sync()
            part.out.close()
        with self._lock:
            self._open.discard(part)
        done = Finished(part.name, part.out.size, part.digest.hexdigest(), part.boundary)
        self.digests[done.name] = done.sha256
        self.sizes[done.name] = done.size
        if self._on_finished is not None:
            self._on_finished(done)

    def _stop(self) -> None:
        if self._workers[0].is_alive():
            self._waiting.put(None)
        for worker in self._workers:
            worker.join()

    def finish(self) -> None:
        """Wait until everything submitted is on disk. Raises what went wrong."""
        self._stop()
        for sync in self._syncs:
            if self._error is None:
                try:
                    sync.result()
                except Exception as error:
                    self._error = error
        self._syncer.shutdown()
        self.raise_if_failed()

    def abandon(self) -> None:
        """Stop, closing every file. What was finished is synced; the caller removes the folder or keeps it."""
        self._error = self._error or PackageError("seal.package.abandoned")
        self._stop()
        self._syncer.shutdown()
        for part in list(self._open):
            part.out.close()


class Unit:
    """An ordered list of sealed files that together hold one stream: a large item, a pack, the index.

    A full block waits until it is known whether anything follows, for the last chunk of a file is sealed
    differently and must not be empty. With `digest` the stream is hashed on its way, and the digest noted at the end of
    each full file; `parts` files of `part_size` are then taken for sealed and hashed before.
    """

    def __init__(
        self,
        conveyor: Conveyor,
        name_of: Callable[[int], str],
        part_size: int = PART,
        *,
        digest: hashlib._Hash | None = None,
        parts: int = 0,
    ) -> None:
        self._conveyor = conveyor
        self._name_of = name_of
        self._part_size = part_size
        self._full: _Block | None = None
        self._block: _Block | None = None
        self._part: _Part | None = None
        self._sent = 0  # plaintext of the current file already on its way
        self._boundary = ""
        self.digest = digest
        self.parts = parts
        self.size = parts * part_size

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
        if not count:
            return
        block = self._block
        if block is None:
            raise RuntimeError("commit without room")
        if self.digest is not None:
            self.digest.update(block.plain[block.length : block.length + count])
        if self._full is not None:
            full, self._full = self._full, None
            self._send(full, last=self._sent + full.length == self._part_size)
        block.length += count
        self.size += count
        if self.digest is not None and self._sent + block.length == self._part_size:
            self._boundary = self.digest.hexdigest()

    def write(self, data: bytes | bytearray | memoryview) -> None:
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
            self._part.boundary = self._boundary
            self._part, self._sent, self._boundary = None, 0, ""
        self._conveyor.submit(block)
