"""Review after the fact: what was done at once in an emergency is looked at by an authority of the requested State.

Whether it stands is that State's answer (`review`). Until then it is owed. What is not upheld is not to be used, and
the State that holds it says when it is destroyed (`destroyed`). A kind with this part also has DESTROYING, and
`ExecuteAtOnce` as the body of its own `execute`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from corridor.dossier.kinds.facts import ActId, Coded, Day, Digest, Word
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    Clock,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Under,
)
from corridor.dossier.kinds.parts.destroying import DESTROYING
from corridor.dossier.kinds.parts.handing_over import HANDING_OVER, Execute, Package


class ExecuteAtOnce(Execute):
    """Executed before all was looked at. `safeguards_after`: the steps left for after, by their ids in the law."""

    route: Literal["order", "provider_voluntary", "held_already"] = "order"
    safeguards_after: tuple[Word, ...] = ()
    review_by: Day | None = None  # the day the law of the requested State sets; nobody else computes it


class Review(Coded):
    """What the authority found. Reasons, and always where it does not stand: text of field `reasons`."""

    outcome: Literal["upheld", "not_upheld"]
    authority: Word
    date: Day
    executed: ActId | None = None  # None: the latest execution
    packages: tuple[Digest, ...] = ()  # that do not stand; none named: all that rest on the execution


@dataclass(frozen=True)
class Execution:
    act: str
    review_by: date | None = None
    after: tuple[str, ...] = ()
    review: str | None = None
    upheld: bool | None = None
    fallen: tuple[str, ...] = ()  # packages named as not standing


class _Reviewing(Part[tuple[Execution, ...]]):
    name = "reviewing"
    answers = {"decision": "execute", "review": "review"}  # what is done at once is what decides
    bodies = {"review": Review}
    texts = {"review": ("reasons",)}

    def start(self) -> tuple[Execution, ...]:
        return ()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        found = self.of(facts)
        match move.name:
            case "review" if not found or move.body.executed not in (None, *(each.act for each in found)):
                return "nothing-to-review"
            case "review" if move.body.outcome == "not_upheld" and move.act.text("reasons") is None:
                return "reasons-missing"
            case "close" if self.waiting(facts):
                return "review-outstanding"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> tuple[Execution, ...]:
        found, body = self.of(facts), move.body
        match move.name:
            case "execute":
                return (*found, Execution(move.id, body.review_by, body.safeguards_after))
            case "review":
                named = body.executed or found[-1].act
                upheld = body.outcome == "upheld"
                return tuple(
                    replace(each, review=move.id, upheld=upheld, fallen=body.packages)
                    if each.act == named
                    else each
                    for each in found
                )
        return found

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name == "execute" and move.body.safeguards_after:
            yield Flag("safeguards-after", move.id)
        if move.name == "review" and move.body.outcome == "not_upheld":
            yield Flag("not-upheld", move.id)

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        return frozenset() if self.of(facts) else frozenset({"review"})

    def owed(self, scene: Scene) -> Iterable[Owed]:
        """Owed also when the request is over: what was done stays done until somebody has looked at it."""
        found = self.of(scene.facts)
        for each in found:
            if each.review is None:
                yield scene.owed("review", REQUESTED, each.act)
                if each.after:
                    yield scene.owed("safeguards-after", REQUESTED, each.act)
        for each in found:
            if self._kept(scene.facts, each, scene.state_of(REQUESTING)):
                yield scene.owed("stop-use", REQUESTING, each.review)
                yield scene.owed("destroy", REQUESTING, each.review)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        for each in self.of(scene.facts):
            if each.review_by is not None:
                by, met = scene.state_of(REQUESTED), each.review is not None
                yield scene.clock("review", by, each.review_by, each.act, met=met)

    def waiting(self, facts: Facts) -> bool:
        """Whether something handed over was not looked at yet."""
        unseen = {each.act for each in self.of(facts) if each.review is None}
        return any(package.executed in unseen for package in HANDING_OVER.of(facts).packages)

    def barred(self, facts: Facts) -> frozenset[str]:
        """Packages that must not be used: the review did not uphold what they rest on."""
        return frozenset(
            package.id for each in self.of(facts) if each.upheld is False for package in _fallen(facts, each)
        )

    def _kept(self, facts: Facts, execution: Execution, state: str) -> frozenset[str]:
        """Of what did not stand, what a State still holds."""
        if execution.upheld is not False:
            return frozenset()
        return DESTROYING.left(facts, state) & {each.id for each in _fallen(facts, execution)}


REVIEWING = _Reviewing()


def _fallen(facts: Facts, execution: Execution) -> tuple[Package, ...]:
    """The packages a review that did not uphold speaks of."""
    resting = (each for each in HANDING_OVER.of(facts).packages if each.executed == execution.act)
    return tuple(each for each in resting if not execution.fallen or each.id in execution.fallen)
