"""One State: where it stands, what binds it today, and what it can do next. A missing row is said as not researched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from corridor.law import parties as tables
from corridor.law.errors import LawFault
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import Place, instrument_titles, places, with_a_page
from corridor.law.site.render import fragment
from corridor.law.states import State, near_states, state, states


def subjects(ctx: Context) -> Iterable[str]:
    return (each.code.lower() for each in states())


def find(ctx: Context, subject: str) -> Place:
    """The State an address names, and where it stands. Raises LawFault `law.state.unknown` with the near ones."""
    found = next((each for each in places(ctx) if each.state.code.lower() == subject.lower()), None)
    if found is None:
        raise LawFault("law.state.unknown", state=subject, near=near_states(subject))
    return found


def known(ctx: Context, subject: str) -> State:
    """The State an address names; in a node of the fictional cast its people find their own State too."""
    if ctx.own_of(subject.upper()):
        return state(subject)
    return find(ctx, subject).state


def make_one(ctx: Context, subject: str) -> Page:
    place = find(ctx, subject)
    one = state(place.state.code)
    html = fragment(
        "state.html",
        ctx,
        place=place,
        state=one,
        entry=place.entry,
        since=ctx.answers.status.in_force_for(one.code),
        doors=_doors(ctx, one),
        own=_own(ctx, one),
        reserved=tables.effects(one.code, None),
        partners=_partners(ctx, one),
        short=instrument_titles(),
        known=with_a_page(),
    )
    return Page(f"state-{one.code.lower()}", one.name, html, "map")


def _own(ctx: Context, one: Any) -> list[dict[str, Any]]:
    """The instruments in force for it, but single bilateral treaties, which stand with the partner."""
    found = []
    for code in sorted(with_a_page() & set(tables.tables())):
        row = next((each for each in tables.participations(code) if each.state == one.code), None)
        if row is not None and one.code in tables.parties_to(code, on=ctx.on):
            found.append({"code": code, "row": row})
    return sorted(found, key=lambda each: instrument_titles()[str(each["code"])])


def _partners(ctx: Context, one: Any) -> list[tuple[Any, tuple[str, ...]]]:
    """Every other State by name and what binds both, best first: the answer for any request."""
    bonds = ctx.answers.bonds
    others = sorted((each for each in states() if each.code != one.code), key=lambda each: each.name)
    return [
        (each, tuple(bond.id for bond in bonds.between(one.code, each.code).instruments)) for each in others
    ]


def _doors(ctx: Context, one: Any) -> list[tuple[str, str]]:
    """The other pages about this State: address and what it is called."""
    from corridor.law.site.pages import gaps

    return [
        (ctx.links.page("deposit", one.code), "state.door.deposit"),
        (gaps.address(ctx, one.code), "state.door.gap"),
    ]
