"""The Convention and its neighbours as dated, sourced data.

Pure: no clock, no network, no State by name. Every answer is a frozen value whose lines say where they were
read and how far to trust them; `cite()` is how a paper may name one. What the data holds and how far to
trust it: docs/law.md.

    law.article(42)                                       one article
    law.form("preservation", "UNCC_2024", on=day)         what a request needs, or UnknownRules
    law.gate(OffenceFacts(articles=(7,)))                 which door the offence opens
    law.digest(), law.rules(digest)                       what an act pins, and the rule set it pinned
    law.status(on=day)                                    for which States of the cast it is in force
"""

from __future__ import annotations

import importlib
import sys
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

from corridor.law.errors import LawFault
from corridor.law.gating import Door, Extent, Gate, OffenceFacts, Reach
from corridor.law.ruleset import DEFAULT, Rules, rules, shipped
from corridor.law.types import (
    NOT_IN_THE_DATA,
    Ancillary,
    Article,
    Category,
    Certainty,
    Confidence,
    ContentItem,
    Definition,
    Duty,
    Form,
    Ground,
    Instrument,
    Line,
    Links,
    MeasureKind,
    Nature,
    Offence,
    Paragraph,
    Period,
    PeriodKind,
    Provision,
    Reference,
    Requirement,
    Role,
    Source,
    Strength,
    Trust,
    UnknownRules,
)

if TYPE_CHECKING:
    from corridor.law.between import Between, Bond, Bonds, between
    from corridor.law.comparable import Comparable, comparable
    from corridor.law.conduct import Conduct, Meets, conduct, conducts
    from corridor.law.criminality import (
        Attempt,
        Attempts,
        Criminality,
        FourYears,
        National,
        Penalty,
        Verdict,
        criminality,
    )
    from corridor.law.days import day
    from corridor.law.forecast import Forecast, Scenario, forecast
    from corridor.law.gaps import GapAssessment, GapItem, Met, compare_gaps, gaps
    from corridor.law.local import local_table
    from corridor.law.matrix import Answer, Cell, Matrix, matrix
    from corridor.law.neighbours import Correspondence, Relation, correspondence, relations
    from corridor.law.parties import coverage, effects, participations, parties_to, short_title
    from corridor.law.press import PressError, press
    from corridor.law.reasons import NotApplicable, Reason
    from corridor.law.road import DepositKit, Document, Progress, Step, deposit_kit, read_progress
    from corridor.law.search import Findings, Found, search
    from corridor.law.states import Group, State, state, states
    from corridor.law.status import Entry, Standing, Status, Window, World, status
    from corridor.law.status_reading import assume, read_status, read_status_xml
    from corridor.law.status_table import (
        Assumption,
        StatusChange,
        StatusRow,
        StatusTable,
        compare_status,
        read_status_csv,
        shipped_table,
    )
    from corridor.law.treaty import (
        Actor,
        Clause,
        FinalClauses,
        Jurisdiction,
        JurisdictionGround,
        Moment,
        Needed,
        Notification,
        OfficeDuty,
        Option,
        Power,
        Principle,
        Procedural,
        Register,
        Registers,
        Reservation,
        Safeguard,
        SafeguardStep,
    )

#: Name -> the module it lives in: read when first asked for, so that a short question stays short.
_LAZY: dict[str, str] = {
    "GapAssessment": "corridor.law.gaps",
    "GapItem": "corridor.law.gaps",
    "Met": "corridor.law.gaps",
    "gaps": "corridor.law.gaps",
    "compare_gaps": "corridor.law.gaps",
    "Conduct": "corridor.law.conduct",
    "Meets": "corridor.law.conduct",
    "conduct": "corridor.law.conduct",
    "conducts": "corridor.law.conduct",
    "Forecast": "corridor.law.forecast",
    "Scenario": "corridor.law.forecast",
    "forecast": "corridor.law.forecast",
    "Comparable": "corridor.law.comparable",
    "comparable": "corridor.law.comparable",
    "Attempt": "corridor.law.criminality",
    "Attempts": "corridor.law.criminality",
    "Criminality": "corridor.law.criminality",
    "FourYears": "corridor.law.criminality",
    "National": "corridor.law.criminality",
    "Penalty": "corridor.law.criminality",
    "Verdict": "corridor.law.criminality",
    "criminality": "corridor.law.criminality",
    "local_table": "corridor.law.local",
    "DepositKit": "corridor.law.road",
    "Document": "corridor.law.road",
    "Progress": "corridor.law.road",
    "Step": "corridor.law.road",
    "deposit_kit": "corridor.law.road",
    "read_progress": "corridor.law.road",
    "PressError": "corridor.law.press",
    "press": "corridor.law.press",
    "assume": "corridor.law.status_reading",
    "read_status": "corridor.law.status_reading",
    "read_status_xml": "corridor.law.status_reading",
    "Assumption": "corridor.law.status_table",
    "StatusChange": "corridor.law.status_table",
    "StatusRow": "corridor.law.status_table",
    "StatusTable": "corridor.law.status_table",
    "compare_status": "corridor.law.status_table",
    "read_status_csv": "corridor.law.status_table",
    "shipped_table": "corridor.law.status_table",
    "Entry": "corridor.law.status",
    "Standing": "corridor.law.status",
    "Status": "corridor.law.status",
    "Window": "corridor.law.status",
    "World": "corridor.law.status",
    "status": "corridor.law.status",
    "Actor": "corridor.law.treaty",
    "Answer": "corridor.law.matrix",
    "Between": "corridor.law.between",
    "Bond": "corridor.law.between",
    "Bonds": "corridor.law.between",
    "Cell": "corridor.law.matrix",
    "Clause": "corridor.law.treaty",
    "FinalClauses": "corridor.law.treaty",
    "Correspondence": "corridor.law.neighbours",
    "Findings": "corridor.law.search",
    "Found": "corridor.law.search",
    "Group": "corridor.law.states",
    "Jurisdiction": "corridor.law.treaty",
    "JurisdictionGround": "corridor.law.treaty",
    "Matrix": "corridor.law.matrix",
    "Moment": "corridor.law.treaty",
    "Needed": "corridor.law.treaty",
    "NotApplicable": "corridor.law.reasons",
    "Notification": "corridor.law.treaty",
    "OfficeDuty": "corridor.law.treaty",
    "Option": "corridor.law.treaty",
    "Power": "corridor.law.treaty",
    "Principle": "corridor.law.treaty",
    "Procedural": "corridor.law.treaty",
    "Reason": "corridor.law.reasons",
    "Register": "corridor.law.treaty",
    "Registers": "corridor.law.treaty",
    "Reservation": "corridor.law.treaty",
    "Safeguard": "corridor.law.treaty",
    "SafeguardStep": "corridor.law.treaty",
    "Relation": "corridor.law.neighbours",
    "State": "corridor.law.states",
    "between": "corridor.law.between",
    "correspondence": "corridor.law.neighbours",
    "coverage": "corridor.law.parties",
    "day": "corridor.law.days",
    "effects": "corridor.law.parties",
    "matrix": "corridor.law.matrix",
    "participations": "corridor.law.parties",
    "parties_to": "corridor.law.parties",
    "relations": "corridor.law.neighbours",
    "search": "corridor.law.search",
    "short_title": "corridor.law.parties",
    "state": "corridor.law.states",
    "states": "corridor.law.states",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


class _Law(ModuleType):
    """Importing `corridor.law.states` sets the module as attribute `states` of this package; the function of that
    name is what `law.states` means, whoever imported what first.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and _LAZY.get(name) == value.__name__:
            value = getattr(value, name, value)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Law


__all__ = [
    "NOT_IN_THE_DATA",
    "Actor",
    "Ancillary",
    "Answer",
    "Article",
    "Assumption",
    "Attempt",
    "Attempts",
    "Between",
    "Bond",
    "Bonds",
    "Category",
    "Cell",
    "Certainty",
    "Clause",
    "Comparable",
    "Conduct",
    "Confidence",
    "ContentItem",
    "Correspondence",
    "Criminality",
    "Definition",
    "DepositKit",
    "Document",
    "Door",
    "Duty",
    "Entry",
    "Extent",
    "FinalClauses",
    "Findings",
    "Forecast",
    "Form",
    "Found",
    "FourYears",
    "GapAssessment",
    "GapItem",
    "Gate",
    "Ground",
    "Group",
    "Instrument",
    "Jurisdiction",
    "JurisdictionGround",
    "LawFault",
    "Line",
    "Links",
    "Matrix",
    "MeasureKind",
    "Meets",
    "Met",
    "Moment",
    "National",
    "Nature",
    "Needed",
    "NotApplicable",
    "Notification",
    "Offence",
    "OffenceFacts",
    "OfficeDuty",
    "Option",
    "Paragraph",
    "Penalty",
    "Period",
    "PeriodKind",
    "Power",
    "PressError",
    "Principle",
    "Procedural",
    "Progress",
    "Provision",
    "Reach",
    "Reason",
    "Reference",
    "Register",
    "Registers",
    "Relation",
    "Requirement",
    "Reservation",
    "Role",
    "Rules",
    "Safeguard",
    "SafeguardStep",
    "Scenario",
    "Source",
    "Standing",
    "State",
    "Status",
    "StatusChange",
    "StatusRow",
    "StatusTable",
    "Step",
    "Strength",
    "Trust",
    "UnknownRules",
    "Verdict",
    "Window",
    "World",
    "actors",
    "article",
    "articles",
    "assume",
    "at",
    "between",
    "comparable",
    "compare_gaps",
    "compare_status",
    "conduct",
    "conducts",
    "correspondence",
    "coverage",
    "criminality",
    "day",
    "definition",
    "definitions",
    "deposit_kit",
    "digest",
    "effects",
    "final_clauses",
    "forecast",
    "form",
    "gaps",
    "gate",
    "instruments",
    "jurisdiction",
    "kinds",
    "local_table",
    "matrix",
    "measures",
    "notifications",
    "offences",
    "participations",
    "parties_to",
    "press",
    "procedural",
    "read_progress",
    "read_status",
    "read_status_csv",
    "read_status_xml",
    "registers",
    "relations",
    "reservations",
    "rules",
    "safeguards",
    "search",
    "shipped_table",
    "short_title",
    "sources",
    "state",
    "states",
    "status",
    "steps",
]


def article(number: int, instrument: str = DEFAULT) -> Article:
    """One article of an instrument. Raises LawFault `law.article.not-in-data`."""
    return shipped().article(number, instrument)


def articles(instrument: str = DEFAULT) -> tuple[Article, ...]:
    """The articles in the data, by number."""
    return shipped().articles(instrument)


def at(place: str, instrument: str = DEFAULT) -> tuple[Paragraph, ...]:
    """The paragraphs at a place (`40(21)(b)`), below it, or the one that holds it: where a cross-reference leads.

    Raises LawFault `law.article.not-in-data`.
    """
    return shipped().at(place, instrument)


def jurisdiction(instrument: str = DEFAULT) -> Jurisdiction:
    """On which grounds a Party must or may try, and what States owe each other when several claim."""
    return shipped().jurisdiction(instrument)


def procedural(instrument: str = DEFAULT) -> Procedural:
    """The domestic powers with their conditions, secrecy, periods and reservations, and their common safeguards."""
    return shipped().procedural(instrument)


def safeguards(instrument: str = DEFAULT) -> tuple[Safeguard, ...]:
    """What protects persons and States, and what the product does about it."""
    return shipped().safeguards(instrument)


def steps(kind: str, basis: str = DEFAULT, *, on: date) -> tuple[SafeguardStep, ...]:
    """What a requested State looks at and writes down before it executes a request of this kind under `basis`.

    Without a provision (`ref` None) where the data has no steps of that basis. Raises LawFault
    `law.form.unknown-kind`, `law.form.not-on-date`.
    """
    form(kind, basis, on=on)
    return shipped().steps_for(kind, basis)


def registers(instrument: str = DEFAULT) -> Registers:
    """The registers of the depositary, and what depositary and secretariat do."""
    return shipped().registers(instrument)


def notifications(instrument: str = DEFAULT) -> tuple[Notification, ...]:
    """What a Party tells, when, to whom."""
    return shipped().notifications(instrument)


def reservations(instrument: str = DEFAULT) -> tuple[Reservation, ...]:
    """The reservations, declarations and options the instrument leaves to a Party."""
    return shipped().reservations(instrument)


def final_clauses(instrument: str = DEFAULT) -> FinalClauses:
    """The final clauses with the figures and days they fix."""
    return shipped().final_clauses(instrument)


def actors(instrument: str = DEFAULT) -> tuple[Actor, ...]:
    """Who has a part under the instrument."""
    return shipped().actors(instrument)


def definition(term: str, instrument: str = DEFAULT) -> Definition:
    """A defined term, by the term or its reference. Raises LawFault `law.definition.not-in-data`."""
    return shipped().definition(term, instrument)


def definitions(instrument: str = DEFAULT) -> tuple[Definition, ...]:
    return shipped().definitions(instrument)


def offences(instrument: str = DEFAULT) -> tuple[Offence, ...]:
    """The offences a Party must establish."""
    return shipped().offences(instrument)


def measures(instrument: str = DEFAULT) -> tuple[MeasureKind, ...]:
    """The kinds of domestic measure with which a request is executed."""
    return shipped().measures(instrument)


def kinds() -> tuple[str, ...]:
    """The kinds of form the data has."""
    return shipped().kinds()


def form(kind: str, basis: str = DEFAULT, *, on: date) -> Form | UnknownRules:
    """What a request of this kind needs under `basis` on the day `on`.

    UnknownRules where the basis may be named but its rules are not in the data. Raises LawFault
    `law.form.unknown-kind`, `law.form.not-on-date`.
    """
    return shipped().form(kind, basis, on=on)


def gate(facts: OffenceFacts, instrument: str = DEFAULT) -> Gate:
    """Convention offence, serious crime or other, and which kinds of request that opens."""
    return shipped().gate(facts, instrument)


def instruments() -> tuple[Instrument, ...]:
    """Every instrument that may be named as legal basis."""
    return shipped().instruments()


def sources(instrument: str = DEFAULT) -> dict[str, Source]:
    """What was read for an instrument, by the id its lines use."""
    return shipped().sources(instrument)


def digest() -> str:
    """The digest of the rules shipped: what the opening act of a new dossier pins."""
    return shipped().digest
