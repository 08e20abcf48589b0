"""Preservation: who may do what in which status, and what each act changes.

Rule 1: everything that decides legality is in TABLE or in `forbid`. Rule 2: neither asks the law data, so a legal
act stays legal when a paragraph is corrected; the law only raises doubts (`doubts`), which are shown, never enforced.
There is no postponement here: the instruments foresee none for preservation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any, Final

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
    period_ref,
)

_ANSWERING: Final = {
    "ask": SAME,
    "locate": SAME,
    "warn": SAME,
    "preserved": "preserving",
    "refuse": "refused",
}
_KEEPING: Final = {"ask": SAME, "locate": SAME, "warn": SAME, "preserved": SAME, "disclose_traffic": SAME}
_ASKING: Final = {"supplement": SAME, "proceed": SAME, "withdraw": "withdrawn"}

TABLE: Table = {
    REQUESTING: {
        "asked": {**_ASKING, "followed_by": SAME},
        "acknowledged": {**_ASKING, "followed_by": SAME},
        "preserving": {**_ASKING, "ask_extension": "extension_asked", "followed_by": "followed"},
        "extension_asked": {**_ASKING, "followed_by": "followed"},
        "followed": {**_ASKING, "followed_by": SAME},
    },
    REQUESTED: {
        "asked": {"acknowledge": "acknowledged", **_ANSWERING},
        "acknowledged": _ANSWERING,
        "preserving": {**_KEEPING, "grant_extension": SAME, "release": "released", "expire": "expired"},
        # A refusal here refuses more time, not the preservation.
        "extension_asked": {
            **_KEEPING,
            "grant_extension": "preserving",
            "refuse": "preserving",
            "release": "released",
        },
        # Kept until the request for the data is decided: nothing expires.
        "followed": {**_KEEPING, "grant_extension": SAME, "release": "released"},
        "withdrawn": {"release": SAME},
    },
}


@dataclass(frozen=True)
class Question:
    act: str
    answer_by: date | None


@dataclass(frozen=True)
class Facts:
    """What the acts so far have established."""

    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    warning: str | None = None
    locate_wanted: bool = False
    located: bool = False
    preserved_until: date | None = None
    term_act: str | None = None  # the act the term stands in
    extension: str | None = None
    links: tuple[Link, ...] = ()
    released: bool = False


def event(move: Move) -> str:
    return move.name


def forbid(status: str, facts: Facts, move: Move) -> str | None:
    """Beyond the table: what an act says must agree with what stands. A reason code, or None."""
    match move.name:
        case "expire" if facts.preserved_until is None or move.body.date <= facts.preserved_until:
            return "preservation.rule.term-not-over"
        case "grant_extension" if (
            facts.preserved_until is not None and move.body.preserved_until < facts.preserved_until
        ):
            return "preservation.rule.extension-shortens"
        case "preserved" if (
            facts.preserved_until is not None and move.body.preserved_until < facts.preserved_until
        ):
            return "preservation.rule.extension-shortens"
        case "proceed" if move.body.answers != facts.warning:
            return "preservation.rule.no-such-warning"
        case "refuse" if move.act.text("reasons") is None:
            return "preservation.rule.reasons-missing"
    return None


def apply(status: str, facts: Facts, move: Move) -> Facts:
    body = move.body
    match move.name:
        case "request":
            return replace(facts, locate_wanted=bool(body and body.locate))
        case "ask":
            return replace(facts, questions=(*facts.questions, Question(move.id, body.answer_by)))
        case "supplement":
            answers = set(body.answers) or {q.act for q in facts.questions}
            return replace(
                facts,
                questions=tuple(q for q in facts.questions if q.act not in answers),
                answered=(*facts.answered, *(q for q in facts.questions if q.act in answers)),
                locate_wanted=facts.locate_wanted or body.locate,
            )
        case "locate":
            return replace(facts, located=True)
        case "warn":
            return replace(facts, warning=move.id)
        case "proceed":
            return replace(facts, warning=None)
        case "preserved":
            return replace(facts, preserved_until=body.preserved_until, term_act=move.id)
        case "grant_extension":
            return replace(facts, preserved_until=body.preserved_until, term_act=move.id, extension=None)
        case "ask_extension":
            return replace(facts, extension=move.id)
        case "refuse":
            return replace(facts, extension=None)
        case "followed_by":
            return replace(
                facts, extension=None, links=(*facts.links, Link("followed_by", body.dossier, move.id))
            )
        case "release":
            return replace(facts, released=True)
    return facts


def entered(status: str, facts: Facts) -> str:
    """`preserved` after a `followed_by` that came first leads on at once: the data stay until that is decided."""
    return "followed" if status == "preserving" and facts.links else status


def doubts(status: str, facts: Facts, move: Move, form: Any) -> tuple[Flag, ...]:
    """Doubts all members see: the act stands, its reason beside it."""
    found: list[Flag] = []
    if not form.known:
        return ()
    match move.name:
        case "refuse" if form.ground(move.body.ground) is None:
            found.append(Flag("preservation.flag.ground-not-listed", move.id, form.cite()))
        case "preserved" | "grant_extension":
            found += _too_short(facts, move, form)
        case "release" if (
            facts.preserved_until is not None
            and status in {"preserving", "extension_asked"}
            and (move.body.date or move.act.header.time.date()) <= facts.preserved_until
        ):
            found.append(
                Flag(
                    "preservation.flag.released-before-term",
                    move.id,
                    period_ref(form, "preservation_minimum"),
                )
            )
        case "release" if status == "followed" and move.body.reason != "follow_up_decided":
            found.append(
                Flag(
                    "preservation.flag.released-undecided",
                    move.id,
                    period_ref(form, "until_followup_decision"),
                )
            )
    return tuple(found)


def _too_short(facts: Facts, move: Move, form: Any) -> list[Flag]:
    """The term the law asks for at least runs from the day preservation began."""
    if move.name == "grant_extension":
        return []
    start = move.body.preserved_from or move.act.header.time.astimezone(UTC).date()
    return [
        Flag("preservation.flag.shorter-than-minimum", move.id, line.cite())
        for line in form.periods
        if line.kind == "minimum"
        and line.runs_from == "preserved"
        and line.days is not None
        and (move.body.preserved_until - start).days < line.days
    ]


def view(status: str, facts: Facts, setting: Setting) -> View:
    return View(
        turn=_turn(status, facts, setting),
        owed=tuple(_owed(status, facts, setting)),
        clocks=tuple(_clocks(status, facts, setting)),
        links=facts.links,
        preserved_until=facts.preserved_until,
        flags=tuple(_late_flags(facts, setting)),
    )


def _turn(status: str, facts: Facts, setting: Setting) -> str | None:
    if status in {"refused", "released", "expired", "withdrawn"}:
        return None
    if facts.warning or facts.questions:
        return setting.requesting
    return setting.requesting if status == "preserving" else setting.requested


def _owed(status: str, facts: Facts, setting: Setting) -> list[Owed]:
    form, found = setting.form, []
    ours, theirs = setting.requested, setting.requesting
    if status in {"asked", "acknowledged"}:
        found.append(Owed("preservation.owed.answer", ours, ref=duty_ref(form, "take_measures")))
    if status not in {"refused", "released", "expired", "withdrawn"}:
        if facts.locate_wanted and not facts.located:
            found.append(Owed("preservation.owed.location", ours))
        found += [
            Owed("preservation.owed.supplement", theirs, q.act, duty_ref(form, "more_information"))
            for q in facts.questions
        ]
        if facts.warning:
            found.append(
                Owed(
                    "preservation.owed.decision-after-warning",
                    theirs,
                    facts.warning,
                    duty_ref(form, "decide_after_warning"),
                )
            )
    if status == "extension_asked":
        found.append(Owed("preservation.owed.extension-answer", ours, facts.extension))
    if status == "preserving":
        found.append(Owed("preservation.owed.follow-up", theirs, facts.term_act))
    if status == "followed":
        found.append(
            Owed("preservation.owed.keep", ours, facts.links[-1].act, duty_ref(form, "keep_pending_followup"))
        )
    if status == "withdrawn" and facts.preserved_until and not facts.released:
        found.append(Owed("preservation.owed.release", ours))
    return found


def _clocks(status: str, facts: Facts, setting: Setting) -> list[Clock]:
    found: list[Clock] = []
    over = status in {"refused", "released", "expired", "withdrawn"}
    for question in facts.answered:
        if question.answer_by is not None:
            found.append(
                Clock(
                    "preservation.clock.answer",
                    setting.requesting,
                    end_of(question.answer_by),
                    None,
                    "met",
                    question.act,
                )
            )
    for question in facts.questions:
        if question.answer_by is not None and not over:
            due = end_of(question.answer_by)
            state = "late" if setting.as_of > due else "running"
            found.append(
                Clock("preservation.clock.answer", setting.requesting, due, None, state, question.act)
            )
    if facts.preserved_until is not None:
        found.append(_term(status, facts, facts.preserved_until, setting))
        if status == "extension_asked":
            due = end_of(facts.preserved_until)
            state = "late" if setting.as_of > due else "running"
            found.append(
                Clock(
                    "preservation.clock.extension-answer",
                    setting.requested,
                    due,
                    None,
                    state,
                    facts.extension,
                )
            )
    for link in facts.links[:1]:
        state = "met" if status == "released" else "lapsed" if over else "running"
        if status in {"followed", "released", "withdrawn"}:
            basis = period_ref(setting.form, "until_followup_decision")
            found.append(
                Clock("preservation.clock.until-decided", setting.requested, None, basis, state, link.act)
            )
    for line in setting.form.periods:
        if line.binds == "requested" and line.kind == "no_fixed_figure" and not over:
            found.append(
                Clock(f"preservation.clock.{line.id}", setting.requested, None, line.cite(), "running")
            )
    return found


def _term(status: str, facts: Facts, until: date, setting: Setting) -> Clock:
    """The day the requested State set. The requesting State acts before it; while that is pending nothing lapses."""
    due = end_of(until)
    if facts.links:
        state = "met"
    elif status in {"expired", "released", "withdrawn"}:
        state = "lapsed"
    elif setting.as_of > due:
        state = "late" if status == "extension_asked" else "lapsed"
    else:
        state = "running"
    basis = period_ref(setting.form, "preservation_minimum")
    return Clock("preservation.clock.preserved-until", setting.requesting, due, basis, state, facts.term_act)


def _late_flags(facts: Facts, setting: Setting) -> list[Flag]:
    """More time asked for after the term, by the requested State's own receipt. Shown; the data stay meanwhile."""
    if facts.extension is None or facts.preserved_until is None:
        return []
    received = setting.received(facts.extension, setting.requested)
    if received is None or received <= end_of(facts.preserved_until):
        return []
    return [
        Flag(
            "preservation.flag.asked-late",
            facts.extension,
            period_ref(setting.form, "extension_before_expiry"),
        )
    ]
