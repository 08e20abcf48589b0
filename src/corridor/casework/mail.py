"""An act of this State in a letter for one other: sealed, and put where the worker finds it."""

from __future__ import annotations

from datetime import datetime

from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActRow, OutboxLetter, PeerState
from corridor.dossier import VerifiedAct
from corridor.exchange import Letter, letter_digest, new_letter, seal_letter


def sealed(home: House, act: VerifiedAct, state: str) -> tuple[Letter, bytes]:
    """The letter and its bytes, sealed to the State's letter recipients. Raises `casework.peer.unknown`."""
    peer = home.peer(state)
    if peer is None or not peer.letter_recipients:
        raise CaseworkFault("casework.peer.unknown", state=state)
    known = PeerState.objects.filter(state=state).first()
    letter = new_letter(
        from_state=home.state,
        to_state=state,
        act=act.envelope.to_json(),
        checkpoint=known.checkpoint.encode() if known and known.checkpoint else None,
        entry=home.directory.signed_entry(home.state),
        cls="hybrid" if peer.letter_recipients[0].startswith("age1pq1") else "classic",
    )
    return letter, seal_letter(letter, peer.letter_recipients)


def post(act: ActRow, letter: Letter, raw: bytes, at: datetime) -> OutboxLetter:
    """The outbox row. Call inside the transaction of the act, or one of its own for an act that was kept before."""
    return OutboxLetter.objects.create(
        id=letter.id,
        act=act,
        state=letter.to_state,
        raw=raw,
        digest=letter_digest(raw),
        made=at,
        next_due=at,
    )
