"""The cast as the directory sees it: a secretariat, States with directory keys, and a clock one can turn."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from corridor import registry
from corridor.notary import KeyUse, SigningKey, instant, keys
from corridor.registry import Directory, Entry, Repository, Submission

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = {"XAA": "Aurelia", "XBB": "Borealia", "XCC": "Cyrenia", "XDD": "Dorsania"}


@functools.cache
def certificate(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 3650 * DAY)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode("ascii")


def directory_keys(number: int = 1) -> list[SigningKey]:
    return [keys.generate(KeyUse.DIRECTORY) for _ in range(number)]


class Party:
    """A State: its keys, and the entry it would write now."""

    def __init__(self, state: str, *, directory: int = 1, threshold: int = 1) -> None:
        self.state = state
        self.directory = directory_keys(directory)
        self.threshold = threshold
        self.node_keys = {
            use: keys.generate(use) for use in (KeyUse.STATE, KeyUse.REQUEST, KeyUse.NODE, KeyUse.LOG)
        }
        self.version = 0
        self.last: Submission | None = None

    def fields(self, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
        since = instant.to_text(NOW - DAY)
        rows = {
            str(use): [{**key.public.to_dict(), "valid_from": since}] for use, key in self.node_keys.items()
        }
        rows["directory"] = [{**key.public.to_dict(), "valid_from": since} for key in self.directory]
        host = NAMES[self.state].lower()
        return {
            "entry": "1",
            "state": self.state,
            "names": {"en": NAMES[self.state]},
            "version": self.version,
            "issued": instant.to_text(at),
            "node": {
                "url": f"https://{host}.example",
                "tls_certificate": certificate(host),
                "delivery": "post",
            },
            "keys": rows,
            "directory_threshold": self.threshold,
            "recipients": {
                "letter": ["age1" + "q" * 58],
                "custody": [
                    {"authority": f"{self.state}-CA", "recipient": "age1" + "p" * 58, "cls": "classic"}
                ],
            },
            "authorities": [
                {"code": f"{self.state}-CP", "role": "contact_point", "names": {"en": "Contact Point"}},
                {
                    "code": f"{self.state}-CA",
                    "role": "central_authority",
                    "names": {"en": "Central Authority"},
                },
            ],
            "contact_point": {"phone": "+00 1 000", "email": f"duty@{host}.example", "hours": "24/7"},
            "log_origin": f"{host}.example/log",
            **changes,
        }

    def entry(self, at: datetime = NOW, **changes: Any) -> Entry:
        return Entry.from_dict(self.fields(at, **changes))

    def submit(
        self, at: datetime = NOW, *, old_keys: list[SigningKey] | None = None, **changes: Any
    ) -> Submission:
        self.version += 1
        self.last = registry.submit(
            self.entry(at, **changes), self.directory, at=at, previous=self.last, old_keys=old_keys or []
        )
        return self.last


class Secretariat:
    """The registry, with the offline keys of its holders at hand."""

    def __init__(self, folder: Path, *, at: datetime = NOW) -> None:
        self.root_keys = directory_keys(3)
        self.targets_keys = directory_keys(1)
        self.repository: Repository = registry.init(
            folder,
            root=[key.public for key in self.root_keys],
            root_keys=self.root_keys[:2],
            targets=[key.public for key in self.targets_keys],
            targets_keys=self.targets_keys,
            at=at,
        )

    def enrol(self, party: Party, at: datetime = NOW) -> None:
        self.repository.add_state(
            party.state,
            [key.public for key in party.directory],
            threshold=party.threshold,
            targets_keys=self.targets_keys,
            at=at,
        )
        self.publish(party.submit(at), at)

    def publish(self, submission: Submission, at: datetime = NOW) -> Entry:
        return self.repository.publish(submission, at=at, targets_keys=self.targets_keys)

    def fetch(self) -> registry.Fetch:
        return registry.from_folder(self.repository.public)

    def directory(self, folder: Path, **options: timedelta) -> Directory:
        return Directory.create(folder, self.repository.root_bytes(), **options)
