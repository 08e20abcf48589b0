"""Sealing: items in, a package out. The package key is wrapped and synced first; after that only the public
key is held. Everything is made under a temporary name and renamed when whole; plaintext is never written."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType

import corridor
from corridor.seal import age, custody
from corridor.seal.conveyor import Conveyor, Unit
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults, remove_tree, sync_folder, write_whole
from corridor.seal.index import IndexRoot, Item, ItemTree, check_name, conditions_digest, context_line
from corridor.seal.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    INDEX_ROOT,
    MANIFEST,
    MIB,
    PART,
    README,
    TAGMANIFEST,
    BagInfo,
    manifest_text,
    readme_text,
    tag_names,
)
from corridor.seal.wraps import Custodian, make_wrap

SMALL = MIB  # items up to this go into packs
_TAR_BLOCK = 512


@dataclass(frozen=True)
class SealedPackage:
    """A whole package on disk."""

    id: str
    path: Path
    name: str
    cls: str
    items: int
    size: int  # of the payload, encrypted
    problems: tuple[Item, ...]  # items not sealed whole: unreadable, special, changed while read
    statement: str | None  # id of the `sealed` statement, when there was a signer


class Sealer:
    """Makes one package. `item` may be called, and its writers used, from several threads.

    Used as a context manager it removes what it made if anything goes wrong. `clock` gives the time (aware).
    Raises `PackageError`, `age.KeyTextError`.
    """

    def __init__(
        self,
        out: Path | str,
        recipients: Iterable[Custodian],
        cls: str = age.HYBRID,
        signer: custody.Signer | None = None,
        *,
        clock: Callable[[], datetime],
        conditions: Iterable[str] = (),
    ) -> None:
        self.path = Path(out)
        self.name = f"urn:uuid:{uuid.uuid4()}"
        self.cls = cls
        self._signer = signer
        self._clock = clock
        self._conditions = tuple(conditions)
        self._conditions_digest = conditions_digest(self._conditions)
        self._custodians = list(recipients)
        if not self._custodians:
            raise PackageError("seal.package.no-custodian")
        if os.path.lexists(self.path):
            raise PackageError("seal.package.exists")
        identity = age.generate(cls)
        wraps = [make_wrap(identity, self.name, custodian) for custodian in self._custodians]
        self._recipient = identity.recipient
        self._folder = self.path.with_name(f".sealing-{secrets.token_hex(8)}")
        with disk_faults():
            for part in ("data", "index", "package-key", "custody", "trust"):
                (self._folder / part).mkdir(parents=True)
        self._done = False
        for name, data in wraps:
            write_whole(self._folder / name, data)
        sync_folder(self._folder)
        self._lock = threading.RLock()
        self._conveyor = Conveyor(self._folder, self._recipient)
        self._index = Unit(self._conveyor, lambda part: f"index/{part + 1:04d}.age")
        self._tree = ItemTree()
        self._names: set[bytes] = set()
        self._items = self._units = self._members = self._restricted = self._writing = 0
        self._pack: Unit | None = None
        self._pack_name = ""
        self._problems: list[Item] = []

    def __enter__(self) -> Sealer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            self.abort()

    def abort(self) -> None:
        """Stop and remove everything made so far."""
        if not self._done:
            self._done = True
            self._conveyor.abandon()
            remove_tree(self._folder)

    # Items

    def item(
        self,
        name: str,
        restricted: bool = False,
        *,
        modified: datetime | None = None,
        provenance: dict[str, str] | None = None,
    ) -> ItemWriter:
        """A writer for one item, fed by `write` in pieces of any size and ended by `close`.

        `name` is a relative path with "/"; it will stand only in the encrypted index.
        """
        return ItemWriter(self, self._begin(name, restricted, modified, provenance))

    def add_path(self, path: Path | str, *, restricted: bool = False) -> None:
        """A file, or a folder with all it holds, under its own name. Links are recorded, never followed; what
        cannot be read, or changes while it is read, is recorded too and listed in the result."""
        top = Path(path)
        label = top.name or top.resolve().name
        if not os.path.lexists(top):
            raise PackageError("seal.source.absent")
        self._add(os.fsencode(top), os.fsencode(label), restricted)

    def _add(self, path: bytes, name: bytes, restricted: bool) -> None:
        try:
            facts = os.lstat(path)
        except OSError as error:
            self._record(_named(name, "unreadable", restricted, reason=_reason(error)))
            return
        moment = datetime.fromtimestamp(facts.st_mtime_ns // 1000 / 1e6, UTC)
        item = replace(_named(name, "whole", restricted), modified=moment)
        if stat.S_ISREG(facts.st_mode):
            self._add_file(path, item)
        elif stat.S_ISLNK(facts.st_mode):
            self._add_link(path, item)
        elif stat.S_ISDIR(facts.st_mode):
            self._add_folder(path, name, item)
        else:
            self._record(replace(item, state="special", reason=_kind(facts.st_mode)))

    def _add_link(self, path: bytes, item: Item) -> None:
        try:
            raw = os.readlink(path)
        except OSError as error:
            self._record(replace(item, state="unreadable", reason=_reason(error)))
            return
        target = raw.decode("utf-8", "replace")
        bad = b"" if target.encode() == raw else raw
        self._record(replace(item, state="link", target=target, target_bytes=bad))

    def _add_folder(self, path: bytes, name: bytes, item: Item) -> None:
        try:
            entries = sorted(os.listdir(path))
        except OSError as error:
            self._record(replace(item, state="unreadable", reason=_reason(error)))
            return
        self._record(replace(item, state="folder"))
        for entry in entries:
            self._add(os.path.join(path, entry), name + b"/" + entry, item.restricted)

    def _add_file(self, path: bytes, item: Item) -> None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            self._record(replace(item, state="unreadable", reason=_reason(error)))
            return
        with open(handle, "rb", buffering=0) as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):  # it became something else since we looked
                self._record(replace(item, state="special", reason=_kind(before.st_mode)))
                return
            writer = ItemWriter(self, self._admit(item))
            try:
                writer.fill_from(file, before.st_size)
            except OSError as error:
                writer.close(state="unreadable", reason=_reason(error))
                return
            after = os.fstat(handle)
        same = before.st_size == after.st_size == writer.size and before.st_mtime_ns == after.st_mtime_ns
        writer.close(state="whole" if same else "changed")

    def _begin(
        self, name: str, restricted: bool, modified: datetime | None, provenance: dict[str, str] | None
    ) -> Item:
        try:
            raw = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise PackageError("seal.item.name-refused") from None
        return self._admit(
            replace(_named(raw, "whole", restricted), modified=modified, provenance=provenance)
        )

    def _admit(self, item: Item) -> Item:
        """Give an item its number. A name is taken once."""
        name = item.name_bytes or item.name.encode()
        check_name(name)
        key = hashlib.sha256(name).digest()[:16]
        with self._lock:
            if self._done:
                raise PackageError("seal.package.finished")
            if key in self._names:
                raise PackageError("seal.item.name-taken")
            self._names.add(key)
            self._items += 1
            return replace(item, number=self._items, conditions=self._conditions_digest)

    def _record(self, item: Item) -> None:
        """Record an item of which nothing is sealed."""
        self._enter(self._admit(item))

    def _enter(self, item: Item) -> None:
        line = item.record()
        with self._lock:
            if self._index.left_in_part <= len(line) + 1:
                self._index.cut()
            if self._index.left_in_part == PART:
                self._index.write(context_line() + b"\n")
            self._index.write(line + b"\n")
            self._tree.add(item.number, line)
            self._restricted += item.restricted
            if item.state in ("unreadable", "special", "changed"):
                self._problems.append(item)

    def _open_unit(self) -> tuple[Unit, str]:
        with self._lock:
            self._units += 1
            name = f"{self._units:04d}"
        return self._unit(name), name

    def _unit(self, name: str) -> Unit:
        with disk_faults():
            (self._folder / "data" / name).mkdir()
        return Unit(self._conveyor, lambda part: f"data/{name}/{part:05d}.age")

    def _put_in_pack(self, item: Item, data: bytes | memoryview) -> None:
        """One member of the current pack. A pack is one file: any member is read by opening one."""
        padding = -len(data) % _TAR_BLOCK
        with self._lock:
            needed = _TAR_BLOCK + len(data) + padding + 2 * _TAR_BLOCK
            if self._pack is not None and self._pack.left_in_part < needed:
                self._close_pack()
            if self._pack is None:
                self._units += 1
                self._pack_name = f"pack-{self._units:04d}"
                self._pack = self._unit(self._pack_name)
                self._members = 0
            self._members += 1
            member = f"{self._members:06d}"
            header = tarfile.TarInfo(member)
            header.size, header.mode = len(data), 0o400
            self._pack.write(header.tobuf(tarfile.USTAR_FORMAT))
            self._pack.write(data)
            self._pack.write(bytes(padding))
            self._enter(replace(item, unit=self._pack_name, member=member, parts=1))

    def _close_pack(self) -> None:
        if self._pack is not None:
            self._pack.write(bytes(2 * _TAR_BLOCK))
            self._pack.close()
            self._pack = None

    # The end

    def finish(
        self,
        signer: custody.Signer | None = None,
        *,
        facts: dict[str, str] | None = None,
        private: dict[str, str] | None = None,
        collected: Iterable[custody.Statement] = (),
    ) -> SealedPackage:
        """Write manifests, sign `sealed` when there is a signer, and give the package its name.

        `facts` (codes) and `private` (person, place, reason: encrypted) go into the `sealed` statement;
        `collected` are statements it follows. Every item must be closed.
        """
        if self._done:
            raise PackageError("seal.package.finished")
        if self._writing:
            raise PackageError("seal.item.still-open", items=self._writing)
        signer = signer or self._signer
        moment = self._clock()
        self._close_pack()
        if not self._items:
            self._index.write(context_line() + b"\n")
        parts = self._index.close()
        tree = self._tree.root()
        root = IndexRoot(
            package=self.name,
            items=self._items,
            parts=parts,
            secret=self._tree.secret,
            tree=tree,
            restricted=self._restricted,
            conditions=self._conditions,
        )
        unit = Unit(self._conveyor, lambda part: INDEX_ROOT)
        unit.write(root.encode())
        unit.close()
        self._conveyor.finish()
        digests, sizes = self._conveyor.digests, self._conveyor.sizes
        payload = {name: digest for name, digest in digests.items() if name.startswith("data/")}
        size = sum(sizes[name] for name in payload)
        info = BagInfo(
            name=self.name,
            cls=self.cls,
            recipient=self._recipient.text,
            items=self._items,
            tree=tree,
            date=moment.astimezone(UTC).date().isoformat(),
            payload_bytes=size,
            payload_files=len(payload),
        )
        package = self._write_bag(info, payload, digests)
        statement = None
        if signer is not None:
            before = list(collected)
            sealed = custody.sealed_statement(
                signer,
                package,
                info,
                self._custodians,
                collected=[each.id for each in before],
                at=moment,
                facts=facts,
                private=private,
            )
            for each in (*before, sealed):
                custody.add(self._folder, each)
            statement = sealed.id
        with disk_faults():
            for folder, _, _ in os.walk(self._folder):
                sync_folder(Path(folder))
            if os.path.lexists(self.path):
                raise PackageError("seal.package.exists")
            self._folder.rename(self.path)
            self._done = True
            sync_folder(self.path.parent)
        return SealedPackage(
            package, self.path, self.name, self.cls, self._items, size, tuple(self._problems), statement
        )

    def _write_bag(self, info: BagInfo, payload: dict[str, str], digests: dict[str, str]) -> str:
        files = {
            BAGIT: BAGIT_TEXT.encode(),
            BAG_INFO: info.encode(f"corridor {corridor.__version__}"),
            README: readme_text(self.cls),
            MANIFEST: manifest_text(payload),
        }
        for name, data in files.items():
            write_whole(self._folder / name, data)
        fixed = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        index = [name for name in digests if name.startswith("index/")]
        fixed |= {name: digests[name] for name in tag_names(index) if name in digests}
        tags = manifest_text(fixed)
        write_whole(self._folder / TAGMANIFEST, tags)
        return hashlib.sha256(tags).hexdigest()


class ItemWriter:
    """Where the bytes of one item go. Small items wait in memory for a place in a pack."""

    def __init__(self, sealer: Sealer, item: Item) -> None:
        self._sealer = sealer
        self._item = item
        self._held = bytearray()
        self._unit: Unit | None = None
        self._unit_name = ""
        self._digest = hashlib.sha256()
        self._closed = False
        self.size = 0
        with sealer._lock:
            sealer._writing += 1

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`. Raises `PackageError`, also for trouble met while writing what came before."""
        if self._closed:
            raise PackageError("seal.item.closed")
        view = memoryview(data)
        self._digest.update(view)
        self.size += len(view)
        if self._unit is None and self.size <= SMALL:
            self._held += view
        else:
            self._large().write(view)
        return len(view)

    def _large(self) -> Unit:
        if self._unit is None:
            self._unit, self._unit_name = self._sealer._open_unit()
            self._unit.write(memoryview(self._held))
            self._held = bytearray()
        return self._unit

    def fill_from(self, file: FileIO, expected: int) -> None:
        """Read a raw file to its end, straight into the conveyor when it is large. Raises `OSError`."""
        if expected <= SMALL:
            buffer = memoryview(bytearray(max(expected + 1, 64 * 1024)))
            while count := file.readinto(buffer):
                self.write(buffer[:count])
            return
        unit = self._large()
        while True:
            room = unit.room()
            count = file.readinto(room)
            if not count:
                return
            self._digest.update(room[:count])
            unit.commit(count)
            self.size += count

    def close(self, *, state: str = "whole", reason: str = "") -> Item:
        """End the item; its record enters the index. `size` and `sha256` of the result are those of all bytes
        written."""
        if self._closed:
            raise PackageError("seal.item.closed")
        self._closed = True
        item = replace(
            self._item, size=self.size, sha256=self._digest.hexdigest(), state=state, reason=reason
        )
        if self._unit is not None:
            item = replace(item, unit=self._unit_name, parts=self._unit.close())
            self._sealer._enter(item)
        else:
            self._sealer._put_in_pack(item, memoryview(self._held))
        self._held = bytearray()
        with self._sealer._lock:
            self._sealer._writing -= 1
        return item

    def __enter__(self) -> ItemWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and not self._closed:
            self.close()


def _named(name: bytes, state: str, restricted: bool, reason: str = "") -> Item:
    try:
        return Item(0, name.decode("utf-8"), state, restricted=restricted, reason=reason)
    except UnicodeDecodeError:
        text = name.decode("utf-8", "replace")
        return Item(0, text, state, restricted=restricted, reason=reason, name_bytes=name)


def _reason(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "unknown")


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket", stat.S_IFBLK: "block", stat.S_IFCHR: "character"}
    return kinds.get(stat.S_IFMT(mode), "other")


def seal(
    paths: Iterable[Path | str],
    out: Path | str,
    recipients: Iterable[Custodian],
    cls: str = age.HYBRID,
    signer: custody.Signer | None = None,
    *,
    clock: Callable[[], datetime],
    restricted: bool = False,
    conditions: Iterable[str] = (),
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
) -> SealedPackage:
    """Seal files and folders into one package at `out`. Raises `PackageError`, `age.KeyTextError`."""
    with Sealer(out, recipients, cls, signer, clock=clock, conditions=conditions) as sealer:
        for path in paths:
            sealer.add_path(path, restricted=restricted)
        return sealer.finish(facts=facts, private=private)
