"""The desk: what needs this authority now, what waits on the other side, and every clock that runs."""

from __future__ import annotations

from datetime import UTC, datetime

from corridor.casework import access, anchoring, restored, sequencer, service, store
from corridor.casework.access import Person
from corridor.casework.house import House, house
from corridor.casework.models import Dossier, NodeNote, OutboxLetter, PeerState, Transfer
from corridor.casework.queries.forms import draft_rows
from corridor.casework.queries.pages import ClockRow, Desk, DeskRow
from corridor.faults import Fault

RUNNING = frozenset({"running", "late"})
_FAR = datetime.max.replace(tzinfo=UTC)


def desk(person: Person) -> Desk:
    """Everything on one person's desk. An administrator's is empty."""
    home = house()
    needs, waits, closed = list[DeskRow](), list[DeskRow](), list[DeskRow]()
    clocks, levels = list[ClockRow](), list[ClockRow]()
    for row in access.dossiers(person).select_related("home").order_by("-changed_at"):
        try:
            loaded = store.load(home, row)
        except Fault as fault:
            needs.append(unreadable_row(home, person, row, fault.code))  # one dossier never hides the others
            continue
        found = clock_rows(home, loaded)
        shown = desk_row(home, person, loaded, found)
        clocks += [one for one in found if one.state in RUNNING]
        levels += [one for one in level_rows(home, loaded) if one.state in RUNNING]
        if loaded.state.turn == home.state or any(one.by == home.state for one in loaded.state.owed):
            needs.append(shown)
        elif loaded.state.turn is None and loaded.state.status is not None and not loaded.state.owed:
            closed.append(shown)
        else:
            waits.append(shown)
    for rows in (clocks, levels):
        rows.sort(key=lambda one: (one.due or _FAR, one.dossier))
    needs.sort(key=lambda one: (one.next_due or _FAR, one.changed))
    return Desk(
        state=home.state,
        authority=person.authority,
        needs_me=tuple(needs),
        waits_on_them=tuple(waits),
        closed=tuple(closed),
        clocks=tuple(clocks),
        levels=tuple(levels),
        drafts=draft_rows(person),
        notices=_notices(home, person),
    )


def desk_row(home: House, person: Person, loaded: store.Loaded, clocks: tuple[ClockRow, ...]) -> DeskRow:
    """One dossier in one line."""
    row, state = loaded.row, loaded.state
    ours = "requesting" if row.requesting == home.state else "requested"
    due = [one.due for one in clocks if one.due and one.state in RUNNING and one.owed_by == home.state]
    other = row.requested if ours == "requesting" else row.requesting
    return DeskRow(
        dossier=row.pk,
        kind=row.kind,
        requesting=row.requesting,
        requested=row.requested,
        other=other,
        ours=ours,
        status=state.status or "unknown",
        turn=state.turn,
        reference=state.references.get(home.state, ""),
        theirs=state.references.get(other, ""),
        owed=tuple(one.code for one in state.owed if one.by == home.state),
        next_due=min(due) if due else None,
        changed=row.changed_at,
        flags=tuple(dict.fromkeys([*(one.code for one in state.flags), *flags_of_keys(loaded)])),
        made_available=row.home.code != person.authority,
        letters_waiting=OutboxLetter.objects.filter(act__dossier=row, done=None).count(),
    )


def unreadable_row(home: House, person: Person, row: Dossier, code: str) -> DeskRow:
    """A dossier whose acts do not verify as kept here: shown with its fault, for whoever runs the node."""
    ours = "requesting" if row.requesting == home.state else "requested"
    return DeskRow(
        dossier=row.pk,
        kind=row.kind,
        requesting=row.requesting,
        requested=row.requested,
        other=row.requested if ours == "requesting" else row.requesting,
        ours=ours,
        status="unreadable",
        turn=None,
        reference="",
        theirs="",
        owed=(),
        next_due=None,
        changed=row.changed_at,
        flags=(code,),
        made_available=row.home.code != person.authority,
        letters_waiting=0,
    )


def flags_of_keys(loaded: store.Loaded) -> tuple[str, ...]:
    """What the keys behind the acts say of them, by code."""
    return ("flag.unproven-key",) if loaded.unproven else ()


def clock_rows(home: House, loaded: store.Loaded) -> tuple[ClockRow, ...]:
    """The clocks of one dossier as the fold gives them: legal periods, and dates that States set."""
    reference = reference_of(home, loaded)
    return tuple(
        ClockRow(
            dossier=loaded.row.pk,
            id=one.id,
            owed_by=one.owed_by,
            due=one.due,
            basis=one.basis or "",
            state=one.state,
            sort="legal" if one.basis else "stated",
            act=one.act or "",
            parties=tuple(loaded.row.members),
            kind=loaded.row.kind,
            reference=reference,
        )
        for one in loaded.state.clocks
    )


def level_rows(home: House, loaded: store.Loaded) -> tuple[ClockRow, ...]:
    """This State's service levels in one dossier: its own targets, which no law asks for."""
    reference = reference_of(home, loaded)
    return tuple(
        ClockRow(
            dossier=loaded.row.pk,
            id=f"service.{one.level}",
            owed_by=one.whose,
            due=one.due,
            basis="",
            state=one.state,
            sort="service",
            act=one.act,
            parties=tuple(loaded.row.members),
            kind=loaded.row.kind,
            reference=reference,
            amount=one.amount,
            unit=one.unit,
        )
        for one in service.running(home, loaded, home.clock())
    )


def reference_of(home: House, loaded: store.Loaded) -> str:
    """The reference a dossier goes by here: our own, or another member's."""
    said = loaded.state.references
    return said.get(home.state) or next((text for text in said.values() if text), "")


def _notices(home: House, person: Person) -> tuple[str, ...]:
    """What everyone at the desk must know: codes with a text each."""
    codes = []
    if restored.standing() is not None:
        codes.append("casework.restored.behind")
    at = home.clock()
    if home.directory.age(at) is None or any(one.state is None for one in home.directory.alarms):
        codes.append("casework.directory.trouble")
    if anchoring.waiting(home).statements:
        codes.append("casework.time.waiting")
    if NodeNote.objects.filter(name=sequencer.REFUSED).exists():
        codes.append("casework.witness.refused")
    if PeerState.objects.exclude(alarm="").exists():
        codes.append("casework.witness.alarm")
    mine = Dossier.objects.filter(pk__in=access.dossiers(person).values("pk"))
    if (
        OutboxLetter.objects.filter(act__dossier__in=mine, done=None, stuck=True).exists()
        or Transfer.objects.filter(dossier__in=mine, done=None, stuck=True).exists()
    ):
        codes.append("casework.letter.stuck")
    return tuple(codes)
