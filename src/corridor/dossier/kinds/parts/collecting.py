"""Collecting as it happens: begun after the authorisation, extended, ended; packages are handed over meanwhile.

The term is set by the State that collects, in `begin` and `grant_extension`; nobody computes it for that State.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any, Literal

from corridor.dossier.kinds.facts import ActId, Coded, Day, Second
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
    period_ref,
)
from corridor.dossier.kinds.parts.handing_over import HANDING_OVER, Execute


class ExecuteLive(Execute):
    """The measure that allows the collection, and until when it does."""

    authorised_until: Day | None = None


class Begin(Coded):
    """Collection began at this second and goes on at most until the end of this day, UTC."""

    start: Second
    until: Day
    mode: Literal["live", "recording"] = "recording"
    executed: ActId | None = None  # the measure it rests on; None: the latest


class AskExtension(Coded):
    """Longer, and until when. Why it is still needed is the text of field `necessity`."""

    until: Day


class GrantExtension(Coded):
    until: Day


class DeclineExtension(Coded):
    asked: ActId


class AskEnd(Coded):
    """Enough: the collection is no longer needed."""

    reason: Literal["purpose_reached", "no_longer_needed", "error", "other"]


class EndCollection(Coded):
    """It ended on this day. `last_follows`: one more package comes."""

    date: Day
    reason: Literal["term_over", "purpose_reached", "asked", "order_lifted", "technical", "other"]
    last_follows: bool = False


@dataclass(frozen=True)
class Collected:
    wanted: date | None = None  # the last day asked for
    authorised: date | None = None  # the last day the measure allows
    begun: str | None = None
    until: date | None = None
    mode: str = "recording"
    term_act: str | None = None
    extension: str | None = None  # asked for and not answered
    end_asked: str | None = None
    ended: str | None = None
    ended_on: date | None = None
    last_follows: bool = False

    @property
    def running(self) -> bool:
        return self.begun is not None and self.ended is None


class _Collecting(Part[Collected]):
    name = "collecting"
    bodies = {
        "begin": Begin,
        "ask_extension": AskExtension,
        "grant_extension": GrantExtension,
        "decline_extension": DeclineExtension,
        "ask_end": AskEnd,
        "end_collection": EndCollection,
    }
    texts = {
        "begin": ("note",),
        "ask_extension": ("necessity",),
        "grant_extension": ("note",),
        "decline_extension": ("reasons",),
        "ask_end": ("note",),
        "end_collection": ("note",),
    }
    answers = {
        "delivery": "begin",
        "end-collection": "end_collection",
        "extension-answer": "grant_extension",
        "last-package": "deliver",
    }
    grave = frozenset({"ask_end", "end_collection", "decline_extension"})

    def start(self) -> Collected:
        return Collected()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        """What an act says must agree with what stands."""
        held, body = self.of(facts), move.body
        match move.name:
            case "begin" if body.executed not in (None, *HANDING_OVER.of(facts).executed):
                return "not-executed"
            case "begin" if body.until < body.start.astimezone(UTC).date():
                return "ends-before-it-begins"
            case "grant_extension" if held.until is not None and body.until <= held.until:
                return "extension-shortens"
            case "decline_extension" if body.asked != held.extension:
                return "no-such-extension"
            case "decline_extension" if move.act.text("reasons") is None:
                return "reasons-missing"
            case "end_collection" if not held.running:
                return "nothing-collected-now"
            case "withdraw" if held.running and HANDING_OVER.of(facts).packages:
                return "ask-to-end-instead"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Collected:
        held, body = self.of(facts), move.body
        match move.name:
            case "request" | "supplement":
                wanted = getattr(body, "period_and_reason", None)
                end = None if wanted is None or wanted.end is None else wanted.end.astimezone(UTC).date()
                return replace(held, wanted=end or held.wanted)
            case "execute":
                return replace(held, authorised=body.authorised_until)
            case "begin":
                return replace(
                    held,
                    begun=move.id,
                    until=body.until,
                    mode=body.mode,
                    term_act=move.id,
                    end_asked=None,
                    ended=None,
                    ended_on=None,
                    last_follows=False,
                )
            case "ask_extension":
                return replace(held, extension=move.id, wanted=body.until)
            case "grant_extension":
                return replace(held, until=body.until, term_act=move.id, extension=None)
            case "decline_extension":
                return replace(held, extension=None)
            case "ask_end":
                return replace(held, end_asked=move.id, extension=None)
            case "end_collection":
                return replace(
                    held,
                    ended=move.id,
                    ended_on=body.date,
                    extension=None,
                    end_asked=None,
                    last_follows=body.last_follows,
                )
            case "deliver" if held.ended is not None:
                return replace(held, last_follows=False)
        return held

    def entered(self, status: str, facts: Facts) -> str:
        """Ended: on with what was handed over meanwhile, unless there is nothing or the last of it is still to come."""
        packages = HANDING_OVER.of(facts).packages
        if status != "collected" or not packages or self.of(facts).last_follows:
            return status
        return "confirmed" if all(each.result == "unchanged" for each in packages) else "delivered"

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        held, form = self.of(facts), under.form
        match move.name:
            case "begin" | "grant_extension":
                if held.wanted is not None and move.body.until > held.wanted:
                    yield Flag("beyond-period-asked", move.id, _asked_ref(form))
                if held.authorised is not None and move.body.until > held.authorised:
                    yield Flag("beyond-authorisation", move.id)
            case "end_collection" if held.until is not None and move.body.date > held.until:
                yield Flag("collected-beyond-term", move.id, period_ref(form, "collection"))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        held = self.of(facts)
        pointless = {
            "decline_extension": held.extension is None,
            "ask_extension": held.extension is not None or held.end_asked is not None,
            "ask_end": held.end_asked is not None,
            "end_collection": not held.running,
            "withdraw": held.running and bool(HANDING_OVER.of(facts).packages),
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        """Ended with nothing to come: whoever asked closes. Else the last package is waited for."""
        if status != "collected":
            return None
        return REQUESTED if self.of(facts).last_follows else REQUESTING

    def fulfilled(self, status: str, facts: Facts) -> bool:
        held = self.of(facts)
        return held.ended is not None and not held.last_follows and status in {"collected", "closed"}

    def owed(self, scene: Scene) -> Iterable[Owed]:
        """That a collection nobody wants any more is ended is owed also after the withdrawal."""
        held = self.of(scene.facts)
        if held.running and (held.end_asked is not None or scene.status == "withdrawn"):
            yield scene.owed("end-collection", REQUESTED, held.end_asked or held.begun)
        if scene.over:
            return
        if held.extension is not None:
            yield scene.owed("extension-answer", REQUESTED, held.extension)
        if held.last_follows:
            yield scene.owed("last-package", REQUESTED, held.ended)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        held = self.of(scene.facts)
        if held.until is None:
            return
        requested = scene.state_of(REQUESTED)
        yield scene.clock(
            "collection",
            requested,
            held.until,
            held.term_act,
            met=held.ended is not None,
            basis=period_ref(scene.form, "collection"),
        )
        if held.extension is not None:
            yield scene.clock("extension-answer", requested, held.until, held.extension)


COLLECTING = _Collecting()


def _asked_ref(form: Any) -> str | None:
    """The provision that asks for the period, else the form."""
    item = form.content("period_and_reason") if form.known else None
    return None if not form.known else str((item.cite() if item is not None else "") or form.cite())
