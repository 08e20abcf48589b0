"""Conduct by its common name meets the offences its row says, and no offence is claimed that the Convention has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor import law
from corridor.law.errors import LawFault
from corridor.law.near import folded

ROWS = yaml.safe_load((Path(__file__).parent / "tables" / "conduct.yaml").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["term"])
def test_a_conduct_meets_what_the_lawyers_table_says(row: dict[str, Any]) -> None:
    found = law.conduct(row["term"])
    if row.get("none"):
        assert not found.named
        assert found.also
    else:
        assert set(row["among"]) <= set(found.articles)


def test_every_article_named_establishes_an_offence() -> None:
    offences = {each.article for each in law.offences()}
    for each in law.conducts():
        assert set(each.articles) <= offences
        for meets in each.meets:
            assert meets.offence.article == meets.article
            assert meets.counterpart is not None  # one line for each article, `none` included


def test_the_offences_have_at_least_one_conduct_each() -> None:
    assert {article for each in law.conducts() for article in each.articles} == {
        each.article for each in law.offences()
    }


def test_a_word_stands_for_one_conduct() -> None:
    words = [folded(word) for each in law.conducts() for word in {each.id, each.name, *each.aliases}]
    assert len(words) >= 150
    assert len(law.conducts()) >= 25


@pytest.mark.parametrize(("term", "near"), [("ransomwear", "ransomware"), ("fishing", "phishing")])
def test_an_unknown_word_offers_the_near_ones(term: str, near: str) -> None:
    with pytest.raises(LawFault) as caught:
        law.conduct(term)
    assert caught.value.code == "law.conduct.unknown"
    assert near in caught.value.next_step


def test_a_conduct_says_which_paragraphs_it_is_read_into_and_what_must_be_shown() -> None:
    for each in law.conducts():
        assert bool(each.show) is each.named
        for meets in each.meets:
            assert meets.places
            assert {paragraph.article for paragraph in meets.paragraphs} == {meets.article}


def test_fraud_by_deception_and_fraud_by_altered_data_are_told_apart() -> None:
    # article 13(c) of the authentic text: deception about facts through a system; 13(a): input or change of data
    places = {
        each.id: dict(zip(each.articles, (m.places for m in each.meets), strict=True))
        for each in law.conducts()
    }
    assert places["romance_investment_fraud"][13] == ("13(c)",)
    assert places["card_fraud"][13] == ("13(a)", "13(b)")
    assert places["changed_payment_details"][13] == ("13(a)", "13(c)")


def test_what_an_offence_leaves_out_stands_beside_the_conduct_that_meets_it() -> None:
    # article 11(2) authorised testing, 11(3) reservation
    assert {line.ref for line in law.conduct("malware sale").left_out} == {"11(2)", "11(3)"}
    assert not law.conduct("scraping").left_out


def test_the_answer_as_json_names_the_offence_its_elements_and_its_counterpart() -> None:
    answer = law.conduct("ddos").to_dict()
    first = answer["meets"][0]
    assert (first["article"], first["offence"], first["places"]) == (10, "system_interference", ["10"])
    assert "without right" in first["elements"]
    assert first["budapest"]["own"] == [5]
    assert "hindered seriously" in answer["show"][0]
