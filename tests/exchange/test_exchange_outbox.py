"""When to try again, whom to spare, what a failure means: values, so that a worker only obeys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from exchange_world import NOON
from hypothesis import given
from hypothesis import strategies as st

from corridor.exchange import ExchangeFault
from corridor.exchange.outbox import CAP, FIRST, Breaker, backoff, classify, classify_told
from corridor.faults import Side


@given(st.integers(1, 10_000), st.integers())
def test_waits_double_are_capped_and_are_spread_over_their_upper_half(attempts: int, seed: int) -> None:
    full = min(CAP, FIRST * float(2 ** min(attempts - 1, 20)))
    wait = backoff(attempts, seed=seed)
    assert full / 2 <= wait <= full
    assert wait == backoff(attempts, seed=seed)


def test_two_rows_that_failed_together_are_not_tried_together() -> None:
    assert len({backoff(6, seed=row) for row in range(50)}) > 40


def test_the_breaker_opens_after_five_failures_lets_one_try_and_closes_on_success() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker = breaker.after_failure(NOON, seed="XBB")
        assert breaker.allows(NOON)
    breaker = breaker.after_failure(NOON, seed="XBB")
    assert not breaker.allows(NOON)
    assert breaker.open_until is not None
    later = breaker.open_until
    assert breaker.allows(later)
    worse = breaker.after_failure(later, seed="XBB")
    assert worse.open_until is not None
    assert worse.open_until - later > timedelta(seconds=10)
    assert worse.after_success() == Breaker()


def test_the_breaker_is_plain_data() -> None:
    breaker = Breaker()
    for _ in range(6):
        assert Breaker.from_dict(breaker.to_dict()) == breaker
        breaker = breaker.after_failure(NOON)
    assert Breaker.from_dict(None) == Breaker()


@pytest.mark.parametrize(
    ("code", "side", "retry", "down", "reseal"),
    [
        ("exchange.peer.unreachable", Side.THEIRS, True, True, False),
        ("exchange.peer.not-pinned", Side.THEIRS, True, True, False),
        ("exchange.noise", Side.OURS, True, False, False),
        ("exchange.letter.cannot-open", Side.OURS, True, False, True),
        ("exchange.letter.too-large", Side.OURS, False, False, False),
        ("exchange.request.too-often", Side.OURS, True, False, False),
    ],
)
def test_ours_or_theirs_again_or_not(code: str, side: Side, retry: bool, down: bool, reseal: bool) -> None:
    failure = classify(ExchangeFault(code))
    assert (failure.side, failure.retry, failure.peer_down, failure.reseal) == (side, retry, down, reseal)


def test_a_code_of_another_room_is_quoted_not_believed() -> None:
    failure = classify_told("casework.act.illegal", "XBB")
    assert (failure.code, failure.retry) == ("exchange.letter.refused", False)
