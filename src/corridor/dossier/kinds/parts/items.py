"""The data asked for, item by item: what was found of each, and what became of what had been preserved for the request.

An item is named by its number: the first one of the request is 1, those of a supplement go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import Field

from corridor.dossier.kinds.facts import ActId, Coded, DataAndLink, Day, Digest, Word
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Facts,
    Flag,
    Link,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    weave,
)
from corridor.dossier.kinds.parts.handing_over import HANDING_OVER


class Identification(DataAndLink):
    """The data sought, and the preservation that kept them."""

    preservation: ActId | None = None


class ItemAnswer(Coded):
    """What was found of one item. `withheld` has its reasons; `restrictions` say what of it needs care."""

    number: Annotated[int, Field(ge=1, le=999)] = 1
    outcome: Literal["found", "not_found", "not_held", "deleted", "withheld"]
    packages: tuple[Digest, ...] = ()
    ground: Word | None = None  # why it is withheld, by its id in the law data
    restrictions: tuple[
        Literal["privileged", "third_parties", "minors", "abuse_material", "classified", "use_limited"], ...
    ] = ()


class AnswerItems(Coded):
    """Items in any number and order; a later answer to an item takes the place of an earlier one."""

    data_items: Annotated[tuple[ItemAnswer, ...], Field(min_length=1)]


class ReleasePreserved(Coded):
    """What was preserved for the request is released, or kept on and why. Its own dossier says so too."""

    preservation: ActId
    outcome: Literal["released", "kept_on"]
    date: Day


@dataclass(frozen=True)
class Item:
    category: str
    act: str  # that asked for it
    result: str | None = None


@dataclass(frozen=True)
class Items:
    items: tuple[Item, ...] = ()
    preserved: tuple[Link, ...] = ()
    told: frozenset[str] = frozenset()  # preservations of which it was said what became of them

    @property
    def open(self) -> tuple[Item, ...]:
        return tuple(each for each in self.items if each.result is None)

    @property
    def nothing(self) -> bool:
        """Every item answered, and none of them found."""
        return bool(self.items) and all(each.result not in (None, "found") for each in self.items)


_DECIDED: Final = ("confirmed", "nothing_found", "refused", "withdrawn")


class ItemsPart(Part[Items]):
    """`field`: where the request of the kind names its data."""

    name = "items"
    bodies = {"answer_items": AnswerItems, "release_preserved": ReleasePreserved}
    texts = {"answer_items": ("note", "reasons"), "release_preserved": ("note",)}
    answers = {"answer-items": "answer_items", "release-preserved": "release_preserved"}

    def __init__(self, field: str) -> None:
        self._field = field

    def start(self) -> Items:
        return Items()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        held, body = self.of(facts), move.body
        match move.name:
            case "answer_items" if any(each.number > len(held.items) for each in body.data_items):
                return "no-such-item"
            case "answer_items" if (
                any(each.outcome == "withheld" for each in body.data_items)
                and move.act.text("reasons") is None
            ):
                return "reasons-missing"
            case "release_preserved" if body.preservation not in {each.dossier for each in held.preserved}:
                return "no-such-preservation"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Items:
        held, body = self.of(facts), move.body
        match move.name:
            case "request" | "supplement" if (named := getattr(body, self._field, None)) is not None:
                asked = (Item(each.category, move.id) for each in named.data)
                links = () if named.preservation is None else (named.preservation,)
                known = {each.dossier for each in held.preserved}
                return replace(
                    held,
                    items=(*held.items, *asked),
                    preserved=(
                        *held.preserved,
                        *(Link("preserved_by", id_, move.id) for id_ in links if id_ not in known),
                    ),
                )
            case "answer_items":
                found = list(held.items)
                for each in body.data_items:
                    found[each.number - 1] = replace(found[each.number - 1], result=each.outcome)
                return replace(held, items=tuple(found))
            case "deliver" if len(held.items) == 1:  # what was handed over is the one thing asked for
                return replace(held, items=(replace(held.items[0], result="found"),))
            case "release_preserved":
                return replace(held, told=held.told | {body.preservation})
        return held

    def entered(self, status: str, facts: Facts) -> str:
        """Nothing found ends the search only when that is the answer to every item."""
        return "executed" if status == "nothing_found" and not self.of(facts).nothing else status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name != "answer_items":
            return
        form = under.form
        for each in move.body.data_items:
            if each.outcome == "deleted" and self.of(facts).preserved:
                yield Flag("deleted-though-preserved", move.id)
            if form.known and each.ground is not None and form.ground(each.ground) is None:
                yield Flag("ground-not-listed", move.id, form.cite())

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        held = self.of(facts)
        pointless = {
            "answer_items": not held.items,
            "release_preserved": not {each.dossier for each in held.preserved} - held.told,
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def fulfilled(self, status: str, facts: Facts) -> bool:
        ended = status in {"nothing_found", "closed"}
        return ended and self.of(facts).nothing and not HANDING_OVER.of(facts).packages

    def owed(self, scene: Scene) -> Iterable[Owed]:
        held = self.of(scene.facts)
        if held.open and HANDING_OVER.of(scene.facts).executed and not scene.over:
            yield scene.owed("answer-items", REQUESTED, held.open[0].act)
        if scene.status in _DECIDED:
            for each in held.preserved:
                if each.dossier not in held.told:
                    yield scene.owed("release-preserved", REQUESTED, each.act)

    def links(self, facts: Facts) -> tuple[Link, ...]:
        return self.of(facts).preserved


def with_items(table: Table) -> Table:
    """The table of a life of assistance with the acts of this part."""
    asking, asked = dict(table[REQUESTING]), dict(table[REQUESTED])
    # As if nothing more could be found: `entered` says whether that is so.
    asked["executed"] = {**asked["executed"], "answer_items": "nothing_found"}
    asked["nothing_found"] = {"answer_items": SAME, "execute": "executed", "close": "closed"}
    # Told that nothing was found, and no longer needed: that ends it too.
    asking["nothing_found"] = {"supplement": SAME, "withdraw": "closed", "close": "closed"}
    return weave(
        {REQUESTING: asking, REQUESTED: asked},
        (REQUESTED, "answer_items", ("delivered", "confirmed")),
        (REQUESTED, "release_preserved", ("delivered", *_DECIDED, "closed")),
    )
