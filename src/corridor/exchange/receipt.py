"""Receipts: a node's signed statement that a letter arrived and stands in its log. See spec/letter.md section
5.

Made once, stored by the receiver and repeated byte for byte. A receipt is the node's, never a legal act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corridor.exchange.fault import ExchangeFault
from corridor.exchange.message import DIGEST
from corridor.faults import Fault
from corridor.notary import canonical, dsse
from corridor.notary import log as transparency
from corridor.notary.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.corridor.receipt+json"
VERSION = "receipt/1"
RECEIPT_LIMIT = 128 * 1024


@dataclass(frozen=True)
class Receipt:
    """What a receipt says. `proof` is a C2SP tlog-proof (entry, checkpoint and path) of the act's id."""

    letter: str  # SHA-256 of the sealed letter, hex
    act_id: str
    from_state: str  # who sent the letter
    to_state: str  # who received it and signs
    received_at: datetime
    log_origin: str
    log_index: int
    proof: bytes


@dataclass(frozen=True)
class VerifiedReceipt:
    """A receipt whose signature, binding and log entry were checked."""

    id: str
    keyid: str
    receipt: Receipt
    checkpoint: transparency.VerifiedCheckpoint


def make_receipt(receipt: Receipt, node_key: SigningKey) -> bytes:
    """Sign a receipt with the node's key. Store the bytes: they are the answer to every repetition."""
    body = {
        "corridor": VERSION,
        "letter": receipt.letter,
        "act_id": receipt.act_id,
        "from": receipt.from_state,
        "to": receipt.to_state,
        "received_at": receipt.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "log": {
            "origin": receipt.log_origin,
            "index": receipt.log_index,
            "proof": receipt.proof.decode("utf-8"),
        },
    }
    return dsse.sign(PAYLOAD_TYPE, canonical.dumps(body), node_key).to_json()


def verify_receipt(
    data: bytes,
    *,
    letter: str,
    act_id: str,
    from_state: str,
    to_state: str,
    node_keys: Iterable[PublicKey],
    log_key: PublicKey | None,
    log_origin: str | None,
) -> VerifiedReceipt:
    """Check that `to_state` signed for exactly this letter and act, and that the act stands in its log.

    1 signature by one node key   2 letter, act and both States   3 the log entry.
    Raises exchange.receipt.malformed, .signature, .mismatch, .log.
    """
    if len(data) > RECEIPT_LIMIT:
        raise ExchangeFault("exchange.receipt.malformed", state=to_state, fact="too large")
    try:
        envelope = dsse.Envelope.from_json(data)
    except Fault as error:
        raise ExchangeFault(
            "exchange.receipt.malformed", state=to_state, fact="not a DSSE envelope"
        ) from error
    verified = _signed_by_one_of(envelope, node_keys, to_state)
    receipt = _parse(verified.payload, to_state)
    for name, got, wanted in (
        ("letter", receipt.letter, letter),
        ("act", receipt.act_id, act_id),
        ("sender", receipt.from_state, from_state),
        ("addressee", receipt.to_state, to_state),
        ("log", receipt.log_origin, log_origin),
    ):
        if got != wanted:
            raise ExchangeFault("exchange.receipt.mismatch", state=to_state, fact=name)
    if log_key is None or log_origin is None:
        raise ExchangeFault("exchange.receipt.log", state=to_state)
    try:
        entry = transparency.verify_proof(receipt.proof, bytes.fromhex(act_id), log_key, log_origin)
    except Fault as error:
        raise ExchangeFault("exchange.receipt.log", state=to_state) from error
    if entry.index != receipt.log_index:
        raise ExchangeFault("exchange.receipt.log", state=to_state)
    return VerifiedReceipt(verified.id, verified.keyid, receipt, entry.checkpoint)


def read_receipt(data: bytes, *, node_keys: Iterable[PublicKey], to_state: str) -> Receipt:
    """What a receipt signed by one of these keys says, bound to nothing: for showing what is already held."""
    try:
        envelope = dsse.Envelope.from_json(data)
    except Fault as error:
        raise ExchangeFault(
            "exchange.receipt.malformed", state=to_state, fact="not a DSSE envelope"
        ) from error
    return _parse(_signed_by_one_of(envelope, node_keys, to_state).payload, to_state)


def _signed_by_one_of(envelope: dsse.Envelope, keys: Iterable[PublicKey], state: str) -> dsse.VerifiedPayload:
    for key in keys:
        try:
            return dsse.verify(envelope, payload_type=PAYLOAD_TYPE, key=key)
        except Fault:
            continue
    raise ExchangeFault("exchange.receipt.signature", state=state)


def _parse(payload: bytes, state: str) -> Receipt:
    try:
        body: Any = canonical.loads(payload, limit=RECEIPT_LIMIT)
        log = body["log"]
        if (
            body["corridor"] != VERSION
            or not DIGEST.match(body["letter"])
            or not DIGEST.match(body["act_id"])
        ):
            raise ValueError("version, letter or act")
        index = log["index"]
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            raise ValueError("index")
        return Receipt(
            letter=body["letter"],
            act_id=body["act_id"],
            from_state=body["from"],
            to_state=body["to"],
            received_at=datetime.strptime(body["received_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            log_origin=log["origin"],
            log_index=index,
            proof=log["proof"].encode("utf-8"),
        )
    except (Fault, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExchangeFault(
            "exchange.receipt.malformed", state=state, fact="missing or unusable fields"
        ) from error
