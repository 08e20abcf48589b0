"""Plaintext out into files: decrypted by the caller, hashed by one thread and written by another, in flat memory."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from corridor.seal.age.stream import BATCH, CHUNK
from corridor.seal.direct import ALIGN, DirectFile, aligned_buffer
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults

BLOCK = BATCH * CHUNK
_BUFFERS = 8
_ZEROS = bytes(BLOCK)


@dataclass
class Leaving:
    """One item on its way out: where it goes, and what it must be."""

    number: int
    size: int
    sha256: str
    file: DirectFile
    modified: int | None = None  # nanoseconds
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    hashed: int = 0


class Outflow:
    """Takes the blocks of items one after another. What is wrong with one is raised by a later call."""

    def __init__(self) -> None:
        self._free: queue.SimpleQueue[memoryview] = queue.SimpleQueue()
        for _ in range(_BUFFERS):
            self._free.put(aligned_buffer(BLOCK))
        self._to_hash: queue.SimpleQueue[tuple[Leaving, memoryview | None, int] | None] = queue.SimpleQueue()
        self._to_write: queue.SimpleQueue[tuple[Leaving, memoryview | None, int] | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._taken: memoryview | None = None
        self._open: set[int] = set()
        self._files: list[DirectFile] = []
        self._threads = [
            threading.Thread(target=self._run, args=(self._to_hash, self._hash, self._to_write), daemon=True),
            threading.Thread(target=self._run, args=(self._to_write, self._write, None), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def room(self) -> memoryview:
        """Memory for the next block. Waits when all is in use."""
        if self._error is not None:
            raise self._error
        if self._taken is None:
            self._taken = self._free.get()
        return self._taken

    def put(self, item: Leaving, length: int) -> None:
        """The memory last given by `room` holds the next `length` bytes of the item."""
        if self._taken is None:
            raise RuntimeError("a block without room")
        block, self._taken = self._taken, None
        self._to_hash.put((item, block, length))

    def end(self, item: Leaving) -> None:
        """All of the item was put: check it, give its file size and time, sync and close it."""
        self._to_hash.put((item, None, 0))

    def finish(self) -> None:
        """Wait until all is written and checked. Raises what went wrong."""
        self._stop()
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        self._error = self._error or PackageError("seal.package.abandoned")
        self._stop()

    def _stop(self) -> None:
        self._to_hash.put(None)
        for thread in self._threads:
            thread.join()

    def _run(
        self,
        source: queue.SimpleQueue[tuple[Leaving, memoryview | None, int] | None],
        work: Callable[[Leaving, memoryview | None, int], None],
        sink: queue.SimpleQueue[tuple[Leaving, memoryview | None, int] | None] | None,
    ) -> None:
        while (step := source.get()) is not None:
            if self._error is None:
                try:
                    work(*step)
                except BaseException as error:  # raised by the caller's thread
                    self._error = error
            if sink is not None:
                sink.put(step)
            else:
                item, block, _ = step
                if block is not None:
                    self._free.put(block)
                if self._error is not None:
                    item.file.close()
        if sink is not None:
            sink.put(None)

    def _hash(self, item: Leaving, block: memoryview | None, length: int) -> None:
        if block is not None:
            item.digest.update(block[:length])
            item.hashed += length
        if item.hashed > item.size or (
            block is None and (item.hashed != item.size or item.digest.hexdigest() != item.sha256)
        ):
            raise PackageError("seal.item.digest-mismatch", item=item.number)

    def _write(self, item: Leaving, block: memoryview | None, length: int) -> None:
        with disk_faults():
            if block is None:
                item.file.finish()
                if item.modified is not None:
                    item.file.set_time(item.modified)
                item.file.sync()
                item.file.close()
            elif _is_hole(item.file, block, length):
                item.file.skip(length)
            elif item.file.size % ALIGN:
                # The block before was no whole number of pages: a sealed file that is not full, but not the last.
                item.file.write(block[:length])
            else:
                item.file.append(block, 0, length)


def _is_hole(file: DirectFile, block: memoryview, length: int) -> bool:
    """A whole block of zeros becomes a hole: what was sparse stays so."""
    return (
        length == BLOCK
        and not (block[0] or block[-1] or block[length // 2])
        and file.size % ALIGN == 0
        and bytes(block[:length]) == _ZEROS
    )
