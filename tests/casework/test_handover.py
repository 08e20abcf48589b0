"""What the gate and the line of hands withstand after the act is signed, and from a peer that means harm."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from tests.casework.conftest import SECRET, Desk
from tests.casework.test_acts import _asked, _deliver, _seal

from corridor import dossier
from corridor.casework import actions, queries, store, transfers
from corridor.casework.actions.handover import materialise
from corridor.casework.fault import CaseworkFault
from corridor.casework.mailroom import Mailroom
from corridor.casework.models import Dossier, Package, PeerState, Transfer
from corridor.dossier import Attachment, Party
from corridor.exchange import FileEntry, NotHere
from corridor.seal import custody, transfer
from corridor.seal.faults import CustodyError, TransferError
from corridor.seal.package import Custodian, Sealer, rewrap

MEASURE = {
    "authority": "District Court",
    "kind": "search_access",
    "date": "2026-11-25",
    "legal_basis": "s. 98",
}


def _signer(desk: Desk) -> custody.Signer:
    borealia = desk.others["XBB"]
    return custody.Signer(borealia.credential("CA"), borealia.officer, "XBB")


def _act(desk: Desk, opened: str, name: str, body: dict[str, object], *attachments: Attachment) -> None:
    """Borealia signs an act from what Aurelia holds, and posts it."""
    borealia = desk.others["XBB"]
    state = store.load(desk.home, Dossier.objects.get(pk=opened)).state
    made = dossier.following(
        state,
        name,
        sender=Party("XBB", "XBB-CA"),
        credential=borealia.credential("CA"),
        time=desk.clock.turn(seconds=1),
        body=body,
        attachments=attachments,
    )
    desk.receive(borealia.verified(made))


def _named(package: str, made: custody.Statement) -> tuple[Attachment, Attachment]:
    size = len(made.envelope.to_json())
    return Attachment(package, 1, "package"), Attachment(made.id, size, f"custody:{made.kind}")


def _put(desk: Desk, package: str, name: str, data: bytes) -> None:
    file = FileEntry(name, len(data), hashlib.sha256(data).hexdigest())
    Mailroom(desk.home).put_package_file("XBB", package, file, BytesIO(data))


def _put_statement(desk: Desk, package: str, made: custody.Statement) -> None:
    _put(desk, package, custody.file_name(made.envelope, made.kind), made.envelope.to_json())


@pytest.fixture
def given(desk: Desk) -> str:
    """A package Aurelia handed over to Borealia, as it is on Aurelia's disk."""
    package = _seal(desk, opened := _asked(desk))
    _deliver(desk, opened, package)
    materialise(desk.home, Package.objects.get())
    return package


def _verdict(desk: Desk, package: str) -> str:
    return actions.check_package(desk.person("ca-signatory"), package).verdict


def test_a_statement_no_act_names_stays_out(desk: Desk, given: str) -> None:
    """Signed by an officer of a member State, and still no part of the line of hands."""
    folder = desk.home.packages / Package.objects.get().folder
    made = custody.statement(
        _signer(desk), "received", given, follows=custody.heads(folder), at=desk.clock(), facts={}
    )
    with pytest.raises(NotHere):
        _put_statement(desk, given, made)
    assert _verdict(desk, given) == "unchanged"
    _act(desk, Package.objects.get().dossier_id, "confirm", {"packages": [given]}, *_named(given, made))
    _put_statement(desk, given, made)
    assert len(custody.read_statements(folder, "received")) == 1
    assert _verdict(desk, given) == "unchanged"


@pytest.mark.parametrize(("kind", "follows"), [("received", ["ab" * 32]), ("sent", [])])
def test_a_named_statement_that_breaks_the_line_of_hands_stays_out(
    desk: Desk, given: str, kind: str, follows: list[str]
) -> None:
    made = custody.statement(_signer(desk), kind, given, follows=follows, at=desk.clock(), facts={})
    _act(desk, Package.objects.get().dossier_id, "confirm", {"packages": [given]}, *_named(given, made))
    with pytest.raises(CustodyError):
        _put_statement(desk, given, made)
    assert _verdict(desk, given) == "unchanged"


def test_the_gate_is_asked_again_when_the_package_leaves(desk: Desk, given: str) -> None:
    """An alarm between the act and the journey keeps the wrap here; the journey goes on when it is over."""
    assert any(file.name.startswith("package-key/") for file in transfers.listing(desk.home, "XBB", given))
    wrap = next(f.name for f in transfers.listing(desk.home, "XBB", given) if "package-key" in f.name)
    PeerState.objects.update_or_create(state="XBB", defaults={"alarm": "notary.log.forked"})
    with pytest.raises(NotHere):
        transfers.listing(desk.home, "XBB", given)
    with pytest.raises(NotHere):
        transfers.open_file(desk.home, "XBB", given, wrap)

    class Line:
        def __enter__(self) -> Line:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    assert transfers.round(desk.home, lambda state: Line(), desk.clock()) == 1  # type: ignore[arg-type,return-value]
    row = Transfer.objects.get()
    assert (row.last_code, row.stuck, row.done) == ("casework.disclosure.held", False, None)
    PeerState.objects.update(alarm="")
    size, stream = transfers.open_file(desk.home, "XBB", given, wrap)
    assert len(stream.read(size + 1)) == size


def test_what_was_listed_is_given_though_it_came_after_the_last_collection(desk: Desk, given: str) -> None:
    """A proof that comes between two collections is in the second list, and must be there to be had."""
    size, stream = transfers.open_file(desk.home, "XBB", given, "bag-info.txt")
    stream.read(size)
    folder = desk.home.packages / Package.objects.get(pk=given).folder
    (statement,) = (file for file in (folder / "custody").glob("*-sealed.dsse.json"))
    later = folder / "custody" / statement.name.replace(".dsse.json", ".0123abcd.tsr")
    later.write_bytes(b"a time that came late")
    name = f"custody/{later.name}"
    assert name in {file.name for file in transfers.listing(desk.home, "XBB", given)}
    size, stream = transfers.open_file(desk.home, "XBB", given, name)
    assert stream.read(size + 1) == b"a time that came late"


def test_a_package_follows_a_delivery_and_nothing_else(desk: Desk, ask: Callable[..., str]) -> None:
    opened = ask("stored_data", "ca-signatory")
    _act(desk, opened, "acknowledge", {}, Attachment("cd" * 32, 5, "package"))
    assert not Package.objects.exists()
    with pytest.raises(NotHere):
        _put(desk, "cd" * 32, "bagit.txt", b"x")


@pytest.mark.parametrize("role", ["package", "custody:sent", "custody"])
def test_an_officer_names_no_package_past_the_gate(desk: Desk, ask: Callable[..., str], role: str) -> None:
    opened = ask("stored_data", "ca-signatory")
    person = desk.person("ca-signatory")
    with pytest.raises(CaseworkFault) as caught:
        actions.sign_act(
            person,
            act="supplement",
            dossier_id=opened,
            seen=queries.dossier_page(person, opened).heads,
            secret=SECRET,
            attachments=[{"digest": "ab" * 32, "size": 1, "role": role}],
        )
    assert caught.value.code == "casework.act.body"


def test_a_package_is_whole_only_with_the_statement_its_act_names(
    desk: Desk, ask: Callable[..., str], tmp_path: Path
) -> None:
    """One truth about hand-over: the act's and the package's."""
    opened, borealia = ask("stored_data", "ca-signatory"), desk.others["XBB"]
    sealer = Sealer(
        tmp_path / "package",
        [Custodian("XBB XBB-CA", str(borealia.custody["CA"].recipient))],
        "hybrid",
        clock=desk.clock,
    )
    item = sealer.item("mail.eml")
    item.write(b"From: a\n")
    item.close()
    made = sealer.finish(_signer(desk))
    entry = desk.home.directory.entry("XAA")
    assert entry is not None
    recipient = entry.custody_recipients("XAA-CA")[0].recipient
    rewrap(made.path, [borealia.custody["CA"].text], Custodian("XAA XAA-CA", recipient))
    sent = custody.statement(
        _signer(desk), "sent", made.id, follows=custody.heads(made.path), at=desk.clock(), facts={"to": "XAA"}
    )
    _act(desk, opened, "accept", {})
    _act(desk, opened, "execute", {"measure": MEASURE})
    _act(desk, opened, "deliver", {"packages": [made.id], "custody": [sent.id]}, *_named(made.id, sent))
    for file in transfer.files(made.path):
        _put(desk, made.id, file.name, (made.path / file.name).read_bytes())
    other = custody.statement(
        _signer(desk), "sent", made.id, follows=custody.heads(made.path), at=desk.clock(), facts={"to": "XAA"}
    )
    _put_statement(desk, made.id, other)
    with pytest.raises(TransferError):
        transfers.complete(desk.home, "XBB", made.id)
    assert not Package.objects.get().complete
    _put_statement(desk, made.id, sent)
    transfers.complete(desk.home, "XBB", made.id)
    assert Package.objects.get().complete
