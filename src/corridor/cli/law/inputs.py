"""What the law's commands take and give in common: a day, an instrument; text or JSON, and the watermark."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import click

from corridor.cli.law.paper import Paper
from corridor.cli.params import option
from corridor.law.days import day
from corridor.law.ruleset import DEFAULT
from corridor.law.types import Source

on_ = option("--on", help="The day asked about, YYYY-MM-DD; today if absent.")
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
