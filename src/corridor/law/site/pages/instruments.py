"""The instruments States work with: one list, and one page for each but the Convention, which has its own browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from corridor import law
from corridor.law import parties as tables
from corridor.law.errors import LawFault
from corridor.law.near import did_you_mean
from corridor.law.ruleset import DEFAULT
from corridor.law.site.context import Context, Page
from corridor.law.site.pages._reading import instrument_titles, name_of, with_a_page
from corridor.law.site.pages.forms import title
from corridor.law.site.render import fragment
from corridor.law.states import ORGANISATIONS


def subjects(ctx: Context) -> Iterable[str]:
    return sorted(code.lower() for code in with_a_page() - {DEFAULT})


def _row(ctx: Context, code: str) -> dict[str, Any]:
    """What the data say of an instrument as a whole: `rules` its articles and forms, `known` its Parties."""
    rules = next((each for each in law.instruments() if each.code == code), None)
    known = tables.known().get(code)
    marks: Any = rules.trust if rules else known.marks if known else None
    return {
        "code": code,
        "short": instrument_titles()[code],
        "title": rules.title if rules else known.title if known else code,
        "rules": bool(rules and rules.rules),
        "since": known.since if known else None,
        "standing": known.standing if known else "",
        "parties": len(tables.parties_to(code, on=ctx.on)) if code in tables.tables() else None,
        "marks": marks,
        "scope": known.scope_text if known else "",
    }


def make(ctx: Context, subject: str) -> Page:
    rows = [_row(ctx, code) for code in with_a_page() - {DEFAULT}]
    rows.sort(key=lambda each: (not each["rules"], str(each["short"])))
    html = fragment("instruments.html", ctx, instruments=rows)
    return Page("instruments", str(ctx.t("instruments.title")), html, "instruments")


def make_one(ctx: Context, subject: str) -> Page:
    """One instrument. Raises LawFault `law.instrument.unknown` with the near ones."""
    code = next((each for each in with_a_page() - {DEFAULT} if each.lower() == subject), None)
    if code is None:
        raise LawFault(
            "law.instrument.unknown", instrument=subject, near=did_you_mean(subject, sorted(with_a_page()))
        )
    row = _row(ctx, code)
    covered = [
        {"kind": each.form, "title": title(ctx, each.form), "place": each.provision, "line": each}
        for each in (tables.coverage(code) if code in tables.known() else ())
    ]
    with_page = set(law.kinds())
    rows = tables.participations(code) if code in tables.tables() else ()
    members = sorted(
        (
            {"name": name_of(each.state), "row": each, "state": each.state not in ORGANISATIONS}
            for each in rows
        ),
        key=lambda each: str(each["name"]),
    )
    reserved = [
        {"name": name_of(each.state), "line": each}
        for each in (tables.effects(None, code) if code in tables.known() else ())
    ]
    html = fragment(
        "instrument.html",
        ctx,
        instrument=row,
        articles=law.articles(code) if row["rules"] else (),
        definitions=law.definitions(code) if row["rules"] else (),
        covered=covered,
        with_page=with_page,
        members=members,
        reserved=sorted(reserved, key=lambda each: str(each["name"])),
    )
    return Page(f"instrument-{subject}", str(row["short"]), html, "instruments")
