"""Law enforcement cooperation: the coded body of each act. Fields of a request are named as the law's content items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from corridor.dossier.kinds.contents import Concerned
from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence, StateCode, Word
from corridor.dossier.kinds.parts import Opening, Supplements

#: How a message of the police may be used; `not_as_evidence` until the other State allows it or assistance gives it.
HandlingCode = Literal[
    "police_use_only", "not_as_evidence", "no_onward_transfer", "delete_after_use", "source_protected"
]


class Wanted(Coded):
    """What is asked for: purposes by their ids in the law data."""

    purposes: tuple[Word, ...] = ()


class Handling(Coded):
    codes: tuple[HandlingCode, ...] = ()
    keep_until: Day | None = None


class Subjects(Concerned):
    """What may be asked about beside persons and accounts. A person's name is the text of field `person`."""

    property: tuple[Word, ...] = ()  # vehicles, companies, registers, as their numbers or names
    born: Day | None = None


class Request(Opening):
    """A question of one law enforcement authority to another. No compulsory measure rests on it."""

    purpose: Wanted | None = None
    offence: Offence | None = None
    subjects: Subjects | None = None
    handling: Handling | None = None


class Supplement(Request, Supplements):
    """Content given later; `answers` names the questions it answers."""


class Answer(Coded):
    """What the authority has. The words: text `answer`. `interim`: more is being looked for."""

    result: Literal["hit", "no_hit", "cannot_say", "ask_for_assistance"]
    interim: bool = False
    reliability: Literal["confirmed", "likely", "not_assessed"] | None = None
    handling: Handling | None = None
    subjects: Subjects | None = None
    purposes: tuple[Word, ...] = ()  # which of those asked it answers; none named: all


class ProposeLiaison(Coded):
    """Staff to be sent, as a function, for a time, by the State that proposes unless `from_state` names the other."""

    task: Literal["liaison_officer", "joint_posting", "expert", "exchange", "other"]
    functions: Word
    authority: Word | None = None  # where they are to be posted
    from_state: StateCode | None = None
    begins: Day | None = None
    until: Day | None = None
    answer_by: Day | None = None


class AgreeLiaison(Coded):
    proposed: ActId


class DeclineLiaison(Coded):
    proposed: ActId


class EndLiaison(Coded):
    proposed: ActId
    date: Day


BODIES: Mapping[str, type[BaseModel]] = {
    "request": Request,
    "supplement": Supplement,
    "answer": Answer,
    "propose_liaison": ProposeLiaison,
    "agree_liaison": AgreeLiaison,
    "decline_liaison": DeclineLiaison,
    "end_liaison": EndLiaison,
}
