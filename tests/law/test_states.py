"""The States, and the regional groups the United Nations counts them in."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from corridor import law
from corridor.law import Group, LawFault
from corridor.law.states import two_states
from corridor.law.tables import table_sources


def test_the_united_nations_has_193_members() -> None:
    assert sum(each.un_member for each in law.states()) == 193


def test_the_groups_have_the_members_the_united_nations_counts() -> None:
    # Totals of May 2014, unchanged since: 54, 53, 23, 33, 28 and the United States, which is counted with Western
    # European and others for elections; Kiribati in none (data/states/sources.csv, GROUPS-2014 and UN-LIBRARY).
    groups = Counter(each.group for each in law.states() if each.un_member)
    assert groups == {
        Group.AFRICAN: 54,
        Group.ASIA_PACIFIC: 53,
        Group.EASTERN_EUROPEAN: 23,
        Group.GRULAC: 33,
        Group.WEOG: 29,
        Group.NONE: 1,
    }


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("TUR", Group.WEOG),
        ("ISR", Group.WEOG),
        ("USA", Group.WEOG),
        ("KIR", Group.NONE),
        ("CYP", Group.ASIA_PACIFIC),
    ],
)
def test_the_special_cases_stand_as_the_united_nations_library_says(code: str, group: Group) -> None:
    assert law.state(code).group is group


def test_the_union_had_six_then_27_members() -> None:
    def members(day: date) -> int:
        return sum(each.eu_member(day) for each in law.states())

    assert members(date(1958, 1, 1)) == 6
    assert members(date(2013, 7, 1)) == 28
    assert members(date(2020, 1, 31)) == 28  # the last day of the United Kingdom
    assert members(date(2020, 2, 1)) == 27


@pytest.mark.parametrize("asked", ["VNM", "vnm", " vnm ", "Viet Nam", "vietnam", "Việt Nam"])
def test_a_state_is_asked_by_code_or_name(asked: str) -> None:
    assert law.state(asked).code == "VNM"


def test_no_two_states_answer_to_one_name() -> None:
    names = [name.casefold() for each in law.states() for name in (each.name, *each.also)]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_an_unknown_state_offers_the_near_ones() -> None:
    with pytest.raises(LawFault) as caught:
        law.state("Frence")
    assert caught.value.code == "law.state.unknown"
    assert "FRA (France)" in caught.value.next_step


def test_a_word_near_to_nothing_says_so() -> None:
    with pytest.raises(LawFault) as caught:
        law.state("Q#9")
    assert "Nothing in the data looks like it." in caught.value.next_step


@pytest.mark.parametrize("asked", ["EUE", "european union"])
def test_the_european_union_is_no_state(asked: str) -> None:
    with pytest.raises(LawFault) as caught:
        law.state(asked)
    assert caught.value.code == "law.state.organisation"


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (("FRA", "france"), "law.state.same"),
        (("XAA", "FRA"), "law.worlds.mixed"),
        (("FRA", "EUE"), "law.state.organisation"),
        (("FRA", "XQQ"), "law.state.unknown"),
    ],
)
def test_a_pair_is_two_states_of_one_world(pair: tuple[str, str], code: str) -> None:
    with pytest.raises(LawFault) as caught:
        two_states(*pair)
    assert caught.value.code == code


def test_the_cast_is_a_world_of_its_own() -> None:
    cast = law.states(law.World.CAST)
    assert [each.code for each in cast] == ["XAA", "XBB", "XCC", "XDD"]
    assert all(each.fictional for each in cast)
    assert not any(each.fictional for each in law.states(law.World.REAL))
    status = law.status(on=date(2026, 11, 26))
    assert {(each.state, each.name) for each in status.entries} == {(each.code, each.name) for each in cast}


def test_every_row_says_where_it_comes_from() -> None:
    listed = table_sources("states")
    for each in (*law.states(), *law.states(law.World.CAST)):
        assert set(each.source) <= set(listed)
        assert set(each.eu_source) <= set(listed)


def test_the_name_means_the_function_whoever_imported_the_module_first() -> None:
    import corridor.law.states

    assert law.states is corridor.law.states
    assert callable(law.states)
