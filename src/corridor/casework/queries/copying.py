"""Beginning from an earlier request: what of it may stand in a new one, of the same kind or of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corridor import dossier as dossiers
from corridor.casework import access, store
from corridor.casework.access import Person
from corridor.casework.fault import NotAllowed
from corridor.casework.house import house
from corridor.casework.queries.pages import Plain
from corridor.dossier import Act, decode
from corridor.faults import Fault

#: What belongs to one request alone and is never carried into another.
_OWN = frozenset({"departures", "channels_used", "follows", "deadline", "answers", "preservation", "oral"})
_OWN_TEXTS = frozenset({"departure", "deadline", "incomplete"})


@dataclass(frozen=True)
class EarlierRow(Plain):
    """An earlier request of this authority, to begin from."""

    dossier: str
    kind: str
    reference: str
    state: str  # asked


def earlier(person: Person) -> tuple[EarlierRow, ...]:
    """Requests of the person's own authority, newest first. Raises NotAllowed."""
    person.require("draft.write")
    home = house()
    rows = access.dossiers(person).filter(requesting=home.state, home__code=person.authority)
    found = []
    for row in rows.order_by("-opened_at")[:50]:
        try:
            act = _opening(person, row.pk)
        except Fault:
            continue  # one that cannot be read says so on the desk
        found.append(EarlierRow(row.pk, row.kind, act.header.reference.own or "", row.requested))
    return tuple(found)


def copied(person: Person, kind: str, dossier_id: str) -> dict[str, Any]:
    """The content of a new draft, as far as an earlier request of the same authority has it. Raises NotFound."""
    person.require("draft.write")
    if kind not in person.sends:
        raise NotAllowed("draft.write")
    act = _opening(person, dossier_id)
    head = act.header
    if head.kind == kind:
        body = {code: value for code, value in act.body.items() if code not in _OWN}
        texts = [(text.field, text.language, text.text) for text in act.texts]
    else:
        body, texts = _carried(act, kind)
    to = next((party for party in head.to), None)
    entry = house().directory.entry(to.state) if to is not None else None
    office = entry.authority(to.authority) if entry is not None and to is not None else None
    if entry is not None and (office is None or kind not in office.receives):
        office = next((each for each in entry.authorities if kind in each.receives), None)
    return {
        "to": {"state": entry.state, "authority": office.code}
        if entry is not None and office is not None
        else None,
        "basis": {"instrument": head.basis.instrument} if head.basis is not None else None,
        "body": body,
        "texts": [
            {"field": field, "language": language, "text": text}
            for field, language, text in texts
            if field not in _OWN_TEXTS and not field.startswith("conditions.")
        ],
        "follows": dossier_id if head.kind != kind else None,
    }


def _opening(person: Person, dossier_id: str) -> Act:
    row = access.own_dossier(person, dossier_id, "draft.write")
    return decode(store.envelope(house(), row.acts.get(pk=row.pk)).payload)


def _carried(act: Act, kind: str) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Into another kind: fields of the same name and shape; offence, data and accounts to where that kind has them."""
    source, target = dossiers.schema(act.header.kind, "request"), dossiers.schema(kind, "request")
    body: dict[str, Any] = {}
    for code, part in target["properties"].items():
        same = source["properties"].get(code)
        if code not in _OWN and code in act.body and same == part:
            body[code] = act.body[code]
    for shape in ("Offence", "DataItem", "Account"):
        value = next((found for path in _places(source, shape) if (found := _at(act.body, path))), None)
        place = next(iter(_places(target, shape)), None)
        if value and place is not None and not _at(body, place):
            _put(body, place, value)
    fields = dossiers.texts_of(kind, "request")
    moved = {text.field: text for text in act.texts}
    texts = [(name, moved[name].language, moved[name].text) for name in fields if name in moved]
    # The facts stand beside the offence in one kind and by themselves in another.
    told = next((moved[name] for name in _telling(source) if name in moved), None)
    beside = next((name for name in _telling(target) if name in fields), None)
    if told is not None and beside is not None and beside not in {name for name, _, _ in texts}:
        texts.append((beside, told.language, told.text))
    return body, texts


def _telling(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields whose text may tell the facts."""
    return ("facts_summary", *(path[0] for path in _places(schema, "Offence")))


def _places(schema: Mapping[str, Any], shape: str) -> Iterator[tuple[str, ...]]:
    """Where a body has values of a shape, by the name of its model."""
    definitions = schema.get("$defs", {})

    def walk(part: Mapping[str, Any], path: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
        for each in (part, part.get("items") or {}, *(part.get("anyOf") or ())):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            items = str((each.get("items") or {}).get("$ref", "")).rpartition("/")[2]
            if shape in (name, items):
                yield path
            elif name and depth < 3:
                for code, inner in definitions.get(name, {}).get("properties", {}).items():
                    yield from walk(inner, (*path, code), depth + 1)

    for code, part in schema.get("properties", {}).items():
        if code not in _OWN:
            yield from walk(part, (code,), 0)


def _at(body: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = body
    for code in path:
        value = value.get(code) if isinstance(value, Mapping) else None
    return value


def _put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    place = body
    for code in path[:-1]:
        place = place.setdefault(code, {})
    place[path[-1]] = value
