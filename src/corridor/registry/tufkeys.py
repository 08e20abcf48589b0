"""Our keys as python-tuf sees them, and back: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Iterable

from securesystemslib.signer import Key, Signer
from tuf.api.metadata import Root, Targets

from corridor.notary import KeyUse, PublicKey, SigningKey
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet

#: The two roles that only date what others signed are held by the machine; every other key is offline.
ONLINE = KeyUse.NODE


def signers(keys: Iterable[SigningKey]) -> list[Signer]:
    """Signers for offline roles; a key kept for anything else is refused."""
    found = list(keys)
    if any(key.use is not KeyUse.DIRECTORY for key in found):
        raise RegistryFault("registry.keys.wrong-use")
    return [key.signer for key in found]


def online_signer(key: SigningKey) -> Signer:
    if key.use is not ONLINE:
        raise RegistryFault("registry.keys.wrong-use")
    return key.signer


def tuf_key(key: PublicKey) -> Key:
    return key.sslib


def keyset_of(delegator: Root | Targets, role: str) -> KeySet:
    """Who may sign `role`, ids recomputed: TUF takes ids as written, so a key could stand under two of
    them."""
    try:
        named = delegator.get_delegated_role(role)
        rows = [
            {**delegator.get_key(keyid).to_dict(), "keyid": keyid, "use": str(KeyUse.DIRECTORY)}
            for keyid in named.keyids
        ]
    except ValueError as error:
        raise RegistryFault("registry.state.unknown", state=role) from error
    return KeySet.from_dict({"keys": rows, "threshold": named.threshold})
