"""Checking without a key: whatever is altered, cut, renamed, added or taken away is found, with its code."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seal_cast import Cast, Sealed, State, contents

from corridor.faults import Fault
from corridor.notary import Envelope
from corridor.seal import age, package
from corridor.seal.faults import CustodyError, PackageError
from corridor.seal.index import Item, parse_record, read_lines
from corridor.seal.layout import FIXED_TAG_NAME, PAYLOAD_NAME, parse_bag_info, parse_manifest

UNCHANGED, CHANGED, CANNOT_TELL = (
    package.Verdict.UNCHANGED,
    package.Verdict.CHANGED,
    package.Verdict.CANNOT_TELL,
)


def codes(report: package.Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_the_three_verdicts_and_their_exit_statuses(sealed: Sealed, cast: Cast) -> None:
    signed, unsigned = sealed(), sealed(signer=None, name="unsigned")
    report = package.verify(signed.path, trust=cast.keys_for)
    assert (report.verdict, report.exit_status, codes(report)) == (UNCHANGED, 0, set())
    assert package.verify(signed.path).verdict == UNCHANGED
    report = package.verify(unsigned.path)
    assert (report.verdict, report.exit_status, codes(report)) == (CANNOT_TELL, 2, {"seal.custody.no-root"})
    assert package.verify(unsigned.path, expected_id=unsigned.id).verdict == UNCHANGED
    report = package.verify(signed.path, expected_id=unsigned.id)
    assert (report.verdict, report.exit_status, codes(report)) == (CHANGED, 1, {"seal.package.other"})


def test_a_report_says_first_what_it_does_not_prove(sealed: Sealed) -> None:
    report = package.verify(sealed().path).as_json()
    assert next(iter(report)) == "does_not_prove"
    assert len(report["does_not_prove"]) == 4


def test_keys_nobody_knows_leave_the_question_open(sealed: Sealed) -> None:
    report = package.verify(sealed().path, trust=lambda state: [])
    assert (report.verdict, codes(report)) == (CANNOT_TELL, {"notary.credential.unknown-key"})


def test_a_folder_that_is_no_package_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"seal\.package\.not-one"):
        package.verify(tmp_path)


def payload(path: Path) -> Path:
    return sorted((path / "data").rglob("*.age"))[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def relist(path: Path, name: str) -> None:
    """Make the tag manifest agree with a changed file, as a forger would."""
    manifest = path / "tagmanifest-sha256.txt"
    lines = [line for line in manifest.read_text().splitlines() if not line.endswith(f"  {name}")]
    lines.append(f"{hashlib.sha256((path / name).read_bytes()).hexdigest()}  {name}")
    manifest.write_text("\n".join(sorted(lines, key=lambda line: line[66:])) + "\n")


def edit_manifest(path: Path, old: str, new: str) -> None:
    edit(path / "manifest-sha256.txt", old, new)
    relist(path, "manifest-sha256.txt")


def edit_info(path: Path, old: str, new: str) -> None:
    edit(path / "bag-info.txt", old, new)
    relist(path, "bag-info.txt")


def encrypt_to(path: Path, cls: str) -> None:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(b"x"), sink, [age.generate(cls).recipient])
    path.write_bytes(sink.getvalue())


FAULTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "payload truncated": ("seal.bag.digest-mismatch", lambda p: cut(payload(p))),
    "payload extended": ("seal.bag.digest-mismatch", lambda p: append(payload(p))),
    "payload missing": ("seal.bag.missing-file", lambda p: payload(p).unlink()),
    "payload swapped": (
        "seal.bag.digest-mismatch",
        lambda p: shutil.copy(sorted((p / "data").rglob("*.age"))[1], payload(p)),
    ),
    "payload added": (
        "seal.bag.extra-file",
        lambda p: shutil.copy(payload(p), payload(p).with_name("00001.age")),
    ),
    "payload renamed": (
        "seal.bag.missing-file",
        lambda p: payload(p).rename(payload(p).with_name("00009.age")),
    ),
    "stray file": ("seal.bag.extra-file", lambda p: (p / "notes.txt").write_text("x")),
    "hidden file": ("seal.bag.extra-file", lambda p: (p / "data" / ".hidden").write_text("x")),
    "a link": ("seal.bag.not-a-file", lambda p: (p / "data" / "9999").symlink_to("/etc")),
    "index missing": ("seal.bag.missing-file", lambda p: (p / "index" / "0001.age").unlink()),
    "index root altered": ("seal.bag.digest-mismatch", lambda p: append(p / "index" / "root.age")),
    "index part added": (
        "seal.bag.extra-file",
        lambda p: shutil.copy(p / "index" / "0001.age", p / "index" / "0002.age"),
    ),
    "read-me altered": ("seal.bag.digest-mismatch", lambda p: append(p / "README.txt")),
    "manifest altered": ("seal.bag.digest-mismatch", lambda p: append(p / "manifest-sha256.txt")),
    "manifest missing": ("seal.bag.missing-file", lambda p: (p / "manifest-sha256.txt").unlink()),
    "tag manifest missing": ("seal.bag.missing-file", lambda p: (p / "tagmanifest-sha256.txt").unlink()),
    "manifest and number altered": (
        "seal.custody.other-package",
        lambda p: (append(p / "README.txt"), relist(p, "README.txt")),
    ),
    "path that climbs out": (
        "seal.manifest.path-refused",
        lambda p: edit_manifest(p, "data/pack-0001/00000.age", "data/../../../etc/passwd"),
    ),
    "absolute path": (
        "seal.manifest.path-refused",
        lambda p: edit_manifest(p, "data/pack-0001/00000.age", "/etc/passwd"),
    ),
    "manifest out of order": (
        "seal.manifest.malformed",
        lambda p: edit_manifest(p, "data/0002/00000.age", "data/pack-0003/00000.age"),
    ),
    "unlisted read-me": (
        "seal.manifest.unlisted",
        lambda p: edit(
            p / "tagmanifest-sha256.txt",
            f"{hashlib.sha256((p / 'README.txt').read_bytes()).hexdigest()}  README.txt\n",
            "",
        ),
    ),
    "declaration": (
        "seal.bag.declaration",
        lambda p: (edit(p / "bagit.txt", "1.0", "0.97"), relist(p, "bagit.txt")),
    ),
    "oxum": ("seal.bag.oxum-mismatch", lambda p: edit_info(p, "Payload-Oxum: ", "Payload-Oxum: 1")),
    "label twice": (
        "seal.bag.info-malformed",
        lambda p: edit_info(p, "Corridor-I", "Corridor-Package: 1\nCorridor-I"),
    ),
    "class changed": ("seal.package.class-mixed", lambda p: edit_info(p, "hybrid", "classic")),
    "later version": ("seal.package.unknown-version", lambda p: edit_info(p, "Package: 1", "Package: 2")),
    "wrap of the weaker class": (
        "seal.package.class-mixed",
        lambda p: encrypt_to(p / "package-key" / ("0" * 64 + ".age"), age.CLASSIC),
    ),
    "wrap that is none": (
        "seal.age.file-malformed",
        lambda p: (p / "package-key" / ("0" * 64 + ".age")).write_text("age?"),
    ),
    "statement altered": (
        "seal.custody.malformed",
        lambda p: edit(next((p / "custody").glob("*.json")), '"sig":"', '"sig":"A'),
    ),
    "statement renamed": (
        "seal.custody.misnamed",
        lambda p: next((p / "custody").glob("*.json")).rename(
            p / "custody" / ("0" * 16 + "-sealed.dsse.json")
        ),
    ),
    "private part of no statement": (
        "seal.custody.private-stray",
        lambda p: encrypt_to(p / "custody" / ("0" * 16 + "-sent.private.age"), age.HYBRID),
    ),
    "trust altered": ("seal.trust.malformed", lambda p: (p / "trust" / "XBB.json").write_text("{}")),
}


@pytest.mark.parametrize("case", list(FAULTS))
def test_every_fault_is_found_with_its_code(sealed: Sealed, case: str) -> None:
    code, spoil = FAULTS[case]
    made = sealed()
    spoil(made.path)
    report = package.verify(made.path)
    assert code in codes(report)
    assert report.verdict == CHANGED
    assert all(finding.fault.next_step and str(finding.fault) for finding in report.findings)


def test_a_payload_reached_through_a_link_is_not_read(
    sealed: Sealed, identities: dict[str, age.Identity], tmp_path: Path
) -> None:
    made = sealed()
    file = made.path / "data/0002/00000.age"
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    report = package.verify(made.path)
    assert {"seal.bag.not-a-file", "seal.bag.missing-file"} <= codes(report)
    with pytest.raises(PackageError, match=r"seal\.bag\.missing-file"):
        package.open_(made.path, [identities[age.HYBRID]], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda p: shutil.rmtree(p / "package-key"), "seal.wrap.absent"),
        (lambda p: next((p / "custody").glob("*.private.age")).unlink(), "seal.custody.private-missing"),
        (lambda p: shutil.rmtree(p / "custody"), "seal.custody.no-root"),
        (lambda p: shutil.rmtree(p / "trust"), "notary.credential.unknown-key"),
    ],
)
def test_what_may_be_taken_away_leaves_a_question_and_no_accusation(
    sealed: Sealed, spoil: Callable[[Path], object], code: str
) -> None:
    made = sealed()
    spoil(made.path)
    report = package.verify(made.path)
    assert codes(report) == {code}
    assert report.verdict in (UNCHANGED, CANNOT_TELL)


def test_any_byte_of_any_file_changed_is_noticed(sealed: Sealed, cast: Cast) -> None:
    """Whatever is fixed at sealing or signed; a wrap's payload shows its fault only to who opens it."""
    made = sealed()
    rng = random.Random(20260301)
    for name, data in contents(made.path).items():
        if name.startswith("package-key/") or name.endswith(".private.age"):
            continue
        for place in sorted({0, len(data) - 1, *(rng.randrange(len(data)) for _ in range(12))}):
            changed = bytearray(data)
            changed[place] ^= 1 << rng.randrange(8)
            (made.path / name).write_bytes(bytes(changed))
            report = package.verify(made.path, expected_id=made.id)
            assert report.verdict != UNCHANGED or (report.custody and name.startswith("trust/")), (
                name,
                place,
            )
        (made.path / name).write_bytes(data)
    assert package.verify(made.path).verdict == UNCHANGED


def test_any_byte_of_a_wrap_changed_never_opens_to_something_else(
    sealed: Sealed, identities: dict[str, age.Identity]
) -> None:
    made = sealed()
    name = package.wrap_names(made.path)[0]
    data = (made.path / name).read_bytes()
    for place in range(0, len(data), 29):
        changed = bytearray(data)
        changed[place] ^= 1
        (made.path / name).write_bytes(bytes(changed))
        with pytest.raises(Fault):
            package.read_index(made.path, [identities[age.HYBRID]])


def reseal(made: package.SealedPackage, key: age.Identity, name: str, data: bytes) -> None:
    """What somebody who holds the package's public key can do: write another file, and lists that agree."""
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, [key.recipient])
    path = made.path / name
    path.write_bytes(sink.getvalue())
    digest = hashlib.sha256(sink.getvalue()).hexdigest()
    manifest = made.path / ("manifest-sha256.txt" if name.startswith("data/") else "tagmanifest-sha256.txt")
    lines = [
        f"{digest}  {name}" if line.endswith(f"  {name}") else line
        for line in manifest.read_text().splitlines()
    ]
    manifest.write_text("\n".join(lines) + "\n")
    if name.startswith("data/"):
        relist(made.path, "manifest-sha256.txt")


def plain(made: package.SealedPackage, key: age.Identity, name: str) -> bytes:
    with (made.path / name).open("rb") as file:
        return b"".join(bytes(block) for block in age.iter_decrypt(file, [key]))


def test_content_exchanged_under_matching_manifests_is_not_given_out(
    sealed: Sealed, identities: dict[str, age.Identity], tmp_path: Path
) -> None:
    made = sealed(signer=None)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    reseal(made, key, "data/0002/00000.age", b"something else")
    with pytest.raises(PackageError, match=r"seal\.item\.digest-mismatch"):
        package.open_(made.path, [identities[age.HYBRID]], tmp_path / "out")
    assert [path for path in tmp_path.iterdir() if "out" in path.name or "opening" in path.name] == []
    blocks = package.read_item(made.path, [identities[age.HYBRID]], "mailbox/disk.img")
    with pytest.raises(PackageError, match=r"seal\.item\.digest-mismatch"):
        b"".join(blocks)


def test_what_was_not_so_sealed_is_not_even_opened(
    sealed: Sealed, identities: dict[str, age.Identity], tmp_path: Path
) -> None:
    made = sealed()
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    reseal(made, key, "data/0002/00000.age", b"something else")
    for attempt in (
        lambda: package.open_(made.path, [identities[age.HYBRID]], tmp_path / "out"),
        lambda: package.rewrap(
            made.path, [identities[age.HYBRID]], package.Custodian("x", age.generate().recipient.text)
        ),
    ):
        with pytest.raises(CustodyError, match=r"seal\.custody\.other-package"):
            attempt()
    assert "seal.custody.other-package" in codes(package.verify(made.path))


def lines_of(made: package.SealedPackage, key: age.Identity) -> list[bytes]:
    return plain(made, key, "index/0001.age").split(b"\n")[:-1]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (
            lambda lines: [line.replace(b"mailbox/disk.img", b"../../disk.img!!") for line in lines],
            "seal.item.name-refused",
        ),
        (
            lambda lines: [line.replace(b'"mailbox/disk.img"', b'"/etc/cron.d/root"') for line in lines],
            "seal.item.name-refused",
        ),
        (lambda lines: lines[:-1], "seal.index.tree-mismatch"),
        (lambda lines: [*lines, lines[1]], "seal.index.tree-mismatch"),
        (lambda lines: [*lines[:-1], b"{}"], "seal.index.malformed"),
        (lambda lines: [*lines[:-1], b"not json"], "seal.index.malformed"),
        (lambda lines: lines[1:], "seal.index.malformed"),
        (lambda lines: [*lines, b"x" * (1 << 21)], "seal.index.malformed"),
        (
            lambda lines: [
                line.replace(b'"mailbox/empty.txt"', b'"mailbox"').replace(b'"empty.txt"', b'"mailbox"')
                for line in lines
            ],
            "seal.item.name-conflict",
        ),
        (lambda lines: [line.replace(b"000001", b"000099") for line in lines], "seal.pack.member-missing"),
    ],
)
def test_a_hostile_index_writes_nothing_and_opens_nothing(
    sealed: Sealed,
    identities: dict[str, age.Identity],
    tmp_path: Path,
    spoil: Callable[[list[bytes]], list[bytes]],
    code: str,
) -> None:
    made = sealed(signer=None)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    lines = spoil(lines_of(made, key))
    reseal(made, key, "index/0001.age", b"".join(line + b"\n" for line in lines))
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(PackageError) as caught:
        package.open_(made.path, [identities[age.HYBRID]], tmp_path / "out")
    assert caught.value.code == code
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "seal.index.malformed"),
        (b'{"corridor":"index/2"}', "seal.package.unknown-version"),
        (b"\xff", "seal.index.malformed"),
    ],
)
def test_a_root_of_another_kind_is_refused(
    sealed: Sealed, identities: dict[str, age.Identity], body: bytes, code: str
) -> None:
    made = sealed(signer=None)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    reseal(made, key, "index/root.age", body)
    with pytest.raises(PackageError) as caught:
        package.read_index(made.path, [identities[age.HYBRID]])
    assert caught.value.code == code


def test_the_index_of_another_package_is_refused(sealed: Sealed, identities: dict[str, age.Identity]) -> None:
    one, two = sealed(name="one", signer=None), sealed(name="two", signer=None)
    keys = [package.unwrap(each.path, [identities[age.HYBRID]]) for each in (one, two)]
    reseal(one, keys[0], "index/root.age", plain(two, keys[1], "index/root.age"))
    with pytest.raises(PackageError, match=r"seal\.index\.other-package"):
        package.read_index(one.path, [identities[age.HYBRID]])


def test_index_parts_that_nobody_announced_are_refused(
    sealed: Sealed, identities: dict[str, age.Identity]
) -> None:
    made = sealed(signer=None)
    shutil.copy(made.path / "index/0001.age", made.path / "index/0002.age")
    relist(made.path, "index/0002.age")
    with pytest.raises(PackageError, match=r"seal\.index\.parts-differ"):
        package.read_index(made.path, [identities[age.HYBRID]])


@pytest.mark.parametrize("place", [0, 124, 156])
def test_a_pack_that_is_not_ours_is_refused(
    sealed: Sealed, identities: dict[str, age.Identity], tmp_path: Path, place: int
) -> None:
    """A tar archive could hold links, devices or climbing names: only numbered plain files are read."""
    made = sealed(signer=None)
    key = package.unwrap(made.path, [identities[age.HYBRID]])
    pack = bytearray(plain(made, key, "data/pack-0001/00000.age"))
    pack[place : place + 1] = b"/"
    reseal(made, key, "data/pack-0001/00000.age", bytes(pack))
    with pytest.raises(PackageError, match=r"seal\.pack\.malformed"):
        package.open_(made.path, [identities[age.HYBRID]], tmp_path / "out")


# Parsers meet noise with the documented errors and nothing else


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_noise_raises_documented_errors_only(noise: bytes) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: parse_manifest(noise, "m", FIXED_TAG_NAME),
        lambda: parse_manifest(b"0" * 64 + b"  " + noise, "m", PAYLOAD_NAME),
        lambda: parse_bag_info(noise),
        lambda: parse_record(noise),
        lambda: list(read_lines([memoryview(noise)])),
        lambda: Envelope.from_json(noise),
    ]
    for attempt in attempts:
        with contextlib.suppress(Fault):
            attempt()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_record_with_any_member_exchanged_raises_the_documented_error(data: st.DataObject) -> None:
    record = json.loads(Item(1, "a/b", "whole", size=3, sha256="0" * 64, unit="0001", parts=1).record())
    target = record
    while isinstance(target, dict | list) and target and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else range(len(target))))
        if not isinstance(target[key], dict | list) or not target[key] or data.draw(st.booleans()):
            target[key] = data.draw(JSON)
            break
        target = target[key]
    with contextlib.suppress(PackageError):
        parse_record(json.dumps(record).encode())


def test_a_signer_without_the_power_of_custody_is_not_believed(sealed: Sealed) -> None:
    clerk = State.make("XBB", powers=["decide"])
    made = sealed(signer=clerk.signer)
    report = package.verify(made.path, trust=lambda state: [clerk.key.public])
    assert codes(report) == {"notary.credential.no-power"}
    assert report.verdict == CHANGED


def test_a_file_being_added_at_the_moment_is_told_and_is_no_fault(sealed: Sealed, cast: Cast) -> None:
    """A node adds statements and proofs while somebody checks: half of one is not a change of the evidence."""
    path, trust = sealed().path, cast.keys_for
    (path / "custody" / f".tmp-{'0f' * 8}").write_bytes(b"half")
    report = package.verify(path, trust=trust)
    assert report.verdict == "unchanged"
    assert "being-written" in {note.code for note in report.not_checked}
    (path / "data" / f".tmp-{'0f' * 8}").write_bytes(b"half")
    assert "seal.bag.extra-file" in codes(package.verify(path, trust=trust))
