"""An envelope is read strictly, named by what was signed, and verified for one role at a time."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.notary import Envelope, KeyUse, NotaryFault, SigningKey, dsse, keys

TYPE = "application/vnd.corridor.act+json"


def test_pae_of_the_specification() -> None:
    """secure-systems-lab/dsse protocol.md: its own example."""
    wanted = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == wanted


@given(st.text(st.characters(codec="ascii")), st.binary(), st.text(st.characters(codec="ascii")), st.binary())
def test_pae_never_mixes_type_and_payload(kind: str, payload: bytes, kind_2: str, payload_2: bytes) -> None:
    if (kind, payload) != (kind_2, payload_2):
        assert dsse.pae(kind, payload) != dsse.pae(kind_2, payload_2)


def test_an_envelope_travels_and_verifies(officer: SigningKey) -> None:
    envelope = Envelope.from_json(dsse.sign(TYPE, b"payload", officer).to_json())
    verified = dsse.verify(envelope, payload_type=TYPE, key=officer.public)
    assert verified.payload == b"payload"
    assert verified.use is KeyUse.OFFICER
    assert verified.id == envelope.id == hashlib.sha256(dsse.pae(TYPE, b"payload")).hexdigest()


def test_the_id_does_not_depend_on_who_signed(officer: SigningKey, state_key: SigningKey) -> None:
    both = dsse.sign(TYPE, b"payload", officer, state_key)
    turned = Envelope(TYPE, b"payload", both.signatures[::-1])
    assert dsse.sign(TYPE, b"payload", officer).id == both.id == turned.id
    assert dsse.sign("text/plain", b"payload", officer).id != both.id


def test_one_role_is_one_call(officer: SigningKey, state_key: SigningKey) -> None:
    """A good signature in one role says nothing about the other, and a bad one beside it does not matter."""
    envelope = dsse.sign(TYPE, b"payload", officer, state_key)
    spoilt = Envelope(
        TYPE, b"payload", (envelope.signatures[0], dsse.Signature(state_key.public.keyid, b"\0" * 64))
    )
    dsse.verify(spoilt, payload_type=TYPE, key=officer.public)
    with pytest.raises(NotaryFault) as caught:
        dsse.verify(spoilt, payload_type=TYPE, key=state_key.public)
    assert caught.value.code == "notary.signature.invalid"


def test_what_is_refused_on_verifying(officer: SigningKey) -> None:
    envelope = dsse.sign(TYPE, b"payload", officer)
    stranger = keys.generate(KeyUse.OFFICER).public
    changed = Envelope(TYPE, b"Payload", envelope.signatures)
    renamed = Envelope("text/plain", b"payload", envelope.signatures)
    for item, kind, key, code in (
        (envelope, "text/plain", officer.public, "notary.envelope.wrong-type"),
        (envelope, TYPE, stranger, "notary.envelope.not-signed-by"),
        (changed, TYPE, officer.public, "notary.signature.invalid"),
        (renamed, "text/plain", officer.public, "notary.signature.invalid"),
    ):
        with pytest.raises(NotaryFault) as caught:
            dsse.verify(item, payload_type=kind, key=key)
        assert caught.value.code == code


def test_a_signature_under_a_strangers_id_is_not_believed(officer: SigningKey) -> None:
    """The id in the envelope only finds the signature; the key decides."""
    forged = keys.generate(KeyUse.OFFICER).sign(dsse.pae(TYPE, b"payload"))
    envelope = Envelope(TYPE, b"payload", (dsse.Signature(officer.public.keyid, forged),))
    with pytest.raises(NotaryFault) as caught:
        dsse.verify(envelope, payload_type=TYPE, key=officer.public)
    assert caught.value.code == "notary.signature.invalid"


def test_one_key_signs_once(officer: SigningKey) -> None:
    with pytest.raises(NotaryFault) as caught:
        dsse.sign(TYPE, b"payload", officer, officer)
    assert caught.value.code == "notary.envelope.duplicate-key"


def test_nobody_signs_nothing() -> None:
    with pytest.raises(NotaryFault):
        dsse.sign(TYPE, b"payload")


def _good() -> dict[str, Any]:
    return {
        "payload": base64.b64encode(b"payload!").decode(),
        "payloadType": TYPE,
        "signatures": [{"keyid": "a" * 64, "sig": base64.b64encode(b"sig").decode()}],
    }


def _with(**change: Any) -> dict[str, Any]:
    return {**_good(), **change}


def _signature(**change: Any) -> dict[str, Any]:
    return _with(signatures=[{**_good()["signatures"][0], **change}])


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {key: value for key, value in _good().items() if key != "signatures"},
        _with(more=1),
        _with(payload=5),
        _with(payload="cGF5bG9hZCE"),  # no padding
        _with(payload="cGF5bG9hZC_="),  # the URL alphabet
        _with(payload="cGF5bG9hZCE=\n"),
        _with(payload="cGF5bG9hZCF="),  # a second spelling: bits nobody reads
        _with(payload="cGF5\u00e9"),
        _with(payloadType=""),
        _with(payloadType="a b"),
        _with(payloadType="a\u00e9"),
        _with(payloadType=["x"]),
        _with(payloadType="a" * 256),
        _with(signatures=[]),
        _with(signatures={}),
        _with(signatures=["x"]),
        _with(signatures=[{"keyid": f"{number:064x}", "sig": "AAAA"} for number in range(9)]),
        _signature(sig=""),
        _signature(sig=None),
        _signature(sig=base64.b64encode(bytes(8193)).decode()),
        _signature(keyid=""),
        _signature(keyid="A" * 64),
        _signature(keyid=5),
        _signature(cert="x"),
    ],
)
def test_malformed(data: Any) -> None:
    Envelope.from_dict(_good())
    with pytest.raises(NotaryFault) as caught:
        Envelope.from_json(json.dumps(data).encode())
    assert caught.value.code == "notary.envelope.malformed"


def test_two_signatures_under_one_id() -> None:
    with pytest.raises(NotaryFault) as caught:
        Envelope.from_dict(_with(signatures=_good()["signatures"] * 2))
    assert caught.value.code == "notary.envelope.duplicate-key"


def test_a_member_written_twice() -> None:
    text = json.dumps(_good())
    with pytest.raises(NotaryFault) as caught:
        Envelope.from_json((text[:-1] + ',"payload":"AAAA"}').encode())
    assert caught.value.code == "notary.envelope.malformed"


def test_size_is_checked_before_anything_is_read() -> None:
    with pytest.raises(NotaryFault) as caught:
        Envelope.from_json(b"[" * 101, limit=100)
    assert caught.value.code == "notary.envelope.too-large"


@given(st.binary(max_size=300))
def test_noise_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(NotaryFault):
        Envelope.from_json(data)
