"""What the law's commands take and give in common: a day, an assumed status, a State's own folder; text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from corridor.cli.law.paper import Paper
from corridor.cli.params import option
from corridor.law.days import day
from corridor.law.ruleset import DEFAULT
from corridor.law.types import Source

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)

on_ = option("--on", help="The day asked about, YYYY-MM-DD; today if absent.")
assume_ = option(
    "--assume",
    type=FILE,
    help="Answer as if this status file (XML or CSV) were true; every answer then says so.",
)
local_ = option(
    "--local",
    type=FOLDER,
    envvar="CORRIDOR_LAW_LOCAL",
    help="Folder with the State's own data: status, answers, progress, confirmed paragraphs.",
)
instrument_ = option(
    "--instrument", default=DEFAULT, help="Code of the instrument; `corridor law forms` lists them."
)


def asked_day(text: str | None) -> date:
    """The day given, or today. Raises LawFault `law.date.malformed`."""
    return day(text) if text is not None else datetime.now(UTC).date()


def give(
    paper: Paper,
    data: Any,
    as_json: bool,
    *,
    sources: Mapping[str, Source] | None = None,
    assumed: Any = None,
) -> None:
    """Print an answer: the JSON of its value, or the paper with the sources it rests on below it."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    paper.sources({each.id: f"{each.what} ({each.read_on.isoformat()})" for each in (sources or {}).values()})
    paper.print(watermark(assumed))


def watermark(assumed: Any) -> str:
    """The line no answer from an assumed status goes without."""
    if assumed is None:
        return ""
    return f"ASSUMED STATUS, not the depositary's: {assumed.label} (sha256 {assumed.digest[:16]})"


def table_of(assume: Path | None, local: Path | None) -> Any:
    """The status table to answer from: the one assumed, the State's own, or None for the one shipped."""
    from corridor import law

    if assume is not None:
        return law.assume(assume.read_bytes())
    if local is not None and (own := local / "status.csv").is_file():
        return law.read_status_csv(own.read_bytes())
    return None
