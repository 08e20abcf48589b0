"""Safeguards as steps: every kind has those it needs, from a provision that is there, or none is cited."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from corridor import law
from corridor.law.ruleset import Rules, compute_digest, data_root

DAY = date(2026, 11, 26)
#: What exchanges views and what trains people executes nothing.
WITHOUT = {"jurisdiction_consultation", "technical_assistance"}
TOLD = tuple(each.code for each in law.instruments() if each.rules)
INTRUSIVE_OF_COURT = (
    "search_access",
    "realtime_traffic",
    "content_interception",
    "freezing_seizure_confiscation",
)


def steps(kind: str, basis: str = "UNCC_2024") -> dict[str, law.SafeguardStep]:
    return {each.step: each for each in law.steps(kind, basis, on=DAY)}


def test_every_kind_of_the_convention_that_executes_something_has_its_steps() -> None:
    kinds = {kind for kind in law.kinds() if isinstance(law.form(kind, on=DAY), law.Form)}
    assert {kind for kind in kinds if not steps(kind)} == WITHOUT
    for kind in kinds - WITHOUT:
        assert {"non_discrimination", "personal_data"} <= set(steps(kind)), kind


def test_a_step_is_for_kinds_that_exist_and_rests_on_a_paragraph_that_is_there() -> None:
    for code in TOLD:
        for line in law.rules(law.digest()).steps(code):
            assert set(line.kinds) <= set(law.kinds())
            for part in (line.ref or "").split(" with "):
                assert not part or law.at(part, code), line.id


def test_non_discrimination_rests_on_40_22_for_assistance_and_on_37_15_for_extradition() -> None:
    assert steps("mutual_assistance")["non_discrimination"].ref == "40(22)"
    assert steps("stored_data")["non_discrimination"].ref == "40(22)"
    assert steps("extradition")["non_discrimination"].ref == "37(15)"
    assert steps("extradition")["political_offence"].ref == "37(15)"


def test_necessity_and_proportionality_are_looked_at_for_articles_44_to_46_and_for_no_other() -> None:
    having = {kind for kind in law.kinds() if "necessity_proportionality" in steps(kind)}
    assert having == {"stored_data", "realtime_traffic", "content_interception"}


def test_authorisation_is_a_step_where_domestic_law_asks_and_personal_data_where_they_go() -> None:
    found = steps("content_interception")
    assert found["authorisation"].needed is law.Needed.WHERE_DOMESTIC_LAW_ASKS
    assert found["personal_data"].needed is law.Needed.WHERE_PERSONAL_DATA_GO
    assert found["necessity_proportionality"].needed is law.Needed.ALWAYS


@pytest.mark.parametrize("basis", ["RECIPROCITY", "UNTOC", "no such law"])
def test_a_basis_without_steps_of_its_own_has_those_of_the_convention_and_cites_nothing(basis: str) -> None:
    found = law.steps("stored_data", basis, on=DAY)
    assert [each.step for each in found] == [each.step for each in law.steps("stored_data", on=DAY)]
    assert {each.cite() for each in found} == {""}
    assert {each.instrument for each in found} == {basis}


def test_budapest_cites_its_own_articles_and_none_where_it_has_none() -> None:
    found = steps("stored_data", "BUDAPEST_CETS185")
    assert found["political_offence"].cite() == "BUDAPEST_CETS185 27(4)(a)"
    assert found["necessity_proportionality"].cite() == "BUDAPEST_CETS185 15(1)"
    assert found["non_discrimination"].cite() == found["personal_data"].cite() == ""


def test_no_steps_before_the_instrument_was_law() -> None:
    with pytest.raises(law.LawFault) as caught:
        law.steps("stored_data", on=date(2020, 1, 1))
    assert caught.value.code == "law.form.not-on-date"


def test_what_reaches_into_a_home_or_a_line_is_intrusive_and_keeping_data_is_not() -> None:
    marks = {each.id: each.intrusive for each in law.measures()}
    assert all(marks[name] for name in INTRUSIVE_OF_COURT)
    assert not marks["preservation_order"]
    assert not marks["traffic_preservation"]
    for code in TOLD:
        for each in law.measures(code):
            assert marks.get(each.id, each.intrusive) == each.intrusive, (code, each.id)


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        ("steps.yaml", "needed: always", "needed: sometimes"),
        ("steps.yaml", "kinds: [preservation]", "kinds: []"),
        ("steps.yaml", "kinds: [preservation]", "kinds: [preservation, stored_data]"),  # has the step already
        ("measures.yaml", "intrusive: false", "intrusive: maybe"),
        ("measures.yaml", "    intrusive: false\n", ""),
    ],
)
def test_a_damaged_page_is_refused(tmp_path: Path, page: str, old: str, new: str) -> None:
    root = tmp_path / "data"
    shutil.copytree(str(data_root()), root)
    path = root / "UNCC_2024" / page
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    rules = Rules(root, compute_digest(root))
    with pytest.raises(law.LawFault) as caught:
        (rules.steps(), rules.measures())
    assert caught.value.code == "law.data.malformed"
