"""Preservation: who may do what in which status, and what each act changes. Doubt keeps the data.

There is no postponement here: the instruments foresee none for preservation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any, Final

from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Due,
    Facts,
    Flag,
    Link,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    end_of,
    period_ref,
    weave,
)
from corridor.dossier.kinds.preservation.bodies import BODIES

_ANSWERING: Final = {
    "ask": SAME,
    "locate": SAME,
    "warn": SAME,
    "preserved": "preserving",
    "refuse": "refused",
}
_KEEPING: Final = {"ask": SAME, "locate": SAME, "warn": SAME, "preserved": SAME, "disclose_traffic": SAME}
_ASKING: Final = {"supplement": SAME, "proceed": SAME, "withdraw": "withdrawn"}

_TABLE: Final[Table] = {
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

ENDED: Final = ("refused", "released", "expired", "withdrawn")
UNDER_WAY: Final = ("asked", "acknowledged", "preserving", "extension_asked", "followed")
TABLE: Final = weave(
    _TABLE,
    (REQUESTING, "ask_status", UNDER_WAY),
    (REQUESTED, "report_status", UNDER_WAY),
    (REQUESTING, "confirm_in_writing", UNDER_WAY),
    (REQUESTING, "ask_use", (*UNDER_WAY, *ENDED)),
    (REQUESTED, "allow_use", (*UNDER_WAY, *ENDED)),
    (REQUESTED, "deny_use", (*UNDER_WAY, *ENDED)),
    *((role, "notify", (*UNDER_WAY, *ENDED)) for role in (REQUESTING, REQUESTED)),
)
TURNS: Final = {
    **dict.fromkeys(("asked", "acknowledged", "extension_asked", "followed"), REQUESTED),
    "preserving": REQUESTING,
}
DUE: Final = dict.fromkeys(("asked", "acknowledged"), (Due("answer", REQUESTED, "take_measures"),))


@dataclass(frozen=True)
class Kept:
    warning: str | None = None
    locate_wanted: bool = False
    located: bool = False
    preserved_until: date | None = None
    term_act: str | None = None  # the act the term stands in
    extension: str | None = None
    followed: tuple[Link, ...] = ()
    released: bool = False
    disclosed: bool = False  # traffic data


class _Preservation(Part[Kept]):
    name = "preservation"
    answers = {
        "answer": "preserved",
        "location": "locate",
        "decision-after-warning": "proceed",
        "extension-answer": "grant_extension",
        "follow-up": "followed_by",
        "release": "release",
    }
    grave = frozenset({"refuse", "release", "expire"})
    bodies = BODIES
    texts = {
        "request": ("offence_and_facts", "data_and_link", "necessity"),
        "supplement": ("offence_and_facts", "data_and_link", "necessity"),
        "warn": ("reasons",),
        "refuse": ("reasons",),
    }

    def start(self) -> Kept:
        return Kept()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        """What an act says must agree with what stands."""
        kept, body = self.of(facts), move.body
        until = kept.preserved_until
        match move.name:
            case "expire" if until is None or body.date <= until:
                return "term-not-over"
            case "grant_extension" | "preserved" if until is not None and body.preserved_until < until:
                return "extension-shortens"
            case "proceed" if body.answers != kept.warning:
                return "no-such-warning"
            case "refuse" if move.act.text("reasons") is None:
                return "reasons-missing"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Kept:
        kept, body = self.of(facts), move.body
        match move.name:
            case "request":
                return replace(kept, locate_wanted=bool(body and body.locate))
            case "supplement":
                return replace(kept, locate_wanted=kept.locate_wanted or body.locate)
            case "locate":
                return replace(kept, located=True)
            case "warn":
                return replace(kept, warning=move.id)
            case "proceed":
                return replace(kept, warning=None)
            case "preserved":
                return replace(kept, preserved_until=body.preserved_until, term_act=move.id)
            case "grant_extension":
                return replace(kept, preserved_until=body.preserved_until, term_act=move.id, extension=None)
            case "ask_extension":
                return replace(kept, extension=move.id)
            case "refuse":
                return replace(kept, extension=None)
            case "followed_by":
                link = Link("followed_by", body.dossier, move.id)
                return replace(kept, extension=None, followed=(*kept.followed, link))
            case "release":
                return replace(kept, released=True)
            case "disclose_traffic":
                return replace(kept, disclosed=True)
        return kept

    def entered(self, status: str, facts: Facts) -> str:
        """`preserved` after a `followed_by` that came first leads on at once: the data stay until that is decided."""
        return "followed" if status == "preserving" and self.of(facts).followed else status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        form, until = under.form, self.of(facts).preserved_until
        if not form.known:
            return
        match move.name:
            case "refuse" if form.ground(move.body.ground) is None and "ground" not in {
                each.code for each in move.body.departures
            }:
                yield Flag("ground-not-listed", move.id, form.cite())
            case "preserved":
                yield from _too_short(move, form)
            case "release" if (
                until is not None
                and status in {"preserving", "extension_asked"}
                and (move.body.date or move.act.header.time.date()) <= until
            ):
                yield Flag("released-before-term", move.id, period_ref(form, "preservation_minimum"))
            case "release" if status == "followed" and move.body.reason != "follow_up_decided":
                yield Flag("released-undecided", move.id, period_ref(form, "until_followup_decision"))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        kept = self.of(facts)
        pointless = {"proceed": kept.warning is None, "ask_use": not kept.disclosed}
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        return REQUESTING if self.of(facts).warning else None

    def fulfilled(self, status: str, facts: Facts) -> bool:
        return self.of(facts).preserved_until is not None

    def links(self, facts: Facts) -> tuple[Link, ...]:
        return self.of(facts).followed

    def owed(self, scene: Scene) -> Iterable[Owed]:
        kept, status = self.of(scene.facts), scene.status
        if not scene.over:
            if kept.locate_wanted and not kept.located:
                yield scene.owed("location", REQUESTED)
            if kept.warning:
                yield scene.owed("decision-after-warning", REQUESTING, kept.warning, "decide_after_warning")
        match status:
            case "extension_asked":
                yield scene.owed("extension-answer", REQUESTED, kept.extension)
            case "preserving":
                yield scene.owed("follow-up", REQUESTING, kept.term_act)
            case "followed":
                yield scene.owed("keep", REQUESTED, kept.followed[-1].act, "keep_pending_followup")
            case "withdrawn" if kept.preserved_until and not kept.released:
                yield scene.owed("release", REQUESTED)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        kept, status = self.of(scene.facts), scene.status
        requested = scene.state_of(REQUESTED)
        if kept.preserved_until is not None:
            yield _term(kept, kept.preserved_until, scene)
            if status == "extension_asked":
                yield scene.clock("extension-answer", requested, kept.preserved_until, kept.extension)
        for link in kept.followed[:1]:
            if status in {"followed", "released", "withdrawn"}:
                state = "met" if status == "released" else "lapsed" if scene.over else "running"
                basis = period_ref(scene.form, "until_followup_decision")
                yield Clock("preservation.clock.until-decided", requested, None, basis, state, link.act)

    def flags(self, scene: Scene) -> Iterable[Flag]:
        """More time asked for after the term, by the requested State's own receipt. The data stay meanwhile."""
        kept = self.of(scene.facts)
        if kept.extension is None or kept.preserved_until is None:
            return
        received = scene.setting.received(kept.extension, scene.state_of(REQUESTED))
        if received is not None and received > end_of(kept.preserved_until):
            yield Flag("asked-late", kept.extension, period_ref(scene.form, "extension_before_expiry"))


OWN = _Preservation()


def _too_short(move: Move, form: Any) -> Iterable[Flag]:
    """The term the law asks for at least runs from the day preservation began."""
    start = move.body.preserved_from or move.act.header.time.astimezone(UTC).date()
    for line in form.periods:
        if (
            line.kind == "minimum"
            and line.runs_from == "preserved"
            and line.days is not None
            and (move.body.preserved_until - start).days < line.days
        ):
            yield Flag("shorter-than-minimum", move.id, line.cite())


def _term(kept: Kept, until: date, scene: Scene) -> Clock:
    """The day the requested State set. The requesting State acts before it; while that is pending nothing lapses."""
    due = end_of(until)
    if kept.followed:
        state = "met"
    elif scene.status in {"expired", "released", "withdrawn"}:
        state = "lapsed"
    elif scene.setting.as_of > due:
        state = "late" if scene.status == "extension_asked" else "lapsed"
    else:
        state = "running"
    basis = period_ref(scene.form, "preservation_minimum")
    by = scene.state_of(REQUESTING)
    return Clock("preservation.clock.preserved-until", by, due, basis, state, kept.term_act)
