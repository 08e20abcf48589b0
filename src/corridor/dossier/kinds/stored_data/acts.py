"""Stored data: who may do what in which status, and what each act changes.

As for preservation: legality is TABLE and `forbid`, neither asks the law data; the law raises doubts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from corridor.dossier.act import Condition
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Flag,
    Link,
    Move,
    Owed,
    Setting,
    Table,
    View,
    duty_ref,
    end_of,
)

_DECIDING: Final = {
    "ask": SAME,
    "consult": "consulting",
    "accept": "accepted",
    "accept/conditions": "conditions_offered",
    "postpone": "postponed",
    "refuse": "refused",
}
_ASKING: Final = {"supplement": SAME, "withdraw": "withdrawn"}

TABLE: Table = {
    REQUESTING: {
        "asked": _ASKING,
        "acknowledged": _ASKING,
        "consulting": {**_ASKING, "consult": SAME},
        "conditions_offered": {
            **_ASKING,
            "accept_conditions": "accepted",
            "decline_conditions": "consulting",
            "consult": SAME,
        },
        "accepted": _ASKING,
        "postponed": {**_ASKING, "consult": SAME},
        "executed": _ASKING,
        "delivered": {"supplement": SAME, "confirm": "confirmed", "confirm/trouble": SAME},
        "confirmed": {"confirm": SAME, "confirm/trouble": "delivered", "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_DECIDING},
        "acknowledged": _DECIDING,
        "consulting": {**_DECIDING, "consult": SAME},
        "conditions_offered": {**_DECIDING, "accept/conditions": SAME},
        "accepted": {
            "ask": SAME,
            "consult": "consulting",
            "execute": "executed",
            "postpone": "postponed",
            "refuse": "refused",
        },
        "postponed": {**_DECIDING, "postpone": SAME},
        "executed": {
            "ask": SAME,
            "execute": SAME,
            "deliver": "delivered",
            "postpone": "postponed",
            "refuse": "refused",
        },
        "delivered": {"execute": SAME, "deliver": SAME},
        "confirmed": {"execute": SAME, "deliver": "delivered", "close": "closed"},
        "refused": {"close": "closed"},
        "withdrawn": {"close": "closed"},
    },
}

_OVER: Final = frozenset({"refused", "withdrawn", "closed"})


@dataclass(frozen=True)
class Question:
    act: str
    answer_by: date | None


@dataclass(frozen=True)
class Package:
    id: str
    act: str
    executed: str
    result: str | None = None


@dataclass(frozen=True)
class Facts:
    """What the acts so far have established."""

    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    consulted: str | None = None  # the requested State's consultation
    consultation_open: bool = False  # it waits for a reply
    offer: str | None = None
    offered: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()  # in force: offered and accepted
    executed: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    deadline: date | None = None
    opening: str = ""
    postponed_until: date | None = None
    links: tuple[Link, ...] = ()


def event(move: Move) -> str:
    if move.name == "accept" and move.act.conditions:
        return "accept/conditions"
    if move.name == "confirm" and move.body.result != "unchanged":
        return "confirm/trouble"
    return move.name


def forbid(status: str, facts: Facts, move: Move) -> str | None:
    """Beyond the table: what an act names must stand. A reason code, or None."""
    body = move.body
    match move.name:
        case "refuse" | "postpone" if move.act.text("reasons") is None:
            return "stored_data.rule.reasons-missing"
        case "accept_conditions" | "decline_conditions" if body.offer != facts.offer:
            return "stored_data.rule.no-such-offer"
        case "deliver" if not facts.executed or (
            body.executed is not None and body.executed not in facts.executed
        ):
            return "stored_data.rule.not-executed"
        case "deliver" if len(_statements(move)) < len(set(body.packages)):
            return "stored_data.rule.no-custody-statement"
        case "confirm" if not set(body.packages) <= {package.id for package in facts.packages}:
            return "stored_data.rule.no-such-package"
    return None


def _statements(move: Move) -> set[str]:
    """Digests of the custody statements a hand-over names: one truth about it, here and in the package."""
    attached = {one.digest for one in move.act.attachments if one.role.startswith("custody")}
    return attached | set(move.body.custody)


def apply(status: str, facts: Facts, move: Move) -> Facts:
    body, conditions = move.body, move.act.conditions
    match move.name:
        case "request":
            links = (Link("follows", body.follows, move.id),) if body and body.follows else ()
            return replace(facts, opening=move.id, deadline=body.deadline if body else None, links=links)
        case "ask":
            return replace(facts, questions=(*facts.questions, Question(move.id, body.answer_by)))
        case "supplement":
            answers = set(body.answers) or {q.act for q in facts.questions}
            return replace(
                facts,
                questions=tuple(q for q in facts.questions if q.act not in answers),
                answered=(*facts.answered, *(q for q in facts.questions if q.act in answers)),
                deadline=body.deadline or facts.deadline,
                consultation_open=False,
            )
        case "consult" if move.role == REQUESTED:
            return replace(facts, consulted=move.id, consultation_open=True)
        case "consult":
            return replace(facts, consultation_open=False)
        case "accept":
            # A new acceptance replaces what was offered before; what is in force is what was last agreed.
            return replace(
                facts,
                offer=move.id if conditions else None,
                offered=conditions,
                conditions=facts.conditions if conditions else (),
                consultation_open=False,
                postponed_until=None,
            )
        case "accept_conditions":
            return replace(facts, offer=None, offered=(), conditions=facts.offered)
        case "decline_conditions":
            return replace(facts, offer=None, offered=(), consultation_open=False)
        case "postpone":
            return replace(facts, postponed_until=body.until, consultation_open=False)
        case "execute":
            return replace(facts, executed=(*facts.executed, move.id))
        case "deliver":
            executed = body.executed or facts.executed[-1]
            given = tuple(Package(id_, move.id, executed) for id_ in dict.fromkeys(body.packages))
            kept = tuple(package for package in facts.packages if package.id not in body.packages)
            return replace(facts, packages=(*kept, *given))
        case "confirm":
            return replace(
                facts,
                packages=tuple(
                    replace(p, result=body.result) if p.id in body.packages else p for p in facts.packages
                ),
            )
    return facts


def entered(status: str, facts: Facts) -> str:
    """Confirmed only when every package is; one package confirmed of two leaves it delivered."""
    if status == "confirmed" and any(package.result != "unchanged" for package in facts.packages):
        return "delivered"
    return status


def doubts(status: str, facts: Facts, move: Move, form: Any) -> tuple[Flag, ...]:
    """Doubts all members see: the act stands, its reason beside it."""
    if not form.known:
        return ()
    found: list[Flag] = []
    match move.name:
        case "refuse":
            ground = form.ground(move.body.ground)
            if ground is None:
                found.append(Flag("stored_data.flag.ground-not-listed", move.id, form.cite()))
            duty = form.duty("consult_before_refuse_or_postpone")
            if ground is not None and ground.consult_first and facts.consulted is None:
                found.append(_unconsulted(move, ground if duty is None else duty))
        case "postpone":
            duty = form.duty("consult_before_refuse_or_postpone")
            if form.postponement is None or form.postponement.id != move.body.ground:
                found.append(Flag("stored_data.flag.ground-not-listed", move.id, form.cite()))
            if duty is not None and duty.mandatory and facts.consulted is None:
                found.append(_unconsulted(move, duty))
        case "execute" if form.measure(move.body.measure.kind) is None:
            found.append(Flag("stored_data.flag.measure-not-listed", move.id, form.cite()))
    return tuple(found)


def _unconsulted(move: Move, line: Any) -> Flag:
    said = move.act.text("not_consulted") is not None
    code = "stored_data.flag.not-consulted" if said else "stored_data.flag.not-consulted-no-reason"
    return Flag(code, move.id, line.cite())


def view(status: str, facts: Facts, setting: Setting) -> View:
    return View(
        turn=_turn(status, facts, setting),
        owed=tuple(_owed(status, facts, setting)),
        clocks=tuple(_clocks(status, facts, setting)),
        links=facts.links,
    )


def _turn(status: str, facts: Facts, setting: Setting) -> str | None:
    match status:
        case "closed":
            return None
        case "conditions_offered" | "refused" | "confirmed" | "withdrawn":
            return setting.requesting
        case "delivered":
            waiting = any(package.result is None for package in facts.packages)
            return setting.requesting if waiting else setting.requested
    if facts.questions or facts.consultation_open:
        return setting.requesting
    return setting.requested


def _owed(status: str, facts: Facts, setting: Setting) -> list[Owed]:
    form, ours, theirs = setting.form, setting.requested, setting.requesting
    found: list[Owed] = []
    if status not in _OVER | {"delivered", "confirmed"}:
        found += [
            Owed("stored_data.owed.supplement", theirs, q.act, duty_ref(form, "more_information"))
            for q in facts.questions
        ]
    match status:
        case "asked" | "acknowledged" | "postponed":
            found.append(
                Owed("stored_data.owed.decision", ours, facts.opening, duty_ref(form, "execute_promptly"))
            )
        case "consulting" if facts.consultation_open:
            found.append(Owed("stored_data.owed.consult-reply", theirs, facts.consulted))
        case "consulting":
            found.append(
                Owed("stored_data.owed.decision", ours, facts.opening, duty_ref(form, "execute_promptly"))
            )
        case "conditions_offered":
            found.append(Owed("stored_data.owed.conditions-answer", theirs, facts.offer))
        case "accepted":
            found.append(
                Owed("stored_data.owed.execution", ours, facts.opening, duty_ref(form, "execute_promptly"))
            )
        case "executed":
            found.append(Owed("stored_data.owed.delivery", ours, facts.executed[-1]))
        case "delivered":
            for package in facts.packages:
                if package.result is None:
                    found.append(Owed("stored_data.owed.confirmation", theirs, package.act))
                elif package.result != "unchanged":
                    found.append(Owed("stored_data.owed.delivery-again", ours, package.act))
    return found


def _clocks(status: str, facts: Facts, setting: Setting) -> list[Clock]:
    found: list[Clock] = []
    open_ = status not in _OVER

    def dated(code: str, by: str, day: date, act: str | None, met: bool, basis: str | None = None) -> None:
        due = end_of(day)
        state = "met" if met else "lapsed" if not open_ else "late" if setting.as_of > due else "running"
        found.append(Clock(f"stored_data.clock.{code}", by, due, basis, state, act))

    for question in facts.answered:
        if question.answer_by is not None:
            dated("answer", setting.requesting, question.answer_by, question.act, True)
    for question in facts.questions:
        if question.answer_by is not None:
            dated("answer", setting.requesting, question.answer_by, question.act, False)
    handed_over = status in {"delivered", "confirmed", "closed"} and bool(facts.packages)
    if facts.deadline is not None:
        line = setting.form.duty("execute_promptly")
        basis = None if line is None else line.cite()
        dated("deadline", setting.requested, facts.deadline, facts.opening, handed_over, basis)
    if status == "postponed" and facts.postponed_until is not None:
        dated("postponed-until", setting.requested, facts.postponed_until, None, False)
    for line in setting.form.periods:
        # No figure in the law: shown as running from the receipt, never as late.
        if (
            line.binds == "requested"
            and line.kind == "no_fixed_figure"
            and setting.received(facts.opening, setting.requested)
        ):
            state = "met" if handed_over else "running" if open_ else "lapsed"
            found.append(
                Clock(
                    f"stored_data.clock.{line.id}",
                    setting.requested,
                    None,
                    line.cite(),
                    state,
                    facts.opening,
                )
            )
    return found
