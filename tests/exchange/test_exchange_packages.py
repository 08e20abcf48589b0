"""A real sealed package carried both ways, cut and resumed, and refused where it is not what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from exchange_world import NOON, Node, wire_of

from corridor.exchange import ExchangeFault, FileEntry, NotHere, Request
from corridor.exchange.folder import TransferFolder, entries
from corridor.exchange.message import Readable
from corridor.faults import Fault
from corridor.seal import age, package


@dataclass
class Shelf:
    """The package part of a mailroom, on disk as in a node."""

    folder: TransferFolder
    package_id: str
    source: Path | None = None

    def package_listing(self, state: str, package_id: str) -> list[FileEntry]:
        assert self.source is not None
        return entries(self.source)

    def open_package_file(self, state: str, package_id: str, name: str) -> tuple[int, Readable]:
        assert self.source is not None
        file = self.source / name
        if not file.is_file():
            raise NotHere
        return file.stat().st_size, file.open("rb")

    def offer_package(self, state: str, package_id: str, files: list[FileEntry]) -> Any:
        if package_id != self.package_id:
            raise NotHere
        return self.folder.offer(files)

    def put_package_file(self, state: str, package_id: str, file: FileEntry, stream: Readable) -> None:
        if package_id != self.package_id:
            raise NotHere
        self.folder.accept(file, stream)

    def complete_package(self, state: str, package_id: str) -> None:
        self.folder.complete()

    def use_nonce(self, state: str, nonce: str, until: datetime) -> bool:
        return True


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[str, Path]:
    """A package of three small items, sealed by Borealia for Aurelia's evidence unit."""
    for number in range(3):
        (tmp_path / f"item-{number}").write_bytes(bytes([number]) * 200_000)
    custodian = package.Custodian("XAA-CP evidence unit", str(age.generate("hybrid").recipient))
    made = package.seal(
        [tmp_path / f"item-{number}" for number in range(3)],
        tmp_path / "sealed",
        [custodian],
        clock=lambda: NOON,
    )
    return made.id, made.path


Move = Callable[[], int]


def by_post(sender: Node, receiver: Node, package_id: str, source: Path, shelf: Shelf) -> tuple[Any, Move]:
    receiver.office._mailroom = shelf  # type: ignore[assignment]
    client = sender.client(receiver)
    return client, lambda: client.upload_package(
        package_id, entries(source), lambda name: (source / name).open("rb")
    )


def by_fetch(sender: Node, receiver: Node, package_id: str, source: Path, shelf: Shelf) -> tuple[Any, Move]:
    shelf.source = source
    sender.office._mailroom = shelf  # type: ignore[assignment]
    client = receiver.client(sender)
    return client, lambda: client.download_package(package_id, shelf.folder)


@pytest.mark.parametrize("way", [by_post, by_fetch])
def test_a_sealed_package_arrives_whole_and_goes_on_after_a_cut(
    aurelia: Node, borealia: Node, sealed: tuple[str, Path], tmp_path: Path, way: Any
) -> None:
    package_id, source = sealed
    shelf = Shelf(TransferFolder(tmp_path / "incoming", package_id, tmp_path / "arrived"), package_id)
    client, move = way(borealia, aurelia, package_id, source, shelf)
    wire = wire_of(client)
    asked = 0

    def cut(request: Request) -> Request:
        nonlocal asked
        asked += "/files/" in request.target
        if asked == 4:
            raise ExchangeFault("exchange.peer.unreachable", state="XAA", reason="cut")
        return request

    wire.tamper = cut
    with pytest.raises(ExchangeFault, match="cut"):
        move()
    assert not (tmp_path / "arrived").exists()
    wire.tamper = None
    carried = move()
    assert 0 < carried < len(entries(source))
    assert entries(tmp_path / "arrived") == entries(source)
    assert move() == 0


def test_a_file_that_is_not_what_the_manifest_says_never_arrives(
    aurelia: Node, borealia: Node, sealed: tuple[str, Path], tmp_path: Path
) -> None:
    package_id, source = sealed
    part = next(source.glob("data/**/*.age"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    shelf = Shelf(TransferFolder(tmp_path / "incoming", package_id, tmp_path / "arrived"), package_id)
    _, move = by_fetch(borealia, aurelia, package_id, source, shelf)
    with pytest.raises(Fault):
        move()
    assert not (tmp_path / "arrived").exists()
    assert not (tmp_path / "incoming" / part.relative_to(source)).exists()


@pytest.mark.parametrize(
    "name", ["../out", "data/../../out", "/etc/out", "data//x", ".hidden", "a\x00b", "a" * 600]
)
def test_a_name_that_climbs_out_is_refused(aurelia: Node, borealia: Node, tmp_path: Path, name: str) -> None:
    package_id = "ab" * 32
    shelf = Shelf(TransferFolder(tmp_path / "incoming", package_id, tmp_path / "arrived"), package_id)
    aurelia.office._mailroom = shelf  # type: ignore[assignment]
    client = borealia.client(aurelia)
    file = FileEntry(name, 3, "0" * 64)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        client.upload_package(package_id, [file], lambda _: BytesIO(b"abc"))
    assert isinstance(caught.value, ExchangeFault)
    with pytest.raises(ExchangeFault):
        client.upload_file(package_id, file, BytesIO(b"abc"))
    assert not list(tmp_path.rglob("out"))
