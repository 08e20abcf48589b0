"""`corridor law`: the Convention and its neighbours from the command line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from corridor import law

law_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The Convention and its neighbours, as data."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _day(text: str | None) -> date:
    return date.fromisoformat(text) if text else datetime.now(UTC).date()


def _show(data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    for name, value in data.items():
        if isinstance(value, list | tuple):
            typer.echo(f"{name}:")
            for row in value:
                typer.echo(f"  - {_line(row)}")
        elif value not in (None, ""):
            typer.echo(f"{name}: {value}")


def _line(row: Any) -> str:
    if isinstance(row, dict):
        parts = [str(row[key]) for key in ("ref", "id", "text", "days") if row.get(key) not in (None, "")]
        return " · ".join(parts) or json.dumps(row, ensure_ascii=False)
    return str(row)


@law_app.command()
def article(
    number: Annotated[int, typer.Argument(help="Article number.")],
    instrument: Annotated[str, typer.Option(help="Instrument code.")] = "UNCC_2024",
    as_json: Json = False,
) -> None:
    """One article: title, summary in our words, source and confidence.

    Example: corridor law article 42
    """
    _show(law.article(number, instrument).to_dict(), as_json)


@law_app.command()
def form(
    kind: Annotated[str, typer.Argument(help="preservation, stored_data, traffic_disclosure")],
    basis: Annotated[str, typer.Option(help="Instrument code.")] = "UNCC_2024",
    on: Annotated[str | None, typer.Option(help="Date, YYYY-MM-DD; today if absent.")] = None,
    as_json: Json = False,
) -> None:
    """What a request of this kind must contain, who sends it, which grounds and periods apply.

    Example: corridor law form preservation --basis BUDAPEST_CETS185 --on 2026-11-22
    """
    _show(law.form(kind, basis, on=_day(on)).to_dict(), as_json)
