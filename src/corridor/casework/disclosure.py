"""The one gate evidence leaves by. Asking to preserve never passes here; handing over always does.

Closed by doubt about who asks or whether it is authorised: a fork, a key or log alarm, a directory entry that is
unknown or too old, a missing custodian, the same pair of eyes twice. A silent registry alone does not close it while
the receiving State's entry is fresh (DESIGN, idea 5). Whether an execution with a domestic measure came before, and
whether conditions stand in the way, is the fold's answer about the act itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from corridor import dossier as dossiers
from corridor.casework import store
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import Officer, PeerState, Role
from corridor.dossier import Member, VerifiedAct
from corridor.dossier.on_paper import marked

DELIVER = "deliver"
CONFIRM = "confirm"
EXECUTE = "execute"
SENT, RECEIVED = "sent", "received"


def statement(kind: str, act: str) -> str | None:
    """The custody statement an act of a kind makes: `sent`, `received`, or none at all."""
    known = dossiers.REGISTRY.get(kind)
    if known is None or act not in known.bodies:
        return None
    return SENT if act in known.handing else RECEIVED if act == CONFIRM else None


def receivers(loaded: store.Loaded, by: str, wanted: Collection[str] = ()) -> tuple[str, ...]:
    """The States whose custodians get what a State hands over now, of those `wanted` if any are named."""
    kind, state = dossiers.REGISTRY[loaded.row.kind], loaded.state
    found = kind.receivers(state.facts, by)
    if found is None:
        found = reached(state.members, by)
    return tuple(one for one in found if not wanted or one in wanted)


def reached(members: Iterable[Member], by: str) -> tuple[str, ...]:
    """The other members; without those on paper, to whom nothing can be wrapped, where any has a node."""
    others = tuple(member for member in members if member.state != by)
    on_paper = marked(others)
    return tuple(one.state for one in others if one.state not in on_paper) or tuple(
        one.state for one in others
    )


def given_to(act: VerifiedAct) -> tuple[str, ...]:
    """The States a signed hand-over was for: those it names, or every addressee."""
    named = act.act.body.get("to")
    rows = named if isinstance(named, list | tuple) else [party.state for party in act.act.header.to]
    return tuple(str(one) for one in rows)


def closed_by(home: House, loaded: store.Loaded, person: Person | None, at: datetime) -> tuple[str, ...]:
    """Codes of everything that keeps the gate shut for this dossier now; empty when it is open."""
    codes: list[str] = []
    if loaded.state.disclosure_stopped:
        codes.append("casework.disclosure.stopped")
    if loaded.unproven:
        codes.append("casework.disclosure.unproven")
    for state in reached(loaded.state.members, home.state):
        standing = home.directory.standing(state, at)
        if not standing.disclosure and standing.reason is not None:
            codes.append(standing.reason.code)
        peer = PeerState.objects.filter(state=state).first()
        if peer is not None and peer.alarm:
            codes.append(peer.alarm)
    if person is not None and _same_eyes(home, loaded, person):
        codes.append("casework.disclosure.four-eyes")
    return tuple(codes)


def gate(home: House, loaded: store.Loaded, person: Person, at: datetime) -> None:
    """Raise `casework.disclosure.closed` with the first reason unless evidence may be handed over now."""
    codes = closed_by(home, loaded, person, at)
    if codes:
        raise CaseworkFault("casework.disclosure.closed", reason=codes[0], count=len(codes))


def _same_eyes(home: House, loaded: store.Loaded, person: Person) -> bool:
    """Whether the officer who executed would also deliver, where the node asks for two."""
    if home.four_eyes == "off":
        return False
    if home.four_eyes == "auto":
        signatories = Officer.objects.filter(
            authority__code=person.authority, role=Role.SIGNATORY, disabled_at=None
        ).count()
        if signatories < 2:
            return False
    executed = [
        act.credential.number
        for act in loaded.acts
        if act.state == home.state and act.act.header.act == EXECUTE
    ]
    return bool(executed) and executed[-1] == person.number
