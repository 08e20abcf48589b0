"""Finding words in the law data."""

from __future__ import annotations

import pytest

from corridor import law


def test_the_number_of_an_article_finds_the_article_first() -> None:
    first = law.search("42", instrument="UNCC_2024").found[0]
    assert (first.kind, first.line.ref) == ("article", "42")


def test_every_word_must_begin_a_word_of_the_line() -> None:
    found = law.search("preserv 60").found
    assert found
    for each in found:
        assert "preserv" in f"{each.title} {each.text}".casefold()
        assert "60" in f"{each.title} {each.text}"


def test_a_title_comes_before_a_text() -> None:
    kinds = [
        each.title != "" and "extradition" in each.title.casefold()
        for each in law.search("extradition").found
    ]
    assert kinds == sorted(kinds, reverse=True)


def test_accents_and_case_do_not_count() -> None:
    assert law.search("PRÉSERVATION").found == law.search("preservation").found


def test_a_word_that_is_nowhere_offers_those_that_are_near() -> None:
    found = law.search("presrvation")
    assert found.found == ()
    assert "preservation" in found.near


def test_nothing_asked_finds_nothing() -> None:
    assert law.search("  ").to_dict() == {"words": [], "found": [], "near": []}


def test_one_instrument_alone_may_be_asked() -> None:
    assert {each.instrument for each in law.search("data", instrument="BUDAPEST_CETS185").found} == {
        "BUDAPEST_CETS185"
    }
    with pytest.raises(law.LawFault, match=r"law\.instrument\."):
        law.search("data", instrument="NO_SUCH")


def test_what_is_found_says_where_it_stands_and_how_far_to_trust_it() -> None:
    row = law.search("preservation").to_dict()["found"][0]
    assert set(row) >= {"kind", "instrument", "ref", "cite", "title", "text", "source", "confidence"}
