"""Consultation on jurisdiction: proposals, who agrees to which, and who prosecutes in the end.

A State speaks with one voice: what it said last about a proposal, or that it stands aside, is what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from corridor.dossier.kinds.jurisdiction_consultation.bodies import BODIES
from corridor.dossier.kinds.jurisdiction_consultation.table import OVER
from corridor.dossier.kinds.kind import REQUESTING, Clock, Facts, Flag, Move, Owed, Part, Scene, Under
from corridor.dossier.kinds.parts import PROCEEDINGS

_CONTENT: Final = (
    "offence_and_facts",
    "proceedings",
    "parallel_proceedings",
    "jurisdiction",
    "considerations",
)


@dataclass(frozen=True)
class Proposal:
    act: str
    by: str
    lead: str
    parts: tuple[tuple[str, str], ...] = ()  # State, what it does
    answer_by: date | None = None
    against: tuple[str, ...] = ()  # States that disagreed


@dataclass(frozen=True)
class Talk:
    parties: tuple[str, ...] = ()  # States the talk is between, as of the latest act
    proposals: tuple[Proposal, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)  # State -> the proposal it agrees to
    aside: frozenset[str] = frozenset()
    agreed: Proposal | None = None  # what they agreed on; who joins later finds it so
    told: frozenset[str] = frozenset()  # States that told how their case ended, for good
    done: tuple[tuple[str, str], ...] = ()  # State, what it did of its part

    def proposal(self, act: str) -> Proposal | None:
        return next((each for each in self.proposals if each.act == act), None)

    @property
    def speaking(self) -> tuple[str, ...]:
        return tuple(each for each in self.parties if each not in self.aside)

    @property
    def found(self) -> Proposal | None:
        """The proposal every State that takes part agrees to; where all others stand aside, that of the one left."""
        said = {self.voices.get(each) for each in self.speaking}
        one = next(iter(said)) if len(said) == 1 else None
        named = None if one is None else self.proposal(one)
        return None if named is None or named.lead in self.aside else named

    def silent(self, proposal: Proposal) -> tuple[str, ...]:
        """States that have not said what they think of a proposal."""
        spoken = {proposal.by, *proposal.against}
        return tuple(
            each for each in self.speaking if each not in spoken and self.voices.get(each) != proposal.act
        )


class _JurisdictionConsultation(Part[Talk]):
    name = "jurisdiction_consultation"
    bodies = BODIES
    texts = {
        "request": _CONTENT,
        "supplement": _CONTENT,
        "propose": ("proposal",),
        "agree": ("note",),
        "disagree": ("reasons",),
        "stand_aside": ("note",),
        "report_part": ("note",),
        "reopen": ("reasons",),
        "end_consultation": ("reasons",),
    }
    answers = {"answer": "agree", "part": "report_part"}
    grave = frozenset({"end_consultation", "reopen", "disagree"})
    aside = frozenset({"stand_aside", "followed_by"})

    def start(self) -> Talk:
        return Talk()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        talk, body = self.of(facts), move.body
        match move.name:
            case "propose":
                here = {each.state for each in move.members if each.role != "observer"}
                if not {body.lead, *(each.state for each in body.parts)} <= here:
                    return "not-a-member"
                if body.lead in talk.aside - {move.state}:
                    return "stood-aside"
            case "agree" | "disagree":
                named = talk.proposal(body.proposal)
                if named is None or (move.name == "disagree" and named.by == move.state):
                    return "no-such-proposal"
                # A State that stood aside may still agree to try the case itself.
                if move.name == "agree" and named.lead in talk.aside - {move.state}:
                    return "stood-aside"
                if move.name == "disagree" and move.act.text("reasons") is None:
                    return "reasons-missing"
            case "reopen" if move.act.text("reasons") is None:
                return "reasons-missing"
            case "tell_outcome" if talk.agreed is None or move.state not in _trying(talk.agreed):
                return "not-its-case"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Talk:
        talk = self._said(facts, move)
        return replace(talk, agreed=talk.found) if status == "consulting" else talk

    def _said(self, facts: Facts, move: Move) -> Talk:
        talk, body = self.of(facts), move.body
        here = tuple(each.state for each in move.members if each.role != "observer")
        talk = replace(talk, parties=here)
        match move.name:
            case "propose":
                parts = tuple((each.state, each.does) for each in body.parts)
                made = Proposal(move.id, move.state, body.lead, parts, body.answer_by)
                return replace(
                    talk,
                    proposals=(*talk.proposals, made),
                    voices={**talk.voices, move.state: move.id},
                    aside=talk.aside - {move.state},
                )
            case "agree":
                return replace(
                    talk,
                    proposals=_against(talk, body.proposal, move.state, disagrees=False),
                    voices={**talk.voices, move.state: body.proposal},
                    aside=talk.aside - {move.state},
                )
            case "disagree":
                voices = {
                    state: act
                    for state, act in talk.voices.items()
                    if (state, act) != (move.state, body.proposal)
                }
                return replace(
                    talk,
                    proposals=_against(talk, body.proposal, move.state, disagrees=True),
                    voices=voices,
                    aside=talk.aside - {move.state},
                )
            case "stand_aside":
                voices = {state: act for state, act in talk.voices.items() if state != move.state}
                return replace(talk, voices=voices, aside=talk.aside | {move.state})
            case "tell_outcome" if body.final:
                return replace(talk, told=talk.told | {move.state})
            case "report_part":
                return replace(talk, done=(*talk.done, (move.state, body.does)))
            case "reopen":
                return replace(talk, agreed=None, proposals=(), voices={}, told=frozenset())
        return talk

    def entered(self, status: str, facts: Facts) -> str:
        """Agreed only when all are; concluded only when every State that was to prosecute has told how it ended."""
        talk = self.of(facts)
        if status == "agreed" and talk.agreed is None:
            return "consulting"
        if status == "concluded" and talk.agreed is not None and not set(_trying(talk.agreed)) <= talk.told:
            return "agreed"
        return status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name == "end_consultation" and move.body.because == "no_agreement":
            yield Flag("no-agreement", move.id, under.form.cite() if under.form.known else None)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        talk = self.of(facts)
        others = [each for each in talk.proposals if each.by != state]
        pointless = {
            "agree": not any(
                talk.voices.get(state) != each.act and each.lead not in talk.aside - {state}
                for each in talk.proposals
            ),
            "disagree": not any(state not in each.against for each in others),
            "stand_aside": state in talk.aside,
            "tell_outcome": talk.agreed is None or state not in _trying(talk.agreed),
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        """The first State that has not answered the latest proposal; who prosecutes, once that is agreed."""
        talk = self.of(facts)
        if status == "agreed":
            waiting = () if talk.agreed is None else _trying(talk.agreed)
            return next((each for each in waiting if each not in talk.told), None)
        if not talk.proposals:
            listed = PROCEEDINGS.of(facts).listed
            return next((each for each in talk.speaking[1:] if each not in listed), REQUESTING)
        latest = talk.proposals[-1]
        return next(iter(talk.silent(latest)), latest.by)

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return status in {"agreed", "concluded"}

    def owed(self, scene: Scene) -> Iterable[Owed]:
        talk = self.of(scene.facts)
        if scene.status == "consulting":
            here = [each.state for each in scene.setting.members if each.role != "observer"]
            listed = PROCEEDINGS.of(scene.facts).listed
            for state in here:
                if state not in talk.aside and state not in listed and state != scene.setting.requesting:
                    yield scene.owed("proceedings", state, scene.facts.opening, "consult")
            if talk.proposals:
                latest = talk.proposals[-1]
                for state in talk.silent(latest):
                    yield scene.owed("answer", state, latest.act, "consult")
        if scene.status == "agreed" and talk.agreed is not None:
            for state, does in talk.agreed.parts:
                if (state, does) not in talk.done and does != "prosecutes_part":
                    yield scene.owed("part", state, talk.agreed.act)
            for state in _trying(talk.agreed):
                if state not in talk.told:
                    yield scene.owed("outcome", state, talk.agreed.act)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        """Until when who proposed hopes for an answer, for each State that still owes one or gave it."""
        talk = self.of(scene.facts)
        for each in talk.proposals:
            if each.answer_by is None:
                continue
            for state in talk.parties:
                if state != each.by:
                    silent = state in talk.silent(each)
                    yield scene.clock(
                        "proposal-answer",
                        state,
                        each.answer_by,
                        each.act,
                        met=not silent,
                        ended=scene.status in {*OVER, "agreed"} or each != talk.proposals[-1],
                    )


OWN = _JurisdictionConsultation()


def _trying(agreed: Proposal) -> tuple[str, ...]:
    """The States that prosecute, the whole or a part, by what was agreed: the lead first."""
    others = (state for state, does in agreed.parts if does == "prosecutes_part")
    return tuple(dict.fromkeys((agreed.lead, *others)))


def _against(talk: Talk, act: str, state: str, *, disagrees: bool) -> tuple[Proposal, ...]:
    """The proposals, what a State now thinks of one among them."""
    return tuple(
        replace(
            each,
            against=tuple(sorted({*each.against, state} if disagrees else {*each.against} - {state})),
        )
        if each.act == act
        else each
        for each in talk.proposals
    )
