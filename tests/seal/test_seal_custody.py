"""Custody: one root, no gap, every hand certified by its State; names and reasons only for who can open."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from seal_cast import NOW, Cast, Sealed, State, contents

from corridor.notary import NotaryFault, dsse
from corridor.seal import age, custody, package
from corridor.seal.faults import CustodyError, PackageError

HOUR = timedelta(hours=1)


def hand_over(path: Path, cast: Cast) -> None:
    custody.record(path, cast.borealia.signer, "sent", at=NOW + HOUR, facts={"to": "XAA"})
    custody.record(
        path, cast.aurelia.signer, "received", at=NOW + 2 * HOUR, private={"officer": "N. N.", "room": "12"}
    )


def test_a_package_that_changed_hands_shows_them_in_order(sealed: Sealed, cast: Cast) -> None:
    made = sealed()
    hand_over(made.path, cast)
    hands = custody.graph(made.path, cast.keys_for)
    assert [(each.kind, each.state) for each in hands.statements] == [
        ("sealed", "XBB"),
        ("sent", "XBB"),
        ("received", "XAA"),
    ]
    assert hands.heads == (hands.statements[-1].id,)
    assert hands.root.number == "0007"
    custody.add_trust(made.path, "XAA", [cast.aurelia.key.public])
    assert package.verify(made.path).verdict == package.Verdict.UNCHANGED


def test_copies_in_two_states_are_two_lines_of_hands(sealed: Sealed, cast: Cast) -> None:
    made = sealed()
    hand_over(made.path, cast)
    root = custody.graph(made.path, cast.keys_for).root.id
    custody.record(
        made.path, cast.borealia.signer, "disclosed", at=NOW + 3 * HOUR, follows=[root], into="1" * 64
    )
    custody.record(
        made.path, cast.aurelia.signer, "returned", at=NOW + 4 * HOUR, follows=_ids(made.path, "received")
    )
    assert len(custody.graph(made.path, cast.keys_for).heads) == 2


def _ids(path: Path, kind: str) -> list[str]:
    return [key for key, each in custody.read_statements(path).items() if custody.claimed(each).kind == kind]


def test_what_was_collected_before_is_cited_by_the_sealing(
    tmp_path: Path, cast: Cast, identities: dict[str, age.Identity]
) -> None:
    signer = cast.borealia.signer
    taken = custody.statement(signer, "collected", None, at=NOW - HOUR, private={"place": "a server room"})
    identity = identities[age.HYBRID]
    to = [package.Custodian("unit", identity.recipient.text)]
    with package.Sealer(tmp_path / "p", to, clock=lambda: NOW) as sealer:
        sealer.item("a").close()
        made = sealer.finish(signer, collected=[taken])
    hands = custody.graph(made.path, cast.keys_for)
    assert [each.kind for each in hands.statements] == ["collected", "sealed"]
    assert hands.root.follows == (taken.id,)
    key = package.unwrap(made.path, [identity])
    assert custody.read_private(made.path, hands.statements[0], [key]) == {"place": "a server room"}


def test_in_clear_stand_codes_only(sealed: Sealed, cast: Cast) -> None:
    made = sealed()
    for facts in ({"place": "the third floor"}, {"Note": "x"}, {"x": ""}, {"x": "a" * 200}):
        with pytest.raises(CustodyError, match=r"seal\.custody\.facts-not-codes"):
            custody.record(made.path, cast.borealia.signer, "sent", at=NOW, facts=facts)
    hand_over(made.path, cast)
    assert all(b"N. N." not in data for data in contents(made.path).values())


def test_a_private_part_exchanged_is_noticed(
    sealed: Sealed, cast: Cast, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    hand_over(made.path, cast)
    one, two = sorted((made.path / "custody").glob("*.private.age"))
    shutil.copy(one, two)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    said = [
        each
        for each in custody.graph(made.path, cast.keys_for).statements
        if two.name.startswith(each.id[:16])
    ]
    with pytest.raises(CustodyError, match=r"seal\.custody\.private-mismatch"):
        custody.read_private(made.path, said[0], [key])


def test_adding_a_statement_twice_does_nothing_more(sealed: Sealed, cast: Cast) -> None:
    made = sealed()
    sent = custody.record(made.path, cast.borealia.signer, "sent", at=NOW, private={"a": "b"})
    before = contents(made.path)
    custody.add(made.path, sent)
    custody.add(made.path, sent.envelope)
    assert contents(made.path) == before


def forged(path: Path, kind: str, signer: custody.Signer, **options: object) -> custody.Statement:
    options.setdefault("at", NOW)
    about = None if kind == "collected" else package.package_id(path)
    made = custody.statement(signer, kind, about, **options)  # type: ignore[arg-type]
    (path / custody.file_name(made.envelope, kind)).write_bytes(made.envelope.to_json())
    return made


def refused(path: Path, cast: Cast) -> str:
    with pytest.raises((CustodyError, NotaryFault)) as caught:
        custody.graph(path, cast.keys_for)
    return str(caught.value.code)  # type: ignore[attr-defined]


def test_a_graph_that_does_not_hold_together_is_refused(sealed: Sealed, cast: Cast) -> None:
    signer = cast.borealia.signer

    path = sealed(name="gap").path
    forged(path, "sent", signer, follows=["0" * 64])
    assert refused(path, cast) == "seal.custody.gap"

    path = sealed(name="jump").path
    forged(path, "received", signer, follows=custody.heads(path))
    assert refused(path, cast) == "seal.custody.out-of-order"

    path = sealed(name="from nowhere").path
    forged(path, "sent", signer)
    assert refused(path, cast) == "seal.custody.out-of-order"

    path = sealed(name="late collection").path
    forged(path, "collected", signer, follows=custody.heads(path))
    assert refused(path, cast) == "seal.custody.out-of-order"

    path = sealed(name="stray collection").path
    forged(path, "collected", signer)
    assert refused(path, cast) == "seal.custody.out-of-order"

    path = sealed(name="two").path
    forged(path, "sealed", signer, extra={"package": {}})
    assert refused(path, cast) == "seal.custody.two-roots"

    path = sealed(name="unsigned", signer=None).path
    assert refused(path, cast) == "seal.custody.no-root"
    forged(path, "sealed", signer, extra={"package": {}})
    assert refused(path, cast) == "seal.custody.other-package"

    path = sealed(name="wrong hands").path
    custody.record(path, signer, "sent", at=NOW, facts={"to": "XCC"})
    custody.record(path, cast.aurelia.signer, "received", at=NOW)
    assert refused(path, cast) == "seal.custody.received-by-other"

    one, two = sealed(name="one").path, sealed(name="other").path
    sent = custody.record(one, signer, "sent", at=NOW)
    with pytest.raises(CustodyError, match=r"seal\.custody\.other-package"):
        custody.add(two, sent)
    (two / custody.file_name(sent.envelope, "sent")).write_bytes(sent.envelope.to_json())
    assert refused(two, cast) == "seal.custody.other-package"


def test_only_officers_certified_for_custody_at_that_time_are_believed(sealed: Sealed, cast: Cast) -> None:
    stranger = State.make("XBB")
    path = sealed(signer=stranger.signer, name="stranger").path
    assert refused(path, cast) == "notary.credential.unknown-key"

    path = sealed(name="late").path
    custody.record(path, cast.borealia.signer, "sent", at=NOW + timedelta(days=60))
    assert refused(path, cast) == "notary.credential.expired"

    path = sealed(name="borrowed").path
    borrowed = custody.Signer(cast.borealia.signer.credential, cast.aurelia.officer, "XBB")
    custody.record(path, borrowed, "sent", at=NOW)
    assert refused(path, cast) == "notary.envelope.not-signed-by"

    path = sealed(name="for another").path
    custody.record(
        path, custody.Signer(cast.borealia.signer.credential, cast.borealia.officer, "XAA"), "sent", at=NOW
    )
    assert refused(path, cast) == "notary.credential.unknown-key"


def test_a_statement_that_does_not_follow_the_format_is_refused(cast: Cast) -> None:
    good = custody.statement(cast.borealia.signer, "sent", "0" * 64, at=NOW, facts={"to": "XAA"})
    body = json.loads(good.envelope.payload)

    def variant(**members: object) -> dict[str, object]:
        return body | {"predicate": body["predicate"] | members}

    broken: list[object] = [
        [], {}, body | {"_type": "x"}, body | {"subject": []}, body | {"predicateType": "x"},
        body | {"predicate": []}, variant(kind="lent"), variant(at="today"), variant(follows=["x"]),
        variant(follows=["1" * 64, "0" * 64]), variant(credential={}), variant(more=1), variant(private=3),
        variant(package={}), variant(facts=[]), variant(corridor="custody/2"), variant(kind="sealed"),
    ]  # fmt: skip
    for each in broken:
        envelope = dsse.sign(custody.PAYLOAD_TYPE, json.dumps(each).encode(), cast.borealia.officer)
        with pytest.raises(CustodyError):
            custody.claimed(envelope)
    with pytest.raises(CustodyError, match=r"seal\.custody\.malformed"):
        custody.claimed(dsse.sign("text/plain", good.envelope.payload, cast.borealia.officer))


def fingerprint(path: Path) -> str:
    (name,) = package.wrap_names(path)
    return Path(name).stem


def test_destruction_signs_first_lists_who_could_open_and_leaves_no_wrap(
    sealed: Sealed, cast: Cast, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    ours = fingerprint(made.path)
    other = package.Custodian("Aurelia", age.generate(age.HYBRID).recipient.text)
    package.rewrap(made.path, [identities[age.HYBRID]], other)
    left = made.path / "package-key" / ".tmp-0123456789abcdef"
    left.write_bytes(b"what a crash left")
    done = custody.destroy(
        made.path, cast.borealia.signer, at=NOW + HOUR, identities=[ours], private={"reason": "order"}
    )
    assert package.wrap_names(made.path) == []
    assert not left.exists()
    said = custody.graph(made.path, cast.keys_for).statements[-1]
    assert (said.kind, said.id) == ("destroyed", done.statement)
    assert (
        set(said.custodians) == {ours, other.parsed().fingerprint} == set(custody.custodians_known(made.path))
    )
    assert said.destroyed == custody.Destroyed(tuple(sorted(said.custodians)), (ours,))
    report = package.verify(made.path)
    assert report.verdict == package.Verdict.UNCHANGED
    assert {each.code for each in report.findings} == {"seal.wrap.absent"}
    with pytest.raises(PackageError, match=r"seal\.wrap\.none-opens"):
        package.unwrap(made.path, [identities[age.HYBRID]])


def test_destruction_of_one_wrap_leaves_the_others_and_can_be_finished_later(
    sealed: Sealed, cast: Cast, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    ours = fingerprint(made.path)
    other = package.Custodian("Aurelia", age.generate(age.HYBRID).recipient.text)
    kept = package.rewrap(made.path, [identities[age.HYBRID]], other)
    wrap = (made.path / f"package-key/{ours}.age").read_bytes()
    custody.destroy(made.path, cast.borealia.signer, at=NOW + HOUR, wraps=[ours])
    assert package.wrap_names(made.path) == [kept.relative_to(made.path).as_posix()]
    (made.path / f"package-key/{ours}.age").write_bytes(wrap)
    assert {each.code for each in package.verify(made.path).findings} == {"seal.wrap.destroyed-here"}
    before = set(custody.read_statements(made.path))
    custody.destroy(made.path, cast.borealia.signer, at=NOW + 2 * HOUR, wraps=[ours])
    assert set(custody.read_statements(made.path)) == before
    assert len(package.wrap_names(made.path)) == 1
    with pytest.raises(CustodyError, match=r"seal\.custody\.after-destruction"):
        custody.destroy(made.path, cast.borealia.signer, at=NOW, wraps=[other.parsed().fingerprint])


def test_destruction_never_reports_success_while_a_wrap_is_there(
    sealed: Sealed, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sealed()
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: None)
    with pytest.raises(PackageError, match=r"seal\.wrap\.still-there"):
        custody.destroy(made.path, cast.borealia.signer, at=NOW + HOUR)
    assert len(package.wrap_names(made.path)) == 1
    assert len(custody.read_statements(made.path, "destroyed")) == 1


def test_after_its_destruction_a_state_hands_nothing_on(sealed: Sealed, cast: Cast) -> None:
    path = sealed(name="follows").path
    custody.destroy(path, cast.borealia.signer, at=NOW + HOUR)
    custody.record(path, cast.borealia.signer, "sent", at=NOW + HOUR, facts={"to": "XAA"})
    assert refused(path, cast) == "seal.custody.after-destruction"

    path = sealed(name="beside").path
    root = custody.graph(path, cast.keys_for).root.id
    custody.destroy(path, cast.borealia.signer, at=NOW + HOUR)
    custody.record(path, cast.borealia.signer, "sent", at=NOW + 2 * HOUR, follows=[root])
    assert refused(path, cast) == "seal.custody.after-destruction"

    path = sealed(name="before").path
    custody.record(path, cast.borealia.signer, "sent", at=NOW, facts={"to": "XAA"})
    custody.destroy(path, cast.borealia.signer, at=NOW + HOUR)
    custody.record(path, cast.aurelia.signer, "received", at=NOW + 2 * HOUR)
    assert len(custody.graph(path, cast.keys_for).statements) == 4


def test_nobody_hands_on_what_it_never_held(sealed: Sealed, cast: Cast) -> None:
    path = sealed().path
    custody.record(path, cast.aurelia.signer, "sent", at=NOW, facts={"to": "XCC"})
    assert refused(path, cast) == "seal.custody.not-held"
    report = package.verify(path, trust=cast.keys_for)
    assert report.verdict == package.Verdict.CHANGED
    assert "seal.custody.not-held" in {each.code for each in report.findings}


def test_a_disclosure_names_the_package_it_made(sealed: Sealed, cast: Cast) -> None:
    path = sealed().path
    with pytest.raises(CustodyError, match=r"seal\.custody\.malformed"):
        custody.record(path, cast.borealia.signer, "disclosed", at=NOW)
    custody.record(path, cast.borealia.signer, "disclosed", at=NOW, into="2" * 64)
    hands = custody.graph(path, cast.keys_for)
    assert hands.statements[-1].into == "2" * 64
    custody.record(path, cast.borealia.signer, "sent", at=NOW + HOUR, facts={"to": "XAA"})
    assert len(custody.graph(path, cast.keys_for).statements) == 3


def test_one_bad_statement_hides_none_of_the_others(sealed: Sealed, cast: Cast) -> None:
    path = sealed().path
    signer = cast.borealia.signer
    root = custody.heads(path)
    forged(path, "sent", signer, follows=["0" * 64])
    forged(path, "received", signer, follows=root)
    forged(path, "sent", State.make("XBB").signer, follows=root)
    (path / "custody" / ("1" * 16 + "-sent.dsse.json")).write_text("{}")
    report = package.verify(path, trust=cast.keys_for)
    assert {
        "seal.custody.gap",
        "seal.custody.out-of-order",
        "seal.custody.malformed",
        "notary.credential.unknown-key",
    } <= {each.code for each in report.findings}
    assert len(report.hands) == 4
    assert report.anchored == "sealed"
    assert {hand.signature for hand in report.hands} == {"holds", "unknown"}


def test_every_kind_of_statement_answers_to_a_clause_and_the_page_says_so() -> None:
    standard = custody.iso27037()
    assert set(standard.kinds) == set(custody.KINDS)
    page = (Path(__file__).parents[2] / "docs" / "custody-standards.md").read_text(encoding="utf-8")
    for kind, clauses in standard.kinds.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{kind}` |"))
        assert ", ".join(clause.number for clause in clauses) in row
        assert standard.how[kind] in row
    for content in standard.record:
        assert content.content in page
        assert content.where in page
