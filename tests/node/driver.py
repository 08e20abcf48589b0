"""A process that belongs to one node's folder and does what a test tells it: tests drive two nodes from one process.

Reads one JSON line for each piece of Python, runs it with the node's rooms at hand, and answers with `result` as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """The code on the other side raised; `code` is the fault's code or the exception's name."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Driver:
    """The test's handle on one driver process."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            text=True,
        )

    def __call__(self, code: str, /, **values: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"code": code, "values": values}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"the driver ended with {self.process.wait()}")
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer["text"])
        return answer["result"]

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


def main(folder: Path) -> None:
    from corridor.node.init import set_up_django

    set_up_django(folder)
    from django.conf import settings

    from corridor.casework import access, actions, models, outbox, queries, restored, sequencer, store
    from corridor.casework.house import house
    from corridor.faults import Fault
    from corridor.node.wiring import Node

    def person(username: str) -> Any:
        return access.person_of(models.User.objects.get(username=username))

    def die_at(step: int, code: str, **values: Any) -> str:
        """Run code in a forked process that SIGKILLs itself before its `step`-th durable step: `killed` or `done`."""
        from django.db import connections

        connections.close_all()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _arm(step)
                exec(code, {**scope, **values})
                status = 0
            except Exception:
                import traceback

                traceback.print_exc()
            finally:
                os._exit(status)
        _, waited = os.waitpid(pid, 0)
        if os.WIFSIGNALED(waited):
            return "killed"
        assert os.WEXITSTATUS(waited) == 0, "the code raised"
        return "done"

    scope: dict[str, Any] = {
        "die_at": die_at,
        "access": access,
        "actions": actions,
        "home": house(),
        "house": house,
        "models": models,
        "node": Node(settings.NODE, house()),
        "outbox": outbox,
        "person": person,
        "queries": queries,
        "restored": restored,
        "sequencer": sequencer,
        "store": store,
    }
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        scope["result"] = None
        scope.update(asked["values"])
        try:
            exec(asked["code"], scope)  # tests only: the code is the test's own
            answer: dict[str, Any] = {"result": scope["result"]}
            text = json.dumps(answer, default=_plain)
        except Fault as fault:
            text = json.dumps({"refused": fault.code, "text": str(fault)})
        except Exception as error:
            import traceback

            traceback.print_exc()
            text = json.dumps({"refused": type(error).__name__, "text": str(error)})
        out.write(text + "\n")
        out.flush()


def _arm(step: int) -> None:
    """Count every statement sent to the database and every change to a disk's folder; die before the `step`-th."""
    from django.db import connections

    connection = connections["default"]
    left = [step]

    def tick() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SELECT", "PRAGMA")):
            tick()
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(statement)
    commit = type(connection)._commit
    type(connection)._commit = lambda self: (tick(), commit(self))[1]
    for name in ("fsync", "replace", "rename", "link", "unlink"):
        original = getattr(os, name)
        setattr(os, name, lambda *a, _original=original, **k: (tick(), _original(*a, **k))[1])
    before = socket.socket.sendall

    def sendall(self: Any, *arguments: Any) -> Any:
        tick()
        return before(self, *arguments)

    socket.socket.sendall = sendall  # type: ignore[method-assign]
    tls_before = ssl.SSLSocket.sendall

    def tls_sendall(self: Any, *arguments: Any, **more: Any) -> Any:
        tick()
        return tls_before(self, *arguments, **more)

    ssl.SSLSocket.sendall = tls_sendall  # type: ignore[method-assign]


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
