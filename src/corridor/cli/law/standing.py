"""`corridor law states|between`: who there is, and what binds two States on a day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corridor import law
from corridor.cli.law.inputs import asked_day, assume_, give, local_, on_, table_of
from corridor.cli.law.paper import Paper, shortened
from corridor.cli.law.texts import number_of
from corridor.cli.params import argument, as_json, option
from corridor.faults import Fault
from corridor.law.near import did_you_mean, folded
from corridor.law.ruleset import DEFAULT
from corridor.law.tables import table_sources


def named(code: str) -> str:
    return f"{law.state(code).name} ({code})"


@click.command(short_help="What binds two States on a day")
@argument("a", help="The one State: three letters or its English name.")
@argument("b", help="The other.")
@option("--form", help="A kind of request, for example preservation.")
@option("--article", help="The article of the Convention that has the offence.")
@on_
@assume_
@local_
@as_json
def between(
    a: str,
    b: str,
    form: str | None,
    article: str | None,
    on: str | None,
    assume: Path | None,
    local: Path | None,
    as_json: bool,
) -> None:
    """What binds two States on a day, best first, with reasons and limits; what does not, and why.

    Example: corridor law between FRA VNM --on 2026-11-22 --form preservation --article 7
    """
    from corridor.law.parties import known

    offence = number_of(article, DEFAULT) if article is not None else None
    table = table_of(assume, local)
    found = law.between(a, b, on=asked_day(on), form=form, offence=offence, table=table)
    paper = Paper()
    paper.title(f"{named(found.a)} and {named(found.b)} on {found.on.isoformat()}")
    asked = [
        f"kind of request: {form}" if form else "",
        f"offence: article {offence} of {DEFAULT}" if offence else "",
    ]
    paper.text("; ".join(part for part in asked if part) or "any kind of request, any offence")
    titles = {code: each.short_title for code, each in known().items()}
    paper.heading(_count(len(found.instruments)))
    for rank, bond in enumerate(found.instruments, start=1):
        title = titles.get(bond.id, "")
        paper.item(
            f"{bond.id}{f', {title}' if title and title != bond.id else ''}; in force between both since "
            f"{bond.in_force_since.isoformat()}",
            lead=f"{rank}. ",
            indent=0,
        )
        for each in bond.reasons:
            if each.code != "in_force":  # stands in the line above
                _reason(paper, each, "+ ")
            else:
                paper.mark(each)
        for each in bond.limits:
            _reason(paper, each, "- ")
    if found.instruments:
        paper.gap()
        paper.text("+ speaks for it, - limits it")
    for heading, rows in (
        ("What is left", found.fallback),
        ("Not in the data, and might bind them", found.gaps),
    ):
        if rows:
            paper.heading(heading)
        for each in rows:
            _reason(paper, each, "- ", indent=2)
    why: dict[str, list[str]] = {}
    for no in found.not_applicable:
        why.setdefault(no.text, []).append(no.id)
    if why:
        paper.heading("Does not help here")
    for text, ids in why.items():
        paper.item(f"{text.rstrip('.')}: {', '.join(ids)}")
    give(paper, found.to_dict(), as_json, sources=table_sources("parties"), assumed=found.assumed)


def _count(count: int) -> str:
    if count == 0:
        return "Nothing in the data binds both."
    return "One instrument binds both." if count == 1 else f"{count} instruments bind both, best first:"


def _reason(paper: Paper, each: Any, lead: str, indent: int = 3) -> None:
    place = f" ({each.cite})" if each.cite else ""
    paper.item(paper.noted(f"{each.text}{place}", each), lead=lead, indent=indent)


@click.command(short_help="The States, by regional group")
@option("--group", help="Keep to one: african, asia_pacific, eastern_european, grulac, weog, none.")
@option("--cast", is_flag=True, help="The fictional States of demos and tests instead.")
@as_json
def states(group: str | None, cast: bool, as_json: bool) -> None:
    """The States of the data, by regional group of the United Nations.

    Example: corridor law states --group grulac
    """
    wanted = _group(group) if group is not None else None
    found = [
        each
        for each in law.states(law.World.CAST if cast else law.World.REAL)
        if wanted is None or each.group is wanted
    ]
    paper = Paper()
    paper.title(f"{len(found)} States")
    for one in law.Group:
        rows = [each for each in found if each.group is one]
        if not rows:
            continue
        paper.heading(f"{one.full_name} ({one}): {len(rows)}")
        paper.table(
            [(each.code, paper.noted(each.name, each)) for each in rows],
            indent=2,
        )
    give(paper, {"states": [each.to_dict() for each in found]}, as_json, sources=table_sources("states"))


def _group(text: str) -> law.Group:
    words = [str(each) for each in law.Group]
    asked = folded(text).replace(" ", "_")
    if asked in words:
        return law.Group(asked)
    raise Fault(
        "cli.law.group", group=shortened(text), known=", ".join(words), near=did_you_mean(text, words)
    )
