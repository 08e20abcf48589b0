"""An act on the wire: strict, bounded, bound to officer and State, unknown fields kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.dossier.cast import OFFICERS, T0, Table, officer, state_keys

from corridor import dossier
from corridor.dossier import ActFault, Member, Party
from corridor.dossier.act import MAX_BYTES, PAYLOAD_TYPE
from corridor.faults import Fault
from corridor.notary import canonical, dsse

A, B = OFFICERS["XAA"], OFFICERS["XBB"]


@pytest.fixture
def act():
    return Table().open().act


def signed(payload, who=A):
    raw = payload if isinstance(payload, bytes) else canonical.dumps(payload)
    return dsse.sign(PAYLOAD_TYPE, raw, who.key)


def tree(act):
    return json.loads(dossier.encode(act))


def refused(envelope):
    with pytest.raises(Fault) as caught:
        dossier.verify_act(envelope, state_keys)
    return caught.value.code


def test_what_was_signed_is_what_is_read(act):
    verified = dossier.verify_act(dossier.sign(act, A.key), state_keys)
    assert verified.act == act
    assert verified.id == verified.envelope.id == verified.dossier
    assert (verified.credential.state, verified.credential.authority) == ("XAA", "XAA-CP")


def test_fields_nobody_knows_are_kept_at_every_level(act):
    raw = tree(act)
    raw["later"] = {"a": 1}
    raw["header"]["later"] = [1]
    raw["header"]["from"]["later"] = "x"
    raw["header"]["members"][0]["later"] = None
    raw["body"]["later"] = True
    payload = canonical.dumps(raw)
    assert dossier.encode(dossier.decode(payload)) == payload
    assert dossier.verify_act(signed(payload), state_keys).act.extra == {"later": {"a": 1}}


def test_another_states_officer_cannot_sign_for_a_state(act):
    """The credential must be certified by the State the header names."""
    header = replace(act.header, credential=B.credential)
    assert refused(dossier.sign(replace(act, header=header), B.key)).startswith("notary.")


def test_another_officer_of_the_same_state_cannot_use_this_credential(act):
    assert refused(dossier.sign(act, officer("XAA").key)).startswith("notary.")


def test_the_credential_is_for_the_authority_named(act):
    header = replace(act.header, sender=Party("XAA", "XAA-CA"))
    header = replace(header, members=(Member("XAA", "XAA-CA", "requesting"), header.members[1]))
    assert refused(dossier.sign(replace(act, header=header), A.key)) == "dossier.act.credential-of-another"


def test_the_credential_gives_power_for_this_kind(act):
    weak = officer("XAA", powers=["decide"])
    header = replace(act.header, credential=weak.credential)
    assert refused(dossier.sign(replace(act, header=header), weak.key)) == "dossier.act.power-missing"


def test_the_credential_is_valid_at_the_time_claimed(act):
    header = replace(act.header, time=T0 + timedelta(days=300))
    assert refused(dossier.sign(replace(act, header=header), A.key)).startswith("notary.")


def test_a_changed_byte_is_noticed(act):
    envelope = dossier.sign(act, A.key)
    other = replace(
        envelope, payload=envelope.payload.replace(b'"kind":"preservation"', b'"kind":"stored_data"')
    )
    assert refused(other).startswith("notary.")


def test_another_payload_type_is_no_act(act):
    assert refused(dsse.sign("application/json", dossier.encode(act), A.key)) == "dossier.act.type"


def _set(path, value):
    def change(raw):
        at = raw
        for part in path[:-1]:
            at = at[part]
        if value is _GONE:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return change


_GONE = object()

FAULTS = [
    (_set(("header", "corridor"), "act/2"), "dossier.act.format-unknown"),
    (_set(("header", "salt"), "ab" * 31), "dossier.act.malformed"),
    (_set(("header", "time"), "2026-11-24T02:00:00+00:00"), "dossier.act.malformed"),
    (_set(("header", "time"), "2026-11-24T02:00:00.5Z"), "dossier.act.malformed"),
    (_set(("header", "seen"), ["zz"]), "dossier.act.malformed"),
    (_set(("header", "seen"), ["ab" * 32] * 2), "dossier.act.malformed"),
    (_set(("header", "act"), _GONE), "dossier.act.malformed"),
    (_set(("header", "prev"), "ab" * 32), "dossier.act.opening"),
    (_set(("header", "basis"), None), "dossier.act.opening"),
    (_set(("header", "dossier"), "ab" * 32), "dossier.act.not-opening"),
    (_set(("header", "to"), []), "dossier.act.addressees"),
    (_set(("header", "to"), [{"state": "XAA", "authority": "XAA-CP"}]), "dossier.act.addressees"),
    (_set(("header", "to"), [{"state": "XCC", "authority": "XCC-CP"}]), "dossier.act.members"),
    (_set(("header", "members", 1, "role"), "observer"), "dossier.act.members"),
    (_set(("header", "from", "credential"), {}), "dossier.act.malformed"),
    (_set(("body",), []), "dossier.act.malformed"),
    (_set(("texts",), [{"field": "x", "language": "english language", "text": ""}]), "dossier.act.malformed"),
    (_set(("attachments",), [{"digest": "ab" * 32, "size": -1, "role": "x"}]), "dossier.act.malformed"),
    (_set(("conditions",), [{"id": "1", "code": "Not A Code"}]), "dossier.act.malformed"),
]


@pytest.mark.parametrize(("change", "code"), FAULTS)
def test_an_act_that_breaks_the_form_is_refused(act, change, code):
    raw = tree(act)
    change(raw)
    assert refused(signed(raw)) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "dossier.act.not-json"),
        (b'{"header":1,"header":2}', "dossier.act.not-json"),
        (b'{"header":NaN}', "dossier.act.not-json"),
        (b'{"header":1.5}', "dossier.act.not-json"),
        (b"[]", "dossier.act.malformed"),
        (b"[" * 100_000, "dossier.act.not-json"),
        (b" " * (MAX_BYTES + 1), "dossier.act.too-large"),
    ],
)
def test_bytes_that_are_no_act(payload, code):
    with pytest.raises(ActFault) as caught:
        dossier.decode(payload)
    assert caught.value.code == code


def test_what_breaks_the_form_is_never_signed(act):
    with pytest.raises(ActFault):
        dossier.sign(replace(act, header=replace(act.header, to=())), A.key)


def test_an_opening_request_with_malformed_content_is_kept_and_flagged(act):
    """Fail open to preserve: the request exists even where its coded content cannot be read."""
    raw = tree(act)
    raw["body"] = {"data_and_link": {"data": [{"category": "nonsense"}]}}
    verified = dossier.verify_act(signed(raw), state_keys)
    state = dossier.fold([verified], as_of=T0)
    assert (state.status, state.outcomes[verified.id].status) == ("asked", "effective")
    assert "body.malformed" in {flag.code for flag in state.flags}
