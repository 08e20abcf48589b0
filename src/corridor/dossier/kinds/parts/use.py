"""What may be done with what was given: use beyond the matter, handing it on, and what one State must tell the other.

Speciality and the conditions in force bind whoever holds the evidence: any other use, and any transfer to others,
waits for an `allow_use` of the State that gave it. Exculpatory information may be disclosed in one's own proceedings;
then it is told (`notify`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from corridor.dossier.kinds.facts import ActId, Coded, Day, StateCode, Word
from corridor.dossier.kinds.kind import Facts, Move, Owed, Part, Scene, duty_ref

Purpose = Literal["other_matter", "onward", "as_evidence"]


class AskUse(Coded):
    """May what was given be used otherwise, or handed on? Why: text of field `reasons`."""

    use: Purpose
    to: StateCode | None = None  # the State it would be handed on to
    recipient: Word | None = None  # the court, authority or organisation, as a function, never a person
    matter: Word | None = None  # file reference of the other matter
    given_by: StateCode | None = None  # the State whose consent it needs, where more than two take part


class AllowUse(Coded):
    asked: ActId


class DenyUse(Coded):
    asked: ActId


class Notify(Coded):
    """Something one State must tell the other about what was asked or given. The words: text of field `notice`."""

    about: Literal[
        "exculpatory_disclosure",
        "confidentiality_not_possible",
        "no_longer_needed",
        "use_made",
        "personal_data_error",
        "outcome_of_proceedings",
    ]
    date: Day | None = None
    acts: tuple[ActId, ...] = ()  # acts it is about


@dataclass(frozen=True)
class Permission:
    """One use asked for: `allowed` None while it waits."""

    act: str
    by: str  # the State that asked
    use: str
    to: str | None
    allowed: bool | None = None
    of: str | None = None  # the one State that may allow it; None: the other

    def answers(self, state: str) -> bool:
        """Whether that State's consent is what it waits for."""
        return self.allowed is None and state != self.by and self.of in (None, state)


@dataclass(frozen=True)
class Uses:
    permissions: tuple[Permission, ...] = ()
    notices: tuple[tuple[str, str, str], ...] = ()  # act, State, what about

    def allows(self, by: str, use: str, to: str | None = None, of: str | None = None) -> bool:
        """Whether a State was allowed a use of what another gave. `to`: handed on to whom; `of`: given by whom."""
        return any(
            each.allowed
            and (each.by, each.use) == (by, use)
            and (to is None or each.to in (None, to))
            and (of is None or each.of in (None, of))
            for each in self.permissions
        )


class _Use(Part[Uses]):
    name = "use"
    answers = {"answer-on-use": "allow_use"}
    aside = frozenset({"ask_use", "allow_use", "deny_use", "notify"})
    bodies = {"ask_use": AskUse, "allow_use": AllowUse, "deny_use": DenyUse, "notify": Notify}
    texts = {
        "ask_use": ("reasons",),
        "allow_use": ("note",),
        "deny_use": ("reasons",),
        "notify": ("notice",),
    }

    def start(self) -> Uses:
        return Uses()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        if move.name in {"allow_use", "deny_use"}:
            open_ = {each.act for each in self.of(facts).permissions if each.by != move.state}
            other = {each.act for each in self.of(facts).permissions if each.of not in (None, move.state)}
            if move.body.asked not in open_ - other:
                return "no-such-use-asked"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Uses:
        before, body = self.of(facts), move.body
        match move.name:
            case "ask_use":
                asked = Permission(move.id, move.state, body.use, body.to, of=body.given_by)
                return replace(before, permissions=(*before.permissions, asked))
            case "allow_use" | "deny_use":
                return replace(
                    before,
                    permissions=tuple(
                        replace(each, allowed=move.name == "allow_use") if each.act == body.asked else each
                        for each in before.permissions
                    ),
                )
            case "notify":
                return replace(before, notices=(*before.notices, (move.id, move.state, body.about)))
        return before

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        asked = any(each.answers(state) for each in self.of(facts).permissions)
        return frozenset() if asked else frozenset({"allow_use", "deny_use"})

    def owed(self, scene: Scene) -> Iterable[Owed]:
        here = {member.state for member in scene.setting.members if member.role != "observer"}
        for each in self.of(scene.facts).permissions:
            for member in scene.setting.members:
                if each.by in here and member.state in here and each.answers(member.state):
                    code = f"{scene.kind}.owed.answer-on-use"
                    yield Owed(code, member.state, each.act, duty_ref(scene.form, "keep_conditions"))


USE = _Use()
