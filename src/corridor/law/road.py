"""The road to becoming a Party: the steps from where a State stands, and each paper due as a ready draft.

Steps and papers are data (`data/road`). Where a State stands comes from a status table; what it has done at home it
tells itself (`progress.csv`), each line with its source and day. No constitution is guessed: what is known of a State's
own procedure stands in `data/road/known.yaml` with its source, and is nothing where nobody read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from corridor.law.errors import LawFault
from corridor.law.near import did_you_mean
from corridor.law.road_data import (
    Document,
    KnownStep,
    Paper,
    Progress,
    Stand,
    StepRow,
    StepState,
    Way,
    caveats,
    known_steps,
    malformed,
    notification_of,
    own_steps,
    papers,
    progress_csv,
    read_progress,
    road_sources,
    step_rows,
)
from corridor.law.ruleset import DEFAULT, shipped
from corridor.law.states import ORGANISATIONS, State, state, states
from corridor.law.status import Entry, Standing, Status, World, status
from corridor.law.status_table import Assumption, StatusTable
from corridor.law.treaty import Clause, Moment
from corridor.law.types import Line, Trust, articles_only, plain, trust_to_dict

__all__ = [
    "DepositKit",
    "Document",
    "KeyDay",
    "KnownStep",
    "Progress",
    "Stand",
    "Step",
    "StepState",
    "Way",
    "deposit_kit",
    "own_steps",
    "place",
    "progress_csv",
    "read_progress",
    "road_sources",
]

_BEHIND = (StepState.DONE, StepState.PASSED, StepState.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road. `because` says what the state of the step rests on; `cites` what the step rests on."""

    id: str
    title: str
    text: str
    state: StepState
    because: str
    own: bool
    cites: tuple[str, ...]
    documents: tuple[str, ...]
    progress: tuple[Progress, ...]
    known: tuple[KnownStep, ...]
    trust: Trust

    def to_dict(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            name: plain(getattr(self, name))
            for name in ("id", "title", "text", "state", "because", "own", "cites", "documents")
        }
        row["progress"] = [each.to_dict() for each in self.progress]
        row["known"] = [each.to_dict() for each in self.known]
        return row | trust_to_dict(self.trust)


@dataclass(frozen=True, slots=True)
class KeyDay:
    """A day of the road; None where none can be named, and `text` then says why."""

    id: str
    text: str
    day: date | None
    cite: str

    def to_dict(self) -> dict[str, Any]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class DepositKit:
    """Everything one State needs from where it stands on `on` to being a Party."""

    state: str
    name: str
    on: date
    stand: Stand
    way: Way
    organisation: bool
    steps: tuple[Step, ...]
    days: tuple[KeyDay, ...]
    documents: tuple[Document, ...]
    caveats: tuple[str, ...]
    origin: str
    assumed: Assumption | None = None

    @property
    def next(self) -> Step | None:
        """The first step that is neither behind nor left out; None for a Party with nothing open."""
        return next((each for each in self.steps if each.state not in _BEHIND), None)

    def document(self, id: str) -> Document | None:
        return next((each for each in self.documents if each.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        ahead = self.next
        return {
            "state": self.state,
            "name": self.name,
            "on": self.on.isoformat(),
            "stand": str(self.stand),
            "way": str(self.way),
            "organisation": self.organisation,
            "next": ahead.id if ahead else None,
            "steps": [each.to_dict() for each in self.steps],
            "days": [each.to_dict() for each in self.days],
            "documents": [each.to_dict() for each in self.documents],
            "caveats": list(self.caveats),
            "origin": self.origin,
            "assumed": self.assumed.to_dict() if self.assumed else None,
        }

    def to_markdown(self) -> str:
        """The road on one page, with the list of papers: what stands beside the files of a kit."""
        lines = [f"# {self.name}: the road to becoming a Party", ""]
        if self.assumed:
            lines += [f"**{_assumed(self.assumed)}**", ""]
        lines += [f"On {self.on.isoformat()}: {_STANDS[self.stand]}.", "", "## Days", ""]
        lines += [f"- {each.text}{f' ({each.cite})' if each.cite else ''}" for each in self.days]
        lines += ["", "## Steps", ""]
        for number, each in enumerate(self.steps, 1):
            mark = "x" if each.state in _BEHIND else " "
            because = f" ({each.because})" if each.because else ""
            lines += [
                f"{number}. [{mark}] **{each.title}**: {_WORDS[each.state]}{because}",
                f"   {each.text}",
            ]
            if each.cites:
                lines.append(f"   {'; '.join(each.cites)}")
            lines += [
                f"   - {own.date.isoformat()} {own.what}: {_WORDS[own.answer]} ({own.source}; {own.by})"
                f"{'. ' + own.note if own.note else ''}"
                for own in each.progress
            ]
            lines += [f"   - read: {known.what} ({known.when})" for known in each.known]
        lines += ["", "## Papers", "", "| file | paper | due | signed by |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {each.filename} | {each.title}{_choice(each)} | {each.due} | {each.signed_by} |"
            for each in self.documents
        ]
        lines += ["", "## To know", "", *(f"- {each}" for each in self.caveats)]
        return "\n".join(lines) + "\n"


def _choice(document: Document) -> str:
    if document.choice:
        return " (one of them)"
    return "" if document.required else " (optional)"


_WORDS = {
    StepState.DONE: "done",
    StepState.PASSED: "behind",
    StepState.UNDER_WAY: "under way",
    StepState.PLANNED: "planned",
    StepState.NOT_NEEDED: "not needed",
    StepState.OPEN: "open",
}
_STANDS = {
    Stand.WINDOW_OPEN: "not signed; the window for signature is open",
    Stand.WINDOW_CLOSED: "not signed; the window for signature is closed, accession is open",
    Stand.SIGNED: "signed; the instrument is to be deposited",
    Stand.REPORTED: "signed; reported to have ratified, no deposit shown",
    Stand.DEPOSITED: "instrument deposited; the Convention is not in force for it",
    Stand.PARTY: "Party",
}


def deposit_kit(
    code: str,
    *,
    on: date,
    table: StatusTable | None = None,
    progress: Iterable[Progress] = (),
    confirmed: Collection[str] = (),
) -> DepositKit:
    """The road of one State, or of an organisation that may become a Party, as it stands on `on`.

    `progress`: the State's own lines, oldest first; a later one about a step supersedes what that step is said to be.
    `confirmed`: citations a State's lawyer confirmed; the papers then name the paragraph. Raises LawFault
    `law.state.unknown`, `law.road.malformed` for progress about no step.
    """
    who = _who(code)
    given = table if who.world is World.REAL else None
    found = status(on=on, world=who.world, table=given)
    if given is not None:  # a table without rows keeps its name and its watermark
        found = replace(found, assumed=given.assumed, origin=given.origin)
    stand, entry = _stand(who, found)
    way = Way.ACCESSION if stand is Stand.WINDOW_CLOSED else Way.SIGNATURE
    if stand in (Stand.DEPOSITED, Stand.PARTY) and (entry is None or entry.signature is None):
        way = Way.ACCESSION  # nothing shows a signature
    facts = _facts(who, found, stand, entry)
    told: dict[str, list[Progress]] = {}
    own = {row.id for row in step_rows() if row.own}
    for line in progress:
        if line.step not in own:
            raise malformed(
                0, f"no step {line.step[:30]!r} of the State's own. {did_you_mean(line.step, own)}"
            )
        told.setdefault(line.step, []).append(line)
    days = tuple(_days(who, found, stand, confirmed))
    fields = _fields(who, entry, found)
    documents = tuple(
        _document(paper, fields, found, stand, days, confirmed)
        for paper in papers()
        if who.kind in paper.by and stand in paper.offered
    )
    steps = tuple(
        _step(row, who, facts, tuple(told.get(row.id, ())), documents, confirmed)
        for row in step_rows()
        if who.kind in row.by and way in row.roads
    )
    return DepositKit(
        state=who.code,
        name=who.name,
        on=on,
        stand=stand,
        way=way,
        organisation=who.organisation,
        steps=steps,
        days=days,
        documents=documents,
        caveats=tuple(each.text for each in caveats() if stand in each.offered and who.kind in each.by),
        origin=found.origin,
        assumed=found.assumed,
    )


# -- who, and where it stands --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Who:
    code: str
    name: str
    organisation: bool
    world: World

    @property
    def kind(self) -> str:
        return "organisation" if self.organisation else "state"


def _who(code: str) -> _Who:
    upper = code.strip().upper()
    if upper in ORGANISATIONS:
        return _Who(upper, ORGANISATIONS[upper], True, World.REAL)
    found: State = state(code)
    return _Who(found.code, found.name, False, World.CAST if found.fictional else World.REAL)


def _stand(who: _Who, found: Status) -> tuple[Stand, Entry | None]:
    entry = found.of(who.code)
    if entry is not None:
        if entry.standing is Standing.PARTY:
            return Stand.PARTY, entry
        if entry.deposit is not None:
            return Stand.DEPOSITED, entry
        if entry.reported is not None:
            return Stand.REPORTED, entry
        if entry.signature is not None:
            return Stand.SIGNED, entry
    closes = _signing().day("closes")
    open_still = closes is not None and found.on <= closes
    return (Stand.WINDOW_OPEN if open_still else Stand.WINDOW_CLOSED), None


def _facts(who: _Who, found: Status, stand: Stand, entry: Entry | None) -> dict[str, str]:
    """What the table shows, by its name in the steps: the words a step then says it rests on."""
    facts: dict[str, str] = {}
    if entry is not None and entry.signature is not None:
        facts["signed"] = f"signed {entry.signature}"
    if stand in (Stand.DEPOSITED, Stand.PARTY) and entry is not None:
        facts["deposited"] = f"deposited {entry.deposit}" if entry.deposit else "it is a Party"
    if stand is Stand.PARTY and entry is not None:
        since = entry.in_force_since
        facts["party"] = f"in force for it since {since.isoformat()}" if since else "it is a Party"
    if who.organisation:
        members = {each.code for each in states() if each.eu_member(found.on)}
        shown = [each for each in found.entries if each.state in members and each.deposit is not None]
        if shown:
            facts["member_deposited"] = f"{shown[0].name} deposited {shown[0].deposit}"
    return facts


def _clause(id: str) -> Clause:
    found = shipped().final_clauses(DEFAULT).clause(id)
    if found is None:
        raise LawFault("law.data.malformed", file="final_clauses.yaml", line=0, problem=f"no clause {id}")
    return found


def _signing() -> Clause:
    return _clause("signature")


def _days(who: _Who, found: Status, stand: Stand, confirmed: Collection[str]) -> Iterable[KeyDay]:
    """The days that matter from here, each with the clause it comes from."""
    signing, general, later = _signing(), _clause("entry_into_force"), _clause("entry_into_force_later")
    closes = signing.day("closes")
    if stand in (Stand.WINDOW_OPEN, Stand.WINDOW_CLOSED) and closes is not None:
        left = (closes - found.on).days
        text = (
            f"The window for signature closes on {closes.isoformat()}, {left} day{'' if left == 1 else 's'} left"
            if left >= 0
            else f"The window for signature closed on {closes.isoformat()}; accession is open"
        )
        yield KeyDay("signature_closes", text, closes, place(signing, confirmed))
    in_force = _general(found)
    needed, after = general.number("instruments"), general.number("days")
    if in_force is not None:
        tense = "is" if in_force <= found.on else "will be"
        yield KeyDay(
            "entry_into_force",
            f"The Convention {tense} in force from {in_force.isoformat()}",
            in_force,
            place(general, confirmed),
        )
    else:
        least = "at least " if found.at_least else ""
        yield KeyDay(
            "entry_into_force",
            f"The Convention is not in force: {least}{found.instruments_counted} of {needed} instruments of States are "
            f"shown; it enters into force {after} days after that number is reached. No day can be named",
            None,
            place(general, confirmed),
        )
    if stand in (Stand.DEPOSITED, Stand.PARTY):
        own = found.in_force_for(who.code)
        text = f"In force for {who.name} from {own.isoformat()}" if own else "In force for it on the same day"
        clause = later if own and in_force and own > in_force else general
        yield KeyDay("in_force_for_it", text, own, place(clause, confirmed))
        return
    bound = _if_deposited(who, found, in_force)
    days = later.number("days")
    if bound is None:
        text = (
            "Deposited today, it would be bound from the day of entry into force; deposited later than the instrument "
            f"that reaches the number, from the {days}th day after its own deposit if that is later"
        )
    else:
        text = f"Deposited on {found.on.isoformat()}, it would be bound from {bound.isoformat()}"
    yield KeyDay("if_deposited_today", text, bound, place(later, confirmed))


def _general(found: Status) -> date | None:
    """The day of entry into force: counted from the table, or in the cast the first day one of its States is bound."""
    if found.world is World.CAST:
        since = [each.in_force_since for each in found.entries if each.in_force_since is not None]
        return min(since, default=None)
    return found.entry_into_force


def _if_deposited(who: _Who, found: Status, in_force: date | None) -> date | None:
    """The day it would be bound if its instrument were deposited on the day asked about; None where that is open."""
    general, own = _clause("entry_into_force"), _clause("entry_into_force_later").number("days")
    needed, after = general.number("instruments"), general.number("days")
    if needed is None or after is None or own is None:
        return None
    if in_force is not None:
        return max(in_force, found.on + timedelta(days=own))
    reaches = not who.organisation and found.instruments_counted + 1 >= needed
    return found.on + timedelta(days=after) if reaches else None


# -- steps -----------------------------------------------------------------------------------------------


def _step(
    row: StepRow,
    who: _Who,
    facts: dict[str, str],
    told: tuple[Progress, ...],
    documents: tuple[Document, ...],
    confirmed: Collection[str],
) -> Step:
    at, because = StepState.OPEN, ""
    if told:
        at, because = told[-1].answer, f"the State, {told[-1].date.isoformat()}"
    implied = next((facts[fact] for fact in row.implied_by if fact in facts), None)
    if implied is not None and at not in _BEHIND:
        at, because = StepState.PASSED, implied
    if row.shown_by in facts:
        at, because = StepState.DONE, facts[row.shown_by]
    lines: list[Line] = [_clause(id) for id in row.clauses]
    lines += [notification_of(id) for id in row.notifications]
    cites = dict.fromkeys((*(place(each, confirmed) for each in lines), *row.rests_on))
    return Step(
        id=row.id,
        title=row.title,
        text=row.text,
        state=at,
        because=because,
        own=row.own,
        cites=tuple(each for each in cites if each),
        documents=tuple(each.id for each in documents if each.step == row.id),
        progress=told,
        known=tuple(each for each in known_steps() if each.state == who.code and each.step == row.id),
        trust=row.trust,
    )


# -- papers ----------------------------------------------------------------------------------------------


def _fields(who: _Who, entry: Entry | None, found: Status) -> dict[str, str]:
    """What code fills in. Official names are never guessed: the short name stands inside the bracket."""
    treaty = next(each for each in shipped().instruments() if each.code == DEFAULT)
    closes = _signing().day("closes")
    official = f"[official name of the {'organisation' if who.organisation else 'State'}: {who.name}]"
    behalf = official if who.organisation else f"the Government of {official}"
    return {
        "party": official,
        "behalf": behalf,
        "behalf_capital": behalf[0].upper() + behalf[1:],
        "convention": treaty.title,
        "short": "United Nations Convention against Cybercrime",
        "adopted": f"adopted in New York on {_written(treaty.since)}"
        if treaty.since
        else "adopted on [date]",
        "acts": "ratification, acceptance or approval",
        "signed": _written(_exact(entry.signature))
        if entry and _exact(entry.signature)
        else "[date of signature]",
        "closes": _written(closes) if closes else "[date]",
    }


def _exact(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _written(day: date | None) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # fixed: a paper does not change with the locale of a machine


def _document(
    paper: Paper,
    fields: dict[str, str],
    found: Status,
    stand: Stand,
    days: tuple[KeyDay, ...],
    confirmed: Collection[str],
) -> Document:
    at = place(paper.line, confirmed) if paper.line else ""
    text = paper.draft.text.format_map(fields | {"place": at or "[article]"})
    head = "*Draft for a lawyer of the State: no legal advice. Fill in what stands in brackets and delete this line.*"
    if found.assumed:
        head = f"**{_assumed(found.assumed)}**\n\n{head}"
    due, due_on = _due(paper.draft.when, found, stand, days, condition=paper.draft.condition)
    return replace(
        paper.draft,
        text=f"{head}\n\n{text.strip()}\n",
        due=due,
        due_on=due_on,
        cites=(paper.line.cite(confirmed),) if paper.line else paper.draft.cites,
    )


def _assumed(assumed: Assumption) -> str:
    return f"ASSUMED STATUS, not the depositary's: {assumed.label} (sha256 {assumed.digest[:16]})"


def _due(
    when: Moment, found: Status, stand: Stand, days: tuple[KeyDay, ...], *, condition: str
) -> tuple[str, date | None]:
    """When a paper is due, in words and as a day. A Party does not owe what hangs on a condition until that is met."""
    by_id = {each.id: each for each in days}
    if when is Moment.SIGNATURE:
        closes = by_id["signature_closes"].day
        return (
            f"before signature, at the latest {closes.isoformat()}" if closes else "before signature"
        ), closes
    if when is Moment.DEPOSIT:
        if stand in (Stand.DEPOSITED, Stand.PARTY):
            return "was due with the deposit; make it now if it was not made", None
        return "with the instrument", None
    since = by_id["in_force_for_it"].day if "in_force_for_it" in by_id else None
    if since is None:
        return "once the Convention is in force for it", None
    if since <= found.on:
        return (condition, None) if condition else (f"owed since {since.isoformat()}", since)
    return f"from {since.isoformat()}", since


def place(line: Line, confirmed: Collection[str] = ()) -> str:
    """How a paper names the line: `article 11(3)` where the paragraph was read or confirmed, else `article 40`."""
    cited = line.cite(confirmed).partition(" ")[2]
    if not cited:
        return ""
    parts = list(dict.fromkeys(part.strip() for part in cited.split(",")))
    many = len(parts) > 1 or "-" in articles_only(cited)
    return f"article{'s' if many else ''} {', '.join(parts)}"
