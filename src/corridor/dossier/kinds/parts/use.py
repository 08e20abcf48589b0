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

Purpose = Literal["other_matter", "onward"]


class AskUse(Coded):
    """May what was given be used otherwise, or handed on? Why: text of field `reasons`."""

    use: Purpose
    to: StateCode | None = None  # the State it would be handed on to
    recipient: Word | None = None  # the court, authority or organisation, as a function, never a person
    matter: Word | None = None  # file reference of the other matter


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


@dataclass(frozen=True)
class Uses:
    permissions: tuple[Permission, ...] = ()
    notices: tuple[tuple[str, str, str], ...] = ()  # act, State, what about

    def allows(self, by: str, use: str, to: str | None = None) -> bool:
        """Whether a State was allowed a use of what the other gave. `to` where it is handed on to a State."""
        return any(
            each.allowed and (each.by, each.use) == (by, use) and (to is None or each.to in (None, to))
            for each in self.permissions
        )


class _Use(Part[Uses]):
    name = "use"
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
            if move.body.asked not in open_:
                return "no-such-use-asked"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Uses:
        before, body = self.of(facts), move.body
        match move.name:
            case "ask_use":
                asked = Permission(move.id, move.state, body.use, body.to)
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
        asked = any(each.allowed is None and each.by != state for each in self.of(facts).permissions)
        return frozenset() if asked else frozenset({"allow_use", "deny_use"})

    def owed(self, scene: Scene) -> Iterable[Owed]:
        for each in self.of(scene.facts).permissions:
            if each.allowed is None:
                code = f"{scene.kind}.owed.answer-on-use"
                for member in scene.setting.members:
                    if member.state != each.by and member.role != "observer":
                        yield Owed(code, member.state, each.act, duty_ref(scene.form, "keep_conditions"))


USE = _Use()
