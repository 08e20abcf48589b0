"""What a supervisor sees over all dossiers of their authority: safeguards set aside, not met or missing, by whom."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.casework import access, measures, national, safeguards, store, use
from corridor.casework.access import Person
from corridor.casework.house import House, house
from corridor.casework.models import Dossier
from corridor.casework.queries.national import (
    FindingRow,
    MeasureRow,
    OpeningRow,
    finding_row,
    measure_row,
    notices_owed,
    opening_row,
)
from corridor.casework.queries.pages import Plain
from corridor.faults import Fault

_SOON = 7  # days before its last day a measure is on the page


@dataclass(frozen=True)
class Place(Plain):
    """Which dossier a row is about."""

    dossier: str
    kind: str
    other: str
    reference: str


@dataclass(frozen=True)
class DecisionRow(Plain):
    """A step set aside, found not met, or found otherwise after it was not met: who, when, why.

    `stands`: nothing came after it.
    """

    place: Place
    step: str
    cite: str
    finding: FindingRow
    stands: bool
    lifts: bool  # it came after a finding that the step was not met


@dataclass(frozen=True)
class OpenRow(Plain):
    """Steps nobody has recorded. `executed`: an act that rests on them is signed all the same."""

    place: Place
    steps: tuple[str, ...]
    executed: bool


@dataclass(frozen=True)
class WatchedRow(Plain):
    """A measure that was carried out unauthorised, or whose last day is near or over, or over a figure of the law."""

    place: Place
    measure: MeasureRow


@dataclass(frozen=True)
class UseRow(Plain):
    """Evidence of another State opened for something else than its matter."""

    place: Place
    opening: OpeningRow


@dataclass(frozen=True)
class Supervision(Plain):
    """Everything on the supervisor's page, the newest first. `unreadable`: dossiers whose file does not open here."""

    authority: str
    decisions: tuple[DecisionRow, ...]
    open: tuple[OpenRow, ...]
    measures: tuple[WatchedRow, ...]
    uses: tuple[UseRow, ...]
    notices: tuple[Place, ...]
    unreadable: tuple[str, ...]


def supervision(person: Person) -> Supervision:
    """Over all dossiers of the supervisor's own authority. Raises NotAllowed for any other role."""
    person.require("supervision.read")
    home = house()
    found = _Found([], [], [], [], [])
    unreadable = []
    rows = access.dossiers(person).filter(home__code=person.authority).select_related("home")
    for row in rows.order_by("-changed_at"):
        try:
            _look(home, row, found)
        except Fault:  # one dossier never hides the others
            unreadable.append(row.pk)
    found.decisions.sort(key=lambda each: each.finding.at, reverse=True)
    found.uses.sort(key=lambda each: each.opening.at, reverse=True)
    return Supervision(
        authority=person.authority,
        decisions=tuple(found.decisions),
        open=tuple(found.open),
        measures=tuple(found.measures),
        uses=tuple(found.uses),
        notices=tuple(found.notices),
        unreadable=tuple(unreadable),
    )


@dataclass
class _Found:
    decisions: list[DecisionRow]
    open: list[OpenRow]
    measures: list[WatchedRow]
    uses: list[UseRow]
    notices: list[Place]


def _look(home: House, row: Dossier, found: _Found) -> None:
    loaded = store.load(home, row)
    entries = national.entries(home, row, row.home.code)
    basis, today = safeguards.instrument(loaded), home.clock().date()
    other = row.requested if row.requesting == home.state else row.requesting
    references = loaded.state.references
    place = Place(row.pk, row.kind, other, references.get(home.state) or references.get(other, ""))
    standings = safeguards.standings(row.kind, basis, entries)
    for standing in standings:
        refused = False
        for entry in standing.entries:
            finding = finding_row(entry)
            if finding.outcome in (safeguards.SET_ASIDE, safeguards.NOT_MET) or refused:
                found.decisions.append(
                    DecisionRow(
                        place,
                        standing.line.step,
                        standing.line.cite(),
                        finding,
                        stands=entry is standing.latest,
                        lifts=refused and finding.outcome != safeguards.NOT_MET,
                    )
                )
            refused = refused or finding.outcome == safeguards.NOT_MET
    missing = tuple(each.line.step for each in standings if each.outcome == "missing")
    executing = safeguards.executing(row.kind)
    executed = any(
        act.state == home.state and act.act.header.act in executing and store.effective(loaded, act.id)
        for act in loaded.acts
    )
    if missing and (executed or executing & set(loaded.state.possible(home.state))):
        found.open.append(OpenRow(place, missing, executed))
    for thread in measures.threads(basis, entries, today):
        near = thread.remaining is not None and thread.remaining <= _SOON
        if near or set(thread.flags) - {"no-term"}:  # without a term the law's own last day is counted
            found.measures.append(WatchedRow(place, measure_row(thread)))
    given = set(row.packages.filter(direction="in").values_list("pk", flat=True))
    found.uses += [
        UseRow(place, opening_row(each))
        for each in entries
        if each.kind == use.OPENED and each.content["use"] != use.MATTER and each.content["package"] in given
    ]
    if notices_owed(home, loaded, entries):
        found.notices.append(place)
