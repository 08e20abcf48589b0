"""Cases: opened, renamed, closed, made available; dossiers and persons put in and taken out. Nothing here is ever sent.

A case is working material of one authority and needs no signature. Every change leaves a line in the case's history.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from corridor.casework import access, cases, persons
from corridor.casework.access import Person
from corridor.casework.actions.results import CaseSaved, PersonSaved, PersonsImported
from corridor.casework.cases import Coming, Names
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Authority, Case, CaseChange, CaseImport, CasePerson
from corridor.casework.persons import PersonData

_KEPT = timedelta(days=1)  # how long a table waits for its confirmation
_LONGEST = (80, 400)  # of a number, of a title


def open_case(person: Person, *, number: str, title: str) -> CaseSaved:
    """Open a case of the person's own authority."""
    person.require("case.write")
    home = house()
    said = _names(number, title)
    at = home.clock()
    row = Case(
        id=secrets.token_hex(16),
        home=Authority.objects.get(code=person.authority),
        opened_at=at,
        changed_at=at,
    )
    home.vault.make(row.key)
    row.sealed = cases.seal_names(home, row, said)
    with transaction.atomic():
        row.save(force_insert=True)
        _note(home, person, row, at, "opened", {"number": said.number, "title": said.title})
    return CaseSaved(row.pk)


def rename_case(person: Person, case_id: str, *, number: str, title: str) -> CaseSaved:
    """Give a case another number or title. The history keeps the one before."""
    said = _names(number, title)

    def change(home: House, row: Case) -> dict[str, Any]:
        before = cases.names(home, row)
        row.sealed = cases.seal_names(home, row, said)
        return {"before": [before.number, before.title], "after": [said.number, said.title]}

    return _changed(person, case_id, "renamed", change)


def close_case(person: Person, case_id: str) -> CaseSaved:
    """Close a case: it can be read, not changed, until it is opened again. Its dossiers go on by themselves."""

    def change(home: House, row: Case) -> dict[str, Any]:
        row.closed_at = home.clock()
        return {}

    return _changed(person, case_id, "closed", change)


def reopen_case(person: Person, case_id: str) -> CaseSaved:
    """Open a closed case again."""

    def change(home: House, row: Case) -> dict[str, Any]:
        row.closed_at = None
        return {}

    return _changed(person, case_id, "reopened", change, closed=True)


def make_case_available(person: Person, case_id: str, *, authority: str) -> CaseSaved:
    """Let another authority of this State read a case and its persons. Its dossiers are made available one by one."""
    access.case(person, case_id, "case.make-available")
    other = Authority.objects.filter(code=authority).exclude(code=person.authority).first()
    if other is None:
        raise CaseworkFault("casework.people.authority", code_given=authority)

    def change(home: House, row: Case) -> dict[str, Any]:
        row.made_available.add(other)
        return {"authority": other.code}

    return _changed(person, case_id, "available", change)


def attach_dossier(person: Person, case_id: str, *, dossier_id: str) -> CaseSaved:
    """Put a dossier the person may read into a case. It may lie in several."""
    access.case(person, case_id, "case.write")
    found = access.dossier(person, dossier_id)

    def change(home: House, row: Case) -> dict[str, Any]:
        row.dossiers.add(found)
        return {"dossier": found.pk}

    return _changed(person, case_id, "attached", change)


def joining(person: Person, case_id: str | None) -> Callable[[str], None]:
    """What puts a dossier into a case once it is signed; nothing without one. Refuses before anything is signed."""
    if case_id is None:
        return lambda dossier: None
    row = access.case(person, case_id, "case.write")
    _open(row)

    def put(dossier: str) -> None:
        attach_dossier(person, row.pk, dossier_id=dossier)

    return put


def detach_dossier(person: Person, case_id: str, *, dossier_id: str) -> CaseSaved:
    """Take a dossier out of a case again. The dossier itself is untouched."""
    row = access.case(person, case_id, "case.write")
    found = row.dossiers.filter(pk=dossier_id).first()
    if found is None:
        raise NotFound

    def change(home: House, row: Case) -> dict[str, Any]:
        row.dossiers.remove(found)
        return {"dossier": found.pk}

    return _changed(person, case_id, "detached", change)


def save_case_person(
    person: Person,
    case_id: str,
    *,
    given: Mapping[str, Any],
    person_id: str | None = None,
    revision: str = "",
) -> PersonSaved:
    """Write a person of a case: role, name, days, identifiers, note. `revision` is what the page showed.

    Raises CaseworkFault `casework.case.person` for what is not of its form, `casework.case.moved` when a colleague
    wrote meanwhile.
    """
    row = access.case(person, case_id, "case.write")
    said = persons.read_person(given)
    saved: list[PersonSaved] = []

    def change(home: House, row: Case) -> dict[str, Any]:
        at = home.clock()
        if person_id is None:
            one = _new_person(home, row, said, at)
            one.save(force_insert=True)
            facts: dict[str, Any] = {"number": one.number}
        else:
            one, before = _as_seen(home, row, person_id, revision)
            one.sealed, one.changed = cases.seal_person(home, row, one.pk, said), at
            one.save(update_fields=["sealed", "changed"])
            facts = {
                "number": one.number,
                "before": before.model_dump(mode="json"),
                "after": said.model_dump(mode="json"),
            }
        saved.append(PersonSaved(one.pk, row.pk, one.number))
        return facts

    _changed(person, row.pk, "person-added" if person_id is None else "person-changed", change)
    return saved[0]


def remove_case_person(person: Person, case_id: str, *, person_id: str, revision: str) -> CaseSaved:
    """Take a person out of a case. The history keeps who it was until the case's key is destroyed."""

    def change(home: House, row: Case) -> dict[str, Any]:
        one, before = _as_seen(home, row, person_id, revision)
        one.delete()
        return {"number": one.number, "before": before.model_dump(mode="json")}

    return _changed(person, case_id, "person-removed", change)


def begin_import(person: Person, case_id: str, *, file: bytes, role: str) -> str:
    """Keep a table of persons, sealed, until it is confirmed or thrown away. Nothing is imported yet.

    The columns are guessed from their headings. Raises CaseworkFault `casework.import.*` for a file that is no table.
    """
    row = access.case(person, case_id, "case.write")
    home = house()
    _open(row)
    table = persons.read_table(file)
    if role not in persons.ROLES:
        raise CaseworkFault("casework.import.mapping")
    at = home.clock()
    name = secrets.token_hex(16)
    said = Coming(file, persons.guess(table.header), role)
    with transaction.atomic():
        CaseImport.objects.filter(made__lt=at - _KEPT).delete()
        CaseImport.objects.create(
            id=name,
            case=row,
            officer_id=person.officer_id,
            made=at,
            sealed=cases.seal_coming(home, row, name, said),
        )
    return name


def map_import(person: Person, case_id: str, import_id: str, *, mapping: Sequence[str], role: str) -> None:
    """Say what each column of a waiting table is; "" leaves one out."""
    row, one = _import(person, case_id, import_id)
    home = house()
    before = cases.coming(home, row, one)
    single = [field for field in mapping if field and field not in persons.KINDS]
    if (
        len(mapping) != len(before.mapping)
        or not set(mapping) <= {"", *persons.columns()}
        or len(single) != len(set(single))
        or role not in persons.ROLES
    ):
        raise CaseworkFault("casework.import.mapping")
    one.sealed = cases.seal_coming(home, row, one.pk, Coming(before.file, tuple(mapping), role))
    one.save(update_fields=["sealed"])


def confirm_import(person: Person, case_id: str, import_id: str) -> PersonsImported:
    """Import every line of a waiting table, or none. Raises `casework.import.faulty` while a line has a fault."""
    row, one = _import(person, case_id, import_id)
    said = cases.coming(house(), row, one)
    found = persons.understand(persons.read_table(said.file), said.mapping, said.role)
    if found.serious:
        raise CaseworkFault("casework.import.faulty", count=len({each.line for each in found.serious}))
    numbers: list[int] = []

    def change(home: House, row: Case) -> dict[str, Any]:
        at = home.clock()
        gone, _ = CaseImport.objects.filter(pk=one.pk).delete()
        if not gone:
            raise NotFound  # confirmed in another window at the same moment
        new = [_new_person(home, row, each, at) for _, each in found.persons]
        CasePerson.objects.bulk_create(new, batch_size=500)
        numbers.extend(each.number for each in new)
        return {"first": numbers[0], "last": numbers[-1], "sha256": said.sha256}

    _changed(person, case_id, "imported", change)
    return PersonsImported(row.pk, len(numbers), numbers[0], numbers[-1])


def drop_import(person: Person, case_id: str, import_id: str) -> None:
    """Throw a waiting table away."""
    _, one = _import(person, case_id, import_id)
    one.delete()


def export_case_persons(person: Person, case_id: str) -> bytes:
    """All persons of a case as a table that starts no formula; that they left this node so is in the history."""
    row = access.case(person, case_id, "case.export")
    home = house()
    opener = home.vault.opener(row.key)
    found = [(one.number, cases.opened(opener, one)) for one in row.persons.order_by("number")]
    _note(home, person, row, home.clock(), "exported", {"count": len(found)})
    return persons.write_table(found)


# -- what they share -----------------------------------------------------------------------------------------------


def _names(number: str, title: str) -> Names:
    try:
        said = Names(persons.one_line(number), persons.one_line(title))
    except ValueError:
        raise CaseworkFault("casework.case.title") from None
    if not said.number or any(
        len(text) > most for text, most in zip((said.number, said.title), _LONGEST, strict=True)
    ):
        raise CaseworkFault("casework.case.title")
    return said


def _open(row: Case) -> None:
    if row.closed_at is not None:
        raise CaseworkFault("casework.case.closed")


def _changed(
    person: Person,
    case_id: str,
    what: str,
    change: Callable[[House, Case], dict[str, Any]],
    *,
    closed: bool = False,
) -> CaseSaved:
    """One change, its line of history, and the case's time, or nothing."""
    access.case(person, case_id, "case.write")
    home = house()
    try:
        with transaction.atomic():
            row = Case.objects.select_for_update().get(pk=case_id)
            if not closed:
                _open(row)
            facts = change(home, row)
            row.changed_at = home.clock()
            row.save(update_fields=["sealed", "changed_at", "closed_at", "last_number"])
            _note(home, person, row, row.changed_at, what, facts)
    except IntegrityError as error:
        raise CaseworkFault("casework.case.moved") from error
    return CaseSaved(case_id)


def _note(home: House, person: Person, row: Case, at: datetime, what: str, facts: dict[str, Any]) -> None:
    CaseChange.objects.create(
        case=row, officer_id=person.officer_id, at=at, sealed=cases.seal_change(home, row, what, facts)
    )


def _new_person(home: House, row: Case, said: PersonData, at: datetime) -> CasePerson:
    """With the next number of the case: no number is given twice."""
    row.last_number += 1
    name = secrets.token_hex(16)
    sealed = cases.seal_person(home, row, name, said)
    return CasePerson(id=name, case=row, number=row.last_number, changed=at, sealed=sealed)


def _as_seen(home: House, row: Case, person_id: str, revision: str) -> tuple[CasePerson, PersonData]:
    """A person as the page showed them. Raises NotFound, or `casework.case.moved` when they were changed since."""
    one = row.persons.filter(pk=person_id).first()
    if one is None:
        raise NotFound
    if cases.revision(one) != revision:
        raise CaseworkFault("casework.case.moved")
    return one, cases.person(home, row, one)


def _import(person: Person, case_id: str, import_id: str) -> tuple[Case, CaseImport]:
    """A waiting table of the person's own making: a colleague's is theirs to confirm."""
    row = access.case(person, case_id, "case.write")
    one = row.imports.filter(pk=import_id, officer_id=person.officer_id).first()
    if one is None:
        raise NotFound
    return row, one
