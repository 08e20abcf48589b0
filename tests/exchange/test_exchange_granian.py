"""The server a node really runs, in a process of its own, over TLS."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from exchange_tls import certificate, free_port
from exchange_world import Clock, MemoryFolder, Node, entries_of

from corridor.exchange import ExchangeFault, Peer
from corridor.exchange.outbox import Delivered, deliver_once
from corridor.exchange.request import sign_request
from corridor.exchange.transport.address import AddressPolicy
from corridor.exchange.transport.client import PinnedClient
from corridor.notary import KeyUse, PublicKey

PATIENCE = 30.0


@pytest.fixture
def sender(tmp_path: Path) -> Node:
    return Node("XAA", tmp_path / "aurelia", Clock(datetime.now(UTC)))


@pytest.fixture
def peer(sender: Node, tmp_path: Path) -> Iterator[Peer]:
    directory = tmp_path / "borealia"
    cert, key, pem = certificate(directory, "XBB")
    known = {
        "state": "XAA",
        "request_key": sender.request_key.public.to_dict(),
        "recipient": sender.recipient,
    }
    (directory / "peer.json").write_text(json.dumps(known))
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "8", "--log-level", "error"]
    command += ["--ssl-certificate", str(cert), "--ssl-keyfile", str(key), "served_node:app"]
    environment = os.environ | {
        "EXCHANGE_TEST_DIR": str(directory),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    process = subprocess.Popen(command, env=environment, cwd=directory)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (directory / "entry.json").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        entry = json.loads((directory / "entry.json").read_text())
        yield Peer(
            state="XBB",
            url=f"https://127.0.0.1:{port}",
            tls_certificate=pem,
            request_keys=(PublicKey.from_dict(entry["request_key"], use=KeyUse.REQUEST),),
            node_keys=(PublicKey.from_dict(entry["node_key"], use=KeyUse.NODE),),
            letter_recipients=(entry["recipient"],),
            log_key=PublicKey.from_dict(entry["log_key"], use=KeyUse.LOG),
            log_origin=entry["log_origin"],
        )
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_letters_packages_and_refusals_over_a_kept_connection(sender: Node, peer: Peer) -> None:
    receiver = Node.__new__(Node)  # only its name and recipient are asked for when sealing
    receiver.state, receiver.recipient = "XBB", peer.letter_recipients[0]
    clock = sender.clock
    policy = AddressPolicy.allowing("127.0.0.0/8")
    with PinnedClient(peer, sender.sender, clock=clock, policy=policy) as client:
        job = sender.job(receiver)
        first = _patiently(client, job, clock)
        again = deliver_once(client, job, at=clock())
        assert isinstance(again, Delivered)
        assert again.raw == first.raw
        assert client.held_from_us() == {"acts": [job.act_id]}

        folder = MemoryFolder()
        assert client.download_package("ab" * 32, folder) == 1
        assert folder.files == {"data/0001/00000.age": b"\x07" * (9 << 20)}
        files = {f"data/0001/{number:05}.age": os.urandom(3 << 20) for number in range(4)}
        assert client.upload_package("cd" * 32, entries_of(files), lambda name: BytesIO(files[name])) == 4
        assert client.upload_package("cd" * 32, entries_of(files), lambda name: BytesIO(files[name])) == 0

        with pytest.raises(ExchangeFault, match="noise"):
            client.package_listing("00" * 32)
        _too_large(client)
        assert isinstance(deliver_once(client, sender.job(receiver, sender.act("2")), at=clock()), Delivered)


def _patiently(client: PinnedClient, job: object, clock: Clock) -> Delivered:
    """The process has told of itself and may not listen yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        outcome = deliver_once(client, job, at=clock())  # type: ignore[arg-type]
        if isinstance(outcome, Delivered):
            return outcome
        assert time.monotonic() < deadline, outcome
        time.sleep(0.05)


def _too_large(client: PinnedClient) -> None:
    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            block = b"\x00" * min(size, 100 * 1024 * 1024 - self.given)
            self.given += len(block)
            return block

    body = Endless()
    letter = "/exchange/v1/letters"
    headers = sign_request(
        "POST",
        letter,
        sender=client.sender,
        to_state="XBB",
        at=client._clock(),
        digest=hashlib.sha256(b"").digest(),
        letter_id="0" * 32,
    ) | {"content-length": str(100 * 1024 * 1024)}
    with pytest.raises(ExchangeFault) as caught, client._sent("POST", letter, headers, body):
        pass
    assert caught.value.code in ("exchange.request.too-large", "exchange.peer.unreachable")
