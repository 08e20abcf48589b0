"""Time authorities that are off and on again, and States that witness each other's logs, over the real transport."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.node.nodes import World, free_ports, until
from tests.node.story import MEASURE, ask, page, reaches, safeguards, seal, sign
from tests.notary.authority import Authority

from corridor.node import config as node_config

HANDS = "result = queries.hands(person('ca-drafter'), p)"
ROUND = "node.worker.post()\nnode.anchor()\nnode.worker.evidence()"
DUE = "models.TimeToken.objects.filter(done=None).update(next_due=home.clock())"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "Borealia Time")


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[tuple[World, int]]:
    """Both nodes running; Borealia names a time-stamping authority that does not answer yet."""
    world = World(tmp_path_factory.mktemp("anchors"))
    (port,) = free_ports(1)
    named = node_config.Authority("borealia-time", f"http://127.0.0.1:{port}/", authority.folder / "root.pem")
    try:
        world.add("XAA")
        world.add("XBB", time_authorities=(named,))
        world.refresh()
        for node in world.nodes.values():
            node.start()
        yield world, port
    finally:
        world.close()


def hand(rows: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(row for row in rows if row["kind"] == kind)


def test_an_authority_that_is_off_stops_nothing_and_all_is_anchored_when_it_is_back(
    staged: tuple[World, int], authority: Authority, tmp_path: Path
) -> None:
    world, port = staged
    aurelia, borealia = world.nodes["XAA"], world.nodes["XBB"]
    dossier = ask(aurelia, "stored_data")
    reaches(borealia, dossier, "asked")
    sign(borealia, dossier, "accept")
    safeguards(borealia, dossier)
    sign(borealia, dossier, "execute", MEASURE)
    package = seal(borealia, dossier, {"mail/1.eml": 900})
    sign(borealia, dossier, "deliver", packages=[package])
    until(lambda: any(row["complete"] for row in page(aurelia, dossier).get("packages", [])), 60)
    # Nothing waited: sealed, sent and received while no authority answered. What waits is counted, and shown.
    rows = borealia.do(HANDS, p=package)
    assert hand(rows, "sealed")["waiting"] == ["borealia-time"]
    assert "casework.time.waiting" in borealia.do("result = queries.desk(person('ca-signatory')).notices")
    told = borealia.do(
        "from corridor.node.check import check\nfrom django.conf import settings\n"
        "result = [one.to_dict() for one in check(settings.NODE, home) if one.what == 'time']"
    )
    assert told[0]["fault"]["code"] == "node.check.time-waiting"
    assert "2 statements wait for a time since" in told[0]["fault"]["message"]
    with authority.served(port):
        until(lambda: not (borealia.do(DUE) or hand(borealia.do(HANDS, p=package), "sealed")["waiting"]), 30)
        until(lambda: not (borealia.do(DUE) or hand(borealia.do(HANDS, p=package), "sent")["waiting"]), 30)
    for row in (hand(borealia.do(HANDS, p=package), "sealed"), hand(borealia.do(HANDS, p=package), "sent")):
        assert "Borealia Time" in [by for one in row["anchors"] for by in one["by"]]
        assert row["faults"] == []
    assert "casework.time.waiting" not in borealia.do("result = queries.desk(person('ca-signatory')).notices")

    # The times follow the package, and so does the witnesses' word.
    def arrived() -> bool:
        found = [hand(aurelia.do(HANDS, p=package), kind) for kind in ("sealed", "sent")]
        return all(
            {one["kind"] for one in row["anchors"]} == {"token", "checkpoint-token", "witnessed"}
            for row in found
        )

    until(arrived, 180)  # who missed the first word comes back after two minutes
    rows = aurelia.do(HANDS, p=package)
    assert {row["log_standing"] for row in rows} == {"witnessed"}
    assert [row["faults"] for row in rows] == [[], []]
    assert (
        aurelia.do("result = actions.check_package(person('ca-drafter'), p)", p=package)["verdict"]
        == "unchanged"
    )
    sign(aurelia, dossier, "confirm", packages=[package])
    until(lambda: [row for row in borealia.do(HANDS, p=package) if row["kind"] == "received"], 30)
    until(lambda: hand(borealia.do(HANDS, p=package), "received")["log_standing"] == "witnessed", 30)


def test_a_log_rolled_back_or_forked_is_refused_and_alarms_both_desks(staged: tuple[World, int]) -> None:
    world, _ = staged
    aurelia, borealia = world.nodes["XAA"], world.nodes["XBB"]
    until(
        lambda: aurelia.do("log = home.log()\nresult = log.witnessed and log.witnessed.size == log.size"), 30
    )
    refused = aurelia.do(
        """
from corridor.notary import merkle
from corridor.notary.checkpoint import sign_checkpoint
from corridor.notary.witness import write_request
from corridor.faults import Fault
log = home.log()
forged = sign_checkpoint(home.log_origin, log.size, b"\\x07" * 32, home.log_key)
with node.connect("XBB") as client:
    try:
        client.add_checkpoint(write_request(log.size, [], forged))
        result = "cosigned"
    except Fault as fault:
        result = fault.code
"""
    )
    assert refused == "exchange.witness.refused"
    assert borealia.do("result = models.PeerState.objects.get(state='XAA').alarm") == "notary.log.forked"
    assert "casework.witness.alarm" in borealia.do("result = queries.desk(person('ca-signatory')).notices")
    # Aurelia's own side: its witness knows another history than the one it now shows.
    aurelia.do("import shutil\nshutil.copytree(home.log_folder, home.root / 'log-kept')")
    assert aurelia.do(
        """
from unittest import mock
from corridor.notary.log import Log
from corridor.notary.witness import write_request
from corridor.casework import witnessing
from corridor.notary.checkpoint import sign_checkpoint, verify_checkpoint
log = home.log()
note = sign_checkpoint(home.log_origin, log.size, b"\\x09" * 32, home.log_key)
forged = verify_checkpoint(note, home.log_key.public, home.log_origin)
with mock.patch.object(Log, "head", forged), mock.patch.object(Log, "witnessed", None):
    node.asking.round(home.clock())
result = queries.desk(person('ca-signatory')).notices
"""
    ).count("casework.witness.refused")


def test_a_node_from_before_there_were_witnesses_makes_its_key_at_its_next_start(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from corridor.node import entry
    from corridor.node.config import Config
    from corridor.node.init import init

    config = Config(folder=tmp_path / "node", state="XAA", names={"en": "Aurelia"}, secret_work=10)
    init(config, passphrase="the seal of the State is kept", root=None, at=datetime.now(UTC))
    (config.keys / "witness.json").unlink()
    made = entry.witness_key(config)
    assert (config.keys / "witness.json").stat().st_mode & 0o077 == 0
    assert entry.witness_key(replace(config)).public.keyid == made.public.keyid
