"""The node's mailroom: what the post office keeps and asks for, on the database and the packages folder.

Implements `corridor.exchange.Mailroom`. Every method may be called twice with the same arguments. Whatever is absent or
not that State's to have raises `NotHere`, which the office answers exactly as noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from corridor.casework import membership, receive, store, transfers, witnessing
from corridor.casework.house import House
from corridor.casework.models import ActReceipt, ActRow, Nonce, OutboxLetter, PeerState, Transfer
from corridor.exchange import (
    FileEntry,
    Letter,
    NotHere,
    Peer,
    Sent,
    VerifiedReceipt,
    Waiting,
    letter_digest,
    new_letter,
    seal_letter,
)
from corridor.exchange.message import Readable
from corridor.exchange.outbox import classify_told
from corridor.faults import Fault
from corridor.notary import canonical
from corridor.notary.witness import Answer

WAITING_MOST = 1000


class Mailroom:
    """One State's mailroom. Holds nothing itself."""

    def __init__(self, home: House) -> None:
        self.home = home

    # ---- letters that come

    def receipt_for(self, from_state: str, digest: str) -> bytes | None:
        row = ActReceipt.objects.filter(
            letter_digest=digest, state=self.home.state, act__from_state=from_state
        ).first()
        return bytes(row.statement) if row else None

    def accept_letter(self, letter: Letter, raw: bytes, at: datetime) -> bytes | None:
        answer = receive.accept_letter(self.home, letter, raw, at)
        heard(letter.from_state, at)
        self.home.wake()
        return answer

    # ---- letters that wait

    def waiting_for(self, state: str) -> Sequence[Waiting]:
        rows = OutboxLetter.objects.filter(state=state, done=None, stuck=False).order_by("made", "pk")
        return [Waiting(row.pk, row.digest, len(row.raw)) for row in rows[:WAITING_MOST]]

    def sent_letter(self, state: str, letter_id: str) -> Sent:
        row = OutboxLetter.objects.filter(pk=letter_id, state=state).first()
        if row is None:
            raise NotHere
        return Sent(row.pk, row.act_id, row.digest, bytes(row.raw))

    def accept_receipt(self, state: str, letter_id: str, receipt: VerifiedReceipt, raw: bytes) -> None:
        with transaction.atomic():
            row = OutboxLetter.objects.select_for_update().filter(pk=letter_id, state=state).first()
            if row is None:
                raise NotHere
            keep_receipt(self.home, row, receipt, raw)

    def letter_refused(self, state: str, letter_id: str, code: str) -> None:
        failure = classify_told(code, state)
        row = OutboxLetter.objects.filter(pk=letter_id, state=state, done=None).first()
        if row is not None:
            row.last_code, row.stuck = failure.code, not (failure.retry or failure.reseal)
            if failure.reseal:
                reseal(self.home, row)
            changed = {name: getattr(row, name) for name in ("last_code", "stuck", "raw", "digest")}
            OutboxLetter.objects.filter(pk=row.pk, done=None).update(
                **changed
            )  # a receipt may have come since

    # ---- questions

    def act_for(self, state: str, act_id: str) -> bytes:
        row = ActRow.objects.select_related("dossier").filter(pk=act_id).first()
        if row is None or not membership.may_fetch(self.home, row, state):
            raise NotHere
        return store.envelope(self.home, row).to_json()

    def held_from(self, state: str) -> bytes:
        """What this node holds from that State: its acts with our receipts, its receipts for ours, its checkpoint."""
        heard(state, self.home.clock())  # it asks when it starts: what waits for it may go now
        acts = ActRow.objects.filter(from_state=state).order_by("arrived", "pk")
        ours = {
            row.act_id: bytes(row.statement).decode()
            for row in ActReceipt.objects.filter(act__from_state=state, state=self.home.state)
        }
        theirs = ActReceipt.objects.filter(act__own=True, state=state).order_by("received_at", "pk")
        peer = PeerState.objects.filter(state=state).first()
        return canonical.dumps(
            {
                "sent": [{"act": row.pk, "receipt": ours[row.pk]} for row in acts if row.pk in ours],
                "received": [{"act": row.act_id, "receipt": bytes(row.statement).decode()} for row in theirs],
                "checkpoint": peer.checkpoint if peer else "",
            }
        )

    # ---- packages

    def package_listing(self, state: str, package_id: str) -> Sequence[FileEntry]:
        return transfers.listing(self.home, state, package_id)

    def open_package_file(self, state: str, package_id: str, name: str) -> tuple[int, Readable]:
        return transfers.open_file(self.home, state, package_id, name)

    def offer_package(self, state: str, package_id: str, files: Sequence[FileEntry]) -> Sequence[str]:
        return transfers.offered(self.home, state, package_id, files)

    def put_package_file(self, state: str, package_id: str, file: FileEntry, stream: Readable) -> None:
        transfers.accept(self.home, state, package_id, file, stream)

    def complete_package(self, state: str, package_id: str) -> None:
        transfers.complete(self.home, state, package_id)

    # ---- witness

    def add_checkpoint(self, peer: Peer, body: bytes, at: datetime) -> Answer:
        return witnessing.add_checkpoint(self.home, peer, body, at)

    # ---- replay

    def use_nonce(self, state: str, nonce: str, until: datetime) -> bool:
        try:
            with transaction.atomic():
                Nonce.objects.create(state=state, nonce=nonce, until=until)
        except IntegrityError:
            return False
        return True


def heard(state: str, at: datetime) -> None:
    """A peer spoke to us, so its line is up: close its circuit and try at once what waits for it."""
    PeerState.objects.update_or_create(
        state=state, defaults={"last_heard": at, "failures": 0, "open_until": None}
    )
    for rows in (OutboxLetter.objects, Transfer.objects):
        rows.filter(state=state, done=None, stuck=False, next_due__gt=at).update(next_due=at)


def purge_nonces(at: datetime) -> None:
    """Forget nonces that the clock window refuses anyway."""
    Nonce.objects.filter(until__lt=at - timedelta(minutes=1)).delete()


def keep_receipt(home: House, row: OutboxLetter, receipt: VerifiedReceipt, raw: bytes) -> None:
    """Keep a verified receipt for a letter of ours and take the letter off the list. Call inside a transaction."""
    at = home.clock()
    ActReceipt.objects.get_or_create(
        act_id=row.act_id,
        state=row.state,
        defaults={
            "received_at": receipt.receipt.received_at,
            "letter_digest": row.digest,
            "statement": raw,
        },
    )
    row.done, row.leased_until, row.last_code, row.stuck = at, None, "", False
    row.save(update_fields=["done", "leased_until", "last_code", "stuck"])
    note_log(home, row.state, receipt)


def note_log(home: House, state: str, receipt: VerifiedReceipt) -> None:
    """Remember the newest checkpoint of a peer's log. It goes back to that peer in our next letter."""
    checkpoint = receipt.checkpoint
    peer, _ = PeerState.objects.get_or_create(state=state)
    with suppress(Fault):
        if checkpoint.size >= peer.log_size:
            peer.checkpoint, peer.log_size = checkpoint.text.decode(), checkpoint.size
    peer.last_heard = home.clock()
    peer.save()


def reseal(home: House, row: OutboxLetter) -> None:
    """The peer's letter recipients changed: the same act in a letter sealed to the new ones. The caller saves."""
    peer = home.peer(row.state)
    act = ActRow.objects.filter(pk=row.act_id).first()
    if peer is None or act is None or not peer.letter_recipients:
        return
    letter = new_letter(
        from_state=home.state,
        to_state=row.state,
        act=store.envelope(home, act).to_json(),
        cls="hybrid" if peer.letter_recipients[0].startswith("age1pq1") else "classic",
        letter_id=row.pk,
    )
    row.raw = seal_letter(letter, peer.letter_recipients)
    row.digest = letter_digest(row.raw)
