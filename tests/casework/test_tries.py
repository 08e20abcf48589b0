"""What is typed wrongly, too often, or to break something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.casework.conftest import SECRET, Desk

from corridor.casework import actions, queries
from corridor.casework.actions import evidence
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.models import Draft, Officer
from corridor.faults import Fault


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(CaseworkFault) as caught:
        call()
    return caught.value.code


def test_a_signing_secret_is_not_tried_for_ever(desk: Desk, ask: Callable[..., str]) -> None:
    """A stolen session does not get to guess; the login itself goes on."""
    opened, person = ask(), desk.person("cp-signatory")

    def minute(secret: str) -> object:
        return actions.record_minute(person, opened, text="x", language="en", secret=secret)

    for _ in range(8):
        assert _code(lambda: minute("a wrong secret")) == "casework.secret.wrong"
    assert _code(lambda: minute(SECRET)) == "casework.secret.too-many"
    assert not actions.too_many("cp-signatory")
    desk.clock.turn(minutes=11)
    minute(SECRET)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("texts", [{"text": "no field"}]),
        ("conditions", [{"code": "no_id"}]),
        ("attachments", [{}]),
        ("attachments", [{"digest": "ab" * 32, "size": "much", "role": "note"}]),
    ],
)
def test_rows_that_are_not_of_their_form_are_named(
    desk: Desk, ask: Callable[..., str], name: str, rows: Any
) -> None:
    opened, person = ask(), desk.person("cp-signatory")
    heads = queries.dossier_page(person, opened).heads
    wish: Any = {name: rows}
    with pytest.raises(CaseworkFault) as caught:
        actions.sign_act(person, act="withdraw", dossier_id=opened, seen=heads, secret=SECRET, **wish)
    assert (caught.value.code, caught.value.facts) == ("casework.act.body", {"place": name})


def test_open_uploads_of_one_authority_have_an_end(
    desk: Desk, ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_AT_ONCE", 2)
    monkeypatch.setattr(evidence, "_sessions", {})
    opened, person = ask(), desk.person("cp-signatory")
    open_ = [actions.start_upload(person, opened) for _ in range(2)]
    assert _code(lambda: actions.start_upload(person, opened)) == "casework.upload.too-many"
    for one in open_:
        actions.abandon_upload(person, one.id)
    actions.abandon_upload(person, actions.start_upload(person, opened).id)


@pytest.mark.parametrize("name", ["²/x", "-1/x", "0/../../etc/passwd", "99999999999999999999/x"])
def test_a_folder_that_is_not_listed_is_absent(desk: Desk, ask: Callable[..., str], name: str) -> None:
    opened, person = ask(), desk.person("cp-signatory")
    with pytest.raises(NotFound):
        actions.seal_from_server(person, opened, paths=[name], secret=SECRET)


def test_a_signed_draft_leaves_no_key_behind(desk: Desk, request_body: dict[str, Any]) -> None:
    person, to = desk.person("cp-signatory"), {"state": "XBB", "authority": "XBB-CP"}
    content = {"to": to, "body": request_body}
    draft = actions.save_draft(person, kind="preservation", act="request", content=content).id
    assert list((desk.home.root / "vault").rglob(f"draft-{draft}.key"))
    actions.sign_act(
        person,
        act="request",
        kind="preservation",
        to=to,
        body=request_body,
        secret=SECRET,
        override_reason="the rest follows",
        draft_id=draft,
    )
    assert not Draft.objects.exists()
    assert not list((desk.home.root / "vault").rglob(f"draft-{draft}.key"))


def test_a_lost_or_damaged_key_file_is_not_called_a_wrong_secret(desk: Desk, ask: Callable[..., str]) -> None:
    """Whoever is told that the secret is wrong tries again for nothing, and is counted for it."""
    dossier = ask()
    person = desk.person("cp-signatory")
    folder = desk.home.officers / Officer.objects.get(pk=person.officer_id).folder
    whole = (folder / "key.json").read_bytes()
    for spoil, code in (
        (lambda: (folder / "key.json").unlink(), "notary.key.no-file"),
        (lambda: (folder / "key.json").write_bytes(whole[: len(whole) // 2]), "notary.key.file-malformed"),
    ):
        spoil()
        for _ in range(10):
            with pytest.raises(Fault) as caught:
                actions.record_minute(person, dossier, text="x", language="en", secret=SECRET)
            assert caught.value.code == code
    (folder / "key.json").write_bytes(whole)
    actions.record_minute(person, dossier, text="x", language="en", secret=SECRET)
