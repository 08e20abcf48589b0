"""Domestic measures: ordered, authorised, served, answered, renewed, ended; each step an entry that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from corridor.casework import access, measures, safeguards, store
from corridor.casework.access import Person
from corridor.casework.actions.national import enter, own_file
from corridor.casework.actions.results import Entered
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.house import House, house
from corridor.casework.measures import Thread
from corridor.casework.models import Dossier
from corridor.casework.national import FileEntry

M = TypeVar("M", bound=BaseModel)


def record_measure(person: Person, dossier_id: str, *, measure: Mapping[str, Any], secret: str) -> Entered:
    """Write down that a domestic measure was ordered (`measures.Ordered`). Its id is the entry's.

    Raises NotFound, NotAllowed, CaseworkFault `casework.national.measure-kind`, `casework.act.body` with the place,
    `casework.measure.urgent-basis` for an urgent one without the law that allows it.
    """
    row = access.dossier(person, dossier_id, "national.write")
    checked = _checked(measures.Ordered, measure)
    if measures.rule(checked.kind, _basis(row)) is None:
        raise CaseworkFault("casework.national.measure-kind")
    if checked.term is not None and checked.term < checked.date:
        raise CaseworkFault("casework.act.body", place="term")
    if checked.urgent and checked.urgent_basis is None:
        raise CaseworkFault("casework.measure.urgent-basis")
    return enter(person, row, measures.ORDERED, checked.model_dump(mode="json", exclude_none=True), secret)


def record_measure_step(
    person: Person, dossier_id: str, *, measure: str, step: str, body: Mapping[str, Any], secret: str
) -> Entered:
    """Write down the next step of a measure: authorised, served, answered, renewed or ended (`measures.BODIES`).

    Raises NotFound for a measure that is not in the authority's own file, CaseworkFault `casework.measure.step` for a
    step that is none or cannot follow, `casework.measure.not-authorised` for an intrusive one to be marked served
    before anybody authorised it, `casework.measure.authorisation-over` after its authorisation ended,
    `casework.act.body` with the place.
    """
    row = access.dossier(person, dossier_id, "national.write")
    home = house()
    seen = own_file(person, row)
    thread = find(home, row, seen, measure)
    if step not in measures.BODIES:
        raise CaseworkFault("casework.measure.step")
    checked = _checked(measures.BODIES[step], body)
    if step == "served":
        _may_be_served(thread, checked)
    if step not in thread.possible:
        raise CaseworkFault("casework.measure.step")
    _in_order(thread, step, checked)
    content = {"measure": thread.id, **checked.model_dump(mode="json", exclude_none=True)}
    return enter(person, row, measures.KINDS[step], content, secret, seen=seen)


def find(home: House, row: Dossier, seen: tuple[FileEntry, ...], measure: str) -> Thread:
    """One measure of a file by the id of its order. Raises NotFound."""
    threads = measures.threads(_basis(row), seen, home.clock().date())
    found = next((each for each in threads if each.id == measure), None)
    if found is None:
        raise NotFound
    return found


def _basis(row: Dossier) -> str:
    return safeguards.instrument(store.load(house(), row))


def _may_be_served(thread: Thread, served: Any) -> None:
    """The gate of intrusive measures: authorised on the day, or urgent under a law that says so."""
    if thread.waits_for_authorisation and not thread.urgent:
        raise CaseworkFault("casework.measure.not-authorised", kind=thread.rule.kind)
    if thread.authorisation is None or not thread.rule.intrusive or thread.urgent:
        return
    given, until = thread.authorisation.content["date"], thread.authorisation.content.get("until")
    if served.date.isoformat() < given:
        raise CaseworkFault("casework.measure.not-authorised", kind=thread.rule.kind)
    if until and served.date.isoformat() > until:
        raise CaseworkFault("casework.measure.authorisation-over", until=until)


def _in_order(thread: Thread, step: str, checked: Any) -> None:
    """A day before what it follows is a slip of the pen; an authorisation may be older than the order."""
    earliest: date | None = thread.ordered if step != "authorised" else None
    if step == "answered" and thread.served is not None:
        earliest = thread.served
    if earliest is not None and checked.date < earliest:
        raise CaseworkFault("casework.act.body", place="date")
    last = getattr(checked, "term", None) or getattr(checked, "until", None)
    if last is not None and last < checked.date:
        raise CaseworkFault("casework.act.body", place="term" if step == "renewed" else "until")


def _checked(model: type[M], given: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise CaseworkFault("casework.act.body", place=".".join(str(one) for one in first["loc"])) from error
