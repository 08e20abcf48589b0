"""Addresses of virtual assets: which chain, and whether the address could be one of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from corridor.dossier.identifiers.checked import Checked

#: Chains an officer may name; an address of another is kept as typed.
CHAINS: Final = ("bitcoin", "ethereum", "tron", "litecoin", "dogecoin", "monero", "other")

_TRON, _LITECOIN, _DOGE = (0x41,), (0x30, 0x32), (0x1E, 0x16)


def wallet(type: str, text: str, parts: Mapping[str, Any], at: datetime | None) -> Checked:
    chain = str(parts.get("chain") or "").strip().lower()
    missing: tuple[str, ...] = ()
    if not chain:
        chain, missing = _chain_of(text), ("chain",)
        if not chain:
            return Checked(type, text, "doubtful", "identifier.wallet.chain-not-named", missing)
    found = _CHAINS.get(chain, _any_chain)(type, text)
    found = replace(found, missing=(*found.missing, *missing), about=(*found.about, ("chain", chain)))
    if missing and found.verdict == "good":
        return replace(found, verdict="doubtful", code="identifier.wallet.chain-not-named")
    return found


def _chain_of(text: str) -> str:
    """What the form of an address suggests. Shown to be confirmed: several chains share one form."""
    if re.fullmatch(r"(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?i:bc1)[02-9ac-hj-np-zAC-HJ-NP-Z]{8,87})", text):
        return "bitcoin"
    if re.fullmatch(r"0[xX][0-9a-fA-F]{40}", text):
        return "ethereum"
    if re.fullmatch(r"T[1-9A-HJ-NP-Za-km-z]{33}", text):
        return "tron"
    return ""


def _any_chain(type: str, text: str) -> Checked:
    return Checked(type, text, "doubtful", "identifier.wallet.not-checked")


def _bitcoin(type: str, text: str) -> Checked:
    from stdnum import bitcoin

    if text[:3].lower() == "bc1":
        return _segwit(type, text, "bc")
    if not bitcoin.is_valid(text):
        return Checked(type, text, "wrong", "identifier.wallet.checksum")
    return Checked(type, text, "good")


def _litecoin(type: str, text: str) -> Checked:
    return _segwit(type, text, "ltc") if text[:4].lower() == "ltc1" else _base58(type, text, _LITECOIN)


def _segwit(type: str, text: str, head: str) -> Checked:
    """BIP 173 for witness version 0, BIP 350 for later ones (the library knows the first only)."""
    from stdnum import bitcoin

    if text not in (text.lower(), text.upper()) or not text.isascii() or len(text) > 90:
        return Checked(type, text, "wrong", "identifier.wallet.form")
    plain = text.lower()
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = [letters.find(each) for each in plain[len(head) + 1 :]]
    if len(data) < 8 or min(data) < 0 or data[0] > 16:
        return Checked(type, plain, "wrong", "identifier.wallet.form")
    known = [*(ord(each) >> 5 for each in head), 0, *(ord(each) & 31 for each in head)]
    right = 1 if data[0] == 0 else 0x2BC830A3
    if bitcoin.bech32_checksum([*known, *data]) != right:
        return Checked(type, plain, "wrong", "identifier.wallet.checksum")
    return Checked(type, plain, "good")


def _base58(type: str, text: str, versions: tuple[int, ...]) -> Checked:
    from stdnum import bitcoin

    if not re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{25,35}", text):
        return Checked(type, text, "wrong", "identifier.wallet.form")
    raw = bitcoin.b58decode(text)
    if len(raw) != 25 or raw[0] not in versions:
        return Checked(type, text, "wrong", "identifier.wallet.form")
    right = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
    return (
        Checked(type, text, "good")
        if raw[-4:] == right
        else Checked(type, text, "wrong", "identifier.wallet.checksum")
    )


def _ethereum(type: str, text: str) -> Checked:
    """Its checksum (EIP-55) needs Keccak, which no library we keep has: said, not passed over."""
    if not re.fullmatch(r"0[xX][0-9a-fA-F]{40}", text):
        return Checked(type, text, "wrong", "identifier.wallet.form")
    return Checked(type, text.lower(), "doubtful", "identifier.wallet.no-checksum")


def _monero(type: str, text: str) -> Checked:
    if not re.fullmatch(r"[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?", text):
        return Checked(type, text, "wrong", "identifier.wallet.form")
    return Checked(type, text, "doubtful", "identifier.wallet.no-checksum")


_CHAINS: dict[str, Callable[[str, str], Checked]] = {
    "bitcoin": _bitcoin,
    "litecoin": _litecoin,
    "dogecoin": lambda type, text: _base58(type, text, _DOGE),
    "tron": lambda type, text: _base58(type, text, _TRON),
    "ethereum": _ethereum,
    "monero": _monero,
}
