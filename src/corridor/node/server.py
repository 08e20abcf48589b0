"""`corridor node run`: three processes under one command (pages, exchange, worker), ended together and gracefully.

Pages: http on loopback, or TLS with the operator's certificate. Exchange: always TLS 1.3 with the certificate the
directory pins. The worker holds no port. A child that ends by itself ends the node with its status, so that whatever
supervises the node (systemd, a container) sees it. Children notice when the parent is killed and end too.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import Any

from corridor.node.config import Config
from corridor.node.fault import NodeFault

PARTS = ("pages", "exchange", "worker")
_GRACE = 10.0
LIFELINE = "CORRIDOR_LIFELINE"


def run(config: Config) -> int:
    """Start the parts and wait. Returns the exit status; SIGTERM and SIGINT end everything in order.

    Everything is imported here, once, and the parts are forked: a node is up in the time one process takes. Before
    forking, no thread runs and no connection to the database is open.
    """
    from django.db import connections

    from corridor.casework import restored
    from corridor.casework.house import house
    from corridor.node import entry

    (config.folder / "run").mkdir(mode=0o700, exist_ok=True)
    lock = os.open(config.folder / "run" / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise NodeFault("node.run.already", path=config.folder) from None
    _preload()
    restored.begin(house())
    entry.write(config)  # what this release or node.toml adds waits there for the directory key
    connections.close_all()
    for old in (config.folder / "run").glob("*.up"):
        old.unlink(missing_ok=True)
    ready = config.folder / "run" / "ready"
    ready.unlink(missing_ok=True)
    reader, writer = os.pipe()  # the parts see the end of this pipe when we die, however we die
    os.set_inheritable(reader, True)
    os.environ[LIFELINE] = str(reader)
    parts = [part for part in PARTS if not (part == "exchange" and config.delivery == "fetch")]
    fork = multiprocessing.get_context("fork")
    children = {
        part: fork.Process(target=_child, args=(part, config, writer, lock), name=part) for part in parts
    }
    for child in children.values():
        child.start()
    os.close(reader)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    status = 0
    while not stop.wait(0.05):
        if not ready.exists() and _answers(config):
            ready.write_text(str(os.getpid()), encoding="ascii")
        ended = [part for part, child in children.items() if not child.is_alive()]
        if ended:
            status = 1
            sys.stderr.write(f"corridor node: {', '.join(ended)} ended\n")
            break
    ready.unlink(missing_ok=True)
    os.close(writer)
    _end(list(children.values()))
    os.close(lock)
    return status


def _preload() -> None:
    import importlib

    for name in (
        "corridor.node.wiring",
        "corridor.exchange.transport.wsgi",
        "corridor.web.urls",
        "granian.server",
    ):
        importlib.import_module(name)


def _child(part: str, config: Config, writer: int, lock: int) -> None:
    os.close(writer)
    os.close(lock)  # the lock is the parent's alone: a part that outlives it does not keep the next run out
    serve(part, config)


def _answers(config: Config) -> bool:
    """Whether every listener accepts connections: then DIR/run/ready is written."""
    for name in ("pages", "exchange"):
        if name == "exchange" and config.delivery == "fetch":
            continue
        if not (config.folder / "run" / f"{name}.up").exists():
            return False
    return True


def _end(children: list[ForkProcess]) -> None:
    for child in children:
        if child.is_alive():
            child.terminate()
    end = time.monotonic() + _GRACE
    for child in children:
        child.join(max(0.1, end - time.monotonic()))
        if child.is_alive():
            child.kill()
            child.join()


# ---- one part, in its own process


def serve(part: str, config: Config) -> None:
    """Run one part until told to stop or until the parent is gone."""
    if part == "worker":
        _work(config)
    elif part == "pages":
        _pages(config)
    elif part == "exchange":
        _exchange(config)
    else:
        raise NodeFault("node.server.part", part=part)


def watch_parent(on_end: Callable[[], None]) -> None:
    """Call `on_end`, from a thread, when the process that runs the node is gone, however it went."""
    lifeline = int(os.environ[LIFELINE])

    def wait() -> None:
        os.read(lifeline, 1)  # returns only when the parent's end is closed
        on_end()
        time.sleep(_GRACE)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _work(config: Config) -> None:
    from corridor.casework.house import house
    from corridor.casework.outbox import release_leases
    from corridor.node.logs import configure
    from corridor.node.wiring import Node

    stop = threading.Event()
    watch_parent(stop.set)

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure()
    release_leases()
    Node(config, house()).work(stop)


def _pages(config: Config) -> None:
    from django.apps import apps

    static = Path(apps.get_app_config("web").path) / "static"
    _granian(
        "corridor.node.wsgi:pages",
        address=config.pages_host,
        port=config.pages_port,
        blocking_threads=64,  # idle threads are cheap; a few unfinished bodies must not stop the desk
        ssl_cert=config.pages_certificate,
        ssl_key=config.pages_key,
        static_path_route=["/static"],
        static_path_mount=[static],
    )


def _exchange(config: Config) -> None:
    _granian(
        "corridor.node.wsgi:exchange",
        address=config.exchange_host,
        port=config.exchange_port,
        blocking_threads=32,
        ssl_cert=config.keys / "tls.pem",
        ssl_key=config.keys / "tls.key",
    )


def _granian(target: str, **options: Any) -> None:
    """One listener: WSGI, one worker process, HTTP/1.1; TLS is at least 1.3 where there is a certificate."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    watch_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    server = Server(
        target,
        interface=Interfaces.WSGI,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=int(_GRACE),
        **options,
    )
    server.serve()
