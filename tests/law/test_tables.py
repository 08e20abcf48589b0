"""The legal rules, tested by tables a lawyer can read and sign: tests/law/tables/*.yaml."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor import law

TABLES = Path(__file__).parent / "tables"
DAY = date(2026, 11, 26)


def rows(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"))["rows"]


def known(kind: str, basis: str) -> law.Form:
    form = law.form(kind, basis, on=DAY)
    assert isinstance(form, law.Form)
    return form


def form_id(row: dict[str, Any]) -> str:
    return f"{row['basis']}-{row['kind']}" + (f"-{row['id']}" if "id" in row else "")


@pytest.mark.parametrize("row", rows("periods"), ids=form_id)
def test_a_period_is_what_the_provision_says(row: dict[str, Any]) -> None:
    period = known(row["kind"], row["basis"]).period(row["id"])
    assert period is not None
    assert (period.ref, period.kind, period.days, period.runs_from) == (
        row["ref"],
        row["is"],
        row.get("days"),
        row["runs_from"],
    )


def test_no_form_has_a_period_outside_the_table() -> None:
    signed = {(row["basis"], row["kind"], row["id"]) for row in rows("periods")}
    found = [
        law.form(kind, each.code, on=DAY) for kind in law.kinds() for each in law.instruments() if each.rules
    ]
    forms = [form for form in found if isinstance(form, law.Form)]
    assert {(form.basis, form.kind, each.id) for form in forms for each in form.periods} == signed


@pytest.mark.parametrize("row", rows("contents"), ids=form_id)
def test_a_request_contains_what_the_provision_lists(row: dict[str, Any]) -> None:
    form = known(row["kind"], row["basis"])
    assert [{"id": c.id, "ref": c.ref, "requirement": str(c.requirement)} for c in form.contents] == row[
        "items"
    ]


@pytest.mark.parametrize("row", rows("grounds"), ids=form_id)
def test_a_form_is_refused_on_the_grounds_of_its_own_list(row: dict[str, Any]) -> None:
    form = known(row["kind"], row["basis"])
    assert [
        {"id": g.id, "ref": g.ref, "nature": str(g.nature), "consult": g.consult_first} for g in form.grounds
    ] == row["grounds"]
    assert form.grounds_closed is row["closed"]
    assert (form.postponement.ref if form.postponement else None) == row["postponement"]


@pytest.mark.parametrize("row", rows("gate"), ids=lambda row: row["says"])
def test_the_gate_opens_the_right_door(row: dict[str, Any]) -> None:
    facts = row["facts"] | {"articles": tuple(row["facts"].get("articles", ()))}
    gate = law.gate(law.OffenceFacts(**facts), row["instrument"])
    assert gate.category == row["category"]
    if "opens" in row:
        assert list(gate.opens) == row["opens"]
    if "because" in row:
        assert [line.cite() for line in gate.because] == row["because"]
    if "remarks" in row:
        assert list(gate.remarks) == row["remarks"]


def find(path: str) -> law.Line:
    where, _, name = path.rpartition(":")
    if where == "article":
        return law.article(int(name))
    if where == "definition":
        return law.definition(name)
    basis, kind, part = where.split("/")
    line = getattr(known(kind, basis), part)(name)
    assert isinstance(line, law.Line)
    return line


@pytest.mark.parametrize("row", rows("citations"), ids=lambda row: row["of"])
def test_a_paper_cites_no_further_than_was_read(row: dict[str, Any]) -> None:
    assert find(row["of"]).cite() == row["cite"], row["because"]


@pytest.mark.parametrize("row", rows("matrix"), ids=lambda row: row["kind"])
def test_the_matrix_says_what_its_table_says(row: dict[str, Any]) -> None:
    matrix = law.matrix(row["instrument"])
    found = {ground: matrix.cell(row["kind"], ground) for ground in row["cells"]}
    assert {ground: str(cell.answer) for ground, cell in found.items() if cell} == row["cells"]
