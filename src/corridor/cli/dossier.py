"""`corridor dossier show|verify|export`: the operator's look at the dossiers of a node, from its own files.

Whoever runs these on the machine holds the dossier keys anyway; officers use the desk, where access is decided.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.params import PATH, Room, argument, as_json, option
from corridor.faults import Fault

if TYPE_CHECKING:
    from corridor.casework.store import Loaded

app = Room("dossier", help="Show, verify or export a dossier of this node.")

node_ = option("--dir", "node", type=PATH, default=Path(), envvar="CORRIDOR_DIR", help="The node's folder.")
as_of_ = option("--as-of", help="Clocks as they stood then, e.g. 2026-11-22T10:00:00Z; now if absent.")


def _load(folder: Path, dossier: str | None, as_of: str | None) -> list[Loaded]:
    """All dossiers, or the one whose id begins so. Every act is verified as it is read."""
    from corridor.node.init import set_up_django

    set_up_django(folder)
    from corridor.casework import store
    from corridor.casework.house import house
    from corridor.casework.models import Dossier
    from corridor.notary import instant

    at = instant.from_text(as_of) if as_of else datetime.now(UTC)
    rows = Dossier.objects.order_by("pk")
    if dossier is not None:
        rows = rows.filter(pk__startswith=dossier)
        if len(rows) != 1:
            raise Fault("cli.dossier.which", found=len(rows))
    return [store.load(house(), row, at=at) for row in rows]


def _summary(loaded: Loaded) -> dict[str, Any]:
    """What every member must find the same, and the clocks."""
    state = loaded.state
    return {
        "dossier": state.dossier,
        "kind": state.kind,
        "status": state.status,
        "turn": state.turn,
        "acts": {
            act.id: hashlib.sha256(act.envelope.to_json()).hexdigest()
            for act in sorted(loaded.acts, key=lambda one: one.id)
        },
        "outcomes": {act: str(one.status) for act, one in sorted(state.outcomes.items())},
        "preserved_until": state.preserved_until.isoformat() if state.preserved_until else None,
        "clocks": sorted(
            [clock.id, clock.owed_by, clock.due.isoformat() if clock.due else "", str(clock.state)]
            for clock in state.clocks
        ),
        "waiting_for": sorted(state.waiting_for),
        "disclosure_stopped": state.disclosure_stopped,
    }


@app.command()
@argument("dossier", required=False, help="A dossier's number, or how it begins.")
@node_
@as_of_
@as_json
def show(dossier: str | None, node: Path, as_of: str | None, as_json: bool) -> None:
    """Status, whose turn, clocks and acts. Free texts and names are not shown.

    Example: corridor dossier show 3f9a --dir ./aurelia
    """
    found = _load(node, dossier, as_of)
    if as_json:
        click.echo(json.dumps({"dossiers": [_summary(one) for one in found]}, indent=2))
        return
    for one in found:
        state = one.state
        click.echo(f"{state.dossier}  {state.kind}  {state.status}  turn: {state.turn or 'nobody'}")
        for clock in state.clocks:
            due = clock.due.strftime("%Y-%m-%d %H:%M") if clock.due else "no date"
            click.echo(f"  clock  {clock.id:<38} {clock.owed_by}  {due}  {clock.state}")
        by_id = {act.id: act for act in one.acts}
        for act_id in state.order:
            act, outcome = by_id[act_id], state.outcomes[act_id]
            click.echo(f"  act    {act_id[:16]}  {act.state}  {act.act.header.act:<20} {outcome.status}")


@app.command()
@argument("dossier", required=False, help="A dossier's number, or how it begins.")
@node_
@as_of_
@as_json
def verify(dossier: str | None, node: Path, as_of: str | None, as_json: bool) -> None:
    """Verify every act of a dossier again (all of them, if none is named), and find each in the node's log.

    Exit status 0: everything held here is what its officers signed. 1: something is not.

    Example: corridor dossier verify --dir ./aurelia --json
    """
    found = _load(node, dossier, as_of)
    missing = _not_logged(node, found)
    if as_json:
        data = {"dossiers": [_summary(one) for one in found], "not_in_log": missing}
        click.echo(json.dumps(data, indent=2))
    else:
        for one in found:
            click.echo(f"{one.state.dossier}  {len(one.acts)} acts verified, status {one.state.status}")
        for act in missing:
            click.echo(f"NOT IN THE LOG: {act}")
    if missing:
        sys.exit(1)


def _not_logged(node: Path, found: list[Loaded]) -> list[str]:
    """Acts the node holds and its log, audited leaf by leaf, does not have."""
    if not found:
        return []  # a node that has not signed or received anything has no log yet; `node check` audits one that has
    from corridor.casework.house import house
    from corridor.notary.log import Log

    home = house()
    log = Log(node / "log", home.log_key.public, home.log_origin)
    log.audit()
    logged = {leaf.hex() for leaf in log.entries(0, log.size)}
    return sorted(act.id for one in found for act in one.acts if act.id not in logged)


@app.command()
@argument("dossier", help="A dossier's number, or how it begins.")
@option("--out", type=PATH, required=True, help="The tar file to write.")
@node_
def export(dossier: str, out: Path, node: Path) -> None:
    """Write a dossier as a tar of signed files: acts, receipts, keys. The national file is not in it.

    Example: corridor dossier export 3f9a --dir ./aurelia --out dossier.tar
    """
    loaded = _load(node, dossier, None)[0]
    from corridor.casework.queries.export import export_all

    with out.open("xb") as sink:
        for block in export_all(str(loaded.row.pk)):
            sink.write(block)
    click.echo(f"{out}: {len(loaded.acts)} acts")
