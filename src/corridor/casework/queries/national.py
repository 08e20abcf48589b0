"""The national file beside one dossier, and what evidence may be used for, for a person of the authority it is of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from corridor import law
from corridor.casework import access, measures, national, safeguards, store, use
from corridor.casework.access import Person
from corridor.casework.house import House, house
from corridor.casework.measures import Thread
from corridor.casework.models import Package
from corridor.casework.national import FileEntry
from corridor.casework.queries.pages import NationalRow, Plain
from corridor.casework.safeguards import Standing


@dataclass(frozen=True)
class FindingRow(Plain):
    """One entry about a step: what was found, or `skipped`, by whom and why."""

    id: str
    at: datetime
    officer: str
    outcome: str
    reason: str
    language: str
    authority: str
    date: str


@dataclass(frozen=True)
class StepRow(Plain):
    """One safeguard beside a dossier. `outcome`: missing, skipped, met, met_with_conditions, not_met, not_needed."""

    step: str
    text: str
    cite: str
    needed: str
    confidence: str
    certainty: str
    outcome: str
    lifted: bool  # an earlier entry had found it not met
    findings: tuple[FindingRow, ...]  # the oldest first; the last one counts

    @property
    def latest(self) -> FindingRow | None:
        return self.findings[-1] if self.findings else None


@dataclass(frozen=True)
class MeasureRow(Plain):
    """One domestic measure, as it stands today. `possible`: what may be written down, the next step first."""

    id: str
    kind: str
    text: str
    cite: str
    intrusive: bool
    urgent: bool
    waits_for_authorisation: bool
    state: str  # ordered | authorised | served | answered | ended
    order: dict[str, Any]
    events: tuple[NationalRow, ...]
    possible: tuple[str, ...]
    flags: tuple[str, ...]
    ends: date | None  # the last day: the term, or the last one the law's figure leaves
    remaining: int | None
    limit_days: int | None
    limit_cite: str

    @property
    def next(self) -> str:
        return self.possible[0] if self.possible else ""


@dataclass(frozen=True)
class OpeningRow(Plain):
    """One time evidence was opened: by whom, for what use, how many items. `consent`: the act it rests on."""

    id: str
    at: datetime
    officer: str
    package: str
    use: str
    to: str
    matter: str
    items: int
    consent: str


@dataclass(frozen=True)
class NationalPage(Plain):
    """An authority's own file beside one dossier.

    `steps` are empty where another authority acts in the dossier, and where this State executes nothing in it.
    """

    dossier: str
    entries: tuple[NationalRow, ...]
    executing: tuple[str, ...]  # acts of the kind that rest on the steps
    steps: tuple[StepRow, ...]
    measures: tuple[MeasureRow, ...]
    openings: tuple[OpeningRow, ...]
    notices_owed: (
        int  # days on which evidence was opened to clear an accused and nobody told the State that gave it
    )
    notice_cite: str

    @property
    def missing(self) -> tuple[StepRow, ...]:
        return tuple(each for each in self.steps if each.outcome == "missing")


@dataclass(frozen=True)
class BoundRow(Plain):
    """One condition, in the words of the State that set it."""

    code: str
    text: str
    language: str
    state: str


@dataclass(frozen=True)
class LineRow(Plain):
    """One line of the law on use or secrecy."""

    id: str
    text: str
    cite: str
    confidence: str


@dataclass(frozen=True)
class ConsentRow(Plain):
    """A use the State that gave the evidence has allowed."""

    act: str
    use: str
    to: str
    recipient: str


@dataclass(frozen=True)
class UsePage(Plain):
    """What a package may be used for. `own`: this State sealed it, and nothing of it waits for another State."""

    package: str
    dossier: str
    own: bool
    sealed_before: bool  # conditions were agreed after it was sealed: its index does not say them
    barred: bool  # a review did not uphold what it rests on: it must not be used
    giver: str
    conditions: tuple[BoundRow, ...]
    lines: tuple[LineRow, ...]
    consents: tuple[ConsentRow, ...]
    openings: tuple[OpeningRow, ...]
    notices_owed: int
    notice_cite: str


def national_file(person: Person, dossier_id: str) -> NationalPage:
    """The file of the person's own authority beside a dossier. Raises NotFound, NotAllowed."""
    home = house()
    row = access.dossier(person, dossier_id, "national.read")
    loaded = store.load(home, row)
    found = national.entries(home, row, person.authority)
    basis, today = safeguards.instrument(loaded), home.clock().date()
    own = row.home.code == person.authority and safeguards.concern(loaded, home.state)
    steps = safeguards.standings(row.kind, basis, found) if own else ()
    duty = use.notice_duty(loaded, today)
    return NationalPage(
        dossier=row.pk,
        entries=tuple(entry_row(each) for each in found),
        executing=tuple(sorted(safeguards.executing(row.kind))),
        steps=tuple(step_row(each) for each in steps),
        measures=tuple(measure_row(each) for each in measures.threads(basis, found, today)),
        openings=tuple(opening_row(each) for each in found if each.kind == use.OPENED),
        notices_owed=notices_owed(home, loaded, found),
        notice_cite=duty.cite() if duty is not None else "",
    )


def use_terms(person: Person, package_id: str) -> UsePage:
    """What a package may be used for, and what it was opened for here. Raises NotFound, NotAllowed."""
    home = house()
    package = access.package(person, package_id)
    loaded = store.load(home, package.dossier)
    today = home.clock().date()
    found = national.entries(home, package.dossier, person.authority)
    duty = use.notice_duty(loaded, today)
    return UsePage(
        package=package.pk,
        dossier=package.dossier_id,
        own=package.direction == "out",
        sealed_before=use.sealed_before(loaded, package),
        barred=package.direction == "in" and package.pk in use.barred(loaded),
        giver=use.giver(loaded, package),
        conditions=tuple(
            BoundRow(one.code, one.text, one.language, one.state) for one in use.bound(loaded, package)
        ),
        lines=tuple(
            LineRow(one.id, one.text, one.cite(), str(one.confidence)) for one in use.lines(loaded, today)
        ),
        consents=tuple(
            ConsentRow(one.act, one.use, one.to, one.recipient) for one in use.consents(home, loaded, package)
        ),
        openings=tuple(
            opening_row(each)
            for each in found
            if each.kind == use.OPENED and each.content["package"] == package.pk
        ),
        notices_owed=notices_owed(home, loaded, found, package),
        notice_cite=duty.cite() if duty is not None else "",
    )


def entry_row(entry: FileEntry) -> NationalRow:
    return NationalRow(entry.id, entry.kind, entry.at, entry.officer, entry.content)


def step_row(standing: Standing) -> StepRow:
    line = standing.line
    return StepRow(
        step=line.step,
        text=line.text,
        cite=line.cite(),
        needed=str(line.needed),
        confidence=str(line.confidence),
        certainty=str(line.certainty or ""),
        outcome=standing.outcome,
        lifted=standing.lifted is not None,
        findings=tuple(finding_row(each) for each in standing.entries),
    )


def finding_row(entry: FileEntry) -> FindingRow:
    content = entry.content
    return FindingRow(
        id=entry.id,
        at=entry.at,
        officer=entry.officer,
        outcome=str(content.get("outcome", safeguards.SET_ASIDE)),
        reason=str(content["reason"]),
        language=str(content["language"]),
        authority=str(content.get("authority", "")),
        date=str(content.get("date", "")),
    )


def measure_row(thread: Thread) -> MeasureRow:
    limit: law.Period | None = thread.rule.limit
    return MeasureRow(
        id=thread.id,
        kind=thread.rule.kind,
        text=thread.rule.text,
        cite=thread.rule.cite,
        intrusive=thread.rule.intrusive,
        urgent=thread.urgent,
        waits_for_authorisation=thread.waits_for_authorisation,
        state=thread.state,
        order=thread.order.content,
        events=tuple(entry_row(each) for each in (thread.order, *thread.entries)),
        possible=thread.possible,
        flags=thread.flags,
        ends=thread.ends,
        remaining=thread.remaining,
        limit_days=limit.days if limit is not None else None,
        limit_cite=limit.cite() if limit is not None else "",
    )


def opening_row(entry: FileEntry) -> OpeningRow:
    content = entry.content
    return OpeningRow(
        id=entry.id,
        at=entry.at,
        officer=entry.officer,
        package=str(content["package"]),
        use=str(content["use"]),
        to=str(content.get("to", "")),
        matter=str(content.get("matter", "")),
        items=int(content["items"]),
        consent=str(content.get("consent", "")),
    )


def notices_owed(
    home: House, loaded: store.Loaded, found: Iterable[FileEntry], package: Package | None = None
) -> int:
    """On how many days evidence another State gave was opened to clear an accused without that State being told.

    A notice covers the days before it, its own, and the next day of opening after it: it is told before if it can be,
    else without delay.
    """
    given = set(loaded.row.packages.filter(direction="in").values_list("pk", flat=True))
    if package is not None:
        given &= {package.pk}
    opened = {
        each.at.date()
        for each in found
        if each.kind == use.OPENED
        and each.content["use"] == use.EXCULPATORY
        and each.content["package"] in given
    }
    told = sorted(
        act.act.header.time.date()
        for act in loaded.acts
        if act.state == home.state
        and act.act.header.act == "notify"
        and act.act.body.get("about") == use.NOTICE
        and store.effective(loaded, act.id)
    )
    owed, before = 0, date.min
    for day in sorted(opened):
        if not any(notice >= day or notice > before for notice in told):
            owed += 1
        before = day
    return owed
