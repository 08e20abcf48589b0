"""What casework is given by the node it lives in: keys, folders, clock, directory. Set once, at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.casework.vault import Vault
from corridor.exchange import Peer
from corridor.notary import KeyRecord, KeyUse, PublicKey, SigningKey
from corridor.notary.log import Log

if TYPE_CHECKING:
    from corridor.registry.directory import Directory


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
    own_state_key: PublicKey
    node_key: SigningKey
    request_key: SigningKey
    log_key: SigningKey
    log_origin: str
    letter_identities: tuple[str, ...] = field(repr=False)
    fetches: bool = False  # this node can only call out
    four_eyes: str = "auto"  # auto | on | off; see casework.disclosure
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

    def state_keys(self, state: str) -> tuple[KeyRecord, ...]:
        """Every State signing key known for `state`, each with the time in which it is good; none for a stranger."""
        found = self.directory.keys(state, KeyUse.STATE)
        if state == self.state and all(row.key.keyid != self.own_state_key.keyid for row in found):
            found = (*found, KeyRecord(self.own_state_key))  # until the registry has published us
        return found

    def peer(self, state: str) -> Peer | None:
        """How to reach another State's node and whose signatures to expect; None for a State nobody knows."""
        entry = self.directory.entry(state)
        if entry is None or state == self.state:
            return None
        at = self.clock()
        log_keys = entry.valid_keys(KeyUse.LOG, at)
        return Peer(
            state=state,
            url=entry.node.url or "",
            tls_certificate=entry.node.tls_certificate or "",
            request_keys=entry.valid_keys(KeyUse.REQUEST, at),
            node_keys=entry.valid_keys(KeyUse.NODE, at),
            letter_recipients=entry.recipients.letter,
            log_key=log_keys[0] if log_keys else None,
            log_origin=entry.log_origin,
            delivery=entry.node.delivery,
        )

    def log(self) -> Log:
        """This State's transparency log, opened for appending under the sequencer's lock only."""
        return Log(self.log_folder, self.log_key, self.log_origin)


_source: Callable[[], House] | None = None
_house: House | None = None


def provide(source: Callable[[], House] | None) -> None:
    """Say where the house comes from; it is built when first asked for. None forgets it."""
    global _source, _house
    _source, _house = source, None


def house() -> House:
    """This process's house. Raises RuntimeError when no node provided one."""
    global _house
    if _house is None:
        if _source is None:
            raise RuntimeError("no node has provided a house")
        _house = _source()
    return _house
