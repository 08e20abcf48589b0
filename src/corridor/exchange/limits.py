"""How much one State may send: sizes a body is measured against before it is read, and a rate per State."""

from __future__ import annotations

import threading
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


def check_size(length: int | None, limit: int) -> int:
    """The announced length, if it may be read. Raises exchange.request.no-length, .too-large before a byte is
    kept.
    """
    if length is None:
        raise ExchangeFault("exchange.request.no-length")
    if length > limit:
        raise ExchangeFault("exchange.request.too-large", size=length, limit=limit)
    return length
