"""What binds two States: the table a lawyer can sign (tables/between.yaml), and what every answer must hold."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor import law
from corridor.law import LawFault, World
from corridor.law.ruleset import shipped
from corridor.law.states import ORGANISATIONS
from corridor.law.tables import folder, rows, table_sources

TABLE = Path(__file__).parent / "tables" / "between.yaml"
ROWS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["rows"]
DAY = date(2026, 11, 22)
ASSUMED_FROM = date(2027, 6, 1)


@pytest.fixture(scope="module")
def assumed() -> law.StatusTable:
    """A status in which Qatar, Viet Nam, Azerbaijan and 40 others deposited on one day, 90 days before it binds."""
    known = {row.state: row for row in law.shipped_table().rows}
    codes = {"QAT", "VNM", "AZE"} | {
        each.code for each in law.states() if each.un_member and each.code < "CZE"
    }
    lines = ["label: forty deposits", "rows:"]
    for code in sorted(codes):
        way = "deposit" if code in known and known[code].signed_on else "accession"
        lines.append(f"  - {{state: {code}, {way}: 2027-03-03}}")
    table = law.assume("\n".join(lines).encode())
    assert law.status(on=ASSUMED_FROM, world=World.REAL, table=table).entry_into_force == ASSUMED_FROM
    return table


def asked(row: dict[str, Any], table: Any = None) -> law.Between:
    return law.between(
        row["a"], row["b"], on=row["day"], form=row.get("form"), offence=row.get("offence"), table=table
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["says"])
def test_two_states_are_bound_as_the_source_says(row: dict[str, Any], assumed: law.StatusTable) -> None:
    found = asked(row, assumed if row.get("assumed") else None)
    ids = [each.id for each in found.instruments]
    if "first" in row:
        assert (ids[0] if ids else None) == row["first"]
    if "since" in row:
        assert found.instruments[0].in_force_since == row["since"]
    assert set(row.get("among", ())) <= set(ids)
    why = {each.id: each.reason for each in found.not_applicable}
    assert {id: why.get(id) for id in row.get("not", {})} == row.get("not", {})
    limits = {each.id: {limit.code for limit in each.limits} for each in found.instruments}
    for id, code in row.get("limits", {}).items():
        assert code in limits[id]
    assert set(row.get("gaps", ())) <= {each.code for each in found.gaps}
    assert set(row.get("fallback", ())) <= {each.code for each in found.fallback}


def test_the_table_has_sixty_rows_and_one_citation_each() -> None:
    assert len(ROWS) >= 60
    assert all(isinstance(row["cite"], str) and row["cite"] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["says"])
def test_the_order_of_the_two_states_does_not_matter(row: dict[str, Any], assumed: law.StatusTable) -> None:
    table = assumed if row.get("assumed") else None
    other = asked(row | {"a": row["b"], "b": row["a"]}, table)
    assert [each.id for each in asked(row, table).instruments] == [each.id for each in other.instruments]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["says"])
def test_an_instrument_is_in_the_answer_once_and_each_sentence_has_its_source(
    row: dict[str, Any], assumed: law.StatusTable
) -> None:
    found = asked(row, assumed if row.get("assumed") else None)
    ids = [each.id for each in found.instruments] + [each.id for each in found.not_applicable]
    assert len(ids) == len(set(ids))
    assert all(each.in_force_since <= found.on for each in found.instruments)
    sentences = [*found.gaps, *found.fallback]
    for bond in found.instruments:
        assert bond.reasons
        sentences += [*bond.reasons, *bond.limits]
    assert all(
        each.code and each.text.endswith(".") and each.source and each.confidence for each in sentences
    )
    assert all(each.reason and each.text.endswith(".") for each in found.not_applicable)
    assert bool(found.fallback) is not bool(found.instruments)


def test_the_json_holds_what_it_promises() -> None:
    found = json.loads(
        json.dumps(law.between("FRA", "USA", on=DAY, form="preservation", offence=7).to_dict())
    )
    assert set(found) == {
        "a", "b", "on", "form", "offence", "instruments", "not_applicable", "gaps", "fallback", "assumed",
    }  # fmt: skip
    assert all(set(each) == {"id", "in_force_since", "reasons", "limits"} for each in found["instruments"])
    assert all(set(each) == {"id", "reason", "text"} for each in found["not_applicable"])
    assert found["assumed"] is None


def test_an_assumed_table_marks_every_answer_made_from_it(assumed: law.StatusTable) -> None:
    found = law.between("QAT", "VNM", on=date(2027, 7, 1), table=assumed)
    assert assumed.assumed is not None
    assert found.to_dict()["assumed"] == {"label": "forty deposits", "digest": assumed.digest}


def test_qatar_changes_the_answer_for_articles_14_to_16_only(assumed: law.StatusTable) -> None:
    bonds = {
        article: law.between("QAT", "VNM", on=date(2027, 7, 1), offence=article, table=assumed)
        for article in range(7, 18)
    }
    without = {n for n, each in bonds.items() if "UNCC_2024" not in [one.id for one in each.instruments]}
    assert without == {14, 15, 16}


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"a": "FRA", "b": "FRA"}, "law.state.same"),
        ({"a": "FRA", "b": "XAA"}, "law.worlds.mixed"),
        ({"a": "FRA", "b": "EUE"}, "law.state.organisation"),
        ({"a": "FRA", "b": "Frence"}, "law.state.unknown"),
        ({"a": "FRA", "b": "USA", "form": "preservatoin"}, "law.form.unknown-kind"),
        ({"a": "FRA", "b": "USA", "offence": 42}, "law.article.not-in-data"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(question: dict[str, Any], code: str) -> None:
    with pytest.raises(LawFault) as caught:
        law.between(**question, on=DAY)
    assert caught.value.code == code
    assert "{" not in caught.value.next_step


def test_every_pair_is_answered_alike_alone_and_among_many() -> None:
    bonds = law.Bonds(on=DAY, form="preservation")
    for a, b in (("FRA", "USA"), ("IRL", "FRA"), ("IRN", "TUV"), ("DNK", "SWE"), ("XAA", "XBB")):
        assert bonds.between(a, b).to_dict() == law.between(a, b, on=DAY, form="preservation").to_dict()


def test_every_code_of_every_table_is_a_state() -> None:
    known = {each.code for each in law.states()} | set(ORGANISATIONS)
    for code in law.parties.tables():
        assert {each.state for each in law.participations(code)} <= known, code
    assert {each.state for each in law.effects()} <= known
    for stem in ("gaps", "fallback"):
        for note in law.parties.notes(stem):
            assert note.states is None or note.states <= known


@pytest.mark.parametrize(
    ("id", "title"),
    [("UNTOC", "UNTOC"), ("MLAT_FRA_USA", "Bilateral MLAT, France and United States of America")],
)
def test_every_instrument_of_an_answer_has_a_short_title(id: str, title: str) -> None:
    assert law.short_title(id) == title


def test_an_unknown_instrument_offers_the_near_ones() -> None:
    with pytest.raises(LawFault) as caught:
        law.participations("UNTCO")
    assert caught.value.code == "law.instrument.unknown"
    assert "UNTOC" in caught.value.next_step


def test_the_union_has_the_members_the_states_say() -> None:
    for each in law.participations("EU_MEMBER"):
        assert each.since == law.state(each.state).eu_member_since
        assert each.until == law.state(each.state).eu_member_until


def test_a_reservation_belongs_to_a_party() -> None:
    for each in law.effects():
        if each.instrument != "UNCC_2024":
            assert each.state in law.parties_to(each.instrument, on=each.since or DAY)


def test_what_an_instrument_provides_agrees_with_its_rules() -> None:
    """Each form page of a rule set has its row in coverage.csv, under the article of the page."""
    for instrument in shipped().instruments():
        if not instrument.rules:
            continue
        covered = {each.form: each.provision for each in law.coverage(instrument.code)}
        for kind in law.kinds():
            form = law.form(kind, instrument.code, on=DAY)
            if isinstance(form, law.Form):
                assert kind in covered, (instrument.code, kind)
                assert any(str(n) in covered[kind] for n in form.articles), (
                    instrument.code,
                    kind,
                    form.articles,
                )


def test_no_source_stands_in_the_list_without_a_row() -> None:
    used = {
        id
        for stem in folder("parties")
        if stem != "sources"
        for row in rows("parties", stem)
        for id in row.source
    }
    assert used <= set(table_sources("parties"))


def test_the_page_names_every_instrument_and_its_examples_run() -> None:
    page = (Path(__file__).parents[2] / "docs" / "law-between.md").read_text(encoding="utf-8")
    for id in law.parties.known():
        assert id == law.parties.BILATERAL or f"`{id}`" in page, id
    for reason in {each.reason for row in ROWS if "assumed" not in row for each in asked(row).not_applicable}:
        assert f"`{reason}`" in page, reason
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    scope: dict[str, object] = {}
    for line in code[1].splitlines():
        expression, _, expected = line.partition("  # ")
        if not line or line.startswith(("from", "found =", "bonds =")):
            exec(line, scope)
        else:
            assert repr(eval(expression, scope)) == expected.strip(), line
