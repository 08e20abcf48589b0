"""Acts as a graph: who saw what, and the one order in which a set of them is tried (spec/act.md 6).

Sets of acts are bit sets over positions of one topological order, so that questions about pasts are integer operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corridor.dossier import on_paper
from corridor.dossier.act import VerifiedAct
from corridor.dossier.kinds.kind import Crossing


def bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(frozen=True)
class Graph:
    """A down-closed set of acts. `past[i]` has the bit of every act that act i knew of, directly or not."""

    acts: tuple[VerifiedAct, ...]
    past: tuple[int, ...]
    parents: tuple[tuple[int, ...], ...]
    position: Mapping[str, int]
    chain: tuple[int, ...]  # the acts before act i on its State's own chain
    own: Mapping[str, int]  # all acts of a State
    split: tuple[tuple[int, ...], ...]  # acts of one State with one `prev`, where there are several

    @property
    def everything(self) -> int:
        return (1 << len(self.acts)) - 1

    def heads(self, mask: int) -> int:
        """The acts of a set that no other of the set has seen."""
        seen = 0
        for i in bits(mask):
            seen |= self.past[i]
        return mask & ~seen

    def concurrent(self, i: int, j: int) -> bool:
        return i != j and not (self.past[i] >> j & 1 or self.past[j] >> i & 1)


def parents_of(act: VerifiedAct) -> tuple[str, ...]:
    head = act.act.header
    return tuple(dict.fromkeys((*head.seen, *(() if head.prev is None else (head.prev,)))))


def build(acts: Iterable[VerifiedAct]) -> tuple[Graph, tuple[str, ...], tuple[str, ...]]:
    """The graph of all acts whose whole past is there; the ids held out; the ids they wait for.

    The positions are a topological order that depends on the set only: among acts that are ready, lowest id first.
    """
    known = {act.id: act for act in acts}
    children: dict[str, list[str]] = {}
    pending: dict[str, int] = {}
    absent: set[str] = set()
    for id_, act in known.items():
        wanted = parents_of(act)
        pending[id_] = len(wanted)
        for parent in wanted:
            children.setdefault(parent, []).append(id_)
            if parent not in known:
                absent.add(parent)
    order: list[VerifiedAct] = []
    layer = sorted(id_ for id_, count in pending.items() if count == 0)
    while layer:
        following: list[str] = []
        for id_ in layer:
            order.append(known[id_])
            for child in children.get(id_, ()):
                pending[child] -= 1
                if pending[child] == 0:
                    following.append(child)
        layer = sorted(following)
    position = {act.id: i for i, act in enumerate(order)}
    parents = tuple(tuple(position[p] for p in parents_of(act)) for act in order)
    past: list[int] = []
    for above in parents:
        mask = 0
        for p in above:
            mask |= past[p] | 1 << p
        past.append(mask)
    chain: list[int] = []
    own: dict[str, int] = {}
    groups: dict[tuple[str, str | None], list[int]] = {}
    for i, act in enumerate(order):
        prev = act.act.header.prev
        chain.append(0 if prev is None else chain[position[prev]] | 1 << position[prev])
        own[act.state] = own.get(act.state, 0) | 1 << i
        groups.setdefault((act.state, prev), []).append(i)
    split = tuple(tuple(group) for _, group in sorted(groups.items(), key=_group_key) if len(group) > 1)
    held = tuple(sorted(id_ for id_ in known if id_ not in position))
    graph = Graph(tuple(order), tuple(past), parents, position, tuple(chain), own, split)
    return graph, held, tuple(sorted(absent))


def _group_key(row: tuple[tuple[str, str | None], list[int]]) -> tuple[str, str]:
    (state, prev), _ = row
    return state, prev or ""


@dataclass(frozen=True)
class Order:
    """The acts of a set in the order they are tried, and the crossing rules that hold between them."""

    sequence: tuple[int, ...]
    rules: Mapping[int, tuple[tuple[int, Crossing], ...]]  # second -> (first, rule)


def linearise(graph: Graph, mask: int, crossings: tuple[Crossing, ...], requesting: str) -> Order:
    """One order for a set: the past first, then the crossing rules in table order, then requesting State, then id.

    A rule adds "first before second" for a pair that did not see each other, unless that would turn round what the
    past or a stronger rule already says. So no rule can make a circle and the order is total.
    """
    members = tuple(bits(mask))
    before = {i: graph.past[i] & mask for i in members}
    held: dict[int, list[tuple[int, Crossing]]] = {}
    by_name: dict[str, list[int]] = {}
    whose: dict[int, str] = {}
    for i in members:
        by_name.setdefault(on_paper.name_of(graph.acts[i].act), []).append(i)
        whose[i] = on_paper.state_of(graph.acts[i].act)
    for rule in crossings:
        for first in by_name.get(rule.first, ()):
            for second in by_name.get(rule.second, ()):
                if (
                    whose[first] == whose[second]
                    or not graph.concurrent(first, second)
                    or before[first] >> second & 1
                ):
                    continue
                held.setdefault(second, []).append((first, rule))
                added = before[first] | 1 << first
                for i in members:
                    if i == second or before[i] >> second & 1:
                        before[i] |= added
    done, left, sequence = 0, set(members), []
    rank = {i: (graph.acts[i].state != requesting, graph.acts[i].id) for i in members}
    while left:
        chosen = min((i for i in left if not before[i] & ~done), key=rank.__getitem__)
        left.discard(chosen)
        done |= 1 << chosen
        sequence.append(chosen)
    return Order(tuple(sequence), {i: tuple(rows) for i, rows in held.items()})
