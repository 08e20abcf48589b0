"""Interception: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from corridor.dossier.kinds.collection import Communications, LiveRequest
from corridor.dossier.kinds.parts import Supplements
from corridor.dossier.kinds.parts.collecting import ExecuteLive


class Intercepted(Communications):
    """What is to be heard or read, and whether it is sent on as it passes or recorded and handed over."""

    types: tuple[Literal["voice", "messages", "mail", "files", "web", "all"], ...] = ()
    mode: Literal["live", "recording", "either"] | None = None


class Request(LiveRequest):
    specified_communications: Intercepted | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "execute": ExecuteLive,
}
