"""What the Convention asks of a Party beside requests: powers, safeguards, authorities, notices, reservations.

Two pages: what a Party must have at home, and what it tells, may reserve and is bound by in form.
"""

from __future__ import annotations

from typing import Any

from corridor import law
from corridor.law.site.context import Context, Page
from corridor.law.site.pages.articles import linked
from corridor.law.site.render import fragment


def make_home(ctx: Context, subject: str) -> Page:
    """Jurisdiction, procedural powers with their conditions, safeguards."""
    jurisdiction, procedural = law.jurisdiction(), law.procedural()
    sections = [
        ("jurisdiction", jurisdiction.grounds),
        ("jurisdiction.duties", jurisdiction.duties),
        ("jurisdiction.rules", jurisdiction.rules),
        ("powers.scope", procedural.scope),
        ("powers", procedural.powers),
        ("powers.safeguards", procedural.safeguards),
        ("safeguards", law.safeguards()),
    ]
    return _page(ctx, "at-home", "beside.home", sections)


def make_tells(ctx: Context, subject: str) -> Page:
    """Authorities, registers, notifications, reservations, final clauses."""
    registers = law.registers()
    sections = [
        ("notifications", law.notifications()),
        ("reservations", law.reservations()),
        ("actors", law.actors()),
        ("registers", registers.registers),
        ("registers.duties", registers.duties),
        ("final", law.final_clauses().clauses),
    ]
    return _page(ctx, "party", "beside.party", sections)


def _page(ctx: Context, slug: str, code: str, sections: list[tuple[str, Any]]) -> Page:
    html = fragment(
        "beside.html",
        ctx,
        code=code,
        sections=[each for each in sections if each[1]],
        linked=lambda text: linked(ctx, text),
        notes=lambda line: _notes(ctx, line),
    )
    return Page(slug, str(ctx.t(f"{code}.title")), html, slug)


def _notes(ctx: Context, line: Any) -> list[str]:
    """The coded facts of a line, in words: how strongly, when, to whom, for which articles."""
    t, found = ctx.t, []
    strength = getattr(line, "strength", None)
    if strength is not None:
        found.append(str(t.maybe(f"strength.{strength}", str(strength).replace("_", " "))))
    kind = getattr(line, "kind", None)
    if kind is not None:
        found.append(str(t.maybe(f"option.{kind}", str(kind).replace("_", " "))))
    mandatory = getattr(line, "mandatory", None)
    if mandatory is not None:
        found.append(str(t("beside.must") if mandatory else t("beside.may")))
    for moment in getattr(line, "when", ()):
        found.append(str(t.maybe(f"moment.{moment}", str(moment).replace("_", " "))))
    for name in ("to", "keeper", "notified_to"):
        value = getattr(line, name, None)
        if value:
            said = t.maybe(f"who.{value}", str(value).replace("_", " "))
            found.append(str(t(f"beside.{name}", who=said)))
    affects = getattr(line, "affects", ())
    if affects:
        found.append(str(t("beside.affects", numbers=", ".join(map(str, affects)))))
    return found
