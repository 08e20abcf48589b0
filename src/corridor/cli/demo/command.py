"""`corridor demo`: builds the stage, plays the story, proves the outcome, and keeps both desks open."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from corridor.cli.demo import emergency, evidence, extradition, joint, stage
from corridor.cli.demo.client import Officer
from corridor.cli.demo.processes import DemoFault, running
from corridor.cli.demo.proof import OUTCOMES, holds
from corridor.cli.demo.stage import STATES, Stage
from corridor.cli.demo.story import Story
from corridor.cli.demo.telling import Cast, Teller
from corridor.cli.params import PATH, flag, option


@click.command()
@flag("--exit", "leave", help="End after the story.")
@option("--dir", "folder", type=PATH, default="demo", help="Where the demo lives; made anew each time.")
@option("--evidence", "source", type=PATH, help="Your own file or folder to carry across.")
def demo(leave: bool, folder: Path, source: Path | None) -> None:
    """Play cases between States on this machine: a registry and three nodes, each its own processes.

    The last line printed is one JSON object; the exit status is 0 only if all it claims is true.

    Example: corridor demo --exit --evidence ./photos
    """
    folder = folder.resolve()
    if source is not None and not source.exists():
        raise DemoFault("cli.demo.no-evidence", path=source)
    began = time.monotonic()
    with stage.cleared(folder), running(folder / "logs") as processes:
        click.echo("Building a registry and three nodes …")
        built = stage.build(folder, processes)
        carried = source.resolve() if source else evidence.make(folder / "evidence", seed=2026)
        _remember(folder, carried)
        teller = Teller(_cast(built), built.logs, _say)
        for title, play in (
            (
                "Changed bank details: preservation, then the stored data",
                lambda: Story(teller, carried).play(),
            ),
            ("A life at risk: data before papers", lambda: emergency.play(teller, folder / "answer")),
            ("A person about to leave: extradition", lambda: extradition.play(teller)),
            ("One group, three States: a joint investigation", lambda: joint.play(teller, folder / "shared")),
        ):
            click.echo(f"\n{title}")
            play()
        teller.settle()
        click.echo("Proving the outcome in a fresh process …")
        outcome = prove(folder)
        click.echo(f"The story took {time.monotonic() - began:.0f} seconds, set-up of the stage included.\n")
        _introduce(built)
        click.echo(json.dumps(outcome))
        if leave:
            sys.exit(0 if holds(outcome) else 1)
        _stay_open()


def prove(folder: Path) -> dict[str, Any]:
    """What a fresh process finds in the folder alone."""
    command = [sys.executable, "-m", "corridor.cli.demo.proof", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own module
    try:
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        sys.stderr.write(done.stderr)
        found = {**dict.fromkeys(OUTCOMES, False), "acts": 0, "package": None}
    return found


def _remember(folder: Path, carried: Path) -> None:
    """What the evidence was before it crossed: names and digests, for the proof to compare with."""
    base = carried.parent if carried.is_file() else carried
    files = [carried] if carried.is_file() else sorted(path for path in carried.rglob("*") if path.is_file())
    digests = {}
    for path in files:
        with path.open("rb") as stream:
            digests[path.relative_to(base).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    (folder / "evidence.json").write_text(json.dumps(digests, indent=1, ensure_ascii=False), encoding="utf-8")


def _cast(built: Stage) -> Cast:
    def officer(state: str, username: str) -> Officer:
        return Officer(built.desks[state], built.login(state, username), built.logs).sign_in()

    return Cast(
        drafter=officer("XAA", "drafter"),
        duty=officer("XAA", "duty"),
        central=officer("XAA", "central"),
        duty_there=officer("XBB", "duty"),
        central_there=officer("XBB", "central"),
        central_third=officer("XCC", "central"),
    )


def _say(state: str, text: str) -> None:
    click.echo(f"  {STATES[state]:<9} {text}")


def _introduce(built: Stage) -> None:
    for state, name in STATES.items():
        click.echo(f"{name}'s desk: {built.desks[state]}")
        click.echo(f"  {'user':<11} {'password':<20} {'signing secret':<20} who")
        for one in built.logins:
            if one.state == state:
                who = f"{one.name}, {one.role}, {one.authority}"
                click.echo(f"  {one.username:<11} {one.password:<20} {one.secret:<20} {who}")
        click.echo("")
    click.echo(f"Registry: {built.registry_url}    everything made here: {built.folder}")


def _stay_open() -> None:
    click.echo(
        "\nThe desks are open; one browser can be signed in to all of them. Carry the case on by hand:"
    )
    click.echo("  Borealia, duty     a second request to preserve waits for an answer; it is not complete")
    click.echo("  Aurelia, central   a draft waits to be finished and signed")
    click.echo("Press Ctrl-C to end the demo.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo("\nEnded. The folder stays until the next demo.")
