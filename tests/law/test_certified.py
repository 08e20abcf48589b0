"""A certified text is found by its numbering, and never guessed at. The texts here are invented; none is a treaty's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.law import certified
from corridor.law.errors import LawFault

ENGLISH = """Some preamble, with Article 3 named in passing

Article 11
Things that are kept
1. Each keeper shall:
(a) keep the first thing, and:
(i) dust it;
(ii) count it;
(b) keep the second thing.
2. What is kept is listed in
Article 12 of this invention and in
Article 5 of another.
Article 12 – Letters alone
(a) one
(b) two
(c) three
(d) four
(e) five
(f) six
(g) seven
(h) eight
(i) nine
(j) ten
Article 13
1. For the purpose of this article:
(a) a
(b) b
(c) c
(d) d
(e) e
(f) f
(g) g
(h) with numerals:
(i) one
(ii) two
"""


def read(text: str, language: str = "en") -> certified.CertifiedText:
    return certified.read_certified(text.encode(), instrument="UNCC_2024", language=language)


def test_paragraphs_letters_and_numerals_are_found_by_their_place() -> None:
    text = read(ENGLISH)
    assert text.articles == (11, 12, 13)
    assert text.at("11(1)(a)(ii)") == "(ii) count it;"
    assert text.at("11(1)") == (
        "1. Each keeper shall:\n(a) keep the first thing, and:\n(i) dust it;\n(ii) count it;\n"
        "(b) keep the second thing."
    )


def test_an_article_named_at_the_head_of_a_line_is_no_heading() -> None:
    assert read(ENGLISH).at("11(2)") == (
        "2. What is kept is listed in\nArticle 12 of this invention and in\nArticle 5 of another."
    )


def test_i_after_h_is_a_letter_unless_ii_follows() -> None:
    text = read(ENGLISH)
    assert text.at("12(i)") == "(i) nine"
    assert text.at("13(1)(h)(i)") == "(i) one"
    assert text.at("13(1)(i)") is None


@pytest.mark.parametrize(
    ("language", "text", "place", "found"),
    [
        (
            "zh",
            "第四十二条\n标题\n一、甲\n（一）乙\n（二）丙\n二、丁\n第四十三条\n一、戊\n",
            "42(1)(b)",
            "（二）丙",
        ),
        ("ar", "المادة ١١\nعنوان\n١ - فقرة\n(أ) حرف\n(ب) آخر\n٢ - ثانية\n", "11(1)(b)", "(ب) آخر"),
        ("ru", "Статья 7\nНазвание\n1. Первый\n2. Второй\n", "7(2)", "2. Второй"),
        ("es", "Artículo 7\nTítulo\n1. Uno\na) no es letra\n2. Dos\n", "7(2)", "2. Dos"),
    ],
)
def test_each_authentic_language_is_read_by_its_own_marks(
    language: str, text: str, place: str, found: str
) -> None:
    assert read(text, language).at(place) == found


@pytest.mark.parametrize(
    ("ref", "places"),
    [
        ("42(6) with 40(21)(b)", ("42(6)", "40(21)(b)")),
        ("40(19)-(20), 36", ("40(19)", "40(20)", "36")),
        ("40(15)(e)-(g)", ("40(15)(e)", "40(15)(f)", "40(15)(g)")),
        ("61-62", ("61", "62")),
        ("5(1)-(2)", ("5(1)", "5(2)")),
        ("7(2), 8(2), 9(2)", ("7(2)", "8(2)", "9(2)")),
        ("several", ()),
    ],
)
def test_a_reference_names_places(ref: str, places: tuple[str, ...]) -> None:
    assert certified.places(ref) == places


def test_a_reference_with_a_place_that_was_not_found_has_no_digest() -> None:
    text = read(ENGLISH)
    assert text.digest_at("11(1) with 11(9)") is None
    assert text.digest_at("several") is None
    assert text.digest_at("11(1) with 12(a)") is not None


@pytest.mark.parametrize(
    ("data", "language", "code"),
    [
        (b"Article 1\n", "xx", "law.certified.language"),
        (b"\xff\xfe", "en", "law.certified.not-text"),
        (b"Article 1\n\0", "en", "law.certified.not-text"),
        (b"%PDF-1.7 no articles here", "en", "law.certified.no-articles"),
        (b"x" * (certified.LIMIT + 1), "en", "law.certified.not-text"),
    ],
)
def test_what_is_no_certified_text_is_refused_with_what_to_do(data: bytes, language: str, code: str) -> None:
    with pytest.raises(LawFault) as caught:
        certified.read_certified(data, instrument="UNCC_2024", language=language)
    assert caught.value.code == code
    assert "{" not in caught.value.next_step


MARKS = st.sampled_from(
    ["Article 7", "Article 8", "1. x", "2. y", "(a) x", "(b) y", "(i) z", "(ii) q", "words", "", "(h)"]
)


@given(st.lists(MARKS, max_size=30))
def test_no_line_is_lost_or_said_twice_whatever_the_marks(lines: list[str]) -> None:
    kept = ["Article 6", *lines]
    text = read("\n".join(kept))
    assert [line for each in text.passages for line in each.text.splitlines()] == [
        line for line in kept if line
    ]
