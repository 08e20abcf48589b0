"""What a key adds to checking: the index, the private parts of custody and, when asked, every item's content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corridor.faults import Fault
from corridor.notary import NotaryFault
from corridor.seal import age, custody
from corridor.seal.disclosure import VerifiedOrigin, verify_disclosed
from corridor.seal.faults import AgeFault, CustodyError, PackageError
from corridor.seal.index import Item
from corridor.seal.layout import PART
from corridor.seal.opening import Index, open_part, read_index
from corridor.seal.pack import members


@dataclass
class Inside:
    """What was found with a key. `faults` speak against the package."""

    package: str
    items: int = 0
    size: int = 0  # bytes of content, as the index says
    restricted: int = 0
    troubled: int = 0  # items not sealed whole
    conditions: tuple[str, ...] = ()
    deep: bool = False  # whether the content of every item was read and its digest compared
    origins: tuple[VerifiedOrigin, ...] = ()  # packages its items were disclosed from, the nearest first
    private: Mapping[str, dict[str, str]] = field(default_factory=dict)  # statement id -> its private part
    faults: list[Fault] = field(default_factory=list)


def check_inside(
    path: Path | str,
    identities: Iterable[age.AnyIdentity],
    *,
    trust: custody.StateKeys | None = None,
    deep: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Inside:
    """Open the index and compare it with the item tree, open the private parts of custody, and with `deep` read
    every item and compare its digest; nothing is written. `progress` is called with each number of bytes read.

    Where items were disclosed from another package, that is followed back to the first, with the keys of `trust`, or
    those inside the package. Goes on past what is wrong.
    Raises `PackageError`, `AgeFault` where the identities open nothing.
    """
    folder = Path(path)
    index = read_index(folder, identities)
    found = Inside(index.id, conditions=index.root.conditions, deep=deep)
    try:
        for item in _read(index, progress or (lambda count: None), found) if deep else index:
            found.items += 1
            found.size += item.size
            found.restricted += item.restricted
            found.troubled += item.state in ("unreadable", "special", "changed")
    except (PackageError, AgeFault) as fault:
        found.faults.append(fault)
    if index.root.origin is not None and not found.faults:
        try:
            found.origins = verify_disclosed(index, trust or custody.trust_inside(folder)).origins
        except (PackageError, CustodyError, NotaryFault) as fault:
            found.faults.append(fault)
    found.private = _private(folder, index.identity, found)
    return found


def _private(folder: Path, identity: age.Identity, found: Inside) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    try:
        claims = [custody.claimed(envelope) for envelope in custody.read_statements(folder).values()]
    except (CustodyError, PackageError, NotaryFault):
        return out  # `verify` says so without a key
    for said in claims:
        if said.private is None or not (folder / f"custody/{said.id[:16]}-{said.kind}.private.age").is_file():
            continue
        try:
            out[said.id] = custody.read_private(folder, said, [identity])
        except (CustodyError, PackageError, AgeFault) as fault:
            found.faults.append(fault)
    return out


def _read(index: Index, tell: Callable[[int], None], found: Inside) -> Iterator[Item]:
    """Each item after its content was read. The members of one pack come from one reading of it."""
    pack = ""
    inside: Iterator[tuple[str, memoryview]] = iter(())
    for item in index:
        try:
            if item.member:
                if item.unit != pack:
                    pack, inside = item.unit, members(item.unit, _stream(index, item), PART)
                data = next((data for name, data in inside if name == item.member), None)
                if data is None:
                    raise PackageError("seal.pack.member-missing", item=item.number)
                _compare(item, [data], tell)
            elif item.sealed:
                _compare(item, _stream(index, item), tell)
        except (PackageError, AgeFault) as fault:
            found.faults.append(fault)
            pack = ""
        yield item


def _stream(index: Index, item: Item) -> Iterator[memoryview]:
    for part in range(item.parts):
        with open_part(index.path, f"data/{item.unit}/{part:05d}.age") as file:
            yield from age.iter_decrypt(file, [index.identity])


def _compare(item: Item, blocks: Iterable[memoryview], tell: Callable[[int], None]) -> None:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        tell(len(block))
    if size != item.size or digest.hexdigest() != item.sha256:
        raise PackageError("seal.item.digest-mismatch", item=item.number)
