"""Bech32 (BIP 173) without the length limit, as age writes its keys."""

from __future__ import annotations

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {char: value for value, char in enumerate(_CHARSET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class Bech32Error(ValueError):
    """Not a Bech32 string. Says nothing of its content, which may be secret."""


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check


def _expand(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _regroup(data: bytes | list[int], source: int, target: int, *, pad: bool) -> list[int]:
    accumulator = bits = 0
    out: list[int] = []
    mask = (1 << target) - 1
    for value in data:
        accumulator = (accumulator << source | value) & 0xFFFFFF
        bits += source
        while bits >= target:
            bits -= target
            out.append(accumulator >> bits & mask)
    if pad:
        if bits:
            out.append(accumulator << (target - bits) & mask)
    elif bits >= source or accumulator & ((1 << bits) - 1):
        raise Bech32Error("padding")
    return out


def encode(prefix: str, data: bytes) -> str:
    """Lower case. The checksum is always that of the lower-case string (C2SP age)."""
    prefix = prefix.lower()
    values = _regroup(data, 8, 5, pad=True)
    checksum = _polymod(_expand(prefix) + values + [0] * 6) ^ 1
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_CHARSET[value] for value in values)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix as written, for the caller to insist on its case, and the data. Raises `Bech32Error`."""
    if text not in (text.lower(), text.upper()):
        raise Bech32Error("mixed case")
    prefix, separator, rest = text.rpartition("1")
    if not separator or not prefix or len(rest) < 6 or any(not 33 <= ord(char) <= 126 for char in prefix):
        raise Bech32Error("shape")
    try:
        values = [_VALUES[char] for char in rest.lower()]
    except KeyError:
        raise Bech32Error("character") from None
    if _polymod(_expand(prefix.lower()) + values) != 1:
        raise Bech32Error("checksum")
    return prefix, bytes(_regroup(values[:-6], 5, 8, pad=False))
