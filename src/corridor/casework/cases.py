"""A case's sealed parts, opened and sealed again: number and title, persons, history, a table on its way in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from corridor.casework import persons
from corridor.casework.house import House
from corridor.casework.models import Case, CaseChange, CaseImport, CasePerson
from corridor.casework.persons import PersonData
from corridor.casework.vault import Opener


@dataclass(frozen=True)
class Names:
    """What a case is called here."""

    number: str
    title: str


@dataclass(frozen=True)
class Coming:
    """A table of persons on its way in: the file as it came, and what its columns are taken for."""

    file: bytes
    mapping: tuple[str, ...]
    role: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.file).hexdigest()


def seal_names(home: House, row: Case, names: Names) -> bytes:
    return _seal(home, row, "names", {"number": names.number, "title": names.title})


def names(home: House, row: Case) -> Names:
    """Raises what `Vault.open` raises."""
    said = _open(home, row, "names", row.sealed)
    return Names(said["number"], said["title"])


def seal_person(home: House, row: Case, person_id: str, person: PersonData) -> bytes:
    return _seal(home, row, f"person/{person_id}", person.model_dump(mode="json"))


def person(home: House, row: Case, one: CasePerson) -> PersonData:
    return opened(home.vault.opener(row.key), one)


def opened(opener: Opener, one: CasePerson) -> PersonData:
    """A person, by an opener of the case's key (`Vault.opener`): thousands are opened for one page."""
    return persons.kept(json.loads(opener(f"person/{one.pk}", one.sealed)))


def revision(one: CasePerson) -> str:
    """What whoever writes says they saw: another revision means a colleague wrote meanwhile."""
    return hashlib.sha256(bytes(one.sealed)).hexdigest()[:32]


def seal_change(home: House, row: Case, what: str, facts: dict[str, Any]) -> bytes:
    return _seal(home, row, "change", {"what": what, **facts})


def change(home: House, row: Case, one: CaseChange) -> dict[str, Any]:
    said: dict[str, Any] = _open(home, row, "change", one.sealed)
    return said


def seal_coming(home: House, row: Case, import_id: str, coming: Coming) -> bytes:
    head = json.dumps({"mapping": list(coming.mapping), "role": coming.role}).encode()
    return home.vault.seal(row.key, f"import/{import_id}", head + b"\n" + coming.file)


def coming(home: House, row: Case, one: CaseImport) -> Coming:
    head, _, file = home.vault.open(row.key, f"import/{one.pk}", one.sealed).partition(b"\n")
    said = json.loads(head)
    return Coming(file, tuple(said["mapping"]), said["role"])


def _seal(home: House, row: Case, what: str, said: Any) -> bytes:
    return home.vault.seal(row.key, what, json.dumps(said, ensure_ascii=False).encode())


def _open(home: House, row: Case, what: str, sealed: bytes | memoryview[int]) -> Any:
    return json.loads(home.vault.open(row.key, what, sealed))
