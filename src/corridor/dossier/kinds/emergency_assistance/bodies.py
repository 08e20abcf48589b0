"""Emergency assistance: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.contents import AssistanceRequest
from corridor.dossier.kinds.facts import Coded, Second
from corridor.dossier.kinds.parts import Supplements
from corridor.dossier.kinds.parts.items import Identification
from corridor.dossier.kinds.parts.reviewing import ExecuteAtOnce
from corridor.dossier.kinds.parts.secrecy import Secrecy


class Risk(Coded):
    """The danger by code. The facts that show it are the text of field `risk_statement`."""

    dangers: tuple[
        Literal[
            "killing", "injury", "abduction", "suicide", "attack", "child_abuse", "infrastructure", "other"
        ],
        ...,
    ] = ()
    persons: Annotated[int, Field(ge=1, le=1_000_000)] | None = None  # in danger, so far as known
    expected_at: Second | None = None  # when the harm may come
    continuing: bool | None = None


class DataNeeded(Identification):
    """The data that avert the danger. How they do is the text of the same field name."""

    provider_asked: Literal["no", "gave", "refused", "no_answer"] | None = None  # asked directly, before this


class Request(AssistanceRequest):
    """All optional here: it may go incomplete, or by word of mouth, and what is missing is shown to both sides."""

    risk_statement: Risk | None = None
    data_needed: DataNeeded | None = None
    confidentiality_no_user_notice: Secrecy | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "execute": ExecuteAtOnce,
}
