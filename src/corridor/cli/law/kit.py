"""`corridor law deposit-kit`: one State's road to becoming a Party, and its papers written as drafts into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor import law
from corridor.cli.law.inputs import asked_day, assume_, give, local_, on_, own_file, table_of, watermark
from corridor.cli.law.paper import Paper
from corridor.cli.params import argument, as_json, flag, option
from corridor.faults import Fault

if TYPE_CHECKING:
    from corridor.law.road import DepositKit

ROAD = "road.md"  # the road on one page, beside the papers
PROGRESS = "progress.csv"  # in the folder given with --local
_STANDS = {
    "window_open": "not signed; the window for signature is open",
    "window_closed": "not signed; the window is closed, accession is open",
    "signed": "signed; no instrument deposited",
    "reported": "signed; reported to have ratified, no deposit shown",
    "deposited": "instrument deposited; not yet in force for it",
    "party": "a Party",
}


@click.command("deposit-kit", short_help="Steps to deposit, and every paper as a draft")
@argument("state", help="Three letters or the English name; EUE for the European Union.")
@option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the papers into; made if need be. Nothing is written without it.",
)
@flag("--force", help="Replace papers of the same name in that folder.")
@on_
@assume_
@local_
@as_json
def deposit_kit(
    state: str,
    out: Path | None,
    force: bool,
    on: str | None,
    assume: Path | None,
    local: Path | None,
    as_json: bool,
) -> None:
    """The steps from where a State stands to being a Party, and every paper due as a draft for its lawyers.

    What the State did at home it tells itself (`progress.csv` in the --local folder). Papers already in the folder are
    never replaced without --force.

    Example: corridor law deposit-kit VNM --out ./kit
    """
    from corridor.law import road

    own = own_file(local, PROGRESS)
    found = law.deposit_kit(
        state,
        on=asked_day(on),
        table=table_of(assume, local),
        progress=road.read_progress(own) if own is not None else (),
    )
    written = _write(out, _papers(found), force=force) if out is not None else ()
    paper = Paper()
    paper.title(f"{found.name} ({found.state}) on {found.on.isoformat()}: {_STANDS[str(found.stand)]}")
    paper.gap()
    for day in found.days:
        paper.item(f"{day.text}{f' ({day.cite})' if day.cite else ''}", lead="", indent=0)
    paper.heading("Steps")
    for number, step in enumerate(found.steps, start=1):
        because = f" ({step.because})" if step.because else ""
        lead = f"{number:>2}. "
        paper.item(f"{step.title}: {str(step.state).replace('_', ' ')}{because}", lead=lead, indent=0)
        if step is found.next:
            paper.item(paper.noted(step.text, step.to_dict()), lead="    ", indent=0)
        for told in step.progress:
            paper.item(f"{told.date.isoformat()} {told.what} ({told.source}; {told.by})", indent=4)
        for known in step.known:
            paper.item(paper.noted(f"read: {known.what} ({known.when})", known.to_dict()), indent=4)
    paper.heading(f"Papers ({len(found.documents)})")
    paper.table(
        [(each.filename, each.due, "" if each.required else "optional") for each in found.documents],
        ("file", "due", ""),
        indent=2,
    )
    if found.caveats:
        paper.heading("To know")
    for caveat in found.caveats:
        paper.item(caveat)
    paper.gap()
    paper.text(
        f"{len(written)} files written into {out}; {ROAD} is the road on one page."
        if out is not None
        else "Nothing was written: `--out DIR` writes the papers. They are drafts for a lawyer of the State."
    )
    paper.text(f"Table: {found.origin}")
    answer = found.to_dict() | {"written": [str(each) for each in written]}
    give(paper, answer, as_json, sources=road.road_sources(), assumed=found.assumed)


def _papers(found: DepositKit) -> dict[str, str]:
    """File -> text. One from an assumed status says so on its first and its last line."""
    texts = {each.filename: each.text for each in found.documents} | {ROAD: found.to_markdown()}
    if found.assumed is None:
        return texts
    said = f"**{watermark(found.assumed)}**\n"
    return {
        name: ("" if text.startswith(said) else said + "\n") + text.rstrip() + "\n\n" + said
        for name, text in texts.items()
    }


def _write(folder: Path, texts: Mapping[str, str], *, force: bool) -> tuple[Path, ...]:
    """All of them, or a fault before the first where one is there already."""
    there = [name for name in texts if (folder / name).is_symlink() or (folder / name).exists()]
    if there and not force:
        raise Fault("cli.law.exists", folder=str(folder), count=len(there), first=there[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _put(folder / name, text.encode(), force=force)
    except OSError as error:
        raise Fault("cli.law.not-written", folder=str(folder), problem=type(error).__name__) from error
    return tuple(folder / name for name in texts)


def _put(path: Path, data: bytes, *, force: bool) -> None:
    if not force:
        with path.open("xb") as file:  # another may have put one there meanwhile
            file.write(data)
        return
    from corridor.notary.files import write_whole

    write_whole(path, data)
