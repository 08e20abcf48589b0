"""What is in the log stays there, is found again, and is shown to whoever holds a checkpoint."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.notary import (
    KeyUse,
    Log,
    NotaryFault,
    SigningKey,
    keys,
    merkle,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_proof,
)
from corridor.notary import log as module
from corridor.notary.checkpoint import sign_checkpoint

ORIGIN = "aurelia.example/log"


def ids(start: int, count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(start, start + count)]


NO_SIGNATURES = (
    "— w.example AAAA\n",  # shorter than a key id and one byte
    "— w.example AAAA=AAAA\n",
    "— w.example AAAAAAA\n",
    "— w.example AAAAAAB=\n",  # bits nobody reads
    "— w+x AAAAAAAA\n",
    "— w x AAAAAAAA\n",
    "w.example AAAAAAAA\n",
    "\n",
)


def code_of(caught: pytest.ExceptionInfo[NotaryFault]) -> str:
    return caught.value.code


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.sampled_from([1, 2, 3, 100, 255, 256, 257, 600]), min_size=1, max_size=6),
    data=st.data(),
)
def test_the_log_on_disk_is_the_tree(
    batches: list[int], data: st.DataObject, log_key: SigningKey, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the batches, root, entries and every proof are those of one RFC 6962 tree."""
    folder = tmp_path_factory.mktemp("log")
    log, tree, heads = Log(folder, log_key, ORIGIN), merkle.Tree(), []
    for count in batches:
        batch = ids(tree.size, count)
        assert log.append(batch) == tree.size
        for entry in batch:
            tree.append(merkle.leaf_hash(entry))
        heads.append(verify_checkpoint(log.checkpoint(), log_key.public, ORIGIN))
        assert (log.size, log.root) == (tree.size, tree.root())
    reader = Log(folder, log_key.public, ORIGIN)
    assert reader.entries(0, tree.size) == ids(0, tree.size)
    index = data.draw(st.integers(0, tree.size - 1))
    size = data.draw(st.integers(index + 1, tree.size))
    assert reader.leaf(index) == ids(index, 1)[0]
    assert reader.inclusion(index, size) == tree.inclusion(index, size)
    assert reader.consistency(index, size) == tree.consistency(index, size)
    entry = verify_proof(reader.proof(index), ids(index, 1)[0], log_key.public, ORIGIN)
    assert (entry.index, entry.checkpoint) == (index, reader.head)
    verify_inclusion(reader.head, ids(index, 1)[0], index, reader.inclusion(index))
    for head in heads:
        verify_consistency(head, reader.head, reader.consistency(head.size))
        reader.must_extend(head)
    assert reader.audit() == reader.head


def test_the_layout_is_tlog_tiles(log_key: SigningKey, tmp_path: Path) -> None:
    """The example of the specification in small: full tiles, partial tiles, and none that is empty."""
    log = Log(tmp_path, log_key, ORIGIN)
    log.append(ids(0, 250))
    log.append(ids(250, 6))
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {"checkpoint", "lock", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"}
    log.append(ids(256, 1))
    assert (tmp_path / "tile/0/001.p/1").read_bytes() == merkle.leaf_hash(ids(256, 1)[0])
    assert (tmp_path / "tile/entries/001.p/1").read_bytes() == b"\x00\x20" + ids(256, 1)[0]
    assert (tmp_path / "tile/1/000.p/1").read_bytes() == merkle.Tree(
        map(merkle.leaf_hash, ids(0, 256))
    ).root()
    assert (tmp_path / "tile/entries/000").stat().st_size == 256 * 34


def test_a_large_index_is_written_in_groups(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    assert log._path("0", 1234067) == tmp_path / "tile/0/x001/x234/067"
    assert log._path("entries", 1000) == tmp_path / "tile/entries/x001/000"


def test_a_new_log_says_that_it_is_empty(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path / "new" / "log", log_key, ORIGIN)
    assert verify_checkpoint(log.checkpoint(), log_key.public, ORIGIN).size == 0
    assert log.audit().root == merkle.EMPTY_ROOT
    assert log.entries(0, 0) == []


def test_opened_again_it_goes_on(log_key: SigningKey, tmp_path: Path) -> None:
    Log(tmp_path, log_key, ORIGIN).append(ids(0, 5))
    log = Log(tmp_path, log_key, ORIGIN)
    assert log.append(ids(5, 1)) == 5
    assert log.entries(3, 6) == ids(3, 3)


def test_a_reader_sees_what_another_appends(log_key: SigningKey, tmp_path: Path) -> None:
    one, two = Log(tmp_path, log_key, ORIGIN), Log(tmp_path, log_key, ORIGIN)
    reader = Log(tmp_path, log_key.public, ORIGIN)
    one.append(ids(0, 300))
    assert two.append(ids(300, 300)) == 300
    assert one.append(ids(600, 1)) == 600
    assert reader.size == 601
    assert reader.audit().root == merkle.Tree(map(merkle.leaf_hash, ids(0, 601))).root()


def _append_many(folder: Path, key_file: Path, name: int) -> None:
    log = Log(folder, keys.load(key_file), ORIGIN)
    for number in range(20):
        log.append([hashlib.sha256(b"%d %d" % (name, number)).digest()])


def test_processes_and_threads_take_turns(log_key: SigningKey, tmp_path: Path) -> None:
    keys.save(log_key, tmp_path / "log.key")
    folder = tmp_path / "log"
    log = Log(folder, log_key, ORIGIN)
    others = [
        multiprocessing.get_context("spawn").Process(
            target=_append_many, args=(folder, tmp_path / "log.key", name)
        )
        for name in range(2)
    ]
    threads = [threading.Thread(target=lambda: [log.append(ids(0, 1)) for _ in range(10)]) for _ in range(2)]
    for worker in [*others, *threads]:
        worker.start()
    for worker in [*others, *threads]:
        worker.join()
    assert [other.exitcode for other in others] == [0, 0]
    assert log.audit().size == 60
    assert set(log.entries(0, 60)) == {
        hashlib.sha256(b"%d %d" % (name, number)).digest() for name in range(2) for number in range(20)
    } | set(ids(0, 1))


def test_many_callers_share_one_append(log_key: SigningKey, tmp_path: Path) -> None:
    """Who waits is appended together with the others who wait, each gets its own index, nobody's is mixed."""
    log = Log(tmp_path, log_key, ORIGIN)
    batches: list[list[bytes]] = []
    finish, entered, gate = log._finish, threading.Event(), threading.Event()

    def slow(first: int, leaves: list[bytes], signer: SigningKey) -> None:
        batches.append(leaves)
        if len(batches) == 1:
            entered.set()
            gate.wait(10)
        finish(first, leaves, signer)

    log._finish = slow  # type: ignore[method-assign]
    found: dict[int, int] = {}

    def call(number: int) -> None:
        found[number] = log.append(ids(10 * number, number + 1))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(9)]
    threads[0].start()
    entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(log._queue) < 8:
        time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join()
    assert [len(batch) for batch in batches] == [1, sum(range(2, 10))]
    assert log.audit().size == sum(range(1, 10))
    for number, first in found.items():
        assert log.entries(first, first + number + 1) == ids(10 * number, number + 1)


def test_when_a_shared_append_fails_every_caller_is_told(
    log_key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    other = module._Waiting(ids(0, 2))
    log._queue.append(other)
    with monkeypatch.context() as broken:
        broken.setattr(
            module, "write_many", lambda files: (_ for _ in ()).throw(OSError(28, "No space left"))
        )
        with pytest.raises(OSError, match="No space"):
            log.append(ids(2, 1))
    assert other.done
    assert isinstance(other.error, OSError)
    # Both were pending, so both are in the log as soon as it can write again.
    assert log.append(ids(3, 1)) == 3
    assert log.entries(0, 4) == ids(0, 4)


def test_a_group_is_never_larger_than_a_batch(
    log_key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BATCH", 5)
    log = Log(tmp_path, log_key, ORIGIN)
    others = [module._Waiting(ids(3 * number, 3)) for number in range(3)]
    log._queue.extend(others)
    assert log.append(ids(9, 2)) == 9
    assert [other.first for other in others] == [0, 3, 6]
    assert log.entries(0, 11) == ids(0, 11)


def test_what_cannot_be_appended(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    before = log.checkpoint()
    for leaves, code in (
        ([], "notary.log.batch-size"),
        ([b"short"], "notary.log.entry-size"),
        ([*ids(0, 1), bytes(33)], "notary.log.entry-size"),
    ):
        with pytest.raises(NotaryFault) as caught:
            log.append(leaves)
        assert code_of(caught) == code
    with pytest.raises(NotaryFault) as caught:
        Log(tmp_path, log_key.public, ORIGIN).append(ids(0, 1))
    assert code_of(caught) == "notary.log.read-only"
    assert log.checkpoint() == before


def test_only_a_log_key_and_only_a_good_origin(log_key: SigningKey, tmp_path: Path) -> None:
    for key, code in (
        (keys.generate(KeyUse.NODE), "notary.key.wrong-use"),
        (keys.generate(KeyUse.LOG, "ecdsa-sha2-nistp256"), "notary.key.wrong-scheme"),
    ):
        with pytest.raises(NotaryFault) as caught:
            Log(tmp_path, key, ORIGIN)
        assert code_of(caught) == code
    for origin in ("", "a b", "a+b", "a\n", "a\u2003b", "x" * 256):
        with pytest.raises(NotaryFault) as caught:
            Log(tmp_path, log_key, origin)
        assert code_of(caught) == "notary.log.origin"
    with pytest.raises(NotaryFault) as caught:
        Log(tmp_path, log_key.public, ORIGIN)
    assert code_of(caught) == "notary.log.none"
    Log(tmp_path, log_key, ORIGIN)
    with pytest.raises(NotaryFault) as caught:
        Log(tmp_path, keys.generate(KeyUse.LOG), ORIGIN)
    assert code_of(caught) == "notary.checkpoint.not-signed"
    with pytest.raises(NotaryFault) as caught:
        verify_checkpoint(b"", keys.generate(KeyUse.NODE).public, ORIGIN)
    assert code_of(caught) == "notary.key.wrong-use"


def test_what_lies_outside_the_log(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    log.append(ids(0, 3))
    for call in (
        lambda: log.leaf(3), lambda: log.leaf(-1), lambda: log.entries(2, 1), lambda: log.proof(3),
        lambda: log.inclusion(0, 4), lambda: log.inclusion(0, -1), lambda: log.consistency(1, 4),
    ):  # fmt: skip
        with pytest.raises(NotaryFault) as caught:
            call()
        assert code_of(caught) == "notary.proof.out-of-range"


# -- damage and deceit


def test_a_changed_tile_is_noticed(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    log.append(ids(0, 600))
    for name in (
        "tile/0/000",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ):
        path = tmp_path / name
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(NotaryFault) as caught:
            Log(tmp_path, log_key.public, ORIGIN).audit()
        assert code_of(caught) == "notary.log.corrupt"
        for spoilt in (good[:-1], good + b"x", b""):
            path.write_bytes(spoilt)
            with pytest.raises(NotaryFault) as caught:
                Log(tmp_path, log_key.public, ORIGIN).audit()
            assert code_of(caught) == "notary.log.corrupt"
        path.unlink()
        with pytest.raises(NotaryFault) as caught:
            Log(tmp_path, log_key.public, ORIGIN).audit()
        assert code_of(caught) == "notary.log.corrupt"
        path.write_bytes(good)
    Log(tmp_path, log_key.public, ORIGIN).audit()


def test_a_log_that_lost_its_checkpoint_never_starts_over(log_key: SigningKey, tmp_path: Path) -> None:
    Log(tmp_path, log_key, ORIGIN).append(ids(0, 3))
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(NotaryFault) as caught:
        Log(tmp_path, log_key, ORIGIN)
    assert code_of(caught) == "notary.log.corrupt"
    assert not (tmp_path / "checkpoint").exists()


@pytest.mark.parametrize(
    "pending",
    [
        b"",
        b"{}",
        b"[]",
        b'{"first":0,"entries":["zz"]}',
        b'{"first":7,"entries":[]}',
        b'{"first":"0","entries":5}',
    ],
)
def test_a_pending_batch_that_cannot_be_is_left_alone(
    pending: bytes, log_key: SigningKey, tmp_path: Path
) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    log.append(ids(0, 3))
    (tmp_path / "pending").write_bytes(pending)
    with pytest.raises(NotaryFault) as caught:
        log.append(ids(3, 1))
    assert code_of(caught) == "notary.log.corrupt"
    assert (tmp_path / "pending").read_bytes() == pending
    assert log.size == 3


def test_a_checkpoint_that_outgrew_all_bounds(log_key: SigningKey, tmp_path: Path) -> None:
    log = Log(tmp_path, log_key, ORIGIN)
    (tmp_path / "checkpoint").write_bytes(b"x" * 200_000)
    with pytest.raises(NotaryFault) as caught:
        _ = log.size
    assert code_of(caught) == "notary.log.corrupt"


def test_a_node_restored_from_an_old_copy_is_told(log_key: SigningKey, tmp_path: Path) -> None:
    """Peers hold a later checkpoint than the restored log has, or one of another history."""
    whole, old = Log(tmp_path / "whole", log_key, ORIGIN), Log(tmp_path / "old", log_key, ORIGIN)
    whole.append(ids(0, 5))
    old.append(ids(0, 3))
    held = verify_checkpoint(whole.checkpoint(), log_key.public, ORIGIN)
    with pytest.raises(NotaryFault) as caught:
        old.must_extend(held)
    assert code_of(caught) == "notary.log.behind"
    old.append([bytes(32)] * 3)
    with pytest.raises(NotaryFault) as caught:
        old.must_extend(held)
    assert code_of(caught) == "notary.log.forked"
    other = Log(tmp_path / "other", log_key, "borealia.example/log")
    for call in (lambda: other.must_extend(held), lambda: verify_consistency(other.head, held, [])):
        with pytest.raises(NotaryFault) as caught:
            call()
        assert code_of(caught) == "notary.checkpoint.wrong-origin"


def test_one_size_and_root_have_one_text(log_key: SigningKey) -> None:
    assert sign_checkpoint(ORIGIN, 5, bytes(32), log_key) == sign_checkpoint(ORIGIN, 5, bytes(32), log_key)


def test_too_much_is_refused_unread(log_key: SigningKey) -> None:
    for call, code in (
        (lambda: verify_checkpoint(b"x" * 200_000, log_key.public, ORIGIN), "notary.checkpoint.malformed"),
        (lambda: verify_checkpoint(b"\xff\n\n", log_key.public, ORIGIN), "notary.checkpoint.malformed"),
        (lambda: verify_proof(b"x" * 300_000, bytes(32), log_key.public, ORIGIN), "notary.proof.malformed"),
        (lambda: verify_proof(b"\xff\n\n", bytes(32), log_key.public, ORIGIN), "notary.proof.malformed"),
    ):
        with pytest.raises(NotaryFault) as caught:
            call()
        assert code_of(caught) == code
    note = sign_checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT, log_key).decode()
    many = note + "".join(f"— w{number}.example AAAAAAAA\n" for number in range(31))
    verify_checkpoint(many.encode(), log_key.public, ORIGIN)
    for spoilt in (many + "— w.example AAAAAAAA\n", *(note + line for line in NO_SIGNATURES)):
        with pytest.raises(NotaryFault) as caught:
            verify_checkpoint(spoilt.encode(), log_key.public, ORIGIN)
        assert code_of(caught) == "notary.checkpoint.malformed"


def test_pending_and_lock_hold_nothing_but_ids(log_key: SigningKey, tmp_path: Path) -> None:
    """What lies beside the tiles says no more than the tiles do."""
    log = Log(tmp_path, log_key, ORIGIN)
    seen: list[bytes] = []
    original = log._finish

    def peek(first: int, leaves: list[bytes], signer: SigningKey) -> None:
        seen.append((tmp_path / "pending").read_bytes())
        original(first, leaves, signer)

    log._finish = peek  # type: ignore[method-assign]
    log.append(ids(0, 2))
    assert json.loads(seen[0]) == {"first": 0, "entries": [entry.hex() for entry in ids(0, 2)]}
    assert (tmp_path / "lock").read_bytes() == b""
    assert not (tmp_path / "pending").exists()
