"""The only door to an object on a person's behalf. It denies by default.

"Absent" and "not yours" are one and the same `NotFound`. What a role may do is the table `RIGHTS`; nothing else
in the code asks for a role by name. Verification of acts and the disclosure gate are made elsewhere
(`actions`, `disclosure`): this module answers only whether the person may reach the object at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from corridor.casework.fault import NotAllowed, NotFound
from corridor.casework.models import (
    Case,
    Dossier,
    Draft,
    LawEntry,
    NationalEntry,
    Officer,
    OutboxLetter,
    Package,
    PaperLetter,
    PaperScan,
    Role,
    User,
)

#: right -> roles. A right not listed is nobody's.
RIGHTS: dict[str, frozenset[str]] = {
    "dossier.read": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "draft.write": frozenset({Role.DRAFTER, Role.SIGNATORY}),
    "act.sign": frozenset({Role.SIGNATORY}),
    "national.read": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "national.write": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "evidence.add": frozenset({Role.DRAFTER, Role.SIGNATORY}),
    "evidence.seal": frozenset({Role.SIGNATORY}),
    "evidence.check": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "evidence.open": frozenset({Role.SIGNATORY}),
    "safeguard.skip": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "supervision.read": frozenset({Role.SUPERVISOR}),
    "dossier.make-available": frozenset({Role.SUPERVISOR, Role.SIGNATORY}),
    "dossier.export": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "case.read": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "case.write": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "case.make-available": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "case.export": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "paper.send": frozenset({Role.DRAFTER, Role.SIGNATORY}),
    "paper.peers": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "law.read": frozenset({Role.DRAFTER, Role.SIGNATORY, Role.SUPERVISOR}),
    "law.write": frozenset({Role.SIGNATORY, Role.SUPERVISOR}),
    "people.read": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    "people.write": frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True)
class Person:
    """A signed-in person: one authority, one role."""

    user_id: int
    officer_id: int
    number: str
    name: str = field(repr=False)
    state: str
    authority: str
    authority_role: str
    role: str
    sends: frozenset[str]
    receives: frozenset[str]
    powers: frozenset[str]

    def may(self, right: str) -> bool:
        """Whether the role includes the right."""
        return self.role in RIGHTS.get(right, frozenset())

    def require(self, right: str) -> None:
        """Raise `NotAllowed` unless the role includes the right."""
        if not self.may(right):
            raise NotAllowed(right)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of dossier this person's authority deals with at all."""
        return self.sends | self.receives


def person_of(user: Any) -> Person:
    """The person behind a login. Raises NotFound for no login, a disabled one, or one without an officer's standing."""
    if not isinstance(user, User) or not user.is_active:
        raise NotFound
    officer = Officer.objects.select_related("authority").filter(user_id=user.pk, disabled_at=None).first()
    if officer is None:
        raise NotFound
    from corridor.casework.house import house

    home = house()
    return Person(
        user_id=user.pk,
        officer_id=officer.pk,
        number=officer.number,
        name=home.vault.open("people", f"officer/{officer.number}", officer.name_sealed).decode(),
        state=home.state,
        authority=officer.authority.code,
        authority_role=officer.authority.role,
        role=officer.role,
        sends=frozenset(officer.authority.sends),
        receives=frozenset(officer.authority.receives),
        powers=frozenset(officer.powers),
    )


def dossiers(person: Person) -> QuerySet[Dossier]:
    """The dossiers this person may read: their authority's own and those made available to it."""
    if not person.may("dossier.read"):
        return Dossier.objects.none()
    mine = Q(home__code=person.authority) | Q(made_available__code=person.authority)
    return Dossier.objects.filter(mine).distinct()


def dossier(person: Person, dossier_id: str, right: str = "dossier.read") -> Dossier:
    """One dossier. Raises NotFound when absent or not theirs, NotAllowed when theirs but their role lacks `right`."""
    found = dossiers(person).select_related("home").filter(pk=dossier_id).first()
    if found is None:
        raise NotFound
    person.require(right)
    return found


def own_dossier(person: Person, dossier_id: str, right: str) -> Dossier:
    """A dossier of the person's own authority: one only made available can be read, not acted in."""
    found = dossier(person, dossier_id, right)
    if found.home.code != person.authority:
        raise NotAllowed(right)
    return found


def drafts(person: Person, dossier_id: str | None = None) -> QuerySet[Draft]:
    """Drafts of the person's authority, of one dossier or of all."""
    if not person.may("draft.write"):
        return Draft.objects.none()
    rows = Draft.objects.filter(authority__code=person.authority)
    return rows if dossier_id is None else rows.filter(dossier_id=dossier_id)


def draft(person: Person, draft_id: str) -> Draft:
    """One draft of the person's authority. Raises NotFound."""
    found = drafts(person).select_related("dossier", "author").filter(pk=draft_id).first()
    if found is None:
        raise NotFound
    return found


def package(person: Person, package_id: str, right: str = "evidence.check") -> Package:
    """One package of a dossier the person may read. Opening asks for a grant to the person's authority as well."""
    found = (
        Package.objects.filter(pk=package_id, dossier__in=dossiers(person)).select_related("dossier").first()
    )
    if found is None:
        raise NotFound
    person.require(right)
    if right == "evidence.open" and not found.grants.filter(authority__code=person.authority).exists():
        raise NotAllowed(right)
    return found


def national_file(person: Person, dossier_id: str, right: str = "national.read") -> QuerySet[NationalEntry]:
    """The entries of the national file that the person's own authority wrote beside a dossier."""
    found = dossier(person, dossier_id, right)
    return NationalEntry.objects.filter(dossier=found, authority__code=person.authority).order_by("at", "pk")


def cases(person: Person) -> QuerySet[Case]:
    """The cases this person may read: their authority's own and those made available to it."""
    if not person.may("case.read"):
        return Case.objects.none()
    mine = Q(home__code=person.authority) | Q(made_available__code=person.authority)
    return Case.objects.filter(mine).distinct()


def case(person: Person, case_id: str, right: str = "case.read") -> Case:
    """One case. Raises NotFound when absent or not theirs, NotAllowed when theirs but their role lacks `right`.

    A case only made available can be read and exported, never changed. Its dossiers are not made available with it.
    """
    found = cases(person).select_related("home").filter(pk=case_id).first()
    if found is None:
        raise NotFound
    person.require(right)
    if found.home.code != person.authority and right not in ("case.read", "case.export"):
        raise NotAllowed(right)
    return found


def paper(person: Person, paper_id: str, right: str) -> PaperLetter:
    """One act on paper, of a dossier the person may read; to send it, of their own authority. Raises NotFound."""
    found = (
        PaperLetter.objects.filter(pk=paper_id, act__dossier__in=dossiers(person))
        .select_related("act__dossier__home")
        .first()
    )
    if found is None:
        raise NotFound
    person.require(right)
    if right == "paper.send" and found.act.dossier.home.code != person.authority:
        raise NotAllowed(right)
    return found


def scan(person: Person, scan_id: str) -> PaperScan:
    """One scan of a paper received: part of the national file of the authority whose dossier it is. Raises NotFound."""
    found = PaperScan.objects.filter(pk=scan_id, dossier__home__code=person.authority).first()
    if found is None or not person.may("dossier.read"):
        raise NotFound
    person.require("national.read")
    return found


def letters(person: Person, right: str) -> QuerySet[OutboxLetter]:
    """Letters of acts in dossiers of the person's own authority."""
    person.require(right)
    return OutboxLetter.objects.filter(act__dossier__home__code=person.authority)


def law_file(person: Person) -> QuerySet[LawEntry]:
    """What this State's authorities wrote down of the law. It belongs to the State: each of them reads all of it."""
    person.require("law.read")
    return LawEntry.objects.select_related("authority", "officer").order_by("number")
