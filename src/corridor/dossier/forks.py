"""Forks: two acts of one State after the same one. Both are kept as proof; neither has effect until that State signs
which stands (spec/act.md 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corridor.dossier.order import Graph, bits

STAND = "stand"


@dataclass(frozen=True)
class Fork:
    """`stands` is the act that State chose, or None while it has not, or has chosen twice."""

    state: str
    prev: str | None
    acts: tuple[str, ...]
    stands: str | None


def unsettled(split: Iterable[Fork], members: Iterable[str]) -> tuple[Fork, ...]:
    """Forks somebody has still to settle. Those of a State that has left stop nobody: it left on a chain that stands,
    and what is open beside it has no effect and never will. Where one State is left there is nobody to tell."""
    here = set(members)
    return tuple(f for f in split if f.stands is None and f.state in here) if len(here) > 1 else ()


def find(graph: Graph, mask: int, strangers: int = 0) -> tuple[tuple[Fork, ...], int]:
    """The forks in a set of acts, and the acts that have no effect because of them.

    `strangers`: acts of States that were no members when they signed. They stop nothing by contradicting themselves.
    """
    mask &= ~strangers
    found, without_effect = [], 0
    for siblings in graph.split:
        group = [i for i in siblings if mask >> i & 1]
        if len(group) < 2:
            continue
        state, prev = graph.acts[group[0]].state, graph.acts[group[0]].act.header.prev
        chosen = _chosen(graph, mask, state, group)
        found.append(
            Fork(
                state,
                prev,
                tuple(sorted(graph.acts[i].id for i in group)),
                None if chosen is None else graph.acts[chosen].id,
            )
        )
        for i in group:
            if i != chosen:
                without_effect |= 1 << i | _continuation(graph, mask, i, state)
    return tuple(found), without_effect


def _chosen(graph: Graph, mask: int, state: str, group: list[int]) -> int | None:
    """The sibling named by every latest `stand` of that State which has seen all siblings and continues its choice."""
    siblings = 0
    for i in group:
        siblings |= 1 << i
    choices: list[tuple[int, int]] = []
    for i in bits(mask):
        act = graph.acts[i]
        if act.state != state or act.act.header.act != STAND or siblings & ~graph.past[i]:
            continue
        named = graph.position.get(str(act.act.body.get("stands")))
        if named in group and named is not None and continues(graph, i, named):
            choices.append((i, named))
    latest = [(i, n) for i, n in choices if not any(graph.past[j] >> i & 1 for j, _ in choices)]
    named_ = {n for _, n in latest}
    return named_.pop() if len(named_) == 1 else None


def continues(graph: Graph, i: int, ancestor: int) -> bool:
    """Whether act i follows `ancestor` on its own State's chain."""
    return bool(graph.chain[i] >> ancestor & 1) and graph.acts[i].state == graph.acts[ancestor].state


def _continuation(graph: Graph, mask: int, start: int, state: str) -> int:
    """All acts of that State that follow `start` on its chain."""
    found = 0
    for i in bits(mask & graph.own[state]):
        if graph.chain[i] >> start & 1:
            found |= 1 << i
    return found
