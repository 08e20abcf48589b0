"""Draws a kind's table as a picture: a row for each status, a column for each act that leads from one to another.

Deterministic and without fonts measured or programs called, so that a test can hold the picture equal to the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from corridor.dossier.kinds.kind import REQUESTED, REQUESTING, SAME, Kind
from corridor.dossier.texts import text

ROW: Final = 30
COLUMN: Final = 27
LETTER: Final = 7.3  # the widest a letter of a name is taken to be, in user units
LEGEND: Final = 74
SLOPE: Final = 0.75  # of the names over the columns: sine and cosine of some 48 degrees, near enough alike

STYLE: Final = """
  :root { --paper: #ffffff; --band: #f3f5f8; --ink: #1d2733; --soft: #55606e; --line: #c9d0d9;
          --end: #e4e7ec; --requesting: #1f5aa6; --requested: #9a4a00; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #14181d; --band: #1c2229; --ink: #e8ecf1; --soft: #aab4c0; --line: #3a444f;
            --end: #2b323b; --requesting: #7fb2f0; --requested: #f0a860; } }
  text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
  .paper { fill: var(--paper); } .band { fill: var(--band); } .soft { fill: var(--soft); font-size: 12px; }
  .box { fill: var(--paper); stroke: var(--line); } .end { fill: var(--end); } .first { font-weight: 700; }
  .head { font-weight: 600; }
  .requesting { fill: var(--requesting); stroke: var(--requesting); }
  .requested { fill: var(--requested); stroke: var(--requested); }
  line.requesting, line.requested { stroke-width: 2; }
  text.requesting, text.requested { stroke: none; }
"""


@dataclass(frozen=True)
class Column:
    """One event of one role that leads to one status, with the statuses it may be sent in."""

    event: str
    target: str
    sources: tuple[str, ...]


def rows_of(kind: Kind) -> tuple[str, ...]:
    """The statuses in the order of the table, those in which nothing more is owed last."""
    named = dict.fromkeys([kind.opens, *(status for rows in kind.table.values() for status in rows)])
    every = [*named, *(status for status in kind.statuses() if status not in named)]
    return tuple(sorted(every, key=lambda status: status in kind.over))


def columns_of(kind: Kind, role: str) -> tuple[Column, ...]:
    """What a role may send that changes the status. What leaves it where it is stands in the table alone."""
    rows = rows_of(kind)
    found: dict[tuple[str, str], list[str]] = {}
    for status in rows:
        for event, target in kind.table.get(role, {}).get(status, {}).items():
            if target not in {SAME, status}:
                found.setdefault((event, target), []).append(status)
    columns = [Column(event, target, tuple(sources)) for (event, target), sources in found.items()]
    return tuple(sorted(columns, key=lambda one: (rows.index(one.sources[0]), rows.index(one.target))))


def picture(kind: Kind) -> str:
    """The whole SVG, ending in a new line."""
    rows, left, right = rows_of(kind), columns_of(kind, REQUESTING), columns_of(kind, REQUESTED)
    lean = max((len(one.event) for one in (*left, *right)), default=0) * LETTER * SLOPE
    middle = max(len(status) for status in rows) * LETTER + 44
    margin = max(16.0, 150 - len(left) * COLUMN)
    start = margin + len(left) * COLUMN
    top = lean + 52
    width = start + middle + max(len(right) * COLUMN, 150) + lean + 8
    height = top + len(rows) * ROW + LEGEND
    place = {status: top + number * ROW + ROW / 2 for number, status in enumerate(rows)}
    title = text(f"kind.{kind.name}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title)}: which act leads from which status to which</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
    ]
    for number in range(0, len(rows), 2):
        y = top + number * ROW
        parts.append(f'<rect class="band" x="8" y="{y:.1f}" width="{width - 16:.0f}" height="{ROW}"/>')
    parts += _heading(text("role.requesting"), REQUESTING, start - 6, "end")
    parts += _heading(text("role.requested"), REQUESTED, start + middle + 6, "start")
    for status in rows:
        parts += _row(kind, status, start, middle, place[status])
    for number, one in enumerate(left):
        parts += _column(one, REQUESTING, margin + number * COLUMN + COLUMN / 2, top, place)
    for number, one in enumerate(right):
        parts += _column(one, REQUESTED, start + middle + number * COLUMN + COLUMN / 2, top, place)
    parts += _legend(top + len(rows) * ROW + 22)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _heading(words: str, role: str, x: float, anchor: str) -> list[str]:
    return [f'<text class="head {role}" x="{x:.1f}" y="20" text-anchor="{anchor}">{escape(words)}</text>']


def _row(kind: Kind, status: str, start: float, middle: float, y: float) -> list[str]:
    """A status in its box, with a bar on the side of the State whose turn it is."""
    box = "box end" if status in kind.over else "box"
    name = ' class="first"' if status == kind.opens else ""
    found = [
        f'<rect class="{box}" x="{start + 8:.1f}" y="{y - 12:.1f}" width="{middle - 16:.1f}" height="24" rx="4"/>',
        f'<text{name} x="{start + middle / 2:.1f}" y="{y + 4.5:.1f}" text-anchor="middle">{escape(status)}</text>',
    ]
    turn = kind.turns.get(status)
    if turn is not None:
        x = start + 8 if turn == REQUESTING else start + middle - 13
        found.append(f'<rect class="{turn}" x="{x:.1f}" y="{y - 12:.1f}" width="5" height="24" rx="2"/>')
    return found


def _column(one: Column, role: str, x: float, top: float, place: dict[str, float]) -> list[str]:
    """Dots where the act may be sent, and an arrow towards the status it leads to."""
    ends = [place[status] for status in (*one.sources, one.target)]
    y = place[one.target]
    towards = 9 if role == REQUESTING else -9
    arrow = f"{x + towards:.1f},{y:.1f} {x - towards / 2:.1f},{y - 8:.1f} {x - towards / 2:.1f},{y + 8:.1f}"
    return [
        f'<line class="{role}" x1="{x:.1f}" y1="{min(ends):.1f}" x2="{x:.1f}" y2="{max(ends):.1f}"/>',
        *(f'<circle class="{role}" cx="{x:.1f}" cy="{place[each]:.1f}" r="4.5"/>' for each in one.sources),
        f'<polygon class="{role}" points="{arrow}"/>',
        f'<text class="{role}" transform="translate({x + 4:.1f} {top - 8:.1f}) rotate(-48)">'
        f"{escape(one.event)}</text>",
    ]


def _legend(y: float) -> list[str]:
    return [
        f'<circle class="soft" cx="24" cy="{y:.1f}" r="4.5"/>',
        f'<text class="soft" x="36" y="{y + 4:.1f}">the act may be sent in this status</text>',
        f'<polygon class="soft" points="31,{y + 20:.1f} 19,{y + 12:.1f} 19,{y + 28:.1f}"/>',
        f'<text class="soft" x="36" y="{y + 24:.1f}">and leads to this one; bar: whose turn; grey: an end</text>',
    ]
