"""A FAT12 image of a small disk, written byte by byte so that the demo needs no mkfs (ECMA-107, 1.44 MB geometry)."""

from __future__ import annotations

import struct

SECTOR = 512
SECTORS = 2880
FAT_SECTORS = 9
ROOT_ENTRIES = 224
FIRST_DATA = 1 + 2 * FAT_SECTORS + ROOT_ENTRIES * 32 // SECTOR
MODIFIED = struct.pack("<HH", (7 << 11) | (12 << 5) | 22, ((2026 - 1980) << 9) | (10 << 5) | 5)


def image(*, label: str, files: dict[str, bytes]) -> bytes:
    """A 1 474 560 byte image. Names are 8.3, upper case. Raises ValueError when the files do not fit."""
    table = [0xFF0, 0xFFF]
    root = _entry(label.ljust(11)[:11].encode("ascii"), attributes=0x08, cluster=0, size=0)
    data = b""
    for name, content in files.items():
        stem, _, suffix = name.partition(".")
        clusters = -(-len(content) // SECTOR)
        first = len(table) if clusters else 0
        table += [len(table) + 1 + n for n in range(clusters - 1)] + ([0xFFF] if clusters else [])
        root += _entry(
            f"{stem:<8}{suffix:<3}".encode("ascii"), attributes=0x20, cluster=first, size=len(content)
        )
        data += content.ljust(clusters * SECTOR, b"\0")
    if len(data) > (SECTORS - FIRST_DATA) * SECTOR or len(root) > ROOT_ENTRIES * 32:
        raise ValueError("the files do not fit a 1.44 MB image")
    fat = _pack12(table).ljust(FAT_SECTORS * SECTOR, b"\0")
    whole = _boot_sector(label) + fat + fat + root.ljust(ROOT_ENTRIES * 32, b"\0") + data
    return whole.ljust(SECTORS * SECTOR, b"\0")


def _entry(name: bytes, *, attributes: int, cluster: int, size: int) -> bytes:
    return name + bytes([attributes]) + bytes(10) + MODIFIED + struct.pack("<HI", cluster, size)


def _pack12(table: list[int]) -> bytes:
    packed = bytearray()
    for low, high in zip(table[::2], [*table[1::2], 0], strict=False):
        packed += bytes([low & 0xFF, (low >> 8) | ((high & 0xF) << 4), high >> 4])
    return bytes(packed)


def _boot_sector(label: str) -> bytes:
    parameters = struct.pack(
        "<HBHBHHBHHHII", SECTOR, 1, 1, 2, ROOT_ENTRIES, SECTORS, 0xF0, FAT_SECTORS, 18, 2, 0, 0
    )
    extended = struct.pack(
        "<BBBI11s8s", 0, 0, 0x29, 0x20261005, label.ljust(11)[:11].encode("ascii"), b"FAT12   "
    )
    sector = b"\xeb\x3c\x90" + b"CORRIDOR" + parameters + extended
    return sector.ljust(SECTOR - 2, b"\0") + b"\x55\xaa"
