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
    """The commands of one room, listed in the order they are written in; `chapters` (title -> names) groups them."""

    def __init__(
        self, *args: Any, chapters: dict[str, tuple[str, ...]] | None = None, **declared: Any
    ) -> None:
        super().__init__(*args, **declared)
        self.chapters = chapters or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if not self.chapters:
            return super().format_commands(ctx, formatter)
        room = max(map(len, self.commands))
        for title, names in self.chapters.items():
            with formatter.section(title):
                limit = formatter.width - 6 - room
                rows = [(f"{name:<{room}}", self.commands[name].get_short_help_str(limit)) for name in names]
                formatter.write_dl(rows)
        return None


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
