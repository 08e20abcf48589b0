"""Writing so that a crash leaves either the whole file or none, and saying plainly why a disk refused."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from corridor.seal.faults import PackageError


def sync_folder(path: Path) -> None:
    """Make names in a folder survive a crash."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn the operating system's refusals into coded faults, without the path, which may be telling."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise PackageError("seal.disk.full") from error
        if error.errno == errno.EFBIG:
            raise PackageError("seal.disk.file-too-large") from error
        raise PackageError("seal.disk.refused", errno=errno.errorcode.get(error.errno or 0, "?")) from error


#: What a file is called while `write_whole` writes it. No reader of a package looks into one.
BEING_WRITTEN: Final = re.compile(r"\.tmp-[0-9a-f]{16}")


def write_whole(file: Path, data: bytes, mode: int = 0o666) -> None:
    """Write under a temporary name, sync, rename. `mode` is before the umask. Raises `PackageError`."""
    temporary = file.with_name(f".tmp-{secrets.token_hex(8)}")
    with disk_faults():
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(file.parent)


def remove_tree(folder: Path) -> None:
    """Remove what we made under a temporary name. Follows no link; what cannot be removed stays, under a name
    no reader takes for a package."""
    for base, folders, files in os.walk(folder, topdown=False, followlinks=False):
        for name in files:
            _quietly_unlink(Path(base, name))
        for name in folders:
            _quietly_rmdir(Path(base, name))
    _quietly_rmdir(folder)


def _quietly_unlink(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return


def _quietly_rmdir(path: Path) -> None:
    try:
        if stat.S_ISLNK(path.lstat().st_mode):
            path.unlink()
        else:
            path.rmdir()
    except OSError:
        return
