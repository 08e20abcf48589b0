"""Stored data: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from corridor.dossier.kinds.contents import AssistanceRequest, Urgency
from corridor.dossier.kinds.facts import ActId, DataAndLink
from corridor.dossier.kinds.parts import Supplements


class Identification(DataAndLink):
    """The data sought, and the preservation that kept them."""

    preservation: ActId | None = None


class Request(AssistanceRequest):
    data_identification: Identification | None = None
    urgency_reason: Urgency | None = None
    expedited: bool = False


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {"request": Request, "supplement": Supplement}
