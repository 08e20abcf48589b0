"""Officer credentials: a State says which key may do what, for which authority, for a short time.

The directory publishes only the State's certifying key; an officer appears as a number without a name. The
State alone knows whose number it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from corridor.notary import canonical, dsse, instant
from corridor.notary.dsse import Envelope
from corridor.notary.fault import NotaryFault
from corridor.notary.keys import KeyRecord, KeyUse, PublicKey, SigningKey, records

PAYLOAD_TYPE: Final = "application/vnd.corridor.credential+json"
VERSION: Final = "credential/1"
MAX_VALIDITY: Final = timedelta(days=90)
MAX_POWERS: Final = 64

# The powers this release knows, beside `sign:` and the name of a kind of dossier: each kind brings its own.
POWERS: Final = {
    "decide": "decide on another State's request: accept, refuse, postpone",
    "custody": "sign custody statements for a package",
}

_STATE: Final = re.compile(r"[A-Z]{3}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_POWER: Final = re.compile(r"[a-z][a-z0-9_]{0,63}(:[a-z0-9_]{1,64})?")
_MEMBERS: Final = frozenset(
    {"corridor", "state", "authority", "number", "key", "powers", "not_before", "not_after"}
)


@dataclass(frozen=True)
class VerifiedCredential:
    """What a State said about one officer's key, good at the moment it was verified for. Made only by
    `verify`."""

    id: str
    state: str
    authority: str
    number: str
    key: PublicKey
    powers: frozenset[str]
    not_before: datetime
    not_after: datetime
    certified_by: str  # key id of the State key

    def require(self, power: str) -> None:
        """Return only if the credential gives `power`; else raise `notary.credential.no-power`."""
        if power not in self.powers:
            raise NotaryFault("notary.credential.no-power", power=power)


def issue(
    state_key: SigningKey,
    *,
    state: str,
    authority: str,
    number: str,
    key: PublicKey,
    powers: Iterable[str],
    not_before: datetime,
    not_after: datetime,
) -> Envelope:
    """The State's statement about an officer's key, from `not_before` up to, not including, `not_after`.

    Raises `notary.key.wrong-use` unless `state_key` is a State key and `key` an officer's;
    `notary.credential.malformed` or `.too-long` for anything `verify` would refuse.
    """
    if state_key.use is not KeyUse.STATE:
        raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.STATE)
    if key.use is not KeyUse.OFFICER:
        raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.OFFICER)
    body = {
        "corridor": VERSION,
        "state": state,
        "authority": authority,
        "number": number,
        "key": key.to_dict(),
        "powers": sorted(set(powers)),
        "not_before": instant.to_text(not_before),
        "not_after": instant.to_text(not_after),
    }
    payload = canonical.dumps(body)
    _read(payload)
    return dsse.sign(PAYLOAD_TYPE, payload, state_key)


def verify(
    envelope: Envelope, *, state: str, keys: Iterable[PublicKey | KeyRecord], at: datetime
) -> VerifiedCredential:
    """The credential, if one of `state`'s keys signed it and it is good at `at`.

    `keys` are that State's certifying keys as the directory holds them; `at` is the earliest moment at
    which the thing it goes with is anchored, never the time the thing gives itself. Steps:

    1. signed by one of `keys`: else `notary.credential.unknown-key`; the signature holds
    2. that key was good at `at`: else `notary.key.not-yet-valid`, `notary.key.revoked`
    3. the body is well formed: else `notary.credential.malformed`, `.too-long`
    4. it speaks of `state`: else `notary.credential.wrong-state`
    5. `not_before <= at < not_after`: else `notary.credential.not-yet-valid`, `.expired`
    """
    at = instant.utc(at)
    known = records(keys)
    if any(record.key.use is not KeyUse.STATE for record in known.values()):
        raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.STATE)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise NotaryFault("notary.envelope.wrong-type", wanted=PAYLOAD_TYPE)
    record = next((known[item.keyid] for item in envelope.signatures if item.keyid in known), None)
    if record is None:
        raise NotaryFault("notary.credential.unknown-key", state=state)
    verified = dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key=record.key)
    record.check(at)
    credential = _read(verified.payload)
    if credential["state"] != state:
        raise NotaryFault("notary.credential.wrong-state", state=state)
    if at < credential["not_before"]:
        raise NotaryFault(
            "notary.credential.not-yet-valid", not_before=instant.to_text(credential["not_before"])
        )
    if at >= credential["not_after"]:
        raise NotaryFault("notary.credential.expired", not_after=instant.to_text(credential["not_after"]))
    return VerifiedCredential(id=verified.id, certified_by=verified.keyid, **credential)


def claimed(envelope: Envelope) -> dict[str, Any]:
    """What a credential says of itself, unverified: for finding which State's keys to ask, never for
    deciding."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise NotaryFault("notary.envelope.wrong-type", wanted=PAYLOAD_TYPE)
    return _read(envelope.payload)


def _read(payload: bytes) -> dict[str, Any]:
    try:
        body = canonical.loads(payload, limit=64 * 1024, depth=4)
    except NotaryFault as error:
        raise _malformed("JSON") from error
    if not isinstance(body, dict) or set(body) != _MEMBERS or body["corridor"] != VERSION:
        raise _malformed("members")
    for member, shape in (("state", _STATE), ("authority", _NAME), ("number", _NAME)):
        if not isinstance(body[member], str) or not shape.fullmatch(body[member]):
            raise _malformed(member)
    powers = body["powers"]
    if not isinstance(powers, list) or not 1 <= len(powers) <= MAX_POWERS:
        raise _malformed("powers")
    if not all(isinstance(power, str) and _POWER.fullmatch(power) for power in powers):
        raise _malformed("powers")
    if powers != sorted(set(powers)):
        raise _malformed("powers")
    try:
        not_before, not_after = instant.from_text(body["not_before"]), instant.from_text(body["not_after"])
    except NotaryFault as error:
        raise _malformed("time") from error
    if not_after <= not_before:
        raise _malformed("time")
    if not_after - not_before > MAX_VALIDITY:
        raise NotaryFault("notary.credential.too-long", most=MAX_VALIDITY.days)
    return {
        "state": body["state"],
        "authority": body["authority"],
        "number": body["number"],
        "key": PublicKey.from_dict(body["key"], use=KeyUse.OFFICER),
        "powers": frozenset(powers),
        "not_before": not_before,
        "not_after": not_after,
    }


def _malformed(what: str) -> NotaryFault:
    return NotaryFault("notary.credential.malformed", what=what)
