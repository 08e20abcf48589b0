"""Costs: ordinary ones lie where they fall; for substantial ones the requested State states them and the two agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from corridor.dossier.kinds.facts import ActId, Coded, Word
from corridor.dossier.kinds.kind import REQUESTING, Facts, Move, Owed, Part, Scene

# An amount is text, never a float; its currency is an ISO 4217 code.
Amount = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,4})?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class StateCosts(Coded):
    """Expenses of a substantial or extraordinary nature, before they are incurred."""

    amount: Amount
    currency: Currency
    nature: Literal["experts", "translation", "provider", "travel", "video_link", "custody", "other"]
    estimate: bool = True


class AgreeCosts(Coded):
    stated: ActId
    borne_by: Literal["requesting", "requested", "shared"]
    share: Word | None = None  # how it is shared, in words both will find again in their papers


class DeclineCosts(Coded):
    stated: ActId


@dataclass(frozen=True)
class Costs:
    open: str | None = None
    agreed: tuple[str, ...] = ()


class _Costs(Part[Costs]):
    name = "costs"
    answers = {"costs-answer": "agree_costs"}
    aside = frozenset({"state_costs", "agree_costs", "decline_costs"})
    bodies = {"state_costs": StateCosts, "agree_costs": AgreeCosts, "decline_costs": DeclineCosts}
    texts = {"state_costs": ("reasons",), "agree_costs": ("note",), "decline_costs": ("reasons",)}

    def start(self) -> Costs:
        return Costs()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        if move.name in {"agree_costs", "decline_costs"} and move.body.stated != self.of(facts).open:
            return "no-such-costs"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Costs:
        before = self.of(facts)
        match move.name:
            case "state_costs":
                return replace(before, open=move.id)
            case "agree_costs":
                return Costs(None, (*before.agreed, move.body.stated))
            case "decline_costs":
                return replace(before, open=None)
        return before

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        return frozenset({"agree_costs", "decline_costs"}) if self.of(facts).open is None else frozenset()

    def owed(self, scene: Scene) -> Iterable[Owed]:
        stated = self.of(scene.facts).open
        if stated is not None and not scene.over:
            owed = scene.owed("costs-answer", REQUESTING, stated)
            line = scene.form.costs
            yield owed if line is None else replace(owed, ref=line.cite())


COSTS = _Costs()
