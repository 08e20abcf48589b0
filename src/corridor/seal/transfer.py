"""Carrying a package file by file: what to send, and a door at the receiving side that lets nothing else in.

Order: the tag manifest first (its digest is the package id, known from the act), then what it lists, then the
payload in any order and in parallel, then wraps, custody and trust. Every file fixed at sealing is checked
against the manifests already here: an interrupted transfer repeats at most the files that were under way.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corridor.seal.age.files import Readable
from corridor.seal.faults import PackageError, TransferError
from corridor.seal.files import disk_faults, sync_folder
from corridor.seal.layout import (
    BAG_INFO,
    BAGIT,
    FIXED_TAG_NAME,
    GROWING_NAME,
    MANIFEST,
    MANIFEST_LIMIT,
    MIB,
    PART_LIMIT,
    PAYLOAD_NAME,
    README,
    TAGMANIFEST,
    is_package_name,
    package_id,
    parse_manifest,
    read_small,
)

GROWING_LIMIT = 4 * MIB
GROWING_MOST = 4096  # wraps, statements and trust files of one package: what is more fills a disk
_INCOMING = re.compile(r"\.incoming-[0-9a-f]{16}")


@dataclass(frozen=True)
class PackageFile:
    """One file to carry."""

    name: str
    size: int
    sha256: str


def files(path: Path | str) -> list[PackageFile]:
    """Everything of a package in the order in which to send it. Raises `PackageError` if a file is missing.

    Digests of what is fixed at sealing are those the manifests give; nothing large is read.
    """
    folder = Path(path)
    known = {TAGMANIFEST: package_id(folder)} | _listed(folder, TAGMANIFEST) | _listed(folder, MANIFEST)
    first = [TAGMANIFEST, MANIFEST, BAGIT, BAG_INFO, README]
    order = [*first, *sorted(name for name in known if name not in first), *growing(folder)]
    return [
        PackageFile(name, _size(folder, name), known.get(name) or _digest(folder, name)) for name in order
    ]


def growing(path: Path | str) -> list[str]:
    """Names of the wraps, statements and trust material the package holds now."""
    folder = Path(path)
    found = []
    for top in ("package-key", "custody", "trust"):
        for base, _, names in os.walk(folder / top):
            found += [Path(base, name).relative_to(folder).as_posix() for name in names]
    return sorted(name for name in found if GROWING_NAME.fullmatch(name))


def _size(folder: Path, name: str) -> int:
    file = folder / name
    if file.is_symlink() or not file.is_file():
        raise PackageError("seal.bag.missing-file", name=name)
    return file.stat().st_size


def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256(read_small(folder, name, GROWING_LIMIT)).hexdigest()


def _listed(folder: Path, manifest: str) -> dict[str, str]:
    facts = (folder / manifest).stat() if (folder / manifest).is_file() else None
    if facts is None:
        raise PackageError("seal.bag.missing-file", name=manifest)
    return _parsed(folder, manifest, facts.st_mtime_ns, facts.st_size, facts.st_ino)


@functools.lru_cache(maxsize=8)
def _parsed(folder: Path, manifest: str, *_version: int) -> dict[str, str]:
    allowed = FIXED_TAG_NAME if manifest == TAGMANIFEST else PAYLOAD_NAME
    return parse_manifest(read_small(folder, manifest, MANIFEST_LIMIT), manifest, allowed)


def expected_digest(path: Path | str, name: str, package: str) -> str | None:
    """What a file fixed at sealing must digest to, from what is already here; None for what may grow.

    Raises `TransferError` for a name no package holds, one the package does not list, or one that comes
    before the manifest that lists it.
    """
    folder = Path(path)
    if not is_package_name(name):
        raise TransferError("seal.transfer.name-refused")
    if name == TAGMANIFEST:
        return package
    if GROWING_NAME.fullmatch(name):
        return None
    manifest = MANIFEST if PAYLOAD_NAME.fullmatch(name) else TAGMANIFEST
    try:
        if manifest == TAGMANIFEST and package_id(folder) != package:
            raise TransferError("seal.transfer.other-package")
        listed = _listed(folder, manifest)
    except PackageError:
        raise TransferError("seal.transfer.manifest-first", manifest=manifest) from None
    if name not in listed:
        raise TransferError("seal.transfer.not-listed", name=name)
    return listed[name]


def accept_file(
    path: Path | str, name: str, stream: Readable, *, package: str, sha256: str | None = None
) -> PackageFile:
    """Take one file of the package `package` (its id) into the folder `path`, whole and checked, or not.

    `sha256` is the sender's word for a wrap, a statement or trust material, which no manifest lists. A file
    already here with the same content is left; a wrap, statement or trust file with other content is
    refused.
    Raises `TransferError`; `PackageError` for the disk.
    """
    folder = Path(path)
    expected = expected_digest(folder, name, package)
    if expected is None and not (folder / name).exists() and len(growing(folder)) >= GROWING_MOST:
        raise TransferError("seal.transfer.too-many", limit=GROWING_MOST)
    wanted = expected or sha256
    limit = GROWING_LIMIT if expected is None else MANIFEST_LIMIT if "manifest" in name else PART_LIMIT
    temporary = folder / f".incoming-{secrets.token_hex(8)}"
    digest = _Digest(stream)
    size = 0
    with disk_faults():
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with disk_faults(), temporary.open("xb", buffering=0) as file:
            for block in _blocks(stream):
                size += len(block)
                if size > limit:
                    raise TransferError("seal.transfer.too-long", name=name)
                digest.update(block)
                view = memoryview(block)
                while view:
                    view = view[file.write(view) or 0 :]
            os.fsync(file.fileno())
        if wanted is not None and digest.hexdigest() != wanted:
            raise TransferError("seal.transfer.digest-mismatch", name=name)
        _put(folder, name, temporary, digest.hexdigest(), replace=expected is not None)
    finally:
        temporary.unlink(missing_ok=True)
    return PackageFile(name, size, digest.hexdigest())


class _Digest:
    """SHA-256 of a stream as it is read; a stream that hashes what it gives (a signed body) is asked instead."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._own = None if hasattr(stream, "sha256") else hashlib.sha256()

    def update(self, block: bytes) -> None:
        if self._own is not None:
            self._own.update(block)

    def hexdigest(self) -> str:
        return str(self._stream.sha256) if self._own is None else self._own.hexdigest()  # type: ignore[attr-defined]


def _blocks(stream: Readable) -> Iterator[bytes]:
    while block := stream.read(MIB):
        yield block


def _put(folder: Path, name: str, temporary: Path, digest: str, *, replace: bool) -> None:
    target = folder / name
    with disk_faults():
        target.parent.mkdir(parents=True, exist_ok=True)
        if replace:
            temporary.replace(target)
        else:
            try:
                os.link(temporary, target)
            except FileExistsError:
                if _digest(folder, name) != digest:
                    raise TransferError("seal.transfer.file-exists", name=name) from None
        sync_folder(target.parent)


def missing(path: Path | str, package: str) -> list[str]:
    """What is still to come of what was fixed at sealing, in the order to ask for it; empty when all is here.

    Everything here was checked when it was accepted, so only names are looked at.
    """
    folder = Path(path)
    if not (folder / TAGMANIFEST).is_file() or package_id(folder) != package:
        return [TAGMANIFEST]
    names = list(_listed(folder, TAGMANIFEST))
    if (folder / MANIFEST).is_file():
        names += _listed(folder, MANIFEST)
    absent = [name for name in names if not (folder / name).is_file()]
    return sorted(absent, key=lambda name: (name != MANIFEST, name))


def complete(path: Path | str, package: str, dest: Path | str) -> Path:
    """Give an incoming folder its place as a package. Raises `TransferError` while anything is missing."""
    folder, target = Path(path), Path(dest)
    absent = missing(folder, package)
    if absent:
        raise TransferError("seal.transfer.incomplete", files=len(absent))
    if os.path.lexists(target):
        raise PackageError("seal.package.exists")
    with disk_faults():
        for name in os.listdir(folder):
            if _INCOMING.fullmatch(name):
                (folder / name).unlink(missing_ok=True)
        for top in ("data", "package-key", "custody", "trust"):
            (folder / top).mkdir(exist_ok=True)
        for base, _, _ in os.walk(folder):
            sync_folder(Path(base))
        folder.rename(target)
        sync_folder(target.parent)
    return target
