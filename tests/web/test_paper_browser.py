"""The pages of paper in a browser: no serious fault by axe-core, nothing wider than the screen, a code checked."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from playwright.sync_api import BrowserContext
from tests.web.conftest import Desk
from tests.web.test_accessible import _threads, context, faults, pytestmark  # noqa: F401
from tests.web.test_paper_pages import _enter, _page, asked  # noqa: F401

from corridor.dossier.paper import readback


def test_the_pages_have_no_serious_fault_at_both_widths(
    desk: Desk,
    asked: str,  # noqa: F811
    context: BrowserContext,  # noqa: F811
    live_server: Any,
) -> None:
    browser = desk.client("CP", "signatory")
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    (paper,) = set(re.findall(r"/papers/([0-9a-f]{32})/", _page(browser, f"/dossiers/{asked}/")))
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    enter = f"/dossiers/{asked}/acts/received_paper/"
    found = []
    for name, path in {
        "paper-dossier": f"/dossiers/{asked}/",
        "paper-sent": f"/dossiers/{asked}/papers/{paper}/",
        "paper-choose": enter,
        "paper-enter": f"{enter}?state=XDD&act=preserved",
        "paper-refuse": f"{enter}?state=XDD&act=refuse",
        "paper-file": f"{enter}?state=XDD&act=file",
        "paper-book": "/papers/",
        "paper-check": "/check/",
    }.items():
        found += faults(page, live_server.url + path, name)
    assert _enter(desk, asked).status_code == 302
    found += faults(page, f"{live_server.url}/dossiers/{asked}/", "paper-entered")
    page.goto(f"{live_server.url}/check/")
    page.fill("#code", readback.code(asked).lower())
    page.click("form:has(#code) button")
    assert page.locator("[data-issued=yes]").count() == 1
    assert found == []
