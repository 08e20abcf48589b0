"""The Convention told whole: each paragraph and its references, who may try, which powers, who is told what, when."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from corridor import law
from corridor.law import loader, ruleset, treaty
from corridor.law.places import places
from corridor.law.provisions import article_of
from corridor.law.ruleset import Rules, compute_digest, data_root

DAY = date(2026, 11, 26)
TOLD = tuple(each.code for each in law.instruments() if each.rules)
NAMED = re.compile(r"\b[Aa]rticles? (\d+)(?:\([0-9a-z]+\))*(?: (to|and) (\d+)\b(?!\())?")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A rule set one may damage."""
    root = tmp_path / "data"
    shutil.copytree(str(data_root()), root)
    return root


# -- paragraphs and links ----------------------------------------------------------------------------


def test_every_article_of_the_convention_has_its_paragraphs() -> None:
    for article in law.articles():
        found = [int(m[1]) for line in article.provisions if (m := re.match(r"\d+\((\d+)\)", line.ref or ""))]
        assert article.provisions, article.number
        if article.numbered_paragraphs is not None and article.numbered_paragraphs > 1:
            assert sorted(set(found)) == list(range(1, article.numbered_paragraphs + 1)), article.number
        if article.lettered and article.numbered_paragraphs == 0:
            letters = [line.ref for line in article.provisions]
            assert letters == [f"{article.number}({letter})" for letter in article.lettered]


@pytest.mark.parametrize("instrument", TOLD)
def test_every_cross_reference_leads_to_a_paragraph_or_an_article(instrument: str) -> None:
    numbers = {each.number for each in law.articles(instrument)}
    for article in law.articles(instrument):
        for reference in article.links.outward:
            assert reference.to_article in numbers, reference
            assert law.at(reference.to, instrument) or "(" not in reference.to, reference


def test_an_article_named_in_a_text_is_a_reference() -> None:
    for article in law.articles():
        for line in article.provisions:
            told = {article_of(place) for each in line.refers for place in places(each)}
            for first, word, last in NAMED.findall(line.text):
                named = {int(first)} | ({int(last)} if last else set())
                if word == "to":
                    named = set(range(int(first), int(last) + 1))
                assert named - {article.number} <= told, line.ref


@pytest.mark.parametrize("instrument", TOLD)
def test_what_one_article_says_of_another_is_found_from_both(instrument: str) -> None:
    every = {each.number: each.links for each in law.articles(instrument)}
    for number, links in every.items():
        for other in links.refers:
            assert number in every[other].referred
        for other in links.referred:
            assert number in every[other].refers


def test_a_term_used_is_a_term_defined() -> None:
    assert {each.ref for each in law.article(42).links.terms} >= {"2(a)", "2(e)"}
    assert law.article(17).links.terms
    for article in law.articles():
        assert all(each.ref and each.ref.startswith("2(") for each in article.links.terms)


def test_a_place_is_found_below_and_above_itself() -> None:
    assert [each.ref for each in law.at("40(21)(b)")] == ["40(21)(b)"]
    assert [each.ref for each in law.at("40(21)")] == [f"40(21)({letter})" for letter in "abcd"]
    assert [each.ref for each in law.at("40(15)(c)")] == ["40(15)"]
    assert len(law.at("42")) == 9
    for nothing in ("69", "42(10)", "no place"):
        with pytest.raises(law.LawFault) as caught:
            law.at(nothing)
        assert caught.value.code == "law.article.not-in-data"


def test_preservation_may_be_refused_by_what_article_40_says_in_two_places() -> None:
    links = law.article(42).links
    assert {each.to for each in links.outward if each.at == "42(6)"} == {"40(21)(b)", "40(21)(c)", "40(22)"}
    assert links.referred == (35, 41, 43, 44)


def test_a_form_holds_the_paragraphs_of_its_articles_or_those_it_names() -> None:
    whole, named = law.form("preservation", on=DAY), law.form("jurisdiction_consultation", on=DAY)
    assert isinstance(whole, law.Form)
    assert isinstance(named, law.Form)
    assert whole.paragraphs == law.article(42).provisions
    assert [each.ref for each in named.paragraphs] == ["22(5)"]


# -- the rest of the instrument ------------------------------------------------------------------------


def test_jurisdiction_is_a_duty_on_territory_and_flag_and_for_a_national_not_extradited() -> None:
    """Article 22 as UNCAC 42, whose text was read: paragraphs 1 and 3 bind, 2 and 4 leave it open."""
    found = law.jurisdiction()
    must = {each.ref for each in found.grounds if each.strength is law.Strength.SHALL}
    may = {each.ref for each in found.grounds if each.strength is law.Strength.MAY}
    assert must == {"22(1)(a)", "22(1)(b)", "22(3)"}
    assert may == {"22(2)(a)", "22(2)(b)", "22(2)(c)", "22(2)(d)", "22(4)", "22(6)"}
    consult = next(each for each in found.duties if each.ref == "22(5)")
    assert (consult.by, consult.mandatory) == ("each", True)


def test_every_power_is_an_article_of_its_chapter_with_forms_and_measures_that_exist() -> None:
    found = law.procedural()
    assert [each.article for each in found.powers] == list(range(25, 35))
    measures = {each.id for each in law.measures()}
    for power in found.powers:
        assert set(power.forms) <= set(law.kinds())
        assert set(power.measures) <= measures
        for kind in power.forms:
            form = law.form(kind, on=DAY)
            assert set(form.measures) & {each for each in form.measures if each.id in power.measures}, (
                power.id
            )
    assert {each.ref for each in found.safeguards} == {f"24({number})" for number in range(1, 6)}
    preservation = found.power("preservation")
    assert preservation is not None
    assert [(each.days, each.renewable) for each in preservation.periods] == [(90, True)]


def test_what_is_notified_and_who_is_listed_stands_in_a_register_that_exists() -> None:
    registers = {each.id for each in law.registers().registers}
    listed = {each.register for each in law.notifications()} | {each.register for each in law.actors()}
    listed.discard(None)
    assert registers - listed == {"status"}
    assert listed <= registers
    assert {each.by for each in law.registers().duties} == {"secretary_general", "secretariat"}


def test_a_party_tells_five_things_with_its_instrument() -> None:
    due = {each.ref for each in law.notifications() if law.Moment.DEPOSIT in each.when and each.mandatory}
    assert due == {"37(19)", "37(6)(a)", "40(12)(c)", "40(13)", "41(2)", "64(3)-(4)"}
    assert {each.to for each in law.notifications()} == {"secretary_general"}


def test_the_convention_allows_five_reservations() -> None:
    found = [each for each in law.reservations() if each.kind is law.Option.RESERVATION]
    assert [each.ref for each in found] == ["11(3)", "23(3)(a)", "23(3)(b)", "42(5)", "63(3)"]
    notified = {each.ref for each in law.notifications()}
    assert {each.ref for each in found} <= notified


def test_the_final_clauses_count_as_the_depositary_quotes_them() -> None:
    """65(1) as quoted by the depositary, 64(1) as shown there; 65(2) as UNCAC 68(2)."""
    clauses = law.final_clauses()

    def one(id: str) -> law.Clause:
        found = clauses.clause(id)
        assert found is not None
        return found

    assert (one("entry_into_force").number("instruments"), one("entry_into_force").number("days")) == (40, 90)
    assert one("entry_into_force_later").number("days") == 30
    assert one("signature").day("closes") == date(2026, 12, 31)
    assert one("signature").day("hanoi_opens") == date(2025, 10, 25)
    assert one("protocols").number("parties") == 60
    assert one("signature").number("days") is None
    assert one("entry_into_force").cite() == "UNCC_2024 65(1)"
    assert one("entry_into_force_later").cite() == "UNCC_2024 65"


def test_an_instrument_without_a_page_answers_with_nothing() -> None:
    codes = [code for code in TOLD if not (Path(str(data_root())) / code / "safeguards.yaml").exists()]
    for code in codes:
        assert law.safeguards(code) == ()
    with pytest.raises(law.LawFault) as caught:
        law.registers("RECIPROCITY")
    assert caught.value.code == "law.instrument.no-rules"


# -- the matrix -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("instrument", TOLD)
def test_a_ground_of_a_form_is_in_the_matrix_and_no_other(instrument: str) -> None:
    matrix = law.matrix(instrument)
    opens = {law.Answer.YES, law.Answer.RESERVATION, law.Answer.PRECONDITION, law.Answer.GUIDES}
    for kind in matrix.kinds:
        form = law.form(kind, instrument, on=DAY)
        assert isinstance(form, law.Form)
        found = {cell.ground for cell in matrix.row(kind) if cell.answer in opens} - {"postponement"}
        assert found == {each.id for each in form.grounds}
        for cell in matrix.row(kind):
            assert cell.consult_first is any(g.id == cell.ground and g.consult_first for g in form.grounds)
            if cell.ground == "postponement":
                assert (cell.answer is law.Answer.YES) is (form.postponement is not None)
            elif cell.answer is law.Answer.FORBIDDEN:
                assert cell.ground in {each.id for each in form.prohibited}
            elif cell.answer is law.Answer.NOT_LISTED:
                assert not form.grounds_closed
    assert len(matrix.cells) == len(matrix.kinds) * len(matrix.grounds)


def test_a_ground_that_lifts_the_duty_lifts_it_in_every_form() -> None:
    for instrument in TOLD:
        matrix = law.matrix(instrument)
        for ground in matrix.grounds:
            natures = {c.line.nature for c in matrix.column(ground) if isinstance(c.line, law.Ground)}
            assert law.Nature.NO_OBLIGATION not in natures or len(natures) == 1, ground


# -- what the loader refuses ------------------------------------------------------------------------------

MARKS = "source: [RECALL]"
BAD = [
    (
        "provisions.5.yaml",
        "article: 35",
        "article: 36",
        "law.data.malformed",
    ),  # 35(1)(a) is not of article 36
    ("provisions.5.yaml", "ref: 35(1)(b)", "ref: 35(1)(a)", "law.data.malformed"),  # twice
    ("provisions.5.yaml", "refers: ['40'", "refers: [everything, '40'", "law.data.malformed"),
    ("provisions.5.yaml", "terms: [", "termz: [", "law.data.malformed"),
    ("provisions.5.yaml", MARKS, "source: [NOBODY]", "law.data.no-source"),
    ("provisions.5.yaml", "certainty: high", "certainty: sure", "law.data.no-confidence"),
    ("jurisdiction.yaml", "principle: territory", "principle: universality", "law.data.malformed"),
    ("jurisdiction.yaml", "strength: shall", "strength: must", "law.data.malformed"),
    ("jurisdiction.yaml", "mandatory: true", "mandatory: perhaps", "law.data.malformed"),
    ("jurisdiction.yaml", MARKS, "source: []", "law.data.no-source"),
    ("procedural.yaml", "id: traffic_preservation", "id: preservation", "law.data.malformed"),
    ("procedural.yaml", "days: 90", "days: ninety", "law.data.malformed"),
    ("procedural.yaml", "reaches: ", "reachez: ", "law.data.malformed"),
    ("procedural.yaml", MARKS, "source: [NOBODY]", "law.data.no-source"),
    ("safeguards.yaml", "protects: states", "protects: []", "law.data.malformed"),
    ("safeguards.yaml", MARKS, "sauce: [RECALL]", "law.data.no-source"),
    ("actors.yaml", "id: contact_point_24_7", "id: central_authority", "law.data.malformed"),
    ("actors.yaml", "confidence: recalled", "confidence: certain", "law.data.no-confidence"),
    ("registers.yaml", "keeper: secretary_general", "keeper: 1", "law.data.malformed"),
    ("registers.yaml", "does: receives", "done: receives", "law.data.malformed"),
    ("registers.yaml", MARKS, "source: RECALL", "law.data.malformed"),
    ("notifications.yaml", "when: [signature, deposit]", "when: []", "law.data.malformed"),
    ("notifications.yaml", "when: [signature, deposit]", "when: [someday]", "law.data.malformed"),
    ("notifications.yaml", "certainty: high", "certain: high", "law.data.no-confidence"),
    ("reservations.yaml", "kind: reservation", "kind: wish", "law.data.malformed"),
    ("reservations.yaml", "affects: [11]", "affects: [eleven]", "law.data.malformed"),
    ("reservations.yaml", "source: [AR1-15]", "source: [AR1-16]", "law.data.no-source"),
    ("final_clauses.yaml", "instruments: 40", "instruments: forty", "law.data.malformed"),
    ("final_clauses.yaml", "closes: 2026-12-31", "closes: end of 2026", "law.data.no-date"),
    ("final_clauses.yaml", MARKS, "source: [NOBODY]", "law.data.no-source"),
    (
        "gate.yaml",
        "extent: does_not_extend",
        "extent: extends",
        "law.data.malformed",
    ),  # differs from the doors
    ("gate.yaml", "extent: extends", "extent: somewhat", "law.data.malformed"),
]


def everything(rules: Rules) -> None:
    rules.paragraphs("UNCC_2024")
    for name in treaty.PAGES:
        getattr(rules, name)("UNCC_2024")
    rules.gate(law.OffenceFacts(articles=(7,)), "UNCC_2024")


@pytest.mark.parametrize(("name", "old", "new", "code"), BAD)
def test_a_damaged_page_is_refused_whole(copy: Path, name: str, old: str, new: str, code: str) -> None:
    everything(Rules(copy, compute_digest(copy)))
    path = copy / "UNCC_2024" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(law.LawFault) as caught:
        everything(Rules(copy, compute_digest(copy)))
    assert caught.value.code == code
    assert caught.value.facts["file"] == name


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("form.extradition.yaml", "strength: shall", "strength: must"),
        ("form.extradition.yaml", "may_refuse_with_consequence", "may_refuse_sometimes"),
        ("form.extradition.yaml", "senders: [extradition_authority", "senders: [post_office"),
        ("form.jurisdiction_consultation.yaml", "paragraphs: [22(5)]", "paragraphs: [22(7)]"),
        ("form.confiscation.yaml", "where_a_foreign_order_is_submitted", "where_convenient"),
        ("form.contact_point.yaml", "kind: availability", "kind: always"),
        ("property.yaml", "nature: may_refuse_or_lift", "nature: may_lift"),
    ],
)
def test_a_damaged_form_is_refused(copy: Path, name: str, old: str, new: str) -> None:
    path = copy / "UNCC_2024" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    kind = name.split(".")[1] if name.startswith("form.") else "confiscation"
    with pytest.raises(law.LawFault) as caught:
        Rules(copy, compute_digest(copy)).form(kind, on=DAY)
    assert caught.value.code == "law.data.malformed"


# -- plain data, and speed --------------------------------------------------------------------------------


def test_everything_told_is_plain_data() -> None:
    json.dumps([law.article(number).to_dict() for number in (7, 40, 42, 65)])
    for found in (law.jurisdiction(), law.procedural(), law.registers(), law.final_clauses(), law.matrix()):
        json.dumps(found.to_dict())
    rows = (*law.safeguards(), *law.actors(), *law.notifications(), *law.reservations())
    json.dumps([each.to_dict() for each in rows])
    gate = law.gate(law.OffenceFacts(maximum_penalty_months=48))
    assert [each["id"] for each in gate.to_dict()["limits"]] == ["mutual_assistance"]


def test_one_paragraph_reads_the_page_of_its_chapter_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def page(path: Path, *args: object) -> loader.Row:
        read.append(path.name)
        return loader.page(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(ruleset, "page", page)
    rules = Rules(data_root(), compute_digest(data_root()))
    assert rules.article(42).provisions
    assert read == ["articles.yaml", "provisions.5.yaml"]
