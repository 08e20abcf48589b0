"""Who holds a dossier, who held it, and how a State that is let in later comes to hold it too.

The fold decides who is a member; the row of the dossier repeats it, so that a question of a peer needs no fold. A State
that was let in is told by those whose signatures let it in: each sends its own last `amend_members`, and the new
member fetches everything before it by id. A State that left keeps what it had and gets what is addressed to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from corridor import dossier as dossiers
from corridor.casework import mail, store
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActRow, Dossier, OutboxLetter
from corridor.dossier import Header, Party, VerifiedAct

AMEND = "amend_members"


def columns(head: Header) -> dict[str, Any]:
    """What a dossier's row says of the States in its opening act. Of several States asked, the first."""
    return {
        "kind": head.kind,
        "requesting": next(one.state for one in head.members if one.role == "requesting"),
        "requested": next(one.state for one in head.members if one.role == "requested"),
        "members": [one.state for one in head.members],
    }


def was(row: Dossier, state: str) -> bool:
    """Whether a State holds the dossier or has held it: what it signed before it left is still taken in."""
    return state in row.members or row.acts.filter(from_state=state).exists()


def may_fetch(home: House, act: ActRow, state: str) -> bool:
    """Whether an act is a State's to have: every one a member's, and to a State that left those addressed to it."""
    if state in act.dossier.members:
        return True
    if not was(act.dossier, state):
        return False
    addressed = dossiers.decode(store.envelope(home, act).payload).header.to
    return act.from_state == state or any(party.state == state for party in addressed)


def named_here(home: House, act: VerifiedAct) -> Party | None:
    """The authority of this State an act is for: an addressee, or one a list of members lets in. None: neither."""
    head = act.act.header
    for party in head.to:
        if party.state == home.state:
            return party
    if head.act == AMEND:
        rows = act.act.body.get("members")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and row.get("state") == home.state:
                return Party(home.state, str(row.get("authority", "")))
    return None


def states_in(opening: VerifiedAct, naming: VerifiedAct) -> tuple[str, ...]:
    """The States to ask for what lies between an opening act and a later one: those the two name."""
    head, rows = naming.act.header, naming.act.body.get("members")
    listed = [one for one in rows if isinstance(one, Mapping)] if isinstance(rows, list) else []
    found = (
        *(member.state for member in opening.act.header.members),
        naming.state,
        *(party.state for party in head.to),
        *(str(one.get("state", "")) for one in listed if head.act == AMEND),
    )
    return tuple(dict.fromkeys(found))


def settle(home: House, row: Dossier, at: datetime) -> None:
    """Repeat in the row who the fold says holds it, and tell whom that lets in. Repeating it changes nothing."""
    kind = dossiers.REGISTRY.get(row.kind)
    if not (kind is not None and kind.several) and not row.acts.filter(name=AMEND).exists():
        return
    loaded = store.load(home, row)
    if loaded.state.status is None or loaded.state.waiting:
        return  # not all is here; the acts that come next bring it back
    members = [one.state for one in loaded.state.members]
    before = set(Dossier.objects.values_list("members", flat=True).get(pk=row.pk))
    if members != row.members:
        Dossier.objects.filter(pk=row.pk).update(members=members)
        row.members = members
    opened_with = {one.state for one in loaded.opening.act.header.members}
    own = [
        act
        for act in loaded.acts
        if act.state == home.state and act.act.header.act == AMEND and store.effective(loaded, act.id)
    ]
    for state in set(members) - opened_with - {home.state}:
        if own and (state not in before or not _told(row, state)):
            _tell(home, row, own[-1], state, at)


def _told(row: Dossier, state: str) -> bool:
    return OutboxLetter.objects.filter(act__dossier=row, state=state).exists()


def _tell(home: House, row: Dossier, act: VerifiedAct, state: str, at: datetime) -> None:
    if OutboxLetter.objects.filter(act_id=act.id, state=state).exists():
        return
    try:
        letter, raw = mail.sealed(home, act, state)
        with transaction.atomic():
            mail.post(ActRow.objects.get(pk=act.id), letter, raw, at)
    except (IntegrityError, CaseworkFault):
        return  # told by another process between the two looks; or no node is known there yet, and the next act tries
    home.wake()
