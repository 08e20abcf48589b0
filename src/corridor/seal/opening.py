"""Opening: from package and identity to index, single items, or all of them; and wrapping for one more.

What is given out is checked against the index, and the index against the package id: the payload's own
digests need no second pass here (`verify` makes it, without a key).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from corridor.seal import age, custody
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
    MANIFEST_LIMIT,
    TAGMANIFEST,
    WRAP_NAME,
    bag_info,
    package_id,
    parse_manifest,
    read_small,
)
from corridor.seal.wraps import Custodian, make_wrap, unwrap

_TAR_BLOCK = 512
_INDEX_PART = re.compile(r"index/([0-9]+)\.age")


@dataclass(frozen=True)
class OpenedPackage:
    """What `open_` wrote. `not_written` are items that stand in the index only: links, unreadable and special
    files; `changed` those that changed while they were sealed."""

    id: str
    path: Path
    items: tuple[Item, ...]
    not_written: tuple[Item, ...]
    changed: tuple[Item, ...]
    conditions: tuple[str, ...]


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
        self._parts = [f"index/{number:04d}.age" for number in range(1, self.root.parts + 1)]
        if set(self._parts) != listed:
            raise PackageError("seal.index.parts-differ")

    def _checked(self, name: str) -> Iterator[memoryview]:
        """The plaintext of a fixed tag file, whose digest the tag manifest gives."""
        if name not in self._tags:
            raise PackageError("seal.bag.missing-file", name=name)
        digest = hashlib.sha256()
        with open_part(self.path, name) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
            if digest.hexdigest() != self._tags[name]:
                raise PackageError("seal.bag.digest-mismatch", name=name)
            file.seek(0)
            yield from age.iter_decrypt(file, [self.identity])

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
    """A sealed file for reading, never through a link."""
    try:
        handle = os.open(path / name, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        raise PackageError("seal.bag.missing-file", name=name) from None
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
    return _content(index, found)


def _content(index: Index, item: Item) -> Iterator[bytes]:
    blocks = _member(index, item) if item.member else _stream(index, item)
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


def _stream(index: Index, item: Item) -> Iterator[memoryview]:
    for part in range(item.parts):
        with open_part(index.path, f"data/{item.unit}/{part:05d}.age") as file:
            yield from age.iter_decrypt(file, [index.identity])


def _member(index: Index, item: Item) -> Iterator[bytes]:
    for member, data in _unpack(index, item):
        if member == item.member:
            yield data
            return
    raise PackageError("seal.pack.member-missing", item=item.number)


def _unpack(index: Index, item: Item) -> Iterator[tuple[str, bytes]]:
    """Members of the pack that holds `item`. Reads only what the sealer writes: plain files with numbers for
    names; a tar archive of any other kind is refused (`seal.pack.malformed`)."""
    rest = bytearray()
    blocks = _stream(index, item)

    def take(count: int) -> bytes:
        while len(rest) < count:
            block = next(blocks, None)
            if block is None:
                raise PackageError("seal.pack.malformed", unit=item.unit)
            rest.extend(block)
        data = bytes(rest[:count])
        del rest[:count]
        return data

    while True:
        header = take(_TAR_BLOCK)
        if header == bytes(_TAR_BLOCK):
            return
        name, size_text, kind = header[:100].rstrip(b"\0"), header[124:136].rstrip(b"\0 "), header[156:157]
        if (
            not re.fullmatch(rb"[0-9]{1,12}", name)
            or not re.fullmatch(rb"[0-7]{1,11}", size_text)
            or kind != b"0"
        ):
            raise PackageError("seal.pack.malformed", unit=item.unit)
        size = int(size_text, 8)
        data = take(size)
        take(-size % _TAR_BLOCK)
        yield name.decode(), data


def open_(
    path: Path | str,
    identities: Iterable[age.AnyIdentity],
    dest: Path | str,
    *,
    expected_id: str | None = None,
) -> OpenedPackage:
    """Write every item below `dest`, which must not exist and comes into being whole or not at all.

    Each item is checked against the index, the index against the package id, and that against `expected_id`
    when given. Links are never made and a name that climbs out is refused. Raises `PackageError`, `AgeFault`.
    """
    folder, target = Path(path), Path(dest)
    if os.path.lexists(target):
        raise PackageError("seal.open.destination-exists")
    index = read_index(folder, identities)
    if expected_id is not None and index.id != expected_id:
        raise PackageError("seal.package.other")
    temporary = target.with_name(f".opening-{secrets.token_hex(8)}")
    with disk_faults():
        temporary.mkdir(mode=0o700)
    try:
        items = list(_write_items(index, temporary))
        with disk_faults():
            if os.path.lexists(target):
                raise PackageError("seal.open.destination-exists")
            temporary.rename(target)
            sync_folder(target.parent)
    except BaseException:
        remove_tree(temporary)
        raise
    return OpenedPackage(
        index.id,
        target,
        tuple(items),
        tuple(item for item in items if not item.sealed and item.state != "folder"),
        tuple(item for item in items if item.state == "changed"),
        index.root.conditions,
    )


def _write_items(index: Index, top: Path) -> Iterator[Item]:
    """Item by item in the order of the index; the members of one pack come from one reading of it."""
    base = os.fsencode(top)
    pack, members = "", iter(())  # type: tuple[str, Iterator[tuple[str, bytes]]]
    for item in index:
        name = item.name_bytes or item.name.encode("utf-8", "replace")
        check_name(name)
        target = os.path.join(base, name)
        if item.state == "folder":
            with _place(item):
                os.makedirs(target, exist_ok=True)
        if item.sealed:
            with _place(item):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with disk_faults(), open(handle, "wb", buffering=0) as file:
                if not item.member:
                    for block in _content(index, item):
                        age.write_all(file, memoryview(block))
                else:
                    if item.unit != pack:
                        pack, members = item.unit, _unpack(index, item)
                    file.write(_next_member(members, item))
                os.fsync(handle)
            if item.modified is not None:
                stamp = int(item.modified.timestamp() * 1_000_000) * 1000
                os.utime(target, ns=(stamp, stamp), follow_symlinks=False)
        yield item


def _next_member(members: Iterator[tuple[str, bytes]], item: Item) -> bytes:
    # The sealer writes members and records in one order; a pack in another order is not its work.
    for member, data in members:
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
