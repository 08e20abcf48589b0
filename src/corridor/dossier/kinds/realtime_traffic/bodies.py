"""Real-time traffic data: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from corridor.dossier.kinds.collection import Communications, LiveRequest
from corridor.dossier.kinds.contents import Concerned
from corridor.dossier.kinds.facts import DataAndLink, Offence
from corridor.dossier.kinds.parts import Supplements
from corridor.dossier.kinds.parts.collecting import ExecuteLive


class Request(LiveRequest):
    """The Convention asks for the data and their owner, the Budapest Convention for the communications."""

    facts_and_nature: Offence | None = None
    data_and_link: DataAndLink | None = None
    specified_communications: Communications | None = None
    owner_user_location: Concerned | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "execute": ExecuteLive,
}
