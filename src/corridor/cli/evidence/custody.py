"""`corridor custody`: the hands a package passed through, shown, and the next one signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    directory_,
    identities,
    identity_,
    package_,
    private_,
    private_part,
    say,
    secret_file_,
    shown,
    signer,
    state_keys,
)
from corridor.cli.params import PATH, Room, argument, as_json, option

if TYPE_CHECKING:
    from corridor.seal.custody import Claimed

KINDS = ("sent", "received", "returned", "disclosed")
_MARK = {True: "signed", False: "NOT BELIEVED"}
key_ = option("--key", type=PATH, required=True, help="An officer's key, its credential.json beside it.")
fact_ = option("--fact", multiple=True, help="A coded fact in clear, NAME=CODE: to=XAA.")


@click.group(cls=Room)
def custody_app() -> None:
    """The hands a package passed through: show them, sign the next one."""


@custody_app.command("show", short_help="Draw the hands as a graph in text")
@package_
@directory_
@identity_(required=False, text="With a custodian's identity the private parts are shown too.")
@secret_file_
@as_json
def show(
    path: Path, directory: Path | None, identity: tuple[Path, ...], secret_file: Path | None, as_json: bool
) -> None:
    """Show the hands a package passed through, the first at the top.

    A line drawn beside another is another line of hands. Nothing but the signatures is checked here: `corridor verify`.

    Example: corridor custody show ./case-17.package
    """
    from corridor.faults import Fault
    from corridor.seal import age, custody, package

    envelopes = custody.read_statements(path)
    keys = state_keys(directory) or custody.trust_inside(path)
    opener: list[age.AnyIdentity] = []
    if identity:
        opener = [package.unwrap(path, identities(identity, secret_file))]
    rows: list[dict[str, Any]] = []
    claims = {each: custody.claimed(envelope) for each, envelope in envelopes.items()}
    for said in in_order(list(claims.values())):
        row = _row(said)
        try:
            verified = custody.verify_statement(envelopes[said.id], keys)
            row |= {"signed": True, "authority": verified.authority, "number": verified.number}
        except Fault as fault:
            row |= {"signed": False, "authority": "", "number": "", "why": fault.code}
        if opener and said.private is not None:
            row["private"] = custody.read_private(path, said, opener)
        rows.append(row)
    lines = _graph(rows) if rows else ["no custody statement: nobody has signed for this package"]
    say(lines, {"package": package.package_id(path), "statements": rows}, as_json)


def in_order(items: Sequence[Claimed]) -> list[Claimed]:
    """Each after all it follows that are here, the earlier first."""
    waiting = sorted(items, key=lambda item: (item.at, item.id))
    placed: set[str] = set()
    out: list[Claimed] = []
    here = {item.id for item in items}
    while waiting:
        ready = [item for item in waiting if placed.issuperset(here.intersection(item.follows))]
        ready = ready[:1] or waiting[:1]  # a circle cannot be signed; were one here, it is still shown
        out += ready
        placed.add(ready[0].id)
        waiting.remove(ready[0])
    return out


def _row(said: Claimed) -> dict[str, Any]:
    return {
        "id": said.id,
        "kind": said.kind,
        "at": said.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "state": said.state,
        "follows": list(said.follows),
        "facts": said.facts,
        "act": said.act,
    }


def _graph(rows: Sequence[dict[str, Any]]) -> list[str]:
    """One statement a line or more, a column for each open line of hands."""
    columns: list[str | None] = []  # the id each column ends in just now; None: closed
    left = {row["id"]: sum(row["id"] in other["follows"] for other in rows) for row in rows}
    lines = []
    for row in rows:
        before = [place for place, each in enumerate(columns) if each in row["follows"]]
        if not before:
            columns.append(None)
            before = [len(columns) - 1]
        place = before[0]
        for each in row["follows"]:
            if each in left:
                left[each] -= 1
        if len(before) > 1 or (columns[place] is not None and left.get(str(columns[place]), 0) > 0):
            # another line of hands begins, or two become one
            if len(before) > 1:
                lines.append(_bar(columns, before, "╯"))
                for other in before[1:]:
                    columns[other] = None
            else:
                columns.append(columns[place])
                place = len(columns) - 1
                lines.append(_bar(columns, [before[0], place], "╮"))
        columns[place] = row["id"]
        while columns and columns[-1] is None:
            columns.pop()
        mark = "●" if row["signed"] else "○"
        cells = [mark if number == place else "│" if each else " " for number, each in enumerate(columns)]
        who = f"{row['authority']} {row['number']}".strip() or f"NOT BELIEVED: {row['why']}"
        day = row["at"].replace("T", " ")
        lines.append(f"{' '.join(cells)}  {day}  {row['kind']:<9} {row['state']}  {who}")
        if left[row["id"]] == 0:
            columns[place] = None
        rest = " ".join("│" if each else " " for each in columns) or " "
        told = [f"id {row['id'][:16]}"]
        if row["facts"]:
            told.append(", ".join(f"{name} {value}" for name, value in sorted(row["facts"].items())))
        told += [f"{shown(name)}: {shown(text)}" for name, text in sorted(row.get("private", {}).items())]
        lines += [f"{rest:<{len(' '.join(cells))}}  {text}" for text in told]
        while columns and columns[-1] is None:
            columns.pop()
    return [line.rstrip() for line in lines]


def _bar(columns: Sequence[str | None], joined: Sequence[int], end: str) -> str:
    first, last = joined[0], joined[-1]
    out = ""
    for place, each in enumerate(columns):
        if place == first:
            out += "├"
        elif place == last:
            out += end
        elif first < place < last:
            out += "┼" if each and place not in joined else "┴" if place in joined else "─"
        else:
            out += "│" if each else " "
        out += "─" if first <= place < last else " "
    return out


@custody_app.command("record", short_help="Sign the next hand: sent, received, returned")
@package_
@argument("kind", type=click.Choice(KINDS[:3]), help="sent, received or returned.")
@key_
@fact_
@private_
@secret_file_
@as_json
def record(
    path: Path,
    kind: str,
    key: Path,
    fact: tuple[str, ...],
    place: str | None,
    person: str | None,
    reason: str | None,
    case: str | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Sign that a package was sent, received or returned. The statement goes into the package.

    Facts are codes anybody reads; place, person, reason and case are told only to who can open the package.

    Example: corridor custody record ./case-17.package sent --fact to=XAA --key officer/key.json
    """
    from datetime import UTC, datetime

    from corridor.seal import custody

    made = custody.record(
        path,
        signer(key, secret_file),
        kind,
        at=datetime.now(UTC),
        facts=facts_of(fact),
        private=private_part(place, person, reason, case) or None,
    )
    _say_made(path, made.id, kind, as_json)


def facts_of(given: Sequence[str]) -> dict[str, str]:
    """NAME=CODE as written on the command line."""
    out = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name in out:
            raise CliFault("cli.evidence.fact", fact=shown(each))
        out[name] = value
    return out


def _say_made(path: Path, made: str, kind: str, as_json: bool) -> None:
    file = f"custody/{made[:16]}-{kind}.dsse.json"
    say(
        [f"signed    {kind}, statement {made[:16]}", f"in        {path / file}"],
        {"statement": made, "kind": kind, "file": file},
        as_json,
    )
