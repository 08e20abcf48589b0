"""What comes through the post: refused only when not authentic, not addressed here or malformed; kept exactly once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from tests.casework import abroad
from tests.casework.conftest import Desk

from corridor import dossier
from corridor.casework import queries, store
from corridor.casework.models import ActReceipt, ActRow, Dossier, HeldLetter, LogLeaf
from corridor.exchange import Request
from corridor.exchange.office import NOISE
from corridor.notary.log import verify_proof

pytestmark = pytest.mark.django_db


def _state(desk: Desk, dossier_id: str) -> dossier.State:
    return store.load(desk.home, Dossier.objects.get(pk=dossier_id)).state


def _counts() -> tuple[int, int, int, int]:
    return (
        Dossier.objects.count(),
        ActRow.objects.count(),
        ActReceipt.objects.count(),
        LogLeaf.objects.exclude(index=None).count(),
    )


def test_a_letter_is_kept_numbered_and_receipted(desk: Desk) -> None:
    """The receipt names letter, act and log entry, and its proof holds under our log's key."""
    act = desk.others["XBB"].opening(desk.clock())
    response = desk.receive(act)
    said = abroad.plain(
        __import__("corridor.notary", fromlist=["Envelope"]).Envelope.from_json(response.body)
    )
    assert said["act_id"] == act.id
    entry = verify_proof(
        said["log"]["proof"].encode(), bytes.fromhex(act.id), desk.home.log_key.public, "corridor/xaa"
    )
    assert entry.index == said["log"]["index"]
    assert _counts() == (1, 1, 1, 1)


def test_the_same_letter_again_gives_the_same_receipt_and_no_second_effect(desk: Desk) -> None:
    """Replayed, byte for byte, later: the stored receipt, byte for byte."""
    borealia = desk.others["XBB"]
    letter, raw = borealia.letter(borealia.opening(desk.clock()), "XAA", desk.recipients)
    first = desk.office.handle(borealia.signed(letter, raw, desk.clock()))
    desk.clock.turn(days=2)
    again = desk.office.handle(borealia.signed(letter, raw, desk.clock()))
    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body
    assert _counts() == (1, 1, 1, 1)


def test_the_same_act_in_another_letter_has_no_second_effect(desk: Desk) -> None:
    act = desk.others["XBB"].opening(desk.clock())
    desk.receive(act)
    desk.clock.turn(hours=1)
    desk.receive(act)
    assert _counts() == (1, 1, 1, 1)


def test_one_byte_changed(desk: Desk) -> None:
    """In the sealed body: the digest no longer is the one signed. Nothing is kept."""
    borealia = desk.others["XBB"]
    letter, raw = borealia.letter(borealia.opening(desk.clock()), "XAA", desk.recipients)
    request = borealia.signed(letter, raw, desk.clock())
    changed = bytearray(raw)
    changed[len(raw) // 2] ^= 1
    response = desk.office.handle(
        Request(request.method, request.target, request.headers, BytesIO(bytes(changed)))
    )
    assert response.status == 400
    assert abroad.body_of(response)["code"] == "exchange.request.body-digest"
    assert _counts() == (0, 0, 0, 0)


def test_one_byte_of_the_act_changed_and_sealed_again(desk: Desk) -> None:
    """The sender's own node could do this; the officer's signature does not hold any more."""
    borealia = desk.others["XBB"]
    act = borealia.opening(desk.clock())
    envelope = act.envelope
    forged = type(envelope)(
        envelope.payload_type, envelope.payload.replace(b"XAA-CP", b"XAA-CA", 1), envelope.signatures
    )
    assert forged.id != envelope.id
    from corridor.exchange import new_letter, seal_letter

    letter = new_letter(from_state="XBB", to_state="XAA", act=forged.to_json(), cls="hybrid")
    response = desk.office.handle(borealia.signed(letter, seal_letter(letter, desk.recipients), desk.clock()))
    assert response.status == 422
    assert _counts() == (0, 0, 0, 0)


def test_an_unknown_state_gets_noise(desk: Desk) -> None:
    """Dorsania is no Party: the same bytes as for anything absent."""
    dorsania = abroad.Abroad("XDD", desk.clock())
    response = dorsania.post(desk.office, dorsania.opening(desk.clock()), desk.recipients, desk.clock())
    assert (response.status, response.body) == (NOISE.status, NOISE.body)
    assert _counts() == (0, 0, 0, 0)


def test_a_letter_for_another_state_sealed_again_for_us(desk: Desk) -> None:
    """Cyrenia takes Borealia's letter to it, and seals it for Aurelia under its own signature."""
    borealia, cyrenia = desk.others["XBB"], desk.others["XCC"]
    letter, _ = borealia.letter(borealia.opening(desk.clock()), "XCC", desk.recipients)
    from corridor.exchange import seal_letter

    raw = seal_letter(letter, desk.recipients)
    response = desk.office.handle(cyrenia.signed(letter, raw, desk.clock()))
    assert abroad.body_of(response)["code"] == "exchange.letter.misaddressed"
    assert _counts() == (0, 0, 0, 0)


def test_an_act_of_one_state_in_the_letter_of_another(desk: Desk) -> None:
    borealia, cyrenia = desk.others["XBB"], desk.others["XCC"]
    response = cyrenia.post(desk.office, borealia.opening(desk.clock()), desk.recipients, desk.clock())
    assert abroad.body_of(response)["code"] == "casework.act.not-from-sender"
    assert _counts() == (0, 0, 0, 0)


def test_a_hundred_megabytes_are_refused_before_they_are_read(desk: Desk) -> None:
    borealia = desk.others["XBB"]
    letter, raw = borealia.letter(borealia.opening(desk.clock()), "XAA", desk.recipients)
    request = borealia.signed(letter, raw, desk.clock())

    class Never:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    headers = {**request.headers, "content-length": str(100 * 1024 * 1024)}
    response = desk.office.handle(Request(request.method, request.target, headers, Never()))
    assert abroad.body_of(response)["code"] == "exchange.request.too-large"


def test_out_of_order_before_the_opening(desk: Desk) -> None:
    """An act whose dossier is not here looks like noise, is asked for, and is taken once the opening came."""
    borealia = desk.others["XBB"]
    opening = borealia.opening(desk.clock())
    state = dossier.fold([opening], as_of=desk.clock())
    withdraw = borealia.following(state, "withdraw", desk.clock())
    early = borealia.post(desk.office, withdraw, desk.recipients, desk.clock())
    assert (early.status, early.body) == (NOISE.status, NOISE.body)
    assert HeldLetter.objects.get().dossier == opening.id
    desk.receive(opening)
    desk.receive(withdraw)
    assert _state(desk, opening.id).status == "withdrawn"
    assert not HeldLetter.objects.exists()


def test_out_of_order_within_a_dossier(desk: Desk) -> None:
    """An act that has seen what is not here yet is kept and receipted, and counts once its past has come."""
    borealia = desk.others["XBB"]
    opening = borealia.opening(desk.clock())
    desk.receive(opening)
    supplement = borealia.following(
        dossier.fold([opening], as_of=desk.clock()), "supplement", desk.clock(), urgent=True
    )
    withdraw = borealia.following(
        dossier.fold([opening, supplement], as_of=desk.clock()), "withdraw", desk.clock()
    )
    desk.receive(withdraw)
    state = _state(desk, opening.id)
    assert (state.status, state.waiting, state.waiting_for) == ("asked", (withdraw.id,), (supplement.id,))
    assert state.disclosure_stopped
    assert Dossier.objects.get().incomplete
    desk.receive(supplement)
    assert _state(desk, opening.id).status == "withdrawn"


def test_an_act_illegal_in_its_own_past_is_kept_and_has_no_effect(desk: Desk) -> None:
    """The requesting State cannot preserve. Kept, receipted, shown as illegal with its reason."""
    borealia = desk.others["XBB"]
    opening = borealia.opening(desk.clock())
    desk.receive(opening)
    state = dossier.fold([opening], as_of=desk.clock())
    withdraw = borealia.following(state, "withdraw", desk.clock())
    head = withdraw.act.header
    import dataclasses

    illegal = borealia.verified(
        dataclasses.replace(
            withdraw.act,
            header=dataclasses.replace(head, act="preserved"),
            body={"preserved_until": "2027-01-01"},
        )
    )
    desk.receive(illegal)
    page = queries.dossier_page(desk.person("cp-drafter"), opening.id)
    row = next(one for one in page.timeline if one.id == illegal.id)
    assert row.outcome == "illegal"
    assert row.reason
    assert page.status == "asked"
    assert page.preserved_until is None


def test_a_fork_is_kept_on_both_sides_of_it_and_stops_disclosure(desk: Desk) -> None:
    borealia = desk.others["XBB"]
    opening = borealia.opening(desk.clock())
    desk.receive(opening)
    state = dossier.fold([opening], as_of=desk.clock())
    one = borealia.following(state, "withdraw", desk.clock())
    other = borealia.following(state, "supplement", desk.clock(), urgent=True)
    desk.receive(one)
    desk.receive(other)
    page = queries.dossier_page(desk.person("cp-signatory"), opening.id)
    assert {row.id for row in page.timeline} == {opening.id, one.id, other.id}
    assert page.disclosure_stopped
    assert "casework.disclosure.stopped" in page.disclosure
    assert [set(fork["acts"]) for fork in page.forks] == [{one.id, other.id}]


def test_a_stranger_to_the_case_hears_the_same_as_of_no_case(desk: Desk) -> None:
    """Cyrenia names a dossier that exists, and one that does not: the same answer, byte for byte."""
    borealia, cyrenia = desk.others["XBB"], desk.others["XCC"]
    opening = borealia.opening(desk.clock())
    desk.receive(opening)
    state = dossier.fold([opening], as_of=desk.clock())
    answers = []
    for named in (opening.id, "ab" * 32):
        act = borealia.following(state, "withdraw", desk.clock()).act
        import dataclasses

        from corridor.dossier import Party

        head = dataclasses.replace(
            act.header,
            dossier=named,
            sender=Party("XCC", "XCC-CP"),
            credential=cyrenia.credential(),
        )
        response = cyrenia.post(
            desk.office,
            cyrenia.verified(dataclasses.replace(act, header=head)),
            desk.recipients,
            desk.clock(),
        )
        answers.append((response.status, response.body, response.headers))
    assert answers[0] == answers[1]
    assert ActRow.objects.count() == 1


def test_a_kind_the_authority_does_not_receive_is_refused(desk: Desk) -> None:
    """A stored-data request addressed to the contact point: coded, for the side that can act."""
    borealia = desk.others["XBB"]
    import dataclasses

    from corridor.dossier import Member, Party

    act = borealia.opening(desk.clock(), "stored_data").act
    head = dataclasses.replace(
        act.header,
        to=(Party("XAA", "XAA-CP"),),
        members=(act.header.members[0], Member("XAA", "XAA-CP", "requested")),
    )
    response = borealia.post(
        desk.office, borealia.verified(dataclasses.replace(act, header=head)), desk.recipients, desk.clock()
    )
    assert abroad.body_of(response)["code"] == "casework.act.authority-not-here"
    assert _counts() == (0, 0, 0, 0)


def test_a_peer_is_told_what_we_hold_from_it_and_nobody_else_is(desk: Desk, ask: Callable[..., str]) -> None:
    """`held` lists that State's acts with our receipts: what it needs after it came back from a backup."""
    from corridor.casework.mailroom import Mailroom
    from corridor.notary import canonical

    opening = desk.others["XBB"].opening(desk.clock())
    desk.receive(opening)
    ask()
    room = Mailroom(desk.home)
    held: dict[str, Any] = canonical.loads(room.held_from("XBB"))
    assert [row["act"] for row in held["sent"]] == [opening.id]
    assert canonical.loads(room.held_from("XCC"))["sent"] == []


def test_an_act_is_given_to_members_only(desk: Desk) -> None:
    from corridor.casework.mailroom import Mailroom
    from corridor.exchange import NotHere

    opening = desk.others["XBB"].opening(desk.clock())
    desk.receive(opening)
    room = Mailroom(desk.home)
    assert room.act_for("XBB", opening.id) == opening.envelope.to_json()
    for state, act in (("XCC", opening.id), ("XBB", "cd" * 32)):
        with pytest.raises(NotHere):
            room.act_for(state, act)
