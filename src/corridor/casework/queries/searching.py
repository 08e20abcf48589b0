"""Searches what this State holds sealed: every value is opened in this process, compared and let go; no index.

An index would be case text in clear, or close to it. So a search has bounds instead, and says when it met one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from corridor.casework import access, cases, store
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House, house
from corridor.casework.models import ActRow, Case, CasePerson, NationalEntry
from corridor.casework.queries.pages import Plain
from corridor.casework.vault import Opener
from corridor.faults import Fault
from corridor.law.near import folded
from corridor.notary import Envelope, canonical

MOST_LOOKED = 50_000  # sealed values opened for one search
MOST_FOUND = 100
MOST_SECONDS = 8.0
_EXCERPT = 140


@dataclass(frozen=True)
class Words:
    """What is looked for: every word, or all of it without any spaces (a number written in another grouping)."""

    each: tuple[str, ...]
    joined: str


@dataclass(frozen=True)
class FoundRow(Plain):
    """One place where the words stand."""

    place: str  # case | person | act | national
    case: str
    dossier: str
    person: str
    title: str  # of the case, the person's name, or the act's code
    kind: str
    excerpt: str


@dataclass(frozen=True)
class SearchPage(Plain):
    """What was found. `stopped`: a bound was met, and what lies beyond was not looked at."""

    rows: tuple[FoundRow, ...]
    looked: int
    stopped: str  # "" | looked | found | time
    unreadable: int  # values that did not open


def words(text: str) -> Words:
    """Raises CaseworkFault `casework.search.words` for a text that would be found everywhere."""
    plain = folded(text)
    joined = plain.replace(" ", "")
    if len(joined) < 2:
        raise CaseworkFault("casework.search.words")
    return Words(tuple(dict.fromkeys(plain.split())), joined)


def matches(text: str, asked: Words) -> bool:
    """Whether all words stand in a text, without regard to case, accents and punctuation."""
    plain = folded(text)
    return all(word in plain for word in asked.each) or asked.joined in plain.replace(" ", "")


def excerpt(text: str, asked: Words) -> str:
    """The line the first word stands in, cut to a length one reads."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    hit = next((line for line in lines if asked.each[0] in folded(line)), lines[0] if lines else "")
    if len(hit) <= _EXCERPT:
        return hit
    at = max(hit.casefold().find(asked.each[0]), 0)
    start = max(0, at - _EXCERPT // 2)
    return ("… " if start else "") + hit[start : start + _EXCERPT] + " …"


def search(person: Person, text: str) -> SearchPage:
    """Look through the cases, persons, acts and national files the person may read."""
    person.require("case.read")
    asked = words(text)
    home, began = house(), time.monotonic()
    rows: list[FoundRow] = []
    looked = unreadable = 0
    for opened, row in _everything(home, person):
        looked += 1
        try:
            said = opened()
        except Fault:  # altered, or its key is gone: one value never hides the others
            unreadable += 1
            continue
        if matches(said, asked):
            title = row["title"] or said.partition("\n")[0]
            rows.append(FoundRow(**row | {"title": title}, excerpt=excerpt(said, asked)))
        if stopped := _bound(len(rows), looked, began):
            return SearchPage(tuple(rows), looked, stopped, unreadable)
    return SearchPage(tuple(rows), looked, "", unreadable)


def _bound(found: int, looked: int, began: float) -> str:
    """Which bound a search has met."""
    if found >= MOST_FOUND:
        return "found"
    if looked >= MOST_LOOKED:
        return "looked"
    return "time" if looked % 64 == 0 and time.monotonic() - began > MOST_SECONDS else ""


def _everything(home: House, person: Person) -> Iterator[tuple[Callable[[], str], dict[str, str]]]:
    """Every text the person may read, still sealed, with where it stands: cases, then the newest acts and entries."""
    blank = dict.fromkeys(("case", "dossier", "person", "title", "kind"), "")
    for row in access.cases(person).order_by("-changed_at"):
        here = blank | {"case": row.pk}
        yield partial(_case_text, home, row), here | {"place": "case"}
        opener = _opener(home, row)
        for one in row.persons.order_by("number").iterator(500):
            yield partial(_person_text, opener, one), here | {"place": "person", "person": one.pk}
    mine = access.dossiers(person).values("pk")
    acts = ActRow.objects.filter(dossier__in=mine).select_related("dossier").order_by("-arrived", "pk")
    for act in acts.iterator(500):
        here = blank | {"dossier": act.dossier_id, "kind": act.dossier.kind, "title": act.name}
        yield partial(_act_text, home, act), here | {"place": "act"}
    if person.may("national.read"):
        entries = NationalEntry.objects.filter(dossier__in=mine, authority__code=person.authority)
        for entry in entries.select_related("dossier").order_by("-at", "pk").iterator(500):
            here = blank | {"dossier": entry.dossier_id, "kind": entry.dossier.kind, "title": entry.kind}
            yield partial(_entry_text, home, entry), here | {"place": "national"}


def _case_text(home: House, row: Case) -> str:
    said = cases.names(home, row)
    return f"{said.number} {said.title}"


def _opener(home: House, row: Case) -> Opener | None:
    try:
        return home.vault.opener(row.key)
    except Fault:
        return None


def _person_text(opener: Opener | None, one: CasePerson) -> str:
    if opener is None:
        raise CaseworkFault("casework.vault.key-gone", name="case")
    return cases.opened(opener, one).words


def _act_text(home: House, row: ActRow) -> str:
    """An act's references, coded body and free texts. Its signature is checked where it is shown."""
    said = canonical.loads(store.envelope(home, row).payload)
    told = [said.get("body"), said.get("texts"), (said.get("header") or {}).get("reference")]
    return "\n".join(_values(told))


def _entry_text(home: House, entry: NationalEntry) -> str:
    data = home.vault.open(entry.dossier_id, f"national/{entry.pk}", entry.sealed)
    said = canonical.loads(Envelope.from_json(data).payload)
    return "\n".join(_values(said.get("content")))


def _values(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        for each in said.values():
            yield from _values(each)
    elif isinstance(said, list | tuple):
        for each in said:
            yield from _values(each)
    elif isinstance(said, str):
        yield said
