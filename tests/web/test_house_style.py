"""What pages may not do: mirror badly, run or style inline, speak without the catalogue, or call on another host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.loader import get_template
from django.test import Client
from django.utils import translation
from tests.web.conftest import Desk

import corridor.web
from corridor.faults import catalogue as faults_of
from corridor.web import catalogue, naming

WEB = Path(corridor.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STYLES = sorted((WEB / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((WEB / "static" / "js").rglob("*.js"))
PHYSICAL = re.compile(
    r"(?<![a-z])(left|right)(?![a-z])|\b[mp][lr]-\d|\b(float|text)-(start|end)?(left|right)\b"
)


@pytest.mark.parametrize("page", [*TEMPLATES, *STYLES, *SCRIPTS], ids=lambda page: page.name)
def test_no_left_or_right(page: Path) -> None:
    """One sheet serves both writing directions: logical properties only."""
    assert not PHYSICAL.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.name)
def test_nothing_inline_and_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://|//cdn", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "|safe" not in text
    get_template(f"web/{page.name}")


def test_scripts_use_no_eval_and_no_other_host() -> None:
    for page in SCRIPTS:
        assert not re.search(r"\beval\(|new Function|https?://", page.read_text(encoding="utf-8")), page.name


def _english() -> set[str]:
    with (WEB / "locale" / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {str(message.id) for message in read_po(file) if message.id} | set(catalogue.kinds_texts())


def test_every_code_a_template_names_has_an_english_sentence() -> None:
    known = _english()
    for page in TEMPLATES:
        text = page.read_text(encoding="utf-8")
        for code in re.findall(r"""\{%\s*translate\s+["']([^"']+)["']|_\(["']([^"']+)["']\)""", text):
            assert (code[0] or code[1]) in known, (page.name, code)


def test_words_stand_in_the_catalogue_and_not_in_templates() -> None:
    """Between tags there is nothing but places, marks and names that are the same in every language."""
    for page in TEMPLATES:
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", page.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - {
            "Corridor",
            "SHA",
            "openapi",
            "json",
            "wrap",
            "narrow",
            "gate",
        }
        assert not words, (page.name, words)


def test_every_act_status_and_field_of_every_kind_can_be_said() -> None:
    from corridor.dossier.kinds import REGISTRY

    with translation.override("en"):
        for kind in REGISTRY.values():
            for act in kind.bodies:
                assert naming.say("done", kind.name, act, default=""), act
                if act != "request":
                    assert naming.say("do", kind.name, act, default=""), act
            for status in kind.statuses():
                assert naming.say("status", kind.name, status, default=""), status
            for model in kind.bodies.values():
                schema = model.model_json_schema()
                for part in (schema, *schema.get("$defs", {}).values()):
                    for code in part.get("properties", {}):
                        assert naming.say("field", kind.name, code, default=""), code


def test_every_fault_of_this_room_is_raised_and_every_raised_one_is_told() -> None:
    raised = set()
    for page in WEB.rglob("*.py"):
        raised |= set(re.findall(r'WebFault\(\s*"([^"]+)"', page.read_text(encoding="utf-8")))
    assert raised == set(faults_of("web"))


def test_every_answer_carries_the_policy(desk: Desk) -> None:
    """Pages, faults, API and the unknown: nothing but our own files may run, style or be sent to."""
    browser = desk.client("CP", "signatory")
    for path in ("/", "/sign-in/", "/new/preservation/", "/dossiers/none/", "/nowhere/", "/api/v1/desk"):
        for one in (browser, Client()):
            policy = one.get(path)["Content-Security-Policy"]
            rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
            assert rules["default-src"] == "'none'"
            assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
            assert rules["form-action"] == "'self'"
            assert rules["frame-ancestors"] == "'none'"


def test_the_lock_names_no_host() -> None:
    lock = (WEB.parents[2] / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
