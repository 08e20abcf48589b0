"""`corridor law criminality|conduct|gaps`: what national law has, which offences a conduct meets, what is missing."""

from __future__ import annotations

from pathlib import Path

import click

from corridor import law
from corridor.cli.law.inputs import give, local_, own_file
from corridor.cli.law.paper import Paper
from corridor.cli.law.standing import named
from corridor.cli.params import argument, as_json, option

_LINES = {
    "at_or_above": "at or above the four-year line",
    "below": "below the four-year line",
    "unknown": "against the four-year line: not established",
}
_VERDICTS = {
    "both_researched_and_punishable": "Both States’ law was researched, and both have a provision for this conduct.",
    "one_not_researched": "One State’s law is not researched. That says nothing about it.",
    "neither_researched": "Neither State’s law is researched. That says nothing about either.",
}


@click.command(short_help="What two States’ law has for an offence")
@argument("a", help="The one State: three letters or its English name.")
@argument("b", help="The other.")
@argument("article", help="Article of the offence, 7 to 17, or its title.")
@as_json
def criminality(a: str, b: str, article: str, as_json: bool) -> None:
    """The national provisions of two States for one offence side by side, their maximum, and the four-year line.

    Example: corridor law criminality DEU VNM 13
    """
    from corridor.law.criminality import national_sources, offence_article

    found = law.criminality(a, b, offence_article(article))
    paper = Paper()
    paper.title(f"Article {found.article}, {found.title}", f"{named(found.a)} and {named(found.b)}")
    paper.gap()
    paper.text(_VERDICTS[str(found.verdict)])
    for code in (found.a, found.b):
        side = found.side(code)
        paper.heading(named(code))
        if side is None:
            paper.text("Not researched.", indent=2)
            continue
        paper.text(paper.noted(side.provision, side), indent=2)
        paper.pairs(
            [
                ("maximum", _years(side.base)),
                ("aggravated", _years(side.aggravated) if side.aggravated else ""),
                ("four years", _LINES[str(side.four_years)]),
                ("attempt", _attempt(side.attempt)),
                ("note", side.note),
                ("check first", side.check),
            ],
            indent=2,
        )
    paper.heading("What the comparison rests on")
    for line in found.because:
        paper.item(paper.marked(str(getattr(line, "text", "")), line))
    paper.gap()
    paper.text(
        "The Convention’s own offences are covered whatever their maximum; the four-year line only opens evidence in "
        "electronic form of other serious crimes. A provision is what was read or recalled, no legal advice."
    )
    sources = {**law.sources(), **national_sources()}
    give(paper, found.to_dict(), as_json, sources=sources)


_ATTEMPTS = {
    "punishable": "punishable",
    "only_where_stated": "punishable only where the law says so; not looked for in this provision",
    "not_stated": "not stated in the provision as read",
    "excluded": "no offence: the provision itself says so",
}


def _attempt(found: law.Attempt | None) -> str:
    if found is None:
        return "not researched"
    return f"{_ATTEMPTS[str(found.rule)]} ({found.provision}; {found.confidence})"


def _years(penalty: law.Penalty | None) -> str:
    if penalty is None:
        return "not established"
    if penalty.life or penalty.months is None:
        return "life"
    years, months = divmod(penalty.months, 12)
    parts = [
        f"{years} year{'s' if years != 1 else ''}" if years else "",
        f"{months} months" if months else "",
    ]
    return " ".join(part for part in parts if part)


@click.command(short_help="Which offences a common conduct meets")
@argument(
    "term", required=False, help="What people call it, for example ransomware; all are listed if absent."
)
@as_json
def conduct(term: str | None, as_json: bool) -> None:
    """Which offences of the Convention a conduct meets, what must be shown besides, and where it names no such thing.

    Example: corridor law conduct ransomware
    """
    from corridor.law.conduct import conduct_sources

    paper = Paper()
    if term is None:
        every = law.conducts()
        paper.title(f"{len(every)} kinds of conduct")
        paper.gap()
        paper.table(
            [(each.id, each.name, ", ".join(map(str, each.articles)) or "none named") for each in every],
            ("", "", "articles"),
        )
        give(paper, {"conducts": [each.to_dict() for each in every]}, as_json, sources=conduct_sources())
        return
    found = law.conduct(term)
    paper.title(found.name)
    if not found.named:
        paper.gap()
        paper.text("The Convention names no such offence.")
    for meets in found.meets:
        paper.heading(f"Article {meets.article}, {meets.offence.title}")
        paper.text(paper.noted(meets.text, meets), indent=2)
        for each in meets.offence.optional_requirements:
            paper.item(paper.marked(f"A Party may require: {each.text}.", each), indent=4)
        other = meets.counterpart
        if other is not None:
            own = ", ".join(map(str, other.own))
            answer = f"article {own} ({other.agreement})" if own else "no offence of its own"
            paper.item(f"Budapest Convention: {answer}", indent=4)
    left_out = [paper.marked(each.text, each) for each in found.left_out]
    for heading, rows in (
        ("What must be shown", found.show),
        ("Besides", found.also),
        ("Left out", (*found.carve_outs, *left_out)),
    ):
        if rows:
            paper.heading(heading)
        for text in rows:
            paper.item(text)
    paper.gap()
    paper.text(paper.noted("That the conduct meets these elements is our reading.", found.trust))
    give(paper, found.to_dict(), as_json, sources=conduct_sources())


@click.command(short_help="Articles 7 to 34 as a checklist for one State")
@argument("state", help="Three letters or the English name.")
@option("--export", type=click.Choice(["csv", "md", "json"]), help="The whole checklist in this form.")
@local_
@as_json
def gaps(state: str, export: str | None, local: Path | None, as_json: bool) -> None:
    """What of articles 7 to 34 a State's law meets, by its own answers (`gaps.csv` in the --local folder).

    Nothing is answered for a State: without answers everything is unknown. Fill in the CSV and put it into the folder.

    Example: corridor law gaps VNM --export csv
    """
    from corridor.law.criminality import national_sources
    from corridor.law.gaps import read_answers

    if as_json and export in ("csv", "md"):
        raise click.UsageError(f"--json and --export {export} exclude each other.")
    own = own_file(local, "gaps.csv")
    found = law.gaps(state, read_answers(own) if own is not None else ())
    if export == "csv":
        click.echo(found.to_csv().decode(), nl=False)
        return
    if export == "md":
        click.echo(found.to_markdown(), nl=False)
        return
    paper = Paper()
    paper.title(f"{found.name} ({found.state}): articles 7 to 34, paragraph by paragraph")
    paper.gap()
    must, may = found.totals(), found.totals(optional=True)
    paper.table(
        [(str(met), must[met], may[met]) for met in law.Met], ("", "owed", "optional"), right=(1, 2), indent=2
    )
    answered = [each for each in found.items if each.answer is not None]
    if answered:
        paper.heading("Answered by the State")
    for each in answered:
        assert each.answer is not None
        paper.item(
            f"{each.ref} {each.met}: {each.answer.source} ({each.answer.date.isoformat()}, {each.answer.by})"
        )
    hinted = [each for each in found.items if each.suggestion is not None]
    if hinted:
        paper.heading("A provision is known, not judged")
    for each in hinted:
        assert each.suggestion is not None
        paper.item(paper.noted(f"{each.ref} {each.title}: {each.suggestion.provision}", each.suggestion))
    for each in found.items:
        if each.attempt is not None:
            told = f"{each.ref} {each.attempt.provision}: {_ATTEMPTS[str(each.attempt.rule)]}"
            paper.item(paper.noted(told, each.attempt))
    paper.gap()
    paper.text("`--export csv` gives the checklist to fill in; `--export md` the same to print.")
    give(paper, found.to_dict(), as_json or export == "json", sources=national_sources())
