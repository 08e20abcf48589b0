"""Delivery policy without a clock, a socket or a database: when to try again, whom to spare, what a failure
means.

The durable rows are the caller's; a worker takes one due row and calls `deliver_once`, or, for a State that
is fetched from, `collect_once`.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from corridor.exchange.client import Client
from corridor.exchange.fault import PEER_DOWN, told
from corridor.exchange.message import SignedLetter
from corridor.exchange.peer import Peer
from corridor.exchange.receipt import VerifiedReceipt, verify_receipt
from corridor.exchange.request import Sender, sign_letter
from corridor.faults import Fault, Side

FIRST = timedelta(seconds=2)
CAP = timedelta(minutes=10)  # a request to preserve must not wait an hour for a node that came back


def backoff(attempts: int, *, seed: int | str, first: timedelta = FIRST, cap: timedelta = CAP) -> timedelta:
    """How long to wait after the `attempts`-th failure: doubling, capped, the upper half spread by `seed`.

    The same seed gives the same wait, so a test can say what it expects and a worker can use the row's id.
    """
    full = min(cap, first * float(2 ** min(max(attempts, 1) - 1, 20)))
    spread = random.Random(f"{seed}:{attempts}").random()  # noqa: S311  spreads load, guards nothing
    return full / 2 + (full / 2) * spread


@dataclass(frozen=True)
class Breaker:
    """One peer's circuit as plain data: after `THRESHOLD` failures in a row nobody calls until `open_until`,
    then one caller tries; success closes it, failure opens it for longer.
    """

    failures: int = 0
    open_until: datetime | None = None

    THRESHOLD = 5

    def allows(self, at: datetime) -> bool:
        return self.open_until is None or at >= self.open_until

    def after_success(self) -> Breaker:
        return Breaker()

    def after_failure(self, at: datetime, *, seed: int | str = 0) -> Breaker:
        failures = self.failures + 1
        if failures < self.THRESHOLD:
            return replace(self, failures=failures)
        wait = backoff(failures - self.THRESHOLD + 4, seed=seed)
        return Breaker(failures, at + wait)

    def to_dict(self) -> dict[str, Any]:
        row = asdict(self)
        row["open_until"] = self.open_until.isoformat() if self.open_until else None
        return row

    @classmethod
    def from_dict(cls, row: dict[str, Any] | None) -> Breaker:
        if not row:
            return cls()
        until = row.get("open_until")
        return cls(int(row["failures"]), datetime.fromisoformat(until) if until else None)


@dataclass(frozen=True)
class Failure:
    """What a failed attempt means. `peer_down` feeds the breaker; `reseal` asks for the letter to be sealed
    again to the recipients now in the directory; without `retry` the row is shown to a person and left alone.
    """

    code: str
    side: Side
    retry: bool
    peer_down: bool = False
    reseal: bool = False
    wait: timedelta | None = None


def classify(fault: Fault) -> Failure:
    """Ours or theirs, again or not: read off the fault's own line in faults.yaml."""
    seconds = fault.facts.get("wait")
    return Failure(
        code=fault.code,
        side=fault.side,
        retry=fault.retry,
        peer_down=fault.code in PEER_DOWN,
        reseal=fault.code == "exchange.letter.cannot-open",
        wait=timedelta(seconds=seconds) if isinstance(seconds, int) else None,
    )


def classify_told(code: str, state: str) -> Failure:
    """What a refusal handed in by a State that fetches (Mailroom.letter_refused) means for the outbox row."""
    return classify(told(code, state))


@dataclass(frozen=True)
class Job:
    """One letter that must arrive: what the outbox row holds."""

    letter_id: str
    act_id: str
    digest: str
    raw: bytes


@dataclass(frozen=True)
class Delivered:
    """The letter arrived: keep `raw` for ever, it is the proof."""

    raw: bytes
    verified: VerifiedReceipt


@dataclass(frozen=True)
class Pending:
    """The other node holds the letter and has not numbered it in its log yet: ask again after `wait`."""

    wait: timedelta


Outcome = Delivered | Pending | Failure


def deliver_once(client: Client, job: Job, *, at: datetime) -> Outcome:
    """One attempt to post one letter. Never raises a Fault: what went wrong is the value.

    Repeating after `Delivered` was lost is safe: the other node answers with the receipt it stored.
    """
    letter = sign_letter(
        job.raw, letter_id=job.letter_id, sender=client.sender, to_state=client.peer.state, at=at
    )
    try:
        raw = client.post_letter(letter)
        if raw is None:
            return Pending(FIRST)
        return Delivered(raw, check_receipt(raw, job, peer=client.peer, sender=client.sender))
    except Fault as fault:
        return classify(fault)


def check_receipt(raw: bytes, job: Job, *, peer: Peer, sender: Sender) -> VerifiedReceipt:
    """Is this the receipt of that letter? Raises exchange.receipt.*"""
    return verify_receipt(
        raw,
        letter=job.digest,
        act_id=job.act_id,
        from_state=sender.state,
        to_state=peer.state,
        node_keys=peer.node_keys,
        log_key=peer.log_key,
        log_origin=peer.log_origin,
    )


@dataclass(frozen=True)
class Collected:
    """What one round of fetching did: ids receipted, and failures by letter id ("" for the list itself)."""

    receipted: tuple[str, ...]
    failures: tuple[tuple[str, Failure], ...]


def collect_once(client: Client, receive: Callable[[SignedLetter], bytes | None]) -> Collected:
    """Fetch what waits at one peer, hand each letter to `receive` (PostOffice.receive), hand in the receipts.

    A letter that fails does not keep the next from being fetched; one that cannot be taken at all is told to
    its sender by its code, as a post would have been answered.
    """
    receipted: list[str] = []
    failures: list[tuple[str, Failure]] = []
    try:
        waiting = client.fetch_waiting()
    except Fault as fault:
        return Collected((), (("", classify(fault)),))
    for row in waiting:
        try:
            letter = client.fetch_letter(row)
            receipt = receive(letter)
            if receipt is not None:
                client.post_receipt(row.letter_id, receipt)
                receipted.append(row.letter_id)
        except Fault as fault:
            failure = classify(fault)
            failures.append((row.letter_id, failure))
            if failure.peer_down:
                break
            if fault.side is not Side.OPERATOR and (failure.reseal or not failure.retry):
                with contextlib.suppress(Fault):  # told again in the next round
                    client.post_refusal(row.letter_id, fault.code)
    return Collected(tuple(receipted), tuple(failures))
