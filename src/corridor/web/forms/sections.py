"""The order in which a request is asked for, from who asks to what is left to say, and what is not asked at all.

A field stands where its code is listed, else where the shape of its value belongs. What the instrument chosen does not
ask for, or the purposes chosen do not need, is folded away and never lost: a field that holds something is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corridor import law
from corridor.law import drafting
from corridor.web.forms.schema import Field

SECTIONS = ("who", "offence", "sought", "persons", "reasons", "words")

_PLACES: dict[str, tuple[str, ...]] = {
    "who": ("authority", "requesting_authority", "channels_used"),
    "offence": (
        "risk_statement", "offence_and_facts", "matter_and_authority", "facts_and_nature", "offence", "facts_summary",
        "facts_relied_upon",
        "decision", "penalty_and_limitation", "jurisdiction", "sentence", "evidence",
        "proceedings", "parallel_proceedings",
    ),
    "sought": (
        "acting_as", "provisional_arrest", "papers_planned", "transit", "asked_by_person", "reason_for_transfer",
        "consent", "enforcement", "considerations",
    ),
    "persons": (
        "identity_location_nationality", "custodian_or_location", "owner_user_location", "person", "whereabouts",
        "ties", "victims", "accounts", "providers",
    ),
    "reasons": (
        "urgent", "expedited", "oral", "deadline", "necessity", "urgency", "urgency_reason",
        "purpose", "intention_to_request", "confidentiality_no_user_notice", "confidential", "period_and_reason",
        "assurances",
    ),
}  # fmt: skip
#: What a request is about stands before how it is to be done.
_FIRST = ("services", "data_needed", "data_identification", "data_and_link", "specified_communications")
_SECTION = {code: section for section, codes in _PLACES.items() for code in codes}


@dataclass
class Section:
    """One part of the page: groups first, then single fields, texts of their own, and what is folded away."""

    name: str
    groups: list[Field] = field(default_factory=list)
    single: list[Field] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    folded: list[Field] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.groups or self.single or self.texts or self.folded)

    @property
    def codes(self) -> set[str]:
        """Codes of all that is asked here."""
        fields = (*self.groups, *self.single, *self.folded)
        return {each.code for each in fields} | {str(each["field"]) for each in self.texts}


def section_of(code: str) -> str:
    return _SECTION.get(code, "sought")


def lay_out(
    fields: Iterable[Field],
    texts: Sequence[Mapping[str, Any]],
    asked: Collection[str],
    folded: Collection[str],
) -> list[Section]:
    """The sections of a page. `asked` are the form's content items; `folded` fields nobody needs here."""
    found = {name: Section(name) for name in SECTIONS}
    coded: set[str] = set()
    for each in _in_order(fields):
        section = found[section_of(each.code)]
        coded.add(each.code)
        if each.code in folded and not each.filled:
            section.folded.append(each)
        elif each.kind in ("group", "rows", "many"):
            section.groups.append(each)
        else:
            section.single.append(each)
    for box in texts:
        if box["field"] not in coded and box["field"] != "departure":
            name = section_of(str(box["field"]))
            listed = str(box["field"]) in _SECTION or box["field"] in asked
            found[name if listed else "words"].texts.append(dict(box))
    return [each for each in found.values() if not each.empty]


def _in_order(fields: Iterable[Field]) -> list[Field]:
    """What the request is about, what no section lists in the order of its form, then as the sections list them."""
    place = {code: number for codes in _PLACES.values() for number, code in enumerate(codes)}
    place |= dict.fromkeys(_FIRST, -2)
    return sorted(fields, key=lambda each: place.get(each.code, -1))


def unneeded(kind: str, form: Any, body: Mapping[str, Any], fields: Iterable[str]) -> frozenset[str]:
    """Fields folded away: asked for under another instrument and not under this, or only by purposes not chosen."""
    found: set[str] = set()
    if form.known:
        here = {each.id for each in form.contents}
        found |= _elsewhere(kind) - here
        chosen = {
            str(one)
            for each in body.values()
            if isinstance(each, Mapping)
            for one in each.get("purposes") or ()
        }
        for code, purposes in drafting.needed_for(kind).items():
            if chosen and not chosen & set(purposes):
                found.add(code)
    return frozenset(found & set(fields))


def _elsewhere(kind: str) -> set[str]:
    """Content items of this kind under any instrument whose rules are in the data."""
    found: set[str] = set()
    for each in law.instruments():
        if each.rules:
            try:
                form = law.form(kind, each.code, on=each.since) if each.since else None
            except law.LawFault:
                continue
            found |= {line.id for line in getattr(form, "contents", ())}
    return found


def progress(
    sections: Iterable[Section], missing: Collection[str], filled: Collection[str]
) -> list[dict[str, Any]]:
    """How each section stands: `missing` where the instrument asks for something not given, `begun`, or `open`."""
    rows = []
    for each in sections:
        lacking = len(each.codes & set(missing))
        state = "missing" if lacking else "begun" if each.codes & set(filled) else "open"
        rows.append({"name": each.name, "state": state, "missing": lacking})
    return rows
