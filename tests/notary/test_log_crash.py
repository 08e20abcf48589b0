"""A process killed between any two steps loses no entry and never signs two checkpoints of one size.

Each case runs in a child process whose calls to the operating system are counted; at the chosen one it dies,
as SIGKILL would have it: no `finally`, no buffers written, half a write where it was writing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor.notary import Log, SigningKey, files, merkle, verify_checkpoint
from corridor.notary import log as module
from corridor.notary.checkpoint import sign_checkpoint

ORIGIN = "aurelia.example/log"
STEPS = ("open", "write", "fsync", "replace", "unlink", "mkdir", "rmdir", "close")
BEFORE = [hashlib.sha256(b"before %d" % number).digest() for number in range(250)]
BATCH = [hashlib.sha256(b"batch %d" % number).digest() for number in range(10)]
LATER = [hashlib.sha256(b"later %d" % number).digest() for number in range(7)]


def _dies_at(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that dies at its `step`-th call; False when it had fewer and finished."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            left = step

            def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
                def call(*arguments: Any, **named: Any) -> Any:
                    nonlocal left
                    left -= 1
                    if left < 0:
                        if name == "write":
                            real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                        os._exit(9)
                    return real(*arguments, **named)

                return call

            for name in STEPS:
                setattr(os, name, counted(name, getattr(os, name)))
            work()
            status = 0
        finally:
            os._exit(status)
    _, result = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(result)
    assert code in (0, 9), "the child failed otherwise"
    return code == 9


def _expected(entries: list[bytes], key: SigningKey) -> bytes:
    root = merkle.Tree(map(merkle.leaf_hash, entries)).root()
    return sign_checkpoint(ORIGIN, len(entries), root, key)


def _is_one_of(folder: Path, key: SigningKey, *histories: list[bytes]) -> None:
    """Whatever a reader finds now is a whole, signed, audited log with one of these histories."""
    head = Log(folder, key.public, ORIGIN).audit()
    assert head.text in {_expected(entries, key) for entries in histories}


@pytest.fixture
def base(tmp_path: Path, log_key: SigningKey) -> Path:
    """250 entries, so that the batch of ten fills a tile, begins the next and clears partial ones away."""
    log = Log(tmp_path / "base", log_key, ORIGIN)
    log.append(BEFORE[:100])
    log.append(BEFORE[100:])
    return tmp_path / "base"


def test_killed_at_every_step_of_an_append(base: Path, tmp_path: Path, log_key: SigningKey) -> None:
    step, killed, finished_later = 0, True, 0
    while killed:
        folder = tmp_path / f"at{step}"
        shutil.copytree(base, folder)
        log = Log(folder, log_key, ORIGIN)
        killed = _dies_at(step, lambda log=log: log.append(BATCH))
        committed = (folder / "pending").exists()
        _is_one_of(folder, log_key, BEFORE, BEFORE + BATCH)
        published = Log(folder, log_key.public, ORIGIN).head

        again = Log(folder, log_key, ORIGIN)
        assert not (folder / "pending").exists()
        assert not list(folder.glob(".*.tmp"))
        if committed or published.size == 260:
            finished_later += published.size == 250
            assert again.checkpoint() == _expected(BEFORE + BATCH, log_key)
        else:
            assert again.checkpoint() == _expected(BEFORE, log_key)
        # The caller looks for what it appended, and appends it only if it is not there.
        if again.entries(250, again.size) != BATCH:
            assert again.append(BATCH) == 250
        again.append(LATER)
        assert again.checkpoint() == _expected(BEFORE + BATCH + LATER, log_key)
        again.audit()
        again.must_extend(published)
        shutil.rmtree(folder)
        step += 1
    assert step > 40
    assert finished_later > 20


def test_killed_again_while_recovering(base: Path, tmp_path: Path, log_key: SigningKey) -> None:
    pending = tmp_path / "pending"
    shutil.copytree(base, pending)
    log = Log(pending, log_key, ORIGIN)
    step = 0
    while not ((pending / "pending").exists() and (pending / "tile/0/000").exists()):
        shutil.rmtree(pending)
        shutil.copytree(base, pending)
        assert _dies_at(step, lambda: log.append(BATCH))
        step += 1
    step, killed = 0, True
    while killed:
        folder = tmp_path / f"again{step}"
        shutil.copytree(pending, folder)
        killed = _dies_at(step, lambda folder=folder: Log(folder, log_key, ORIGIN))
        _is_one_of(folder, log_key, BEFORE, BEFORE + BATCH)
        assert Log(folder, log_key, ORIGIN).checkpoint() == _expected(BEFORE + BATCH, log_key)
        shutil.rmtree(folder)
        step += 1
    assert step > 20


def test_killed_while_being_made(tmp_path: Path, log_key: SigningKey) -> None:
    step, killed = 0, True
    while killed:
        folder = tmp_path / f"new{step}" / "log"
        killed = _dies_at(step, lambda folder=folder: Log(folder, log_key, ORIGIN))
        log = Log(folder, log_key, ORIGIN)
        assert log.size == 0
        assert log.append(BATCH) == 0
        step += 1
    assert step > 5


def test_a_full_disk_is_an_error_and_then_the_append_goes_through(
    base: Path, log_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch was pending when the disk filled, so it is in the log as soon as there is room."""
    log, real, left = Log(base, log_key, ORIGIN), os.write, 3

    def write(handle: int, data: bytes) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        log.append(BATCH)
    assert log.size == 250
    monkeypatch.setattr(os, "write", real)
    assert log.append(LATER) == 260
    assert log.entries(250, 267) == BATCH + LATER
    assert verify_checkpoint(log.checkpoint(), log_key.public, ORIGIN).size == 267


def test_everything_is_synced_before_it_is_renamed_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut keeps what fsync has seen and no more."""
    done: list[str] = []
    for name in ("write", "fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os,
            name,
            lambda *given, name=name, real=real, **named: (done.append(name), real(*given, **named))[1],
        )
    files.write_whole(tmp_path / "file", b"data")
    assert done == ["write", "fsync", "replace", "fsync"]
    done.clear()
    files.write_many([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")])
    assert done == ["write", "fsync", "write", "fsync", "replace", "replace", "fsync"]
    assert (tmp_path / "two").read_bytes() == b"2"
    done.clear()
    files.make_folder(tmp_path / "a" / "b")
    assert done == ["fsync", "fsync"]


def test_a_power_cut_finds_each_step_on_disk_before_the_next_begins(
    base: Path, log_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is synced before it gets its name, and each name before the checkpoint or the end."""
    log, done = Log(base, log_key, ORIGIN), []
    real_sync, real_replace, real_mkdir = os.fsync, os.replace, os.mkdir

    def sync(handle: int) -> None:
        done.append(("sync", Path(os.readlink(f"/proc/self/fd/{handle}"))))
        real_sync(handle)

    def replace(source: Path, target: Path) -> None:
        done.append(("name", Path(target)))
        assert ("sync", Path(source)) in done
        real_replace(source, target)

    def mkdir(path: Path, *more: Any) -> None:
        done.append(("name", Path(path)))
        real_mkdir(path, *more)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "mkdir", mkdir)
    log.append(BATCH)
    barriers = [
        place for place, (what, path) in enumerate(done) if (what, path.name) == ("name", "checkpoint")
    ]
    assert len(barriers) == 1
    names = [(place, path) for place, (what, path) in enumerate(done) if what == "name"]
    assert len(names) > 5
    for place, path in names:
        end = barriers[0] if place < barriers[0] else len(done)
        assert ("sync", path.parent) in done[place:end], path


def test_a_pending_batch_that_comes_back_after_a_power_cut_is_done_already(
    base: Path, log_key: SigningKey
) -> None:
    """Its removal is not synced; whenever it is found again it ends where the checkpoint does."""
    log = Log(base, log_key, ORIGIN)
    log.append(BATCH)
    (base / "pending").write_bytes(module._pending(250, BATCH))
    assert log.append(LATER) == 260
    assert log.entries(250, 267) == BATCH + LATER
    assert not (base / "pending").exists()
    assert log.audit().size == 267


def test_the_checkpoint_is_written_after_every_tile(
    base: Path, log_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real, names = Log(base, log_key, ORIGIN), os.replace, []

    def replace(source: Path, target: Path) -> None:
        names.append(target.relative_to(base).as_posix())
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    log.append(BATCH)
    assert names[0] == "pending"
    assert names[-1] == "checkpoint"
    assert set(names[1:-1]) == {
        "tile/entries/000", "tile/entries/001.p/4", "tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1",
    }  # fmt: skip
