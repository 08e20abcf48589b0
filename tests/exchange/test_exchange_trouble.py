"""Bad input and hostile peers: a coded refusal on the side that can act, the case intact, strangers told
nothing.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from exchange_world import Carry, Clock, Node, ScriptedWire, wire_of

from corridor.exchange import (
    ExchangeFault,
    Request,
    Response,
    SignedLetter,
    new_letter,
    seal_letter,
    sign_letter,
)
from corridor.exchange.client import Client
from corridor.exchange.letter import LETTER_LIMIT, decode, encode, letter_digest, open_letter
from corridor.exchange.limits import Limits
from corridor.exchange.message import LETTERS
from corridor.exchange.office import NOISE
from corridor.exchange.outbox import Delivered, Failure, Job, deliver_once
from corridor.exchange.request import sign_request
from corridor.notary import canonical
from corridor.seal import age


def signed(sender: Node, receiver: Node, job: Job) -> SignedLetter:
    return sign_letter(
        job.raw,
        letter_id=job.letter_id,
        sender=sender.sender,
        to_state=receiver.state,
        at=sender.clock(),
    )


class Counted:
    """A body that counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        block = b"\x00" * min(size, self.left)
        self.left -= len(block)
        self.taken += len(block)
        return block


@pytest.mark.parametrize("where", [0, 100, -17, -1])
def test_one_byte_changed_in_the_sealed_letter(aurelia: Node, borealia: Node, where: int) -> None:
    """The signed digest notices before anything is decrypted."""
    job = aurelia.job(borealia)
    letter = signed(aurelia, borealia, job)
    data = bytearray(job.raw)
    data[where] ^= 1
    response = borealia.office.handle(replace(letter, raw=bytes(data)).request())
    assert response.status == 400
    assert borealia.refusals == [("XAA", "exchange.request.body-digest")]
    assert borealia.mailroom.effects == []


def test_one_byte_changed_in_a_fetched_letter(aurelia: Node, borealia: Node) -> None:
    letter = signed(aurelia, borealia, aurelia.job(borealia))
    with pytest.raises(ExchangeFault, match="body-digest"):
        borealia.office.receive(replace(letter, raw=letter.raw[:-1] + b"?"))
    assert borealia.mailroom.effects == []


@pytest.mark.parametrize(
    "name", ["corridor-from", "corridor-to", "corridor-letter", "content-digest", "signature"]
)
def test_one_character_changed_in_a_signed_header_is_noise(aurelia: Node, borealia: Node, name: str) -> None:
    letter = signed(aurelia, borealia, aurelia.job(borealia))
    value = letter.headers[name]
    middle = len(value) // 2
    other = "A" if value[middle] != "A" else "B"
    if name == "corridor-letter":
        other = "0" if value[middle] != "0" else "1"
    changed = dict(letter.headers) | {name: value[:middle] + other + value[middle + 1 :]}
    assert borealia.office.handle(SignedLetter(changed, letter.raw).request()) is NOISE
    assert borealia.mailroom.effects == []


def test_a_letter_from_an_unknown_state_is_noise(tmp_path, clock: Clock, borealia: Node) -> None:  # type: ignore[no-untyped-def]
    dorsania = Node("XDD", tmp_path, clock)
    outcome = deliver_once(dorsania.client(borealia), dorsania.job(borealia), at=clock())
    assert isinstance(outcome, Failure)
    assert outcome.code == "exchange.noise"
    assert borealia.refusals == [("XDD", "exchange.request.unknown-peer")]


def test_a_known_state_with_a_key_the_directory_does_not_list_is_noise(
    tmp_path,
    clock: Clock,
    aurelia: Node,
    borealia: Node,  # type: ignore[no-untyped-def]
) -> None:
    impostor = Node("XAA", tmp_path / "other", clock)
    assert borealia.office.handle(signed(impostor, borealia, impostor.job(borealia)).request()) is NOISE
    assert borealia.refusals == [("XAA", "exchange.request.signature")]


def test_every_noise_has_the_same_bytes(
    tmp_path, clock: Clock, aurelia: Node, borealia: Node, cyrenia: Node
) -> None:  # type: ignore[no-untyped-def]
    """A stranger, a wrong signature, a path that is none, an absent act, somebody else's act: one answer."""
    dorsania = Node("XDD", tmp_path, clock)
    act = aurelia.act()
    job = aurelia.job(borealia, act)
    borealia.mailroom.acts[job.act_id] = act
    borealia.mailroom.members[job.act_id] = {"XAA"}

    def ask(node: Node, target: str) -> Request:
        headers = sign_request("GET", target, sender=node.sender, to_state="XBB", at=clock())
        return Request("GET", target, headers)

    asked = [
        ask(dorsania, "/exchange/v1/letters"),
        ask(cyrenia, f"/exchange/v1/acts/{job.act_id}"),
        ask(cyrenia, "/exchange/v1/acts/" + "0" * 64),
        ask(cyrenia, "/exchange/v1/packages/" + "0" * 64),
        ask(cyrenia, "/exchange/v1/letters/" + "0" * 32),
        ask(cyrenia, "/exchange/v1/receipts/" + "0" * 64),
        ask(cyrenia, "/exchange/v1/nothing"),
        ask(cyrenia, "/"),
        Request("GET", "/exchange/v1/letters"),
        Request("DELETE", "/exchange/v1/letters", {"corridor-from": "XAA", "corridor-to": "XBB"}),
    ]
    answers = {borealia.office.handle(request) for request in asked}
    assert answers == {NOISE}


def test_a_letter_replayed_by_somebody_else_gives_the_stored_receipt_and_no_second_effect(
    aurelia: Node, borealia: Node, clock: Clock
) -> None:
    letter = signed(aurelia, borealia, aurelia.job(borealia))
    first = borealia.office.handle(letter.request())
    clock.turn(days=40)
    again = borealia.office.handle(letter.request())
    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body
    assert len(borealia.mailroom.effects) == 1


def test_any_other_request_replayed_is_refused(aurelia: Node, borealia: Node, clock: Clock) -> None:
    headers = sign_request("GET", LETTERS, sender=aurelia.sender, to_state="XBB", at=clock())
    request = Request("GET", LETTERS, headers)
    assert borealia.office.handle(request).status == 200
    assert borealia.office.handle(request).status == 403
    assert borealia.refusals == [("XAA", "exchange.request.replayed")]


def test_a_signature_for_one_target_method_or_state_is_good_for_no_other(
    aurelia: Node, borealia: Node, cyrenia: Node, clock: Clock
) -> None:
    headers = sign_request("GET", LETTERS, sender=aurelia.sender, to_state="XBB", at=clock())
    assert borealia.office.handle(Request("GET", "/exchange/v1/held", headers)) is NOISE
    assert borealia.office.handle(Request("GET", LETTERS + "?x=1", headers)) is NOISE
    assert cyrenia.office.handle(Request("GET", LETTERS, headers)) is NOISE
    letter = signed(aurelia, borealia, aurelia.job(borealia))
    assert cyrenia.office.handle(letter.request()) is NOISE
    assert cyrenia.refusals == [("XAA", "exchange.request.not-for-us")] * 2


def test_a_letter_opened_and_sealed_again_for_another_state(
    aurelia: Node, borealia: Node, cyrenia: Node
) -> None:
    """Borealia opens Aurelia's letter and sends its content on to Cyrenia, as Aurelia's or as its own."""
    job = aurelia.job(borealia)
    inner = open_letter(job.raw, [borealia.identity])
    raw = seal_letter(inner, [str(cyrenia.identity.recipient)])
    forwarded = Job(inner.id, inner.act_id, letter_digest(raw), raw)
    outcome = deliver_once(borealia.client(cyrenia), forwarded, at=borealia.clock())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.retry) == ("exchange.letter.misaddressed", False)
    for name in ("from_state", "to_state"):
        half = replace(inner, **{name: "XBB" if name == "from_state" else "XCC"})
        raw = seal_letter(half, [str(cyrenia.identity.recipient)])
        outcome = deliver_once(
            borealia.client(cyrenia), Job(half.id, half.act_id, letter_digest(raw), raw), at=borealia.clock()
        )
        assert isinstance(outcome, Failure)
        assert outcome.code == "exchange.letter.misaddressed"
    assert cyrenia.mailroom.effects == []


def test_a_letter_under_another_letters_name_is_refused(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    renamed = signed(aurelia, borealia, replace(job, letter_id="0" * 32))
    assert borealia.office.handle(renamed.request()).status == 422
    assert borealia.refusals == [("XAA", "exchange.letter.misaddressed")]


def test_a_letter_that_names_another_act_is_refused(aurelia: Node, borealia: Node) -> None:
    letter = new_letter(from_state="XAA", to_state="XBB", act=aurelia.act("one"))
    other = new_letter(from_state="XAA", to_state="XBB", act=aurelia.act("two"))
    body = canonical.loads(encode(letter))
    body["act_id"] = other.act_id
    with pytest.raises(ExchangeFault) as caught:
        decode(canonical.dumps(body))
    assert caught.value.code == "exchange.letter.act-id"


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda body: body.pop("act"), "act"),
        (lambda body: body.update(corridor="letter/2"), "version"),
        (lambda body: body.update(letter="x"), "letter id"),
        (lambda body: body.update({"from": "aurelia"}), "from"),
        (lambda body: body.update(to=7), "to"),
        (lambda body: body.update({"class": "mixed"}), "class"),
        (lambda body: body.update(checkpoint={}), "checkpoint"),
        (lambda body: body.update(entry=[]), "entry"),
        (lambda body: body.update(act={"payload": ""}), "act"),
    ],
)
def test_what_is_inside_the_seal_is_read_strictly(
    aurelia: Node, change: Callable[[dict[str, object]], object], fact: str
) -> None:
    body = canonical.loads(encode(new_letter(from_state="XAA", to_state="XBB", act=aurelia.act())))
    change(body)
    with pytest.raises(ExchangeFault) as caught:
        decode(canonical.dumps(body))
    assert caught.value.code == "exchange.letter.malformed"
    assert fact in caught.value.facts["fact"]


def test_fields_a_later_version_added_are_kept(aurelia: Node) -> None:
    body = canonical.loads(encode(new_letter(from_state="XAA", to_state="XBB", act=aurelia.act())))
    body["later"] = {"kept": True}
    assert encode(decode(canonical.dumps(body))) == canonical.dumps(body)


def test_a_letter_of_100_mb_is_refused_before_a_byte_of_it_is_read(aurelia: Node, borealia: Node) -> None:
    size = 100 * 1024 * 1024
    headers = sign_request(
        "POST",
        LETTERS,
        sender=aurelia.sender,
        to_state="XBB",
        at=aurelia.clock(),
        digest=hashlib.sha256(b"").digest(),
        letter_id="0" * 32,
    )
    body = Counted(size)
    response = borealia.office.handle(Request("POST", LETTERS, headers | {"content-length": str(size)}, body))
    assert (response.status, body.taken) == (413, 0)
    assert borealia.refusals == [("XAA", "exchange.request.too-large")]
    stranger = Counted(size)
    unsigned = {"corridor-from": "XAA", "corridor-to": "XBB", "content-length": str(size)}
    assert borealia.office.handle(Request("POST", LETTERS, unsigned, stranger)) is NOISE
    assert stranger.taken == 0


def test_a_body_longer_than_announced_is_not_read_on(aurelia: Node, borealia: Node) -> None:
    job = aurelia.job(borealia)
    letter = signed(aurelia, borealia, job)
    body = BytesIO(job.raw + b"\x00" * 1000)
    response = borealia.office.handle(Request("POST", LETTERS, letter.headers, body))
    assert response.status == 200
    assert body.tell() == len(job.raw)


def test_a_body_without_length_and_a_cut_body(aurelia: Node, borealia: Node) -> None:
    letter = signed(aurelia, borealia, aurelia.job(borealia))
    headers = {name: value for name, value in letter.headers.items() if name != "content-length"}
    assert borealia.office.handle(Request("POST", LETTERS, headers, BytesIO(letter.raw))).status == 411
    assert (
        borealia.office.handle(Request("POST", LETTERS, letter.headers, BytesIO(letter.raw[:50]))).status
        == 400
    )
    assert borealia.mailroom.effects == []


def test_a_letter_too_large_to_carry_is_refused_at_home(aurelia: Node, borealia: Node) -> None:
    big = new_letter(from_state="XAA", to_state="XBB", act=aurelia.act("x" * 2_900_000))
    too_big = replace(big, unknown={"more": "x" * LETTER_LIMIT})
    with pytest.raises(ExchangeFault, match="too-large"):
        seal_letter(too_big, [str(borealia.identity.recipient)])


def test_classes_are_never_mixed(aurelia: Node, borealia: Node) -> None:
    letter = new_letter(from_state="XAA", to_state="XBB", act=aurelia.act())
    classic = str(age.generate("classic").recipient)
    with pytest.raises(ExchangeFault, match="mixed-classes"):
        seal_letter(letter, [str(borealia.identity.recipient), classic])
    with pytest.raises(ExchangeFault, match="mixed-classes"):
        seal_letter(replace(letter, cls="classic"), [str(borealia.identity.recipient)])
    with pytest.raises(ExchangeFault, match="no-recipient"):
        seal_letter(letter, [])


def test_one_state_that_sends_too_often_is_told_to_wait_and_others_are_not_slowed(
    tmp_path,
    clock: Clock,
    aurelia: Node,
    cyrenia: Node,  # type: ignore[no-untyped-def]
) -> None:
    busy = Node("XBB", tmp_path / "busy", clock, limits=Limits(per_second=1, burst=3))
    busy.directory |= {"XAA": aurelia.entry(), "XCC": cyrenia.entry()}
    outcomes = [deliver_once(aurelia.client(busy), aurelia.job(busy), at=clock()) for _ in range(5)]
    assert [isinstance(outcome, Delivered) for outcome in outcomes] == [True, True, True, False, False]
    last = outcomes[-1]
    assert isinstance(last, Failure)
    assert (last.code, last.retry, last.peer_down) == ("exchange.request.too-often", True, False)
    assert last.wait is not None
    assert isinstance(deliver_once(cyrenia.client(busy), cyrenia.job(busy), at=clock()), Delivered)
    clock.turn(seconds=last.wait.total_seconds())
    assert isinstance(deliver_once(aurelia.client(busy), aurelia.job(busy), at=clock()), Delivered)


def test_noise_from_a_stranger_uses_up_nobodys_rate(tmp_path, clock: Clock, aurelia: Node) -> None:  # type: ignore[no-untyped-def]
    busy = Node("XBB", tmp_path / "busy", clock, limits=Limits(per_second=1, burst=2))
    busy.directory |= {"XAA": aurelia.entry()}
    impostor = Node("XAA", tmp_path / "impostor", clock)
    for _ in range(20):
        busy.office.handle(signed(impostor, busy, impostor.job(busy)).request())
    assert isinstance(deliver_once(aurelia.client(busy), aurelia.job(busy), at=clock()), Delivered)


def test_a_bug_in_the_receiving_node_tells_nothing_of_itself(aurelia: Node, borealia: Node) -> None:
    borealia.mailroom.breaks = True
    client = aurelia.client(borealia)
    deliver_once(client, aurelia.job(borealia), at=aurelia.clock())
    body = wire_of(client).answers[0].body
    assert isinstance(body, bytes)
    assert canonical.loads(body) == {"code": "exchange.office.trouble", "facts": {}, "retry": True}


def test_an_answer_that_is_no_receipt_leaves_the_letter_in_the_outbox(
    aurelia: Node, borealia: Node, carry: Carry
) -> None:
    borealia.mailroom.node_key = aurelia.node_key  # borealia's receipts are now signed by a key nobody listed
    job = aurelia.job(borealia)
    outcome = carry(aurelia, borealia, job)
    assert isinstance(outcome, Failure)
    assert outcome.retry
    assert outcome.code in ("exchange.receipt.signature", "exchange.letter.refused", "exchange.peer.trouble")
    assert aurelia.mailroom.returned == {}


def test_hostile_answers_are_bounded_and_believed_in_nothing(aurelia: Node, borealia: Node) -> None:
    def client(status: int, body: bytes) -> Client:
        return Client(borealia.entry(), aurelia.sender, ScriptedWire(status, body), clock=aurelia.clock)

    job = aurelia.job(borealia)
    for status, body, code in (
        (302, b"", "exchange.peer.redirect"),
        (500, b"<html>", "exchange.peer.trouble"),
        (422, b'{"code":"<script>"}', "exchange.peer.trouble"),
        (422, b'{"code":["x"]}', "exchange.peer.trouble"),
        (422, b'{"code":"a.b","facts":{"limit":"x"}}', "exchange.letter.refused"),
        (200, b"x" * 500_000, "exchange.peer.answer"),
        (200, b"{}", "exchange.receipt.malformed"),
        (404, b"anything", "exchange.noise"),
    ):
        outcome = deliver_once(client(status, body), job, at=aurelia.clock())
        assert isinstance(outcome, Failure)
        assert outcome.code == code
    with pytest.raises(ExchangeFault, match="malformed"):
        client(200, b'{"letters":[{"letter":"../../x"}]}').fetch_waiting()
    with pytest.raises(ExchangeFault, match="malformed"):
        client(200, b'{"files":[{"name":"../../x","size":1,"sha256":"' + b"0" * 64 + b'"}]}').package_listing(
            "0" * 64
        )


def test_a_state_that_drips_its_bodies_holds_its_own_places_only(
    aurelia: Node, borealia: Node, cyrenia: Node
) -> None:
    """Ten requests of one State hang in their bodies: its eleventh waits, another State's letter is taken at once."""
    go = threading.Event()

    class Dripping:
        def read(self, size: int, /) -> bytes:
            assert go.wait(10)
            return b""

    answers: list[int] = []

    def hang() -> None:
        request = signed(aurelia, borealia, aurelia.job(borealia)).request()
        answers.append(borealia.office.handle(replace(request, body=Dripping())).status)

    hanging = [threading.Thread(target=hang) for _ in range(Limits().at_once)]
    for thread in hanging:
        thread.start()
    busy = borealia.office._busy
    while busy._count.get("XAA", 0) < Limits().at_once:
        time.sleep(0.01)
    refused = borealia.office.handle(signed(aurelia, borealia, aurelia.job(borealia)).request())
    other = borealia.office.handle(signed(cyrenia, borealia, cyrenia.job(borealia)).request())
    go.set()
    for thread in hanging:
        thread.join(10)
    assert (refused.status, dict(refused.headers)) == (429, {"retry-after": "1"})
    assert other.status == 200
    assert answers == [400] * len(hanging)
    assert borealia.office.handle(signed(aurelia, borealia, aurelia.job(borealia)).request()).status == 200


def test_an_answer_nobody_reads_gives_its_place_back(aurelia: Node, borealia: Node) -> None:
    package = borealia.mailroom.packages
    package["ab" * 32] = ("XAA", {"bagit.txt": b"x" * 10})
    target = f"{LETTERS.removesuffix('/letters')}/packages/{'ab' * 32}/files/bagit.txt"

    def ask() -> Response:
        headers = sign_request("GET", target, sender=aurelia.sender, to_state="XBB", at=borealia.clock())
        return borealia.office.handle(Request("GET", target, headers))

    for _ in range(3 * Limits().at_once):
        response = ask()
        assert response.status == 200
        assert not isinstance(response.body, bytes)
        close = getattr(response.body, "close", None)
        assert close is not None
        close()
