"""`corridor law`: the Convention and its neighbours from the command line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import click

from corridor import law
from corridor.cli.params import Room, argument, as_json, option

law_app = Room("law", help="The Convention and its neighbours, as data.")


def _day(text: str | None) -> date:
    return date.fromisoformat(text) if text else datetime.now(UTC).date()


def _show(data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    for name, value in data.items():
        if isinstance(value, list | tuple):
            click.echo(f"{name}:")
            for row in value:
                click.echo(f"  - {_line(row)}")
        elif value not in (None, ""):
            click.echo(f"{name}: {value}")


def _line(row: Any) -> str:
    if isinstance(row, dict):
        parts = [str(row[key]) for key in ("ref", "id", "text", "days") if row.get(key) not in (None, "")]
        return " · ".join(parts) or json.dumps(row, ensure_ascii=False)
    return str(row)


@law_app.command()
@argument("number", type=int, help="Article number.")
@option("--instrument", default="UNCC_2024", help="Instrument code.")
@as_json
def article(number: int, instrument: str, as_json: bool) -> None:
    """One article: title, summary in our words, source and confidence.

    Example: corridor law article 42
    """
    _show(law.article(number, instrument).to_dict(), as_json)


@law_app.command()
@argument("kind", help="preservation, stored_data, traffic_disclosure")
@option("--basis", default="UNCC_2024", help="Instrument code.")
@option("--on", help="Date, YYYY-MM-DD; today if absent.")
@as_json
def form(kind: str, basis: str, on: str | None, as_json: bool) -> None:
    """What a request of this kind must contain, who sends it, which grounds and periods apply.

    Example: corridor law form preservation --basis BUDAPEST_CETS185 --on 2026-11-22
    """
    _show(law.form(kind, basis, on=_day(on)).to_dict(), as_json)
