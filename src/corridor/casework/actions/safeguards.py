"""Safeguards: what an officer found, written down before a request is executed, or why it was set aside."""

from __future__ import annotations

from datetime import date
from typing import Any

from corridor import law
from corridor.casework import access, safeguards, store
from corridor.casework.access import Person
from corridor.casework.actions.national import enter
from corridor.casework.actions.results import Entered
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import house
from corridor.casework.models import Dossier


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
    """Write down what was found of one step (`law.steps`), with the reason.

    `outcome`: met, met_with_conditions, not_met, or not_needed where the law leaves the step to domestic law or to
    personal data going. An authorisation that was given names who gave it (`authority`) and may name the day. Only the
    authority that acts in the dossier writes here. Raises NotFound, NotAllowed, CaseworkFault
    `casework.safeguard.step`, `.outcome`, `.always`, `.reason`, `.who`.
    """
    row = access.own_dossier(person, dossier_id, "national.write")
    line = _line(row, step)
    if outcome not in safeguards.OUTCOMES:
        raise CaseworkFault("casework.safeguard.outcome")
    if outcome == safeguards.NOT_NEEDED and line.needed is law.Needed.ALWAYS:
        raise CaseworkFault("casework.safeguard.always")
    given = outcome in (safeguards.MET, safeguards.CONDITIONS)
    if given and line.needed is law.Needed.WHERE_DOMESTIC_LAW_ASKS and not authority.strip():
        raise CaseworkFault("casework.safeguard.who")
    content = _content(line, reason, language) | {"outcome": outcome}
    if authority.strip():
        content["authority"] = authority.strip()[:400]
    if on is not None:
        content["date"] = on.isoformat()
    return enter(person, row, safeguards.RECORDED, content, secret)


def skip_safeguard(
    person: Person, dossier_id: str, *, step: str, reason: str, language: str, secret: str
) -> Entered:
    """Set a step aside, with the reason. It is in the national file for good, and on the supervisor's page.

    Raises NotFound, NotAllowed, CaseworkFault `casework.safeguard.step`, `.reason`.
    """
    row = access.own_dossier(person, dossier_id, "safeguard.skip")
    return enter(person, row, safeguards.SKIPPED, _content(_line(row, step), reason, language), secret)


def _line(row: Dossier, step: str) -> law.SafeguardStep:
    loaded = store.load(house(), row)
    lines = safeguards.needed(row.kind, safeguards.instrument(loaded))
    found = next((each for each in lines if each.step == step), None)
    if found is None:
        raise CaseworkFault("casework.safeguard.step")
    return found


def _content(line: law.SafeguardStep, reason: str, language: str) -> dict[str, Any]:
    """What every entry says: the step, the line of the law it was looked at by, and the reason."""
    if not reason.strip():
        raise CaseworkFault("casework.safeguard.reason")
    return {
        "step": line.step,
        "instrument": line.instrument,
        "ref": line.ref or "",
        "reason": reason.strip(),
        "language": language,
    }
