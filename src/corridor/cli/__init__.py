"""The command line: one thin command per public function, each room's commands loaded only when named."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, NoReturn

import click

from corridor import __version__
from corridor.faults import Fault

#: name -> (module, attribute, one line for the index). The order is the order `corridor --help` shows.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("corridor.cli.demo.command", "demo", "Play one case between two States on this machine"),
    "seal": ("corridor.cli.evidence.seal", "seal", "Seal files into an evidence package"),
    "verify": ("corridor.cli.evidence.verify", "verify", "Check a package; needs no key"),
    "open": ("corridor.cli.evidence.contents", "open_", "Open a package with a custodian's identity"),
    "list": ("corridor.cli.evidence.contents", "list_", "List what a package holds"),
    "cat": ("corridor.cli.evidence.contents", "cat", "Write one item to standard output"),
    "rewrap": ("corridor.cli.evidence.keys", "rewrap", "Give a package to a further custodian"),
    "disclose": (
        "corridor.cli.evidence.disclose",
        "disclose",
        "Give chosen items to another, in a package of their own",
    ),
    "match": ("corridor.cli.evidence.disclose", "match", "Find items by their digests, opening none"),
    "keygen": ("corridor.cli.evidence.keys", "keygen", "Make a custodian's key pair"),
    "custody": ("corridor.cli.evidence.custody", "custody_app", "The hands a package passed through"),
    "check": ("corridor.cli.check", "check", "Genuine or not: a paper, a letter, an act, a caller"),
    "courier": ("corridor.cli.courier", "app", "Letters carried by hand between nodes"),
    "dossier": ("corridor.cli.dossier", "app", "Show, verify or export a dossier of this node"),
    "law": ("corridor.cli.law", "law_app", "The Convention and its neighbours, as data"),
    "registry": ("corridor.cli.registry", "registry_app", "The directory of Parties, authorities and keys"),
    "node": ("corridor.cli.node", "node_app", "A State's node: init, run, check"),
    "authority": ("corridor.cli.node", "authority_app", "Authorities of this node"),
    "user": ("corridor.cli.node", "user_app", "People of this node"),
}


class Index(click.Group):
    """Imports a command's module when the command is named, so that `corridor law` never loads Django."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name and not error.name.startswith("corridor"):
                _stop(f"`corridor {cmd_name}` needs the node's packages: pip install 'corridor[node]'", 2)
            raise
        return command

    def format_commands(self, ctx: Any, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.command("corridor", cls=Index)
@click.version_option(__version__, message="%(version)s", help="Show the version.")
def app() -> None:
    """Corridor makes the United Nations Convention against Cybercrime work between States."""


def _stop(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(status)


def main() -> None:
    """Run a command; a `Fault` becomes its two sentences (or JSON, where --json was asked) and exit status 1."""
    try:
        app(prog_name="corridor")
    except Fault as fault:
        if "--json" in sys.argv:
            click.echo(json.dumps(fault.as_json(), ensure_ascii=False))
            sys.exit(1)
        _stop(f"{fault.code}: {fault.log_text}\n{fault.next_step.strip()}", 1)
