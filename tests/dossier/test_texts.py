"""Every code this room can show has its English, and every fault code its two sentences."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import corridor.dossier
from corridor.dossier import REGISTRY, texts
from corridor.dossier.draft import act_code, schema
from corridor.faults import catalogue

SOURCE = Path(corridor.dossier.__file__).parent
CODE = re.compile(r'"((?:[a-z_]+)\.(?:flag|owed|rule|clock)\.[a-z_-]+)"')
#: How the parts of kinds write codes: without the kind, and what a text of it is called.
SPOKEN = {
    "flag": re.compile(r'Flag\(\s*"([a-z_-]+)"'),
    "owed": re.compile(r'(?:scene\.owed|Due)\(\s*"([a-z_-]+)"'),
    "clock": re.compile(r'scene\.clock\(\s*"([a-z_-]+)"'),
    "rule": re.compile(r'return "([a-z]+(?:-[a-z]+)+)"'),
}
SHARED = re.compile(r'"((?:rule|rules|crossing|fork|waiting|basis|request|body)\.[a-z]+(?:-[a-z]+)*)"')


def source():
    return "\n".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))


def test_every_act_and_status_has_its_text():
    for kind in REGISTRY.values():
        codes = [act_code(kind.name, act) for act in kind.acts()]
        codes += [f"{kind.name}.status.{status}" for status in kind.statuses()]
        codes += [f"{kind.name}.crossing.{rule.name}" for rule in kind.crossings]
        codes += [act_code(kind.name, act) for act in ("stand", "amend_members")]
        for code in codes:
            assert texts.text(code) != code, code


def test_every_code_in_the_source_has_its_text():
    for code in {*CODE.findall(source()), *SHARED.findall(source())}:
        assert texts.text(code) != code, code


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=list(REGISTRY))
def test_every_code_a_kind_can_show_has_its_text(kind):
    modules = {inspect.getmodule(type(part)) for part in kind.all_parts}
    written = "\n".join(inspect.getsource(module) for module in modules)
    codes = {f"{sort}.{code}" for sort, pattern in SPOKEN.items() for code in pattern.findall(written)}
    codes |= {f"owed.{each.code}" for rows in kind.due.values() for each in rows}
    assert codes
    for code in codes:
        assert texts.text(f"{kind.name}.{code}") != f"{kind.name}.{code}", code


def test_every_field_and_value_has_its_text():
    def walk(node):
        if isinstance(node, dict):
            for name in node.get("properties", {}):
                assert f"field.{name}" in texts.catalogue(), name
            for value in node.get("enum", []):
                assert f"value.{value}" in texts.catalogue(), value
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    for kind in REGISTRY.values():
        for act in kind.acts():
            walk(schema(kind.name, act))


def test_every_fault_raised_is_listed_and_every_listed_fault_is_raised():
    raised = set(re.findall(r'"(dossier\.[a-z]+\.[a-z-]+)"', source()))
    assert raised == set(catalogue("dossier"))


def test_no_article_period_or_state_is_written_in_the_source():
    """Law is data: no article number, no number of days, no State's name in a rule."""
    assert not re.search(r"\bX(AA|BB|CC|DD)\b", source())
    assert not re.search(r"\b\d{1,2}\(\d{1,2}\)|days=\d", source())
