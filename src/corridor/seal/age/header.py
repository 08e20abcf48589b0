"""The header of an age file (C2SP age, "Header"): parsed strictly, written canonically, authenticated."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from corridor.seal.age.files import Source
from corridor.seal.faults import HeaderError, HmacError

VERSION_LINE = b"age-encryption.org/v1\n"
FILE_KEY_SIZE = 16
# Not in the format, which sets no limit: a header is held in memory before anything is authenticated.
HEADER_LIMIT = 1 << 20
_COLUMNS = 64
_ARGUMENTS = re.compile(rb"[!-~]+(?: [!-~]+)*")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")


def b64encode(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def b64decode(text: bytes) -> bytes:
    """Standard alphabet, no padding, canonical; anything else is a `HeaderError`."""
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        raise HeaderError("seal.age.header", why="base64")
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise HeaderError("seal.age.header", why="base64") from None
    if b64encode(data) != text:
        raise HeaderError("seal.age.header", why="base64 not canonical")
    return data


def hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(material)


@dataclass(frozen=True)
class Stanza:
    """One wrap of the file key: its arguments (the first names the type) and its body."""

    args: tuple[bytes, ...]
    body: bytes

    def encode(self) -> bytes:
        text = b64encode(self.body)
        lines = [text[start : start + _COLUMNS] for start in range(0, len(text) + 1, _COLUMNS)]
        return b"-> " + b" ".join(self.args) + b"\n" + b"".join(line + b"\n" for line in lines)


@dataclass(frozen=True)
class Header:
    """A parsed header. Nothing in it is authentic before `check_mac`."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes  # up to and including "---"
    mac: bytes

    def check_mac(self, file_key: bytes) -> None:
        try:
            _mac(file_key, self.authenticated).verify(self.mac)
        except InvalidSignature:
            raise HmacError("seal.age.hmac") from None


def _mac(file_key: bytes, data: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(hkdf(file_key, b"", b"header"), hashes.SHA256())
    mac.update(data)
    return mac


def write_header(stanzas: list[Stanza], file_key: bytes) -> bytes:
    text = VERSION_LINE + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    return text + b" " + b64encode(_mac(file_key, text).finalize()) + b"\n"


def read_header(source: Source) -> Header:
    """Leaves `source` at the first byte of the payload. Raises `HeaderError`."""
    seen = bytearray()

    def line() -> bytes:
        text = source.line(HEADER_LIMIT - len(seen))
        if text is None:
            raise HeaderError("seal.age.header", why="cut short or too long")
        seen.extend(text)
        return text[:-1]

    if line() + b"\n" != VERSION_LINE:
        raise HeaderError("seal.age.header", why="version")
    stanzas: list[Stanza] = []
    while (text := line()).startswith(b"->"):
        if text[2:3] != b" " or not _ARGUMENTS.fullmatch(text[3:]):
            raise HeaderError("seal.age.header", why="stanza arguments")
        body = bytearray()
        while True:
            row = line()
            if len(row) > _COLUMNS or not _BASE64.fullmatch(row):
                raise HeaderError("seal.age.header", why="stanza body")
            body += row
            if len(row) < _COLUMNS:
                break
        stanzas.append(Stanza(tuple(text[3:].split(b" ")), b64decode(bytes(body))))
    if not text.startswith(b"--- ") or not stanzas:
        raise HeaderError("seal.age.header", why="stanza or closing line")
    mac = b64decode(text[4:])
    if len(mac) != 32:
        raise HeaderError("seal.age.header", why="closing line")
    return Header(tuple(stanzas), bytes(seen[: -len(text) - 1]) + b"---", mac)
