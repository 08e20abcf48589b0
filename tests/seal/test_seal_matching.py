"""Digest lists are matched against the index alone: nothing under data/ is read, whatever the mark on an item."""

from __future__ import annotations

import builtins
import hashlib
import io
import os
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seal_cast import NOW

from corridor.seal import age, package
from corridor.seal.faults import PackageError
from corridor.seal.matching import match, read_digests

A, B = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()


@pytest.fixture
def made(tmp_path: Path, identities: dict[str, age.Identity]) -> package.SealedPackage:
    custodian = package.Custodian("unit", identities[age.HYBRID].recipient.text)
    with package.Sealer(tmp_path / "p", [custodian], clock=lambda: NOW) as sealer:
        for name, content, restricted in (("one", b"a", True), ("two", b"b", False), ("three", b"a", False)):
            with sealer.item(name, restricted) as writer:
                writer.write(content)
        with sealer.item("large") as writer:
            writer.write(bytes(3 << 20))
        sealer.item("closed").close(state="unreadable", reason="EIO")
        return sealer.finish()


def test_items_with_a_listed_digest_are_found_restricted_or_not(
    made: package.SealedPackage, identities: dict[str, age.Identity]
) -> None:
    found = list(match(made.path, [identities[age.HYBRID]], [A.upper(), "0" * 64, A]))
    assert [(item.name, item.restricted) for item in found] == [("one", True), ("three", False)]
    large = hashlib.sha256(bytes(3 << 20)).hexdigest()
    assert [item.name for item in match(made.path, [identities[age.HYBRID]], [large])] == ["large"]
    assert list(match(made.path, [identities[age.HYBRID]], [A[:16] + "0" * 48])) == []
    assert list(match(made.path, [identities[age.HYBRID]], [])) == []


def test_no_payload_file_is_opened_and_none_need_be_there(
    made: package.SealedPackage, identities: dict[str, age.Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    os_open, plain_open = os.open, builtins.open

    def spying(path: object, *args: object, **options: object) -> int:
        opened.append(str(path))
        return os_open(path, *args, **options)  # type: ignore[arg-type]

    def spying_too(path: object, *args: object, **options: object) -> object:
        opened.append(str(path))
        return plain_open(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", spying)
    monkeypatch.setattr(builtins, "open", spying_too)
    monkeypatch.setattr(io, "open", spying_too)
    assert len(list(match(made.path, [identities[age.HYBRID]], [A]))) == 2
    assert any("/index/" in name for name in opened)
    assert not any("/data" in name for name in opened)
    list(package.read_item(made.path, [identities[age.HYBRID]], "one"))
    assert any("/data" in name for name in opened)  # the spy does see it
    monkeypatch.undo()
    shutil.rmtree(made.path / "data")
    assert len(list(match(made.path, [identities[age.HYBRID]], [A]))) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"{A}\r\n{B}",
        f"{A}  a name\n{B} *binary\n",
        f"\\{A}  a\\nname\n# a comment\n\n{B}  -\n",
        f"SHA256 (a = b) = {A}\nSHA256(b)= {B}\n",
        f'"SHA-256","FileName","FileSize"\n"{A}","x, y",1\n"{B}","z",2\n',
        f"sha256;name\n{A};x\n{B};y\n",
        f"{A.upper()}\t1\n{B.upper()}\t2\n",
        f"\ufeffsha256,name\n{A},x\n{B},y\n",
    ],
)
def test_lists_are_read_as_they_are_published(text: str) -> None:
    assert list(read_digests(io.BytesIO(text.encode()))) == [A, B]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"{A}\n{A[:-1]}\n", "malformed", 2),
        (f"{A}\n{A}0\n", "malformed", 2),
        (f"{A} x\n", "malformed", 1),
        (f"{A}\nname,{B}\n", "malformed", 2),
        (f"name\nname\n{A}\n", "malformed", 2),
        (f'{A}\n"{A}\n', "malformed", 2),
        (f"{A}\n\nd41d8cd98f00b204e9800998ecf8427e\n", "other-kind", 3),
        ('"SHA-1","MD5"\n"da39a3ee5e6b4b0d3255bfef95601890afd80709","x"\n', "other-kind", 2),
        (f"{'0' * 128}  file\n", "other-kind", 1),
        (A + "," + "x" * (1 << 17) + "\n", "malformed", 1),
    ],
)
def test_a_line_that_is_no_sha256_digest_is_told_by_its_number(text: str, code: str, line: int) -> None:
    with pytest.raises(PackageError) as caught:
        list(read_digests(io.BytesIO(text.encode())))
    assert (caught.value.code, caught.value.facts) == (f"seal.digests.{code}", {"line": line})


def test_utf_16_is_refused_rather_than_matched_with_nothing() -> None:
    with pytest.raises(PackageError, match=r"seal\.digests\.malformed"):
        list(read_digests(io.BytesIO(f"{A}\n".encode("utf-16"))))


@given(st.binary(max_size=200))
def test_noise_raises_the_documented_errors_only(noise: bytes) -> None:
    try:
        assert all(len(digest) == 64 for digest in read_digests(io.BytesIO(noise)))
    except PackageError as fault:
        assert fault.code.startswith("seal.digests.")  # noqa: PT017


def test_a_digest_that_is_none_is_refused_by_match_too(
    made: package.SealedPackage, identities: dict[str, age.Identity]
) -> None:
    with pytest.raises(PackageError) as caught:
        list(match(made.path, [identities[age.HYBRID]], [A, "zz"]))
    assert caught.value.facts == {"line": 2}


class Long(io.RawIOBase):
    """A list of a hundred thousand lines, made as it is read."""

    left = 100_000

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if not self.left:
            return 0
        self.left -= 1
        line = f"{self.left:064x}  name of file {self.left}\n".encode()
        memoryview(buffer)[: len(line)] = line  # type: ignore[arg-type]
        return len(line)


def test_a_long_list_takes_no_memory(
    made: package.SealedPackage, identities: dict[str, age.Identity]
) -> None:
    peak = 0

    def watched() -> Iterator[str]:
        """The index is read before the first line is asked for, and again after the last."""
        nonlocal peak
        tracemalloc.reset_peak()
        with io.BufferedReader(Long()) as file:
            yield from read_digests(file)
        _, peak = tracemalloc.get_traced_memory()

    tracemalloc.start()
    try:
        assert list(match(made.path, [identities[age.HYBRID]], watched())) == []
    finally:
        tracemalloc.stop()
    assert 0 < peak < 16 << 20
