"""The guided form in a browser: it saves as one types, and a session that ends or a colleague costs no word of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from tests.web.browser import ARGUMENTS, CHROMIUM, LIVE
from tests.web.conftest import SECRET, Desk

from corridor.casework import actions, queries

pytestmark = LIVE


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's loop runs in the test's thread; the ORM is asked from it all the same."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def context(live_server: Any) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        made = browser.new_context(viewport={"width": 1280, "height": 900})
        yield made
        browser.close()


def sign_in(desk: Desk, context: BrowserContext, url: str, username: str) -> None:
    office, role = username.upper().split("-")
    cookie = desk.client(office, role.lower()).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


def opened(
    desk: Desk, context: BrowserContext, live_server: Any, path: str, username: str = "cp-drafter"
) -> Page:
    sign_in(desk, context, live_server.url, username)
    page = context.new_page()
    page.goto(live_server.url + path)
    return page


def kept(desk: Desk, page: Page, username: str = "drafter") -> dict[str, Any]:
    draft_id = page.url.rstrip("/").rsplit("/", 1)[1]
    return queries.draft_page(desk.person("CP", username), draft_id).content


FACTS = '[name="text.offence_and_facts"]'


def test_what_is_typed_is_saved_as_one_types_and_the_page_becomes_the_draft(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    page = opened(desk, context, live_server, "/new/preservation/")
    page.select_option("#to", "XBB/XBB-CP")
    page.locator(FACTS).press_sequentially("A company was deceived.")
    expect(page.locator("#keep")).to_contain_text("Saved", timeout=15_000)
    page.wait_for_url("**/drafts/*/")
    assert kept(desk, page)["texts"][0]["text"] == "A company was deceived."
    page.check('[name="body.offence_and_facts.articles"][value="13"]')
    expect(page.locator("#panel .sides")).to_be_visible()  # both laws, without leaving the page
    expect(page.locator("#keep")).to_contain_text("Saved", timeout=15_000)
    page.reload()
    expect(page.locator(FACTS)).to_have_value("A company was deceived.")


def test_what_stands_beside_the_form_is_of_what_was_typed_last(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    """Answers that are slow to come are not taken for the last word."""
    page = opened(desk, context, live_server, "/new/preservation/")
    page.select_option("#to", "XBB/XBB-CP")
    for reason in ("retention_ends", "volatile", "may_be_deleted"):
        page.check(f'[name="body.necessity.reasons"][value="{reason}"]')
    page.select_option('[name="language.offence_and_facts"]', "vi")
    page.fill(FACTS, "Sự việc")
    page.locator(FACTS).blur()
    expect(page.locator('#departs [data-departure="language"]')).to_be_visible(timeout=30_000)
    assert page.evaluate("getComputedStyle(document.querySelector('#panel')).position") == "sticky"


def test_a_session_that_ended_loses_nothing_and_one_goes_on_after_signing_in(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    page = opened(desk, context, live_server, "/new/preservation/")
    page.fill("#reference", "XAA-1")
    page.wait_for_url("**/drafts/*/")
    Session.objects.all().delete()  # a day has passed
    page.locator(FACTS).press_sequentially("Typed after the session ended.")
    expect(page.locator("[data-keep-ended]")).to_be_visible(timeout=15_000)
    page.locator('button[value="save"]').last.click()
    expect(page.locator("#keep-trouble")).to_be_visible()  # the button does not send the page away
    expect(page.locator(FACTS)).to_have_value("Typed after the session ended.")
    sign_in(desk, context, live_server.url, "cp-supervisor")  # somebody else, first
    page.locator("[data-keep-again]").click()
    expect(page.locator("[data-keep-code]")).not_to_be_empty()
    expect(page.locator("#keep-trouble")).to_be_visible()
    sign_in(desk, context, live_server.url, "cp-drafter")
    page.locator("[data-keep-again]").click()
    expect(page.locator("#keep-trouble")).to_be_hidden()
    assert kept(desk, page)["texts"][0]["text"] == "Typed after the session ended."
    storage = page.evaluate("[Object.keys(localStorage).length, Object.keys(sessionStorage).length]")
    assert storage == [0, 0]  # no case text stays in the browser


def test_two_officers_in_one_draft_see_each_other(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    page = opened(desk, context, live_server, "/new/preservation/")
    page.locator(FACTS).press_sequentially("First.")
    page.wait_for_url("**/drafts/*/")
    content = kept(desk, page)
    draft_id = page.url.rstrip("/").rsplit("/", 1)[1]
    other = {"kind": "preservation", "act": "request", "draft_id": draft_id}
    colleague = desk.person("CP", "signatory")
    actions.save_draft(colleague, content={**content, "reference": "THEIRS"}, **other)
    page.locator(FACTS).press_sequentially(" Second.")
    expect(page.locator("#keep")).to_contain_text(colleague.number, timeout=15_000)
    both = kept(desk, page)
    assert (both["reference"], both["texts"][0]["text"]) == ("THEIRS", "First. Second.")
    changed = [{**both["texts"][0], "text": "Something else."}]
    actions.save_draft(colleague, content={**both, "texts": changed}, **other)
    page.locator(FACTS).press_sequentially(" Third.")
    page.locator("#keep button").click(timeout=15_000)
    expect(page.locator("[data-clashes]")).to_contain_text("Something else.")
    expect(page.locator(FACTS)).to_have_value("First. Second. Third.")
    page.locator('[data-clashes] input[value="theirs"]').check()
    page.locator('[data-clashes] button[value="save"]').click()
    expect(page.locator(FACTS)).to_have_value("Something else.")


def test_what_no_act_can_carry_is_refused_before_it_stops_the_browser_and_nothing_is_lost(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    page = opened(desk, context, live_server, "/new/preservation/")
    page.fill(FACTS, "Typed before.")
    page.wait_for_url("**/drafts/*/")
    pasted = """([selector, text, times]) => {
        const clipboard = new DataTransfer();
        clipboard.setData("text/plain", text.repeat(times));
        const event = new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true });
        return document.querySelector(selector).dispatchEvent(event);
    }"""
    assert page.evaluate(pasted, [FACTS, "word ", 10])  # goes on to the browser
    assert not page.evaluate(
        pasted, [FACTS, "word ", 1_000_000]
    )  # laid out, it would stop the browser for minutes
    expect(page.locator("[data-keep-code]")).to_have_text("casework.text.too-long")
    expect(page.locator(FACTS)).to_have_value("Typed before.")
    page.fill(FACTS, "x" * 200_001)
    expect(page.locator("#keep")).to_contain_text("Not saved", timeout=20_000)
    expect(page.locator("[data-keep-code]")).to_have_text("casework.text.too-long")
    assert page.evaluate("(selector) => document.querySelector(selector).value.length", FACTS) == 200_001
    page.fill(FACTS, "Shortened.")
    expect(page.locator("#keep-trouble")).to_be_hidden(timeout=20_000)
    assert kept(desk, page)["texts"][0]["text"] == "Shortened."


def test_the_signing_secret_goes_with_signing_alone(
    desk: Desk, context: BrowserContext, live_server: Any
) -> None:
    page = opened(desk, context, live_server, "/new/preservation/", "cp-signatory")
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.post_data or "") if each.method == "POST" else None)
    page.fill("#reference", "XAA-2")
    page.fill("#secret", SECRET)
    page.locator(FACTS).press_sequentially("Facts.")
    page.wait_for_url("**/drafts/*/")
    page.wait_for_timeout(1500)
    assert len(sent) >= 2
    assert not any(SECRET in each for each in sent)
