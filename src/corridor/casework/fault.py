"""Casework's coded errors."""

from __future__ import annotations

from corridor.faults import Fault


class CaseworkFault(Fault):
    """An action of a person, or a letter's act, that casework does not carry out."""


class NotFound(CaseworkFault):
    """Absent, or not this person's: both read the same, so that nobody learns from an error that a case exists."""

    def __init__(self) -> None:
        super().__init__("casework.access.not-found")


class NotAllowed(CaseworkFault):
    """The person's role does not include this, whatever the object."""

    def __init__(self, right: str) -> None:
        super().__init__("casework.access.not-allowed", right=right)


class Moved(CaseworkFault):
    """Acts arrived or were signed since the page the officer signed from.

    `since` holds the ids of the acts the officer has not seen, `heads` the ids to sign from now.
    """

    def __init__(self, since: tuple[str, ...], heads: tuple[str, ...]) -> None:
        super().__init__("casework.dossier.moved", count=len(since))
        self.since = since
        self.heads = heads
