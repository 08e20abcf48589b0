"""What the actions answer with: plain frozen data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from corridor.casework.merging import Clash
from corridor.casework.queries.pages import MissingRow


@dataclass(frozen=True)
class Result:
    """Everything here becomes JSON through `to_dict`."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SignedAct(Result):
    """An act that is signed, kept, logged and on its way."""

    act: str
    dossier: str
    name: str
    letters: tuple[str, ...]  # States a letter is on its way to


@dataclass(frozen=True)
class SavedDraft(Result):
    """A draft as kept, with what is still missing from it."""

    id: str
    changed: datetime
    missing: tuple[MissingRow, ...]
    revision: str = ""
    stage: str = "writing"  # writing | for_signature | returned


@dataclass(frozen=True)
class MergedDraft(Result):
    """A draft as kept with what two officers typed, or, where fields clash, not yet kept."""

    id: str
    changed: datetime
    revision: str
    stage: str
    content: dict[str, Any]
    taken: tuple[str, ...]  # fields as a colleague left them
    clashes: tuple[Clash, ...]  # fields both changed
    by: str  # the colleague's officer number


@dataclass(frozen=True)
class Entered(Result):
    """An entry of the national file."""

    id: str
    dossier: str


@dataclass(frozen=True)
class LawEntered(Result):
    """An entry of the State's law file."""

    id: str
    kind: str


@dataclass(frozen=True)
class CaseSaved(Result):
    """A case as changed."""

    id: str


@dataclass(frozen=True)
class PersonSaved(Result):
    """A person of a case as written."""

    id: str
    case: str
    number: int


@dataclass(frozen=True)
class PersonsImported(Result):
    """How many persons a table brought, and under which numbers."""

    case: str
    count: int
    first: int
    last: int


@dataclass(frozen=True)
class Upload(Result):
    """An open sealing session. Parts arrive in order, each of at most `part_size` bytes."""

    id: str
    dossier: str
    part_size: int


@dataclass(frozen=True)
class UploadProgress(Result):
    """How much of the item being written has arrived."""

    item: str
    received: int


@dataclass(frozen=True)
class SealedEvidence(Result):
    """A package sealed in this node, not yet disclosed to anyone outside it."""

    package: str
    dossier: str
    items: int
    size: int


@dataclass(frozen=True)
class Check(Result):
    """The findings about a package, by code."""

    package: str
    verdict: str  # unchanged | changed | cannot_tell
    findings: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Item(Result):
    """One item of an opened package."""

    id: str
    name: str
    size: int
    sha256: str
    restricted: bool


@dataclass(frozen=True)
class Opened(Result):
    """A package's list of items, opened with an officer's custody identity."""

    package: str
    items: tuple[Item, ...]
    conditions: tuple[str, ...] = ()  # as they stand in the package's own index
    use: str = ""

    @property
    def restricted(self) -> int:
        """How many of them bear the mark that must be acknowledged before they are given out."""
        return sum(item.restricted for item in self.items)


@dataclass(frozen=True)
class Enrolled(Result):
    """An officer who can sign in and, given a signing secret, sign."""

    username: str
    number: str
    authority: str
    role: str
    powers: tuple[str, ...]
    not_after: datetime
