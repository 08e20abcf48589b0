"""Where an act leaves what the rules ask for. It is shown, needs a reason, then goes, flagged to all members.

States decide, software shows: nothing here forbids. Each departure names the line of the law it leaves, as it may be
cited, and how sure that line is; `sign_act` refuses only what goes without its reason. Where the rules of a basis are
not in the data nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import twins
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.store import Loaded
from corridor.dossier import Text
from corridor.dossier.kinds.facts import Offence
from corridor.dossier.kinds.parts.asking import offence_facts
from corridor.registry.entry import Entry

#: Every code, in the order pages show them.
CODES = (
    "gate", "channel", "threshold", "language", "incomplete", "measure", "ground", "not_consulted", "duplicate",
)  # fmt: skip


@dataclass(frozen=True)
class Departure:
    """One thing an act does otherwise than the rules say.

    `item` is what it is about (a content item, a language, an article, a dossier); `ref` the line it leaves, as it may
    be cited, empty where no instrument says it; `text` that line in our words; `confidence` seen, recalled, fictional,
    declared (by that State, in the directory) or ours.
    """

    code: str
    item: str
    ref: str
    text: str
    confidence: str
    certainty: str = ""

    def in_body(self) -> dict[str, str]:
        """How the act says it."""
        found = {"code": self.code, "ref": self.ref, "item": self.item}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Request:
    """A request as drafted, before it has a signature: all that its departures are found in."""

    kind: str
    instrument: str
    state: str  # asked
    authority: str  # asked
    body: Mapping[str, Any]
    texts: tuple[Text, ...]


def opening(
    home: House, person: Person, request: Request, on: date, confirmed: Collection[str] = ()
) -> tuple[Departure, ...]:
    """The departures of a request. Raises `casework.act.basis` for an instrument that was no law on that day."""
    try:
        form = law.form(request.kind, request.instrument, on=on)
    except law.LawFault as error:
        raise CaseworkFault("casework.act.basis") from error
    entry = home.directory.entry(request.state) if request.state else None
    found = [
        *(_gate(request, confirmed) if form.known else ()),
        *_channel(person, request, form, entry, confirmed),
        *_threshold(home, request, entry),
        *_language(request.texts, request.authority, entry, form, confirmed),
        *_incomplete(request, form, on, confirmed),
        *_measures(named_measures(request.body), form, confirmed),
        *_duplicate(home, person, request),
    ]
    return _ordered(found)


def following(
    home: House,
    loaded: Loaded,
    act: str,
    body: Mapping[str, Any],
    texts: Iterable[Text] = (),
    confirmed: Collection[str] = (),
) -> tuple[Departure, ...]:
    """The departures of an act within a dossier, under the rules the dossier is pinned to."""
    head = loaded.opening.act.header
    if head.basis is None or loaded.state.rules is None:
        return ()
    try:
        form = law.rules(head.rules.law).form(head.kind, head.basis.instrument, on=head.time.date())
    except law.LawFault:
        return ()  # no rules, no claim; the page says that they are not known
    found: list[Departure] = []
    if act in ("refuse", "postpone"):
        found += _ground(act, str(body.get("ground") or ""), form, confirmed)
        found += _not_consulted(home, loaded, act, str(body.get("ground") or ""), form, confirmed)
    measure = body.get("measure")
    if act in _executing(head.kind) and isinstance(measure, Mapping):
        found += _measures([str(measure.get("kind") or "")], form, confirmed)
    if act == "supplement" and loaded.state.requested != home.state:
        office = next((m.authority for m in loaded.state.members if m.role == "requested"), "")
        entry = home.directory.entry(loaded.state.requested)
        found += _language(tuple(texts), office, entry, form, confirmed)
    return _ordered(found)


def settle(
    found: Iterable[Departure],
    named: Iterable[Mapping[str, Any]],
    reason: Mapping[str, str] | None,
    *,
    all_named: bool = False,
) -> tuple[list[dict[str, str]], tuple[Text, ...]]:
    """The departures as the act will carry them, with their reason as a text of field `departure`.

    Raises `casework.request.incomplete` when content is lacking and nothing was said of it, and
    `casework.act.departures` when any departure is not named by the officer or no reason is given.
    """
    rows = tuple(found)
    if not rows:
        return [], ()
    words = str((reason or {}).get("text") or "").strip()
    said = [dict(each) for each in named]
    open_ = [each for each in rows if not words or not (all_named or any(_names(one, each) for one in said))]
    if open_ and all(each.code == "incomplete" for each in rows) and not words:
        raise CaseworkFault("casework.request.incomplete", items=", ".join(each.item for each in open_))
    if open_:
        told = ", ".join(_told(each) for each in open_)
        raise CaseworkFault("casework.act.departures", departures=told, count=len(open_))
    text = Text("departure", str((reason or {}).get("language") or "en"), words)
    return [each.in_body() for each in rows], (text,)


def _names(said: Mapping[str, Any], found: Departure) -> bool:
    """Whether an officer's word means this departure: by code, and by item or provision where these are given."""
    if str(said.get("code") or "") != found.code:
        return False
    return all(not said.get(name) or said[name] == getattr(found, name) for name in ("item", "ref"))


def _told(each: Departure) -> str:
    place = ", ".join(part for part in (each.item[:40], each.ref) if part)
    return f"{each.code} ({place})" if place else each.code


def _ordered(found: Iterable[Departure]) -> tuple[Departure, ...]:
    rows = {(each.code, each.item): each for each in found}
    return tuple(sorted(rows.values(), key=lambda each: CODES.index(each.code)))


def _line(
    code: str, item: str, line: law.Line | None, confirmed: Collection[str], text: str = ""
) -> Departure:
    if line is None:
        return Departure(code, item, "", text, "ours")
    said = text or str(getattr(line, "text", "") or getattr(line, "title", ""))
    certainty = str(line.trust.certainty or "")
    return Departure(code, item, line.cite(confirmed), said, str(line.trust.confidence), certainty)


# -- what is looked at in a request ----------------------------------------------------------------------------------


def offence_in(body: Mapping[str, Any]) -> Offence | None:
    """The offence a body names, wherever it has its place; None while it is not of its form."""
    for each in tables(body):
        if each.get("articles") or each.get("serious_crime"):
            try:
                return Offence.model_validate(dict(each))
            except ValidationError:
                continue
    return None


def named_measures(body: Mapping[str, Any]) -> list[str]:
    """Ids of measures a request asks for."""
    return [
        str(one)
        for each in tables(body)
        for one in each.get("measures") or ()
        if isinstance(one, str) and one
    ]


def tables(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table in a body, from the outside in."""
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from tables(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tables(each)


def gate_of(body: Mapping[str, Any], instrument: str) -> law.Gate | None:
    """Which door the offence opens under the instrument; None where no offence is named or no gate is in the data."""
    offence = offence_in(body)
    facts = None if offence is None else offence_facts(offence, instrument)
    if facts is None:
        return None
    try:
        return law.gate(facts, instrument)
    except law.LawFault:
        return None


def _gate(request: Request, confirmed: Collection[str]) -> Iterator[Departure]:
    gate = gate_of(request.body, request.instrument)
    if gate is not None and request.kind not in gate.opens:
        yield _line("gate", str(gate.category), gate.because[-1] if gate.because else None, confirmed)


def _channel(
    person: Person, request: Request, form: Any, entry: Entry | None, confirmed: Collection[str]
) -> Iterator[Departure]:
    if not form.known:
        return
    line = form.channels[0] if form.channels else None
    if not _fits(person.authority_role, form.senders):
        yield _line("channel", person.authority, line or form, confirmed)
    office = entry.authority(request.authority) if entry is not None else None
    if office is not None and not _fits(office.role, form.receivers):
        yield _line("channel", office.code, line or form, confirmed)


def _fits(role: str, wanted: Iterable[Any]) -> bool:
    """Whether an authority of that role is one a form names; any is, where the directory knows none of those."""
    from corridor.casework.actions.people import (
        AUTHORITY_ROLES,  # which itself reads queries, and these read us
    )

    told = {str(each) for each in wanted}
    listed = told & set(AUTHORITY_ROLES)
    return not listed or "party" in told or bool({role, *AUTHORITY_ROLES.get(role, ())} & told)


def languages_of(entry: Entry | None, authority: str) -> tuple[str, ...]:
    """The languages an authority accepts, as its State publishes them; empty where it says nothing."""
    office = entry.authority(authority) if entry is not None else None
    return office.languages if office is not None else ()


def _language(
    texts: Iterable[Text], authority: str, entry: Entry | None, form: Any, confirmed: Collection[str]
) -> Iterator[Departure]:
    """Texts in no language the authority accepts. A field that also has one in a language it does is translated."""
    accepted = {each.partition("-")[0].lower() for each in languages_of(entry, authority)}
    if not accepted:
        return
    written: dict[str, set[str]] = {}
    for text in texts:
        if text.text.strip() and text.field != "departure":  # the reason for a language departs from nothing
            written.setdefault(text.field, set()).add(text.language.partition("-")[0].lower())
    foreign = {each for found in written.values() if not found & accepted for each in found}
    line = form.form_and_language[0] if form.known and form.form_and_language else None
    for each in sorted(foreign):
        yield _line("language", each, line, confirmed)


def _incomplete(request: Request, form: Any, on: date, confirmed: Collection[str]) -> Iterator[Departure]:
    rows = dossiers.missing(request.kind, request.instrument, request.body, on, request.texts, confirmed)
    for row in rows:
        if row.mandatory:
            yield _line("incomplete", row.item, form.content(row.item), confirmed)


def _measures(named: Iterable[str], form: Any, confirmed: Collection[str]) -> Iterator[Departure]:
    if form.known and form.measures:
        for each in named:
            if each and form.measure(each) is None:
                yield _line("measure", each, form, confirmed)


def declared(entry: Entry | None, kind: str) -> Iterator[Mapping[str, Any]]:
    """What a State declared in the directory that concerns a kind: rows with `says`, `value`, `kinds`, `text`."""
    for row in entry.declarations if entry is not None else ():
        kinds = row.get("kinds")
        if row.get("says") and (not kinds or (isinstance(kinds, list | tuple) and kind in kinds)):
            yield row


def penalty_years(home: House, request: Request) -> int | None:
    """The maximum penalty of the offence in the requesting State, in whole years; None where it is not known."""
    offence = offence_in(request.body)
    if offence is None:
        return None
    if offence.serious_crime is not None:
        return offence.serious_crime.max_penalty_years
    highest: list[int] = []
    for article in articles_of(offence):
        try:
            side = law.criminality(home.state, request.state, article).side(home.state)
        except law.LawFault:
            continue
        for each in (side.base, side.aggravated) if side is not None else ():
            if each is not None and (each.life or each.months is not None):
                highest.append(99 if each.life else (each.months or 0) // 12)
    return max(highest, default=None)


def articles_of(offence: Offence) -> tuple[int, ...]:
    """Numbers of the articles of the Convention an offence names."""
    facts = offence_facts(offence, law_default())
    return facts.articles if facts is not None else ()


def law_default() -> str:
    """The instrument that is meant where none is named."""
    from corridor.law.ruleset import DEFAULT

    return DEFAULT


def _threshold(home: House, request: Request, entry: Entry | None) -> Iterator[Departure]:
    years = penalty_years(home, request)
    for row in declared(entry, request.kind):
        value = row.get("value")
        if (
            row["says"] == "minimum_penalty_years"
            and isinstance(value, int)
            and years is not None
            and years < value
        ):
            yield Departure("threshold", str(value), str(row.get("ref") or ""), said(row), "declared")


def said(row: Mapping[str, Any]) -> str:
    """The words of a declaration, in English where it has them."""
    text = row.get("text")
    if isinstance(text, Mapping):
        return str(text.get("en") or next(iter(text.values()), ""))
    return str(text or "")


def _duplicate(home: House, person: Person, request: Request) -> Iterator[Departure]:
    for twin in twins.find(home, person, request.kind, request.state, request.body):
        if twin.whole and twin.open:
            yield Departure("duplicate", twin.dossier, "", "", "ours")


# -- what is looked at in an answer ------------------------------------------------------------------------------------


def _executing(kind: str) -> frozenset[str]:
    found: frozenset[str] = getattr(dossiers.REGISTRY[kind], "executing", frozenset())
    return found | {"execute"}


def _ground(act: str, ground: str, form: Any, confirmed: Collection[str]) -> Iterator[Departure]:
    if not form.known or not ground:
        return
    if act == "postpone":
        if form.postponement is None or form.postponement.id != ground:
            yield _line("ground", ground, form.postponement or form, confirmed)
    elif form.ground(ground) is None:
        line = next((each for each in (*form.excluded, *form.prohibited) if each.id == ground), None)
        yield _line("ground", ground, line or form.grounds_rule or form, confirmed)


def _not_consulted(
    home: House, loaded: Loaded, act: str, ground: str, form: Any, confirmed: Collection[str]
) -> Iterator[Departure]:
    if not form.known:
        return
    consulted = any(
        one.state == home.state
        and one.act.header.act == "consult"
        and loaded.state.outcomes[one.id].status == "effective"
        for one in loaded.acts
    )
    duty = next((each for each in form.duties if each.id.startswith("consult_before_refuse")), None)
    line = form.ground(ground)
    asks = (
        (duty is not None and duty.mandatory)
        if act == "postpone"
        else line is not None and line.consult_first
    )
    if asks and not consulted:
        yield _line("not_consulted", ground, duty or line, confirmed)
