"""The national file: minutes and internal decisions. Signed by an officer, logged, chained, never sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from corridor.casework import access, national
from corridor.casework.access import Person
from corridor.casework.actions import entries
from corridor.casework.actions.results import Entered
from corridor.casework.actions.signing import Opened
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import house
from corridor.casework.models import Authority, Dossier, NationalEntry, Package, PackageGrant
from corridor.casework.models.national import PAYLOAD_TYPE
from corridor.casework.national import FileEntry
from corridor.notary import canonical

LIMIT = 1024 * 1024


def record_minute(person: Person, dossier_id: str, *, text: str, language: str, secret: str) -> Entered:
    """Write a minute into the person's authority's own file beside a dossier."""
    row = access.dossier(person, dossier_id, "national.write")
    if not text.strip():
        raise CaseworkFault("casework.national.empty")
    return enter(person, row, "minute", {"text": text, "language": language}, secret)


def make_available(person: Person, dossier_id: str, *, authority: str, secret: str) -> Entered:
    """Let another authority of this State read a dossier, and open its evidence through its own custodians.

    It is a signed entry of the national file; it gives no right to act in the dossier.
    """
    row = access.own_dossier(person, dossier_id, "dossier.make-available")
    other = Authority.objects.filter(code=authority).exclude(pk=row.home_id).first()
    if other is None:
        raise CaseworkFault("casework.people.authority", code_given=authority)

    def effect(at: datetime) -> None:
        row.made_available.add(other)

    return enter(person, row, "made_available", {"authority": authority}, secret, effect)


def enter(
    person: Person,
    row: Dossier,
    kind: str,
    content: Mapping[str, Any],
    secret: str,
    effect: Callable[[datetime], None] | None = None,
    *,
    seen: tuple[FileEntry, ...] | None = None,
    opened: Opened | None = None,
) -> Entered:
    """Sign one entry of the person's authority's own file. The caller has passed the door (`access`).

    `seen`: the file as it was judged; if a colleague wrote since, `casework.national.moved`. `effect` runs in the
    entry's transaction. Raises CaseworkFault `casework.national.too-large`, and what `entries.sign` raises.
    """
    if len(canonical.dumps(dict(content))) > LIMIT:
        raise CaseworkFault("casework.national.too-large", limit=LIMIT)

    def keep(entry: entries.Entry) -> None:
        NationalEntry.objects.create(
            id=entry.id,
            dossier=row,
            authority=Authority.objects.get(code=person.authority),
            officer_id=person.officer_id,
            kind=kind,
            prev=entry.prev,
            at=entry.at,
            sealed=entry.home.vault.seal(row.pk, f"national/{entry.id}", entry.envelope.to_json()),
        )
        if effect is not None:
            effect(entry.at)

    def prev() -> str:
        if seen is not None:
            return national.end(seen)
        return entries.end(NationalEntry.objects.filter(dossier=row, authority__code=person.authority))

    entry = entries.sign(
        person,
        form="national/1",
        payload_type=PAYLOAD_TYPE,
        kind=kind,
        content=dict(content),
        secret=secret,
        prev=prev,
        keep=keep,
        about={"dossier": row.pk},
        opened=opened,
    )
    return Entered(entry.id, row.pk)


def own_file(person: Person, row: Dossier) -> tuple[FileEntry, ...]:
    """The file as it stands, for an action that judges it before it writes into it."""
    return national.entries(house(), row, person.authority)


def grant(package: Package, authority: Authority, at: datetime) -> None:
    """Note that an authority may open a package: it holds a wrap for its custodian."""
    PackageGrant.objects.get_or_create(package=package, authority=authority, defaults={"since": at})
