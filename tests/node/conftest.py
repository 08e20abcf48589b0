"""Two States, made once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.node.nodes import World, world


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Aurelia and Borealia, each reachable by the other; nothing running."""
    with world(tmp_path_factory.mktemp("two")) as made:
        yield made


@pytest.fixture(scope="module", params=["post", "fetch"])
def both_ways(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same, once with letters posted to Borealia and once with Borealia fetching them."""
    with world(tmp_path_factory.mktemp(request.param), XBB=request.param) as made:
        yield made
