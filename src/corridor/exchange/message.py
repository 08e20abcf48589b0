"""The shapes that cross the wire: requests, answers, signed letters and lists, with no socket in sight.

A signed letter is an HTTP request that can be sent at once, handed over as the answer to a fetch, or
written to a courier file (application/http, RFC 9112 section 10.2): the bytes and the signature are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol

from corridor.exchange.fault import ExchangeFault

PREFIX = "/exchange/v1"
LETTERS = PREFIX + "/letters"
ADD_CHECKPOINT = PREFIX + "/witness/add-checkpoint"

JSON = "application/json"
AGE = "application/age"  # a sealed letter; not registered with IANA, used between nodes only
HTTP_MESSAGE = "application/http"
DSSE = "application/vnd.dsse+json"
OCTETS = "application/octet-stream"

STATE = re.compile(r"[A-Z][A-Z0-9]{1,15}\Z")
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
LETTER_ID = re.compile(r"[0-9a-f]{32}\Z")
_HEADER = re.compile(rb"([a-z0-9-]{1,64}): ([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)\Z")
_COURIER_HEAD_LIMIT = 32 * 1024
_COURIER_HEADERS = (
    "content-digest",
    "content-length",
    "content-type",
    "corridor-from",
    "corridor-letter",
    "corridor-to",
    "signature",
    "signature-input",
)


class Readable(Protocol):
    """What bodies are read from: at most `size` bytes at a time, b"" at the end."""

    def read(self, size: int, /) -> bytes: ...


def announced_length(headers: Mapping[str, str]) -> int | None:
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 15 else None


@dataclass(frozen=True)
class Request:
    """One request as the office sees it. Header names are lower case; `target` is the path as signed."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Readable = field(default_factory=BytesIO)

    @property
    def length(self) -> int | None:
        """The announced length of the body; None where none, or none usable, is announced."""
        return announced_length(self.headers)


@dataclass(frozen=True)
class Response:
    """One answer. A `body` that is not bytes is an iterator of blocks whose whole length is in `length`."""

    status: int
    body: bytes | Iterator[bytes] = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None

    def header_list(self) -> list[tuple[str, str]]:
        length = len(self.body) if isinstance(self.body, bytes) else self.length
        return [("content-type", self.content_type), ("content-length", str(length or 0)), *self.headers]


@dataclass(frozen=True)
class SignedLetter:
    """A sealed letter with its outer signature (RFC 9421), wherever it travels. Not yet verified."""

    headers: Mapping[str, str]
    raw: bytes

    @property
    def from_state(self) -> str:
        return self.headers.get("corridor-from", "")

    @property
    def to_state(self) -> str:
        return self.headers.get("corridor-to", "")

    @property
    def letter_id(self) -> str:
        return self.headers.get("corridor-letter", "")

    def request(self) -> Request:
        """The request this letter is when it is posted."""
        return Request("POST", LETTERS, dict(self.headers), BytesIO(self.raw))

    def to_bytes(self) -> bytes:
        """As application/http: what a fetch answers with and what a courier file holds."""
        lines = [f"POST {LETTERS} HTTP/1.1"]
        lines += [f"{name}: {self.headers[name]}" for name in _COURIER_HEADERS if name in self.headers]
        return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + self.raw

    @classmethod
    def from_bytes(cls, data: bytes) -> SignedLetter:
        """Read back `to_bytes`. Raises exchange.request.malformed; checks no signature."""
        head, mark, raw = data.partition(b"\r\n\r\n")
        if not mark or len(head) > _COURIER_HEAD_LIMIT:
            raise ExchangeFault("exchange.request.malformed", fact="no header block")
        first, *lines = head.split(b"\r\n")
        if first != f"POST {LETTERS} HTTP/1.1".encode():
            raise ExchangeFault("exchange.request.malformed", fact="not a posted letter")
        headers: dict[str, str] = {}
        for line in lines:
            match = _HEADER.match(line)
            name = match.group(1).decode() if match else ""
            if match is None or name not in _COURIER_HEADERS or name in headers:
                raise ExchangeFault(
                    "exchange.request.malformed", fact="a header that does not belong to a letter"
                )
            headers[name] = match.group(2).decode()
        if headers.get("content-length") != str(len(raw)):
            raise ExchangeFault("exchange.request.malformed", fact="the letter is cut or has a tail")
        return cls(headers, raw)


@dataclass(frozen=True)
class Waiting:
    """One letter that waits to be fetched."""

    letter_id: str
    digest: str
    size: int

    def to_dict(self) -> dict[str, Any]:
        return {"letter": self.letter_id, "sha256": self.digest, "size": self.size}

    @classmethod
    def from_dict(cls, row: Any) -> Waiting:
        return cls(
            _text(row, "letter", LETTER_ID),
            _text(row, "sha256", DIGEST),
            _size(row),
        )


@dataclass(frozen=True)
class FileEntry:
    """One file of a package as it is carried: its name inside the package, size and SHA-256."""

    name: str
    size: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "sha256": self.sha256, "size": self.size}

    @classmethod
    def from_dict(cls, row: Any) -> FileEntry:
        return cls(_text(row, "name", _NAME), _size(row), _text(row, "sha256", DIGEST))


# A name as it may stand in a target. Whether it climbs out of the package is seal.transfer's check.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}\Z")


_CODE = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_-]+){1,6}\Z")


def usable_code(code: str) -> bool:
    """Is this a fault's code as another node may tell it? Nothing else of its words is ever shown."""
    return len(code) <= 80 and bool(_CODE.match(code))


def usable_name(name: str) -> bool:
    return len(name) <= 512 and bool(_NAME.match(name))


def _text(row: Any, key: str, pattern: re.Pattern[str]) -> str:
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, str) or len(value) > 512 or not pattern.match(value):
        raise ExchangeFault("exchange.package.malformed", fact=f"no usable {key}")
    return value


def _size(row: Any) -> int:
    value = row.get("size") if isinstance(row, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 40:
        raise ExchangeFault("exchange.package.malformed", fact="no usable size")
    return value


def rows_of(data: Any, key: str) -> Sequence[Any]:
    """The list under `key` of a decoded answer; raises where there is none."""
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise ExchangeFault("exchange.package.malformed", fact=f"no list of {key}")
    return rows


def blocks_of(stream: Readable, size: int = 1 << 20) -> Iterator[bytes]:
    """A stream as 1 MiB blocks, closed at the end: what answers with files are made of."""
    try:
        while block := stream.read(size):
            yield block
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()


def joined(blocks: bytes | Iterable[bytes]) -> bytes:
    return blocks if isinstance(blocks, bytes) else b"".join(blocks)
