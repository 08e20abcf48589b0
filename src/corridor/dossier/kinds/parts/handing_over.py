"""Executing a request and handing over what it yielded: the domestic measure, the packages, their confirmation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from corridor.dossier.kinds.facts import ActId, Coded, Digest, Measure, Word
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Under,
)
from corridor.dossier.kinds.parts.asking import Departure


class Execute(Coded):
    """The domestic measure the request was executed by. Executed in part: what was not, and why, is said.

    The reasons for what was not executed are the text of field `reasons`.
    """

    measure: Measure
    extent: Literal["full", "part"] = "full"
    not_executed: tuple[Word, ...] = ()  # content items or measures
    ground: Word | None = None  # of what was not executed, by its id in the law data
    departures: tuple[Departure, ...] = ()


class Deliver(Coded):
    """The packages handed over and the execution they rest on.

    The digest of each custody statement made with them stands in `custody` or as an attachment of role `custody:sent`.
    """

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    custody: tuple[Digest, ...] = ()
    executed: ActId | None = None  # None: the latest execution


class Confirm(Coded):
    """The packages as received and checked. Nothing said of the result: unchanged."""

    packages: Annotated[tuple[Digest, ...], Field(min_length=1)]
    result: Literal["unchanged", "changed", "cannot_tell"] = "unchanged"
    custody: tuple[Digest, ...] = ()


@dataclass(frozen=True)
class Package:
    id: str
    act: str
    executed: str
    result: str | None = None


@dataclass(frozen=True)
class HandedOver:
    executed: tuple[str, ...] = ()
    partly: bool = False
    packages: tuple[Package, ...] = ()


class _HandingOver(Part[HandedOver]):
    name = "handing_over"
    answers = {
        "execution": "execute",
        "delivery": "deliver",
        "delivery-again": "deliver",
        "confirmation": "confirm",
    }
    bodies = {"execute": Execute, "deliver": Deliver, "confirm": Confirm}
    texts = {"execute": ("note", "reasons"), "deliver": ("note",), "confirm": ("note",)}

    def start(self) -> HandedOver:
        return HandedOver()

    def event(self, move: Move) -> str | None:
        return "confirm/trouble" if move.name == "confirm" and move.body.result != "unchanged" else None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        body, before = move.body, self.of(facts)
        match move.name:
            case "execute" if body.extent == "part" and move.act.text("reasons") is None:
                return "reasons-missing"
            case "deliver" if not before.executed or (
                body.executed is not None and body.executed not in before.executed
            ):
                return "not-executed"
            case "deliver" if len(statements(move)) < len(set(body.packages)):
                return "no-custody-statement"
            case "confirm" if not set(body.packages) <= {package.id for package in before.packages}:
                return "no-such-package"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> HandedOver:
        before, body = self.of(facts), move.body
        match move.name:
            case "execute":
                return replace(before, executed=(*before.executed, move.id), partly=body.extent == "part")
            case "deliver":
                executed = body.executed or before.executed[-1]
                given = tuple(Package(id_, move.id, executed) for id_ in dict.fromkeys(body.packages))
                kept = tuple(package for package in before.packages if package.id not in body.packages)
                return replace(before, packages=(*kept, *given))
            case "confirm":
                return replace(
                    before,
                    packages=tuple(
                        replace(p, result=body.result) if p.id in body.packages else p
                        for p in before.packages
                    ),
                )
        return before

    def entered(self, status: str, facts: Facts) -> str:
        """Confirmed only when every package is; one package confirmed of two leaves it delivered."""
        unconfirmed = any(package.result != "unchanged" for package in self.of(facts).packages)
        return "delivered" if status == "confirmed" and unconfirmed else status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name != "execute" or not under.form.known:
            return
        named = {each.code for each in move.body.departures}
        if under.form.measure(move.body.measure.kind) is None and "measure" not in named:
            yield Flag("measure-not-listed", move.id, under.form.cite())
        if move.body.extent == "part":
            yield Flag("executed-in-part", move.id, under.form.cite())
            ground = move.body.ground
            if (ground is None or under.form.ground(ground) is None) and "ground" not in named:
                yield Flag("ground-not-listed", move.id, under.form.cite())

    def turn(self, status: str, facts: Facts) -> str | None:
        """Of what was delivered: who asked checks it; what did not check is handed over again."""
        if status != "delivered":
            return None
        waiting = any(package.result is None for package in self.of(facts).packages)
        return REQUESTING if waiting else REQUESTED

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return status in {"delivered", "confirmed", "closed"} and bool(self.of(facts).packages)

    def owed(self, scene: Scene) -> Iterable[Owed]:
        before = self.of(scene.facts)
        if scene.status == "executed" and before.executed:
            yield scene.owed("delivery", REQUESTED, before.executed[-1])
        if not scene.over:
            for package in before.packages:
                if package.result is None:
                    yield scene.owed("confirmation", REQUESTING, package.act)
                elif package.result != "unchanged":
                    yield scene.owed("delivery-again", REQUESTED, package.act)


HANDING_OVER = _HandingOver()


def statements(move: Move) -> set[str]:
    """Digests of the custody statements a hand-over names: one truth about it, here and in the package."""
    attached = {one.digest for one in move.act.attachments if one.role.startswith("custody")}
    return attached | set(move.body.custody)
