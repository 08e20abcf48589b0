"""A checklist of every paragraph: unknown until a State answers with a source, and no row of ours answers for it."""

from __future__ import annotations

from datetime import date

import pytest

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.gaps import Answer, Met, compare_gaps, read_answers

DAY = date(2026, 11, 26)


def answer(item: str, met: Met = Met.MET, note: str = "") -> Answer:
    return Answer(item, met, "Penal Code s. 210", DAY, "central authority", note)


def test_every_paragraph_of_articles_7_to_34_that_asks_something_is_an_item() -> None:
    found = law.gaps("VNM")
    assert {each.paragraph.article for each in found.items} == set(range(7, 35))
    assert {each.ref for each in found.items} >= {"7(1)", "19(2)", "25(2)", "34(1)"}


def test_nothing_is_met_until_the_state_says_so() -> None:
    found = law.gaps("DEU")  # of whose law rows exist
    assert {each.met for each in found.items} == {Met.UNKNOWN}
    hints = {each.ref: each.suggestion.provision for each in found.items if each.suggestion}
    assert "StGB" in hints["7(1)"]


def test_what_the_convention_leaves_to_a_state_is_optional_and_counted_apart() -> None:
    found = law.gaps("VNM", [answer("19(2)"), answer("7(1)")])
    by_ref = {each.ref: each for each in found.items}
    assert by_ref["19(2)"].optional
    assert not by_ref["7(1)"].optional
    assert found.totals()[Met.MET] == 1
    assert found.totals(optional=True)[Met.MET] == 1


def test_the_last_answer_counts_and_the_difference_is_told() -> None:
    before = law.gaps("VNM", [answer("7(1)", Met.MISSING)])
    after = law.gaps("VNM", [answer("7(1)", Met.MISSING), answer("7(1)", Met.PARTLY)])
    assert compare_gaps(before, after) == (("7(1)", Met.MISSING, Met.PARTLY),)


def test_a_filled_in_table_is_read_again() -> None:
    given = (answer("7(1)", Met.PARTLY, "only with intent"), answer("19(2)"))
    table = law.gaps("VNM", given).to_csv()
    assert set(read_answers(table)) == set(given)
    assert law.gaps("VNM", read_answers(table)).to_csv() == table


def test_the_printed_list_shows_answers_with_their_source() -> None:
    text = law.gaps("VNM", [answer("7(1)")]).to_markdown()
    assert "- [x] **7(1)**" in text
    assert "Penal Code s. 210 (2026-11-26, central authority)" in text


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("99(1),met,x,2026-11-26,me", "no item"),
        ("7(1),yes,x,2026-11-26,me", "answer is one of"),
        ("7(1),met,,2026-11-26,me", "needs its source"),
        ("7(1),met,x,today,me", "date must be a day"),
        ("7(1),met,x,2026-11-26,", "by whom"),
        ("7(1),met", "more or fewer cells"),
    ],
)
def test_an_answer_that_is_wrong_is_refused_with_its_line(row: str, problem: str) -> None:
    with pytest.raises(LawFault) as caught:
        read_answers(f"item,answer,source,date,by\n{row}\n".encode())
    assert caught.value.code == "law.gaps.malformed"
    assert caught.value.facts["line"] == 2
    assert problem in caught.value.log_text


def test_the_cast_has_its_checklist_too() -> None:
    assert [each.ref for each in law.gaps("XAA").items] == [each.ref for each in law.gaps("FRA").items]


#: Paragraphs whose own words only allow, or ask to consider; and those that ask nothing of a State's law.
ALLOWED = {
    "7(2)",
    "11(3)",
    "15(3)",
    "19(2)",
    "19(3)",
    "21(2)",
    "22(2)(a)",
    "22(4)",
    "29(2)",
    "31(8)",
    "32",
    "33(3)",
}
ASKED_NOTHING = {"14(5)", "18(2)", "21(8)", "22(6)", "24(5)", "31(10)"}


def test_what_is_only_allowed_is_not_owed_and_what_asks_nothing_is_no_item() -> None:
    by_ref = {each.ref: each for each in law.gaps("VNM").items}
    assert {ref for ref in ALLOWED if by_ref[ref].optional} == ALLOWED
    assert not ASKED_NOTHING & set(by_ref)
    assert not any(
        by_ref[ref].optional for ref in ("7(1)", "13(c)", "19(1)", "22(1)(a)", "24(1)", "25(1)", "34(6)")
    )
    assert by_ref["21(3)"].strength == "endeavour"


def test_the_options_of_the_convention_are_all_optional() -> None:
    by_ref = {each.ref: each for each in law.gaps("VNM").items}
    options = {str(each.ref) for each in law.reservations()} & set(by_ref)
    assert options
    assert all(by_ref[ref].optional for ref in options)


def test_an_answer_that_was_superseded_stays_beside_the_one_that_counts() -> None:
    first, second = answer("7(1)", Met.MISSING), answer("7(1)", Met.PARTLY)
    item = {each.ref: each for each in law.gaps("VNM", [first, second]).items}["7(1)"]
    assert item.answer == second
    assert item.earlier == (first,)
    assert item.to_dict()["earlier"][0]["answer"] == "missing"


def test_what_is_known_of_attempt_stands_beside_the_paragraph_that_leaves_it_to_the_state() -> None:
    found = law.gaps("ESP")
    known = {each.ref: each.attempt for each in found.items if each.attempt is not None}
    assert list(known) == ["19(2)"]
    assert known["19(2)"].rule == "punishable"
    assert found.totals(optional=True)[Met.MET] == 0  # known, not judged


def test_no_answer_becomes_a_formula_in_a_spreadsheet() -> None:
    given = Answer("7(1)", Met.MET, "=1+1", DAY, "@desk", "-")
    table = law.gaps("VNM", [given]).to_csv()
    assert b",'=1+1," in table
    assert read_answers(table) == (given,)
