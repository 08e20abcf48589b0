"""Cases: a State's own grouping, with its persons, its history and one view of who owes what to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, cases, queries
from corridor.casework.fault import CaseworkFault, NotAllowed, NotFound
from corridor.casework.models import ActReceipt, ActRow, Case, CaseChange, CaseImport, CasePerson
from corridor.casework.persons import read_table, understand
from corridor.casework.queries import searching
from corridor.casework.queries.owed import clock_of, to_whom
from corridor.casework.queries.pages import ClockRow
from corridor.dossier import Member

pytestmark = pytest.mark.django_db

VICTIM = {
    "role": "victim",
    "name": "Marta Lindqvist",
    "born": "1984-05",
    "identifiers": [
        {"type": "email", "value": "marta@nordmail.example"},
        {"type": "phone", "value": "+46 8 123 456"},
    ],
    "note": "Paid twice.",
}
TABLE = "Full name;Born;E-mail\n" + "".join(
    f"Person {n:04d};19{n % 90 + 10};p{n}@nordmail.example\n" for n in range(1, 301)
)


@pytest.fixture
def case(desk: Desk) -> str:
    return actions.open_case(desk.person("cp-drafter"), number="AUR-7/2026", title="The Nordmail invoices").id


def _history(desk: Desk, case: str) -> list[str]:
    return [row.what for row in queries.case_history(desk.person("cp-drafter"), case)]


def test_nothing_of_a_case_stands_in_clear(desk: Desk, case: str) -> None:
    actions.save_case_person(desk.person("cp-drafter"), case, given=VICTIM)
    actions.begin_import(desk.person("cp-drafter"), case, file=TABLE.encode(), role="victim")
    with connection.cursor() as cursor:
        for model in (Case, CasePerson, CaseChange, CaseImport):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            told = b"".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for row in cursor.fetchall()
                for value in row
            )
            for secret in (b"Nordmail", b"AUR-7", b"Marta", b"nordmail", b"Person", b"victim"):
                assert secret not in told


def test_a_case_groups_dossiers_and_leaves_them_as_they_are(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    dossier = ask()
    before = ActRow.objects.count()
    actions.attach_dossier(desk.person("cp-drafter"), case, dossier_id=dossier)
    page = queries.case_page(desk.person("cp-supervisor"), case)
    assert [row.dossier for row in page.dossiers] == [dossier]
    assert (page.number, page.title) == ("AUR-7/2026", "The Nordmail invoices")
    assert ActRow.objects.count() == before, "a case is never an act"
    actions.detach_dossier(desk.person("cp-drafter"), case, dossier_id=dossier)
    assert queries.case_page(desk.person("cp-drafter"), case).dossiers == ()
    assert _history(desk, case) == ["detached", "attached", "opened"]


@pytest.mark.parametrize(
    ("number", "title"), [("", "x"), (" ", "x"), ("x" * 81, ""), ("7\x00", ""), ("7", "a\x07")]
)
def test_a_case_needs_a_number_and_plain_texts(desk: Desk, number: str, title: str) -> None:
    with pytest.raises(CaseworkFault) as caught:
        actions.open_case(desk.person("cp-drafter"), number=number, title=title)
    assert caught.value.code == "casework.case.title"
    assert not Case.objects.exists()


def test_a_request_is_put_into_its_case_when_it_is_signed(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    dossier = ask(case_id=case)
    assert [row.dossier for row in queries.case_page(desk.person("cp-drafter"), case).dossiers] == [dossier]
    actions.close_case(desk.person("cp-drafter"), case)
    with pytest.raises(CaseworkFault) as caught:
        ask(case_id=case)
    assert caught.value.code == "casework.case.closed"
    other = actions.open_case(desk.person("ca-drafter"), number="1", title="").id
    with pytest.raises(NotFound):
        ask(case_id=other)
    assert ActRow.objects.count() == 1, "refused before anything was signed"


def test_another_authoritys_dossier_cannot_be_put_in(desk: Desk, case: str, ask: Callable[..., str]) -> None:
    theirs = ask("stored_data", "ca-signatory")
    with pytest.raises(NotFound):
        actions.attach_dossier(desk.person("cp-drafter"), case, dossier_id=theirs)


def test_a_case_made_available_is_read_and_its_dossiers_are_not(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    actions.attach_dossier(desk.person("cp-drafter"), case, dossier_id=ask())
    with pytest.raises(NotFound):
        queries.case_page(desk.person("ca-drafter"), case)
    actions.make_case_available(desk.person("cp-supervisor"), case, authority="XAA-CA")
    page = queries.case_page(desk.person("ca-drafter"), case)
    assert (page.dossiers, page.hidden, page.may_write) == ((), 1, False)
    assert page.owed.rows == ()
    with pytest.raises(NotAllowed):
        actions.save_case_person(desk.person("ca-drafter"), case, given=VICTIM)
    assert queries.cases_list(desk.person("ca-drafter"))[0].made_available


def test_a_closed_case_is_read_only_until_it_is_opened_again(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    actions.close_case(clerk, case)
    for call in (
        lambda: actions.save_case_person(clerk, case, given=VICTIM),
        lambda: actions.rename_case(clerk, case, number="x", title=""),
        lambda: actions.begin_import(clerk, case, file=TABLE.encode(), role="victim"),
    ):
        with pytest.raises(CaseworkFault) as caught:
            call()
        assert caught.value.code == "casework.case.closed"
    actions.reopen_case(clerk, case)
    actions.save_case_person(clerk, case, given=VICTIM)


def test_the_history_keeps_who_changed_what(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    made = actions.save_case_person(clerk, case, given=VICTIM)
    row = queries.case_person(clerk, case, made.id)
    actions.save_case_person(
        desk.person("cp-signatory"),
        case,
        given=VICTIM | {"name": "Märta Lindqvist"},
        person_id=made.id,
        revision=row.revision,
    )
    newest = queries.case_history(clerk, case)[0]
    assert (newest.what, newest.officer) == ("person-changed", desk.person("cp-signatory").number)
    assert newest.facts["before"]["name"] == "Marta Lindqvist"
    assert newest.facts["after"]["name"] == "Märta Lindqvist"


def test_two_officers_in_one_person_the_second_is_told(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    made = actions.save_case_person(clerk, case, given=VICTIM)
    seen = queries.case_person(clerk, case, made.id).revision
    actions.save_case_person(clerk, case, given=VICTIM | {"note": "a"}, person_id=made.id, revision=seen)
    for call in (
        lambda: actions.save_case_person(clerk, case, given=VICTIM, person_id=made.id, revision=seen),
        lambda: actions.remove_case_person(clerk, case, person_id=made.id, revision=seen),
    ):
        with pytest.raises(CaseworkFault) as caught:
            call()
        assert caught.value.code == "casework.case.moved"
    assert queries.case_person(clerk, case, made.id).note == "a"


def test_a_number_is_not_given_twice(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    made = actions.save_case_person(clerk, case, given=VICTIM)
    row = queries.case_person(clerk, case, made.id)
    actions.remove_case_person(clerk, case, person_id=made.id, revision=row.revision)
    with pytest.raises(NotFound):
        queries.case_person(clerk, case, made.id)
    assert actions.save_case_person(clerk, case, given=VICTIM).number == 2
    removed = next(one for one in queries.case_history(clerk, case) if one.what == "person-removed")
    assert removed.facts["before"]["name"] == "Marta Lindqvist"


def test_a_table_is_shown_before_and_imported_whole(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    coming = actions.begin_import(clerk, case, file=TABLE.encode(), role="victim")
    page = queries.import_page(clerk, case, coming)
    assert (page.lines, page.understood, page.faulty) == (300, 300, 0)
    assert page.mapping == ("name", "born", "email")
    assert queries.case_persons(clerk, case).total == 0
    told = actions.confirm_import(clerk, case, coming)
    assert (told.count, told.first, told.last) == (300, 1, 300)
    persons = queries.case_persons(clerk, case, page=6)
    assert (persons.total, persons.pages, len(persons.rows)) == (300, 6, 50)
    assert queries.case_page(clerk, case).persons == {"victim": 300}
    with pytest.raises(NotFound):
        actions.confirm_import(clerk, case, coming)  # twice is once
    assert _history(desk, case).count("imported") == 1


def test_one_faulty_line_and_nothing_is_imported(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    coming = actions.begin_import(clerk, case, file=(TABLE + "Last;31.12.1999;\n").encode(), role="victim")
    with pytest.raises(CaseworkFault) as caught:
        actions.confirm_import(clerk, case, coming)
    assert caught.value.code == "casework.import.faulty"
    assert queries.case_persons(clerk, case).total == 0
    page = queries.import_page(clerk, case, coming)
    assert [(one.line, one.column, one.code) for one in page.faults] == [(302, "Born", "day")]
    # The officer leaves the column out, and it goes.
    actions.map_import(clerk, case, coming, mapping=["name", "", "email"], role="suspect")
    assert actions.confirm_import(clerk, case, coming).count == 301
    assert queries.case_page(clerk, case).persons == {"suspect": 301}


def test_a_mapping_that_says_one_thing_twice_is_refused(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    coming = actions.begin_import(clerk, case, file=TABLE.encode(), role="victim")
    for mapping in (["name", "name", ""], ["name", "born"], ["name", "born", "wages"]):
        with pytest.raises(CaseworkFault) as caught:
            actions.map_import(clerk, case, coming, mapping=mapping, role="victim")
        assert caught.value.code == "casework.import.mapping"


def test_a_colleagues_waiting_table_is_not_yours_and_is_gone_after_a_day(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    coming = actions.begin_import(clerk, case, file=TABLE.encode(), role="victim")
    with pytest.raises(NotFound):
        queries.import_page(desk.person("cp-signatory"), case, coming)
    desk.clock.turn(days=1, minutes=1)
    actions.begin_import(desk.person("cp-signatory"), case, file=TABLE.encode(), role="victim")
    with pytest.raises(NotFound):
        queries.import_page(clerk, case, coming)


def test_who_is_there_already_is_pointed_out(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    actions.save_case_person(clerk, case, given=VICTIM)
    again = b"name,email\nSomebody Else,MARTA@nordmail.example\nNew One,\n"
    coming = actions.begin_import(clerk, case, file=again, role="victim")
    page = queries.import_page(clerk, case, coming)
    assert (page.faulty, page.doubtful) == (0, 1)


def test_an_export_is_read_again_as_it_was_and_is_in_the_history(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-supervisor")
    actions.save_case_person(clerk, case, given=VICTIM | {"note": "=HYPERLINK(1)\nsecond"})
    data = actions.export_case_persons(clerk, case)
    assert b"'=HYPERLINK" in data
    table = read_table(data)
    (_, found), *rest = understand(table, ("", *table.header[1:]), "other").persons
    assert rest == []
    assert found.note == "=HYPERLINK(1)\nsecond"
    assert _history(desk, case)[0] == "exported"
    with pytest.raises(NotAllowed):
        actions.export_case_persons(desk.person("cp-drafter"), case)


# -- searching -----------------------------------------------------------------------------------------------------


def _found(desk: Desk, text: str, person: str = "cp-drafter") -> set[tuple[str, str]]:
    return {(row.place, row.title) for row in queries.search(desk.person(person), text).rows}


def test_a_search_opens_what_is_sealed_and_finds_it_in_any_grouping(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    actions.save_case_person(desk.person("cp-drafter"), case, given=VICTIM)
    dossier = ask(reference="AUR-2026-17")
    actions.record_minute(
        desk.person("cp-drafter"), dossier, text="Rang Märta.", language="en", secret=SECRET
    )
    assert _found(desk, "lindqvist MARTA") == {("person", "Marta Lindqvist")}
    assert _found(desk, "468123456") == {("person", "Marta Lindqvist")}
    assert _found(desk, "invoices") == {("case", "AUR-7/2026 The Nordmail invoices")}
    assert _found(desk, "aur 2026 17") == {("act", "request")}
    assert _found(desk, "marta") == {("person", "Marta Lindqvist"), ("national", "minute")}
    assert _found(desk, "billing@nordmail.example") == {("act", "request")}
    assert _found(desk, "nobody at all") == set()


def test_a_search_reaches_only_what_the_person_may_read(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    actions.save_case_person(desk.person("cp-drafter"), case, given=VICTIM)
    ask(reference="AUR-2026-17")
    assert _found(desk, "marta", "ca-supervisor") == set()
    assert _found(desk, "aur 2026", "ca-supervisor") == set()
    with pytest.raises(NotAllowed):
        queries.search(desk.person("cp-administrator"), "marta")


@pytest.mark.parametrize("text", ["", " ", "a", "--", "é"])
def test_a_search_for_nearly_nothing_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(CaseworkFault) as caught:
        queries.search(desk.person("cp-drafter"), text)
    assert caught.value.code == "casework.search.words"


def test_a_search_says_when_it_met_a_bound(desk: Desk, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = desk.person("cp-drafter")
    actions.confirm_import(clerk, case, actions.begin_import(clerk, case, file=TABLE.encode(), role="victim"))
    assert queries.search(clerk, "person").stopped == "found"
    monkeypatch.setattr(searching, "MOST_LOOKED", 10)
    told = queries.search(clerk, "nobody at all")
    assert (told.stopped, told.looked) == ("looked", 10)
    monkeypatch.setattr(searching, "MOST_LOOKED", 10_000)
    monkeypatch.setattr(searching, "MOST_SECONDS", -1.0)
    assert queries.search(clerk, "nobody at all").stopped == "time"


def test_what_does_not_open_is_counted_and_hides_nothing(desk: Desk, case: str) -> None:
    clerk = desk.person("cp-drafter")
    for name in ("Marta One", "Marta Two"):
        actions.save_case_person(clerk, case, given=VICTIM | {"name": name})
    CasePerson.objects.filter(number=1).update(sealed=b"\x01" + b"0" * 40)
    told = queries.search(clerk, "marta")
    assert [row.title for row in told.rows] == ["Marta Two"]
    assert told.unreadable == 1
    desk.home.vault.destroy(f"case-{case}")
    assert queries.cases_list(clerk)[0].fault == "casework.vault.key-gone"


# -- who owes what -------------------------------------------------------------------------------------------------


def test_who_owes_what_to_whom_over_three_states(desk: Desk, case: str, ask: Callable[..., str]) -> None:
    """Aurelia asked Borealia; Cyrenia and Borealia asked Aurelia. One table says where each thing rests."""
    clerk = desk.person("cp-drafter")
    ours = ask()
    from_cyrenia = desk.others["XCC"].opening(desk.clock())
    desk.receive(from_cyrenia, "XCC")
    desk.clock.turn(hours=1)
    from_borealia = desk.others["XBB"].opening(desk.clock())
    desk.receive(from_borealia)
    for one in (ours, from_cyrenia.id, from_borealia.id):
        actions.attach_dossier(clerk, case, dossier_id=one)
    page = queries.case_page(clerk, case).owed
    assert page.states == ("XAA", "XBB", "XCC")
    told = {line.by: {cell.to: cell.count for cell in line.cells if cell.count} for line in page.lines}
    assert told["XAA"]["XBB"] >= 1
    assert told["XAA"]["XCC"] >= 1
    assert told["XBB"] == {"XAA": told["XBB"]["XAA"]}
    assert "XCC" not in told  # a State that only waits has no line
    own = [row for row in page.rows if row.by == "XAA"]
    assert page.rows[: len(own)] == tuple(own), "our own first"
    assert [row.since for row in own] == sorted(row.since for row in own), "the oldest first"
    assert sum(count for cells in told.values() for count in cells.values()) == len(page.rows)
    assert queries.owed(clerk).rows == page.rows


def test_to_whom_a_state_owes_where_several_are_members() -> None:
    """The requesting State owes each State it asked; each of them owes the requesting State; an observer nobody."""
    members = [
        Member("XAA", "XAA-CP", "requesting"),
        Member("XBB", "XBB-CP", "requested"),
        Member("XCC", "XCC-CP", "requested"),
        Member("XDD", "XDD-CP", "observer"),
    ]
    loaded = SimpleNamespace(state=SimpleNamespace(members=members))
    assert to_whom(loaded, "XAA") == ("XBB", "XCC")
    assert to_whom(loaded, "XCC") == ("XAA",)


def test_of_two_questions_each_has_its_own_clock() -> None:
    """The earlier date of another question is not the date of this one; a name alone joins only what names no act."""
    early, late = (datetime(2026, 12, day, tzinfo=UTC) for day in (1, 9))
    first = ClockRow("d", "x.clock.answer", "XAA", early, "", "running", act="q1")
    second = ClockRow("d", "x.clock.answer", "XAA", late, "", "running", act="q2")
    clocks = [first, second]
    assert clock_of("x.owed.answer", "XAA", "q1", clocks) == 0
    assert clock_of("x.owed.answer", "XAA", "q2", clocks) == 1
    assert clock_of("x.owed.answer", "XAA", "q3", clocks) is None
    assert clock_of("x.owed.answer", "XBB", "q1", clocks) is None
    assert clock_of("x.owed.decision", "XAA", None, clocks) is None
    assert clock_of("x.owed.answer", "XAA", None, clocks) == 0  # no act is named: the next date of that name


def test_an_own_target_stands_beside_what_is_owed_and_never_in_its_place(desk: Desk) -> None:
    opening = desk.others["XBB"].opening(desk.clock())
    desk.receive(opening)
    desk.clock.turn(days=3)
    (row,) = [one for one in queries.owed(desk.person("cp-drafter")).rows if one.by == "XAA"]
    assert row.level is not None
    assert (row.level.sort, row.level.state) == ("service", "late")
    assert row.clock is None or row.clock.sort != "service"
    (line,) = queries.owed(desk.person("cp-drafter")).lines
    assert [cell.late for cell in line.cells if cell.count] == [0], "late in law is another thing"


def test_a_date_that_belongs_to_nothing_owed_is_a_row_of_its_own(desk: Desk, ask: Callable[..., str]) -> None:
    dossier = ask()
    act = ActRow.objects.get(dossier_id=dossier)
    ActReceipt.objects.create(
        act=act, state="XBB", received_at=desk.clock(), letter_digest="0" * 64, statement=b""
    )
    desk.clock.turn(hours=1)
    state = _state(desk, dossier)
    until = (desk.clock() + timedelta(days=90)).date().isoformat()
    desk.receive(desk.others["XBB"].following(state, "preserved", desk.clock(), preserved_until=until))
    rows = queries.owed(desk.person("cp-drafter")).rows
    kept = next(row for row in rows if row.clock is not None and row.clock.due is not None)
    assert kept.by == "XAA"
    assert kept.clock.due.date().isoformat() == until
    assert kept.clock.sort == "legal"


def _state(desk: Desk, dossier: str):
    from corridor.casework import store
    from corridor.casework.models import Dossier

    return store.load(desk.home, Dossier.objects.get(pk=dossier)).state


def test_how_dossiers_follow_each_other_is_a_tree_and_a_ring_ends(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    clerk = desk.person("cp-drafter")
    first = ask()
    later = ask(follows=first)
    for one in (first, later):
        actions.attach_dossier(clerk, case, dossier_id=one)
    desk.clock.turn(minutes=1)
    actions.sign_act(
        desk.person("cp-signatory"),
        act="followed_by",
        dossier_id=first,
        seen=list(_state(desk, first).heads),
        body={"dossier": later},
        secret=SECRET,
    )
    (root,) = queries.case_page(clerk, case).links
    assert (root.dossier, [one.dossier for one in root.follows]) == (first, [later])
    desk.clock.turn(minutes=1)
    actions.sign_act(
        desk.person("cp-signatory"),
        act="followed_by",
        dossier_id=later,
        seen=list(_state(desk, later).heads),
        body={"dossier": first},
        secret=SECRET,
    )
    (root,) = queries.case_page(clerk, case).links
    assert {root.dossier, *(one.dossier for one in root.follows)} == {first, later}


def test_a_dossier_that_does_not_verify_hides_no_other(
    desk: Desk, case: str, ask: Callable[..., str]
) -> None:
    clerk = desk.person("cp-drafter")
    good, bad = ask(), ask()
    for one in (good, bad):
        actions.attach_dossier(clerk, case, dossier_id=one)
    ActRow.objects.filter(dossier_id=bad).update(sealed=b"\x01" + b"0" * 40)
    page = queries.case_page(clerk, case)
    assert {row.dossier: row.status for row in page.dossiers}[bad] == "unreadable"
    assert page.owed.unreadable == (bad,)
    assert queries.owed(clerk).unreadable == (bad,)


def test_a_case_is_opened_at_its_own_key_only(desk: Desk, case: str) -> None:
    """A row moved from one case to another does not open: what is sealed is bound to where it stands."""
    clerk = desk.person("cp-drafter")
    other = actions.open_case(clerk, number="AUR-8/2026", title="Another").id
    made = actions.save_case_person(clerk, case, given=VICTIM)
    one = CasePerson.objects.get(pk=made.id)
    with pytest.raises(CaseworkFault) as caught:
        cases.person(desk.home, Case.objects.get(pk=other), one)
    assert caught.value.code == "casework.vault.altered"
