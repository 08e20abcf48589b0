"""How much one State may send: sizes a body is measured against before it is read, a rate, and how much at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.letter import LETTER_LIMIT
from corridor.exchange.receipt import RECEIPT_LIMIT

# A payload file holds at most 64 MiB of plaintext (spec/package.md); age adds a header and 16 bytes to each
# 64 KiB.
FILE_LIMIT = 65 * 1024 * 1024
LISTING_LIMIT = (
    64 * 1024 * 1024
)  # a terabyte is about 16,000 files of one line each; a pack-heavy package has more


@dataclass(frozen=True)
class Limits:
    """An operator may lower these; raising them past the specification only invites what nobody sends."""

    letter: int = LETTER_LIMIT
    receipt: int = RECEIPT_LIMIT
    file: int = FILE_LIMIT
    listing: int = LISTING_LIMIT
    per_second: float = 20.0  # letters, receipts, questions
    burst: int = 200
    files_per_second: float = (
        200.0  # package files have their own lane, so that evidence never delays a request
    )
    files_burst: int = 1000
    at_once: int = 10  # requests of one State being answered; a node has some thirty threads for all of them


@dataclass
class _Bucket:
    tokens: float
    at: datetime


class Rate:
    """A token bucket per State and lane, kept in this process. Only authenticated requests are counted, so
    nobody can use up another State's share.
    """

    def __init__(self, limits: Limits) -> None:
        self._lanes = {
            "letters": (limits.per_second, limits.burst),
            "files": (limits.files_per_second, limits.files_burst),
        }
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, state: str, lane: str, at: datetime) -> None:
        """Raises exchange.request.too-often."""
        per_second, burst = self._lanes[lane]
        with self._lock:
            bucket = self._buckets.setdefault((state, lane), _Bucket(float(burst), at))
            elapsed = max(0.0, (at - bucket.at).total_seconds())
            bucket.tokens = min(float(burst), bucket.tokens + elapsed * per_second)
            bucket.at = max(bucket.at, at)
            if bucket.tokens < 1:
                seconds = int((1 - bucket.tokens) / per_second) + 1
                raise ExchangeFault("exchange.request.too-often", seconds=seconds)
            bucket.tokens -= 1


class Busy:
    """How many requests of each State are being answered, in this process. A State that signs many and then
    drips their bodies, or reads answers slowly, holds its own places and nobody else's.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.at_once
        self._count: dict[str, int] = {}
        self._lock = threading.Lock()

    def enter(self, state: str) -> None:
        """Raises exchange.request.too-often."""
        with self._lock:
            if self._count.get(state, 0) >= self._most:
                raise ExchangeFault("exchange.request.too-often", seconds=1)
            self._count[state] = self._count.get(state, 0) + 1

    def leave(self, state: str) -> None:
        with self._lock:
            self._count[state] -= 1


class Handed:
    """An answer's blocks; `done` is called once, when they are at their end, given up or forgotten."""

    def __init__(self, blocks: Iterator[bytes], done: Callable[[], None]) -> None:
        self._blocks = blocks
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._blocks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            close = getattr(self._blocks, "close", None)
            if close is not None:
                close()
            done()

    def __del__(self) -> None:
        self.close()


def check_size(length: int | None, limit: int) -> int:
    """The announced length, if it may be read. Raises exchange.request.no-length, .too-large before a byte is
    kept.
    """
    if length is None:
        raise ExchangeFault("exchange.request.no-length")
    if length > limit:
        raise ExchangeFault("exchange.request.too-large", size=length, limit=limit)
    return length
