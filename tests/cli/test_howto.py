"""The how-to pages as they are written: every sh block is run, in order, in one bash, in an empty folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.cli.demo.processes import free_ports

PAGES = Path(__file__).parents[2] / "docs" / "howto"
HOWTO = PAGES / "two-nodes.md"
EVIDENCE = PAGES / "evidence.md"
PORT = re.compile(r"^(\w+_PORT)=\d+$", re.M)


def blocks(page: Path) -> str:
    """The page's blocks, joined."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", page.read_text(encoding="utf-8"), re.S | re.M))


def script() -> str:
    """The blocks of the page of two nodes, with free ports for its variables."""
    joined = blocks(HOWTO)
    free = iter(free_ports(len(PORT.findall(joined))))
    return PORT.sub(lambda found: f"{found[1]}={next(free)}", joined)


def members(group: int) -> list[str]:
    """The processes of a session that still run."""
    found = subprocess.run(
        ["ps", "-o", "stat=,args=", "-s", str(group)], capture_output=True, text=True
    ).stdout
    return [line for line in found.splitlines() if not line.startswith("Z")]


def test_the_page_carries_the_users_own_file_across(tmp_path: Path) -> None:
    mine = os.urandom(9_000_000)  # more than one part of an upload
    folder = tmp_path / "empty"
    folder.mkdir()
    (tmp_path / "minutes of the täter.img").write_bytes(mine)
    text = script()
    assert len(PORT.findall(text)) == 5
    text, named = re.subn(r"^FILE=.*$", "FILE='../minutes of the täter.img'", text, flags=re.M)
    assert named == 1
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CORRIDOR_SECRET_WORK": "10",
    }
    environment.pop("CORRIDOR_DIR", None)
    output = tmp_path / "output"
    with output.open("wb") as out:
        bash = subprocess.Popen(
            ["bash"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            bash.communicate(text.encode(), timeout=600)
        finally:
            left = members(bash.pid)
            if bash.poll() is None or left:
                os.killpg(bash.pid, signal.SIGKILL)
                bash.wait()
    told = output.read_text(encoding="utf-8", errors="replace")
    if bash.returncode != 0:
        logs = "".join(f"\n== {log.name}\n{log.read_text()[-2000:]}" for log in folder.glob("*.log"))
        pytest.fail(f"the page ended with {bash.returncode}:\n{told[-4000:]}{logs}")
    assert (folder / "received.bin").read_bytes() == mine
    assert (folder / "opened" / "minutes of the täter.img").read_bytes() == mine
    assert "verdict: unchanged" in told
    assert left == []
    _secrets_stay_with_their_owner(folder)


def _secrets_stay_with_their_owner(folder: Path) -> None:
    for each in (folder / "secrets").iterdir():
        assert each.stat().st_mode & 0o077 == 0, each.name
    words = [each.read_bytes().strip() for each in (folder / "secrets").iterdir() if each.suffix != ".token"]
    for node in ("aurelia", "borealia"):
        for file in (path for path in (folder / node).rglob("*") if path.is_file()):
            held = file.read_bytes()
            assert not any(word in held for word in words), file


def test_a_stranger_without_a_node_seals_hands_over_discloses_and_destroys(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    folder = tmp_path / "empty"
    folder.mkdir()
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail"],
        input=blocks(EVIDENCE),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.count("verdict   unchanged since sealing") == 4
    assert (folder / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    assert not list((folder / "case-17.package" / "package-key").iterdir())
    assert list((folder / "at-borealia.package" / "package-key").iterdir())
    assert "destroyed" in done.stdout.splitlines()[-2]
    assert not list((tmp_path / "state").rglob("*.key")), "no journal's key outlives its sealing"
