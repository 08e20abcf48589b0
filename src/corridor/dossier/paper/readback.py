"""The code that is read out by telephone: it says which act is meant, and nothing about it (spec/paper.md 5).

50 bits of the act's id, which its salt makes unguessable, and five bits that show a slip of tongue or ear.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from corridor.dossier.act import ActFault

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
DOMAIN: Final = b"corridor read-back code/1\x00"
CHARACTERS: Final = 10  # of content, five bits each
LENGTH: Final = CHARACTERS + 1

_ID = re.compile(r"[0-9a-f]{64}")
_HEARD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": "", ".": "", "·": ""})
_POLYNOMIAL: Final = 0b101001  # x^5 + x^3 + 1, the field of 32 elements that bech32 uses


def code(act_id: str) -> str:
    """The read-back code of an act: `7K2M-9QX4-TDC`. `act_id`: 64 lower-case hex digits, or ValueError."""
    if not _ID.fullmatch(act_id):
        raise ValueError("not the id of an act")
    digest = hashlib.sha256(DOMAIN + bytes.fromhex(act_id)).digest()
    number = int.from_bytes(digest[:7], "big") >> (56 - 5 * CHARACTERS)
    values = [number >> (5 * place) & 31 for place in reversed(range(CHARACTERS))]
    return spoken("".join(ALPHABET[value] for value in [*values, _check(values)]))


def spoken(plain: str) -> str:
    """Eleven characters in groups, as they are printed and read out."""
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


def heard(text: str) -> str:
    """A code as somebody typed it, in its one spelling. Raises ActFault `dossier.paper.code`, `.code-slip`.

    Case, spaces and hyphens do not count, and what is heard as I, L or O is 1, 1 and 0.
    """
    plain = text.strip()[:40].upper().translate(_HEARD)
    if len(plain) != LENGTH or any(letter not in ALPHABET for letter in plain):
        raise ActFault("dossier.paper.code", length=LENGTH)
    values = [ALPHABET.index(letter) for letter in plain]
    if _check(values[:-1]) != values[-1]:
        raise ActFault("dossier.paper.code-slip")
    return spoken(plain)


def _check(values: list[int]) -> int:
    """The sum of value times x^(place + 1): one wrong character, or two exchanged, always changes it."""
    total = 0
    for value in reversed(values):
        total = _times_x(total ^ value)
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
