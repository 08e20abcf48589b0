"""Packs: many small items in one POSIX ustar archive, with numbers for names; written and read strictly."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator

from corridor.seal.faults import PackageError

BLOCK = 512
END = bytes(2 * BLOCK)
_NUMBER = re.compile(rb"[0-9]{1,12}")
_OCTAL = re.compile(rb"[0-7]{1,11}")


def _template() -> bytes:
    header = tarfile.TarInfo("0")
    header.mode = 0o400
    return header.tobuf(tarfile.USTAR_FORMAT)


_BASE = _template()
_BEFORE, _BETWEEN, _AFTER = _BASE[100:124], _BASE[136:148], _BASE[156:]
_SUM = sum(_BEFORE) + sum(_BETWEEN) + sum(_AFTER) + 8 * ord(" ")


def member_header(name: str, size: int) -> bytes:
    """What `tarfile` writes for a plain file of mode 0400, made from a template: this runs for every small file."""
    name_field, size_field = name.encode(), b"%011o\x00" % size
    total = _SUM + sum(name_field) + sum(size_field)
    return b"".join(
        (
            name_field,
            bytes(100 - len(name_field)),
            _BEFORE,
            size_field,
            _BETWEEN,
            b"%06o\x00 " % total,
            _AFTER,
        )
    )


def padding(size: int) -> bytes:
    """Zeros up to the next block."""
    return bytes(-size % BLOCK)


def members(unit: str, blocks: Iterator[memoryview], limit: int) -> Iterator[tuple[str, memoryview]]:
    """Name and content of each member of a pack of at most `limit` bytes, each good until the next is asked for.

    Reads only what `member_header` writes; a tar archive of any other kind is refused (`seal.pack.malformed`).
    """
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > limit:
            raise PackageError("seal.pack.malformed", unit=unit)
    view = memoryview(data)
    place = 0
    while True:
        header = bytes(view[place : place + BLOCK])
        if len(header) < BLOCK:
            raise PackageError("seal.pack.malformed", unit=unit)
        if header == END[:BLOCK]:
            return
        name, size_text = header[:100].rstrip(b"\0"), header[124:136].rstrip(b"\0 ")
        well_made = _NUMBER.fullmatch(name) and _OCTAL.fullmatch(size_text) and header[156:157] == b"0"
        size = int(size_text, 8) if well_made else 0
        end = place + BLOCK + size
        if not well_made or end + -size % BLOCK > len(view):
            raise PackageError("seal.pack.malformed", unit=unit)
        yield name.decode(), view[place + BLOCK : end]
        place = end + -size % BLOCK
