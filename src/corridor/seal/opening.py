"""Opening: from package and identity to index, single items, or all of them; and wrapping for one more.

What is given out is checked against the index, and the index against the package id; opening all of a package also
checks each sealed file against the manifest.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from corridor.seal import age, custody
from corridor.seal.direct import DirectFile
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults, remove_tree, sync_folder, write_whole
from corridor.seal.index import (
    IndexRoot,
    Item,
    ItemTree,
    check_items,
    check_name,
    leaf,
    parse_record,
    read_lines,
)
from corridor.seal.layout import (
    FIXED_TAG_NAME,
    INDEX_ROOT,
    MANIFEST,
    MANIFEST_LIMIT,
    MIB,
    PART,
    PART_LIMIT,
    PAYLOAD_NAME,
    TAGMANIFEST,
    WRAP_NAME,
    bag_info,
    package_id,
    parse_manifest,
    read_small,
)
from corridor.seal.outflow import Leaving, Outflow
from corridor.seal.pack import members
from corridor.seal.wraps import Custodian, make_wrap, unwrap

_LISTED = 1000  # items told one by one; the index has them all
_SYNCED_ALONE = 64
_INDEX_PART = re.compile(r"index/([0-9]+)\.age")


@dataclass
class OpenedPackage:
    """What `open_` wrote. `not_written` are items that stand in the index only: links, unreadable and special
    files; `changed` those that changed while they were sealed: the first thousand of each, and how many there are."""

    id: str
    path: Path
    conditions: tuple[str, ...]
    items: int = 0
    written: int = 0
    size: int = 0  # bytes written
    restricted: int = 0
    not_written: list[Item] = field(default_factory=list)
    not_written_count: int = 0
    changed: list[Item] = field(default_factory=list)
    changed_count: int = 0

    def count(self, item: Item) -> None:
        self.items += 1
        self.written += item.sealed
        self.size += item.size
        self.restricted += item.restricted
        if not item.sealed and item.state != "folder":
            self.not_written_count += 1
            if len(self.not_written) < _LISTED:
                self.not_written.append(item)
        if item.state == "changed":
            self.changed_count += 1
            if len(self.changed) < _LISTED:
                self.changed.append(item)


class Index:
    """The index of one package, opened and checked against the package id. Iterating gives the items."""

    def __init__(self, path: Path, identity: age.Identity) -> None:
        self.path = path
        self.identity = identity
        self.id = package_id(path)
        self._info = bag_info(path)
        tags = parse_manifest(read_small(path, TAGMANIFEST, MANIFEST_LIMIT), TAGMANIFEST, FIXED_TAG_NAME)
        self._tags = tags
        self.root = IndexRoot.decode(b"".join(bytes(block) for block in self._checked(INDEX_ROOT)))
        info = (self._info.name, self._info.items, self._info.tree)
        if (self.root.package, self.root.items, self.root.tree) != info:
            raise PackageError("seal.index.other-package")
        listed = {name for name in tags if _INDEX_PART.fullmatch(name)}
        # Counted first: a number of parts is believed only as far as files are listed.
        named = range(1, min(self.root.parts, len(listed) + 1) + 1)
        self._parts = [f"index/{number:04d}.age" for number in named]
        if self.root.parts != len(listed) or set(self._parts) != listed:
            raise PackageError("seal.index.parts-differ")

    def _checked(self, name: str) -> Iterator[memoryview]:
        """The plaintext of a fixed tag file, whose digest the tag manifest gives."""
        if name not in self._tags:
            raise PackageError("seal.bag.missing-file", name=name)
        digest = hashlib.sha256()
        with open_part(self.path, name) as file:
            if os.fstat(file.fileno()).st_size > PART_LIMIT:
                raise PackageError("seal.bag.file-too-long", name=name, limit=PART_LIMIT)
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
            if digest.hexdigest() != self._tags[name]:
                raise PackageError("seal.bag.digest-mismatch", name=name)
            file.seek(0)
            yield from age.iter_decrypt(file, [self.identity])

    def listed(self) -> dict[str, str]:
        """The digest of each payload file, as the manifest gives it that the tag manifest fixes."""
        raw = read_small(self.path, MANIFEST, MANIFEST_LIMIT)
        if hashlib.sha256(raw).hexdigest() != self._tags.get(MANIFEST):
            raise PackageError("seal.bag.digest-mismatch", name=MANIFEST)
        return parse_manifest(raw, MANIFEST, PAYLOAD_NAME)

    def records(self) -> Iterator[bytes]:
        for name in self._parts:
            yield from read_lines(self._checked(name))

    def __iter__(self) -> Iterator[Item]:
        """Every item once. Raises `seal.index.tree-mismatch` at the end if these are not all."""
        return check_items(self.records(), self.root)

    def find(self, item: int | str) -> Item:
        """By number or by name. Reads the whole index, so that a wrong one is noticed."""
        found = [each for each in self if each.number == item or each.name == item]
        if len(found) != 1:
            raise PackageError("seal.item.absent")
        return found[0]

    def proof(self, item: Item) -> tuple[bytes, bytes, int, list[bytes]]:
        """Record, salt, position and path that show one item to be in the package (`index.verify_item`)."""
        tree = ItemTree(self.root.secret)
        record = b""
        for line in self.records():
            number = parse_record(line).number
            tree.add(number, line)
            if number == item.number:
                record = leaf(line)
        position, salt, path = tree.proof(item.number, record)
        return record, salt, position, path


def open_part(path: Path, name: str) -> FileIO:
    """A sealed file for reading, never through a link, and never what is no plain file: a pipe would be waited for."""
    try:
        handle = os.open(path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise PackageError("seal.bag.missing-file", name=name) from None
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise PackageError("seal.bag.missing-file", name=name)
    if facts.st_size > PART_LIMIT:  # a hole costs nothing to make and hours to read
        os.close(handle)
        raise PackageError("seal.bag.file-too-long", name=name, limit=PART_LIMIT)
    return FileIO(handle, "rb")


def _unwrap_as_sealed(folder: Path, identities: Iterable[age.AnyIdentity]) -> age.Identity:
    """The package's identity, if it is the one the package was sealed to, as far as a `sealed` statement says.

    Whose statement it is, is for `verify` to say.
    """
    identity = unwrap(folder, identities)
    for envelope in custody.read_statements(folder, "sealed").values():
        custody.check_root(custody.claimed(envelope), package_id(folder), bag_info(folder))
    return identity


def read_index(path: Path | str, identities: Iterable[age.AnyIdentity]) -> Index:
    """The index, with the package's conditions in `.root`. Raises `PackageError`, `AgeFault`."""
    folder = Path(path)
    return Index(folder, _unwrap_as_sealed(folder, identities))


def iter_items(path: Path | str, identities: Iterable[age.AnyIdentity]) -> Iterator[Item]:
    """What the package holds, in the order it was sealed."""
    return iter(read_index(path, identities))


def read_item(
    path: Path | str, identities: Iterable[age.AnyIdentity], item: int | str | Item
) -> Iterator[bytes]:
    """The bytes of one item, by number, name, or as the index gave it, in flat memory.

    The last block is held back until the digest is checked: a stream that ends without error is whole.
    Raises `PackageError`, `AgeFault`, at once for what can be known at once.
    """
    index = read_index(path, identities)
    found = item if isinstance(item, Item) else index.find(item)
    if not found.sealed:
        raise PackageError("seal.item.not-sealed", state=found.state)
    return content(index, found)


def content(index: Index, item: Item) -> Iterator[bytes]:
    blocks = _member(index, item) if item.member else stream(index, item.unit, item.parts)
    digest = hashlib.sha256()
    size = 0
    held = b""
    for block in blocks:
        if held:
            yield held
        held = bytes(block)
        digest.update(held)
        size += len(held)
        if size > item.size:
            break
    if size != item.size or digest.hexdigest() != item.sha256:
        raise PackageError("seal.item.digest-mismatch", item=item.number)
    if held:
        yield held


def stream(
    index: Index, unit: str, parts: int, room: Callable[[], memoryview] | None = None
) -> Iterator[memoryview]:
    for part in range(parts):
        with open_part(index.path, f"data/{unit}/{part:05d}.age") as file:
            yield from age.iter_decrypt(file, [index.identity], room)


def _member(index: Index, item: Item) -> Iterator[memoryview]:
    for member, data in members(item.unit, stream(index, item.unit, item.parts), PART):
        if member == item.member:
            yield data
            return
    raise PackageError("seal.pack.member-missing", item=item.number)


def open_(
    path: Path | str,
    identities: Iterable[age.AnyIdentity],
    dest: Path | str,
    *,
    expected_id: str | None = None,
    on_item: Callable[[Item], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> OpenedPackage:
    """Write every item below `dest`, which must not exist and comes into being whole or not at all.

    Each item is checked against the index, the index against the package id, that against `expected_id` when given,
    and each sealed file against the manifest. Links are never made and a name that climbs out is refused. `on_item`
    is given each item of the index, `progress` each number of bytes opened. Raises `PackageError`, `AgeFault`.
    """
    folder, target = Path(path), Path(dest)
    if os.path.lexists(target):
        raise PackageError("seal.open.destination-exists")
    index = read_index(folder, identities)
    if expected_id is not None and index.id != expected_id:
        raise PackageError("seal.package.other")
    temporary = target.with_name(f".opening-{secrets.token_hex(8)}")
    opened = OpenedPackage(index.id, target, index.root.conditions)
    with disk_faults():
        temporary.mkdir(mode=0o700)
    try:
        with _Unpacking(index, temporary, progress) as unpacking:
            for item in index:
                unpacking.add(item)
                opened.count(item)
                if on_item is not None:
                    on_item(item)
        with disk_faults():
            if os.path.lexists(target):
                raise PackageError("seal.open.destination-exists")
            temporary.rename(target)
            sync_folder(target.parent)
    except BaseException:
        remove_tree(temporary)
        raise
    return opened


class _Unpacking:
    """Writes items in the order of the index; the members of one pack come from one reading of it."""

    def __init__(self, index: Index, top: Path, progress: Callable[[int], None] | None) -> None:
        self._index = index
        self._base = os.fsencode(top)
        self._progress = progress or (lambda count: None)
        self._listed = index.listed()
        self._flow = Outflow()
        self._checker = ThreadPoolExecutor(1, "seal-check")
        self._checks: list[Future[None]] = []
        self._pack = ""
        self._members: Iterator[tuple[str, memoryview]] = iter(())
        self._made: set[bytes] = set()
        self._small: list[bytes] = []
        self._smalls = 0
        self._units: set[str] = set()

    def __enter__(self) -> _Unpacking:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._flow.finish()
                for check in self._checks:
                    check.result()
                self._sync()
            else:
                self._flow.abandon()
        finally:
            self._checker.shutdown(cancel_futures=True)

    def add(self, item: Item) -> None:
        name = item.name_bytes or item.name.encode("utf-8", "replace")
        check_name(name)
        target = os.path.join(self._base, name)
        if item.state == "folder":
            with _place(item):
                os.makedirs(target, mode=0o700, exist_ok=True)
        if item.sealed:
            parent = os.path.dirname(target)
            if parent not in self._made:
                with _place(item):
                    os.makedirs(parent, mode=0o700, exist_ok=True)
                if len(self._made) > _LISTED:
                    self._made.clear()
                self._made.add(parent)
            stamp = None if item.modified is None else int(item.modified.timestamp() * 1_000_000) * 1000
            if item.member:
                self._add_small(item, target, stamp)
            else:
                self._add_large(item, target, stamp)

    def _add_large(self, item: Item, target: bytes, stamp: int | None) -> None:
        self._once(item)
        with _place(item):
            file = DirectFile(os.fsdecode(target), 0o600)
        leaving = Leaving(item.number, item.size, item.sha256, file, stamp)
        for part in range(item.parts):
            self._check(f"data/{item.unit}/{part:05d}.age")
            with open_part(self._index.path, f"data/{item.unit}/{part:05d}.age") as sealed:
                for block in age.iter_decrypt(sealed, [self._index.identity], self._flow.room):
                    self._flow.put(leaving, len(block))
                    self._progress(len(block))
        self._flow.end(leaving)

    def _add_small(self, item: Item, target: bytes, stamp: int | None) -> None:
        if item.unit != self._pack:
            self._once(item)
            self._pack = item.unit
            for part in range(item.parts):
                self._check(f"data/{item.unit}/{part:05d}.age")
            self._members = members(item.unit, stream(self._index, item.unit, item.parts), PART)
        data = next_member(self._members, item)
        with _place(item):
            handle = os.open(
                target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
        try:
            with disk_faults():
                place = 0
                while place < len(data):
                    place += os.write(handle, data[place:])
                if stamp is not None:
                    os.utime(handle, ns=(stamp, stamp))
        finally:
            os.close(handle)
        self._smalls += 1
        if len(self._small) <= _SYNCED_ALONE:
            self._small.append(target)
        self._progress(len(data))

    def _once(self, item: Item) -> None:
        """A unit is given out once: under many names it would fill a disk."""
        if item.unit in self._units:
            raise PackageError("seal.index.unit-twice", item=item.number)
        self._units.add(item.unit)

    def _check(self, name: str) -> None:
        """Hash a sealed file, in another thread, while it is being opened."""
        if len(self._checks) > 1:
            self._checks.pop(0).result()
        if name not in self._listed:
            raise PackageError("seal.bag.missing-file", name=name)
        self._checks.append(self._checker.submit(self._digest, name))

    def _digest(self, name: str) -> None:
        digest = hashlib.sha256()
        block = memoryview(bytearray(MIB))
        with open_part(self._index.path, name) as file:
            while count := file.readinto(block):
                digest.update(block[:count])
        if digest.hexdigest() != self._listed[name]:
            raise PackageError("seal.bag.digest-mismatch", name=name)

    def _sync(self) -> None:
        """Small files one by one while they are few, all at once where they are many."""
        with disk_faults():
            if self._smalls > _SYNCED_ALONE:
                os.sync()
                return
            for target in self._small:
                handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)


def next_member(found: Iterator[tuple[str, memoryview]], item: Item) -> memoryview:
    # The sealer writes members and records in one order; a pack in another order is not its work.
    for member, data in found:
        if member == item.member:
            if len(data) != item.size or hashlib.sha256(data).hexdigest() != item.sha256:
                raise PackageError("seal.item.digest-mismatch", item=item.number)
            return data
    raise PackageError("seal.pack.member-missing", item=item.number)


class _place:
    """Names that cannot stand side by side (a file where a folder is) are the package's fault."""

    def __init__(self, item: Item) -> None:
        self._item = item

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
            raise PackageError("seal.item.name-conflict", item=self._item.number) from None
        if isinstance(error, OSError):
            with disk_faults():
                raise error


def rewrap_bytes(
    path: Path | str, identities: Iterable[age.AnyIdentity], custodian: Custodian
) -> tuple[str, bytes]:
    """The wrap for one more custodian, as file name and bytes; no payload is read."""
    folder = Path(path)
    identity = _unwrap_as_sealed(folder, identities)
    return make_wrap(identity, bag_info(folder).name, custodian)


def rewrap(path: Path | str, identities: Iterable[age.AnyIdentity], custodian: Custodian) -> Path:
    """Give the package to one more custodian; the path of the new wrap. It gives; it takes nothing back."""
    return write_wrap(path, *rewrap_bytes(path, identities, custodian))


def write_wrap(path: Path | str, name: str, data: bytes) -> Path:
    """Put what `rewrap_bytes` made into the package. A custodian's older wrap is replaced."""
    if not WRAP_NAME.fullmatch(name):
        raise PackageError("seal.wrap.malformed")
    (Path(path) / name).parent.mkdir(exist_ok=True)
    write_whole(Path(path) / name, data)
    return Path(path) / name
