"""Earlier requests of this authority for the same thing: found by digests of normal forms, never by columns in clear.

The digests are keyed with a secret of this process and live in its memory only: a digest of a telephone number in a
database could be guessed, number by number. What a request asks for is read from its sealed acts once and kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from corridor.casework import access, store
from corridor.casework.access import Person
from corridor.casework.house import House
from corridor.casework.models import ActRow, Dossier
from corridor.dossier import decode
from corridor.dossier.identifiers import check
from corridor.faults import Fault

_KEY = secrets.token_bytes(32)
_KNOWN: dict[str, Mapping[str, tuple[Span, ...]]] = {}  # act id -> what it asks for
_MOST = 20_000  # acts remembered

Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Twin:
    """An own dossier to the same State that asks for some of the same. `whole`: for all the draft asks for."""

    dossier: str
    reference: str
    status: str
    open: bool
    shared: int
    whole: bool


def find(home: House, person: Person, kind: str, state: str, body: Mapping[str, Any]) -> tuple[Twin, ...]:
    """Dossiers of the person's own authority, of this kind and to this State, that ask for some of the same things."""
    wanted = asked_for(body)
    if not wanted or not state:
        return ()
    rows = access.dossiers(person).filter(
        kind=kind, requesting=home.state, requested=state, home__code=person.authority
    )
    known = _known(home, rows)
    found = []
    for row in rows:
        shared = _shared(wanted, known.get(row.pk, {}))
        if shared:
            found.append(_twin(home, row, shared, len(wanted)))
    return tuple(each for each in found if each is not None)


def _twin(home: House, row: Dossier, shared: int, of: int) -> Twin | None:
    try:
        loaded = store.load(home, row)
    except Fault:
        return None  # a dossier that cannot be read now says so on the desk
    state = loaded.state
    open_ = state.turn is not None or bool(state.owed)
    return Twin(row.pk, state.references.get(home.state, ""), state.status or "", open_, shared, shared == of)


def _shared(wanted: Mapping[str, tuple[Span, ...]], known: Mapping[str, tuple[Span, ...]]) -> int:
    return sum(
        any(_meet(one, two) for one in spans for two in known.get(each, ())) for each, spans in wanted.items()
    )


def _meet(one: Span, two: Span) -> bool:
    """Whether two periods have a moment in common; an open end reaches as far as it needs to."""
    starts = [each for each in (one[0], two[0]) if each is not None]
    ends = [each for each in (one[1], two[1]) if each is not None]
    return not starts or not ends or max(starts) <= min(ends)


def _known(home: House, wanted: QuerySet[Dossier]) -> dict[str, dict[str, tuple[Span, ...]]]:
    """What each dossier asks for, in its request and what supplements it. Opens only acts not opened before."""
    acts = ActRow.objects.filter(
        dossier__in=wanted, from_state=home.state, name__in=("request", "supplement")
    )
    if len(_KNOWN) > _MOST:
        _KNOWN.clear()
    ids = dict(acts.values_list("pk", "dossier_id"))
    for act in acts.filter(pk__in=[each for each in ids if each not in _KNOWN]).defer("seen"):
        _KNOWN[act.pk] = asked_for(decode(store.envelope(home, act).payload).body)
    found: dict[str, dict[str, tuple[Span, ...]]] = {}
    for act_id, dossier_id in ids.items():
        whole = found.setdefault(dossier_id, {})
        for each, spans in _KNOWN.get(act_id, {}).items():
            whole[each] = (*whole.get(each, ()), *spans)
    return found


def asked_for(body: Mapping[str, Any]) -> Mapping[str, tuple[Span, ...]]:
    """Keyed digest of each thing a body asks about -> the periods it is asked for."""
    found: dict[str, tuple[Span, ...]] = {}
    for thing, span in _things(body, "", (None, None)):
        name = hashlib.blake2b("\n".join(thing).encode("utf-8", "surrogatepass"), key=_KEY, digest_size=20)
        found[name.hexdigest()] = (*found.get(name.hexdigest(), ()), span)
    return found


def _things(value: Any, category: str, span: Span) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Accounts, addresses and earlier preservations named anywhere, with the category of data and the period."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _things(each, category, span)
    if not isinstance(value, Mapping):
        return
    category = str(value.get("category") or category)
    if isinstance(period := value.get("period"), Mapping):
        span = (_time(period.get("start")), _time(period.get("end")))
    kind, name = value.get("type"), value.get("value")
    if isinstance(kind, str) and isinstance(name, str) and name:
        yield ("account", category, kind, _normal(kind, value)), span
    if isinstance(value.get("ip"), str):
        parts = {each: value.get(each) for each in ("ip", "port", "time")}
        yield ("address", category, check("ip", parts).normal), span
    if isinstance(kept := value.get("preservation"), str) and kept:
        yield ("preservation", category, kept), span
    for code, each in value.items():
        if code not in ("period", "departures", "channels_used"):
            yield from _things(each, category, span)


def _normal(kind: str, account: Mapping[str, Any]) -> str:
    """Compared without regard to case: that two mailboxes differ only in it is rarer than that one officer typed so."""
    return check(kind, {"value": account["value"], "chain": account.get("chain")}).normal.casefold()


def _time(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
