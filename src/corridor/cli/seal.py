"""`corridor seal|verify|open|rewrap|keygen`: evidence packages from the command line, with no node at all."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.faults import Fault
from corridor.notary import Envelope, KeyRecord, KeyUse, PublicKey, credentials, keys
from corridor.notary.files import write_whole
from corridor.seal import age, custody, package

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Package = Annotated[Path, typer.Argument(help="The package's folder.")]
To = Annotated[
    list[str], typer.Option("--to", help="An age recipient (age1…), or a name in --directory: XBB-CA.")
]
Class = Annotated[str, typer.Option("--class", help="hybrid (age 1.3 or later) or classic (any age).")]
DirectoryOption = Annotated[
    Path | None, typer.Option("--directory", help="A node's own directory: its names and its States' keys.")
]
Identities = Annotated[
    list[Path],
    typer.Option("--identity", "-i", help="An age identity file, plain or sealed under a secret."),
]
SecretFile = Annotated[
    Path | None, typer.Option("--secret-file", help="Holds the secret; asked for at the terminal otherwise.")
]


class CliFault(Fault):
    """A command was given something it cannot use."""


def _app(**options: Any) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, add_completion=False, **options)


seal_app, verify_app, open_app, rewrap_app, keygen_app = _app(), _app(), _app(), _app(), _app()


def _secret(file: Path | None, prompt: str, *, confirm: bool = False) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    text: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return text


def _say(lines: list[str], data: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


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


def _identities(files: list[Path], secret_file: Path | None) -> list[age.AnyIdentity]:
    found: list[age.AnyIdentity] = []
    for file in files:
        raw = file.read_bytes()
        if raw.startswith(b"age-encryption.org/"):
            sink = BytesIO()
            age.decrypt(BytesIO(raw), sink, [age.Passphrase(_secret(secret_file, f"Secret for {file.name}"))])
            raw = sink.getvalue()
        found += age.parse_identity_file(raw.decode("utf-8"))
    return found


@seal_app.command()
def seal(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)],
    to: To,
    out: Annotated[Path, typer.Option(help="The package to make. It must not exist.")],
    key: Annotated[Path | None, typer.Option(help="An officer's key; signs `sealed`.")] = None,
    cls: Class = "hybrid",
    directory: DirectoryOption = None,
    restricted: Annotated[bool, typer.Option(help="Mark every item: never previewed.")] = False,
    secret_file: SecretFile = None,
    as_json: Json = False,
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


@verify_app.command()
def verify(
    path: Package,
    directory: DirectoryOption = None,
    expect: Annotated[str | None, typer.Option(help="The package id you were told by another way.")] = None,
    as_json: Json = False,
) -> None:
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


@open_app.command("open")
def open_(
    path: Package,
    identity: Identities,
    out: Annotated[Path, typer.Option(help="The folder to make. It must not exist.")],
    expect: Annotated[str | None, typer.Option(help="The package id you were told by another way.")] = None,
    secret_file: SecretFile = None,
    as_json: Json = False,
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


@rewrap_app.command()
def rewrap(
    path: Package,
    identity: Identities,
    to: Annotated[str, typer.Option("--to", help="An age recipient, or a name in --directory.")],
    directory: DirectoryOption = None,
    secret_file: SecretFile = None,
    as_json: Json = False,
) -> None:
    """Give a package to a further custodian. The sealed bytes do not change; nothing is taken back.

    Example: corridor rewrap ./case-17.package --identity key.txt --to age1pq1…
    """
    custodian = _custodian(to, package.bag_info(path).cls, directory)
    made = package.rewrap(path, _identities(identity, secret_file), custodian)
    _say([f"wrapped for {custodian.name}: {made}"], {"wrap": str(made), "custodian": custodian.name}, as_json)


@keygen_app.command()
def keygen(
    out: Annotated[Path, typer.Option(help="Where to keep the identity. It must not exist.")],
    cls: Class = "hybrid",
    protect: Annotated[bool, typer.Option(help="Seal it under a secret.")] = True,
    secret_file: SecretFile = None,
    as_json: Json = False,
) -> None:
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
