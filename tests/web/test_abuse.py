"""Calls no desk makes: none is answered by breaking, and none puts into the log what somebody typed."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.conf import settings
from django.test import Client
from tests.web.conftest import PASSWORD, Desk

from corridor.node.logs import Plain

pytestmark = pytest.mark.django_db


def _login(content_type: str = "application/json", **given: str) -> int:
    return Client().post("/api/v1/login", json.dumps(given), content_type=content_type).status_code


def test_a_form_of_another_site_signs_nobody_in(desk: Desk) -> None:
    """A page elsewhere can post text/plain without asking; it cannot post JSON."""
    assert _login(username="cp-drafter", password=PASSWORD) == 200
    assert _login("text/plain", username="cp-drafter", password=PASSWORD) == 422


@pytest.mark.parametrize("given", [("cp-drafter", "\ud800"), ("\ud800", "x"), ("a\u0000b", "x")])
def test_names_and_passwords_that_are_no_text_are_wrong(desk: Desk, given: tuple[str, str]) -> None:
    assert _login(username=given[0], password=given[1]) in (401, 422)


def test_the_log_says_where_and_not_what() -> None:
    """An exception quotes the value that was wrong; the log does not."""
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "plain"
    try:
        try:
            int("the words of a case")
        except ValueError as error:
            raise KeyError("a name of a case") from error
    except KeyError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "broken", (), sys.exc_info())
    text = Plain().format(record)
    assert "KeyError" in text
    assert "ValueError" in text
    assert "test_abuse.py" in text
    assert "case" not in text.replace("casework", "")
