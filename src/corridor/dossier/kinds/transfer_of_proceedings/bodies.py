"""Transfer of proceedings: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence, Office, Word
from corridor.dossier.kinds.parts import Opening, Supplements
from corridor.dossier.kinds.parts.proceedings import Proceeding
from corridor.dossier.kinds.persons import Limitation, Subject


class Reasons(Coded):
    """Why the other State is the better place."""

    based_on: tuple[
        Literal[
            "suspect_there",
            "suspect_national_there",
            "evidence_there",
            "victims_there",
            "other_proceedings_there",
            "surrender_refused",
            "sentence_served_there",
            "concentration",
            "other",
        ],
        ...,
    ] = ()


class Evidence(Coded):
    kinds: tuple[Literal["statements", "documents", "electronic", "expert", "objects", "other"], ...] = ()
    still_to_gather: bool | None = None


class Victims(Coded):
    """Whether there are victims, and what of them goes on in the other State. Who they are is text."""

    known: bool | None = None
    heard: bool | None = None
    claims: bool | None = None
    consulted: bool | None = None  # on the transfer


class Request(Opening):
    """All optional here: what is missing is shown to both sides."""

    requesting_authority: Office | None = None
    person: Subject | None = None
    offence_and_facts: Offence | None = None
    proceedings: tuple[Proceeding, ...] = ()
    reason_for_transfer: Reasons | None = None
    evidence: Evidence | None = None
    victims: Victims | None = None
    parallel_proceedings: tuple[Proceeding, ...] = ()
    penalty_and_limitation: Limitation | None = None


class Supplement(Request, Supplements):
    """Content items given later; `answers` names the questions it answers."""


class Paper(Coded):
    """One part of the file. What it is exactly is the text of field `file`."""

    type: Literal["document", "record", "data_carrier", "object", "translation", "other"]
    reference: Word | None = None
    certified: bool | None = None
    original: bool = False


class SendFile(Coded):
    """The file, or a part of it; the papers are attached. `complete`: nothing is to follow."""

    papers: Annotated[tuple[Paper, ...], Field(min_length=1)]
    complete: bool = True


class ConfirmFile(Coded):
    file: ActId
    result: Literal["complete", "incomplete"] = "complete"


class Suspend(Coded):
    """The requesting State no longer pursues the case while the other has it."""

    date: Day
    how: Literal["suspended", "discontinued"] = "suspended"


class OpenProceedings(Coded):
    """The case is taken over: before which authority, under which reference."""

    authority: Word
    date: Day
    reference: Word | None = None


class HandBack(Coded):
    """The case goes back, before a final decision. Reasons: text `reasons`."""

    date: Day


class Resume(Coded):
    """The requesting State takes its own proceedings up again."""

    date: Day


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "send_file": SendFile,
    "confirm_file": ConfirmFile,
    "suspend": Suspend,
    "open_proceedings": OpenProceedings,
    "hand_back": HandBack,
    "resume": Resume,
}
