"""The walk: every query and action of casework × every role × own, another authority's, made available, absent.

"Absent" and "not yours" are one answer. A new function in `queries` or `actions` fails this test until it is listed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.casework.conftest import SECRET, Desk

from corridor.casework import access, actions, queries
from corridor.casework.access import RIGHTS, Person
from corridor.casework.fault import NotAllowed, NotFound
from corridor.casework.models import Case, Officer, Role
from corridor.dossier.paper import readback
from corridor.faults import Fault

pytestmark = pytest.mark.django_db

ABSENT = "0" * 64
D, S, V, A = Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR, Role.ADMINISTRATOR

#: function -> (call with a dossier, roles that get past the door of their own dossier, readable when made available)
DOSSIER: dict[str, tuple[Callable[[Person, str], Any], set[str], bool]] = {
    "dossier_page": (queries.dossier_page, {D, S, V}, True),
    "changes": (lambda p, d: queries.changes(p, d, []), {D, S, V}, True),
    "cases_of": (queries.cases_of, {D, S, V}, True),
    "export": (lambda p, d: b"".join(queries.export(p, d)), {S, V}, True),
    "departing": (lambda p, d: queries.departing(p, d, "refuse", {}), {D, S}, False),
    "copied": (lambda p, d: queries.copied(p, "preservation", d), {D, S}, False),
    "save_draft": (
        lambda p, d: actions.save_draft(p, kind="preservation", act="withdraw", content={}, dossier_id=d),
        {D, S},
        False,
    ),
    "sign_act": (
        lambda p, d: actions.sign_act(p, act="withdraw", dossier_id=d, seen=["x"], secret=SECRET),
        {S},
        False,
    ),
    "deliver": (lambda p, d: actions.deliver(p, d, packages=["x"], seen=["x"], secret=SECRET), {S}, False),
    "confirm": (lambda p, d: actions.confirm(p, d, packages=["x"], seen=["x"], secret=SECRET), {S}, False),
    "record_minute": (
        lambda p, d: actions.record_minute(p, d, text="t", language="en", secret=SECRET),
        {D, S, V},
        True,
    ),
    "record_measure": (
        lambda p, d: actions.record_measure(
            p,
            d,
            measure={"authority": "a", "kind": "search_access", "date": "2026-01-01", "legal_basis": "b"},
            secret=SECRET,
        ),
        {D, S, V},
        True,
    ),
    "record_measure_step": (
        lambda p, d: actions.record_measure_step(
            p, d, measure=ABSENT, step="ended", body={"date": "2026-01-01", "reason": "other"}, secret=SECRET
        ),
        {D, S, V},
        True,
    ),
    "record_safeguard": (
        lambda p, d: actions.record_safeguard(
            p, d, step="non_discrimination", outcome="met", reason="r", language="en", secret=SECRET
        ),
        {D, S, V},
        False,
    ),
    "record_safeguards": (
        lambda p, d: actions.record_safeguards(p, d, findings=[], secret=SECRET),
        {D, S, V},
        False,
    ),
    "skip_safeguard": (
        lambda p, d: actions.skip_safeguard(
            p, d, step="non_discrimination", reason="r", language="en", secret=SECRET
        ),
        {S, V},
        False,
    ),
    "national_file": (queries.national_file, {D, S, V}, True),
    "papers_of": (queries.papers_of, {D, S, V}, True),
    "enter_page": (queries.enter_page, {S}, False),
    "courier_file": (lambda p, d: queries.courier_file(p, d, "XBB"), {D, S}, False),
    "receive_paper": (
        lambda p, d: actions.receive_paper(
            p, d, state="XBB", scan=b"%PDF-", received="2026-01-01", secret=SECRET, seen=["x"]
        ),
        {S},
        False,
    ),
    "make_available": (
        lambda p, d: actions.make_available(p, d, authority="XAA-ZZ", secret=SECRET),
        {S, V},
        False,
    ),
    "hand_to_authority": (
        lambda p, d: actions.hand_to_authority(
            p, d, authority="XAA-ZZ", reason="r", language="en", secret=SECRET
        ),
        {S, V},
        False,
    ),
    "start_upload": (lambda p, d: actions.start_upload(p, d), {D, S}, False),
    "seal_from_server": (
        lambda p, d: actions.seal_from_server(p, d, paths=["0/x"], secret=SECRET),
        {S},
        False,
    ),
}
#: Past the door of the dossier these look for a second thing, and the walk names none.
BEHIND = {"seal_from_server", "record_measure_step"}
PACKAGE: dict[str, tuple[Callable[[Person, str], Any], set[str]]] = {
    "package_row": (queries.package_row, {D, S, V}),
    "hands": (queries.hands, {D, S, V}),
    "use_terms": (queries.use_terms, {D, S, V}),
    "package_dossier": (queries.package_dossier, {D, S, V}),
    "check_package": (actions.check_package, {D, S, V}),
    "open_evidence": (lambda p, x: actions.open_evidence(p, x, secret=SECRET), {S}),
    "read_item": (lambda p, x: b"".join(actions.read_item(p, x, item="1", secret=SECRET)), {S}),
}
UPLOAD: dict[str, tuple[Callable[[Person, str], Any], set[str]]] = {
    "add_part": (lambda p, u: actions.add_part(p, u, item="a", offset=0, data=b"", last=True), {D, S}),
    "finish_upload": (lambda p, u: actions.finish_upload(p, u, secret=SECRET), {S}),
    "abandon_upload": (actions.abandon_upload, {D, S}),
}
#: of a case: who gets past the door of their own, and whether one made available may be read
CASE: dict[str, tuple[Callable[[Person, str], Any], set[str], bool]] = {
    "case_page": (queries.case_page, {D, S, V}, True),
    "case_history": (queries.case_history, {D, S, V}, True),
    "case_persons": (queries.case_persons, {D, S, V}, True),
    "case_person": (lambda p, c: queries.case_person(p, c, _of(c, "persons")), {D, S, V}, True),
    "import_page": (lambda p, c: queries.import_page(p, c, _of(c, "imports", p)), {D, S, V}, False),
    "rename_case": (lambda p, c: actions.rename_case(p, c, number="1", title=""), {D, S, V}, False),
    "close_case": (actions.close_case, {D, S, V}, False),
    "reopen_case": (actions.reopen_case, {D, S, V}, False),
    "make_case_available": (
        lambda p, c: actions.make_case_available(p, c, authority="XAA-ZZ"),
        {S, V},
        False,
    ),
    "attach_dossier": (lambda p, c: actions.attach_dossier(p, c, dossier_id=_dossier(p)), {D, S, V}, False),
    "detach_dossier": (
        lambda p, c: actions.detach_dossier(p, c, dossier_id=_of(c, "dossiers")),
        {D, S, V},
        False,
    ),
    "save_case_person": (
        lambda p, c: actions.save_case_person(p, c, given={"role": "victim", "name": "x"}),
        {D, S, V},
        False,
    ),
    "remove_case_person": (
        lambda p, c: actions.remove_case_person(p, c, person_id=_of(c, "persons"), revision="x"),
        {D, S, V},
        False,
    ),
    "begin_import": (
        lambda p, c: actions.begin_import(p, c, file=b"name\nx", role="victim"),
        {D, S, V},
        False,
    ),
    "map_import": (
        lambda p, c: actions.map_import(p, c, _of(c, "imports", p), mapping=["name"], role="victim"),
        {D, S, V},
        False,
    ),
    "confirm_import": (lambda p, c: actions.confirm_import(p, c, _of(c, "imports", p)), {D, S, V}, False),
    "drop_import": (lambda p, c: actions.drop_import(p, c, _of(c, "imports", p)), {D, S, V}, False),
    "export_case_persons": (actions.export_case_persons, {S, V}, True),
}


def _of(case: str, part: str, person: Person | None = None) -> str:
    """Something that lies in a case; of a table on its way in, the person's own."""
    row = Case.objects.filter(pk=case).first()
    if row is None:
        return ABSENT
    found = getattr(row, part).all()
    if person is not None:
        found = found.filter(officer_id=person.officer_id)
    return next((one.pk for one in found), ABSENT)


def _dossier(person: Person) -> str:
    return next((one.pk for one in access.dossiers(person)), ABSENT)


DRAFT: dict[str, tuple[Callable[[Person, str], Any], set[str]]] = {
    "draft_page": (queries.draft_page, {D, S}),
    "discard_draft": (actions.discard_draft, {D, S}),
    "merge_draft": (
        lambda p, d: actions.merge_draft(p, d, kind="preservation", content={}, base={}),
        {D, S},
    ),
    "submit_draft": (lambda p, d: actions.submit_draft(p, d, revision="x"), {D, S}),
    "return_draft": (lambda p, d: actions.return_draft(p, d, revision="x", remark="r"), {D, S}),
    "sign_draft": (lambda p, d: actions.sign_draft(p, d, revision="x", secret=SECRET), {D, S}),
}
#: no object: who may call it at all
PLAIN: dict[str, tuple[Callable[[Person], Any], set[str]]] = {
    "desk": (queries.desk, {D, S, V, A}),
    "kinds": (queries.kinds, {D, S, V, A}),
    "form_page": (lambda p: queries.form_page(p, "preservation"), {D, S}),
    "advise": (lambda p: queries.advise(p, "preservation", {}), {D, S}),
    "earlier": (queries.earlier, {D, S}),
    "people": (queries.people, {V, A}),
    "paper_peers": (queries.paper_peers, {D, S, V}),
    "save_paper_peer": (
        lambda p: actions.save_paper_peer(p, state="XDD", authority="XDD-MOJ", name="n", address="a"),
        {S, V},
    ),
    "cases_list": (queries.cases_list, {D, S, V}),
    "open_case": (lambda p: actions.open_case(p, number="1", title=""), {D, S, V}),
    "owed": (queries.owed, {D, S, V}),
    "search": (lambda p: queries.search(p, "words"), {D, S, V}),
    "read_back": (lambda p: queries.read_back(p, readback.code(ABSENT)), {D, S, V}),
    "call_back": (lambda p: queries.call_back(p, "XBB"), {D, S, V}),
    "states_to_call": (queries.states_to_call, {D, S, V}),
    "supervision": (queries.supervision, {V}),
    "server_folder": (actions.server_folder, {D, S}),
    "certified_text": (queries.certified_text, {D, S, V}),
    "certified_texts": (queries.certified_texts, {D, S, V}),
    "law_progress": (queries.law_progress, {D, S, V}),
    "record_progress": (lambda p: actions.record_progress(p, told={}, secret=SECRET), {S, V}),
    "gap_answers": (queries.gap_answers, {D, S, V}),
    "answer_gaps": (
        lambda p: actions.answer_gaps(p, answers={"7(1)": ("met", "a law", "")}, secret=SECRET),
        {S, V},
    ),
    "law_confirmed": (queries.law_confirmed, {D, S, V}),
    "law_entries": (queries.law_entries, {D, S, V}),
    "law_paragraphs": (lambda p: queries.law_paragraphs(p, 42), {D, S, V}),
    "load_certified_text": (
        lambda p: actions.load_certified_text(
            p, instrument="UNCC_2024", language="en", data=b"x", origin="x", secret=SECRET
        ),
        {S, V},
    ),
    "confirm_paragraphs": (
        lambda p: actions.confirm_paragraphs(
            p, instrument="UNCC_2024", judged={"42(8)": ("agrees", "")}, secret=SECRET
        ),
        {S, V},
    ),
}
#: public law and directory, the operator's own functions, and what belongs to signing in
ELSEWHERE = {
    "check_file", "issued", "addressees", "missing", "add_authority", "add_officer", "reset_officer", "disable_officer",
    "signed_in", "too_many",
}  # fmt: skip
#: papers and scans, which tests/casework/test_paper_peers.py walks
PAPER = {"mark_paper_sent", "paper_file", "scan_file"}


def test_every_function_of_casework_is_in_this_walk() -> None:
    walked = {*DOSSIER, *CASE, *PACKAGE, *UPLOAD, *DRAFT, *PLAIN, *PAPER, *ELSEWHERE}
    assert walked == set(queries.__all__) | set(actions.__all__)


def _person(desk: Desk, role: str, authority: str = "XAA-CP") -> Person:
    row = Officer.objects.select_related("user").get(role=role, authority__code=authority)
    return desk.person(row.user.username)


def _door(call: Callable[..., Any], *arguments: Any) -> str:
    """How far a call came: through, not-found or not-allowed. Trouble behind the door is the action's own business."""
    try:
        call(*arguments)
    except NotFound:
        return "not-found"
    except NotAllowed:
        return "not-allowed"
    except Fault:
        return "through"
    return "through"


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", DOSSIER)
def test_dossiers(desk: Desk, ask: Callable[..., str], name: str, role: str) -> None:
    call, roles, readable = DOSSIER[name]
    own = ask()
    person, stranger = _person(desk, role), _person(desk, role, "XAA-CA")
    answer = _door(call, person, own)
    if name in BEHIND and role in roles:
        assert answer == "not-found"  # past the door: what else it names is not there
    elif role == A:
        assert answer in ("not-found", "not-allowed")
    else:
        assert answer == ("through" if role in roles else "not-allowed")
    # Absent and another authority's are one answer, word for word.
    for who, what in ((stranger, own), (person, ABSENT), (stranger, ABSENT)):
        assert _door(call, who, what) in (
            "not-found",
            "not-allowed" if role not in roles or role == A else "not-found",
        )
    assert _door(call, stranger, own) == _door(call, stranger, ABSENT)
    # Made available: to be read, and written beside in one's own file, never acted in.
    actions.make_available(_person(desk, V), own, authority="XAA-CA", secret=SECRET)
    answer = _door(call, stranger, own)
    if readable and role in roles and name not in BEHIND:
        assert answer == "through"
    else:
        assert answer in ("not-found", "not-allowed")


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", CASE)
def test_cases(desk: Desk, ask: Callable[..., str], name: str, role: str) -> None:
    call, roles, readable = CASE[name]
    clerk = _person(desk, D)
    own = actions.open_case(clerk, number="1", title="").id
    actions.attach_dossier(clerk, own, dossier_id=ask())
    actions.save_case_person(clerk, own, given={"role": "victim", "name": "x"})
    for each in (D, S, V):
        actions.begin_import(_person(desk, each), own, file=b"name\nx", role="victim")
    person, stranger = _person(desk, role), _person(desk, role, "XAA-CA")
    for who, what in ((stranger, own), (person, ABSENT), (stranger, ABSENT)):
        assert _door(call, who, what) == "not-found"
    # Made available: to be read, never changed.
    actions.make_case_available(_person(desk, V), own, authority="XAA-CA")
    answer = _door(call, stranger, own)
    assert answer == (
        "through" if readable and role in roles else "not-found" if role == A else "not-allowed"
    )
    answer = _door(call, person, own)
    assert answer == ("through" if role in roles else "not-found" if role == A else "not-allowed")


@pytest.fixture
def package(desk: Desk) -> str:
    opening = desk.others["XBB"].opening(desk.clock())
    desk.receive(opening)
    person = _person(desk, S)
    upload = actions.start_upload(person, opening.id)
    actions.add_part(person, upload.id, item="a", offset=0, data=b"x", last=True)
    return actions.finish_upload(person, upload.id, secret=SECRET).package


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", PACKAGE)
def test_packages(desk: Desk, package: str, name: str, role: str) -> None:
    call, roles = PACKAGE[name]
    person, stranger = _person(desk, role), _person(desk, role, "XAA-CA")
    assert _door(call, person, package) == (
        "through" if role in roles else "not-found" if role == A else "not-allowed"
    )
    assert _door(call, stranger, package) == _door(call, stranger, ABSENT) == "not-found"
    assert _door(call, person, ABSENT) == "not-found"


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", UPLOAD)
def test_uploads(desk: Desk, ask: Callable[..., str], name: str, role: str) -> None:
    call, roles = UPLOAD[name]
    upload = actions.start_upload(_person(desk, D), ask()).id
    try:
        person, stranger = _person(desk, role), _person(desk, role, "XAA-CA")
        answer = _door(call, stranger, upload)
        assert answer == _door(call, stranger, "absent")
        assert answer != "through"
        assert (_door(call, person, upload) == "through") == (role in roles)
    finally:
        if _door(actions.abandon_upload, _person(desk, D), upload) == "through":
            pass


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", DRAFT)
def test_drafts(desk: Desk, name: str, role: str) -> None:
    call, roles = DRAFT[name]
    saved = actions.save_draft(_person(desk, D), kind="preservation", act="request", content={}).id
    person, stranger = _person(desk, role), _person(desk, role, "XAA-CA")
    assert _door(call, stranger, saved) == _door(call, stranger, "absent") == "not-found"
    assert _door(call, person, saved) == ("through" if role in roles else "not-found")


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", PLAIN)
def test_without_an_object(desk: Desk, ask: Callable[..., str], name: str, role: str) -> None:
    ask()
    call, roles = PLAIN[name]
    assert _door(call, _person(desk, role)) == ("through" if role in roles else "not-allowed")


def test_an_administrator_sees_no_case(desk: Desk, ask: Callable[..., str]) -> None:
    ask()
    page = queries.desk(_person(desk, A))
    for part in (page.needs_me, page.waits_on_them, page.closed, page.clocks, page.drafts):
        assert part == ()


def test_a_right_that_is_not_listed_is_nobodys(desk: Desk) -> None:
    assert not any(_person(desk, role).may("anything.else") for role in Role.values)
    assert all(
        Role.ADMINISTRATOR not in roles for right, roles in RIGHTS.items() if not right.startswith("people.")
    )
