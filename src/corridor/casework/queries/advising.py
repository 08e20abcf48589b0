"""What a page tells whoever drafts: met, missing and unknown, the gate, both laws, warnings, grounds, identifiers.

All of it is advice with its provision and how sure the line is. What needs a reason is `advice.opening`'s to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from corridor import dossier as dossiers
from corridor import law
from corridor.casework import access, advice, store, twins, wording
from corridor.casework.access import Person
from corridor.casework.advice import Departure, Request
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.house import House, house
from corridor.casework.queries.law import law_confirmed
from corridor.casework.queries.pages import Plain
from corridor.casework.twins import Twin
from corridor.dossier import Text
from corridor.dossier.identifiers import Checked, check
from corridor.law import drafting
from corridor.registry.entry import Entry


@dataclass(frozen=True)
class ItemRow(Plain):
    """One content item of the form: `met`, `missing` (asked for in every case) or `unknown` (only where it fits)."""

    item: str
    standing: str
    ref: str
    text: str
    requirement: str
    confidence: str
    certainty: str


@dataclass(frozen=True)
class GateRow(Plain):
    """Which door the offence opens. `opens` is None where nothing can be said."""

    category: str
    opens: bool | None
    ref: str
    text: str
    confidence: str
    remarks: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class SideRow(Plain):
    """One State's law on one article; `known` False where nobody researched it."""

    state: str
    known: bool
    provision: str = ""
    months: int | None = None
    life: bool = False
    four_years: str = "unknown"
    confidence: str = ""


@dataclass(frozen=True)
class CrimeRow(Plain):
    """One article in both States' law, side by side."""

    article: int
    title: str
    verdict: str
    sides: tuple[SideRow, ...]


@dataclass(frozen=True)
class WarningRow(Plain):
    """Something the requested State published, or the law data holds of it, that bears on this request."""

    code: str
    text: str
    ref: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class GroundRow(Plain):
    """A ground this request could meet. `bears`: yes, no or unknown, as to the fact named; empty: people judge."""

    ground: str
    ref: str
    text: str
    nature: str
    confidence: str
    certainty: str
    fact: str
    bears: str


@dataclass(frozen=True)
class IdentifierRow(Plain):
    """An identifier of the draft, by its place in the body (`data_and_link.data.0.account`)."""

    place: str
    type: str
    value: str
    checked: Checked


@dataclass(frozen=True)
class Advice(Plain):
    """Everything beside the form."""

    known_rules: bool
    items: tuple[ItemRow, ...] = ()
    gate: GateRow | None = None
    crimes: tuple[CrimeRow, ...] = ()
    warnings: tuple[WarningRow, ...] = ()
    grounds: tuple[GroundRow, ...] = ()
    grounds_closed: bool = False
    identifiers: tuple[IdentifierRow, ...] = ()
    twins: tuple[Twin, ...] = ()
    departures: tuple[Departure, ...] = ()
    unfit: tuple[wording.Unfit, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def advise(person: Person, kind: str, content: Mapping[str, Any]) -> Advice:
    """Look at a request as drafted. Called while an officer types: nothing is kept, nothing is asked of the network."""
    person.require("draft.write")
    if kind not in person.sends:
        raise NotAllowed("draft.write")
    home, request = house(), _request(kind, content)
    on = home.clock().date()
    confirmed = law_confirmed(person).cites
    try:
        form = law.form(kind, request.instrument, on=on)
    except law.LawFault as error:
        raise CaseworkFault("casework.act.basis") from error
    entry = home.directory.entry(request.state) if request.state else None
    items = tuple(sorted(_items(form, request, confirmed), key=lambda row: _STANDING.index(row.standing)))
    asked = [replace(request, state=state, authority=office) for state, office in _addressees(content)]
    departures = tuple(
        dict.fromkeys(
            one for each in asked or [request] for one in advice.opening(home, person, each, on, confirmed)
        )
    )
    crimes = tuple(_crimes(home, request))
    near = twins.find(home, person, kind, request.state, request.body)
    facts = _facts(home, request, departures, crimes, near)
    return Advice(
        known_rules=form.known,
        items=items,
        gate=_gate(request, form, confirmed),
        crimes=crimes,
        warnings=tuple(_warnings(home, request, entry)),
        grounds=tuple(_grounds(form, request, facts, confirmed)),
        grounds_closed=bool(getattr(form, "grounds_closed", False)),
        identifiers=tuple(identifiers(request.body, home.clock(), zone=_zone_of(entry))),
        twins=near,
        departures=departures,
        unfit=wording.unfit(request.body, content.get("texts") or (), str(content.get("reference") or "")),
        counts={each: sum(row.standing == each for row in items) for each in ("met", "missing", "unknown")},
    )


_STANDING = ("missing", "unknown", "met")  # the order a page shows items in


def departing(person: Person, dossier_id: str, act: str, content: Mapping[str, Any]) -> tuple[Departure, ...]:
    """Where an act as drafted would leave the rules of its dossier. Raises NotFound, NotAllowed."""
    row = access.own_dossier(person, dossier_id, "draft.write")
    home = house()
    texts = _request(row.kind, content).texts
    confirmed = law_confirmed(person).cites
    return advice.following(home, store.load(home, row), act, content.get("body") or {}, texts, confirmed)


def _addressees(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """State and authority of everyone a request is for: one, or several where the kind is for several."""
    to = content.get("to") or []
    rows = [to] if isinstance(to, Mapping) else to
    return [(str(row.get("state") or ""), str(row.get("authority") or "")) for row in rows]


def _request(kind: str, content: Mapping[str, Any]) -> Request:
    """What is looked at. Of several States asked, the first."""
    state, authority = next(iter(_addressees(content)), ("", ""))
    basis = content.get("basis") or {}
    texts = [
        Text(str(row.get("field", "")), str(row.get("language", "en")), str(row.get("text", "")))
        for row in content.get("texts") or ()
    ]
    return Request(
        kind=kind,
        instrument=str(basis.get("instrument") or advice.law_default()),
        state=state,
        authority=authority,
        body=content.get("body") or {},
        texts=tuple(texts),
    )


def _marks(line: law.Line) -> tuple[str, str]:
    return str(line.trust.confidence), str(line.trust.certainty or "")


def _items(form: Any, request: Request, confirmed: Collection[str]) -> Iterator[ItemRow]:
    if not form.known:
        return
    lacking = dossiers.missing(
        request.kind, request.instrument, request.body, house().clock().date(), request.texts, confirmed
    )
    still = {row.item: row for row in lacking}
    for line in form.contents:
        row = still.get(line.id)
        standing = "met" if row is None else "missing" if row.mandatory else "unknown"
        requirement = str(line.requirement)
        yield ItemRow(line.id, standing, line.cite(confirmed), line.text, requirement, *_marks(line))


def _gate(request: Request, form: Any, confirmed: Collection[str]) -> GateRow | None:
    offence = advice.offence_in(request.body)
    if offence is None:
        return None
    gate = advice.gate_of(request.body, request.instrument)
    if gate is None or not form.known:
        return GateRow("", None, "", "", "")
    line = gate.because[-1]
    limits = tuple(each.text for each in gate.limits if each.id == request.kind)
    opens = request.kind in gate.opens
    text = str(getattr(line, "text", ""))
    return GateRow(
        str(gate.category), opens, line.cite(confirmed), text, _marks(line)[0], gate.remarks, limits
    )


def _crimes(home: House, request: Request) -> Iterator[CrimeRow]:
    offence = advice.offence_in(request.body)
    if offence is None or not request.state:
        return
    for article in advice.articles_of(offence)[:6]:
        try:
            found = law.criminality(home.state, request.state, article)
        except law.LawFault:
            continue  # no offence of the Convention, or a State the tables do not know: nothing is claimed
        sides = tuple(_side(code, found.side(code)) for code in (home.state, request.state))
        yield CrimeRow(article, found.title, str(found.verdict), sides)


def _side(state: str, found: law.National | None) -> SideRow:
    if found is None:
        return SideRow(state, known=False)
    worst = found.aggravated or found.base
    return SideRow(
        state,
        known=True,
        provision=found.provision,
        months=worst.months if worst is not None else None,
        life=worst.life if worst is not None else False,
        four_years=str(found.four_years),
        confidence=str(found.confidence),
    )


def _warnings(home: House, request: Request, entry: Entry | None) -> Iterator[WarningRow]:
    if entry is None:
        return
    languages = advice.languages_of(entry, request.authority)
    yield WarningRow("languages" if languages else "languages-not-said", ", ".join(languages), "", "declared")
    point = entry.contact_point
    if told := ", ".join(each for each in (point.phone, point.email, point.hours) if each):
        yield WarningRow("contact-point", told, "", "declared")
    for row in advice.declared(entry, request.kind):
        yield WarningRow("declared", advice.said(row), str(row.get("ref") or ""), "declared")
    on = home.clock().date()
    offence = advice.offence_in(request.body)
    article = next(iter(advice.articles_of(offence)), None) if offence is not None else None
    for effect in law.effects(request.state, request.instrument):
        if effect.touches(on, request.kind, article):
            ref = f"{effect.instrument} {effect.article}"
            yield WarningRow(f"effect.{effect.effect}", effect.text, ref, str(effect.marks.confidence))
    yield from _bonds(home, request)


def _bonds(home: House, request: Request) -> Iterator[WarningRow]:
    try:
        found = law.between(home.state, request.state, on=home.clock().date(), form=request.kind)
    except law.LawFault:
        return
    bonds = [each.id for each in found.instruments]
    if request.instrument not in bonds:
        yield WarningRow("not-binding", ", ".join(bonds), request.instrument)
    elif bonds[0] != request.instrument:
        yield WarningRow("better-bond", bonds[0], request.instrument)


def _facts(
    home: House,
    request: Request,
    departures: tuple[Departure, ...],
    crimes: tuple[CrimeRow, ...],
    near: tuple[Twin, ...],
) -> dict[str, str]:
    """Fact of `law.drafting` -> yes, no or unknown for this request."""
    codes = {each.code for each in departures}
    gate = advice.gate_of(request.body, request.instrument)
    bound = [row.code for row in _bonds(home, request)] if request.state else []
    both = {row.verdict for row in crimes}
    nationals = {str(one) for each in advice.tables(request.body) for one in each.get("nationalities") or ()}
    return {
        "not_punishable_in_both": "unknown" if both != {str(law.Verdict.BOTH)} else "no",
        "low_penalty": _low(request, crimes),
        "content_lacking": "yes" if "incomplete" in codes else "no",
        "gate_closed": "unknown" if gate is None else "yes" if "gate" in codes else "no",
        "national_of_requested": "unknown"
        if not nationals
        else "yes"
        if request.state in nationals
        else "no",
        "not_binding": "unknown" if not request.state else "yes" if "not-binding" in bound else "no",
        "not_urgent": "no" if request.body.get("urgent") else "yes",
        "asked_already": "yes" if any(each.open for each in near) else "no",
    }


def _low(request: Request, crimes: tuple[CrimeRow, ...]) -> str:
    """Whether the maximum penalty in the requesting State is below the line the instrument draws; or not known."""
    offence, gate = advice.offence_in(request.body), advice.gate_of(request.body, request.instrument)
    if offence is not None and offence.serious_crime is not None and gate is not None:
        return "yes" if str(gate.category) == str(law.Category.OTHER) else "no"
    told = {row.sides[0].four_years for row in crimes}
    if not told or str(law.FourYears.UNKNOWN) in told:
        return "unknown"
    return "no" if str(law.FourYears.AT_OR_ABOVE) in told else "yes"


def _grounds(
    form: Any, request: Request, facts: Mapping[str, str], confirmed: Collection[str]
) -> Iterator[GroundRow]:
    bearing = drafting.bearing()
    for line in form.grounds:
        fact = bearing.get(line.id, "")
        bears = facts.get(fact, "")
        if line.reservation and bears != "no":
            fact, bears = "reservation", _reserved(request, line.reservation)
        yield GroundRow(
            line.id, line.cite(confirmed), line.text, str(line.nature), *_marks(line), fact, bears
        )


def _reserved(request: Request, article: str) -> str:
    """Whether the requested State made the reservation a ground rests on: yes, or not known. Silence is no answer."""
    made = law.effects(request.state, request.instrument) if request.state else ()
    return "yes" if any(each.article == article for each in made) else "unknown"


def _zone_of(entry: Entry | None) -> str:
    """The zone the requested State's days are days in; empty where its entry names none."""
    return str(getattr(entry, "time_zone", None) or "")


def identifiers(
    body: Mapping[str, Any], at: datetime, place: str = "", zone: str = ""
) -> Iterator[IdentifierRow]:
    """Every account, address and suggested day in a body, judged. A day is one in `zone`, where that is known."""
    for code, value in body.items():
        here = f"{place}.{code}" if place else str(code)
        if isinstance(value, Mapping):
            yield from _identifier(here, value, at)
            yield from identifiers(value, at, here, zone)
        elif isinstance(value, list | tuple):
            for number, each in enumerate(value):
                if isinstance(each, Mapping):
                    yield from _identifier(f"{here}.{number}", each, at)
                    yield from identifiers(each, at, f"{here}.{number}", zone)
        elif code == "deadline" and value:
            found = check("day", {"day": str(value), "zone": zone}, at=at)
            yield IdentifierRow(here, "day", str(value), found)


def _identifier(place: str, value: Mapping[str, Any], at: datetime) -> Iterator[IdentifierRow]:
    kind, name = value.get("type"), value.get("value")
    if isinstance(kind, str) and name:
        found = check(kind, {"value": name, "chain": value.get("chain")}, at=at)
        yield IdentifierRow(place, kind, str(name), found)
    if value.get("ip"):
        yield IdentifierRow(place, "ip", str(value["ip"]), check("ip", value, at=at))
