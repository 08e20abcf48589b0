"""A paragraph is cited once it was compared with the certified text, and no longer than our words stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corridor import law
from corridor.law import certified, confirm
from corridor.law.errors import LawFault

DAY = date(2026, 11, 26)
BY = "XAA-0001"
#: Invented paragraphs with the numbering of articles 40 and 42: what matters here is where they stand.
TEXT = (
    "Article 40\n"
    + "\n".join(f"{number}. words {number}" for number in range(1, 21))
    + "\n21. may be refused:\n(a) one\n(b) two\n(c) three\n(d) four\n22. more\n"
    + "Article 41\n1. words\nArticle 42\n"
    + "\n".join(f"{number}. words {number}" for number in range(1, 10))
)


@pytest.fixture
def text() -> certified.CertifiedText:
    return certified.read_certified(TEXT.encode(), instrument="UNCC_2024", language="en")


def agree(text: certified.CertifiedText, ref: str, **more: object) -> confirm.Confirmation:
    return confirm.confirm(text, ref, verdict=confirm.Verdict.AGREES, by=BY, on=DAY, **more)  # type: ignore[arg-type]


def ground() -> law.Ground:
    form = law.form("preservation", "UNCC_2024", on=DAY)
    found = form.ground("domestic_prohibition")
    assert found is not None
    return found


def test_a_recalled_paragraph_is_cited_only_once_it_was_confirmed(text: certified.CertifiedText) -> None:
    line = ground()
    assert line.ref is not None
    assert line.cite() == f"UNCC_2024 {law_articles(line.ref)}"
    standing = confirm.confirmed([agree(text, line.ref)])
    assert line.cite(standing.cites) == f"UNCC_2024 {line.ref}"


def law_articles(ref: str) -> str:
    from corridor.law.types import articles_only

    return articles_only(ref)


def test_a_confirmation_lapses_when_our_words_change(text: certified.CertifiedText) -> None:
    line = ground()
    assert line.ref is not None
    one = agree(text, line.ref)
    changed = replace(one, lines=(*one.lines[:-1], "0" * 64))
    found = confirm.confirmed([changed])
    assert found.cites == frozenset()
    assert found.lapsed == (changed,)


def test_what_is_found_to_differ_is_not_cited_and_is_shown(text: certified.CertifiedText) -> None:
    line = ground()
    assert line.ref is not None
    wrong = confirm.confirm(
        text, line.ref, verdict=confirm.Verdict.DIFFERS, by=BY, on=DAY, note="the letter is (d)"
    )
    found = confirm.confirmed([agree(text, line.ref), wrong])
    assert found.cites == frozenset()
    assert found.of("UNCC_2024", line.ref) == wrong
    again = confirm.confirmed([wrong, agree(text, line.ref)])
    assert again.cites == {f"UNCC_2024 {line.ref}"}


def test_a_differing_line_needs_a_word_on_how(text: certified.CertifiedText) -> None:
    with pytest.raises(LawFault) as caught:
        confirm.confirm(text, "42(8)", verdict=confirm.Verdict.DIFFERS, by=BY, on=DAY, note=" ")
    assert caught.value.code == "law.confirm.no-note"


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        ("42", "law.confirm.no-line"),
        ("42(8)(z)", "law.confirm.no-line"),
        ("25(2)", "law.confirm.no-passage"),
    ],
)
def test_only_a_paragraph_of_ours_that_the_text_has_is_confirmed(
    text: certified.CertifiedText, ref: str, code: str
) -> None:
    with pytest.raises(LawFault) as caught:
        agree(text, ref)
    assert caught.value.code == code


def test_a_confirmation_survives_its_own_writing(text: certified.CertifiedText) -> None:
    one = agree(text, "42(8)")
    assert confirm.read_confirmation(one.to_dict(), by=BY) == one


@pytest.mark.parametrize("broken", [{"ref": ""}, {"verdict": "maybe"}, {"lines": 3}, {"on": "yesterday"}])
def test_a_confirmation_not_of_its_form_is_refused(
    text: certified.CertifiedText, broken: dict[str, object]
) -> None:
    with pytest.raises(LawFault) as caught:
        confirm.read_confirmation(agree(text, "42(8)").to_dict() | broken, by=BY)
    assert caught.value.code == "law.confirm.malformed"


def test_the_paragraphs_of_an_article_are_listed_in_their_order() -> None:
    found = confirm.refs(42)
    assert "42(8)" in found
    plain = [ref for ref in found if ref.startswith("42(") and "with" not in ref]
    numbers = [int(ref[3:].partition(")")[0]) for ref in plain]
    assert numbers == sorted(numbers)
