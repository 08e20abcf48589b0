"""A dossier as its members live it: each with its own view, hearing of the others' acts late and in any order.

Knows no kind: what a State sends is drawn from what its view offers, until it is legal there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.dossier.cast import AUTHORITY, OFFICERS, Table, salt, seal
from tests.dossier.contents import NOBODY, body_of, standing

from corridor import dossier
from corridor.dossier import Act, Clock, Condition, DraftFault, State, Text, VerifiedAct, on_paper
from corridor.dossier.draft import body_model
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.kinds.kind import Kind, Move
from corridor.dossier.members import AMEND
from corridor.dossier.on_paper import RECEIVED
from corridor.dossier.state import role_of

WORDS = "By law, in words."  # the free text of every act
TRIES = 120  # contents drawn before an act is called impossible
FAR = datetime(2150, 1, 1, tzinfo=UTC)  # when every period of a story is long over

Tried = set[tuple[str, str, str]]


def draw(
    known: State,
    state: str,
    name: str,
    rng: random.Random,
    time: datetime,
    body: Mapping[str, object] | None = None,
) -> Act:
    """An act of some content, as its State would sign it from that view. Raises DraftFault where it may not."""
    kind = REGISTRY[known.kind]
    filled = rng.choice((0.0, 0.25, 0.6))
    if name in known.answers_on_paper(state):  # it has no node: who asked enters what it answered
        body = _paper(known, [(state, name)], rng)
        state, name = known.requesting, RECEIVED
    if body is not None:
        pass
    elif name == AMEND:
        body = {"members": _members(known, kind, rng)}
    elif name == RECEIVED:
        body = _paper(
            known, [(m.state, each) for m in known.members for each in known.answers_on_paper(m.state)], rng
        )
    elif name == "stand":
        forked = [id_ for fork in known.unresolved_forks if fork.state == state for id_ in fork.acts]
        body = {"stands": rng.choice(forked)}
    else:
        body = body_of(known.kind, name, known.order, rng, standing(known.facts), filled)
    said = str(body["act"]) if name == RECEIVED else name
    texts = [Text(each, "en", WORDS) for each in dossier.texts_of(known.kind, said)]
    conditions = [Condition("1", rng.choice(kind.condition_codes or ("other",)))]
    who = OFFICERS[state]
    return dossier.following(
        known,
        name,
        sender=who.party,
        credential=who.credential,
        time=time,
        body=body,
        texts=texts,
        conditions=conditions if rng.random() < 0.4 else (),
        salt=salt(known.heads, state, name, rng.random()),
    )


def _members(known: State, kind: Kind, rng: random.Random) -> list[dict[str, str]]:
    """The parties as they are, and perhaps one more State: an observer, or one more that is asked."""
    rows = [{"state": m.state, "authority": m.authority, "role": m.role} for m in known.members]
    names = {m.state for m in known.members}
    new = [state for state in AUTHORITY if state not in names]
    if new and rng.random() < 0.5:
        role = rng.choice(("observer", "requested")) if kind.several else "observer"
        rows.append({"state": new[0], "authority": AUTHORITY[new[0]], "role": role})
    return rows


def _paper(known: State, offers: list[tuple[str, str]], rng: random.Random) -> dict[str, object]:
    """What a member without a node answered on paper, as the requesting State enters it."""
    state, name = rng.choice(offers)
    body = (
        {"members": _members(known, REGISTRY[known.kind], rng)}
        if name == AMEND
        else body_of(known.kind, name, known.order, rng, standing(known.facts))
    )
    return {"state": state, "act": name, "body": body, "received": "2026-12-01", "scan": NOBODY}


def event_of(known: State, act: Act) -> str | None:
    """The event a kind reads in an act if it is legal where it was drafted; None if it is not."""
    act = on_paper.instead(act, known.members)
    kind, head = REGISTRY[known.kind], act.header
    if head.act in {AMEND, "stand"}:
        return head.act
    body = body_model(known.kind, head.act).model_validate(dict(act.body))
    move = Move(NEW, head.act, role_of(known.members, head.sender.state), act, body, known.members)
    event = kind.event(move)
    assert known.status is not None
    if kind.next_status(move.role, known.status, event) is None:
        return None
    return None if kind.forbid(known.status, known.facts, move) is not None else event


NEW = "0" * 64  # the id of an act that is not signed yet


def legal(
    known: State, state: str, name: str, rng: random.Random, time: datetime, event: str | None = None
) -> Act | None:
    """An act of that name which is legal in the view (and read as `event`), or None if none was found."""
    for _ in range(TRIES):
        try:
            act = draw(known, state, name, rng, time)
        except DraftFault as fault:
            if fault.code != "dossier.draft.body":  # content that contradicts itself is drawn again
                raise
            continue
        if (found := event_of(known, act)) is not None and event in (None, found):
            return act
    return None


@dataclass
class World:
    """All acts there are, and what each State holds of them."""

    kind: Kind
    states: tuple[str, ...]
    table: Table = field(default_factory=Table)
    views: dict[str, set[str]] = field(default_factory=dict)
    acts: dict[str, VerifiedAct] = field(default_factory=dict)
    memory: dossier.Memory = field(default_factory=dict)  # one for all views, as a node has one for all pages

    @classmethod
    def opened(
        cls, name: str, states: tuple[str, ...], observers: Iterable[str] = (), **more: object
    ) -> World:
        """A dossier of a kind whose first State asks the others; `observers` only look on."""
        kind, seen_by = REGISTRY[name], tuple(observers)
        world = cls(kind, (*states, *seen_by))
        act = world.table.open(name, observers=seen_by, requested=states[1:], **more)  # type: ignore[arg-type]
        world.acts[act.id] = act
        world.views = {state: {act.id} for state in world.states}
        return world

    @property
    def dossier(self) -> str:
        return next(iter(self.acts.values())).dossier

    def fold(self, ids: Iterable[str], as_of: datetime | None = None) -> State:
        """The state of some acts, with every receipt there is for them."""
        wanted = set(ids)
        rows = [
            row
            for row in self.table.entries
            if (row.id if isinstance(row, VerifiedAct) else row.act_id) in wanted
        ]
        return dossier.fold(rows, as_of=as_of or self.table.now, memory=self.memory)

    def send(self, act: Act) -> VerifiedAct:
        """Sign it; its State holds it at once, the others when they hear of it."""
        self.table.minute += 1
        signed = self.table.add(act)
        self.acts[signed.id] = signed
        self.views.setdefault(signed.state, set()).add(signed.id)
        return signed

    def hear(self, state: str, act: str, *, alone: bool) -> None:
        """A letter arrives; with `alone`, before those it speaks of."""
        self.views[state] |= {act} if alone else self.table.past([self.acts[act]])

    def told(self) -> list[str]:
        """The story, for the one who has to read why it failed."""
        state = self.fold(self.acts)
        return [
            f"{self.acts[id_].state} {self.acts[id_].act.header.act} {outcome.status}"
            for id_, outcome in state.outcomes.items()
        ]

    def everyone_hears(self) -> None:
        for view in self.views.values():
            view |= set(self.acts)

    def wind_up(self, rng: random.Random, most: int = 30) -> State:
        """Bring the dossier to an end by acts it offers: no fork open, nothing on the clock. The last state found."""
        self.everyone_hears()
        tried: Tried = set()
        known = self.fold(self.acts, FAR)
        for _ in range(most):
            ways = (self._settling, self._leading_on, self._unlocking, self._finishing)
            act = next((found for way in ways if (found := way(known, rng, tried)) is not None), None)
            if act is None:
                break
            sent = self.send(act)
            self.everyone_hears()
            known = self.fold(self.acts, FAR)
            if act.header.act != "stand":  # one on a way that does not stand still settles its fork
                assert known.outcomes[sent.id].status == "effective", (
                    act.header.act,
                    known.outcomes[sent.id],
                )
        return known

    def _settling(self, known: State, rng: random.Random, tried: Tried) -> Act | None:
        """The act that settles a fork, if there is one: that after which the fewest are open."""
        best, fewest = None, len(known.unresolved_forks)
        for fork in known.unresolved_forks:
            for stands in fork.acts:
                act = draw(known, fork.state, "stand", rng, self.table.now, {"stands": stands})
                after = dossier.fold([*self.table.entries, seal(act, signing=False)], as_of=self.table.now)
                if len(after.unresolved_forks) < fewest:
                    best, fewest = act, len(after.unresolved_forks)
        return best

    def _leading_on(self, known: State, rng: random.Random, tried: Tried) -> Act | None:
        """The first act of a shortest way to an end that some State can make legal now."""
        assert known.status is not None
        while (step := first_step(self.kind, known.status, tried)) is not None:
            role, event = step
            name = event.partition("/")[0]
            for member in known.members:
                if member.role == role and name in known.possible(member.state):
                    act = legal(known, member.state, name, rng, self.table.now, event)
                    if act is not None:
                        return act
            tried.add((role, known.status, event))
        return None

    def _unlocking(self, known: State, rng: random.Random, tried: Tried) -> Act | None:
        """Nothing leads on from here as it stands: some act that is offered, after which something may."""
        if known.status in self.kind.over:
            return None
        offers = [(m.state, name) for m in known.members for name in known.possible(m.state)]
        rng.shuffle(offers)
        for state, name in offers:
            if name not in {AMEND, "notify"}:
                act = legal(known, state, name, rng, self.table.now)
                if act is not None:
                    tried.clear()
                    return act
        return None

    def _finishing(self, known: State, rng: random.Random, tried: Tried) -> Act | None:
        """In an end: an act that stops a clock which time alone does not stop."""
        for clock in running(known):
            for name in known.possible(clock.owed_by):
                if name not in {AMEND, "notify"}:
                    act = legal(known, clock.owed_by, name, rng, self.table.now)
                    if act is None:
                        continue
                    after = dossier.fold([*self.table.entries, seal(act, signing=False)], as_of=FAR)
                    if after.status in self.kind.over and len(running(after)) < len(running(known)):
                        return act
        return None


def running(known: State) -> tuple[Clock, ...]:
    """The clocks that still ask something of somebody."""
    return tuple(clock for clock in known.clocks if clock.state in {"running", "late"})


def first_step(
    kind: Kind, status: str, without: Iterable[tuple[str, str, str]] = ()
) -> tuple[str, str] | None:
    """Role and event that begin a shortest way through the table to a status in which nothing more is owed."""
    barred, reached = set(without), {status}
    ways: list[tuple[str, tuple[tuple[str, str], ...]]] = [(status, ())]
    while ways:
        longer = []
        for at, way in ways:
            if at in kind.over:
                return way[0] if way else None
            for role, rows in kind.table.items():
                for event in rows.get(at, {}):
                    target = kind.next_status(role, at, event)
                    if target is not None and target not in reached and (role, at, event) not in barred:
                        reached.add(target)
                        longer.append((target, (*way, (role, event))))
        ways = longer
    return None


def forged(world: World, known: State, state: str, name: str, rng: random.Random) -> Act:
    """What no honest node signs: any act of any content, in any status, its header perhaps bent too."""
    who, kind = OFFICERS[state], world.kind
    try:
        body = body_of(kind.name, name, known.order, rng, standing(known.facts))
    except KeyError:
        body = {"members": [{"state": "XDD", "authority": "XDD-CP", "role": "requesting"}]}
    opening = world.acts[known.dossier].act
    header = replace(
        opening.header,
        dossier=known.dossier,
        act=name,
        sender=who.party,
        credential=who.credential,
        to=tuple(dossier.Party(m.state, m.authority) for m in known.members if m.state != state),
        prev=next(iter(known.chains.get(state, ())), None),
        seen=known.heads,
        time=world.table.now,
        salt=salt(known.heads, state, name, rng.random()),
        basis=None,
        members=(),
    )
    match rng.randrange(7):
        case 0:
            header = replace(header, prev=rng.choice([None, *sorted(world.views.get(state, ()))]))
        case 1:
            header = replace(header, to=(*header.to[:1],) or header.to)
        case 2:
            header = replace(header, rules=dossier.Rules(header.rules.fold, "00" * 32))
        case 3:
            body = {**body, **{key: [{}] for key in body}}
    texts = (Text("reasons", "en", WORDS),) if rng.random() < 0.5 else ()
    return Act(header, body, texts)
