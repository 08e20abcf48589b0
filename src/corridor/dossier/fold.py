"""The fold: a dossier's acts in, its state out. Total, deterministic, the same at every member (spec/act.md 5 to 9).

An act is judged in the state its causal past makes; that verdict never changes. The state of any set of acts is made
by trying its legal acts in one order that depends on the set alone. Nothing here reads a clock: `as_of` is given, and
moves only what clocks show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from corridor import law
from corridor.dossier import completeness, forks, on_paper
from corridor.dossier.act import Member, VerifiedAct
from corridor.dossier.completeness import Missing
from corridor.dossier.forks import Fork
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import Flag, Move, Setting, Under
from corridor.dossier.members import AMEND, AmendMembers, Proposals
from corridor.dossier.order import Graph, Order, bits, build, linearise
from corridor.dossier.state import (
    EFFECTIVE,
    FORKED,
    ILLEGAL,
    OVERTAKEN,
    UNKNOWN,
    VOID,
    Outcome,
    Receipt,
    State,
    role_of,
)
from corridor.faults import Fault

FOLD = "1"  # the version of these rules an opening act pins

_STRANGER = "rule.not-a-member"


class FoldFault(Fault):
    """The caller folded what does not belong together. Never raised for what a State has signed."""


@dataclass(frozen=True)
class _Standing:
    """The state of a set of acts, before anyone asks what time it is."""

    status: str
    facts: Any
    members: tuple[Member, ...]
    proposals: Proposals
    outcomes: Mapping[str, Outcome]  # act -> what became of it, in the order they were tried
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Judged:
    """What an act's past alone decides, for ever: the state before it, the verdict (None: legal), the state after."""

    before: _Standing
    verdict: Outcome | None
    after: _Standing


#: Act -> what was found of it by an earlier fold. An act's id covers its whole past and the rules, so it stays true.
Memory = MutableMapping[str, Judged]


def fold(entries: Iterable[VerifiedAct | Receipt], *, as_of: datetime, memory: Memory | None = None) -> State:
    """Fold one dossier. Order and repetition of entries do not matter. Raises FoldFault only on mixed dossiers.

    `memory`: what earlier folds found, read and added to, so that one more act costs one act's work.
    """
    acts: dict[str, VerifiedAct] = {}
    receipts: dict[tuple[str, str], datetime] = {}
    for entry in entries:
        if isinstance(entry, Receipt):
            key = (entry.act_id, entry.state)
            receipts[key] = min(receipts.get(key, entry.received_at), entry.received_at)
        else:
            acts[entry.id] = entry
    if len({act.dossier for act in acts.values()}) != 1:
        raise FoldFault("dossier.fold.mixed")
    graph, held, absent = build(acts.values())
    return _Folding(
        graph,
        {id_: acts[id_].state for id_ in held},
        absent,
        lambda act, state: receipts.get((act, state)),
        as_of,
        {} if memory is None else memory,
    ).state()


class _Folding:
    def __init__(
        self,
        graph: Graph,
        held: Mapping[str, str],
        absent: tuple[str, ...],
        received: Callable[[str, str], datetime | None],
        as_of: datetime,
        memory: Memory,
    ) -> None:
        self.graph, self.held, self.absent = graph, held, absent
        self.received, self.as_of, self.memory = received, as_of, memory
        self.opening = next((act for act in graph.acts if act.act.header.dossier is None), None)
        self.bodies: dict[int, Any] = {}
        self.verdicts: dict[int, Outcome | None] = {}  # None: legal in its own past
        self.before: dict[int, _Standing] = {}  # the state an act's past makes
        self.after: dict[int, _Standing] = {}  # the state right after an act, its past included
        self.memo: dict[int, _Standing] = {}
        self.strangers = 0

    # --- the parts of State --------------------------------------------------------------------------------

    def state(self) -> State:
        graph, opening = self.graph, self.opening
        if opening is None:
            return self._without_status(None, "waiting.for-opening")
        head = opening.act.header
        kind = REGISTRY.get(head.kind)
        if kind is None:
            return self._without_status(opening, "rules.unknown-kind")
        if head.rules.fold != FOLD:
            return self._without_status(opening, "rules.unknown-fold")
        try:
            rules = law.rules(head.rules.law)
        except law.LawFault:
            return self._without_status(opening, "rules.unknown-law")
        assert head.basis is not None
        on = head.time.astimezone(UTC).date()
        try:
            self.form = rules.form(kind.name, head.basis.instrument, on=on)
        except law.LawFault:
            # A basis that was no law yet on that day: nothing to check it by, and everyone sees so.
            return self._without_status(opening, "rules.not-on-date")
        if not kind.several and sum(member.role == "requested" for member in head.members) > 1:
            return self._without_status(opening, "rules.one-requested-state")
        self.under = Under(self.form, rules, head.basis.instrument)
        self.kind, self.requesting = kind, head.sender.state
        self.requested = next(m.state for m in head.members if m.role == "requested")
        for i in range(len(graph.acts)):
            self._judge(i)
        standing = self._standing(graph.everything)
        split, _ = self._forks(graph.everything)
        setting = Setting(
            self.form, self.requesting, self.requested, self.as_of, self.received, standing.members
        )
        view = kind.view(standing.status, standing.facts, setting)
        lacking = self._missing(standing)
        unsettled = forks.unsettled(split, (member.state for member in standing.members))
        stopped = bool(unsettled) or self._held_by_a_party(standing.members)
        flags = list(standing.flags) + list(view.flags)
        if not self.form.known:
            flags.append(Flag("basis.not-in-the-data", opening.id))
        flags += [Flag("fork.unresolved", act) for fork in unsettled for act in fork.acts]
        mandatory = tuple(item.item for item in lacking if item.mandatory)
        if mandatory:
            flags.append(Flag("request.incomplete", opening.id, self.form.cite()))
        return State(
            **self._frame(opening),
            members=standing.members,
            requesting=self.requesting,
            requested=self.requested,
            status=standing.status,
            turn=view.turn,
            clocks=view.clocks,
            owed=view.owed,
            missing=mandatory,
            missing_items=lacking,
            outcomes=dict(standing.outcomes),
            flags=tuple(flags),
            forks=split,
            disclosure_stopped=stopped,
            conditions=tuple(kind.conditions(standing.facts)),
            links=view.links,
            preserved_until=kind.until(standing.facts),
            order=tuple(standing.outcomes),
            facts=standing.facts,
        )

    def _frame(self, opening: VerifiedAct | None) -> dict[str, Any]:
        """What is the same whether or not the rules are known."""
        graph = self.graph
        chains: dict[str, list[str]] = {}
        followed = {(act.state, act.act.header.prev) for act in graph.acts}
        references: dict[str, str] = {}
        for act in graph.acts:
            if (act.state, act.id) not in followed:
                chains.setdefault(act.state, []).append(act.id)
            if act.act.header.reference.own:
                references[act.state] = act.act.header.reference.own
        head = None if opening is None else opening.act.header
        any_id = opening.id if opening is not None else self._named()
        return {
            "dossier": any_id,
            "kind": "" if head is None else head.kind,
            "basis": None if head is None else head.basis,
            "heads": tuple(sorted(graph.acts[i].id for i in bits(graph.heads(graph.everything)))),
            "chains": {state: tuple(sorted(ends)) for state, ends in sorted(chains.items())},
            "previous": {act.id: act.act.header.prev for act in graph.acts},
            "waiting": tuple(sorted(self.held)),
            "waiting_for": self.absent,
            "references": references,
            "rules": None if head is None else head.rules,
            "opened_on": None if head is None else head.time.astimezone(UTC).date(),
        }

    def _named(self) -> str:
        return self.absent[0] if len(self.absent) == 1 else ""

    def _without_status(self, opening: VerifiedAct | None, reason: str) -> State:
        """Kept and shown, but nothing is said of it and nothing is disclosed."""
        members = () if opening is None else opening.act.header.members
        return State(
            **self._frame(opening),
            members=members,
            requesting="" if opening is None else opening.state,
            requested=next((m.state for m in members if m.role == "requested"), ""),
            status=None,
            turn=None,
            clocks=(),
            owed=(),
            missing=(),
            missing_items=(),
            outcomes={act.id: Outcome(UNKNOWN, reason, "spec/act.md 9") for act in self.graph.acts},
            flags=() if opening is None else (Flag(reason, opening.id),),
            forks=(),
            disclosure_stopped=True,
            conditions=(),
            links=(),
            preserved_until=None,
            order=tuple(act.id for act in self.graph.acts),
        )

    def _held_by_a_party(self, members: tuple[Member, ...]) -> bool:
        """Something a State that takes part signed is not readable yet; an observer's cannot hold the others up."""
        parties = {member.state for member in members if member.role != "observer"}
        return any(state in parties for state in self.held.values())

    def _missing(self, standing: _Standing) -> tuple[Missing, ...]:
        """What the law named asks for and neither the request nor any effective supplement gave."""
        given: dict[str, Any] = {}
        texts: list[Any] = []
        for id_, outcome in standing.outcomes.items():
            act = self.graph.acts[self.graph.position[id_]].act
            if outcome.status == EFFECTIVE and act.header.act in self.kind.contents:
                given.update({k: v for k, v in act.body.items() if not completeness.empty(v)})
                texts += act.texts
        return completeness.against(self.form, given, texts, self.kind)

    # --- judging and ordering -------------------------------------------------------------------------------

    def _judge(self, i: int) -> None:
        """Legal or not in the state its past makes: for ever. Then the state right after it."""
        id_ = self.graph.acts[i].id
        known = self.memory.get(id_)
        if known is None:
            known = self.memory[id_] = self._judged(i)
        self.before[i], self.verdicts[i], self.after[i] = known.before, known.verdict, known.after
        if known.verdict is not None and known.verdict.reason == _STRANGER:
            self.strangers |= 1 << i

    def _judged(self, i: int) -> Judged:
        graph, act = self.graph, self.graph.acts[i]
        if act is self.opening:
            opened = self._open(i, act)
            return Judged(opened, None, opened)
        before = self._standing(graph.past[i])
        self.before[i] = before
        self.verdicts[i] = verdict = self._verdict(i, act, before)
        if verdict is not None and verdict.reason == _STRANGER:
            self.strangers |= 1 << i
        whole = graph.past[i] | 1 << i
        if self._forks(whole)[0]:
            return Judged(before, verdict, self._ordered(whole, None))
        return Judged(before, verdict, self._try(before, i, verdict))

    def _forks(self, mask: int) -> tuple[tuple[Fork, ...], int]:
        return forks.find(self.graph, mask, self.strangers)

    def _standing(self, mask: int) -> _Standing:
        """The state of a set, from the latest act that all the others of the set have seen or been seen by."""
        if mask in self.memo:
            return self.memo[mask]
        heads = tuple(bits(self.graph.heads(mask)))
        if len(heads) == 1:
            return self.after[heads[0]]
        base = None
        if not self._forks(mask)[0]:
            common = self.graph.past[heads[0]]
            for head in heads[1:]:
                common &= self.graph.past[head]
            for i in reversed(tuple(bits(common))):
                rest = mask & ~self.graph.past[i] & ~(1 << i)
                if all(self.graph.past[j] >> i & 1 for j in bits(rest)):
                    base = i
                    break
        self.memo[mask] = self._ordered(mask, base)
        return self.memo[mask]

    def _ordered(self, mask: int, base: int | None) -> _Standing:
        """Try the acts of a set one by one. `base`: an act every other one is before or after, as a start."""
        graph = self.graph
        split, without_effect = self._forks(mask)
        rest = mask if base is None else mask & ~graph.past[base] & ~(1 << base)
        order = linearise(graph, rest, self.kind.crossings, self.requesting)
        standing = None if base is None else self.after[base]
        for i in order.sequence:
            if standing is None:
                standing = self._open(i, graph.acts[i])
            elif without_effect >> i & 1:
                ruled_out = any(fork.stands and graph.acts[i].state == fork.state for fork in split)
                reason = "fork.not-standing" if ruled_out else "fork.unresolved"
                standing = _with(standing, graph.acts[i].id, Outcome(FORKED, reason, "spec/act.md 8"))
            else:
                standing = self._try(standing, i, self.verdicts[i], order)
        assert standing is not None
        return standing

    def _open(self, i: int, act: VerifiedAct) -> _Standing:
        move = self._move(i, act, act.act.header.members)
        facts = self.kind.apply("", self.kind.facts(), move)
        flags = self.kind.doubts("", facts, move, self.under)
        if move.body is None:
            flags += (Flag("body.malformed", act.id),)
        return _Standing(
            self.kind.opens, facts, act.act.header.members, Proposals(), {act.id: Outcome(EFFECTIVE)}, flags
        )

    def _verdict(self, i: int, act: VerifiedAct, before: _Standing) -> Outcome | None:
        """The rules of spec/act.md 5, in that order. None: legal."""
        head, opening = act.act.header, self.opening
        assert opening is not None
        states = {member.state for member in before.members}
        if head.dossier is None:  # a second opening act can only stand in its own dossier
            return Outcome(ILLEGAL, "rule.second-opening", "spec/act.md 5.1")
        if head.kind != opening.act.header.kind or _pinned(head.rules) != _pinned(opening.act.header.rules):
            return Outcome(ILLEGAL, "rule.other-rules", "spec/act.md 5.2")
        if head.sender.state not in states:
            return Outcome(ILLEGAL, _STRANGER, "spec/act.md 5.3")
        if {party.state for party in head.to} != states - {head.sender.state}:
            return Outcome(ILLEGAL, "rule.not-to-all-members", "spec/act.md 5.4")
        if not self._continues_chain(i):
            return Outcome(ILLEGAL, "rule.not-its-chain", "spec/act.md 5.5")
        if head.act == forks.STAND:
            return self._verdict_of_stand(i)
        move = self._move(i, act, before.members)
        if move.name not in {AMEND, on_paper.RECEIVED, *self.kind.bodies}:
            return Outcome(ILLEGAL, "rule.unknown-act", "spec/act.md 5.6")
        if move.body is None:
            return Outcome(ILLEGAL, "rule.body", "spec/act.md 5.7")
        if head.act == on_paper.RECEIVED and not self._on_paper(i, move, before):
            return Outcome(ILLEGAL, "rule.not-on-paper", "spec/act.md 5.12")
        if move.name == AMEND:
            return (
                None
                if move.body.fits(before.members, several=self.kind.several)
                else Outcome(ILLEGAL, "rule.members", "spec/act.md 5.10")
            )
        if move.name in self.kind.disclosing and forks.unsettled(self._forks(self.graph.past[i])[0], states):
            return Outcome(ILLEGAL, "rule.disclosure-stopped", "spec/act.md 5.8")
        if (reason := self._impossible(before, move)) is not None:
            return Outcome(ILLEGAL, reason, "spec/act.md 5.9")
        return None

    def _on_paper(self, i: int, move: Move, before: _Standing) -> bool:
        """Entered by the State that asked, for a member without a node that has signed nothing itself."""
        assert self.opening is not None
        marked = {*on_paper.marked(before.members), *on_paper.marked(self.opening.act.header.members)}
        signed = self.graph.past[i] & self.graph.own.get(move.state, 0)
        return (
            self.graph.acts[i].state == self.requesting
            and move.state != self.requesting
            and move.state in marked & {member.state for member in before.members}
            and not signed
        )

    def _continues_chain(self, i: int) -> bool:
        """`prev` is the State's own act, and nothing of its own that it has seen comes after it (save in a fork)."""
        graph, act = self.graph, self.graph.acts[i]
        prev = act.act.header.prev
        own = graph.past[i] & graph.own[act.state]
        if prev is None:
            return not own
        if graph.acts[graph.position[prev]].state != act.state:
            return False
        stray = own & ~graph.chain[i]
        if not stray or act.act.header.act == forks.STAND:
            return True
        # What it has seen of its own beside its chain must be what a settled fork left without effect.
        return not stray & ~self._forks(graph.past[i])[1]

    def _verdict_of_stand(self, i: int) -> Outcome | None:
        graph = self.graph
        named = graph.position.get(str(graph.acts[i].act.body.get("stands")))
        if named is not None and forks.continues(graph, i, named):
            for fork in self._forks(graph.past[i])[0]:
                if fork.state == graph.acts[i].state and graph.acts[named].id in fork.acts:
                    return None
        return Outcome(ILLEGAL, "rule.no-such-fork", "spec/act.md 5.11")

    def _try(
        self, before: _Standing, i: int, verdict: Outcome | None, order: Order | None = None
    ) -> _Standing:
        """One act in the state the acts tried before it left."""
        act = self.graph.acts[i]
        if verdict is not None:
            return _with(before, act.id, verdict)
        if act.act.header.act == forks.STAND:
            return _with(before, act.id, Outcome(EFFECTIVE))
        move = self._move(i, act, before.members)
        if move.name == AMEND:
            return self._amend(before, i, move)
        for first, rule in () if order is None else order.rules.get(i, ()):
            other = self.graph.acts[first].id
            if rule.overtakes and _result(before, other) == EFFECTIVE:
                reason = f"{self.kind.name}.crossing.{rule.name}"
                return _with(before, act.id, Outcome(OVERTAKEN, reason, other))
        if self._impossible(before, move) is not None:
            return _with(before, act.id, self._fallen(before, i))
        event = self.kind.event(move)
        status = self.kind.next_status(move.role, before.status, event)
        assert status is not None
        facts = self.kind.apply(before.status, before.facts, move)
        flags = self.kind.doubts(before.status, before.facts, move, self.under)
        if act.act.header.act == on_paper.RECEIVED:
            flags += (Flag(on_paper.ENTERED, act.id),)
        members, proposals = before.members, before.proposals
        if move.name in self.kind.leaving:
            # What was signed of a list with that State in it falls: nobody is put back in by a list of before.
            members, proposals = tuple(one for one in members if one.state != move.state), Proposals()
        return replace(
            before,
            members=members,
            proposals=proposals,
            status=self.kind.entered(status, facts),
            facts=facts,
            outcomes={**before.outcomes, act.id: Outcome(EFFECTIVE)},
            flags=before.flags + flags,
        )

    def _fallen(self, before: _Standing, i: int) -> Outcome:
        """Legal when signed, impossible now: void if what it rests on fell, otherwise the other act came first."""
        graph = self.graph
        seen = (graph.acts[j].id for j in bits(graph.past[i]))
        rested = [
            id_
            for id_ in seen
            if _result(before, id_) in {OVERTAKEN, VOID, FORKED} and self._was_effective_for(i, id_)
        ]
        if rested:
            return Outcome(VOID, "crossing.rests-on-fallen", rested[-1])
        crossed = [
            graph.position[id_]
            for id_, outcome in before.outcomes.items()
            if outcome.status == EFFECTIVE and graph.concurrent(i, graph.position[id_])
        ]
        other = graph.acts[crossed[-1]] if crossed else None
        reason = (
            "crossing.requesting-first" if other and other.state == self.requesting else "crossing.lower-id"
        )
        return Outcome(OVERTAKEN, reason, None if other is None else other.id)

    def _was_effective_for(self, i: int, id_: str) -> bool:
        return _result(self.before[i], id_) == EFFECTIVE

    def _impossible(self, standing: _Standing, move: Move) -> str | None:
        """Why the table or a kind's own rule does not allow it; None if it does."""
        if self.kind.next_status(move.role, standing.status, self.kind.event(move)) is None:
            return "rule.not-in-this-status"
        return self.kind.forbid(standing.status, standing.facts, move)

    def _amend(self, before: _Standing, i: int, move: Move) -> _Standing:
        left = any(
            outcome.status == EFFECTIVE and on_paper.name_of(self.graph.acts[j].act) in self.kind.leaving
            for j, outcome in ((self.graph.position[id_], each) for id_, each in before.outcomes.items())
            if self.graph.concurrent(i, j)
        )
        if left or not move.body.fits(before.members, several=self.kind.several):
            return _with(before, move.id, Outcome(OVERTAKEN, "crossing.members-changed"))
        proposals, members = before.proposals.add(move.state, move.body, before.members)
        after = replace(before, proposals=proposals, members=members)
        return _with(after, move.id, Outcome(EFFECTIVE))

    def _move(self, i: int, act: VerifiedAct, members: tuple[Member, ...]) -> Move:
        said = on_paper.instead(act.act, members)
        head = said.header
        if i not in self.bodies:
            model = AmendMembers if head.act == AMEND else self.kind.bodies.get(head.act)
            try:
                self.bodies[i] = None if model is None else model.model_validate(dict(said.body))
            except (ValidationError, RecursionError, ArithmeticError):
                self.bodies[i] = None
        role = role_of(members, head.sender.state)
        return Move(act.id, head.act, role, said, self.bodies[i], members)


def _pinned(rules: Any) -> tuple[str, str]:
    return rules.fold, rules.law


def _result(standing: _Standing, id_: str) -> str | None:
    outcome = standing.outcomes.get(id_)
    return None if outcome is None else outcome.status


def _with(standing: _Standing, id_: str, outcome: Outcome) -> _Standing:
    return replace(standing, outcomes={**standing.outcomes, id_: outcome})
