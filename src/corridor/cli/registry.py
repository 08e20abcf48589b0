"""`corridor registry`: the ceremony of the secretariat, the signing of a State, and a look at either
directory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from corridor import registry
from corridor.cli.params import PATH, Room, argument, as_json, option
from corridor.notary import KeyUse, PublicKey, SigningKey, canonical, instant, keys
from corridor.notary.files import write_whole
from corridor.registry import Directory, Entry, RegistryFault, Repository, Submission, revocation

registry_app = Room("registry", help="The directory of Parties, authorities and keys.")

secrets_ = option(
    "--secrets",
    type=PATH,
    help="Folder with NAME.secret for each NAME.key; asked for at the terminal where there is none.",
)
folder = argument("directory", type=PATH, help="The registry's folder.")
state_ = argument("state", help="Three capital letters.")
public_keys = option(
    "--key", type=PATH, multiple=True, required=True, help="The public half of a directory key (NAME.pub)."
)
targets_keys = option("--targets-key", type=PATH, multiple=True, help="A targets holder's key file.")
root_keys = option("--root-key", type=PATH, multiple=True, required=True, help="A root holder's key file.")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _secret(path: Path, secrets: Path | None, *, confirm: bool = False) -> str:
    if secrets is not None and (found := secrets / f"{path.stem}.secret").is_file():
        return found.read_text(encoding="utf-8").rstrip("\r\n")
    text: str = click.prompt(f"Secret for {path.name}", hide_input=True, confirmation_prompt=confirm)
    return text


def _unlock(paths: Iterable[Path], secrets: Path | None) -> list[SigningKey]:
    return [keys.unlock(path, _secret(path, secrets)) for path in paths]


def _public(path: Path) -> PublicKey:
    """The public half: from NAME.pub, or from the clear part of a sealed NAME.key."""
    if path.suffix == ".key":
        return keys.public_of(path)
    return PublicKey.from_dict(canonical.loads(path.read_bytes(), limit=65536), use=KeyUse.DIRECTORY)


def _say(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    for name, value in fields.items():
        if isinstance(value, list):
            click.echo(f"{name}:")
            for row in value:
                text = (
                    " · ".join(f"{key} {item}" for key, item in row.items()) if isinstance(row, dict) else row
                )
                click.echo(f"  {text}")
        else:
            click.echo(f"{name}: {value}")


@registry_app.command()
@argument("file", type=PATH, help="Where to keep it, NAME.key; NAME.pub is written beside it.")
@option("--scheme", default="ed25519", help="ed25519, ecdsa-sha2-nistp256, ml-dsa-65")
@secrets_
@as_json
def key(file: Path, scheme: str, secrets: Path | None, as_json: bool) -> None:
    """Make one holder's offline key, sealed under a secret only that holder knows.

    Example: corridor registry key /media/stick/root-1.key
    """
    if file.suffix != ".key" or file.exists():
        raise click.BadParameter("name a new file ending in .key")
    made = keys.generate(KeyUse.DIRECTORY, scheme)
    keys.seal_to_file(made, file, _secret(file, secrets, confirm=True))
    write_whole(file.with_suffix(".pub"), canonical.dumps(made.public.to_dict()) + b"\n")
    _say({"key": str(file), "public": str(file.with_suffix(".pub")), "keyid": made.public.keyid}, as_json)


@registry_app.command()
@folder
@option(
    "--root",
    type=PATH,
    multiple=True,
    required=True,
    help="A root holder's key: NAME.key if present, NAME.pub if not.",
)
@option(
    "--targets",
    type=PATH,
    multiple=True,
    required=True,
    help="A targets holder's key: NAME.key if present, else NAME.pub.",
)
@option("--root-threshold", type=int, default=2, help="How many root holders must sign; at least two.")
@option("--targets-threshold", type=int, default=1, help="How many targets holders must sign.")
@secrets_
@as_json
def init(
    directory: Path,
    root: tuple[Path, ...],
    targets: tuple[Path, ...],
    root_threshold: int,
    targets_threshold: int,
    secrets: Path | None,
    as_json: bool,
) -> None:
    """Begin a registry: the first ceremony.

    Example: corridor registry init ./registry --root root-1.key --root root-2.key --root root-3.pub
    --targets targets-1.key
    """
    made = registry.init(
        directory,
        root=[_public(path) for path in root],
        root_keys=_unlock(_present(root)[:root_threshold], secrets),
        targets=[_public(path) for path in targets],
        targets_keys=_unlock(_present(targets)[:targets_threshold], secrets),
        at=_now(),
        root_threshold=root_threshold,
        targets_threshold=targets_threshold,
    )
    first = made.public / "metadata" / "1.root.json"
    _say({"registry": str(directory), "serve": str(made.public), "root": str(first)}, as_json)


def _present(holders: Iterable[Path]) -> list[Path]:
    return [path for path in holders if path.suffix == ".key"]


@registry_app.command("add-state")
@folder
@state_
@public_keys
@targets_keys
@option("--threshold", type=int, default=1, help="How many of the State's directory keys must sign.")
@secrets_
@as_json
def add_state(
    directory: Path,
    state: str,
    key: tuple[Path, ...],
    targets_key: tuple[Path, ...],
    threshold: int,
    secrets: Path | None,
    as_json: bool,
) -> None:
    """Enrol a State: its directory keys may sign for its own part of the directory, and for nothing else.

    Example: corridor registry add-state ./registry XAA --key xaa.pub --targets-key targets-1.key
    """
    Repository(directory).add_state(
        state,
        [_public(path) for path in key],
        threshold=threshold,
        targets_keys=_unlock(targets_key, secrets),
        at=_now(),
    )
    _say({"enrolled": state, "threshold": threshold, "keys": [_public(path).keyid for path in key]}, as_json)


@registry_app.command()
@argument("entry", type=PATH, help="The entry, JSON (spec/registry.md).")
@option("--key", type=PATH, multiple=True, required=True, help="A directory key of the State, NAME.key.")
@option("--out", type=PATH, required=True, help="Where to write what goes to the secretariat.")
@option("--previous", type=PATH, help="What was handed in last time.")
@option("--old-key", type=PATH, multiple=True, help="A directory key being replaced, NAME.key.")
@option(
    "--threshold", type=int, default=1, help="How many directory keys must sign, if the entry does not say."
)
@secrets_
@as_json
def sign(
    entry: Path,
    key: tuple[Path, ...],
    out: Path,
    previous: Path | None,
    old_key: tuple[Path, ...],
    threshold: int,
    secrets: Path | None,
    as_json: bool,
) -> None:
    """A State signs its entry, offline. Version, date and directory keys are filled in where the entry has
    none.

    Example: corridor registry sign xaa-entry.json --key xaa.key --out xaa-1.submission.json
    """
    last = Submission.from_json(previous.read_bytes()) if previous else None
    now = _now()
    fields = canonical.loads(entry.read_bytes())
    fields.setdefault("issued", instant.to_text(now))
    fields.setdefault("version", last.entry().version + 1 if last else 1)
    fields.setdefault("directory_threshold", threshold)
    rows = [{**_public(path).to_dict(), "valid_from": instant.to_text(now)} for path in key]
    fields.setdefault("keys", {}).setdefault("directory", _kept(rows, last))
    made = registry.submit(
        Entry.from_dict(fields),
        _unlock(key, secrets),
        at=now,
        previous=last,
        old_keys=_unlock(old_key, secrets),
    )
    write_whole(out, made.to_json())
    _say({"state": made.state, "version": made.entry().version, "submission": str(out)}, as_json)


def _kept(rows: list[dict[str, Any]], last: Submission | None) -> list[dict[str, Any]]:
    """A key that stays keeps the date from which it was good."""
    known = {row["keyid"]: row for row in last.entry().to_dict()["keys"]["directory"]} if last else {}
    return [known.get(row["keyid"], row) for row in rows]


@registry_app.command()
@folder
@argument("submission", type=PATH, help="What the State signed.")
@targets_keys
@secrets_
@as_json
def publish(
    directory: Path, submission: Path, targets_key: tuple[Path, ...], secrets: Path | None, as_json: bool
) -> None:
    """Check what a State signed, and publish it. Targets keys are needed only when its directory keys change.

    Example: corridor registry publish ./registry xaa-1.submission.json
    """
    entry = Repository(directory).publish(
        Submission.from_json(submission.read_bytes()),
        at=_now(),
        targets_keys=_unlock(targets_key, secrets),
    )
    _say({"published": entry.state, "version": entry.version}, as_json)


@registry_app.command()
@folder
@as_json
def renew(directory: Path, as_json: bool) -> None:
    """Date the registry anew with the machine's own keys. Run it every day.

    Example: corridor registry renew ./registry
    """
    Repository(directory).renew(at=_now())
    _say({"renewed": str(directory)}, as_json)


@registry_app.command()
@folder
@state_
@public_keys
@root_keys
@targets_keys
@option("--threshold", type=int, default=1, help="How many of the new keys must sign.")
@option("--days", type=click.IntRange(min=14), default=14, help="The public waiting time.")
@secrets_
@as_json
def reenrol(
    directory: Path,
    state: str,
    key: tuple[Path, ...],
    root_key: tuple[Path, ...],
    targets_key: tuple[Path, ...],
    threshold: int,
    days: int,
    secrets: Path | None,
    as_json: bool,
) -> None:
    """Announce new keys for a State that lost its own. Peers wait, and disclose nothing to it meanwhile.

    Example: corridor registry reenrol ./registry XBB --key xbb-new.pub --root-key root-1.key
    --root-key root-2.key --targets-key targets-1.key
    """
    found = Repository(directory).announce_reenrolment(
        state,
        [_public(path) for path in key],
        threshold=threshold,
        root_keys=_unlock(root_key, secrets),
        targets_keys=_unlock(targets_key, secrets),
        at=_now(),
        waiting=timedelta(days=days),
    )
    _say({"announced": state, "not_before": instant.to_text(found.not_before)}, as_json)


@registry_app.command()
@state_
@option("--key", type=PATH, multiple=True, required=True, help="A directory key of the State, NAME.key.")
@option("--out", type=PATH, required=True, help="Where to write the signed revocation.")
@option("--keyid", multiple=True, help="A key to take back.")
@option("--recipient", multiple=True, help="An age recipient to take back.")
@option(
    "--everything/--no-everything",
    default=False,
    show_default=True,
    help="Ask peers to disclose nothing until the next entry.",
)
@secrets_
@as_json
def revoke(
    state: str,
    key: tuple[Path, ...],
    out: Path,
    keyid: tuple[str, ...],
    recipient: tuple[str, ...],
    everything: bool,
    secrets: Path | None,
    as_json: bool,
) -> None:
    """Sign a revocation. Sent in a letter, it acts at each State as it is received.

    Example: corridor registry revoke XBB --key xbb.key --everything --out xbb.revoke.json
    """
    made = revocation.revoke(
        state,
        _unlock(key, secrets),
        at=_now(),
        keys=keyid,
        recipients=recipient,
        everything=everything,
    )
    write_whole(out, made.to_json())
    _say({"revocation": str(out), "id": made.id}, as_json)


@registry_app.command()
@argument("directory", type=PATH, help="A registry's folder, or a node's own directory.")
@argument("state", required=False, help="One State; all if absent.")
@as_json
def show(directory: Path, state: str | None, as_json: bool) -> None:
    """What a registry publishes, or what a node holds: with its age and its alarms.

    Example: corridor registry show ./aurelia/directory XBB --json
    """
    if (directory / "public").is_dir():
        fields = _of_repository(Repository(directory), state)
    elif (directory / "root.json").is_file():
        fields = _of_node(Directory(directory), state)
    else:
        raise RegistryFault("registry.repository.absent")
    _say(fields, as_json)


def _of_repository(repository: Repository, state: str | None) -> dict[str, Any]:
    if state is not None:
        entry = repository.entry(state)
        return entry.to_dict() if entry else {"state": state, "version": 0}
    rows = []
    for code in repository.states():
        entry, held = repository.entry(code), repository.keyset(code)
        version = entry.version if entry else 0
        rows.append({"state": code, "version": version, "keys": len(held.keys), "threshold": held.threshold})
    return {"root": repository.root().version, "states": rows}


def _of_node(directory: Directory, state: str | None) -> dict[str, Any]:
    now = _now()
    if state is not None:
        entry = directory.entry(state)
        if entry is None:
            raise RegistryFault("registry.state.unknown", state=state)
        return {**_row(directory, state, now), "entry": entry.to_dict()}
    return {
        "age": _age(directory.age(now)),
        "states": [_row(directory, code, now) for code in directory.states()],
        "alarms": [alarm.to_dict() for alarm in directory.alarms],
    }


def _row(directory: Directory, state: str, now: datetime) -> dict[str, Any]:
    held, standing = directory.held(state), directory.standing(state, now)
    return {
        "state": state,
        "version": held.version if held else 0,
        "age": _age(directory.age(now, state)),
        "disclosure": standing.disclosure,
        "reason": standing.reason.code if standing.reason else None,
    }


def _age(age: timedelta | None) -> str:
    return "never" if age is None else str(age)


@registry_app.command()
@folder
@option("--host", default="127.0.0.1", help="Address to listen on.")
@option("--port", type=int, default=8080, help="Port to listen on.")
@option("--certificate", type=PATH, help="TLS certificate, PEM.")
@option("--certificate-key", type=PATH, help="TLS key, PEM.")
def serve(
    directory: Path, host: str, port: int, certificate: Path | None, certificate_key: Path | None
) -> None:
    """Serve what the registry publishes, and date it anew twice a day. All of it is public and signed.

    Example: corridor registry serve ./registry --port 8080
    """
    if host not in ("127.0.0.1", "::1", "localhost") and (certificate is None or certificate_key is None):
        raise click.BadParameter("beyond loopback, give --certificate and --certificate-key")
    from corridor.cli import registry_serving

    registry_serving.serve(Repository(directory), directory, host, port, certificate, certificate_key)
