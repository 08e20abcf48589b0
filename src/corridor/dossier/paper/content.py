"""What stands on a paper: every sentence, name and value, as plain JSON for the template.

Items stand in the order of the law's form, each with the provision that asks for it, then what the form does not name.
Texts of officers are set as they were written, in their language and direction; nothing in them is markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import corridor
from corridor import law
from corridor.dossier import completeness, texts
from corridor.dossier.act import Act, Text, VerifiedAct
from corridor.dossier.kinds import REGISTRY
from corridor.dossier.paper import readback
from corridor.dossier.paper.values import label, law_name, lines, readable
from corridor.seal.certificate.content import plain

OPENING: Final = "request"
DEPARTURE: Final = "departure"  # the text that says why an act departs from the rules


@dataclass(frozen=True)
class Party:
    """A State and its authority as a paper names them. `lines`: an address, and how to reach it."""

    state: str
    state_name: str
    authority: str
    authority_name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """What the signed act does not say and the directory does: how the codes are called."""

    sender: Party
    to: tuple[Party, ...]
    states: Mapping[str, str] = field(default_factory=dict)


def content(
    act: VerifiedAct,
    names: Names,
    *,
    basis: tuple[str, str],
    on: datetime,
    reference: str = "",
    theirs: str = "",
    boxes: Iterable[str] = (),
) -> dict[str, Any]:
    """The paper of one act as JSON values; the same arguments give the same content.

    `basis` and `on`: instrument and provision of the dossier's opening act, and its time: the law the form is of.
    `boxes`: fields of texts that the fonts at hand cannot set whole.
    """
    head, body = act.act.header, act.act
    kind = head.kind
    form = _form(kind, basis[0], on)
    items, used = _items(body, form, names) if head.act == OPENING else ([], frozenset())
    rest = {name: value for name, value in body.body.items() if name not in used and name != "departures"}
    moment = head.time.astimezone(UTC)
    told = frozenset(boxes)
    return {
        "title": texts.text(_act_code(kind, head.act)),
        "kind": texts.text(f"kind.{kind}"),
        "from": _party(names.sender),
        "to": [_party(each) for each in names.to],
        "basis": _basis(*basis),
        "date": f"{moment:%d %B %Y, %H:%M} UTC",
        "date_parts": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "reference": plain(reference),
        "theirs": plain(theirs),
        "urgent": _urgent(body),
        "items": items,
        "rest": lines(rest, names.states),
        "texts": [_text(kind, each, told) for each in body.texts if each.field not in {*used, DEPARTURE}],
        "item_texts": {
            name: [_text(kind, each, told) for each in body.texts if each.field == name] for name in used
        },
        "missing": _missing(kind, form, body) if head.act == OPENING else [],
        "conditions": [
            {"code": texts.text(f"condition.{each.code}"), "text": _words(body.text(f"conditions.{each.id}"))}
            for each in body.conditions
        ],
        "departures": _departures(body),
        "attachments": [[each.role, each.digest, f"{each.size:,} bytes"] for each in body.attachments],
        "officer": act.credential.number,
        "credential": [
            f"{act.credential.not_before:%Y-%m-%d}",
            f"{act.credential.not_after:%Y-%m-%d}",
            act.credential.key.keyid,
            act.credential.certified_by,
        ],
        "act": act.id,
        "dossier": act.dossier,
        "code": readback.code(act.id),
        "concerns": "" if act.dossier == act.id else readback.code(act.dossier),
        "boxes": bool(told),
        "software": f"corridor {corridor.__version__}",
    }


def _act_code(kind: str, name: str) -> str:
    own = f"{kind}.act.{name}"
    return own if own in texts.catalogue() else f"act.{name}"


def _form(kind: str, instrument: str, on: datetime) -> Any:
    """The law's form, or None where the basis has no rules in the data."""
    try:
        found = law.form(kind, instrument, on=on.astimezone(UTC).date())
    except law.LawFault:
        return None
    return found if found.known else None


def _basis(code: str, provision: str) -> str:
    title = law_name(code)
    return f"{title}, article {provision}" if provision else title


def _party(party: Party) -> dict[str, Any]:
    return {
        "state": plain(party.state_name),
        "code": party.state,
        "authority": plain(party.authority_name),
        "authority_code": party.authority,
        "lines": [plain(each) for line in party.lines for each in line.splitlines() if each.strip()],
    }


def _items(body: Act, form: Any, names: Names) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """The form's items that the request answers, in the form's order, and the fields they used."""
    found, used = [], set()
    for item in form.contents if form is not None else ():
        value = body.body.get(item.id)
        if completeness.empty(value) and body.text(item.id) is None:
            continue
        used.add(item.id)
        found.append(
            {
                "id": item.id,
                "text": item.text,
                "cite": _cited(item.cite()),
                # Its heading is the form's own text: a table needs no second one.
                "lines": lines(value if isinstance(value, Mapping) else {item.id: value}, names.states),
            }
        )
    return found, frozenset(used)


def _missing(kind: str, form: Any, body: Act) -> list[list[str]]:
    if form is None:
        return []
    lacking = completeness.against(form, body.body, body.texts, REGISTRY[kind])
    return [[each.text, _cited(each.ref)] for each in lacking if each.mandatory]


def _cited(cite: str) -> str:
    """What follows the name of the instrument, as people read it: `article 1`."""
    _, _, ref = cite.partition(" ")
    return f"article {ref}" if ref else ""


def _urgent(body: Act) -> bool:
    return any(body.body.get(name) is True for name in ("urgent", "oral")) or bool(body.body.get("expedited"))


def _departures(body: Act) -> list[dict[str, Any]]:
    """What departs from the rules, each once with what it is about, and the reason given."""
    rows = body.body.get("departures")
    reasons = [_words(each) for each in body.texts if each.field == DEPARTURE]
    about: dict[tuple[str, str], list[str]] = {}
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping):
            code, ref = str(row.get("code", "")), _cited(str(row.get("ref") or ""))
            item = plain(str(row.get("item") or ""))
            about.setdefault((texts.text(f"departure.{code}"), ref), []).extend([label(item)] if item else [])
    told = [{"code": code, "ref": ref, "about": ", ".join(items)} for (code, ref), items in about.items()]
    return [*told, *([{"code": "Reason", "ref": "", "about": "", "words": reasons}] if reasons else [])]


def _text(kind: str, text: Text, boxes: frozenset[str]) -> dict[str, Any]:
    own, shared = f"text.{kind}.{text.field}", f"field.{text.field}"
    called = texts.text(own) if own in texts.catalogue() else texts.text(shared)
    return {
        "field": text.field,
        "label": readable(text.field) if called == shared else called,
        "boxes": text.field in boxes,
        **(_words(text) or {}),
    }


def _words(text: Text | None) -> dict[str, Any] | None:
    """A free text in paragraphs, with what typesetting needs of its language."""
    if text is None:
        return None
    code = text.language.partition("-")[0].lower()
    return {
        "language": text.language,
        "lang": code if len(code) in (2, 3) else "en",
        "paragraphs": [plain(each) for each in text.text.replace("\r\n", "\n").split("\n")],
    }
