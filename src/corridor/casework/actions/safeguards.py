"""Safeguards: what an officer found, written down before a request is executed, or why it was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor import law
from corridor.casework import access, safeguards, store
from corridor.casework.access import Person
from corridor.casework.actions.national import enter
from corridor.casework.actions.results import Entered
from corridor.casework.actions.signing import open_key
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import house
from corridor.casework.models import Dossier


@dataclass(frozen=True)
class Finding:
    """What was found of one step. `outcome`: one of `safeguards.OUTCOMES`, or `skipped` to set it aside.

    An authorisation that was given names who gave it (`authority`) and may name the day (`on`).
    """

    step: str
    outcome: str
    reason: str
    language: str
    authority: str = ""
    on: date | None = None


def record_safeguards(
    person: Person, dossier_id: str, *, findings: Sequence[Finding], secret: str
) -> tuple[Entered, ...]:
    """Write down what was found of several steps, each with its own reason and its own entry, under one secret.

    All are judged before the first is written. Only the authority that acts in the dossier writes here; setting a
    step aside asks for its own right. Raises NotFound, NotAllowed, CaseworkFault `casework.safeguard.step`,
    `.outcome`, `.always`, `.reason`, `.who`, `.nothing`.
    """
    row = access.own_dossier(person, dossier_id, "national.write")
    if any(each.outcome == safeguards.SET_ASIDE for each in findings):
        person.require("safeguard.skip")
    if not findings:
        raise CaseworkFault("casework.safeguard.nothing")
    lines = {each.step: each for each in _lines(row)}
    judged = [_judged(lines.get(each.step), each) for each in findings]
    opened = open_key(house(), person, secret)
    return tuple(enter(person, row, kind, content, secret, opened=opened) for kind, content in judged)


def record_safeguard(
    person: Person,
    dossier_id: str,
    *,
    step: str,
    outcome: str,
    reason: str,
    language: str,
    secret: str,
    authority: str = "",
    on: date | None = None,
) -> Entered:
    """Write down what was found of one step (`law.steps`), with the reason. Raises as `record_safeguards`."""
    finding = Finding(step, outcome, reason, language, authority, on)
    (made,) = record_safeguards(person, dossier_id, findings=[finding], secret=secret)
    return made


def skip_safeguard(
    person: Person, dossier_id: str, *, step: str, reason: str, language: str, secret: str
) -> Entered:
    """Set a step aside, with the reason. It is in the national file for good, and on the supervisor's page.

    Raises as `record_safeguards`.
    """
    access.own_dossier(person, dossier_id, "safeguard.skip")
    finding = Finding(step, safeguards.SET_ASIDE, reason, language)
    (made,) = record_safeguards(person, dossier_id, findings=[finding], secret=secret)
    return made


def _lines(row: Dossier) -> tuple[law.SafeguardStep, ...]:
    return safeguards.needed(row.kind, safeguards.instrument(store.load(house(), row)))


def _judged(line: law.SafeguardStep | None, finding: Finding) -> tuple[str, dict[str, Any]]:
    """Kind and content of the entry a finding becomes; every entry says by which line of the law it was looked at."""
    if line is None:
        raise CaseworkFault("casework.safeguard.step")
    if not finding.reason.strip():
        raise CaseworkFault("casework.safeguard.reason")
    content: dict[str, Any] = {
        "step": line.step,
        "instrument": line.instrument,
        "ref": line.ref or "",
        "reason": finding.reason.strip(),
        "language": finding.language,
    }
    if finding.outcome == safeguards.SET_ASIDE:
        return safeguards.SKIPPED, content
    if finding.outcome not in safeguards.OUTCOMES:
        raise CaseworkFault("casework.safeguard.outcome")
    if finding.outcome == safeguards.NOT_NEEDED and line.needed is law.Needed.ALWAYS:
        raise CaseworkFault("casework.safeguard.always")
    given = finding.outcome in (safeguards.MET, safeguards.CONDITIONS)
    if given and line.needed is law.Needed.WHERE_DOMESTIC_LAW_ASKS and not finding.authority.strip():
        raise CaseworkFault("casework.safeguard.who")
    content["outcome"] = finding.outcome
    if finding.authority.strip():
        content["authority"] = finding.authority.strip()[:400]
    if finding.on is not None:
        content["date"] = finding.on.isoformat()
    return safeguards.RECORDED, content
