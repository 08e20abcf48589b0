"""Paper: the book of States without a node, what was sent to them by post, and their answers entered with the scan."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from corridor import dossier as dossiers
from corridor.casework import access, papers, store
from corridor.casework.access import Person
from corridor.casework.actions import acts, national
from corridor.casework.actions.results import Entered
from corridor.casework.actions.signing import open_key
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import house
from corridor.casework.models import ActRow, PaperLetter, PaperPeer, PaperScan
from corridor.dossier import Attachment, Condition, Party, Text
from corridor.dossier.on_paper import RECEIVED, SCAN
from corridor.notary import canonical

SCAN_MOST: Final = 16 * 1024 * 1024  # bytes; a paper of more pages goes into an evidence package
CHANNELS: Final = ("diplomatic", "courier", "post", "registered_post", "email", "fax", "by_hand", "other")
ENTRY: Final = "paper_received"
#: How a scan begins: what is kept is never shown or converted here, so the kind is only told.
KINDS: Final = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"II*\0": "tif",
    b"MM\0*": "tif",
}
_STATE: Final = re.compile(r"[A-Z]{3}")
_CODE: Final = re.compile(r"[A-Z]{3}-[A-Z0-9-]{1,24}")


def save_paper_peer(person: Person, *, state: str, authority: str, name: str, address: str) -> str:
    """Write an authority of a State without a node into the book, or change its name and address. Returns its code.

    Raises `casework.paper.peer` for what is no State or authority, `casework.paper.has-node` where letters reach it.
    """
    person.require("paper.peers")
    home = house()
    state, authority, name = state.strip().upper(), authority.strip().upper(), " ".join(name.split())
    known = _STATE.fullmatch(state) and _CODE.fullmatch(authority) and authority.startswith(f"{state}-")
    if not known or state == home.state or not 0 < len(name) <= 300 or len(address) > 1000:
        raise CaseworkFault("casework.paper.peer")
    if not papers.without_node(home, state):
        raise CaseworkFault("casework.paper.has-node", state=state)
    PaperPeer.objects.update_or_create(
        state=state,
        authority=authority,
        defaults={
            "name": name,
            "address": address.replace("\r\n", "\n").strip(),
            "changed": home.clock(),
            "officer_id": person.officer_id,
        },
    )
    return authority


def mark_paper_sent(person: Person, paper_id: str, *, day: str, channel: str, tracking: str = "") -> None:
    """Say that a paper went out: on which day, by which channel, under which tracking reference. Once.

    Raises `casework.paper.sent-already`, `casework.act.body` with the place.
    """
    row = access.paper(person, paper_id, "paper.send")
    home = house()
    if channel not in CHANNELS:
        raise CaseworkFault("casework.act.body", place="channel")
    if _day(day, "day") > home.clock().astimezone(UTC).date():
        raise CaseworkFault("casework.act.body", place="day")
    if len(tracking) > 200:
        raise CaseworkFault("casework.act.body", place="tracking")
    told = canonical.dumps({"day": day, "channel": channel, "tracking": tracking.strip()})
    sealed = home.vault.seal(row.act.dossier_id, f"paper/{row.pk}/sent", told)
    changed = PaperLetter.objects.filter(pk=row.pk, sent=None).update(
        sent=home.clock(), sent_by=person.officer_id, details=sealed
    )
    if not changed:
        raise CaseworkFault("casework.paper.sent-already")


def receive_paper(
    person: Person,
    dossier_id: str,
    *,
    state: str,
    scan: bytes,
    received: str,
    secret: str,
    seen: Sequence[str],
    act: str = "",
    body: Mapping[str, Any] | None = None,
    texts: Iterable[Mapping[str, str]] = (),
    conditions: Iterable[Mapping[str, str]] = (),
    dated: str = "",
    reference: str = "",
) -> Entered:
    """Enter a paper of a member without a node: its scan, sealed, an entry of the national file, and the act it is.

    With `act` the dossier moves as if that State had signed it, flagged to every member (spec/act.md 11). Without it
    the paper is only filed: it fits no act that State could do now. One transaction.
    Raises NotFound, NotAllowed, Moved, CaseworkFault, DraftFault; nothing is kept then.
    """
    home = house()
    loaded = acts.as_seen(home, person, dossier_id, seen)
    kind = _kind(scan)
    digest = hashlib.sha256(scan).hexdigest()
    on = {"received": _day(received, "received").isoformat()}
    if dated:
        on["dated"] = _day(dated, "dated").isoformat()
    if reference.strip():
        on["reference"] = reference.strip()[:400]
    if state not in {member.state for member in loaded.state.members} - {home.state}:
        raise CaseworkFault("casework.act.body", place="state")
    opened = open_key(home, person, secret)
    at = home.clock().astimezone(UTC).replace(microsecond=0)
    signed, posted, on_paper = None, [], []
    if act:
        made = dossiers.following(
            loaded.state,
            RECEIVED,
            sender=Party(home.state, person.authority),
            credential=opened.credential,
            time=at,
            body={"state": state, "act": act, "body": dict(body or {}), "scan": digest, **on},
            texts=tuple(
                Text(str(row["field"]), str(row.get("language") or "en"), str(row["text"]))
                for row in texts
                if row.get("text")
            ),
            attachments=(Attachment(digest, len(scan), SCAN),),
            conditions=tuple(Condition(str(one["id"]), str(one["code"])) for one in conditions),
        )
        signed = acts.signed_act(home, made, opened, loaded, at)
        on_paper = papers.prepare(home, signed, opened.key, loaded)
        itself = (
            {state} if papers.without_node(home, state) else set()
        )  # its own paper is not sent back to it
        posted = acts.letters(home, signed, papers.states(on_paper) | itself)
    name, row = secrets.token_hex(16), loaded.row

    def keep(moment: datetime) -> None:
        kept: ActRow | None = None
        if signed is not None:
            kept = store.keep(home, row, signed, own=True, at=home.clock())
            acts.post(kept, posted, moment)
            papers.keep(home, kept, on_paper, moment)
        PaperScan.objects.create(
            id=name,
            dossier=row,
            act=kept,
            kept=moment,
            size=len(scan),
            sealed=home.vault.seal(row.pk, f"scan/{name}", scan),
        )

    told = {"state": state, "scan": name, "digest": digest, "size": len(scan), "form": kind, **on}
    if signed is not None:
        told |= {"act": signed.id, "name": act}
    entered = national.enter(person, row, ENTRY, told, secret, keep, opened=opened)
    home.wake()
    return entered


def _kind(scan: bytes) -> str:
    """What the scan is, by how it begins. Raises `casework.paper.scan`, `casework.paper.scan-too-large`."""
    if len(scan) > SCAN_MOST:
        raise CaseworkFault("casework.paper.scan-too-large", limit=SCAN_MOST // (1024 * 1024))
    found = next((kind for start, kind in KINDS.items() if scan.startswith(start)), None)
    if found is None:
        raise CaseworkFault("casework.paper.scan")
    return found


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CaseworkFault("casework.act.body", place=place) from None
