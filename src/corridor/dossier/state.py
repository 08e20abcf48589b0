"""What the fold says of a dossier: the same value at every member that holds the same entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from corridor.dossier import forks, on_paper
from corridor.dossier.act import Basis, Condition, Member, Rules
from corridor.dossier.completeness import Missing
from corridor.dossier.forks import Fork
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import Clock, Flag, Link, Owed
from corridor.dossier.members import AMEND

EFFECTIVE: Final = "effective"
OVERTAKEN: Final = "overtaken"  # another act that it had not seen came first
VOID: Final = "void"  # what it rests on was overtaken
ILLEGAL: Final = "illegal"  # not possible in its own past
FORKED: Final = "forked"  # one of two acts after the same one, and not the one that stands
UNKNOWN: Final = "unknown"  # the rules of the dossier are not known here


def role_of(members: tuple[Member, ...], state: str) -> str:
    """As what a State is a member; empty if it is none."""
    return next((member.role for member in members if member.state == state), "")


@dataclass(frozen=True)
class Receipt:
    """A State's node received an act then. The earliest said counts."""

    act_id: str
    state: str
    received_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an act: one of the six words above.

    `reason` is a code with a text; `ref` is the paragraph of spec/act.md, or the id of the other act.
    """

    status: str
    reason: str | None = None
    ref: str | None = None


@dataclass(frozen=True)
class State:
    """Everything there is to know of a dossier at a time, for every member alike."""

    dossier: str
    kind: str
    basis: Basis | None
    members: tuple[Member, ...]
    requesting: str
    requested: str
    status: str | None
    turn: str | None
    clocks: tuple[Clock, ...]
    owed: tuple[Owed, ...]
    missing: tuple[str, ...]
    missing_items: tuple[Missing, ...]
    outcomes: Mapping[str, Outcome]
    flags: tuple[Flag, ...]
    forks: tuple[Fork, ...]
    disclosure_stopped: bool
    conditions: tuple[Condition, ...]
    links: tuple[Link, ...]
    preserved_until: date | None
    heads: tuple[str, ...]
    chains: Mapping[str, tuple[str, ...]]  # State -> the ends of its own chain; more than one only in a fork
    order: tuple[str, ...]  # how the acts were tried: the order a timeline shows them in
    waiting: tuple[str, ...]  # acts held out
    waiting_for: tuple[str, ...]  # acts to fetch from any member
    references: Mapping[str, str]
    rules: Rules | None
    opened_on: date | None
    previous: Mapping[str, str | None] = field(
        repr=False, default_factory=dict
    )  # act -> the act before it on its chain
    facts: Any = field(repr=False, default=None)

    def possible(self, by: str) -> tuple[str, ...]:
        """Names of the acts a State may send now and that make sense; who may sign is another room's question."""
        if self.status is None or by not in {member.state for member in self.members}:
            return ()
        if len(self.members) < 2:
            return ()  # the others left: there is nobody to tell
        if any(fork.state == by for fork in self.unresolved_forks):
            return (forks.STAND,)
        kind = REGISTRY[self.kind]
        names = kind.possible(role_of(self.members, by), self.status)
        idle = kind.idle(self.facts, by)
        names = tuple(name for name in names if name not in idle)
        if self.disclosure_stopped:
            names = tuple(name for name in names if name not in kind.disclosing)
        enters = by == self.requesting and any(self.answers_on_paper(each.state) for each in self.members)
        return (*names, *((on_paper.RECEIVED,) if enters else ()), AMEND)

    def answers_on_paper(self, state: str) -> tuple[str, ...]:
        """What may be entered for a member without a node, as its own acts; empty for any other State."""
        if state not in on_paper.marked(self.members) or state in self.chains:
            return ()
        return tuple(name for name in self.possible(state) if name != on_paper.RECEIVED)

    def ancestry(self, act: str) -> tuple[str, ...]:
        """An act and all before it on its State's own chain."""
        found: list[str] = []
        at: str | None = act
        while at is not None:
            found.append(at)
            at = self.previous.get(at)
        return tuple(found)

    @property
    def unresolved_forks(self) -> tuple[Fork, ...]:
        return forks.unsettled(self.forks, (member.state for member in self.members))
