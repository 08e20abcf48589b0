"""The secretariat's side: the TUF repository on a directory, and the few things that may be done to it.

```
DIR/public/metadata   N.root.json N.targets.json N.snapshot.json N.<State>.json timestamp.json   } all that is
DIR/public/targets    <State>/<sha256>.entry.json …  reenrolment/<sha256>.<State>.json           } ever served
DIR/keys              timestamp.json snapshot.json: held by the machine, only to date what others signed
```

Root and targets keys are offline: they are arguments of the acts that need them. Consistent snapshots are
on, so a reader always sees one whole state, and `timestamp.json`, written last, is the moment a change
takes place. Expiries and the time come from the caller. spec/registry.md, "Repository".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    T,
    TargetFile,
    Targets,
    Timestamp,
)

from corridor.faults import Fault
from corridor.notary import Envelope, PublicKey, SigningKey, instant, keys
from corridor.registry import continuity, files
from corridor.registry.continuity import WAITING, Reenrolment
from corridor.registry.entry import STATE, Entry
from corridor.registry.fault import RegistryFault
from corridor.registry.keyset import KeySet
from corridor.registry.submission import Submission, check_files
from corridor.registry.tufkeys import ONLINE, keyset_of, online_signer, signers, tuf_key


@dataclass(frozen=True)
class Terms:
    """How long each role's signature is good. A short timestamp is what makes a frozen registry noticed."""

    root: timedelta = timedelta(days=365)
    targets: timedelta = timedelta(days=365)
    snapshot: timedelta = timedelta(days=14)
    timestamp: timedelta = timedelta(days=2)


@dataclass
class Repository:
    """A repository that exists. Make one with `init`."""

    directory: Path
    terms: Terms = field(default_factory=Terms)

    @property
    def public(self) -> Path:
        """The folder a web server may show, and a courier may copy."""
        return self.directory / "public"

    @property
    def _metadata(self) -> Path:
        return self.public / "metadata"

    # What is published now

    def root_bytes(self) -> bytes:
        """The newest root: what a new node is given, by a hand it trusts."""
        return self._read(f"{self._root_version()}.root.json")

    def root(self) -> Root:
        return self._parse(self.root_bytes(), Root).signed

    def targets(self) -> Targets:
        return self._current("targets", Targets).signed

    def states(self) -> tuple[str, ...]:
        delegations = self.targets().delegations
        return tuple(sorted(delegations.roles or {})) if delegations else ()

    def keyset(self, state: str) -> KeySet:
        """The directory keys the registry knows for a State."""
        return keyset_of(self.targets(), state)

    def submission(self, state: str) -> Submission | None:
        """What the State has published, as it handed it in; None before its first."""
        meta = self._current("snapshot", Snapshot).signed.meta.get(f"{state}.json")
        if meta is None:
            return None
        role = self._read(f"{meta.version}.{state}.json")
        listed = self._parse(role, Targets).signed.targets
        found = {
            path.partition("/")[2]: (self.public / "targets" / target.get_prefixed_paths()[0]).read_bytes()
            for path, target in listed.items()
        }
        return Submission(state, role, found)

    def entry(self, state: str) -> Entry | None:
        found = self.submission(state)
        return found.entry() if found else None

    # What may be done to it

    def add_state(
        self,
        state: str,
        keys: Iterable[PublicKey],
        *,
        threshold: int,
        targets_keys: Sequence[SigningKey],
        at: datetime,
    ) -> None:
        """Delegate `<State>/*` to the State's directory keys, in a terminating role. Signed by the targets
        threshold.

        The role is empty until the State hands in its first entry.
        """
        if not STATE.match(state):
            raise RegistryFault("registry.state.code", state=state[:8])
        with files.writing(self.directory):
            if state in self.states():
                raise RegistryFault("registry.state.exists", state=state)
            targets = self._current("targets", Targets)
            _delegate(targets.signed, state, KeySet.of(keys, threshold))
            self._commit({"targets": self._sign_targets(targets, targets_keys, at)}, {}, at)

    def publish(
        self, submission: Submission, *, at: datetime, targets_keys: Sequence[SigningKey] = ()
    ) -> Entry:
        """Check what a State handed in, and publish it. A change of directory keys takes the targets keys
        as well.

        Raises RegistryFault with nothing changed.
        """
        state = submission.state
        with files.writing(self.directory):
            targets = self._current("targets", Targets)
            delegated = keyset_of(targets.signed, state)
            published = self.submission(state)
            proposed = submission.entry().keyset()
            changes: dict[str, bytes] = {}
            if proposed.id != delegated.id:
                if continuity.follow(state, delegated, submission.chain).id != proposed.id:
                    self._use_announcement(targets.signed, state, proposed, at)
                if not targets_keys:
                    raise RegistryFault("registry.publish.needs-targets-keys", state=state)
                _delegate(targets.signed, state, proposed)
                changes["targets"] = self._sign_targets(targets, targets_keys, at)
            entry = check_files(submission, proposed)
            if published is not None and entry.version <= published.entry().version:
                raise RegistryFault(
                    "registry.entry.version-back", state=state, held=published.entry().version
                )
            _check_role(submission, proposed, published, at)
            changes[state] = submission.role
            self._commit(changes, {f"{state}/{name}": data for name, data in submission.files.items()}, at)
            return entry

    def announce_reenrolment(
        self,
        state: str,
        keys: Iterable[PublicKey],
        *,
        threshold: int,
        root_keys: Sequence[SigningKey],
        targets_keys: Sequence[SigningKey],
        at: datetime,
        waiting: timedelta = WAITING,
    ) -> Reenrolment:
        """A State lost its keys: the root threshold announces new ones. Nothing changes yet but the
        announcement."""
        with files.writing(self.directory):
            targets = self._current("targets", Targets)
            keyset_of(targets.signed, state)  # must be enrolled
            path = f"reenrolment/{state}.json"
            number = 1
            if path in targets.signed.targets:
                number = self._announcement(targets.signed, state).number + 1
            envelope = continuity.announce(
                state, number, KeySet.of(keys, threshold), root_keys, at=at, waiting=waiting
            )
            found = continuity.verify_announcement(envelope, state=state, root=self._root_keyset())
            data = envelope.to_json()
            targets.signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
            self._commit({"targets": self._sign_targets(targets, targets_keys, at)}, {path: data}, at)
            return found

    def rotate_root(self, new: Root, keys: Sequence[SigningKey], *, at: datetime) -> None:
        """Publish the next root. `keys` must satisfy the threshold of the old root and that of the new
        one."""
        with files.writing(self.directory):
            old = self._parse(self.root_bytes(), Root).signed
            new.version, new.expires = old.version + 1, at + self.terms.root
            signed = Metadata(new)
            for signer in signers(keys):
                signed.sign(signer, append=True)
            for judge in (old, new):
                _verify(judge, "root", signed)
            files.write(self._metadata / f"{new.version}.root.json", signed.to_bytes())
            self._commit({}, {}, at)

    def renew(self, *, at: datetime) -> None:
        """Date the repository anew with the machine's own keys. Run it at least daily."""
        with files.writing(self.directory):
            self._commit({}, {}, at)

    # How it is written

    def _commit(self, changes: dict[str, bytes], targets: dict[str, bytes], at: datetime) -> None:
        """Write new files beside the old ones, then the snapshot, then the timestamp that makes them
        current."""
        snapshot = self._current("snapshot", Snapshot)
        for path, data in targets.items():
            prefixed = TargetFile.from_data(path, data, ["sha256"]).get_prefixed_paths()[0]
            files.write(self.public / "targets" / prefixed, data)
        for role, data in changes.items():
            version = self._parse(data, Targets).signed.version
            files.write(self._metadata / f"{version}.{role}.json", data)
            snapshot.signed.meta[f"{role}.json"] = MetaFile.from_data(version, data, ["sha256"])
        snapshot.signed.version += 1
        snapshot.signed.expires = at + self.terms.snapshot
        snapshot.sign(online_signer(self._online("snapshot")))
        timestamp = self._parse(self._read("timestamp.json"), Timestamp)
        _publish_snapshot(
            self.public, snapshot, timestamp, self._online("timestamp"), at + self.terms.timestamp
        )

    def _sign_targets(self, targets: Metadata[Targets], keys: Sequence[SigningKey], at: datetime) -> bytes:
        targets.signed.version += 1
        targets.signed.expires = at + self.terms.targets
        targets.signatures.clear()
        for signer in signers(keys):
            targets.sign(signer, append=True)
        _verify(self.root(), "targets", targets)
        return targets.to_bytes()

    def _online(self, role: str) -> SigningKey:
        return keys.load(self.directory / "keys" / f"{role}.json")

    def _use_announcement(self, targets: Targets, state: str, proposed: KeySet, at: datetime) -> None:
        """Accept keys no continuity leads to, if the root announced them, the wait is over, and it is the
        first use.

        The announcement stays listed, marked as used: a node that was away must still see it, and wait in
        its turn.
        """
        target = targets.targets.get(f"reenrolment/{state}.json")
        if target is None or target.custom == {"used": True}:
            raise RegistryFault("registry.continuity.keys-swapped", state=state)
        found = self._announcement(targets, state)
        if found.to.id != proposed.id:
            raise RegistryFault("registry.continuity.keys-swapped", state=state)
        if at < found.not_before:
            until = instant.to_text(found.not_before)
            raise RegistryFault("registry.reenrolment.pending", state=state, until=until)
        target.unrecognized_fields["custom"] = {"used": True}

    def _announcement(self, targets: Targets, state: str) -> Reenrolment:
        target = targets.targets[f"reenrolment/{state}.json"]
        data = (self.public / "targets" / target.get_prefixed_paths()[0]).read_bytes()
        return continuity.verify_announcement(_envelope(data), state=state, root=self._root_keyset())

    def _root_keyset(self) -> KeySet:
        return keyset_of(self.root(), "root")

    def _root_version(self) -> int:
        versions = [int(path.name.partition(".")[0]) for path in self._metadata.glob("[0-9]*.root.json")]
        if not versions:
            raise RegistryFault("registry.repository.absent")
        return max(versions)

    def _read(self, name: str) -> bytes:
        try:
            return (self._metadata / name).read_bytes()
        except FileNotFoundError as error:
            raise RegistryFault("registry.repository.absent") from error

    def _parse(self, data: bytes, kind: type[T]) -> Metadata[T]:
        found = Metadata[kind].from_bytes(data)  # type: ignore[valid-type]
        if not isinstance(found.signed, kind):
            raise RegistryFault("registry.repository.absent")
        return found

    def _current(self, role: str, kind: type[T]) -> Metadata[T]:
        """The version of a role that the timestamp, through the snapshot, says is current."""
        meta = self._parse(self._read("timestamp.json"), Timestamp).signed.snapshot_meta
        if role != "snapshot":
            meta = self._parse(self._read(f"{meta.version}.snapshot.json"), Snapshot).signed.meta[
                f"{role}.json"
            ]
        return self._parse(self._read(f"{meta.version}.{role}.json"), kind)


def init(
    directory: Path,
    *,
    root: Sequence[PublicKey],
    root_keys: Sequence[SigningKey],
    targets: Sequence[PublicKey],
    targets_keys: Sequence[SigningKey],
    at: datetime,
    root_threshold: int = 2,
    targets_threshold: int = 1,
    terms: Terms | None = None,
) -> Repository:
    """The first ceremony: a root of offline keys, and the two keys this machine holds, made here.

    `root` and `targets` are all the holders; `root_keys` and `targets_keys` those present, at least the
    thresholds. A root threshold below two is refused: one holder must not be able to make States.
    """
    repository = Repository(directory, terms or Terms())
    if repository.public.exists():
        raise RegistryFault("registry.repository.exists")
    if root_threshold < 2:
        raise RegistryFault("registry.keys.threshold", threshold=root_threshold, keys=len(root))
    offline = {
        "root": KeySet.of(root, root_threshold),
        "targets": KeySet.of(targets, targets_threshold),
    }
    online = {role: keys.generate(ONLINE) for role in ("snapshot", "timestamp")}
    if set(offline["root"].keyids) & set(offline["targets"].keyids):
        raise RegistryFault("registry.keys.listed-twice")

    signed_root = Root(version=1, expires=at + repository.terms.root, consistent_snapshot=True)
    for role, keyset in offline.items():
        for key in keyset.keys:
            signed_root.add_key(tuf_key(key), role)
        signed_root.roles[role].threshold = keyset.threshold
    for role, signing in online.items():
        signed_root.add_key(tuf_key(signing.public), role)
    root_metadata = Metadata(signed_root)
    for signer in signers(root_keys):
        root_metadata.sign(signer, append=True)
    _verify(signed_root, "root", root_metadata)

    targets_metadata = Metadata(Targets(version=1, expires=at + repository.terms.targets))
    for signer in signers(targets_keys):
        targets_metadata.sign(signer, append=True)
    _verify(signed_root, "targets", targets_metadata)

    for role, signing in online.items():
        path = directory / "keys" / f"{role}.json"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys.save(signing, path)
    metadata = repository.public / "metadata"
    files.write(metadata / "1.root.json", root_metadata.to_bytes())
    data = targets_metadata.to_bytes()
    files.write(metadata / "1.targets.json", data)
    snapshot = Metadata(Snapshot(version=1, expires=at + repository.terms.snapshot))
    snapshot.signed.meta["targets.json"] = MetaFile.from_data(1, data, ["sha256"])
    snapshot.sign(online_signer(online["snapshot"]))
    timestamp = Metadata(Timestamp(version=1))
    timestamp.signed.version = 0  # raised to 1 as it is published
    _publish_snapshot(
        repository.public, snapshot, timestamp, online["timestamp"], at + repository.terms.timestamp
    )
    return repository


def _publish_snapshot(
    public: Path,
    snapshot: Metadata[Snapshot],
    timestamp: Metadata[Timestamp],
    key: SigningKey,
    expires: datetime,
) -> None:
    data = snapshot.to_bytes()
    files.write(public / "metadata" / f"{snapshot.signed.version}.snapshot.json", data)
    timestamp.signed.version += 1
    timestamp.signed.expires = expires
    timestamp.signed.snapshot_meta = MetaFile.from_data(snapshot.signed.version, data, ["sha256"])
    timestamp.sign(online_signer(key))
    files.write(public / "metadata" / "timestamp.json", timestamp.to_bytes())


def _delegate(targets: Targets, state: str, keyset: KeySet) -> None:
    """Give `<State>/*`, and nothing else, to this set; keys no role uses any more are dropped."""
    if targets.delegations is None:
        targets.delegations = Delegations(keys={}, roles={})
    roles = targets.delegations.roles
    if roles is None:
        raise RegistryFault("registry.repository.absent")
    roles[state] = DelegatedRole(state, list(keyset.keyids), keyset.threshold, True, paths=[f"{state}/*"])
    for key in keyset.keys:
        targets.delegations.keys[key.keyid] = tuf_key(key)
    used = {keyid for role in roles.values() for keyid in role.keyids}
    for keyid in set(targets.delegations.keys) - used:
        del targets.delegations.keys[keyid]


def _check_role(submission: Submission, keyset: KeySet, published: Submission | None, at: datetime) -> None:
    """The State's role metadata: signed by its threshold, newer, in date, within its own path, listing
    these files."""
    state = submission.state
    metadata = submission.metadata()
    role = metadata.signed
    if not isinstance(role, Targets):
        raise RegistryFault("registry.submission.malformed")
    judge = Targets(expires=at)
    _delegate(judge, state, keyset)
    _verify(judge, state, metadata)
    if role.delegations is not None or any(not path.startswith(f"{state}/") for path in role.targets):
        raise RegistryFault("registry.submission.path", state=state)
    if {f"{state}/{name}" for name in submission.files} != set(role.targets):
        raise RegistryFault("registry.submission.path", state=state)
    if any("/" in name or name.startswith(".") for name in submission.files):
        raise RegistryFault("registry.submission.path", state=state)
    try:
        for name, data in submission.files.items():
            role.targets[f"{state}/{name}"].verify_length_and_hashes(data)
    except RepositoryError as error:
        raise RegistryFault("registry.submission.malformed") from error
    if published is not None and role.version <= published.metadata().signed.version:
        raise RegistryFault("registry.submission.role-version", state=state)
    if role.is_expired(at):
        raise RegistryFault("registry.submission.expired", state=state)


def _verify(judge: Root | Targets, role: str, metadata: Metadata[T]) -> None:
    try:
        judge.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError) as error:
        needed = judge.get_delegated_role(role).threshold
        raise RegistryFault("registry.role.threshold", role=role, threshold=needed) from error


def _envelope(data: bytes) -> Envelope:
    try:
        return Envelope.from_json(data)
    except (Fault, ValueError) as error:
        raise RegistryFault("registry.reenrolment.invalid", state="") from error
