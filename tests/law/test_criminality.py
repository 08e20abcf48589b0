"""Two States' law side by side: silence of the data says nothing, and four years is a line for evidence alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor import law
from corridor.law.criminality import (
    Attempts,
    FourYears,
    Penalty,
    Verdict,
    against_the_line,
    national,
    national_sources,
    offence_article,
    researched,
)
from corridor.law.errors import LawFault
from corridor.law.types import Confidence

TABLE = yaml.safe_load((Path(__file__).parent / "tables" / "criminality.yaml").read_text(encoding="utf-8"))


def penalty(value: Any) -> Penalty | None:
    if value is None:
        return None
    return Penalty(None, life=True) if value == "life" else Penalty(int(value))


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: f"{row['state']}-{row['article']}")
def test_a_provision_is_as_the_lawyers_table_says(row: dict[str, Any]) -> None:
    found = national(row["state"])[row["article"]]
    if "check" in row:
        assert row["check"] in found.check
        return
    assert found.base == penalty(row.get("base"))
    assert (found.aggravated or found.base) == penalty(row.get("highest", row.get("base")))
    assert str(found.four_years) == row["line"]
    assert (str(found.attempt.rule) if found.attempt else None) == row.get("attempt")


@pytest.mark.parametrize("row", TABLE["missing"], ids=lambda row: f"{row['state']}-{row['article']}")
def test_a_missing_row_is_not_researched(row: dict[str, Any]) -> None:
    assert row["article"] not in national(row["state"])
    other = "XAA" if law.state(row["state"]).fictional else "DEU"
    found = law.criminality(row["state"], other, row["article"])
    assert found.verdict is Verdict.ONE
    assert found.to_dict()["sides"][row["state"]] == "not researched"


def test_attempt_is_told_where_it_was_read_and_is_else_not_researched() -> None:
    found = law.criminality("FRA", "BEL", 7)
    assert found.side_a is not None
    assert found.side_a.attempt is not None
    assert found.side_a.attempt.rule is Attempts.PUNISHABLE
    assert found.side_a.attempt.confidence is Confidence.SEEN
    assert not found.side_a.attempt.general
    sides = found.to_dict()["sides"]
    assert sides["FRA"]["attempt"]["provision"] == "Code penal art. 323-7"
    assert sides["BEL"]["attempt"] == "not researched"


def test_a_general_rule_on_attempt_yields_to_what_is_said_of_the_article() -> None:
    germany = national("DEU")
    assert germany[9].attempt is not None
    assert germany[9].attempt.rule is Attempts.PUNISHABLE
    assert germany[14].attempt is not None
    assert germany[14].attempt.general
    assert germany[14].attempt.rule is Attempts.ONLY_WHERE_STATED


def test_what_is_said_of_attempt_names_its_source() -> None:
    for each in researched():
        for one in national(each.code).values():
            if one.attempt is not None:
                assert set(one.attempt.source) <= set(national_sources())


def test_both_sides_stand_beside_each_other_with_their_maximum() -> None:
    found = law.criminality("DEU", "FRA", 7)
    assert found.verdict is Verdict.BOTH
    assert found.side_a is not None
    assert found.side_a.provision.startswith("StGB")
    assert found.side_a.base == Penalty(36)  # section 202a of the German code as read: three years
    assert found.side_a.four_years is FourYears.BELOW


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("DEU", "AFG", Verdict.ONE),
        ("AFG", "BTN", Verdict.NEITHER),
        ("XAA", "XBB", Verdict.BOTH),
        ("XAA", "XCC", Verdict.ONE),
    ],
)
def test_what_nobody_researched_is_said_as_such_and_never_as_no_crime(
    a: str, b: str, verdict: Verdict
) -> None:
    found = law.criminality(a, b, 7)
    assert found.verdict is verdict
    said = str(found.to_dict()).lower()
    assert "not a crime" not in said
    assert "no offence" not in said
    for code in (a, b):
        if not national(code):
            assert found.to_dict()["sides"][code] == "not researched"


@pytest.mark.parametrize(
    ("penalties", "expected"),
    [
        ((), FourYears.UNKNOWN),
        ((Penalty(47),), FourYears.BELOW),
        ((Penalty(48),), FourYears.AT_OR_ABOVE),
        ((Penalty(49),), FourYears.AT_OR_ABOVE),
        ((Penalty(24), Penalty(120)), FourYears.AT_OR_ABOVE),
        ((Penalty(None, life=True),), FourYears.AT_OR_ABOVE),
    ],
)
def test_four_years_is_reached_at_48_months(penalties: tuple[Penalty, ...], expected: FourYears) -> None:
    assert against_the_line(*penalties) is expected


def test_the_comparison_names_the_rules_it_rests_on() -> None:
    refs = [line.ref for line in law.criminality("DEU", "FRA", 13).because]
    assert refs == ["35(3)", "2(h)", "19(2)"]


@pytest.mark.parametrize("article", [6, 18, 42, 99])
def test_an_article_that_establishes_no_offence_is_refused(article: int) -> None:
    with pytest.raises(LawFault) as caught:
        law.criminality("DEU", "FRA", article)
    assert caught.value.code == "law.criminality.no-offence"
    assert "articles 7 to 17" in caught.value.next_step


def test_fiction_and_fact_are_not_compared() -> None:
    with pytest.raises(LawFault) as caught:
        law.criminality("XAA", "DEU", 7)
    assert caught.value.code == "law.worlds.mixed"


def test_what_must_be_checked_first_says_why() -> None:
    assert "2025" in law.criminality("VNM", "KOR", 7).side("VNM").check  # type: ignore[union-attr]
    netherlands = national("NLD")
    assert netherlands[14].check
    assert not netherlands[7].check


def test_every_researched_state_is_a_state_and_every_row_has_its_source() -> None:
    assert len(researched()) == 31
    sources = national_sources()
    for each in researched():
        for row in national(each.code).values():
            assert set(row.source) <= set(sources)


@pytest.mark.parametrize(("text", "article"), [("13", 13), ("Illegal access", 7)])
def test_an_offence_is_named_by_number_or_title(text: str, article: int) -> None:
    assert offence_article(text) == article


def test_an_unknown_offence_offers_the_near_ones() -> None:
    with pytest.raises(LawFault) as caught:
        offence_article("ilegal access")
    assert "illegal access" in caught.value.next_step


def test_a_provision_that_leaves_attempt_out_is_told_as_such() -> None:
    row = national("AUS")[9]  # section 477.2 as read: attempt is no offence against it
    assert row.attempt is not None
    assert row.attempt.rule is Attempts.EXCLUDED
    assert row.attempt.confidence is Confidence.SEEN
