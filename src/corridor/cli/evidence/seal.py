"""`corridor seal`: files, folders and streams into an evidence package."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from corridor.cli.evidence.inputs import cls_, custodian, directory_, say, secret_file_, signer, to_
from corridor.cli.params import EXISTING, PATH, argument, as_json, option


@click.command()
@argument("paths", type=EXISTING, nargs=-1, required=True, help="Files and folders.")
@to_()
@option("--out", type=PATH, required=True, help="The package to make. It must not exist.")
@option("--key", type=PATH, help="An officer's key; signs `sealed`.")
@cls_
@directory_
@option(
    "--restricted/--no-restricted", default=False, show_default=True, help="Mark every item: never previewed."
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
    restricted: bool,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Seal files and folders into an evidence package.

    Without --key the package carries no custody statement, and says so.

    Example: corridor seal disk.img notes/ --to age1pq1… --out ./case-17.package
    """
    from datetime import UTC, datetime

    from corridor.seal import package

    officer = signer(key, secret_file) if key is not None else None
    sealed = package.seal(
        paths,
        out,
        [custodian(name, cls, directory) for name in to],
        cls,
        officer,
        clock=lambda: datetime.now(UTC),
        restricted=restricted,
    )
    problems = [{"name": item.name, "state": item.state, "reason": item.reason} for item in sealed.problems]
    lines = [
        f"sealed    {sealed.items} items, {sealed.size} bytes",
        f"package   {sealed.id}",
        f"at        {sealed.path}",
        f"class     {sealed.cls}",
        f"custody   {'statement ' + sealed.statement if sealed.statement else 'NO custody statement: no --key given'}",
        *(f"problem   {row['name']}: {row['state']} {row['reason']}" for row in problems),
    ]
    data = {
        "package": sealed.id,
        "path": str(sealed.path),
        "class": sealed.cls,
        "items": sealed.items,
        "size": sealed.size,
        "statement": sealed.statement,
        "problems": problems,
    }
    say(lines, data, as_json)
    if problems:
        sys.exit(3)
