"""Packages as somebody who means harm would write them: any content, under digests and a signature that agree.

The package's own key is public (it stands in bag-info.txt), so whoever seals can put anything below it. What is
written here follows spec/package.md except where a test says otherwise.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corridor.notary import KeyUse, PublicKey, SigningKey, credentials, keys
from corridor.seal import age, custody
from corridor.seal.index import IndexRoot, Item, ItemTree, context_line
from corridor.seal.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    INDEX_ROOT,
    MANIFEST,
    README,
    TAGMANIFEST,
    BagInfo,
    manifest_text,
)
from corridor.seal.wraps import Custodian, make_wrap

NOW = datetime(2026, 3, 1, 21, 15, tzinfo=UTC)
_BLOCK = 512


def officer(state: str) -> tuple[SigningKey, custody.Signer]:
    """A State's certifying key and an officer it certified for custody."""
    key, own = keys.generate(KeyUse.STATE), keys.generate(KeyUse.OFFICER)
    credential = credentials.issue(
        key,
        state=state,
        authority=f"{state}-EV",
        number="0007",
        key=own.public,
        powers=["custody"],
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=30),
    )
    return key, custody.Signer(credential, own, state)


def encrypted(data: bytes, recipient: age.AnyRecipient) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, [recipient])
    return sink.getvalue()


def tar(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A pack's plaintext: plain ustar, two zero blocks at the end."""
    out = bytearray()
    for name, data in members:
        header = tarfile.TarInfo(name)
        header.size, header.mode = len(data), 0o400
        out += header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % _BLOCK)
    return bytes(out) + bytes(2 * _BLOCK)


@dataclass
class Forge:
    """One package in the making. Fill it, alter `files` or `lines`, then `write`."""

    cls: str = age.CLASSIC
    signer: custody.Signer | None = None
    custodian: age.Identity = field(init=False)
    package: age.Identity = field(init=False)
    name: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")
    files: dict[str, bytes] = field(default_factory=dict)  # below data/ and index/, encrypted
    items: list[Item] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)  # of sealed items, by name
    wraps: list[Custodian] = field(default_factory=list)
    units: int = 0

    def __post_init__(self) -> None:
        self.custodian, self.package = age.generate(self.cls), age.generate(self.cls)
        self.wraps = [Custodian("Borealia evidence unit", self.custodian.recipient.text)]

    def seal(self, data: bytes) -> bytes:
        return encrypted(data, self.package.recipient)

    def add(self, item: Item) -> Item:
        self.items.append(item)
        return item

    def record(self, name: str, state: str, **facts: object) -> Item:
        """An item of which nothing is sealed."""
        return self.add(Item(len(self.items) + 1, name, state, **facts))  # type: ignore[arg-type]

    def large(self, name: str, *parts: bytes) -> Item:
        """An item in a unit of its own, one file for each of `parts`."""
        self.units += 1
        unit, data = f"{self.units:04d}", b"".join(parts)
        for number, part in enumerate(parts):
            self.files[f"data/{unit}/{number:05d}.age"] = self.seal(part)
        self.contents[name] = data
        return self.add(_item(len(self.items) + 1, name, data, unit=unit, parts=len(parts)))

    def pack(self, members: Mapping[str, bytes]) -> list[Item]:
        """Small items in one tar archive of one file."""
        self.units += 1
        unit = f"pack-{self.units:04d}"
        named = [(f"{number:06d}", name, data) for number, (name, data) in enumerate(members.items(), 1)]
        self.files[f"data/{unit}/00000.age"] = self.seal(tar((member, data) for member, _, data in named))
        self.contents |= members
        return [
            self.add(_item(len(self.items) + 1, name, data, unit=unit, parts=1, member=member))
            for member, name, data in named
        ]

    def index(self, lines: list[bytes] | None = None, **root: object) -> None:
        """The index over `items`, or over other `lines`; `root` replaces members of index/root.age."""
        lines = [item.record() for item in self.items] if lines is None else lines
        tree = ItemTree()
        for number, line in enumerate(lines, 1):
            tree.add(number, line)
        plain = b"".join(line + b"\n" for line in [context_line(), *lines])
        self.files["index/0001.age"] = self.seal(plain)
        told = {
            "package": self.name,
            "items": len(lines),
            "parts": 1,
            "secret": tree.secret,
            "tree": tree.root(),
            "restricted": sum(item.restricted for item in self.items),
        }
        self.root = IndexRoot(**(told | root))  # type: ignore[arg-type]
        self.files[INDEX_ROOT] = self.seal(self.root.encode())

    def write(self, path: Path, **info: object) -> str:
        """Everything to disk with lists that agree; the package id. `info` replaces values of bag-info.txt."""
        if INDEX_ROOT not in self.files:
            self.index()
        payload = {name: data for name, data in self.files.items() if name.startswith("data/")}
        told = {
            "name": self.name,
            "cls": self.cls,
            "recipient": self.package.recipient.text,
            "items": self.root.items,
            "tree": self.root.tree,
            "date": "2026-03-01",
            "payload_bytes": sum(map(len, payload.values())),
            "payload_files": len(payload),
        }
        self.info = BagInfo(**(told | info))  # type: ignore[arg-type]
        tags = {name: data for name, data in self.files.items() if name.startswith("index/")} | {
            BAGIT: BAGIT_TEXT.encode(),
            BAG_INFO: self.info.encode("forge"),
            README: b"A package.\n",
            MANIFEST: manifest_text({name: digest(data) for name, data in payload.items()}),
        }
        manifest = manifest_text({name: digest(data) for name, data in tags.items()})
        wraps = dict(make_wrap(self.package, self.name, custodian) for custodian in self.wraps)
        for name, data in (payload | tags | wraps | {TAGMANIFEST: manifest}).items():
            put(path, name, data)
        number = digest(manifest)
        if self.signer is not None:
            sealed = custody.sealed_statement(
                self.signer,
                number,
                self.info,
                self.wraps,
                collected=[],
                at=NOW,
                facts=None,
                private={"officer": "N. N."},
            )
            custody.add(path, sealed)
        return number


def _item(number: int, name: str, data: bytes, **place: object) -> Item:
    return Item(number, name, "whole", size=len(data), sha256=digest(data), **place)  # type: ignore[arg-type]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(path: Path, name: str, data: bytes) -> None:
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    """Every plain file below a folder, by its relative name."""
    return {
        Path(base, name).relative_to(folder).as_posix(): Path(base, name).read_bytes()
        for base, _, names in os.walk(folder)
        for name in names
    }


@dataclass(frozen=True)
class Specimen:
    """A sound package with one of everything, and what is in it."""

    path: Path
    id: str
    identity: age.Identity  # of the first custodian
    contents: dict[str, bytes]
    keys: dict[str, PublicKey]


def specimen(path: Path, cls: str) -> Specimen:
    """Two packs, a large item of three files, a folder, a link, two custodians, two hands, private parts, trust."""
    (borealia, first), (aurelia, second) = officer("XBB"), officer("XAA")
    forge = Forge(cls, first)
    forge.wraps.append(Custodian("Aurelia evidence unit", age.generate(cls).recipient.text))
    forge.record("mail", "folder")
    forge.pack({"mail/1.eml": b"Subject: invoice\n", "mail/2.eml": b"", "mail/3.eml": os.urandom(700)})
    forge.large("disk.img", os.urandom(900), os.urandom(900), os.urandom(77))
    forge.record("mail/newest", "link", target="3.eml")
    forge.pack({"ä/письмо.txt": b"text", "note": os.urandom(30)})
    number = forge.write(path)
    for step, (signer, kind, facts) in enumerate(
        [(first, "sent", {"to": "XAA"}), (second, "received", {}), (second, "returned", {})], 1
    ):
        custody.record(
            path, signer, kind, at=NOW + timedelta(hours=step), facts=facts, private={"place": f"room {step}"}
        )
    keys = {"XBB": borealia.public, "XAA": aurelia.public}
    for state, key in keys.items():
        custody.add_trust(path, state, [key])
    return Specimen(path, number, forge.custodian, forge.contents, keys)
