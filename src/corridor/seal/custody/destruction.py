"""Destruction: a State signs that its wraps and the identities opening them are gone, and they go."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from corridor.seal.custody.filing import add, following, read_statements
from corridor.seal.custody.statement import Claimed, Signer, Statement, claimed, statement
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.files import disk_faults, sync_folder
from corridor.seal.layout import WRAP_NAME, package_id
from corridor.seal.wraps import FOLDER, wrap_names

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Destruction:
    """What `destroy` did: the statement (its id) and the wraps that are no longer there."""

    statement: str
    wraps: tuple[str, ...]
    identities: tuple[str, ...]
    custodians: tuple[str, ...]


def custodians_known(path: Path | str) -> tuple[str, ...]:
    """Fingerprints of all that are known to have been able to open the package: those it was sealed for, those
    whose wraps are here, and those an earlier `destroyed` lists."""
    folder = Path(path)
    said = [claimed(envelope) for envelope in read_statements(folder).values()]
    listed = {each for one in said for each in one.custodians}
    return tuple(sorted(listed | set(_wraps_here(folder))))


def _wraps_here(folder: Path) -> tuple[str, ...]:
    return tuple(Path(name).stem for name in wrap_names(folder))


def destroyed_statement(
    path: Path | str,
    signer: Signer,
    *,
    at: datetime,
    wraps: Iterable[str] | None = None,
    identities: Iterable[str] = (),
    follows: Iterable[str] | None = None,
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    act_digest: str | None = None,
) -> Statement:
    """Sign a `destroyed` statement and change nothing: for whoever signs an act in the same action.

    `wraps` are fingerprints (all that are here unless given), `identities` the fingerprints of recipients whose
    identities the signer says are gone. Raises `seal.custody.after-destruction` when the State signed one
    already, `seal.custody.nothing-destroyed` when there is nothing to destroy.
    """
    folder = Path(path)
    gone = tuple(sorted(set(_wraps_here(folder) if wraps is None else wraps)))
    dead = tuple(sorted(set(identities)))
    _check((*gone, *dead))
    if not gone and not dead:
        raise CustodyError("seal.custody.nothing-destroyed")
    before = _signed_before(folder, signer.state)
    if before is not None:
        raise CustodyError("seal.custody.after-destruction", statement=before.id[:16], state=signer.state)
    extra: dict[str, Any] = {
        "custodians": sorted({*custodians_known(folder), *gone, *dead}),
        "destroyed": {"wraps": list(gone), "identities": list(dead)},
    }
    return statement(
        signer,
        "destroyed",
        package_id(folder),
        follows=following(folder, "destroyed") if follows is None else follows,
        at=at,
        facts=facts,
        private=private,
        act_digest=act_digest,
        extra=extra,
    )


def destroy(
    path: Path | str,
    signer: Signer,
    *,
    at: datetime,
    wraps: Iterable[str] | None = None,
    identities: Iterable[str] = (),
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    act_digest: str | None = None,
) -> Destruction:
    """Sign `destroyed`, put it into the package, then remove the wraps it names; the statement stays.

    Interrupted and called again, it finishes what was signed. It returns only when no wrap it names is there
    any more (`seal.wrap.still-there` otherwise). Other copies of the package, and blocks a medium keeps, are
    out of its reach: what makes the package closed for good is that the identities are gone.
    """
    folder = Path(path)
    asked = None if wraps is None else set(wraps)
    before = _signed_before(folder, signer.state)
    if before is not None and before.destroyed is not None:
        if not (asked or set()) <= set(before.destroyed.wraps):
            raise CustodyError("seal.custody.after-destruction", statement=before.id[:16], state=signer.state)
        said = before
    else:
        made = destroyed_statement(
            folder,
            signer,
            at=at,
            wraps=asked,
            identities=identities,
            facts=facts,
            private=private,
            act_digest=act_digest,
        )
        add(folder, made)
        said = claimed(made.envelope)
    return carry_out(folder, said)


def carry_out(path: Path | str, said: Claimed) -> Destruction:
    """Remove the wraps a `destroyed` statement of this holder names. May be repeated. Raises
    `seal.wrap.still-there`, `seal.disk.…`; the statement must be in the package (`seal.custody.absent`)."""
    folder = Path(path)
    if said.destroyed is None or said.id not in read_statements(folder, "destroyed"):
        raise CustodyError("seal.custody.absent", statement=said.id[:16])
    for fingerprint in said.destroyed.wraps:
        _remove(folder / FOLDER / f"{fingerprint}.age")
    place = folder / FOLDER
    # What a crash left of a wrap under a temporary name opens the package as well as the wrap does.
    for file in list(place.iterdir()) if place.is_dir() else ():
        if not WRAP_NAME.fullmatch(f"{FOLDER}/{file.name}"):
            _remove(file)
    left = sum(os.path.lexists(place / f"{each}.age") for each in said.destroyed.wraps)
    if left:
        raise PackageError("seal.wrap.still-there", wraps=left)
    return Destruction(said.id, said.destroyed.wraps, said.destroyed.identities, said.custodians)


def _remove(file: Path) -> None:
    """Overwrite, where the file system lets one, and unlink."""
    with disk_faults():
        try:
            mode = file.lstat().st_mode
        except FileNotFoundError:
            return
        if stat.S_ISDIR(mode):
            return
        if stat.S_ISREG(mode):
            with contextlib.suppress(OSError):
                handle = os.open(file, os.O_WRONLY | os.O_NOFOLLOW)
                try:
                    os.write(handle, bytes(os.fstat(handle).st_size))
                    os.fsync(handle)
                finally:
                    os.close(handle)
        file.unlink()
        sync_folder(file.parent)


def _signed_before(folder: Path, state: str) -> Claimed | None:
    found = (claimed(envelope) for envelope in read_statements(folder, "destroyed").values())
    return next((said for said in found if said.state == state), None)


def _check(fingerprints: Iterable[str]) -> None:
    if not all(_FINGERPRINT.fullmatch(each) for each in fingerprints):
        raise CustodyError("seal.custody.malformed", what="fingerprint")
