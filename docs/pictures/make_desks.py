"""Takes the README's screenshots from a running demo: `python docs/pictures/make_desks.py demo`.

Start `make demo` first, in another terminal; the argument is the demo's folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main(folder: Path) -> None:
    demo = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for state, user, name in (("XAA", "central", "aurelia"), ("XBB", "duty", "borealia")):
            login = next(one for one in demo["logins"] if (one["state"], one["username"]) == (state, user))
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{demo['desks'][state]}/sign-in/")
            page.fill("input[name=username]", login["username"])
            page.fill("input[name=password]", login["password"])
            page.click("button[type=submit]")
            page.wait_for_url(f"{demo['desks'][state]}/")
            page.screenshot(path=HERE / f"desk-{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
