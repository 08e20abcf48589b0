"""Aurelia's node in this process, Borealia in its directory, officers of both authorities, a dossier for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from corridor import registry
from corridor.casework import actions, house
from corridor.casework.access import Person, person_of
from corridor.casework.models import User
from corridor.node import entry, wiring
from corridor.node.config import Config
from corridor.node.init import init
from corridor.notary import KeyUse, canonical, keys
from corridor.registry import Entry

PASSPHRASE = "the seal of the State is kept in the east wing"
PASSWORD = "a long enough password"
SECRET = "only the officer knows this"
ROLES = ("drafter", "signatory", "supervisor", "administrator")
KINDS = {"CP": ("contact_point", ["preservation"]), "CA": ("central_authority", ["stored_data"])}

REQUEST = {
    "authority": {"state": "XAA", "authority": "XAA-CP", "name": "Contact point"},
    "offence_and_facts": {"articles": ["13"]},
    "data_and_link": {
        "data": [{"category": "content", "account": {"type": "email", "value": "mailbox@example.test"}}]
    },
    "necessity": {"reasons": ["volatile"]},
    "intention_to_request": {"will_request": True},
}
WORDS = [
    {"field": "offence_and_facts", "language": "en", "text": "Facts nobody else may read."},
    {"field": "data_and_link", "language": "en", "text": "The mailbox was used."},
    {"field": "necessity", "language": "en", "text": "It may be deleted."},
]


@dataclass
class Desk:
    """What the tests have at hand: the ids of each authority's dossier, draft and package."""

    folder: Path
    dossiers: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)

    def person(self, office: str, role: str) -> Person:
        return person_of(User.objects.get(username=f"{office.lower()}-{role}"))

    def client(self, office: str, role: str) -> Client:
        """A browser signed in, as that person."""
        browser = Client()
        browser.force_login(User.objects.get(username=f"{office.lower()}-{role}"))
        return browser


@pytest.fixture
def desk(tmp_path: Path, db: None) -> Iterator[Desk]:
    made = Desk(tmp_path)
    _open_house(tmp_path)
    try:
        for office, (role, kinds) in KINDS.items():
            actions.add_authority(
                code=f"XAA-{office}",
                role=role,
                names={"en": office},
                sends=kinds,
                receives=kinds,
                passphrase=PASSPHRASE,
            )
            for one in ROLES:
                actions.add_officer(
                    username=f"{office.lower()}-{one}",
                    name=f"{one} of {office}",
                    authority=f"XAA-{office}",
                    role=one,
                    password=PASSWORD,
                    secret=SECRET,
                    passphrase=PASSPHRASE,
                )
        for office, (_, (kind,)) in KINDS.items():
            _fill(made, office, kind)
        yield made
    finally:
        house.provide(None)


def _open_house(folder: Path) -> None:
    """A node's folder, and a directory that holds its entry and Borealia's."""
    at = datetime.now(UTC).replace(microsecond=0)
    root = [keys.generate(KeyUse.DIRECTORY) for _ in range(3)]
    targets = [keys.generate(KeyUse.DIRECTORY)]
    site = registry.init(
        folder / "registry",
        root=[one.public for one in root],
        root_keys=root[:2],
        targets=[one.public for one in targets],
        targets_keys=targets,
        at=at,
    )
    config = Config(
        folder=folder / "xaa",
        state="XAA",
        names={"en": "Aurelia"},
        exchange_url="https://127.0.0.1:9",
        allow_private=True,
        secret_work=10,
        evidence_folders=(folder / "laid-ready",),
    )
    init(config, passphrase=PASSPHRASE, root=site.root_bytes(), at=at)
    (folder / "laid-ready").mkdir()
    (folder / "laid-ready" / "disk.img").write_bytes(b"\x00" * 4096)
    home = wiring.build_house(config)
    house.provide(lambda: home)
    there = Config(
        folder=folder / "xbb",
        state="XBB",
        names={"en": "Borealia"},
        exchange_url="https://127.0.0.1:9",
        secret_work=10,
    )
    init(there, passphrase=PASSPHRASE, root=site.root_bytes(), at=at)
    for one, name in ((config, "Aurelia"), (there, "Borealia")):
        directory_key = keys.generate(KeyUse.DIRECTORY)
        fields = _fields(one, name) | {"version": 1, "issued": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        fields["directory_threshold"] = 1
        since = fields["keys"]["state"][0]["valid_from"]
        fields["keys"]["directory"] = [{**directory_key.public.to_dict(), "valid_from": since}]
        site.add_state(one.state, [directory_key.public], threshold=1, targets_keys=targets, at=at)
        site.publish(
            registry.submit(Entry.from_dict(fields), [directory_key], at=at), at=at, targets_keys=targets
        )
    found = home.directory.refresh(registry.from_folder(site.public), at=datetime.now(UTC))
    assert found.fault is None


def _fields(config: Config, name: str) -> dict:
    """A State's entry as its node writes it, its authorities added: their rows are not in this test's database."""
    entry.write(config)
    fields = canonical.loads((config.folder / "entry.json").read_bytes())
    fields["authorities"] = [
        {
            "code": f"{config.state}-{office}",
            "role": role,
            "names": {"en": f"{name}, {office}"},
            "sends": kinds,
            "receives": kinds,
            "languages": ["en"],
        }
        for office, (role, kinds) in KINDS.items()
    ]
    fields["recipients"]["custody"] = []
    return fields


def _fill(made: Desk, office: str, kind: str) -> None:
    """One dossier, one draft and one package of an authority."""
    signatory = made.person(office, "signatory")
    signed = actions.sign_act(
        signatory,
        act="request",
        kind=kind,
        secret=SECRET,
        to={"state": "XBB", "authority": f"XBB-{office}"},
        basis={"instrument": "UNCC_2024", "provision": "42"},
        body=REQUEST if kind == "preservation" else {},
        texts=WORDS,
        reference=f"FILE-{office}",
        override_reason="for the test",
    )
    made.dossiers[office] = signed.dossier
    saved = actions.save_draft(
        signatory, kind=kind, act="request", content={"basis": {"instrument": "UNCC_2024"}, "body": {}}
    )
    made.drafts[office] = saved.id
    upload = actions.start_upload(signatory, signed.dossier)
    actions.add_part(signatory, upload.id, item="secret name.eml", offset=0, data=b"From: a\n", last=True)
    made.packages[office] = actions.finish_upload(signatory, upload.id, secret=SECRET).package
    drafter = made.person(office, "drafter")
    case = made.cases[office] = actions.open_case(drafter, number=f"FILE-{office}-1", title="Invoices").id
    actions.attach_dossier(drafter, case, dossier_id=signed.dossier)
    person = {"role": "victim", "name": f"FILE-{office} victim"}
    made.persons[office] = actions.save_case_person(drafter, case, given=person).id
    made.imports[office] = actions.begin_import(drafter, case, file=b"name\nFILE-\n", role="victim")
