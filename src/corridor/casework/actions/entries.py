"""Signs an entry of a file this State keeps for itself: one officer, one chain, one log leaf, one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from corridor.casework import restored, sequencer
from corridor.casework.access import Person
from corridor.casework.actions.signing import Opened, open_key
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House, house
from corridor.casework.models import LogLeaf
from corridor.notary import Envelope, canonical, dsse, instant


@dataclass(frozen=True)
class Entry:
    """A signed entry, about to be kept. Its id is its envelope's."""

    home: House
    envelope: Envelope
    prev: str
    at: datetime

    @property
    def id(self) -> str:
        return self.envelope.id


def sign(
    person: Person,
    *,
    form: str,
    payload_type: str,
    kind: str,
    content: dict[str, Any],
    secret: str,
    prev: Callable[[], str],
    keep: Callable[[Entry], None],
    about: dict[str, str] | None = None,
    opened: Opened | None = None,
) -> Entry:
    """Sign `content` with the person's own key after the entry `prev`, and keep it with its log leaf.

    `keep` inserts the row and runs inside the transaction; `opened` is the key where it is open already. Raises
    CaseworkFault `casework.national.moved` when another entry already follows the same one, and what
    `restored.check` and `open_key` raise.
    """
    home = house()
    restored.check()
    opened = opened or open_key(home, person, secret)
    at = home.clock().astimezone(UTC).replace(microsecond=0)
    last = prev()
    payload = canonical.dumps(
        {
            "corridor": form,
            **(about or {}),
            "state": home.state,
            "authority": person.authority,
            "credential": opened.credential.to_dict(),
            "kind": kind,
            "content": content,
            "prev": last,
            "time": instant.to_text(at),
            "salt": secrets.token_hex(32),
        }
    )
    entry = Entry(home, dsse.sign(payload_type, payload, opened.key), last, at)
    try:
        with transaction.atomic():
            keep(entry)
            LogLeaf.objects.create(leaf=entry.id)
    except IntegrityError as error:
        raise CaseworkFault("casework.national.moved") from error
    sequencer.run(home)
    return entry


def end(chain: QuerySet[Any]) -> str:
    """The id of the last entry of a chain; empty where there is none yet."""
    followed = set(chain.values_list("prev", flat=True))
    ends = [id for id in chain.values_list("id", flat=True) if id not in followed]
    return ends[0] if ends else ""
