"""Writes acts to the database and reads them back verified. Every act, ours or theirs, goes through `keep`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import IntegrityError

from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActReceipt, ActRow, Dossier, LogLeaf
from corridor.dossier import Receipt, State, VerifiedAct, fold, verify_act
from corridor.notary import Envelope, PublicKey


@dataclass(frozen=True)
class Loaded:
    """A dossier's acts, its receipts, and what the fold says of them."""

    row: Dossier
    acts: tuple[VerifiedAct, ...]
    receipts: tuple[ActReceipt, ...]
    state: State
    unproven: tuple[str, ...] = ()  # acts certified by a State key that was revoked before they came here

    def entries(self) -> list[VerifiedAct | Receipt]:
        """What the fold was given."""
        return _entries(self.acts, self.receipts)

    @property
    def opening(self) -> VerifiedAct:
        """The act that opened it. Kept first, because nothing of a dossier is kept before it."""
        return next(act for act in self.acts if act.id == self.row.pk)


def keep(home: House, row: Dossier, act: VerifiedAct, *, own: bool, at: datetime) -> ActRow:
    """Insert one act and its log leaf. Call inside the act's transaction, which the vault key must precede.

    Raises `casework.dossier.moved` when another own act already follows the same one.
    """
    head = act.act.header
    try:
        kept = ActRow.objects.create(
            id=act.id,
            dossier=row,
            from_state=act.state,
            name=head.act,
            prev=head.prev or "",
            seen=list(head.seen),
            claimed=head.time,
            arrived=at,
            own=own,
            sealed=home.vault.seal(row.pk, f"act/{act.id}", act.envelope.to_json()),
        )
    except IntegrityError as error:
        raise CaseworkFault("casework.dossier.moved", count=1) from error
    LogLeaf.objects.get_or_create(leaf=act.id)
    needs = set(_needs(kept))
    incomplete = ActRow.objects.filter(pk__in=needs).count() < len(needs)
    changes: dict[str, object] = {"incomplete": True} if incomplete else {}
    Dossier.objects.filter(pk=row.pk).update(changed_at=at, **changes)
    return kept


def envelope(home: House, row: ActRow) -> Envelope:
    """The signed envelope of a kept act."""
    return Envelope.from_json(home.vault.open(row.dossier_id, f"act/{row.pk}", row.sealed))


def verified(home: House, signed: Envelope) -> VerifiedAct:
    """An act, checked with the State keys the directory holds, each good only in its own time."""
    return verify_act(signed, home.state_keys)


def load(home: House, row: Dossier, *, at: datetime | None = None) -> Loaded:
    """Read a dossier back and fold it as of now. Acts are verified again: the database is not taken at its word.

    A key revoked since takes no act out of the dossier: what came after the revocation is named in `unproven`.
    """
    rows = list(row.acts.order_by("arrived", "pk"))
    acts = tuple(verify_act(envelope(home, one), partial(_ever, home)) for one in rows)
    receipts = tuple(ActReceipt.objects.filter(act__dossier=row).order_by("received_at", "pk"))
    state = fold(_entries(acts, receipts), as_of=at or home.clock(), memory=home.folded.of(row.pk))
    unproven = [act.id for one, act in zip(rows, acts, strict=True) if _revoked(home, act, one.arrived)]
    return Loaded(row, acts, receipts, state, tuple(unproven))


def _ever(home: House, state: str) -> list[PublicKey]:
    """Every key a State ever signed with, whatever became of it."""
    return [record.key for record in home.state_keys(state)]


def _revoked(home: House, act: VerifiedAct, anchored: datetime) -> bool:
    """Whether the State key behind an act was no longer good when the act is first known to have existed."""
    for record in home.state_keys(act.state):
        if record.key.keyid == act.credential.certified_by and record.revoked_at is not None:
            return anchored >= record.revoked_at
    return False


def missing(row: Dossier) -> set[str]:
    """Ids that acts of a dossier name and that are not here."""
    rows = list(row.acts.all())
    have = {one.pk for one in rows}
    return {need for one in rows for need in _needs(one) if need not in have}


def _entries(acts: Iterable[VerifiedAct], receipts: Iterable[ActReceipt]) -> list[VerifiedAct | Receipt]:
    said = [Receipt(act_id=one.act_id, state=one.state, received_at=one.received_at) for one in receipts]
    return [*acts, *said]


def _needs(row: ActRow) -> Iterable[str]:
    return [*row.seen, row.prev] if row.prev else list(row.seen)


def effective(loaded: Loaded, act_id: str) -> bool:
    """Whether an act has effect; False for one that waits for its past."""
    outcome = loaded.state.outcomes.get(act_id)
    return outcome is not None and outcome.status == "effective"


def past(loaded: Loaded, seen: Iterable[str]) -> set[str]:
    """The named acts with everything they have seen."""
    by_id = {act.id: act.act.header for act in loaded.acts}
    found: set[str] = set()
    todo = [one for one in seen if one in by_id]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            head = by_id[one]
            todo += [need for need in (*head.seen, head.prev) if need is not None and need in by_id]
    return found
