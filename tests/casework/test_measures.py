"""Domestic measures from order to end: one thread of signed entries; intrusive ones are authorised, then served."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.casework.conftest import SECRET, Desk, safeguard

from corridor import law
from corridor.casework import actions, measures, queries
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.models import LogLeaf, NationalEntry, OutboxLetter
from corridor.casework.queries.national import MeasureRow

pytestmark = pytest.mark.django_db

DAY = "2026-11-20"
COURT = {
    "nature": "judicial",
    "authority": "District Court",
    "date": DAY,
    "reference": "12/26",
    "until": "2026-12-20",
}


def order(desk: Desk, opened: str, kind: str = "preservation_order", **more: Any) -> str:
    given = {"authority": "District Court", "kind": kind, "date": DAY, "legal_basis": "s. 91"} | more
    measure = {name: value for name, value in given.items() if value is not None}
    return actions.record_measure(desk.person("ca-drafter"), opened, measure=measure, secret=SECRET).id


def step(desk: Desk, opened: str, measure: str, name: str, by: str = "ca-drafter", **body: Any) -> str:
    given = {"date": DAY} | body
    return actions.record_measure_step(
        desk.person(by), opened, measure=measure, step=name, body=given, secret=SECRET
    ).id


def row(desk: Desk, opened: str) -> MeasureRow:
    (found,) = queries.national_file(desk.person("ca-supervisor"), opened).measures
    return found


def refused(desk: Desk, opened: str, measure: str, name: str, **body: Any) -> CaseworkFault:
    before = NationalEntry.objects.count(), LogLeaf.objects.count()
    with pytest.raises(CaseworkFault) as caught:
        step(desk, opened, measure, name, **body)
    assert before == (NationalEntry.objects.count(), LogLeaf.objects.count())
    return caught.value


def test_the_life_of_a_measure_from_order_to_end(desk: Desk, asked: str) -> None:
    found = order(desk, asked, "search_access", term="2026-12-10", addressee="Nordmail AB")
    assert (row(desk, asked).state, row(desk, asked).next) == ("ordered", "authorised")
    step(desk, asked, found, "authorised", **COURT, scope="The mailbox of the request.")
    assert (row(desk, asked).state, row(desk, asked).next) == ("authorised", "served")
    step(desk, asked, found, "served", manner="on_site", to="Nordmail AB")
    assert (row(desk, asked).state, row(desk, asked).next) == ("served", "answered")
    step(desk, asked, found, "answered", extent="part", note="Half of the log.")
    step(desk, asked, found, "answered", extent="full")
    assert row(desk, asked).state == "answered"
    step(desk, asked, found, "ended", reason="executed")
    done = row(desk, asked)
    assert (done.state, done.possible, done.remaining) == ("ended", (), None)
    assert [each.kind for each in done.events] == [
        "measure", "measure_authorised", "measure_served", "measure_answered", "measure_answered", "measure_ended",
    ]  # fmt: skip
    assert {each.officer for each in done.events} == {desk.person("ca-drafter").number}
    assert LogLeaf.objects.filter(leaf__in=[each.id for each in done.events]).count() == 6
    assert OutboxLetter.objects.count() == 1  # the acceptance: nothing of a measure is ever sent


@pytest.mark.parametrize("kind", [each.id for each in law.measures() if each.intrusive])
def test_an_intrusive_measure_is_not_served_before_it_is_authorised(
    desk: Desk, asked: str, kind: str
) -> None:
    found = order(desk, asked, kind)
    fault = refused(desk, asked, found, "served", manner="on_site")
    assert (fault.code, fault.facts["kind"]) == ("casework.measure.not-authorised", kind)
    step(desk, asked, found, "authorised", **COURT)
    step(desk, asked, found, "served", manner="on_site")
    assert row(desk, asked).flags == ()


def test_one_that_is_not_intrusive_is_served_at_once(desk: Desk, asked: str) -> None:
    found = order(desk, asked, "production_order_subscriber")
    step(desk, asked, found, "served", manner="electronic")
    assert (row(desk, asked).state, row(desk, asked).flags) == ("served", ())


def test_an_authorisation_of_a_later_day_or_one_that_is_over_does_not_cover_the_service(
    desk: Desk, asked: str
) -> None:
    found = order(desk, asked, "search_access")
    step(desk, asked, found, "authorised", **COURT | {"date": "2026-11-22"})
    assert refused(desk, asked, found, "served", manner="on_site", date="2026-11-21").code == (
        "casework.measure.not-authorised"
    )
    fault = refused(desk, asked, found, "served", manner="on_site", date="2026-12-21")
    assert (fault.code, fault.facts["until"]) == ("casework.measure.authorisation-over", "2026-12-20")
    step(desk, asked, found, "served", manner="on_site", date="2026-12-20")


def test_an_urgent_one_names_its_law_and_is_shown_until_it_is_authorised(desk: Desk, asked: str) -> None:
    with pytest.raises(CaseworkFault) as caught:
        order(desk, asked, "content_interception", urgent=True)
    assert caught.value.code == "casework.measure.urgent-basis"
    found = order(desk, asked, "content_interception", urgent=True, urgent_basis="s. 94(2)")
    step(desk, asked, found, "served", manner="electronic")
    assert row(desk, asked).flags == ("authorisation-owed",)
    assert row(desk, asked).next == "authorised"
    (watched,) = queries.supervision(desk.person("ca-supervisor")).measures
    assert (watched.place.dossier, watched.measure.flags) == (asked, ("authorisation-owed",))
    step(desk, asked, found, "authorised", **{**COURT, "date": "2026-11-21"})
    assert row(desk, asked).flags == ()


def test_the_ninety_days_of_the_law_are_counted_from_the_order_and_again_from_a_renewal(
    desk: Desk, asked: str
) -> None:
    limit = measures.rule("preservation_order", "UNCC_2024")
    assert limit is not None
    assert limit.limit is not None
    days = limit.limit.days
    assert days == 90  # article 25(2), as tests/law holds it to its table
    found = order(desk, asked, term=None)
    assert row(desk, asked).flags == ("no-term",)
    last = measures.threads("UNCC_2024", _entries(desk, asked), desk.clock().date())[0].latest
    assert last is not None
    assert row(desk, asked).ends == last
    assert (last - _date(DAY)).days == days
    step(desk, asked, found, "renewed", date="2027-02-10", term="2027-05-11")
    assert row(desk, asked).flags == ()  # ninety days to the day
    assert row(desk, asked).limit_cite == "UNCC_2024 25"


@pytest.mark.parametrize(
    ("first", "renewed", "flags"),
    [
        ({"term": "2027-02-18"}, None, ()),
        ({"term": "2027-02-19"}, None, ("over-the-limit",)),
        ({"term": "2027-02-18"}, {"date": "2027-02-18", "term": "2027-05-19"}, ()),
        ({"term": "2027-02-18"}, {"date": "2027-02-18", "term": "2027-05-20"}, ("over-the-limit",)),
        ({"term": "2026-12-01"}, {"date": "2026-12-02", "term": "2027-02-01"}, ("renewed-late",)),
    ],
)
def test_what_goes_over_a_figure_of_the_law_is_kept_and_shown(
    desk: Desk, asked: str, first: dict[str, str], renewed: dict[str, str] | None, flags: tuple[str, ...]
) -> None:
    """A State orders by its own law: the file says what was ordered, and what article 25 says beside it."""
    found = order(desk, asked, **first)
    if renewed is not None:
        step(desk, asked, found, "renewed", **renewed)
    assert row(desk, asked).flags == flags


def test_a_term_beyond_the_authorisation_is_shown(desk: Desk, asked: str) -> None:
    found = order(desk, asked, "search_access", term="2026-12-21")
    step(desk, asked, found, "authorised", **COURT)
    assert row(desk, asked).flags == ("beyond-authorisation",)


def test_remaining_are_counted_and_a_term_that_passed_is_on_the_supervisors_page(
    desk: Desk, asked: str
) -> None:
    today = desk.clock().date()
    found = order(desk, asked, date=today.isoformat(), term=(today + timedelta(days=30)).isoformat())
    assert row(desk, asked).remaining == 30
    assert queries.supervision(desk.person("ca-supervisor")).measures == ()
    desk.clock.turn(days=23)
    assert row(desk, asked).remaining == 7
    (watched,) = queries.supervision(desk.person("ca-supervisor")).measures
    assert watched.measure.id == found
    desk.clock.turn(days=8)
    assert (row(desk, asked).remaining, row(desk, asked).flags) == (-1, ("term-over",))
    step(desk, asked, found, "ended", reason="lapsed", date=desk.clock().date().isoformat())
    assert (row(desk, asked).remaining, row(desk, asked).flags) == (None, ())
    assert queries.supervision(desk.person("ca-supervisor")).measures == ()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("answered", {"extent": "full"}),  # nobody served it
        ("telepathy", {}),
    ],
)
def test_a_step_that_cannot_follow_is_refused(
    desk: Desk, asked: str, name: str, body: dict[str, str]
) -> None:
    found = order(desk, asked)
    assert refused(desk, asked, found, name, **body).code == "casework.measure.step"


def test_after_its_end_a_measure_has_no_more_steps(desk: Desk, asked: str) -> None:
    found = order(desk, asked)
    step(desk, asked, found, "served", manner="post")
    assert refused(desk, asked, found, "served", manner="post").code == "casework.measure.step"
    step(desk, asked, found, "ended", reason="released")
    for name, body in (
        ("ended", {"reason": "released"}),
        ("renewed", {"term": "2026-12-01"}),
        ("served", {"manner": "post"}),
        ("authorised", COURT),
    ):
        assert refused(desk, asked, found, name, **body).code == "casework.measure.step"


@pytest.mark.parametrize(
    ("name", "body", "place"),
    [
        ("served", {"manner": "carrier pigeon"}, "manner"),
        ("served", {"manner": "post", "date": "2026-11-19"}, "date"),
        ("served", {"manner": "post", "date": "2026-02-30"}, "date"),
        ("renewed", {"term": "2026-11-19"}, "term"),
        ("authorised", COURT | {"until": "2026-11-01"}, "until"),
        ("ended", {"reason": "released", "surprise": "x"}, "surprise"),
    ],
)
def test_a_step_that_is_not_of_its_form_names_the_field(
    desk: Desk, asked: str, name: str, body: dict[str, str], place: str
) -> None:
    fault = refused(desk, asked, order(desk, asked), name, **body)
    assert (fault.code, fault.facts["place"]) == ("casework.act.body", place)


@pytest.mark.parametrize(("given", "place"), [({"term": "2026-11-19"}, "term"), ({"served": DAY}, "served")])
def test_an_order_that_is_not_of_its_form_names_the_field(
    desk: Desk, asked: str, given: dict[str, str], place: str
) -> None:
    with pytest.raises(CaseworkFault) as caught:
        order(desk, asked, **given)
    assert (caught.value.code, caught.value.facts["place"]) == ("casework.act.body", place)


def test_a_measure_of_another_file_is_absent(desk: Desk, asked: str) -> None:
    found = order(desk, asked)
    actions.make_available(desk.person("ca-supervisor"), asked, authority="XAA-CP", secret=SECRET)
    with pytest.raises(NotFound):
        step(desk, asked, found, "ended", by="cp-signatory", reason="released")
    assert queries.national_file(desk.person("cp-signatory"), asked).measures == ()


def test_the_execution_names_the_measure_of_the_file_and_nothing_more_of_it_leaves(
    desk: Desk, asked: str
) -> None:
    safeguard(desk.person("ca-drafter"), asked)
    found = order(desk, asked, "search_access", addressee="Nordmail AB", term="2026-12-10")
    person = desk.person("ca-signatory")

    def execute() -> Any:
        return actions.sign_act(
            person,
            act="execute",
            dossier_id=asked,
            body={},
            seen=queries.dossier_page(person, asked).heads,
            secret=SECRET,
            measure_entry=found,
        )

    with pytest.raises(CaseworkFault) as caught:
        execute()
    assert caught.value.code == "casework.measure.not-authorised"
    step(desk, asked, found, "authorised", **COURT)
    made = execute()
    (act,) = [each for each in queries.dossier_page(person, asked).timeline if each.id == made.act]
    assert act.body["measure"] == {
        "authority": "District Court",
        "kind": "search_access",
        "date": DAY,
        "legal_basis": "s. 91",
    }
    assert "Nordmail" not in str(act.body)


def test_an_execution_cannot_name_a_measure_that_is_not_there(desk: Desk, asked: str) -> None:
    safeguard(desk.person("ca-drafter"), asked)
    person = desk.person("ca-signatory")
    with pytest.raises(NotFound):
        actions.sign_act(
            person,
            act="execute",
            dossier_id=asked,
            body={},
            seen=queries.dossier_page(person, asked).heads,
            secret=SECRET,
            measure_entry="0" * 64,
        )


def test_an_order_an_earlier_version_wrote_with_its_service_reads_as_served(desk: Desk, asked: str) -> None:
    from corridor.casework.actions.national import enter
    from corridor.casework.models import Dossier

    content = {
        "authority": "Court", "kind": "preservation_order", "date": DAY, "legal_basis": "s 4",
        "served": "2026-11-21", "answered": "2026-11-22", "term": "2026-12-20",
    }  # fmt: skip
    enter(desk.person("ca-drafter"), Dossier.objects.get(pk=asked), "measure", content, SECRET)
    assert (row(desk, asked).state, row(desk, asked).possible[0]) == ("answered", "answered")


def _entries(desk: Desk, opened: str) -> Any:
    from corridor.casework import national
    from corridor.casework.models import Dossier

    return national.entries(desk.home, Dossier.objects.get(pk=opened), "XAA-CA")


def _date(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)
