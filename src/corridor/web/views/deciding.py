"""One act in a dossier: its coded form, its words, the ground, the signature. If the dossier moved: sign again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from corridor import dossier as dossiers
from corridor.casework import actions, disclosure, queries
from corridor.casework.access import Person
from corridor.casework.actions.executing import SENT
from corridor.casework.fault import Moved, NotFound
from corridor.casework.house import house
from corridor.casework.queries.national import NationalPage
from corridor.casework.queries.pages import DossierPage
from corridor.casework.safeguards import executing
from corridor.dossier.kinds import REGISTRY
from corridor.faults import Fault
from corridor.web import naming
from corridor.web.forms.offers import choices, grounds, language_offers
from corridor.web.forms.schema import Reader, zones
from corridor.web.forms.writing import boxes, read_conditions, read_texts
from corridor.web.pages import WebFault, posted, show, status_of, wrong_field
from corridor.web.views.asking import WHY, named_departures, place_texts
from corridor.web.views.dossier import dossier_context, possible

#: Acts that hand packages over, or confirm them: which packages are theirs. Chosen from the dossier's own, never typed.
_WAYS = {disclosure.SENT: "out", disclosure.RECEIVED: "in"}
OPENING = "request"
#: Acts that may leave what the rules ask for, beside those that execute.
DEPARTING = frozenset({"refuse", "postpone", "supplement"})
CONDITIONAL = frozenset({"accept", "consult", "contribute", "deliver"})
#: Fields that name an act of the dossier: which acts they may name, and whose. Chosen from a list, never typed.
NAMED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "about": (("request", "set_conditions", "notify"), "any"),
    "arrangement": (("arrange",), "theirs"),
    "asked": (("ask_use", "ask_extension", "ask_measure"), "theirs"),
    "conditions": (("request", "set_conditions"), "theirs"),
    "executed": (("execute",), "own"),
    "file": (("send_file",), "theirs"),
    "handed_over": (("hand_over_items",), "theirs"),
    "offer": (("accept",), "theirs"),
    "power": (("add_power",), "own"),
    "proposal": (("propose", "propose_enforcement"), "theirs"),
    "proposed": (("propose_liaison",), "any"),
    "report": (("report",), "theirs"),
    "stated": (("state_costs",), "theirs"),
    "statement": (("request", "supplement"), "any"),
    "text": (("request", "propose_change", "extend"), "any"),
}
#: Acts whose States are members of the dossier; in other acts a State may be any.
_OF_MEMBERS = frozenset({"add_power", "ask_measure", "ask_use"})
#: What the action itself writes into a hand-over.
_SKIP = ("package", "custody", "departures")
#: Chosen where the ground is none of the list: what it is called is typed beside.
OTHER = "+other"


def act(request: HttpRequest, person: Person, dossier_id: str, act: str) -> HttpResponseBase:
    found = queries.dossier_page(person, dossier_id)
    person.require("draft.write")
    schema = _schema(found, act)
    reader = Reader(schema, _choices(person, found, act, schema), skip=_skipped(found.kind, act))
    if request.method != "POST":
        return _show(request, person, found, act, reader, _drafted(person, found, act))
    seen = tuple(each for each in posted(request).get("seen", ()) if each)
    content = _content(request, person, found, act, schema, reader)
    try:
        if request.POST.get("do") == "save":
            kept = {key: value for key, value in content.items() if key != "packages"}
            actions.save_draft(
                person, draft_id=request.POST.get("draft") or None, dossier_id=dossier_id,
                kind=found.kind, act=act, content=kept,
            )  # fmt: skip
            return redirect("web:dossier", dossier_id=dossier_id)
        _sign(request, person, dossier_id, found.kind, act, content, seen)
    except Moved as moved:
        found = queries.dossier_page(person, dossier_id)
        changed = queries.changes(person, dossier_id, seen)
        return _show(request, person, found, act, reader, content, fault=moved, changed=changed)
    except Fault as fault:
        return _show(request, person, found, act, reader, content, fault=fault, seen=seen)
    return redirect("web:dossier", dossier_id=dossier_id)


def departs(request: HttpRequest, person: Person, dossier_id: str, act: str) -> HttpResponseBase:
    """What an act as typed now would leave of the rules, as a fragment; nothing is kept."""
    found = queries.dossier_page(person, dossier_id)
    person.require("draft.write")
    schema = _schema(found, act)
    reader = Reader(schema, _choices(person, found, act, schema), skip=_skipped(found.kind, act))
    content = _content(request, person, found, act, schema, reader)
    return show(request, person, "_act_departs", _departs(person, found, act, content))


def _content(
    request: HttpRequest,
    person: Person,
    found: DossierPage,
    act: str,
    schema: dict[str, Any],
    reader: Reader,
) -> dict[str, Any]:
    """What was posted of an act."""
    values = posted(request)
    content: dict[str, Any] = {
        "body": reader.body(values),
        "texts": read_texts(values),
        "conditions": read_conditions(values),
        "packages": values.get("package", []),
        "reference": request.POST.get("reference", "").strip(),
    }
    if content["body"].get("ground") == OTHER:
        content["body"]["ground"] = request.POST.get("other_ground", "").strip()
    if named := named_departures(values):
        content["body"]["departures"] = named
    entry = request.POST.get("measure_entry", "")
    file = _file(person, found, act, schema)
    for one in file.measures if file is not None and _names_measure(schema) else ():
        if one.id == entry:  # what a draft keeps and the page shows again; the action reads it from the file
            content["body"]["measure"] = {name: one.order[name] for name in SENT}
    return content


def _departs(person: Person, found: DossierPage, act: str, content: dict[str, Any]) -> dict[str, Any]:
    """Departures of an act with those already named, and the reason given."""
    body = content.get("body") or {}
    rows = queries.departing(person, found.id, act, content) if found.home == person.authority else ()
    language = get_language() or "en"
    return {
        "kind": found.kind,
        "departures": rows,
        "named": {(str(each.get("code")), str(each.get("item"))) for each in body.get("departures") or ()},
        "why": next(
            row for row in boxes((WHY,), content.get("texts") or (), language) if row["field"] == WHY
        ),
    }


def _sign(
    request: HttpRequest,
    person: Person,
    dossier_id: str,
    kind: str,
    act: str,
    content: dict[str, Any],
    seen: tuple[str, ...],
) -> None:
    secret = request.POST.get("secret", "")
    if disclosure.statement(kind, act) is not None:
        if not content["packages"]:
            raise WebFault("web.form.package")
        given = {"packages": content["packages"], "seen": seen, "secret": secret, "body": content["body"]}
        if disclosure.statement(kind, act) == disclosure.SENT:
            actions.deliver(
                person,
                dossier_id,
                **given,
                texts=content["texts"],
                conditions=content["conditions"],
                act=act,
                measure_entry=request.POST.get("measure_entry") or None,
            )
        else:
            actions.confirm(person, dossier_id, **given, texts=content["texts"])
        return
    actions.sign_act(
        person,
        act=act,
        dossier_id=dossier_id,
        seen=seen,
        secret=secret,
        body=content["body"],
        texts=content["texts"],
        conditions=content["conditions"],
        reference=content["reference"],
        draft_id=request.POST.get("draft") or None,
        measure_entry=request.POST.get("measure_entry") or None,
    )


def _file(person: Person, found: DossierPage, act: str, schema: dict[str, Any]) -> NationalPage | None:
    """The national file, for an act that rests on safeguards or names a domestic measure."""
    if act in executing(found.kind) or _names_measure(schema):
        return queries.national_file(person, found.id)
    return None


def _skipped(kind: str, act: str) -> tuple[str, ...]:
    """Fields of a body that are not asked for: a hand-over takes its packages from the dossier's own list."""
    return _SKIP if disclosure.statement(kind, act) is None else (*_SKIP, "packages")


def _names_measure(schema: dict[str, Any]) -> bool:
    """Whether an act's body names a domestic measure by its coded facts."""
    part = schema.get("properties", {}).get("measure", {})
    return any(str(each.get("$ref", "")).endswith("/Measure") for each in (part, *part.get("anyOf", ())))


def _schema(found: DossierPage, act: str) -> dict[str, Any]:
    offered = possible(found, act)
    if offered is not None:
        return offered.schema
    # The dossier may have moved while the form was open: the person still sees what they wrote.
    kind = REGISTRY.get(found.kind)
    if kind is None or act not in kind.bodies or act == OPENING:
        raise NotFound
    return kind.bodies[act].model_json_schema()


def _choices(person: Person, found: DossierPage, act: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    offers = choices(found.kind, found.instrument)
    # Where the law lists none, a ground is typed: an empty list would let nobody name one.
    if listed := grounds(found.kind, found.instrument, act):
        offers["ground"] = [(row["id"], row["text"]) for row in listed]
    offers["packages"] = [
        (row.id, f"{naming.say('package', row.direction)} {row.id[:12]}") for row in found.packages
    ]
    if act == "release_preserved":
        offers["preservation"] = [
            (row.dossier, row.dossier[:12]) for row in found.links if row.relation == "preserved_by"
        ]
    offers["answers"] = _acts(found, (), whose="theirs")
    offers["acts"] = _acts(found, ())
    for field in digests(schema) & set(NAMED):
        names, whose = NAMED[field]
        offers[field] = _acts(found, names, whose=whose)
    if REGISTRY[found.kind].several:
        offers |= _among(found, act)
    if act in ("followed_by", "supplement"):
        desk = queries.desk(person)
        rows = (*desk.needs_me, *desk.waits_on_them, *desk.closed)
        offers["dossier"] = offers["follows"] = offers["preservation"] = [
            (row.dossier, f"{naming.say('kind', row.kind)}, {row.reference or row.dossier[:12]}")
            for row in rows
            if row.kind != found.kind and row.ours == found.ours
        ]
    return offers


def _among(found: DossierPage, act: str) -> dict[str, Any]:
    """Where several take part: States of the dossier, and for a hand-over those whose custodians may get it."""
    others = [one.state for one in found.parties if one.state != house().state and one.role != "observer"]
    named = {"given_by": others, "members_of": others, "state": others}
    if disclosure.statement(found.kind, act) == disclosure.SENT:
        named["to"] = list(found.receivers)
    offers: dict[str, Any] = {
        field: [(state, naming.state_name(state)) for state in states]
        for field, states in named.items()
        if field == "to" or act in _OF_MEMBERS
    }
    return offers


def digests(schema: Any) -> set[str]:
    """Fields of a body that hold a digest, or a list of them: the id of an act, a dossier or a package."""
    found: set[str] = set()
    if isinstance(schema, Mapping):
        for name, part in schema.get("properties", {}).items():
            shapes = [part, *part.get("anyOf", ()), part.get("items", {})]
            if any("{64}" in each.get("pattern", "") for each in shapes):
                found.add(name)
    children = schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    return found.union(*(digests(child) for child in children))


def _acts(found: DossierPage, names: tuple[str, ...], whose: str = "any") -> list[tuple[str, str]]:
    """Acts of the dossier an act may name, the newest first; of any name where none is given.

    An offer is one only where it carries conditions: what was accepted without them waits for nobody.
    """
    return [
        (row.id, f"{naming.say('done', found.kind, row.act)}, {naming.state_name(row.state)}, {row.id[:8]}")
        for row in reversed(found.timeline)
        if (not names or row.act in names)
        and row.outcome == "effective"
        and (whose == "any" or row.own == (whose == "own"))
        and (names != ("accept",) or row.conditions)
    ]


def _drafted(person: Person, found: DossierPage, act: str) -> dict[str, Any]:
    for row in found.drafts:
        if row.act == act:
            return {**queries.draft_page(person, row.id).content, "draft": row.id}
    return {}


def _show(
    request: HttpRequest,
    person: Person,
    found: DossierPage,
    act: str,
    reader: Reader,
    content: dict[str, Any],
    *,
    fault: Fault | None = None,
    changed: Any = (),
    seen: tuple[str, ...] | None = None,
) -> HttpResponseBase:
    wrong = wrong_field(fault)
    language = get_language() or "en"
    fields = reader.fields(content.get("body") or {}, wrong)
    written = boxes(dossiers.texts_of(found.kind, act), content.get("texts") or (), language)
    way = _WAYS.get(disclosure.statement(found.kind, act) or "")
    chosen = {row["code"] for row in content.get("conditions") or () if isinstance(row, dict)}
    words = {row["field"]: row for row in written}
    context = (
        dossier_context(person, found)
        | {
            "act": act,
            "file": _file(person, found, act, _schema(found, act)),
            "executes": act in executing(found.kind),
            "names_measure": _names_measure(_schema(found, act)),
            "measure_entry": request.POST.get("measure_entry", ""),
            "possible": possible(found, act),
            "fields": place_texts(
                [each for each in fields if act != "refuse" or each.code != "ground"], written
            ),
            "grounds": grounds(found.kind, found.instrument, confirmed=queries.law_confirmed(person).cites)
            if act == "refuse"
            else [],
            "ground": (content.get("body") or {}).get("ground", ""),
            "listed_grounds": {row["id"] for row in grounds(found.kind, found.instrument)},
            "texts": [
                row
                for row in written
                if row["field"] not in {each.code for each in fields}
                and not row["field"].startswith("conditions.")
                and row["field"] != WHY
            ],
            "conditions": [
                {
                    "code": code,
                    "on": code in chosen,
                    "box": words.get(f"conditions.{code}")
                    or {"field": f"conditions.{code}", "language": language, "text": ""},
                }
                for code in REGISTRY[found.kind].condition_codes
            ]
            if act in CONDITIONAL
            else [],
            "packages": [
                row
                for row in found.packages
                if way
                and row.direction == way
                and row.complete
                and not _done(row, act, several=REGISTRY[found.kind].several)
            ],
            "wants_packages": way is not None,
            "picked": content.get("packages") or [],
            "grave_act": act in REGISTRY[found.kind].grave,
            "seen": seen if seen is not None else found.heads,
            "changed": changed,
            "fault": fault,
            "other_ground": OTHER,
            "departing": act in DEPARTING or act in executing(found.kind),
            "zones": zones(),
            "languages": language_offers(),
            "draft": content.get("draft") or request.POST.get("draft", ""),
            "may_sign": person.may("act.sign"),
        }
        | _departs(person, found, act, content)
    )
    return show(request, person, "act", context, status=status_of(fault) if fault else 200)


def _done(row: Any, act: str, *, several: bool) -> bool:
    """Whether there is nothing left to do with a package. Among several it may be given to more of them later."""
    return bool(row.confirmed) if act == "confirm" else bool(row.delivered) and not several
