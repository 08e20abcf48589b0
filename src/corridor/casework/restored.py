"""A node that came back from a backup signs nothing until it holds again what its peers hold from it.

At start, and whenever a letter shows more of our log than we have, every peer is asked what it holds from us: our acts
with its receipts for them, the receipts we gave it, and the newest checkpoint of our log it has seen. What we lost is
fetched back, act by act, and the log is grown again, entry by entry, to exactly what we signed before. While the note
`restored.behind` stands, `check` refuses every signature.

Entries of the log that nobody else has ever seen (a national file written after the backup) cannot be grown again:
the note then stays, with a code that says so, and the operator decides (docs/adr/0013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from corridor.casework import membership, receive, sequencer, store
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActReceipt, ActRow, Authority, Dossier, LogLeaf, NodeNote
from corridor.dossier import VerifiedAct
from corridor.exchange.client import Client
from corridor.exchange.receipt import Receipt, read_receipt
from corridor.faults import Fault
from corridor.notary import Envelope, merkle
from corridor.notary.log import VerifiedCheckpoint, verify_checkpoint

BEHIND = sequencer.BEHIND
LOG = "log.behind"
ASKING = sequencer.ASKING


def mark(home: House, code: str) -> None:
    """Stop signing until the peers were asked."""
    NodeNote.objects.update_or_create(name=BEHIND, defaults={"text": code, "changed": home.clock()})
    home.wake()


def begin(home: House) -> None:
    """The node starts and has a history: nothing is signed until its peers were asked once, or did not answer."""
    if ActRow.objects.exists():
        NodeNote.objects.update_or_create(name=ASKING, defaults={"changed": home.clock()})


def asked() -> None:
    """Every peer was asked since the start; one that did not answer is asked again, and does not hold the desk up."""
    NodeNote.objects.filter(name=ASKING).delete()


def standing() -> str | None:
    """Why this node may not sign now, or None."""
    note = NodeNote.objects.filter(name__in=(BEHIND, LOG, ASKING)).order_by("name").first()
    return (note.text or note.name) if note else None


def check() -> None:
    """Raise `casework.restored.behind` while the node has not caught up, `.asking` while it has not asked."""
    if NodeNote.objects.filter(name__in=(BEHIND, LOG)).exists():
        raise CaseworkFault("casework.restored.behind")
    if NodeNote.objects.filter(name=ASKING).exists():
        raise CaseworkFault("casework.restored.asking")


@dataclass
class _Heard:
    """What all peers together say about our log."""

    indexes: dict[int, str] = field(default_factory=dict)
    newest: VerifiedCheckpoint | None = None


def ask_all(home: House, connect: Callable[[str], Client | None], at: datetime) -> dict[str, str]:
    """Ask every peer; take back what was lost. Answers with a code for each peer that could not be asked.

    The note goes when everyone who holds something from us was asked and our log extends what they have seen.
    """
    heard, troubles = _Heard(), dict[str, str]()
    for state in peers_to_ask(home):
        try:
            client = connect(state)
            if client is None:
                continue
            with client:
                _ask(home, client, heard, at)
        except Exception as error:  # whatever one peer answers, the others are asked and letters leave
            troubles[state] = getattr(error, "code", "casework.restored.receipt")
    try:
        _regrow(home, heard)
    except Fault as fault:
        mark(home, fault.code)
        return troubles
    # A State that holds nothing of ours and does not answer keeps nobody waiting.
    if not set(troubles) & _shared(home):
        NodeNote.objects.filter(name__in=(BEHIND, LOG)).delete()
    sequencer.run(home)
    return troubles


def _shared(home: House) -> set[str]:
    """The States with whom this node shares a dossier, as far as it knows by now."""
    return {state for members in Dossier.objects.values_list("members", flat=True) for state in members}


def peers_to_ask(home: House) -> list[str]:
    """Every State the directory lists: a copy from before the first dossier does not know whom it wrote to since."""
    return sorted(set(home.directory.states()) - {home.state})


def _ask(home: House, client: Client, heard: _Heard, at: datetime) -> None:
    """Take from one peer what it can prove. Its bare word stops nobody here from signing: an act of ours carries our
    officer's signature, a receipt of ours our node's, and only then is something missing."""
    state = client.peer.state
    answer = client.held_from_us()
    for row in _rows(answer, "sent"):  # our acts, in the order the peer got them
        if not ActRow.objects.filter(pk=row["act"]).exists():
            _take_back(home, client.fetch_act(row["act"], home.letter_identities), at)
        _take_receipt(_receipt(home, client, row, state), row)
    for row in _rows(answer, "received"):  # acts we gave a receipt for
        receipt = _receipt(home, client, row, home.state)
        if not ActRow.objects.filter(pk=row["act"]).exists():
            mark(home, "casework.restored.behind")
            data = client.fetch_act(row["act"], home.letter_identities)
            receive.keep_act(home, store.verified(home, Envelope.from_json(data)), at)
        _take_receipt(receipt, row)
        heard.indexes[receipt.log_index] = receipt.act_id
    text = answer.get("checkpoint")
    if isinstance(text, str) and text:
        held = verify_checkpoint(text.encode(), home.log_key.public, home.log_origin)
        if heard.newest is None or held.size > heard.newest.size:
            heard.newest = held


def _rows(answer: dict[str, Any], name: str) -> list[dict[str, str]]:
    rows = answer.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CaseworkFault("casework.restored.receipt")
    if not all(isinstance(row.get(key), str) for row in rows for key in ("act", "receipt")):
        raise CaseworkFault("casework.restored.receipt")
    return rows


def _receipt(home: House, client: Client, row: dict[str, str], by: str) -> Receipt:
    """A receipt that we had, verified: theirs for our act, or our own for theirs."""
    keys = (home.node_key.public,) if by == home.state else client.peer.node_keys
    receipt = read_receipt(row["receipt"].encode(), node_keys=keys, to_state=by)
    if receipt.act_id != row["act"] or receipt.to_state != by:
        raise CaseworkFault("casework.restored.receipt")
    return receipt


def _take_receipt(receipt: Receipt, row: dict[str, str]) -> None:
    """Keep it again."""
    ActReceipt.objects.get_or_create(
        act_id=receipt.act_id,
        state=receipt.to_state,
        defaults={
            "received_at": receipt.received_at,
            "letter_digest": receipt.letter,
            "statement": row["receipt"].encode(),
        },
    )


def _take_back(home: House, data: bytes, at: datetime) -> None:
    act = store.verified(home, Envelope.from_json(data))
    if act.state != home.state:
        raise CaseworkFault("casework.act.not-from-sender")
    mark(home, "casework.restored.behind")
    head = act.act.header
    if head.dossier is None:
        home.vault.make(act.id)
    with transaction.atomic():
        row = Dossier.objects.filter(pk=act.dossier).first()
        if row is None:
            if head.dossier is not None:
                raise CaseworkFault("casework.restored.no-opening")
            row = _reopen(act, at)
        store.keep(home, row, act, own=True, at=at)


def _reopen(act: VerifiedAct, at: datetime) -> Dossier:
    office = Authority.objects.filter(code=act.act.header.sender.authority).first()
    if office is None:
        raise CaseworkFault("casework.act.authority-not-here")
    return Dossier.objects.create(
        id=act.id,
        **membership.columns(act.act.header),
        home=office,
        opened_at=at,
        changed_at=at,
    )


def _regrow(home: House, heard: _Heard) -> None:
    """Append what the log lost, in the places it had, and only if the result is what we signed then."""
    log = home.log()
    if heard.newest is None or heard.newest.size <= log.size:
        if heard.newest is not None:
            log.must_extend(heard.newest)
        return
    unplaced = iter(
        LogLeaf.objects.filter(index=None)
        .exclude(leaf__in=heard.indexes.values())
        .order_by("pk")
        .values_list("leaf", flat=True)
    )
    before = log.entries(0, log.size)
    after: list[bytes] = []
    for index in range(log.size, heard.newest.size):
        leaf = heard.indexes.get(index) or next(unplaced, None)
        if leaf is None:
            raise CaseworkFault("casework.restored.log-lost")
        after.append(bytes.fromhex(leaf))
    tree = merkle.Tree([merkle.leaf_hash(entry) for entry in (*before, *after)])
    if tree.root() != heard.newest.root:
        raise CaseworkFault("casework.restored.log-lost")
    with transaction.atomic():
        sequencer.lock(home)
        if home.log().size != len(before):
            raise CaseworkFault("casework.restored.log-lost")
        first = log.append(after)
        for offset, entry in enumerate(after):
            LogLeaf.objects.update_or_create(leaf=entry.hex(), defaults={"index": first + offset})
