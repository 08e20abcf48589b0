"""Reading and writing any binary file object in whole blocks, whatever its read and write return."""

from __future__ import annotations

from typing import Protocol


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class Writable(Protocol):
    def write(self, data: memoryview, /) -> int | None: ...


class Source:
    """A binary file object with a place to put back what the header did not use."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._ahead = b""
        self._readinto = getattr(raw, "readinto", None)

    def line(self, limit: int) -> bytes | None:
        """The next line with its line feed, or None if none comes within `limit` bytes."""
        pieces = self._ahead
        while (end := pieces.find(b"\n")) < 0:
            more = self._raw.read(8192) if len(pieces) < limit else b""
            if not more:
                self._ahead = pieces
                return None
            pieces += more
        if end >= limit:
            return None
        self._ahead = pieces[end + 1 :]
        return pieces[: end + 1]

    def fill(self, block: memoryview) -> int:
        """Fill `block`; fewer bytes only at the end of the file."""
        place = min(len(self._ahead), len(block))
        block[:place] = self._ahead[:place]
        self._ahead = self._ahead[place:]
        while place < len(block):
            if self._readinto is not None:
                count = self._readinto(block[place:])
                if not count:
                    break
            else:
                data = self._raw.read(len(block) - place)
                if not data:
                    break
                count = len(data)
                block[place : place + count] = data
            place += count
        return place


def write_all(sink: Writable, data: memoryview) -> None:
    """A raw file may take less than it is given."""
    while data:
        count = sink.write(data)
        if count is None or count == len(data):
            return
        data = data[count:]
