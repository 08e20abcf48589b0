"""When a statement was made: proven by time tokens, logs and witnesses, and keys judged at that moment."""

from __future__ import annotations

import hashlib
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corridor.notary import KeyRecord, KeyUse, Log, SigningKey, checkpoint_text, credentials, keys, timestamp
from corridor.notary.cosignature import add_cosignatures, cosign
from corridor.seal import age, custody, package
from corridor.seal.faults import CustodyError

sys.path.insert(0, str(Path(__file__).parents[1] / "notary"))
from authority import Authority

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
UNCHANGED, CHANGED, CANNOT_TELL = (
    package.Verdict.UNCHANGED,
    package.Verdict.CHANGED,
    package.Verdict.CANNOT_TELL,
)


@dataclass
class Office:
    """A State with an officer, a log and three witnesses, now."""

    code: str
    folder: Path
    key: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.STATE))
    officer: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.OFFICER))
    log_key: SigningKey = field(default_factory=lambda: keys.generate(KeyUse.LOG))
    valid: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        self.origin = f"{self.code.lower()}.example/log"
        self.witnesses = {f"w{n}.example": keys.generate(KeyUse.WITNESS) for n in range(3)}
        self.log = Log(self.folder / self.code, self.log_key, self.origin)
        credential = credentials.issue(
            self.key,
            state=self.code,
            authority=f"{self.code}-EV",
            number="0007",
            key=self.officer.public,
            powers=["custody"],
            not_before=NOW - timedelta(days=20),
            not_after=NOW - timedelta(days=20) + self.valid,
        )
        self.signer = custody.Signer(credential, self.officer, self.code)

    def proof(self, statement: str, cosigned: int = 0, at: datetime = NOW) -> bytes:
        index = self.log.append([bytes.fromhex(statement)])
        note = self.log.checkpoint()
        names = list(self.witnesses.items())[:cosigned]
        lines = [
            cosign(note, name, key, at + n * timedelta(minutes=1)) for n, (name, key) in enumerate(names)
        ]
        return self.log.proof(index, add_cosignatures(note, *lines) if lines else note)

    def held(self, revoked_at: datetime | None = None) -> custody.StateTrust:
        return custody.StateTrust(
            self.code,
            (KeyRecord(self.key.public, None, revoked_at),),
            ((self.origin, self.log_key.public),),
            {name: key.public for name, key in self.witnesses.items()},
        )


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> list[Authority]:
    place = tmp_path_factory.mktemp("times")
    return [Authority(place / str(n), f"Time {n}") for n in range(2)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office("XBB", tmp_path)


def made(office: Office, tmp_path: Path, at: datetime = NOW) -> package.SealedPackage:
    custodian = package.Custodian("unit", age.generate(age.CLASSIC).recipient.text)
    with package.Sealer(tmp_path / "package", [custodian], age.CLASSIC, clock=lambda: at) as sealer:
        with sealer.item("a") as writer:
            writer.write(b"x")
        return sealer.finish(office.signer)


def root(sealed: package.SealedPackage) -> str:
    assert sealed.statement
    return sealed.statement


def stamp(authority: Authority, digest: bytes) -> bytes:
    return authority.stamp(timestamp.new_request(digest).der)


def verify(
    sealed: package.SealedPackage,
    office: Office,
    times: list[Authority],
    revoked_at: datetime | None = None,
) -> tuple[package.Report, set[str]]:
    trust = custody.Trust.of([office.held(revoked_at)], [each.root for each in times])
    report = package.verify(sealed.path, trust=trust)
    return report, {finding.code for finding in report.findings}


def put(sealed: package.SealedPackage, name: str, data: bytes) -> None:
    (sealed.path / "custody" / f"{root(sealed)[:16]}-sealed.{name}").write_bytes(data)


def notes(report: package.Report) -> dict[str, dict[str, int]]:
    return {note.code: note.counts for note in report.not_checked}


def test_a_time_token_proves_when_a_statement_was_made(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    trust = custody.Trust.of([office.held()], [each.root for each in times])
    tokens = [stamp(each, bytes.fromhex(root(sealed))) for each in times]
    names = custody.attach(sealed.path, root(sealed), tokens=tokens, trust=trust)
    assert len(names) == 2
    assert all((sealed.path / name).is_file() for name in names)
    report, codes = verify(sealed, office, times)
    (hand,) = report.hands
    assert (report.verdict, codes) == (UNCHANGED, set())
    assert hand.anchor is not None
    assert hand.anchor.kind == "token"
    assert abs(hand.anchor.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert next(note.counts for note in report.checks if note.code == "times") == {"tokens": 2}
    assert "no time stamp" not in report.as_text()
    assert "time stamp by Time" in " ".join(report.as_text().split())


def test_a_key_revoked_later_is_good_for_what_was_anchored_before(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    token = stamp(times[0], bytes.fromhex(root(sealed)))
    put(sealed, f"{hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times, revoked_at=datetime.now(UTC) + HOUR)
    assert (report.verdict, codes) == (UNCHANGED, set())


def test_a_key_revoked_before_the_anchor_is_not_good_whatever_the_statement_says(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path, at=NOW - timedelta(days=2))
    token = stamp(times[0], bytes.fromhex(root(sealed)))
    put(sealed, f"{hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times, revoked_at=NOW - timedelta(days=1))
    assert (report.verdict, codes) == (CHANGED, {"notary.key.revoked"})
    assert report.hands[0].signature == "refused"
    assert report.custody is None


def test_without_a_proof_of_time_a_key_revoked_since_leaves_the_question_open(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path, at=NOW - timedelta(days=2))
    report, codes = verify(sealed, office, times)
    assert (report.verdict, codes) == (UNCHANGED, set())
    assert report.hands[0].time == "unproven in time"
    assert notes(report)["unproven"] == {"n": 1}
    report, codes = verify(sealed, office, times, revoked_at=NOW - timedelta(days=1))
    assert (report.verdict, codes) == (CANNOT_TELL, {"seal.custody.unproven-revoked"})
    report, codes = verify(sealed, office, times, revoked_at=NOW - timedelta(days=3))
    assert (report.verdict, codes) == (CHANGED, {"notary.key.revoked"})


def test_a_time_later_than_its_proof_is_a_claim_that_cannot_be(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path, at=NOW + HOUR)
    token = stamp(times[0], bytes.fromhex(root(sealed)))
    put(sealed, f"{hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times)
    assert (report.verdict, codes) == (CHANGED, {"seal.custody.claims-later"})


def test_a_proof_from_after_the_credential_ended_accuses_nobody(
    times: list[Authority], tmp_path: Path
) -> None:
    office = Office("XBB", tmp_path, valid=timedelta(days=10))
    sealed = made(office, tmp_path, at=NOW - timedelta(days=15))
    token = stamp(times[0], bytes.fromhex(root(sealed)))
    put(sealed, f"{hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times)
    assert (report.verdict, codes) == (CANNOT_TELL, {"seal.custody.anchored-late"})


def test_an_authority_nobody_vouches_for_proves_nothing(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    tokens = [stamp(each, bytes.fromhex(root(sealed))) for each in times]
    for token in tokens:
        put(sealed, f"{hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times[:1])
    assert (report.verdict, codes) == (UNCHANGED, {"seal.anchor.unknown-authority"})
    assert report.hands[0].anchor is not None
    assert report.hands[0].anchor.by == ("Time 0",)
    report, codes = verify(sealed, office, [])
    assert codes == set()
    assert notes(report)["not-held"] == {"n": 2}
    assert report.hands[0].anchor is None


def test_what_the_package_carries_never_vouches_against_what_the_caller_holds(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    """Whoever holds a revoked key can put an authority of his own into trust/tsa."""
    sealed = made(office, tmp_path, at=NOW - timedelta(days=2))
    custody.add_trust(sealed.path, "XBB", [office.key.public], authorities=[times[1].root])
    custody.attach(sealed.path, root(sealed), tokens=[stamp(times[1], bytes.fromhex(root(sealed)))])
    assert package.verify(sealed.path).hands[0].anchor is not None
    report, codes = verify(sealed, office, times[:1], revoked_at=NOW - timedelta(days=1))
    assert (report.verdict, codes) == (
        CANNOT_TELL,
        {"seal.anchor.unknown-authority", "seal.custody.unproven-revoked"},
    )


@pytest.mark.parametrize(
    ("name", "wrong_digest", "code"),
    [("00000000", False, "seal.anchor.misnamed"), ("", True, "seal.anchor.token-invalid")],
)
def test_a_token_of_something_else_is_refused(
    office: Office, times: list[Authority], tmp_path: Path, name: str, wrong_digest: bool, code: str
) -> None:
    sealed = made(office, tmp_path)
    token = stamp(times[0], bytes(32) if wrong_digest else bytes.fromhex(root(sealed)))
    put(sealed, f"{name or hashlib.sha256(token).hexdigest()[:8]}.tsr", token)
    report, codes = verify(sealed, office, times)
    assert (report.verdict, codes) == (CHANGED, {code})
    assert report.hands[0].anchor is None


def test_a_majority_of_witnesses_proves_time_and_fewer_do_not(office: Office, tmp_path: Path) -> None:
    for cosigned, anchored in ((1, False), (2, True), (3, True)):
        sealed = (
            made(office, tmp_path / str(cosigned)) if (tmp_path / str(cosigned)).mkdir() is None else None
        )
        assert sealed is not None
        put(sealed, "tlog-proof", office.proof(root(sealed), cosigned))
        report, codes = verify(sealed, office, [])
        assert (report.verdict, codes) == (UNCHANGED, set())
        assert (report.hands[0].anchor is not None) == anchored
        if anchored:
            assert report.hands[0].anchor is not None
            # The second of them made the majority, a minute after the first.
            assert report.hands[0].anchor.at == NOW + timedelta(minutes=1)
        else:
            assert notes(report)["self-asserted"] == {"n": 1}


def test_a_token_over_the_checkpoint_covers_what_the_log_holds(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    proof = office.proof(root(sealed))
    digest = hashlib.sha256(checkpoint_text(proof.partition(b"\n\n")[2])).digest()
    trust = custody.Trust.of([office.held()], [times[0].root])
    token = stamp(times[0], digest)
    with pytest.raises(CustodyError, match=r"seal\.anchor\.stray"):
        custody.attach(sealed.path, root(sealed), checkpoint_tokens=[token], trust=trust)
    custody.attach(sealed.path, root(sealed), proof=proof, checkpoint_tokens=[token], trust=trust)
    report, codes = verify(sealed, office, times)
    assert codes == set()
    assert report.hands[0].anchor is not None
    assert (report.hands[0].anchor.kind, report.hands[0].anchor.origin) == ("checkpoint-token", office.origin)
    office.proof("1" * 64)
    with pytest.raises(CustodyError, match=r"seal\.anchor\.proof-held"):
        custody.attach(sealed.path, root(sealed), proof=office.log.proof(0), trust=trust)


def test_a_proof_of_something_else_or_of_no_known_log(office: Office, tmp_path: Path) -> None:
    sealed = made(office, tmp_path)
    put(sealed, "tlog-proof", office.proof("1" * 64))
    report, codes = verify(sealed, office, [])
    assert (report.verdict, codes) == (CHANGED, {"seal.anchor.proof-invalid"})
    other = Office("XCC", tmp_path)
    put(sealed, "tlog-proof", other.proof(root(sealed), 3))
    report, codes = verify(sealed, office, [])
    assert (report.verdict, codes) == (UNCHANGED, {"seal.anchor.unknown-log"})
    assert report.hands[0].anchor is None


def test_a_later_statement_that_is_anchored_proves_what_it_follows(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    sent = custody.record(sealed.path, office.signer, "sent", at=NOW, facts={"to": "XAA"})
    trust = custody.Trust.of([office.held()], [times[0].root])
    custody.attach(sealed.path, sent.id, tokens=[stamp(times[0], bytes.fromhex(sent.id))], trust=trust)
    report, _ = verify(sealed, office, times)
    first, second = report.hands
    assert first.anchor is not None
    assert second.anchor is not None
    assert (first.anchor.through, second.anchor.through) == (sent.id, "")


def test_nothing_is_attached_that_does_not_hold(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    before = sorted(path.name for path in (sealed.path / "custody").iterdir())
    token = stamp(times[0], bytes.fromhex(root(sealed)))
    with pytest.raises(CustodyError, match=r"seal\.anchor\.unknown-authority"):
        custody.attach(sealed.path, root(sealed), tokens=[token])
    with pytest.raises(CustodyError, match=r"seal\.anchor\.unknown-log"):
        custody.attach(sealed.path, root(sealed), proof=office.proof(root(sealed)))
    with pytest.raises(CustodyError, match=r"seal\.custody\.absent"):
        custody.attach(sealed.path, "0" * 64, tokens=[token])
    assert sorted(path.name for path in (sealed.path / "custody").iterdir()) == before


def test_all_that_is_carried_inside_is_enough_to_see_that_it_agrees(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    sealed = made(office, tmp_path)
    held = office.held()
    custody.add_trust(
        sealed.path,
        "XBB",
        held.keys,
        logs=held.logs,
        witnesses=held.witnesses,
        authorities=[times[0].root],
    )
    custody.attach(
        sealed.path,
        root(sealed),
        proof=office.proof(root(sealed), 2),
        tokens=[stamp(times[0], bytes.fromhex(root(sealed)))],
    )
    report = package.verify(sealed.path)
    assert (report.verdict, report.findings) == (UNCHANGED, [])
    assert notes(report)["keys-inside"] == {"n": 1}
    assert {note.code for note in report.checks} >= {"proofs", "times", "custody", "digests"}
    (sealed.path / "trust/tsa/00000000.pem").write_text("none")
    assert {each.code for each in package.verify(sealed.path).findings} >= {"seal.trust.authority-malformed"}


def test_a_majority_said_to_be_less_than_half_is_refused(office: Office) -> None:
    held = office.held()
    with pytest.raises(CustodyError, match=r"seal\.trust\.malformed"):
        custody.StateTrust("XBB", held.keys, held.logs, held.witnesses, 1)


def test_a_byte_changed_in_an_anchor_never_makes_a_statement_older(
    office: Office, times: list[Authority], tmp_path: Path
) -> None:
    """A token changed is found. Of a proof only a witness's own line can go unnoticed: then it counts for less."""
    sealed = made(office, tmp_path)
    trust = custody.Trust.of([office.held()], [times[0].root])
    proof = office.proof(root(sealed), 3)
    tokens = [stamp(times[0], bytes.fromhex(root(sealed)))]
    custody.attach(sealed.path, root(sealed), proof=proof, tokens=tokens, trust=trust)
    known = package.verify(sealed.path, trust=trust).hands[0].anchor
    assert known is not None
    rng = random.Random(20260301)
    for file in sorted((sealed.path / "custody").iterdir()):
        if file.suffix not in (".tsr", ".tlog-proof"):
            continue
        data = file.read_bytes()
        for place in sorted(rng.sample(range(len(data)), 60)):
            file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            report = package.verify(sealed.path, trust=trust)
            anchor = report.hands[0].anchor
            assert anchor is None or anchor.at >= known.at, (file.name, place)
            if file.suffix == ".tsr":
                assert {each.code for each in report.findings} == {"seal.anchor.misnamed"}
            elif not report.findings:
                assert b"\n\xe2\x80\x94 w" in data[:place], place
        file.write_bytes(data)
    assert package.verify(sealed.path, trust=trust).findings == []
