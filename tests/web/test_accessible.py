"""Every page of the desk at the width of a desktop and of a telephone: no serious fault by axe-core, nothing too wide.

With CORRIDOR_SHOTS=DIR each page is also left there as a picture, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tests.web.browser import ARGUMENTS, CHROMIUM, LIVE
from tests.web.conftest import Desk
from tests.web.test_access_walk import PAGES, addresses, values_for

from corridor.casework.models import Authority
from corridor.dossier import REGISTRY

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("CORRIDOR_SHOTS")
WIDTHS = {"desktop": (1280, 900), "telephone": (390, 844)}
#: What answers with something else than a page of the desk.
NO_PAGES = {"web:export", "web:openapi", "web:api-docs", "web:courier", "web:read-draft"}
GRAVE = {"serious", "critical"}
RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
SPILLS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = LIVE


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's loop runs in the test's thread; the ORM is asked from it all the same."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        # Only the test puts a script of its own into a page; what the pages allow is tested elsewhere.
        made = browser.new_context(bypass_csp=True)
        made.add_init_script(path=str(AXE))
        yield made
        browser.close()


def paths(desk: Desk, office: str, role: str) -> dict[str, str]:
    """Name -> path of every page this role gets; the form of every kind among those of the central authority."""
    Authority.objects.filter(code="XAA-CA").update(sends=list(REGISTRY))
    values = values_for(desk, office)
    found = {
        each.name: each.at(values)
        for each in addresses()
        if each.name.startswith("web:") and each.name not in NO_PAGES and role in PAGES.get(each.name, ())
    }
    if "web:request" in found:
        sent = desk.person(office, role).sends
        form = found.pop("web:request").replace(values["kind"], "{kind}")
        found |= {f"web:request-{kind}": form.format(kind=kind) for kind in REGISTRY if kind in sent}
    return found


def faults(page: Page, url: str, name: str) -> list[str]:
    """What is wrong with one page at both widths."""
    found = []
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        answer = page.goto(url)
        assert answer is not None
        if answer.status != 200:
            return [f"{name}: {answer.status}"]
        if (spilt := page.evaluate(SPILLS)) > 0:
            found.append(f"{name} ({width}): {spilt} px too wide")
        found += [
            f"{name} ({width}): {each['id']}: {each['nodes'][0]['html'][:160]}"
            for each in page.evaluate(RUN)
            if each["impact"] in GRAVE
        ]
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name.replace(':', '-')}-{width}.png", full_page=True)
    return found


@pytest.mark.parametrize(
    ("office", "role"),
    [("CA", "signatory"), ("CP", "signatory"), ("CP", "supervisor"), ("CP", "administrator")],
)
def test_no_page_has_a_serious_fault_or_is_wider_than_the_screen(
    desk: Desk, context: BrowserContext, live_server: Any, office: str, role: str
) -> None:
    cookie = desk.client(office, role).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    found: list[str] = []
    for name, path in paths(desk, office, role).items():
        found += faults(page, live_server.url + path, f"{office}-{role}-{name}")
    assert found == []


def test_the_pages_a_stranger_sees_are_held_to_the_same(
    context: BrowserContext, desk: Desk, live_server: Any
) -> None:
    page = context.new_page()
    found = []
    for name, path in {"sign-in": "/sign-in/", "check": "/check/", "law": "/law/"}.items():
        found += faults(page, live_server.url + path, f"stranger-{name}")
    assert found == []
