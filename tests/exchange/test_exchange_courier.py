"""The same letter carried by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange_world import Clock, Node

from corridor.exchange import ExchangeFault, SignedLetter
from corridor.exchange.courier import read_courier, read_receipt_file, write_courier, write_receipt


def carried(aurelia: Node, borealia: Node, path: Path) -> str:
    job = aurelia.job(borealia)
    sent = aurelia.mailroom.sent_letter("XBB", job.letter_id)
    write_courier(path, aurelia.office.signed(sent, "XBB"))
    return job.letter_id


def test_a_letter_and_its_receipt_travel_as_files_weeks_later(
    aurelia: Node, borealia: Node, clock: Clock, tmp_path: Path
) -> None:
    letter_id = carried(aurelia, borealia, tmp_path / "to-borealia.letter")
    clock.turn(days=21)
    receipt = borealia.office.receive(read_courier(tmp_path / "to-borealia.letter"))
    assert receipt is not None
    write_receipt(tmp_path / "back.receipt", receipt)
    verified = aurelia.office.take_receipt(
        aurelia.directory["XBB"], letter_id, read_receipt_file(tmp_path / "back.receipt")
    )
    assert aurelia.mailroom.returned == {letter_id: receipt}
    assert verified.receipt.received_at == clock()
    assert (tmp_path / "to-borealia.letter").stat().st_mode & 0o777 == 0o600


def test_the_file_is_the_request_a_post_would_have_been(
    aurelia: Node, borealia: Node, tmp_path: Path
) -> None:
    carried(aurelia, borealia, tmp_path / "letter")
    letter = read_courier(tmp_path / "letter")
    assert borealia.office.handle(letter.request()).status == 200
    assert letter.to_bytes() == (tmp_path / "letter").read_bytes()


def test_a_courier_file_for_another_state_is_refused(
    aurelia: Node, borealia: Node, cyrenia: Node, tmp_path: Path
) -> None:
    carried(aurelia, borealia, tmp_path / "letter")
    with pytest.raises(ExchangeFault, match="not-for-us"):
        cyrenia.office.receive(read_courier(tmp_path / "letter"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: b"GET" + data[4:],
        lambda data: data.replace(b"\r\n\r\n", b"\r\n", 1)[:400],
        lambda data: data.replace(b"corridor-to", b"corridor-xx", 1),
        lambda data: data.replace(b"corridor-to:", b"corridor-from:", 1),
        lambda data: b"",
    ],
)
def test_a_damaged_courier_file_is_named_as_such(
    aurelia: Node, borealia: Node, tmp_path: Path, damage
) -> None:  # type: ignore[no-untyped-def]
    carried(aurelia, borealia, tmp_path / "letter")
    data = damage((tmp_path / "letter").read_bytes())
    with pytest.raises(ExchangeFault, match="malformed"):
        SignedLetter.from_bytes(data)


def test_a_huge_courier_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(ExchangeFault, match="too-large"):
        read_courier(tmp_path / "huge")
