"""The demo's processes: started on free loopback ports, waited for, and always ended with the demo."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from corridor.faults import Fault


class DemoFault(Fault):
    """Something the demo needs is missing or did not start."""


@dataclass(frozen=True)
class Child:
    """One started process and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


def free_ports(count: int) -> list[int]:
    """Loopback ports nobody listens on now. All are held until all are found, so that none comes twice."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


class Processes:
    """Children that end when the `with` block does, however it ends."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *command: str, environment: dict[str, str] | None = None) -> Child:
        """Start `corridor COMMAND…` in a process group of its own, with its output in `logs/NAME.log`."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603  our own command, no shell
                [sys.executable, "-m", "corridor.cli", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def wait_until(self, ready: Callable[[], bool], child: Child, *, seconds: float = 90) -> None:
        """Return when `ready()` holds. Raises DemoFault when the child ends first or time runs out."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if child.process.poll() is not None:
                raise DemoFault("cli.demo.process-ended", name=child.name, log=child.log)
            if ready():
                return
            time.sleep(0.05)
        raise DemoFault("cli.demo.process-silent", name=child.name, seconds=seconds, log=child.log)

    def stop(self, child: Child) -> None:
        """Ask the child's whole group to end; insist after twelve seconds. No member of the group outlives this."""
        if child.process.poll() is None:
            _signal_group(child, signal.SIGTERM)
            try:
                child.process.wait(12)
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.process.wait(5)
        _signal_group(child, signal.SIGKILL)  # a worker whose own parent ended before it
        self.children = [one for one in self.children if one is not child]

    def stop_all(self) -> None:
        for child in reversed(list(self.children)):
            self.stop(child)


def _signal_group(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return


@contextmanager
def running(logs: Path) -> Iterator[Processes]:
    """Processes for one demo; SIGTERM ends it as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    processes = Processes(logs)
    try:
        yield processes
    finally:
        # A second Ctrl-C or SIGTERM must not leave half of the children behind.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        interrupting = signal.signal(signal.SIGINT, signal.SIG_IGN)
        processes.stop_all()
        signal.signal(signal.SIGINT, interrupting)
        signal.signal(signal.SIGTERM, before)
