"""The pages of the law in a node: open to anybody, asking the database nothing, closed where the operator says so."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from markupsafe import escape
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.web.conftest import Desk

import corridor.web
from corridor.law import site
from corridor.law.site import table
from corridor.node.config import Config, load, write

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)")
PUBLIC_PAGES = [kind.name for kind in table.PAGES if kind.subjects is table._alone]


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_a_stranger_reads_a_page_and_no_table_is_asked(name: str, db: None) -> None:
    path = "/law/" if name == "home" else f"/law/{name}/"
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = Client().get(path)
    assert answer.status_code == 200
    assert not asked.captured_queries
    text = answer.content.decode()
    assert not INLINE.findall(text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text), "nothing from another host"


def test_somebody_signed_in_reads_the_same_page_in_the_frame_of_the_desk(desk: Desk) -> None:
    for role in ("drafter", "administrator"):
        text = desk.client("CP", role).get("/law/articles/").content.decode()
        assert "whoami" in text
        assert 'href="/law/article-42/"' in text


def test_an_address_that_names_no_page_offers_the_near_one(db: None) -> None:
    answer = Client().get("/law/statsu/")
    assert answer.status_code == 404
    assert "status" in answer.content.decode()
    assert Client().get("/law/article-99/").status_code == 404
    assert Client().get("/law/assets/settings.py").status_code == 404


def test_a_node_answers_for_two_states_on_any_day(db: None) -> None:
    from corridor import law

    asked = {"a": "FRA", "b": "DEU", "on": "2024-05-01", "form": "preservation", "offence": "7"}
    text = Client().get("/law/between/", asked).content.decode()
    told = law.between("FRA", "DEU", on=date(2024, 5, 1), form="preservation", offence=7)
    assert text.count("<h3>") >= len(told.instruments) > 0
    for bond in told.instruments:
        assert f'datetime="{bond.in_force_since.isoformat()}"' in text
        for line in bond.limits:
            assert escape(line.text) in text
    nothing = Client().get("/law/between/", {"a": "PRK", "b": "TUV"}).content.decode()
    assert "Without an instrument" in nothing or "in force between both" in nothing


@pytest.mark.parametrize(
    "asked",
    [
        {"a": "FRA", "b": "VNX"},
        {"a": "FRA", "b": "FRA"},
        {"a": "FRA", "b": "XAA"},
        {"a": "FRA", "b": "EUE"},
        {"a": "FRA", "b": "VNM", "on": "01.02.2026"},
        {"a": "FRA", "b": "VNM", "form": "preservatoin"},
        {"a": "FRA", "b": "VNM", "offence": "99"},
        {"a": "FRA", "b": "VNM", "offence": "<b>"},
    ],
)
def test_a_question_that_cannot_be_answered_says_what_to_correct(asked: dict[str, str], db: None) -> None:
    answer = Client().get("/law/between/", asked)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in text
    assert "<b>" not in text.split('role="alert"')[1].split("</p>")[0]


def test_what_a_page_gives_is_saved_as_a_file(db: None) -> None:
    for address, kind in (
        ("/law/gap-vnm/gap-vnm.csv", "text/csv"),
        ("/law/deposit-vnm/deposit-vnm.md", "text/markdown"),
    ):
        text = Client().get(f"{address.rpartition('/')[0]}/").content.decode()
        assert f'href="{address}"' in text
        answer = Client().get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
    for address in ("/law/gap-vnm/gap-fra.csv", "/law/gap-vnm/..%2Fsettings.py", "/law/status/status.csv"):
        assert Client().get(address).status_code == 404
    assert Client().post("/law/gap-vnm/gap-vnm.csv").status_code == 405


def test_people_of_a_state_find_its_own_checklist_and_road_and_strangers_do_not(desk: Desk) -> None:
    for address in ("/law/gap-xaa/", "/law/deposit-xaa/", "/law/gap-xaa/gap-xaa.csv"):
        assert desk.client("CP", "drafter").get(address).status_code == 200
        assert Client().get(address).status_code == 404
    assert 'href="/law/gap-xaa/"' in desk.client("CP", "drafter").get("/law/gaps/").content.decode()
    assert "gap-xaa" not in Client().get("/law/gaps/").content.decode()


def test_a_node_compares_two_laws(db: None) -> None:
    asked = {"a": "DEU", "b": "VNM", "article": "13"}
    text = Client().get("/law/criminality/", asked).content.decode()
    assert "StGB s. 263a" in text
    assert "Penal Code art. 290" in text


def test_reading_is_all_one_can_do(db: None) -> None:
    assert Client().post("/law/").status_code == 405
    assert Client().post("/law/assets/law.css").status_code == 405


def test_styles_and_scripts_come_from_the_node_and_are_kept_by_the_browser(db: None) -> None:
    text = Client().get("/law/").content.decode()
    for address in re.findall(r'(?:href|src)="(/law/assets/[^"]+)"', text):
        answer = Client().get(address)
        assert answer.status_code == 200, address
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_operator_may_close_the_pages_to_strangers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(folder=desk.folder, state="XAA", names={"en": "Aurelia"}, law_public=False)
    monkeypatch.setattr(settings, "NODE", config, raising=False)
    assert Client().get("/law/status/")["Location"] == "/sign-in/?next=/law/status/"
    assert Client().get("/law/assets/law.css").status_code == 302
    assert desk.client("CP", "drafter").get("/law/status/").status_code == 200


def test_the_line_of_the_configuration_is_written_and_read(tmp_path: Path) -> None:
    made = Config(folder=tmp_path, state="XAA", names={"en": "Aurelia"})
    for choice in (True, False):
        write(replace(made, law_public=choice))
        assert load(tmp_path).law_public is choice


def test_the_pages_and_the_desk_have_the_same_colours() -> None:
    """The export has its own ground sheet; its tokens are those of the desk."""

    def tokens(sheet: Path) -> dict[str, str]:
        return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", sheet.read_text(encoding="utf-8")))

    desk = tokens(Path(corridor.web.__file__).parent / "static" / "css" / "corridor.css")
    ours = tokens(site.ASSETS / "base.css")
    assert ours
    assert {name: desk.get(name) for name in ours} == ours


# -- in a browser, from disk ---------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def in_browser(test: Any) -> Any:
    """Marks a test that drives Debian's Chromium."""
    absent = not Path(CHROMIUM).exists()
    skip = pytest.mark.skipif(absent, reason="Chromium is not installed: apt-get install chromium")
    return pytest.mark.browser(skip(test))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("law")
    site.build(made, on=date(2026, 11, 26))
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A page whose console stays silent."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    page.close()
    assert not said


def _one_of_each(folder: Path) -> list[str]:
    ctx = site.Context(site.Answers(date(2026, 11, 26)), site.StaticLinks())
    names = []
    for kind in table.PAGES:
        subject = next(iter(kind.subjects(ctx)))
        names.append("index" if kind.name == "home" else f"{kind.name}-{subject}" if subject else kind.name)
    return [(folder / f"{name}.html").as_uri() for name in names]


@pytest.mark.parametrize("width", [1280, 640, 390], ids=["desktop", "zoom-200", "telephone"])
@in_browser
def test_no_page_is_wider_than_its_window(folder: Path, reader: Page, width: int) -> None:
    reader.set_viewport_size({"width": width, "height": 900})
    for address in _one_of_each(folder):
        reader.goto(address)
        over = reader.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (address, width, over)


@in_browser
def test_the_first_key_leads_past_the_menu(folder: Path, reader: Page) -> None:
    reader.goto((folder / "status.html").as_uri())
    reader.keyboard.press("Tab")
    expect(reader.locator(".skip")).to_be_focused()
    reader.keyboard.press("Enter")
    assert reader.url.endswith("#main")


@in_browser
def test_a_list_is_narrowed_by_typing_and_by_choosing(folder: Path, reader: Page) -> None:
    reader.goto((folder / "status.html").as_uri())
    rows = reader.locator("#states tbody tr:visible")
    every = rows.count()
    reader.locator("#find").fill("qat")
    expect(rows).to_have_count(1)
    reader.locator("#find").fill("cote")  # accents need not be typed
    expect(rows).to_have_count(1)
    reader.locator("#find").fill("")
    reader.locator("#by-group").select_option("grulac")
    assert 0 < rows.count() < every


@in_browser
def test_the_search_of_the_export_finds_what_the_law_finds(folder: Path, reader: Page) -> None:
    from corridor import law

    reader.goto((folder / "search.html").as_uri())
    for words in ("preserv 60", "42", "confidential", "zzz"):
        reader.locator("#q").fill(words)
        expect(reader.locator("#found li")).to_have_count(min(100, len(law.search(words).found)))
    reader.locator("#q").fill("42")
    assert reader.locator("#found a").first.get_attribute("href") == "article-42.html"


#: Pairs that together have every turn an answer can take: nothing, one, many, replaced, bilateral, two like names.
PAIRS = [
    ("FRA", "VNM", "preservation"),
    ("FRA", "DEU", ""),
    ("DEU", "BEL", "mutual_assistance"),
    ("USA", "FRA", "mutual_assistance"),
    ("USA", "ARG", "extradition"),
    ("IRL", "DNK", "stored_data"),
    ("NER", "NGA", "preservation"),
    ("GIN", "GNQ", ""),
    ("PRK", "AND", "joint_investigations"),
    ("QAT", "AUT", "traffic_disclosure"),
    ("TUV", "NRU", "extradition"),
]


@in_browser
def test_the_export_answers_for_two_states_what_the_law_answers(folder: Path, reader: Page) -> None:
    """The script puts the answer together from a table; here each is held against the law itself."""
    from corridor import law
    from corridor.law.site.pages._reading import instrument_titles

    titles = instrument_titles()
    reader.goto((folder / "between.html").as_uri())
    for a, b, form in PAIRS:
        reader.locator("#a").select_option(a)
        reader.locator("#b").select_option(b)
        reader.locator("#form").select_option(form)
        told = law.between(a, b, on=date(2026, 11, 26), form=form or None)
        shown = reader.locator("[data-bonds] > li")
        expect(shown).to_have_count(len(told.instruments))
        for place, bond in enumerate(told.instruments):
            item = shown.nth(place)
            assert item.locator("[data-name]").text_content() == titles[bond.id]
            day = item.locator("time").first.get_attribute("datetime")
            assert day == bond.in_force_since.isoformat(), (a, b, form, bond.id)
            for where, lines in (("reasons", bond.reasons), ("limits", bond.limits)):
                texts = sorted(line.text for line in lines if line.code != "in_force")
                found = item.locator(f"[data-{where}] li").all()
                said = sorted((each.text_content() or "").strip() for each in found)
                assert len(said) == len(texts), (a, b, form, bond.id, where)
                assert all(one.startswith(text) for one, text in zip(said, texts, strict=True))
        assert reader.locator("[data-none]").is_visible() is not bool(told.instruments)
        expect(reader.locator("[data-fallback] li:visible")).to_have_count(len(told.fallback))
        expect(reader.locator("[data-gaps] li")).to_have_count(len(told.gaps))
        named = [each.text_content() or "" for each in reader.locator("[data-not] > li > span").all()]
        reasons = [each.text_content() or "" for each in reader.locator("[data-not] > li > p").all()]
        assert sorted(named) == sorted(titles[each.id] for each in told.not_applicable), (a, b, form)
        for each in told.not_applicable:
            assert each.text in reasons[named.index(titles[each.id])], (a, b, form, each.id)


@in_browser
def test_two_states_may_be_named_in_the_address(folder: Path, reader: Page) -> None:
    reader.goto((folder / "between.html").as_uri() + "#a=FRA&b=VNM&form=preservation")
    expect(reader.locator(".law-pair")).to_contain_text("Viet Nam")
    expect(reader.locator("#form")).to_have_value("preservation")


@in_browser
def test_two_laws_are_picked_out_of_all_and_a_missing_one_is_named(folder: Path, reader: Page) -> None:
    reader.goto((folder / "offence-13.html").as_uri())
    rows = reader.locator("#laws-table tbody tr:visible")
    every = rows.count()
    reader.locator("#two-a").select_option("DEU")
    reader.locator("#two-b").select_option("VNM")
    expect(rows).to_have_count(2)
    expect(reader.locator("[data-two-missing]")).to_be_hidden()
    reader.locator("#two-b").select_option("TUV")
    expect(rows).to_have_count(1)
    expect(reader.locator("[data-two-missing]")).to_contain_text("Not researched: Tuvalu")
    reader.locator("#two-a").select_option("")
    reader.locator("#two-b").select_option("")
    expect(rows).to_have_count(every)


@in_browser
def test_a_step_opens_its_paper_and_the_paper_is_copied(folder: Path, reader: Page) -> None:
    reader.goto((folder / "deposit-vnm.html").as_uri())
    paper = reader.locator("#paper-instrument_ratification")
    assert not paper.locator("pre").is_visible()
    reader.locator('a[href="#paper-instrument_ratification"]').first.click()
    expect(paper.locator("pre")).to_be_visible()
    paper.locator("[data-copy]").click()
    expect(paper.locator("[data-copy]")).to_have_text("Copied")


@in_browser
def test_without_scripts_every_page_still_says_what_it_says(folder: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "status.html").as_uri())
    assert page.locator("#states tbody tr:visible").count() > 70
    assert not page.locator(".law-ask").first.is_visible()
    page.goto((folder / "search.html").as_uri())
    assert page.locator("noscript a").count() >= 2
    context.close()


@in_browser
def test_a_page_is_printed_without_menu_and_fields(folder: Path, reader: Page) -> None:
    reader.goto((folder / "status.html").as_uri())
    reader.emulate_media(media="print")
    assert not reader.locator(".law-menu").is_visible()
    assert not reader.locator("#find").is_visible()
    assert reader.pdf().startswith(b"%PDF")
