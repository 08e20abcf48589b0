"""Makes one State's node for the demo, in a process of its own: `python -m corridor.cli.demo.prepare PLAN.json`.

The same functions `corridor node init`, `corridor authority add` and `corridor user add` call, in one go.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corridor.cli.demo.client import Login

AUTHORITIES = (
    ("CP", "contact_point", "24/7 contact point"),
    ("CA", "central_authority", "Central authority"),
)


@dataclass(frozen=True)
class Plan:
    """What is decided for one State before its node exists."""

    folder: str
    state: str
    name: str
    pages_port: int
    exchange_port: int
    registry_url: str
    root: str
    passphrase: str
    witnesses: tuple[str, ...]
    logins: tuple[Login, ...]

    def write(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def read(path: Path) -> Plan:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        fields["witnesses"] = tuple(fields["witnesses"])
        fields["logins"] = tuple(Login(**login) for login in fields["logins"])
        return Plan(**fields)


def prepare(plan: Plan) -> None:
    """Folder, keys, database, authorities, people and the entry for the directory."""
    from corridor.node import init as node_init
    from corridor.node.config import Config

    config = Config(
        folder=Path(plan.folder),
        state=plan.state,
        names={"en": plan.name},
        pages_port=plan.pages_port,
        pages_url=f"http://127.0.0.1:{plan.pages_port}",
        exchange_port=plan.exchange_port,
        exchange_url=f"https://127.0.0.1:{plan.exchange_port}",
        allow_private=True,
        registry_url=plan.registry_url,
        secret_work=15,
        witnesses=plan.witnesses,
    )
    node_init.init(
        config, passphrase=plan.passphrase, root=Path(plan.root).read_bytes(), at=datetime.now(UTC)
    )
    node_init.set_up_django(config.folder)
    node_init.migrate()

    from corridor.casework import actions
    from corridor.casework.actions.people import usual_kinds
    from corridor.node import entry

    for short, role, name in AUTHORITIES:
        kinds = usual_kinds(role)
        actions.add_authority(
            code=f"{plan.state}-{short}",
            role=role,
            names={"en": f"{plan.name}: {name}"},
            sends=kinds,
            receives=kinds,
            passphrase=plan.passphrase,
        )
    for login in plan.logins:
        actions.add_officer(
            username=login.username,
            name=login.name,
            authority=login.authority,
            role=login.role,
            password=login.password,
            secret=login.secret,
            passphrase=plan.passphrase,
        )
    entry.write(config)


if __name__ == "__main__":
    prepare(Plan.read(Path(sys.argv[1])))
