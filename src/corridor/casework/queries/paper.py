"""Genuine or not, asked of this node: a file, a code read out by telephone, a State somebody speaks for.

The first two are open to strangers, so neither says anything of a case: the file is judged against the directory alone,
and a code gets yes or no. A code is 50 bits of an id nobody can guess; with the tries counted here, guessing one of a
million acts takes longer than anyone has (docs/threat-model.md).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor.casework import access, genuine
from corridor.casework.access import Person
from corridor.casework.house import house
from corridor.casework.models import ActRow
from corridor.casework.tries import Tries
from corridor.dossier.paper import readback
from corridor.dossier.paper.genuine import Answer

CODES = Tries(each=10, all=120, window=timedelta(minutes=10))
FILES = Tries(each=30, all=300, window=timedelta(minutes=10))


@dataclass(frozen=True)
class CallBack:
    """Whom to call when somebody speaks for a State: the directory's word, and how old it is."""

    state: str
    phone: str
    email: str
    hours: str
    authorities: tuple[tuple[str, str], ...]  # code, role
    confirmed: datetime | None
    alarms: tuple[str, ...]


@dataclass(frozen=True)
class ReadBack:
    """Whether this State issued an act with the code; the dossier only for whoever may read it anyway."""

    code: str
    issued: bool
    dossier: str = ""


def check_file(data: bytes, *, address: str, received: datetime | None = None) -> Answer:
    """Judge a file against the directory. Asks no database. Raises `casework.check.too-many`."""
    home = house()
    FILES.take(address, home.clock())
    return genuine.check(data, genuine.HouseBook(home), now=home.clock(), received=received)


def issued(code: str, *, address: str) -> bool:
    """Whether any authority of this State issued an act with this read-back code.

    Every act is compared in full and none ends the search, so the time taken tells nothing.
    Raises `casework.check.too-many`, `dossier.paper.code`, `dossier.paper.code-slip`.
    """
    return bool(_matching(code, address))


def read_back(person: Person, code: str) -> ReadBack:
    """The same for an officer, who is shown the way to a dossier that is theirs to read."""
    person.require("dossier.read")
    found = _matching(code, f"officer {person.officer_id}")
    own = access.dossiers(person).filter(acts__pk__in=found).values_list("pk", flat=True).first()
    return ReadBack(readback.heard(code), bool(found), own or "")


def _matching(code: str, address: str) -> list[str]:
    wanted = readback.heard(code)  # a slip is no try: the last character alone shows it
    CODES.take(address, house().clock())
    acts = ActRow.objects.filter(own=True).values_list("pk", flat=True).iterator(chunk_size=5000)
    return [act for act in acts if hmac.compare_digest(readback.code(act), wanted)]


def call_back(person: Person, state: str) -> CallBack | None:
    """The contact point of a State as the directory lists it; None for a State it does not list."""
    person.require("dossier.read")
    home = house()
    entry = home.directory.entry(state) if len(state) == 3 and state.isalpha() and state.isupper() else None
    if entry is None:
        return None
    held = home.directory.held(state)
    return CallBack(
        state=state,
        phone=entry.contact_point.phone,
        email=entry.contact_point.email,
        hours=entry.contact_point.hours,
        authorities=tuple((row.code, row.role) for row in entry.authorities),
        confirmed=held.fresh_at if held is not None else None,
        alarms=tuple(alarm.code for alarm in home.directory.alarms_of(state)),
    )


def states_to_call(person: Person) -> tuple[str, ...]:
    """The other States the directory lists."""
    person.require("dossier.read")
    home = house()
    return tuple(state for state in home.directory.states() if state != home.state)
