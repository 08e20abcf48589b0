"""Drafts: what an officer is writing. Nothing here is an act; a draft leaves nobody's desk."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from corridor import dossier as dossiers
from corridor.casework import access
from corridor.casework.access import Person
from corridor.casework.actions.results import SavedDraft
from corridor.casework.fault import CaseworkFault, NotAllowed, NotFound
from corridor.casework.house import house
from corridor.casework.models import Authority, Draft
from corridor.casework.queries.forms import missing
from corridor.notary import canonical

LIMIT = 1024 * 1024


def save_draft(
    person: Person,
    *,
    kind: str,
    act: str,
    content: Mapping[str, Any],
    draft_id: str | None = None,
    dossier_id: str | None = None,
) -> SavedDraft:
    """Keep a draft, sealed, and say what is missing from it.

    Content: to, basis, body, texts, conditions, reference, follows.
    """
    person.require("draft.write")
    home = house()
    if kind not in dossiers.REGISTRY or act not in dossiers.REGISTRY[kind].bodies:
        raise CaseworkFault("casework.act.unknown-act")
    if dossier_id is None and kind not in person.sends:
        raise NotAllowed("draft.write")
    if dossier_id is not None and access.own_dossier(person, dossier_id, "draft.write").kind != kind:
        raise NotFound
    data = canonical.dumps(dict(content))
    if len(data) > LIMIT:
        raise CaseworkFault("casework.draft.too-large", limit=LIMIT)
    at = home.clock()
    if draft_id is None:
        name = secrets.token_hex(16)
        home.vault.make(f"draft-{name}")
        with transaction.atomic():
            row = Draft.objects.create(
                id=name,
                dossier_id=dossier_id,
                authority=Authority.objects.get(code=person.authority),
                author_id=person.officer_id,
                kind=kind,
                act=act,
                changed=at,
                sealed=home.vault.seal(f"draft-{name}", "content", data),
            )
    else:
        row = access.draft(person, draft_id)
        if (row.kind, row.act, row.dossier_id) != (kind, act, dossier_id):
            raise NotFound
        row.changed, row.sealed = at, home.vault.seal(f"draft-{row.pk}", "content", data)
        row.save(update_fields=["changed", "sealed"])
    instrument = str((content.get("basis") or {}).get("instrument") or "UNCC_2024")
    body, texts = content.get("body") or {}, content.get("texts") or []
    wanted = missing(kind, instrument, body, texts, home.clock()) if act == "request" else ()
    return SavedDraft(row.pk, at, wanted)


def discard_draft(person: Person, draft_id: str) -> None:
    """Delete a draft and destroy its key."""
    row = access.draft(person, draft_id)
    row.delete()
    house().vault.destroy(f"draft-{draft_id}")
