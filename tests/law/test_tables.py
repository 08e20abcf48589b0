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
    if where == "paragraph":
        (found,) = law.at(name)
        return found
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


@pytest.mark.parametrize("row", rows("reach"), ids=lambda row: row["kind"])
def test_a_kind_reaches_serious_crimes_or_not_as_its_row_says(row: dict[str, Any]) -> None:
    serious = law.gate(law.OffenceFacts(heavier_penalty=True), row["instrument"])
    other = law.gate(law.OffenceFacts(maximum_penalty_months=1), row["instrument"])
    assert (row["kind"] in serious.opens) is (row["extent"] != "does_not_extend")
    assert (row["kind"] in other.opens) is (row["extent"] == "not_limited_by_offence")
    limited = row["kind"] in {each.id for each in serious.limits}
    assert limited is (row["extent"] == "extends_for_electronic_evidence_only")


def test_every_kind_of_the_convention_has_its_row_in_the_table_of_reach() -> None:
    assert sorted(row["kind"] for row in rows("reach")) == sorted(law.matrix().kinds)


def treaty(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((TABLES / "treaty.yaml").read_text(encoding="utf-8"))[name]


def told(name: str) -> list[dict[str, Any]]:
    """What the data says, in the shape of the table."""
    if name == "jurisdiction":
        return [
            {"ref": g.ref, "principle": str(g.principle), "strength": str(g.strength)}
            for g in law.jurisdiction().grounds
        ]
    if name == "powers":
        return [
            {"ref": p.ref, "strength": str(p.strength), "forms": list(p.forms)}
            for p in law.procedural().powers
        ]
    if name == "notifications":
        return [
            {"ref": n.ref, "when": [str(each) for each in n.when], "mandatory": n.mandatory}
            for n in law.notifications()
        ]
    if name == "reservations":
        return [{"ref": o.ref, "is": str(o.kind), "affects": list(o.affects)} for o in law.reservations()]
    if name == "registers":
        return [{"ref": r.ref, "circulated": r.circulated} for r in law.registers().registers]
    clauses = law.final_clauses().clauses
    figures = "numbers" if name == "figures" else "days"
    return [{"ref": c.ref, "name": key, "is": value} for c in clauses for key, value in getattr(c, figures)]


@pytest.mark.parametrize(
    "name", ["jurisdiction", "powers", "notifications", "reservations", "registers", "figures", "days"]
)
def test_the_convention_says_what_the_table_of_the_treaty_says(name: str) -> None:
    def key(row: dict[str, Any]) -> str:
        return f"{row['ref']} {row.get('name')} {row.get('when')}"

    assert sorted(told(name), key=key) == sorted(treaty(name), key=key)
