"""Secrecy of a request: asked for, lifted by the State that asked, broken, and the user told.

Who asked decides whether to go on when secrecy cannot be kept; the requested State says so by `notify`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from corridor.dossier.kinds.facts import Coded, Day
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
    end_of,
)

BROKEN: Final = "confidentiality_not_possible"  # what `notify` says it is about


class Secrecy(Coded):
    """The request is kept confidential, the user is not told; `until`: not longer than the end of this day, UTC."""

    confidential: bool = False
    no_user_notice: bool = False
    until: Day | None = None


class LiftSecrecy(Coded):
    """Secrecy is no longer needed: the user may be told from this day on."""

    date: Day | None = None  # None: from now on


class TellUser(Coded):
    """The user was told, or will be on this day."""

    by: Literal["provider", "authority"]
    date: Day


class GoOnOpenly(Coded):
    """Told that secrecy cannot be kept, the requesting State wants it done nevertheless."""


@dataclass(frozen=True)
class Secret:
    wish: Secrecy | None = None
    act: str | None = None  # that asked for it
    lifted: str | None = None
    lifted_from: date | None = None
    told: str | None = None
    broken: str | None = None  # the notice that waits for a decision

    @property
    def asked(self) -> bool:
        return self.wish is not None and (self.wish.confidential or self.wish.no_user_notice)

    def holds_on(self, day: date) -> bool:
        """Whether the user is still not to be told on a day."""
        if self.wish is None or not self.wish.no_user_notice:
            return False
        ends = [each for each in (self.lifted_from, self.wish.until) if each is not None]
        if self.lifted is not None and self.lifted_from is None:
            return False
        return not ends or day <= min(ends)


class _Secrecy(Part[Secret]):
    name = "secrecy"
    answers = {"decision-on-secrecy": "go_on_openly"}
    aside = frozenset({"lift_secrecy", "tell_user"})
    bodies = {"lift_secrecy": LiftSecrecy, "tell_user": TellUser, "go_on_openly": GoOnOpenly}
    texts = {"lift_secrecy": ("note",), "tell_user": ("note",), "go_on_openly": ("note",)}

    def start(self) -> Secret:
        return Secret()

    def forbid(self, status: str, facts: Facts, move: Move) -> str | None:
        secret = self.of(facts)
        match move.name:
            case "lift_secrecy" if not secret.asked or secret.lifted is not None:
                return "nothing-secret"
            case "go_on_openly" if secret.broken is None:
                return "secrecy-not-broken"
        return None

    def apply(self, status: str, facts: Facts, move: Move) -> Secret:
        secret, body = self.of(facts), move.body
        match move.name:
            case "request" | "supplement" if (
                wish := getattr(body, "confidentiality_no_user_notice", None)
            ) is not None:
                return replace(secret, wish=wish, act=move.id, lifted=None, lifted_from=None)
            case "lift_secrecy":
                return replace(secret, lifted=move.id, lifted_from=body.date, broken=None)
            case "tell_user":
                return replace(secret, told=move.id)
            case "notify" if move.role == REQUESTED and body.about == BROKEN and secret.asked:
                return replace(secret, broken=move.id)
            case "go_on_openly" | "withdraw":
                return replace(secret, broken=None)
        return secret

    def doubts(self, status: str, facts: Facts, move: Move, under: Under) -> Iterable[Flag]:
        if move.name == "tell_user" and under.form.known and self.of(facts).holds_on(move.body.date):
            yield Flag("user-told-early", move.id, use_ref(under.form, "request_secrecy"))

    def idle(self, facts: Facts, state: str) -> frozenset[str]:
        secret = self.of(facts)
        pointless = {
            "lift_secrecy": not secret.asked or secret.lifted is not None,
            "go_on_openly": secret.broken is None,
            "tell_user": not secret.asked or secret.told is not None,
        }
        return frozenset(act for act, idle in pointless.items() if idle)

    def turn(self, status: str, facts: Facts) -> str | None:
        return REQUESTING if self.of(facts).broken else None

    def owed(self, scene: Scene) -> Iterable[Owed]:
        broken = self.of(scene.facts).broken
        if broken is not None and not scene.over:
            yield scene.owed("decision-on-secrecy", REQUESTING, broken, "confidentiality_failure_notice")

    def clocks(self, scene: Scene) -> Iterable[Clock]:
        """The day secrecy ends by itself. Nothing is late when it comes: the user may be told then."""
        secret = self.of(scene.facts)
        if not secret.asked or secret.wish is None or secret.wish.until is None:
            return
        due = end_of(secret.wish.until)
        ended = secret.lifted is not None or secret.told is not None
        state = "met" if ended else "lapsed" if scene.over or scene.setting.as_of > due else "running"
        code, by = f"{scene.kind}.clock.secrecy", scene.state_of(REQUESTED)
        yield Clock(code, by, due, use_ref(scene.form, "request_secrecy"), state, secret.act)


SECRECY = _Secrecy()


def secret_strands(
    under_way: Iterable[str], ever: Iterable[str]
) -> tuple[tuple[str, str, Iterable[str]], ...]:
    """What `weave` adds to a table whose kind has this part."""
    ever = tuple(ever)
    return (
        (REQUESTING, "lift_secrecy", ever),
        (REQUESTED, "tell_user", ever),
        (REQUESTING, "go_on_openly", tuple(under_way)),
    )


def use_ref(form: Any, name: str) -> str | None:
    """How the form cites one of its lines on use and secrecy, if it has it."""
    lines = form.use if form.known else ()
    return next((str(line.cite()) for line in lines if line.id == name), None)
