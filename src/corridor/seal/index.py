"""The index of a package: one JSON-LD object (CASE/UCO) a line for each item, and the item tree over them.

The profile is closed: for what is said of an item there is exactly one line. A reader takes a line apart, writes
it again and compares the bytes, so two readers never understand one line differently (spec/package.md section 4).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from corridor.notary import NotaryFault, canonical, merkle
from corridor.seal.faults import PackageError

ROOT_VERSION = "index/1"
LINE_LIMIT = 1 << 20
NAME_LIMIT = 4096
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
_CONTEXT_LINE = json.dumps(CONTEXT, separators=(",", ":")).encode()
_PLACE = b',"corridor:place":{'
_TYPES = {"link": "uco-observable:SymbolicLink", "folder": "uco-observable:Directory"}
_FILE_TYPE = "uco-observable:File"
_SELDOM = tuple(
    f"corridor:{name}"
    for name in (
        "restrictions",
        "conditions",
        "reason",
        "linkTarget",
        "linkTargetBytes",
        "nameBytes",
        "provenance",
        "acquisition",
        "disclosed",
        "place",
    )
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNIT = re.compile(r"(?:pack-)?[0-9]{4,12}")
_MEMBER = re.compile(r"[0-9]{1,12}")
_REASON = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESTRICTION = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}/[A-Za-z0-9][A-Za-z0-9().:_-]{0,59}")
# A relative path: parts of 1 to 255 bytes, none of them "." or "..".
_NAME = re.compile(rb"(?:(?!\.{1,2}(?:/|\Z))[^/\0]{1,255}(?:/(?!\Z)|\Z))+")

# The spelling of a text: RFC 8785 section 3.2.2.2.
_quoted = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What shows that an item stood in another package: its record there, with salt, position and path in the
    item tree of that package, which `IndexRoot.origin` names."""

    record: bytes
    salt: bytes
    position: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What the index says of one item. Only the opener of a package sees it; names may be hostile."""

    number: int  # from 1; 0 when it is not known where it stands (`parse_leaf`)
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
    modified: datetime | None = None  # to the microsecond
    name_bytes: bytes = b""  # when the name is not UTF-8; `name` then has U+FFFD in the place of what is not
    provenance: dict[str, str] | None = None
    restrictions: tuple[str, ...] = ()  # why restricted: codes "<law>/<provision>", sorted
    conditions: str = ""  # SHA-256 of the package's conditions of use, when it has any (`conditions_digest`)
    target_bytes: bytes = b""  # as `name_bytes`
    acquisition: dict[str, str] | None = None  # what a forensic container says of its making
    disclosed: Disclosed | None = None

    @property
    def sealed(self) -> bool:
        """Whether content of it is in the package."""
        return bool(self.sha256)

    def record(self) -> bytes:
        """The line of the index, without its line feed. `leaf` of it goes into the item tree.

        Raises `PackageError` for facts, restrictions or a length that the profile does not take; everything else
        the sealer sets itself.
        """
        h = os.urandom(16).hex()
        line = _write(self, f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}")
        if len(line) > LINE_LIMIT:
            raise PackageError("seal.item.record-too-long")
        return line


def _write(item: Item, uuid: str) -> bytes:
    """The one line for an item and the UUID it was given. Built by hand: this runs for every small file."""
    state = item.state
    path = _quoted(item.name)
    size = content = ""
    if item.sha256:
        size = f',"uco-observable:sizeInBytes":{item.size}'
        content = (
            f',{{"@id":"corridor:content/{uuid}","@type":"uco-observable:ContentDataFacet",'
            f'"uco-observable:hash":[{{"@id":"corridor:sha256/{uuid}","@type":"uco-types:Hash",'
            '"uco-types:hashMethod":"SHA256",'
            f'"uco-types:hashValue":{{"@type":"xsd:hexBinary","@value":"{item.sha256}"}}}}]{size}}}'
        )
    moment = item.modified
    modified = ""
    if moment is not None:
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
        text = moment.isoformat(timespec="microseconds")[:-6]
        modified = f',"uco-observable:modifiedTime":{{"@type":"xsd:dateTime","@value":"{text}Z"}}'
    return (
        f'{{"@id":"urn:uuid:{uuid}","@type":"{_TYPES.get(state, _FILE_TYPE)}","uco-core:hasFacet":['
        f'{{"@id":"corridor:file/{uuid}","@type":"uco-observable:FileFacet",'
        # A quoted path is cut where the path is: "/" is never escaped and stands in no escape.
        f'"uco-observable:fileName":"{path[path.rfind("/") + 1 or 1 :]},"uco-observable:filePath":{path},'
        f'"uco-observable:isDirectory":{"true" if state == "folder" else "false"}{size}{modified}}}{content}],'
        f'"corridor:state":"{state}","corridor:restricted":{"true" if item.restricted else "false"}'
        f"{_seldom(item)}{_place(item)}}}"
    ).encode()


def _place(item: Item) -> str:
    """Where an item stands. The last member, so that the record without it says nothing of where it stood."""
    if not item.number:
        return ""
    member = f',"corridor:member":"{item.member}"' if item.member else ""
    unit = f',"corridor:unit":"{item.unit}","corridor:parts":{item.parts}{member}' if item.unit else ""
    return f',"corridor:place":{{"corridor:item":{item.number}{unit}}}'


def _seldom(item: Item) -> str:
    text = ""
    if item.restrictions:
        text += f',"corridor:restrictions":[{",".join(map(_quoted, _restrictions(item)))}]'
    if item.conditions:
        text += f',"corridor:conditions":"{item.conditions}"'
    if item.reason:
        text += f',"corridor:reason":"{item.reason}"'
    if item.target:
        text += f',"corridor:linkTarget":{_quoted(item.target)}'
    if item.target_bytes:
        text += f',"corridor:linkTargetBytes":"{base64.b64encode(item.target_bytes).decode()}"'
    if item.name_bytes:
        text += f',"corridor:nameBytes":"{base64.b64encode(item.name_bytes).decode()}"'
    if item.provenance:
        text += f',"corridor:provenance":{_literal(_facts(item.provenance))}'
    if item.acquisition:
        text += f',"corridor:acquisition":{_literal(_facts(item.acquisition))}'
    if item.disclosed:
        proof = item.disclosed
        path = ",".join(f'"{each.hex()}"' for each in proof.path)
        record = _quoted(proof.record.decode())
        body = f'"path":[{path}],"position":{proof.position},"record":{record},"salt":"{proof.salt.hex()}"'
        text += f',"corridor:disclosed":{_literal(f"{{{body}}}")}'
    return text


def _literal(value: str) -> str:
    return f'{{"@type":"@json","@value":{value}}}'


def _facts(facts: dict[str, str]) -> str:
    if not all(_FACT.fullmatch(name) and type(text) is str for name, text in facts.items()):
        raise PackageError("seal.item.facts-refused")
    try:
        return canonical.dumps(facts).decode()
    except NotaryFault:
        raise PackageError("seal.item.facts-refused") from None


def _restrictions(item: Item) -> Sequence[str]:
    codes = item.restrictions
    well_made = all(_RESTRICTION.fullmatch(code) for code in codes)
    if not item.restricted or not well_made or list(codes) != sorted(set(codes)):
        raise PackageError("seal.item.restriction-refused")
    return codes


def parse_record(line: bytes) -> Item:
    """The item of one line of the index. Raises `PackageError`: `seal.index.malformed`, naming the member, for
    anything `Item.record` could not have written; `seal.item.name-refused` for a name that climbs out."""
    item = _parse(line)
    if not item.number:
        raise _malformed("corridor:place")
    return item


def parse_leaf(record: bytes) -> Item:
    """The item of a record without its place, as the item tree holds it. Raises like `parse_record`."""
    item = _parse(record)
    if item.number:
        raise _malformed("corridor:place")
    return item


def leaf(line: bytes) -> bytes:
    """The record without its place: what the item tree is over."""
    cut = line.rfind(_PLACE)
    return line if cut < 0 else line[:cut] + b"}"


def _malformed(what: str) -> PackageError:
    return PackageError("seal.index.malformed", what=what)


def _parse(line: bytes) -> Item:
    if len(line) > LINE_LIMIT:
        raise _malformed("a line over 1 MiB")
    # 1. as JSON. What two readers might understand differently (a key twice, 1.0 for 1) is not found here but in 4.
    try:
        data = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise _malformed("JSON") from None
    # 2. into an item; each value of the right type, each code of the right shape
    item = _item(data)
    # 3. what belongs together
    _check(item)
    # 4. there is one spelling of it
    try:
        again = _write(item, data["@id"][9:])
    except (PackageError, UnicodeEncodeError):
        raise _malformed("a member or text that cannot be") from None
    if again != line:
        raise _malformed(_difference(data, json.loads(again)))
    return item


_NONE: dict[str, Any] = {}


def _item(data: Any) -> Item:
    what = "@id"
    try:
        if not _UUID.fullmatch(data["@id"]):
            raise _malformed(what)
        what = "uco-core:hasFacet"
        facets = data["uco-core:hasFacet"]
        file = facets[0]
        what = "uco-observable:filePath"
        name = _text(file["uco-observable:filePath"])
        what = "uco-observable:modifiedTime"
        moment = file.get("uco-observable:modifiedTime")
        modified = datetime.fromisoformat(moment["@value"]) if moment is not None else None
        what = "uco-core:hasFacet"
        size, sha256 = 0, ""
        if len(facets) > 1:
            content = facets[1]
            size = _whole(content["uco-observable:sizeInBytes"])
            sha256 = content["uco-observable:hash"][0]["uco-types:hashValue"]["@value"]
            if not _SHA256.fullmatch(sha256):
                raise _malformed("uco-types:hashValue")
        what = "corridor:place"
        place = data.get(what, _NONE)
        number = _whole(place["corridor:item"]) if place is not _NONE else 0
        unit, member, parts = place.get("corridor:unit", ""), place.get("corridor:member", ""), 0
        if unit:
            parts = _whole(place["corridor:parts"])
            if not _UNIT.fullmatch(unit) or (member and not _MEMBER.fullmatch(member)):
                raise _malformed(what)
        what = "corridor:state"
        state = data[what]
        if state not in STATES:
            raise _malformed(what)
        what = "corridor:restricted"
        restricted = data[what]
        if restricted is not True and restricted is not False:
            raise _malformed(what)
        if len(data) - ("corridor:place" in data) == 5:  # nothing that is seldom there
            return Item(number, name, state, size, sha256, unit, member, parts, restricted, modified=modified)
        what = "corridor:reason"
        reason = data.get(what, "")
        if reason and not _REASON.fullmatch(reason):
            raise _malformed(what)
        what = "corridor:conditions"
        conditions = data.get(what, "")
        if conditions and not _SHA256.fullmatch(conditions):
            raise _malformed(what)
        what = "corridor:restrictions"
        restrictions = tuple(map(_text, data.get(what, ())))
        what = "corridor:linkTarget"
        target = _text(data.get(what, ""))
        what = "corridor:linkTargetBytes"
        target_bytes = base64.b64decode(data.get(what, ""), validate=True)
        what = "corridor:nameBytes"
        name_bytes = base64.b64decode(data.get(what, ""), validate=True)
        what = "corridor:provenance"
        provenance = data.get(what, _NONE).get("@value")
        what = "corridor:acquisition"
        acquisition = data.get(what, _NONE).get("@value")
        what = "corridor:disclosed"
        disclosed = _disclosed(data[what]["@value"]) if what in data else None
        if not all(facts is None or (facts and type(facts) is dict) for facts in (provenance, acquisition)):
            raise _malformed("corridor:provenance")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise _malformed(what) from None
    return Item(
        number,
        name,
        state,
        size,
        sha256,
        unit,
        member,
        parts,
        restricted,
        reason,
        target,
        modified,
        name_bytes,
        provenance,
        restrictions,
        conditions,
        target_bytes,
        acquisition,
        disclosed,
    )


def _disclosed(body: dict[str, Any]) -> Disclosed:
    salt = bytes.fromhex(_text(body["salt"]))
    path = tuple(bytes.fromhex(_text(each)) for each in body["path"])
    if len(salt) != merkle.HASH_SIZE or any(len(each) != merkle.HASH_SIZE for each in path):
        raise ValueError
    return Disclosed(_text(body["record"]).encode(), salt, _whole(body["position"]), path)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _whole(value: Any) -> int:
    """A whole number from 0 that every reader of JSON keeps exactly."""
    if type(value) is not int or not 0 <= value <= canonical.MAX_INTEGER:
        raise ValueError
    return value


def _check(item: Item) -> None:
    if item.name_bytes:
        if _replaced(item.name_bytes) != item.name:
            raise _malformed("corridor:nameBytes")
        check_name(item.name_bytes)
    else:
        try:
            check_name(item.name.encode())
        except UnicodeEncodeError:
            raise _malformed("uco-observable:filePath") from None
    state = item.state
    if state == "whole" or state == "changed":
        if not item.sha256:
            raise _malformed("uco-core:hasFacet")
    elif item.sha256 and state != "unreadable":
        raise _malformed("uco-core:hasFacet")
    if item.number and (
        bool(item.sha256) != bool(item.unit)
        or bool(item.parts) != bool(item.unit)
        or bool(item.member) != item.unit.startswith("pack-")
    ):
        raise _malformed("corridor:place")
    if state in ("unreadable", "special"):
        if not item.reason:
            raise _malformed("corridor:reason")
    elif item.reason and state != "changed":
        raise _malformed("corridor:reason")
    if bool(item.target) != (state == "link"):
        raise _malformed("corridor:linkTarget")
    if item.target_bytes and _replaced(item.target_bytes) != item.target:
        raise _malformed("corridor:linkTargetBytes")


def _replaced(data: bytes) -> str:
    """With U+FFFD in the place of each longest run that begins a character and does not end it (Unicode 3.9,
    "substitution of maximal subparts"). Bytes that are UTF-8 give "", which is no name: they need no such member."""
    text = data.decode("utf-8", "replace")
    return "" if text.encode() == data else text


def _difference(given: Any, right: Any) -> str:
    """Which member is not as it must be, by a name of ours: never what it holds."""
    if not isinstance(given, dict):
        return "JSON"
    for name, value in right.items():
        if name not in given or given[name] != value:
            if name == "uco-core:hasFacet" and isinstance(given.get(name), list):
                for facet, good in zip(given[name], value, strict=False):
                    if facet != good and isinstance(facet, dict):
                        return str(next((key for key in good if facet.get(key) != good[key]), name))
            return str(name)
    if given == right:
        return "spelling"
    return next((name for name in _SELDOM if name in given and name not in right), "a member not known here")


def check_name(name: bytes) -> None:
    """A relative path that stays below where it is unpacked. Raises `seal.item.name-refused`."""
    if not _NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        raise PackageError("seal.item.name-refused")


def moment(nanoseconds: int) -> datetime | None:
    """A file's time (`st_mtime_ns`), cut to the microsecond; None where no calendar has it."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None


def context_line() -> bytes:
    return _CONTEXT_LINE


class ItemTree:
    """RFC 6962 over `salt || record`, ordered by leaf hash: which says nothing of the order of the items.

    Each salt is HMAC-SHA-256 of the item's number (decimal) under one secret, kept in index/root.age. Disclosing an
    item gives its record, its salt and its path; of the others that shows their number and no more.
    Holds 32 bytes a leaf, in 256 heaps by first byte, so that sorting needs no second copy.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self.secret = secret or os.urandom(32)
        self._heaps = [bytearray() for _ in range(256)]
        self._proofs: ItemProofs | None = None
        self.size = 0

    def salt(self, number: int) -> bytes:
        return hmac.digest(self.secret, b"%d" % number, "sha256")

    def add(self, number: int, line: bytes) -> None:
        """A line of the index. Its place, the last member, does not go into the leaf."""
        cut = line.rfind(_PLACE)
        record = line if cut < 0 else line[:cut] + b"}"
        salt = hmac.digest(self.secret, b"%d" % number, "sha256")
        digest = hashlib.sha256(b"\x00" + salt + record).digest()
        self._heaps[digest[0]] += digest
        self.size += 1

    def _ordered(self) -> Iterator[bytes]:
        for heap in self._heaps:
            yield from sorted(bytes(heap[at : at + 32]) for at in range(0, len(heap), 32))

    def root(self) -> str:
        """Hex. Ordering happens here, so items may be added at any time before."""
        sha256 = hashlib.sha256
        waiting: list[bytes] = []  # the complete subtrees so far, largest first
        for count, digest in enumerate(self._ordered()):
            while count & 1:
                digest = sha256(b"\x01" + waiting.pop() + digest).digest()
                count >>= 1
            waiting.append(digest)
        if not waiting:
            return merkle.EMPTY_ROOT.hex()
        found = waiting.pop()
        while waiting:
            found = merkle.node_hash(waiting.pop(), found)
        return found.hex()

    def proofs(self) -> ItemProofs:
        """The tree as it is now, for as many proofs as are wanted; 64 bytes a leaf."""
        return ItemProofs(self._ordered())

    def proof(self, number: int, line: bytes) -> tuple[int, bytes, list[bytes]]:
        """Position, salt and path of one item: show that it is in the package, and nothing else of it.
        Raises `seal.item.absent`."""
        if self._proofs is None or self._proofs.size != self.size:
            self._proofs = self.proofs()
        salt = self.salt(number)
        return self._proofs.proof(salt, leaf(line))


class ItemProofs:
    """All rows of an item tree, as bytes."""

    def __init__(self, ordered: Iterable[bytes]) -> None:
        row = bytearray()
        for digest in ordered:
            row += digest
        self._rows = [row]
        sha256 = hashlib.sha256
        while len(row) > 32:
            above = bytearray()
            for at in range(0, len(row) - 63, 64):
                above += sha256(b"\x01" + row[at : at + 64]).digest()
            self._rows.append(row := above)

    @property
    def size(self) -> int:
        return len(self._rows[0]) // 32

    def _node(self, level: int, index: int) -> bytes:
        return bytes(self._rows[level][index * 32 : index * 32 + 32])

    def root(self) -> str:
        return merkle.root(self.size, self._node).hex()

    def proof(self, salt: bytes, record: bytes) -> tuple[int, bytes, list[bytes]]:
        """Position, salt and path. Raises `seal.item.absent`."""
        digest = merkle.leaf_hash(salt + record)
        position = bisect_left(range(self.size), digest, key=lambda index: self._node(0, index))
        if position == self.size or self._node(0, position) != digest:
            raise PackageError("seal.item.absent")
        return position, salt, merkle.inclusion(position, self.size, self._node)


def verify_item(
    record: bytes, salt: bytes, position: int, size: int, path: Sequence[bytes], root: str
) -> Item:
    """The item of a record (without its place) that is in the tree of `size` leaves under `root`. Raises
    `PackageError`."""
    try:
        digest = merkle.leaf_hash(salt + record)
        merkle.verify_inclusion(digest, position, size, path, bytes.fromhex(root))
    except (NotaryFault, ValueError):
        raise PackageError("seal.index.not-in-tree") from None
    return parse_leaf(record)


@dataclass(frozen=True)
class Origin:
    """The package items were disclosed from, as far as those who get them may know it."""

    package: str  # its id
    name: str
    cls: str
    items: int
    tree: str  # root of its item tree, hex
    conditions: tuple[str, ...] = ()
    sealed: dict[str, Any] | None = None  # the envelope of its `sealed` statement, when it has one
    origin: Origin | None = None  # where it was itself disclosed from

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "package": self.package,
            "name": self.name,
            "class": self.cls,
            "tree": {"size": self.items, "root": self.tree},
            "conditions": list(self.conditions),
        }
        if self.sealed is not None:
            body["sealed"] = self.sealed
        if self.origin is not None:
            body["origin"] = self.origin.body()
        return body

    @classmethod
    def from_body(cls, body: Any) -> Origin:
        """Raises TypeError, KeyError, ValueError for anything else."""
        sealed = body.get("sealed")
        if sealed is not None and type(sealed) is not dict:
            raise TypeError
        root = _text(body["tree"]["root"])
        package = _text(body["package"])
        if not _SHA256.fullmatch(root) or not _SHA256.fullmatch(package):
            raise ValueError
        return cls(
            package=package,
            name=_text(body["name"]),
            cls=_text(body["class"]),
            items=_whole(body["tree"]["size"]),
            tree=root,
            conditions=tuple(map(_text, body["conditions"])),
            sealed=sealed,
            origin=cls.from_body(body["origin"]) if "origin" in body else None,
        )


def conditions_digest(conditions: Iterable[str]) -> str:
    """What each record says of the package's conditions of use, so that they go where it goes: SHA-256 of their list
    in RFC 8785, hex; "" when there are none."""
    texts = list(conditions)
    return hashlib.sha256(canonical.dumps(texts)).hexdigest() if texts else ""


@dataclass(frozen=True)
class IndexRoot:
    """The plaintext of index/root.age: what holds the index parts together. RFC 8785; unknown members are left
    alone."""

    package: str
    items: int
    parts: int
    secret: bytes  # of the item tree's salts
    tree: str
    restricted: int  # how many items are marked restricted
    conditions: tuple[str, ...] = ()
    origin: Origin | None = None  # the package these items were disclosed from

    def encode(self) -> bytes:
        body = {
            "corridor": ROOT_VERSION,
            "package": self.package,
            "items": self.items,
            "parts": self.parts,
            "tree": {"root": self.tree, "secret": self.secret.hex()},
            "restricted": self.restricted,
            "conditions": list(self.conditions),
        }
        if self.origin is not None:
            body["origin"] = self.origin.body()
        return canonical.dumps(body)

    @classmethod
    def decode(cls, data: bytes) -> IndexRoot:
        try:
            body = canonical.loads(data, limit=LINE_LIMIT)
            if body["corridor"] != ROOT_VERSION:
                raise PackageError("seal.package.unknown-version")
            secret = bytes.fromhex(body["tree"]["secret"])
            if len(secret) != 32:
                raise ValueError
            return cls(
                package=_text(body["package"]),
                items=_whole(body["items"]),
                parts=_whole(body["parts"]),
                secret=secret,
                tree=_text(body["tree"]["root"]),
                restricted=_whole(body["restricted"]),
                conditions=tuple(map(_text, body["conditions"])),
                origin=Origin.from_body(body["origin"]) if "origin" in body else None,
            )
        except (NotaryFault, KeyError, TypeError, ValueError, AttributeError):
            raise _malformed("index/root.age") from None


class Ancestry:
    """The packages that the items of a disclosed package come from, from the nearest to the first."""

    def __init__(self, root: IndexRoot) -> None:
        """Raises `seal.disclosure.conditions-dropped` if conditions of use were lost on the way."""
        self.origins: list[Origin] = []
        conditions, origin = set(root.conditions), root.origin
        while origin is not None:
            if not conditions.issuperset(origin.conditions):
                raise PackageError("seal.disclosure.conditions-dropped")
            self.origins.append(origin)
            conditions, origin = set(origin.conditions), origin.origin
        self._conditions = [conditions_digest(each.conditions) for each in self.origins]

    def check(self, item: Item) -> None:
        """That an item was in each of them, and there as it is here. Raises `seal.index.not-in-tree`, or
        `seal.disclosure.differs`."""
        here = item
        for origin, conditions in zip(self.origins, self._conditions, strict=True):
            proof = here.disclosed
            if proof is None:
                raise PackageError("seal.disclosure.differs", item=item.number)
            before = verify_item(
                proof.record, proof.salt, proof.position, origin.items, proof.path, origin.tree
            )
            if before.conditions != conditions or not _carried_over(before, here):
                raise PackageError("seal.disclosure.differs", item=item.number)
            here = before
        if here.disclosed is not None:  # a proof with no package to measure it by
            raise PackageError("seal.disclosure.differs", item=item.number)


_CARRIED = (
    "name",
    "name_bytes",
    "state",
    "size",
    "sha256",
    "reason",
    "target",
    "target_bytes",
    "modified",
    "provenance",
    "acquisition",
)


def _carried_over(before: Item, here: Item) -> bool:
    """A mark of restriction may be added by whoever discloses, never dropped; all else stays as it was."""
    same = all(getattr(before, name) == getattr(here, name) for name in _CARRIED)
    return same and here.restricted >= before.restricted and {*here.restrictions} >= {*before.restrictions}


def read_lines(blocks: Iterable[memoryview]) -> Iterator[bytes]:
    """The records of one index part, past its context line. Raises `PackageError`."""
    rest = b""
    first = True
    for block in blocks:
        *lines, rest = (rest + bytes(block)).split(b"\n")
        if len(rest) > LINE_LIMIT:
            raise _malformed("a line over 1 MiB")
        for line in lines:
            if first:
                first = False
                if line != _CONTEXT_LINE:
                    raise _malformed("@context")
            else:
                yield line
    if rest or first:
        raise _malformed("a line without its end")


def check_items(lines: Iterable[bytes], root: IndexRoot, tree: ItemTree | None = None) -> Iterator[Item]:
    """Every item once, against the root of the index; about 35 bytes of memory an item. Steps, the last two when the
    lines have ended:

    1. each line is a record of the closed profile (`parse_record`)
    2. no number stands twice, none is above the number of items
    3. each record names the package's conditions of use
    4. each record was, as it is, in the package the root says it was disclosed from, if it says so (`Ancestry`)
    5. as many are restricted as the root says
    6. the tree of the records is the one in the root

    `tree`, empty and with the root's secret, is filled on the way, for those who want proofs afterwards.
    Raises `PackageError`: `seal.index.malformed`, `seal.index.root-differs`, `seal.index.tree-mismatch`,
    `seal.index.not-in-tree`, `seal.disclosure.differs`.
    """
    tree = tree or ItemTree(root.secret)
    ancestry = Ancestry(root)
    conditions = conditions_digest(root.conditions)
    restricted = 0
    seen: dict[int, int] = {}  # sets of 512 numbers: a hostile number must not cost memory
    for line in lines:
        item = parse_record(line)
        number = item.number
        page, bit = seen.get(number >> 9, 0), 1 << (number & 511)
        if page & bit or number > root.items:
            raise PackageError("seal.index.tree-mismatch")
        seen[number >> 9] = page | bit
        if item.conditions != conditions:
            raise PackageError("seal.index.root-differs", what="conditions")
        if ancestry.origins or item.disclosed is not None:
            ancestry.check(item)
        restricted += item.restricted
        tree.add(number, line)
        yield item
    if restricted != root.restricted:
        raise PackageError("seal.index.root-differs", what="restricted")
    if tree.size != root.items or tree.root() != root.tree:
        raise PackageError("seal.index.tree-mismatch")
