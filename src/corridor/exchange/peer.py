"""What the directory says about another State's node, as the post needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corridor.notary.keys import PublicKey

Delivery = Literal["post", "fetch"]


@dataclass(frozen=True)
class Peer:
    """One State's node. Made by the caller from a verified directory entry; this room reads no directory.

    `delivery` says how that State wants its letters: posted to it, or kept here until it fetches them.
    """

    state: str
    url: str
    tls_certificate: str  # PEM; the only certificate trusted for this State
    request_keys: tuple[PublicKey, ...]
    node_keys: tuple[PublicKey, ...]
    letter_recipients: tuple[str, ...]
    log_key: PublicKey | None
    log_origin: str | None
    delivery: Delivery = "post"
