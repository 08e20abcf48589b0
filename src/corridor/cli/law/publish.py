"""`corridor law site`: the law's public pages as a folder of files."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.law.inputs import asked_day, assume_, give, local_, on_, table_of
from corridor.cli.law.paper import Paper
from corridor.cli.params import PATH, argument, as_json, option
from corridor.faults import Fault


@click.command(short_help="Write the public pages into a folder")
@argument(
    "directory", type=PATH, help="Where to write them; made if need be, files of the same name are replaced."
)
@option("--home", help="The State whose folder --local is: its checklist and its road are then in the files.")
@on_
@assume_
@local_
@as_json
def site(
    directory: Path, home: str | None, on: str | None, assume: Path | None, local: Path | None, as_json: bool
) -> None:
    """Write the law's pages as files that open from disk, with no server.

    With --home the site holds what that State keeps for itself, and is for its own people.

    Example: corridor law site ./law-pages
    """
    from corridor.law import site as pages

    fonts = Path(pages.__file__).parents[2] / "web" / "static" / "vendor"  # where a node has been set up
    if home is not None and local is None:
        raise click.UsageError("--home needs --local, the folder of that State.")
    table = table_of(assume, local)
    try:
        built = pages.build(
            directory,
            on=asked_day(on),
            table=table,
            local=local,
            home=home or "",
            fonts=fonts if fonts.is_dir() else None,
        )
    except OSError as error:
        raise Fault("cli.law.not-written", folder=str(directory), problem=type(error).__name__) from error
    assumed = table.assumed if table is not None else None
    paper = Paper()
    paper.pairs(
        [("open", built.start), ("pages", built.pages), ("files", f"{built.files}, {built.size:,} bytes")]
    )
    answer = built.to_dict() | {"assumed": assumed.to_dict() if assumed else None}
    give(paper, answer, as_json, assumed=assumed)
