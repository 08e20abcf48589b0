"""The legal act: one function, one transaction, one act row, one log leaf, one letter for each other member."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from corridor import dossier as dossiers
from corridor.casework import (
    access,
    advice,
    disclosure,
    drafting,
    mail,
    membership,
    papers,
    restored,
    sequencer,
    store,
    wording,
)
from corridor.casework.access import Person
from corridor.casework.actions import cases, executing, handover
from corridor.casework.actions.results import SignedAct
from corridor.casework.actions.signing import Opened, open_key
from corridor.casework.fault import CaseworkFault, Moved, NotAllowed
from corridor.casework.house import House, house
from corridor.casework.models import ActRow, Authority, Dossier, Draft
from corridor.casework.queries.law import law_confirmed
from corridor.dossier import (
    Act,
    Attachment,
    Basis,
    Condition,
    Member,
    Party,
    Reference,
    Text,
    VerifiedAct,
    sign,
)
from corridor.exchange import Letter

OPENING = "request"
DEFAULT_BASIS = "UNCC_2024"

# {state, authority} of the State asked; a list of such where a kind is for several.
To = Mapping[str, str] | Sequence[Mapping[str, str]]


def sign_act(
    person: Person,
    *,
    act: str,
    secret: str,
    dossier_id: str | None = None,
    kind: str | None = None,
    body: Mapping[str, Any] | None = None,
    texts: Iterable[Mapping[str, str]] = (),
    conditions: Iterable[Mapping[str, str]] = (),
    attachments: Iterable[Mapping[str, Any]] = (),
    seen: Sequence[str] = (),
    to: To | None = None,
    basis: Mapping[str, str] | None = None,
    reference: str = "",
    follows: str | None = None,
    case_id: str | None = None,
    departures: Iterable[Mapping[str, Any]] = (),
    departure_reason: Mapping[str, str] | None = None,
    override_reason: str | None = None,
    draft_id: str | None = None,
    revision: str | None = None,
    packages: Sequence[str] = (),
    measure_entry: str | None = None,
) -> SignedAct:
    """Sign one act of this State and send it to every other member.

    Without `dossier_id` the act opens a dossier: `kind`, `to` and `basis` say which and with whom. With it, `seen` is
    the list of heads on the page the officer signed from; if the dossier moved since, `Moved` says what changed and
    nothing is signed. An act that executes passes the gate of safeguards; `measure_entry` is the domestic measure of
    the national file whose coded facts it names. Where the act leaves what the rules ask for (`advice`), each of
    `departures` is named by code (and item or provision) and `departure_reason` ({language, text}) says why; both go
    with the act, flagged to all. `override_reason` is one reason in English for whatever departs. `revision`: the draft
    must still be the one the officer read. `case_id` is the case that a dossier opened here is put into.
    Raises NotFound, NotAllowed, Moved, CaseworkFault. Either everything is kept or nothing.
    """
    home = house()
    restored.check()
    excuse = _Excuse(tuple(departures), departure_reason, override_reason)
    if dossier_id is None:
        put = cases.joining(person, case_id)  # refuses before anything is signed
        opening = _open_dossier(
            home,
            person,
            _wish(act, body, texts, conditions, reference),
            kind=kind or "",
            secret=secret,
            to=to or {},
            basis=basis or {},
            follows=follows,
            excuse=excuse,
            draft_id=draft_id,
            revision=revision,
        )
        put(opening.dossier)
        return opening
    loaded = as_seen(home, person, dossier_id, seen)
    content = executing.prepare(home, person, loaded, act, body, measure_entry)
    wish = _wish(act, content, texts, conditions, reference)
    found = advice.following(home, loaded, act, wish.body, wish.texts, _cites(person))
    wish = excuse.settled(wish, found)
    opened = open_key(home, person, secret)
    at = _now(home)
    gives = handover.prepare(home, person, opened, secret, wish.act, loaded, packages, at, wish.body)
    made = dossiers.following(
        loaded.state,
        wish.act,
        sender=Party(home.state, person.authority),
        credential=opened.credential,
        time=at,
        body=handover.with_packages(loaded.row.kind, wish.act, wish.body, gives),
        texts=wish.texts,
        attachments=(*_attachments(attachments), *(one for give in gives for one in give.attachments)),
        conditions=wish.conditions,
        reference=_reference(home, loaded, reference),
    )
    signed = signed_act(home, made, opened, loaded, at)
    on_paper = papers.prepare(home, signed, opened.key, loaded)
    return _keep(home, person, loaded.row, signed, gives, on_paper, draft_id, revision, at)


@dataclass(frozen=True)
class _Wish:
    """What the officer wants to say, before it has a place and a signature."""

    act: str
    body: dict[str, Any]
    texts: tuple[Text, ...]
    conditions: tuple[Condition, ...]
    reference: str


def _cites(person: Person) -> Collection[str]:
    """What this State's lawyers confirmed: a departure names its paragraph where they did, the article otherwise."""
    return law_confirmed(person).cites if person.may("law.read") else ()


def _wish(
    act: str,
    body: Mapping[str, Any] | None,
    texts: Iterable[Mapping[str, str]],
    conditions: Iterable[Mapping[str, str]],
    reference: str,
) -> _Wish:
    rows = [dict(row) for row in texts]
    wording.check(body or {}, rows, reference)
    return _Wish(act, dict(body or {}), _texts(rows), _conditions(conditions), reference)


@dataclass(frozen=True)
class _Excuse:
    """Which departures the officer named, and why the act goes all the same."""

    named: tuple[Mapping[str, Any], ...]
    reason: Mapping[str, str] | None
    for_all: str | None

    def settled(self, wish: _Wish, found: Iterable[advice.Departure]) -> _Wish:
        """The act with what departs and why, as a draft may hold both already. Raises as `advice.settle`."""
        body, texts = dict(wish.body), tuple(one for one in wish.texts if one.field != "departure")
        held = body.pop("departures", None)
        named = [*self.named, *(one for one in held or () if isinstance(one, Mapping))]
        reason = self.reason
        if reason is None and self.for_all:
            reason = {"language": "en", "text": self.for_all}
        if reason is None and len(texts) < len(wish.texts):
            written = next(one for one in wish.texts if one.field == "departure")
            reason = {"language": written.language, "text": written.text}
        departs, why = advice.settle(found, named, reason, all_named=bool(self.for_all))
        if departs:
            body["departures"] = departs
        return replace(wish, body=body, texts=(*texts, *why))


def _now(home: House) -> datetime:
    return home.clock().astimezone(UTC).replace(microsecond=0)


def _open_dossier(
    home: House,
    person: Person,
    wish: _Wish,
    *,
    kind: str,
    secret: str,
    to: To,
    basis: Mapping[str, str],
    follows: str | None,
    excuse: _Excuse,
    draft_id: str | None,
    revision: str | None,
) -> SignedAct:
    person.require("act.sign")
    if kind not in dossiers.REGISTRY:
        raise CaseworkFault("casework.act.unknown-kind")
    if kind not in person.sends or f"sign:{kind}" not in person.powers:
        raise NotAllowed("act.sign")
    if wish.act != OPENING:
        raise CaseworkFault("casework.act.not-opening")
    asked_of = _asked(home, to, kind)
    body = dict(wish.body)
    if follows and not body.get("follows"):
        body["follows"] = follows
    at = _now(home)
    ground = Basis(basis.get("instrument") or DEFAULT_BASIS, basis.get("provision", ""))
    found = dict.fromkeys(
        departure
        for one in asked_of
        for departure in advice.opening(
            home,
            person,
            advice.Request(kind, ground.instrument, one.state, one.authority, body, wish.texts),
            at.date(),
            _cites(person),
        )
    )
    wish = excuse.settled(replace(wish, body=body), found)
    _four_eyes(home, person, draft_id)
    opened = open_key(home, person, secret)
    made = dossiers.opening(
        kind,
        basis=ground,
        members=(
            Member(home.state, person.authority, "requesting"),
            *asked_of,
        ),
        sender=Party(home.state, person.authority),
        credential=opened.credential,
        time=at,
        body=wish.body,
        texts=wish.texts,
        reference=Reference(wish.reference or None, None),
    )
    signed = signed_act(home, made, opened, None, at)
    on_paper = papers.prepare(home, signed, opened.key, None)
    return _keep(home, person, None, signed, (), on_paper, draft_id, revision, at)


def _asked(home: House, to: To, kind: str) -> tuple[Member, ...]:
    """The States asked: one, or several where the kind is for several. Raises `casework.act.addressee`."""
    rows = (to,) if isinstance(to, Mapping) else tuple(to)
    found = tuple(papers.addressee(home, one, kind) for one in rows)
    states = {one.state for one in found}
    if not found or len(states) < len(found) or (len(found) > 1 and not dossiers.REGISTRY[kind].several):
        raise CaseworkFault("casework.act.addressee")
    return found


def _four_eyes(home: House, person: Person, draft_id: str | None) -> None:
    """Where the node asks for two: a request is signed from a draft that somebody else submitted."""
    if home.four_eyes != "on":
        return
    row = access.drafts(person).filter(pk=draft_id or "").first()
    step = drafting.opened(home, row).last("submitted") if row is not None else None
    if row is None or step is None or drafting.opened(home, row).stage != drafting.FOR_SIGNATURE:
        raise CaseworkFault("casework.draft.not-submitted")
    if step.by == person.number:
        raise CaseworkFault("casework.draft.four-eyes")


def as_seen(home: House, person: Person, dossier_id: str, seen: Sequence[str]) -> store.Loaded:
    """The dossier, if it is still as the officer saw it. Raises Moved with what is new, otherwise."""
    row = access.own_dossier(person, dossier_id, "act.sign")
    if f"sign:{row.kind}" not in person.powers:
        raise NotAllowed("act.sign")
    loaded = store.load(home, row)
    heads = set(loaded.state.heads)
    if set(seen) != heads:
        past = store.past(loaded, seen)
        raise Moved(tuple(act.id for act in loaded.acts if act.id not in past), tuple(sorted(heads)))
    return loaded


def _reference(home: House, loaded: store.Loaded, own: str) -> Reference | None:
    if not own:
        return None
    theirs = next((text for state, text in loaded.state.references.items() if state != home.state), None)
    return Reference(own, theirs)


def signed_act(
    home: House, act: Act, opened: Opened, loaded: store.Loaded | None, at: datetime
) -> VerifiedAct:
    """Sign, check as every other State will, and judge it with the dossier: an act without effect is not sent."""
    verified = store.verified(home, sign(act, opened.key))
    memory = home.folded.of(verified.dossier)
    state = dossiers.fold([*(loaded.entries() if loaded else []), verified], as_of=at, memory=memory)
    outcome = state.outcomes[verified.id]
    if outcome.status != "effective":
        raise CaseworkFault("casework.act.not-possible", reason=outcome.reason or outcome.status)
    return verified


def _conditions(rows: Iterable[Mapping[str, str]]) -> tuple[Condition, ...]:
    try:
        return tuple(Condition(str(one["id"]), str(one["code"])) for one in rows)
    except KeyError:
        raise CaseworkFault("casework.act.body", place="conditions") from None


def _texts(rows: Iterable[Mapping[str, str]]) -> tuple[Text, ...]:
    try:
        texts = [
            Text(str(row["field"]), str(row.get("language", "en")), str(row["text"]))
            for row in rows
            if row.get("text")
        ]
    except KeyError:
        raise CaseworkFault("casework.act.body", place="texts") from None
    return tuple(texts)


def _attachments(rows: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """What the officer names beside the act. Packages and custody statements are named by the hand-over alone."""
    try:
        found = tuple(Attachment(str(row["digest"]), int(row["size"]), str(row["role"])) for row in rows)
    except (KeyError, TypeError, ValueError):
        raise CaseworkFault("casework.act.body", place="attachments") from None
    if any(one.role == handover.PACKAGE or one.role.startswith("custody") for one in found):
        raise CaseworkFault("casework.act.body", place="attachments")
    return found


def letters(home: House, act: VerifiedAct, on_paper: Collection[str]) -> list[tuple[Letter, bytes]]:
    """The act sealed for each other member with a node, ready to be written in the transaction of the act."""
    made = []
    for party in act.act.header.to:
        if party.state in on_paper:
            continue
        made.append(mail.sealed(home, act, party.state))
    return made


def _keep(
    home: House,
    person: Person,
    row: Dossier | None,
    act: VerifiedAct,
    gives: Sequence[handover.Give],
    on_paper: Sequence[papers.Paper],
    draft_id: str | None,
    revision: str | None,
    at: datetime,
) -> SignedAct:
    """The transaction. What it needs from outside the database (the dossier's key) is on disk before it begins."""
    posted = letters(home, act, papers.states(on_paper))
    if row is None:
        home.vault.make(act.id)
    try:
        with transaction.atomic():
            kept = store.keep(home, row or _new_dossier(person, act, at), act, own=True, at=home.clock())
            post(kept, posted, at)
            papers.keep(home, kept, on_paper, at)
            handover.keep(home, kept, gives, at)
            gone = _gone(home, person, draft_id, revision)
    except IntegrityError as error:
        raise CaseworkFault("casework.dossier.moved", count=1) from error
    if gone:
        home.vault.destroy(f"draft-{draft_id}")
    membership.settle(home, kept.dossier, at)
    sequencer.run(home)
    home.wake()
    return SignedAct(act.id, act.dossier, act.act.header.act, tuple(letter.to_state for letter, _ in posted))


def post(act: ActRow, posted: Iterable[tuple[Letter, bytes]], at: datetime) -> None:
    """Put letters of an act into the outbox, inside the act's transaction."""
    for letter, raw in posted:
        mail.post(act, letter, raw, at)


def _gone(home: House, person: Person, draft_id: str | None, revision: str | None) -> int:
    """Take the signed draft away; how many rows went. Raises DraftMoved unless it is the revision that was read."""
    row = Draft.objects.filter(pk=draft_id or "", authority__code=person.authority).first()
    if row is None:
        if revision is not None:
            raise CaseworkFault("casework.draft.gone")
        return 0
    if revision is not None and drafting.revision_of(row.sealed) != revision:
        raise drafting.moved(drafting.opened(home, row))
    gone, _ = Draft.objects.filter(pk=row.pk, sealed=bytes(row.sealed)).delete()
    if not gone and revision is not None:
        raise CaseworkFault("casework.draft.gone")
    return gone


def _new_dossier(person: Person, act: VerifiedAct, at: datetime) -> Dossier:
    return Dossier.objects.create(
        id=act.id,
        **membership.columns(act.act.header),
        home=Authority.objects.get(code=person.authority),
        opened_at=at,
        changed_at=at,
    )


def deliver(
    person: Person,
    dossier_id: str,
    *,
    packages: Sequence[str],
    seen: Sequence[str],
    secret: str,
    body: Mapping[str, Any] | None = None,
    texts: Iterable[Mapping[str, str]] = (),
    conditions: Iterable[Mapping[str, str]] = (),
    act: str = disclosure.DELIVER,
    measure_entry: str | None = None,
) -> SignedAct:
    """Hand evidence over: the act, the `sent` statements and the wraps for the receiving custodian, or nothing.

    This is the one door evidence leaves by (`disclosure.gate`). The files travel after the act, sealed as they are.
    """
    return sign_act(
        person,
        act=act,
        secret=secret,
        dossier_id=dossier_id,
        body=body,
        texts=texts,
        conditions=conditions,
        seen=seen,
        packages=packages,
        measure_entry=measure_entry,
    )


def confirm(
    person: Person,
    dossier_id: str,
    *,
    packages: Sequence[str],
    seen: Sequence[str],
    secret: str,
    body: Mapping[str, Any] | None = None,
    texts: Iterable[Mapping[str, str]] = (),
) -> SignedAct:
    """Confirm that evidence arrived whole: the act and the `received` statements, which go back to the sender."""
    return sign_act(
        person,
        act=disclosure.CONFIRM,
        secret=secret,
        dossier_id=dossier_id,
        body=body,
        texts=texts,
        seen=seen,
        packages=packages,
    )
