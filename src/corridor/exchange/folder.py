"""A package on this node's disk as the post carries it: seal.transfer behind the shapes of this room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corridor.exchange.message import FileEntry, Readable
from corridor.seal import transfer


def entries(package: Path) -> list[FileEntry]:
    """The files of a package in the order in which they are carried. Raises `PackageError`."""
    return [FileEntry(file.name, file.size, file.sha256) for file in transfer.files(package)]


class TransferFolder:
    """Where a package arrives: file by file under `incoming`, and under `dest` once it is whole.

    Both sides of a transfer use it: a client that fetches, and a mailroom that is posted to. When the package
    is there already, what may still arrive are wraps, custody statements and trust material.
    """

    def __init__(self, incoming: Path, package_id: str, dest: Path) -> None:
        self._incoming = incoming
        self._package_id = package_id
        self._dest = dest

    @property
    def path(self) -> Path:
        """Where the files are now."""
        return self._dest if self._dest.is_dir() else self._incoming

    def offer(self, files: Sequence[FileEntry]) -> Sequence[str]:
        """Names not here yet, in the order of the list. What is here was checked when it was accepted."""
        return [file.name for file in files if not (self.path / file.name).is_file()]

    def accept(self, file: FileEntry, stream: Readable) -> None:
        """Take one file in, whole and checked, or not at all. Raises `TransferError`."""
        transfer.accept_file(self.path, file.name, stream, package=self._package_id, sha256=file.sha256)

    def complete(self) -> None:
        """Give the package its place. Raises `TransferError` while anything is missing."""
        if not self._dest.is_dir():
            transfer.complete(self._incoming, self._package_id, self._dest)
