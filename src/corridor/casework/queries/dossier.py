"""One dossier as a page shows it: timeline, status, turn, clocks, what may be done, evidence, the national file."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from corridor import dossier as dossiers
from corridor.casework import access, disclosure, national, store
from corridor.casework.access import RIGHTS, Person
from corridor.casework.house import House, house
from corridor.casework.models import (
    ActReceipt,
    ActRow,
    Dossier,
    LogLeaf,
    OutboxLetter,
    Package,
    Transfer,
)
from corridor.casework.queries.desk import clock_rows, flags_of_keys, level_rows
from corridor.casework.queries.forms import draft_rows
from corridor.casework.queries.national import entry_row
from corridor.casework.queries.pages import (
    DossierPage,
    LinkRow,
    MissingRow,
    NationalRow,
    PackageRow,
    PartyRow,
    PossibleAct,
    TextRow,
    TimelineRow,
)
from corridor.casework.queries.papers import delivery
from corridor.dossier import VerifiedAct


def dossier_page(person: Person, dossier_id: str) -> DossierPage:
    """Raises NotFound for a dossier that is absent or not this person's to read."""
    home = house()
    row = access.dossier(person, dossier_id)
    loaded = store.load(home, row)
    state = loaded.state
    other = row.requested if row.requesting == home.state else row.requesting
    acts_here = row.home.code == person.authority
    return DossierPage(
        id=row.pk,
        kind=row.kind,
        instrument=state.basis.instrument if state.basis else "",
        provision=state.basis.provision if state.basis else "",
        requesting=row.requesting,
        requested=row.requested,
        members=tuple(row.members),
        ours="requesting" if row.requesting == home.state else "requested",
        home=row.home.code,
        available_to=tuple(row.made_available.order_by("code").values_list("code", flat=True)),
        reference=state.references.get(home.state, ""),
        theirs=state.references.get(other, ""),
        status=state.status or "unknown",
        turn=state.turn,
        heads=tuple(state.heads),
        timeline=_timeline(home, loaded, loaded.acts),
        clocks=clock_rows(home, loaded),
        levels=level_rows(home, loaded),
        owed=tuple(one.code for one in state.owed if one.by == home.state),
        missing=tuple(
            MissingRow(one.item, one.ref, one.text, one.requirement) for one in state.missing_items
        ),
        possible=_possible(home, person, row, loaded) if acts_here else (),
        flags=tuple(dict.fromkeys([*(one.code for one in state.flags), *flags_of_keys(loaded)])),
        forks=tuple(
            {"state": one.state, "prev": one.prev, "acts": list(one.acts), "stands": one.stands}
            for one in state.forks
        ),
        disclosure_stopped=state.disclosure_stopped,
        disclosure=disclosure.closed_by(home, loaded, person, home.clock()),
        preserved_until=state.preserved_until.isoformat() if state.preserved_until else None,
        conditions=tuple({"id": one.id, "code": one.code} for one in state.conditions),
        links=_links(person, loaded),
        packages=tuple(_package_row(person, one, loaded) for one in row.packages.order_by("arrived", "pk")),
        national=_national(home, person, row) if person.may("national.read") else (),
        drafts=draft_rows(person, row.pk),
        rights=tuple(right for right in RIGHTS if person.may(right)) if acts_here else ("dossier.read",),
        parties=tuple(
            PartyRow(
                one.state,
                one.role,
                tuple(dict.fromkeys(each.code for each in state.owed if each.by == one.state)),
            )
            for one in state.members
        ),
        receivers=() if state.status is None else disclosure.receivers(loaded, home.state),
    )


def _timeline(home: House, loaded: store.Loaded, acts: Sequence[VerifiedAct]) -> tuple[TimelineRow, ...]:
    order = {act_id: place for place, act_id in enumerate(loaded.state.order)}
    ids = [act.id for act in acts]
    arrived = dict(ActRow.objects.filter(pk__in=ids).values_list("pk", "arrived"))
    indexes = dict(LogLeaf.objects.filter(leaf__in=ids).values_list("leaf", "index"))
    on_paper = delivery(ids)
    letters: dict[str, list[OutboxLetter]] = {}
    for letter in OutboxLetter.objects.filter(act_id__in=ids).defer("raw"):
        letters.setdefault(letter.act_id, []).append(letter)
    receipts: dict[str, list[ActReceipt]] = {}
    for receipt in loaded.receipts:
        receipts.setdefault(receipt.act_id, []).append(receipt)
    rows = []
    for act in sorted(acts, key=lambda one: (order.get(one.id, len(order)), one.id)):
        head = act.act.header
        outcome = loaded.state.outcomes.get(act.id)
        own = act.state == home.state
        got = receipts.get(act.id, [])
        rows.append(
            TimelineRow(
                id=act.id,
                act=head.act,
                state=act.state,
                authority=head.sender.authority,
                officer=act.credential.number,
                own=own,
                claimed=head.time,
                arrived=arrived[act.id],
                body=dict(act.act.body),
                texts=tuple(TextRow(one.field, one.language, one.text) for one in act.act.texts),
                attachments=tuple(
                    {"digest": one.digest, "size": one.size, "role": one.role} for one in act.act.attachments
                ),
                conditions=tuple({"id": one.id, "code": one.code} for one in act.act.conditions),
                outcome=outcome.status if outcome else "waiting",
                reason=(outcome.reason or "") if outcome else "waiting.for-past",
                ref=(outcome.ref or "") if outcome else "",
                received_at=min((one.received_at for one in got), default=None),
                delivery=_delivery(own, letters.get(act.id, []), on_paper.get(act.id, "")),
                delivery_code=next((one.last_code for one in letters.get(act.id, []) if not one.done), ""),
                log_index=indexes.get(act.id),
            )
        )
    return tuple(rows)


def _delivery(own: bool, letters: list[OutboxLetter], on_paper: str) -> str:
    if not own:
        return "theirs"
    if any(one.stuck and not one.done for one in letters):
        return "stuck"
    if not all(one.done for one in letters):
        return "waiting"
    return on_paper or "received"


def _possible(home: House, person: Person, row: Dossier, loaded: store.Loaded) -> tuple[PossibleAct, ...]:
    may = person.may("act.sign") and f"sign:{row.kind}" in person.powers
    return tuple(
        PossibleAct(one.name, dict(one.schema), may) for one in dossiers.possible(loaded.state, home.state)
    )


def _links(person: Person, loaded: store.Loaded) -> tuple[LinkRow, ...]:
    mine = access.dossiers(person)
    return tuple(
        LinkRow(one.relation, one.dossier, mine.filter(pk=one.dossier).exists()) for one in loaded.state.links
    )


def _package_row(person: Person, row: Package, loaded: store.Loaded) -> PackageRow:
    acts = {
        (act.act.header.act, act.state)
        for act in loaded.acts
        if store.effective(loaded, act.id) and any(one.digest == row.pk for one in act.act.attachments)
    }
    # Of several journeys, one that is not over yet says how far it is.
    move = (
        Transfer.objects.filter(package_id=row.pk, files=[])
        .order_by(F("done").asc(nulls_first=True), "-pk")
        .first()
    )
    stage = ""
    if move is not None:
        stage = (
            "done" if move.done else "stuck" if move.stuck else "moving" if move.leased_until else "waiting"
        )
    elif row.direction == "in":
        stage = "done" if row.complete else "waiting"
    return PackageRow(
        id=row.pk,
        direction=row.direction,
        complete=row.complete,
        items=row.items,
        size=row.size,
        arrived=row.arrived,
        checked=row.checked,
        verdict=row.verdict,
        may_open=row.complete
        and person.may("evidence.open")
        and row.grants.filter(authority__code=person.authority).exists(),
        delivered=any(disclosure.statement(loaded.row.kind, name) == disclosure.SENT for name, _ in acts),
        confirmed=_confirmed(row, loaded, {state for name, state in acts if name == disclosure.CONFIRM}),
        transfer=stage,
        transfer_code=move.last_code if move is not None and not move.done else "",
    )


def _confirmed(row: Package, loaded: store.Loaded, by: set[str]) -> bool:
    """Of what came: this State has confirmed it. Of what was given: every State it was for and that is still here."""
    if row.direction == "in":
        return house().state in by
    given = {
        state
        for act in loaded.acts
        if store.effective(loaded, act.id)
        and disclosure.statement(loaded.row.kind, act.act.header.act) == disclosure.SENT
        and any(one.digest == row.pk for one in act.act.attachments)
        for state in disclosure.given_to(act)
    }
    here = {member.state for member in loaded.state.members if member.role != "observer"}
    return bool(by) and given & here <= by


def package_row(person: Person, package_id: str) -> PackageRow:
    """One package. Raises NotFound."""
    row = access.package(person, package_id)
    return _package_row(person, row, store.load(house(), row.dossier))


def package_dossier(person: Person, package_id: str) -> str:
    """The id of the dossier a package belongs to. Raises NotFound."""
    return access.package(person, package_id).dossier_id


def _national(home: House, person: Person, row: Dossier) -> tuple[NationalRow, ...]:
    return tuple(entry_row(each) for each in national.entries(home, row, person.authority))


def changes(person: Person, dossier_id: str, seen: Sequence[str]) -> tuple[TimelineRow, ...]:
    """The acts that are not in what `seen` has seen: what an officer is shown before signing again."""
    home = house()
    loaded = store.load(home, access.dossier(person, dossier_id))
    known = store.past(loaded, seen)
    return _timeline(home, loaded, [act for act in loaded.acts if act.id not in known])
