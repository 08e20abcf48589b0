"""A dossier handed to another authority of the same State: competence moved, an office was closed or renamed."""

from __future__ import annotations

from datetime import datetime

from corridor.casework import access
from corridor.casework.access import Person
from corridor.casework.actions.national import enter
from corridor.casework.actions.results import Entered
from corridor.casework.fault import CaseworkFault
from corridor.casework.models import Authority
from corridor.casework.national import HANDED_OVER


def hand_to_authority(
    person: Person, dossier_id: str, *, authority: str, reason: str, language: str, secret: str
) -> Entered:
    """From now on the dossier is `authority`'s: it acts, and reads what was written in the national file before.

    A signed entry of the national file, with its reason. The authority that had it keeps reading. Other States learn of
    it from the next act, and may be asked to `amend_members`. Raises NotFound, NotAllowed, and CaseworkFault
    `casework.people.authority` for one this State does not have, `casework.dossier.not-its-kind`,
    `casework.national.empty` without a reason.
    """
    row = access.own_dossier(person, dossier_id, "dossier.make-available")
    former = Authority.objects.get(code=person.authority)
    other = Authority.objects.filter(code=authority).exclude(pk=former.pk).first()
    if other is None:
        raise CaseworkFault("casework.people.authority", code_given=authority)
    if row.kind not in {*other.sends, *other.receives}:
        raise CaseworkFault("casework.dossier.not-its-kind", code_given=authority)
    if not reason.strip():
        raise CaseworkFault("casework.national.empty")

    def effect(at: datetime) -> None:
        row.home = other
        row.changed_at = at
        row.save(update_fields=["home", "changed_at"])
        row.made_available.remove(other)
        row.made_available.add(former)

    content = {"authority": authority, "text": reason, "language": language}
    return enter(person, row, HANDED_OVER, content, secret, effect)
