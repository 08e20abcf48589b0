"""The national file: minutes, measures and internal decisions. Signed by an officer, logged, chained, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridor import law
from corridor.casework import access
from corridor.casework.access import Person
from corridor.casework.actions import entries
from corridor.casework.actions.results import Entered
from corridor.casework.fault import CaseworkFault
from corridor.casework.models import Authority, Dossier, NationalEntry, Package, PackageGrant
from corridor.casework.models.national import PAYLOAD_TYPE

Day = date
_Line = Annotated[str, Field(min_length=1, max_length=400)]


class Measure(BaseModel):
    """A domestic measure by its codes. `kind` is one of the law data's measure kinds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: _Line
    kind: _Line
    date: Day
    legal_basis: _Line
    term: Day | None = None
    addressee: _Line | None = None
    served: Day | None = None
    answered: Day | None = None


def record_minute(person: Person, dossier_id: str, *, text: str, language: str, secret: str) -> Entered:
    """Write a minute into the person's authority's own file beside a dossier."""
    if not text.strip():
        raise CaseworkFault("casework.national.empty")
    return _enter(person, dossier_id, "minute", {"text": text, "language": language}, secret)


def record_measure(person: Person, dossier_id: str, *, measure: Mapping[str, Any], secret: str) -> Entered:
    """Write down a domestic measure: who ordered what, when, under which law, until when, served on whom."""
    try:
        checked = Measure.model_validate(dict(measure))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise CaseworkFault("casework.act.body", place=".".join(str(one) for one in first["loc"])) from error
    if checked.kind not in {one.id for one in law.measures()}:
        raise CaseworkFault("casework.national.measure-kind")
    return _enter(person, dossier_id, "measure", checked.model_dump(mode="json", exclude_none=True), secret)


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

    return _enter(person, dossier_id, "made_available", {"authority": authority}, secret, effect)


def _enter(
    person: Person,
    dossier_id: str,
    kind: str,
    content: dict[str, Any],
    secret: str,
    effect: Any = None,
) -> Entered:
    row = access.dossier(person, dossier_id, "national.write")

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

    entry = entries.sign(
        person,
        form="national/1",
        payload_type=PAYLOAD_TYPE,
        kind=kind,
        content=content,
        secret=secret,
        prev=lambda: _last(row, person),
        keep=keep,
        about={"dossier": row.pk},
    )
    return Entered(entry.id, row.pk)


def _last(row: Dossier, person: Person) -> str:
    """The end of this authority's chain of entries beside the dossier."""
    return entries.end(NationalEntry.objects.filter(dossier=row, authority__code=person.authority))


def grant(package: Package, authority: Authority, at: datetime) -> None:
    """Note that an authority may open a package: it holds a wrap for its custodian."""
    PackageGrant.objects.get_or_create(package=package, authority=authority, defaults={"since": at})
