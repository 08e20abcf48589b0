"""`corridor demo`: true when it says so, false when one byte differs, and gone when it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor.cli.demo import evidence, stage, story

TRUE = {"dossiers_identical": True, "custody_verified": True, "evidence_sha256_match": True}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "corridor.cli", "demo", *words]


def alive(folder: Path) -> list[str]:
    """Processes that belong to a demo's folder: it is on their command line or among their open files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
            files = [os.readlink(each) for each in (process / "fd").iterdir()]
        except OSError:
            continue
        if int(process.name) != os.getpid() and (
            str(folder) in words or any(file.startswith(str(folder)) for file in files)
        ):
            found.append(f"{process.name} {words}")
    return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One demo with the user's own folder: a subfolder, an empty file, a name beyond ASCII."""
    base = tmp_path_factory.mktemp("demo")
    mine = base / "my own evidence"
    (mine / "sub" / "deeper").mkdir(parents=True)
    (mine / "empty.txt").touch()
    (mine / "sub" / "протокол № 7 ü.txt").write_text("own words", encoding="utf-8")
    (mine / "sub" / "deeper" / "disk.img").write_bytes(os.urandom(300_000))
    folder = base / "stage"
    done = subprocess.run(
        command("--exit", "--dir", str(folder), "--evidence", str(mine)),
        capture_output=True,
        text=True,
        timeout=400,
    )
    return folder, done


def test_the_last_line_is_what_was_proved(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = played
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert {name: told[name] for name in TRUE} == TRUE
    assert set(told) == {*TRUE, "acts", "package"}
    assert told["acts"] > 10
    assert Path(told["package"]).is_relative_to(folder)
    carried = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    assert set(carried) == {"empty.txt", "sub/протокол № 7 ü.txt", "sub/deeper/disk.img"}


def test_no_process_outlives_the_story(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert alive(played[0]) == []


def test_no_file_of_either_node_shows_a_name_an_account_or_a_sentence_of_the_case(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Databases with their journals, vaults, packages, logs of the processes: everything, byte by byte."""
    people = [name for *_, names in stage.PEOPLE for name in names.values()]
    accounts = [evidence.ACCOUNT, evidence.VICTIM, evidence.FALSE_IBAN, evidence.INTRUDER, evidence.LOOKALIKE]
    words = [evidence.COMPANY, evidence.PROVIDER, story.FACTS[:40], story.LINK[:40], "own words", "протокол"]
    logins = json.loads((played[0] / "demo.json").read_text(encoding="utf-8"))["logins"]
    secrets = [login[part] for login in logins for part in ("password", "secret")]
    looked = 0
    for place in ("xaa", "xbb", "logs", "registry"):
        for path in (played[0] / place).rglob("*"):
            if path.is_file():
                raw, looked = path.read_bytes(), looked + 1
                shown = [each for each in (*people, *accounts, *words, *secrets) if each.encode() in raw]
                assert shown == [], path
    assert looked > 100


def test_logins_are_for_their_owner_only(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert (played[0] / "demo.json").stat().st_mode & 0o077 == 0


def flip(path: Path, place: int = -20) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(bytes(raw))


def change_an_act(folder: Path) -> None:
    with sqlite3.connect(folder / "xbb" / "db.sqlite3") as database:
        (table,) = database.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'casework%actrow'"
        ).fetchone()
        row, sealed = database.execute(f"SELECT id, sealed FROM {table} ORDER BY id LIMIT 1").fetchone()
        changed = bytes([*sealed[:-20], sealed[-20] ^ 1, *sealed[-19:]])
        database.execute(f"UPDATE {table} SET sealed = ? WHERE id = ?", (changed, row))
    database.close()


def change_a_statement(folder: Path) -> None:
    statement = next((folder / "xaa" / "packages").glob("*/custody/*-received.dsse.json"))
    flip(statement, statement.read_bytes().index(b'"sig"') + 12)


def change_the_payload(folder: Path) -> None:
    """Of the evidence that was known before it crossed: by far the largest package."""
    files = (folder / "xaa" / "packages").glob("*/data/**/*.age")
    flip(max(files, key=lambda file: file.stat().st_size))


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (change_an_act, "dossiers_identical"),
        (change_a_statement, "custody_verified"),
        (change_the_payload, "evidence_sha256_match"),
    ],
)
def test_one_byte_makes_the_claim_false(
    played: tuple[Path, subprocess.CompletedProcess[str]],
    tmp_path: Path,
    change: Callable[[Path], None],
    claim: str,
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(played[0], copy)
    change(copy)
    status, found = prove(copy)
    assert status == 1
    assert found[claim] is False
    if claim == "dossiers_identical":
        assert found["custody_verified"] is found["evidence_sha256_match"] is True
    else:
        assert found["dossiers_identical"] is True


def prove(folder: Path) -> tuple[int, dict[str, Any]]:
    """As `corridor demo` itself proves: a fresh process, and the folder alone."""
    done = subprocess.run(
        [sys.executable, "-m", "corridor.cli.demo.proof", str(folder)], capture_output=True, text=True
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_the_commands_status_is_the_proofs() -> None:
    """Any claim that is not exactly true ends `corridor demo --exit` with a non-zero status."""
    from corridor.cli.demo.proof import holds

    assert holds({**TRUE, "acts": 1, "package": "x"})
    for claim in TRUE:
        assert not holds({**TRUE, claim: False})
        assert not holds({**TRUE, claim: None})


def test_a_proof_that_ends_badly_proves_nothing(tmp_path: Path) -> None:
    from corridor.cli.demo.command import prove as as_the_demo_does
    from corridor.cli.demo.proof import holds

    assert not holds(as_the_demo_does(tmp_path))


def test_a_folder_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    done = subprocess.run(command("--exit", "--dir", str(tmp_path)), capture_output=True, text=True)
    assert done.returncode == 1
    assert "cli.demo.folder-not-ours" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_evidence_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    done = subprocess.run(
        command("--exit", "--dir", str(folder), "--evidence", str(tmp_path / "none")),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "cli.demo.no-evidence" in done.stderr
    assert not folder.exists()


def test_sigterm_ends_the_demo_and_every_process_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    demo = subprocess.Popen(
        command("--dir", str(folder)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 90
        while not (folder / "xaa" / "run" / "ready").exists():
            assert time.monotonic() < end
            assert demo.poll() is None
            time.sleep(0.1)
        assert len(alive(folder)) > 3
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(40) != 0
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
    assert alive(folder) == []


def test_a_child_that_dies_ends_the_demo_and_every_process_of_it(tmp_path: Path) -> None:
    """A port that is taken, a disk that is full: the demo says where to look, and leaves nothing running."""
    from corridor.cli.demo.processes import DemoFault, running

    def begin() -> None:
        with running(tmp_path / "logs") as processes:
            processes.start("law", "law", "article", "42")
            child = processes.start("nothing", "node", "run", str(tmp_path / "absent"))
            processes.wait_until(lambda: False, child, seconds=60)

    with pytest.raises(DemoFault, match=r"cli\.demo\.process-ended"):
        begin()
    assert alive(tmp_path) == []


def test_a_worker_whose_parent_is_gone_ends_too(tmp_path: Path) -> None:
    """The leader of a group may end before its members do."""
    from corridor.cli.demo.processes import Child, Processes

    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    words = f"[sys.executable, '-c', {stubborn!r}, {str(tmp_path)!r}]"
    leader = f"import subprocess, sys; subprocess.Popen({words})"
    processes = Processes(tmp_path / "logs")
    with (tmp_path / "logs" / "out").open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", leader], stdout=out, start_new_session=True)
    process.wait()
    assert len(alive(tmp_path)) == 1
    processes.stop(Child("leader", process, tmp_path / "logs" / "out"))
    end = time.monotonic() + 5
    while alive(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert alive(tmp_path) == []
