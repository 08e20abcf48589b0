"""Use limits: conditions come with the evidence, and any use beyond the matter waits for the State that gave it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.casework.conftest import SECRET, Desk
from tests.casework.test_acts import _asked, _deliver, _seal

from corridor import dossier
from corridor.casework import actions, queries, store, transfers
from corridor.casework.actions.handover import materialise
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.mailroom import Mailroom
from corridor.casework.models import Authority, Dossier, LogLeaf, NationalEntry, Package
from corridor.casework.use import EXCULPATORY, MATTER, ONWARD, OTHER, Purpose
from corridor.dossier import Condition, Party, Text
from corridor.exchange import FileEntry
from corridor.seal import custody, transfer
from corridor.seal.package import Custodian, Sealer, rewrap

pytestmark = pytest.mark.django_db

MEASURE = {
    "authority": "District Court",
    "kind": "search_access",
    "date": "2026-11-25",
    "legal_basis": "s. 98",
}
CONDITION = Condition("c1", "use_limited")
WORDS = Text("conditions.c1", "en", "In the case of the supplier only.")


def theirs(desk: Desk, opened: str, name: str, by: str = "XBB", **more: Any) -> str:
    """Another State signs an act from what Aurelia holds, and posts it; the act's id."""
    abroad = desk.others[by]
    state = store.load(desk.home, Dossier.objects.get(pk=opened)).state
    made = abroad.verified(
        dossier.following(
            state,
            name,
            sender=Party(by, f"{by}-CA"),
            credential=abroad.credential("CA"),
            time=desk.clock.turn(seconds=1),
            **{"body": {}} | more,
        )
    )
    desk.receive(made, by)
    return made.id


def ours(desk: Desk, opened: str, act: str, **body: Any) -> str:
    person = desk.person("ca-signatory")
    heads = queries.dossier_page(person, opened).heads
    desk.clock.turn(seconds=1)
    return actions.sign_act(person, act=act, dossier_id=opened, body=body, seen=heads, secret=SECRET).act


@pytest.fixture
def given(desk: Desk, ask: Any, tmp_path: Path) -> str:
    """A package Borealia handed over under a condition Aurelia accepted: three items, one of them restricted."""
    opened, borealia = ask("stored_data", "ca-signatory"), desk.others["XBB"]
    offer = theirs(desk, opened, "accept", conditions=(CONDITION,), texts=(WORDS,))
    ours(desk, opened, "accept_conditions", offer=offer)
    sealer = Sealer(
        tmp_path / "package",
        [Custodian("XBB XBB-CA", str(borealia.custody["CA"].recipient))],
        "hybrid",
        clock=desk.clock,
        conditions=["use_limited (XBB): In the case of the supplier only."],
    )
    for name in ("a.eml", "b.eml", "c.eml"):
        item = sealer.item(name)
        item.write(b"From: a\n")
        item.close()
    signer = custody.Signer(borealia.credential("CA"), borealia.officer, "XBB")
    made = sealer.finish(signer)
    office = Authority.objects.get(code="XAA-CA")
    rewrap(
        made.path,
        [borealia.custody["CA"].text],
        Custodian("XAA XAA-CA", office.recipient),
    )
    sent = custody.statement(
        signer, "sent", made.id, follows=custody.heads(made.path), at=desk.clock(), facts={"to": "XAA"}
    )
    custody.add(made.path, sent.envelope)
    theirs(desk, opened, "execute", body={"measure": MEASURE})
    size = len(sent.envelope.to_json())
    theirs(
        desk,
        opened,
        "deliver",
        body={"packages": [made.id], "custody": [sent.id]},
        attachments=(
            dossier.Attachment(made.id, 1, "package"),
            dossier.Attachment(sent.id, size, "custody:sent"),
        ),
    )
    for file in transfer.files(made.path):
        with (made.path / file.name).open("rb") as stream:
            Mailroom(desk.home).put_package_file(
                "XBB", made.id, FileEntry(file.name, file.size, file.sha256), stream
            )
    transfers.complete(desk.home, "XBB", made.id)
    return made.id


def open_(desk: Desk, package: str, use: str = MATTER, **more: str) -> Any:
    return actions.open_evidence(
        desk.person("ca-signatory"), package, secret=SECRET, purpose=Purpose(use, **more)
    )


def read(desk: Desk, package: str, use: str = MATTER, **more: str) -> bytes:
    return b"".join(
        actions.read_item(
            desk.person("ca-signatory"), package, item="1", secret=SECRET, purpose=Purpose(use, **more)
        )
    )


def terms(desk: Desk, package: str) -> Any:
    return queries.use_terms(desk.person("ca-drafter"), package)


def refused(desk: Desk, package: str, use: str, **more: str) -> str:
    """Neither listed nor read, and nothing of it written down as an opening."""
    before = NationalEntry.objects.count()
    codes = set()
    for call in (open_, read):
        with pytest.raises(CaseworkFault) as caught:
            call(desk, package, use, **more)
        codes.add(caught.value.code)
    assert NationalEntry.objects.count() == before
    (code,) = codes
    return code


def test_each_opening_is_a_signed_entry_of_who_for_what_and_how_much(desk: Desk, given: str) -> None:
    assert len(open_(desk, given).items) == 3
    assert read(desk, given) == b"From: a\n"
    number = desk.person("ca-signatory").number
    found = terms(desk, given).openings
    assert [(one.officer, one.use, one.items) for one in found] == [(number, MATTER, 3), (number, MATTER, 1)]
    assert LogLeaf.objects.filter(leaf__in=[one.id for one in found]).count() == 2


@pytest.mark.parametrize(("use", "to"), [(OTHER, ""), (ONWARD, "XCC"), (ONWARD, "")])
def test_another_use_waits_for_the_consent_of_the_state_that_gave_it(
    desk: Desk, given: str, use: str, to: str
) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    assert refused(desk, given, use, to=to) == "casework.use.not-allowed"
    asked = ours(desk, opened, "ask_use", use=use, **({"to": to} if to else {"recipient": "A court"}))
    assert refused(desk, given, use, to=to) == "casework.use.not-allowed"  # asked is not allowed
    allowed = theirs(desk, opened, "allow_use", body={"asked": asked})
    assert len(open_(desk, given, use, to=to, matter="XAA-2026-0600").items) == 3
    (opening,) = terms(desk, given).openings
    assert (opening.use, opening.to, opening.consent, opening.matter) == (use, to, allowed, "XAA-2026-0600")


def test_what_is_denied_stays_closed(desk: Desk, given: str) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    asked = ours(desk, opened, "ask_use", use=OTHER)
    theirs(desk, opened, "deny_use", body={"asked": asked})
    assert refused(desk, given, OTHER) == "casework.use.not-allowed"


def test_a_consent_covers_its_own_use_and_its_own_receiver(desk: Desk, given: str) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    theirs(desk, opened, "allow_use", body={"asked": ours(desk, opened, "ask_use", use=ONWARD, to="XCC")})
    open_(desk, given, ONWARD, to="XCC")
    for use, to in ((OTHER, ""), (ONWARD, "XDD"), (ONWARD, "")):
        assert refused(desk, given, use, to=to) == "casework.use.not-allowed"


def test_this_state_cannot_allow_itself(desk: Desk, given: str) -> None:
    """An answer to a question of one's own has no effect, whoever asked."""
    opened = Package.objects.get(pk=given).dossier_id
    asked = ours(desk, opened, "ask_use", use=OTHER)
    with pytest.raises((CaseworkFault, dossier.DraftFault)):
        ours(desk, opened, "allow_use", asked=asked)
    assert refused(desk, given, OTHER) == "casework.use.not-allowed"


def test_a_use_nobody_knows_opens_nothing(desk: Desk, given: str) -> None:
    assert refused(desk, given, "curiosity") == "casework.use.unknown"


def test_what_a_review_did_not_uphold_is_opened_for_nothing_but_what_may_clear_an_accused(
    desk: Desk, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which packages these are is the kind's answer (tests/dossier/test_emergency_assistance.py)."""
    kind = replace(dossier.REGISTRY["stored_data"], barred=lambda facts: frozenset({given}))
    monkeypatch.setattr(dossier, "REGISTRY", {**dossier.REGISTRY, "stored_data": kind})
    for use in (MATTER, OTHER, ONWARD):
        assert refused(desk, given, use) == "casework.use.not-upheld"
    assert terms(desk, given).barred
    assert len(open_(desk, given, EXCULPATORY).items) == 3


def test_what_may_clear_an_accused_is_opened_and_the_state_that_gave_it_is_owed_a_notice(
    desk: Desk, given: str
) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    open_(desk, given, EXCULPATORY)
    read(desk, given, EXCULPATORY)
    found = terms(desk, given)
    assert (found.notices_owed, found.notice_cite) == (1, "UNCC_2024 40")
    assert queries.national_file(desk.person("ca-drafter"), opened).notices_owed == 1
    (place,) = queries.supervision(desk.person("ca-supervisor")).notices
    assert place.dossier == opened
    ours(desk, opened, "notify", about="exculpatory_disclosure")
    assert terms(desk, given).notices_owed == 0
    desk.clock.turn(days=1)
    open_(desk, given, EXCULPATORY)  # another day, told by nobody yet
    assert terms(desk, given).notices_owed == 1


def test_a_notice_given_before_covers_the_day_it_was_given_for(desk: Desk, given: str) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    ours(desk, opened, "notify", about="exculpatory_disclosure")
    desk.clock.turn(days=2)
    open_(desk, given, EXCULPATORY)
    assert terms(desk, given).notices_owed == 0
    desk.clock.turn(days=1)
    open_(desk, given, EXCULPATORY)
    assert terms(desk, given).notices_owed == 1


def test_other_uses_are_on_the_supervisors_page_and_the_ordinary_one_is_not(desk: Desk, given: str) -> None:
    open_(desk, given)
    assert queries.supervision(desk.person("ca-supervisor")).uses == ()
    open_(desk, given, EXCULPATORY)
    (row,) = queries.supervision(desk.person("ca-supervisor")).uses
    assert (row.opening.use, row.opening.package) == (EXCULPATORY, given)


def test_conditions_and_the_laws_limits_stand_on_the_page_before_anything_is_opened(
    desk: Desk, given: str
) -> None:
    found = terms(desk, given)
    assert (found.giver, found.own) == ("XBB", False)
    (one,) = found.conditions
    assert (one.code, one.text, one.state) == ("use_limited", WORDS.text, "XBB")
    assert {line.id for line in found.lines} >= {"speciality", "request_secrecy", "personal_data"}
    assert all(line.cite.startswith("UNCC_2024") for line in found.lines)


def test_the_packages_own_index_says_the_conditions_too(desk: Desk, given: str) -> None:
    assert open_(desk, given).conditions == ("use_limited (XBB): In the case of the supplier only.",)


def test_what_aurelia_seals_carries_the_conditions_agreed_and_the_laws_lines_of_use(desk: Desk) -> None:
    """The index travels inside the package: who opens it in ten years reads what it may be used for."""
    opening = desk.others["XBB"].opening(desk.clock(), "stored_data")
    desk.receive(opening)
    person = desk.person("ca-signatory")
    offer = actions.sign_act(
        person,
        act="accept",
        dossier_id=opening.id,
        seen=queries.dossier_page(person, opening.id).heads,
        secret=SECRET,
        conditions=[{"id": "c1", "code": "use_limited"}],
        texts=[{"field": "conditions.c1", "language": "en", "text": "In this case only."}],
    ).act
    before = _seal(desk, opening.id)  # offered is not agreed
    theirs(desk, opening.id, "accept_conditions", body={"offer": offer})
    after = _seal(desk, opening.id)
    assert [terms(desk, one).sealed_before for one in (before, after)] == [True, False]
    told = [actions.open_evidence(person, one, secret=SECRET).conditions for one in (before, after)]
    assert "use_limited (XAA): In this case only." not in told[0]
    assert told[1][0] == "use_limited (XAA): In this case only."
    assert any(line.startswith("UNCC_2024 40: ") for line in told[1])


def test_what_this_state_sealed_itself_waits_for_nobody(desk: Desk) -> None:
    opened = _asked(desk)
    package = _seal(desk, opened)
    _deliver(desk, opened, package)
    materialise(desk.home, Package.objects.get())
    assert open_(desk, package, OTHER).use == OTHER
    assert (terms(desk, package).own, terms(desk, package).notices_owed) == (True, 0)
    open_(desk, package, EXCULPATORY)
    assert terms(desk, package).notices_owed == 0
    assert queries.supervision(desk.person("ca-supervisor")).uses == ()


def test_an_authority_without_a_custodian_opens_it_for_no_use(desk: Desk, given: str) -> None:
    opened = Package.objects.get(pk=given).dossier_id
    actions.make_available(desk.person("ca-supervisor"), opened, authority="XAA-CP", secret=SECRET)
    with pytest.raises(NotAllowed):
        actions.open_evidence(desk.person("cp-signatory"), given, secret=SECRET)


def test_the_wrong_secret_opens_nothing_and_is_no_opening(desk: Desk, given: str) -> None:
    before = NationalEntry.objects.count()
    with pytest.raises(CaseworkFault) as caught:
        actions.open_evidence(desk.person("ca-signatory"), given, secret="not the secret at all")
    assert caught.value.code == "casework.secret.wrong"
    assert NationalEntry.objects.count() == before
