"""Draws the calibration figure of the forecast and writes its tables, both from the fit's own record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NAMES = {"model": "the model", "others": "times of the others", "rate": "constant rate"}
COLOURS = {"model": "#0b5394", "others": "#a64d00", "rate": "#5f6368"}
LEVELS = (50, 80, 90)


def _pits(fit: dict[str, Any], name: str) -> list[float]:
    return [row[name]["pit"] for row in fit["back_test"] if row["real"] is not None and row[name]]


def calibration_figure(fit: dict[str, Any]) -> str:
    """Left: share of conventions inside the interval, against the share it promises. Right: where the truth fell."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 400" role="img" font-family="system-ui, '
        'sans-serif" font-size="13" aria-labelledby="t d"><title id="t">Calibration of the forecast on conventions '
        'it has not seen</title><desc id="d">' + _words(fit) + "</desc>",
        '<rect width="880" height="400" fill="#fff"/>',
        '<text x="50" y="24" font-weight="600">How often the interval held the truth</text>',
        '<text x="470" y="24" font-weight="600">Where the truth fell among the model’s futures</text>',
    ]
    left, top, side = 50, 44, 290

    def x(share: float) -> float:
        return round(left + side * share, 1)

    def y(share: float) -> float:
        return round(top + side * (1 - share), 1)

    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path d="M{left} {y(share)}H{left + side}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(share) + 4}" text-anchor="end">{share:.0%}</text>')
    for level in LEVELS:
        share = level / 100
        parts.append(f'<text x="{x(share)}" y="{top + side + 18}" text-anchor="middle">{level}%</text>')
    parts.append(f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#333" stroke-dasharray="4 4"/>')
    for place, (name, said) in enumerate(NAMES.items()):
        row = fit["calibration"][name]["all"]
        points = [(x(level / 100), y(row[f"covered_{level}"] / row["forecasts"])) for level in LEVELS]
        line = "L".join(f"{a} {b}" for a, b in points)
        parts.append(f'<path d="M{line}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        for a, b in points:
            shape = (
                f'<circle cx="{a}" cy="{b}" r="4.5"',
                f'<rect x="{a - 4}" y="{b - 4}" width="8" height="8"',
                f'<path d="M{a} {b - 5}l5 9h-10z"',
            )[place]
            parts.append(f'{shape} fill="{COLOURS[name]}"/>')
        parts.append(
            f'<text x="{left + (0, 100, 246)[place]}" y="{top + side + 44}" fill="{COLOURS[name]}" '
            f'font-weight="600">{"●■▲"[place]} {said}</text>'
        )
    parts += _histogram(_pits(fit, "model"), 470, top, 370, side)
    parts.append("</svg>\n")
    return "\n".join(parts)


def _histogram(pits: Sequence[float], left: float, top: float, width: float, height: float) -> list[str]:
    bins = [0] * 10
    for pit in pits:
        bins[min(9, int(pit * 10))] += 1
    most = max(max(bins), round(len(pits) / 10)) + 1
    even = top + height * (1 - len(pits) / 10 / most)
    parts = [f'<path d="M{left} {top + height}h{width}" stroke="#333"/>']
    for place, count in enumerate(bins):
        tall = height * count / most
        at = left + width * place / 10
        parts.append(
            f'<rect x="{at + 2:.1f}" y="{top + height - tall:.1f}" width="{width / 10 - 4:.1f}" '
            f'height="{tall:.1f}" fill="{COLOURS["model"]}" fill-opacity="0.75"/>'
        )
        parts.append(
            f'<text x="{at + width / 20:.1f}" y="{top + height - tall - 5:.1f}" text-anchor="middle">{count}</text>'
        )
    parts.append(f'<path d="M{left} {even:.1f}h{width}" stroke="#333" stroke-dasharray="4 4"/>')
    parts.append(f'<text x="{left}" y="{top + height + 18}">earlier than all futures</text>')
    parts.append(
        f'<text x="{left + width}" y="{top + height + 18}" text-anchor="end">later than all futures</text>'
    )
    parts.append(f'<text x="{left}" y="{top + height + 44}">dashed: as many in each tenth</text>')
    return parts


def _words(fit: dict[str, Any]) -> str:
    row = fit["calibration"]["model"]["all"]
    held = ", ".join(f"the {level} % interval held {row[f'covered_{level}']}" for level in LEVELS)
    return (
        f"Of {row['forecasts']} forecasts of {row['conventions']} conventions made from the others, {held}."
    )


def tables(fit: dict[str, Any]) -> dict[str, str]:
    return {"calibration": _calibration(fit), "misses": _misses(fit), "sensitivity": _sensitivity(fit)}


def _calibration(fit: dict[str, Any]) -> str:
    rows = [
        "| after | forecasts by | made | in 50 % | in 80 % | in 90 % | score | 80 % interval, last over first day |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for count in ("0", "1", "3", "5", "10", "20", "all"):
        for name, said in NAMES.items():
            row = fit["calibration"][name].get(count)
            if row is None:
                continue
            after = "all" if count == "all" else f"{count} deposits" if count != "1" else "1 deposit"
            held = " | ".join(f"{row[f'covered_{level}']}" for level in LEVELS)
            rows.append(
                f"| {after} | {said} | {row['forecasts']} | {held} | {row['score']:.3f} | {row['width_80']:.2f} |"
            )
    return "\n".join(rows)


def _misses(fit: dict[str, Any]) -> str:
    rows = ["| convention | after | 90 % interval, days | fortieth deposit, day |", "|---|--:|---|--:|"]
    for row in fit["back_test"]:
        low, high = row["model"]["90"]
        if row["real"] is not None and not low <= row["real"] <= high:
            rows.append(f"| {row['id']} | {row['known']} | {low} to {high} | {row['real']:.0f} |")
    for row in fit["back_test"]:
        if row["real"] is None:
            open_ = row["model"]["within_bounds"]
            low, high = row["model"]["90"]
            said = f"day unknown; {open_:.1%} of the futures fit what is known"
            rows.append(f"| {row['id']} | {row['known']} | {low} to {high} | {said} |")
    return "\n".join(rows)


def _sensitivity(fit: dict[str, Any]) -> str:
    said = {
        "as_fitted": "as fitted",
        "read_rows_only": "only rows that were read",
        "without_the_slowest": "without the slowest (Singapore)",
        "with_closed_circles": "with Budapest and its Second Protocol as if open to all",
    }
    rows = [
        "| conventions | number | at opening: median (80 %) | one deposit, day 400: median (80 %) |",
        "|---|--:|---|---|",
    ]
    for name, row in fit["sensitivity"].items():
        cells = [f"{row[k][2]} ({row[k][1]} to {row[k][3]})" for k in ("opening", "one_after_400_days")]
        rows.append(f"| {said[name]} | {row['conventions']} | {' | '.join(cells)} |")
    return "\n".join(rows)
