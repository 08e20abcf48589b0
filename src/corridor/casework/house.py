"""What casework is given by the node it lives in: keys, folders, clock, directory. Set once at start, never global state of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.casework.vault import Vault

if TYPE_CHECKING:
    from corridor.notary import PublicKey, SigningKey
    from corridor.registry import Directory


@dataclass
class House:
    """One State's place. Node-held keys only: officer and custody keys are never in here.

    `wake` tells the outbox worker that something waits; losing a wake only costs the worker's polling interval.
    """

    state: str
    root: Path
    clock: Callable[[], datetime]
    directory: Directory
    vault: Vault
    node_key: SigningKey
    log_key: SigningKey
    log_origin: str
    letter_identities: tuple[str, ...]
    four_eyes: str = "auto"  # auto | on | off; see casework.disclosure
    directory_fresh_for: timedelta = timedelta(days=7)
    secret_work: int = 17  # scrypt cost (log2) of officers' files
    evidence_folders: tuple[Path, ...] = ()
    wake: Callable[[], None] = field(default=lambda: None)

    @property
    def log_folder(self) -> Path:
        return self.root / "log"

    @property
    def packages(self) -> Path:
        return self.root / "packages"

    @property
    def incoming(self) -> Path:
        return self.root / "incoming"

    @property
    def officers(self) -> Path:
        return self.root / "officers"

    @property
    def authorities(self) -> Path:
        return self.root / "authorities"

    def state_keys(self, state: str) -> list[PublicKey]:
        """The State signing keys the directory knows for `state`; empty when it knows none."""
        entry = self.directory.entry(state)
        return list(entry.public_keys("state")) if entry else []


_source: Callable[[], House] | None = None
_house: House | None = None


def provide(source: Callable[[], House] | None) -> None:
    """Say where the house comes from; it is built when first asked for. None forgets it."""
    global _source, _house  # noqa: PLW0603  the one place a process keeps its node
    _source, _house = source, None


def house() -> House:
    """This process's house. Raises RuntimeError when no node provided one."""
    global _house  # noqa: PLW0603
    if _house is None:
        if _source is None:
            raise RuntimeError("no node has provided a house")
        _house = _source()
    return _house
