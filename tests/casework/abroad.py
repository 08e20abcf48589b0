"""States on paper: the keys, officers and letters of Borealia and Cyrenia, without a node behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corridor import dossier, registry
from corridor.dossier import Act, Basis, Member, Party, State, VerifiedAct, verify_act
from corridor.exchange import Letter, Request, Response, Sender, new_letter, seal_letter, sign_letter
from corridor.exchange.office import PostOffice
from corridor.notary import Envelope, KeyUse, SigningKey, canonical, credentials, instant, keys
from corridor.notary.log import Log
from corridor.registry import Directory, Entry, from_folder
from corridor.seal import age

PASSPHRASE = "the seal of the State is kept in the east wing"
KINDS = {
    "CP": ("contact_point", ["preservation"]),
    "CA": ("central_authority", ["stored_data", "emergency_assistance"]),
}
CERTIFICATE = (Path(__file__).parent / "certificate.pem").read_text()


@dataclass
class Abroad:
    """One State's keys in a test's hands."""

    state: str
    since: datetime
    state_key: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.STATE))
    request: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.REQUEST))
    node: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.NODE))
    log: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.LOG))
    directory: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.DIRECTORY))
    officer: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.OFFICER))
    letters: age.Identity = field(default_factory=lambda: age.generate("classic"))
    custody: dict[str, age.Identity] = field(
        default_factory=lambda: {code: age.generate("hybrid") for code in KINDS}
    )

    def entry(self) -> Entry:
        since = instant.to_text(self.since)
        rows = {
            use: [{**key.public.to_dict(), "valid_from": since}]
            for use, key in (
                ("state", self.state_key),
                ("request", self.request),
                ("node", self.node),
                ("log", self.log),
                ("directory", self.directory),
            )
        }
        return Entry.from_dict(
            {
                "entry": "1",
                "state": self.state,
                "names": {"en": self.state},
                "version": 1,
                "issued": since,
                "node": {"url": "https://127.0.0.1:1", "tls_certificate": CERTIFICATE, "delivery": "post"},
                "keys": rows,
                "directory_threshold": 1,
                "recipients": {
                    "letter": [str(self.letters.recipient)],
                    "custody": [
                        {
                            "authority": f"{self.state}-{code}",
                            "recipient": str(one.recipient),
                            "cls": "hybrid",
                        }
                        for code, one in self.custody.items()
                    ],
                },
                "authorities": [
                    {
                        "code": f"{self.state}-{code}",
                        "role": role,
                        "names": {"en": role},
                        "sends": kinds,
                        "receives": kinds,
                        "languages": ["en"],
                    }
                    for code, (role, kinds) in KINDS.items()
                ],
                "log_origin": f"corridor/{self.state.lower()}",
            }
        )

    def credential(self, code: str = "CP", at: datetime | None = None) -> Envelope:
        return credentials.issue(
            self.state_key,
            state=self.state,
            authority=f"{self.state}-{code}",
            number=f"{self.state}-OFFICER",
            key=self.officer.public,
            powers=["sign:preservation", "sign:stored_data", "sign:emergency_assistance", "custody"],
            not_before=(at or self.since) - timedelta(hours=1),
            not_after=(at or self.since) + timedelta(days=60),
        )

    def verified(self, act: Act) -> VerifiedAct:
        return verify_act(dossier.sign(act, self.officer), lambda _: [self.state_key.public])

    def opening(self, at: datetime, kind: str = "preservation", **body: Any) -> VerifiedAct:
        """A request from this State to Aurelia."""
        code = "CP" if kind == "preservation" else "CA"
        own = Party(self.state, f"{self.state}-{code}")
        return self.verified(
            dossier.opening(
                kind,
                basis=Basis("UNCC_2024", ""),
                members=(
                    Member(own.state, own.authority, "requesting"),
                    Member("XAA", f"XAA-{code}", "requested"),
                ),
                sender=own,
                credential=self.credential(code),
                time=at,
                body=body,
            )
        )

    def following(self, state: State, name: str, at: datetime, **body: Any) -> VerifiedAct:
        code = "CP" if state.kind == "preservation" else "CA"
        return self.verified(
            dossier.following(
                state,
                name,
                sender=Party(self.state, f"{self.state}-{code}"),
                credential=self.credential(code),
                time=at,
                body=body,
            )
        )

    def letter(self, act: VerifiedAct, to: str, recipients: list[str], **more: Any) -> tuple[Letter, bytes]:
        cls = "hybrid" if recipients[0].startswith("age1pq1") else "classic"
        letter = new_letter(from_state=self.state, to_state=to, act=act.envelope.to_json(), cls=cls, **more)
        return letter, seal_letter(letter, recipients)

    def signed(self, letter: Letter, raw: bytes, at: datetime, to: str = "XAA") -> Request:
        """The request that posts a sealed letter."""
        sender = Sender(self.state, self.request)
        return sign_letter(raw, letter_id=letter.id, sender=sender, to_state=to, at=at).request()

    def post(self, office: PostOffice, act: VerifiedAct, recipients: list[str], at: datetime) -> Response:
        letter, raw = self.letter(act, "XAA", recipients)
        return office.handle(self.signed(letter, raw, at))


def publish(folder: Path, states: list[Entry], directory_keys: dict[str, SigningKey], at: datetime) -> bytes:
    """A registry that lists these States; its root."""
    root = [keys.generate(KeyUse.DIRECTORY) for _ in range(2)]
    targets = [keys.generate(KeyUse.DIRECTORY)]
    made = registry.init(
        folder,
        root=[one.public for one in root],
        root_keys=root,
        targets=[one.public for one in targets],
        targets_keys=targets,
        at=at,
    )
    for entry in states:
        key = directory_keys[entry.state]
        made.add_state(entry.state, [key.public], threshold=1, targets_keys=targets, at=at)
        made.publish(registry.submit(entry, [key], at=at), at=at)
    return made.root_bytes()


def directory(folder: Path, source: Path, root: bytes, at: datetime) -> Directory:
    made = Directory.create(folder, root)
    looked = made.refresh(from_folder(source), at=at)
    assert looked.fault is None, looked.fault
    return made


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


def log_in(folder: Path, abroad: Abroad) -> Log:
    return Log(folder, abroad.log, f"corridor/{abroad.state.lower()}")


def plain(envelope: Envelope) -> dict[str, Any]:
    return canonical.loads(envelope.payload)
