"""`corridor verify`: check a package, and say first what that does not prove."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from corridor.cli.evidence.inputs import directory_, expect_, package_, say, state_keys
from corridor.cli.params import as_json

VERDICTS = {"unchanged": "unchanged since sealing", "changed": "CHANGED", "cannot_tell": "cannot tell"}


@click.command()
@package_
@directory_
@expect_
@as_json
def verify(path: Path, directory: Path | None, expect: str | None, as_json: bool) -> None:
    """Check a package. Needs no key, no node and no network.

    Exit status: 0 unchanged since sealing, 1 changed, 2 cannot tell.

    Example: corridor verify ./case-17.package
    """
    from corridor.seal import package

    report = package.verify(path, trust=state_keys(directory), expected_id=expect)
    hands = report.custody.statements if report.custody else ()
    lines = [
        "This does not prove:",
        *(f"  - {text}" for text in report.does_not_prove),
        "",
        f"package   {report.package or 'unknown'}",
        *(f"checked   {text}" for text in report.checked),
        *(
            f"hand      {each.at:%Y-%m-%d %H:%M:%S}Z  {each.kind:<9} {each.state} {each.authority}"
            for each in hands
        ),
        *(
            f"finding   {each.code}: {each.fault.log_text}\n          {each.fault.next_step}"
            for each in report.findings
        ),
        "",
        f"verdict   {VERDICTS[str(report.verdict)]}",
    ]
    say(lines, report.as_json(), as_json)
    sys.exit(report.exit_status)
