"""A line that is cut at any byte: what had arrived is kept, and little is asked for again."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from exchange_tls import certificate, served
from exchange_world import NOON, Node
from test_exchange_packages import Shelf

from corridor.exchange import ExchangeFault
from corridor.exchange.client import PARALLEL
from corridor.exchange.folder import TransferFolder, entries
from corridor.exchange.transport.address import AddressPolicy
from corridor.exchange.transport.client import PinnedClient
from corridor.exchange.transport.wsgi import make_app
from corridor.seal import age, package

ITEM = 1_200_000  # more than what goes into a pack: each item is a payload file
ITEMS = 24
OVERHEAD = 1.02  # TLS records, heads of answers, the list of files, handshakes


class Line:
    """A line to a port that carries `limit` bytes towards us, all connections together, and then breaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.carried = 0
        self.limit: int | None = None
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))

    @contextlib.contextmanager
    def up(self, limit: int | None) -> Iterator[str]:
        self.carried, self.limit = 0, limit
        stop = threading.Event()
        self._listener.settimeout(0.05)

        def accept() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    near, _ = self._listener.accept()
                    far = socket.create_connection(("127.0.0.1", self.port))
                    self._open += [near, far]
                    threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
                    threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()
            self._cut()

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(16384):
                if counted:
                    with self._lock:
                        room = len(block) if self.limit is None else self.limit - self.carried
                        block = block[: max(0, room)]
                        self.carried += len(block)
                    if not block:
                        break
                sink.sendall(block)
        self._shut(source)
        self._shut(sink)
        if counted and self.limit is not None and self.carried >= self.limit:
            self._cut()

    def _cut(self) -> None:
        opened, self._open = self._open, []
        for each in opened:
            self._shut(each)

    def _shut(self, each: socket.socket) -> None:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("seed", range(4))
def test_after_a_cut_at_any_byte_at_most_one_file_for_each_connection_is_asked_for_again(
    aurelia: Node, borealia: Node, tmp_path: Path, seed: int
) -> None:
    for number in range(ITEMS):
        (tmp_path / f"item-{number}").write_bytes(os.urandom(ITEM))
    custodian = package.Custodian("XAA-CP evidence unit", str(age.generate("hybrid").recipient))
    names = [tmp_path / f"item-{number}" for number in range(ITEMS)]
    made = package.seal(names, tmp_path / "sealed", [custodian], clock=lambda: NOON)
    listed = entries(made.path)
    whole = sum(file.size for file in listed)
    largest = max(file.size for file in listed)
    assert sum(file.size > ITEM for file in listed) == ITEMS
    shelf = Shelf(TransferFolder(tmp_path / "incoming", made.id, tmp_path / "arrived"), made.id, made.path)
    borealia.office._mailroom = shelf  # type: ignore[assignment]
    cert, key, pem = certificate(tmp_path, "XBB")
    cut = random.Random(seed).randrange(whole // 20, whole)

    def collect(url: str) -> None:
        peer = borealia.entry(url=url, tls_certificate=pem)
        policy = AddressPolicy.allowing("127.0.0.0/8")
        with PinnedClient(peer, aurelia.sender, clock=aurelia.clock, policy=policy) as client:
            client.download_package(made.id, shelf.folder)

    with served(make_app(borealia.office), cert, key) as url:
        line = Line(urlsplit(url).port or 0)
        with line.up(cut) as address, pytest.raises(ExchangeFault, match="unreachable"):
            collect(address)
        first = line.carried
        assert first == cut
        assert not (tmp_path / "arrived").exists()
        assert not list((tmp_path / "incoming").glob(".incoming-*"))
        kept = sum(file.size for file in listed if (tmp_path / "incoming" / file.name).is_file())
        assert kept >= first / OVERHEAD - PARALLEL * largest
        with line.up(None) as address:
            collect(address)
        again = first + line.carried - whole
    assert again <= PARALLEL * largest + (OVERHEAD - 1) * 2 * whole
    assert entries(tmp_path / "arrived") == listed
