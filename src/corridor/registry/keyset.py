"""A set of keys with a threshold, and the one place where signatures are counted against it.

The count is over keys, each checked by its own call to `notary.dsse.verify`; ids are recomputed from the
key and doubles refused, so one key can never count twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from corridor.faults import Fault
from corridor.notary import Envelope, KeyUse, PublicKey, canonical, dsse
from corridor.registry.fault import RegistryFault


@dataclass(frozen=True)
class KeySet:
    """Directory keys in the order of their ids, and how many of them must sign."""

    keys: tuple[PublicKey, ...]
    threshold: int

    @classmethod
    def of(cls, keys: Iterable[PublicKey], threshold: int) -> KeySet:
        rows = tuple(sorted(keys, key=lambda key: key.keyid))
        if len({row.keyid for row in rows}) != len(rows):
            raise RegistryFault("registry.keys.listed-twice")
        if not 1 <= threshold <= len(rows):
            raise RegistryFault("registry.keys.threshold", threshold=threshold, keys=len(rows))
        if any(row.use is not KeyUse.DIRECTORY for row in rows):
            raise RegistryFault("registry.keys.wrong-use")
        return cls(rows, threshold)

    @property
    def keyids(self) -> tuple[str, ...]:
        return tuple(key.keyid for key in self.keys)

    @property
    def id(self) -> str:
        """Digest that names this set in a continuity statement."""
        return hashlib.sha256(
            canonical.dumps({"keys": list(self.keyids), "threshold": self.threshold})
        ).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        return {"keys": [key.to_dict() for key in self.keys], "threshold": self.threshold}

    @classmethod
    def from_dict(cls, fields: Any) -> KeySet:
        try:
            keys = [PublicKey.from_dict(row, use=KeyUse.DIRECTORY) for row in fields["keys"]]
            threshold = fields["threshold"]
            if type(threshold) is not int:
                raise TypeError("threshold")
        except RegistryFault:
            raise
        except Exception as error:
            raise RegistryFault("registry.keys.malformed") from error
        return cls.of(keys, threshold)

    def verify(self, envelope: Envelope, payload_type: str, *, revoked: Iterable[str] = ()) -> bytes:
        """Return the payload if a threshold of these keys, none of them revoked, signed it; else raise."""
        gone = frozenset(revoked)
        signed = 0
        payload = b""
        for key in self.keys:
            if key.keyid in gone:
                continue
            try:
                payload = dsse.verify(envelope, payload_type=payload_type, key=key).payload
            except Fault:
                continue  # another key of the set may have signed; the count below decides
            signed += 1
        if signed < self.threshold:
            raise RegistryFault("registry.signature.threshold", signed=signed, threshold=self.threshold)
        return payload
