"""What a kind of request consists of: its table, the parts it is put together from, and what the fold asks of it.

A *part* is one thing that happens in many kinds (questions and answers, conditions offered and accepted, evidence
handed over): the acts it brings, the facts it keeps, and what it says is possible, doubtful, owed and on the clock. A
kind is its own part (`own`), shared parts, a table of who may do what in which status, and rules for acts that cross.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast

from pydantic import BaseModel

from corridor.dossier.act import Act, Condition, Member

REQUESTING = "requesting"
REQUESTED = "requested"
SAME = "="  # the act leaves the status where it is

# {role: {status: {event: next status}}}; an event is an act's name, or `name/variant` where its content decides.
Table = Mapping[str, Mapping[str, Mapping[str, str]]]
Texts = Mapping[str, tuple[str, ...]]  # act -> fields of free text it has a place for
F = TypeVar("F")


@dataclass(frozen=True)
class Crossing:
    """What holds when two acts did not see each other: `first` goes before `second`.

    `overtakes`: the second then has no effect; otherwise it is tried in the state the first left. Rules are strict
    in table order: a weaker one never reverses what a stronger one settled.
    """

    name: str
    first: str
    second: str
    overtakes: bool


@dataclass(frozen=True)
class Move:
    """One act as a kind sees it. `body` is None when the content is not of its form (opening acts only).

    `members`: who held the dossier when the act was tried.
    """

    id: str
    name: str
    role: str
    act: Act
    body: Any
    members: tuple[Member, ...] = ()

    @property
    def state(self) -> str:
        """The State whose act it is."""
        return self.act.header.sender.state


@dataclass(frozen=True)
class Flag:
    """A doubt all members see. `ref` is the provision it rests on, as `law` cites it."""

    code: str
    act: str
    ref: str | None = None


@dataclass(frozen=True)
class Owed:
    """Something a State still has to do."""

    code: str
    by: str
    act: str | None = None
    ref: str | None = None


@dataclass(frozen=True)
class Link:
    """Another dossier this one names."""

    relation: str
    dossier: str
    act: str


@dataclass(frozen=True)
class Clock:
    """A time that runs. `due` None: until an event. `basis` is a provision, or None for a date a State set itself."""

    id: str
    owed_by: str
    due: datetime | None
    basis: str | None
    state: str  # running | met | late | lapsed
    act: str | None = None


@dataclass(frozen=True)
class Due:
    """What a status leaves owed: a row of a kind's `due` table. `duty` is the id of the duty in the law's form."""

    code: str
    by: str  # a role
    duty: str | None = None


@dataclass(frozen=True)
class Facts:
    """What the acts so far have established: the facts of each part, by its name."""

    opening: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)

    def having(self, name: str, value: Any) -> Facts:
        return replace(self, parts={**self.parts, name: value})


@dataclass(frozen=True)
class Setting:
    """What the fold tells a kind beside its own facts. `requesting` and `requested` are State codes."""

    form: Any
    requesting: str
    requested: str
    as_of: datetime
    received: Callable[[str, str], datetime | None]  # (act id, State) -> when that State's receipt says
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A dossier as a part looks at it to say what is owed and what runs."""

    kind: str
    status: str
    facts: Facts
    setting: Setting
    over: bool  # nothing more is owed under the request
    fulfilled: bool  # what was asked for was given

    @property
    def form(self) -> Any:
        return self.setting.form

    def state_of(self, role: str) -> str:
        """The State of a role. Where more than two take part, a part may name the State itself."""
        return {REQUESTING: self.setting.requesting, REQUESTED: self.setting.requested}.get(role, role)

    @property
    def asked(self) -> tuple[str, ...]:
        """The States asked: one, save in kinds of several."""
        return tuple(each.state for each in self.setting.members if each.role == REQUESTED)

    def owed(self, code: str, role: str, act: str | None = None, duty: str | None = None) -> Owed:
        """`code` is told under the kind; `duty` is an id in the law's form, cited if it is there."""
        ref = None if duty is None else duty_ref(self.form, duty)
        return Owed(f"{self.kind}.owed.{code}", self.state_of(role), act, ref)

    def clock(
        self,
        code: str,
        by: str,
        day: date,
        act: str | None,
        *,
        met: bool = False,
        ended: bool | None = None,
        basis: str | None = None,
    ) -> Clock:
        """A clock of a legal date; `by` is a State. `ended`: nothing is owed by then any more (None: if `over`)."""
        due = end_of(day)
        late = self.setting.as_of > due
        gone = self.over if ended is None else ended
        state = "met" if met else "lapsed" if gone else "late" if late else "running"
        return Clock(f"{self.kind}.clock.{code}", by, due, basis, state, act)


@dataclass(frozen=True)
class Under:
    """The law an act is looked at by: the pinned rules, the form of the kind, and the instrument it is under."""

    form: Any
    rules: Any
    instrument: str


class Part(Generic[F]):
    """One thing that happens in dossiers. Subclasses say what they need to and inherit that nothing else is so.

    Rule 1: what decides legality is in the kind's table or in `forbid`. Rule 2: neither asks the law data, so a legal
    act stays legal when a paragraph is corrected; the law only raises doubts (`doubts`), shown and never enforced.
    """

    name: ClassVar[str]
    bodies: ClassVar[Mapping[str, type[BaseModel]]] = MappingProxyType({})
    texts: ClassVar[Texts] = MappingProxyType({})
    answers: ClassVar[Mapping[str, str]] = MappingProxyType(
        {}
    )  # what is owed -> the act that usually answers it
    grave: ClassVar[frozenset[str]] = frozenset()  # acts that end or refuse something
    aside: ClassVar[frozenset[str]] = frozenset()  # acts beside the way a request usually takes

    def start(self) -> F:
        """The facts before any act."""
        return cast(F, None)

    def of(self, facts: Facts) -> F:
        return cast(F, facts.parts[self.name])

    def event(self, move: Move) -> str | None:
        """`name/variant` where the content of one of the part's acts decides; None for the plain name."""
        return None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        """Beyond the table: what an act names must stand. The last words of a code, or None."""
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> F:
        """The part's facts after an act of any part, tried in `status`. `facts` are those before it."""
        return self.of(facts)

    def entered(self, status: str, facts: Facts) -> str:
        """The status after the facts are in, where they alone decide it (as h11 calls it: state-triggered)."""
        return status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        """Doubts all members see, `code` without the kind. The act stands, its reason beside it."""
        return ()

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        """Acts that would answer or settle something, where nothing waits for it from that State: not offered."""
        return frozenset()

    def turn(self, status: str, facts: Facts) -> str | None:
        """The role (or the State, in kinds of several) waited on before the status counts; None: nobody."""
        return None

    def fulfilled(self, status: str, facts: Facts) -> bool:
        """Whether what was asked for was given, as far as the part knows."""
        return False

    def owed(self, scene: Scene) -> Iterable[Owed]:
        return ()

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        return ()

    def flags(self, scene: Scene) -> Iterable[Flag]:
        """Doubts that come with time or receipts, whole codes without the kind."""
        return ()

    def links(self, facts: Facts) -> tuple[Link, ...]:
        return ()


@dataclass(frozen=True)
class View:
    """What a kind reads out of its facts."""

    turn: str | None = None
    owed: tuple[Owed, ...] = ()
    clocks: tuple[Clock, ...] = ()
    links: tuple[Link, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of request. A new one begins as a copy of the nearest folder and one line in REGISTRY."""

    name: str
    own: Part[Any]
    opens: str  # status after the opening act
    table: Table
    parts: tuple[Part[Any], ...]
    turns: Mapping[str, str | None]  # status -> the role whose turn it is, where no part waits for another
    crossings: tuple[Crossing, ...]
    over: frozenset[str]  # statuses in which nothing more is owed under the request
    due: Mapping[str, tuple[Due, ...]] = field(default_factory=dict)
    disclosing: frozenset[str] = frozenset()  # acts that hand something over: stopped while there is doubt
    executing: frozenset[str] = frozenset()  # acts that rest on safeguards a State records first, for itself
    leaving: frozenset[str] = frozenset()  # acts by which a State ceases to be a member
    several: bool = False  # more than one State may be asked
    handing: frozenset[str] = frozenset({"deliver"})  # acts by which packages change hands
    # States whose custodians get a package a State hands over now; None: every other member
    receivers: Callable[[Facts, str], tuple[str, ...] | None] = field(default=lambda facts, by: None)
    contents: frozenset[str] = frozenset({"request", "supplement"})  # acts that give what the law asks for
    from_header: frozenset[str] = frozenset()  # content items the signed header already answers
    condition_codes: tuple[str, ...] = ()  # conditions a State may offer
    conditions: Callable[[Facts], tuple[Condition, ...]] = field(default=lambda facts: ())
    until: Callable[[Facts], date | None] = field(default=lambda facts: None)  # data are kept until
    # Packages that must not be used: what they rest on did not stand.
    barred: Callable[[Facts], frozenset[str]] = field(default=lambda facts: frozenset())

    @cached_property
    def all_parts(self) -> tuple[Part[Any], ...]:
        return (self.own, *self.parts)

    @cached_property
    def bodies(self) -> Mapping[str, type[BaseModel]]:
        """Act -> model of its body, of every act the table names. The kind's own go before those of parts."""
        named = {
            event.partition("/")[0] for rows in self.table.values() for row in rows.values() for event in row
        }
        found: dict[str, type[BaseModel]] = {}
        for part in self.all_parts:
            for act, model in part.bodies.items():
                if act in named or act == "request":
                    found.setdefault(act, model)
        return MappingProxyType(found)

    @cached_property
    def texts(self) -> Texts:
        found: dict[str, tuple[str, ...]] = {}
        for part in self.all_parts:
            for act, fields in part.texts.items():
                found.setdefault(act, fields)
        return MappingProxyType(found)

    @cached_property
    def answers(self) -> Mapping[str, str]:
        """What is owed, without the kind -> the act that usually answers it. Decides nothing: a page shows it first."""
        return MappingProxyType({code: act for part in self.all_parts for code, act in part.answers.items()})

    @cached_property
    def grave(self) -> frozenset[str]:
        return frozenset().union(*(part.grave for part in self.all_parts))

    @cached_property
    def aside(self) -> frozenset[str]:
        return frozenset().union(*(part.aside for part in self.all_parts))

    # --- what the fold asks ---------------------------------------------------------------------------------

    def facts(self) -> Facts:
        return Facts(parts={part.name: part.start() for part in self.all_parts})

    def event(self, move: Move) -> str:
        for part in self.all_parts:
            if move.name in part.bodies:
                return part.event(move) or move.name
        return move.name

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        for part in self.all_parts:
            if (code := part.forbid(status, facts, move)) is not None:
                return f"{self.name}.rule.{code}"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Facts:
        if move.name == "request":
            facts = replace(facts, opening=move.id)
        return replace(facts, parts={part.name: part.apply(status, facts, move) for part in self.all_parts})

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> tuple[Flag, ...]:
        found = [flag for part in self.all_parts for flag in part.doubts(status, facts, move, under)]
        return tuple(self._named(flag) for flag in found)

    def entered(self, status: str, facts: Facts) -> str:
        for part in self.all_parts:
            status = part.entered(status, facts)
        return status

    def view(self, status: str, facts: Facts, setting: Setting) -> View:
        fulfilled = any(part.fulfilled(status, facts) for part in self.all_parts)
        scene = Scene(self.name, status, facts, setting, status in self.over, fulfilled)
        role = self._turn(status, facts)
        owed = [scene.owed(each.code, each.by, facts.opening, each.duty) for each in self.due.get(status, ())]
        owed += [each for part in self.all_parts for each in part.owed(scene)]
        here = {member.state for member in setting.members}  # who has left owes nothing
        owed = [each for each in owed if each.by in here]
        # In an end nobody's turn, unless somebody still owes something (data to release, an answer on their use).
        rests_on = next((each.by for each in owed), None)
        return View(
            turn=rests_on if role is None else scene.state_of(role),
            owed=tuple(owed),
            clocks=tuple(
                each for part in self.all_parts for each in part.clocks(scene) if each.owed_by in here
            ),
            links=tuple(each for part in self.all_parts for each in part.links(facts)),
            flags=tuple(self._named(each) for part in self.all_parts for each in part.flags(scene)),
        )

    def _turn(self, status: str, facts: Facts) -> str | None:
        if status in self.over:
            return self.turns.get(status)
        for part in self.all_parts:
            if (role := part.turn(status, facts)) is not None:
                return role
        return self.turns.get(status)

    def _named(self, flag: Flag) -> Flag:
        """Departures a State signed itself are told alike in every kind; all else under the kind."""
        code = flag.code if "." in flag.code else f"{self.name}.flag.{flag.code}"
        return replace(flag, code=code)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        return frozenset().union(*(part.idle(facts, state) for part in self.all_parts))

    # --- what is asked of the table --------------------------------------------------------------------------

    def statuses(self) -> tuple[str, ...]:
        found = {self.opens: None}
        for rows in self.table.values():
            for status, moves in rows.items():
                found[status] = None
                for target in moves.values():
                    if target != SAME:
                        found[target] = None
        return tuple(found)

    def acts(self) -> tuple[str, ...]:
        return tuple(self.bodies)

    def possible(self, role: str, status: str) -> tuple[str, ...]:
        """Names of acts the table allows, in the table's order, variants folded into their act."""
        row = self.table.get(role, MappingProxyType({})).get(status, MappingProxyType({}))
        return tuple(dict.fromkeys(event.partition("/")[0] for event in row))

    def next_status(self, role: str, status: str, event: str) -> str | None:
        target = self.table.get(role, {}).get(status, {}).get(event)
        return status if target == SAME else target


def weave(table: Table, *strands: tuple[str, str, Iterable[str]]) -> Table:
    """A table with acts added that leave the status where it is: (role, act, statuses) each."""
    woven = {role: {status: dict(row) for status, row in rows.items()} for role, rows in table.items()}
    for role, act, statuses in strands:
        for status in statuses:
            woven.setdefault(role, {}).setdefault(status, {}).setdefault(act, SAME)
    return woven


def duty_ref(form: Any, name: str) -> str | None:
    """How the form cites a duty, if it has it."""
    line = form.duty(name)
    return None if line is None else str(line.cite())


def period_ref(form: Any, name: str) -> str | None:
    """How the form cites a period, if it has it."""
    line = form.period(name)
    return None if line is None else str(line.cite())


def end_of(day: date) -> datetime:
    """A legal date names a day; what is due then is due by the end of it, UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)
