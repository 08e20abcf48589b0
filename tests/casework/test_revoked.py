"""A State key revoked later takes no act out of a dossier; it closes the door to disclosure for what came after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from corridor.casework import disclosure, queries, store
from corridor.casework.house import House
from corridor.casework.models import Dossier
from corridor.notary import KeyRecord

Ask = Callable[..., str]


def _revoke(desk, monkeypatch: pytest.MonkeyPatch, state: str, at: datetime) -> None:
    """From now on the directory says that the keys of `state` were revoked at `at`."""
    known = House.state_keys

    def told(self: House, asked: str) -> tuple[KeyRecord, ...]:
        rows = known(self, asked)
        return tuple(replace(row, revoked_at=at) for row in rows) if asked == state else rows

    monkeypatch.setattr(House, "state_keys", told)


@pytest.fixture
def answered(desk, ask: Ask) -> str:
    """A dossier in which Borealia has acknowledged."""
    dossier = ask()
    row = Dossier.objects.get(pk=dossier)
    desk.clock.turn(minutes=5)
    state = store.load(desk.home, row).state
    desk.receive(desk.others["XBB"].following(state, "acknowledge", desk.clock()))
    return dossier


def test_acts_from_before_the_revocation_stand(desk, answered: str, monkeypatch) -> None:
    _revoke(desk, monkeypatch, "XBB", desk.clock() + timedelta(hours=1))
    loaded = store.load(desk.home, Dossier.objects.get(pk=answered))
    assert loaded.unproven == ()
    assert loaded.state.status == "acknowledged"


def test_acts_that_came_after_the_revocation_are_shown_and_nothing_is_handed_over(
    desk, answered: str, monkeypatch
) -> None:
    _revoke(desk, monkeypatch, "XBB", desk.clock() - timedelta(days=400))
    loaded = store.load(desk.home, Dossier.objects.get(pk=answered))
    assert len(loaded.unproven) == 1
    assert "casework.disclosure.unproven" in disclosure.closed_by(desk.home, loaded, None, desk.clock())
    person = desk.person("cp-signatory")
    assert "flag.unproven-key" in queries.dossier_page(person, answered).flags
    rows = queries.desk(person)
    flagged = [row for part in (rows.needs_me, rows.waits_on_them, rows.closed) for row in part if row.flags]
    assert [row.dossier for row in flagged] == [answered]


def test_a_dossier_that_does_not_verify_never_hides_the_others(desk, ask: Ask) -> None:
    whole, broken = ask(), ask()
    row = Dossier.objects.get(pk=broken).acts.get()
    row.sealed = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
    row.save()
    rows = queries.desk(desk.person("cp-signatory"))
    shown = {one.dossier: one.status for part in (rows.needs_me, rows.waits_on_them) for one in part}
    assert set(shown) == {whole, broken}
    assert shown[broken] == "unreadable"
