"""How a request ends: withdrawn by the State that made it, or closed when there is nothing left to do."""

from __future__ import annotations

from typing import Literal

from corridor.dossier.kinds.facts import Coded
from corridor.dossier.kinds.kind import Crossing, Part


class Withdraw(Coded):
    reason: Literal["no_longer_needed", "warned", "error", "other"] | None = None


class Close(Coded):
    pass


class _Ending(Part[None]):
    name = "ending"
    grave = frozenset({"withdraw"})
    bodies = {"withdraw": Withdraw, "close": Close}
    texts = {"withdraw": ("note",), "close": ("note",)}


ENDING = _Ending()


def withdrawal_ends(*acts: str) -> tuple[Crossing, ...]:
    """Who asks may always stop asking; a decision that crossed the withdrawal decides nothing any more."""
    return tuple(Crossing("withdrawal-ends", "withdraw", act, overtakes=True) for act in acts)
