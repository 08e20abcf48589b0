"""Three desks in one browser: a joint investigation proposed to two States at once, agreed, and evidence in its room.

With CORRIDOR_SHOTS naming a folder, the pages are pictured there at desktop and telephone width.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.web.test_browser_story import ARGUMENTS, CHROMIUM, Person, _record_safeguards

from corridor.cli.demo import stage as stages
from corridor.cli.demo.processes import running
from corridor.cli.demo.stage import Stage

SHOTS = os.environ.get("CORRIDOR_SHOTS", "")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="Chromium is not installed: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage-joint")
    with running(folder / "logs") as processes:
        yield stages.build(folder, processes)


def picture(who: Person, name: str) -> None:
    """The page as it is, at both widths; nothing where nobody asked for pictures."""
    assert who.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if not SHOTS:
        return
    for width in (1280, 390):
        who.page.set_viewport_size({"width": width, "height": 900})
        who.page.wait_for_timeout(150)
        who.page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True, caret="initial")
    who.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_joint_investigation_of_three_through_its_pages(stage: Stage, tmp_path: Path) -> None:
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        people = []
        for state in ("XAA", "XBB", "XCC"):
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            people.append(Person(page, stage, state, "central"))
        here, there, third = people
        for one in people:
            one.sign_in()
        _propose(here)
        for one in (there, third):
            one.dossier = here.dossier
            one.until("/", f'a[href="{one.dossier}"]')
        _agree(there)
        there.page.goto(there.desk + there.dossier)
        expect(there.page.locator('[data-party="XCC"] .party-owes')).to_have_count(1)
        expect(there.page.locator('[data-party="XBB"] .party-owes')).to_have_count(0)
        picture(there, "joint-agreed-by-one")
        third.see("agree")
        _agree(third)
        here.until(here.dossier, '[data-status="agreed"]')
        picture(here, "joint-agreed")
        _contribute(third, tmp_path)
        there.see("contribute")
        here.see("contribute")
        assert there.page.locator("[data-package]").count() == 0  # it was for Aurelia alone
        _confirm(here)
        third.until(third.dossier, ".pill-good:has-text('Confirmed')")
        picture(third, "joint-room")
        browser.close()
    assert troubles == []


def test_unasked_information_through_its_pages(stage: Stage) -> None:
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        people = []
        for state in ("XAA", "XBB"):
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            people.append(Person(page, stage, state, "central"))
        here, there = people
        here.sign_in()
        there.sign_in()
        _inform(here)
        there.dossier = here.dossier
        there.until("/", f'a[href="{there.dossier}"]')
        there.begin("accept_conditions")
        there.page.locator('select[name="body.conditions"]').select_option(index=1)
        picture(there, "told-accept")
        there.sign()
        expect(there.page.locator('[data-status="accepted"]')).to_be_visible()
        picture(there, "told-dossier")
        browser.close()
    assert troubles == []


def _inform(here: Person) -> None:
    page = here.page
    here.until("/new/spontaneous_information/", "#to option:nth-child(2)")
    page.select_option("#to", "XBB/XBB-CA")
    page.fill("#reference", "XAA-2026-0801")
    page.check('[name="body.information.about"][value="attack_planned"]')
    page.fill('[name="text.information"]', "A server in Borealia is being prepared for an attack.")
    page.check('[name="body.conditions.codes"][value="confidential"]')
    page.fill('[name="body.conditions.confidential_until"]', "2027-03-01")
    picture(here, "told-ask")
    here.sign()
    here.dossier = page.url.removeprefix(here.desk)


def _propose(here: Person) -> None:
    page = here.page
    here.until("/new/joint_investigations/", 'input[name="to"] >> nth=1')
    picture(here, "joint-ask")
    for state in ("XBB", "XCC"):
        page.check(f'input[name="to"][value="{state}/{state}-CA"]')
    page.fill("#reference", "XAA-2026-0777")
    page.select_option('[name="body.agreement.form"]', "team_agreement")
    page.check('[name="body.agreement.measures_without_request"]')
    page.fill('[name="body.period.until"]', "2027-06-01")
    page.check('[name="body.purpose.aims"][value="gather_evidence"]')
    page.locator('button[value="save"]').click()
    expect(page.locator(".notice-good").first).to_be_visible()
    for state in ("XBB", "XCC"):
        expect(page.locator(f'input[name="to"][value="{state}/{state}-CA"]')).to_be_checked()
    expect(page.locator('input[name="departs"]')).to_have_count(0)
    picture(here, "joint-draft")
    here.sign()
    here.dossier = page.url.removeprefix(here.desk)


def _agree(who: Person) -> None:
    """The text to be signed is the only one there is, and is chosen from a list."""
    who.begin("agree")
    chooser = who.page.locator('select[name="body.text"]')
    chooser.select_option(index=1)
    picture(who, f"joint-agree-{who.login.state}")
    who.sign()


def _contribute(who: Person, folder: Path) -> None:
    page = who.page
    page.goto(who.desk + who.dossier)
    _record_safeguards(who)
    (folder / "panel.log").write_bytes(b"login 203.0.113.77\n")
    page.goto(who.desk + who.dossier + "evidence/")
    page.set_input_files("#files", [folder / "panel.log"])
    page.fill("#upload-secret", who.login.secret)
    page.locator("#upload button[type=submit]").click()
    page.wait_for_url("**" + who.dossier)
    who.begin("contribute")
    expect(page.locator('input[name="body.to"]')).to_have_count(2)
    page.check('input[name="body.to"][value="XAA"]')
    picture(who, "joint-contribute")
    who.sign()


def _confirm(here: Person) -> None:
    page = here.page
    here.until(here.dossier, "[data-package]")
    package = page.locator("[data-package]").first.get_attribute("href")
    assert package
    here.until(package, "#secret")
    page.locator('form[action$="/check/"] button').click()
    expect(page.locator('[data-verdict="unchanged"]')).to_be_visible()
    here.begin("confirm")
    here.sign()
