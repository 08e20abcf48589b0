"""What an interrupted sealing needs to go on: which files are whole, and the records of the items in them.

Beside the half-made package stands journal/: `about.json` in clear (which package, for whom) and one age file a step,
each written when payload files are on disk. Steps hold names and digests, so they are encrypted to a key of the
journal's own, kept in another folder and destroyed with it; the package's key is not needed and not held.
"""

from __future__ import annotations

import base64
import fcntl
import io
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.notary import NotaryFault, canonical
from corridor.seal import age
from corridor.seal.conveyor import Finished
from corridor.seal.faults import AgeFault, PackageError
from corridor.seal.files import disk_faults, remove_tree, sync_folder, write_whole

FOLDER = "journal"
VERSION = "sealing/1"
STEP_NAME = re.compile(r"journal/(?:about\.json|[0-9]{6,12}\.age)")
_LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True)
class Begun:
    """A sealing that was interrupted."""

    folder: Path
    target: str  # file name of the package to be
    package: str  # its name, urn:uuid:…
    cls: str
    recipient: str
    custodians: tuple[str, ...]  # fingerprints


@dataclass
class OpenItem:
    """A large item that was under way: its unit, and the digest of the item up to the end of each whole file."""

    unit: str
    boundaries: list[str] = field(default_factory=list)


@dataclass
class Standing:
    """What is whole, from all steps together."""

    secret: bytes
    files: dict[str, tuple[int, str]]  # name -> size, SHA-256
    open: dict[bytes, OpenItem]  # by the item's name


def find(out: Path, folder: Path | None = None) -> Begun:
    """The interrupted sealing of the package at `out`. Raises `seal.resume.none`, `seal.resume.several`."""
    found = [] if folder is None else [folder]
    if folder is None and out.parent.is_dir():
        found = [
            each for each in sorted(out.parent.glob(".sealing-*")) if (each / FOLDER / "about.json").is_file()
        ]
    begun = [each for each in map(_about, found) if each.target == out.name]
    if not begun:
        raise PackageError("seal.resume.none")
    if len(begun) > 1:
        raise PackageError("seal.resume.several", number=len(begun))
    return begun[0]


def _about(folder: Path) -> Begun:
    try:
        body = canonical.loads((folder / FOLDER / "about.json").read_bytes(), limit=1 << 20)
        if body["corridor"] != VERSION:
            raise PackageError("seal.resume.damaged")
        return Begun(
            folder,
            str(body["target"]),
            str(body["package"]),
            str(body["class"]),
            str(body["recipient"]),
            tuple(map(str, body["custodians"])),
        )
    except (OSError, NotaryFault, KeyError, TypeError):
        raise PackageError("seal.resume.damaged") from None


class Journal:
    """Written while sealing. `finished` is called by the conveyor's thread, the rest by the sealer's."""

    def __init__(self, begun: Begun, recipient: age.Recipient, key: Path, steps: int = 0) -> None:
        self._folder = begun.folder / FOLDER
        self._recipient = recipient
        self._key = key
        self._steps = steps
        self._lock = threading.Lock()
        self._done: set[str] = set()  # files whole, of which a record still waits
        self._new: list[list[Any]] = []
        self._records: list[tuple[str, bytes]] = []  # the file a record waits for ("": none), and the record
        self._names: dict[str, bytes] = {}  # unit -> the item it holds
        self._marks: list[list[Any]] = []
        self._handle = os.open(self._folder / "about.json", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise PackageError("seal.resume.running") from None

    @classmethod
    def begin(cls, begun: Begun, keys: Path, secret: bytes) -> Journal:
        identity = age.generate(begun.cls)
        key = _key_file(keys, begun)
        with disk_faults():
            keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            (begun.folder / FOLDER).mkdir()
        write_whole(key, f"{identity.text}\n".encode(), mode=0o600)
        about = {
            "corridor": VERSION,
            "target": begun.target,
            "package": begun.package,
            "class": begun.cls,
            "recipient": begun.recipient,
            "custodians": list(begun.custodians),
        }
        write_whole(begun.folder / FOLDER / "about.json", canonical.dumps(about))
        journal = cls(begun, identity.recipient, key)
        journal._write({"secret": secret.hex()})
        return journal

    @classmethod
    def resume(cls, begun: Begun, keys: Path) -> tuple[Journal, Standing, Iterator[bytes]]:
        """The journal to go on with, what is whole, and the records so far. Raises `seal.resume.no-key`,
        `.damaged`."""
        key = _key_file(keys, begun)
        try:
            identity = age.parse_identity(key.read_text(encoding="ascii").strip())
        except (OSError, AgeFault):
            raise PackageError("seal.resume.no-key") from None
        if not isinstance(identity, age.Identity):
            raise PackageError("seal.resume.no-key")
        folder = begun.folder / FOLDER
        steps = len(list(folder.glob("*.age")))
        journal = cls(begun, identity.recipient, key, steps)
        try:
            standing = _standing(folder, steps, identity)
        except BaseException:
            journal.close()
            raise

        def records() -> Iterator[bytes]:
            for number in range(1, steps + 1):
                for record in _read(folder / f"{number:06d}.age", identity).get("records", ()):
                    yield record.encode()

        return journal, standing, records()

    def name(self, unit: str, item: bytes) -> None:
        """`unit` holds the large item of that name."""
        with self._lock:
            self._names[unit] = item

    def record(self, record: bytes, needs: str) -> None:
        """A record whose item is whole once the file `needs` is; "" for one without content."""
        with self._lock:
            self._records.append((needs, record))

    def finished(self, file: Finished) -> None:
        """A file is whole and synced: make a step of it and of the records that waited for it."""
        if not file.name.startswith("data/"):
            return
        with self._lock:
            self._done.add(file.name)
            self._new.append([file.name, file.size, file.sha256])
            unit = file.name.split("/")[1]
            if file.boundary and unit in self._names:
                name = base64.b64encode(self._names[unit]).decode()
                self._marks.append([unit, name, file.boundary])
            self._step()

    def _step(self) -> None:
        """What is new, and the records whose files are all whole."""
        ready = 0
        for needs, _ in self._records:
            if needs and needs not in self._done:
                break
            ready += 1
        records = [record.decode() for _, record in self._records[:ready]]
        del self._records[:ready]
        files, marks, self._new, self._marks = self._new, self._marks, [], []
        if files or records:
            self._write({"files": files, "marks": marks, "records": records})

    def _write(self, step: dict[str, Any]) -> None:
        sink = io.BytesIO()
        age.encrypt(io.BytesIO(canonical.dumps(step)), sink, [self._recipient])
        self._steps += 1
        write_whole(self._folder / f"{self._steps:06d}.age", sink.getvalue())

    def keep(self) -> None:
        """Note the last that is whole, and let go: the sealing can be gone on with."""
        with self._lock:
            if self._handle >= 0:
                self._step()
        self.close()

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def end(self) -> None:
        """The package is whole, or given up: what was noted is destroyed, and the key first."""
        self.close()
        with disk_faults():
            self._key.unlink(missing_ok=True)
            sync_folder(self._key.parent)
        remove_tree(self._folder)


def _standing(folder: Path, steps: int, identity: age.Identity) -> Standing:
    standing = Standing(b"", {}, {})
    for number in range(1, steps + 1):
        step = _read(folder / f"{number:06d}.age", identity)
        if number == 1:
            standing.secret = bytes.fromhex(step["secret"])
        standing.files |= {name: (size, digest) for name, size, digest in step.get("files", ())}
        for unit, name, boundary in step.get("marks", ()):
            item = standing.open.setdefault(base64.b64decode(name), OpenItem(unit))
            if item.unit != unit:  # begun anew after an earlier interruption
                item.unit, item.boundaries = unit, []
            item.boundaries.append(boundary)
    if len(standing.secret) != 32:
        raise PackageError("seal.resume.damaged")
    return standing


def _key_file(keys: Path, begun: Begun) -> Path:
    return keys / f"{begun.package.removeprefix('urn:uuid:')}.key"


def _read(file: Path, identity: age.Identity) -> dict[str, Any]:
    sink = io.BytesIO()
    try:
        with file.open("rb") as stream:
            age.decrypt(stream, sink, [identity])
        body = canonical.loads(sink.getvalue(), limit=_LIMIT)
    except (OSError, AgeFault, NotaryFault):
        raise PackageError("seal.resume.damaged") from None
    if not isinstance(body, dict):
        raise PackageError("seal.resume.damaged")
    return body
