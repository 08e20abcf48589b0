"""The cast of these tests: two States with an officer each, and names that must never stand in clear."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corridor.notary import KeyUse, PublicKey, SigningKey, credentials, keys
from corridor.seal import age, custody, package

NOW = datetime(2026, 3, 1, 21, 15, tzinfo=UTC)
SECRET_NAMES = ("ledger of the harbour.eml", "deep/er/photo.jpg", "äöü/письмо.txt")


@dataclass
class State:
    code: str
    key: SigningKey
    officer: SigningKey
    signer: custody.Signer

    @classmethod
    def make(cls, code: str, powers: Iterable[str] = ("custody",)) -> State:
        key, officer = keys.generate(KeyUse.STATE), keys.generate(KeyUse.OFFICER)
        credential = credentials.issue(
            key,
            state=code,
            authority=f"{code}-EV",
            number="0007",
            key=officer.public,
            powers=powers,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=30),
        )
        return cls(code, key, officer, custody.Signer(credential, officer, code))


@dataclass
class Cast:
    aurelia: State
    borealia: State

    def keys_for(self, state: str) -> list[PublicKey]:
        known = {"XAA": self.aurelia, "XBB": self.borealia}
        return [known[state].key.public] if state in known else []


Sealed = Callable[..., package.SealedPackage]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def custodian(identity: age.Identity, name: str = "unit") -> package.Custodian:
    return package.Custodian(name, identity.recipient.text)
