"""The graph of custody: which statement may follow which, and who may hold a package when (spec/package.md 5)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from corridor.seal.custody.statement import Claimed, VerifiedStatement, sealed_package
from corridor.seal.faults import CustodyError
from corridor.seal.layout import BagInfo

# What a statement of each kind must follow, directly: at least one of these.
FOLLOWS: Final = {
    "sent": ("sealed", "received", "returned"),
    "received": ("sent", "returned"),
    "returned": ("received",),
    "disclosed": ("sealed", "received", "returned"),
    "destroyed": ("sealed", "sent", "received", "returned", "disclosed"),
}
# Statements only a State that holds the package can make.
_BY_HOLDER: Final = ("sent", "returned", "disclosed", "destroyed")

AnyStatement = TypeVar("AnyStatement", bound=Claimed)


@dataclass(frozen=True)
class VerifiedCustody:
    """The hands a package passed through: one root, every statement signed and in its place."""

    package: str
    root: VerifiedStatement  # `sealed`
    statements: tuple[VerifiedStatement, ...]  # each after all it follows
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Examined(Generic[AnyStatement]):
    """Statements as a graph, with all that is wrong of it. `root` only where there is exactly one."""

    ordered: tuple[AnyStatement, ...]  # each after all it follows
    faults: tuple[CustodyError, ...]
    root: AnyStatement | None
    heads: tuple[str, ...]
    _past: dict[str, int]  # of each statement, one bit for every one it follows, directly or not

    def after(self, item: Claimed) -> list[AnyStatement]:
        """Every statement that follows `item`, directly or not."""
        bit = 1 << next(number for number, each in enumerate(self.ordered) if each.id == item.id)
        return [each for each in self.ordered if self._past[each.id] & bit]


def examine(items: Iterable[AnyStatement], package: str, info: BagInfo) -> Examined[AnyStatement]:
    """All that is wrong of the graph, none of it hiding the rest. Rules:

    1. exactly one `sealed`, citing nothing but `collected`, all of which lead to it;
       it names this package's key and item tree
    2. every other statement is about this package and follows statements that are here
    3. each follows at least one of a kind that can come before its own, directly, and no `collected`
    4. a package is received by the State it was sent or returned to
    5. only a State that sealed it, received it or was given it back sends, returns, discloses or destroys it
    6. nothing of a State follows its `destroyed`, in the graph or by its own times
    """
    by_id = {item.id: item for item in items}
    followed = {each for item in by_id.values() for each in item.follows}
    ordered, past = _order(by_id)
    faults: list[CustodyError] = []

    # Rule 1
    roots = [item for item in ordered if item.kind == "sealed"]
    if not roots:
        faults.append(CustodyError("seal.custody.no-root"))
    if len(roots) > 1:
        faults.append(CustodyError("seal.custody.two-roots", roots=len(roots)))
    for item in roots:
        try:
            check_root(item, package, info)
        except CustodyError as fault:
            faults.append(fault)

    for item in ordered:
        earlier = [each for number, each in enumerate(ordered) if past[item.id] >> number & 1]
        wrong = _place(item, by_id, earlier, followed, package)
        if wrong is not None:
            faults.append(wrong)
    faults += _after_destruction(ordered, past)
    return Examined(
        tuple(ordered),
        tuple(faults),
        roots[0] if len(roots) == 1 else None,
        tuple(sorted(set(by_id) - followed)),
        past,
    )


def _order(by_id: dict[str, AnyStatement]) -> tuple[list[AnyStatement], dict[str, int]]:
    """Each statement after all it follows that is here, else by time; and what comes before each."""
    missing = {key: sum(each in by_id for each in item.follows) for key, item in by_id.items()}
    next_of: dict[str, list[str]] = {}
    for key, item in by_id.items():
        for each in item.follows:
            next_of.setdefault(each, []).append(key)
    ready = [(by_id[key].at, key) for key, count in missing.items() if not count]
    heapq.heapify(ready)
    ordered: list[AnyStatement] = []
    past: dict[str, int] = {}
    place: dict[str, int] = {}
    # A statement's id covers the ids it follows: there is no circle, and all are placed.
    while ready:
        _, key = heapq.heappop(ready)
        place[key] = len(ordered)
        ordered.append(by_id[key])
        past[key] = 0
        for each in by_id[key].follows:
            if each in by_id:
                past[key] |= past[each] | 1 << place[each]
        for each in next_of.get(key, ()):
            missing[each] -= 1
            if not missing[each]:
                heapq.heappush(ready, (by_id[each].at, each))
    return ordered, past


def _place(
    item: AnyStatement,
    by_id: dict[str, AnyStatement],
    earlier: Sequence[AnyStatement],
    followed: set[str],
    package: str,
) -> CustodyError | None:
    """What is wrong of one statement's place: rules 1 to 5."""
    name = item.id[:16]
    out_of_order = CustodyError("seal.custody.out-of-order", statement=name, kind=item.kind)
    before = [by_id[each] for each in item.follows if each in by_id]
    if item.kind in ("collected", "sealed"):
        stray = item.kind == "collected" and item.id not in followed
        if stray or any(each.kind != "collected" for each in before):
            return out_of_order
        return CustodyError("seal.custody.gap", statement=name) if len(before) < len(item.follows) else None
    if item.subject != package:
        return CustodyError("seal.custody.other-package", statement=name)
    if len(before) < len(item.follows):
        return CustodyError("seal.custody.gap", statement=name)
    leading = [each for each in before if each.kind in FOLLOWS[item.kind]]
    if not leading or any(each.kind == "collected" for each in before):
        return out_of_order
    if item.kind == "received" and not any(_addressed(each, item.state) for each in leading):
        return CustodyError("seal.custody.received-by-other", statement=name)
    if item.kind in _BY_HOLDER:
        if any(each not in by_id for one in earlier for each in one.follows):
            return None  # a hand is missing and said so where it is missing; it may be the one that gave it
        if not any(_gives(each, item) for each in earlier):
            return CustodyError("seal.custody.not-held", statement=name, state=item.state)
    return None


def _addressed(before: Claimed, state: str) -> bool:
    return before.facts.get("to", state) == state


def _gives(before: Claimed, item: Claimed) -> bool:
    """Whether after `before` the State of `item` has the package in its hands."""
    if before.kind in ("sealed", "received"):
        return before.state == item.state
    # What arrived and was never signed for can still be destroyed.
    arrived = before.kind == "returned" or (before.kind == "sent" and item.kind == "destroyed")
    return arrived and before.state != item.state and _addressed(before, item.state)


def _after_destruction(ordered: Sequence[AnyStatement], past: dict[str, int]) -> list[CustodyError]:
    """Rule 6."""
    ends = [(place, end) for place, end in enumerate(ordered) if end.kind == "destroyed"]

    def ended(number: int, item: AnyStatement) -> bool:
        return any(
            (past[item.id] >> place & 1) or (item.at > end.at and not past[end.id] >> number & 1)
            for place, end in ends
            if end.state == item.state and place != number
        )

    return [
        CustodyError("seal.custody.after-destruction", statement=item.id[:16], state=item.state)
        for number, item in enumerate(ordered)
        if ended(number, item)
    ]


def check_graph(items: Sequence[AnyStatement], package: str, info: BagInfo) -> list[AnyStatement]:
    """The statements in an order in which each comes after all it follows. Raises `CustodyError`, the first
    of what `examine` finds."""
    found = examine(items, package, info)
    if found.faults:
        raise found.faults[0]
    return list(found.ordered)


def check_root(root: Claimed, package: str, info: BagInfo) -> None:
    """That a `sealed` statement is about this package, its key and its item tree. Raises `CustodyError`."""
    if root.subject != package or root.package != sealed_package(info):
        raise CustodyError("seal.custody.other-package", statement=root.id[:16])


def heads_of(items: Iterable[Claimed]) -> tuple[str, ...]:
    """The statements nothing follows yet."""
    found = list(items)
    return tuple(sorted({item.id for item in found} - {each for item in found for each in item.follows}))


def to_follow(items: Iterable[Claimed], kind: str) -> tuple[str, ...]:
    """What a new statement of a kind follows: the heads, and the nearest before them that can lead to it."""
    by_id = {item.id: item for item in items}
    heads = heads_of(by_id.values())
    leads = FOLLOWS.get(kind, ())
    found, near = set(heads), list(heads)
    while near and leads and not any(by_id[each].kind in leads for each in found):
        near = [each for one in near for each in by_id[one].follows if each in by_id]
        found |= {each for each in near if by_id[each].kind in leads}
    return tuple(sorted(found))
