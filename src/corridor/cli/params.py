"""How a room's commands, their arguments and options are declared, and those that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True)


class Room(click.Group):
    """The commands of one room, listed in the order they are written in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def argument(name: str, **declared: Any) -> Callable[[F], F]:
    """A positional argument; `help` says what it is."""
    return click.argument(name, **declared)


def option(*names: str, **declared: Any) -> Callable[[F], F]:
    """An option that shows its default, where it has one, and the variable that may stand for it."""
    shown = declared.get("default") not in (None, "", False)
    return click.option(*names, **{"show_default": shown, "show_envvar": True, **declared})


def flag(*names: str, help: str) -> Callable[[F], F]:
    """An option without a value."""
    return click.option(*names, is_flag=True, help=help)


as_json = flag("--json", "as_json", help="Print JSON.")
