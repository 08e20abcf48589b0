"""Asking: how a request opens, what it departs from, questions and answers, and an oral request put in writing.

Reads the law for doubts only: which kinds the offence named opens (`gate`), and which periods run from receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from corridor.dossier.kinds.facts import ActId, Coded, Day, Offence, Word
from corridor.dossier.kinds.kind import (
    REQUESTING,
    Clock,
    Facts,
    Flag,
    Link,
    Move,
    Owed,
    Part,
    Scene,
    Under,
    period_ref,
)
from corridor.law import OffenceFacts


class Departure(Coded):
    """Where a request leaves what the rules ask for. Its reason is the text of field `departure`."""

    code: Literal[
        "incomplete",
        "channel",
        "language",
        "gate",
        "ground",
        "not_consulted",
        "threshold",
        "duplicate",
        "measure",
    ]
    ref: Word | None = None


class ChannelUsed(Coded):
    """Another way the same thing was asked for already."""

    channel: Literal[
        "interpol",
        "g7_24_7",
        "budapest_24_7",
        "fiu",
        "diplomatic",
        "police",
        "provider_direct",
        "other",
    ]
    reference: Word | None = None
    date: Day | None = None


class Opening(Coded):
    """What the opening act of every kind may say beside its own content."""

    urgent: bool = False
    oral: bool = False  # made by word of mouth, and to be confirmed in writing
    deadline: Day | None = None  # suggested, with reasons in the text of field `deadline`
    follows: ActId | None = None  # the dossier this request follows
    channels_used: tuple[ChannelUsed, ...] = ()
    departures: tuple[Departure, ...] = ()


class Supplements(Coded):
    """What a supplement says beside the content it gives later."""

    answers: tuple[ActId, ...] = ()


class Acknowledge(Coded):
    pass


class Ask(Coded):
    """Content items, or codes of questions, still wanted. The words are texts of field `question`."""

    items: tuple[Word, ...] = ()
    answer_by: Day | None = None


class ConfirmInWriting(Coded):
    """The oral request is confirmed: what stands in the dossier is what was asked."""


@dataclass(frozen=True)
class Question:
    act: str
    answer_by: date | None


@dataclass(frozen=True)
class Asked:
    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    urgent: bool = False
    oral: bool = False
    confirmed: bool = False
    deadline: date | None = None
    expedited: bool | None = None  # None: the kind does not ask whether it is sought
    links: tuple[Link, ...] = ()


class _Asking(Part[Asked]):
    name = "asking"
    answers = {"supplement": "supplement", "confirmation-in-writing": "confirm_in_writing"}
    bodies = {"acknowledge": Acknowledge, "ask": Ask, "confirm_in_writing": ConfirmInWriting}
    texts = {"ask": ("question",), "acknowledge": ("note",), "confirm_in_writing": ("note",)}

    def start(self) -> Asked:
        return Asked()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        asked = self.of(facts)
        if move.name == "confirm_in_writing" and (asked.confirmed or not asked.oral):
            return "nothing-oral"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Asked:
        asked, body = self.of(facts), move.body
        match move.name:
            case "request" if body is not None:
                link = (Link("follows", body.follows, move.id),) if body.follows else ()
                return replace(
                    asked,
                    urgent=body.urgent,
                    oral=body.oral,
                    deadline=body.deadline,
                    expedited=_expedited(body),
                    links=link,
                )
            case "ask":
                return replace(asked, questions=(*asked.questions, Question(move.id, body.answer_by)))
            case "supplement":
                answers = set(body.answers) or {each.act for each in asked.questions}
                return replace(
                    asked,
                    questions=tuple(q for q in asked.questions if q.act not in answers),
                    answered=(*asked.answered, *(q for q in asked.questions if q.act in answers)),
                    deadline=getattr(body, "deadline", None) or asked.deadline,
                    urgent=asked.urgent or getattr(body, "urgent", False),
                    expedited=asked.expedited or _expedited(body),
                )
            case "confirm_in_writing":
                return replace(asked, confirmed=True)
        return asked

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.body is None:
            return
        for each in getattr(move.body, "departures", ()):
            yield Flag(f"departure.{each.code}", move.id, each.ref)
        if move.name == "request" and under.form.known:
            yield from _gate(move, under)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        asked = self.of(facts)
        return frozenset() if asked.oral and not asked.confirmed else frozenset({"confirm_in_writing"})

    def turn(self, status: str, facts: Facts) -> str | None:
        return REQUESTING if self.of(facts).questions else None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        asked = self.of(scene.facts)
        if scene.over:
            return
        if not scene.fulfilled:
            for question in asked.questions:
                yield scene.owed("supplement", REQUESTING, question.act, "more_information")
        if asked.oral and not asked.confirmed:
            yield replace(
                scene.owed("confirmation-in-writing", REQUESTING, scene.facts.opening),
                ref=period_ref(scene.form, "written_confirmation"),
            )

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        asked, facts = self.of(scene.facts), scene.facts
        requesting = scene.state_of(REQUESTING)
        for met, questions in ((True, asked.answered), (False, asked.questions)):
            for question in questions:
                if question.answer_by is not None:
                    ended = scene.over or scene.fulfilled
                    yield scene.clock(
                        "answer", requesting, question.answer_by, question.act, met=met, ended=ended
                    )
        if asked.deadline is not None:
            line = scene.form.duty("execute_promptly")
            for requested in scene.asked:
                yield scene.clock(
                    "deadline",
                    requested,
                    asked.deadline,
                    facts.opening,
                    met=scene.fulfilled,
                    basis=None if line is None else line.cite(),
                )
        if asked.oral:
            basis = period_ref(scene.form, "written_confirmation")
            state = "met" if asked.confirmed else "lapsed" if scene.over else "running"
            code = f"{scene.kind}.clock.written_confirmation"
            yield Clock(code, requesting, None, basis, state, facts.opening)
        # No figure in the law: shown as running from the receipt, never as late.
        for requested in scene.asked:
            for line in scene.form.periods if scene.setting.received(facts.opening, requested) else ():
                if line.id == "expedited" and asked.expedited is False:
                    continue
                if (line.binds, line.kind, line.runs_from) == ("requested", "no_fixed_figure", "received"):
                    state = "met" if scene.fulfilled else "lapsed" if scene.over else "running"
                    code = f"{scene.kind}.clock.{line.id}"
                    yield Clock(code, requested, None, line.cite(), state, facts.opening)

    def links(self, facts: Facts) -> tuple[Link, ...]:
        return self.of(facts).links


ASKING = _Asking()


def _expedited(body: Any) -> bool | None:
    """Whether expedited treatment is sought, where the kind has a place to say so."""
    sought: bool | None = getattr(body, "expedited", None)
    return sought if sought is None else sought or getattr(body, "urgency_reason", None) is not None


_NUMBER = re.compile(r"\d{1,3}")


def offence_facts(offence: Offence, instrument: str) -> OffenceFacts | None:
    """What an offence as coded says to the gate of an instrument; None where it names another instrument's articles."""
    if offence.articles and offence.instrument not in (None, instrument):
        return None
    articles = tuple(int(found[0]) for each in offence.articles if (found := _NUMBER.match(each)))
    crime = offence.serious_crime
    return OffenceFacts(
        articles=articles,
        maximum_penalty_months=None if crime is None else crime.max_penalty_years * 12,
    )


def offence_of(body: Any) -> Offence | None:
    """The offence a request names, wherever its kind has the place for it."""
    for name in ("offence_and_facts", "matter_and_authority", "facts_and_nature", "offence"):
        found = getattr(body, name, None)
        found = getattr(found, "offence", found)
        if isinstance(found, Offence):
            return found
    return None


def _gate(move: Move, under: Under) -> Iterable[Flag]:
    """A doubt where the offence named does not open this kind of request under the instrument."""
    offence = offence_of(move.body)
    facts = None if offence is None else offence_facts(offence, under.instrument)
    if facts is None or any(each.code == "gate" for each in getattr(move.body, "departures", ())):
        return
    gate = under.rules.gate(facts, under.instrument)
    if under.form.kind not in gate.opens:
        yield Flag("gate-closed", move.id, gate.because[-1].cite() if gate.because else None)
