"""An interrupted sealing goes on at the last whole payload file, given the same sources, and needs no secret."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from seal_cast import NOW, custodian

from corridor.seal import age, journal, package
from corridor.seal.faults import PackageError
from corridor.seal.index import parse_record

MIB = 1 << 20


class Stop(Exception):
    """Somebody pulls the plug, politely."""


def stop_after(limit: int) -> Callable[[int], None]:
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        if done >= limit:
            raise Stop

    return progress


@pytest.fixture
def identity() -> age.Identity:
    return age.generate(age.CLASSIC)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    top = tmp_path / "source"
    top.mkdir()
    for number in range(40):
        (top / f"a{number:02d}.eml").write_bytes(os.urandom(1000 + number))
    (top / "b.img").write_bytes(os.urandom(150 * MIB + 17))
    for number in range(10):
        (top / f"c{number:02d}.eml").write_bytes(os.urandom(500))
    (top / "d.img").write_bytes(os.urandom(70 * MIB))
    return top


class Sealing:
    """The same sealing, tried again and again."""

    def __init__(self, source: Path, place: Path, identity: age.Identity) -> None:
        self.source, self.place, self.identity = source, place, identity
        self.keys = place / "state"
        self.out = place / "package"

    def run(self, **more: object) -> package.SealedPackage:
        return package.seal(
            [self.source],
            self.out,
            [custodian(self.identity)],
            age.CLASSIC,
            clock=lambda: NOW,
            journal=self.keys,
            **more,  # type: ignore[arg-type]
        )

    def interrupt(self, after: int, **more: object) -> Path:
        with pytest.raises(Stop):
            self.run(progress=stop_after(after), **more)
        (folder,) = self.place.glob(".sealing-*")
        return folder

    def holds(self, made: package.SealedPackage) -> None:
        """The package is what an uninterrupted sealing would have made."""
        report = package.verify(made.path, expected_id=made.id)
        assert report.verdict == "unchanged", [finding.code for finding in report.findings]
        opened = package.open_(made.path, [self.identity], self.place / "opened")
        before = {each.name: each.read_bytes() for each in self.source.iterdir()}
        assert {each.name: each.read_bytes() for each in (self.place / "opened/source").iterdir()} == before
        assert opened.changed_count == 0
        numbers = [item.number for item in package.iter_items(made.path, [self.identity])]
        assert numbers == list(range(1, len(before) + 2))
        assert not list(self.place.glob(".sealing-*"))
        assert not list(self.keys.iterdir())
        assert not (made.path / "journal").exists()


@pytest.fixture
def sealing(source: Path, tmp_path: Path, identity: age.Identity) -> Sealing:
    return Sealing(source, tmp_path, identity)


def whole_files(folder: Path) -> dict[str, tuple[int, int]]:
    found = sorted((folder / "data").glob("*/*.age"))
    return {str(file.relative_to(folder)): (file.stat().st_ino, file.stat().st_mtime_ns) for file in found}


@pytest.mark.parametrize("after", [1, 20_000, 64 * MIB, 130 * MIB, 150 * MIB + 60_000, 215 * MIB])
def test_it_goes_on_where_it_was(sealing: Sealing, after: int) -> None:
    folder = sealing.interrupt(after)
    assert not sealing.out.exists()
    # What a journal's step names is whole; those very files stand in the package.
    begun = journal.find(sealing.out)
    noted, standing, records = journal.Journal.resume(begun, sealing.keys)
    items = [parse_record(record) for record in records]
    noted.close()
    before = whole_files(folder)
    # The last, shorter file of a large item is of use once the item's record is safe, which waits for those before it.
    taken_up = {(item.unit, part) for item in items for part in range(item.parts)}
    taken_up |= {(each.unit, part) for each in standing.open.values() for part in range(len(each.boundaries))}
    names = {f"data/{unit}/{part:05d}.age" for unit, part in taken_up if unit.startswith("0")}
    kept = {name: before[name] for name in names}
    assert len(set(standing.files) - names - {f"data/pack-{n:04d}/00000.age" for n in range(1, 9)}) <= 1
    assert len(kept) >= (after - 41_000) // (64 * MIB) - 2
    made = sealing.run(resume=True)
    after_ = whole_files(made.path)
    assert all(after_[name] == kept[name] for name in kept)
    sealing.holds(made)


def test_it_may_be_interrupted_again_and_again(sealing: Sealing) -> None:
    sealing.interrupt(70 * MIB)
    for after in (10, 100 * MIB, 140 * MIB, 160 * MIB):
        sealing.interrupt(after, resume=True)
    sealing.holds(sealing.run(resume=True))


def test_a_source_that_changed_meanwhile_is_sealed_as_it_is_now(sealing: Sealing) -> None:
    sealing.interrupt(130 * MIB)
    with (sealing.source / "b.img").open("r+b") as file:
        file.seek(3 * MIB)
        file.write(b"changed")
    sealing.holds(sealing.run(resume=True))


def test_a_source_that_went_leaves_nothing_of_it_behind(sealing: Sealing) -> None:
    sealing.interrupt(130 * MIB)
    (sealing.source / "b.img").unlink()
    sealing.holds(sealing.run(resume=True))


def test_no_name_and_no_digest_stands_in_clear_while_it_waits(sealing: Sealing) -> None:
    folder = sealing.interrupt(130 * MIB)
    everything = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"b.img" not in everything
    assert b".eml" not in everything
    assert b"AGE-SECRET-KEY" not in everything


def codes(sealing: Sealing, **more: object) -> str:
    with pytest.raises(PackageError) as caught:
        sealing.run(**more)
    return caught.value.code


def test_what_cannot_be_gone_on_with_is_said(sealing: Sealing, identity: age.Identity) -> None:
    assert codes(sealing, resume=True) == "seal.resume.none"
    folder = sealing.interrupt(130 * MIB)
    (key,) = sealing.keys.iterdir()
    text = key.read_text()
    key.unlink()
    assert codes(sealing, resume=True) == "seal.resume.no-key"
    key.write_text(age.generate(age.CLASSIC).text)
    assert codes(sealing, resume=True) == "seal.resume.damaged"
    key.write_text(text)
    begun = journal.find(sealing.out)
    running, _, _ = journal.Journal.resume(begun, sealing.keys)
    assert codes(sealing, resume=True) == "seal.resume.running"
    running.close()
    other = Sealing(sealing.source, sealing.place, age.generate(age.CLASSIC))
    assert codes(other, resume=True) == "seal.resume.other-custodians"
    lost = next((folder / "data").glob("0*/00000.age"))
    data = lost.read_bytes()
    lost.write_bytes(data[:-1])
    assert codes(sealing, resume=True) == "seal.resume.damaged"
    lost.write_bytes(data)
    sealing.holds(sealing.run(resume=True))


def test_two_that_wait_must_be_told_apart(sealing: Sealing) -> None:
    sealing.interrupt(10)
    with pytest.raises(Stop):
        sealing.run(progress=stop_after(10))
    assert codes(sealing, resume=True) == "seal.resume.several"


def test_killed_at_any_moment_it_goes_on(sealing: Sealing) -> None:
    """Killed without warning, at random moments, and gone on with until it is whole."""
    chance = random.Random(20261127)
    recipient = sealing.identity.recipient.text
    program = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path; from corridor.seal import package\n"
        "source, out, keys, to, resume = sys.argv[1:]\n"
        "package.seal([source], out, [package.Custodian('x', to)], 'classic', clock=lambda: datetime.now(UTC), "
        "journal=Path(keys), resume=resume == 'True')"
    )
    for _ in range(12):
        resume = bool(list(sealing.place.glob(".sealing-*/journal/000001.age")))
        arguments = [str(sealing.source), str(sealing.out), str(sealing.keys), recipient, str(resume)]
        child = os.posix_spawn(sys.executable, [sys.executable, "-c", program, *arguments], dict(os.environ))
        time.sleep(0.15 + chance.random() * 0.5)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if sealing.out.exists():
            break
        for begun in sealing.place.glob(".sealing-*"):
            if not (begun / "journal/000001.age").exists():  # nothing is to be gone on with yet
                import shutil

                shutil.rmtree(begun)
                for key in sealing.keys.glob("*"):
                    key.unlink()
    made_path = sealing.out
    if not made_path.exists():
        made = sealing.run(resume=bool(list(sealing.place.glob(".sealing-*"))))
        made_path = made.path
    assert package.verify(made_path, expected_id=package.package_id(made_path)).verdict == "unchanged"
    package.open_(made_path, [sealing.identity], sealing.place / "opened")
    before = {each.name: each.read_bytes() for each in sealing.source.iterdir()}
    assert {each.name: each.read_bytes() for each in (sealing.place / "opened/source").iterdir()} == before
