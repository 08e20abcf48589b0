"""Takes in what came through the post: the act is judged, kept and receipted, in one transaction, exactly once.

Refused is only what is not authentic, not addressed here, or malformed. An act that was illegal in its own past is
kept and shown without effect; a fork is kept; an act that has seen what is not here yet is kept and waits for it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from corridor.casework import membership, sequencer, store, transfers
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActReceipt, ActRow, Authority, Dossier, HeldLetter, LogLeaf, PeerState
from corridor.dossier import REGISTRY, VerifiedAct
from corridor.exchange import Letter, NotHere, Receipt, letter_digest, make_receipt
from corridor.faults import Fault
from corridor.notary import Envelope
from corridor.notary.log import verify_checkpoint

HELD_MOST = (
    500  # letters of one State whose dossier is not here; more are answered alike and not written down
)


def accept_letter(home: House, letter: Letter, raw: bytes, at: datetime) -> bytes | None:
    """Keep the act of a letter and give its receipt, or None while the log has not numbered it.

    Each step may be cut short and repeated: 1 verify, 2 act + leaf (+ dossier) in one transaction, 3 number, 4 receipt.
    Raises NotHere for what must look like noise, CaseworkFault or the lower rooms' faults for what is refused.
    """
    act = _verified(home, letter.act, letter.from_state, at)  # 1
    with suppress(Fault):
        note_checkpoint(home, letter)
    if letter.entry is not None:
        with suppress(Fault):
            home.directory.accept_fresh_entry(letter.entry, at=at)
    kept = keep_act(home, act, at)  # 2
    membership.settle(home, kept.dossier, at)
    transfers.expect(
        home, kept.dossier, at
    )  # what the act announces; repeated with the letter if cut short here
    sequencer.run(home)  # 3
    return _receipt(home, act, letter, raw)  # 4


def _verified(home: House, envelope: bytes, from_state: str, at: datetime) -> VerifiedAct:
    act = store.verified(home, Envelope.from_json(envelope))
    if act.state != from_state:
        raise CaseworkFault("casework.act.not-from-sender")
    if membership.named_here(home, act) is None:
        raise CaseworkFault("casework.act.not-addressed-here")
    # A key revoked before the act came to us is not believed, whatever time the act gives itself: nothing anchors it.
    for record in home.state_keys(act.state):
        if record.key.keyid == act.credential.certified_by:
            record.check(at)
    return act


def keep_act(home: House, act: VerifiedAct, at: datetime) -> ActRow:
    """Keep another State's verified act. Repeating it changes nothing. Raises NotHere, CaseworkFault."""
    kept = ActRow.objects.filter(pk=act.id).first()
    if kept is not None:
        return kept
    if act.act.header.dossier is None:
        return _open(home, act, at)
    row = Dossier.objects.filter(pk=act.dossier).first()
    if row is None:
        _hold(home, act, at)
        raise NotHere
    if not membership.was(row, act.state):
        raise NotHere  # a member's dossier is nobody else's business, not even that it exists
    if act.act.header.kind != row.kind:
        raise CaseworkFault("casework.act.other-kind")
    try:
        with transaction.atomic():
            return store.keep(home, row, act, own=False, at=at)
    except CaseworkFault:
        kept = ActRow.objects.filter(pk=act.id).first()  # another process kept it between the two looks
        if kept is None:
            raise
        return kept


def let_in(home: House, opening: VerifiedAct, naming: VerifiedAct, at: datetime) -> ActRow:
    """Keep the opening act of a dossier this State was let into later, as `naming`, which came by letter, says.

    Whether the list it names is in force the fold says once the rest is here. Raises NotHere, CaseworkFault.
    """
    if naming.dossier != opening.id:
        raise NotHere
    kept = ActRow.objects.filter(pk=opening.id).first()
    return kept if kept is not None else _open(home, opening, at, naming)


def _open(home: House, act: VerifiedAct, at: datetime, naming: VerifiedAct | None = None) -> ActRow:
    named = membership.named_here(home, naming or act)
    if named is None:
        raise NotHere  # not for us, and nothing that came by letter says otherwise
    office = Authority.objects.filter(code=named.authority).first()
    kind = act.act.header.kind
    # A kind this node does not know stands in no authority's list: kept where it was sent, and shown as unknown.
    if office is None or (kind in REGISTRY and kind not in office.receives):
        raise CaseworkFault("casework.act.authority-not-here")
    columns = membership.columns(act.act.header)
    if naming is not None:
        columns["members"] = list(membership.states_in(act, naming))
    home.vault.make(act.id)
    try:
        with transaction.atomic():
            row = Dossier.objects.create(
                id=act.id,
                **columns,
                home=office,
                opened_at=at,
                changed_at=at,
            )
            kept = store.keep(home, row, act, own=False, at=at)
            HeldLetter.objects.filter(dossier=act.id).update(next_due=at)
            return kept
    except IntegrityError:
        return ActRow.objects.get(pk=act.id)


def _hold(home: House, act: VerifiedAct, at: datetime) -> None:
    """Write down that an act of an unknown dossier came; the worker asks its sender for the opening act."""
    if HeldLetter.objects.filter(state=act.state).count() < HELD_MOST:
        HeldLetter.objects.get_or_create(
            act_id=act.id,
            defaults={
                "dossier": act.dossier,
                "state": act.state,
                "arrived": at,
                "next_due": at + timedelta(seconds=1),
            },
        )
        home.wake()


def _receipt(home: House, act: VerifiedAct, letter: Letter, raw: bytes) -> bytes | None:
    """The one receipt for this act from this node: made once, stored, repeated byte for byte."""
    stored = ActReceipt.objects.filter(act_id=act.id, state=home.state).first()
    digest = letter_digest(raw)
    if stored is not None:
        if stored.letter_digest != digest:
            # The same act in another letter: the first receipt stands for the dossier; this letter gets its own answer.
            return _statement(home, act, letter, digest, stored.received_at)
        return bytes(stored.statement)
    row = ActRow.objects.get(pk=act.id)
    statement = _statement(home, act, letter, digest, row.arrived)
    if statement is None:
        return None
    try:
        with transaction.atomic():
            ActReceipt.objects.create(
                act=row,
                state=home.state,
                received_at=row.arrived,
                letter_digest=digest,
                statement=statement,
            )
            HeldLetter.objects.filter(act_id=act.id).delete()
    except IntegrityError:
        return bytes(ActReceipt.objects.get(act_id=act.id, state=home.state).statement)
    return statement


def _statement(
    home: House, act: VerifiedAct, letter: Letter, digest: str, received_at: datetime
) -> bytes | None:
    LogLeaf.objects.get_or_create(leaf=act.id)
    numbered = sequencer.proof(home, act.id)
    if numbered is None:
        return None
    index, proof = numbered
    receipt = Receipt(
        letter=digest,
        act_id=act.id,
        from_state=letter.from_state,
        to_state=home.state,
        received_at=received_at,
        log_origin=home.log_origin,
        log_index=index,
        proof=proof,
    )
    return make_receipt(receipt, home.node_key)


def note_checkpoint(home: House, letter: Letter) -> None:
    """A letter carries the newest checkpoint its sender holds of our log: one that ours does not extend is an alarm."""
    if letter.checkpoint is None:
        return
    held = verify_checkpoint(letter.checkpoint, home.log_key.public, home.log_origin)
    try:
        home.log().must_extend(held)
    except Fault as fault:
        PeerState.objects.update_or_create(state=letter.from_state, defaults={"alarm": fault.code})
        from corridor.casework import restored

        restored.mark(home, fault.code)
