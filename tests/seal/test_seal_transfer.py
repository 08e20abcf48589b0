"""Carrying a package: only what belongs to it comes in, and an interrupted transfer goes on where it was."""

from __future__ import annotations

import hashlib
import io
import threading
from pathlib import Path

import pytest
from seal_cast import NOW, Cast, Sealed, contents

from corridor.seal import age, custody, package, transfer
from corridor.seal.faults import PackageError, TransferError


def carry(made: package.SealedPackage, incoming: Path, each: transfer.PackageFile) -> None:
    with (made.path / each.name).open("rb") as stream:
        transfer.accept_file(incoming, each.name, stream, package=made.id, sha256=each.sha256)


def test_a_package_carried_file_by_file_arrives_the_same(
    sealed: Sealed, tmp_path: Path, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    incoming = tmp_path / "incoming"
    assert transfer.missing(incoming, made.id) == ["tagmanifest-sha256.txt"]
    for each in transfer.files(made.path):
        carry(made, incoming, each)
        carry(made, incoming, each)  # asking again changes nothing
    assert transfer.missing(incoming, made.id) == []
    arrived = transfer.complete(incoming, made.id, tmp_path / "arrived")
    assert contents(arrived) == contents(made.path)
    assert package.verify(arrived).verdict == package.Verdict.UNCHANGED
    package.open_(arrived, [identities[age.HYBRID]], tmp_path / "out", expected_id=made.id)


def test_the_listing_gives_true_sizes_and_digests_manifests_first(sealed: Sealed) -> None:
    made = sealed()
    listing = transfer.files(made.path)
    assert [each.name for each in listing[:2]] == ["tagmanifest-sha256.txt", "manifest-sha256.txt"]
    found = contents(made.path)
    assert {each.name for each in listing} == set(found)
    for each in listing:
        assert (each.size, each.sha256) == (
            len(found[each.name]),
            hashlib.sha256(found[each.name]).hexdigest(),
        )


def test_an_interrupted_transfer_asks_only_for_what_is_missing(sealed: Sealed, tmp_path: Path) -> None:
    made = sealed()
    incoming = tmp_path / "incoming"
    listing = transfer.files(made.path)
    for each in listing[:3]:
        carry(made, incoming, each)
    left = transfer.missing(incoming, made.id)
    assert set(left) == {each.name for each in listing[3:] if not transfer.GROWING_NAME.fullmatch(each.name)}
    with pytest.raises(TransferError, match=r"seal\.transfer\.incomplete"):
        transfer.complete(incoming, made.id, tmp_path / "arrived")
    assert not (tmp_path / "arrived").exists()


def test_files_come_in_parallel(sealed: Sealed, tmp_path: Path) -> None:
    made = sealed()
    incoming = tmp_path / "incoming"
    listing = transfer.files(made.path)
    for each in listing[:2]:
        carry(made, incoming, each)
    threads = [threading.Thread(target=carry, args=(made, incoming, each)) for each in listing[2:] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents(transfer.complete(incoming, made.id, tmp_path / "arrived")) == contents(made.path)


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/passwd", "data/../../evil", "data/0001/../../../evil.age", "trust/../../evil",
        "notes.txt",
        "data/0001/00000.age/", "custody/x.dsse.json", "package-key/me.age", "trust/.hidden", "", ".", "data",
        "data/0001/00000.age\n", "TAGMANIFEST-SHA256.TXT",
    ],
)  # fmt: skip
def test_a_name_that_is_none_of_a_package_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(TransferError, match=r"seal\.transfer\.name-refused"):
        transfer.accept_file(tmp_path / "in", name, io.BytesIO(b"x"), package="0" * 64)
    assert not (tmp_path / "in").exists()


def test_what_is_not_of_this_package_is_refused_and_not_kept(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = sealed(), sealed(name="other")
    incoming = tmp_path / "incoming"

    def refused(code: str, name: str, data: bytes, sha256: str | None = None) -> None:
        before = contents(incoming) if incoming.exists() else {}
        with pytest.raises(TransferError) as caught:
            transfer.accept_file(incoming, name, io.BytesIO(data), package=made.id, sha256=sha256)
        assert caught.value.code == code
        assert (contents(incoming) if incoming.exists() else {}) == before

    part = "data/pack-0001/00000.age"
    refused("seal.transfer.manifest-first", part, b"")
    refused("seal.transfer.digest-mismatch", "tagmanifest-sha256.txt", b"")
    for each in transfer.files(made.path)[:2]:
        carry(made, incoming, each)
    refused("seal.transfer.digest-mismatch", part, (other.path / part).read_bytes())
    refused("seal.transfer.digest-mismatch", part, (made.path / part).read_bytes()[:-1])
    refused("seal.transfer.not-listed", "data/9999/00000.age", b"")
    refused("seal.transfer.not-listed", "index/0009.age", b"")
    wrap = package.wrap_names(made.path)[0]
    refused("seal.transfer.digest-mismatch", wrap, b"x", "0" * 64)
    transfer.accept_file(incoming, wrap, io.BytesIO(b"first"), package=made.id)
    refused("seal.transfer.file-exists", wrap, b"second")
    refused("seal.transfer.too-long", "trust/XBB.json", bytes(transfer.GROWING_LIMIT + 1))
    monkeypatch.setattr(transfer, "GROWING_MOST", 1)
    refused("seal.transfer.too-many", "trust/XBB.json", b"x")
    transfer.accept_file(incoming, wrap, io.BytesIO(b"first"), package=made.id)
    monkeypatch.setattr(transfer, "PART_LIMIT", 10)
    refused("seal.transfer.too-long", part, (made.path / part).read_bytes())
    (incoming / "tagmanifest-sha256.txt").write_bytes((other.path / "tagmanifest-sha256.txt").read_bytes())
    refused("seal.transfer.other-package", "README.txt", b"")


def test_a_statement_that_comes_later_is_one_more_file(sealed: Sealed, cast: Cast, tmp_path: Path) -> None:
    made = sealed()
    for each in transfer.files(made.path):
        carry(made, tmp_path / "incoming", each)
    there = transfer.complete(tmp_path / "incoming", made.id, tmp_path / "there")
    sent = custody.record(there, cast.borealia.signer, "sent", at=NOW, private={"by": "courier"})
    for name in set(transfer.growing(there)) - set(transfer.growing(made.path)):
        with (there / name).open("rb") as stream:
            transfer.accept_file(made.path, name, stream, package=made.id)
    assert custody.heads(made.path) == (sent.id,)
    assert contents(there) == contents(made.path)


def test_a_package_missing_a_file_is_not_listed_as_whole(sealed: Sealed, tmp_path: Path) -> None:
    made = sealed()
    (made.path / "README.txt").unlink()
    with pytest.raises(PackageError, match=r"seal\.bag\.missing-file"):
        transfer.files(made.path)
    with pytest.raises(PackageError, match=r"seal\.bag\.missing-file"):
        transfer.files(tmp_path)


def test_an_arrived_package_takes_nobodys_place(sealed: Sealed, tmp_path: Path) -> None:
    made = sealed()
    for each in transfer.files(made.path):
        carry(made, tmp_path / "incoming", each)
    (tmp_path / "incoming" / (".incoming-" + "0" * 16)).write_bytes(b"left by a crash")
    with pytest.raises(PackageError, match=r"seal\.package\.exists"):
        transfer.complete(tmp_path / "incoming", made.id, made.path)
    arrived = transfer.complete(tmp_path / "incoming", made.id, tmp_path / "arrived")
    assert package.verify(arrived).verdict == package.Verdict.UNCHANGED
