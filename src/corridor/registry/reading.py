"""One look at the registry through `tuf.ngclient`, with every way it can be wrong given its own name.

The client workflow of the TUF specification (5.3) is python-tuf's; what is ours is that one State's trouble
does not hide the others, and that a refusal says which attack it would have been.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets
from tuf.ngclient import Updater, UpdaterConfig

from corridor.faults import Fault
from corridor.notary import Envelope
from corridor.notary.files import make_folder
from corridor.registry import continuity
from corridor.registry.continuity import Reenrolment
from corridor.registry.entry import MAX_ENTRY, STATE
from corridor.registry.fault import RegistryFault
from corridor.registry.fetch import Fetch, PathFetcher
from corridor.registry.keyset import KeySet
from corridor.registry.submission import CONTINUITY, ENTRY
from corridor.registry.tufkeys import keyset_of

_VERSIONED = re.compile(r"(?:.*/)?(\d+)\.([A-Za-z]+)\.json\Z")
MAX_FILE = 4 * MAX_ENTRY  # an envelope is base64 inside JSON; a chain of statements is shorter still


@dataclass(frozen=True)
class Listing:
    """What the registry lists for one State: TUF has checked it, continuity has not."""

    delegated: KeySet
    envelope: Envelope
    chain: tuple[Envelope, ...]


@dataclass(frozen=True)
class Reading:
    """A whole look. A State whose part is wrong has a fault in place of a listing; one not yet listed has
    neither."""

    listings: dict[str, Listing | RegistryFault]
    announcements: dict[str, Reenrolment | RegistryFault]


def read(folder: Path, root: bytes, fetch: Fetch, *, at: datetime) -> Reading:
    """Look once. `root` is the trusted root given at set-up; `folder` is TUF's own cache.

    Raises RegistryFault: `registry.unreachable`, `registry.tuf.rollback`, `.freeze`, `.mix-and-match`,
    `.unsigned`, `.incomplete`, `.malformed`, `registry.root.expired`, `registry.state.delegation`.
    """
    metadata, targets = folder / "metadata", folder / "targets"
    make_folder(metadata)
    make_folder(targets)
    fetcher = PathFetcher(fetch)
    try:
        updater = Updater(
            str(metadata), "metadata/", str(targets), "targets/", fetcher, UpdaterConfig(), bootstrap=root
        )
        # ngclient reads the machine's clock; ours is an argument. test_registry_entry.py guards this
        # line.
        updater._trusted_set.reference_time = at
        updater.refresh()
    except (tuf_errors.RepositoryError, tuf_errors.DownloadError) as error:
        raise _named(error, fetcher, metadata, at) from error
    # Just verified and written by the updater: its public way to say what the top level holds.
    top = Metadata[Targets].from_file(str(metadata / "targets.json")).signed
    snapshot = Metadata[Snapshot].from_file(str(metadata / "snapshot.json")).signed
    trusted_root = Metadata[Root].from_file(str(metadata / "root.json")).signed
    roles = (top.delegations.roles if top.delegations else None) or {}
    for name, role in roles.items():
        if not STATE.match(name) or role.paths != [f"{name}/*"] or not role.terminating:
            raise RegistryFault("registry.state.delegation", role=name[:16])

    def load(path: str) -> bytes | None:
        info = updater.get_targetinfo(path)
        return None if info is None else _download(updater, info)

    listings: dict[str, Listing | RegistryFault] = {}
    for state in roles:
        if f"{state}.json" not in snapshot.meta:
            continue  # enrolled, and has not handed in its first entry
        try:
            listings[state] = _listing(state, load, keyset_of(top, state))
        except (tuf_errors.RepositoryError, tuf_errors.DownloadError) as error:
            listings[state] = _named(error, fetcher, metadata, at, state)
        except RegistryFault as fault:
            listings[state] = fault

    announcements: dict[str, Reenrolment | RegistryFault] = {}
    for path, info in top.targets.items():
        state = path.removeprefix("reenrolment/").removesuffix(".json")
        if path != f"reenrolment/{state}.json" or not STATE.match(state):
            continue
        try:
            envelope = _envelope(_download(updater, info), state)
            root_keys = keyset_of(trusted_root, "root")
            announcements[state] = continuity.verify_announcement(envelope, state=state, root=root_keys)
        except (tuf_errors.RepositoryError, tuf_errors.DownloadError) as error:
            announcements[state] = _named(error, fetcher, metadata, at, state)
        except RegistryFault as fault:
            announcements[state] = fault
    return Reading(listings, announcements)


def _listing(state: str, load: Callable[[str], bytes | None], delegated: KeySet) -> Listing:
    entry, chain = load(f"{state}/{ENTRY}"), load(f"{state}/{CONTINUITY}")
    if entry is None:
        raise RegistryFault("registry.state.withdrawn", state=state)
    return Listing(
        delegated=delegated,
        envelope=_envelope(entry, state),
        chain=continuity.load_chain(chain) if chain is not None else (),
    )


def _envelope(data: bytes, state: str) -> Envelope:
    try:
        return Envelope.from_json(data)
    except Fault as error:
        raise RegistryFault("registry.entry.malformed", state=state, place="envelope") from error


def _download(updater: Updater, info: TargetFile) -> bytes:
    if info.length > MAX_FILE:
        raise tuf_errors.DownloadLengthMismatchError("larger than a directory file may be")
    cached = updater.find_cached_target(info) or updater.download_target(info)
    return Path(cached).read_bytes()


def _named(
    error: Exception, fetcher: PathFetcher, metadata: Path, at: datetime, state: str | None = None
) -> RegistryFault:
    """Which rule of TUF 5.3 refused. The file asked for last tells the step."""
    versioned = _VERSIONED.match(fetcher.last)
    role = versioned.group(2) if versioned else "timestamp"
    if isinstance(error, tuf_errors.DownloadHTTPError):
        return RegistryFault("registry.tuf.incomplete", file=fetcher.last)
    if isinstance(error, tuf_errors.LengthOrHashMismatchError | tuf_errors.DownloadLengthMismatchError):
        return RegistryFault("registry.tuf.mix-and-match", file=fetcher.last)
    if isinstance(error, tuf_errors.DownloadError):
        return RegistryFault("registry.unreachable")
    if isinstance(error, tuf_errors.ExpiredMetadataError):
        if state is not None:
            return RegistryFault("registry.state.expired", state=state)
        if Metadata[Root].from_file(str(metadata / "root.json")).signed.is_expired(at):
            return RegistryFault("registry.root.expired")
        return RegistryFault("registry.tuf.freeze", role=role)
    if isinstance(error, tuf_errors.UnsignedMetadataError):
        return RegistryFault("registry.tuf.unsigned", role=role)
    if isinstance(error, tuf_errors.BadVersionNumberError):
        # 5.3.11 and 5.5.7, 5.6.4: a file that is not the version listed was mixed in from another day; a list
        # that is older than the one we hold is the registry going backwards.
        if versioned and role != "root" and fetcher.answered_version != int(versioned.group(1)):
            return RegistryFault("registry.tuf.mix-and-match", file=fetcher.last)
        return RegistryFault("registry.tuf.rollback", role=role)
    if type(error) is tuf_errors.RepositoryError and role == "snapshot":
        return RegistryFault("registry.tuf.rollback", role=role)  # a role listed before is listed no more
    return RegistryFault("registry.tuf.malformed", file=fetcher.last)
