"""Authorities of this State and the people who act for them."""

from __future__ import annotations

from corridor.casework.access import Person
from corridor.casework.house import house
from corridor.casework.models import Authority, Officer
from corridor.casework.queries.pages import AuthorityRow, OfficerRow, People


def people(person: Person) -> People:
    """All authorities, which are public; the people of the person's own authority only. Raises NotAllowed."""
    person.require("people.read")
    rows = Officer.objects.select_related("user", "authority").filter(authority__code=person.authority)
    return People(authorities(), tuple(_officer(row) for row in rows.order_by("number")))


def authorities() -> tuple[AuthorityRow, ...]:
    """This State's authorities."""
    return tuple(
        AuthorityRow(one.code, one.role, dict(one.names), tuple(one.sends), tuple(one.receives))
        for one in Authority.objects.order_by("code")
    )


def officers() -> tuple[OfficerRow, ...]:
    """Everyone, for the operator's command line."""
    rows = Officer.objects.select_related("user", "authority").order_by("number")
    return tuple(_officer(row) for row in rows)


def _officer(row: Officer) -> OfficerRow:
    name = house().vault.open("people", f"officer/{row.number}", row.name_sealed).decode()
    return OfficerRow(
        username=row.user.username,
        name=name,
        number=row.number,
        authority=row.authority.code,
        role=row.role,
        powers=tuple(row.powers),
        not_after=row.not_after,
        disabled=row.disabled_at is not None,
    )
