"""A State takes back keys at once: its signed `revoke`, carried in a letter, acts on receipt.

Revoking only ever stops things, so one directory key of the set held is enough for it; but to revoke
directory keys themselves takes the threshold, lest one stolen key disarm the others. spec/registry.md,
"Revocation".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from corridor.faults import Fault
from corridor.notary import Envelope, SigningKey, canonical, dsse, instant
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet

REVOKE_TYPE = "application/vnd.corridor.revoke+json"
MAX_REVOKE = 64 * 1024


@dataclass(frozen=True)
class Revocation:
    """What a State takes back. `everything` asks peers to disclose nothing until a newer entry comes."""

    id: str
    state: str
    at: datetime
    keys: tuple[str, ...]
    recipients: tuple[str, ...]
    everything: bool


def revoke(
    state: str,
    signers: Iterable[SigningKey],
    *,
    at: datetime,
    keys: Iterable[str] = (),
    recipients: Iterable[str] = (),
    everything: bool = False,
) -> Envelope:
    """Sign a revocation. `at` is the time from which the keys are no longer good."""
    fields = {
        "revoke": "1",
        "state": state,
        "at": instant.to_text(at),
        "keys": sorted(keys),
        "recipients": sorted(recipients),
        "everything": everything,
    }
    if not (fields["keys"] or fields["recipients"] or everything):
        raise RegistryFault("registry.revocation.empty")
    return dsse.sign(REVOKE_TYPE, canonical.dumps(fields), *signers)


def verify_revocation(
    envelope: Envelope, *, state: str, held: KeySet, revoked: Iterable[str] = ()
) -> Revocation:
    """Raise `registry.revocation.invalid` unless `state`'s held directory keys say this."""
    try:
        one = KeySet.of(held.keys, 1)
        fields = canonical.loads(one.verify(envelope, REVOKE_TYPE, revoked=revoked), limit=MAX_REVOKE)
        if fields["revoke"] != "1" or fields["state"] != state or type(fields["everything"]) is not bool:
            raise ValueError("not a revocation by this State")
        found = Revocation(
            id=envelope.id,
            state=state,
            at=instant.from_text(fields["at"]),
            keys=_strings(fields["keys"]),
            recipients=_strings(fields["recipients"]),
            everything=fields["everything"],
        )
        if set(found.keys) & set(held.keyids):
            held.verify(envelope, REVOKE_TYPE, revoked=revoked)
    except (Fault, ValueError, KeyError, TypeError) as error:
        raise RegistryFault("registry.revocation.invalid", state=state) from error
    return found


def _strings(rows: object) -> tuple[str, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise TypeError("a list of strings")
    return tuple(rows)
