"""Identifiers as an officer types them: whether they can be what they are said to be, and what is still missing.

Advice while drafting, never part of the fold and never of a body's legality: libraries and their tables differ between
States and years, and a wrong account number is still what the other State was asked about. Nothing here asks the
network. `check` never raises: whatever is typed has a verdict.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from corridor.dossier.identifiers import accounts, network, times, wallets
from corridor.dossier.identifiers.checked import Checked, Verdict
from corridor.dossier.identifiers.times import local_time, zone_names
from corridor.dossier.identifiers.wallets import CHAINS

__all__ = ["CHAINS", "TYPES", "Checked", "Verdict", "check", "local_time", "zone_names"]

MAX: Final = 400  # characters, as a coded field takes at most


def check(type: str, value: Any, *, at: datetime | None = None) -> Checked:
    """Judge one identifier. `value` is text, or a mapping for what has parts.

    `ip`: {ip, port, time, zone}; `wallet`: {value, chain}; `moment`: {local, zone}; `day`: {day, zone}; a bare text
    stands for the first part. `at` is now, for what lies in the future; without it nothing is said of that.
    """
    parts = {str(key): each for key, each in value.items()} if isinstance(value, Mapping) else {}
    text = (
        str(parts.get(_MAIN.get(type, "value"), "") or "")
        if parts
        else str(value if value is not None else "")
    )
    text = text.strip()
    if not text:
        return Checked(type, "", "wrong", f"identifier.{type if type in TYPES else 'other'}.empty")
    if (found := _unfit(type, text)) is not None:
        return found
    judge = _JUDGES.get(type, accounts.other)
    try:
        return judge(type, text, parts, at)
    except (ValueError, ArithmeticError, LookupError):
        # A library met something its authors did not think of: said as what it is, not as a verdict on the number.
        return Checked(type, text, "doubtful", "identifier.not-checked")


def _unfit(type: str, text: str) -> Checked | None:
    """Characters that show nothing or turn the line round have no place in any identifier."""
    if len(text) > MAX:
        return Checked(type, text[:MAX], "wrong", "identifier.too-long")
    if any(unicodedata.category(each) in ("Cc", "Cs", "Cn", "Zl", "Zp") for each in text):
        return Checked(type, text, "wrong", "identifier.control-character")
    if any(unicodedata.category(each) == "Cf" for each in text):
        return Checked(type, text, "doubtful", "identifier.invisible-character")
    return None


_MAIN: Final = {"ip": "ip", "moment": "local", "day": "day"}
_JUDGES: dict[str, Callable[[str, str, Mapping[str, Any], datetime | None], Checked]] = {
    "email": accounts.email,
    "username": accounts.handle,
    "user_id": accounts.handle,
    "phone": accounts.phone,
    "device": accounts.other,
    "domain": accounts.domain,
    "url": accounts.url,
    "wallet": wallets.wallet,
    "iban": accounts.iban,
    "bic": accounts.bic,
    "card": accounts.card,
    "imei": accounts.imei,
    "imsi": accounts.imsi,
    "mac": accounts.mac,
    "other": accounts.other,
    "ip": network.ip,
    "moment": times.moment,
    "day": times.day,
}
#: Every type `check` knows.
TYPES: Final = tuple(_JUDGES)
