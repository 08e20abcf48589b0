"""Safeguards as steps: what of them is recorded beside a dossier, and the gate before an act that executes.

Which steps a request needs is law data (`law.steps`). An authority records each in its national file before it signs an
act its kind calls executing, or sets it aside with a reason. The latest entry of a step counts; the earlier ones stay.
A step found not met stops the act until another officer than the one who signs it has found otherwise or set it aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import national, store
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.national import FileEntry
from corridor.law.ruleset import DEFAULT

RECORDED = "safeguard"
SKIPPED = "safeguard_skipped"
MET, CONDITIONS, NOT_MET, NOT_NEEDED = "met", "met_with_conditions", "not_met", "not_needed"
SET_ASIDE = "skipped"
OUTCOMES = (MET, CONDITIONS, NOT_MET, NOT_NEEDED)


@dataclass(frozen=True)
class Standing:
    """One step beside one dossier. `entries`: all there are of it, the oldest first."""

    line: law.SafeguardStep
    entries: tuple[FileEntry, ...]

    @property
    def latest(self) -> FileEntry | None:
        return self.entries[-1] if self.entries else None

    @property
    def outcome(self) -> str:
        """`missing`, `skipped`, or what was found."""
        if self.latest is None:
            return "missing"
        return SET_ASIDE if self.latest.kind == SKIPPED else str(self.latest.content["outcome"])

    @property
    def lifted(self) -> FileEntry | None:
        """The latest entry, where an earlier one had found the step not met."""
        before = any(each.content.get("outcome") == NOT_MET for each in self.entries[:-1])
        return self.latest if before and self.outcome != NOT_MET else None


def needed(kind: str, basis: str) -> tuple[law.SafeguardStep, ...]:
    """The steps of a kind under a legal basis, by the law shipped today: who executes now owes what is law now."""
    return law.rules(law.digest()).steps_for(kind, basis)


def standings(kind: str, basis: str, entries: Iterable[FileEntry]) -> tuple[Standing, ...]:
    """How each step stands. An entry about a step the law no longer has is in the file and nowhere here."""
    mine = [each for each in entries if each.kind in (RECORDED, SKIPPED)]
    return tuple(
        Standing(line, tuple(each for each in mine if each.content.get("step") == line.step))
        for line in needed(kind, basis)
    )


def of(home: House, loaded: store.Loaded, authority: str) -> tuple[Standing, ...]:
    """How the steps of a dossier stand in an authority's file."""
    return standings(loaded.row.kind, instrument(loaded), national.entries(home, loaded.row, authority))


def instrument(loaded: store.Loaded) -> str:
    """The legal basis of a dossier; the Convention where its opening act is not readable here."""
    return loaded.state.basis.instrument if loaded.state.basis else DEFAULT


def executing(kind: str) -> frozenset[str]:
    """The acts of a kind that rest on safeguards."""
    known = dossiers.REGISTRY.get(kind)
    return known.executing if known is not None else frozenset()


def concern(loaded: store.Loaded, state: str) -> bool:
    """Whether a State, as the member it is, signs acts of the kind that rest on safeguards."""
    kind = dossiers.REGISTRY.get(loaded.row.kind)
    member = next((each for each in loaded.state.members if each.state == state), None)
    if kind is None or member is None:
        return False
    rows = kind.table.get(member.role, {}).values()
    return any(event.partition("/")[0] in kind.executing for row in rows for event in row)


def gate(home: House, loaded: store.Loaded, person: Person, act: str) -> None:
    """Let an act that executes pass only when every step is recorded or set aside. Other acts are not asked.

    Raises CaseworkFault `casework.safeguard.missing` and `casework.safeguard.not-met`, each with the steps, and
    `casework.safeguard.same-eyes` where the officer who signs has lifted what was found not met.
    """
    if act not in executing(loaded.row.kind):
        return
    found = of(home, loaded, person.authority)
    _raise("casework.safeguard.missing", [each for each in found if each.outcome == "missing"])
    _raise("casework.safeguard.not-met", [each for each in found if each.outcome == NOT_MET])
    own = [each for each in found if each.lifted is not None and each.lifted.officer == person.number]
    _raise("casework.safeguard.same-eyes", own)


def _raise(code: str, found: list[Standing]) -> None:
    if found:
        raise CaseworkFault(code, steps=", ".join(each.line.step for each in found))
