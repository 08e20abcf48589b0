"""C2SP signed-note: a text, an empty line, and signature lines; read strictly and believed by whoever
verifies a line."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from corridor.notary.fault import NotaryFault
from corridor.notary.keys import PublicKey

MAX_NOTE: Final = 128 * 1024
MAX_SIGNATURES: Final = 32
ED25519: Final = 0x01  # signature types
COSIGNATURE: Final = 0x04
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: who is said to have signed, the short id of the key, and the signature. Not
    verified."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> bytes:
        """As it stands in a note, with its line end."""
        return f"— {self.name} {to_base64(self.key_id + self.signature)}\n".encode()


@dataclass(frozen=True)
class Note:
    """The signed text, with its last line end, and the signature lines. Not verified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    def by(self, name: str, key_id: bytes) -> NoteSignature | None:
        """The one line under this name and key id, or None. Raises `notary.checkpoint.malformed` when there
        are two."""
        found = [item for item in self.signatures if item.name == name and item.key_id == key_id]
        if len(found) > 1:
            raise malformed("two signatures by one key")
        return found[0] if found else None


def is_name(name: str) -> bool:
    """A key name is 1 to 255 characters without white space, control characters or a plus."""
    return _NAME.fullmatch(name) is not None


def key_id(name: str, kind: int, key: PublicKey) -> bytes:
    """SHA-256(name || LF || signature type || public key)[:4]."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + key.raw).digest()[:4]


def read_note(data: bytes) -> Note:
    """At most 131,072 bytes of UTF-8 without control characters but the line feed; 1 to 32 signature lines
    behind the last empty line. Raises `notary.checkpoint.malformed`."""
    if len(data) > MAX_NOTE:
        raise malformed("size")
    text, parted, tail = _text(data).rpartition("\n\n")
    if not parted:
        raise malformed("no signature")
    return Note((text + "\n").encode("utf-8"), _signatures(tail))


def read_signatures(data: bytes) -> tuple[NoteSignature, ...]:
    """1 to 32 signature lines and nothing else, as a witness answers. Raises
    `notary.checkpoint.malformed`."""
    if len(data) > MAX_NOTE:
        raise malformed("size")
    return _signatures(_text(data))


def write_note(text: bytes, *lines: bytes) -> bytes:
    return text + b"\n" + b"".join(lines)


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Standard base64 in its one spelling. Raises `notary.checkpoint.malformed`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise malformed("base64") from None
    if to_base64(data) != text:
        raise malformed("base64")
    return data


def malformed(what: str) -> NotaryFault:
    return NotaryFault("notary.checkpoint.malformed", what=what)


def _text(data: bytes) -> str:
    try:
        text = bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("not UTF-8") from None
    if _CONTROL.search(text) or not text.endswith("\n"):
        raise malformed("control characters")
    return text


def _signatures(text: str) -> tuple[NoteSignature, ...]:
    lines = text.split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise malformed("number of signatures")
    found = []
    for line in lines:
        match = _LINE.fullmatch(line)
        signature = from_base64(match[2]) if match else b""
        if match is None or len(signature) < 5:
            raise malformed("signature line")
        found.append(NoteSignature(match[1], signature[:4], signature[4:]))
    return tuple(found)
