"""Packages made to exhaust or to climb: each is refused early, in little memory, little time and little disk."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from bounded import bounded
from forge import Forge, contents, encrypted, officer, tar

from corridor.faults import Fault
from corridor.seal import age, package, transfer
from corridor.seal.index import Item
from corridor.seal.layout import (
    INDEX_ROOT,
    MANIFEST,
    PAYLOAD_NAME,
    TAGMANIFEST,
    is_package_name,
    parse_manifest,
)

MIB = 1 << 20
SMALL = 160 * MIB  # most memory a reading may take beyond the interpreter's own


def sound() -> Forge:
    forge = Forge()
    forge.pack({"a": b"one", "b": b"two"})
    forge.large("disk.img", b"x" * 5000, b"y" * 300)
    return forge


def refused(path: Path, forge: Forge, code: str, action: str = "open", *, memory: int = SMALL) -> None:
    """With the custodian's key: this code, soon, and nothing left behind."""
    outcome = bounded(action, path, forge.custodian.text)
    # What is too long for a package is refused as such before it is read.
    assert outcome.codes in ({code}, {"seal.bag.file-too-long"}), outcome
    assert outcome.peak < memory, outcome
    assert outcome.seconds < 15, outcome
    assert not path.with_name("out").exists()
    assert not list(path.parent.glob(".opening-*"))


# What the index may claim


def replaced(line: bytes, old: str, new: str) -> bytes:
    assert re.search(old, line.decode())
    return re.sub(old, new, line.decode(), count=1).encode()


def test_a_sound_package_opens_within_the_bounds(tmp_path: Path) -> None:
    forge = sound()
    forge.write(tmp_path / "package")
    for action in ("verify", "open", "item", "wraps"):
        outcome = bounded(action, tmp_path / "package", forge.custodian.text)
        assert outcome.codes <= {"seal.custody.no-root"}
        assert outcome.peak < SMALL
    assert contents(tmp_path / "out") == forge.contents


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (r'sizeInBytes":3\b', 'sizeInBytes":9007199254740991', "seal.index.malformed"),
        (r'"corridor:parts":1\b', '"corridor:parts":999999999', "seal.bag.missing-file"),
    ],
)
def test_huge_sizes_and_numbers_in_a_record_are_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    forge = sound()
    lines = [item.record() for item in forge.items]
    forge.index([replaced(lines[0], old, new), *lines[1:]])
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, code)


def test_a_huge_size_that_is_said_alike_everywhere_is_found_by_what_is_there(tmp_path: Path) -> None:
    forge = sound()
    forge.items[2] = Item(3, "disk.img", "whole", size=1 << 50, sha256="0" * 64, unit="0002", parts=2)
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.item.digest-mismatch")


def test_parts_that_are_not_there_are_missing(tmp_path: Path) -> None:
    forge = sound()
    forge.items[2] = Item(3, "disk.img", "whole", size=5300, sha256="0" * 64, unit="0002", parts=10**9)
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.bag.missing-file")


def test_a_number_of_parts_no_index_has_is_refused(tmp_path: Path) -> None:
    forge = sound()
    forge.index(parts=2**40)
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.index.parts-differ")


def test_a_root_without_end_is_refused(tmp_path: Path) -> None:
    forge = sound()
    forge.index()
    forge.files[INDEX_ROOT] = forge.seal(forge.root.encode() + b" " * (400 * MIB))
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.index.malformed")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(lambda: b"{" * (200 * MIB), id="without end"),
        pytest.param(lambda: b"[" * 900_000, id="nested"),
        pytest.param(lambda: b'{"a":' * 150_000 + b"1" + b"}" * 150_000, id="nested and closed"),
        pytest.param(lambda: b'{"a":' + b"9" * 900_000 + b"}", id="a number without end"),
        pytest.param(lambda: b'{"@id":"' + b"\\u0000" * 150_000 + b'"}', id="a long text"),
        pytest.param(
            lambda: b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}", id="many members"
        ),
    ],
)
def test_a_line_no_sealer_writes_is_refused(tmp_path: Path, line: Callable[[], bytes]) -> None:
    forge = sound()
    forge.index([line()])
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.index.malformed")


def test_an_index_root_nested_without_end_is_refused(tmp_path: Path) -> None:
    forge = sound()
    forge.index()
    forge.files[INDEX_ROOT] = forge.seal(b'{"corridor":' + b"[" * 500_000)
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.index.malformed")


def test_one_unit_given_out_under_many_names_is_refused(tmp_path: Path) -> None:
    """No compression in age, but a payload that a thousand records name would fill a disk all the same."""
    forge = Forge()
    whole = forge.large("0", os.urandom(2 * MIB))
    for number in range(1, 2000):
        forge.items.append(
            Item(number + 1, str(number), "whole", size=whole.size, sha256=whole.sha256, unit="0001", parts=1)
        )
    forge.write(tmp_path / "package")
    with pytest.raises(Fault) as caught:
        package.open_(tmp_path / "package", [forge.custodian], tmp_path / "out")
    assert caught.value.code.startswith(("seal.index.", "seal.item."))


def test_one_member_given_out_under_many_names_is_refused(tmp_path: Path) -> None:
    forge = Forge()
    (member,) = forge.pack({"0": os.urandom(2 * MIB)})
    for number in range(1, 100):
        forge.items.append(
            Item(
                number + 1,
                str(number),
                "whole",
                size=member.size,
                sha256=member.sha256,
                unit=member.unit,
                member=member.member,
                parts=1,
            )
        )
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.pack.member-missing")


# Packs


def pack_of(tmp_path: Path, plain: bytes) -> Forge:
    """A package whose one pack holds `plain`, under an index that names its member 000001."""
    forge = Forge()
    forge.pack({"a": b"one"})
    forge.files["data/pack-0001/00000.age"] = forge.seal(plain)
    forge.write(tmp_path / "package")
    return forge


def with_size(text: bytes, data: bytes = b"one") -> bytes:
    """A pack whose first member claims another size."""
    plain = bytearray(tar([("000001", data)]))
    plain[124:136] = text
    plain[148:156] = b" " * 8
    plain[148:156] = b"%06o\0 " % sum(plain[:512])
    return bytes(plain)


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(lambda: with_size(b"77777777777\0"), id="8 GiB claimed"),
        pytest.param(lambda: with_size(b"\x80" + b"\xff" * 11), id="2^95 claimed, in base 256"),
        pytest.param(
            lambda: with_size(b"77777777777\0", bytes(200 * MIB)), id="8 GiB claimed, 200 MiB there"
        ),
        pytest.param(lambda: tar([("../../a", b"one")]), id="climbing"),
        pytest.param(lambda: tar([("/etc/passwd", b"one")]), id="absolute"),
        pytest.param(lambda: b"", id="empty"),
    ],
)
@pytest.mark.parametrize("action", ["open", "item"])
def test_a_pack_no_sealer_writes_is_refused(tmp_path: Path, plain: Callable[[], bytes], action: str) -> None:
    forge = pack_of(tmp_path, plain())
    refused(tmp_path / "package", forge, "seal.pack.malformed", action, memory=320 * MIB)


def test_a_hundred_thousand_empty_members_cost_no_memory(tmp_path: Path) -> None:
    forge = pack_of(tmp_path, tar((f"{number:06d}", b"") for number in range(2, 60_000)))
    refused(tmp_path / "package", forge, "seal.pack.member-missing", memory=320 * MIB)


# Names


CLIMBING = (
    "../a", "a/../../b", "/etc/passwd", "a//b", "./a", "a/.", "a/", "", "..", "a\x00b", "x" * 256, "a/" * 2100 + "b",
)  # fmt: skip


@pytest.mark.parametrize("name", CLIMBING, ids=lambda name: repr(name[:12]))
def test_a_name_that_climbs_or_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    forge = Forge()
    forge.pack({name: b"one"})
    forge.write(tmp_path / "package")
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(Fault) as caught:
        package.open_(tmp_path / "package", [forge.custodian], tmp_path / "out")
    assert caught.value.code in ("seal.item.name-refused", "seal.index.malformed")
    assert {path.name for path in tmp_path.iterdir()} == before


STRANGE = {
    "A": b"1", "a": b"2", "é": b"3", "e\u0301": b"4", "CON": b"5", "nul.txt": b"6", "C:\\boot.ini": b"7",
    "..\\..\\a": b"8", "trailing. ": b"9", "line\nfeed": b"10", "\u202egpj.exe": b"11", "-rf": b"12", "~": b"13",
    "$(id)": b"14", "COM1/LPT9": b"15", "a" * 255: b"16",
}  # fmt: skip


def test_strange_names_are_names_and_stay_inside(tmp_path: Path) -> None:
    """Two names that differ in case or in composition are two; what another system reserves is a name here."""
    forge = Forge()
    forge.pack(STRANGE)
    forge.write(tmp_path / "package")
    package.open_(tmp_path / "package", [forge.custodian], tmp_path / "out")
    assert contents(tmp_path / "out") == STRANGE
    assert {path.name for path in tmp_path.iterdir()} == {"package", "out"}


@pytest.mark.parametrize(
    "names", [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a/b", "a/b/c")], ids=lambda names: "+".join(names)
)
def test_names_that_cannot_stand_side_by_side_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    forge = Forge()
    for name in names:
        forge.pack({name: b"one"})
    forge.write(tmp_path / "package")
    refused(tmp_path / "package", forge, "seal.item.name-conflict")


def test_no_link_is_made_and_none_is_written_through(tmp_path: Path) -> None:
    """A link recorded first, then an item below its name: the classic way out of a folder."""
    forge = Forge()
    forge.record("way", "link", target="/tmp")
    forge.pack({"way/out": b"one"})
    forge.write(tmp_path / "package")
    package.open_(tmp_path / "package", [forge.custodian], tmp_path / "out")
    assert not (tmp_path / "out/way").is_symlink()
    assert (tmp_path / "out/way/out").read_bytes() == b"one"


PLACES = (
    "data/0001/../../../a.age", "/data/0001/00000.age", "data/0001/00000.AGE", "DATA/0001/00000.age",
    "data/1/00000.age",
    "data\\0001\\00000.age", "data/0001/00000.age\n", "data/0001/00000.age\0", "data/pack-0001/0000\u0660.age",
    "fetch.txt",
    "custody/../trust/XBB.json", "trust/../../a", "trust/.hidden", "trust/a/b/c/d/e",
    "package-key/" + "A" * 64 + ".age",
    "custody/CON.dsse.json", "", ".", "..", "con", "data/0001/00000.age:stream",
)  # fmt: skip


@pytest.mark.parametrize("name", PLACES, ids=ascii)
def test_no_name_of_another_form_enters_a_package(tmp_path: Path, name: str) -> None:
    assert not is_package_name(name)
    with pytest.raises(Fault, match=r"seal\.transfer\.name-refused"):
        transfer.accept_file(tmp_path / "in", name, io.BytesIO(b"x"), package="0" * 64)
    assert not (tmp_path / "in").exists()
    with pytest.raises(Fault, match=r"seal\.manifest\.(path-refused|malformed)"):
        parse_manifest(f"{'0' * 64}  {name}\n".encode(), MANIFEST, PAYLOAD_NAME)


# What stands in the place of files


@pytest.fixture
def written(tmp_path: Path) -> Forge:
    forge = sound()
    forge.signer = officer("XBB")[1]
    forge.write(tmp_path / "package")
    return forge


PARTS = ("data/0002/00000.age", "data/pack-0001/00000.age", "index/0001.age", INDEX_ROOT)
TEXTS = ("bag-info.txt", TAGMANIFEST, "README.txt", MANIFEST, "bagit.txt")


def fifo(file: Path) -> None:
    os.mkfifo(file)


def folder(file: Path) -> None:
    file.mkdir()


def endless(file: Path) -> None:
    os.mknod(file, 0o20666, os.makedev(1, 5))  # /dev/zero


@pytest.mark.parametrize("make", [fifo, endless, folder])
@pytest.mark.parametrize("name", [*PARTS, *TEXTS])
def test_what_is_no_file_is_neither_waited_for_nor_read(
    tmp_path: Path, written: Forge, name: str, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "package"
    (path / name).unlink()
    try:
        make(path / name)
    except PermissionError:
        assert make is endless  # devices are made by root alone; the pipe shows the same
        return
    outcome = bounded("verify", path, seconds=5)
    assert outcome.verdict == "changed"
    assert outcome.codes & {"seal.bag.not-a-file", "seal.bag.missing-file"}
    if name not in ("README.txt", "bagit.txt"):
        outcome = bounded("open", path, written.custodian.text, seconds=5)
        assert outcome.codes & {"seal.bag.missing-file", "seal.bag.not-a-file"}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["data", "index", "data/0002", "custody", "package-key", "trust"])
def test_no_folder_is_reached_through_a_link(tmp_path: Path, written: Forge, name: str) -> None:
    path = tmp_path / "package"
    (path / "trust").mkdir(exist_ok=True)
    (path / name).rename(tmp_path / "elsewhere")
    (path / name).symlink_to(tmp_path / "elsewhere")
    outcome = bounded("verify", path)
    assert outcome.verdict == "changed"
    assert "seal.bag.not-a-file" in outcome.codes


@pytest.mark.parametrize(
    "name",
    [
        *PARTS,
        MANIFEST,
        "bag-info.txt",
        TAGMANIFEST,
        "custody/" + "0" * 16 + "-sent.dsse.json",
    ],
)
def test_a_file_with_a_hole_of_a_tebibyte_is_not_read_to_its_end(
    tmp_path: Path, written: Forge, name: str
) -> None:
    path = tmp_path / "package"
    with (path / name).open("ab") as file:
        file.truncate(1 << 40)
    outcome = bounded("verify", path, seconds=6)
    assert outcome.verdict == "changed"
    outcome = bounded("open", path, written.custodian.text, seconds=6)
    assert outcome.codes or name.startswith("custody")
    assert outcome.peak < 256 * MIB


def test_folders_nested_a_thousand_deep_are_no_trouble(tmp_path: Path, written: Forge) -> None:
    path = tmp_path / "package" / "data"
    here = os.open(path, os.O_RDONLY)
    for _ in range(1800):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    handle = os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=here)
    os.close(handle)
    os.close(here)
    try:
        outcome = bounded("verify", tmp_path / "package")
    finally:  # Python 3.11 cannot remove what it cannot walk
        subprocess.run(["rm", "-rf", str(path)], check=True)
    assert outcome.verdict == "changed"
    assert outcome.codes & {"seal.bag.extra-file", "seal.bag.not-a-file"}


# Many


def absent(count: int) -> bytes:
    return b"".join(b"%064x  data/%012d/00000.age\n" % (number, number) for number in range(count))


LINES = {
    "absent files": lambda: absent(200_000),
    "a million absent files": lambda: absent(10**6),
    "empty lines": lambda: b"\n" * (200 * MIB),
    "short lines": lambda: b"a\n" * (100 * MIB),
    "one line": lambda: b"a" * (200 * MIB),
}


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.slow] if "million" in case else []) for case in LINES]
)
def test_a_manifest_of_millions_of_lines_is_read_in_bounded_memory(
    tmp_path: Path, written: Forge, case: str
) -> None:
    path = tmp_path / "package"
    (path / MANIFEST).write_bytes(LINES[case]())
    outcome = bounded("verify", path, seconds=200, memory=4 << 30)
    assert outcome.verdict == "changed"
    assert outcome.codes & {"seal.manifest.malformed", "seal.bag.digest-mismatch"}
    assert outcome.peak < 1200 * MIB, outcome


def test_thousands_of_wraps_are_passed_by(tmp_path: Path, written: Forge) -> None:
    """One's own is found by its name; who has none is told so soon."""
    path = tmp_path / "package"
    stranger = age.generate(age.CLASSIC)
    junk = encrypted(b"", age.generate(age.CLASSIC).recipient)
    head, _, rest = junk.partition(b"---")
    many = head + head.split(b"\n", 1)[1] * 300 + b"---" + rest  # three hundred stanzas, none of them ours
    for number in range(4000):
        (path / f"package-key/{number:064x}.age").write_bytes(many)
    outcome = bounded("wraps", path, written.custodian.text)
    assert not outcome.codes
    assert outcome.seconds < 2
    outcome = bounded("wraps", path, stranger.text)
    assert outcome.codes == {"seal.wrap.none-opens"}
    assert outcome.seconds < 15


def test_statements_nested_or_long_are_refused(tmp_path: Path, written: Forge) -> None:
    path = tmp_path / "package"
    name = path / ("custody/" + "0" * 16 + "-sent.dsse.json")
    for data in (b"[" * 900_000, b'{"a":' * 200_000, json.dumps({"payload": "A" * 900_000}).encode()):
        name.write_bytes(data)
        outcome = bounded("verify", path)
        assert outcome.verdict == "changed"
        assert "seal.custody.malformed" in outcome.codes


def test_a_transfer_takes_no_more_than_a_package_can_be(tmp_path: Path) -> None:
    class Endless:
        def read(self, size: int, /) -> bytes:
            return bytes(size)

    for name in (TAGMANIFEST, "package-key/" + "0" * 64 + ".age", "custody/" + "0" * 16 + "-sent.dsse.json"):
        with pytest.raises(Fault, match=r"seal\.transfer\.too-long"):
            transfer.accept_file(tmp_path / "in", name, Endless(), package="0" * 64)
    assert not contents(tmp_path / "in")


# age


def test_a_passphrase_that_costs_gigabytes_is_refused_before_it_is_tried() -> None:
    sink = io.BytesIO()
    age.encrypt_passphrase(io.BytesIO(b"x"), sink, "word", work=10)
    for work in (b"23", b"30", b"64", b"999999", b"0", b"-1", b"1" * 5000):
        data = re.sub(rb"(-> scrypt \S+) 10", rb"\1 " + work, sink.getvalue())
        with pytest.raises(Fault, match=r"seal\.age\.header"):
            age.decrypt(io.BytesIO(data), io.BytesIO(), [age.Passphrase("word")])


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    first = b"age-encryption.org/v1\n"
    for rest in (
        b"-> X25519 " + b"A" * (64 * MIB),
        b"-> a\n\n" * 200_000,
        b"-> a\n" + (b"A" * 64 + b"\n") * 100_000,
    ):
        with pytest.raises(Fault, match=r"seal\.age\.header"):
            age.decrypt(io.BytesIO(first + rest), io.BytesIO(), [age.generate()])
