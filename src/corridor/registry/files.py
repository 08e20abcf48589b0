"""Durable writes and a one-writer lock for the two directories this room keeps: the repository and a node's
own."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from corridor.notary.files import make_folder, write_whole


def write(path: Path, data: bytes) -> None:
    """Replace `path` as a whole, making its folder where there is none."""
    make_folder(path.parent)
    write_whole(path, data)


@contextlib.contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Hold the directory's write lock. Readers need none: every file in it is replaced as a whole."""
    make_folder(directory)
    with open(directory / ".lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
