"""`corridor law status|import-status|press`: where the Convention stands, from which table, and what is said of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor import law
from corridor.cli.law.inputs import asked_day, assume_, give, local_, on_, table_of, today
from corridor.cli.law.paper import Paper
from corridor.cli.law.standing import named
from corridor.cli.params import argument, as_json, flag
from corridor.faults import Fault
from corridor.law.tables import table_sources

if TYPE_CHECKING:
    from corridor.law.parties import Effect
    from corridor.law.status_table import StatusChange

_CHANGES = {
    "added": "new",
    "changed": "changed",
    "gone": "not in the new table",
    "unknown": "no State the data know",
    "suspicious": "check",
}
#: What a table kept would answer otherwise; the rest is for a person to look at.
_DIFFERENCES = ("added", "changed", "gone")
_DOUBTS = {
    "deposit_before_signature": "the deposit comes before the signature",
    "signature_in_future": "the signature is after today",
    "deposit_in_future": "the deposit is after today",
    "ratified_without_signature": "an instrument other than accession without a signature",
    "in_brackets": "printed in brackets, as the depositary prints what was withdrawn: not counted",
    "signatories": "the page counts other signatures than it lists",
}


@click.command(short_help="Signatures, instruments, what is still needed")
@on_
@assume_
@local_
@as_json
def status(on: str | None, assume: Path | None, local: Path | None, as_json: bool) -> None:
    """Who signed and who deposited by a day, what is still needed, and whether the Convention is in force.

    Example: corridor law status --on 2026-11-22
    """
    table = table_of(assume, local)
    found = law.status(on=asked_day(on), world=law.World.REAL, table=table)
    reserved = _reserved(found)
    paper = Paper()
    paper.title(f"UN Convention against Cybercrime on {found.on.isoformat()}")
    least = "at least " if found.at_least else ""
    paper.gap()
    window = found.window
    paper.pairs(
        [
            ("signatures", f"{least}{found.signatories}, {found.signatory_states} of them by States"),
            ("instruments", f"{least}{found.instruments_counted} of {found.needed} State deposits confirmed"),
            (
                "reported",
                f"{found.instruments_reported} more without a deposit shown" if found.reported else "",
            ),
            (
                "in force",
                found.entry_into_force.isoformat()
                if found.entry_into_force
                else "no date: too few have deposited",
            ),
            (
                "signature",
                f"open until {window.closes}, {window.days_left} days left"
                if window.days_left is not None
                else f"closed since {window.closes}; accession stays open",
            ),
        ]
    )
    paper.heading("By regional group")
    paper.table(
        [
            (group.full_name, signed, counted)
            for group, (signed, counted) in found.by_group().items()
            if group is not law.Group.NONE
        ],
        ("", "signed", "deposited"),
        right=(1, 2),
        indent=2,
    )
    deposited = [each for each in found.entries if each.deposit is not None]
    if deposited:
        paper.heading("Deposited")
    for each in deposited:
        since = found.in_force_for(each.state)
        tail = f"; bound from {since.isoformat()}" if since else ""
        paper.item(paper.noted(f"{each.name}: {_when(each.deposit)}{tail}", each_of(each)))
    if found.reported:
        paper.heading("Reported to have ratified; no deposit shown, so not counted")
    for each in found.reported:
        paper.item(paper.noted(f"{each.name}: reported by {_when(each.reported)}", each_of(each)))
    if reserved:
        paper.heading("Reservations and declarations known")
    for effect in reserved:
        paper.item(paper.noted(f"{named(effect.state)}, {effect.article}: {effect.text}", effect.marks))
    kept_out = {row.state: row.keeps_out for row in table.rows if row.keeps_out} if table else {}
    for code, articles in kept_out.items():
        paper.item(f"{named(code)}: assumed not to be bound by {', '.join(map(str, articles))}")
    if found.at_least:
        paper.gap()
        paper.text(
            f"{found.at_least_text} A row counts from the latest day its source proves, and later news may be missing. "
            "The depositary's record decides."
        )
    paper.gap()
    paper.text(f"Table: {found.origin}")
    answer = found.to_dict() | {"reservations": [each.to_dict() for each in reserved]}
    sources = table_sources("parties") if reserved else None
    give(paper, answer, as_json, sources=sources, assumed=found.assumed)


def _reserved(found: law.Status) -> list[Effect]:
    """What those who signed or deposited are known to have reserved or declared by the day."""
    rows = law.effects(instrument=found.instrument)
    return [each for each in rows if found.of(each.state) and each.touches(found.on, None, None)]


def each_of(entry: law.Entry) -> dict[str, str]:
    """The marks of a row; its source is a sentence and stands in the JSON."""
    return {"confidence": str(entry.confidence), "certainty": ""}


def _when(text: str | None) -> str:
    return f"{text} (day not established)" if text and len(text) < 10 else str(text)


@click.command("import-status", short_help="Read the depositary's page, show what changed")
@argument(
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The treaty's page of the UN Treaty Collection as XML, or a CSV.",
)
@local_
@flag("--apply", help="Write the table into the folder given with --local without asking.")
@as_json
def import_status(file: Path, local: Path | None, apply: bool, as_json: bool) -> None:
    """Read a status file, show what it says otherwise, and on your word keep it in a folder of your own.

    Nothing is written without --apply or a yes. Exit status: 0 nothing differs, or it was kept; 3 what differs was
    shown and not kept; 1 a fault.

    Example: corridor law import-status XVIII-16.en.xml --local ./law
    """
    new = law.read_status(file.read_bytes())
    old = (law.local_table(local) if local is not None else None) or law.shipped_table()
    changes = law.compare_status(old, new, on=today())
    differs = any(each.kind in _DIFFERENCES for each in changes)
    paper = Paper()
    paper.title(f"{new.origin}: {len(new.rows)} participants", f"compared with {old.origin}")
    paper.gap()
    for each in changes:
        paper.item(_change(each))
    if not changes:
        paper.text("Nothing differs.")
    applied = False
    if apply and local is None:
        raise Fault("cli.law.no-local")
    if local is not None and differs:
        asking = not apply and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
        if asking:
            paper.print()
            paper = Paper()
        if apply or (asking and click.confirm("Keep this table from now on?")):
            _keep(local, new)
            applied = True
    paper.gap()
    if applied:
        paper.text(f"Kept in {local}. Answers given with --local {local} now rest on it.")
    elif differs:
        paper.text("Nothing was written. Give --local DIR --apply to keep it.")
    elif changes:
        paper.text("No day and no participant differs; what is to be checked stands above.")
    give(
        paper,
        {
            "origin": new.origin,
            "digest": new.digest,
            "participants": len(new.rows),
            "changes": [each.to_dict() for each in changes],
            "differs": differs,
            "applied": applied,
        },
        as_json,
    )
    if differs and not applied:
        raise click.exceptions.Exit(3)


def _change(each: StatusChange) -> str:
    name = f"{each.name} ({each.state})" if each.state else each.name
    said = _CHANGES[each.kind]
    if each.kind == "changed":
        return f"{name}: {each.field} {each.before or 'nothing'} → {each.after or 'nothing'}"
    if each.kind == "suspicious":
        return f"{said}: {name + ': ' if name else ''}{_DOUBTS[each.field]}{_counts(each)}"
    return f"{said}: {name}{', ' + each.after if each.after else ''}"


def _counts(each: StatusChange) -> str:
    return f" ({each.before} and {each.after})" if each.before or each.after else ""


def _keep(folder: Path, table: law.StatusTable) -> None:
    """Both files, each written whole beside its place and then put there; the table first."""
    from corridor.law import local
    from corridor.notary.files import write_whole

    data = table.to_csv()
    try:
        write_whole(folder / local.STATUS, data)
        write_whole(folder / local.ORIGIN, local.origin_of(table, data, on=today()))
    except OSError as error:
        raise Fault("cli.law.not-written", folder=str(folder), problem=type(error).__name__) from error


@click.command(short_help="What the press gets wrong, with the right figure")
@as_json
def press(as_json: bool) -> None:
    """Common errors about the Convention, each with what is right and why.

    Example: corridor law press
    """
    from corridor.law.press import press_sources

    paper = Paper()
    found = law.press()
    paper.title(f"{len(found)} things that are said of the Convention and are not so")
    for each in found:
        paper.heading(f"“{each.claim}”")
        paper.text(paper.noted(f"{each.right} ({each.ref})", each), indent=2)
        paper.text(each.why, indent=2)
    give(paper, {"errors": [each.to_dict() for each in found]}, as_json, sources=press_sources())
