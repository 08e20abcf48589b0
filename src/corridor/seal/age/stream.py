"""The payload of an age file (C2SP age, "Payload"): STREAM over 64 KiB chunks, batched so that it runs at the
speed of the cipher and in flat memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from corridor.seal.age.files import Source, Writable, write_all
from corridor.seal.age.header import hkdf
from corridor.seal.faults import PayloadError

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
NONCE_SIZE = 16
BATCH = 16  # chunks: 1 MiB of plaintext at a time
_AHEAD = 4  # batches read before they are sealed


class ChunkSealer:
    """Seals chunks of one payload, at any place: two threads may work on different places at once."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))

    def seal_into(self, plain: memoryview, out: memoryview, *, start: int, last: bool) -> int:
        """Seal `plain` into `out` as the chunks from number `start` on, and return the length written.

        The caller never gives one number twice. Unless `last`, `plain` is whole chunks. `last` with an empty
        `plain` is right only for an empty payload: the caller holds back what may be the last chunk.
        """
        place = begin = 0
        size = len(plain)
        counter = start
        while begin < size or (last and not size):
            end = min(begin + CHUNK, size)
            nonce = counter.to_bytes(11, "big") + (b"\x01" if last and end == size else b"\x00")
            room = out[place : place + end - begin + TAG]
            place += self._cipher.encrypt_into(nonce, plain[begin:end], None, room)
            counter += 1
            if end == size:
                break
            begin = end
        return place


def sealed_size(plain: int) -> int:
    """Length of the chunks that hold `plain` bytes."""
    return plain + TAG * max(1, -(-plain // CHUNK))


def encrypt_payload(source: Source, sink: Writable, sealer: ChunkSealer) -> None:
    """Read and seal `source` to its end. The reading (and hashing, where the source does that) goes on while another
    thread seals and writes what was read."""
    first = memoryview(bytearray(BATCH * CHUNK))
    count = source.fill(first)
    out = memoryview(bytearray(BATCH * SEALED_CHUNK))
    if count < len(first):
        write_all(sink, out[: sealer.seal_into(first[:count], out, start=0, last=True)])
        return
    ready: queue.SimpleQueue[tuple[memoryview, int, int, bool] | None] = queue.SimpleQueue()
    free: queue.SimpleQueue[memoryview] = queue.SimpleQueue()
    for _ in range(_AHEAD):
        free.put(memoryview(bytearray(BATCH * CHUNK)))
    errors: list[BaseException] = []

    def seal() -> None:
        while (work := ready.get()) is not None:
            block, length, start, last = work
            if not errors:
                try:
                    write_all(sink, out[: sealer.seal_into(block[:length], out, start=start, last=last)])
                except BaseException as error:  # raised by the caller's thread
                    errors.append(error)
            free.put(block)

    worker = threading.Thread(target=seal, name="age-seal", daemon=True)
    worker.start()
    try:
        held, start = first, 0
        while count:
            # Whether a block is the last is known only when the next is read.
            spare = free.get()
            following = source.fill(spare) if count == len(held) else 0
            ready.put((held, count, start, not following))
            start += BATCH
            held, count = spare, following
            if errors:
                break
    finally:
        ready.put(None)
        worker.join()
    if errors:
        raise errors[0]


def iter_payload(
    source: Source, file_key: bytes, nonce: bytes, room: Callable[[], memoryview] | None = None
) -> Iterator[memoryview]:
    """Authenticated plaintext, about 1 MiB at a time, each good until the next is asked for, or in the memory that
    `room` gives for each (`BATCH * CHUNK` bytes or more). Raises `PayloadError` at the first chunk that is not
    authentic, with exactly the chunks before it given out. No final chunk, or anything after it, is an error."""
    opener = _ChunkOpener(ChaCha20Poly1305(hkdf(file_key, nonce, b"payload")))
    sealed = memoryview(bytearray(BATCH * SEALED_CHUNK))
    own = memoryview(bytearray(BATCH * CHUNK)) if room is None else memoryview(b"")
    while True:
        count = source.fill(sealed)
        out = own if room is None else room()
        length, fault = opener.open_into(sealed[:count], out, more=count == len(sealed))
        if length:
            yield out[:length]
        if not fault and count < len(sealed) and not opener.finished:
            fault = "no final chunk"
        if fault:
            raise PayloadError("seal.age.payload", why=fault, chunk=opener.counter)
        if count < len(sealed):
            return


class _ChunkOpener:
    def __init__(self, cipher: ChaCha20Poly1305) -> None:
        self._cipher = cipher
        self.counter = 0
        self.finished = False

    def _open(self, chunk: memoryview, out: memoryview, flag: bytes) -> bool:
        try:
            self._cipher.decrypt_into(self.counter.to_bytes(11, "big") + flag, chunk, None, out)
        except InvalidTag:
            return False
        return True

    def open_into(self, sealed: memoryview, out: memoryview, *, more: bool) -> tuple[int, str]:
        """How many authentic bytes stand in `out`, and what is wrong with what follows ("": nothing)."""
        place = 0
        for start in range(0, len(sealed), SEALED_CHUNK):
            if self.finished:
                return place, "bytes after the final chunk"
            chunk = sealed[start : start + SEALED_CHUNK]
            size = len(chunk) - TAG
            if size < 0:
                return place, "cut short"
            if size == 0 and self.counter:
                return place, "empty final chunk"
            room = out[place : place + size]
            # A short chunk can only be the last. A whole one is most likely not the last if bytes follow it.
            short = size < CHUNK
            follows = not short and (more or start + SEALED_CHUNK < len(sealed))
            first = b"\x00" if follows else b"\x01"
            other = b"" if short else (b"\x01" if follows else b"\x00")
            if self._open(chunk, room, first):
                flag = first
            elif other and self._open(chunk, room, other):
                flag = other
            else:
                return place, "chunk not authentic"
            self.finished = flag == b"\x01"
            self.counter += 1
            place += size
        return place, ""
