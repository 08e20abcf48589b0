"""A registry is made, States enrol, a node reads: and reads on when the registry is gone."""

from __future__ import annotations

import threading
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


def test_a_registry_that_answers_slowly_holds_up_no_letter(tmp_path: Path) -> None:
    """An entry that came in a letter is taken while a look is under way; what the look saw older does no harm."""
    secretariat, party = Secretariat(tmp_path / "registry"), Party("XBB")
    secretariat.enrol(party)
    directory = secretariat.directory(tmp_path / "node")
    directory.refresh(secretariat.fetch(), at=NOW)
    newer = party.submit(NOW + DAY)
    asked, answer = threading.Event(), threading.Event()

    def drip(path: str) -> bytes:
        asked.set()
        assert answer.wait(10)
        return secretariat.fetch()(path)

    look = threading.Thread(target=directory.refresh, args=(drip,), kwargs={"at": NOW + DAY})
    letter = threading.Thread(
        target=directory.accept_fresh_entry, args=(newer.files["entry.json"],), kwargs={"at": NOW + DAY}
    )
    look.start()
    assert asked.wait(10)
    letter.start()
    letter.join(5)
    waited = letter.is_alive()
    answer.set()
    look.join(10)
    letter.join(10)
    assert not waited
    entry = directory.entry("XBB")
    assert entry is not None
    assert entry.version == 2
    assert directory.standing("XBB", NOW + DAY).disclosure
