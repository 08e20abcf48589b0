"""`corridor open`: what is inside a package, for those who hold a key to it."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.evidence.inputs import expect_, identities, identity_, package_, say, secret_file_
from corridor.cli.params import PATH, as_json, option


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

    rows: list[dict[str, object]] = []

    def on_item(item: package.Item) -> None:
        rows.append({"name": item.name, "size": item.size, "sha256": item.sha256})

    opened = package.open_(path, identities(identity, secret_file), out, expected_id=expect, on_item=on_item)
    lines = [
        *(f"{row['sha256']}  {row['name']}" for row in rows),
        f"opened {len(rows)} items into {opened.path}",
        *(f"in the index only: {item.name}" for item in opened.not_written),
        *(f"changed while it was sealed: {item.name}" for item in opened.changed),
        *(f"condition of use: {text}" for text in opened.conditions),
    ]
    data = {
        "package": opened.id,
        "path": str(opened.path),
        "items": rows,
        "conditions": list(opened.conditions),
    }
    say(lines, data, as_json)
