"""What every call of the API shares: who asks, what comes as JSON, and the secret that signs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from corridor.casework.access import Person
from corridor.casework.fault import NotFound

Json = dict[str, Any]


def who(request: HttpRequest) -> Person:
    """The person the authentication found. Every call below begins here."""
    person = getattr(request, "auth", None)
    if not isinstance(person, Person):
        raise NotFound
    return person


class Secret(Schema):
    """The officer's signing secret: used for this call, never kept."""

    secret: str = Field(repr=False)
