"""Letters carried by hand: the same sealed letter, with the same outer signature, in a file.

The file is the request a post would have been (application/http); the receipt travels back as its DSSE JSON.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.letter import LETTER_LIMIT
from corridor.exchange.message import SignedLetter
from corridor.exchange.receipt import RECEIPT_LIMIT

_HEAD = 64 * 1024


def write_courier(path: Path, letter: SignedLetter) -> Path:
    """Write a letter to a courier file, whole or not at all."""
    return _write(path, letter.to_bytes())


def read_courier(path: Path) -> SignedLetter:
    """Read a courier file. Nothing in it is verified yet: hand it to PostOffice.receive."""
    return SignedLetter.from_bytes(_read(path, LETTER_LIMIT + _HEAD))


def write_receipt(path: Path, receipt: bytes) -> Path:
    """The receipt for the way back."""
    return _write(path, receipt)


def read_receipt_file(path: Path) -> bytes:
    """A receipt brought back, unverified: hand it to PostOffice.take_receipt."""
    return _read(path, RECEIPT_LIMIT)


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ExchangeFault("exchange.request.too-large", size=path.stat().st_size, limit=limit)
    return data


def _write(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
