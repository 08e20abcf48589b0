"""A package of Borealia's evidence unit, and what is needed to make, open and check it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from seal_cast import NOW, SECRET_NAMES, Cast, Sealed, State

from corridor.seal import age, custody, package


@pytest.fixture(scope="session")
def cast() -> Cast:
    return Cast(State.make("XAA"), State.make("XBB"))


@pytest.fixture(scope="session")
def identities() -> dict[str, age.Identity]:
    return {cls: age.generate(cls) for cls in (age.CLASSIC, age.HYBRID)}


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A mailbox, an empty file, an empty folder and one item larger than a pack takes."""
    top = tmp_path / "mailbox"
    for name in SECRET_NAMES:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(os.urandom(900) + name.encode())
    (top / "empty.txt").write_bytes(b"")
    (top / "nothing in here").mkdir()
    (top / "disk.img").write_bytes(os.urandom(1 << 20) * 3 + b"end")
    return top


@pytest.fixture
def sealed(tmp_path: Path, evidence: Path, cast: Cast, identities: dict[str, age.Identity]) -> Sealed:
    """Seal the evidence; a signed hybrid package unless asked otherwise."""

    def make(
        cls: str = age.HYBRID, signer: custody.Signer | None = cast.borealia.signer, name: str = "package"
    ) -> package.SealedPackage:
        custodian = package.Custodian("Borealia evidence unit", identities[cls].recipient.text)
        made = package.seal(
            [evidence],
            tmp_path / name,
            [custodian],
            cls,
            signer,
            clock=lambda: NOW,
            conditions=["XBB:use-limited"],
            private={"officer": "somebody by name", "place": "a room"} if signer else None,
        )
        custody.add_trust(made.path, "XBB", [cast.borealia.key.public])
        return made

    return make
