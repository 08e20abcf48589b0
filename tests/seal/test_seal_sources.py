"""Where evidence comes from: standard input, block devices, sparse files, whatever a folder may hold."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from seal_cast import NOW, custodian

from corridor.seal import age, package
from corridor.seal.faults import PackageError

MIB = 1 << 20


@pytest.fixture
def identity() -> age.Identity:
    return age.generate(age.CLASSIC)


def items(path: Path, identity: age.Identity) -> dict[str, package.Item]:
    return {item.name: item for item in package.iter_items(path, [identity])}


@pytest.mark.parametrize("size", [0, 1, MIB, MIB + 1, 5 * MIB + 3])
def test_a_stream_is_sealed_to_its_end(tmp_path: Path, identity: age.Identity, size: int) -> None:
    data = os.urandom(size)
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        with open(write, "wb") as sink:
            sink.write(data)
        os._exit(0)
    os.close(write)
    with open(read, "rb") as stream:
        to = [custodian(identity)]
        made = package.seal(
            [], tmp_path / "p", to, age.CLASSIC, clock=lambda: NOW, stream=(stream, "disk.img")
        )
    assert b"".join(package.read_item(made.path, [identity], "disk.img")) == data


def test_holes_are_sealed_as_zeros_without_being_read_and_come_out_as_holes(
    tmp_path: Path, identity: age.Identity
) -> None:
    file = tmp_path / "sparse"
    with file.open("wb") as stream:
        stream.write(b"begin")
        stream.seek(100 * MIB)
        stream.write(b"middle")
        stream.truncate(160 * MIB + 5)
    made = package.seal([file], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW)
    (item,) = items(made.path, identity).values()
    assert (item.state, item.size) == ("whole", 160 * MIB + 5)
    assert item.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    package.open_(made.path, [identity], tmp_path / "out")
    assert (tmp_path / "out/sparse").read_bytes() == file.read_bytes()
    assert (tmp_path / "out/sparse").stat().st_blocks * 512 < 10 * MIB


@pytest.mark.parametrize("last", [b"", b"x" * 4096])
def test_a_file_of_one_hole(tmp_path: Path, identity: age.Identity, last: bytes) -> None:
    file = tmp_path / "hole"
    with file.open("wb") as stream:
        stream.truncate(70 * MIB)
        stream.seek(0, 2)
        stream.write(last)
    made = package.seal([file], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW)
    assert b"".join(package.read_item(made.path, [identity], "hole")) == file.read_bytes()
    assert package.verify(made.path, expected_id=made.id).verdict == "unchanged"


def test_a_folder_with_everything_a_disk_may_hold(tmp_path: Path, identity: age.Identity) -> None:
    top = tmp_path / "seized"
    (top / "empty folder").mkdir(parents=True)
    (top / "empty").touch()
    (top / "a link").symlink_to("/etc/passwd")
    (top / "a loop").symlink_to(".")
    os.mkfifo(top / "pipe")
    os.link(top / "empty", top / "hard link")
    raw = os.fsencode(top) + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_bytes(b"latin-1 name")
    (top / "line\nfeed").write_bytes(b"1")
    made = package.seal([top], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW)
    found = items(made.path, identity)
    assert [(each.name, each.state, each.reason) for each in made.problems] == [
        ("seized/pipe", "special", "pipe")
    ]
    assert made.troubled == 1
    assert found["seized/a link"].target == "/etc/passwd"
    assert found["seized/a loop"].state == "link"
    assert found["seized/caf\ufffd.txt"].name_bytes == b"seized/caf\xe9.txt"
    assert found["seized/empty"].size == 0
    assert found["seized/empty folder"].state == "folder"
    opened = package.open_(made.path, [identity], tmp_path / "out")
    assert (opened.items, opened.not_written_count) == (9, 3)
    out = os.fsencode(tmp_path) + b"/out/seized/"
    assert Path(os.fsdecode(out + b"caf\xe9.txt")).read_bytes() == b"latin-1 name"
    assert not os.path.lexists(tmp_path / "out/seized/a link")
    assert stat.S_ISDIR((tmp_path / "out/seized/empty folder").stat().st_mode)


def test_one_name_is_taken_once(tmp_path: Path, identity: age.Identity) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").write_bytes(b"1")
    with pytest.raises(PackageError) as caught:
        package.seal(
            [tmp_path / "a/same", tmp_path / "b/same"],
            tmp_path / "p",
            [custodian(identity)],
            age.CLASSIC,
            clock=lambda: NOW,
        )
    assert caught.value.code == "seal.item.name-taken"
    assert not (tmp_path / "p").exists()


def test_what_is_absent_is_said(tmp_path: Path, identity: age.Identity) -> None:
    with pytest.raises(PackageError) as caught:
        package.seal(
            [tmp_path / "nothing"], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW
        )
    assert caught.value.code == "seal.source.absent"


def test_a_link_named_itself_is_recorded_and_told(tmp_path: Path, identity: age.Identity) -> None:
    (tmp_path / "disk").write_bytes(b"what it points to")
    (tmp_path / "by-id").symlink_to("disk")
    made = package.seal(
        [tmp_path / "by-id"], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW
    )
    assert [(each.name, each.state, each.target) for each in made.problems] == [("by-id", "link", "disk")]


def test_what_a_container_says_of_its_making_is_recorded(tmp_path: Path, identity: age.Identity) -> None:
    (tmp_path / "disk.img").write_bytes(bytes(2 * MIB))
    asked: list[Path] = []

    def acquisition(path: Path) -> dict[str, str]:
        asked.append(path)
        return {"format": "raw", "sha256": "ab" * 32}

    to = [custodian(identity)]
    made = package.seal(
        [tmp_path / "disk.img"], tmp_path / "p", to, age.CLASSIC, clock=lambda: NOW, acquisition=acquisition
    )
    assert asked == [tmp_path / "disk.img"]
    assert items(made.path, identity)["disk.img"].acquisition == {"format": "raw", "sha256": "ab" * 32}


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A block device over a file, where this machine lets us make one."""
    image = tmp_path / "image"
    image.write_bytes(os.urandom(3 * MIB) + bytes(MIB))
    losetup = shutil.which("losetup", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if losetup is None:
        pytest.skip("no losetup here: a block device cannot be made")
    made = subprocess.run([losetup, "--find", "--show", image], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no block device can be made here: {made.stderr.strip()}")
    yield Path(made.stdout.strip())
    subprocess.run([losetup, "--detach", made.stdout.strip()], check=True)


def test_a_block_device_is_imaged_when_asked_for(
    tmp_path: Path, device: Path, identity: age.Identity
) -> None:
    to = [custodian(identity)]
    made = package.seal([device], tmp_path / "p", to, age.CLASSIC, clock=lambda: NOW, devices=True)
    (item,) = items(made.path, identity).values()
    assert (item.state, item.size) == ("whole", 4 * MIB)
    assert b"".join(package.read_item(made.path, [identity], item)) == (tmp_path / "image").read_bytes()
    other = package.seal([device], tmp_path / "q", to, age.CLASSIC, clock=lambda: NOW)
    assert [(each.state, each.reason) for each in other.problems] == [("special", "block")]


def test_an_unreadable_end_is_recorded_with_what_was_read(
    tmp_path: Path, identity: age.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails at 66 MiB: what came before is sealed, and the record says where it ended and why."""
    file = tmp_path / "failing"
    file.write_bytes(os.urandom(80 * MIB))

    class Failing(io.FileIO):
        def readinto(self, block: object) -> int:
            if self.tell() >= 66 * MIB:
                raise OSError(5, "input/output error")
            return super().readinto(block) or 0  # type: ignore[arg-type]

    opened = open

    def failing(handle: object, *args: object, **more: object) -> object:
        if isinstance(handle, int) and os.readlink(f"/proc/self/fd/{handle}").endswith("/failing"):
            return Failing(handle, "rb", closefd=False)
        return opened(handle, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr("corridor.seal.sources.open", failing, raising=False)
    made = package.seal([file], tmp_path / "p", [custodian(identity)], age.CLASSIC, clock=lambda: NOW)
    monkeypatch.undo()
    (item,) = made.problems
    assert (item.state, item.reason, item.size) == ("unreadable", "EIO", 66 * MIB)
    assert b"".join(package.read_item(made.path, [identity], item.number)) == file.read_bytes()[: 66 * MIB]
