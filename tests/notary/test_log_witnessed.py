"""A log keeps what its witnesses cosigned, and its proofs carry it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from corridor.notary import KeyUse, Log, NotaryFault, SigningKey, keys, verify_proof, verify_witnessed
from corridor.notary.witness import FolderMemory, Witness, cosign, gather, read_size, write_request

ORIGIN = "aurelia.example/log"
NAMES = ("borealia.example/w", "cyrenia.example/w")


def ids(start: int, count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(start, start + count)]


@pytest.fixture(scope="module")
def signers() -> dict[str, SigningKey]:
    return {name: keys.generate(KeyUse.WITNESS) for name in NAMES}


@pytest.fixture
def log(log_key: SigningKey, tmp_path: Path) -> Log:
    log = Log(tmp_path / "log", log_key, ORIGIN)
    log.append(ids(0, 300))
    return log


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(NotaryFault) as caught:
        call()
    return caught.value.code


def test_from_append_to_a_proof_that_is_witnessed(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime, tmp_path: Path
) -> None:
    """The log sends its checkpoint with a path from what each witness holds, and keeps what comes back."""
    witnesses = [
        Witness(name, key, FolderMemory(tmp_path / name.partition(".")[0]), {ORIGIN: log_key.public}.get)
        for name, key in signers.items()
    ]
    known = {name: key.public for name, key in signers.items()}
    held = dict.fromkeys(NAMES, 0)
    for size in (300, 301, 700):
        if size > log.size:
            log.append(ids(log.size, size - log.size))
        note, answers = log.checkpoint(), []
        for one in witnesses:
            answer = one.answer(write_request(0, [], note), noon)
            if answer.status == 409:
                held[one.name] = read_size(answer.body)
                path = log.consistency(held[one.name], size)
                answer = one.answer(write_request(held[one.name], path, note), noon)
            assert answer.status == 200
            answers.append(answer.body)
        log.keep_cosigned(gather(note, answers, known))
    proof = log.proof(299)
    entry = verify_proof(proof, ids(299, 1)[0], log_key.public, ORIGIN)
    seen = verify_witnessed(entry.checkpoint.text, log_key.public, ORIGIN, known)
    assert (seen.witnessed, seen.checkpoint.size, seen.at) == (True, 700, noon)
    assert held == dict.fromkeys(NAMES, 301)


def test_a_proof_is_in_the_cosigned_checkpoint_where_that_holds_the_entry(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime
) -> None:
    note = log.checkpoint()
    cosigned = note + cosign(note, NAMES[0], signers[NAMES[0]], noon)
    assert log.witnessed is None
    assert log.keep_cosigned(cosigned).text == cosigned
    log.append(ids(300, 3))
    for index, size, text in ((0, 300, cosigned), (299, 300, cosigned), (300, 303, log.checkpoint())):
        entry = verify_proof(log.proof(index), ids(index, 1)[0], log_key.public, ORIGIN)
        assert (entry.checkpoint.size, entry.checkpoint.text) == (size, text)
    # Any checkpoint of this log can be asked for by name.
    asked = verify_proof(log.proof(5, note), ids(5, 1)[0], log_key.public, ORIGIN)
    assert asked.checkpoint.text == note
    assert refused(lambda: log.proof(301, note)) == "notary.proof.out-of-range"
    reader = Log(log.directory, log_key.public, ORIGIN)
    assert reader.witnessed is not None
    assert reader.witnessed.text == cosigned


def test_cosignatures_that_come_later_are_joined_and_older_checkpoints_change_nothing(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime
) -> None:
    old = log.checkpoint()
    log.append(ids(300, 1))
    note = log.checkpoint()
    one, two = (cosign(note, name, signers[name], noon) for name in NAMES)
    log.keep_cosigned(note + one)
    assert log.keep_cosigned(note + two).text == note + one + two
    assert log.keep_cosigned(note + one).text == note + one + two
    before = old + cosign(old, NAMES[0], signers[NAMES[0]], noon)
    assert log.keep_cosigned(before).text == note + one + two


def test_only_a_cosigned_checkpoint_of_this_very_log_is_kept(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime, tmp_path: Path
) -> None:
    other = Log(tmp_path / "other", log_key, ORIGIN)
    other.append(ids(1, 300))

    def cosigned(note: bytes) -> bytes:
        return note + cosign(note, NAMES[0], signers[NAMES[0]], noon)

    fork = cosigned(other.checkpoint())
    other.append(ids(301, 9))
    for note, code in (
        (log.checkpoint(), "notary.checkpoint.not-cosigned"),
        (fork, "notary.log.forked"),
        (cosigned(other.checkpoint()), "notary.log.behind"),
        (b"nothing", "notary.checkpoint.malformed"),
    ):
        assert refused(lambda n=note: log.keep_cosigned(n)) == code
        assert log.witnessed is None
        if code != "notary.checkpoint.not-cosigned":
            assert refused(lambda n=note: log.proof(0, n)) == code


def test_an_old_copy_beside_a_newer_cosigned_checkpoint_is_not_appended_to(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime, tmp_path: Path
) -> None:
    shutil.copytree(log.directory, tmp_path / "old")
    log.append(ids(300, 1))
    note = log.checkpoint()
    log.keep_cosigned(note + cosign(note, NAMES[0], signers[NAMES[0]], noon))
    shutil.copy(log.directory / "witnessed", tmp_path / "old" / "witnessed")
    assert refused(lambda: Log(tmp_path / "old", log_key, ORIGIN)) == "notary.log.behind"
    assert Log(tmp_path / "old", log_key.public, ORIGIN).size == 300  # to be read it may be opened


def test_a_spoilt_file_of_cosignatures_is_noticed(
    log: Log, log_key: SigningKey, signers: dict[str, SigningKey], noon: datetime
) -> None:
    note = log.checkpoint()
    log.keep_cosigned(note + cosign(note, NAMES[0], signers[NAMES[0]], noon))
    file = log.directory / "witnessed"
    file.write_bytes(file.read_bytes().replace(b"\n300\n", b"\n301\n"))
    assert refused(lambda: log.witnessed) == "notary.signature.invalid"
    file.write_bytes(b"x" * 200_000)
    assert refused(lambda: log.witnessed) == "notary.log.corrupt"
