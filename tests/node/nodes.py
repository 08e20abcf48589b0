"""Two States with a registry, made in a test's folder: Aurelia (XAA) asks, Borealia (XBB) is asked."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.node.driver import Driver

from corridor import registry
from corridor.node.config import Config
from corridor.node.init import init
from corridor.notary import KeyUse, canonical, keys
from corridor.registry import Entry

PASSPHRASE = "the seal of the State is kept in the east wing"
PASSWORD = "a long enough password"
SECRET = "only the officer knows this"
WORK = 10
NAMES = {"XAA": "Aurelia", "XBB": "Borealia", "XCC": "Cyrenia"}


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


@dataclass
class TestNode:
    """One State's node in a folder, with its driver and, when started, its server processes."""

    __test__ = False

    state: str
    config: Config
    _driver: Driver | None = None
    _server: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def do(self) -> Driver:
        if self._driver is None or self._driver.process.poll() is not None:
            self._driver = Driver(self.config.folder, self.environment)
        return self._driver

    def start(self) -> None:
        """`corridor node run`, as an operator types it."""
        (self.config.folder / "run" / "ready").unlink(missing_ok=True)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "corridor.cli", "node", "run", str(self.config.folder)],
            start_new_session=True,
            env={**os.environ, **self.environment},
        )
        until(lambda: (self.config.folder / "run" / "ready").exists(), 30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._server is not None and self._server.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(self._server.pid, number)
                else:
                    self._server.send_signal(number)
            self._server.wait(20)
        self._server = None

    def close(self) -> None:
        self.stop()
        if self._driver is not None:
            self._driver.close()
            self._driver = None


def until(holds: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait for something to hold; its value. Raises AssertionError when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"did not come to hold within {seconds} s")


def database_of_its_own(state: str) -> dict[str, str]:
    """Where the suite runs on PostgreSQL: a new database for this node. Otherwise its SQLite file."""
    server = os.environ.get("CORRIDOR_TEST_DATABASE")
    if not server:
        return {}
    import psycopg

    name = f"node_{state.lower()}_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {"CORRIDOR_DATABASE": f"{server.rpartition('/')[0]}/{name}"}


class World:
    """A registry folder and the nodes that read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        at = datetime.now(UTC)
        self.root = [keys.generate(KeyUse.DIRECTORY) for _ in range(3)]
        self.targets = [keys.generate(KeyUse.DIRECTORY)]
        self.registry = registry.init(
            folder / "registry",
            root=[one.public for one in self.root],
            root_keys=self.root[:2],
            targets=[one.public for one in self.targets],
            targets_keys=self.targets,
            at=at,
        )
        self.nodes: dict[str, TestNode] = {}
        self.directory_keys = {}

    def add(self, state: str, delivery: str = "post", **options: Any) -> TestNode:
        """A node with a contact point and a central authority, a drafter and a signatory in each."""
        pages, exchange = free_ports(2)
        config = Config(
            folder=self.folder / state.lower(),
            state=state,
            names={"en": NAMES[state]},
            pages_port=pages,
            exchange_port=exchange,
            exchange_url=f"https://127.0.0.1:{exchange}",
            delivery=delivery,
            allow_private=True,
            registry_url=str(self.registry.public),
            secret_work=WORK,
            **({"witnesses": tuple(one for one in ("XAA", "XBB") if one != state)} | options),
        )
        init(config, passphrase=PASSPHRASE, root=self.registry.root_bytes(), at=datetime.now(UTC))
        node = TestNode(state, config, environment=database_of_its_own(state))
        self.nodes[state] = node
        node.do(
            """
from corridor.node.init import migrate
from corridor.casework.actions import people
migrate()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in at a page here
for code, role in (("CP", "contact_point"), ("CA", "central_authority")):
    kinds = people.usual_kinds(role)
    actions.add_authority(code=f"{home.state}-{code}", role=role, names={"en": role}, sends=kinds, receives=kinds,
                          passphrase=passphrase)
    for part in ("drafter", "signatory"):
        actions.add_officer(username=f"{code.lower()}-{part}", name=f"{part} of {code}", role=part,
                            authority=f"{home.state}-{code}", password=password, secret=secret, passphrase=passphrase)
from corridor.node import entry
from django.conf import settings
entry.write(settings.NODE)
""",
            passphrase=PASSPHRASE,
            password=PASSWORD,
            secret=SECRET,
        )
        key = keys.generate(KeyUse.DIRECTORY)
        self.directory_keys[state] = key
        at = datetime.now(UTC)
        fields = canonical.loads((config.folder / "entry.json").read_bytes())
        fields |= {"version": 1, "issued": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "directory_threshold": 1}
        since = fields["keys"]["state"][0]["valid_from"]
        fields["keys"]["directory"] = [{**key.public.to_dict(), "valid_from": since}]
        self.registry.add_state(state, [key.public], threshold=1, targets_keys=self.targets, at=at)
        self.registry.publish(registry.submit(Entry.from_dict(fields), [key], at=at), at=at)
        return node

    def refresh(self) -> None:
        """Every node looks at the registry."""
        for node in self.nodes.values():
            node.do("found = node.refresh_directory()\nassert found.fault is None, found.fault")

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()


@contextlib.contextmanager
def world(folder: Path, **delivery: str) -> Iterator[World]:
    """Both States, known to each other, nothing running."""
    made = World(folder)
    try:
        for state in ("XAA", "XBB"):
            made.add(state, delivery.get(state, "post"))
        made.refresh()
        yield made
    finally:
        made.close()


def copy_of(source: World, folder: Path) -> None:
    """Today's copy of a world's folders, for a test that goes on from there."""
    shutil.copytree(source.folder, folder, dirs_exist_ok=True)
