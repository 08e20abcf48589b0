"""A member without a node: what it answers on paper, entered by the State that asked (spec/act.md 11, ADR 0018).

The opening act marks the member's row `"paper": true`. An act `received_paper`, signed by an officer of the requesting
State, stands for one act of that member: it is judged as that member's own, and every member sees how it came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from corridor.dossier.act import Act, Member, Party
from corridor.dossier.kinds.facts import Coded, Day, Digest, StateCode, Word

RECEIVED: Final = "received_paper"
MARK: Final = "paper"  # in the row of a member without a node
ENTERED: Final = "paper.entered"  # the flag that says so
SCAN: Final = "scan"  # the role of the attachment


class ReceivedPaper(Coded):
    """The act a paper stands for, when it came, and the digest of its scan, which stays where the paper is."""

    state: StateCode
    act: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    body: dict[str, Any] = Field(default_factory=dict)
    received: Day
    dated: Day | None = None
    reference: Word | None = None
    scan: Digest


def marked(members: Iterable[Member]) -> tuple[str, ...]:
    """The members without a node."""
    return tuple(member.state for member in members if member.extra.get(MARK) is True)


def read(act: Act) -> ReceivedPaper | None:
    """What a `received_paper` says; None for any other act, and for content that is not of its form."""
    if act.header.act != RECEIVED:
        return None
    try:
        return ReceivedPaper.model_validate(dict(act.body))
    except (ValidationError, RecursionError, ArithmeticError):
        return None


def instead(act: Act, members: Iterable[Member]) -> Act:
    """The act as the member's own whose paper it is; any other act, and one that cannot be read, as it stands."""
    paper = read(act)
    if paper is None:
        return act
    authority = next((each.authority for each in members if each.state == paper.state), "")
    header = replace(act.header, act=paper.act, sender=Party(paper.state, authority))
    return replace(act, header=header, body=paper.body)


def name_of(act: Act) -> str:
    """The name an act counts under when acts cross."""
    paper = read(act)
    return act.header.act if paper is None else paper.act


def state_of(act: Act) -> str:
    """The State an act counts as when acts cross."""
    paper = read(act)
    return act.header.sender.state if paper is None else paper.state
