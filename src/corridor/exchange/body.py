"""Reading a signed body: never more than announced, and not one byte believed before the digest agrees."""

from __future__ import annotations

import hashlib
import hmac

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.message import Readable

BLOCK = 1 << 20


class SignedBody:
    """A body of `length` bytes whose SHA-256 was signed.

    Reads like a file. The end of the body is only given out once the digest agrees; before that a cut or
    altered body raises exchange.request.body-digest, so whoever copies it to a temporary file never renames a
    wrong one. Whoever keeps the body asks `sha256` for the digest of what was read, and need not hash it again.
    """

    def __init__(self, source: Readable, length: int, digest: bytes) -> None:
        self._source = source
        self._left = length
        self._digest = digest
        self._hash = hashlib.sha256()
        self._checked = False

    @property
    def sha256(self) -> str:
        """SHA-256 of what was read so far, in hex."""
        return self._hash.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        if size is None or size < 0:
            return self._all()
        wanted = min(size, self._left)
        if wanted:
            block = self._source.read(wanted)
            if not block or len(block) > wanted:
                raise ExchangeFault("exchange.request.body-digest")
            self._left -= len(block)
            self._hash.update(block)
            return block
        if size and not self._checked:
            if not hmac.compare_digest(self._hash.digest(), self._digest):
                raise ExchangeFault("exchange.request.body-digest")
            self._checked = True
        return b""

    def _all(self) -> bytes:
        blocks = []
        while block := self.read(BLOCK):
            blocks.append(block)
        return b"".join(blocks)

    def finish(self) -> None:
        """For a consumer that may have stopped reading early: read to the end and check."""
        while self.read(BLOCK):
            pass
