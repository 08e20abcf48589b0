"""Whatever is altered, cut, lengthened, exchanged, renamed, added or taken away in a package is found, with its code.

What is found without a key is for `verify`; what only a custodian can see must never open to a wrong byte. Where a
change does no harm, `HARMLESS` says why. `make test` takes a sample of all places with a fixed seed, the long run all.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from forge import Specimen, contents, put, specimen

from corridor.faults import Fault
from corridor.seal import age, custody, package
from corridor.seal.layout import BAG_INFO, MANIFEST, TAGMANIFEST

SEED = 20260301
SAMPLE = 1600  # byte changes per class of package in `make test`
OPENED = 9  # of so many changes one is also tried with the custodian's key
CHANGED, UNCHANGED = package.Verdict.CHANGED, package.Verdict.UNCHANGED

# What a change does no harm to, without a key, and why. Everything else must be found.
HARMLESS = {
    "wrap content": "what a wrap holds shows only to its custodian, who gets a fault and never another key",
    "private content": "a private part is read with the package's key, and measured by the statement then",
    "wrap added": "a wrap is one more custodian: it gives, and changes nothing that was sealed",
    "wrap removed": "wraps may be taken away; that none is left is said",
    "newest statement removed with its private part": "what came later is not in an earlier copy; only a log tells",
    "trust label": "a label in trust/ is not read; the keys are, and they prove nothing without the directory",
    "trust added": "keys of a State that signed nothing here are not asked for",
    "white space around an envelope": "an id is over what was signed, never over the envelope",
    "empty folder": "a bag is made of files: RFC 8493 knows no empty folders",
    "times and modes": "they are the file system's, not the package's",
}
STATEMENT_CODES = {
    "seal.custody.malformed",
    "seal.custody.misnamed",
    "seal.custody.facts-not-codes",
    "notary.envelope.not-signed-by",
    "notary.signature.invalid",
}
TRUST_CODES = {"seal.trust.malformed", "notary.credential.unknown-key", "notary.signature.invalid"}
HEADER_CODES = {"seal.age.file-malformed", "seal.package.class-mixed"}


def kind_of(name: str) -> str:
    if name == TAGMANIFEST:
        return "tagmanifest"
    top, _, rest = name.partition("/")
    if top == "package-key":
        return "wrap"
    if top == "custody":
        return "statement" if rest.endswith(".dsse.json") else "private"
    return "trust" if top == "trust" else "fixed"


WANTED = {
    "fixed": {"seal.bag.digest-mismatch"},
    "tagmanifest": {"seal.custody.other-package"},
    "statement": STATEMENT_CODES,
    "trust": TRUST_CODES,
    "wrap": HEADER_CODES,
    "private": HEADER_CODES,
}


@pytest.fixture(scope="module", params=[age.CLASSIC, age.HYBRID])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Specimen:
    made = specimen(tmp_path_factory.mktemp(request.param) / "package", request.param)
    assert not package.verify(made.path, expected_id=made.id).findings
    return made


@pytest.fixture
def copy(sound: Specimen, tmp_path: Path) -> Specimen:
    """The same to spoil."""
    shutil.copytree(sound.path, tmp_path / "package")
    return Specimen(tmp_path / "package", sound.id, sound.identity, sound.contents, sound.keys)


def codes(path: Path) -> tuple[package.Verdict, set[str]]:
    report = package.verify(path)
    return report.verdict, {finding.code for finding in report.findings}


def never_a_wrong_byte(spoilt: Specimen, rng: random.Random) -> None:
    """With the key: all of it as it was, or a fault and nothing there; of one item, a fault or what was sealed."""
    out = spoilt.path.with_name("out")
    try:
        package.open_(spoilt.path, [spoilt.identity], out)
    except Fault:
        assert not out.exists()
    else:
        assert contents(out) == spoilt.contents
        shutil.rmtree(out)
    assert [file.name for file in spoilt.path.parent.iterdir()] == [spoilt.path.name]
    name = rng.choice(sorted(spoilt.contents))
    given = b""
    with suppress(Fault):
        for block in package.read_item(spoilt.path, [spoilt.identity], name):
            given += block
        assert given == spoilt.contents[name]


def private_parts_hold(spoilt: Specimen) -> bool:
    """Whether every private part reads as the statement beside it says. Never anything else in its place."""
    key = package.unwrap(spoilt.path, [spoilt.identity])
    for envelope in custody.read_statements(spoilt.path).values():
        said = custody.claimed(envelope)
        try:
            told = custody.read_private(spoilt.path, said, [key])
        except Fault:
            return False
        assert set(told) <= {"officer", "place"}
    return True


def places(sizes: dict[str, int], rng: random.Random, count: int | None) -> Iterator[tuple[str, int]]:
    """Every byte of every file, or a sample with the ends of each file in it."""
    every = [(name, place) for name, size in sorted(sizes.items()) for place in range(size)]
    if count is None or count >= len(every):
        yield from every
        return
    ends = {(name, place) for name, size in sizes.items() for place in (0, size - 1)}
    yield from sorted(ends | set(rng.sample(every, count)))


def change_bytes(spoilt: Specimen, count: int | None) -> int:
    rng = random.Random(SEED)
    before = contents(spoilt.path)
    tried = 0
    for name, place in places({name: len(data) for name, data in before.items()}, rng, count):
        tried += 1
        kind, data = kind_of(name), bytearray(before[name])
        data[place] ^= 1 << rng.randrange(8)
        (spoilt.path / name).write_bytes(data)
        verdict, found = codes(spoilt.path)
        about = (name, place, verdict, found)
        if kind in ("wrap", "private") and not found:
            assert verdict is UNCHANGED, HARMLESS[f"{kind} content"]
            if kind == "private":
                assert not private_parts_hold(spoilt), about
        elif kind == "trust" and verdict is UNCHANGED:
            assert b'"state"' in before[name][max(0, place - 9) : place + 16], (
                about,
                HARMLESS["trust label"],
            )
        else:
            assert found & WANTED[kind], about
            open_question = kind == "trust" and found == {"notary.credential.unknown-key"}
            assert (verdict is not CHANGED) if open_question else (verdict is CHANGED), about
        if kind == "wrap" or tried % OPENED == 0:
            never_a_wrong_byte(spoilt, rng)
        (spoilt.path / name).write_bytes(before[name])
    assert package.verify(spoilt.path, expected_id=spoilt.id).verdict is UNCHANGED
    return tried


def test_any_byte_changed_is_found(copy: Specimen) -> None:
    assert change_bytes(copy, SAMPLE) >= SAMPLE


@pytest.mark.slow
def test_every_single_byte_changed_is_found(copy: Specimen) -> None:
    assert change_bytes(copy, None) > 20_000


# Whole files

Change = Callable[[Path, str, dict[str, bytes]], None]


def cut(size: Callable[[int], int]) -> Change:
    return lambda path, name, before: (path / name).write_bytes(before[name][: size(len(before[name]))])  # type: ignore[return-value]


def add_to(tail: Callable[[bytes], bytes]) -> Change:
    return lambda path, name, before: (path / name).write_bytes(before[name] + tail(before[name]))  # type: ignore[return-value]


def remove(path: Path, name: str, before: dict[str, bytes]) -> None:
    (path / name).unlink()


def link(path: Path, name: str, before: dict[str, bytes]) -> None:
    """The same content, reached through a link."""
    place = path.with_name("elsewhere")
    (path / name).rename(place)
    (path / name).symlink_to(place)


def pipe(path: Path, name: str, before: dict[str, bytes]) -> None:
    (path / name).unlink()
    os.mkfifo(path / name)


def folder(path: Path, name: str, before: dict[str, bytes]) -> None:
    (path / name).unlink()
    (path / name).mkdir()


def climb(path: Path, name: str, before: dict[str, bytes]) -> None:
    (path / name).rename(path / f"{name}~")


WHOLE_FILE: dict[str, Change] = {
    "emptied": cut(lambda size: 0),
    "without its first half": lambda path, name, before: (path / name).write_bytes(  # type: ignore[dict-item,return-value]
        before[name][len(before[name]) // 2 :]
    ),
    "without its second half": cut(lambda size: size // 2),
    "without its last byte": cut(lambda size: size - 1),
    "with a zero byte more": add_to(lambda data: b"\0"),
    "with a line feed more": add_to(lambda data: b"\n"),
    "twice": add_to(lambda data: data),
    "removed": remove,
    "a link": link,
    "a pipe": pipe,
    "a folder": folder,
    "under a name no package holds": climb,
}
GONE = ("removed", "a link", "a pipe", "a folder", "under a name no package holds")
NO_FILE = ("a link", "a pipe", "a folder")  # in the place of a file
GONE_CODES = {
    "fixed": {"seal.bag.missing-file"},
    "tagmanifest": {"seal.bag.missing-file"},
    "statement": {"seal.custody.no-root", "seal.custody.gap", "seal.custody.private-stray"},
    "trust": {"notary.credential.unknown-key"},
    "private": {"seal.custody.private-missing"},
    "wrap": set(),
}
SEEN_AS = {
    "a link": {"seal.bag.not-a-file"},
    "a pipe": {"seal.bag.not-a-file"},
    "under a name no package holds": {"seal.bag.extra-file"},
}


@pytest.mark.parametrize("change", list(WHOLE_FILE))
def test_any_file_spoilt_as_a_whole_is_found(copy: Specimen, change: str) -> None:
    rng = random.Random(SEED)
    before = contents(copy.path)
    for name in sorted(before):
        kind = kind_of(name)
        WHOLE_FILE[change](copy.path, name, before)
        verdict, found = codes(copy.path)
        about = (name, change, verdict, found)
        if change in GONE:
            wanted = GONE_CODES[kind]
            if change in SEEN_AS:
                assert SEEN_AS[change] <= found, about
                assert verdict is CHANGED, about
            if change in NO_FILE and wanted:
                wanted = wanted | {"seal.bag.missing-file"}
            assert not wanted or found & wanted, about
            # Keys that one hand needs: the others still hold, and that this one cannot be judged is said.
            assert verdict is not UNCHANGED or kind in ("wrap", "private", "trust"), about
        elif kind in ("wrap", "private") and not found:
            assert verdict is UNCHANGED, (about, HARMLESS[f"{kind} content"])
            if kind == "private":
                assert not private_parts_hold(copy), about
        elif change == "with a line feed more" and kind in ("statement", "trust") and not found:
            assert verdict is UNCHANGED, (about, HARMLESS["white space around an envelope"])
        else:
            assert verdict is CHANGED, about
            assert found & WANTED[kind], about
        # What opens meets in the place of a file is for test_bombs.
        if change not in ("a pipe", "a folder") and (kind == "wrap" or change in GONE or rng.random() < 0.3):
            elsewhere = copy.path.with_name("elsewhere")
            if elsewhere.exists():  # `never_a_wrong_byte` looks at what stands beside the package
                elsewhere.rename(copy.path / "elsewhere")
                (copy.path / name).unlink()
                (copy.path / name).symlink_to(copy.path / "elsewhere")
            never_a_wrong_byte(copy, rng)
        shutil.rmtree(copy.path)
        for each, data in before.items():
            put(copy.path, each, data)


def test_any_two_files_exchanged_are_found(copy: Specimen) -> None:
    rng = random.Random(SEED)
    before = contents(copy.path)
    names = sorted(before)
    pairs = [(one, two) for number, one in enumerate(names) for two in names[number + 1 :]]
    assert len(pairs) > 250
    for one, two in pairs:
        (copy.path / one).write_bytes(before[two])
        (copy.path / two).write_bytes(before[one])
        verdict, found = codes(copy.path)
        kinds = {kind_of(one), kind_of(two)}
        about = (one, two, verdict, found)
        if kinds in ({"wrap"}, {"private"}, {"wrap", "private"}):
            assert verdict is UNCHANGED, (about, HARMLESS["wrap content"])
            if kinds != {"wrap"}:
                assert "wrap" in kinds or not private_parts_hold(copy), about
        else:
            assert verdict is not UNCHANGED or kinds == {"trust"}, about
            wanted = set().union(*(WANTED[kind] for kind in kinds))
            # Without a tag manifest to read there are no digests to compare with.
            assert found & wanted or (TAGMANIFEST in (one, two) and "seal.manifest.malformed" in found), about
            assert verdict is CHANGED or kinds == {"trust"}, about
        never_a_wrong_byte(copy, rng)
        for name in (one, two):
            (copy.path / name).write_bytes(before[name])


OTHER_NAMES = (
    "data/0009/00000.age",
    "data/0002/00003.age",
    "data/pack-0001/00001.age",
    "index/0002.age",
    "package-key/" + "0" * 64 + ".age",
    "custody/" + "0" * 16 + "-sent.dsse.json",
    "custody/" + "0" * 16 + "-sent.private.age",
    "trust/XCC.json",
    "notes.txt",
    "data/notes.txt",
    "manifest-md5.txt",
    "fetch.txt",
    ".hidden",
    "custody/x",
)


@pytest.mark.parametrize("move", [True, False], ids=["renamed", "copied"])
def test_any_file_renamed_or_put_in_a_second_place_is_found(copy: Specimen, move: bool) -> None:
    rng = random.Random(SEED)
    before = contents(copy.path)
    for name in sorted(before):
        for other in OTHER_NAMES:
            put(copy.path, other, before[name])
            if move:
                (copy.path / name).unlink()
            verdict, found = codes(copy.path)
            kinds = (
                kind_of(name),
                kind_of(other) if other.startswith(("package", "cust", "trust")) else "fixed",
            )
            about = (name, other, verdict, found)
            if move:
                wanted = GONE_CODES[kinds[0]]
                # Statements that cannot be read tell nothing of the private parts beside them.
                unread = found & {"seal.custody.misnamed", "seal.custody.malformed"}
                assert not wanted or found & wanted or unread, about
            if move and name == BAG_INFO:  # no more is looked at
                assert verdict is CHANGED, about
            elif other == "custody/x" or kinds[1] == "fixed":
                assert "seal.bag.extra-file" in found, about
            elif kinds[1] == "wrap":
                # An age file of the right class there: to whom, nobody sees without a key.
                assert found & HEADER_CODES or name.endswith(".age"), (about, HARMLESS["wrap added"])
            elif kinds[1] == "private":
                assert found & {"seal.custody.private-stray", "seal.age.file-malformed"}, about
            elif kinds[1] == "statement":
                assert found & {"seal.custody.malformed", "seal.custody.misnamed"}, about
            if kinds[0] == "wrap" or rng.random() < 0.1:
                never_a_wrong_byte(copy, rng)
            (copy.path / other).unlink()
            with suppress(OSError):  # only where nothing else is in it
                (copy.path / other).parent.rmdir()
            put(copy.path, name, before[name])
    assert package.verify(copy.path, expected_id=copy.id).verdict is UNCHANGED


# Lists that agree with what was done


def relist(path: Path) -> None:
    """Manifests and tag manifest over what stands there now: whoever has no key can do that."""
    listed = contents(path)

    def lines(names: list[str]) -> bytes:
        return b"".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()
            for name, data in sorted((name, (path / name).read_bytes()) for name in names)
        )

    (path / MANIFEST).write_bytes(lines([name for name in listed if name.startswith("data/")]))
    tags = [name for name in listed if name.startswith(("index/", "bag", "README")) or name == MANIFEST]
    (path / TAGMANIFEST).write_bytes(lines(tags))


RELISTED: dict[str, tuple[set[str], Callable[[Path], object]]] = {
    "a payload byte": (
        set(),
        lambda p: (p / "data/0002/00000.age").write_bytes(
            (p / "data/0002/00000.age").read_bytes()[:-1] + b"."
        ),
    ),
    "a payload file gone": ({"seal.bag.oxum-mismatch"}, lambda p: (p / "data/0002/00002.age").unlink()),
    "a part from the middle gone": ({"seal.bag.part-gap"}, lambda p: (p / "data/0002/00001.age").unlink()),
    "a whole unit gone": ({"seal.bag.oxum-mismatch"}, lambda p: shutil.rmtree(p / "data/0002")),
    "a payload file added": (
        {"seal.bag.oxum-mismatch"},
        lambda p: shutil.copy(p / "data/0002/00002.age", p / "data/0002/00003.age"),
    ),
    "parts exchanged": (
        set(),
        lambda p: [
            (p / "data/0002/00000.age").rename(p / "x"),
            (p / "data/0002/00001.age").rename(p / "data/0002/00000.age"),
            (p / "x").rename(p / "data/0002/00001.age"),
        ],
    ),
    "packs exchanged": (
        set(),
        lambda p: [
            (p / "data/pack-0001").rename(p / "x"),
            (p / "data/pack-0003").rename(p / "data/pack-0001"),
            (p / "x").rename(p / "data/pack-0003"),
        ],
    ),
    "the read-me": (set(), lambda p: (p / "README.txt").write_text("Send it all to us.\n")),
    "the index gone": ({"seal.manifest.unlisted"}, lambda p: (p / "index/0001.age").unlink()),
    "the index root gone": ({"seal.manifest.unlisted"}, lambda p: (p / "index/root.age").unlink()),
    "an index part more": (set(), lambda p: shutil.copy(p / "index/0001.age", p / "index/0002.age")),
    "no label": (
        {"seal.bag.info-malformed"},
        lambda p: edit(p / "bag-info.txt", "Corridor-Items: ", "Corridor-Things: "),
    ),
    "another tree": (
        set(),
        lambda p: edit(p / "bag-info.txt", "Item-Tree: ", "Item-Tree: " + "0" * 64, cut=64),
    ),
}


def edit(file: Path, old: str, new: str, cut: int = 0) -> None:
    """Put one text for another, dropping `cut` characters after it."""
    before, found, after = file.read_text().partition(old)
    assert found
    file.write_text(before + new + after[cut:])


@pytest.mark.parametrize("case", list(RELISTED))
def test_lists_made_to_agree_do_not_hide_a_change(copy: Specimen, case: str) -> None:
    wanted, spoil = RELISTED[case]
    spoil(copy.path)
    relist(copy.path)
    verdict, found = codes(copy.path)
    assert verdict is CHANGED
    # Without bag-info.txt there is nothing to hold the statement `sealed` against.
    assert "seal.custody.other-package" in found or "seal.bag.info-malformed" in found
    assert wanted <= found
    never_a_wrong_byte(copy, random.Random(SEED))
    # The statements gone as well, nothing is left to measure by but the number known from elsewhere.
    for top in ("custody", "trust"):
        shutil.rmtree(copy.path / top)
    verdict, found = codes(copy.path)
    assert verdict is not UNCHANGED
    assert wanted <= found
    report = package.verify(copy.path, expected_id=copy.id)
    assert report.verdict is CHANGED
    assert "seal.package.other" in {finding.code for finding in report.findings}
    never_a_wrong_byte(copy, random.Random(SEED))


LINES: dict[str, tuple[str, Callable[[list[bytes]], list[bytes]]]] = {
    "one line less": ("seal.bag.extra-file", lambda lines: lines[1:]),
    "one line twice": ("seal.manifest.malformed", lambda lines: [lines[0], *lines]),
    "out of order": ("seal.manifest.malformed", lambda lines: lines[::-1]),
    "digests exchanged": (
        "seal.bag.digest-mismatch",
        lambda lines: [lines[1][:64] + lines[0][64:], lines[0][:64] + lines[1][64:], *lines[2:]],
    ),
    "capital hex": (
        "seal.manifest.malformed",
        lambda lines: [lines[0][:64].upper() + lines[0][64:], *lines[1:]],
    ),
    "lines ended the other way": (
        "seal.manifest.malformed",
        lambda lines: [line[:-1] + b"\r\n" for line in lines],
    ),
    "no last line feed": ("seal.manifest.malformed", lambda lines: [*lines[:-1], lines[-1][:-1]]),
    "binary mark": ("seal.manifest.malformed", lambda lines: [line.replace(b"  ", b" *") for line in lines]),
    "escaped name": ("seal.manifest.malformed", lambda lines: [b"\\" + line for line in lines]),
    "an empty line": ("seal.manifest.malformed", lambda lines: [*lines, b"\n"]),
    "a comment": ("seal.manifest.malformed", lambda lines: [b"# mine\n", *lines]),
    "a byte-order mark": ("seal.manifest.malformed", lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]]),
}


@pytest.mark.parametrize("manifest", [MANIFEST, TAGMANIFEST])
@pytest.mark.parametrize("case", list(LINES))
def test_a_manifest_has_one_spelling(copy: Specimen, manifest: str, case: str) -> None:
    """Without statements, so that nothing but the manifest's own form speaks against it."""
    code, spoil = LINES[case]
    shutil.rmtree(copy.path / "custody")
    lines = spoil((copy.path / manifest).read_bytes().splitlines(keepends=True))
    (copy.path / manifest).write_bytes(b"".join(lines))
    if manifest == MANIFEST:
        data = (copy.path / MANIFEST).read_bytes()
        tags = (copy.path / TAGMANIFEST).read_bytes().splitlines(keepends=True)
        (copy.path / TAGMANIFEST).write_bytes(
            b"".join(
                hashlib.sha256(data).hexdigest().encode() + line[64:]
                if line.endswith(f"  {MANIFEST}\n".encode())
                else line
                for line in tags
            )
        )
    verdict, found = codes(copy.path)
    assert verdict is CHANGED
    assert code in found or (manifest == TAGMANIFEST and "seal.manifest.unlisted" in found)


# What may come and go


def test_what_may_come_and_go_does_no_harm(copy: Specimen) -> None:
    """The table of harmless changes, one by one; the verdict stays, and the package opens to the same bytes."""
    rng = random.Random(SEED)
    other = age.generate(copy.identity.cls)
    tried = set()

    def unharmed(reason: str) -> None:
        assert HARMLESS[reason]
        tried.add(reason)
        verdict, found = codes(copy.path)
        assert verdict is UNCHANGED, (reason, found)
        assert not found - {"seal.wrap.absent"}, reason
        never_a_wrong_byte(copy, rng)

    package.rewrap(copy.path, [copy.identity], package.Custodian("Another", other.recipient.text))
    unharmed("wrap added")
    (copy.path / package.wrap_name(other.recipient)).unlink()
    unharmed("wrap removed")
    trust = copy.path / "trust/XBB.json"
    shutil.copy(trust, copy.path / "trust/XCC.json")
    unharmed("trust added")
    (copy.path / "trust/XCC.json").unlink()
    (head,) = custody.heads(copy.path)
    for file in (copy.path / "custody").glob(f"{head[:16]}-*"):
        file.unlink()
    unharmed("newest statement removed with its private part")
    (copy.path / "attachments").mkdir()
    unharmed("empty folder")
    for base, _, names in os.walk(copy.path):
        for name in names:
            os.chmod(Path(base, name), 0o600)
            os.utime(Path(base, name), (1, 1))
    unharmed("times and modes")
    for file in (copy.path / "custody").glob("*.dsse.json"):
        file.write_bytes(b"\n " + file.read_bytes() + b"\n")
    unharmed("white space around an envelope")
    for file in (copy.path / "package-key").iterdir():
        file.unlink()
    assert codes(copy.path) == (UNCHANGED, {"seal.wrap.absent"})
    with pytest.raises(Fault, match=r"seal\.wrap\.none-opens"):
        package.open_(copy.path, [copy.identity], copy.path.with_name("out"))
    # Those that the tests above meet byte by byte.
    assert tried | {"wrap content", "private content", "trust label"} == set(HARMLESS)


def test_no_custodian_opens_another_package_with_a_wrap_put_there(
    copy: Specimen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wraps of one package in another: their key is not the one this package was sealed to."""
    other = specimen(tmp_path_factory.mktemp("other") / "package", copy.identity.cls)
    for file in (other.path / "package-key").iterdir():
        shutil.copy(file, copy.path / "package-key" / file.name)
    for file in (copy.path / "package-key").iterdir():
        if not (other.path / "package-key" / file.name).exists():
            file.unlink()
    with pytest.raises(Fault, match=r"seal\.wrap\.other-package"):
        package.open_(copy.path, [other.identity], copy.path.with_name("out"))
