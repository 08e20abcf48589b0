"""Joint investigations: who may do what in which status, and what each act changes.

All members do the same things: only the proposal has an asking and an asked side, and only until it is in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import Final

from corridor.dossier.act import Condition
from corridor.dossier.kinds.joint_investigations.agreement import Agreement
from corridor.dossier.kinds.joint_investigations.bodies import BODIES, Terms
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    end_of,
    weave,
)
from corridor.dossier.kinds.parts.handing_over import statements

# A target the facts do not bear out leads back (`entered`): all must have agreed, all must have signed the end.
_PROPOSED: Final = {"agree": "agreed", "propose_change": SAME, "consult": SAME}
_AGREED: Final = {
    "contribute": SAME,
    "confirm": SAME,
    "ask_measure": SAME,
    "report_measure": SAME,
    "agree": SAME,
    "propose_change": SAME,
    "extend": SAME,
    "consult": SAME,
    "add_power": SAME,
    "withdraw_power": SAME,
    "end": "ended",
    "leave": "ended",
    "decline": SAME,
}
ENDED: Final = ("not_agreed", "withdrawn", "ended")
UNDER_WAY: Final = ("proposed", "agreed")
_TABLE: Final[Table] = {
    REQUESTING: {
        "proposed": {**_PROPOSED, "withdraw": "withdrawn"},
        "agreed": _AGREED,
        "ended": {"confirm": SAME},
    },
    REQUESTED: {
        "proposed": {"acknowledge": SAME, **_PROPOSED, "decline": "not_agreed"},
        "agreed": _AGREED,
        "ended": {"confirm": SAME},
        "not_agreed": {},
        "withdrawn": {},
    },
}
TABLE: Final = weave(
    _TABLE,
    *(
        (role, act, ("agreed", "ended"))
        for role in (REQUESTING, REQUESTED)
        for act in ("ask_use", "allow_use", "deny_use")
    ),
    *((role, "notify", (*UNDER_WAY, *ENDED)) for role in (REQUESTING, REQUESTED)),
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
)
TURNS: Final = {"proposed": REQUESTED, "agreed": REQUESTING}
CONDITION_CODES: Final = ("use_limited", "confidential", "no_onward_transfer", "return_or_destroy", "other")
TERMS: Final = tuple(Terms.model_fields)
#: Acts of a State that is bound by the text in force; the others are open to one that has just joined.
_OF_PARTIES: Final = frozenset(
    {
        "contribute",
        "ask_measure",
        "report_measure",
        "extend",
        "propose_change",
        "add_power",
        "withdraw_power",
        "end",
        "leave",
    }
)


@dataclass(frozen=True)
class Shared:
    """One package in the room, and what each receiver found of it (None: not checked yet)."""

    id: str
    act: str
    by: str
    results: tuple[tuple[str, str | None], ...]

    def result(self, state: str) -> str | None:
        return dict(self.results).get(state)


@dataclass(frozen=True)
class Task:
    act: str
    by: str
    of: str
    until: date | None
    report: str | None = None


@dataclass(frozen=True)
class Joint:
    present: tuple[str, ...] = ()  # States that take part, in the order of the list of members
    agreement: Agreement = field(default_factory=Agreement)
    powers: tuple[tuple[str, str], ...] = ()  # act, State that gave it
    tasks: tuple[Task, ...] = ()
    room: tuple[Shared, ...] = ()
    conditions: tuple[Condition, ...] = ()  # set with what was contributed
    ending: tuple[tuple[str, str], ...] = ()  # State and the act by which it signed the end
    over: bool = False

    def waits(self) -> Iterable[tuple[str, str, str]]:
        """State, code and act of everything somebody has still to do."""
        for state, act in self.agreement.owing(self.present):
            yield state, "agreement", act
        for task in self.tasks:
            if task.report is None and task.of in self.present:
                yield task.of, "measure-report", task.act
        yield from self.unchecked()
        if self.ending:
            for state in self.agreement.parties:
                if state not in dict(self.ending):
                    yield state, "end", self.ending[-1][1]

    def unchecked(self) -> Iterable[tuple[str, str, str]]:
        for one in self.room:
            for state, result in one.results:
                if state not in self.present or one.by not in self.present:
                    continue  # nobody is left to tell, or to be told
                if result is None:
                    yield state, "confirmation", one.act
                elif result != "unchanged":
                    yield one.by, "delivery-again", one.act


class _JointInvestigation(Part[Joint]):
    name = "joint_investigations"
    bodies = BODIES
    answers = {
        "agreement": "agree",
        "measure-report": "report_measure",
        "confirmation": "confirm",
        "delivery-again": "contribute",
        "end": "end",
    }
    grave = frozenset({"decline", "leave", "end"})
    aside = frozenset({"add_power", "withdraw_power", "extend", "consult"})
    texts = {
        "request": TERMS,
        "propose_change": ("reasons", *TERMS),
        "extend": ("reasons",),
        "agree": ("note",),
        "consult": ("proposal",),
        "decline": ("reasons",),
        "add_power": ("note",),
        "withdraw_power": ("reasons",),
        "ask_measure": ("task", "reasons"),
        "report_measure": ("note", "reasons"),
        "contribute": ("note",),
        "confirm": ("note",),
        "leave": ("reasons",),
        "end": ("note",),
    }

    def start(self) -> Joint:
        return Joint()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        joint, body = self.of(facts), move.body
        parties = joint.agreement.parties
        if status == "agreed" and move.name in _OF_PARTIES and move.state not in parties:
            return "not-bound"
        match move.name:
            case "agree" if not joint.agreement.may_sign(move.state, body.text):
                return "no-such-text"
            case "decline" if move.state in parties:
                return "bound-already"
            case "decline" | "leave" if move.act.text("reasons") is None:
                return "reasons-missing-of-leaving"
            case "withdraw_power" if (body.power, move.state) not in joint.powers:
                return "no-such-power"
            case "ask_measure" if body.state == move.state or body.state not in parties:
                return "not-of-the-team"
            case "report_measure" if not any(
                (task.act, task.of, task.report) == (body.asked, move.state, None) for task in joint.tasks
            ):
                return "no-such-task"
            case "report_measure" if body.outcome != "done" and move.act.text("reasons") is None:
                return "reasons-missing-of-report"
            case "report_measure" if body.outcome == "done" and body.measure is None:
                return "measure-missing"
            case "contribute" if not set(body.to) <= set(parties) - {move.state}:
                return "not-of-the-team"
            case "contribute" if len(statements(move)) < len(set(body.packages)) * len(set(body.to)):
                return "no-custody-statement"
            case "contribute" if any(one.by != move.state for one in joint.room if one.id in body.packages):
                return "of-another"
            case "confirm" if not set(body.packages) <= self._given(joint, move.state):
                return "no-such-package"
            case "end" if move.state in dict(joint.ending):
                return "end-signed"
            case "ask_use" if body.given_by not in {one.by for one in self._room(joint, move.state)}:
                return "use-of-whom"
        return None

    @staticmethod
    def _room(joint: Joint, state: str) -> list[Shared]:
        return [one for one in joint.room if state in dict(one.results)]

    def _given(self, joint: Joint, state: str) -> set[str]:
        return {one.id for one in self._room(joint, state)}

    def apply(self, status: str, facts: Facts, move: Move) -> Joint:
        gone = move.state if move.name in {"decline", "leave"} else None
        present = tuple(m.state for m in move.members if m.role != "observer" and m.state != gone)
        joint = replace(self.of(facts), present=present)
        agreement = joint.agreement
        match move.name:
            case "request" | "propose_change":
                return self._settled(joint, agreement.proposed(move))
            case "extend":
                return self._settled(joint, agreement.extended(move))
            case "agree":
                return self._settled(joint, agreement.signed(move))
            case "decline" | "leave":
                left = replace(joint, ending=tuple(row for row in joint.ending if row[0] != gone))
                return self._settled(left, agreement.without_state(move.state), left=move.id)
            case "end":
                return self._settled(replace(joint, ending=(*joint.ending, (move.state, move.id))), agreement)
        return self._worked(joint, move)

    def _settled(self, joint: Joint, agreement: Agreement, left: str | None = None) -> Joint:
        """After a signature or a departure: what is in force now, and whether it is over."""
        settled = agreement.settled(joint.present, left)
        changed = (settled.text, settled.until_act) != (joint.agreement.text, joint.agreement.until_act)
        ending = () if changed else joint.ending  # who agrees to go on takes back that it ends
        bound = set(settled.parties)
        over = (settled.text is not None and (len(bound) < 2 or bound <= {state for state, _ in ending})) or (
            settled.text is None and len(joint.present) < 2
        )
        return replace(joint, agreement=settled, ending=ending, over=over)

    def _worked(self, joint: Joint, move: Move) -> Joint:
        body = move.body
        match move.name:
            case "add_power":
                return replace(joint, powers=(*joint.powers, (move.id, move.state)))
            case "withdraw_power":
                return replace(joint, powers=tuple(row for row in joint.powers if row[0] != body.power))
            case "ask_measure":
                return replace(joint, tasks=(*joint.tasks, Task(move.id, move.state, body.state, body.by)))
            case "report_measure":
                return replace(
                    joint,
                    tasks=tuple(
                        replace(each, report=move.id) if each.act == body.asked else each
                        for each in joint.tasks
                    ),
                )
            case "contribute":
                to = dict.fromkeys(body.to)
                before = {one.id: one for one in joint.room}
                given = tuple(
                    Shared(
                        id_,
                        move.id,
                        move.state,
                        tuple(({**dict(before[id_].results if id_ in before else ()), **to}).items()),
                    )
                    for id_ in dict.fromkeys(body.packages)
                )
                kept = tuple(one for one in joint.room if one.id not in body.packages)
                return replace(
                    joint,
                    room=(*kept, *given),
                    conditions=_each_once((*joint.conditions, *move.act.conditions)),
                )
            case "confirm":
                return replace(
                    joint,
                    room=tuple(
                        replace(one, results=tuple({**dict(one.results), move.state: body.result}.items()))
                        if one.id in body.packages and move.state in dict(one.results)
                        else one
                        for one in joint.room
                    ),
                )
        return joint

    def entered(self, status: str, facts: Facts) -> str:
        """The facts alone say where it stands; only a withdrawal needs no facts."""
        joint = self.of(facts)
        if status == "withdrawn":
            return status
        if joint.over:
            return "not_agreed" if joint.agreement.text is None else "ended"
        return "proposed" if joint.agreement.text is None else "agreed"

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        joint, body = self.of(facts), move.body
        until = joint.agreement.until
        named = {each.code for each in getattr(body, "departures", ())}
        match move.name:
            case "ask_measure" if not joint.agreement.measures:
                yield Flag("measure-not-in-agreement", move.id, under.form.cite())
            case "decline" if body.ground is not None and under.form.known:
                if under.form.ground(body.ground) is None and "ground" not in named:
                    yield Flag("ground-not-listed", move.id, under.form.cite())
        if (
            move.name in {"contribute", "ask_measure"}
            and until is not None
            and move.act.header.time.astimezone(UTC) > end_of(until)
        ):
            yield Flag("after-term", move.id, under.form.cite())

    def flags(self, scene: Scene) -> Iterable[Flag]:
        without = self.of(scene.facts).agreement.without
        if without is not None:
            yield Flag("in-force-without", without, scene.form.cite())

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        joint = self.of(facts)
        agreement = joint.agreement
        texts = {offer.act for offer in agreement.offers} | {agreement.text, *agreement.was}
        bound, given = state in agreement.parties, self._room(joint, state)
        pointless = {
            "agree": not any(text and agreement.may_sign(state, text) for text in texts),
            "decline": bound,
            "withdraw_power": state not in {by for _, by in joint.powers},
            "report_measure": not any((task.of, task.report) == (state, None) for task in joint.tasks),
            "confirm": not any(one.result(state) is None for one in given),
            "ask_use": not given,
            "end": state in dict(joint.ending),
        }
        found = {act for act, idle in pointless.items() if idle}
        return frozenset(found | (_OF_PARTIES if agreement.text and not bound else frozenset()))

    def turn(self, status: str, facts: Facts) -> str | None:
        """The first State something waits for; while all is done, whoever comes first of those bound."""
        joint = self.of(facts)
        if waiting := next((state for state, _, _ in joint.waits()), None):
            return waiting
        return next(iter(joint.agreement.parties or joint.present), None)

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return self.of(facts).agreement.text is not None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        joint = self.of(scene.facts)
        if len(scene.setting.members) < 2:
            return
        here = {member.state for member in scene.setting.members}
        for state, code, act in joint.unchecked() if scene.over else joint.waits():
            if state in here:
                yield scene.owed(code, state, act)
        # A State that joined by a list all signed has done nothing here yet: it owes its word on the text.
        text = joint.agreement.text
        if text is not None and not scene.over:
            for member in scene.setting.members:
                if member.role != "observer" and member.state not in joint.present:
                    yield scene.owed("agreement", member.state, text)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        joint = self.of(scene.facts)
        agreement, present = joint.agreement, joint.present
        for offer in agreement.offers:
            if offer.answer_by is not None:
                for state in agreement.awaited(offer, present):
                    yield scene.clock("agreement-answer", state, offer.answer_by, offer.act)
        for task in joint.tasks:
            if task.until is not None and task.of in present:
                yield scene.clock("measure", task.of, task.until, task.act, met=task.report is not None)
        parties = agreement.parties or present
        if agreement.until is not None and parties:
            due = end_of(agreement.until)
            over = scene.over or scene.setting.as_of > due
            state = "lapsed" if over else "running"
            code = f"{scene.kind}.clock.term"
            yield Clock(code, parties[0], due, scene.form.cite(), state, agreement.until_act)


OWN = _JointInvestigation()


def _each_once(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(Condition(*row) for row in dict.fromkeys((each.id, each.code) for each in conditions))


def receivers(facts: Facts, by: str) -> tuple[str, ...]:
    """Only States bound by the text in force: one that was just let in has agreed to nothing yet."""
    return tuple(state for state in OWN.of(facts).agreement.parties if state != by)


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """Those of the text in force, and those set with what was contributed."""
    joint = OWN.of(facts)
    return _each_once((*joint.agreement.terms, *joint.conditions))
