"""Changing who holds a dossier: an act every member signs with the same list (spec/act.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from corridor.dossier.act import Member
from corridor.dossier.kinds.facts import Coded, StateCode, Word

AMEND = "amend_members"


class MemberRow(Coded):
    state: StateCode
    authority: Word
    role: Literal["requesting", "requested", "observer"]


class AmendMembers(Coded):
    """The whole list as it is to be."""

    members: Annotated[tuple[MemberRow, ...], Field(min_length=2)]

    def list(self) -> tuple[Member, ...]:
        return tuple(
            Member(row.state, row.authority, row.role, dict(row.model_extra or {})) for row in self.members
        )

    def fits(self, current: tuple[Member, ...], *, several: bool = False) -> bool:
        """Each State once, and the States the request is between stay who they are.

        `several`: where more than two may take part, others may join and nobody is put out.
        """
        states = [row.state for row in self.members]

        def parties(rows: tuple[Member, ...]) -> set[tuple[str, str]]:
            return {(row.state, row.role) for row in rows if row.role != "observer"}

        before, after = parties(current), parties(self.list())
        joining = {role for _, role in after - before}
        stays = before <= after and joining <= {"requested"} if several else before == after
        return len(set(states)) == len(states) and stays


@dataclass(frozen=True)
class Proposals:
    """Per member, the list it last signed. All alike: the list is in force and the proposals are done with."""

    signed: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)

    def add(
        self, state: str, body: AmendMembers, current: tuple[Member, ...]
    ) -> tuple[Proposals, tuple[Member, ...]]:
        proposed = body.list()
        signed = {**self.signed, state: proposed}
        if all(signed.get(member.state) == proposed for member in current):
            return Proposals(), proposed
        return Proposals(signed), current
