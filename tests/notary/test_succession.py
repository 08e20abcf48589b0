"""A new key is a new log, and it begins with what the old one ended with."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.notary import KeyUse, Log, NotaryFault, SigningKey, keys
from corridor.notary.succession import succession_entry, verify_succession

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
