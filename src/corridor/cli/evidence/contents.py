"""`corridor open`, `list` and `cat`: what is inside a package, for those who hold a key to it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    expect_,
    identities,
    identity_,
    package_,
    say,
    secret_file_,
    shown,
    sized,
)
from corridor.cli.evidence.progress import progress
from corridor.cli.params import PATH, argument, as_json, flag, option

if TYPE_CHECKING:
    from corridor.seal.index import Item

_SHOWN = 20


@click.command("open")
@package_
@identity_()
@option("--out", type=PATH, required=True, help="The folder to make. It must not exist.")
@expect_
@secret_file_
@as_json
def open_(
    path: Path,
    identity: tuple[Path, ...],
    out: Path,
    expect: str | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Open a package: every item is written and its digest checked, or nothing is.

    Example: corridor open ./case-17.package --identity key.txt --out ./opened
    """
    from corridor.seal import package

    rows: list[dict[str, Any]] = []

    def on_item(item: Item) -> None:
        if as_json:
            rows.append({"name": item.name, "size": item.size, "sha256": item.sha256})

    keys = identities(identity, secret_file)
    with progress("opening", lambda: package.bag_info(path).payload_bytes, as_json) as tick:
        opened = package.open_(path, keys, out, expected_id=expect, on_item=on_item, progress=tick)
    lines = [
        f"opened    {opened.items} items, {sized(opened.size)}, every digest checked",
        f"package   {opened.id}",
        f"into      {opened.path}",
        *(
            [f"restricted {opened.restricted} items: not to be previewed or rendered"]
            if opened.restricted
            else []
        ),
        *(f"condition {shown(text)}" for text in opened.conditions),
        *(
            f"not there {f'{item.state} {item.reason}'.strip()}: {shown(item.name)}"
            for item in opened.not_written[:_SHOWN]
        ),
        *_more(opened.not_written_count, "not there"),
        *(f"changed   while it was sealed: {shown(item.name)}" for item in opened.changed[:_SHOWN]),
        *_more(opened.changed_count, "changed"),
    ]
    data = {
        "package": opened.id,
        "path": str(opened.path),
        "items": rows,
        "size": opened.size,
        "restricted": opened.restricted,
        "not_written": [
            {"name": item.name, "state": item.state, "reason": item.reason} for item in opened.not_written
        ],
        "changed": [item.name for item in opened.changed],
        "conditions": list(opened.conditions),
    }
    say(lines, data, as_json)


def _more(count: int, label: str) -> list[str]:
    return [f"{label:<9} and {count - _SHOWN} more: see `corridor list`"] if count > _SHOWN else []


def facts(item: Item) -> dict[str, Any]:
    """What the index says of an item, for programs."""
    out: dict[str, Any] = {
        "number": item.number,
        "name": item.name,
        "state": item.state,
        "size": item.size,
        "sha256": item.sha256,
        "restricted": item.restricted,
    }
    more = {
        "restrictions": list(item.restrictions),
        "reason": item.reason,
        "target": item.target,
        "modified": item.modified.isoformat().replace("+00:00", "Z") if item.modified else None,
        "name_bytes": item.name_bytes.hex(),
        "provenance": item.provenance,
        "acquisition": item.acquisition,
        "disclosed": item.disclosed is not None,
    }
    return out | {name: value for name, value in more.items() if value}


@click.command("list")
@package_
@identity_()
@flag("--digests", help="As `sha256sum` writes them, whole: digest and name.")
@secret_file_
@as_json
def list_(
    path: Path, identity: tuple[Path, ...], digests: bool, secret_file: Path | None, as_json: bool
) -> None:
    """List what a package holds, from its index; no content is opened. With --json, one object a line.

    Marks: R restricted, D disclosed from another package, A acquired with hashes of its own.

    Example: corridor list ./case-17.package --identity key.txt
    """
    from corridor.seal import package

    index = package.read_index(path, identities(identity, secret_file))
    if not (as_json or digests):
        click.echo("number      size  state       marks  name")
    count = size = 0
    for item in index:
        count, size = count + 1, size + item.size
        if as_json:
            click.echo(json.dumps(facts(item), ensure_ascii=False))
        elif digests:
            if item.sealed:
                click.echo(f"{item.sha256}  {shown(item.name)}")
        else:
            marks = (
                ("R" * item.restricted) + ("D" if item.disclosed else "") + ("A" if item.acquisition else "")
            )
            weight = sized(item.size) if item.sealed else "-"
            why = f" ({item.reason})" if item.reason else f" -> {shown(item.target)}" if item.target else ""
            name = shown(item.name) + ("/" if item.state == "folder" else "")
            click.echo(f"{item.number:>6}  {weight:>8}  {item.state:<10}  {marks:<5}  {name}{why}")
    if not (as_json or digests):
        click.echo(f"{count} items, {sized(size)}")
        for text in index.root.conditions:
            click.echo(f"condition of use: {shown(text)}")


@click.command()
@package_
@argument("item", help="Its number or its name.")
@identity_()
@secret_file_
@as_json
def cat(path: Path, item: str, identity: tuple[Path, ...], secret_file: Path | None, as_json: bool) -> None:
    """Write one item to standard output; it ends without error only if its digest holds.

    A restricted item is not written to a terminal. With --json: what the index says of the item, without content.

    Example: corridor cat ./case-17.package 3 --identity key.txt > item.bin
    """
    from corridor.seal import package

    keys = identities(identity, secret_file)
    found = package.read_index(path, keys).find(int(item) if item.isascii() and item.isdigit() else item)
    if as_json:
        click.echo(json.dumps(facts(found), ensure_ascii=False, indent=2))
        return
    if found.restricted and sys.stdout.isatty():
        raise CliFault("cli.evidence.restricted")
    try:
        for block in package.read_item(path, keys, found):
            sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has seen enough; the interpreter must not flush into the pipe again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
