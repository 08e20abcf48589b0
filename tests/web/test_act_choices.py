"""What names an act or a dossier is chosen from a list: no form of any kind asks an officer to type a digest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from tests.web.conftest import Desk

from corridor.dossier import REGISTRY
from corridor.dossier.draft import schema
from corridor.web.views import deciding

#: Lists the view fills from elsewhere: other dossiers, packages, and acts of any name.
ELSEWHERE = {"answers", "acts", "dossier", "follows", "preservation", "package", "packages", "custody"}


@dataclass
class Row:
    id: str
    act: str
    state: str = "XBB"
    own: bool = False
    outcome: str = "effective"
    conditions: tuple[Any, ...] = ()


@dataclass
class Page:
    timeline: tuple[Row, ...]
    kind: str = "extradition"


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_no_form_asks_for_a_digest(name: str) -> None:
    kind = REGISTRY[name]
    for act in kind.acts():
        if act != "request":  # the opening form has views of its own
            assert deciding.digests(schema(name, act)) <= ELSEWHERE | set(deciding.NAMED), act


@pytest.mark.parametrize("field", sorted(deciding.NAMED))
def test_what_may_be_named_is_an_act_of_some_kind(field: str) -> None:
    acts = {act for kind in REGISTRY.values() for act in kind.acts()}
    assert set(deciding.NAMED[field][0]) & acts


def test_only_effective_acts_of_the_right_side_are_offered() -> None:
    rows = (
        Row("a" * 64, "arrange"),
        Row("b" * 64, "arrange", own=True),
        Row("c" * 64, "arrange", outcome="overtaken"),
        Row("d" * 64, "accept"),
        Row("e" * 64, "accept", conditions=({"code": "speciality"},)),
    )
    with patch.object(deciding.naming, "state_name", lambda code: code):
        offered = {
            field: [value[0] for value, _ in deciding._acts(Page(rows), names, whose)]  # type: ignore[arg-type]
            for field, (names, whose) in deciding.NAMED.items()
        }
    assert (offered["arrangement"], offered["offer"], offered["file"]) == (["a"], ["e"], [])


@pytest.mark.parametrize("act", ["refuse", "postpone", "consult", "execute", "answer_items"])
def test_every_act_that_names_a_ground_offers_those_of_the_law(desk: Desk, act: str) -> None:
    page = desk.client("CA", "signatory").get(f"/dossiers/{desk.dossiers['CA']}/acts/{act}/").content.decode()
    names = set(re.findall(r'name="(body\.(?:[a-z_]+\.\d+\.)?ground)"', page))
    assert len(names) == 1
    wanted = "ongoing_proceedings" if act == "postpone" else "domestic_prohibition"
    assert f'value="{wanted}"' in page


def test_packages_are_chosen_where_they_are_named_and_come_of_themselves_with_a_hand_over(desk: Desk) -> None:
    browser, dossier = desk.client("CA", "signatory"), desk.dossiers["CA"]
    page = browser.get(f"/dossiers/{dossier}/acts/answer_items/").content.decode()
    assert re.search(rf'name="body\.data_items\.0\.packages"[^>]*value="{desk.packages["CA"]}"', page)
    for act in ("deliver", "confirm"):
        page = browser.get(f"/dossiers/{dossier}/acts/{act}/").content.decode()
        assert "body.packages" not in page
