"""Draws the pictures of the law pages from the pages themselves: `python docs/pictures/make_law.py`.

Written on the day given or 2026-11-26; needs Debian's Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from corridor.law import site

HERE = Path(__file__).parent
FONTS = HERE.parent.parent / "src" / "corridor" / "web" / "static" / "vendor"
PICTURES = {
    "law-home": ("index.html", 1280, 900),
    "law-map": ("map.html", 1280, 1000),
    "law-between": ("between.html#a=FRA&b=VNM&form=preservation", 1280, 1000),
    "law-telephone": ("map.html", 390, 844),
}


def main() -> None:
    on = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date(2026, 11, 26)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        site.build(Path(folder), on=on, fonts=FONTS if FONTS.is_dir() else None)
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (page, width, height) in PICTURES.items():
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto(f"{Path(folder).as_uri()}/{page}")
            tab.wait_for_timeout(300)
            tab.screenshot(path=str(HERE / f"{name}.png"))
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
