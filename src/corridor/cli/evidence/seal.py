"""`corridor seal`: files, folders, devices and standard input into an evidence package."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    cls_,
    custodian,
    directory_,
    private_,
    private_part,
    put_trust,
    say,
    secret_file_,
    shown,
    signer,
    sized,
    to_,
)
from corridor.cli.evidence.progress import progress, size_of
from corridor.cli.params import PATH, argument, as_json, flag, option

if TYPE_CHECKING:
    from corridor.seal import package

_STDIN = Path("-")
_SHOWN = 20  # problems told one by one to a person; --json tells them all


@click.command()
@argument(
    "paths",
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
    nargs=-1,
    required=True,
    help="Files, folders, block devices; - is standard input.",
)
@to_()
@option("--out", type=PATH, required=True, help="The package to make. It must not exist.")
@option("--key", type=PATH, help="An officer's key; signs `sealed`.")
@cls_
@directory_
@option("--name", help="The name that standard input gets in the package.")
@option(
    "--restricted/--no-restricted", default=False, show_default=True, help="Mark every item: never previewed."
)
@option("--restriction", multiple=True, help="Why they are restricted: law/provision. Implies --restricted.")
@option("--condition", multiple=True, help="A condition of use, in words.")
@private_
@flag("--resume", help="Go on with a sealing of the same sources that was interrupted.")
@option(
    "--journal",
    type=PATH,
    help="Folder for the keys of journals, by which a sealing can go on.",
    envvar="CORRIDOR_JOURNAL",
)
@secret_file_
@as_json
def seal(
    paths: tuple[Path, ...],
    to: tuple[str, ...],
    out: Path,
    key: Path | None,
    cls: str,
    directory: Path | None,
    name: str | None,
    restricted: bool,
    restriction: tuple[str, ...],
    condition: tuple[str, ...],
    place: str | None,
    person: str | None,
    reason: str | None,
    case: str | None,
    resume: bool,
    journal: Path | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Seal files, folders, devices and standard input into an evidence package.

    Without --key the package carries no custody statement, and says so.

    Exit status: 0 all is sealed whole, 3 sealed but something could not be read whole (listed), 1 not sealed.

    \b
    Example: corridor seal disk.img notes/ --to age1pq1… --out ./case-17.package
    Example: ewfexport … | corridor seal - --name disk.img --to age1pq1… --out ./p
    """
    from datetime import UTC, datetime

    from corridor.seal import acquisition, package

    private = private_part(place, person, reason, case)
    if private and key is None:
        raise CliFault("cli.evidence.private-needs-key")
    files = [path for path in paths if path != _STDIN]
    stream = None
    if len(files) < len(paths):
        if not name:
            raise CliFault("cli.evidence.no-name")
        if sys.stdin.isatty():
            raise CliFault("cli.evidence.nothing-comes")
        stream = (sys.stdin.buffer, name)
    officer = signer(key, secret_file) if key is not None else None
    custodians = [custodian(each, cls, directory) for each in to]
    try:
        with progress("sealing", None if stream else lambda: size_of(files), as_json) as tick:
            sealed = package.seal(
                files,
                out,
                custodians,
                cls,
                officer,
                clock=lambda: datetime.now(UTC),
                restricted=restricted or bool(restriction),
                restrictions=restriction,
                conditions=condition,
                private=private or None,
                stream=stream,
                devices=True,
                acquisition=acquisition.read,
                journal=journal or _journals(),
                resume=resume,
                progress=tick,
            )
    except BaseException:
        _say_how_to_go_on(out)
        raise
    if key is not None:
        put_trust(sealed.path, key)
    say(_lines(sealed), _data(sealed), as_json)
    if sealed.troubled:
        sys.exit(3)


def _journals() -> Path:
    """Where a person's programs keep their state (XDG base directories)."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "corridor" / "journals"


def _say_how_to_go_on(out: Path) -> None:
    from corridor.faults import Fault
    from corridor.seal.journal import find

    try:
        kept = find(out).folder
    except Fault:
        return
    click.echo(
        f"What was sealed so far is kept in {kept.name}: the same command with --resume goes on.", err=True
    )


def _lines(sealed: package.SealedPackage) -> list[str]:
    signed = sealed.statement[:16] if sealed.statement else "NO custody statement: no --key given"
    more = sealed.troubled - len(sealed.problems[:_SHOWN])
    before = f", {sealed.resumed} of them before it was interrupted" if sealed.resumed else ""
    return [
        f"sealed    {sealed.items} items, {sized(sealed.size)}{before}",
        f"package   {sealed.id}",
        f"at        {sealed.path}",
        f"class     {sealed.cls}",
        f"custody   {signed}",
        *(
            f"problem   {f'{item.state} {item.reason}'.strip()}: {shown(item.name)}"
            for item in sealed.problems[:_SHOWN]
        ),
        *([f"problem   and {more} more, all listed in the index"] if more > 0 else []),
    ]


def _data(sealed: package.SealedPackage) -> dict[str, object]:
    return {
        "package": sealed.id,
        "path": str(sealed.path),
        "class": sealed.cls,
        "items": sealed.items,
        "size": sealed.size,
        "statement": sealed.statement,
        "resumed": sealed.resumed,
        "troubled": sealed.troubled,
        "problems": [
            {"name": item.name, "state": item.state, "reason": item.reason} for item in sealed.problems
        ],
    }
