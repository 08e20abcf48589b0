"""The pages of the law as files: whole, linked, said in one catalogue, readable by everybody, asking nobody."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import escape

from corridor import law
from corridor.law import site
from corridor.law.site import table, texts
from corridor.law.site.context import StaticLinks
from corridor.law.site.pages import tilemap
from corridor.law.states import states

DAY = date(2026, 11, 26)
FOLDER = Path(site.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
ASSETS = sorted((FOLDER / "assets").iterdir())
CODE_IN_TEMPLATE = re.compile(r"""\bt(\.n|\.maybe)?\(\s*"([^"]+)"\s*(~)?""")
CODE_IN_PYTHON = re.compile(r"""\b(?:t|self)(\.n|\.maybe)?\(\s*(f)?"([^"{]+)(\{)?""")
PHYSICAL = re.compile(r"(?<![a-z_-])(left|right)(?![a-z_])|\b(float|text)-(start|end)?(left|right)\b")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.build(folder, on=DAY)
    return folder


def _codes() -> tuple[set[str], set[str]]:
    """Codes named in full, and what codes made from data begin with."""
    whole: set[str] = set()
    begins: set[str] = set()
    for page in TEMPLATES:
        for plural, code, joined in CODE_IN_TEMPLATE.findall(page.read_text(encoding="utf-8")):
            if joined:
                begins.add(code)
            else:
                whole |= {f"{code}.one", f"{code}.other"} if plural == ".n" else {code}
    for page in FOLDER.rglob("*.py"):
        for plural, _, code, place in CODE_IN_PYTHON.findall(page.read_text(encoding="utf-8")):
            if place:
                begins.add(code)
            else:
                whole |= {f"{code}.one", f"{code}.other"} if plural == ".n" else {code}
    return whole, begins


def test_every_sentence_a_page_says_stands_in_the_catalogue() -> None:
    known = set(texts.catalogue("en"))
    whole, begins = _codes()
    assert not whole - known
    assert not [begin for begin in begins if not any(code.startswith(begin) for code in known)]


def test_no_sentence_of_the_catalogue_is_without_a_page() -> None:
    whole, begins = _codes()
    everything = "".join(page.read_text(encoding="utf-8") for page in FOLDER.rglob("*.py"))
    unused = [
        code
        for code in texts.catalogue("en")
        if code not in whole
        and not any(code.startswith(begin) for begin in begins if begin)
        and f'"{code}"' not in everything
    ]
    assert not unused


def test_words_stand_in_the_catalogue_and_not_in_templates() -> None:
    for page in TEMPLATES:
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        assert not re.findall(r"[A-Za-z]{3,}", text), page.name


@pytest.mark.parametrize("page", [*TEMPLATES, *ASSETS], ids=lambda page: page.name)
def test_one_sheet_serves_both_writing_directions(page: Path) -> None:
    assert not PHYSICAL.findall(page.read_text(encoding="utf-8"))


def test_a_sentence_escapes_what_it_is_given() -> None:
    t = texts.Texts("en")
    assert "<b>" not in t("mark.from") + t("said.n", name="<b>")
    assert "&lt;b&gt;" in t("said.n", name="<b>")


def test_a_language_that_lacks_a_sentence_says_it_in_english() -> None:
    assert texts.Texts("xx")("page.skip") == texts.Texts("en")("page.skip")


def test_every_state_has_one_square_and_no_square_is_shared() -> None:
    tiles = tilemap.tiles()
    assert set(tiles) == {each.code for each in states()}
    assert len(set(tiles.values())) == len(tiles)
    style = (FOLDER / "assets" / "law.css").read_text(encoding="utf-8")
    for column, row in tiles.values():
        assert f".law-tiles .c{column} {{" in style
        assert f".law-tiles .r{row} {{" in style


def test_the_map_says_that_it_draws_no_border_and_holds_no_opinion(built: Path) -> None:
    text = (built / "map.html").read_text(encoding="utf-8")
    assert "do not imply the expression of any opinion whatsoever" in text
    assert text.count('class="law-tile ') >= len(states())


def _links(page: Path) -> Iterator[str]:
    for where in re.findall(r'(?:href|src|action)="([^"]+)"', page.read_text(encoding="utf-8")):
        yield where.replace("&amp;", "&")


def test_every_link_of_the_export_opens_a_file_of_the_export(built: Path) -> None:
    ids: dict[str, set[str]] = {}
    for page in built.glob("*.html"):
        ids[page.name] = set(re.findall(r'\sid="([^"]+)"', page.read_text(encoding="utf-8")))
    for page in built.glob("*.html"):
        for where in _links(page):
            assert not where.startswith(("http:", "https:", "//", "/")), (page.name, where)
            name, _, place = where.partition("#")
            assert (built / (name or page.name)).is_file(), (page.name, where)
            if place and "=" not in place:
                assert place in ids[name or page.name], (page.name, where)


def test_no_page_runs_or_styles_anything_inline(built: Path) -> None:
    for page in built.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text), (
            page.name
        )
    for script in (built / "assets").glob("*.js"):
        assert not re.search(r"\beval\(|new Function|\bfetch\(|https?://", script.read_text(encoding="utf-8"))


def test_every_page_has_one_heading_a_title_and_a_language(built: Path) -> None:
    titles = set()
    for page in built.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count("<h1") == 1, page.name
        assert '<html lang="en" dir="ltr">' in text
        title = re.search(r"<title>([^<]+)</title>", text)
        assert title is not None
        titles.add(title[1])
        assert len(re.findall(r'\sid="([^"]+)"', text)) == len(set(re.findall(r'\sid="([^"]+)"', text))), (
            page.name
        )
        for drawing in re.findall(r"<svg.*?</svg>", text, flags=re.S):
            assert "<title" in drawing, page.name
            assert "<desc" in drawing, page.name
        for figure in re.findall(r"<figure.*?</figure>", text, flags=re.S):
            assert "<figcaption>" in figure, page.name
    assert len(titles) == len(list(built.glob("*.html")))


def test_the_same_day_and_table_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    site.build(tmp_path, on=DAY)
    first = {file.relative_to(built): file.read_bytes() for file in built.rglob("*") if file.is_file()}
    second = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert first == second


def test_an_unknown_page_offers_the_near_one() -> None:
    ctx = site.Context(site.Answers(DAY), StaticLinks())
    with pytest.raises(law.LawFault) as raised:
        site.render("artcles", ctx)
    assert raised.value.code == "law.site.no-page"
    assert "articles" in str(raised.value.facts["near"])


def test_a_page_is_in_the_menu_or_reached_from_a_page_that_is(built: Path) -> None:
    reached = {"index.html"}
    waiting = ["index.html"]
    while waiting:
        for where in _links(built / waiting.pop()):
            name = where.partition("#")[0]
            if name.endswith(".html") and name not in reached:
                reached.add(name)
                waiting.append(name)
    assert {page.name for page in built.glob("*.html")} == reached
    assert len({kind.name for kind in table.PAGES}) == len(table.PAGES)


@dataclass(frozen=True)
class _Assumption:
    label: str = "Forty more <deposits>"
    digest: str = "ab" * 32


def test_an_assumed_status_is_written_across_every_page_and_every_drawing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site.Answers, "assumed", property(lambda self: _Assumption()))
    ctx = site.Context(site.Answers(DAY), StaticLinks())
    for kind in table.PAGES:
        page = kind.make(ctx, next(iter(kind.subjects(ctx))))
        assert 'class="law-assumed"' in page.html, kind.name
        assert 'class="law-water"' in page.html, kind.name
        assert "Forty more &lt;deposits&gt;" in page.html, kind.name
        drawings = re.findall(r"<svg.*?</svg>", page.html, flags=re.S)
        assert all('class="mark-w' in drawing for drawing in drawings), kind.name
        figures = re.findall(r"<figure.*?</figure>", page.html, flags=re.S)
        assert all("assumed status" in figure for figure in figures), kind.name


def test_what_was_made_under_an_assumption_is_not_kept_for_those_who_assume_nothing() -> None:
    plain = site.Answers(DAY)
    assumed = site.Answers(DAY, table=SimpleNamespace(digest="x" * 64, assumed=_Assumption()))
    assert plain.key != assumed.key


def test_a_states_own_answers_are_never_kept_for_the_public(tmp_path: Path) -> None:
    """What is kept between readers is made of public data alone."""
    rendering = sys.modules["corridor.law.site.render"]
    before = dict(rendering._PAGES)
    own = site.Context(site.Answers(DAY), StaticLinks(), local=tmp_path, home="XAA", own=True)
    for slug in ("status", "state-fra", "between"):
        site.render(slug, own)
    assert before == rendering._PAGES


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_can_be_read_on_what_it_stands_on() -> None:
    """WCAG 2.2 AA: 4.5 to 1. Tokens and the squares of the map."""
    sheet = (FOLDER / "assets" / "base.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", sheet))
    for ink in ("ink", "ink-2", "ink-3", "accent", "accent-2", "red", "amber", "green"):
        for ground in ("paper", "sheet"):
            assert contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground)
    for ink, ground in (
        ("red", "red-soft"),
        ("amber", "amber-soft"),
        ("green", "green-soft"),
        ("accent-2", "accent-soft"),
    ):
        assert contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground)
    for ink, ground in (
        ("#ffffff", tokens["accent"]),
        (tokens["accent-2"], "#cfe0e4"),
        (tokens["accent-2"], "#a9c6cd"),
    ):
        assert contrast(ink, ground) >= 4.5, (ink, ground)


# -- what the pages say of two laws, conduct, the road, and a State's own ------------------------------------

ASSUMED = b"label: All signatories by March <2027>\nall_signatories_deposit: 2027-03-01\n"


def _page(slug: str, **own: Any) -> str:
    query = own.pop("query", {})
    return site.render(slug, site.Context(site.Answers(DAY), StaticLinks(), query=query, **own)).html


def _live(slug: str, **query: str) -> str:
    return site.render(slug, site.Context(site.Answers(DAY), site.NodeLinks(), query=query)).html


def test_reported_ratifications_are_squares_of_their_own_and_no_deposits(built: Path) -> None:
    text = (built / "map.html").read_text(encoding="utf-8")
    told = law.status(on=DAY, world=law.World.REAL)
    assert told.instruments_reported > 0
    squares = re.findall(r'<a class="law-tile law-(\w)', text)
    assert squares.count("r") == told.instruments_reported
    assert squares.count("d") + squares.count("p") == told.instruments_counted


def test_deposits_of_a_convention_are_those_of_the_data(built: Path) -> None:
    text = (built / "deposits.html").read_text(encoding="utf-8")
    for each in law.comparable():
        assert (f">{escape(each.title)}</th>" in text) is each.universal
    untoc = next(each for each in law.comparable() if each.id == "UNTOC")
    row = text.split(f">{untoc.title}</th>")[1].split("</tr>")[0]
    for years in (1, 2, 3, 4, 5):
        assert f'<td class="num">{untoc.count(round(years * 365.25))}</td>' in row


def test_the_road_says_the_forecast_its_width_its_record_and_all_it_is_not(built: Path) -> None:
    text = (built / "road.html").read_text(encoding="utf-8")
    found = law.forecast(on=DAY)
    assert found.median is not None
    assert f'datetime="{found.median.isoformat()}"' in text
    for one in (found.scenario, found.reported_too):
        assert one is not None
        for each in one.intervals:
            assert each.latest is None or f'datetime="{each.latest.isoformat()}"' in text
    for caveat in found.caveats:
        assert str(escape(caveat.text)) in text
    for coverage in found.calibration:
        assert f'<td class="num">{coverage.held}</td>' in text
    assert f'datetime="{found.horizon.isoformat()}"' in text


def test_where_the_day_is_known_nothing_is_forecast() -> None:
    ctx = site.Context(site.Answers(DAY, law.assume(ASSUMED)), StaticLinks())
    text = site.render("road", ctx).html
    assert ctx.answers.forecast.scenario is None
    assert 'id="band"' not in text
    assert 'datetime="2027-05-30"' in text  # the ninetieth day after 1 March 2027


def test_a_whole_site_may_be_written_under_an_assumption(tmp_path: Path) -> None:
    site.build(tmp_path, on=DAY, table=law.assume(ASSUMED))
    for page in tmp_path.glob("*.html"):
        assert "All signatories by March &lt;2027&gt;" in page.read_text(encoding="utf-8"), page.name
    for saved in (tmp_path / "files").glob("deposit-*.md"):
        assert "All signatories by March <2027>" in saved.read_text(encoding="utf-8"), saved.name


def test_each_claim_of_the_press_stands_with_what_is_so_and_why(built: Path) -> None:
    text = (built / "press.html").read_text(encoding="utf-8")
    for each in law.press():
        item = text.split(f'id="{each.id}"')[1].split("</li>")[0]
        assert str(escape(each.claim)) in item
        assert str(escape(each.right)) in item
        assert "law-mark" in item


def test_conduct_the_convention_does_not_name_is_said_plainly(built: Path) -> None:
    for each in law.conducts():
        text = (built / f"conduct-{each.id.replace('_', '-')}.html").read_text(encoding="utf-8")
        assert ("establishes no offence that this meets" in text) is not each.named
        for article in each.articles:
            assert f'href="article-{article}.html"' in text
        for also in each.also:
            assert re.sub(r"\W", "", also)[:60] in re.sub(r"\W", "", re.sub(r"<[^>]+>", "", text))


def test_a_law_nobody_looked_into_is_not_researched_and_never_a_no() -> None:
    text = _live("criminality", a="DEU", b="TUV", article="13")
    assert "Only one of the two laws was researched" in text
    assert "Not researched." in text
    assert "StGB" in text
    assert "Not researched." not in _live("criminality", a="DEU", b="VNM", article="13")


def test_every_law_researched_is_a_row_and_a_bar(built: Path) -> None:
    from corridor.law.criminality import national, researched

    for offence in law.offences():
        text = (built / f"offence-{offence.article}.html").read_text(encoding="utf-8")
        known = {each.code for each in researched() if offence.article in national(each.code)}
        assert set(re.findall(r'<tr data-code="([A-Z]{3})"', text)) == known
        broad = text.split('class="law-broad"')[1].split("</svg>")[0]
        assert broad.count("<text") >= len(known)


@pytest.mark.parametrize(
    "asked",
    [
        {"a": "DEU", "b": "VNX", "article": "13"},
        {"a": "DEU", "b": "DEU", "article": "13"},
        {"a": "DEU", "b": "XAA", "article": "13"},
        {"a": "DEU", "b": "VNM", "article": "42"},
        {"a": "DEU", "b": "VNM", "article": "fraudd"},
    ],
)
def test_a_comparison_that_cannot_be_made_says_what_to_correct(asked: dict[str, str]) -> None:
    assert 'role="alert"' in _live("criminality", **asked)


def test_a_states_own_answers_stand_on_its_own_checklist_for_its_people_only() -> None:
    from corridor.law.gaps import Answer, Met

    said = (Answer("7(1)", Met.MET, "Penal Code s. 210", DAY, "central authority"),)
    own: dict[str, Any] = {"home": "XAA", "own": True, "own_answers": said}
    assert "Penal Code s. 210" in _page("gap-xaa", **own)
    assert "central authority" not in _page("gap-deu", **own)
    assert "central authority" not in _page("gap-any", **own)
    assert "central authority" not in _page(
        "gap-xaa", **(own | {"home": "XAA", "own": True, "own_answers": ()})
    )
    with pytest.raises(law.LawFault):
        _page("gap-xaa", **(own | {"own": False}))
    saved = site.render("gap-xaa", site.Context(site.Answers(DAY), StaticLinks(), **own)).files
    assert all(b"Penal Code s. 210" in body for _, body in saved)


def test_a_states_own_progress_stands_on_its_own_road_for_its_people_only() -> None:
    from corridor.law.road import read_progress

    said = read_progress(
        b"step,what,answer,source,date,by,note\n"
        b"law,Bill before parliament,under_way,Official Gazette 7,2026-11-20,ministry,\n"
    )
    own = {"home": "FRA", "own": True, "own_progress": said}
    assert "Official Gazette 7" in _page("deposit-fra", **own)
    assert "Official Gazette 7" not in _page("deposit-deu", **own)
    assert "Official Gazette 7" not in _page("deposit-fra", **(own | {"own": False}))


def test_every_paper_can_be_read_on_the_page_and_saved(built: Path) -> None:
    kit = law.deposit_kit("VNM", on=DAY)
    text = (built / "deposit-vnm.html").read_text(encoding="utf-8")
    whole = (built / "files" / "deposit-vnm.md").read_text(encoding="utf-8")
    for each in kit.documents:
        assert " ".join(str(escape(each.text)).split()) in " ".join(text.split()), each.id
        assert each.text.strip() in whole, each.id
    live = site.render("deposit-vnm", site.Context(site.Answers(DAY), site.NodeLinks()))
    assert {each.text.encode() for each in kit.documents} <= {body for _, body in live.files}


def test_what_a_states_lawyers_confirmed_is_cited_for_its_people_only() -> None:
    line = next(each for each in law.article(42).provisions if each.confidence != "seen")
    confirmed = frozenset({f"{line.instrument} {line.ref}"})
    own = {"home": "XAA", "own": True, "confirmed": confirmed}
    assert "confirmed by your State" in _page("article-42", **own)
    assert f"cite as {line.instrument} {line.ref}" in _page("article-42", **own)
    assert "confirmed by your State" not in _page("article-43", **own)
    assert "confirmed by your State" not in _page("article-42", **(own | {"own": False}))


def test_a_states_folder_makes_a_site_of_its_own_once_it_says_whose_it_is(tmp_path: Path) -> None:
    folder, whose, nobodys = tmp_path / "own", tmp_path / "whose", tmp_path / "nobodys"
    folder.mkdir()
    (folder / "gaps.csv").write_text(
        "item,answer,source,date,by,note\n7(1),met,Code penal 323-1,2026-11-20,ministry of justice,\n",
        encoding="utf-8",
    )
    site.build(whose, on=DAY, local=folder, home="FRA")
    site.build(nobodys, on=DAY, local=folder)
    assert "ministry of justice" in (whose / "gap-fra.html").read_text(encoding="utf-8")
    assert "ministry of justice" not in (whose / "gap-deu.html").read_text(encoding="utf-8")
    assert not [page for page in nobodys.glob("*.html") if b"ministry of justice" in page.read_bytes()]
