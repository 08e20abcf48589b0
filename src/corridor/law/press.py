"""What the press gets wrong about the Convention, each with the right figure, why, and where it was read."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from corridor.law.loader import page, read_sources_of
from corridor.law.ruleset import DEFAULT, data_root
from corridor.law.types import Line, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class PressError(Line):
    """A claim that is wrong. `figures`: the numbers of the right sentence, by name, that our tables can compute."""

    id: str
    claim: str
    right: str
    why: str
    seen_in: tuple[str, ...]
    figures: tuple[tuple[str, int], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        row = Line.to_dict(self)
        row["figures"] = dict(self.figures)
        return row


@functools.cache
def press() -> tuple[PressError, ...]:
    """Every claim in the data, in the order a reader meets them."""
    path = data_root() / "press" / "errors.yaml"
    top = page(path, read_sources_of(page(path)))
    found = []
    for row in top.rows("errors"):
        figures = row.row("figures")
        numbers = tuple((name, figures.number(name)) for name in figures.names())
        found.append(
            PressError(
                instrument=DEFAULT,
                ref=row.text("ref"),
                trust=row.trust(),
                id=row.text("id"),
                claim=row.text("claim"),
                right=row.text("right"),
                why=row.text("why"),
                seen_in=row.texts("seen_in"),
                figures=numbers,
            )
        )
        row.done()
    return tuple(found)


@functools.cache
def press_sources() -> dict[str, Source]:
    """What was read for these claims, by the id their lines use."""
    return read_sources_of(page(data_root() / "press" / "errors.yaml"))
