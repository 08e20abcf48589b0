"""Mutual legal assistance: reports of what was done, arrangements, and persons in custody who are transferred."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from corridor.dossier.kinds.assistance import CORE
from corridor.dossier.kinds.assistance import TURNS as SHARED_TURNS
from corridor.dossier.kinds.contents import REQUEST_TEXTS
from corridor.dossier.kinds.kind import (
    REQUESTED,
    REQUESTING,
    SAME,
    Clock,
    Facts,
    Flag,
    Move,
    Owed,
    Part,
    Scene,
    Table,
    Under,
    duty_ref,
    period_ref,
    weave,
)
from corridor.dossier.kinds.mutual_assistance.bodies import BODIES

_ARRANGING: Final = ("accepted", "executed", "reported", "delivered")
_AWAY: Final = (*_ARRANGING, "confirmed", "postponed", "withdrawn", "refused", "closed")
_REPORTED: Final = {
    "supplement": SAME,
    "withdraw": "withdrawn",
    "confirm_report": "confirmed",
    "confirm_report/trouble": SAME,
    "confirm": "confirmed",
    "confirm/trouble": SAME,
}


def _table() -> Table:
    asking, asked = dict(CORE[REQUESTING]), dict(CORE[REQUESTED])
    asking["reported"] = _REPORTED
    asking["delivered"] = {
        **asking["delivered"],
        "confirm_report": "confirmed",
        "confirm_report/trouble": SAME,
    }
    asked["executed"] = {**asked["executed"], "report": "reported"}
    asked["reported"] = {"ask": SAME, "execute": SAME, "report": SAME, "deliver": "delivered"}
    asked["delivered"] = {**asked["delivered"], "report": SAME}
    asked["confirmed"] = {**asked["confirmed"], "report": "reported"}
    return weave(
        {REQUESTING: asking, REQUESTED: asked},
        *(
            (role, act, _ARRANGING)
            for role in (REQUESTING, REQUESTED)
            for act in ("arrange", "agree_arrangement", "decline_arrangement")
        ),
        (REQUESTED, "consent_to_transfer", _ARRANGING),
        (REQUESTED, "hand_over_person", _ARRANGING),
        (REQUESTING, "return_person", _AWAY),
        (REQUESTING, "presence_over", _AWAY),
    )


TABLE: Final = _table()
TURNS: Final = {**SHARED_TURNS, "reported": REQUESTING}


@dataclass(frozen=True)
class Arrangement:
    act: str
    by: str  # the State that proposed it
    at: datetime
    agreed: bool | None = None
    kept: str | None = None  # the report that tells of it


@dataclass(frozen=True)
class Reported:
    act: str
    result: str | None = None  # what the requesting State said of it


@dataclass(frozen=True)
class Helped:
    arrangements: tuple[Arrangement, ...] = ()
    reports: tuple[Reported, ...] = ()
    consent: str | None = None
    return_by: date | None = None
    handed_over: str | None = None  # a person is with the requesting State since this act
    returned: bool = False
    presence_over: date | None = None
    presence_act: str | None = None

    @property
    def away(self) -> bool:
        return self.handed_over is not None and not self.returned


class _MutualAssistance(Part[Helped]):
    name = "mutual_assistance"
    answers = {
        "delivery": "report",
        "confirm-report": "confirm_report",
        "report-again": "report",
        "return-person": "return_person",
        "arrangement-answer": "agree_arrangement",
    }
    bodies = BODIES
    texts = {
        "request": (*REQUEST_TEXTS, "statements", "service", "sought", "urgency_reason"),
        "supplement": (*REQUEST_TEXTS, "statements", "service", "sought"),
        "arrange": ("arrangement",),
        "decline_arrangement": ("reasons",),
        "report": ("report",),
        "confirm_report": ("note",),
        "consent_to_transfer": ("person", "note"),
        "hand_over_person": ("person", "place"),
        "return_person": ("person", "place"),
        "presence_over": ("person",),
    }

    def start(self) -> Helped:
        return Helped()

    def event(self, move: Move) -> str | None:
        trouble = move.name == "confirm_report" and move.body.result != "satisfied"
        return "confirm_report/trouble" if trouble else None

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        helped, body = self.of(facts), move.body
        match move.name:
            case "agree_arrangement" | "decline_arrangement" if not any(
                each.act == body.arrangement and each.agreed is None and each.by != move.state
                for each in helped.arrangements
            ):
                return "no-such-arrangement"
            case "confirm_report" if body.report not in {each.act for each in helped.reports}:
                return "no-such-report"
            case "hand_over_person" if helped.consent is None or helped.away:
                return "no-consent"
            case "return_person" if not helped.away:
                return "nobody-to-return"
            case "close" if helped.away:
                return "person-not-returned"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Helped:
        helped, body = self.of(facts), move.body
        match move.name:
            case "arrange":
                made = Arrangement(move.id, move.state, body.at)
                return replace(helped, arrangements=(*helped.arrangements, made))
            case "agree_arrangement" | "decline_arrangement":
                return replace(
                    helped, arrangements=_with(helped, body.arrangement, agreed=move.name.startswith("agree"))
                )
            case "report":
                return replace(
                    helped,
                    reports=(*helped.reports, Reported(move.id)),
                    arrangements=_with(helped, body.arrangement, kept=move.id),
                )
            case "confirm_report":
                return replace(
                    helped,
                    reports=tuple(
                        replace(each, result=body.result) if each.act == body.report else each
                        for each in helped.reports
                    ),
                )
            case "consent_to_transfer":
                return replace(
                    helped,
                    consent=move.id if body.given else None,
                    return_by=body.return_by if body.given else helped.return_by,
                )
            case "hand_over_person":
                return replace(helped, handed_over=move.id, returned=False)
            case "return_person":
                return replace(helped, returned=True)
            case "presence_over":
                return replace(helped, presence_over=body.date, presence_act=move.id)
        return helped

    def entered(self, status: str, facts: Facts) -> str:
        """Confirmed only when every report is; HANDING_OVER says the same of packages."""
        open_ = any(each.result != "satisfied" for each in self.of(facts).reports)
        return "reported" if status == "confirmed" and open_ else status

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name == "report" and under.form.known:
            known = {each.id for each in under.form.purposes}
            if known and move.body.purpose not in known:
                yield Flag("purpose-not-listed", move.id, under.form.cite())

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        helped = self.of(facts)
        answerable = any(each.agreed is None and each.by != state for each in helped.arrangements)
        pointless = {
            "agree_arrangement": not answerable,
            "decline_arrangement": not answerable,
            "confirm_report": all(each.result == "satisfied" for each in helped.reports),
            "hand_over_person": helped.consent is None or helped.away,
            "return_person": not helped.away,
            "close": helped.away,
            "presence_over": helped.presence_over is not None,
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        if status != "reported":
            return None
        waiting = any(each.result is None for each in self.of(facts).reports)
        return REQUESTING if waiting else REQUESTED

    def fulfilled(self, status: str, facts: Facts) -> bool:
        """Something was done and told; what was not satisfactory is owed again."""
        reports = self.of(facts).reports
        settled = status in {"reported", "delivered", "confirmed", "closed"}
        return settled and bool(reports) and all(each.result != "not_satisfied" for each in reports)

    def owed(self, scene: Scene) -> Iterable[Owed]:
        helped = self.of(scene.facts)
        if helped.away:
            yield scene.owed("return-person", REQUESTING, helped.handed_over, "return_detained_person")
        if scene.over:
            return
        for each in helped.reports:
            if each.result is None:
                yield scene.owed("confirm-report", REQUESTING, each.act)
            elif each.result != "satisfied":
                yield scene.owed("report-again", REQUESTED, each.act)
        for proposed in helped.arrangements:
            if proposed.agreed is None:
                other = REQUESTED if proposed.by == scene.setting.requesting else REQUESTING
                yield scene.owed("arrangement-answer", other, proposed.act)

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        helped = self.of(scene.facts)
        yield from _arranged(helped, scene)
        requesting = scene.state_of(REQUESTING)
        if helped.handed_over is not None:
            basis = period_ref(scene.form, "transfer_of_detained") or duty_ref(
                scene.form, "return_detained_person"
            )
            if helped.return_by is not None:
                yield scene.clock(
                    "return-by",
                    requesting,
                    helped.return_by,
                    helped.handed_over,
                    met=helped.returned,
                    ended=False,  # a person is owed back whatever became of the request
                    basis=basis,
                )
            else:
                state = "met" if helped.returned else "running"
                code = "mutual_assistance.clock.transfer_of_detained"
                yield Clock(code, requesting, None, basis, state, helped.handed_over)
        line = scene.form.period("safe_conduct")
        if helped.presence_over is not None and line is not None and line.days is not None:
            ends = _later(helped.presence_over, line.days)
            passed = scene.setting.as_of.date() > ends
            yield scene.clock(
                "safe_conduct",
                requesting,
                ends,
                helped.presence_act,
                met=passed,  # it protects until then; nobody is late by letting it pass
                ended=False,
                basis=line.cite(),
            )


OWN = _MutualAssistance()


def _with(
    helped: Helped, act: str | None, *, agreed: bool | None = None, kept: str | None = None
) -> tuple[Arrangement, ...]:
    """The arrangements, what is new said of the one the act `act` proposed."""
    return tuple(
        replace(each, agreed=each.agreed if agreed is None else agreed, kept=kept or each.kept)
        if each.act == act
        else each
        for each in helped.arrangements
    )


def _arranged(helped: Helped, scene: Scene) -> Iterable[Clock]:
    for each in helped.arrangements:
        if each.agreed is False:
            continue
        passed = scene.setting.as_of > each.at
        if each.kept:
            state = "met"
        elif scene.over or (passed and not each.agreed):
            state = "lapsed"
        else:
            state = "late" if passed else "running"
        code = "mutual_assistance.clock.arranged"
        yield Clock(code, scene.state_of(REQUESTED), each.at, None, state, each.act)


def _later(day: date, days: int) -> date:
    """So many days after; the last day of the calendar where there is none."""
    return date.max if (date.max - day).days < days else day + timedelta(days=days)
