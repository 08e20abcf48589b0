"""Letters arrive once, whatever happens on the way: posted or fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from exchange_world import Carry, Clock, Node, wire_of

from corridor.exchange import ExchangeFault, open_letter, verify_receipt
from corridor.exchange.outbox import Delivered, Failure, Pending, classify_told, collect_once, deliver_once
from corridor.faults import Fault, Side
from corridor.notary import canonical, dsse
from corridor.seal import age


def test_a_letter_arrives_and_its_receipt_binds_letter_act_states_time_and_log_entry(
    aurelia: Node, borealia: Node, carry: Carry, clock: Clock
) -> None:
    job = aurelia.job(borealia)
    outcome = carry(aurelia, borealia, job)
    assert isinstance(outcome, Delivered)
    receipt = outcome.verified.receipt
    assert (receipt.letter, receipt.act_id) == (job.digest, job.act_id)
    assert (receipt.from_state, receipt.to_state) == ("XAA", "XBB")
    assert receipt.received_at == clock()
    assert outcome.verified.checkpoint.origin == borealia.origin
    assert borealia.mailroom.effects == [job.act_id]
    assert borealia.mailroom.letters[0].act == aurelia.mailroom.acts[job.act_id]


def test_a_repeated_letter_has_one_effect_and_the_same_receipt_byte_for_byte(
    aurelia: Node, borealia: Node, carry: Carry, clock: Clock
) -> None:
    job = aurelia.job(borealia)
    first = carry(aurelia, borealia, job)
    clock.turn(days=3)
    aurelia.mailroom.returned.clear()
    again = carry(aurelia, borealia, job)
    assert isinstance(first, Delivered)
    assert isinstance(again, Delivered)
    assert again.raw == first.raw
    assert borealia.mailroom.effects == [job.act_id]
    assert borealia.mailroom.log.size == 1


def test_a_lost_answer_is_asked_for_again_and_nothing_is_doubled(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    client = aurelia.client(borealia)
    wire_of(client).lose_answers = 1
    outcome = deliver_once(client, job, at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert outcome.retry
    assert outcome.peer_down
    assert isinstance(deliver_once(client, job, at=aurelia.clock()), Delivered)
    assert borealia.mailroom.effects == [job.act_id]


def test_a_receipt_lost_on_its_way_back_is_handed_in_again(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    client = borealia.client(aurelia)
    client.post_receipt = lambda *_: (_ for _ in ()).throw(  # type: ignore[method-assign]
        ExchangeFault("exchange.peer.unreachable", state="XAA", reason="cut")
    )
    collected = collect_once(client, borealia.office.receive)
    assert [failure.code for _, failure in collected.failures] == ["exchange.peer.unreachable"]
    assert aurelia.mailroom.returned == {}
    assert collect_once(borealia.client(aurelia), borealia.office.receive).receipted == (job.letter_id,)
    assert borealia.mailroom.effects == [job.act_id]
    assert collect_once(borealia.client(aurelia), borealia.office.receive).receipted == ()


def test_handing_in_a_receipt_twice_changes_nothing(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    collect_once(borealia.client(aurelia), borealia.office.receive)
    held = aurelia.mailroom.returned[job.letter_id]
    borealia.client(aurelia).post_receipt(job.letter_id, held)
    assert aurelia.mailroom.returned == {job.letter_id: held}


def test_letters_out_of_order_are_each_receipted(aurelia: Node, borealia: Node, carry: Carry) -> None:
    first, second = (aurelia.job(borealia, aurelia.act(text)) for text in ("first", "second"))
    assert isinstance(carry(aurelia, borealia, second), Delivered)
    assert isinstance(carry(aurelia, borealia, first), Delivered)
    assert sorted(borealia.mailroom.effects) == sorted([first.act_id, second.act_id])


def test_until_the_log_has_numbered_the_act_there_is_no_receipt_and_one_effect(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    borealia.mailroom.sequencing = False
    job = aurelia.job(borealia)
    assert isinstance(carry(aurelia, borealia, job), Pending)
    borealia.mailroom.sequencing = True
    assert isinstance(carry(aurelia, borealia, job), Delivered)
    assert borealia.mailroom.effects == [job.act_id]


def test_a_letter_sealed_again_after_a_change_of_recipients_has_no_second_effect(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    act = aurelia.act()
    first, again = aurelia.job(borealia, act), aurelia.job(borealia, act)
    one = carry(aurelia, borealia, first)
    two = carry(aurelia, borealia, again)
    assert isinstance(one, Delivered)
    assert isinstance(two, Delivered)
    assert borealia.mailroom.effects == [first.act_id]
    assert one.verified.receipt.log_index == two.verified.receipt.log_index
    assert one.verified.receipt.received_at == two.verified.receipt.received_at


def test_the_sender_in_trouble_or_the_receiver_in_trouble_loses_nothing(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    borealia.mailroom.breaks = True
    job = aurelia.job(borealia)
    outcome = carry(aurelia, borealia, job)
    assert isinstance(outcome, Failure)
    assert outcome.retry
    assert outcome.code in ("exchange.peer.trouble", "exchange.office.trouble")
    assert borealia.refusals == [("XAA", "exchange.office.trouble")]
    borealia.mailroom.breaks = False
    assert isinstance(carry(aurelia, borealia, job), Delivered)


def test_a_refused_act_is_told_by_its_code_and_not_tried_again(aurelia: Node, borealia: Node) -> None:
    class Refused(Fault):
        pass

    borealia.mailroom.refuses = Refused("exchange.letter.refused", reason="casework.act.not-authentic")
    outcome = deliver_once(aurelia.client(borealia), aurelia.job(borealia), at=aurelia.clock())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.retry, outcome.side) == ("exchange.letter.refused", False, Side.OURS)
    assert borealia.refusals == [("XAA", "exchange.letter.refused")]


def test_a_fetched_letter_that_is_refused_is_told_to_its_sender(aurelia: Node, borealia: Node) -> None:
    borealia.mailroom.refuses = ExchangeFault("exchange.letter.refused", reason="casework.act.not-authentic")
    job = aurelia.job(borealia)
    collect_once(borealia.client(aurelia), borealia.office.receive)
    assert aurelia.mailroom.told == {job.letter_id: "exchange.letter.refused"}
    failure = classify_told(aurelia.mailroom.told[job.letter_id], "XBB")
    assert (failure.code, failure.retry, failure.side) == ("exchange.letter.refused", False, Side.OURS)


def test_a_fetched_letter_that_does_not_open_is_sealed_again(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    job = aurelia.job(borealia)
    borealia.identity = age.generate("hybrid")
    borealia.recipient = str(borealia.identity.recipient)
    outcome = carry(aurelia, borealia, job)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.reseal, outcome.retry) == ("exchange.letter.cannot-open", True, True)
    again = aurelia.job(borealia, aurelia.mailroom.acts[job.act_id])
    del aurelia.mailroom.outgoing["XBB"][job.letter_id]
    assert isinstance(carry(aurelia, borealia, again), Delivered)


def test_one_letter_that_cannot_be_taken_does_not_hold_up_the_next(aurelia: Node, borealia: Node) -> None:
    bad, good = aurelia.job(borealia, aurelia.act("bad")), aurelia.job(borealia, aurelia.act("good"))
    sent = aurelia.mailroom.outgoing["XBB"]
    broken = sent[bad.letter_id].raw[:-1] + b"\x00"
    sent[bad.letter_id] = replace(sent[bad.letter_id], raw=broken)
    collected = collect_once(borealia.client(aurelia), borealia.office.receive)
    assert collected.receipted == (good.letter_id,)
    assert [letter_id for letter_id, _ in collected.failures] == [bad.letter_id]


def test_the_other_node_is_down_for_days_and_then_back(aurelia: Node, borealia: Node, clock: Clock) -> None:
    job = aurelia.job(borealia)
    client = aurelia.client(borealia)
    wire_of(client).down = True
    for _ in range(20):
        outcome = deliver_once(client, job, at=clock())
        assert isinstance(outcome, Failure)
        assert (outcome.side, outcome.retry, outcome.peer_down) == (Side.THEIRS, True, True)
        clock.turn(hours=3)
    wire_of(client).down = False
    assert isinstance(deliver_once(client, job, at=clock()), Delivered)


def test_a_letter_carries_a_checkpoint_and_a_freshly_signed_entry(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    entry = dsse.sign(
        "application/vnd.corridor.entry+json", canonical.dumps({"state": "XAA"}), aurelia.officer_key
    )
    job = aurelia.job(borealia, checkpoint=borealia.mailroom.log.checkpoint(), entry=entry.to_json())
    assert isinstance(carry(aurelia, borealia, job), Delivered)
    letter = borealia.mailroom.letters[0]
    assert letter.checkpoint == borealia.mailroom.log.checkpoint() or letter.checkpoint is not None
    assert letter.entry == entry.to_json()


def test_a_node_with_a_wrong_clock_still_posts_and_still_fetches(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    """Nobody's wrong clock may keep a request to preserve from arriving."""
    borealia.clock = wrong = Clock(aurelia.clock() - timedelta(days=400))
    borealia.office._clock = wrong
    job = aurelia.job(borealia)
    assert isinstance(carry(aurelia, borealia, job), Delivered)


def test_a_wrong_clock_is_named_where_asking_again_does_not_help(aurelia: Node, borealia: Node) -> None:
    client = borealia.client(aurelia)
    wire = wire_of(client)
    headers = client._sign("GET", "/exchange/v1/letters", None, 0)
    aurelia.clock.turn(hours=1)
    with (
        pytest.raises(ExchangeFault) as caught,
        client._sent("GET", "/exchange/v1/letters", headers, None),
    ):
        pass
    assert caught.value.code == "exchange.request.clock"
    assert wire.answers[0].status == 403


@pytest.mark.parametrize("scheme", ["ed25519", "ecdsa-sha2-nistp256", "ml-dsa-65"])
def test_requests_are_signed_with_any_notary_key(tmp_path, clock: Clock, borealia: Node, scheme: str) -> None:  # type: ignore[no-untyped-def]
    sender = Node("XCC", tmp_path, clock, scheme=scheme)
    borealia.directory["XCC"] = sender.entry()
    outcome = deliver_once(sender.client(borealia), sender.job(borealia), at=clock())
    assert isinstance(outcome, Delivered)


def test_a_missing_act_is_fetched_by_id_from_a_member(aurelia: Node, borealia: Node, cyrenia: Node) -> None:
    act = aurelia.act("seen elsewhere")
    job = aurelia.job(borealia, act)
    borealia.mailroom.acts[job.act_id] = act
    borealia.mailroom.members[job.act_id] = {"XAA", "XBB"}
    assert aurelia.client(borealia).fetch_act(job.act_id, [aurelia.identity]) == act
    with pytest.raises(ExchangeFault) as caught:
        cyrenia.client(borealia).fetch_act(job.act_id, [cyrenia.identity])
    assert caught.value.code == "exchange.noise"


def test_a_receipt_can_be_asked_for_by_the_digest_of_its_letter(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    client = aurelia.client(borealia)
    with pytest.raises(ExchangeFault, match="noise"):
        client.receipt_for(job.digest)
    outcome = deliver_once(client, job, at=aurelia.clock())
    assert isinstance(outcome, Delivered)
    assert client.receipt_for(job.digest) == outcome.raw


def test_a_restored_node_asks_its_peers_what_they_hold_from_it(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    deliver_once(aurelia.client(borealia), job, at=aurelia.clock())
    assert aurelia.client(borealia).held_from_us() == {"acts": [job.act_id]}


def test_a_receipt_for_another_letter_act_or_state_is_refused(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    outcome = deliver_once(aurelia.client(borealia), job, at=aurelia.clock())
    assert isinstance(outcome, Delivered)
    right = {
        "letter": job.digest,
        "act_id": job.act_id,
        "from_state": "XAA",
        "to_state": "XBB",
        "node_keys": (borealia.node_key.public,),
        "log_key": borealia.log_key.public,
        "log_origin": borealia.origin,
    }
    verify_receipt(outcome.raw, **right)  # type: ignore[arg-type]
    for change, code in (
        ({"letter": "00" * 32}, "exchange.receipt.mismatch"),
        ({"act_id": "00" * 32}, "exchange.receipt.mismatch"),
        ({"from_state": "XCC"}, "exchange.receipt.mismatch"),
        ({"to_state": "XCC"}, "exchange.receipt.mismatch"),
        ({"log_origin": "elsewhere.example/log"}, "exchange.receipt.mismatch"),
        ({"node_keys": (aurelia.node_key.public,)}, "exchange.receipt.signature"),
        ({"log_key": aurelia.log_key.public}, "exchange.receipt.log"),
        ({"log_key": None}, "exchange.receipt.log"),
    ):
        with pytest.raises(ExchangeFault) as caught:
            verify_receipt(outcome.raw, **(right | change))  # type: ignore[arg-type]
        assert caught.value.code == code


def test_the_letter_is_sealed_for_its_addressee_alone(aurelia: Node, borealia: Node, cyrenia: Node) -> None:
    job = aurelia.job(borealia)
    assert open_letter(job.raw, [borealia.identity]).act_id == job.act_id
    with pytest.raises(ExchangeFault, match="cannot-open"):
        open_letter(job.raw, [cyrenia.identity])
