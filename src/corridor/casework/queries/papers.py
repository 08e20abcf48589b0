"""What went out on paper and came in on paper, for a person who may read the dossier it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from corridor import dossier as dossiers
from corridor.casework import access, national, papers, store
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.casework.house import House, house
from corridor.casework.models import PaperLetter, PaperPeer
from corridor.dossier.on_paper import marked
from corridor.dossier.paper import readback
from corridor.exchange import Sender, sign_letter
from corridor.notary import canonical

ENTRY = "paper_received"


@dataclass(frozen=True)
class PaperRow:
    """One act on paper for one State. `day`, `channel` and `tracking` are what a person said when it went."""

    id: str
    act: str
    name: str
    state: str
    made: datetime
    code: str
    sent: datetime | None
    day: str = ""
    channel: str = ""
    tracking: str = ""


@dataclass(frozen=True)
class ScanRow:
    """One paper received: its entry of the national file, and its scan."""

    id: str
    state: str
    received: str
    dated: str
    reference: str
    size: int
    name: str  # the act it stands for; empty where it was only filed
    officer: str
    at: datetime


@dataclass(frozen=True)
class Papers:
    """The paper side of a dossier. `states`: its members without a node; `asked`: each with its authority's name."""

    states: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    out: tuple[PaperRow, ...]
    received: tuple[ScanRow, ...]


@dataclass(frozen=True)
class EnterPage:
    """What an officer may enter for a member without a node now, and the heads the page was made from."""

    state: str
    acts: tuple[str, ...]
    schema: dict[str, Any] | None
    heads: tuple[str, ...]


@dataclass(frozen=True)
class PeerRow:
    """An authority of a State without a node, as the book has it. `has_node`: letters reach that State by now."""

    state: str
    authority: str
    name: str
    address: str
    has_node: bool


def papers_of(person: Person, dossier_id: str) -> Papers:
    """Raises NotFound."""
    home = house()
    row = access.dossier(person, dossier_id)
    rows = PaperLetter.objects.filter(act__dossier=row).select_related("act").order_by("state")
    own = row.home.code == person.authority and person.may("national.read")
    received = []
    if own:
        for entry in national.entries(home, row, person.authority):
            if entry.kind == ENTRY:
                told = entry.content
                received.append(
                    ScanRow(
                        id=told["scan"],
                        state=told["state"],
                        received=told["received"],
                        dated=told.get("dated", ""),
                        reference=told.get("reference", ""),
                        size=told["size"],
                        name=told.get("name", ""),
                        officer=entry.officer,
                        at=entry.at,
                    )
                )
    loaded = store.load(home, row)
    place = {act: number for number, act in enumerate(loaded.state.order)}
    opening = loaded.opening.act.header.members
    states = marked(opening)
    asked = tuple((one.state, str(one.extra.get("name") or "")) for one in opening if one.state in states)
    return Papers(
        states,
        asked,
        tuple(
            _paper_row(home, one) for one in sorted(rows, key=lambda one: place.get(one.act_id, len(place)))
        ),
        tuple(received),
    )


def _paper_row(home: House, row: PaperLetter) -> PaperRow:
    told: dict[str, str] = {}
    if row.details is not None:
        told = canonical.loads(home.vault.open(row.act.dossier_id, f"paper/{row.pk}/sent", row.details))
    return PaperRow(
        row.pk, row.act_id, row.act.name, row.state, row.made, readback.code(row.act_id), row.sent, **told
    )


def paper_file(person: Person, paper_id: str) -> tuple[str, bytes]:
    """The signed PDF, with a name to save it under. Raises NotFound."""
    row = access.paper(person, paper_id, "dossier.read")
    data = house().vault.open(row.act.dossier_id, f"paper/{row.pk}", row.sealed)
    return f"{row.state}-{readback.code(row.act_id)}.pdf", data


def scan_file(person: Person, scan_id: str) -> tuple[str, bytes]:
    """The scan of a paper received, as it was given. Raises NotFound."""
    row = access.scan(person, scan_id)
    data = house().vault.open(row.dossier_id, f"scan/{row.pk}", row.sealed)
    return f"received-{row.pk[:8]}", data


def courier_file(person: Person, act_id: str, state: str) -> tuple[str, bytes]:
    """An act that waits for a State with a node, as a file to carry by hand (spec/letter.md 3). Raises NotFound."""
    row = access.letters(person, "paper.send").filter(act_id=act_id, state=state, done=None).first()
    if row is None:
        raise NotFound
    home = house()
    signed = sign_letter(
        bytes(row.raw),
        letter_id=row.pk,
        sender=Sender(home.state, home.request_key),
        to_state=row.state,
        at=home.clock(),
    )
    return f"{row.state}-{row.pk[:8]}.corridor-letter", signed.to_bytes()


def enter_page(person: Person, dossier_id: str, state: str = "", act: str = "") -> EnterPage:
    """What a paper of `state` may stand for now. Raises NotFound."""
    home = house()
    row = access.own_dossier(person, dossier_id, "act.sign")
    folded = store.load(home, row).state
    chosen = state or next(iter(marked(folded.members)), "")
    acts = tuple(
        name for name in folded.answers_on_paper(chosen) if name in dossiers.REGISTRY[row.kind].bodies
    )
    schema = dossiers.schema(row.kind, act) if act in acts else None
    return EnterPage(chosen, acts, schema, tuple(folded.heads))


def paper_peers(person: Person) -> tuple[PeerRow, ...]:
    """The book of States without a node."""
    person.require("dossier.read")
    home = house()
    return tuple(
        PeerRow(one.state, one.authority, one.name, one.address, not papers.without_node(home, one.state))
        for one in PaperPeer.objects.order_by("state", "authority")
    )


def addressees_on_paper(home: House) -> list[dict[str, Any]]:
    """The book as a request offers it, beside the directory's authorities; without States that have a node by now."""
    return [
        {
            "state": one.state,
            "names": {"en": one.state},
            "authority": one.authority,
            "authority_names": {"en": one.name},
            "paper": True,
        }
        for one in PaperPeer.objects.order_by("state", "authority")
        if papers.without_node(home, one.state)
    ]


def delivery(acts: Iterable[str]) -> dict[str, str]:
    """How acts on paper stand: `paper` (to be sent) or `paper-sent`, by act id; acts without a paper are not named."""
    found: dict[str, str] = {}
    for act, sent in PaperLetter.objects.filter(act_id__in=list(acts)).values_list("act_id", "sent"):
        found[act] = "paper" if sent is None or found.get(act) == "paper" else "paper-sent"
    return found
