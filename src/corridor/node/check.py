"""`corridor node check`: looks at what a node stands on and says what is wrong, by code. Changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from corridor.casework.house import House
from corridor.node.config import Config
from corridor.node.fault import NodeFault
from corridor.notary import instant

LEAST_DISK = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `fault` is None when it is well."""

    what: str
    fault: NodeFault | None = None
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
        row: dict[str, Any] = {"what": self.what, "well": self.fault is None, "detail": self.detail}
        return row | ({"fault": self.fault.as_json()} if self.fault else {})


def check(config: Config, home: House) -> list[Finding]:
    """Keys, log, directory, database, disk, letters that are stuck, and whether the node may sign."""
    return [
        *_keys(config),
        _log(home),
        *_directory(home),
        _database(),
        _disk(config),
        *_post(),
        _witnessed(home),
        _time(home),
        _signing(),
    ]


def _keys(config: Config) -> list[Finding]:
    found = []
    for name in (
        "state.sealed.json",
        "request.json",
        "node.json",
        "log.json",
        "witness.json",
        "letters.txt",
        "tls.key",
    ):
        path = config.keys / name
        if not path.is_file():
            found.append(Finding(f"key {name}", NodeFault("node.check.key-missing", name=name)))
        elif path.stat().st_mode & 0o077:
            found.append(Finding(f"key {name}", NodeFault("node.check.key-readable", name=name)))
        else:
            found.append(Finding(f"key {name}"))
    return found


def _log(home: House) -> Finding:
    try:
        log = home.log()
        log.audit()
        return Finding("log", None, f"{log.size} entries")
    except Exception as error:
        return Finding(
            "log", NodeFault("node.check.log", reason=getattr(error, "code", type(error).__name__))
        )


def _directory(home: House) -> list[Finding]:
    at = home.clock()
    age = home.directory.age(at)
    states = ", ".join(home.directory.states())
    if age is None:
        return [Finding("directory", NodeFault("node.check.directory-never"))]
    found = [Finding("directory", None, f"{states}; seen {int(age.total_seconds() // 60)} minutes ago")]
    for alarm in home.directory.alarms:
        fault = NodeFault("node.check.directory-alarm", reason=alarm.code, state=alarm.state or "registry")
        found.append(Finding("directory alarm", fault))
    if home.state not in home.directory.states():
        found.append(Finding("own entry", NodeFault("node.check.not-published")))
    return found


def _database() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding("database", NodeFault("node.check.migrations", count=len(waiting)))
    return Finding("database", None, connection.vendor)


def _disk(config: Config) -> Finding:
    free = shutil.disk_usage(config.folder).free
    if free < LEAST_DISK:
        return Finding("disk", NodeFault("node.check.disk", free=free >> 20))
    return Finding("disk", None, f"{free >> 30} GiB free")


def _post() -> list[Finding]:
    from corridor.casework.models import OutboxLetter, Transfer

    waiting = OutboxLetter.objects.filter(done=None)
    found = [Finding("letters", None, f"{waiting.count()} waiting")]
    stuck = waiting.filter(stuck=True).count() + Transfer.objects.filter(done=None, stuck=True).count()
    if stuck:
        found.append(Finding("letters", NodeFault("node.check.stuck", count=stuck)))
    return found


def _witnessed(home: House) -> Finding:
    """Whether others see the same log: the newest checkpoint that witnesses cosigned, and how far it is behind."""
    from corridor.casework.models import NodeNote
    from corridor.casework.sequencer import REFUSED

    refused = NodeNote.objects.filter(name=REFUSED).first()
    if refused is not None:
        return Finding("witnesses", NodeFault("node.check.not-witnessed", state=refused.text))
    try:
        log = home.log()
        cosigned = log.witnessed
        if cosigned is None or not home.witnessed(cosigned.text):
            names = ", ".join(sorted(state for state, _ in home.witness_keys(home.state).values()))
            return Finding("witnesses", None, f"self-asserted; witnesses: {names or 'none named'}")
        return Finding("witnesses", None, f"witnessed up to {cosigned.size} of {log.size} entries")
    except Exception as error:
        return Finding(
            "witnesses", NodeFault("node.check.log", reason=getattr(error, "code", type(error).__name__))
        )


def _time(home: House) -> Finding:
    from corridor.casework import anchoring

    if not home.time_authorities:
        return Finding("time", None, "no authority named")
    found = anchoring.waiting(home)
    if found.since is None:
        return Finding("time", None, f"{len(home.time_authorities)} authorities; nothing waits")
    since = instant.to_text(found.since.replace(microsecond=0))
    return Finding("time", NodeFault("node.check.time-waiting", count=found.statements, since=since))


def _signing() -> Finding:
    from corridor.casework import restored

    why = restored.standing()
    if why is not None:
        return Finding("signing", NodeFault("node.restored.behind", reason=why))
    return Finding("signing")
