"""A peer that lies about what it holds, or names what never was, stops nobody here and is not hammered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.casework.conftest import Desk

from corridor.casework import restored
from corridor.casework.models import ActRow, NodeNote
from corridor.casework.outbox import ABSENT, Worker
from corridor.dossier import Act
from corridor.exchange import ExchangeFault


class Line:
    """A client for one peer that answers what it is given, and no act."""

    def __init__(self, desk: Desk, state: str, answer: Any = None) -> None:
        self.peer = desk.home.peer(state)
        self.answer, self.asked = answer, list[str]()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def held_from_us(self) -> Any:
        return self.answer

    def fetch_act(self, act_id: str, identities: object) -> bytes:
        self.asked.append(act_id)
        raise ExchangeFault("exchange.noise")


@pytest.mark.parametrize(
    "answer",
    [
        {"sent": [{"act": "ab" * 32, "receipt": "x"}]},
        {"received": [{"act": "ab" * 32, "receipt": "x"}]},
        {"sent": [{"act": "ab" * 32}]},
        {"sent": 5},
        {"sent": [5], "received": None},
        {"checkpoint": "no checkpoint"},
        [],
    ],
)
def test_a_peers_bare_word_stops_no_signing(desk: Desk, ask: Callable[..., str], answer: Any) -> None:
    """It is a trouble to ask about again; nothing was proved to be missing here."""
    troubles = restored.ask_all(
        desk.home,
        lambda state: Line(desk, state, answer if state == "XCC" else {}),  # type: ignore[arg-type,return-value]
        desk.clock(),
    )
    assert set(troubles) == {"XCC"}
    assert not NodeNote.objects.filter(name=restored.BEHIND).exists()
    ask()


def test_acts_that_never_were_are_asked_for_ever_more_seldom(desk: Desk) -> None:
    borealia = desk.others["XBB"]
    opening = borealia.opening(desk.clock())
    desk.receive(opening)
    never = [f"{number:064x}" for number in range(200)]
    head = dataclasses.replace(
        opening.act.header,
        dossier=opening.id,
        act="withdraw",
        prev=opening.id,
        seen=(opening.id, *never),
        basis=None,
        members=(),
        salt="11" * 32,
    )
    desk.receive(borealia.verified(Act(head, {})))
    assert ActRow.objects.count() == 2
    line = Line(desk, "XBB")
    worker = Worker(desk.home, desk.office, lambda state: line)  # type: ignore[arg-type,return-value]
    at = desk.clock()
    assert worker.missing(at) == ABSENT
    for _ in range(20):
        worker.missing(at)
    assert sorted(line.asked) == never, "each once, and then they wait"
    assert worker.missing(at) == 0
    for _ in range(60):
        at += timedelta(minutes=1)
        worker.missing(at)
    assert len(line.asked) < 12 * len(never)
