"""With every right on disk and database, and no officer's secret: no act signed, no package opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from tests.casework.abroad import PASSPHRASE
from tests.casework.conftest import PASSWORD, SECRET, Desk

from corridor.casework import actions, models, queries
from corridor.casework.use import EXCULPATORY, Purpose
from corridor.notary import Envelope, KeyUse, NotaryFault, keys
from corridor.seal import age
from corridor.seal.faults import SealFault
from corridor.seal.package import iter_items, wrap_names

pytestmark = pytest.mark.django_db

THREAT_MODEL = Path(__file__).parents[2] / "docs" / "threat-model.md"


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def _rows() -> Iterator[tuple[str, bytes]]:
    """Every value of every column, as bytes."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT * FROM {connection.ops.quote_name(table)}"
            )  # table names are the database's own
            columns = [one[0] for one in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield f"{table}.{column}", data


@pytest.fixture
def case(desk: Desk, ask: Callable[..., str], request_body: dict[str, Any]) -> dict[str, str]:
    """A dossier with all that a case has: names, accounts and sentences everywhere they can be written."""
    opened = ask(
        body=request_body,
        texts=[
            {"field": "offence_and_facts", "language": "en", "text": "Hakon Vinter changed the bank account."}
        ],
        reference="AUR-2026-17",
    )
    clerk = desk.person("cp-drafter")
    actions.record_minute(
        clerk, opened, text="Rang Marta Lindqvist at the bank.", language="en", secret=SECRET
    )
    measure = {
        "authority": "Kobenstad Court",
        "kind": "preservation_order",
        "date": "2026-11-23",
        "legal_basis": "section 4",
        "addressee": "Nordmail AB",
    }
    ordered = actions.record_measure(clerk, opened, measure=measure, secret=SECRET).id
    body = {
        "nature": "judicial",
        "authority": "Kobenstad Court",
        "date": "2026-11-23",
        "scope": "Rooms of Ebba Falk",
    }
    actions.record_measure_step(clerk, opened, measure=ordered, step="authorised", body=body, secret=SECRET)
    actions.record_safeguard(
        clerk,
        opened,
        step="non_discrimination",
        outcome="met",
        reason="Asked Tove Renner.",
        language="en",
        secret=SECRET,
    )
    actions.save_draft(
        clerk,
        kind="preservation",
        act="withdraw",
        content={"texts": [{"text": "A second thought"}]},
        dossier_id=opened,
    )
    signatory = desk.person("cp-signatory")
    upload = actions.start_upload(signatory, opened)
    actions.add_part(
        signatory,
        upload.id,
        item="mailbox/invoice-4471.eml",
        offset=0,
        data=b"IBAN NO93 8601 1117 947",
        last=True,
    )
    package = actions.finish_upload(signatory, upload.id, secret=SECRET).package
    other = Purpose(EXCULPATORY, matter="AUR-2026-99")
    actions.open_evidence(signatory, package, secret=SECRET, purpose=other)
    return {"dossier": opened, "package": package}


SENTENCES = (
    "billing@nordmail.example", "Nordmail", "Hakon Vinter", "bank account", "Marta Lindqvist", "Kobenstad",
    "Nordmail AB", "second thought", "invoice-4471", "8601 1117", "AUR-2026-17", "AUR-2026-99",
    "Ebba Falk", "Tove Renner", "Name of drafter", "airport",
    SECRET, PASSPHRASE, PASSWORD,
)  # fmt: skip


def test_a_dump_of_database_and_disk_shows_no_name_account_or_sentence(
    desk: Desk, case: dict[str, str]
) -> None:
    places = [(str(path), data) for path, data in _files(desk.home.root)] + list(_rows())
    for sentence in SENTENCES:
        for form in {sentence, sentence.lower(), sentence.encode().hex()}:
            found = [place for place, data in places if form.encode() in data]
            assert not found, (sentence, found)


def test_the_same_search_finds_what_is_in_clear(desk: Desk, case: dict[str, str]) -> None:
    """The search is not blind: it finds the codes that are meant to be there."""
    data = b"".join(data for _, data in _rows())
    assert b"preservation" in data
    assert case["dossier"].encode() in data


def test_no_key_on_disk_or_in_the_database_signs_as_an_officer_or_the_state(
    desk: Desk, case: dict[str, str]
) -> None:
    officers = [public for public in _publics(desk.home.root) if public.use in (KeyUse.OFFICER, KeyUse.STATE)]
    assert officers  # their sealed files are here, and say whose they are
    guesses = {
        PASSWORD,
        "",
        "xaa",
        *(data.decode("utf-8", "ignore").strip() for _, data in _files(desk.home.root / "keys")),
    }
    for path, data in _files(desk.home.root):
        if path.suffix != ".json" or b'"box"' not in data:
            continue
        for guess in guesses:
            with pytest.raises(NotaryFault):
                keys.unlock(path, guess)
        with pytest.raises(NotaryFault):
            keys.load(path)
    for path, _ in _files(desk.home.root / "keys"):
        try:
            key = keys.load(path)
        except NotaryFault:
            continue
        assert key.use in (KeyUse.NODE, KeyUse.REQUEST, KeyUse.LOG, KeyUse.WITNESS)


def _publics(folder: Path) -> Iterator[keys.PublicKey]:
    for path, data in _files(folder):
        if path.suffix == ".json" and b'"public"' in data:
            try:
                yield keys.public_of(path)
            except NotaryFault:
                continue


def test_nothing_on_disk_or_in_the_database_opens_a_package(desk: Desk, case: dict[str, str]) -> None:
    folder = desk.home.packages / models.Package.objects.get(pk=case["package"]).folder
    assert wrap_names(folder)
    pattern = re.compile(rb"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+")
    everything = [data for _, data in _files(desk.home.root)] + [data for _, data in _rows()]
    found = {match.decode() for data in everything for match in pattern.findall(data)}
    assert found == set(desk.home.letter_identities)  # the node's own, for letters
    for identity in found:
        with pytest.raises(SealFault):
            list(iter_items(folder, [identity]))
    sealed = [path for path, _ in _files(desk.home.root) if path.name == "custody.age"]
    assert len(sealed) >= 4
    for path in sealed:
        for guess in (PASSWORD, "", *found):
            with pytest.raises(SealFault):
                age.decrypt(BytesIO(path.read_bytes()), BytesIO(), [age.Passphrase(guess)])


def test_the_officer_with_the_secret_does_open_it(desk: Desk, case: dict[str, str]) -> None:
    opened = actions.open_evidence(desk.person("cp-signatory"), case["package"], secret=SECRET)
    assert [item.name for item in opened.items] == ["mailbox/invoice-4471.eml"]


def test_a_forged_row_is_noticed(desk: Desk, case: dict[str, str]) -> None:
    """Root may write any row; an act that no officer signed is not shown as one."""
    row = models.ActRow.objects.get()
    envelope = Envelope.from_json(desk.home.vault.open(row.dossier_id, f"act/{row.pk}", row.sealed))
    forged = Envelope(
        envelope.payload_type, envelope.payload.replace(b"content", b"traffic"), envelope.signatures
    )
    models.ActRow.objects.filter(pk=row.pk).update(
        sealed=desk.home.vault.seal(row.dossier_id, f"act/{row.pk}", forged.to_json())
    )
    with pytest.raises(NotaryFault):
        queries.dossier_page(desk.person("cp-drafter"), case["dossier"])


def test_destroying_a_dossiers_key_makes_it_unreadable(desk: Desk, case: dict[str, str]) -> None:
    from corridor.casework.fault import CaseworkFault

    desk.home.vault.destroy(case["dossier"])
    with pytest.raises(CaseworkFault) as caught:
        queries.dossier_page(desk.person("cp-drafter"), case["dossier"])
    assert caught.value.code == "casework.vault.key-gone"


def test_every_column_in_clear_is_listed_in_the_threat_model() -> None:
    text = THREAT_MODEL.read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z]+\.[a-z_]+)`", text))
    columns = {
        f"{model._meta.model_name}.{field.name}"
        for model in apps.get_app_config("casework").get_models()
        for field in model._meta.get_fields()
        if getattr(field, "column", None) or (field.many_to_many and not field.auto_created)
    }
    assert columns == {one for one in listed if one.split(".")[0] in {c.split(".")[0] for c in columns}}
