"""SIGKILL while sealing, opening and taking in: nothing left looks whole that is not, and running again works."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from forge import NOW, contents, officer

from corridor.faults import Fault
from corridor.seal import age, custody, package, transfer
from corridor.seal.layout import GROWING_NAME

MIB = 1 << 20
SEED = 20260301
MARK = b"a sentence that must not stand in clear anywhere"
# Every file system call of these kinds is a place to die at, where its path is below the folder of the test.
CALLS = {
    "open",
    "os.rename",
    "os.link",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.utime",
    "os.listdir",
    "os.scandir",
}
MOST = 2000


def dying(work: Callable[[], object], top: Path, *, step: int = 0, after: float = 0) -> bool:
    """Whether the work, in a process killed before its `step`-th file system call or `after` seconds, was cut short."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if step:
                _arm(step, os.fspath(top))
            work()
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    if after:
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the work raised"
    return False


def _arm(step: int, top: str) -> None:
    left = step

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        path = arguments[0] if event in CALLS and arguments else None
        if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(top):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def steps(every: int) -> list[int]:
    """Which calls to die at: all of the first ones, then each `every`-th."""
    return [*range(1, 12), *range(12, MOST, every)]


class Desk:
    """One evidence unit with something to seal."""

    def __init__(self, top: Path, large: int = 3 * MIB) -> None:
        self.top = top
        self.identity = age.generate(age.CLASSIC)
        self.key, self.signer = officer("XBB")
        self.source = top / "evidence"
        (self.source / "mail").mkdir(parents=True)
        for number in range(6):
            (self.source / f"mail/{number}").write_bytes(MARK + bytes([number]) * 500)
        (self.source / "disk.img").write_bytes(MARK + os.urandom(large))
        self.wanted = {f"evidence/{name}": data for name, data in contents(self.source).items()}
        self.out = top / "package"
        self.keys = top / "keys"

    def seal(self, *, resume: bool = False, journal: bool = False) -> None:
        package.seal(
            [self.source],
            self.out,
            [package.Custodian("Borealia evidence unit", self.identity.recipient.text)],
            age.CLASSIC,
            self.signer,
            clock=lambda: NOW,
            journal=self.keys if journal else None,
            resume=resume,
        )

    def verdict(self, path: Path) -> package.Verdict | None:
        try:
            return package.verify(path, trust=lambda state: [self.key.public]).verdict
        except Fault:  # nothing there that could be one
            return None

    def whole(self, path: Path) -> bool:
        """Whether there is a package that holds; if there is, it is all of it."""
        if self.verdict(path) is not package.Verdict.UNCHANGED:
            return False
        package.open_(path, [self.identity], self.top / "opened")
        assert contents(self.top / "opened") == self.wanted
        wipe(self.top / "opened")
        return True

    def nothing_in_clear(self) -> None:
        for path in self.top.iterdir():
            if path != self.source and path.is_dir():
                assert not any(MARK in data for data in contents(path).values())


def wipe(path: Path) -> None:
    for base, folders, names in os.walk(path, topdown=False):
        for name in names:
            os.unlink(os.path.join(base, name))
        for name in folders:
            os.rmdir(os.path.join(base, name))
    if path.exists():
        path.rmdir()


def clear(desk: Desk) -> None:
    for path in desk.top.iterdir():
        if path != desk.source:
            wipe(path) if path.is_dir() else path.unlink()


def seal_and_die(desk: Desk, **how: float) -> bool:
    killed = dying(desk.seal, desk.top, **how)  # type: ignore[arg-type]
    assert desk.whole(desk.out) or not desk.out.exists()
    if not killed:
        assert desk.whole(desk.out)
    for left in desk.top.glob(".sealing-*"):
        desk.whole(left)  # if it holds at all, it is all there
    desk.nothing_in_clear()
    if not desk.out.exists():
        desk.seal()
    assert desk.whole(desk.out)
    clear(desk)
    return killed


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_the_sealer_killed_at_any_step_leaves_a_whole_package_or_none(tmp_path: Path, every: int) -> None:
    desk = Desk(tmp_path)
    for step in steps(every):
        if not seal_and_die(desk, step=step):
            break
    else:
        raise AssertionError("never came to its end")
    assert step > 40


@pytest.mark.parametrize("times", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_the_sealer_killed_at_any_moment_leaves_a_whole_package_or_none(tmp_path: Path, times: int) -> None:
    desk = Desk(tmp_path, 40 * MIB)
    rng = random.Random(SEED)
    assert sum(seal_and_die(desk, after=rng.uniform(0.005, 0.25)) for _ in range(times))


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_a_sealing_killed_at_any_step_goes_on(tmp_path: Path, every: int) -> None:
    """With a journal: taken up again, and killed once more on the way, it ends in the same package, once."""
    desk = Desk(tmp_path)
    rng = random.Random(SEED)
    for step in steps(every):
        killed = dying(lambda: desk.seal(journal=True), desk.top, step=step)
        assert desk.whole(desk.out) or not desk.out.exists()
        if not killed:
            break
        desk.nothing_in_clear()
        for again in (rng.randrange(1, 60), 0):
            if desk.out.exists():
                break
            try:
                killed = dying(lambda: resume_or_begin(desk), desk.top, step=again)
            except AssertionError as error:
                raise AssertionError(f"going on after step {step}, then {again}") from error
            assert desk.whole(desk.out) or not desk.out.exists(), (step, again)
        assert desk.whole(desk.out), step
        desk.nothing_in_clear()
        clear(desk)
    else:
        raise AssertionError("never came to its end")
    assert step > 40


def resume_or_begin(desk: Desk) -> None:
    """As an operator does: go on where there is something to go on with, begin again where there is not."""
    try:
        desk.seal(resume=True, journal=True)
    except Fault as fault:
        if fault.code not in ("seal.resume.none", "seal.resume.no-key", "seal.resume.damaged"):
            raise
        for left in desk.top.glob(".sealing-*"):
            wipe(left)
        desk.seal(journal=True)


def open_and_die(desk: Desk, **how: float) -> bool:
    dest = desk.top / "out"

    def work() -> None:
        package.open_(desk.out, [desk.identity], dest)

    killed = dying(work, desk.top, **how)  # type: ignore[arg-type]
    assert not dest.exists() or contents(dest) == desk.wanted
    assert killed or dest.exists()
    if not dest.exists():
        work()
    assert contents(dest) == desk.wanted
    for left in [dest, *desk.top.glob(".opening-*")]:
        wipe(left)
    return killed


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_the_opener_killed_at_any_step_leaves_everything_or_nothing(tmp_path: Path, every: int) -> None:
    desk = Desk(tmp_path)
    desk.seal()
    for step in steps(every):
        if not open_and_die(desk, step=step):
            break
    else:
        raise AssertionError("never came to its end")
    assert step > 20


@pytest.mark.parametrize("times", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_the_opener_killed_at_any_moment_leaves_everything_or_nothing(tmp_path: Path, times: int) -> None:
    desk = Desk(tmp_path, 40 * MIB)
    desk.seal()
    rng = random.Random(SEED)
    assert sum(open_and_die(desk, after=rng.uniform(0.005, 0.15)) for _ in range(times))


def take_in(source: Path, incoming: Path, dest: Path, number: str) -> None:
    """What a downloader does: what is fixed and not yet here, then what grows, then the name."""
    while absent := transfer.missing(incoming, number):
        for name in absent:
            with (source / name).open("rb") as stream:
                transfer.accept_file(incoming, name, stream, package=number)
    for name in transfer.growing(source):
        with (source / name).open("rb") as stream:
            transfer.accept_file(incoming, name, stream, package=number)
    transfer.complete(incoming, number, dest)


def take_in_and_die(desk: Desk, number: str, **how: float) -> bool:
    incoming, dest = desk.top / "incoming", desk.top / "received"

    def work() -> None:
        take_in(desk.out, incoming, dest, number)

    killed = dying(work, desk.top / "incoming", **how)  # type: ignore[arg-type]
    assert killed or dest.exists()
    if dest.exists():
        assert desk.whole(dest)
    else:
        present = contents(incoming) if incoming.exists() else {}
        sent = contents(desk.out)
        for name, data in present.items():
            # What has its name is right; what was under way has none.
            assert name.startswith(".incoming-") or data == sent[name]
        if desk.verdict(incoming) is package.Verdict.UNCHANGED:
            assert all(GROWING_NAME.fullmatch(name) for name in set(sent) - set(present))
        work()
    assert desk.whole(dest)
    assert contents(dest) == contents(desk.out)
    wipe(dest)
    return killed


@pytest.fixture
def sent(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.seal()
    custody.record(desk.out, desk.signer, "sent", at=NOW, facts={"to": "XAA"}, private={"place": "a room"})
    custody.add_trust(desk.out, "XBB", [desk.key.public])
    return desk


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_the_downloader_killed_at_any_step_leaves_what_is_right_and_goes_on(sent: Desk, every: int) -> None:
    number = package.package_id(sent.out)
    for step in steps(every):
        if not take_in_and_die(sent, number, step=step):
            break
    else:
        raise AssertionError("never came to its end")
    assert step > 40


@pytest.mark.parametrize("times", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_the_downloader_killed_at_any_moment_leaves_what_is_right_and_goes_on(sent: Desk, times: int) -> None:
    number = package.package_id(sent.out)
    rng = random.Random(SEED)
    assert sum(take_in_and_die(sent, number, after=rng.uniform(0.001, 0.08)) for _ in range(times))
