"""A node restored from yesterday's copy signs nothing until it holds again what its peer holds from it."""

from __future__ import annotations

import shutil

import pytest
from tests.node.driver import Refused
from tests.node.nodes import World, until
from tests.node.story import ask, export, page, reaches, sign, status, whole


def test_restored_from_yesterdays_copy(two: World) -> None:
    aurelia, borealia = two.nodes["XAA"], two.nodes["XBB"]
    aurelia.start()
    borealia.start()
    old = ask(aurelia)
    reaches(borealia, old, "asked")
    until(lambda: page(aurelia, old)["timeline"][0]["delivery"] == "received")
    # Yesterday's copy.
    aurelia.close()
    copy = two.folder / "yesterday"
    shutil.copytree(aurelia.config.folder, copy)
    aurelia.start()
    # Today: a new dossier, an act of ours and one of theirs in the old one.
    until(lambda: aurelia.do("result = restored.standing()") is None)
    new = ask(aurelia)
    reaches(borealia, new, "asked")
    sign(borealia, old, "acknowledge")
    reaches(aurelia, old, "acknowledged")
    sign(aurelia, old, "withdraw")
    reaches(borealia, old, "withdrawn")
    sign(borealia, new, "acknowledge")
    reaches(aurelia, new, "acknowledged")
    until(lambda: all(row["received_at"] for row in page(borealia, new)["timeline"]))
    before = {one: export(aurelia, one) for one in (old, new)}
    # The disk dies; yesterday's copy is put back.
    aurelia.close()
    shutil.rmtree(aurelia.config.folder)
    shutil.copytree(copy, aurelia.config.folder)
    # The peer is down at first: the copy does not know that it is behind.
    assert status(aurelia, new) == ""
    # Asked by hand, as the worker does at start: what is lost is noticed, and signing stops until it is back.
    aurelia.do("restored.mark(home, 'casework.restored.behind')")
    with pytest.raises(Refused) as caught:
        ask(aurelia)
    assert caught.value.code == "casework.restored.behind"
    aurelia.start()
    until(lambda: aurelia.do("result = restored.standing()") is None, 30)
    for one in (old, new):
        assert export(aurelia, one) == before[one] == export(borealia, one)
    whole_but_letters(aurelia)
    # And the case goes on.
    sign(aurelia, new, "withdraw")
    reaches(borealia, new, "withdrawn")
    assert export(aurelia, new) == export(borealia, new)
    whole(borealia)
    # The peer's checkpoint of our log is still a beginning of our log.
    assert borealia.do("result = models.PeerState.objects.get(state='XAA').alarm") == ""


def whole_but_letters(node: object) -> None:
    """Acts that came back have no letter here any more; the rest is as always."""
    node.do(  # type: ignore[attr-defined]
        """
log = home.log()
log.audit()
entries = [entry.hex() for entry in log.entries(0, log.size)]
assert len(set(entries)) == len(entries)
assert all(entries.count(act.pk) == 1 for act in models.ActRow.objects.all())
"""
    )
