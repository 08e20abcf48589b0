"""Builds the demo's stage: a registry and three nodes in one folder, each its own processes, with generated logins."""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from corridor import registry
from corridor.cli.demo.client import Login
from corridor.cli.demo.prepare import Plan
from corridor.cli.demo.processes import DemoFault, Processes, free_ports
from corridor.notary import KeyUse, SigningKey, canonical, instant, keys

MARK = ".corridor-demo"
STATES = {"XAA": "Aurelia", "XBB": "Borealia", "XCC": "Cyrenia"}
PEOPLE = (
    ("CP", "drafter", "drafter", {"XAA": "Ilva Torrent", "XBB": "Runa Eskild", "XCC": "Leto Maravin"}),
    ("CP", "signatory", "duty", {"XAA": "Mattis Orlan", "XBB": "Jorun Hallvik", "XCC": "Danae Kolvos"}),
    ("CP", "administrator", "admin", {"XAA": "Sanna Drey", "XBB": "Pelle Nystad", "XCC": "Ione Petrak"}),
    (
        "CA",
        "signatory",
        "central",
        {"XAA": "Corin Valdez-Amar", "XBB": "Astrid Solvang", "XCC": "Timon Arkas"},
    ),
    ("CA", "supervisor", "supervisor", {"XAA": "Oda Merrick", "XBB": "Tor Lindahl", "XCC": "Eris Vounou"}),
)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Stage:
    """Where everything stands. Kept in DIR/demo.json, readable by its owner only."""

    folder: Path
    registry_url: str
    desks: dict[str, str]
    logins: tuple[Login, ...]
    passphrases: dict[str, str]

    def node(self, state: str) -> Path:
        return self.folder / state.lower()

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def login(self, state: str, username: str) -> Login:
        return next(one for one in self.logins if (one.state, one.username) == (state, username))

    def to_dict(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "registry": self.registry_url,
            "desks": self.desks,
            "logins": [asdict(one) for one in self.logins],
            "passphrases": self.passphrases,
        }


@contextmanager
def cleared(folder: Path) -> Iterator[None]:
    """An empty folder of our own, held until the block ends.

    Raises DemoFault when it holds something no demo made, or when a demo runs in it.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise DemoFault("cli.demo.folder-not-ours", path=folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / MARK).open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoFault("cli.demo.running", path=folder) from error
        for each in folder.iterdir():
            if each.name != MARK:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        yield


def build(folder: Path, processes: Processes) -> Stage:
    """Make and start the registry and the nodes; return when every desk answers."""
    ports = free_ports(1 + 2 * len(STATES))
    registry_url = f"http://127.0.0.1:{ports[0]}"
    holders = _registry(folder)
    root = folder / "registry" / "public" / "metadata" / "1.root.json"
    plans = {
        state: Plan(
            folder=str(folder / state.lower()),
            state=state,
            name=name,
            pages_port=ports[1 + 2 * place],
            exchange_port=ports[2 + 2 * place],
            registry_url=registry_url,
            root=str(root),
            passphrase=_phrase(),
            witnesses=tuple(each for each in STATES if each != state),
            logins=_logins(state),
        )
        for place, (state, name) in enumerate(STATES.items())
    }
    _prepare(folder, plans)
    for state in STATES:
        _enrol(folder, state, holders)
    stage = Stage(
        folder=folder,
        registry_url=registry_url,
        desks={state: f"http://127.0.0.1:{plan.pages_port}" for state, plan in plans.items()},
        logins=tuple(login for plan in plans.values() for login in plan.logins),
        passphrases={state: plan.passphrase for state, plan in plans.items()},
    )
    kept = folder / "demo.json"
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(stage.to_dict(), indent=1), encoding="utf-8")
    start(stage, processes)
    return stage


def start(stage: Stage, processes: Processes) -> None:
    """Start the registry and the nodes and wait until they answer."""
    port = stage.registry_url.rpartition(":")[2]
    child = processes.start("registry", "registry", "serve", str(stage.folder / "registry"), "--port", port)
    processes.wait_until(lambda: _answers(f"{stage.registry_url}/metadata/timestamp.json"), child)
    nodes = {
        state: processes.start(state.lower(), "node", "run", str(stage.node(state))) for state in stage.desks
    }
    for state, node in nodes.items():
        processes.wait_until(partial(_is_up, stage, state), node)


def _is_up(stage: Stage, state: str) -> bool:
    return (stage.node(state) / "run" / "ready").exists() and _answers(f"{stage.desks[state]}/sign-in/")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  loopback, chosen here
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _phrase() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _logins(state: str) -> tuple[Login, ...]:
    return tuple(
        Login(state, f"{state}-{office}", role, names[state], username, _phrase(), _phrase())
        for office, role, username, names in PEOPLE
    )


def _registry(folder: Path) -> dict[str, SigningKey]:
    """The first ceremony: three root holders, two of whom sign, and one holder of the targets key."""
    holders = {name: keys.generate(KeyUse.DIRECTORY) for name in ("root-1", "root-2", "root-3", "targets")}
    root = [holders[name] for name in ("root-1", "root-2", "root-3")]
    registry.init(
        folder / "registry",
        root=[key.public for key in root],
        root_keys=root[:2],
        targets=[holders["targets"].public],
        targets_keys=[holders["targets"]],
        at=_now(),
    )
    return holders


def _prepare(folder: Path, plans: dict[str, Plan]) -> None:
    """All nodes at once, one process each."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    running: list[tuple[str, Path, Path, subprocess.Popen[bytes]]] = []
    for state, plan in plans.items():
        path, log = folder / f"{state.lower()}.plan.json", logs / f"{state.lower()}-prepare.log"
        plan.write(path)
        with log.open("wb") as output:
            command = [sys.executable, "-m", "corridor.cli.demo.prepare", str(path)]
            child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
        running.append((state, path, log, child))
    failed = []
    for state, path, log, child in running:
        if child.wait() != 0:
            failed.append((state, log))
        path.unlink()
    if failed:
        raise DemoFault("cli.demo.process-ended", name=f"{failed[0][0]} set-up", log=failed[0][1])


def _enrol(folder: Path, state: str, holders: dict[str, SigningKey]) -> None:
    """The State's own directory key signs its entry; the registry enrols the State and publishes it."""
    now = _now()
    directory_key = keys.generate(KeyUse.DIRECTORY)
    fields = canonical.loads((folder / state.lower() / "entry.json").read_bytes(), limit=1 << 20)
    fields |= {"version": 1, "issued": instant.to_text(now), "directory_threshold": 1}
    fields["keys"]["directory"] = [{**directory_key.public.to_dict(), "valid_from": instant.to_text(now)}]
    repository = registry.Repository(folder / "registry")
    repository.add_state(
        state, [directory_key.public], threshold=1, targets_keys=[holders["targets"]], at=now
    )
    repository.publish(registry.submit(registry.Entry.from_dict(fields), [directory_key], at=now), at=now)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
