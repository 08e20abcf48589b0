"""What these tests share: Aurelia's keys and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from corridor.notary import KeyUse, SigningKey, keys

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def state_key() -> SigningKey:
    return keys.generate(KeyUse.STATE)


@pytest.fixture(scope="session")
def officer() -> SigningKey:
    return keys.generate(KeyUse.OFFICER)


@pytest.fixture(scope="session")
def log_key() -> SigningKey:
    return keys.generate(KeyUse.LOG)
