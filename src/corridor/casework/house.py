"""What casework is given by the node it lives in: keys, folders, clock, directory. Set once, at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from corridor.casework.folded import Folded
from corridor.casework.vault import Vault
from corridor.exchange import Peer
from corridor.notary import KeyRecord, KeyUse, PublicKey, SigningKey
from corridor.notary.cosignature import verify_witnessed
from corridor.notary.log import Log
from corridor.seal import custody

if TYPE_CHECKING:
    from corridor.casework.service import Target
    from corridor.registry.directory import Directory


@dataclass(frozen=True)
class TimeAuthority:
    """A time-stamping authority (RFC 3161) this State chose: asked at `url`, believed by `certificates`."""

    name: str
    url: str
    certificates: tuple[x509.Certificate, ...] = field(repr=False)


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
    witness_key: SigningKey
    letter_identities: tuple[str, ...] = field(repr=False)
    fetches: bool = False  # this node can only call out
    four_eyes: str = "auto"  # auto | on | off; see casework.disclosure
    secret_work: int = 17  # scrypt cost (log2) of officers' files
    evidence_folders: tuple[Path, ...] = ()
    time_authorities: tuple[TimeAuthority, ...] = ()
    witnesses: tuple[str, ...] = ()  # the States that witness our log, until the directory says so
    service_levels: tuple[Target, ...] = ()  # this State's own figures, before those of casework.service
    wake: Callable[[], None] = field(default=lambda: None)
    folded: Folded = field(default_factory=Folded, repr=False, compare=False)

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

    @property
    def witness_name(self) -> str:
        """The name under which this State cosigns the logs of others."""
        return f"{self.log_origin}/witness"

    def witness_keys(self, state: str) -> dict[str, tuple[str, PublicKey]]:
        """The witnesses of a State's log: name -> State and key, as the directory lists them now."""
        entry = self.directory.entry(state)
        named = entry.witnesses if entry is not None else self.witnesses if state == self.state else ()
        found: dict[str, tuple[str, PublicKey]] = {}
        for each in named:
            witness = self.directory.entry(each)
            keys = witness.valid_keys(KeyUse.WITNESS, self.clock()) if witness is not None else ()
            if witness is not None and keys:
                found[witness.witness_name] = each, keys[0]
        return found

    def state_trust(self, state: str) -> custody.StateTrust:
        """All the directory says of a State that its custody is measured by."""
        entry = self.directory.entry(state)
        records = self.directory.keys(state, KeyUse.LOG)
        logs = tuple((entry.log_origin, each.key) for each in records) if entry is not None else ()
        if state == self.state and not logs:
            logs = ((self.log_origin, self.log_key.public),)
        witnesses = {name: key for name, (_, key) in self.witness_keys(state).items()}
        return custody.StateTrust(state, self.state_keys(state), logs, witnesses)

    def trust(self) -> custody.Trust:
        """What this node believes of every State, and the time-stamping authorities it chose."""
        certificates = [one for each in self.time_authorities for one in each.certificates]
        return custody.Trust(self.state_trust, tuple(dict.fromkeys(certificates)))

    def tell_trust(self, folder: Path, state: str) -> None:
        """Put into a package what lets others check that State's statements."""
        known = self.state_trust(state)
        custody.add_trust(folder, state, known.keys, logs=known.logs, witnesses=known.witnesses or None)

    def witnessed(self, checkpoint: bytes) -> bool:
        """Whether a majority of this State's witnesses cosigned a checkpoint of its log."""
        witnesses = {name: key for name, (_, key) in self.witness_keys(self.state).items()}
        return verify_witnessed(checkpoint, self.log_key.public, self.log_origin, witnesses).witnessed

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
