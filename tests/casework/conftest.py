"""Aurelia's house in a test's folder, with real keys and a real directory; Borealia and Cyrenia are States on paper."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from tests.casework import abroad
from tests.casework.abroad import PASSPHRASE, Abroad

from corridor.casework import access, actions, house, models, queries
from corridor.casework.actions.people import usual_kinds
from corridor.casework.house import House
from corridor.casework.mailroom import Mailroom
from corridor.casework.vault import Vault
from corridor.exchange import PostOffice, Sender
from corridor.node.config import Config
from corridor.node.entry import letter_identities
from corridor.node.init import init
from corridor.notary import keys
from corridor.registry import Directory, Entry

PASSWORD = "a long enough password"
SECRET = "only the officer knows this"
ROLES = ("drafter", "signatory", "supervisor", "administrator")


@dataclass
class Clock:
    """A clock a test can turn."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@dataclass(frozen=True)
class Ground:
    """What is made once for all tests: Aurelia's folder before its database, and the other States."""

    folder: Path
    at: datetime
    others: dict[str, Abroad]
    custody: dict[str, str]


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    base = tmp_path_factory.mktemp("ground")
    at = abroad.now()
    others = {state: Abroad(state, at) for state in ("XBB", "XCC")}
    config = Config(
        folder=base / "xaa",
        state="XAA",
        names={"en": "Aurelia"},
        secret_work=10,
        exchange_url="https://127.0.0.1:2",
    )
    init(config, passphrase=PASSPHRASE, root=None, at=at)
    ours = Abroad("XAA", at)
    fields = ours.entry().to_dict()
    for use, name in (("state", "state.sealed"), ("request", "request"), ("node", "node"), ("log", "log")):
        public = keys.public_of(config.keys / f"{name}.json")
        fields["keys"][use] = [{**public.to_dict(), "valid_from": fields["issued"]}]
    from corridor.seal import age

    identity = age.parse_identity(letter_identities(config)[0])
    assert isinstance(identity, age.Identity)
    fields["recipients"]["letter"] = [str(identity.recipient)]
    entry = Entry.from_dict(fields)
    directory_keys = {one.state: one.directory for one in (*others.values(), ours)}
    root = abroad.publish(
        base / "registry", [entry, *(one.entry() for one in others.values())], directory_keys, at
    )
    abroad.directory(config.folder / "directory", base / "registry" / "public", root, at)
    (config.folder / "registry-path").write_text(str(base / "registry" / "public"))
    return Ground(config.folder, at, others, {code: one.text for code, one in ours.custody.items()})


@dataclass
class Desk:
    """Aurelia in one test: its house, office and people."""

    home: House
    office: PostOffice
    clock: Clock
    others: dict[str, Abroad]
    recipients: list[str]

    def person(self, username: str) -> access.Person:
        return access.person_of(models.User.objects.get(username=username))

    def receive(self, act: Any, state: str = "XBB") -> Any:
        """Post an act as that State and expect it to be taken."""
        response = self.others[state].post(self.office, act, self.recipients, self.clock())
        assert response.status == 200, (response.status, response.body)
        return response


@pytest.fixture
def desk(ground: Ground, tmp_path: Path, db: None) -> Iterator[Desk]:
    folder = tmp_path / "xaa"
    shutil.copytree(ground.folder, folder)
    config = Config(folder=folder, state="XAA", names={"en": "Aurelia"})
    clock = Clock(ground.at + timedelta(minutes=1))
    identities = letter_identities(config)
    home = House(
        state="XAA",
        root=folder,
        clock=clock,
        directory=Directory(folder / "directory"),
        vault=Vault(folder / "vault"),
        own_state_key=keys.public_of(config.keys / "state.sealed.json"),
        node_key=keys.load(config.keys / "node.json"),
        request_key=keys.load(config.keys / "request.json"),
        log_key=keys.load(config.keys / "log.json"),
        log_origin="corridor/xaa",
        witness_key=keys.load(config.keys / "witness.json"),
        letter_identities=identities,
        secret_work=10,
    )
    house.provide(lambda: home)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for code, role in (("CP", "contact_point"), ("CA", "central_authority")):
            actions.add_authority(
                code=f"XAA-{code}",
                role=role,
                names={"en": role},
                sends=usual_kinds(role),
                receives=usual_kinds(role),
                passphrase=PASSPHRASE,
            )
            for part in ROLES:
                actions.add_officer(
                    username=f"{code.lower()}-{part}",
                    name=f"Name of {part}",
                    authority=f"XAA-{code}",
                    role=part,
                    password=PASSWORD,
                    secret=SECRET,
                    passphrase=PASSPHRASE,
                )
        office = PostOffice(
            sender=Sender("XAA", home.request_key),
            peers=home.peer,
            identities=lambda: home.letter_identities,
            mailroom=Mailroom(home),
            clock=clock,
        )
        entry = home.directory.entry("XAA")
        assert entry is not None
        yield Desk(home, office, clock, ground.others, list(entry.recipients.letter))
    house.provide(None)


def safeguard(person: access.Person, dossier_id: str) -> None:
    """Record every safeguard nobody has recorded yet, as an officer does before executing."""
    for step in queries.national_file(person, dossier_id).missing:
        actions.record_safeguard(
            person,
            dossier_id,
            step=step.step,
            outcome="met",
            reason="Looked at the facts and found nothing.",
            language="en",
            authority="District Court",
            secret=SECRET,
        )


@pytest.fixture
def asked(desk: Desk) -> str:
    """Borealia asks Aurelia for stored data, and Aurelia accepts; nothing is executed yet."""
    opening = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(opening)
    person = desk.person("ca-signatory")
    heads = queries.dossier_page(person, opening.id).heads
    actions.sign_act(person, act="accept", dossier_id=opening.id, body={}, seen=heads, secret=SECRET)
    return opening.id


@pytest.fixture
def request_body() -> dict[str, Any]:
    return {
        "data_and_link": {
            "data": [
                {
                    "category": "content",
                    "provider": {"name": "Nordmail"},
                    "account": {"type": "email", "value": "billing@nordmail.example"},
                    "period": {"start": "2026-03-01T00:00:00Z"},
                }
            ]
        }
    }


@pytest.fixture
def ask(desk: Desk, request_body: dict[str, Any]) -> Callable[..., str]:
    """Aurelia asks Borealia; the id of the dossier."""

    def sign(kind: str = "preservation", by: str = "cp-signatory", **more: Any) -> str:
        code = "CP" if kind == "preservation" else "CA"
        made = actions.sign_act(
            desk.person(by),
            act="request",
            kind=kind,
            to={"state": "XBB", "authority": f"XBB-{code}"},
            body=more.pop("body", request_body if kind == "preservation" else {}),
            secret=SECRET,
            override_reason="the rest follows",
            **more,
        )
        return made.dossier

    return sign
