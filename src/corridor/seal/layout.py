"""The places of a package: which file names there are, and the bag's own small files (RFC 8493)."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corridor.seal.faults import PackageError

MIB = 1 << 20
PART = 64 * MIB  # most plaintext in one payload or index file
# A sealed one: plaintext, tags, and the largest header a wrap for many could have.
PART_LIMIT = PART + PART // 1024 + MIB

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
README = "README.txt"
MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
INDEX_ROOT = "index/root.age"
BAGIT_TEXT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_PAYLOAD = r"data/(?:pack-)?[0-9]{4,12}/[0-9]{5,12}\.age"
_INDEX = r"index/(?:[0-9]{4,12}|root)\.age"
_WRAP = r"package-key/[0-9a-f]{64}\.age"
_CUSTODY = r"custody/[0-9a-f]{16}-[a-z]{1,20}\.(?:dsse\.json|private\.age|tlog-proof|(?:checkpoint\.)?[0-9a-f]{8}\.tsr)"
_TRUST = r"trust/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){0,3}[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
PAYLOAD_NAME = re.compile(_PAYLOAD)
FIXED_TAG_NAME = re.compile(
    rf"{re.escape(BAGIT)}|{re.escape(BAG_INFO)}|{README}|{re.escape(MANIFEST)}|{_INDEX}"
)
# What may grow and shrink after sealing.
GROWING_NAME = re.compile(rf"{_WRAP}|{_CUSTODY}|{_TRUST}")
WRAP_NAME = re.compile(_WRAP)
STATEMENT_NAME = re.compile(r"custody/([0-9a-f]{16})-([a-z]{1,20})\.dsse\.json")
PRIVATE_NAME = re.compile(r"custody/([0-9a-f]{16})-([a-z]{1,20})\.private\.age")
PROOF_NAME = re.compile(r"custody/([0-9a-f]{16})-([a-z]{1,20})\.tlog-proof")
TIME_NAME = re.compile(r"custody/([0-9a-f]{16})-([a-z]{1,20})\.(checkpoint\.)?([0-9a-f]{8})\.tsr")
_LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,4096})\n")
# Nobody's manifest is longer: read into memory before it is believed.
MANIFEST_LIMIT = 256 * MIB


def is_package_name(name: str) -> bool:
    """Whether a relative path is one a package may hold. Everything else is refused."""
    known = (PAYLOAD_NAME, FIXED_TAG_NAME, GROWING_NAME)
    return name == TAGMANIFEST or any(pattern.fullmatch(name) for pattern in known)


def read_small(path: Path, name: str, limit: int = MIB) -> bytes:
    """A file of the package, never through a link. Raises `PackageError` where it is absent or too long."""
    file = path / name
    try:
        if file.is_symlink() or not file.is_file():
            raise PackageError("seal.bag.missing-file", name=name)
        with file.open("rb") as stream:
            # No more memory than there is file: a limit may be large.
            data = stream.read(min(limit, os.fstat(stream.fileno()).st_size) + 1)
    except OSError as error:
        raise PackageError("seal.bag.unreadable-file", name=name, errno=error.errno) from error
    if len(data) > limit:
        raise PackageError("seal.bag.file-too-long", name=name, limit=limit)
    return data


def manifest_text(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def parse_manifest(data: bytes, name: str, allowed: re.Pattern[str]) -> dict[str, str]:
    """Path -> SHA-256. Only names a package may hold, each once, in order. Raises `PackageError`."""
    out: dict[str, str] = {}
    last = ""
    for number, line in enumerate(io.BytesIO(data), 1):
        match = _LINE.fullmatch(line)
        if not match:
            raise PackageError("seal.manifest.malformed", name=name, line=number)
        digest, path = match[1].decode(), match[2].decode()
        if not allowed.fullmatch(path):
            raise PackageError("seal.manifest.path-refused", name=name, line=number)
        if path <= last:
            raise PackageError("seal.manifest.malformed", name=name, line=number)
        out[path] = digest
        last = path
    return out


@dataclass(frozen=True)
class BagInfo:
    """What bag-info.txt says in clear. Fixed at sealing, covered by the package id."""

    name: str  # urn:uuid:…, given before the first byte is sealed; wraps and statements cite it
    cls: str
    recipient: str  # the package's own public key; its secret key stands in the wraps
    items: int
    tree: str  # root of the item tree, hex
    date: str
    payload_bytes: int
    payload_files: int

    def encode(self, agent: str) -> bytes:
        rows = [
            ("Bag-Software-Agent", agent),
            ("Bagging-Date", self.date),
            ("Corridor-Class", self.cls),
            ("Corridor-Item-Tree", self.tree),
            ("Corridor-Items", str(self.items)),
            ("Corridor-Package", "1"),
            ("Corridor-Recipient", self.recipient),
            ("External-Identifier", self.name),
            ("Payload-Oxum", f"{self.payload_bytes}.{self.payload_files}"),
        ]
        return "".join(f"{label}: {value}\n" for label, value in rows).encode()


_SHAPES = {
    "Corridor-Class": r"hybrid|classic",
    "Corridor-Item-Tree": r"[0-9a-f]{64}",
    "Corridor-Items": r"0|[1-9][0-9]{0,11}",
    "Corridor-Package": r"1",
    "Corridor-Recipient": r"age1[0-9a-z]{1,3000}",
    "External-Identifier": r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "Payload-Oxum": r"[0-9]{1,20}\.[0-9]{1,12}",
    "Bagging-Date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}


def parse_bag_info(data: bytes) -> BagInfo:
    """Known labels exactly once; others are left alone. Raises `PackageError`."""
    values: dict[str, str] = {}
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise PackageError("seal.bag.info-malformed", label="-") from None
    for line in lines:
        label, separator, value = line.partition(": ")
        if not separator or label in values:
            raise PackageError("seal.bag.info-malformed", label=label[:40] if separator else "-")
        values[label] = value
    if values.get("Corridor-Package", "1") != "1":
        raise PackageError("seal.package.unknown-version")
    for label, shape in _SHAPES.items():
        if not re.fullmatch(shape, values.get(label, "")):
            raise PackageError("seal.bag.info-malformed", label=label)
    octets, _, files = values["Payload-Oxum"].partition(".")
    return BagInfo(
        name=values["External-Identifier"],
        cls=values["Corridor-Class"],
        recipient=values["Corridor-Recipient"],
        items=int(values["Corridor-Items"]),
        tree=values["Corridor-Item-Tree"],
        date=values["Bagging-Date"],
        payload_bytes=int(octets),
        payload_files=int(files),
    )


def bag_info(path: Path) -> BagInfo:
    return parse_bag_info(read_small(path, BAG_INFO))


def package_id(path: Path) -> str:
    """SHA-256 of the tag manifest, in hex: the package's number everywhere. Raises `PackageError`."""
    return hashlib.sha256(read_small(path, TAGMANIFEST, MANIFEST_LIMIT)).hexdigest()


def tag_names(index_files: Iterable[str]) -> list[str]:
    """What the tag manifest lists: everything fixed at sealing but the payload, which the manifest lists."""
    return [BAGIT, BAG_INFO, README, MANIFEST, *index_files]


_README = """\
This folder is a sealed evidence package, made by Corridor.

What it is
  A BagIt bag (RFC 8493) of files in the age format (https://age-encryption.org/v1).
  data/ holds the evidence, encrypted in files of at most 64 MiB of content.
  index/ holds, encrypted, the name, size and SHA-256 of every item.
  package-key/ holds the key of this package, encrypted once for each custodian.
  custody/ holds signed statements of the hands it passed through (in-toto statements in DSSE envelopes).
  trust/ holds the public keys and credentials those signatures are checked with.

What opens it
  Class: {cls}. {opens}
  In these steps KEY is your own age key file, and NAME your file in package-key/: the SHA-256 of your
  recipient (age1...), in hex.
  1. sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt
     Nothing was altered if both say OK throughout and the next line is the package number you were given:
     sha256sum tagmanifest-sha256.txt
  2. age -d -i KEY package-key/NAME.age > ../package.key
  3. age -d -i ../package.key index/0001.age
     One JSON object a line. "corridor:unit" says in which folder of data/ the item is.
  4. A folder with a plain number holds one item, in order:
     for part in data/0001/*.age; do age -d -i ../package.key "$part"; done > item
     A folder named pack-... holds many small items, as one tar archive with numbers for names
     ("corridor:member" in the index):
     for part in data/pack-0002/*.age; do age -d -i ../package.key "$part"; done | tar -x
  5. Compare sha256sum of each item with its hash value in the index. Then delete ../package.key.

Or: pip install corridor; corridor verify FOLDER; corridor open FOLDER
"""
_OPENS = {
    "classic": "Any version of age opens it (X25519).",
    "hybrid": "age 1.3 or later opens it (MLKEM768-X25519, safe against quantum computers too).",
}


def readme_text(cls: str) -> bytes:
    return _README.format(cls=cls, opens=_OPENS[cls]).encode()
