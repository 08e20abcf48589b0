"""What must be true of any state of any dossier, asked at every step of a story."""

from __future__ import annotations

from datetime import timedelta

from tests.dossier.cast import Table

from corridor.dossier import REGISTRY, State, texts


def sound(table: Table) -> State:
    """The state now, after asking what holds in every kind: all is told in words, and what is over runs no more."""
    state = table.fold()
    kind = REGISTRY[state.kind]
    codes = [each.code for each in (*state.owed, *state.flags)] + [clock.id for clock in state.clocks]
    for code in codes:
        assert texts.text(code) != code, code
    for one in state.outcomes.values():
        assert one.reason is None or texts.text(one.reason) != one.reason, one.reason
    if state.status in kind.over:
        for as_of in (table.now, table.now + timedelta(days=4000)):
            assert {clock.state for clock in table.fold(as_of=as_of).clocks} <= {"met", "lapsed"}
    return state


def owed(state: State) -> list[tuple[str, str]]:
    """(code without the kind, State) of all that is owed."""
    return [(each.code.removeprefix(f"{state.kind}.owed."), each.by) for each in state.owed]


def flags(state: State) -> list[str]:
    """Codes of doubts about acts, without the kind's name and without completeness, which every request starts with."""
    own = f"{state.kind}.flag."
    return sorted(each.code.removeprefix(own) for each in state.flags if each.code != "request.incomplete")


def clock(state: State, code: str) -> str:
    """How the one clock of a code stands."""
    (found,) = [each.state for each in state.clocks if each.id == f"{state.kind}.clock.{code}"]
    return found
