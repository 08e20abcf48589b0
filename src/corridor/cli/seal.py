"""`corridor seal|verify|open|rewrap|keygen`: evidence packages from the command line, with no node at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click

from corridor.cli.params import EXISTING, PATH, argument, as_json, option
from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, KeyUse, PublicKey, credentials, keys
from corridor.notary.files import write_whole
from corridor.seal import age, custody, package

package_ = argument("path", type=PATH, help="The package's folder.")
to_many = option(
    "--to", multiple=True, required=True, help="An age recipient (age1…), or a name in --directory: XBB-CA."
)
cls_ = option("--class", "cls", default="hybrid", help="hybrid (age 1.3 or later) or classic (any age).")
directory_ = option("--directory", type=PATH, help="A node's own directory: its names and its States' keys.")
identities = option(
    "--identity",
    "-i",
    type=PATH,
    multiple=True,
    required=True,
    help="An age identity file, plain or sealed under a secret.",
)
secret_file_ = option(
    "--secret-file", type=PATH, help="Holds the secret; asked for at the terminal otherwise."
)


class CliFault(Fault):
    """A command was given something it cannot use."""


def _secret(file: Path | None, prompt: str, *, confirm: bool = False) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    text: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return text


def _say(lines: list[str], data: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def _directory(path: Path) -> Any:
    from corridor.registry import Directory

    return Directory(path)


def _custodian(name: str, cls: str, directory: Path | None) -> package.Custodian:
    """An age recipient as it stands, or an authority's custody recipient from a directory."""
    if name.startswith("age1"):
        return package.Custodian(f"recipient {name[:16]}", name)
    if directory is None:
        raise CliFault("cli.seal.name-needs-directory", name=name)
    entry = _directory(directory).entry(name.partition("-")[0])
    rows = entry.custody_recipients(name) if entry is not None else ()
    fitting = [row for row in rows if row.cls == cls]
    if not fitting:
        raise CliFault("cli.seal.no-such-name", name=name, cls=cls)
    return package.Custodian(name, fitting[0].recipient)


def _signer(key: Path, secret_file: Path | None) -> custody.Signer:
    """An officer's sealed key with the credential that certifies it, `credential.json` beside it."""
    paper = key.parent / "credential.json"
    if not paper.is_file():
        raise CliFault("cli.seal.no-credential", path=paper)
    credential = Envelope.from_json(paper.read_bytes())
    state = str(credentials.claimed(credential)["state"])
    return custody.Signer(credential, keys.unlock(key, _secret(secret_file, f"Secret for {key.name}")), state)


def _identities(files: Sequence[Path], secret_file: Path | None) -> list[age.AnyIdentity]:
    found: list[age.AnyIdentity] = []
    for file in files:
        raw = file.read_bytes()
        if raw.startswith(b"age-encryption.org/"):
            sink = BytesIO()
            age.decrypt(BytesIO(raw), sink, [age.Passphrase(_secret(secret_file, f"Secret for {file.name}"))])
            raw = sink.getvalue()
        found += age.parse_identity_file(raw.decode("utf-8"))
    return found


@click.command()
@argument("paths", type=EXISTING, nargs=-1, required=True, help="Files and folders.")
@to_many
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
    signer = _signer(key, secret_file) if key is not None else None
    sealed = package.seal(
        paths,
        out,
        [_custodian(name, cls, directory) for name in to],
        cls,
        signer,
        clock=lambda: datetime.now(UTC),
        restricted=restricted,
    )
    problems = [
        {"name": item.name, "state": item.state, "reason": getattr(item, "reason", "")}
        for item in sealed.problems
    ]
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
    _say(lines, data, as_json)
    if problems:
        sys.exit(3)


@click.command()
@package_
@directory_
@option("--expect", help="The package id you were told by another way.")
@as_json
def verify(path: Path, directory: Path | None, expect: str | None, as_json: bool) -> None:
    """Check a package. Needs no key, no node and no network.

    Exit status: 0 unchanged since sealing, 1 changed, 2 cannot tell.

    Example: corridor verify ./case-17.package
    """
    trust = None
    if directory is not None:
        held = _directory(directory)

        def trust(state: str) -> tuple[PublicKey | KeyRecord, ...]:
            return tuple(held.keys(state, KeyUse.STATE))

    report = package.verify(path, trust=trust, expected_id=expect)
    verdict = {"unchanged": "unchanged since sealing", "changed": "CHANGED", "cannot_tell": "cannot tell"}
    hands = report.custody.statements if report.custody else ()
    lines = [
        "This does not prove:",
        *(f"  - {text}" for text in report.does_not_prove),
        "",
        f"package   {report.package or 'unknown'}",
        *(f"checked   {text}" for text in report.checked),
        *(
            f"hand      {each.at:%Y-%m-%d %H:%M:%S}Z  {each.kind:<9} {each.state} {each.authority}"
            for each in hands
        ),
        *(
            f"finding   {each.code}: {each.fault.log_text}\n          {each.fault.next_step}"
            for each in report.findings
        ),
        "",
        f"verdict   {verdict[str(report.verdict)]}",
    ]
    _say(lines, report.as_json(), as_json)
    sys.exit(report.exit_status)


@click.command("open")
@package_
@identities
@option("--out", type=PATH, required=True, help="The folder to make. It must not exist.")
@option("--expect", help="The package id you were told by another way.")
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
    opened = package.open_(path, _identities(identity, secret_file), out, expected_id=expect)
    rows = [{"name": item.name, "size": item.size, "sha256": item.sha256} for item in opened.items]
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
    _say(lines, data, as_json)


@click.command()
@package_
@identities
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
    custodian = _custodian(to, package.bag_info(path).cls, directory)
    made = package.rewrap(path, _identities(identity, secret_file), custodian)
    _say([f"wrapped for {custodian.name}: {made}"], {"wrap": str(made), "custodian": custodian.name}, as_json)


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
    if out.exists():
        raise CliFault("cli.seal.exists", path=out)
    identity = age.generate(cls)
    raw = f"# public key: {identity.recipient}\n{identity.text}\n".encode()
    if protect:
        sink = BytesIO()
        age.encrypt_passphrase(BytesIO(raw), sink, _secret(secret_file, "Secret", confirm=True))
        raw = sink.getvalue()
    write_whole(out, raw, mode=0o600)
    _say([str(identity.recipient)], {"recipient": str(identity.recipient), "identity": str(out)}, as_json)
