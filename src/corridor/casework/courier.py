"""A letter that came by hand, and the receipt that goes back the same way (spec/letter.md 3 to 5).

The same checks as for a posted letter, by the same post office: a courier is trusted with nothing but the walk.
"""

from __future__ import annotations

from dataclasses import dataclass

from corridor.casework import sequencer
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.mailroom import Mailroom
from corridor.casework.models import OutboxLetter
from corridor.exchange import PostOffice, Sender
from corridor.exchange.message import SignedLetter
from corridor.notary import Envelope, canonical


@dataclass(frozen=True)
class Taken:
    """A letter that was taken in. `receipt` is what its sender wants back."""

    state: str
    letter: str
    receipt: bytes


def office(home: House) -> PostOffice:
    """The node's post office, without a line."""
    return PostOffice(
        sender=Sender(home.state, home.request_key),
        peers=home.peer,
        identities=lambda: home.letter_identities,
        mailroom=Mailroom(home),
        clock=home.clock,
    )


def take(home: House, data: bytes) -> Taken:
    """Take in a courier file. Doing it twice gives the same receipt.

    Raises what a posted letter would have been refused with, and `casework.courier.pending` while the log has not
    numbered the act: then the same file is taken again.
    """
    letter = SignedLetter.from_bytes(data)
    receipt = office(home).receive(letter)
    if receipt is None:
        sequencer.run(home)
        receipt = office(home).receive(letter)
    if receipt is None:
        raise CaseworkFault("casework.courier.pending")
    return Taken(letter.from_state, letter.letter_id, receipt)


def receipt(home: House, data: bytes) -> str:
    """Keep a receipt that was brought back; the State it is of. Its letter is then no longer sent.

    Raises `casework.courier.no-letter` where no letter of ours waits for it, and what `verify_receipt` raises.
    """
    body = canonical.loads(Envelope.from_json(data).payload)
    digest = str(body.get("letter", "")) if isinstance(body, dict) else ""
    row = OutboxLetter.objects.filter(digest=digest).first()
    peer = home.peer(row.state) if row is not None else None
    if row is None or peer is None:
        raise CaseworkFault("casework.courier.no-letter")
    office(home).take_receipt(peer, row.pk, data)
    return row.state
