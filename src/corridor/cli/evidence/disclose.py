"""`corridor disclose` and `corridor match`: chosen items for another, and digests found without opening an item."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from corridor.cli.evidence.contents import facts
from corridor.cli.evidence.inputs import (
    CliFault,
    cls_,
    custodian,
    directory_,
    identities,
    identity_,
    package_,
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
from corridor.cli.evidence.progress import progress
from corridor.cli.params import PATH, argument, as_json, option


@click.command()
@package_
@argument("items", nargs=-1, required=True, help="Items by number or name.")
@identity_()
@to_()
@option("--out", type=PATH, required=True, help="The package to make. It must not exist.")
@option("--key", type=PATH, help="An officer's key; signs `sealed` there and `disclosed` here.")
@cls_
@directory_
@option("--condition", multiple=True, help="A further condition of use, in words.")
@private_
@secret_file_
@as_json
def disclose(
    path: Path,
    items: tuple[str, ...],
    identity: tuple[Path, ...],
    to: tuple[str, ...],
    out: Path,
    key: Path | None,
    cls: str,
    directory: Path | None,
    condition: tuple[str, ...],
    place: str | None,
    person: str | None,
    reason: str | None,
    case: str | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Disclose chosen items: seal them into a new package, each with the proof that it stood in this one.

    Whoever gets it learns of the other items how many there are, and nothing else. Restrictions and
    conditions go along.

    Example: corridor disclose ./case-17.package 3 7 --identity unit.key --to age1pq1… --out ./two.package
    """
    from datetime import UTC, datetime

    from corridor.seal import package
    from corridor.seal.disclosure import disclose as seal_chosen

    private = private_part(place, person, reason, case)
    if private and key is None:
        raise CliFault("cli.evidence.private-needs-key")
    keys = identities(identity, secret_file)
    chosen = [int(each) if each.isascii() and each.isdigit() else each for each in items]
    officer = signer(key, secret_file) if key is not None else None
    recipients = [custodian(each, cls, directory) for each in to]
    with progress("disclosing", None, as_json) as tick:
        made = seal_chosen(
            path,
            keys,
            chosen,
            out,
            recipients,
            cls,
            officer,
            clock=lambda: datetime.now(UTC),
            conditions=condition,
            private=private or None,
            progress=tick,
        )
    if key is not None:
        put_trust(made.path, key)
    lines = [
        f"disclosed {made.items} items of {package.bag_info(path).items}, {sized(made.size)}",
        f"package   {made.id}",
        f"at        {made.path}",
        f"class     {made.cls}",
        f"custody   {made.statement[:16] if made.statement else 'NO custody statement: no --key given'}",
    ]
    data = {
        "package": made.id,
        "path": str(made.path),
        "class": made.cls,
        "items": made.items,
        "size": made.size,
        "statement": made.statement,
        "from": package.package_id(path),
    }
    say(lines, data, as_json)


@click.command()
@package_
@argument(
    "digests",
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
    help="A list of SHA-256 digests, as sha256sum or hash sets write it; - is standard input.",
)
@identity_()
@secret_file_
@as_json
def match(
    path: Path, digests: Path, identity: tuple[Path, ...], secret_file: Path | None, as_json: bool
) -> None:
    """Find the items whose digest is in a list. No item is opened, so restricted ones may be matched too.

    With --json, one object a line. Exit status: 0 something matches, 4 nothing does, 1 it could not be found out.

    Example: corridor match ./case-17.package known.sha256 --identity unit.key
    """
    from corridor.seal.matching import match as matching
    from corridor.seal.matching import read_digests

    keys = identities(identity, secret_file)
    piped = digests == Path("-")
    whole = None if piped else digests.stat().st_size
    found = 0
    with (
        sys.stdin.buffer if piped else digests.open("rb") as file,
        progress("matching", whole, as_json) as tick,
    ):

        def told() -> Iterator[str]:
            for digest in read_digests(file):
                if tick is not None:
                    tick(65)  # a line is a digest and its end, or more
                yield digest

        for item in matching(path, keys, told()):
            found += 1
            if as_json:
                click.echo(json.dumps(facts(item), ensure_ascii=False))
            else:
                click.echo(
                    f"{item.number:>6}  {'R' if item.restricted else ' '}  {item.sha256[:16]}  {shown(item.name)}"
                )
    if not as_json:
        click.echo(f"{found} items match; no item was opened")
    if not found:
        sys.exit(4)
