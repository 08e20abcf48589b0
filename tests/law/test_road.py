"""The road to becoming a Party is told from where a State stands, and every notification due has its paper."""

from __future__ import annotations

from datetime import date

import pytest

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.road import (
    Progress,
    Stand,
    StepState,
    Way,
    deposit_kit,
    own_steps,
    progress_csv,
    read_progress,
    road_sources,
)
from corridor.law.status_table import Assumption, StatusRow, StatusTable
from corridor.law.treaty import Moment
from corridor.law.types import Confidence

DAY = date(2026, 11, 26)  # the window for signature closes on 31 December 2026
AFTER = date(2027, 1, 1)


def row(code: str, *, signature: str = "", deposit: str = "") -> StatusRow:
    name = "European Union" if code == "EUE" else law.state(code).name
    return StatusRow(
        code,
        name,
        signature=signature,
        deposit=deposit,
        source="a test",
        confidence=Confidence.SEEN,
    )


def table(*rows: StatusRow, assumed: Assumption | None = None) -> StatusTable:
    return StatusTable(rows, "a test", "0" * 64, assumed=assumed)


def told(step: str, answer: StepState, day: date = DAY) -> Progress:
    return Progress(
        step, "second reading in the lower house", answer, "Gazette 12", day, "ministry of foreign affairs"
    )


def test_while_the_window_is_open_a_state_may_sign_or_accede() -> None:
    kit = deposit_kit("CHE", on=DAY, table=table())
    assert (kit.stand, kit.way) == (Stand.WINDOW_OPEN, Way.SIGNATURE)
    assert {each.id for each in kit.documents} >= {
        "full_powers",
        "instrument_ratification",
        "instrument_accession",
    }
    closes = next(each for each in kit.days if each.id == "signature_closes")
    assert closes.day == date(2026, 12, 31)
    assert "35 days left" in closes.text


def test_once_it_is_closed_accession_is_the_one_way() -> None:
    kit = deposit_kit("CHE", on=AFTER, table=table())
    assert (kit.stand, kit.way) == (Stand.WINDOW_CLOSED, Way.ACCESSION)
    papers = {each.id for each in kit.documents}
    assert "instrument_accession" in papers
    assert not papers & {"full_powers", "note_signature", "instrument_ratification", "confirmation"}
    assert "sign" not in {each.id for each in kit.steps}


def test_the_last_day_of_the_window_is_still_open() -> None:
    assert deposit_kit("CHE", on=date(2026, 12, 31), table=table()).stand is Stand.WINDOW_OPEN


def test_a_signatory_has_the_signature_behind_it_and_its_day_in_the_instrument() -> None:
    kit = deposit_kit("FRA", on=AFTER, table=table(row("FRA", signature="2025-10-25")))
    steps = {each.id: each for each in kit.steps}
    assert kit.stand is Stand.SIGNED
    assert steps["sign"].state is StepState.DONE
    assert steps["full_powers"].state is StepState.PASSED
    assert kit.next is not None
    assert kit.next.id == "assess"
    instrument = kit.document("instrument_ratification")
    assert instrument is not None
    assert "on 25 October 2025" in instrument.text
    assert kit.document("instrument_accession") is None


def test_a_report_is_no_deposit() -> None:
    kit = deposit_kit("VNM", on=DAY)
    assert kit.stand is Stand.REPORTED
    assert {each.id: each.state for each in kit.steps}["deposit"] is StepState.OPEN
    assert any("not a deposit" in each for each in kit.caveats)


def test_after_the_deposit_no_instrument_and_no_new_reservation_is_offered() -> None:
    kit = deposit_kit("QAT", on=DAY)
    assert kit.stand is Stand.DEPOSITED
    kinds = {each.id for each in kit.documents if each.kind in ("instrument", "reservation", "full_powers")}
    assert kinds == {"withdrawal_of_reservation"}
    due = kit.document("central_authority")
    assert due is not None
    assert due.due.startswith("was due with the deposit")


def test_the_day_it_would_be_bound_is_counted_only_where_the_number_is_reached() -> None:
    codes = [each.code for each in law.states() if each.code != "CHE"]
    short = table(*(row(code, signature="2025-10-25", deposit="2026-06-01") for code in codes[:38]))
    one_less = table(*(row(code, signature="2025-10-25", deposit="2026-06-01") for code in codes[:39]))
    full = table(*(row(code, signature="2025-10-25", deposit="2026-06-01") for code in codes[:40]))
    assert bound(short) is None
    assert bound(one_less) == date(2027, 2, 24)  # the 40th: 90 days after 26 November 2026
    assert bound(full) == date(2026, 12, 26)  # in force since 30 August 2026; 30 days after its own


def bound(given: StatusTable) -> date | None:
    kit = deposit_kit("CHE", on=DAY, table=given)
    return next(each.day for each in kit.days if each.id == "if_deposited_today")


def test_every_notification_of_the_convention_has_its_paper() -> None:
    answered = set()
    for code, given in (
        ("CHE", table()),
        ("QAT", table(row("QAT", signature="2025-10-25", deposit="2026-02-01"))),
        ("EUE", table()),
    ):
        answered |= {
            each for paper in deposit_kit(code, on=DAY, table=given).documents for each in paper.cites
        }
    assert {each.cite() for each in law.notifications()} <= answered


@pytest.mark.parametrize(
    ("paper", "names", "names_not"),
    [
        ("reservation_disputes", "article 63(3)", "article 63 of"),  # its number was seen
        ("reservation_devices", "article 11(3)", "article 11 of"),
        ("central_authority", "article 40 of", "40(12)"),  # recalled: the article alone
        ("contact_point", "article 41 of", "41(2)"),
    ],
)
def test_a_paper_names_a_paragraph_only_where_it_was_read(paper: str, names: str, names_not: str) -> None:
    found = deposit_kit("CHE", on=DAY, table=table()).document(paper)
    assert found is not None
    assert names in found.text
    assert names_not not in found.text


def test_a_confirmed_paragraph_is_named() -> None:
    found = deposit_kit("CHE", on=DAY, table=table(), confirmed={"UNCC_2024 41(2)"}).document("contact_point")
    assert found is not None
    assert "article 41(2)" in found.text


def test_no_paper_keeps_a_name_code_should_have_filled_in() -> None:
    for code in ("CHE", "FRA", "QAT", "EUE", "XAA", "XDD"):
        for paper in deposit_kit(code, on=DAY).documents:
            assert "{" not in paper.text
            assert "no legal advice" in paper.text
            assert paper.filename.endswith(".md")


def test_of_the_instruments_one_is_chosen() -> None:
    kit = deposit_kit("FRA", on=DAY)
    assert {each.id for each in kit.documents if each.choice == "instrument"} == {
        "instrument_ratification",
        "instrument_acceptance",
        "instrument_approval",
    }


def test_an_organisation_declares_its_competence_and_waits_for_a_member() -> None:
    kit = deposit_kit("EUE", on=DAY, table=table(row("EUE", signature="2025-10-25")))
    assert kit.organisation
    assert kit.document("competence") is not None
    assert kit.document("central_authority") is None
    assert {each.id: each.state for each in kit.steps}["member_first"] is StepState.OPEN
    member = table(
        row("EUE", signature="2025-10-25"), row("FRA", signature="2025-10-25", deposit="2026-06-01")
    )
    steps = {each.id: each for each in deposit_kit("EUE", on=DAY, table=member).steps}
    assert steps["member_first"].state is StepState.DONE
    assert "France" in steps["member_first"].because


def test_what_a_state_tells_of_itself_moves_its_own_steps_and_no_others() -> None:
    lines = (told("consent_at_home", StepState.PLANNED), told("consent_at_home", StepState.DONE))
    kit = deposit_kit("FRA", on=DAY, progress=lines)
    step = {each.id: each for each in kit.steps}["consent_at_home"]
    assert step.state is StepState.DONE
    assert step.progress == lines
    with pytest.raises(LawFault) as caught:
        deposit_kit("FRA", on=DAY, progress=(told("deposit", StepState.DONE),))
    assert caught.value.code == "law.road.malformed"


def test_the_table_of_progress_is_read_again_as_written() -> None:
    lines = (told("decide", StepState.DONE), told("law", StepState.UNDER_WAY))
    assert read_progress(progress_csv(lines)) == lines
    assert read_progress(progress_csv()) == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fly,x,done,y,2026-11-26,me", "no step"),
        ("law,x,finished,y,2026-11-26,me", "answer is one of"),
        ("law,,done,y,2026-11-26,me", "what is empty"),
        ("law,x,done,,2026-11-26,me", "source is empty"),
        ("law,x,done,y,soon,me", "date must be a day"),
        ("law,x", "more or fewer cells"),
    ],
)
def test_progress_that_is_wrong_is_refused_with_its_line(line: str, problem: str) -> None:
    with pytest.raises(LawFault) as caught:
        read_progress(f"step,what,answer,source,date,by\n{line}\n".encode())
    assert caught.value.facts["line"] == 2
    assert problem in caught.value.log_text


def test_an_assumed_status_stands_on_every_paper() -> None:
    given = table(assumed=Assumption("forty deposits", "a" * 64))
    kit = deposit_kit("CHE", on=DAY, table=given)
    assert kit.to_dict()["assumed"]
    assert "ASSUMED STATUS" in kit.to_markdown()
    assert all("ASSUMED STATUS" in each.text for each in kit.documents)


def test_the_cast_walks_the_same_road() -> None:
    assert deposit_kit("XAA", on=DAY).stand is Stand.PARTY
    kit = deposit_kit("XDD", on=DAY)
    assert kit.stand is Stand.WINDOW_OPEN
    # in force in the cast since 1 January 2026; 30 days after its own deposit
    assert next(each.day for each in kit.days if each.id == "if_deposited_today") == date(2026, 12, 26)


def test_an_unknown_state_offers_the_near_ones() -> None:
    with pytest.raises(LawFault) as caught:
        deposit_kit("Frnce", on=DAY)
    assert caught.value.code == "law.state.unknown"
    assert "France" in caught.value.next_step


def test_what_is_known_of_a_state_names_its_source() -> None:
    kit = deposit_kit("AZE", on=DAY)
    known = [each for step in kit.steps for each in step.known]
    assert known
    assert all(set(each.trust.source) <= set(road_sources()) for each in known)
    assert not [each for step in deposit_kit("BTN", on=DAY).steps for each in step.known]


def test_the_moments_of_the_papers_are_those_of_the_convention() -> None:
    by_cite = {each.cite(): each for each in law.notifications()}
    for code in ("CHE", "QAT", "EUE"):
        for paper in deposit_kit(code, on=DAY).documents:
            for cite in paper.cites:
                moments = set(by_cite[cite].when) if cite in by_cite else {paper.when}
                assert paper.when in moments | {Moment.DEPOSIT, Moment.PARTY}


def test_the_steps_a_state_tells_itself_are_listed() -> None:
    assert ("consent_at_home", "Consent at home") in own_steps()


def test_a_party_owes_nothing_that_hangs_on_a_condition_not_yet_met() -> None:
    kit = deposit_kit("XAA", on=DAY)
    assert kit.stand is Stand.PARTY
    owed = {each.id for each in kit.documents if each.due.startswith("owed since")}
    assert owed == {"laundering_laws", "confiscation_laws", "prevention_authority"}
    change = kit.document("register_updates")
    assert change is not None
    assert (change.due, change.due_on) == ("whenever an entry changes", None)


def test_every_notification_of_the_convention_has_its_paper_somewhere_on_the_road() -> None:
    kits = [deposit_kit(code, on=day) for code in ("AFG", "VNM", "QAT", "XAA", "EUE") for day in (DAY, AFTER)]
    cited = {cite for kit in kits for each in kit.documents for cite in each.cites}
    for line in law.notifications():
        assert line.cite() in cited, line.id


def test_what_cannot_be_otherwise_is_behind_even_where_no_signature_is_shown() -> None:
    kit = deposit_kit("XAA", on=DAY)  # a Party of the cast, no signature in its table
    states = {each.id: each.state for each in kit.steps}
    assert kit.way is Way.ACCESSION
    assert states["decide"] is StepState.PASSED
    assert states["choose"] is StepState.PASSED
    assert states["designate"] is StepState.OPEN  # nothing shows that its authorities were notified
    assert states["in_force"] is StepState.DONE


def test_one_that_has_not_signed_is_told_that_it_may_accede() -> None:
    assert any("may accede afterwards" in each for each in deposit_kit("CHE", on=DAY, table=table()).caveats)
    assert not any("may accede" in each for each in deposit_kit("FRA", on=DAY).caveats)
