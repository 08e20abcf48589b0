"""Over real, pinned TLS on loopback: what is trusted, what is refused, and packages that survive a cut."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from exchange_tls import certificate, dripping_server, free_port, served
from exchange_world import MemoryFolder, Node, entries_of

from corridor.exchange import ExchangeFault, Peer
from corridor.exchange.outbox import Delivered, Failure, collect_once, deliver_once
from corridor.exchange.transport.address import AddressPolicy
from corridor.exchange.transport.client import PinnedClient, Timeouts
from corridor.exchange.transport.plain import fetcher
from corridor.exchange.transport.wsgi import make_app

LOOPBACK = AddressPolicy.allowing("127.0.0.0/8")
PACKAGE = "ab" * 32


def client(sender: Node, peer: Peer, policy: AddressPolicy = LOOPBACK, **options: Any) -> PinnedClient:
    return PinnedClient(peer, sender.sender, clock=sender.clock, policy=policy, **options)


@contextlib.contextmanager
def listening(node: Node, directory: Path, wrap: Any = None, **options: Any) -> Iterator[Peer]:
    cert, key, pem = certificate(directory, node.state, expired=options.pop("expired", False))
    app = make_app(node.office)
    with served(wrap(app) if wrap else app, cert, key, **options) as url:
        yield node.entry(url=url, tls_certificate=pem)


def test_a_letter_posted_and_a_letter_fetched(aurelia: Node, borealia: Node, tmp_path: Path) -> None:
    with listening(borealia, tmp_path) as at_borealia, listening(aurelia, tmp_path) as at_aurelia:
        with client(aurelia, at_borealia) as wire:
            assert isinstance(deliver_once(wire, aurelia.job(borealia), at=aurelia.clock()), Delivered)
        job = aurelia.job(borealia, aurelia.act("second"))
        with client(borealia, at_aurelia) as wire:
            assert job.letter_id in collect_once(wire, borealia.office.receive).receipted
    assert len(borealia.mailroom.effects) == 2


def test_an_expired_certificate_is_still_the_pinned_one(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    """The directory says which key is that State's today; a wrong clock must not stop a letter."""
    with listening(borealia, tmp_path, expired=True) as peer, client(aurelia, peer) as wire:
        assert isinstance(deliver_once(wire, aurelia.job(borealia), at=aurelia.clock()), Delivered)


def test_another_certificate_is_refused_and_nothing_is_sent(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    _, _, other = certificate(tmp_path / "other", "XBB")
    with listening(borealia, tmp_path) as peer, client(aurelia, replace(peer, tls_certificate=other)) as wire:
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.retry) == ("exchange.peer.not-pinned", True)
    assert borealia.refusals == []
    assert borealia.mailroom.effects == []


def test_an_older_tls_is_refused(aurelia: Node, borealia: Node, tmp_path: Path) -> None:
    with listening(borealia, tmp_path, tls12=True) as peer, client(aurelia, peer) as wire:
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.unreachable"


def test_a_private_address_is_refused_unless_the_operator_allows_it(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    with listening(borealia, tmp_path) as peer, client(aurelia, peer, AddressPolicy()) as wire:
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.address"


def test_a_redirect_is_not_followed(aurelia: Node, borealia: Node, tmp_path: Path) -> None:
    followed = []

    def redirecting(_app: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            followed.append(environ["PATH_INFO"])
            start_response("307 Temporary Redirect", [("location", "/elsewhere")])
            return [b""]

        return app

    with listening(borealia, tmp_path, wrap=redirecting) as peer, client(aurelia, peer) as wire:
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.redirect"
    assert followed == ["/exchange/v1/letters"]


def test_a_node_that_is_down_and_then_back_on_the_same_address(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    peer = borealia.entry(
        url=f"https://127.0.0.1:{free_port()}", tls_certificate=certificate(tmp_path, "XBB")[2]
    )
    job = aurelia.job(borealia)
    with client(aurelia, peer) as wire:
        outcome = deliver_once(wire, job, at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.peer_down) == ("exchange.peer.unreachable", True)
    with listening(borealia, tmp_path) as back, client(aurelia, back) as wire:
        assert isinstance(deliver_once(wire, job, at=aurelia.clock()), Delivered)


def test_a_peer_that_drips_its_answer_is_given_up(aurelia: Node, borealia: Node, tmp_path: Path) -> None:
    def dripping(_app: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
            start_response("200 OK", [("content-length", "100000")])
            for _ in range(100):
                time.sleep(0.05)
                yield b"x"

        return app

    slow = Timeouts(connect=1, idle=1, answer=0.3)
    with listening(borealia, tmp_path, wrap=dripping) as peer, client(aurelia, peer, timeouts=slow) as wire:
        started = time.monotonic()
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.unreachable"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("head", [b"H", b"HTTP/1.1 200 OK\r\nx: "])
def test_a_peer_that_drips_its_head_is_given_up(
    aurelia: Node, borealia: Node, tmp_path: Path, head: bytes
) -> None:
    cert, key, pem = certificate(tmp_path, "XBB")
    with dripping_server(cert, key, head) as url:
        peer = borealia.entry(url=url, tls_certificate=pem)
        with client(aurelia, peer, timeouts=Timeouts(connect=1, idle=0.5, answer=0.5)) as wire:
            started = time.monotonic()
            outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.unreachable"
    assert time.monotonic() - started < 3


def test_an_entry_with_an_unusable_certificate_is_named(aurelia: Node, borealia: Node) -> None:
    peer = borealia.entry(url="https://127.0.0.1:1", tls_certificate="none")
    with client(aurelia, peer) as wire:
        outcome = deliver_once(wire, aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.peer.address"


def test_a_letter_of_100_mb_is_refused_by_a_listening_node(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            block = b"\x00" * min(size, 100 * 1024 * 1024 - self.given)
            self.given += len(block)
            return block

    with listening(borealia, tmp_path) as peer, client(aurelia, peer) as wire:
        body = Endless()
        headers = wire._sign("POST", "/exchange/v1/letters", hashlib.sha256(b"").digest(), 100 * 1024 * 1024)
        with (
            pytest.raises(ExchangeFault) as caught,
            wire._sent("POST", "/exchange/v1/letters", headers, body),
        ):
            pass
    assert caught.value.code in ("exchange.noise", "exchange.request.too-large", "exchange.peer.unreachable")
    assert borealia.mailroom.effects == []


def package() -> dict[str, bytes]:
    files = {f"data/0001/{number:05}.age": os.urandom(300_000 + number) for number in range(12)}
    return files | {"bagit.txt": b"BagIt-Version: 1.0\n", "index/root.age": os.urandom(10)}


class Cuts:
    """Breaks the n-th package file off in the middle of its way, once."""

    def __init__(self, method: str, after: int) -> None:
        self.method = method
        self.left = after
        self.whole = 0

    def __call__(self, app: Any) -> Any:
        def cutting(environ: dict[str, Any], start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == self.method and "/files/" in environ["PATH_INFO"]:
                self.left -= 1
                if self.left == 0:
                    if self.method == "PUT":
                        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(1000))
                        return app(environ, start_response)
                    blocks = b"".join(app(environ, start_response))
                    return [blocks[: len(blocks) // 2]]
            return app(environ, start_response)

        return cutting


def test_a_package_is_brought_file_by_file_and_goes_on_after_a_cut(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    files = package()
    aurelia.mailroom.expected[PACKAGE] = "XBB"
    cuts = Cuts("PUT", 5)
    with listening(aurelia, tmp_path, wrap=cuts) as peer, client(borealia, peer) as wire:
        with pytest.raises(ExchangeFault):
            wire.upload_package(PACKAGE, entries_of(files), lambda name: BytesIO(files[name]), parallel=2)
        arrived = len(aurelia.mailroom.incoming[PACKAGE])
        assert 4 <= arrived < len(files)
        assert aurelia.mailroom.completed == []
        carried = wire.upload_package(PACKAGE, entries_of(files), lambda name: BytesIO(files[name]))
    assert carried == len(files) - arrived
    assert aurelia.mailroom.incoming[PACKAGE] == files
    assert aurelia.mailroom.completed == [PACKAGE]


def test_a_package_is_fetched_file_by_file_and_goes_on_after_a_cut(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    files = package()
    borealia.mailroom.packages[PACKAGE] = ("XAA", files)
    folder = MemoryFolder()
    with listening(borealia, tmp_path, wrap=Cuts("GET", 5)) as peer, client(aurelia, peer) as wire:
        with pytest.raises(ExchangeFault):
            wire.download_package(PACKAGE, folder, parallel=2)
        arrived = len(folder.files)
        assert 4 <= arrived < len(files)
        assert not folder.completed
        assert wire.download_package(PACKAGE, folder) == len(files) - arrived
    assert folder.files == files
    assert folder.completed


def test_a_package_file_altered_on_its_way_never_arrives(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    files = package()
    borealia.mailroom.packages[PACKAGE] = ("XAA", files)
    with listening(borealia, tmp_path) as peer, client(aurelia, peer) as wire:
        entry = entries_of(files)[0]
        wrong = replace(entry, sha256="0" * 64)
        folder = MemoryFolder()
        with pytest.raises(ExchangeFault, match="body-digest"):
            wire.download_file(PACKAGE, wrong, folder.accept)
        assert folder.files == {}


def test_a_package_is_given_to_its_state_alone(
    aurelia: Node, borealia: Node, cyrenia: Node, tmp_path: Path
) -> None:
    borealia.mailroom.packages[PACKAGE] = ("XAA", package())
    with listening(borealia, tmp_path) as peer, client(cyrenia, peer) as wire:
        for ask in (
            lambda: wire.package_listing(PACKAGE),
            lambda: wire.download_file(PACKAGE, entries_of({"bagit.txt": b""})[0], MemoryFolder().accept),
            lambda: wire.upload_package(PACKAGE, [], lambda name: BytesIO()),
        ):
            with pytest.raises(ExchangeFault) as caught:
                ask()
            assert caught.value.code == "exchange.noise"


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("not an address", False),
    ],
)
def test_private_ranges_in_every_spelling(address: str, may: bool) -> None:
    assert AddressPolicy().permits(address) is may


def test_an_address_is_resolved_once(aurelia: Node, borealia: Node, tmp_path: Path) -> None:
    """A name that leads elsewhere the second time (DNS rebinding) is never asked a second time."""
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.1", "127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    policy = replace(LOOPBACK, resolver=resolver)
    with listening(borealia, tmp_path) as peer:
        named = replace(peer, url=peer.url.replace("127.0.0.1", "borealia.example"))
        with client(aurelia, named, policy) as wire:
            for text in ("one", "two", "three"):
                job = aurelia.job(borealia, aurelia.act(text))
                assert isinstance(deliver_once(wire, job, at=aurelia.clock()), Delivered)
    assert asked == ["borealia.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example",
        "https://",
        "https://u:p@x.example",
        "https://x.example/path",
        "https://x.example:0x",
        "x",
    ],
)
def test_an_address_that_is_more_than_host_and_port_is_refused(
    aurelia: Node, borealia: Node, url: str
) -> None:
    with pytest.raises(ExchangeFault) as caught:
        LOOPBACK.resolve(url, "XBB")
    assert caught.value.code == "exchange.peer.address"


def test_the_registrys_files_are_read_bounded_and_without_redirects(borealia: Node, tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = {"/r/metadata/1.root.json": 200, "/r/moved": 302, "/r/big": 200}.get(self.path, 404)
            body = b"x" * (5000 if self.path == "/r/big" else 5)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/r/"
        fetch = fetcher(base, policy=LOOPBACK, limit=1000)
        assert fetch("metadata/1.root.json") == b"xxxxx"
        with pytest.raises(FileNotFoundError):
            fetch("absent")
        for path, code in (("moved", "redirect"), ("big", "answer"), ("../up", "address")):
            with pytest.raises(ExchangeFault, match=code):
                fetch(path)
        with pytest.raises(ExchangeFault, match="address"):
            fetcher(base)("metadata/1.root.json")
        server.shutdown()
    with pytest.raises(ExchangeFault, match="unreachable"):
        fetcher(base, policy=LOOPBACK)("absent")
