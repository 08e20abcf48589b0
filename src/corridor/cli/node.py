"""`corridor node|authority|user`: a State's node, its authorities and its people.

Secrets are read at the terminal, from the environment (CORRIDOR_PASSPHRASE, CORRIDOR_PASSWORD, CORRIDOR_SECRET) or
from a file; never from the command line, where every process of the machine could read them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from corridor.cli.params import EXISTING, PATH, Room, argument, as_json, flag, option
from corridor.node import config as node_config
from corridor.node.config import Config
from corridor.node.fault import NodeFault

node_app = Room("node", help="A State's node: init, run, check.")
authority_app = Room("authority", help="Authorities of this node.")
user_app = Room("user", help="People of this node.")

folder_ = argument("folder", type=PATH, help="The node's folder.")
passphrase_file_ = option("--passphrase-file", type=PATH, help="File with the State's passphrase.")
dir_ = option("--dir", "folder", type=PATH, help="The node's folder; CORRIDOR_DIR if not given.")
password_file_ = option("--password-file", type=PATH, help="File with the login password.")
secret_file_ = option("--secret-file", type=PATH, help="File with the signing secret.")


def _secret(what: str, variable: str, file: Path | None, option: str, *, confirm: bool = False) -> str:
    """A secret from its file, its variable, or the terminal; first found is taken."""
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    if os.environ.get(variable):
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise NodeFault("node.cli.no-terminal", what=what, option=option, variable=variable)
    answer: str = click.prompt(what, hide_input=True, confirmation_prompt=confirm)
    return answer


def _passphrase(file: Path | None, *, confirm: bool = False) -> str:
    return _secret(
        "The State's passphrase", "CORRIDOR_PASSPHRASE", file, "--passphrase-file", confirm=confirm
    )


def _use(folder: Path | None) -> Config:
    """Set Django up for a node's folder."""
    from corridor.node.init import set_up_django

    where = folder.resolve() if folder else node_config.folder_from_environment()
    config = node_config.load(where)
    set_up_django(where)
    return config


def _say(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2, default=str))
        return
    for name, value in fields.items():
        if isinstance(value, list):
            click.echo(f"{name}:")
            for row in value:
                click.echo(f"  {row}")
        else:
            click.echo(f"{name}: {value}")


def _names(values: Iterable[str]) -> dict[str, str]:
    names = {}
    for value in values:
        language, mark, name = value.partition("=")
        names[language if mark else "en"] = name if mark else value
    return names


def _split(host_port: str) -> tuple[str, int]:
    host, _, port = host_port.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


@node_app.command()
@folder_
@option("--state", required=True, help="The State's code, three capitals.")
@option("--name", multiple=True, required=True, help="The State's name, LANGUAGE=NAME; may be repeated.")
@option("--root", type=PATH, help="The registry's root file, as you were handed it.")
@option("--registry", default="", help="The registry's address, or a folder.")
@option("--pages", default="127.0.0.1:8000", help="HOST:PORT of the desk.")
@option("--exchange", default="127.0.0.1:8443", help="HOST:PORT other nodes call.")
@option("--exchange-url", default="", help="The same as others see it, https://…")
@option("--delivery", default="post", help="post, or fetch for a node that can only call out.")
@flag("--allow-private", help="Peers and registry may have private addresses.")
@option("--evidence", type=PATH, multiple=True, help="A folder evidence may be sealed from; may be repeated.")
@passphrase_file_
@as_json
def init(
    folder: Path,
    state: str,
    name: tuple[str, ...],
    root: Path | None,
    registry: str,
    pages: str,
    exchange: str,
    exchange_url: str,
    delivery: str,
    allow_private: bool,
    evidence: tuple[Path, ...],
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Make a node: its keys, certificate, database and DIR/entry.json for the registry. No login is made.

    Example: corridor node init ./aurelia --state XAA --name en=Aurelia --registry https://registry.example
    --root 1.root.json
    """
    from corridor.node import init as making

    pages_host, pages_port = _split(pages)
    exchange_host, exchange_port = _split(exchange)
    work = os.environ.get(
        "CORRIDOR_SECRET_WORK", ""
    )  # cheaper secrets for tests; never below the format's own floor
    config = Config(
        folder=folder.resolve(),
        state=state,
        names=_names(name),
        pages_host=pages_host,
        pages_port=pages_port,
        exchange_host=exchange_host,
        exchange_port=exchange_port,
        exchange_url=exchange_url or f"https://{exchange_host}:{exchange_port}",
        delivery=delivery,
        allow_private=allow_private,
        registry_url=registry,
        evidence_folders=tuple(one.resolve() for one in evidence),
        secret_work=int(work) if work else Config.secret_work,
    )
    making.init(
        config,
        passphrase=_passphrase(passphrase_file, confirm=True),
        root=root.read_bytes() if root else None,
        at=datetime.now(UTC),
    )
    _use(config.folder)
    making.migrate()
    from corridor.node import entry

    written = entry.write(config)
    _say({"node": str(config.folder), "state": state, "entry": str(written)}, as_json)


@node_app.command()
@folder_
@argument("file", type=EXISTING, help="The registry's root file, as you were handed it.")
@as_json
def root(folder: Path, file: Path, as_json: bool) -> None:
    """Give a node made without one the registry's root. It is given once: a later root must follow from it.

    Example: corridor node root ./aurelia 1.root.json
    """
    from corridor.registry import Directory

    config = node_config.load(folder.resolve())
    Directory.create(config.folder / "directory", file.read_bytes())
    _say({"node": str(config.folder), "root": str(file)}, as_json)


@node_app.command()
@folder_
def run(folder: Path) -> None:
    """Run everything the node does, in one command; Ctrl-C or SIGTERM ends it. DIR/run/ready appears when it serves.

    Example: corridor node run ./aurelia
    """
    from corridor.node.server import run as run_node

    config = _use(folder)
    from corridor.node.init import migrate

    migrate()
    sys.exit(run_node(config))


@node_app.command()
@folder_
@as_json
def check(folder: Path, as_json: bool) -> None:
    """Look at keys, log, directory, database, disk and post; exit status 1 if anything is wrong.

    Example: corridor node check ./aurelia --json
    """
    config = _use(folder)
    from corridor.casework.house import house
    from corridor.node.check import check as look

    found = look(config, house())
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            if one.fault is None:
                click.echo(f"well   {one.what}{': ' + one.detail if one.detail else ''}")
            else:
                click.echo(f"WRONG  {one.what}: {one.fault.log_text}\n       {one.fault.next_step}")
    sys.exit(1 if any(one.fault for one in found) else 0)


@authority_app.command("add")
@argument("code", help="Its code, STATE-NAME.")
@option(
    "--role",
    required=True,
    help="contact_point, central_authority, competent_authority, extradition_authority or law_enforcement.",
)
@option("--name", multiple=True, required=True, help="Its name, LANGUAGE=NAME; may be repeated.")
@option("--sends", multiple=True, help="A kind it sends; by default what its role sends.")
@option("--receives", multiple=True, help="A kind it receives; by default what its role receives.")
@option("--class", "cls", default="hybrid", help="hybrid or classic.")
@dir_
@passphrase_file_
@as_json
def add_authority(
    code: str,
    role: str,
    name: tuple[str, ...],
    sends: tuple[str, ...],
    receives: tuple[str, ...],
    cls: str,
    folder: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Add an authority with its custody identity, and write DIR/entry.json anew for the registry.

    Example: corridor authority add XAA-CP --role contact_point --name "en=24/7 contact point" --dir ./aurelia
    """
    config = _use(folder)
    from corridor.casework import actions
    from corridor.casework.actions.people import usual_kinds
    from corridor.node import entry

    usual = usual_kinds(role)
    made = actions.add_authority(
        code=code,
        role=role,
        names=_names(name),
        sends=sends or usual,
        receives=receives or usual,
        passphrase=_passphrase(passphrase_file),
        cls=cls,
    )
    written = entry.write(config)
    _say(
        {"authority": made.code, "role": made.role, "recipient": made.recipient, "entry": str(written)},
        as_json,
    )


@authority_app.command("list")
@dir_
@as_json
def list_authorities(folder: Path | None, as_json: bool) -> None:
    """List the authorities of this node.

    Example: corridor authority list --dir ./aurelia
    """
    _use(folder)
    from corridor.casework.queries.people import authorities

    rows = [one.to_dict() for one in authorities()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    for row in () if as_json else rows:
        click.echo(f"{row['code']}  {row['role']}  sends {', '.join(row['sends']) or '-'}")


@user_app.command("add")
@argument("username", help="The login name.")
@option("--authority", required=True, help="The authority the person acts for.")
@option("--role", required=True, help="drafter, signatory, supervisor or administrator.")
@option("--name", required=True, help="The person's name; kept sealed, never sent.")
@option("--days", type=int, default=60, help="How long the credential is good; at most 90.")
@dir_
@passphrase_file_
@password_file_
@secret_file_
@as_json
def add_user(
    username: str,
    authority: str,
    role: str,
    name: str,
    days: int,
    folder: Path | None,
    passphrase_file: Path | None,
    password_file: Path | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Enrol a person: login, officer key sealed under their signing secret, credential by the State.

    Example: corridor user add orlan --authority XAA-CP --role signatory --name "Mattis Orlan" --dir ./aurelia
    """
    _use(folder)
    from corridor.casework import actions

    made = actions.add_officer(
        username=username,
        name=name,
        authority=authority,
        role=role,
        password=_secret(
            "Login password", "CORRIDOR_PASSWORD", password_file, "--password-file", confirm=True
        ),
        secret=""
        if role == "administrator"
        else _secret("Signing secret", "CORRIDOR_SECRET", secret_file, "--secret-file", confirm=True),
        passphrase=_passphrase(passphrase_file),
        days=days,
    )
    _say(made.to_dict(), as_json)


@user_app.command()
@argument("username", help="The login name.")
@dir_
@as_json
def disable(username: str, folder: Path | None, as_json: bool) -> None:
    """Close a login and destroy the person's sealed key. What they signed stands.

    Example: corridor user disable orlan --dir ./aurelia
    """
    _use(folder)
    from corridor.casework import actions

    actions.disable_officer(username)
    _say({"disabled": username}, as_json)


@user_app.command()
@argument("username", help="The login name.")
@flag("--password", help="Set a new login password.")
@flag("--secret", help="Set a new signing secret, with a new key and credential.")
@option("--days", type=int, default=60, help="How long a new credential is good; at most 90.")
@dir_
@passphrase_file_
@password_file_
@secret_file_
@as_json
def reset(
    username: str,
    password: bool,
    secret: bool,
    days: int,
    folder: Path | None,
    passphrase_file: Path | None,
    password_file: Path | None,
    secret_file: Path | None,
    as_json: bool,
) -> None:
    """Give a person a new password, a new signing secret, or both; opens a closed login again.

    Example: corridor user reset orlan --secret --dir ./aurelia
    """
    _use(folder)
    from corridor.casework import actions

    made = actions.reset_officer(
        username=username,
        passphrase=_passphrase(passphrase_file),
        password=_secret(
            "New login password", "CORRIDOR_PASSWORD", password_file, "--password-file", confirm=True
        )
        if password
        else None,
        secret=_secret("New signing secret", "CORRIDOR_SECRET", secret_file, "--secret-file", confirm=True)
        if secret
        else None,
        days=days,
    )
    _say(made.to_dict(), as_json)


@user_app.command("list")
@dir_
@as_json
def list_users(folder: Path | None, as_json: bool) -> None:
    """List the people of this node.

    Example: corridor user list --dir ./aurelia
    """
    _use(folder)
    from corridor.casework.queries.people import officers

    rows = [one.to_dict() for one in officers()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    for row in () if as_json else rows:
        off = "  disabled" if row["disabled"] else ""
        click.echo(f"{row['username']}  {row['authority']}  {row['role']}  {row['number']}{off}")
