"""Cases as pages show them: dossiers, who owes what, how dossiers follow each other, persons, history, an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Count

from corridor.casework import access, cases, persons, store
from corridor.casework.access import Person
from corridor.casework.fault import NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Case, CasePerson
from corridor.casework.persons import PersonData
from corridor.casework.queries.desk import clock_rows, desk_row, unreadable_row
from corridor.casework.queries.owed import OwedPage, OwedRow, owed_page, owed_rows
from corridor.casework.queries.pages import DeskRow, Plain
from corridor.casework.queries.searching import matches, words
from corridor.faults import Fault

PAGE = 50  # persons on one page
_TROUBLES = 200  # shown of an import
_SAMPLE = 12


@dataclass(frozen=True)
class CaseRow(Plain):
    """One case in the list."""

    id: str
    number: str
    title: str
    home: str
    made_available: bool
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    dossiers: int
    persons: int
    fault: str = ""  # why number and title cannot be opened


@dataclass(frozen=True)
class LinkNode(Plain):
    """A dossier among those that follow each other, with what follows it. `known`: the person may open it."""

    dossier: str
    kind: str
    reference: str
    status: str
    requesting: str
    requested: str
    known: bool
    in_case: bool
    follows: tuple[LinkNode, ...]


@dataclass(frozen=True)
class ChangeRow(Plain):
    """One line of a case's history."""

    at: datetime
    officer: str
    what: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CasePage(Plain):
    """One case. `hidden`: dossiers in it that are not the person's to read."""

    id: str
    number: str
    title: str
    home: str
    available_to: tuple[str, ...]
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    may_write: bool
    dossiers: tuple[DeskRow, ...]
    hidden: int
    owed: OwedPage
    links: tuple[LinkNode, ...]
    persons: dict[str, int]
    history: tuple[ChangeRow, ...]


@dataclass(frozen=True)
class PersonRow(Plain):
    """A person of a case. `revision` is what whoever changes them says they saw."""

    id: str
    number: int
    role: str
    name: str
    born: str
    since: str
    until: str
    identifiers: tuple[dict[str, str], ...]
    note: str
    changed: datetime
    revision: str
    doubts: tuple[
        dict[str, Any], ...
    ]  # {"place", "code"}: identifiers that cannot be what they are said to be


@dataclass(frozen=True)
class PersonsPage(Plain):
    """Some of a case's persons. `total` counts all of them, `found` those that fit."""

    case: str
    rows: tuple[PersonRow, ...]
    total: int
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class TroubleRow(Plain):
    """Something about a line of a table on its way in."""

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class ImportPage(Plain):
    """A table between preview and confirmation."""

    id: str
    case: str
    header: tuple[str, ...]
    mapping: tuple[str, ...]
    role: str
    lines: int
    understood: int
    faulty: int
    doubtful: int
    faults: tuple[TroubleRow, ...]  # of these and the next, the first only
    doubts: tuple[TroubleRow, ...]
    sample: tuple[tuple[int, dict[str, Any]], ...]
    sha256: str


def cases_list(person: Person) -> tuple[CaseRow, ...]:
    """The cases the person may read, open ones first, the last changed first."""
    person.require("case.read")
    home = house()
    found = (
        access.cases(person)
        .select_related("home")
        .annotate(n_dossiers=Count("dossiers", distinct=True), n_persons=Count("persons", distinct=True))
        .order_by("-changed_at")
    )
    rows = []
    for row in found:
        fault = ""
        try:
            said = cases.names(home, row)
        except Fault as error:  # one case never hides the others
            said, fault = cases.Names("", ""), error.code
        rows.append(
            CaseRow(
                id=row.pk,
                number=said.number,
                title=said.title,
                home=row.home.code,
                made_available=row.home.code != person.authority,
                opened_at=row.opened_at,
                changed_at=row.changed_at,
                closed_at=row.closed_at,
                dossiers=row.n_dossiers,
                persons=row.n_persons,
                fault=fault,
            )
        )
    return tuple(sorted(rows, key=lambda one: one.closed_at is not None))


def case_page(person: Person, case_id: str) -> CasePage:
    """One case with everything in it. Raises NotFound."""
    home = house()
    row = access.case(person, case_id)
    said = cases.names(home, row)
    theirs = access.dossiers(person).filter(cases=row).select_related("home").order_by("opened_at", "pk")
    shown, owed, loaded_rows, unreadable = list[DeskRow](), list[OwedRow](), list[store.Loaded](), list[str]()
    for one in theirs:
        try:
            loaded = store.load(home, one)
        except Fault as fault:
            shown.append(unreadable_row(home, person, one, fault.code))
            unreadable.append(one.pk)
            continue
        loaded_rows.append(loaded)
        shown.append(desk_row(home, person, loaded, clock_rows(home, loaded)))
        owed += owed_rows(home, loaded)
    return CasePage(
        id=row.pk,
        number=said.number,
        title=said.title,
        home=row.home.code,
        available_to=tuple(row.made_available.order_by("code").values_list("code", flat=True)),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
        may_write=row.home.code == person.authority and person.may("case.write"),
        dossiers=tuple(shown),
        hidden=row.dossiers.count() - len(shown),
        owed=owed_page(home, owed, unreadable),
        links=links(person, shown, loaded_rows),
        persons=dict(Counter(each.role for _, each in _persons(home, row))),
        history=case_history(person, case_id)[:30],
    )


def case_history(person: Person, case_id: str) -> tuple[ChangeRow, ...]:
    """Who changed what, the newest first."""
    home = house()
    row = access.case(person, case_id)
    found = []
    for one in row.history.select_related("officer").order_by("-number"):
        facts = cases.change(home, row, one)
        found.append(ChangeRow(one.at, one.officer.number, facts.pop("what"), facts))
    return tuple(found)


def links(person: Person, shown: list[DeskRow], loaded: list[store.Loaded]) -> tuple[LinkNode, ...]:
    """How dossiers follow each other, as trees. A link is an act of a State: a ring may be made of them."""
    rows = {one.dossier: one for one in shown}
    after: dict[str, list[str]] = {}
    for one in loaded:
        for link in one.state.links:
            first, second = (
                (link.dossier, one.row.pk) if link.relation == "follows" else (one.row.pk, link.dossier)
            )
            if second not in after.setdefault(first, []) and first != second:
                after[first].append(second)
    named = {*after, *(second for each in after.values() for second in each)}
    beyond = {one.pk: one for one in access.dossiers(person).filter(pk__in=named - rows.keys())}
    told: set[str] = set()

    def node(dossier: str) -> LinkNode:
        told.add(dossier)
        row, other = rows.get(dossier), beyond.get(dossier)
        return LinkNode(
            dossier=dossier,
            kind=row.kind if row else other.kind if other else "",
            reference=(row.reference or row.theirs) if row else "",
            status=row.status if row else "",
            requesting=row.requesting if row else other.requesting if other else "",
            requested=row.requested if row else other.requested if other else "",
            known=row is not None or other is not None,
            in_case=row is not None,
            follows=tuple(node(each) for each in after.get(dossier, ()) if each not in told),
        )

    seconds = {second for each in after.values() for second in each}
    roots = [one for one in after if one not in seconds]
    found = [node(one) for one in roots]
    found += [node(one) for one in after if one not in told]  # rings, begun anywhere
    return tuple(found)


# -- persons -------------------------------------------------------------------------------------------------------


def _persons(home: House, row: Case) -> list[tuple[CasePerson, PersonData]]:
    opener = home.vault.opener(row.key)
    return [(one, cases.opened(opener, one)) for one in row.persons.order_by("number")]


def case_persons(
    person: Person, case_id: str, *, role: str = "", text: str = "", page: int = 1
) -> PersonsPage:
    """Persons of a case: of one role, or with all words of a text; everybody's content is opened for it here."""
    home = house()
    row = access.case(person, case_id)
    everyone = _persons(home, row)
    asked = words(text) if text.strip() else None
    fit = [
        (one, said)
        for one, said in everyone
        if role in ("", said.role) and (asked is None or matches(said.words, asked))
    ]
    pages = max(1, -(-len(fit) // PAGE))
    page = min(max(1, page), pages)
    return PersonsPage(
        case=row.pk,
        rows=tuple(_person_row(*each) for each in fit[(page - 1) * PAGE : page * PAGE]),
        total=len(everyone),
        found=len(fit),
        page=page,
        pages=pages,
    )


def case_person(person: Person, case_id: str, person_id: str) -> PersonRow:
    """One person of a case. Raises NotFound."""
    row = access.case(person, case_id)
    one = row.persons.filter(pk=person_id).first()
    if one is None:
        raise NotFound
    return _person_row(one, cases.person(house(), row, one))


def _person_row(one: CasePerson, said: PersonData) -> PersonRow:
    return PersonRow(
        id=one.pk,
        number=one.number,
        role=said.role,
        name=said.name,
        born=said.born,
        since=said.since,
        until=said.until,
        identifiers=tuple({"type": each.type, "value": each.value} for each in said.identifiers),
        note=said.note,
        changed=one.changed,
        revision=cases.revision(one),
        doubts=tuple({"place": place, "code": code} for place, code in persons.doubts(persons.judged(said))),
    )


def import_page(person: Person, case_id: str, import_id: str) -> ImportPage:
    """A table on its way in, as it would be imported now. It is its author's alone until it is confirmed."""
    home = house()
    row = access.case(person, case_id, "case.write")
    one = row.imports.filter(pk=import_id, officer_id=person.officer_id).first()
    if one is None:
        raise NotFound
    said = cases.coming(home, row, one)
    table = persons.read_table(said.file)
    known = (persons.sameness(each, persons.judged(each)) for _, each in _persons(home, row))
    found = persons.understand(table, said.mapping, said.role, known)
    return ImportPage(
        id=one.pk,
        case=row.pk,
        header=table.header,
        mapping=said.mapping,
        role=said.role,
        lines=len(table.rows),
        understood=len(found.persons),
        faulty=len({each.line for each in found.serious}),
        doubtful=len({each.line for each in found.troubles if not each.serious}),
        faults=_troubles(found.serious),
        doubts=_troubles(each for each in found.troubles if not each.serious),
        sample=tuple((line, each.model_dump(mode="json")) for line, each in found.persons[:_SAMPLE]),
        sha256=said.sha256,
    )


def _troubles(found: Iterable[persons.Trouble]) -> tuple[TroubleRow, ...]:
    return tuple(TroubleRow(each.line, each.column, each.code) for each in islice(found, _TROUBLES))


def cases_of(person: Person, dossier_id: str) -> tuple[CaseRow, ...]:
    """The person's cases a dossier lies in; cases of other authorities are not told. Raises NotFound."""
    row = access.dossier(person, dossier_id)
    within = set(access.cases(person).filter(dossiers=row).values_list("pk", flat=True))
    return tuple(one for one in cases_list(person) if one.id in within)
