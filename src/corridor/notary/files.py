"""Files that are whole or absent: written aside, synced, renamed, and the folder synced."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put `data` at `path`. A reader, or a machine that loses power, sees the old file or the new, never a
    part."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_many(files: Iterable[tuple[Path, bytes]]) -> None:
    """Put each of `files` at its path. Each is whole or absent, and on return all are there for good, though
    in between any of them may be; every folder is synced once. Folders must be there, and nobody else may be
    writing these paths: what a killed call leaves aside, the next call of the same paths takes away."""
    written = []
    for path, data in files:
        aside = path.with_name(f".{path.name}.tmp")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        written.append((aside, path))
    for aside, path in written:
        os.replace(aside, path)
    for folder in dict.fromkeys(path.parent for _, path in written):
        sync_folder(folder)


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_folder(folder: Path) -> None:
    """A rename or a new name survives a power cut only once its folder is synced."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, each synced into the one above it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


def read_bounded(path: Path, limit: int) -> bytes | None:
    """The bytes of `path`, or None when it is longer than `limit`. Raises OSError as open does."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None
