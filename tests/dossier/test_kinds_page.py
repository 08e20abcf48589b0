"""docs/kinds.md says what the tables say."""

from __future__ import annotations

from pathlib import Path

from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.page import draw

PAGE = Path(__file__).parents[2] / "docs" / "kinds.md"


def test_the_page_is_drawn_from_the_tables():
    """Mend with: python -m corridor.dossier.kinds.page > docs/kinds.md"""
    assert PAGE.read_text(encoding="utf-8") == draw()


def test_every_act_of_a_table_has_a_body_and_every_body_an_act():
    for kind in REGISTRY.values():
        named = {
            event.partition("/")[0] for rows in kind.table.values() for row in rows.values() for event in row
        }
        assert named | {"request"} == set(kind.bodies)


def test_every_status_can_be_reached():
    for kind in REGISTRY.values():
        reached, grown = set(), {kind.opens}
        while grown - reached:
            reached |= grown
            for rows in kind.table.values():
                for status in tuple(reached):
                    grown |= {target for target in rows.get(status, {}).values() if target != "="}
        assert set(kind.statuses()) <= reached
