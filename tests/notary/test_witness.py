"""A witness cosigns what extends the last it cosigned and nothing else; a majority is what makes
"witnessed"."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.notary import KeyUse, NotaryFault, PublicKey, SigningKey, keys, merkle, witness
from corridor.notary.checkpoint import checkpoint_text, sign_checkpoint, verify_checkpoint

ORIGIN = "aurelia.example/log"
LEAVES = [hashlib.sha256(b"%d" % number).digest() for number in range(20)]
TREE, OTHER = merkle.Tree(LEAVES), merkle.Tree(LEAVES[:3] + LEAVES[5:] + LEAVES[3:5])


class Remembered:
    """A memory in memory, which can be told to lose a race."""

    def __init__(self) -> None:
        self.notes: dict[str, bytes] = {}
        self.lose: Callable[[], None] | None = None
        self._turn = threading.Lock()

    def last(self, origin: str) -> bytes | None:
        return self.notes.get(origin)

    def replace(self, origin: str, old: bytes | None, new: bytes) -> bool:
        if self.lose is not None:
            self.lose()
        with self._turn:
            if self.notes.get(origin) != old:
                return False
            self.notes[origin] = new
            return True


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return keys.generate(KeyUse.WITNESS)


@pytest.fixture
def borealia(key: SigningKey, log_key: SigningKey) -> witness.Witness:
    return witness.Witness("borealia.example/w", key, Remembered(), {ORIGIN: log_key.public}.get)


def head(size: int, log_key: SigningKey, tree: merkle.Tree = TREE) -> bytes:
    return sign_checkpoint(ORIGIN, size, tree.root(size), log_key)


def refused(call: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(NotaryFault) as caught:
        call()
    assert caught.value.log_text
    return caught.value.code, caught.value.facts


# -- cosignatures


def test_the_line_is_what_the_specification_says(
    key: SigningKey, log_key: SigningKey, noon: datetime
) -> None:
    """Written out by hand: name, key id of type 4, eight bytes of time, a signature over three lines more."""
    note = head(5, log_key)
    line = witness.cosign(note, "borealia.example/w", key, noon).decode()
    dash, name, blob = line.rstrip("\n").split(" ")
    data = base64.b64decode(blob)
    assert (dash, name, line[-1]) == ("—", "borealia.example/w", "\n")
    assert data[:4] == hashlib.sha256(b"borealia.example/w\n\x04" + key.public.raw).digest()[:4]
    assert int.from_bytes(data[4:12], "big") == int(noon.timestamp())
    said = f"cosignature/v1\ntime {int(noon.timestamp())}\n".encode() + note.rpartition(b"\n\n")[0] + b"\n"
    public = Ed25519PublicKey.from_public_bytes(key.public.raw)
    public.verify(data[12:], said)
    with pytest.raises(InvalidSignature):
        public.verify(data[12:], note.rpartition(b"\n\n")[0] + b"\n")


def test_the_example_of_the_specification_is_read() -> None:
    """The note in tlog-cosignature has a cosignature of 2023; its keys are not published, its form is."""
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
        "xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
    assert checkpoint_text(example).endswith(b"q2I=\n")
    assert witness.add_cosignatures(example) == example


def test_who_cosigned_and_when(key: SigningKey, log_key: SigningKey, noon: datetime) -> None:
    note = head(5, log_key)
    other = keys.generate(KeyUse.WITNESS)
    cosigned = witness.add_cosignatures(
        note,
        witness.cosign(note, "b.example/w", key, noon),
        witness.cosign(note, "c.example/w", other, noon + timedelta(seconds=1.9)),
    )
    assert verify_checkpoint(cosigned, log_key.public, ORIGIN).size == 5
    both = {"b.example/w": key.public, "c.example/w": other.public}
    assert witness.verify_cosignatures(cosigned, both) == (
        witness.VerifiedCosignature("b.example/w", noon),
        witness.VerifiedCosignature("c.example/w", noon + timedelta(seconds=1)),
    )
    assert witness.verify_cosignatures(note, both) == ()
    # A name alone, or a key alone, is not a known witness.
    assert witness.verify_cosignatures(cosigned, {"b.example/w": other.public}) == ()
    assert witness.verify_cosignatures(cosigned, {"d.example/w": key.public}) == ()


def test_a_false_line_of_a_known_witness_spoils_the_note(
    key: SigningKey, log_key: SigningKey, noon: datetime
) -> None:
    note, name = head(5, log_key), "b.example/w"
    line = witness.cosign(note, name, key, noon)
    data = base64.b64decode(line.split()[2])

    def with_line(spoilt: bytes) -> bytes:
        return note + b"\xe2\x80\x94 b.example/w " + base64.b64encode(spoilt) + b"\n"

    later = data[:4] + (int(noon.timestamp()) + 1).to_bytes(8, "big") + data[12:]
    for spoilt, code in (
        (with_line(data[:-1] + bytes([data[-1] ^ 1])), "notary.signature.invalid"),
        (with_line(later), "notary.signature.invalid"),
        (with_line(data[:-1]), "notary.cosignature.malformed"),
        (with_line(data[:10]), "notary.cosignature.malformed"),
        (with_line(data[:4] + b"\xff" * 8 + data[12:]), "notary.cosignature.malformed"),
        (note + line + line, "notary.checkpoint.malformed"),
        (head(6, log_key) + line, "notary.signature.invalid"),
    ):
        assert refused(lambda s=spoilt: witness.verify_cosignatures(s, {name: key.public}))[0] == code


def test_nobody_counts_twice(key: SigningKey, log_key: SigningKey) -> None:
    """One key under two names, or a log that is its own witness: what is signed does not name the signer."""
    note = head(5, log_key)
    twice = {"b.example/w": key.public, "c.example/w": key.public}
    assert refused(lambda: witness.verify_cosignatures(note, twice))[0] == "notary.key.twice"
    itself = {"b.example/w": PublicKey(KeyUse.WITNESS, log_key.public.sslib)}
    call = partial(witness.verify_witnessed, note, log_key.public, ORIGIN, itself)
    assert refused(call)[0] == "notary.key.twice"


def test_only_a_witness_key_witnesses(log_key: SigningKey, key: SigningKey, noon: datetime) -> None:
    note = head(5, log_key)
    assert refused(lambda: witness.cosign(note, "w", log_key, noon))[0] == "notary.key.wrong-use"
    assert (
        refused(lambda: witness.verify_cosignatures(note, {"w": log_key.public}))[0] == "notary.key.wrong-use"
    )
    for name in ("", "a b", "a+b", "a\n", "x" * 256):
        assert refused(lambda n=name: witness.cosign(note, n, key, noon))[0] == "notary.witness.name"
    assert refused(lambda: witness.cosign(note, "w", key, datetime(2026, 1, 1)))[0] == "notary.time.no-zone"
    assert refused(lambda: witness.cosign(b"nothing", "w", key, noon))[0] == "notary.checkpoint.malformed"


@pytest.mark.parametrize(("n", "most"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (31, 16)])
def test_a_majority_is_more_than_half(n: int, most: int) -> None:
    assert witness.majority(n) == most


def test_witnessed_needs_a_majority(log_key: SigningKey, noon: datetime) -> None:
    note, names = head(5, log_key), [f"{letter}.example/w" for letter in "abc"]
    signers = {name: keys.generate(KeyUse.WITNESS) for name in names}
    known = {name: signer.public for name, signer in signers.items()}
    lines = [
        witness.cosign(note, name, signers[name], noon + timedelta(minutes=place))
        for place, name in enumerate(names)
    ]

    def seen(count: int, needed: int | None = None) -> witness.VerifiedWitnessed:
        return witness.verify_witnessed(
            witness.add_cosignatures(note, *lines[:count]), log_key.public, ORIGIN, known, needed
        )

    assert [seen(count).standing for count in range(4)] == ["self-asserted"] * 2 + ["witnessed"] * 2
    assert [seen(count).at for count in range(4)] == [None, None] + [noon + timedelta(minutes=1)] * 2
    assert not seen(2, needed=3).witnessed
    assert seen(3, needed=3).at == noon + timedelta(minutes=2)
    assert not seen(1, needed=1).witnessed  # one of three is no majority, whoever says that it is enough
    nobody = witness.verify_witnessed(note, log_key.public, ORIGIN, {})
    assert (nobody.standing, nobody.at, nobody.cosignatures) == ("self-asserted", None, ())


def test_what_good_witnesses_gave_is_not_spoilt_by_bad_ones(log_key: SigningKey, noon: datetime) -> None:
    note = head(5, log_key)
    good, bad, stranger = (keys.generate(KeyUse.WITNESS) for _ in range(3))
    known = {"good": good.public, "bad": bad.public}
    mine = witness.cosign(note, "good", good, noon)
    answers = [
        b"not a line\n",
        witness.cosign(head(6, log_key), "bad", bad, noon),
        witness.cosign(note, "stranger", stranger, noon) + mine,
    ]
    assert witness.gather(note, answers, known) == note + mine
    assert witness.gather(note, [], known) == note
    # Once there, a line is not replaced by a later one.
    later = witness.cosign(note, "good", good, noon + timedelta(hours=1))
    assert witness.add_cosignatures(note + mine, later) == note + mine


def test_a_note_has_room_for_so_many(log_key: SigningKey, key: SigningKey, noon: datetime) -> None:
    note = head(5, log_key)
    lines = [witness.cosign(note, f"w{number}", key, noon) for number in range(32)]
    full = witness.add_cosignatures(note, *lines[:31])
    assert full.count(b"\n") == 3 + 1 + 32
    assert refused(lambda: witness.add_cosignatures(full, lines[31]))[0] == "notary.checkpoint.malformed"
    assert refused(lambda: witness.add_cosignatures(note, b""))[0] == "notary.checkpoint.malformed"


# -- the witness


def test_it_cosigns_what_extends_the_last(
    borealia: witness.Witness, key: SigningKey, log_key: SigningKey, noon: datetime
) -> None:
    for old, new in ((0, 3), (3, 3), (3, 8), (8, 20)):
        note = head(new, log_key)
        line = borealia.add_checkpoint(old, TREE.consistency(old, new), note, noon)
        seen = witness.verify_cosignatures(note + line, {borealia.name: key.public})
        assert [item.at for item in seen] == [noon]
        assert borealia.last(ORIGIN) == note


def test_it_cosigns_an_empty_log(borealia: witness.Witness, log_key: SigningKey, noon: datetime) -> None:
    assert borealia.add_checkpoint(0, [], head(0, log_key), noon)
    assert borealia.add_checkpoint(0, [], head(4, log_key), noon)


def test_what_it_refuses_and_with_which_code(
    borealia: witness.Witness, log_key: SigningKey, noon: datetime
) -> None:
    borealia.add_checkpoint(0, [], head(8, log_key), noon)
    path = TREE.consistency(8, 20)
    stranger = keys.generate(KeyUse.LOG)
    unknown = sign_checkpoint("dorsania.example/log", 9, bytes(32), stranger)
    changed = head(20, log_key).replace(b"\n20\n", b"\n21\n")
    for old, proof, note, status, code, facts in (
        (8, path, unknown, 404, "notary.witness.unknown-log", {}),
        (8, path, head(20, stranger), 403, "notary.checkpoint.not-signed", {}),
        (8, path, changed, 403, "notary.signature.invalid", None),
        (8, path, b"\n\n", 400, "notary.checkpoint.malformed", None),
        (8, [], head(5, log_key), 400, "notary.witness.old-size", {"old": 8, "size": 5}),
        (5, [], head(5, log_key), 409, "notary.witness.rollback", {"size": 5, "held": 8}),
        (0, [], head(5, log_key), 409, "notary.witness.rollback", {"size": 5, "held": 8}),
        (0, [], head(20, log_key), 409, "notary.witness.conflict", {"old": 0, "held": 8}),
        (
            9,
            TREE.consistency(9, 20),
            head(20, log_key),
            409,
            "notary.witness.conflict",
            {"old": 9, "held": 8},
        ),
        (8, [], head(8, log_key, OTHER), 409, "notary.log.forked", {"size": 8}),
        (8, path, head(20, log_key, OTHER), 422, "notary.proof.invalid", {}),
        (8, OTHER.consistency(8, 20), head(20, log_key, OTHER), 422, "notary.proof.invalid", {}),
        (8, [], head(20, log_key), 422, "notary.proof.invalid", {}),
        (8, path[:-1], head(20, log_key), 422, "notary.proof.invalid", {}),
        (8, [*path, path[0]], head(20, log_key), 422, "notary.proof.invalid", {}),
        (8, path, head(8, log_key), 422, "notary.proof.invalid", {}),
    ):
        found = refused(lambda o=old, p=proof, n=note: borealia.add_checkpoint(o, p, n, noon))
        assert found == (code, found[1] if facts is None else facts)
        answer = borealia.answer(witness.write_request(old, proof, note), noon)
        assert answer.status == status, code
        if code in {"notary.witness.rollback", "notary.witness.conflict"}:
            assert (answer.content_type, witness.read_size(answer.body)) == ("text/x.tlog.size", 8)
        assert borealia.last(ORIGIN) == head(8, log_key)
    answer = borealia.answer(witness.write_request(8, path, head(20, log_key)), noon)
    assert (answer.status, borealia.last(ORIGIN)) == (200, head(20, log_key))
    assert answer.body.endswith(b"\n")


def test_a_proof_from_nothing_is_empty(
    borealia: witness.Witness, log_key: SigningKey, noon: datetime
) -> None:
    call = partial(borealia.add_checkpoint, 0, [bytes(32)], head(3, log_key), noon)
    assert refused(call)[0] == "notary.proof.invalid"


def test_each_log_is_remembered_apart(key: SigningKey, log_key: SigningKey, noon: datetime) -> None:
    other = keys.generate(KeyUse.LOG)
    known = {ORIGIN: log_key.public, "cyrenia.example/log": other.public}
    borealia = witness.Witness("w", key, Remembered(), known.get)
    borealia.add_checkpoint(0, [], head(8, log_key), noon)
    borealia.add_checkpoint(0, [], sign_checkpoint("cyrenia.example/log", 3, TREE.root(3), other), noon)
    assert borealia.last(ORIGIN) == head(8, log_key)
    # The key of one log is not the key of another.
    swapped = sign_checkpoint("cyrenia.example/log", 3, TREE.root(3), log_key)
    assert refused(lambda: borealia.add_checkpoint(3, [], swapped, noon))[0] == "notary.checkpoint.not-signed"


def test_who_comes_second_is_told_so(key: SigningKey, log_key: SigningKey, noon: datetime) -> None:
    """The race the specification describes: both checked, the larger remembered first, the smaller not
    cosigned."""
    memory = Remembered()
    borealia = witness.Witness("w", key, memory, {ORIGIN: log_key.public}.get)
    memory.lose = lambda: memory.notes.setdefault(ORIGIN, head(8, log_key)) and None
    call = partial(borealia.add_checkpoint, 0, [], head(3, log_key), noon)
    assert refused(call) == ("notary.witness.conflict", {"old": 0, "held": 8})
    assert memory.notes[ORIGIN] == head(8, log_key)


def test_two_threads_cannot_have_two_histories_cosigned(
    key: SigningKey, log_key: SigningKey, noon: datetime, tmp_path: Path
) -> None:
    """Each round two forks of one size are handed in at once, over two witnesses that share a folder: one
    is cosigned."""
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        witnesses = [
            witness.Witness("w", key, witness.FolderMemory(folder), {ORIGIN: log_key.public}.get)
            for _ in range(2)
        ]
        gate = threading.Barrier(2)
        done: list[bytes | NotaryFault] = []

        def hand_in(
            one: witness.Witness, tree: merkle.Tree, gate: threading.Barrier, done: list[bytes | NotaryFault]
        ) -> None:
            gate.wait()
            try:
                done.append(one.add_checkpoint(0, [], head(8, log_key, tree), noon))
            except NotaryFault as fault:
                done.append(fault)

        threads = [
            threading.Thread(target=hand_in, args=(one, tree, gate, done))
            for one, tree in zip(witnesses, (TREE, OTHER), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([item for item in done if isinstance(item, bytes)]) == 1
        held = witnesses[0].last(ORIGIN)
        assert held in {head(8, log_key, TREE), head(8, log_key, OTHER)}
        loser = head(8, log_key, OTHER if held == head(8, log_key, TREE) else TREE)
        assert (
            refused(lambda w=witnesses[1], n=loser: w.add_checkpoint(8, [], n, noon))[0]
            == "notary.log.forked"
        )


def test_a_witness_remembers_when_it_is_opened_again(
    key: SigningKey, log_key: SigningKey, noon: datetime, tmp_path: Path
) -> None:
    for old, new in ((0, 3), (3, 8)):
        memory = witness.FolderMemory(tmp_path / "seen")
        borealia = witness.Witness("w", key, memory, {ORIGIN: log_key.public}.get)
        borealia.add_checkpoint(old, TREE.consistency(old, new), head(new, log_key), noon)
    assert not memory.replace(ORIGIN, None, b"another")
    assert not memory.replace(ORIGIN, head(3, log_key), b"another")
    assert memory.last(ORIGIN) == head(8, log_key)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans(), st.booleans()), max_size=12
    )
)
def test_whatever_is_handed_in_the_cosigned_are_one_history(
    steps: list[tuple[int, int, bool, bool]], key: SigningKey, log_key: SigningKey
) -> None:
    """Sizes never fall, and each cosigned tree is the beginning of the next."""
    borealia = witness.Witness("w", key, Remembered(), {ORIGIN: log_key.public}.get)
    noon, cosigned = datetime(2026, 3, 2, 12, tzinfo=UTC), [(0, merkle.EMPTY_ROOT)]
    for old, new, other, true_old in steps:
        tree = OTHER if other else TREE
        old = cosigned[-1][0] if true_old else old
        path = tree.consistency(old, new) if old <= new else []
        try:
            borealia.add_checkpoint(old, path, head(new, log_key, tree), noon)
        except NotaryFault:
            continue
        before, root = cosigned[-1]
        assert new >= before
        assert tree.root(before) == root
        cosigned.append((new, tree.root(new)))


HASH_LINE = b"A" * 43 + b"=\n"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 0\n", b"old 0", b"old 00\n\nx", b"old -1\n\nx", b"old\n\nx", b"new 0\n\nx",
        b"old 1\nAAAA\n\nx", b"old 1\n\xff\n\nx", b"old 1\n" + HASH_LINE[:-1] + b"!\n\nx",
        b"old 1\r\n\nx", b"old " + b"9" * 19 + b"\n\nx", b"old 1\n" + HASH_LINE * 64 + b"\nx",
        b"old 1\n\n" + b"x" * 200_000,
    ],
)  # fmt: skip
def test_a_body_that_is_no_request(body: bytes, borealia: witness.Witness, noon: datetime) -> None:
    assert refused(lambda: witness.read_request(body))[0] == "notary.witness.malformed"
    assert borealia.answer(body, noon).status == 400


def test_a_request_is_read_as_it_was_written(log_key: SigningKey) -> None:
    note, path = head(20, log_key), TREE.consistency(8, 20)
    body = witness.write_request(8, path, note)
    assert witness.read_request(body) == (8, path, note)
    assert body.startswith(b"old 8\n")
    for wrong in (b"", b"8", b"08\n", b"-1\n", b"8\n\n", b"8 \n"):
        assert refused(lambda w=wrong: witness.read_size(w))[0] == "notary.witness.malformed"
    assert witness.read_size(b"20852163\n") == 20852163
