"""A hostile peer's requests of every kind, at the desk of the officer who must read them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from django.test import Client
from tests.breaking.test_cooperation import KINDS, hurt
from tests.casework.conftest import PASSPHRASE, PASSWORD, SECRET, Desk, desk, ground  # noqa: F401 (fixtures)
from tests.dossier.contents import body_of

from corridor import dossier
from corridor.casework import actions, queries
from corridor.casework.actions.people import usual_kinds
from corridor.casework.models import Authority, User
from corridor.dossier import (
    REGISTRY,
    Basis,
    Member,
    Party,
    Reference,
    Rules,
    Text,
    VerifiedAct,
    texts_of,
)
from corridor.faults import Fault
from corridor.notary import Envelope, credentials

pytestmark = pytest.mark.django_db

OFFICES = {"CP": "contact_point", "CA": "central_authority"}
WORDS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}",
    '=HYPERLINK("http://x.example","y")',
    "\u202egnp.exe\u202c \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \u0425\u0430\u0439 Xin chào",
    "e\u0301" * 20_000,
    "\x0b\x1b[31mred\x07\x7f",
)


#: What hands type, and pages that were changed post. No officer's secret is among it.
TYPED: tuple[object, ...] = (
    "",
    "26-1-1",
    "20260-01-01",
    "2026-02-30",
    "9999-12-31",
    "31.12.2026",
    "25:61",
    "12,50",
    "١٢",
    "-1",
    "9" * 400,
    "a\u0000b",
    "\u202e",
    "x" * 100_000,
    ["a", "b"] * 300,
    "[]",
    "on",
    "XAA",
    "ef" * 32,
    "sign",
)


class Scripts(HTMLParser):
    """What a page would run: scripts without a nonce or a file, handlers, addresses that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not given.get("src") and not given.get("nonce"):
            self.found.append(tag)
        if tag == "img" and given.get("src") == "x":
            self.found.append("img")
        self.found += [name for name, value in attrs if name.startswith("on")]
        self.found += [str(value) for _, value in attrs if str(value).lower().startswith("javascript:")]


class Hostile:
    """Borealia with an officer who may sign everything and a node of its own making."""

    def __init__(self, here: Desk) -> None:
        self.desk, self.there = here, here.others["XBB"]
        self.rng = random.Random(5)

    def credential(self, office: str) -> Envelope:
        return credentials.issue(
            self.there.state_key,
            state="XBB",
            authority=f"XBB-{office}",
            number="XBB-OFFICER",
            key=self.there.officer.public,
            powers=[f"sign:{kind}" for kind in dossier.REGISTRY],
            not_before=self.there.since,
            not_after=self.there.since + timedelta(days=60),
        )

    def request(self, kind: str, office: str, *, often: float) -> VerifiedAct:
        """A request of a kind with hurt content and hurt words, as the peer's node signs it."""
        own = Party("XBB", f"XBB-{office}")
        whole = body_of(kind, "request", [], self.rng, filled=0.7)
        whole |= {"deadline": self.rng.choice(("9999-12-31", "0001-01-01"))}
        made = dossier.opening(
            kind,
            basis=Basis("UNCC_2024", "<b>40</b>"),
            members=(
                Member(own.state, own.authority, "requesting"),
                Member("XAA", f"XAA-{office}", "requested"),
            ),
            sender=own,
            credential=self.credential(office),
            time=self.desk.clock(),
            body=whole,
            texts=self.words(kind, "request"),
            reference=Reference("=1+1", None),
        )
        return self.there.verified(replace(made, body=hurt(whole, self.rng, often)))

    def words(self, kind: str, act: str) -> tuple[Text, ...]:
        fields = (*texts_of(kind, act), "departure", "incomplete", "no_such_field")
        return tuple(Text(each, "en", self.rng.choice(WORDS)) for each in fields)


class Boxes(HTMLParser):
    """The names a form of the page would post."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in {"input", "select", "textarea"} and name:
            self.names.add(name)


def read(browser: Client, address: str) -> str:
    """The page is there, and nothing a peer wrote runs on it."""
    shown = browser.get(address)
    assert shown.status_code == 200, (address, shown.status_code)
    content = b"".join(shown.streaming_content) if shown.streaming else shown.content
    if shown["Content-Type"].startswith("text/html"):
        page = Scripts()
        page.feed(content.decode())
        assert not page.found, (address, page.found)
    return content.decode(errors="replace")


def open_office(kind: str) -> None:
    """An authority for a kind that neither of the two usual ones answers."""
    actions.add_authority(
        code="XAA-LE",
        role="law_enforcement",
        names={"en": "Police"},
        sends=[kind],
        receives=[kind],
        passphrase=PASSPHRASE,
    )
    actions.add_officer(
        username="le-signatory",
        name="An officer",
        authority="XAA-LE",
        role="signatory",
        password=PASSWORD,
        secret=SECRET,
        passphrase=PASSPHRASE,
    )


@KINDS
def test_every_page_of_a_hostile_request_can_be_read(desk: Desk, kind: str) -> None:  # noqa: F811
    """HTML, formulas, turned text and content of no form: the officer sees it all, and answers if he likes."""
    hostile = Hostile(desk)
    office = next((code for code, role in OFFICES.items() if kind in usual_kinds(role)), "LE")
    if office == "LE":
        open_office(kind)
    browser = Client()
    browser.force_login(User.objects.get(username=f"{office.lower()}-signatory"))
    person = desk.person(f"{office.lower()}-signatory")
    shown: list[str] = []
    for often in (0.0, 0.1, 0.1, 0.4):
        try:
            opening = hostile.request(kind, office, often=often)
        except Fault:
            continue  # no act at all
        desk.receive(opening)
        page = f"/dossiers/{opening.id}/"
        shown.append(read(browser, page))
        read(browser, f"{page}export/")
        if len(shown) == 1:
            offered = [each.act for each in queries.dossier_page(person, opening.id).possible]
            assert offered
            for rest in (*(f"acts/{act}/" for act in offered), "minute/", "measure/", "share/"):
                read(browser, page + rest)
    assert len(shown) > 1
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in each for each in shown)
    for address in ("/", "/cases/owed/"):
        read(browser, address)


@KINDS
def test_a_form_filled_with_anything_is_answered(desk: Desk, kind: str) -> None:  # noqa: F811
    """Days there are not, numbers in words, lists without end, halves of forms: told what is wrong, nothing signed."""
    hostile = Hostile(desk)
    office = next((code for code, role in OFFICES.items() if kind in usual_kinds(role)), "LE")
    if office == "LE":
        open_office(kind)
    browser = Client()
    browser.force_login(User.objects.get(username=f"{office.lower()}-signatory"))
    opening = hostile.request(kind, office, often=0.0)
    desk.receive(opening)
    person = desk.person(f"{office.lower()}-signatory")
    shown = queries.dossier_page(person, opening.id)
    forms = [f"/dossiers/{opening.id}/acts/{each.act}/" for each in shown.possible]
    met: set[int] = set()
    for address in (*forms, f"/dossiers/{opening.id}/measure/", f"/new/{kind}/"):
        page = browser.get(address)
        boxes = Boxes()
        boxes.feed(page.content.decode())
        for _ in range(2):
            given = {name: hostile.rng.choice(TYPED) for name in boxes.names if hostile.rng.random() < 0.8}
            answered = browser.post(address, given)
            met.add(answered.status_code)
            assert answered.status_code in {200, 302, 400, 403, 404, 409, 422}, (address, given)
    assert len(forms) > 2
    assert met & {200, 400, 422}, met
    assert queries.dossier_page(person, opening.id).heads == (opening.id,)


def _told(browser: Client, opening: VerifiedAct) -> str:
    """What the dossier's page says, after every other page that may name it could be read."""
    page = f"/dossiers/{opening.id}/"
    for address in ("/", "/cases/owed/", f"{page}minute/", f"{page}share/", f"{page}export/"):
        read(browser, address)
    return read(browser, page)


@contextmanager
def without(kind: str) -> Iterator[None]:
    """A node that does not know the kind; afterwards all stand in the order they stood in."""
    known = cast("dict[str, Any]", REGISTRY)
    before = dict(known)
    del known[kind]
    try:
        yield
    finally:
        known.clear()
        known.update(before)


@KINDS
def test_a_kind_this_node_does_not_know_yet_is_kept_and_shown_once_it_does(
    desk: Desk,  # noqa: F811
    kind: str,
) -> None:
    """Kept, shown as unknown, answered by nobody; nothing of it is lost when the node learns the kind."""
    opening = Hostile(desk).request(kind, "CA", often=0.0)
    Authority.objects.update(receives=[], sends=[])  # what is not known stands in no authority's list
    browser = Client()
    browser.force_login(User.objects.get(username="ca-signatory"))
    person = desk.person("ca-signatory")
    with without(kind):
        desk.receive(opening)
        shown = queries.dossier_page(person, opening.id)
        assert (shown.status, shown.possible, shown.disclosure_stopped) == ("unknown", (), True)
        assert "does not know this kind" in _told(browser, opening)
    shown = queries.dossier_page(person, opening.id)
    assert shown.status == REGISTRY[kind].opens
    assert "does not know this kind" not in _told(browser, opening)


def test_rules_this_node_does_not_have_are_kept_and_shown_as_unknown(desk: Desk) -> None:  # noqa: F811
    hostile = Hostile(desk)
    act = hostile.request("stored_data", "CA", often=0.0).act
    newer = replace(act, header=replace(act.header, rules=Rules(act.header.rules.fold, "ab" * 32)))
    opening = hostile.there.verified(newer)
    desk.receive(opening)
    shown = queries.dossier_page(desk.person("ca-signatory"), opening.id)
    assert (shown.status, shown.possible, shown.disclosure_stopped) == ("unknown", (), True)
    browser = Client()
    browser.force_login(User.objects.get(username="ca-signatory"))
    assert "rules" in _told(browser, opening)
