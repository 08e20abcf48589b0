"""The cast of the exchange's stories, and the two ways a letter travels."""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange_world import Carry, Clock, Node, acquaint, by_fetch, by_post


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aurelia(tmp_path: Path, clock: Clock) -> Node:
    return Node("XAA", tmp_path, clock)


@pytest.fixture
def borealia(tmp_path: Path, clock: Clock, aurelia: Node) -> Node:
    node = Node("XBB", tmp_path, clock)
    acquaint(aurelia, node)
    return node


@pytest.fixture
def cyrenia(tmp_path: Path, clock: Clock, aurelia: Node, borealia: Node) -> Node:
    node = Node("XCC", tmp_path, clock)
    acquaint(aurelia, borealia, node)
    return node


@pytest.fixture(params=["post", "fetch"])
def carry(request: pytest.FixtureRequest) -> Carry:
    """Every delivery test runs both ways: the sender posts, or the receiver fetches."""
    return by_post if request.param == "post" else by_fetch
