"""A legal act is one function: signed by an officer's own secret, from the page they saw, or nothing happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.casework.conftest import SECRET, Desk, safeguard

from corridor import dossier
from corridor.casework import actions, queries, store
from corridor.casework.fault import CaseworkFault, Moved, NotAllowed, NotFound
from corridor.casework.models import ActRow, Dossier, LogLeaf, OutboxLetter, PeerState

pytestmark = pytest.mark.django_db


def test_signing_keeps_the_act_its_leaf_and_a_letter_for_each_other_member(
    desk: Desk, ask: Callable[..., str]
) -> None:
    opened = ask()
    act = ActRow.objects.get()
    letter = OutboxLetter.objects.get()
    assert (act.pk, act.own, act.prev) == (opened, True, "")
    assert LogLeaf.objects.get().index == 0
    assert letter.state == "XBB"
    from corridor.exchange import open_letter

    inside = open_letter(bytes(letter.raw), [desk.others["XBB"].letters])
    assert inside.act_id == opened


def test_a_wrong_secret_signs_nothing(desk: Desk, request_body: dict[str, Any]) -> None:
    with pytest.raises(CaseworkFault) as caught:
        actions.sign_act(
            desk.person("cp-signatory"),
            act="request",
            kind="preservation",
            to={"state": "XBB", "authority": "XBB-CP"},
            body=request_body,
            secret="not the secret of the officer",
            override_reason="r",
        )
    assert caught.value.code == "casework.secret.wrong"
    assert ActRow.objects.count() == OutboxLetter.objects.count() == 0


def test_what_is_missing_stops_a_request_unless_a_reason_goes_with_it(
    desk: Desk, request_body: dict[str, Any]
) -> None:
    def sign(reason: str | None) -> Any:
        return actions.sign_act(
            desk.person("cp-signatory"),
            act="request",
            kind="preservation",
            to={"state": "XBB", "authority": "XBB-CP"},
            body=request_body,
            secret=SECRET,
            override_reason=reason,
        )

    with pytest.raises(CaseworkFault) as caught:
        sign(None)
    assert caught.value.code == "casework.request.incomplete"
    made = sign("the man is at the airport")
    page = queries.dossier_page(desk.person("cp-drafter"), made.dossier)
    assert any(text.text == "the man is at the airport" for text in page.timeline[0].texts)
    assert "request.incomplete" in page.flags


def test_the_dossier_moved_since_the_page_was_made(desk: Desk, ask: Callable[..., str]) -> None:
    """The officer is shown what changed, signs nothing, and may sign again from there."""
    opened = ask()
    page = queries.dossier_page(desk.person("cp-signatory"), opened)
    borealia = desk.others["XBB"]
    state = store.load(desk.home, Dossier.objects.get()).state
    theirs = borealia.following(state, "acknowledge", desk.clock())
    desk.receive(theirs)

    def withdraw(seen: Any) -> Any:
        return actions.sign_act(
            desk.person("cp-signatory"), act="withdraw", dossier_id=opened, seen=seen, secret=SECRET
        )

    with pytest.raises(Moved) as caught:
        withdraw(page.heads)
    assert caught.value.since == (theirs.id,)
    assert [row.id for row in queries.changes(desk.person("cp-signatory"), opened, page.heads)] == [theirs.id]
    assert not ActRow.objects.filter(own=True).exclude(pk=opened).exists()
    withdraw(caught.value.heads)
    assert store.load(desk.home, Dossier.objects.get()).state.status == "withdrawn"


def test_two_officers_of_one_state_cannot_both_follow_one_act(desk: Desk, ask: Callable[..., str]) -> None:
    """The database itself refuses a second own act after the same one: no fork by accident."""
    opened = ask()
    row = ActRow.objects.get()
    own = {
        "dossier_id": opened,
        "from_state": "XAA",
        "name": "x",
        "claimed": row.claimed,
        "arrived": row.arrived,
    }
    ActRow.objects.create(id="a" * 64, prev=opened, own=True, sealed=b"", **own)
    with pytest.raises(IntegrityError), transaction.atomic():
        ActRow.objects.create(id="b" * 64, prev=opened, own=True, sealed=b"", **own)
    ActRow.objects.create(id="c" * 64, prev=opened, own=False, sealed=b"", **own)


def test_an_act_the_dossier_does_not_allow_is_not_signed(desk: Desk, ask: Callable[..., str]) -> None:
    opened = ask()
    with pytest.raises(dossier.DraftFault):
        actions.sign_act(
            desk.person("cp-signatory"),
            act="preserved",
            dossier_id=opened,
            body={"preserved_until": "2027-01-01"},
            seen=[opened],
            secret=SECRET,
        )
    assert ActRow.objects.count() == 1


@pytest.mark.parametrize("username", ["cp-drafter", "cp-supervisor", "cp-administrator"])
def test_only_a_signatory_sends_a_preservation_request(
    desk: Desk, ask: Callable[..., str], username: str
) -> None:
    with pytest.raises(NotAllowed):
        ask(by=username)


def test_the_contact_point_cannot_send_a_stored_data_request(desk: Desk, ask: Callable[..., str]) -> None:
    with pytest.raises(NotAllowed):
        ask(kind="stored_data", by="cp-signatory")


def test_an_expired_credential_signs_nothing(desk: Desk, ask: Callable[..., str]) -> None:
    desk.clock.turn(days=61)
    with pytest.raises(CaseworkFault) as caught:
        ask()
    assert caught.value.code == "casework.secret.credential-expired"


def test_a_disabled_officer_is_nobody(desk: Desk) -> None:
    person = desk.person("cp-signatory")
    actions.disable_officer("cp-signatory")
    with pytest.raises(NotFound):
        desk.person("cp-signatory")
    with pytest.raises(CaseworkFault) as caught:
        actions.record_minute(person, "0" * 64, text="x", language="en", secret=SECRET)
    assert caught.value.code in ("casework.access.not-found", "casework.secret.no-key")
    assert not any(path.name.startswith(person.number) for path in desk.home.officers.iterdir())


def test_a_reset_officer_has_a_new_key_and_the_old_secret_is_worth_nothing(
    desk: Desk, ask: Callable[..., str]
) -> None:
    from tests.casework.abroad import PASSPHRASE

    actions.reset_officer(username="cp-signatory", passphrase=PASSPHRASE, secret="another secret of theirs")
    with pytest.raises(CaseworkFault) as caught:
        ask()
    assert caught.value.code == "casework.secret.wrong"


def _asked(desk: Desk) -> str:
    """Borealia asks Aurelia for stored data, and Aurelia accepts and executes."""
    opening = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(opening)
    _sign(desk, opening.id, "accept", {})
    measure = {
        "authority": "Court",
        "kind": "production_order_data",
        "date": "2026-11-20",
        "legal_basis": "s 1",
    }
    safeguard(desk.person("ca-signatory"), opening.id)
    _sign(desk, opening.id, "execute", {"measure": measure})
    return opening.id


def _sign(desk: Desk, opened: str, act: str, body: dict[str, Any], **more: Any) -> Any:
    person = desk.person(more.pop("by", "ca-signatory"))
    heads = queries.dossier_page(person, opened).heads
    return actions.sign_act(person, act=act, dossier_id=opened, body=body, seen=heads, secret=SECRET, **more)


def _seal(desk: Desk, opened: str) -> str:
    person = desk.person("ca-signatory")
    upload = actions.start_upload(person, opened)
    actions.add_part(person, upload.id, item="mail/1.eml", offset=0, data=b"From: x\r\n", last=True)
    return actions.finish_upload(person, upload.id, secret=SECRET).package


def _deliver(desk: Desk, opened: str, package: str, by: str = "ca-signatory") -> Any:
    person = desk.person(by)
    heads = queries.dossier_page(person, opened).heads
    return actions.deliver(person, opened, packages=[package], seen=heads, secret=SECRET)


def test_delivering_writes_statement_and_wrap_with_the_act(desk: Desk) -> None:
    """One transaction; the wrap opens for the receiving custodian and for nobody who had none."""
    from corridor.casework.actions.handover import materialise
    from corridor.casework.models import Handover, Package, Transfer
    from corridor.seal.package import iter_items

    opened = _asked(desk)
    package = _seal(desk, opened)
    folder = desk.home.packages / Package.objects.get().folder
    before = {path.name for path in (folder / "package-key").iterdir()}
    made = _deliver(desk, opened, package)
    row = Handover.objects.get()
    assert row.act_id == made.act
    assert {
        path.name for path in (folder / "package-key").iterdir()
    } == before  # nothing on disk before it is asked for
    materialise(desk.home, row.package)
    identity = desk.others["XBB"].custody["CA"].text
    assert [item.name for item in iter_items(folder, [identity])] == ["mail/1.eml"]
    assert Transfer.objects.get().state == "XBB"


def test_delivering_without_an_execution_is_impossible(desk: Desk) -> None:
    opening = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(opening)
    _sign(desk, opening.id, "accept", {})
    with pytest.raises(dossier.DraftFault):
        _deliver(desk, opening.id, _seal(desk, opening.id))


def test_the_officer_who_executed_does_not_deliver_where_two_pairs_of_eyes_are_asked(desk: Desk) -> None:
    opened = _asked(desk)
    package = _seal(desk, opened)
    desk.home.four_eyes = "on"
    with pytest.raises(CaseworkFault) as caught:
        _deliver(desk, opened, package)
    assert (caught.value.code, caught.value.facts["reason"]) == (
        "casework.disclosure.closed",
        "casework.disclosure.four-eyes",
    )
    from tests.casework.abroad import PASSPHRASE

    actions.add_officer(
        username="ca-second",
        name="Second",
        authority="XAA-CA",
        role="signatory",
        password="a long enough password",
        secret=SECRET,
        passphrase=PASSPHRASE,
    )
    _deliver(desk, opened, package, by="ca-second")


def test_an_old_directory_closes_the_gate_and_preservation_goes_on(
    desk: Desk, ask: Callable[..., str]
) -> None:
    """Fail closed to disclose, fail open to preserve."""
    opened = _asked(desk)
    package = _seal(desk, opened)
    desk.clock.turn(days=8)
    with pytest.raises(CaseworkFault) as caught:
        _deliver(desk, opened, package)
    assert caught.value.facts["reason"] == "registry.entry.stale"
    ask()


def test_an_alarm_about_a_peers_log_closes_the_gate(desk: Desk) -> None:
    opened = _asked(desk)
    package = _seal(desk, opened)
    PeerState.objects.update_or_create(state="XBB", defaults={"alarm": "notary.log.forked"})
    with pytest.raises(CaseworkFault) as caught:
        _deliver(desk, opened, package)
    assert caught.value.facts["reason"] == "notary.log.forked"


def test_a_node_that_came_back_from_a_backup_signs_nothing(desk: Desk, ask: Callable[..., str]) -> None:
    from corridor.casework import restored

    restored.mark(desk.home, "casework.restored.behind")
    with pytest.raises(CaseworkFault) as caught:
        ask()
    assert caught.value.code == "casework.restored.behind"


def test_the_national_file_is_a_signed_chain_that_only_its_authority_reads(
    desk: Desk, ask: Callable[..., str]
) -> None:
    opened = ask()
    clerk = desk.person("cp-drafter")
    actions.record_minute(clerk, opened, text="called the prosecutor", language="en", secret=SECRET)
    measure = {"authority": "Court", "kind": "preservation_order", "date": "2026-11-23", "legal_basis": "s 4"}
    actions.record_measure(clerk, opened, measure=measure, secret=SECRET)
    actions.make_available(desk.person("cp-supervisor"), opened, authority="XAA-CA", secret=SECRET)
    page = queries.dossier_page(clerk, opened)
    assert [row.kind for row in page.national] == ["minute", "measure", "made_available"]
    other = queries.dossier_page(desk.person("ca-signatory"), opened)
    assert other.national == ()
    assert other.possible == ()
    assert LogLeaf.objects.exclude(index=None).count() == 4
    assert OutboxLetter.objects.count() == 1  # none of it is sent


def test_a_measure_has_a_kind_the_law_data_knows(desk: Desk, ask: Callable[..., str]) -> None:
    with pytest.raises(CaseworkFault) as caught:
        actions.record_measure(
            desk.person("cp-drafter"),
            ask(),
            measure={"authority": "Court", "kind": "telepathy", "date": "2026-11-23", "legal_basis": "s 4"},
            secret=SECRET,
        )
    assert caught.value.code == "casework.national.measure-kind"


def test_parts_of_an_upload_come_in_order_and_once(desk: Desk) -> None:
    opened = _asked(desk)
    drafter, signatory = desk.person("ca-drafter"), desk.person("ca-signatory")
    upload = actions.start_upload(drafter, opened)

    def part(offset: int, data: bytes, last: bool = False) -> int:
        return actions.add_part(
            drafter, upload.id, item="a.log", offset=offset, data=data, last=last
        ).received

    assert part(0, b"12345") == 5
    assert part(0, b"12345") == 5  # repeated after a cut: answered, not written twice
    with pytest.raises(CaseworkFault):
        part(9, b"xyz")
    assert part(5, b"678", last=True) == 8
    with pytest.raises(NotFound):
        actions.add_part(desk.person("cp-drafter"), upload.id, item="b", offset=0, data=b"", last=True)
    with pytest.raises(NotAllowed):
        actions.finish_upload(drafter, upload.id, secret=SECRET)
    made = actions.finish_upload(signatory, upload.id, secret=SECRET)
    items = actions.open_evidence(signatory, made.package, secret=SECRET).items
    assert [(item.name, item.size) for item in items] == [("a.log", 8)]
    assert (
        b"".join(actions.read_item(signatory, made.package, item=items[0].id, secret=SECRET)) == b"12345678"
    )


def test_evidence_from_the_servers_disk_comes_from_allowed_folders_only(desk: Desk, tmp_path: Any) -> None:
    opened = _asked(desk)
    person = desk.person("ca-signatory")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "image.dd").write_bytes(b"disk")
    (tmp_path / "secret.txt").write_text("not this")
    desk.home.evidence_folders = (tmp_path / "in",)
    assert actions.server_folder(person) == ("0/image.dd",)
    for path in ("0/../secret.txt", "0/", "1/image.dd", "0//etc/passwd", "x"):
        with pytest.raises(NotFound):
            actions.seal_from_server(person, opened, paths=[path], secret=SECRET)
    made = actions.seal_from_server(person, opened, paths=["0/image.dd"], secret=SECRET)
    assert made.items == 1


def test_a_draft_is_sealed_and_goes_when_it_is_signed(desk: Desk, request_body: dict[str, Any]) -> None:
    drafter = desk.person("cp-drafter")
    content = {"to": {"state": "XBB", "authority": "XBB-CP"}, "body": request_body, "texts": []}
    saved = actions.save_draft(drafter, kind="preservation", act="request", content=content)
    assert saved.missing
    assert queries.draft_page(desk.person("cp-signatory"), saved.id).content == content
    with pytest.raises(NotFound):
        queries.draft_page(desk.person("ca-signatory"), saved.id)
    actions.sign_act(
        desk.person("cp-signatory"),
        act="request",
        kind="preservation",
        to=content["to"],
        body=content["body"],
        secret=SECRET,
        override_reason="r",
        draft_id=saved.id,
    )
    with pytest.raises(NotFound):
        queries.draft_page(drafter, saved.id)


def test_too_many_wrong_passwords_are_not_tried_again(desk: Desk) -> None:
    for _ in range(8):
        assert not actions.too_many("cp-drafter")
        actions.signed_in("cp-drafter", None, succeeded=False)
    assert actions.too_many("cp-drafter")
    desk.clock.turn(minutes=11)
    assert not actions.too_many("cp-drafter")
