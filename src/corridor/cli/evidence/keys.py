"""`corridor keygen` and `corridor rewrap`: a custodian's key, and the package's key wrapped for one more."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.evidence.inputs import (
    CliFault,
    cls_,
    custodian,
    directory_,
    identities,
    identity_,
    package_,
    say,
    secret,
    secret_file_,
)
from corridor.cli.params import PATH, as_json, option


@click.command()
@package_
@identity_()
@option("--to", required=True, help="An age recipient, or a name in --directory.")
@directory_
@secret_file_
@as_json
def rewrap(
    path: Path,
    identity: tuple[Path, ...],
    to: str,
    directory: Path | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Give a package to a further custodian. The sealed bytes do not change; nothing is taken back.

    Example: corridor rewrap ./case-17.package --identity key.txt --to age1pq1…
    """
    from corridor.seal import package

    next_one = custodian(to, package.bag_info(path).cls, directory)
    made = package.rewrap(path, identities(identity, secret_file), next_one)
    lines = [
        f"wrapped   for {next_one.name}",
        f"in        package-key/{made.name[:16]}….age",
        "kept      every wrap that was there: this gives, it takes nothing back",
    ]
    say(lines, {"wrap": str(made), "custodian": next_one.name}, as_json)


@click.command()
@option("--out", type=PATH, required=True, help="Where to keep the identity. It must not exist.")
@cls_
@option("--protect/--no-protect", default=True, show_default=True, help="Seal it under a secret.")
@secret_file_
@as_json
def keygen(out: Path, cls: str, protect: bool, secret_file: Path | None, as_json: bool) -> None:
    """Make a custodian's key pair: the identity into a file, the recipient onto the screen.

    Example: corridor keygen --out unit.key
    """
    from io import BytesIO

    from corridor.notary.files import write_whole
    from corridor.seal import age

    if out.exists():
        raise CliFault("cli.seal.exists", path=out)
    identity = age.generate(cls)
    raw = f"# public key: {identity.recipient}\n{identity.text}\n".encode()
    if protect:
        sink = BytesIO()
        age.encrypt_passphrase(BytesIO(raw), sink, secret(secret_file, "Secret", confirm=True))
        raw = sink.getvalue()
    write_whole(out, raw, mode=0o600)
    say([str(identity.recipient)], {"recipient": str(identity.recipient), "identity": str(out)}, as_json)
