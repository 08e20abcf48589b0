"""`corridor law forecast`: when the Convention may enter into force, with how far that may be trusted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor import law
from corridor.cli.law.inputs import asked_day, assume_, give, local_, on_, table_of
from corridor.cli.law.paper import Paper
from corridor.cli.params import as_json

if TYPE_CHECKING:
    from corridor.law.forecast import Forecast, Scenario


@click.command(short_help="When it may enter into force, and how sure")
@on_
@assume_
@local_
@as_json
def forecast(on: str | None, assume: Path | None, local: Path | None, as_json: bool) -> None:
    """When the Convention may enter into force, from how comparable conventions gathered their deposits.

    A reckoning with its uncertainty, not a promise: the ranges are the answer, the middle is not.

    Example: corridor law forecast --on 2026-11-22
    """
    found = law.forecast(on=asked_day(on), table=table_of(assume, local))
    paper = Paper()
    paper.title(
        f"Entry into force of the UN Convention against Cybercrime, as seen on {found.on.isoformat()}"
    )
    if found.known_to != found.on:
        paper.text(f"The table knows deposits up to {found.known_to.isoformat()}; reckoned from that day.")
    paper.gap()
    least = "at least " if found.at_least else ""
    paper.pairs(
        [
            ("deposited", f"{least}{found.counted} of {found.needed}"),
            ("reported", f"{found.reported} more without a deposit shown" if found.reported else ""),
        ]
    )
    if found.entry_into_force is not None:
        paper.gap()
        last = f"; deposit {found.needed} was made on {found.last_deposit}" if found.last_deposit else ""
        paper.text(f"Enters into force on {found.entry_into_force.isoformat()}{last}. Nothing is reckoned.")
    if found.scenario is not None:
        _ranges(paper, "If the deposits counted are all there are", found.scenario, found)
    if found.reported_too is not None:
        _ranges(paper, f"If the {found.reported} reported had deposited too", found.reported_too, found)
    if found.by_year:
        paper.heading("Chance by the end of each year")
        paper.table(
            [(each.day.year, _share(each.deposited), _share(each.in_force)) for each in found.by_year],
            ("", f"{found.needed} deposited", "in force"),
            right=(1, 2),
            indent=2,
        )
    if found.calibration:
        first = found.calibration[0]
        paper.heading(
            f"Tried on {first.conventions} conventions it had not seen, {first.forecasts} forecasts"
        )
        for tried in found.calibration:
            paper.item(
                f"the range meant to hold the truth in {tried.level} of 100 held it in {tried.held} of "
                f"{tried.forecasts} ({_share(tried.held / tried.forecasts)})"
            )
    paper.heading("What this is not")
    for caveat in found.caveats:
        paper.item(caveat.text)
    paper.gap()
    if found.scenario is not None:
        paper.text(f"Model: {found.provenance.model}; {len(found.provenance.conventions)} conventions.")
    paper.text(f"Deposits from: {found.provenance.status}")
    give(paper, found.to_dict(), as_json, assumed=found.assumed)


def _ranges(paper: Paper, heading: str, scenario: Scenario, found: Forecast) -> None:
    paper.heading(f"{heading} ({scenario.counted})")
    for each in scenario.intervals:
        paper.item(f"{each.level} of 100 futures: {_between(each.earliest, each.latest, found.horizon)}")
    paper.item(f"the middle: {_month(scenario.median) or f'after {_month(found.horizon)}'}")


def _month(day: date | None) -> str:
    """A month is as near as a reckoning comes; JSON has the day."""
    return day.isoformat()[:7] if day is not None else ""


def _between(earliest: date | None, latest: date | None, horizon: date) -> str:
    if earliest is None:
        return f"after {_month(horizon)}; no day is given beyond"
    if latest is None:
        return f"{_month(earliest)} or later, beyond {_month(horizon)} where no day is given"
    return f"{_month(earliest)} to {_month(latest)}"


def _share(share: float) -> str:
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"
