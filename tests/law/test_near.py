"""What is offered when a word was not known."""

from __future__ import annotations

import pytest

from corridor.law.near import folded, near

CODES = ("FRA", "FIN", "VNM", "VEN", "DEU", "XAA", "XBB")
NAMES = ("Viet Nam", "Türkiye", "Côte d'Ivoire", "France", "Netherlands (Kingdom of the)", "Niger", "Nigeria")


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("vnn", "VNM"),
        ("fr", "FRA"),
        ("XBC", "XBB"),
    ],
)
def test_a_mistyped_code_offers_the_code_it_looks_like_first(word: str, first: str) -> None:
    assert near(word, CODES)[0] == first


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("Vietnam", "Viet Nam"),
        ("Việt Nam", "Viet Nam"),
        ("turkiye", "Türkiye"),
        ("cote divoire", "Côte d'Ivoire"),
        ("netherlands", "Netherlands (Kingdom of the)"),
        ("NIGERA", "Nigeria"),
    ],
)
def test_case_accents_and_punctuation_do_not_count(word: str, first: str) -> None:
    assert near(word, NAMES)[0] == first


def test_a_number_offers_its_neighbours() -> None:
    assert near(69, range(1, 69)) == ("68", "67", "66")
    assert near("0", range(1, 69), n=2) == ("1", "2")


def test_what_looks_like_nothing_offers_nothing() -> None:
    assert near("zzzz", CODES) == ()
    assert near("", CODES) == ()
    assert near("¡¿", CODES) == ()


def test_no_more_than_n_are_offered_and_none_twice() -> None:
    found = near("x", ("xa", "xb", "xc", "xa", "xd"), n=2)
    assert len(found) == 2
    assert len(set(found)) == 2


def test_folding_keeps_letters_of_every_script() -> None:
    assert folded("Đà Nẵng") == "da nang"
    assert folded("الأردن")
    assert folded("日本")
