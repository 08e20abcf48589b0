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


def test_every_paragraph_of_articles_7_to_34_is_an_item() -> None:
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
