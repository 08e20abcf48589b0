"""Stored data: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from corridor.dossier.kinds.contents import AssistanceRequest, Urgency
from corridor.dossier.kinds.parts import Supplements
from corridor.dossier.kinds.parts.items import Identification
from corridor.dossier.kinds.parts.secrecy import Secrecy


class Request(AssistanceRequest):
    data_identification: Identification | None = None
    urgency_reason: Urgency | None = None
    expedited: bool = False
    confidentiality_no_user_notice: Secrecy | None = None


class Supplement(Request, Supplements):
    """Content items given later, further data among them; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {"request": Request, "supplement": Supplement}
