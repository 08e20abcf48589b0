"""Acts for a State without a node: who such a State is, the signed PDF it is sent, and the row that waits for a person.

The PDF is made with the officer's key, which is open for the act only; so it exists before the act's transaction and is
kept, sealed, within it. Sending is a person's work: nothing here reaches a post office.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import ActRow, Authority, PaperLetter, PaperPeer
from corridor.casework.store import Loaded
from corridor.dossier import Member, VerifiedAct
from corridor.dossier.on_paper import MARK, RECEIVED
from corridor.dossier.paper import content, setting, signature
from corridor.notary import Envelope, SigningKey


@dataclass(frozen=True)
class Paper:
    """One act as a PDF for one State, about to be kept."""

    state: str
    pdf: bytes = field(repr=False)


def without_node(home: House, state: str) -> bool:
    """Whether letters cannot reach a State: the directory does not list it, or lists no letter recipient."""
    peer = home.peer(state)
    return peer is None or not peer.letter_recipients


def addressee(home: House, to: Mapping[str, str], kind: str) -> Member:
    """The requested State as the opening act names it. Raises `casework.act.addressee`.

    Either an authority of the directory that receives this kind, or one of the paper peers' book for a State without
    a node; that mark is what lets papers of that State be entered later (spec/act.md 11).
    """
    state, authority = to.get("state", ""), to.get("authority", "")
    entry = home.directory.entry(state) if state != home.state else None
    office = entry.authority(authority) if entry is not None else None
    on_paper = without_node(home, state)
    if office is not None and kind in office.receives:
        return Member(state, authority, "requested", {MARK: True} if on_paper else {})
    row = PaperPeer.objects.filter(state=state, authority=authority).first()
    if state == home.state or row is None or not on_paper:
        raise CaseworkFault("casework.act.addressee")
    return Member(state, authority, "requested", {MARK: True, "name": row.name, "address": row.address})


def prepare(home: House, act: VerifiedAct, key: SigningKey, loaded: Loaded | None) -> list[Paper]:
    """The PDF for each member without a node, signed. Empty where every member has one."""
    opening = act if loaded is None else loaded.opening
    members = opening.act.header.members if loaded is None else loaded.state.members
    found = []
    for member in members:
        if member.state == home.state or member.extra.get(MARK) is not True:
            continue
        if not without_node(home, member.state):
            continue  # it has a node by now: the act goes to it as a letter
        if act.act.header.act == RECEIVED and act.act.body.get("state") == member.state:
            continue  # its own paper, entered here, is not sent back to it
        found.append(Paper(member.state, _pdf(home, act, opening, member, key)))
    return found


def keep(home: House, act: ActRow, papers: Iterable[Paper], at: datetime) -> None:
    """Write the papers down, sealed, inside the act's transaction."""
    for paper in papers:
        name = secrets.token_hex(16)
        PaperLetter.objects.create(
            id=name,
            act=act,
            state=paper.state,
            made=at,
            sealed=home.vault.seal(act.dossier_id, f"paper/{name}", paper.pdf),
        )


def states(papers: Sequence[Paper]) -> frozenset[str]:
    """The States these papers are for."""
    return frozenset(paper.state for paper in papers)


def _pdf(home: House, act: VerifiedAct, opening: VerifiedAct, member: Member, key: SigningKey) -> bytes:
    head, basis = act.act.header, opening.act.header.basis
    own = home.directory.signed_entry(home.state)
    assert basis is not None  # every opening act names one
    said = content.content(
        act,
        content.Names(
            sender=_sender(home, head.sender.authority),
            to=(_recipient(home, member),),
            states=_names(home),
        ),
        basis=(basis.instrument, basis.provision),
        on=opening.act.header.time,
        reference=head.reference.own or "",
        theirs=head.reference.theirs or "",
        boxes=[each.field for each in act.act.texts if not setting.drawable(each.text)],
    )
    return signature.sign(setting.pdf(said), act, key, None if own is None else Envelope.from_json(own))


def _sender(home: House, authority: str) -> content.Party:
    row = Authority.objects.filter(code=authority).first()
    entry = home.directory.entry(home.state)
    point = entry.contact_point if entry is not None else None
    lines = [] if point is None else [each for each in (point.phone, point.email) if each]
    return content.Party(
        home.state,
        _name(entry.names if entry is not None else {}, home.state),
        authority,
        _name(row.names if row is not None else {}, authority),
        tuple(lines),
    )


def _recipient(home: House, member: Member) -> content.Party:
    entry = home.directory.entry(member.state)
    office = entry.authority(member.authority) if entry is not None else None
    named = str(member.extra.get("name") or "")
    return content.Party(
        member.state,
        _name(entry.names if entry is not None else {}, member.state),
        member.authority,
        _name(office.names, member.authority) if office is not None else named or member.authority,
        (str(member.extra.get("address") or ""),),
    )


def _names(home: House) -> dict[str, str]:
    found = {}
    for state in home.directory.states():
        entry = home.directory.entry(state)
        if entry is not None:
            found[state] = _name(entry.names, state)
    return found


def _name(names: Mapping[str, str], code: str) -> str:
    return names.get("en") or next(iter(names.values()), code)
