"""Whatever order of losses, repetitions and restarts: in the end every act took effect exactly once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from exchange_world import Clock, Node, acquaint, by_fetch, by_post, wire_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.exchange import ExchangeFault, Request
from corridor.exchange.outbox import Delivered, collect_once, deliver_once

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "fetch", "lose answer", "never arrives", "break", "unnumbered", "reseal"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


def never(request: Request) -> Request:
    raise ExchangeFault("exchange.peer.unreachable", state="XBB", reason="lost")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_delivery_at_least_once_effect_exactly_once(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        aurelia, borealia = (Node(state, Path(folder), clock) for state in ("XAA", "XBB"))
        acquaint(aurelia, borealia)
        jobs = [aurelia.job(borealia, aurelia.act(f"act {number}")) for number in range(3)]
        for step, number in steps:
            clock.turn(seconds=7)
            client = aurelia.client(borealia)
            borealia.mailroom.breaks = step == "break"
            borealia.mailroom.sequencing = step != "unnumbered"
            if step == "fetch":
                collect_once(borealia.client(aurelia), borealia.office.receive)
                continue
            if step == "reseal":
                jobs[number] = aurelia.job(borealia, aurelia.mailroom.acts[jobs[number].act_id])
            if step == "lose answer":
                wire_of(client).lose_answers = 1
            if step == "never arrives":
                wire_of(client).tamper = never
            deliver_once(client, jobs[number], at=clock())
        borealia.mailroom.breaks, borealia.mailroom.sequencing = False, True
        posted = [by_post(aurelia, borealia, job) for job in jobs]
        fetched = [by_fetch(aurelia, borealia, job) for job in jobs]
        for post, fetch in zip(posted, fetched, strict=True):
            assert isinstance(post, Delivered)
            assert isinstance(fetch, Delivered)
            assert post.raw == fetch.raw
        assert sorted(borealia.mailroom.effects) == sorted(job.act_id for job in jobs)
        assert borealia.mailroom.log.size == len(jobs)
