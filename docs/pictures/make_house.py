"""Draws docs/pictures/house.svg from the layers in .importlinter, so that the picture cannot lie."""

from __future__ import annotations

import configparser
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
WHAT = {
    "cli": "one thin command per public function",
    "web": "pages, forms, API; decides nothing",
    "node": "a national node put together",
    "assets": "freeze, claims, return",
    "threats": "warnings; never sees a case",
    "capacity": "training; never sees a case",
    "casework": "dossiers and national files kept; the only door to them",
    "dossier": "kinds, acts, the fold, clocks",
    "exchange": "letters between nodes; reads none",
    "registry": "who is who: keys by TUF",
    "seal": "evidence packages: encrypt, index, custody, verify",
    "law": "the Convention as dated, sourced data",
    "notary": "who signed what, when, provably",
    "faults": "what can go wrong, and what to do next",
}
WIDTH, ROW, GAP = 880, 58, 10


def main() -> None:
    parser = configparser.ConfigParser()
    parser.read(HERE.parent.parent / ".importlinter")
    rows = [
        [room.strip() for room in line.split("|")]
        for line in parser["importlinter:contract:house"]["layers"].strip().splitlines()
    ]
    height = len(rows) * (ROW + GAP) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="The rooms of Corridor in rows; each row may import the rows below it" '
        'font-family="system-ui, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf7"/>',
    ]
    for number, rooms in enumerate(rows):
        y = GAP + number * (ROW + GAP)
        width = (WIDTH - GAP * (len(rooms) + 1)) / len(rooms)
        for place, room in enumerate(rooms):
            x = GAP + place * (width + GAP)
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW}" rx="6" fill="#e7edf3" stroke="#2f4a66"/>'
            )
            parts.append(
                f'<text x="{x + 14:.1f}" y="{y + 24}" font-size="16" font-weight="600" fill="#14283c">{room}</text>'
            )
            parts.append(
                f'<text x="{x + 14:.1f}" y="{y + 44}" font-size="12.5" fill="#38495a">{escape(WHAT[room])}</text>'
            )
    parts.append(
        f'<text x="{GAP}" y="{height - 14}" font-size="13" fill="#38495a">Imports go downwards only. '
        "Rooms in one row do not see each other.</text></svg>"
    )
    (HERE / "house.svg").write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
