"""What an instrument says beside its forms of cooperation: jurisdiction, domestic powers, safeguards, who keeps which
register, what a Party notifies, which reservations it may make, and the final clauses.

Each is a page of the instrument's folder, read when asked for. An instrument whose folder has no such page answers with
nothing in it; that is "not in the data", never "the instrument has none".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from corridor.law import forms
from corridor.law.loader import Row
from corridor.law.types import Duty, Line, Period, Provision, Strength, plain

L = TypeVar("L", bound=Line)


class Principle(StrEnum):
    """On what a State founds its jurisdiction."""

    TERRITORY = "territory"
    FLAG = "flag"
    PASSIVE_PERSONALITY = "passive_personality"
    ACTIVE_PERSONALITY = "active_personality"
    PROTECTIVE = "protective"
    LAUNDERING_ABROAD = "laundering_abroad"
    EXTRADITE_OR_PROSECUTE = "extradite_or_prosecute"
    DOMESTIC_LAW = "domestic_law"


class Moment(StrEnum):
    """When a State says something to the depositary."""

    SIGNATURE = "signature"
    DEPOSIT = "deposit"
    PARTY = "party"


class Option(StrEnum):
    """What a State may choose. `optional_element`: it may ask more for an offence; `exclusion`: it may leave conduct
    out; `extension`: it may reach further; `general_rule`: what governs every other reservation.
    """

    RESERVATION = "reservation"
    DECLARATION = "declaration"
    OPTIONAL_ELEMENT = "optional_element"
    EXCLUSION = "exclusion"
    EXTENSION = "extension"
    GENERAL_RULE = "general_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionGround(Line):
    """A ground on which a Party must (`shall`) or may establish its jurisdiction."""

    id: str
    text: str
    principle: Principle
    strength: Strength


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Who may try: the grounds, what States owe each other when several claim, and what limits all of it."""

    instrument: str
    grounds: tuple[JurisdictionGround, ...] = ()
    duties: tuple[Duty, ...] = ()
    rules: tuple[Provision, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Line):
    """One domestic power a Party gives its authorities.

    `reaches`: which offences or data; `addressee`: on whom; `authorisation`: who authorises it, None where the
    instrument leaves that to domestic law and the general safeguards; `forms`: the kinds of request it executes;
    `measures`: the kinds of measure (measures.yaml) a requested State names when it uses the power.
    """

    id: str
    article: int
    title: str
    text: str
    strength: Strength
    reaches: str
    addressee: str
    authorisation: Provision | None
    conditions: tuple[Provision, ...]
    secrecy: tuple[Provision, ...]
    periods: tuple[Period, ...]
    reservations: tuple[Provision, ...]
    forms: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Procedural:
    """The domestic powers of an instrument, with their common scope and their common safeguards."""

    instrument: str
    scope: tuple[Provision, ...] = ()
    safeguards: tuple[Provision, ...] = ()
    powers: tuple[Power, ...] = ()

    def power(self, id: str) -> Power | None:
        return next((each for each in self.powers if each.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguard(Line):
    """Something that protects a person or a State. `product` is what software does about it: ours, not the treaty's."""

    id: str
    text: str
    protects: str
    product: str | None = None


class Needed(StrEnum):
    """When a safeguard is a step: always, where domestic law asks for it, or where personal data go."""

    ALWAYS = "always"
    WHERE_DOMESTIC_LAW_ASKS = "where_domestic_law_asks"
    WHERE_PERSONAL_DATA_GO = "where_personal_data_go"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardStep(Line):
    """What a requested State looks at before an act that executes. `step`: the code it is written down under, the same
    whatever provision a kind of request takes it from; `kinds`: the kinds of request this line is about. `ref` is None
    where the instrument has no such clause and the step is the product's own.
    """

    id: str
    step: str
    text: str
    needed: Needed
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor(Line):
    """Somebody with a part under the instrument. `register`: the id of the register that lists it, if one does."""

    id: str
    text: str
    multiplicity: str | None = None
    notified_to: str | None = None
    register: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Line):
    """A list somebody keeps. `circulated`: how often it goes to the Parties, None where the instrument does not say."""

    id: str
    text: str
    keeper: str
    circulated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDuty(Line):
    """What the depositary or the secretariat does. `does`: receives, keeps, circulates, convenes, provides,
    publishes.
    """

    id: str
    text: str
    by: str
    does: str


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers of an instrument and what its depositary and secretariat owe."""

    instrument: str
    registers: tuple[Register, ...] = ()
    duties: tuple[OfficeDuty, ...] = ()

    def register(self, id: str) -> Register | None:
        return next((each for each in self.registers if each.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Line):
    """Something a Party tells. `when`: at signature, with its instrument, or as a Party; `mandatory`: False where it
    only may; `who`: every Party, or those a condition names; `register`: where it is entered.
    """

    id: str
    title: str
    text: str
    when: tuple[Moment, ...]
    to: str
    who: str
    mandatory: bool
    register: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation(Line):
    """A reservation, declaration or option an instrument leaves to a Party. `affects`: articles whose reach it
    changes.
    """

    id: str
    text: str
    kind: Option
    affects: tuple[int, ...]
    when: tuple[Moment, ...]
    withdrawable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Line):
    """One final clause, with the figures and days it fixes: `numbers` and `days` by the name of what they count."""

    id: str
    title: str
    text: str
    numbers: tuple[tuple[str, int], ...] = ()
    days: tuple[tuple[str, date], ...] = ()

    def number(self, name: str) -> int | None:
        return dict(self.numbers).get(name)

    def day(self, name: str) -> date | None:
        return dict(self.days).get(name)

    def to_dict(self) -> dict[str, Any]:
        row = Line.to_dict(self)
        row["numbers"] = dict(self.numbers)
        row["days"] = {name: day.isoformat() for name, day in self.days}
        return row


@dataclass(frozen=True, slots=True)
class FinalClauses:
    instrument: str
    clauses: tuple[Clause, ...] = ()

    def clause(self, id: str) -> Clause | None:
        return next((each for each in self.clauses if each.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)


def _plain(value: Any) -> dict[str, Any]:
    return {each.name: plain(getattr(value, each.name)) for each in fields(value)}


# -- reading -----------------------------------------------------------------------------------------


def _base(row: Row, instrument: str) -> dict[str, Any]:
    return {"instrument": instrument, "ref": row.maybe_text("ref"), "trust": row.trust()}


def _lines(top: Row, key: str, read: Callable[[Row, str], L], instrument: str) -> tuple[L, ...]:
    """The lines of one list. Raises LawFault where an id stands twice or a key is not known."""
    found: dict[str, L] = {}
    for row in top.rows(key):
        line = read(row, instrument)
        row.done()
        id = str(getattr(line, "id", ""))
        if id in found:
            raise row.fault(f"{key}: id {id} stands twice")
        found[id] = line
    return tuple(found.values())


def read_jurisdiction(top: Row, instrument: str) -> Jurisdiction:
    """jurisdiction.yaml: `grounds`, `duties`, `rules`."""
    found = Jurisdiction(
        instrument,
        _lines(top, "grounds", _jurisdiction_ground, instrument),
        _lines(top, "duties", forms.duty, instrument),
        _lines(top, "rules", forms.provision, instrument),
    )
    top.done()
    return found


def _jurisdiction_ground(row: Row, instrument: str) -> JurisdictionGround:
    return JurisdictionGround(
        id=row.text("id"),
        text=row.text("text"),
        principle=row.word("principle", Principle),
        strength=row.word("strength", Strength),
        **_base(row, instrument),
    )


def read_procedural(top: Row, instrument: str) -> Procedural:
    """procedural.yaml: `scope`, `safeguards`, `powers`."""
    found = Procedural(
        instrument,
        _lines(top, "scope", forms.provision, instrument),
        _lines(top, "safeguards", forms.provision, instrument),
        _lines(top, "powers", _power, instrument),
    )
    top.done()
    return found


def _power(row: Row, instrument: str) -> Power:
    authorisation = row.maybe_row("authorisation")
    return Power(
        id=row.text("id"),
        article=row.number("article"),
        title=row.text("title"),
        text=row.text("text"),
        strength=row.word("strength", Strength),
        reaches=row.text("reaches"),
        addressee=row.text("addressee"),
        authorisation=forms.provision(authorisation, instrument) if authorisation else None,
        conditions=_lines(row, "conditions", forms.provision, instrument),
        secrecy=_lines(row, "secrecy", forms.provision, instrument),
        periods=_lines(row, "periods", forms.period, instrument),
        reservations=_lines(row, "reservations", forms.provision, instrument),
        forms=row.texts("forms"),
        measures=row.texts("measures"),
        **_base(row, instrument),
    )


def read_safeguards(top: Row, instrument: str) -> tuple[Safeguard, ...]:
    """safeguards.yaml: `safeguards`."""
    found = _lines(top, "safeguards", _safeguard, instrument)
    top.done()
    return found


def _safeguard(row: Row, instrument: str) -> Safeguard:
    return Safeguard(
        id=row.text("id"),
        text=row.text("text"),
        protects=row.text("protects"),
        product=row.maybe_text("product"),
        **_base(row, instrument),
    )


def read_steps(top: Row, instrument: str) -> tuple[SafeguardStep, ...]:
    """steps.yaml: `steps`. A kind of request has a step once."""
    found = _lines(top, "steps", _step, instrument)
    top.done()
    told = [(kind, line.step) for line in found for kind in line.kinds]
    if twice := sorted({each for each in told if told.count(each) > 1}):
        raise top.fault(f"step {twice[0][1]} stands twice for {twice[0][0]}")
    return found


def _step(row: Row, instrument: str) -> SafeguardStep:
    id = row.text("id")
    line = SafeguardStep(
        id=id,
        step=row.maybe_text("step") or id,
        text=row.text("text"),
        needed=row.word("needed", Needed),
        kinds=row.texts("kinds"),
        **_base(row, instrument),
    )
    if not line.kinds:
        raise row.fault("a step is for some kind of request: kinds is empty")
    return line


def read_actors(top: Row, instrument: str) -> tuple[Actor, ...]:
    """actors.yaml: `actors`."""
    found = _lines(top, "actors", _actor, instrument)
    top.done()
    return found


def _actor(row: Row, instrument: str) -> Actor:
    return Actor(
        id=row.text("id"),
        text=row.text("text"),
        multiplicity=row.maybe_text("multiplicity"),
        notified_to=row.maybe_text("notified_to"),
        register=row.maybe_text("register"),
        **_base(row, instrument),
    )


def read_registers(top: Row, instrument: str) -> Registers:
    """registers.yaml: `registers`, `duties`."""
    found = Registers(
        instrument,
        _lines(top, "registers", _register, instrument),
        _lines(top, "duties", _office_duty, instrument),
    )
    top.done()
    return found


def _register(row: Row, instrument: str) -> Register:
    return Register(
        id=row.text("id"),
        text=row.text("text"),
        keeper=row.text("keeper"),
        circulated=row.maybe_text("circulated"),
        **_base(row, instrument),
    )


def _office_duty(row: Row, instrument: str) -> OfficeDuty:
    return OfficeDuty(
        id=row.text("id"),
        text=row.text("text"),
        by=row.text("by"),
        does=row.text("does"),
        **_base(row, instrument),
    )


def read_notifications(top: Row, instrument: str) -> tuple[Notification, ...]:
    """notifications.yaml: `notifications`."""
    found = _lines(top, "notifications", _notification, instrument)
    top.done()
    return found


def _notification(row: Row, instrument: str) -> Notification:
    line = Notification(
        id=row.text("id"),
        title=row.text("title"),
        text=row.text("text"),
        when=row.words("when", Moment),
        to=row.text("to"),
        who=row.text("who"),
        mandatory=row.flag("mandatory"),
        register=row.maybe_text("register"),
        **_base(row, instrument),
    )
    if not line.when:
        raise row.fault("a notification is made at some moment: when is empty")
    return line


def read_reservations(top: Row, instrument: str) -> tuple[Reservation, ...]:
    """reservations.yaml: `options`."""
    found = _lines(top, "options", _reservation, instrument)
    top.done()
    return found


def _reservation(row: Row, instrument: str) -> Reservation:
    return Reservation(
        id=row.text("id"),
        text=row.text("text"),
        kind=row.word("kind", Option),
        affects=row.numbers("affects"),
        when=row.words("when", Moment),
        withdrawable=row.flag("withdrawable") if row.has("withdrawable") else None,
        **_base(row, instrument),
    )


def read_final_clauses(top: Row, instrument: str) -> FinalClauses:
    """final_clauses.yaml: `clauses`."""
    found = FinalClauses(instrument, _lines(top, "clauses", _clause, instrument))
    top.done()
    return found


def _clause(row: Row, instrument: str) -> Clause:
    numbers, days = row.maybe_row("numbers"), row.maybe_row("days")
    return Clause(
        id=row.text("id"),
        title=row.text("title"),
        text=row.text("text"),
        numbers=tuple((name, numbers.number(name)) for name in numbers.names()) if numbers else (),
        days=tuple((name, days.day(name)) for name in days.names()) if days else (),
        **_base(row, instrument),
    )


#: Page -> what reads it and what an instrument without the page answers.
PAGES: Mapping[str, tuple[Callable[[Row, str], Any], Callable[[str], Any]]] = {
    "jurisdiction": (read_jurisdiction, Jurisdiction),
    "procedural": (read_procedural, Procedural),
    "safeguards": (read_safeguards, lambda _: ()),
    "steps": (read_steps, lambda _: ()),
    "actors": (read_actors, lambda _: ()),
    "registers": (read_registers, Registers),
    "notifications": (read_notifications, lambda _: ()),
    "reservations": (read_reservations, lambda _: ()),
    "final_clauses": (read_final_clauses, FinalClauses),
}


def lines_of(value: Any) -> list[Line]:
    """Every line in one of these answers, those inside a power included."""
    found: list[Line] = []
    if isinstance(value, tuple):
        for each in value:
            found += lines_of(each)
    elif isinstance(value, Line):
        found.append(value)
        if isinstance(value, Power):
            found += [value.authorisation] if value.authorisation else []
            found += [*value.conditions, *value.secrecy, *value.periods, *value.reservations]
    elif hasattr(value, "__slots__"):
        for name in value.__slots__:
            found += lines_of(getattr(value, name))
    return found
