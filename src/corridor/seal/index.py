"""The index of a package: one JSON-LD object (CASE/UCO) a line for each item, and the item tree over them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corridor.notary import NotaryFault, canonical, merkle
from corridor.seal.faults import PackageError

ROOT_VERSION = "index/1"
LINE_LIMIT = 1 << 20
STATES = ("whole", "changed", "unreadable", "link", "folder", "special")
CONTEXT = {
    "@context": {
        "corridor": "urn:corridor:ns:",
        "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
}
_TYPES = {"link": "uco-observable:SymbolicLink", "folder": "uco-observable:Directory"}


@dataclass(frozen=True)
class Item:
    """What the index says of one item. Only the opener of a package sees it; names may be hostile."""

    number: int
    name: str  # relative path with "/", as given at sealing
    state: str  # whole, or: changed (while it was read), unreadable, link, folder, special (neither)
    size: int = 0
    sha256: str = ""
    unit: str = ""  # folder of data/ that holds it; "" when nothing of it is sealed
    member: str = ""  # its name inside the unit's tar archive, when the unit is a pack
    parts: int = 0
    restricted: bool = False
    reason: str = ""  # why unreadable or special, as a code
    target: str = ""  # where a link points; never followed
    modified: datetime | None = None
    name_bytes: bytes = b""  # when the name is not UTF-8
    provenance: dict[str, str] | None = None

    @property
    def sealed(self) -> bool:
        return bool(self.unit)

    def record(self) -> bytes:
        """The line of the index, without its line feed. These very bytes are the leaf of the item tree."""
        size = {"@type": "xsd:integer", "@value": str(self.size)}
        facet: dict[str, Any] = {
            "@id": _fresh_id(),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": self.name.rpartition("/")[2],
            "uco-observable:filePath": self.name,
            "uco-observable:isDirectory": self.state == "folder",
        }
        if self.sealed:
            facet["uco-observable:sizeInBytes"] = size
        if self.modified is not None:
            moment = self.modified.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            facet["uco-observable:modifiedTime"] = {"@type": "xsd:dateTime", "@value": moment}
        facets = [facet]
        if self.sealed:
            value = {"@type": "xsd:hexBinary", "@value": self.sha256}
            digest = {
                "@id": _fresh_id(),
                "@type": "uco-types:Hash",
                "uco-types:hashMethod": "SHA256",
                "uco-types:hashValue": value,
            }
            facets.append(
                {
                    "@id": _fresh_id(),
                    "@type": "uco-observable:ContentDataFacet",
                    "uco-observable:hash": [digest],
                    "uco-observable:sizeInBytes": size,
                }
            )
        line: dict[str, Any] = {
            "@id": _fresh_id(),
            "@type": _TYPES.get(self.state, "uco-observable:File"),
            "uco-core:hasFacet": facets,
            "corridor:item": self.number,
            "corridor:state": self.state,
            "corridor:restricted": self.restricted,
        }
        if self.sealed:
            line |= {"corridor:unit": self.unit, "corridor:parts": self.parts}
        optional = {
            "corridor:member": self.member,
            "corridor:reason": self.reason,
            "corridor:linkTarget": self.target,
            "corridor:nameBytes": base64.b64encode(self.name_bytes).decode(),
        }
        line |= {key: value for key, value in optional.items() if value}
        if self.provenance:
            line["corridor:provenance"] = {"@type": "@json", "@value": self.provenance}
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def _fresh_id() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def parse_record(line: bytes) -> Item:
    """Raises `PackageError` for anything `Item.record` could not have written, but for unknown members."""
    try:
        data = canonical.loads(line, limit=LINE_LIMIT)
        facets = {facet["@type"]: facet for facet in data["uco-core:hasFacet"]}
        file = facets["uco-observable:FileFacet"]
        content = facets.get("uco-observable:ContentDataFacet")
        moment = file.get("uco-observable:modifiedTime")
        item = Item(
            number=_of(data["corridor:item"], int),
            name=_of(file["uco-observable:filePath"], str),
            state=_of(data["corridor:state"], str),
            size=int(content["uco-observable:sizeInBytes"]["@value"]) if content else 0,
            sha256=_of(content["uco-observable:hash"][0]["uco-types:hashValue"]["@value"], str)
            if content
            else "",
            unit=_of(data.get("corridor:unit", ""), str),
            member=_of(data.get("corridor:member", ""), str),
            parts=_of(data.get("corridor:parts", 0), int),
            restricted=_of(data["corridor:restricted"], bool),
            reason=_of(data.get("corridor:reason", ""), str),
            target=_of(data.get("corridor:linkTarget", ""), str),
            modified=datetime.fromisoformat(moment["@value"]) if moment else None,
            name_bytes=base64.b64decode(data.get("corridor:nameBytes", ""), validate=True),
            provenance=data.get("corridor:provenance", {}).get("@value"),
        )
    except (NotaryFault, KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise PackageError("seal.index.malformed") from None
    if item.state not in STATES or item.size < 0 or item.number < 1 or bool(content) != item.sealed:
        raise PackageError("seal.index.malformed")
    if item.sealed and (item.parts < 1 or len(item.sha256) != 64):
        raise PackageError("seal.index.malformed")
    return item


def _of(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def check_name(name: bytes) -> None:
    """A relative path that stays below where it is unpacked. Raises `seal.item.name-refused`."""
    parts = name.split(b"/")
    refused = any(part in (b"", b".", b"..") or b"\0" in part or len(part) > 255 for part in parts)
    if refused or len(name) > 4096:
        raise PackageError("seal.item.name-refused")


def context_line() -> bytes:
    return json.dumps(CONTEXT, separators=(",", ":")).encode()


class ItemTree:
    """RFC 6962 over `salt || record`, ordered by leaf hash: which says nothing of the order of the items.

    Each salt is HMAC-SHA-256 of the item's number (decimal) under one secret, kept in index/root.age.
    Disclosing an item gives its record, its salt and its path; of the others that shows their number and no
    more.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self.secret = secret or os.urandom(32)
        self._leaves: list[bytes] = []

    def salt(self, number: int) -> bytes:
        return hmac.new(self.secret, str(number).encode(), hashlib.sha256).digest()

    def add(self, number: int, record: bytes) -> None:
        self._leaves.append(merkle.leaf_hash(self.salt(number) + record))

    @property
    def size(self) -> int:
        return len(self._leaves)

    def root(self) -> str:
        """Hex. Ordering happens here, so items may be added at any time before."""
        self._leaves.sort()
        return merkle.Tree(self._leaves).root().hex()

    def proof(self, number: int, record: bytes) -> tuple[int, bytes, list[bytes]]:
        """Position, salt and path of one item: show that it is in the package, and nothing else of it."""
        self._leaves.sort()
        salt = self.salt(number)
        position = self._leaves.index(merkle.leaf_hash(salt + record))
        return position, salt, merkle.Tree(self._leaves).inclusion(position)


def verify_item(record: bytes, salt: bytes, position: int, size: int, path: list[bytes], root: str) -> Item:
    """The item of a record that is in the tree of `size` leaves under `root`. Raises `PackageError`."""
    try:
        leaf = merkle.leaf_hash(salt + record)
        merkle.verify_inclusion(leaf, position, size, path, bytes.fromhex(root))
    except (NotaryFault, ValueError):
        raise PackageError("seal.index.not-in-tree") from None
    return parse_record(record)


@dataclass(frozen=True)
class IndexRoot:
    """The plaintext of index/root.age: what holds the index parts together."""

    package: str
    items: int
    parts: int
    secret: bytes  # of the item tree's salts
    tree: str
    restricted: int  # how many items are marked restricted
    conditions: tuple[str, ...] = ()

    def encode(self) -> bytes:
        return canonical.dumps(
            {
                "corridor": ROOT_VERSION,
                "package": self.package,
                "items": self.items,
                "parts": self.parts,
                "tree": {"root": self.tree, "secret": self.secret.hex()},
                "restricted": self.restricted,
                "conditions": list(self.conditions),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> IndexRoot:
        try:
            body = canonical.loads(data, limit=LINE_LIMIT)
            if body["corridor"] != ROOT_VERSION:
                raise PackageError("seal.package.unknown-version")
            return cls(
                package=_of(body["package"], str),
                items=_of(body["items"], int),
                parts=_of(body["parts"], int),
                secret=bytes.fromhex(body["tree"]["secret"]),
                tree=_of(body["tree"]["root"], str),
                restricted=_of(body["restricted"], int),
                conditions=tuple(_of(text, str) for text in body["conditions"]),
            )
        except (NotaryFault, KeyError, TypeError, ValueError):
            raise PackageError("seal.index.malformed") from None


def read_lines(blocks: Iterable[memoryview]) -> Iterator[bytes]:
    """The records of one index part, past its context line. Raises `PackageError`."""
    rest = b""
    first = True
    for block in blocks:
        *lines, rest = (rest + bytes(block)).split(b"\n")
        if len(rest) > LINE_LIMIT:
            raise PackageError("seal.index.malformed")
        for line in lines:
            if first:
                first = False
                if b'"@context"' not in line:
                    raise PackageError("seal.index.malformed")
            else:
                yield line
    if rest or first:
        raise PackageError("seal.index.malformed")
