"""Every line says where it was read and how far to trust it, or its page is refused."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from corridor import law
from corridor.law.loader import page, read_sources
from corridor.law.places import places
from corridor.law.provisions import article_of
from corridor.law.ruleset import Rules, compute_digest, data_root
from corridor.law.types import articles_only

DAY = date(2026, 11, 26)
SOURCES = """
sources:
  - {id: S, what: w, where: x, kind: text, covers: all, read_on: 2026-11-22, numbers: true}
  - {id: P, what: w, where: x, kind: press, covers: some, read_on: 2026-11-20, numbers: false}
"""


@pytest.fixture
def rules() -> law.Rules:
    return law.rules(law.digest())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A rule set one may damage."""
    root = tmp_path / "data"
    shutil.copytree(str(data_root()), root)
    return root


def test_every_line_has_a_source_and_a_confidence_and_a_day(rules: law.Rules) -> None:
    lines = list(rules.lines())
    assert len(lines) > 350
    for line in lines:
        assert line.source
        assert line.confidence in ("seen", "recalled")
        assert line.trust.dated <= DAY
        assert line.certainty is not None or line.confidence == "seen"
        listed = rules.sources(line.instrument)
        assert set(line.source) <= set(listed)


def test_no_article_from_16_to_68_claims_a_paragraph_was_read_except_in_a_numbered_source(
    rules: law.Rules,
) -> None:
    for line in rules.lines():
        if (
            line.instrument == "UNCC_2024"
            and line.ref
            and line.cite() != f"UNCC_2024 {articles_only(line.ref)}"
        ):
            paragraphs = [place for place in places(line.ref) if "(" in place]
            read = all(
                article_of(place) <= 15 or place in ("63(3)", "64(1)", "65(1)") for place in paragraphs
            )
            assert read, line.ref


def write(folder: Path, text: str) -> Path:
    folder.joinpath("sources.yaml").write_text(SOURCES, encoding="utf-8")
    path = folder / "page.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ("confidence: seen", "law.data.no-source"),
        ("source: [], confidence: seen", "law.data.no-source"),
        ("source: [X], confidence: seen", "law.data.no-source"),
        ("source: [S]", "law.data.no-confidence"),
        ("source: [S], confidence: certain", "law.data.no-confidence"),
        ("source: [S], confidence: recalled", "law.data.no-confidence"),
        ("source: [S], confidence: recalled, certainty: very", "law.data.no-confidence"),
        ("source: [S], confidence: seen, partly_seen_in: [X]", "law.data.no-source"),
        ("source: S, confidence: seen", "law.data.malformed"),
    ],
)
def test_a_line_without_its_marks_is_refused(tmp_path: Path, marks: str, code: str) -> None:
    path = write(tmp_path, f"rows:\n  - {{id: a, {marks}}}\n")
    (row,) = page(path, read_sources(tmp_path / "sources.yaml")).rows("rows")
    with pytest.raises(law.LawFault) as caught:
        row.trust()
    assert caught.value.code == code
    assert caught.value.facts["line"] == 2


def test_a_source_without_its_day_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "rows: []\n")
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES.replace("read_on: 2026-11-22, ", ""), encoding="utf-8")
    with pytest.raises(law.LawFault) as caught:
        read_sources(path)
    assert caught.value.code == "law.data.no-date"


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "- 1\n", "a: [\n", "!!python/object:os.system {}\n"])
def test_a_page_that_is_not_one_plain_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(law.LawFault) as caught:
        page(write(tmp_path, text))
    assert caught.value.code == "law.data.malformed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("days: 60", "dayz: 60"),  # a misspelt key passes for none
        ("days: 60", "days: 60.5"),
        ("kind: minimum", "kind: event"),  # an event has no days
        ("requirement: required", "requirement: product_recommended"),  # has a provision and has none
        ("nature: may_refuse", "nature: perhaps"),
        ("id: until_followup_decision", "id: preservation_minimum"),  # twice
        ("measures: [preservation_order", "measures: [no_such_measure"),
        ("kind: preservation", "kind: stored_data"),
        ("senders: [contact_point", "senders: [post_office"),
    ],
)
def test_a_damaged_form_is_refused_whole(copy: Path, old: str, new: str) -> None:
    path = copy / "UNCC_2024" / "form.preservation.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(law.LawFault) as caught:
        Rules(copy, compute_digest(copy)).form("preservation", on=DAY)
    assert caught.value.code == "law.data.malformed"


def test_a_confirmed_paragraph_may_be_cited() -> None:
    form = law.form("preservation", on=DAY)
    period = form.period("preservation_minimum")
    assert period is not None
    assert period.cite() == "UNCC_2024 42"
    assert period.cite(confirmed={"UNCC_2024 42(8)"}) == "UNCC_2024 42(8)"
    assert period.cite(confirmed={"UNCC_2024 42(7)"}) == "UNCC_2024 42"


@pytest.mark.parametrize(
    ("ref", "articles"),
    [
        ("42(6)", "42"),
        ("42(6) with 40(21)(b)", "42 with 40"),
        ("40(19)-(20), 36", "40, 36"),
        ("35(1)(a)-(b)", "35"),
        ("36", "36"),
    ],
)
def test_articles_only(ref: str, articles: str) -> None:
    assert articles_only(ref) == articles
