"""One browser, both desks: a request carried from draft to confirmed evidence with mouse and keyboard.

Real processes on loopback, as the demo starts them; Debian's Chromium. Any error in the browser's console fails.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from corridor.cli.demo import stage as stages
from corridor.cli.demo.processes import running
from corridor.cli.demo.stage import Stage

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
EVIDENCE = {
    "letter.eml": b"From: a@example.test\r\n\r\nChanged account.\r\n",
    "big.bin": bytes(range(256)) * 40_000,
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="Chromium is not installed: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with running(folder / "logs") as processes:
        yield stages.build(folder, processes)


class Person:
    """Somebody at a desk, with one page of the browser."""

    def __init__(self, page: Page, stage: Stage, state: str, username: str) -> None:
        self.page, self.desk, self.login = page, stage.desks[state], stage.login(state, username)
        self.dossier = ""

    def sign_in(self) -> None:
        """By keyboard alone: the name has the focus, Tab leads on, Enter sends."""
        self.page.bring_to_front()
        self.page.goto(self.desk)
        expect(self.page.locator("#username")).to_be_focused()
        self.page.keyboard.type(self.login.username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(self.login.password)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".whoami")).to_contain_text(self.login.name)

    def sign(self) -> None:
        """The secret, then Enter."""
        self.page.locator("#secret").fill(self.login.secret)
        self.page.locator("#secret").press("Enter")
        self.page.wait_for_url("**/dossiers/*/")
        expect(self.page.locator("[data-fault]")).to_have_count(0)

    def until(self, path: str, selector: str, seconds: float = 40) -> None:
        """Open a page again and again until something is on it."""
        end = time.monotonic() + seconds
        while True:
            self.page.goto(self.desk + path)
            if self.page.locator(selector).count():
                return
            assert time.monotonic() < end, f"{selector} never came to {path}"
            self.page.wait_for_timeout(300)

    def see(self, act: str) -> None:
        """Wait until an act is on the dossier's timeline."""
        self.until(self.dossier, f'[data-act="{act}"]')

    def begin(self, act: str) -> None:
        """Press the button of an act on the dossier page."""
        self.page.goto(self.desk + self.dossier)
        self.page.locator(f'[data-possible="{act}"]').click()
        self.page.wait_for_url(f"**/acts/{act}/")


def test_one_request_from_draft_to_confirmed_evidence(stage: Stage, tmp_path: Path) -> None:
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        people = []
        for state in ("XAA", "XBB"):  # the same browser: both desks at once
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            people.append(Person(page, stage, state, "central"))
        here, there = people
        here.sign_in()
        there.sign_in()
        _ask(here)
        _answer(there, here, tmp_path)
        _receive(here, tmp_path)
        there.see("confirm")
        expect(there.page.locator(".pill-good", has_text="Confirmed")).to_be_visible()
        here.page.goto(here.desk)
        expect(here.page.locator(".whoami")).to_contain_text(here.login.name)  # still signed in here too
        browser.close()
    # The wrong secret was answered with 403, which Chromium notes; nothing else may have gone wrong.
    assert [each for each in troubles if "403" not in each] == []


def _ask(here: Person) -> None:
    """A draft, what is missing while one types, the draft opened again, the signature."""
    page = here.page
    here.until("/new/stored_data/", "#to option:nth-child(2)")  # Borealia is in the directory
    page.select_option("#to", "XBB/XBB-CA")
    page.fill("#reference", "XAA-2026-0099")
    facts = page.locator('[data-item="facts_summary"]')
    expect(facts).to_be_visible()
    page.locator('[name="text.facts_summary"]').press_sequentially("A company was deceived.")
    expect(facts).to_have_count(0)  # no longer missing, without leaving the page
    row = "body.data_identification.data."
    page.select_option(f'[name="{row}0.category"]', "content")
    page.fill(f'[name="{row}0.provider.name"]', "Postverk Borealia")
    page.select_option(f'[name="{row}0.account.type"]', "email")
    page.fill(f'[name="{row}0.account.value"]', "accounts@orvik.example")
    page.locator('[data-rows="body.data_identification.data"] > [data-row-add]').click()
    page.select_option(f'[name="{row}1.category"]', "traffic")
    page.fill(f'[name="{row}1.address.ip"]', "203.0.113.77")
    page.fill(f'[name="{row}1.address.port"]', "51544")
    page.fill(f'[name="{row}1.address.time"]', "2026-10-07T21:14:09")
    page.fill(f'[name="{row}1.address.time.zone"]', "+02:00")
    matter = "body.matter_and_authority"
    page.check(f'[name="{matter}.offence.articles"][value="13"]')
    page.fill(f'[name="{matter}.conducted_by.name"]', "Prosecutor at Tallmoor")
    page.check('[name="body.assistance_and_procedure.measures"][value="production_order_data"]')
    page.select_option('[name="body.purpose.use"]', "prosecution")
    with page.expect_navigation():
        page.locator('button[value="save"]').click()
    expect(page.locator(".notice-good").first).to_be_visible()
    page.goto(here.desk)
    page.locator('a[href^="/drafts/"]').first.click()
    expect(page.locator(f'[name="{row}1.address.time"]')).to_have_value("2026-10-07T21:14:09")
    expect(page.locator(f'[name="{row}1.address.time.zone"]')).to_have_value("+02:00")
    here.sign()
    here.dossier = page.url.removeprefix(here.desk)


def _answer(there: Person, here: Person, folder: Path) -> None:
    """Acknowledge, accept, execute, seal two files, deliver; the wrong secret signs nothing."""
    there.dossier = here.dossier
    page = there.page
    there.until("/", f'a[href="{there.dossier}"]')
    page.locator(f'a[href="{there.dossier}"]').first.click()
    there.begin("acknowledge")
    page.locator("#secret").fill("this is not the secret")
    page.locator("#secret").press("Enter")
    expect(page.locator("[data-fault]")).to_be_visible()
    expect(page.locator("#secret")).to_have_value("")
    there.sign()
    there.begin("accept")
    there.sign()
    _record_safeguards(there)
    there.begin("execute")
    expect(page.locator("[data-before] .pill-good", has_text="All recorded")).to_be_visible()
    page.fill('[name="body.measure.authority"]', "District Court of Nordhavn")
    page.select_option('[name="body.measure.kind"]', "production_order_data")
    page.fill('[name="body.measure.date"]', "2026-11-20")
    page.fill('[name="body.measure.legal_basis"]', "Code of Procedure, s. 91")
    there.sign()
    files = []
    for name, data in EVIDENCE.items():
        (folder / name).write_bytes(data)
        files.append(folder / name)
    page.goto(there.desk + there.dossier + "evidence/")
    page.set_input_files("#files", files)
    page.check('[data-restricted="0"]')
    page.fill("#upload-secret", there.login.secret)
    page.locator("#upload button[type=submit]").click()
    page.wait_for_url("**" + there.dossier)
    expect(page.locator("[data-package]")).to_have_count(1)
    there.begin("deliver")
    there.sign()


def _record_safeguards(there: Person) -> None:
    """Each step the dossier lists: opened, found met, the reason, the secret."""
    page = there.page
    for step in page.locator("[data-step]").evaluate_all("rows => rows.map(row => row.dataset.step)"):
        page.goto(f"{there.desk}{there.dossier}safeguards/{step}/")
        page.check("#o-met")
        page.fill("#reason", "Read the request and found nothing against it.")
        if page.locator("#authority").count():
            page.fill("#authority", "District Court of Nordhavn")
        there.sign()
        expect(page.locator(f'[data-step="{step}"][data-outcome="met"]')).to_be_visible()


def _receive(here: Person, folder: Path) -> None:
    """Check, open, download: the bytes are those that were sealed. Then confirm."""
    page = here.page
    here.see("deliver")
    here.until(here.dossier, "[data-package]")
    package = page.locator("[data-package]").first.get_attribute("href")
    assert package
    here.until(package, "#secret")  # it has arrived whole
    page.locator('form[action$="/check/"] button').click()
    expect(page.locator('[data-verdict="unchanged"]')).to_be_visible()
    page.fill("#secret", here.login.secret)
    page.keyboard.press("Enter")
    expect(page.locator("#item-table tbody tr")).to_have_count(len(EVIDENCE))
    assert page.url == here.desk + package  # listed in place: the secret stays in its field for the downloads
    page.check("#acknowledged")  # one of them is restricted: its mark is read before anything of it leaves
    for name, data in EVIDENCE.items():
        row = page.locator("#item-table tbody tr", has_text=name)
        assert row.locator("[data-sha256]").get_attribute("data-sha256") == hashlib.sha256(data).hexdigest()
        with page.expect_download() as waiting:
            row.locator("button").click()
        saved = folder / f"received-{name}"
        waiting.value.save_as(saved)
        assert waiting.value.suggested_filename == name
        assert saved.read_bytes() == data
    assert page.locator("iframe, embed, object, video, audio, img").count() == 0  # nothing is ever previewed
    here.begin("confirm")
    here.sign()
