"""The hands in time, as SVG: one line for each State, what each statement claims above what anchors it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

WIDTH = 680
_LEFT, _RIGHT, _TOP, _ROW, _GAP = 56, 24, 0, 66, 26
_INK, _FAINT, _LINE = "#1c2733", "#66727f", "#b9c2cc"
_FONT = "Libertinus Serif"


def timeline(hands: Sequence[Mapping[str, Any]]) -> str:
    """SVG of the hands of a certificate (`content`): places in their order, not to scale, as hands may be seconds
    or years apart. A filled dot is an anchored time, an empty one a time that is only claimed."""
    states = list(dict.fromkeys(str(hand["state"]) for hand in hands))
    height = _TOP + _ROW * len(states) + _GAP
    step = (WIDTH - _LEFT - _RIGHT) / max(len(hands), 1)
    middle = {hand["place"]: _LEFT + step * (number + 0.5) for number, hand in enumerate(hands)}
    line = {state: _TOP + _ROW * number + _ROW / 2 for number, state in enumerate(states)}
    of = {hand["place"]: line[str(hand["state"])] for hand in hands}
    size = 9.5 if step > 78 else 7.5
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family={quoteattr(_FONT)} font-size="{size}" fill="{_INK}">'
    ]
    for state, y in line.items():
        out.append(f'<line x1="{_LEFT - 8}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}" stroke="{_LINE}"/>')
        out.append(f'<text x="0" y="{y + 4}" font-size="12" font-weight="bold">{escape(state)}</text>')
    for hand in hands:
        for before in hand["follows"]:
            x1, y1, x2, y2 = middle[before], of[before], middle[hand["place"]], of[hand["place"]]
            out.append(
                f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" stroke="{_INK}" stroke-width="1.2"/>'
            )
    many = step < 46  # no room for a date under every dot: the table has them all
    for hand in hands:
        x, y = middle[hand["place"]], of[hand["place"]]
        anchored = hand["anchored"] is not None
        fill = _INK if anchored else "#ffffff"
        out.append(f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{fill}" stroke="{_INK}" stroke-width="1.4"/>')
        label = str(hand["place"]) if many else f"{hand['place']} {hand['kind']}"
        out.append(_text(x, y - 11, label, size, bold=True))
        if not many:
            out.append(_text(x, y + 17, _short(hand["seconds"]), size, faint=not anchored))
            if anchored:
                out.append(_text(x, y + 27, f"by {_short(hand['anchored'])}", size))
    y = height - 10
    out.append(f'<circle cx="{_LEFT}" cy="{y - 3}" r="4" fill="#ffffff" stroke="{_INK}" stroke-width="1.2"/>')
    out.append(
        f'<text x="{_LEFT + 9}" y="{y}" font-size="9" fill="{_FAINT}">time claimed by the statement itself</text>'
    )
    out.append(f'<circle cx="{_LEFT + 190}" cy="{y - 3}" r="4" fill="{_INK}"/>')
    out.append(
        f'<text x="{_LEFT + 199}" y="{y}" font-size="9" fill="{_FAINT}">'
        "time anchored by a time-stamp, a witnessed log or a receipt</text>"
    )
    out.append("</svg>")
    return "".join(out)


def _text(x: float, y: float, text: str, size: float, *, bold: bool = False, faint: bool = False) -> str:
    """A centred label on a white ground, so that a line behind it does not cross it out."""
    weight = ' font-weight="bold"' if bold else ""
    colour = f' fill="{_FAINT}"' if faint else ""
    wide = 0.5 * size * len(text)
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y - size:.1f}" width="{wide:.1f}" height="{size + 2:.1f}" fill="#ffffff"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{weight}{colour}>{escape(text)}</text>'
    )


def _short(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
