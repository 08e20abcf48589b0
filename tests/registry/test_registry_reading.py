"""A registry is made, States enrol, a node reads: and reads on when the registry is gone."""

from __future__ import annotations

from pathlib import Path

from registry_cast import DAY, NOW, Party, Secretariat

from corridor.notary import KeyUse


def test_a_node_reads_what_a_state_signed(tmp_path: Path) -> None:
    """An entry signed offline by a State arrives whole, with its keys usable, through TUF."""
    secretariat, aurelia, borealia = Secretariat(tmp_path / "registry"), Party("XAA"), Party("XBB")
    secretariat.enrol(aurelia)
    secretariat.enrol(borealia)
    directory = secretariat.directory(tmp_path / "node")
    looked = directory.refresh(secretariat.fetch(), at=NOW)
    assert looked.fault is None
    assert looked.accepted == ("XAA", "XBB")
    assert directory.alarms == ()
    entry = directory.entry("XBB")
    assert entry is not None
    assert entry == borealia.entry()
    assert entry.node.url == "https://borealia.example"
    assert [key.keyid for key in entry.valid_keys(KeyUse.STATE, NOW)] == [
        borealia.node_keys[KeyUse.STATE].public.keyid
    ]
    assert directory.standing("XBB", NOW).disclosure


def test_the_registry_down_leaves_a_dated_directory(tmp_path: Path) -> None:
    """Silence of the registry stops nothing until what we hold has grown too old to disclose on."""
    secretariat, borealia = Secretariat(tmp_path / "registry"), Party("XBB")
    secretariat.enrol(borealia)
    directory = secretariat.directory(tmp_path / "node")
    directory.refresh(secretariat.fetch(), at=NOW)

    def down(path: str) -> bytes:
        raise ConnectionRefusedError

    looked = directory.refresh(down, at=NOW + 3 * DAY)
    assert looked.fault is not None
    assert looked.fault.code == "registry.unreachable"
    assert looked.fault.retry
    assert directory.age(NOW + 3 * DAY) == 3 * DAY
    assert directory.entry("XBB") is not None
    assert directory.standing("XBB", NOW + 3 * DAY).disclosure
    late = directory.standing("XBB", NOW + 8 * DAY)
    assert not late.disclosure
    assert late.reason is not None
    assert late.reason.code == "registry.entry.stale"
    assert directory.entry("XBB") is not None, "preservation needs the entry, whatever its age"
