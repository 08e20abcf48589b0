"""A new key is a new log, and it begins with what the old one ended with."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from corridor.notary import KeyUse, Log, NotaryFault, SigningKey, keys
from corridor.notary.succession import succession_entry, verify_closed, verify_succession

OLD, NEW = "aurelia.example/log", "aurelia.example/log-2027"


def test_a_log_that_follows_begins_with_the_last_checkpoint(log_key: SigningKey, tmp_path: Path) -> None:
    old = Log(tmp_path / "old", log_key, OLD)
    old.append([bytes(32), bytes([1]) * 32])
    earlier = old.head
    old.append([bytes([2]) * 32])
    new = Log(tmp_path / "new", keys.generate(KeyUse.LOG), NEW)
    assert new.append([succession_entry(old.head)]) == 0
    new.append([succession_entry(earlier), succession_entry(old.head)])
    assert verify_succession(old.head, new.proof(0), new.key, NEW).checkpoint.size == 3
    for final, proof, key, origin, code in (
        (earlier, new.proof(1), new.key, NEW, "notary.log.not-successor"),
        (old.head, new.proof(2), new.key, NEW, "notary.log.not-successor"),
        (earlier, new.proof(0), new.key, NEW, "notary.proof.invalid"),
        (old.head, new.proof(0), log_key.public, NEW, "notary.checkpoint.not-signed"),
        (old.head, old.proof(0), old.key, OLD, "notary.log.not-successor"),
    ):
        with pytest.raises(NotaryFault) as caught:
            verify_succession(final, proof, key, origin)
        assert caught.value.code == code


def test_a_stolen_key_rewrites_nothing(log_key: SigningKey, noon: datetime, tmp_path: Path) -> None:
    """After a log is closed only what is part of it, or was anchored before, is believed."""
    log, thief = Log(tmp_path / "log", log_key, OLD), Log(tmp_path / "thief", log_key, OLD)
    log.append([bytes(32), bytes([1]) * 32])
    earlier = log.head
    log.append([bytes([2]) * 32])
    final = log.head
    thief.append([bytes([9]) * 32] * 2)
    forged = thief.head
    thief.append([bytes([9]) * 32])
    same_size = thief.head
    thief.append([bytes([9]) * 32])
    before, path = noon - timedelta(seconds=1), log.consistency(2)
    verify_closed(final, final, noon)
    verify_closed(earlier, final, noon, path=path)
    verify_closed(earlier, final, noon, anchor=before)
    other = Log(tmp_path / "other", log_key, NEW).head
    for seen, facts, code in (
        (earlier, {}, "notary.log.closed"),
        (earlier, {"anchor": noon}, "notary.log.closed"),
        (forged, {}, "notary.log.closed"),
        (forged, {"path": path}, "notary.proof.invalid"),
        (forged, {"path": path, "anchor": before}, "notary.proof.invalid"),
        (same_size, {"anchor": before}, "notary.log.forked"),
        (thief.head, {"anchor": before}, "notary.log.closed"),
        (other, {"anchor": before}, "notary.checkpoint.wrong-origin"),
    ):
        with pytest.raises(NotaryFault) as caught:
            partial(verify_closed, seen, final, noon)(**facts)  # type: ignore[arg-type]
        assert caught.value.code == code
