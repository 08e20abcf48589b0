"""What forensic containers say of their making is recorded; what they might do to a reader stops nothing.

`samples/medium.E01` was made by Debian's ewfacquire (libewf 20140813) from the medium that `MEDIUM` is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridor
from corridor.seal import acquisition
from corridor.seal.acquisition import read
from corridor.seal.index import Item, parse_record

SAMPLE = Path(__file__).with_name("samples") / "medium.E01"
MEDIUM = b"".join(b"sector %08d " % n * 30 + bytes(512 - 30 * 16) for n in range(128))
MD5, SHA1 = hashlib.md5(MEDIUM).hexdigest(), hashlib.sha1(MEDIUM).hexdigest()
SHA256 = hashlib.sha256(MEDIUM).hexdigest()
OURS = f"corridor {corridor.__version__}"


def test_the_digests_stored_in_an_e01_image_are_those_of_the_medium() -> None:
    told = read(SAMPLE)
    assert told is not None
    assert told.pop("read_with").startswith("libewf-python 20")
    assert told == {"format": "ewf", "md5": MD5, "sha1": SHA1}


def test_what_is_told_fits_a_record() -> None:
    item = Item(1, "medium.E01", "whole", 1, "0" * 64, "0001", parts=1, acquisition=read(SAMPLE))
    assert parse_record(item.record()) == item


def test_without_the_reader_the_record_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert read(SAMPLE) == {"format": "ewf", "not_read": "no-reader"}


@pytest.mark.parametrize("size", [8, 13, 700, 2000, 4000])
def test_an_image_cut_short_is_told_and_stops_nothing(tmp_path: Path, size: int) -> None:
    (tmp_path / "cut.E01").write_bytes(SAMPLE.read_bytes()[:size])
    told = read(tmp_path / "cut.E01")
    assert told is not None
    assert told["format"] == "ewf"
    assert told.get("not_read") in ("failed", "none-stored")


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_an_altered_image_tells_something_or_says_that_it_could_not_be_read(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    image = bytearray(SAMPLE.read_bytes())
    for _ in range(20):
        image[data.draw(st.integers(8, len(image) - 1))] = data.draw(st.integers(0, 255))
    place = tmp_path_factory.mktemp("altered") / "x.E01"
    place.write_bytes(image)
    told = read(place)
    assert told is not None
    item = Item(1, "x.E01", "whole", 1, "0" * 64, "0001", parts=1, acquisition=told)
    assert parse_record(item.record()) == item


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "failed"),
        ("import time; time.sleep(60)", "too-long"),
        ("while True: pass", "too-long"),
        ("held = bytearray(2 << 30); print('{}')", "failed"),
        ('print(\'{"hashes": {"MD5": "../../etc"}, "version": 1}\')', "none-stored"),
        ('print(\'{"hashes": {"MD5": 5}, "version": "x"}\')', "failed"),
        ("open('written', 'w').write('x')", "failed"),
    ],
)
def test_a_reader_that_crashes_hangs_hoards_or_lies_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, behaviour: str, reason: str
) -> None:
    limits = acquisition._CHILD.split("import pyewf")[0]
    monkeypatch.setattr(acquisition, "_CHILD", limits + behaviour)
    monkeypatch.setattr(acquisition, "SECONDS", 2)
    monkeypatch.chdir(tmp_path)
    begun = time.monotonic()
    assert read(SAMPLE) == {"format": "ewf", "not_read": reason}
    assert time.monotonic() - begun < 20
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").read_bytes()


def test_other_files_are_none_of_its_business(tmp_path: Path) -> None:
    for name in ("a.txt", "a", "a.E02", "a.aff4"):
        shutil.copy(SAMPLE, tmp_path / name)
        assert read(tmp_path / name) is None
    (tmp_path / "not.E01").write_bytes(b"something else")
    assert read(tmp_path / "not.E01") is None
    assert read(tmp_path / "absent.E01") is None
    (tmp_path / "link.E01").symlink_to(SAMPLE)
    assert read(tmp_path / "link.E01") is None
    os.mkfifo(tmp_path / "pipe.E01")
    assert read(tmp_path / "pipe.E01") is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("disk.dd.md5", f"{MD5}  disk.dd\n", {"md5": MD5, "from": ".dd.md5"}),
        ("disk.sha256", f"{SHA256} *disk.dd\n", {"sha256": SHA256, "from": ".sha256"}),
        (
            "disk.dd.txt",
            f"Created By AccessData FTK Imager 4.7\n[Computed Hashes]\n MD5 checksum:    {MD5}\n"
            f" SHA1 checksum:   {SHA1}\nImage Verification Results:\n MD5 checksum:    {MD5} : verified\n",
            {"md5": MD5, "sha1": SHA1, "from": ".dd.txt"},
        ),
        (
            "disk.log",
            f"MD5 hash calculated over data:\t\t{MD5}\nSHA256 hash calculated over data:\t{SHA256.upper()}\n",
            {"md5": MD5, "sha256": SHA256, "from": ".log"},
        ),
        ("disk.log", f"0 - 65536: {'0' * 32}\nTotal (md5): {MD5}\n", {"md5": MD5, "from": ".log"}),
        (
            "disk.log",
            f"   {SHA1} (sha1)\n   {SHA256} (sha256)\n",
            {"sha1": SHA1, "sha256": SHA256, "from": ".log"},
        ),
        (
            "disk.info",
            f"MD5 hash                   : {MD5}\nSHA1 hash                  : {SHA1}\n",
            {"md5": MD5, "sha1": SHA1, "from": ".info"},
        ),
    ],
)
def test_the_log_beside_a_raw_image_is_read(
    tmp_path: Path, name: str, text: str, expected: dict[str, str]
) -> None:
    (tmp_path / "disk.dd").write_bytes(MEDIUM)
    (tmp_path / name).write_text(text)
    assert read(tmp_path / "disk.dd") == {"format": "raw", "read_with": OURS, **expected}


def test_logs_that_disagree_or_say_nothing_are_not_believed(tmp_path: Path) -> None:
    (tmp_path / "disk.dd").write_bytes(MEDIUM)
    assert read(tmp_path / "disk.dd") is None
    (tmp_path / "disk.txt").write_text("nothing of the kind\n")
    assert read(tmp_path / "disk.dd") is None
    (tmp_path / "disk.md5").write_text(
        f"{MD5}  a\n{'0' * 32}  b\n"
    )  # a list of many files, not of this image
    assert read(tmp_path / "disk.dd") is None
    (tmp_path / "disk.md5").write_text(f"{MD5}  disk.dd\n")
    (tmp_path / "disk.dd.md5").write_text(f"{'0' * 32}  disk.dd\n")
    assert read(tmp_path / "disk.dd") == {"format": "raw", "not_read": "failed"}
    (tmp_path / "disk.log").write_text(f"SHA1: {SHA1}")
    told = read(tmp_path / "disk.dd")
    assert told is not None
    assert (told.get("md5"), told["sha1"]) == (None, SHA1)


def test_a_log_too_long_or_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "disk.dd").write_bytes(MEDIUM)
    (tmp_path / "disk.log").write_text(f"MD5: {MD5}\n" + " " * (1 << 20))
    (tmp_path / "elsewhere").write_text(f"{MD5}  disk.dd\n")
    (tmp_path / "disk.md5").symlink_to(tmp_path / "elsewhere")
    assert read(tmp_path / "disk.dd") is None
