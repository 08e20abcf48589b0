"""The pages and pictures of docs/kinds say what the tables say."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.diagram import columns_of, picture, rows_of
from corridor.dossier.kinds.kind import REQUESTED, REQUESTING
from corridor.dossier.kinds.page import pages

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_and_pictures_are_drawn_from_the_tables():
    """Mend with: python -m corridor.dossier.kinds.page docs"""
    for name, drawn in pages().items():
        assert (DOCS / name).is_file(), name
        assert (DOCS / name).read_text(encoding="utf-8") == drawn, name
    assert {f"kinds/{file.name}" for file in (DOCS / "kinds").iterdir()} == set(pages()) - {"kinds.md"}


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_a_picture_shows_every_move_of_the_table_once(kind):
    """A dot for each status an act may be sent in, one arrow for each act and status it leads to."""
    tree = ElementTree.fromstring(picture(kind))
    found = {
        tag: [one for one in tree.iter() if one.tag.endswith(tag)] for tag in ("circle", "polygon", "text")
    }
    moves = {
        (role, status, event): kind.next_status(role, status, event)
        for role, rows in kind.table.items()
        for status, row in rows.items()
        for event in row
    }
    leading = {at: target for at, target in moves.items() if target != at[1]}
    drawn = {
        (role, status, one.event): one.target
        for role in (REQUESTING, REQUESTED)
        for one in columns_of(kind, role)
        for status in one.sources
    }
    assert drawn == leading
    assert len(found["circle"]) == len(leading) + 1  # one in the legend
    assert len(found["polygon"]) == len({(role, event, to) for (role, _, event), to in leading.items()}) + 1
    words = [one.text for one in found["text"]]
    assert set(rows_of(kind)) | {event for _, _, event in leading} <= set(words)


def test_no_word_of_a_picture_leaves_it():
    """Widths are reckoned, not measured: a name longer than any today would still fit."""
    for kind in REGISTRY.values():
        tree = ElementTree.fromstring(picture(kind))
        width, height = float(tree.get("width", "0")), float(tree.get("height", "0"))
        for one in tree.iter():
            for name, most in (("x", width), ("x1", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(one.get(name, "0")) <= most, (kind.name, one.tag)


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
