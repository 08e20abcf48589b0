"""Drafts: what an officer is writing. Nothing here is an act; a draft leaves nobody's desk.

A drafter prepares and submits, a signatory reads, returns it with a remark or signs exactly the revision they read.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from corridor import dossier as dossiers
from corridor.casework import access, drafting, merging
from corridor.casework.access import Person
from corridor.casework.actions.acts import OPENING, sign_act
from corridor.casework.actions.results import MergedDraft, SavedDraft, SignedAct
from corridor.casework.fault import CaseworkFault, NotAllowed, NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Authority, Draft
from corridor.casework.queries.forms import missing
from corridor.casework.queries.pages import MissingRow

LIMIT = drafting.LIMIT


def save_draft(
    person: Person,
    *,
    kind: str,
    act: str,
    content: Mapping[str, Any],
    draft_id: str | None = None,
    dossier_id: str | None = None,
    revision: str | None = None,
) -> SavedDraft:
    """Keep a draft, sealed, and say what is missing from it.

    Content: to, basis, body, texts, conditions, reference, follows, case. With `revision` it is kept only in place of
    that one; `DraftMoved` carries the other's otherwise. What is written anew after it was submitted is being written
    again.
    """
    home = house()
    row = _own_row(person, kind, act, draft_id, dossier_id)
    at = home.clock()
    if row is None:
        name = secrets.token_hex(16)
        home.vault.make(f"draft-{name}")
        kept = drafting.Kept(dict(content)).stepped("written", person.number, at)
        data = drafting.sealed(home, name, kept)
        with transaction.atomic():
            row = Draft.objects.create(
                id=name,
                dossier_id=dossier_id,
                authority=Authority.objects.get(code=person.authority),
                author_id=person.officer_id,
                kind=kind,
                act=act,
                changed=at,
                sealed=data,
            )
        kept = replace(kept, revision=drafting.revision_of(data))
    else:
        kept = drafting.opened(home, row)
        if revision is not None and revision != kept.revision:
            raise drafting.moved(kept)
        kept = _written(home, person, row, kept, dict(content))
    return SavedDraft(row.pk, row.changed, _lacking(row, kept.content), kept.revision, kept.stage)


def merge_draft(
    person: Person,
    draft_id: str,
    *,
    kind: str,
    content: Mapping[str, Any],
    base: Mapping[str, str],
    settled: Mapping[str, str] | None = None,
) -> MergedDraft:
    """Keep what one officer typed together with what another did meanwhile.

    `base` holds the digests of what both began from (`merging.digests`). Fields both changed are given back as clashes
    and nothing is kept, until `settled` says `mine` or `theirs` for each.
    """
    home = house()
    row = access.draft(person, draft_id)
    if row.kind != kind or row.dossier_id is not None:
        raise NotFound
    for _ in range(3):
        kept = drafting.opened(home, row)
        found = merging.merge(base, content, kept.content, settled)
        if found.clashes:
            by = kept.last("written")
            return MergedDraft(
                draft_id, row.changed, kept.revision, kept.stage, found.content, found.taken, found.clashes,
                by.by if by else "",
            )  # fmt: skip
        try:
            fresh = _written(home, person, row, kept, found.content)
        except drafting.DraftMoved:
            row = access.draft(person, draft_id)  # a third hand, between reading and writing: once more
            continue
        by = kept.last("written")
        return MergedDraft(
            draft_id,
            row.changed,
            fresh.revision,
            fresh.stage,
            found.content,
            found.taken,
            (),
            by.by if by else "",
        )
    raise drafting.moved(drafting.opened(home, row))


def submit_draft(person: Person, draft_id: str, *, revision: str) -> SavedDraft:
    """Hand a draft to the signatories of the authority: exactly this revision. Raises DraftMoved."""
    home = house()
    row, kept = _seen(home, person, draft_id, revision)
    kept = replace(kept, stage=drafting.FOR_SIGNATURE, remark=None)
    kept = drafting.replace_row(
        home, row, kept.stepped("submitted", person.number, home.clock()), home.clock()
    )
    return SavedDraft(row.pk, row.changed, _lacking(row, kept.content), kept.revision, kept.stage)


def return_draft(
    person: Person, draft_id: str, *, revision: str, remark: str, language: str = "en"
) -> SavedDraft:
    """Give a draft back to its drafters with a remark. A signatory does. Raises `casework.draft.no-remark`."""
    home = house()
    row, kept = _seen(home, person, draft_id, revision)
    person.require("act.sign")
    if not remark.strip():
        raise CaseworkFault("casework.draft.no-remark")
    kept = replace(kept, stage=drafting.RETURNED, remark={"language": language, "text": remark.strip()})
    kept = drafting.replace_row(
        home, row, kept.stepped("returned", person.number, home.clock()), home.clock()
    )
    return SavedDraft(row.pk, row.changed, _lacking(row, kept.content), kept.revision, kept.stage)


def sign_draft(
    person: Person,
    draft_id: str,
    *,
    revision: str,
    secret: str,
    departures: Iterable[Mapping[str, Any]] = (),
    departure_reason: Mapping[str, str] | None = None,
) -> SignedAct:
    """Sign a request exactly as the revision holds it. Raises DraftMoved, and what `sign_act` raises."""
    home = house()
    row, kept = _seen(home, person, draft_id, revision)
    person.require("act.sign")
    if row.act != OPENING or row.dossier_id is not None:
        raise NotFound
    content = kept.content
    return sign_act(
        person,
        act=row.act,
        kind=row.kind,
        secret=secret,
        to=content.get("to") or {},
        basis=content.get("basis") or {},
        body=content.get("body") or {},
        texts=content.get("texts") or (),
        reference=str(content.get("reference") or ""),
        follows=content.get("follows") or None,
        case_id=content.get("case") or None,
        departures=departures,
        departure_reason=departure_reason,
        draft_id=draft_id,
        revision=revision,
    )


def discard_draft(person: Person, draft_id: str) -> None:
    """Delete a draft and destroy its key."""
    row = access.draft(person, draft_id)
    row.delete()
    house().vault.destroy(f"draft-{draft_id}")


def _own_row(
    person: Person, kind: str, act: str, draft_id: str | None, dossier_id: str | None
) -> Draft | None:
    """The row to write in, or None for a new one. Raises as every door does."""
    person.require("draft.write")
    if kind not in dossiers.REGISTRY or act not in dossiers.REGISTRY[kind].bodies:
        raise CaseworkFault("casework.act.unknown-act")
    if dossier_id is None and kind not in person.sends:
        raise NotAllowed("draft.write")
    if dossier_id is not None and access.own_dossier(person, dossier_id, "draft.write").kind != kind:
        raise NotFound
    if draft_id is None:
        return None
    row = access.draft(person, draft_id)
    if (row.kind, row.act, row.dossier_id) != (kind, act, dossier_id):
        raise NotFound
    return row


def _seen(home: House, person: Person, draft_id: str, revision: str) -> tuple[Draft, drafting.Kept]:
    row = access.draft(person, draft_id)
    kept = drafting.opened(home, row)
    if kept.revision != revision:
        raise drafting.moved(kept)
    return row, kept


def _written(
    home: House, person: Person, row: Draft, kept: drafting.Kept, content: dict[str, Any]
) -> drafting.Kept:
    """Keep new content; the same content again changes nothing, its revision least of all."""
    content.pop("desk", None)
    if content == kept.content:
        return kept
    stage = drafting.WRITING if kept.stage == drafting.FOR_SIGNATURE else kept.stage
    fresh = replace(kept, content=content, stage=stage).stepped("written", person.number, home.clock())
    return drafting.replace_row(home, row, fresh, home.clock())


def _lacking(row: Draft, content: Mapping[str, Any]) -> tuple[MissingRow, ...]:
    if row.act != OPENING:
        return ()
    instrument = str((content.get("basis") or {}).get("instrument") or "UNCC_2024")
    return missing(
        row.kind, instrument, content.get("body") or {}, content.get("texts") or [], house().clock()
    )
