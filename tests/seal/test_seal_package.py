"""Sealing and opening: what comes out is what went in, in one class, and names stand nowhere in clear."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seal_cast import NOW, SECRET_NAMES, Cast, Sealed, contents, custodian

from corridor.seal import age, custody, package
from corridor.seal.conveyor import Conveyor, Unit
from corridor.seal.faults import PackageError
from corridor.seal.files import disk_faults
from corridor.seal.index import CONTEXT, verify_item

MIB = 1 << 20


@pytest.mark.parametrize("cls", [age.CLASSIC, age.HYBRID])
def test_what_is_sealed_comes_out_the_same(
    sealed: Sealed, evidence: Path, identities: dict[str, age.Identity], tmp_path: Path, cls: str
) -> None:
    made = sealed(cls)
    items: list[package.Item] = []
    opened = package.open_(
        made.path, [identities[cls].text], tmp_path / "out", expected_id=made.id, on_item=items.append
    )
    assert contents(tmp_path / "out" / "mailbox") == contents(evidence)
    assert (tmp_path / "out/mailbox/nothing in here").is_dir()
    assert opened.conditions == ("XBB:use-limited",)
    assert not opened.not_written
    assert opened.items == len(items)
    for item in items:
        if item.sealed:
            data = (tmp_path / "out" / item.name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == item.sha256
            assert b"".join(package.read_item(made.path, [identities[cls]], item.number)) == data
            before = (evidence.parent / item.name).stat().st_mtime
            assert abs((tmp_path / "out" / item.name).stat().st_mtime - before) < 0.001


def test_bagit_py_agrees_that_it_is_a_valid_bag(sealed: Sealed) -> None:
    made = sealed()
    bagit.Bag(str(made.path)).validate()


def test_no_name_and_no_sentence_stands_in_clear(sealed: Sealed) -> None:
    made = sealed()
    for name, data in contents(made.path).items():
        for secret in (
            *SECRET_NAMES,
            "mailbox",
            "photo",
            "somebody by name",
            "a room",
            "Borealia evidence unit",
        ):
            assert secret.encode() not in data, name
            assert secret not in name


def test_the_package_number_is_the_digest_of_the_tag_manifest(sealed: Sealed) -> None:
    made = sealed()
    assert made.id == hashlib.sha256((made.path / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert package.package_id(made.path) == made.id


def test_two_sealings_of_the_same_evidence_have_nothing_in_common(sealed: Sealed) -> None:
    one, two = sealed(name="one"), sealed(name="two")
    assert one.id != two.id
    assert package.bag_info(one.path).tree != package.bag_info(two.path).tree


def test_items_are_fed_in_pieces_by_several_threads_at_once(
    tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    identity = identities[age.HYBRID]
    data = {f"upload/{number}": os.urandom(number * 700_001) for number in range(16)}
    with package.Sealer(tmp_path / "p", [custodian(identity)], clock=lambda: NOW) as sealer:

        def upload(name: str) -> None:
            with sealer.item(name, provenance={"received": "upload"}) as writer:
                for start in range(0, len(data[name]), 100_000):
                    writer.write(data[name][start : start + 100_000])

        threads = [threading.Thread(target=upload, args=(name,)) for name in data]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made = sealer.finish()
    for name, content in data.items():
        assert b"".join(package.read_item(made.path, [identity], name)) == content
    assert package.verify(made.path, expected_id=made.id).verdict == package.Verdict.UNCHANGED
    item = package.read_index(made.path, [identity]).find("upload/3")
    assert item.provenance == {"received": "upload"}


def test_writers_more_than_there_are_blocks_do_not_wait_for_each_other(
    tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    with package.Sealer(tmp_path / "p", [custodian(identities[age.HYBRID])], clock=lambda: NOW) as sealer:
        writers = [sealer.item(str(number)) for number in range(40)]
        for writer in writers:
            writer.write(bytes(MIB + 1))
        for writer in writers:
            writer.close()
        assert sealer.finish().items == 40


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 4 * MIB, 4 * MIB + 1, 8 * MIB])
@pytest.mark.parametrize("step", [MIB, 777_777])
def test_a_unit_is_cut_into_whole_age_files_at_any_size(tmp_path: Path, size: int, step: int) -> None:
    """No file holds more than the part size, none ends in an empty chunk; together they hold it all."""
    identity = age.generate(age.CLASSIC)
    conveyor = Conveyor(tmp_path, identity.recipient)
    unit = Unit(conveyor, lambda part: f"{part}.age", part_size=4 * MIB)
    data = os.urandom(size)
    for start in range(0, size, step):
        unit.write(data[start : start + step])
    unit.room()  # asking for room binds nobody
    parts = unit.close()
    conveyor.finish()
    assert parts == max(1, -(-size // (4 * MIB)))
    plain = []
    for part in range(parts):
        with (tmp_path / f"{part}.age").open("rb") as file:
            plain.append(b"".join(bytes(block) for block in age.iter_decrypt(file, [identity])))
        assert len(plain[-1]) <= 4 * MIB
        sealed_bytes = (tmp_path / f"{part}.age").read_bytes()
        assert hashlib.sha256(sealed_bytes).hexdigest() == conveyor.digests[f"{part}.age"]
    assert b"".join(plain) == data


def test_links_pipes_and_unreadable_files_are_recorded_and_not_followed(
    tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    top = tmp_path / "odd"
    top.mkdir()
    (tmp_path / "outside").write_bytes(b"not evidence")
    (top / "link").symlink_to(tmp_path / "outside")
    (top / "folder link").symlink_to(tmp_path)
    os.mkfifo(top / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(top / "socket"))
    raw = os.fsencode(top) + b"/not-utf8-\xff"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    identity = identities[age.HYBRID]
    made = package.seal([top], tmp_path / "p", [custodian(identity)], clock=lambda: NOW)
    items = {item.name: item for item in package.iter_items(made.path, [identity])}
    assert items["odd/link"].state == "link"
    assert items["odd/link"].target == str(tmp_path / "outside")
    assert items["odd/folder link"].state == "link"
    assert {item.name: item.reason for item in made.problems} == {"odd/pipe": "pipe", "odd/socket": "socket"}
    opened = package.open_(made.path, [identity], tmp_path / "out")
    assert {item.name for item in opened.not_written} == {
        "odd/link",
        "odd/folder link",
        "odd/pipe",
        "odd/socket",
    }
    assert os.listdir(os.fsencode(tmp_path / "out" / "odd")) == [b"not-utf8-\xff"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_recorded_with_its_reason(
    tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    (tmp_path / "closed").write_bytes(b"x")
    (tmp_path / "closed").chmod(0)
    to = [custodian(identities[age.HYBRID])]
    made = package.seal([tmp_path / "closed"], tmp_path / "p", to, clock=lambda: NOW)
    assert [(item.state, item.reason) for item in made.problems] == [("unreadable", "EACCES")]


@pytest.mark.parametrize("size", [1000, 3 * MIB])
def test_a_file_that_changes_while_it_is_read_is_recorded(
    tmp_path: Path, identities: dict[str, age.Identity], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    file = tmp_path / "growing.log"
    file.write_bytes(bytes(size))
    look = os.fstat

    def meddle(handle: int) -> os.stat_result:
        facts = look(handle)
        if facts.st_size == size:
            with file.open("ab") as more:
                more.write(b"one more line")
        return facts

    monkeypatch.setattr(os, "fstat", meddle)
    identity = identities[age.HYBRID]
    made = package.seal([file], tmp_path / "p", [custodian(identity)], clock=lambda: NOW)
    assert [item.state for item in made.problems] == ["changed"]
    assert b"".join(package.read_item(made.path, [identity], "growing.log")) == file.read_bytes()


def test_a_read_error_in_the_middle_is_recorded(
    tmp_path: Path, identities: dict[str, age.Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad sector").write_bytes(bytes(2 * MIB))

    def broken(self: package.ItemWriter, source: object, expected: int) -> None:
        self.write(b"the part that could be read")
        raise OSError(5, "input/output error")

    monkeypatch.setattr(package.ItemWriter, "fill_from", broken)
    to = [custodian(identities[age.HYBRID])]
    made = package.seal([tmp_path / "bad sector"], tmp_path / "p", to, clock=lambda: NOW)
    assert [(item.state, item.reason) for item in made.problems] == [("unreadable", "EIO")]


def test_a_restricted_mark_stands_in_the_index_only(
    tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    identity = identities[age.HYBRID]
    with package.Sealer(tmp_path / "p", [custodian(identity)], clock=lambda: NOW) as sealer:
        sealer.item("a", restricted=True).close()
        sealer.item("b").close()
        made = sealer.finish()
    index = package.read_index(made.path, [identity])
    assert [item.restricted for item in index] == [True, False]
    assert index.root.restricted == 1
    assert all(b"estricted" not in data for data in contents(made.path).values())


def test_an_item_is_shown_to_be_in_the_package_without_showing_another(
    sealed: Sealed, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    index = package.read_index(made.path, [identities[age.HYBRID]])
    info = package.bag_info(made.path)
    for item in index:
        record, salt, position, path = index.proof(item)
        placeless = replace(item, number=0, unit="", parts=0, member="")
        assert verify_item(record, salt, position, info.items, path, info.tree) == placeless
        with pytest.raises(PackageError, match=r"seal\.index\.not-in-tree"):
            verify_item(record, bytes(32), position, info.items, path, info.tree)


# Names, classes, places


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../b", "a//b", ".", "a\0b", "x" * 256, "\ud800"]
)
def test_a_name_that_climbs_out_is_not_sealed(
    tmp_path: Path, identities: dict[str, age.Identity], name: str
) -> None:
    sealer = package.Sealer(tmp_path / "p", [custodian(identities[age.HYBRID])], clock=lambda: NOW)
    with pytest.raises(PackageError, match=r"seal\.item\.name-refused"):
        sealer.item(name)
    sealer.abort()


def test_wrong_use_is_told_plainly(tmp_path: Path, identities: dict[str, age.Identity]) -> None:
    identity = identities[age.HYBRID]
    to = [custodian(identity)]

    def refused(code: str, *args: object, **options: object) -> None:
        with pytest.raises(PackageError) as caught:
            package.Sealer(*args, clock=lambda: NOW, **options)  # type: ignore[arg-type]
        assert caught.value.code == code

    refused("seal.package.no-custodian", tmp_path / "p", [])
    refused("seal.package.exists", tmp_path, to)
    refused("seal.wrap.class-mismatch", tmp_path / "p", to, cls=age.CLASSIC)
    with package.Sealer(tmp_path / "p", to, clock=lambda: NOW) as sealer:
        writer = sealer.item("a")
        with pytest.raises(PackageError, match=r"seal\.item\.name-taken"):
            sealer.item("a")
        with pytest.raises(PackageError, match=r"seal\.source\.absent"):
            sealer.add_path(tmp_path / "absent")
        with pytest.raises(PackageError, match=r"seal\.item\.still-open"):
            sealer.finish()
        writer.close()
        with pytest.raises(PackageError, match=r"seal\.item\.closed"):
            writer.write(b"late")
        with pytest.raises(PackageError, match=r"seal\.item\.closed"):
            writer.close()
        made = sealer.finish()
        with pytest.raises(PackageError, match=r"seal\.package\.finished"):
            sealer.finish()
        with pytest.raises(PackageError, match=r"seal\.package\.finished"):
            sealer.item("b")
    with pytest.raises(PackageError, match=r"seal\.open\.destination-exists"):
        package.open_(made.path, [identity], tmp_path)
    with pytest.raises(PackageError, match=r"seal\.item\.absent"):
        package.read_item(made.path, [identity], "z")
    with pytest.raises(PackageError, match=r"seal\.wrap\.none-opens"):
        package.read_index(made.path, [age.generate()])
    with pytest.raises(PackageError, match=r"seal\.package\.other"):
        package.open_(made.path, [identity], tmp_path / "out", expected_id="0" * 64)
    assert not (tmp_path / "out").exists()


def test_the_content_of_a_folder_cannot_be_read(sealed: Sealed, identities: dict[str, age.Identity]) -> None:
    with pytest.raises(PackageError, match=r"seal\.item\.not-sealed"):
        package.read_item(sealed().path, [identities[age.HYBRID]], "mailbox")


def test_a_package_without_items_is_a_package(tmp_path: Path, identities: dict[str, age.Identity]) -> None:
    identity = identities[age.HYBRID]
    made = package.seal([], tmp_path / "p", [custodian(identity)], clock=lambda: NOW)
    assert list(package.iter_items(made.path, [identity])) == []
    assert package.verify(made.path, expected_id=made.id).verdict == package.Verdict.UNCHANGED
    bagit.Bag(str(made.path)).validate()


def test_a_sealing_given_up_leaves_nothing(tmp_path: Path, identities: dict[str, age.Identity]) -> None:
    with package.Sealer(tmp_path / "p", [custodian(identities[age.HYBRID])], clock=lambda: NOW) as sealer:
        sealer.item("a").write(bytes(5 * MIB))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    tmp_path: Path, identities: dict[str, age.Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Conveyor, block: object, part: object) -> None:
        with disk_faults():
            raise OSError(28, "no space left on device")

    monkeypatch.setattr(Conveyor, "_write", full)
    (tmp_path / "big").write_bytes(bytes(30 * MIB))
    with pytest.raises(PackageError) as caught:
        package.seal(
            [tmp_path / "big"], tmp_path / "p", [custodian(identities[age.HYBRID])], clock=lambda: NOW
        )
    assert caught.value.code == "seal.disk.full"
    assert [path.name for path in tmp_path.iterdir()] == ["big"]


def test_a_sealer_killed_at_any_moment_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    identity = age.generate(age.CLASSIC)
    (tmp_path / "big").write_bytes(os.urandom(200 * MIB))
    code = (
        "import sys, datetime; from corridor.seal import package\n"
        "now = lambda: datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)\n"
        "to = [package.Custodian('u', sys.argv[3])]\n"
        "print('go', flush=True)\n"
        "package.seal([sys.argv[1]], sys.argv[2], to, 'classic', clock=now)\n"
    )
    for number, delay in enumerate((0.02, 0.1, 0.2)):
        out = tmp_path / f"p{number}"
        command = [sys.executable, "-c", code, str(tmp_path / "big"), str(out), identity.recipient.text]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
            process.wait()
        if out.exists():  # it was faster than we
            package.open_(out, [identity], tmp_path / f"o{number}")
        left = {path.name for path in tmp_path.iterdir()} - {"big", "p0", "p1", "p2", "o0", "o1", "o2"}
        assert all(name.startswith(".sealing-") for name in left)


# Custodians


def test_a_new_custodian_opens_after_a_rewrap_and_nothing_else_changed(
    sealed: Sealed, identities: dict[str, age.Identity], tmp_path: Path
) -> None:
    made = sealed()
    before = contents(made.path)
    aurelia = age.generate()
    wrap = package.rewrap(made.path, [identities[age.HYBRID]], custodian(aurelia, "Aurelia evidence unit"))
    after = contents(made.path)
    assert set(after) - set(before) == {wrap.relative_to(made.path).as_posix()}
    assert all(after[name] == data for name, data in before.items())
    assert package.package_id(made.path) == made.id
    package.open_(made.path, [aurelia.text], tmp_path / "out")
    with pytest.raises(PackageError, match=r"seal\.wrap\.class-mismatch"):
        package.rewrap(made.path, [aurelia], custodian(age.generate(age.CLASSIC)))
    with pytest.raises(PackageError, match=r"seal\.wrap\.not-a-key"):
        package.Custodian("x", age.Passphrase("x")).parsed()  # type: ignore[arg-type]


def test_a_wrap_of_another_package_or_custodian_is_refused(
    sealed: Sealed, identities: dict[str, age.Identity]
) -> None:
    one, two = sealed(name="one"), sealed(name="two")
    identity = identities[age.HYBRID]
    name = package.wrap_names(one.path)[0]
    good = (two.path / name).read_bytes()
    (two.path / name).write_bytes((one.path / name).read_bytes())
    with pytest.raises(PackageError, match=r"seal\.wrap\.other-package"):
        package.read_index(two.path, [identity])
    (two.path / name).unlink()
    (two.path / "package-key" / ("0" * 64 + ".age")).write_bytes(good)
    with pytest.raises(PackageError, match=r"seal\.wrap\.other-package"):
        package.read_index(two.path, [identity])
    with pytest.raises(PackageError, match=r"seal\.wrap\.malformed"):
        package.write_wrap(two.path, "../up.age", good)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(
            st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40
        ).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200),
        st.tuples(st.integers(0, 3000), st.binary(max_size=50)),
        max_size=12,
    )
)
def test_any_names_and_contents_come_out_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    identities: dict[str, age.Identity],
    items: dict[str, tuple[int, bytes]],
) -> None:
    place = tmp_path_factory.mktemp("round")
    identity = identities[age.HYBRID]
    data = {name: piece * count for name, (count, piece) in items.items()}
    with package.Sealer(place / "p", [custodian(identity)], clock=lambda: NOW) as sealer:
        for name, content in data.items():
            with sealer.item(name) as writer:
                writer.write(content)
        made = sealer.finish()
    package.open_(made.path, [identity], place / "out")
    assert {name: (place / "out" / name).read_bytes() for name in data} == data


def test_the_statement_of_the_sealing_says_what_was_sealed_to_whom(
    sealed: Sealed, cast: Cast, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    root = custody.graph(made.path, cast.keys_for).root
    assert root.id == made.statement
    assert root.subject == made.id
    assert root.custodians == (identities[age.HYBRID].recipient.fingerprint,)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    assert custody.read_private(made.path, root, [key])["place"] == "a room"


def test_the_index_is_valid_case_to_case_validate(
    tmp_path: Path, identities: dict[str, age.Identity], evidence: Path
) -> None:
    (evidence / "a link").symlink_to("elsewhere")
    identity = identities[age.HYBRID]
    with package.Sealer(tmp_path / "p", [custodian(identity)], clock=lambda: NOW) as sealer:
        sealer.add_path(evidence)
        sealer.item("upload", modified=NOW, provenance={"received": "upload"}).close()
        sealer.finish()
    records = package.read_index(tmp_path / "p", [identity]).records()
    graph = {**CONTEXT, "@graph": [json.loads(line) for line in records]}
    (tmp_path / "index.jsonld").write_text(json.dumps(graph))
    command = [Path(sys.executable).with_name("case_validate"), tmp_path / "index.jsonld"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Conforms: True" in done.stdout, done.stdout
    assert done.returncode == 0
