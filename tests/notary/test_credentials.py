"""A State vouches for an officer's key: for one authority, some powers, a short time, and no name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from corridor.notary import (
    Envelope,
    KeyRecord,
    KeyUse,
    NotaryFault,
    SigningKey,
    canonical,
    credentials,
    dsse,
    keys,
)

DAY = timedelta(days=1)


def _issue(state_key: SigningKey, officer: SigningKey, noon: datetime, **change: Any) -> Envelope:
    facts: dict[str, Any] = {
        "state": "XAA",
        "authority": "XAA-CP",
        "number": "7K2M",
        "key": officer.public,
        "powers": ["sign:preservation", "custody"],
        "not_before": noon,
        "not_after": noon + 30 * DAY,
    }
    return credentials.issue(state_key, **{**facts, **change})


def test_a_credential_says_what_the_state_said(
    state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    envelope = Envelope.from_json(_issue(state_key, officer, noon).to_json())
    found = credentials.verify(envelope, state="XAA", keys=[state_key.public], at=noon)
    assert (found.state, found.authority, found.number) == ("XAA", "XAA-CP", "7K2M")
    assert found.key == officer.public
    assert found.powers == {"sign:preservation", "custody"}
    assert (found.not_before, found.not_after) == (noon, noon + 30 * DAY)
    assert (found.id, found.certified_by) == (envelope.id, state_key.public.keyid)
    assert credentials.claimed(envelope)["state"] == "XAA"


def test_a_power_not_given_is_not_there(state_key: SigningKey, officer: SigningKey, noon: datetime) -> None:
    found = credentials.verify(
        _issue(state_key, officer, noon), state="XAA", keys=[state_key.public], at=noon
    )
    found.require("custody")
    with pytest.raises(NotaryFault) as caught:
        found.require("sign:stored_data")
    assert caught.value.code == "notary.credential.no-power"


def test_every_refusal_has_its_code(state_key: SigningKey, officer: SigningKey, noon: datetime) -> None:
    second = timedelta(seconds=1)
    good = _issue(state_key, officer, noon)
    other = keys.generate(KeyUse.STATE)
    swapped = Envelope(good.payload_type, good.payload.replace(b"XAA-CP", b"XAA-CA"), good.signatures)
    other_type = dsse.sign("text/plain", good.payload, state_key)
    revoked = KeyRecord(state_key.public, revoked_at=noon + DAY)
    early = KeyRecord(state_key.public, valid_from=noon + second)
    known = [state_key.public]
    for envelope, state, trusted, at, code in (
        (good, "XAA", known, noon - second, "notary.credential.not-yet-valid"),
        (good, "XAA", known, noon + 30 * DAY, "notary.credential.expired"),
        (good, "XBB", known, noon, "notary.credential.wrong-state"),
        (good, "XAA", [other.public], noon, "notary.credential.unknown-key"),
        (good, "XAA", [], noon, "notary.credential.unknown-key"),
        (good, "XAA", [revoked], noon + DAY, "notary.key.revoked"),
        (good, "XAA", [early], noon, "notary.key.not-yet-valid"),
        (swapped, "XAA", known, noon, "notary.signature.invalid"),
        (other_type, "XAA", known, noon, "notary.envelope.wrong-type"),
        (good, "XAA", [officer.public], noon, "notary.key.wrong-use"),
        (good, "XAA", [*known, revoked], noon, "notary.key.twice"),
    ):
        with pytest.raises(NotaryFault) as caught:
            credentials.verify(envelope, state=state, keys=trusted, at=at)
        assert caught.value.code == code
    credentials.verify(good, state="XAA", keys=[revoked, other.public], at=noon + DAY - second)
    credentials.verify(good, state="XAA", keys=known, at=noon + 30 * DAY - second)


def test_the_time_is_given_never_taken_from_the_clock(
    state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    with pytest.raises(NotaryFault) as caught:
        credentials.verify(
            _issue(state_key, officer, noon),
            state="XAA",
            keys=[state_key.public],
            at=noon.replace(tzinfo=None),
        )
    assert caught.value.code == "notary.time.no-zone"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "xaa"},
        {"state": "XAAA"},
        {"state": "XAA\n"},
        {"authority": ""},
        {"authority": "a b"},
        {"number": "é"},
        {"number": "x" * 65},
        {"powers": []},
        {"powers": ["Sign"]},
        {"powers": ["sign:a:b"]},
        {"powers": [f"p{number}" for number in range(65)]},
    ],
)
def test_malformed_facts_are_never_signed(
    change: dict[str, Any], state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    with pytest.raises(NotaryFault) as caught:
        _issue(state_key, officer, noon, **change)
    assert caught.value.code == "notary.credential.malformed"


def test_a_credential_is_short_lived(state_key: SigningKey, officer: SigningKey, noon: datetime) -> None:
    _issue(state_key, officer, noon, not_after=noon + credentials.MAX_VALIDITY)
    with pytest.raises(NotaryFault) as caught:
        _issue(state_key, officer, noon, not_after=noon + credentials.MAX_VALIDITY + DAY)
    assert caught.value.code == "notary.credential.too-long"
    with pytest.raises(NotaryFault) as caught:
        _issue(state_key, officer, noon, not_after=noon)
    assert caught.value.code == "notary.credential.malformed"


def test_only_a_state_key_certifies_and_only_an_officers_key(
    state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    with pytest.raises(NotaryFault) as caught:
        _issue(keys.generate(KeyUse.NODE), officer, noon)
    assert caught.value.code == "notary.key.wrong-use"
    with pytest.raises(NotaryFault) as caught:
        _issue(state_key, keys.generate(KeyUse.NODE), noon)
    assert caught.value.code == "notary.key.wrong-use"


@pytest.mark.parametrize(
    "change",
    [
        {"corridor": "credential/2"},
        {"more": 1},
        {"powers": ["b", "a"]},
        {"powers": ["a", "a"]},
        {"powers": "custody"},
        {"not_before": "2026-03-02"},
        {"state": 5},
        {"key": {}},
    ],
)
def test_a_malformed_body_is_refused_even_when_signed(
    change: dict[str, Any], state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    body = canonical.loads(_issue(state_key, officer, noon).payload)
    envelope = dsse.sign(credentials.PAYLOAD_TYPE, canonical.dumps({**body, **change}), state_key)
    with pytest.raises(NotaryFault) as caught:
        credentials.verify(envelope, state="XAA", keys=[state_key.public], at=noon)
    assert caught.value.code in {"notary.credential.malformed", "notary.key.malformed"}


def test_the_powers_listed_are_well_formed(
    state_key: SigningKey, officer: SigningKey, noon: datetime
) -> None:
    _issue(state_key, officer, noon, powers=credentials.POWERS)
