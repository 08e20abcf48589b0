"""`corridor node|authority|user`: a State's node, its authorities and its people.

Secrets are read at the terminal, from the environment (CORRIDOR_PASSPHRASE, CORRIDOR_PASSWORD, CORRIDOR_SECRET) or
from a file; never from the command line, where every process of the machine could read them.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.node import config as node_config
from corridor.node.config import Config
from corridor.node.fault import NodeFault

_OPTIONS: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None}
node_app = typer.Typer(help="A State's node: init, run, check.", **_OPTIONS)
authority_app = typer.Typer(help="Authorities of this node.", **_OPTIONS)
user_app = typer.Typer(help="People of this node.", **_OPTIONS)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path, typer.Argument(help="The node's folder.")]
Dir = Annotated[Path | None, typer.Option("--dir", help="The node's folder; CORRIDOR_DIR if not given.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the State's passphrase.")
]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="File with the login password.")]
SecretFile = Annotated[Path | None, typer.Option("--secret-file", help="File with the signing secret.")]


def _secret(what: str, variable: str, file: Path | None, option: str, *, confirm: bool = False) -> str:
    """A secret from its file, its variable, or the terminal; first found is taken."""
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    if os.environ.get(variable):
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise NodeFault("node.cli.no-terminal", what=what, option=option, variable=variable)
    answer: str = typer.prompt(what, hide_input=True, confirmation_prompt=confirm)
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
        typer.echo(json.dumps(fields, ensure_ascii=False, indent=2, default=str))
        return
    for name, value in fields.items():
        if isinstance(value, list):
            typer.echo(f"{name}:")
            for row in value:
                typer.echo(f"  {row}")
        else:
            typer.echo(f"{name}: {value}")


def _names(values: list[str]) -> dict[str, str]:
    names = {}
    for value in values:
        language, mark, name = value.partition("=")
        names[language if mark else "en"] = name if mark else value
    return names


def _split(host_port: str) -> tuple[str, int]:
    host, _, port = host_port.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


@node_app.command()
def init(
    folder: Folder,
    state: Annotated[str, typer.Option(help="The State's code, three capitals.")],
    name: Annotated[list[str], typer.Option(help="The State's name, LANGUAGE=NAME; may be repeated.")],
    root: Annotated[
        Path | None, typer.Option(help="The registry's root file, as you were handed it.")
    ] = None,
    registry: Annotated[str, typer.Option(help="The registry's address, or a folder.")] = "",
    pages: Annotated[str, typer.Option(help="HOST:PORT of the desk.")] = "127.0.0.1:8000",
    exchange: Annotated[str, typer.Option(help="HOST:PORT other nodes call.")] = "127.0.0.1:8443",
    exchange_url: Annotated[str, typer.Option(help="The same as others see it, https://…")] = "",
    delivery: Annotated[str, typer.Option(help="post, or fetch for a node that can only call out.")] = "post",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Peers and registry may have private addresses.")
    ] = False,
    evidence: Annotated[
        list[Path] | None, typer.Option(help="A folder evidence may be sealed from; may be repeated.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
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
        evidence_folders=tuple(one.resolve() for one in evidence or ()),
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
def root(
    folder: Folder,
    file: Annotated[
        Path, typer.Argument(help="The registry's root file, as you were handed it.", exists=True)
    ],
    as_json: Json = False,
) -> None:
    """Give a node made without one the registry's root. It is given once: a later root must follow from it.

    Example: corridor node root ./aurelia 1.root.json
    """
    from corridor.registry import Directory

    config = node_config.load(folder.resolve())
    Directory.create(config.folder / "directory", file.read_bytes())
    _say({"node": str(config.folder), "root": str(file)}, as_json)


@node_app.command()
def run(folder: Folder) -> None:
    """Run everything the node does, in one command; Ctrl-C or SIGTERM ends it. DIR/run/ready appears when it serves.

    Example: corridor node run ./aurelia
    """
    from corridor.node.server import run as run_node

    config = _use(folder)
    from corridor.node.init import migrate

    migrate()
    sys.exit(run_node(config))


@node_app.command()
def check(folder: Folder, as_json: Json = False) -> None:
    """Look at keys, log, directory, database, disk and post; exit status 1 if anything is wrong.

    Example: corridor node check ./aurelia --json
    """
    config = _use(folder)
    from corridor.casework.house import house
    from corridor.node.check import check as look

    found = look(config, house())
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            if one.fault is None:
                typer.echo(f"well   {one.what}{': ' + one.detail if one.detail else ''}")
            else:
                typer.echo(f"WRONG  {one.what}: {one.fault.log_text}\n       {one.fault.next_step}")
    sys.exit(1 if any(one.fault for one in found) else 0)


@authority_app.command("add")
def add_authority(
    code: Annotated[str, typer.Argument(help="Its code, STATE-NAME.")],
    role: Annotated[str, typer.Option(help="contact_point or central_authority.")],
    name: Annotated[list[str], typer.Option(help="Its name, LANGUAGE=NAME; may be repeated.")],
    sends: Annotated[
        list[str] | None, typer.Option(help="A kind it sends; by default what its role sends.")
    ] = None,
    receives: Annotated[
        list[str] | None, typer.Option(help="A kind it receives; by default what its role receives.")
    ] = None,
    cls: Annotated[str, typer.Option("--class", help="hybrid or classic.")] = "hybrid",
    folder: Dir = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Add an authority with its custody identity, and write DIR/entry.json anew for the registry.

    Example: corridor authority add XAA-CP --role contact_point --name "en=24/7 contact point" --dir ./aurelia
    """
    config = _use(folder)
    from corridor.casework import actions
    from corridor.casework.actions.people import KINDS_OF_ROLE
    from corridor.node import entry

    usual = KINDS_OF_ROLE.get(role, ())
    made = actions.add_authority(
        code=code,
        role=role,
        names=_names(name),
        sends=sends if sends is not None else usual,
        receives=receives if receives is not None else usual,
        passphrase=_passphrase(passphrase_file),
        cls=cls,
    )
    written = entry.write(config)
    _say(
        {"authority": made.code, "role": made.role, "recipient": made.recipient, "entry": str(written)},
        as_json,
    )


@authority_app.command("list")
def list_authorities(folder: Dir = None, as_json: Json = False) -> None:
    """List the authorities of this node.

    Example: corridor authority list --dir ./aurelia
    """
    _use(folder)
    from corridor.casework.queries.people import authorities

    rows = [one.to_dict() for one in authorities()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    for row in () if as_json else rows:
        typer.echo(f"{row['code']}  {row['role']}  sends {', '.join(row['sends']) or '-'}")


@user_app.command("add")
def add_user(
    username: Annotated[str, typer.Argument(help="The login name.")],
    authority: Annotated[str, typer.Option(help="The authority the person acts for.")],
    role: Annotated[str, typer.Option(help="drafter, signatory, supervisor or administrator.")],
    name: Annotated[str, typer.Option(help="The person's name; kept sealed, never sent.")],
    days: Annotated[int, typer.Option(help="How long the credential is good; at most 90.")] = 60,
    folder: Dir = None,
    passphrase_file: PassphraseFile = None,
    password_file: PasswordFile = None,
    secret_file: SecretFile = None,
    as_json: Json = False,
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
def disable(
    username: Annotated[str, typer.Argument(help="The login name.")],
    folder: Dir = None,
    as_json: Json = False,
) -> None:
    """Close a login and destroy the person's sealed key. What they signed stands.

    Example: corridor user disable orlan --dir ./aurelia
    """
    _use(folder)
    from corridor.casework import actions

    actions.disable_officer(username)
    _say({"disabled": username}, as_json)


@user_app.command()
def reset(
    username: Annotated[str, typer.Argument(help="The login name.")],
    password: Annotated[bool, typer.Option("--password", help="Set a new login password.")] = False,
    secret: Annotated[
        bool, typer.Option("--secret", help="Set a new signing secret, with a new key and credential.")
    ] = False,
    days: Annotated[int, typer.Option(help="How long a new credential is good; at most 90.")] = 60,
    folder: Dir = None,
    passphrase_file: PassphraseFile = None,
    password_file: PasswordFile = None,
    secret_file: SecretFile = None,
    as_json: Json = False,
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
def list_users(folder: Dir = None, as_json: Json = False) -> None:
    """List the people of this node.

    Example: corridor user list --dir ./aurelia
    """
    _use(folder)
    from corridor.casework.queries.people import officers

    rows = [one.to_dict() for one in officers()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    for row in () if as_json else rows:
        off = "  disabled" if row["disabled"] else ""
        typer.echo(f"{row['username']}  {row['authority']}  {row['role']}  {row['number']}{off}")
