"""Reads a national file: an authority's entries beside a dossier, opened, in the order of their chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from corridor.casework.house import House
from corridor.casework.models import Dossier, NationalEntry
from corridor.casework.models.national import PAYLOAD_TYPE
from corridor.notary import Envelope, canonical

HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class FileEntry:
    """One entry, opened. `content` is what was signed; `officer` the number of who signed it."""

    id: str
    kind: str
    at: datetime
    officer: str
    content: dict[str, Any]


def entries(home: House, row: Dossier, authority: str) -> tuple[FileEntry, ...]:
    """What `authority` wrote beside a dossier, after what those wrote who handed it over. Chains say the order."""
    found: list[FileEntry] = []
    for each in (*_before(row, authority), authority):
        found += _chain(home, row, each)
    return tuple(found)


def _chain(home: House, row: Dossier, authority: str) -> list[FileEntry]:
    kept = NationalEntry.objects.filter(dossier=row, authority__code=authority).select_related("officer")
    following = {one.prev: one for one in kept}
    own = {one.pk for one in kept}
    found: list[FileEntry] = []
    prev = next((one for one in following if one not in own), "")  # nothing, or the last of who had it before
    while prev in following:
        entry = following[prev]
        found.append(read(home, entry))
        prev = entry.pk
    return found


def _before(row: Dossier, authority: str) -> tuple[str, ...]:
    """Authorities that had the dossier before the one that has it, in the order they handed it over."""
    if row.home.code != authority:
        return ()
    handed = NationalEntry.objects.filter(dossier=row, kind=HANDED_OVER).exclude(authority__code=authority)
    return tuple(dict.fromkeys(handed.order_by("at", "pk").values_list("authority__code", flat=True)))


def read(home: House, entry: NationalEntry) -> FileEntry:
    """Open one entry. Raises CaseworkFault where the vault's key is gone or the row was altered."""
    data = home.vault.open(entry.dossier_id, f"national/{entry.pk}", entry.sealed)
    envelope = Envelope.from_json(data)
    assert envelope.payload_type == PAYLOAD_TYPE
    content: dict[str, Any] = canonical.loads(envelope.payload)["content"]
    return FileEntry(entry.pk, entry.kind, entry.at, entry.officer.number, content)


def end(found: Iterable[FileEntry]) -> str:
    """The id the next entry follows; empty where there is none yet."""
    last = ""
    for each in found:
        last = each.id
    return last
