"""Partial disclosure: chosen items sealed into a new package with a new key, each shown to be what the first held.

Whoever gets the new package learns of the rest how many items there were, and of each disclosed one its position in
an order that is random (spec/package.md section 4.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from corridor.notary import NotaryFault
from corridor.notary.dsse import Envelope
from corridor.seal import age, custody
from corridor.seal.custody.graph import examine
from corridor.seal.faults import PackageError
from corridor.seal.index import Ancestry, Disclosed, Item, ItemTree, Origin, check_items, leaf, parse_record
from corridor.seal.layout import PART, bag_info, package_id
from corridor.seal.opening import Index, content, next_member, read_index, stream
from corridor.seal.pack import members
from corridor.seal.sealer import SealedPackage, Sealer
from corridor.seal.wraps import Custodian


def disclose(
    path: Path | str,
    identities: Iterable[age.AnyIdentity],
    items: Iterable[int | str],
    out: Path | str,
    recipients: Iterable[Custodian],
    cls: str = age.HYBRID,
    signer: custody.Signer | None = None,
    *,
    clock: Callable[[], datetime],
    conditions: Iterable[str] = (),
    facts: dict[str, str] | None = None,
    private: dict[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> SealedPackage:
    """Seal chosen items of the package at `path` (numbers or names) into a new package at `out`, in flat memory.

    Marks of restriction and conditions of use go with them; `conditions` are added. Content is checked against its
    record while it passes: if one item is not what was sealed, all stops and nothing is left. With a `signer` the new
    package has its `sealed` statement, with `facts` and `private`, and where the first package has one, a `disclosed`
    statement that names the new package is added to it, last of all; that it may be is checked first.
    Raises `PackageError`, `CustodyError`, `AgeFault`.
    """
    folder = Path(path)
    chosen = set(items)
    if not chosen:
        raise PackageError("seal.disclosure.nothing-chosen")
    index = read_index(folder, identities)
    origin = _origin(index)
    if signer is not None and origin.sealed is not None:
        _may_say_so(folder, signer, clock())
    # 1. read the whole index once: it is all there, and every choice is exactly one item of it
    tree = ItemTree(index.root.secret)
    numbers, found = set(), set()
    for item in check_items(index.records(), index.root, tree):
        for choice in ({item.number, item.name} if not item.name_bytes else {item.number}) & chosen:
            if choice in found:
                raise PackageError("seal.item.absent")
            found.add(choice)
            numbers.add(item.number)
    if found != chosen:
        raise PackageError("seal.item.absent")
    proofs = tree.proofs()
    # 2. seal them, in the order in which they stand
    bound = list(dict.fromkeys([*index.root.conditions, *conditions]))
    with Sealer(
        out, recipients, cls, signer, clock=clock, conditions=bound, origin=origin, progress=progress
    ) as sealer:
        packs = _Packs(index)
        for line in index.records():
            item = parse_record(line)
            if item.number in numbers:
                record = leaf(line)
                position, salt, hashes = proofs.proof(tree.salt(item.number), record)
                proof = Disclosed(record, salt, position, tuple(hashes))
                _seal(sealer, item, proof, packs)
        made = sealer.finish(facts=facts, private=private)
    # 3. say so in the record of the first
    if signer is not None and origin.sealed is not None:
        custody.record(folder, signer, "disclosed", at=clock(), into=made.id)
    return made


def _origin(index: Index) -> Origin:
    info = bag_info(index.path)
    statements = list(custody.read_statements(index.path, "sealed").values())
    if len(statements) > 1:
        raise PackageError("seal.disclosure.other-origin")
    return Origin(
        package=index.id,
        name=info.name,
        cls=info.cls,
        items=index.root.items,
        tree=index.root.tree,
        conditions=index.root.conditions,
        sealed=statements[0].to_dict() if statements else None,
        origin=index.root.origin,
    )


def _may_say_so(folder: Path, signer: custody.Signer, at: datetime) -> None:
    """That the `disclosed` statement will have its place: before anything is made, not when all is sealed. Raises
    `CustodyError`, for instance where the signer's State never had the package, or destroyed its own."""
    follows = custody.following(folder, "disclosed")
    extra = {"into": "0" * 64}
    trial = custody.statement(signer, "disclosed", package_id(folder), follows=follows, at=at, extra=extra)
    standing = [custody.claimed(each) for each in custody.read_statements(folder).values()]
    found = examine([*standing, custody.claimed(trial.envelope)], package_id(folder), bag_info(folder))
    for fault in found.faults:  # others' statements are for `verify` to judge
        if fault.facts.get("statement") == trial.id[:16]:
            raise fault


class _Packs:
    """The content of small items; a pack is opened once for all chosen members, which stand in order."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._unit = ""
        self._members: Iterator[tuple[str, memoryview]] = iter(())

    def content(self, item: Item) -> Iterator[bytes | memoryview]:
        if not item.member:
            yield from content(self.index, item)
            return
        if item.unit != self._unit:
            self._unit = item.unit
            self._members = members(item.unit, stream(self.index, item.unit, item.parts), PART)
        yield next_member(self._members, item)


def _seal(sealer: Sealer, item: Item, proof: Disclosed, packs: _Packs) -> None:
    raw = item.name_bytes or item.name.encode()
    if not item.sealed:
        sealer.take_name(raw)
        sealer.enter(replace(item, number=0, disclosed=proof))
        return
    writer = sealer.item(
        raw.decode("utf-8", "surrogateescape"),
        item.restricted,
        restrictions=item.restrictions,
        modified=item.modified,
        provenance=item.provenance,
        acquisition=item.acquisition,
        disclosed=proof,
    )
    for block in packs.content(item):
        writer.write(block)
    writer.close(state=item.state, reason=item.reason)


@dataclass(frozen=True)
class VerifiedOrigin:
    """A package that items were disclosed from, as its State's officer signed for it."""

    package: str
    name: str
    items: int
    tree: str
    statement: custody.VerifiedStatement


@dataclass(frozen=True)
class VerifiedDisclosure:
    """A package whose every item was, as it is, in the packages named, from the nearest to the first. Made only by
    `verify_disclosed`."""

    items: int
    restricted: int
    conditions: tuple[str, ...]
    origins: tuple[VerifiedOrigin, ...]


def verify_disclosed(index: Index, trust: custody.StateKeys) -> VerifiedDisclosure:
    """Check a disclosed package back to the first `sealed` statement; `trust` gives a State's certifying keys. Steps:

    1. it names the package it comes from, and every package on the way has its `sealed` statement
    2. each of those is signed by role (`custody.verify_statement`)
    3. and is about that package: its id, name, class and item tree
    4. no condition of use was dropped on the way
    5. every item was in each item tree, and there as it is here; restrictions may only have been added

    Raises `PackageError`, `CustodyError`, `NotaryFault`. What was disclosed is then as authentic as what the first
    package held; that nothing else of interest was in it is not shown.
    """
    if index.root.origin is None:
        raise PackageError("seal.disclosure.no-origin")
    origins = tuple(_verified(origin, trust) for origin in Ancestry(index.root).origins)
    items = restricted = 0
    for item in index:  # steps 4 and 5: `index.check_items`
        items += 1
        restricted += item.restricted
    return VerifiedDisclosure(items, restricted, index.root.conditions, origins)


def _verified(origin: Origin, trust: custody.StateKeys) -> VerifiedOrigin:
    if origin.sealed is None:
        raise PackageError("seal.disclosure.unsigned-origin", package=origin.package[:16])
    try:
        envelope = Envelope.from_dict(origin.sealed)
    except NotaryFault:
        raise PackageError("seal.disclosure.other-origin") from None
    said = custody.verify_statement(envelope, trust)
    named = {"name": origin.name, "class": origin.cls, "tree": {"size": origin.items, "root": origin.tree}}
    package = dict(said.package or {})
    package.pop("recipient", None)
    if said.kind != "sealed" or said.subject != origin.package or package != named:
        raise PackageError("seal.disclosure.other-origin")
    return VerifiedOrigin(origin.package, origin.name, origin.items, origin.tree, said)
