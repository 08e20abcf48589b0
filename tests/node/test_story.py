"""One case between two running nodes, letters posted and letters fetched; then the same with something broken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from tests.node.driver import Refused
from tests.node.nodes import SECRET, World, until
from tests.node.story import MEASURE, ask, export, page, reaches, safeguards, seal, sign, status, whole


@pytest.fixture(scope="module")
def running(both_ways: World) -> World:
    for node in both_ways.nodes.values():
        node.start()
    return both_ways


def test_a_request_to_preserve_is_answered(running: World) -> None:
    aurelia, borealia = running.nodes["XAA"], running.nodes["XBB"]
    dossier = ask(aurelia)
    reaches(borealia, dossier, "asked")
    sign(borealia, dossier, "preserved", {"preserved_until": "2027-02-01"})
    reaches(aurelia, dossier, "preserving")
    until(
        lambda: all(
            row["received_at"] for one in (aurelia, borealia) for row in page(one, dossier)["timeline"]
        )
    )
    assert export(aurelia, dossier) == export(borealia, dossier)
    assert page(aurelia, dossier)["preserved_until"] == "2027-02-01"


def test_evidence_crosses_sealed_and_both_hold_the_same_custody(running: World) -> None:
    """Execute, seal, deliver, receive, check, open, confirm; the received statement travels back."""
    aurelia, borealia = running.nodes["XAA"], running.nodes["XBB"]
    dossier = ask(aurelia, "stored_data")
    reaches(borealia, dossier, "asked")
    sign(borealia, dossier, "accept")
    safeguards(borealia, dossier)
    sign(borealia, dossier, "execute", MEASURE)
    package = seal(borealia, dossier, {"mail/1.eml": 900, "image.dd": 70 << 20})
    sign(borealia, dossier, "deliver", packages=[package])
    until(lambda: any(row["complete"] for row in page(aurelia, dossier).get("packages", [])), 60)
    with pytest.raises(Refused) as caught:
        sign(aurelia, dossier, "confirm", packages=[package])
    assert caught.value.code == "casework.evidence.not-checked"
    checked = aurelia.do("result = actions.check_package(person('ca-drafter'), p)", p=package)
    assert (checked["verdict"], checked["findings"]) == ("unchanged", [])
    opened = aurelia.do(
        "result = actions.open_evidence(person('ca-signatory'), p, secret=s)", p=package, s=SECRET
    )
    assert {item["name"]: item["size"] for item in opened["items"]} == {
        "mail/1.eml": 900,
        "image.dd": 70 << 20,
    }
    sign(aurelia, dossier, "confirm", packages=[package])
    reaches(borealia, dossier, "confirmed")
    kinds = """
from corridor.seal import custody
folder = home.packages / models.Package.objects.get(pk=p).folder
result = sorted(one.kind for one in custody.graph(folder, home.state_keys).statements)
"""
    for node in (aurelia, borealia):
        until(lambda node=node: node.do(kinds, p=package) == ["received", "sealed", "sent"], 30)
    assert export(aurelia, dossier) == export(borealia, dossier)


def test_check_says_all_is_well(running: World) -> None:
    for node in running.nodes.values():
        done = subprocess.run(
            [sys.executable, "-m", "corridor.cli", "node", "check", str(node.config.folder), "--json"],
            env={**os.environ, **node.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        whole(node)


def test_a_second_run_of_one_folder_is_refused(running: World) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "corridor.cli", "node", "run", str(running.nodes["XAA"].config.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "node.run.already" in done.stderr


def test_the_other_node_is_down_for_the_whole_story_and_then_back(running: World) -> None:
    """What was signed meanwhile arrives in order, once; the desk shows that it waits, with the code why."""
    aurelia, borealia = running.nodes["XAA"], running.nodes["XBB"]
    first = ask(aurelia)
    reaches(borealia, first, "asked")
    borealia.stop()
    dossier = ask(aurelia)
    sign(aurelia, dossier, "supplement", {"urgent": True})
    sign(aurelia, first, "withdraw")
    row = page(aurelia, dossier)["timeline"][0]
    assert row["delivery"] == "waiting"
    if borealia.config.delivery == "post":
        until(lambda: page(aurelia, dossier)["timeline"][0]["delivery_code"] == "exchange.peer.unreachable")
    borealia.start()
    reaches(borealia, first, "withdrawn", 60)
    until(lambda: len(page(borealia, dossier).get("timeline", [])) == 2, 60)
    until(lambda: page(aurelia, dossier)["timeline"][1]["delivery"] == "received", 60)
    assert export(aurelia, dossier) == export(borealia, dossier)
    whole(borealia)


def test_a_node_killed_outright_comes_back_with_everything(running: World) -> None:
    """SIGKILL to every process of a node while letters and a package are on their way, several times."""
    aurelia, borealia = running.nodes["XAA"], running.nodes["XBB"]
    dossier = ask(aurelia, "stored_data")
    reaches(borealia, dossier, "asked")
    sign(borealia, dossier, "accept")
    safeguards(borealia, dossier)
    sign(borealia, dossier, "execute", MEASURE)
    package = seal(borealia, dossier, {f"part-{number}.bin": 3 << 20 for number in range(12)})
    sign(borealia, dossier, "deliver", packages=[package])
    for node in (aurelia, borealia, aurelia):
        node.stop(signal.SIGKILL)
        node.start()
    until(lambda: any(row["complete"] for row in page(aurelia, dossier).get("packages", [])), 90)
    assert (
        aurelia.do("result = actions.check_package(person('ca-drafter'), p).verdict", p=package)
        == "unchanged"
    )
    until(lambda: status(aurelia, dossier) == status(borealia, dossier) == "delivered")
    for node in (aurelia, borealia):
        whole(node)


def test_the_registry_is_down(running: World) -> None:
    """Requests go on with what the directory holds; the operator sees that the registry is silent."""
    aurelia, borealia = running.nodes["XAA"], running.nodes["XBB"]
    away = running.registry.public.rename(running.folder / "away")
    try:
        looked = aurelia.do("found = node.refresh_directory()\nresult = found.fault.code")
        assert looked.startswith("registry.")
        aurelia.stop()
        aurelia.start()
        dossier = ask_when_ready(aurelia)
        reaches(borealia, dossier, "asked")
        notices = aurelia.do("result = queries.desk(person('cp-signatory')).notices")
        assert "casework.directory.trouble" in notices
    finally:
        away.rename(running.registry.public)


def ask_when_ready(node: object) -> str:
    """Ask as soon as the node has asked its peers after its start."""

    def attempt() -> str:
        try:
            return ask(node)  # type: ignore[arg-type]
        except Refused as refused:
            if refused.code != "casework.restored.asking":
                raise
            return ""

    return str(until(attempt, 30))
