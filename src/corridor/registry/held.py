"""What a node keeps about each State: its own dated directory, readable without the registry.

```
DIR/root.json                                the root this node was given
DIR/tuf/                                     ngclient's cache
DIR/entries/<State>/<version>-<id>.json      every entry ever accepted, as it was signed
DIR/states/<State>.json                      which one holds, the keys pinned, dates, revocations, alarms
DIR/registry.json                            when we last looked, and how it went
DIR/history.jsonl                            alarms raised and cleared, entries accepted; only appended to
```
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from corridor.notary import Envelope, instant
from corridor.registry import files
from corridor.registry.entry import Entry, Instant
from corridor.registry.fault import RegistryFault


class Stored(BaseModel):
    """A part of our own files; a field we do not know means a newer Corridor wrote it, and is kept."""

    model_config = ConfigDict(extra="allow", validate_assignment=True)


class Raised(Stored):
    """An alarm as kept: its facts fill the sentences of its code."""

    since: Instant
    facts: dict[str, Any] = {}


class Waiting(Stored):
    """A re-enrolment announced, and the day this node will believe it."""

    id: str
    first_seen: Instant
    due: Instant


class Held(Stored):
    """One State as this node knows it. `version` 0: nothing accepted yet."""

    state: str
    version: int = 0
    entry_id: str = ""
    received_at: Instant | None = None
    fresh_at: Instant | None = None  # the last moment at which this was known to be the State's present entry
    listed_version: int = 0  # the highest version the registry itself has listed
    keyset: dict[str, Any] | None = None  # directory keys pinned, with their threshold
    revoked_keys: dict[str, Instant] = {}
    revoked_recipients: tuple[str, ...] = ()
    stopped_at: Instant | None = None  # the State asked that nothing be disclosed to it until its next entry
    announced: Waiting | None = None
    applied: tuple[str, ...] = ()  # re-enrolments already believed once
    alarms: dict[str, Raised] = {}


class Looked(Stored):
    """When this node last asked the registry."""

    tried_at: Instant | None = None
    good_at: Instant | None = None
    alarms: dict[str, Raised] = {}


class Shelf:
    """Reads and writes the files above; decides nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[tuple[str, str], Entry] = {}

    def states(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self.path / "states").glob("*.json")))

    def held(self, state: str) -> Held:
        try:
            return Held.model_validate_json((self.path / "states" / f"{state}.json").read_bytes())
        except FileNotFoundError:
            return Held(state=state)
        except ValueError as error:
            raise RegistryFault("registry.directory.damaged", file=f"states/{state}.json") from error

    def keep(self, held: Held) -> None:
        files.write(self.path / "states" / f"{held.state}.json", held.model_dump_json(indent=1).encode())

    def looked(self) -> Looked:
        try:
            return Looked.model_validate_json((self.path / "registry.json").read_bytes())
        except FileNotFoundError:
            return Looked()
        except ValueError as error:
            raise RegistryFault("registry.directory.damaged", file="registry.json") from error

    def keep_looked(self, looked: Looked) -> None:
        files.write(self.path / "registry.json", looked.model_dump_json(indent=1).encode())

    def put_entry(self, entry: Entry, envelope: Envelope) -> None:
        name = f"{entry.version:08d}-{envelope.id[:16]}.json"
        files.write(self.path / "entries" / entry.state / name, envelope.to_json())

    def envelope(self, held: Held) -> bytes:
        """The entry that holds, as it was signed."""
        name = f"{held.version:08d}-{held.entry_id[:16]}.json"
        try:
            return (self.path / "entries" / held.state / name).read_bytes()
        except FileNotFoundError as error:
            raise RegistryFault("registry.directory.damaged", file=f"entries/{held.state}/{name}") from error

    def entry(self, held: Held) -> Entry:
        """The entry that holds, parsed once: an accepted file never changes."""
        return self._parsed(held.state, f"{held.version:08d}-{held.entry_id[:16]}.json")

    def entries(self, state: str) -> tuple[Entry, ...]:
        """Every entry accepted, oldest first."""
        names = sorted(path.name for path in (self.path / "entries" / state).glob("*.json"))
        return tuple(self._parsed(state, name) for name in names)

    def _parsed(self, state: str, name: str) -> Entry:
        known = self._entries.get((state, name))
        if known is None:
            try:
                data = (self.path / "entries" / state / name).read_bytes()
                known = Entry.from_json(Envelope.from_json(data).payload)
            except (FileNotFoundError, ValueError) as error:
                raise RegistryFault("registry.directory.damaged", file=f"entries/{state}/{name}") from error
            self._entries[state, name] = known
        return known

    def note(self, what: str, at: datetime, **facts: Any) -> None:
        """One line of history."""
        line = json.dumps({"at": instant.to_text(at), "what": what, **facts}, sort_keys=True)
        with open(self.path / "history.jsonl", "a", encoding="utf-8") as history:
            history.write(line + "\n")

    def history(self) -> tuple[dict[str, Any], ...]:
        try:
            lines = (self.path / "history.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(json.loads(line) for line in lines if line.endswith("}"))
