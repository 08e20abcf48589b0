"""What a new request needs: the form of its body, the law's content items, whom one may ask, what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import access, drafting
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.house import house
from corridor.casework.models import Draft
from corridor.casework.queries.pages import DraftPage, DraftRow, FormPage, MissingRow
from corridor.casework.queries.papers import addressees_on_paper
from corridor.dossier import Text
from corridor.faults import Fault


def kinds(person: Person) -> tuple[str, ...]:
    """The kinds of request this person's authority sends."""
    return tuple(kind for kind in dossiers.REGISTRY if kind in person.sends)


def form_page(person: Person, kind: str, instrument: str = "UNCC_2024") -> FormPage:
    """The form of a request of a kind under an instrument, on today's law."""
    person.require("draft.write")
    if kind not in person.sends:
        raise NotAllowed("draft.write")
    home = house()
    try:
        form = law.form(kind, instrument, on=home.clock().date())
    except law.LawFault as error:
        raise CaseworkFault("casework.act.basis") from error
    return FormPage(
        kind=kind,
        instrument=instrument,
        schema=dossiers.schema(kind, "request"),
        contents=tuple(one.to_dict() for one in form.contents),
        grounds=tuple(one.to_dict() for one in form.grounds),
        known_rules=form.known,
        addressees=addressees(kind),
    )


def addressees(kind: str) -> tuple[dict[str, Any], ...]:
    """Authorities of other States that receive this kind, as the directory lists them; then those asked on paper."""
    home = house()
    found = []
    for state in home.directory.states():
        entry = home.directory.entry(state)
        if entry is None or state == home.state:
            continue
        found += [
            {
                "state": state,
                "names": dict(entry.names),
                "authority": office.code,
                "authority_names": dict(office.names),
            }
            for office in entry.authorities
            if kind in office.receives
        ]
    return (*found, *addressees_on_paper(home))


def missing(
    kind: str,
    instrument: str,
    body: Mapping[str, Any],
    texts: Iterable[Mapping[str, str]],
    at: datetime | None = None,
    confirmed: Collection[str] = (),
) -> tuple[MissingRow, ...]:
    """What the law named asks for and a body with its texts does not give. Called while an officer types."""
    on = (at or house().clock()).date()
    words = [
        Text(str(one.get("field", "")), str(one.get("language", "en")), str(one.get("text", "")))
        for one in texts
    ]
    try:
        rows = dossiers.missing(kind, instrument, body, on, words, confirmed)
    except law.LawFault as error:
        raise CaseworkFault("casework.act.basis") from error
    return tuple(MissingRow(one.item, one.ref, one.text, one.requirement) for one in rows)


def draft_rows(person: Person, dossier_id: str | None = None) -> tuple[DraftRow, ...]:
    """Drafts of the person's authority, newest first."""
    rows = access.drafts(person, dossier_id).select_related("author").order_by("-changed")
    return tuple(
        DraftRow(row.pk, row.dossier_id, row.kind, row.act, row.author.number, row.changed, _stage(row))
        for row in rows
    )


def _stage(row: Draft) -> str:
    """Sealed with the draft: the table does not say which request waits for a signature."""
    try:
        return drafting.opened(house(), row).stage
    except Fault:
        return drafting.WRITING  # one that cannot be opened says so when it is


def draft_page(person: Person, draft_id: str) -> DraftPage:
    """One draft, opened."""
    row = access.draft(person, draft_id)
    kept = drafting.opened(house(), row)
    content = kept.content
    instrument = str((content.get("basis") or {}).get("instrument") or "UNCC_2024")
    wanted = (
        missing(row.kind, instrument, content.get("body") or {}, content.get("texts") or [])
        if row.act == "request"
        else ()
    )
    return DraftPage(
        row.pk,
        row.dossier_id,
        row.kind,
        row.act,
        row.author.number,
        row.changed,
        content,
        wanted,
        kept.revision,
        kept.stage,
        dict(kept.remark) if kept.remark else None,
        tuple((each.what, each.by, each.at) for each in kept.steps),
    )
