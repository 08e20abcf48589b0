"""A restricted item: its mark stands on the page, is acknowledged before a byte leaves, and nothing shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.web.conftest import SECRET, Desk

from corridor.casework import actions, models, queries

pytestmark = pytest.mark.django_db

PICTURE = b"\x89PNG\r\n\x1a\n" + b"words-nobody-may-find"


@pytest.fixture
def marked(desk: Desk) -> str:
    """A package with one restricted item that a browser could draw, and one that is not restricted."""
    person = desk.person("CP", "signatory")
    upload = actions.start_upload(person, desk.dossiers["CP"])
    actions.add_part(person, upload.id, item="found.png", offset=0, data=PICTURE, last=True, restricted=True)
    actions.add_part(person, upload.id, item="list.txt", offset=0, data=b"plain", last=True)
    return actions.finish_upload(person, upload.id, secret=SECRET).package


def bytes_of(response: object) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_mark_must_be_acknowledged_before_a_restricted_item_leaves(desk: Desk, marked: str) -> None:
    browser = desk.client("CP", "signatory")
    page = browser.post(f"/packages/{marked}/open/", {"secret": SECRET}).content.decode()
    assert "restricted" in page.lower()
    assert 'name="acknowledged"' in page
    items = dict(re.findall(r'value="(\d+)/([^"]+)"', page))
    number = next(one for one, name in items.items() if name == "found.png")
    asked = {"secret": SECRET, "item": f"{number}/found.png"}
    refused = browser.post(f"/packages/{marked}/download/", asked)
    assert refused.status_code != 200
    assert PICTURE not in bytes_of(refused)
    given = browser.post(f"/packages/{marked}/download/", asked | {"acknowledged": "yes"})
    assert bytes_of(given) == PICTURE
    # To be saved, never shown: no type a browser draws, nothing it may run, nothing kept.
    assert given["Content-Type"] == "application/octet-stream"
    assert given["Content-Disposition"].startswith("attachment")
    assert "sandbox" in given["Content-Security-Policy"]
    address = f"/api/v1/packages/{marked}/items/{number}"
    body = {"secret": SECRET}
    assert browser.post(address, body, content_type="application/json").status_code != 200
    plain = next(one for one, name in items.items() if name == "list.txt")
    free = browser.post(f"/packages/{marked}/download/", {"secret": SECRET, "item": f"{plain}/list.txt"})
    assert bytes_of(free) == b"plain"


def test_no_page_of_the_package_shows_draws_or_finds_what_is_inside(desk: Desk, marked: str) -> None:
    """Every page about the package, for every role; no image, frame, object or media element on any of them."""
    for role in ("drafter", "signatory", "supervisor"):
        browser = desk.client("CP", role)
        for path in (
            "/",
            f"/dossiers/{desk.dossiers['CP']}/",
            f"/packages/{marked}/",
            f"/api/v1/packages/{marked}",
            f"/api/v1/packages/{marked}/hands",
            f"/api/v1/dossiers/{desk.dossiers['CP']}",
        ):
            body = bytes_of(browser.get(path))
            assert b"found.png" not in body, (role, path)
            assert b"words-nobody-may-find" not in body
            assert not re.search(rb"<(img|iframe|object|embed|video|audio|picture|canvas)\b", body), (
                role,
                path,
            )
    opened = desk.client("CP", "signatory").post(f"/packages/{marked}/open/", {"secret": SECRET}).content
    assert not re.search(rb"<(img|iframe|object|embed|video|audio|picture|canvas)\b", opened)
    assert b"words-nobody-may-find" not in opened


def test_nothing_of_an_item_is_kept_where_a_search_could_find_it(desk: Desk, marked: str) -> None:
    """Neither database nor any file of the node holds the item's words or its name in clear; no query takes words."""
    from corridor.casework.house import house

    for path in Path(house().root).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"words-nobody-may-find" not in data, path
            assert b"found.png" not in data, path
    for model in (models.Package, models.Handover, models.CustodyLeaf, models.TimeToken, models.Transfer):
        for row in model.objects.all().values_list():
            assert "words-nobody-may-find" not in str(row)
    # What looks for words looks through cases and persons, and reads no evidence.
    assert [name for name in queries.__all__ if "search" in name or "find" in name] == ["search"]
    found = queries.search(desk.person("CA", "signatory"), "words-nobody-may-find")
    assert not [*found.rows]
