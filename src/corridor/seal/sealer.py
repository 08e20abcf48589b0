"""Sealing: items in, a package out. The package key is wrapped and synced first; after that only the public
key is held. Everything is made under a temporary name and renamed when whole; plaintext is never written."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import corridor
from corridor.seal import age, custody
from corridor.seal.conveyor import Conveyor, OutFile, Unit
from corridor.seal.direct import DirectFile
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults, remove_tree, sync_folder, write_whole
from corridor.seal.index import (
    IndexRoot,
    Item,
    ItemTree,
    Origin,
    check_name,
    conditions_digest,
    context_line,
    parse_record,
)
from corridor.seal.journal import STEP_NAME, Begun, Journal, OpenItem, find
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
    WRAP_NAME,
    BagInfo,
    manifest_text,
    readme_text,
    tag_names,
)
from corridor.seal.pack import END, member_header, padding
from corridor.seal.wraps import Custodian, make_wrap

SMALL = MIB  # items up to this go into packs
_PROBLEMS = ("unreadable", "special", "changed")
_LISTED = 1000  # problems kept one by one; the index has them all
_MEMBERS = 8192  # most items of one pack: their records wait in memory until it is whole
_LINES = 256 * 1024  # of the index, gathered before they are sealed

Acquisition = Callable[[Path], dict[str, str] | None]


@dataclass(frozen=True)
class SealedPackage:
    """A whole package on disk."""

    id: str
    path: Path
    name: str
    cls: str
    items: int
    size: int  # of the payload, encrypted
    problems: tuple[Item, ...]  # the first items not sealed whole: unreadable, special, changed while read
    statement: str | None  # id of the `sealed` statement, when there was a signer
    troubled: int = 0  # how many were not sealed whole
    resumed: int = 0  # items that an earlier, interrupted sealing had finished


class Sealer:
    """Makes one package. `item` may be called, and its writers used, from several threads.

    `clock` gives the time (aware). `journal` is a private folder outside the package for the key of its journal: with
    it an interrupted sealing is kept, and `resume=True` goes on with it, given the same sources in the same order.
    `progress` is called with each number of bytes sealed. Used as a context manager it removes, or with a journal
    keeps, what it made if anything goes wrong. Raises `PackageError`, `age.KeyTextError`.
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
        origin: Origin | None = None,
        journal: Path | None = None,
        resume: bool = False,
        progress: Callable[[int], None] | None = None,
        open_file: Callable[[Path], OutFile] = DirectFile,
    ) -> None:
        self.path = Path(out)
        self._signer = signer
        self._clock = clock
        self._conditions = tuple(conditions)
        self._conditions_digest = conditions_digest(self._conditions)
        self._origin = origin
        self._progress = progress
        self._custodians = list(recipients)
        self._lock = threading.RLock()
        self._done = False
        self._names: set[bytes] = set()
        self._items = self._units = self._members = self._beside_pack = self._restricted = self._writing = 0
        self._pack: Unit | None = None
        self._pack_name = ""
        self._problems: list[Item] = []
        self._troubled = 0
        self._finished_before: set[int] = set()
        self._open_before: dict[bytes, OpenItem] = {}
        self._lines = bytearray()
        self._journal: Journal | None = None
        if not self._custodians:
            raise PackageError("seal.package.no-custodian")
        if os.path.lexists(self.path):
            raise PackageError("seal.package.exists")
        fingerprints = tuple(sorted(each.parsed().fingerprint for each in self._custodians))
        begun = find(self.path) if resume else None
        if begun is None:
            identity = age.generate(cls)
            folder = self.path.with_name(f".sealing-{secrets.token_hex(8)}")
            name = f"urn:uuid:{uuid.uuid4()}"
            begun = Begun(folder, self.path.name, name, cls, identity.recipient.text, fingerprints)
            wraps = [make_wrap(identity, name, custodian) for custodian in self._custodians]
            del identity
            with disk_faults():
                for part in ("data", "index", "package-key", "custody", "trust"):
                    (folder / part).mkdir(parents=True)
            for file, data in wraps:
                write_whole(folder / file, data)
            sync_folder(folder)
        self._begun = begun
        self._folder = begun.folder
        self.name = begun.package
        self.cls = begun.cls
        recipient = age.parse_recipient(begun.recipient)
        if not isinstance(recipient, age.Recipient):
            raise PackageError("seal.resume.damaged")
        self._recipient = recipient
        self._conveyor = Conveyor(
            self._folder, recipient, open_file=open_file, on_finished=self._finished if journal else None
        )
        self._index = Unit(self._conveyor, lambda part: f"index/{part + 1:04d}.age")
        self._tree = ItemTree()
        self._resumed = 0
        try:
            if resume:
                if journal is None or begun.custodians != fingerprints or begun.cls != cls:
                    raise PackageError("seal.resume.other-custodians")
                self._take_up(begun, journal)
            elif journal is not None:
                self._journal = Journal.begin(begun, journal, self._tree.secret)
        except BaseException:
            self.abort(keep=resume)
            raise

    def __enter__(self) -> Sealer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            self.abort(keep=self._journal is not None)

    def abort(self, *, keep: bool = False) -> None:
        """Stop, and remove everything made so far, or keep it for another sealer to go on with."""
        if self._done:
            return
        self._done = True
        self._conveyor.abandon()
        if self._journal is not None:
            self._journal.keep() if keep else self._journal.end()
        if not keep:
            remove_tree(self._folder)

    # Going on after an interruption

    def _take_up(self, begun: Begun, keys: Path) -> None:
        """Enter again what was whole, and remove what was not."""
        self._journal, standing, records = Journal.resume(begun, keys)
        self._tree = ItemTree(standing.secret)
        kept: set[str] = set()
        for line in records:
            item = parse_record(line)
            if item.unit:
                kept.update(f"data/{item.unit}/{part:05d}.age" for part in range(item.parts))
                self._units = max(self._units, int(item.unit.removeprefix("pack-")))
            name = item.name_bytes or item.name.encode()
            self._finished_before.add(self._known(name))
            standing.open.pop(name, None)
            self._items = item.number
            self._resumed += 1
            self._file(item, line)
        for name, open_item in standing.open.items():
            self._open_before[name] = open_item
            parts = [f"data/{open_item.unit}/{part:05d}.age" for part in range(len(open_item.boundaries))]
            kept.update(parts)
            self._units = max(self._units, int(open_item.unit))
        if not kept <= set(standing.files):
            raise PackageError("seal.resume.damaged")
        for part in kept:
            size, digest = standing.files[part]
            file = self._folder / part
            if not file.is_file() or file.stat().st_size != size:
                raise PackageError("seal.resume.damaged")
            self._conveyor.digests[part], self._conveyor.sizes[part] = digest, size
        with disk_faults():
            for base, _, names in os.walk(self._folder):
                for each in names:
                    relative = Path(base, each).relative_to(self._folder).as_posix()
                    stays = relative in kept or WRAP_NAME.fullmatch(relative) or STEP_NAME.fullmatch(relative)
                    if not stays:
                        (self._folder / relative).unlink()
            for unit in (self._folder / "data").iterdir():
                if not any(unit.iterdir()):
                    unit.rmdir()

    def _known(self, name: bytes) -> int:
        digest = hashlib.blake2b(name, digest_size=8, key=self._tree.secret).digest()
        return int.from_bytes(digest, "big")

    def finished_before(self, name: bytes) -> bool:
        """Whether an earlier, interrupted sealing finished the item of that name."""
        return bool(self._finished_before) and self._known(name) in self._finished_before

    def _finished(self, file: Any) -> None:
        if self._journal is not None:
            self._journal.finished(file)

    # Items

    def item(self, name: str, restricted: bool = False, **facts: Any) -> ItemWriter:
        """A writer for one item, fed by `write` in pieces of any size and ended by `close`.

        `name` is a relative path with "/"; it will stand only in the encrypted index. `facts` are those of `Item`:
        modified, provenance, restrictions, acquisition, disclosed. Raises `PackageError`.
        """
        try:
            raw = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise PackageError("seal.item.name-refused") from None
        self.take_name(raw)
        return ItemWriter(self, named(raw, "whole", restricted, **facts))

    def add_path(
        self,
        path: Path | str,
        *,
        restricted: bool = False,
        restrictions: Iterable[str] = (),
        devices: bool = False,
        acquisition: Acquisition | None = None,
    ) -> None:
        """A file, or a folder with all it holds, under its own name; with `devices`, also the content of a block
        device. Links are recorded, never followed; what cannot be read, or changes while it is read, is recorded
        too and listed in the result, as is `path` itself where it is a link. `acquisition` tells what a forensic
        container says of its making."""
        from corridor.seal.sources import Walker

        walker = Walker(
            self,
            restricted=restricted,
            restrictions=tuple(restrictions),
            devices=devices,
            acquisition=acquisition,
        )
        walker.add(Path(path))

    def add_stream(
        self, stream: BinaryIO, name: str, *, restricted: bool = False, restrictions: Iterable[str] = ()
    ) -> None:
        """Everything a stream (standard input) gives until its end, as one item."""
        raw = os.fsencode(name)
        if self.finished_before(raw):
            return
        writer = self.item(name, restricted, restrictions=tuple(restrictions))
        writer.fill_from(stream)
        writer.close()

    def take_name(self, name: bytes) -> None:
        """A name is taken once; what lies below a name taken is taken too. Raises `PackageError`."""
        check_name(name)
        with self._lock:
            if self._done:
                raise PackageError("seal.package.finished")
            if name in self._names:
                raise PackageError("seal.item.name-taken")
            self._names.add(name)

    def enter(self, item: Item, unit: str = "", member: str = "", parts: int = 0) -> Item:
        """Give an item its number and the place where its content is sealed; its record enters the index."""
        with self._lock:
            if self._done:
                raise PackageError("seal.package.finished")
            self._items += 1
            item = _placed(item, self._items, unit, member, parts, self._conditions_digest)
            line = item.record()
            if self._journal is not None:
                self._journal.record(line, f"data/{unit}/{parts - 1:05d}.age" if unit else "")
            self._file(item, line)
            if not member and self._pack is not None:
                # A pack stays open no longer than while about as much is sealed beside it: its items, and the
                # records after theirs, are not safe before.
                self._beside_pack += item.size
                if self._beside_pack >= PART:
                    self._close_pack()
            return item

    def _file(self, item: Item, line: bytes) -> None:
        """A record into the index and the tree."""
        if self._index.left_in_part - len(self._lines) <= len(line) + 1:
            self._flush()
            self._index.cut()
        if not self._lines and self._index.left_in_part == PART:
            self._lines += context_line() + b"\n"
        self._lines += line
        self._lines += b"\n"
        if len(self._lines) > _LINES:
            self._flush()
        self._tree.add(item.number, line)
        self._restricted += item.restricted
        if item.state in _PROBLEMS:
            self.trouble(item)

    def trouble(self, item: Item) -> None:
        """An item of which less is sealed than whoever named it expects."""
        self._troubled += 1
        if len(self._problems) < _LISTED:
            self._problems.append(item)

    def _flush(self) -> None:
        lines, self._lines = self._lines, bytearray()
        self._index.write(lines)

    def tell(self, count: int) -> None:
        """So many bytes of items are on their way."""
        if self._progress is not None:
            self._progress(count)

    def open_unit(self, name: bytes) -> tuple[Unit, str]:
        """A unit for the large item of that name."""
        with self._lock:
            self._units += 1
            unit = f"{self._units:04d}"
        with disk_faults():
            (self._folder / "data" / unit).mkdir()
        return self._large(unit, name, hashlib.sha256(), 0), unit

    def _large(self, unit: str, name: bytes, digest: hashlib._Hash, parts: int) -> Unit:
        if self._journal is not None:
            self._journal.name(unit, name)
        return Unit(self._conveyor, lambda part: f"data/{unit}/{part:05d}.age", digest=digest, parts=parts)

    def unit_before(self, name: bytes) -> OpenItem | None:
        """What an interrupted sealing had made of the large item of that name."""
        return self._open_before.pop(name, None)

    def go_on(self, name: bytes, before: OpenItem, digest: hashlib._Hash) -> tuple[Unit, str]:
        """The unit of an item under way, after its whole files, which `digest` has hashed."""
        return self._large(before.unit, name, digest, len(before.boundaries)), before.unit

    def drop_unit(self, before: OpenItem) -> None:
        """Its item is no longer what it was: what was sealed of it goes."""
        folder = self._folder / "data" / before.unit
        for part in range(len(before.boundaries)):
            name = f"data/{before.unit}/{part:05d}.age"
            del self._conveyor.digests[name], self._conveyor.sizes[name]
        remove_tree(folder)

    def put_in_pack(self, item: Item, data: bytes | bytearray) -> Item:
        """One member of the current pack. A pack is one file: any member is read by opening one."""
        pad = padding(len(data))
        with self._lock:
            full = self._pack is not None and self._pack.left_in_part < len(END) * 2 + len(data) + len(pad)
            if full or self._members == _MEMBERS:
                self._close_pack()
            if self._pack is None:
                self._units += 1
                self._pack_name = f"pack-{self._units:04d}"
                with disk_faults():
                    (self._folder / "data" / self._pack_name).mkdir()
                name = f"data/{self._pack_name}/00000.age"
                self._pack = Unit(self._conveyor, lambda part: name)
                self._members = self._beside_pack = 0
            self._members += 1
            member = f"{self._members:06d}"
            self._pack.write(b"".join((member_header(member, len(data)), data, pad)))
            return self.enter(item, self._pack_name, member, 1)

    def _close_pack(self) -> None:
        if self._pack is not None:
            self._pack.write(END)
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
        for lost in self._open_before.values():  # its item is gone from the sources
            self.drop_unit(lost)
        if not self._items:
            self._lines += context_line() + b"\n"
        self._flush()
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
            origin=self._origin,
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
        if self._journal is not None:
            self._journal.end()
        with disk_faults():
            for folder, _, _ in os.walk(self._folder):
                sync_folder(Path(folder))
            if os.path.lexists(self.path):
                raise PackageError("seal.package.exists")
            self._folder.rename(self.path)
            self._done = True
            sync_folder(self.path.parent)
        return SealedPackage(
            package,
            self.path,
            self.name,
            self.cls,
            self._items,
            size,
            tuple(self._problems),
            statement,
            self._troubled,
            self._resumed,
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
        self._name = item.name_bytes or item.name.encode()
        self._held = bytearray()
        self._unit: Unit | None = None
        self._unit_name = ""
        self._closed = False
        self.size = 0
        with sealer._lock:
            sealer._writing += 1

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`. Raises `PackageError`, also for trouble met while writing what came before."""
        if self._closed:
            raise PackageError("seal.item.closed")
        view = memoryview(data)
        self.size += len(view)
        if self._unit is None and self.size <= SMALL:
            self._held += view
        else:
            self._large().write(view)
        self._sealer.tell(len(view))
        return len(view)

    def _large(self) -> Unit:
        if self._unit is None:
            self._unit, self._unit_name = self._sealer.open_unit(self._name)
            held, self._held = self._held, bytearray()
            self._unit.write(held)
        return self._unit

    def fill_from(self, file: Any, expected: int | None = None) -> None:
        """Read a raw file or a stream to its end, straight into the conveyor when it is large, past its holes where
        the file system knows them. `expected` is its size, where known. Raises `OSError`, `PackageError`."""
        from corridor.seal.sources import blocks, resumed

        if self._closed:
            raise PackageError("seal.item.closed")
        before = self._sealer.unit_before(self._name)
        if before is not None:
            found = resumed(self._sealer, self._name, before, file)
            if found is not None:
                self._unit, self._unit_name = found
                self.size = self._unit.size
        if self._unit is None and (expected is None or expected <= SMALL):
            buffer = memoryview(bytearray(min(SMALL, expected or SMALL) + 1))
            while self.size <= SMALL:
                count = file.readinto(buffer)
                if not count:
                    return
                self.write(buffer[:count])
        unit = self._large()
        for count in blocks(file, unit, expected):
            self.size += count
            self._sealer.tell(count)

    def close(self, *, state: str = "whole", reason: str = "") -> Item:
        """End the item; its record enters the index. `size` and `sha256` of the result are those of all bytes
        written."""
        if self._closed:
            raise PackageError("seal.item.closed")
        self._closed = True
        item = replace(self._item, size=self.size, state=state, reason=reason)
        if self._unit is not None and self._unit.digest is not None:
            parts = self._unit.close()
            digest = self._unit.digest.hexdigest()
            item = self._sealer.enter(replace(item, sha256=digest), self._unit_name, "", parts)
        else:
            digest = hashlib.sha256(self._held).hexdigest()
            item = self._sealer.put_in_pack(replace(item, sha256=digest), self._held)
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


def _placed(item: Item, number: int, unit: str, member: str, parts: int, conditions: str) -> Item:
    """`dataclasses.replace` written out: four times as fast, and this runs for every small file."""
    return Item(
        number,
        item.name,
        item.state,
        item.size,
        item.sha256,
        unit,
        member,
        parts,
        item.restricted,
        item.reason,
        item.target,
        item.modified,
        item.name_bytes,
        item.provenance,
        item.restrictions,
        conditions,
        item.target_bytes,
        item.acquisition,
        item.disclosed,
    )


def named(name: bytes, state: str, restricted: bool, **facts: Any) -> Item:
    """An item of a name as the file system gives it, UTF-8 or not."""
    try:
        return Item(0, name.decode("utf-8"), state, restricted=restricted, **facts)
    except UnicodeDecodeError:
        text = name.decode("utf-8", "replace")
        return Item(0, text, state, restricted=restricted, name_bytes=name, **facts)


def seal(
    paths: Iterable[Path | str],
    out: Path | str,
    recipients: Iterable[Custodian],
    cls: str = age.HYBRID,
    signer: custody.Signer | None = None,
    *,
    clock: Callable[[], datetime],
    restricted: bool = False,
    restrictions: Iterable[str] = (),
    conditions: Iterable[str] = (),
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    stream: tuple[BinaryIO, str] | None = None,
    devices: bool = False,
    acquisition: Acquisition | None = None,
    journal: Path | None = None,
    resume: bool = False,
    progress: Callable[[int], None] | None = None,
    open_file: Callable[[Path], OutFile] = DirectFile,
) -> SealedPackage:
    """Seal files and folders, then `stream` (a binary stream and the name it gets), into one package at `out`.

    The other arguments are those of `Sealer`, `Sealer.add_path` and `Sealer.finish`. Raises `PackageError`,
    `age.KeyTextError`.
    """
    marks = tuple(restrictions)
    with Sealer(
        out,
        recipients,
        cls,
        signer,
        clock=clock,
        conditions=conditions,
        journal=journal,
        resume=resume,
        progress=progress,
        open_file=open_file,
    ) as sealer:
        for path in paths:
            sealer.add_path(
                path, restricted=restricted, restrictions=marks, devices=devices, acquisition=acquisition
            )
        if stream is not None:
            sealer.add_stream(*stream, restricted=restricted, restrictions=marks)
        return sealer.finish(facts=facts, private=private)
