"""What the law's commands take and give in common: a day, an instrument, a status to answer from; text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.law.paper import Paper
from corridor.cli.params import option
from corridor.law.days import day
from corridor.law.errors import LawFault
from corridor.law.ruleset import DEFAULT
from corridor.law.types import Source

if TYPE_CHECKING:
    from corridor.law.status_table import Assumption, StatusTable

on_ = option("--on", help="The day asked about, YYYY-MM-DD; today if absent.")
instrument_ = option(
    "--instrument", default=DEFAULT, help="Code of the instrument; `corridor law forms` lists them."
)
assume_ = option(
    "--assume",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Answer as if this file (YAML) were true; every answer then says so.",
)
local_ = option(
    "--local",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="CORRIDOR_LAW_LOCAL",
    help="Folder of your own: status.csv, gaps.csv, progress.csv.",
)


def asked_day(text: str | None) -> date:
    """The day given, or today. Raises LawFault `law.date.malformed`."""
    return day(text) if text is not None else today()


def today() -> date:
    return datetime.now(UTC).date()


def table_of(assume: Path | None, local: Path | None) -> StatusTable | None:
    """The status table to answer from: the one assumed, the folder's own, or None for the one shipped."""
    from corridor import law

    if assume is not None:
        return law.assume(assume.read_bytes())
    return law.local_table(local) if local is not None else None


def own_file(local: Path | None, name: str) -> bytes | None:
    """A file of the State's own folder, or None where there is no such file. Raises LawFault `law.local.unreadable`."""
    if local is None:
        return None
    try:
        return (local / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LawFault("law.local.unreadable", file=name, problem=type(error).__name__) from error


def give(
    paper: Paper,
    data: Any,
    as_json: bool,
    *,
    sources: Mapping[str, Source] | None = None,
    assumed: Assumption | None = None,
) -> None:
    """Print an answer: the JSON of its value, or the paper with the sources it rests on below it."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    paper.sources({each.id: f"{each.what} ({each.read_on.isoformat()})" for each in (sources or {}).values()})
    paper.print(watermark(assumed))


def watermark(assumed: Assumption | None) -> str:
    """The line no answer from an assumed status goes without."""
    if assumed is None:
        return ""
    return f"ASSUMED STATUS, not the depositary's: {assumed.label} (sha256 {assumed.digest[:16]})"
