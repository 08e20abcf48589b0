"""Where evidence comes from: files, folders, block devices and streams; read once, and never through a link."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.seal.conveyor import Unit
from corridor.seal.faults import PackageError
from corridor.seal.index import Item, check_name, moment
from corridor.seal.journal import OpenItem
from corridor.seal.layout import MIB, PART

if TYPE_CHECKING:
    from corridor.seal.sealer import Acquisition, Sealer

_SMALL = MIB
_ZEROS = memoryview(bytes(MIB))
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Walker:
    """Adds what a path holds to a sealer, in the order of the names' bytes: the same each time."""

    def __init__(
        self,
        sealer: Sealer,
        *,
        restricted: bool,
        restrictions: tuple[str, ...],
        devices: bool,
        acquisition: Acquisition | None = None,
    ) -> None:
        self._sealer = sealer
        self._restricted = restricted
        self._restrictions = restrictions
        self._devices = devices
        self._acquisition = acquisition

    def add(self, top: Path) -> None:
        """A file, a folder or (with `devices`) a block device, under its own name. Raises `seal.source.absent`."""
        label = os.fsencode(top.name or top.resolve().name)
        if not os.path.lexists(top):
            raise PackageError("seal.source.absent")
        self._sealer.take_name(label)
        path = os.fsencode(top)
        try:
            mode = os.lstat(path).st_mode
        except OSError as error:
            self._record(label, "unreadable", reason=_reason(error))
            return
        self._entry(path, label, mode, top=True)

    def _entry(self, path: bytes, name: bytes, mode: int, *, top: bool = False) -> None:
        if self._sealer.finished_before(name) and not stat.S_ISDIR(mode):
            return
        if stat.S_ISREG(mode):
            self._file(path, name)
        elif stat.S_ISDIR(mode):
            self._folder(path, name)
        elif stat.S_ISLNK(mode):
            self._link(path, name, top=top)
        elif stat.S_ISBLK(mode) and top and self._devices:
            self._device(path, name)
        else:
            self._record(name, "special", reason=_kind(mode))

    def _item(self, name: bytes, state: str, **facts: Any) -> Item:
        from corridor.seal.sealer import named

        check_name(name)
        return named(name, state, self._restricted, restrictions=self._restrictions, **facts)

    def _record(self, name: bytes, state: str, **facts: Any) -> None:
        """An item of which nothing is sealed."""
        if not self._sealer.finished_before(name):
            self._sealer.enter(self._item(name, state, **facts))

    def _folder(self, path: bytes, name: bytes) -> None:
        try:
            modified = moment(os.lstat(path).st_mtime_ns)
            with os.scandir(path) as found:
                # The kind from the folder's own listing: no second look at a million files.
                entries = [(entry.name, _mode(entry)) for entry in found]
        except OSError as error:
            self._record(name, "unreadable", reason=_reason(error))
            return
        self._record(name, "folder", modified=modified)
        entries.sort()
        for entry, mode in entries:
            self._entry(path + b"/" + entry, name + b"/" + entry, mode)

    def _link(self, path: bytes, name: bytes, *, top: bool) -> None:
        try:
            raw = os.readlink(path)
            modified = moment(os.lstat(path).st_mtime_ns)
        except OSError as error:
            self._record(name, "unreadable", reason=_reason(error))
            return
        target = raw.decode("utf-8", "replace")
        bad = b"" if target.encode() == raw else raw
        item = self._item(name, "link", target=target, target_bytes=bad, modified=modified)
        self._sealer.enter(item)
        if top:  # whoever names a link may expect what it points to
            self._sealer.trouble(item)

    def _file(self, path: bytes, name: bytes) -> None:
        try:
            handle = os.open(path, _FLAGS)
        except OSError as error:
            self._record(name, "unreadable", reason=_reason(error))
            return
        try:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):  # it became something else since we looked
                self._record(name, "special", reason=_kind(before.st_mode))
            elif before.st_size > _SMALL or not self._small(handle, name, before):
                self._large(path, handle, name, before)
        finally:
            os.close(handle)

    def _small(self, handle: int, name: bytes, before: os.stat_result) -> bool:
        """Seal a small file in one read; false when it has grown beyond that."""
        facts: dict[str, Any] = {"modified": moment(before.st_mtime_ns)}
        try:
            data = os.pread(handle, before.st_size + 1, 0)
            after = os.fstat(handle)
        except OSError as error:
            self._record(name, "unreadable", reason=_reason(error), **facts)
            return True
        if len(data) > before.st_size:
            return False
        state = "whole" if len(data) == before.st_size and _same(before, after) else "changed"
        digest = hashlib.sha256(data).hexdigest()
        self._sealer.put_in_pack(self._item(name, state, size=len(data), sha256=digest, **facts), data)
        self._sealer.tell(len(data))
        return True

    def _large(self, path: bytes, handle: int, name: bytes, before: os.stat_result) -> None:
        from corridor.seal.sealer import ItemWriter

        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        told = self._acquisition(Path(os.fsdecode(path))) if self._acquisition is not None else None
        item = self._item(name, "whole", modified=moment(before.st_mtime_ns), acquisition=told)
        writer = ItemWriter(self._sealer, item)
        with open(handle, "rb", buffering=0, closefd=False) as file:
            try:
                writer.fill_from(file, before.st_size)
            except OSError as error:
                writer.close(state="unreadable", reason=_reason(error))
                return
        same = writer.size == before.st_size and _same(before, os.fstat(handle))
        writer.close(state="whole" if same else "changed")

    def _device(self, path: bytes, name: bytes) -> None:
        """The content of a block device, from its first byte to its last."""
        from corridor.seal.sealer import ItemWriter

        try:
            handle = os.open(path, _FLAGS)
        except OSError as error:
            self._record(name, "unreadable", reason=_reason(error))
            return
        with open(handle, "rb", buffering=0) as file:
            size = os.lseek(handle, 0, os.SEEK_END)
            os.lseek(handle, 0, os.SEEK_SET)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            writer = ItemWriter(
                self._sealer, self._item(name, "whole", provenance={"source": "block device"})
            )
            try:
                writer.fill_from(file, size)
            except OSError as error:
                writer.close(state="unreadable", reason=_reason(error))
                return
        writer.close(state="whole" if writer.size == size else "changed")


def blocks(file: Any, unit: Unit, expected: int | None) -> Iterator[int]:
    """Read from where `file` stands to its end into `unit`; the length of each block. Raises `OSError`.

    A hole is not read: its zeros are sealed as they are.
    """
    sparse = _sparse(file, expected)
    place = file.tell() if sparse else 0
    while True:
        hole = _hole(file, place, expected) if sparse and expected is not None else 0
        while hole:
            room = unit.room()
            count = min(hole, len(room))
            room[:count] = _ZEROS[:count]
            unit.commit(count)
            yield count
            hole, place = hole - count, place + count
        room = unit.room()
        count = file.readinto(room)
        if not count:
            return
        unit.commit(count)
        yield count
        place += count


def _sparse(file: Any, expected: int | None) -> bool:
    if expected is None or not hasattr(os, "SEEK_DATA"):
        return False
    facts = os.fstat(file.fileno())
    return stat.S_ISREG(facts.st_mode) and facts.st_blocks * 512 < facts.st_size


def _hole(file: Any, place: int, size: int) -> int:
    """How many bytes from `place` on are a hole; the file then stands behind it."""
    handle = file.fileno()
    try:
        data = os.lseek(handle, place, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:  # ENXIO: nothing but a hole to the end
            os.lseek(handle, place, os.SEEK_SET)
            return 0
        data = os.lseek(handle, 0, os.SEEK_END)
    if data > size:  # it grew: the reading goes on from where it was known
        data = max(place, size)
    os.lseek(handle, data, os.SEEK_SET)
    return max(0, data - place)


def resumed(sealer: Sealer, name: bytes, before: OpenItem, file: Any) -> tuple[Unit, str] | None:
    """The unit of an interrupted item, with `file` read and hashed as far as it was sealed; None, with the file at its
    beginning again, when the file is no longer what it was. Raises `seal.resume.source-differs` where it can't be
    read again, `OSError`."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(MIB))
    same = True
    for boundary in before.boundaries:
        left = PART
        while left:
            count = file.readinto(buffer[: min(left, MIB)])
            if not count:
                same = False
                break
            digest.update(buffer[:count])
            sealer.tell(count)
            left -= count
        same = same and digest.hexdigest() == boundary
        if not same:
            break
    if same:
        return sealer.go_on(name, before, digest)
    if not file.seekable():
        raise PackageError("seal.resume.source-differs")
    file.seek(0)
    sealer.drop_unit(before)
    return None


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def _mode(entry: os.DirEntry[bytes]) -> int:
    """The kind of an entry as a mode; one look at the file only where the listing does not say."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    try:
        return entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return stat.S_IFREG  # opening it will say why


def _reason(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "unknown")


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket", stat.S_IFBLK: "block", stat.S_IFCHR: "character"}
    return kinds.get(stat.S_IFMT(mode), "other")
