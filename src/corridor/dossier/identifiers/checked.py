"""What is said of one identifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "doubtful", "wrong"]


@dataclass(frozen=True)
class Checked:
    """What is to be said of one identifier.

    `normal` is the form two of the same are compared in, the value as typed where it cannot be brought into one.
    `code` says why it is not good (`identifier.iban.checksum`), empty when it is. `missing` names what a provider
    would still need (`port`, `zone`, `chain`, `country`). `about` is what the number itself tells: country, bank.
    """

    type: str
    normal: str
    verdict: Verdict
    code: str = ""
    missing: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
