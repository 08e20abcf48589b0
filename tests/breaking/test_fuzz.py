"""Whatever stands in a package, its parsers find nothing but the documented faults, each with its sentences.

Noise seldom comes past a first check, so examples begin as something good and are then cut, joined, repeated, changed
and filled with what is known to hurt. `make test-all` tries many more. The parsers of logs, envelopes and times have
their own file beside `notary`.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from forge import NOW, Forge, contents, officer, put, specimen, tar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.faults import Fault
from corridor.notary import dsse
from corridor.seal import age, custody, package, transfer
from corridor.seal.age.files import Source
from corridor.seal.age.header import read_header
from corridor.seal.custody.trust import trust_inside
from corridor.seal.index import IndexRoot, Item, parse_leaf, parse_record, read_lines
from corridor.seal.inside import check_inside
from corridor.seal.layout import (
    FIXED_TAG_NAME,
    MANIFEST,
    PAYLOAD_NAME,
    TAGMANIFEST,
    is_package_name,
    parse_bag_info,
    parse_manifest,
)
from corridor.seal.pack import members
from corridor.seal.wraps import check_wrap

SHORT, LONG = 200, 5_000
# What is known to hurt: ends of numbers and lines, brackets without end, names that climb, halves of characters.
HURTS = [
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"-1",
    b"0",
    b"00",
    b"1e999",
    b"NaN",
    b"null",
    b"9007199254740993",
    b"9" * 400,
    b"[" * 400,
    b'{"":' * 100,
    b'"',
    b"\\ud800",
    b"../",
    b"/",
    b"=",
    b"====",
    b"---",
    b"-> ",
    b"->",
    b"age-encryption.org/v1\n",
    b"BagIt",
    b": ",
    b"  ",
    b"\x1c",
    b"\x85",
    "\u2028".encode(),
    "\u0660".encode(),
    b"{}",
    b"[]",
    b'"@context"',
    b"A" * 65,
    b"urn:uuid:",
]


@st.composite
def spoilt(draw: st.DrawFn, good: bytes) -> bytes:
    """Something good after one to four changes."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 1, 2, 8, 64, 1 << 20])))
        match draw(st.sampled_from(["flip", "cut", "put", "repeat", "noise"])):
            case "flip" if start < len(data):
                data[start] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[start:end]
            case "put":
                data[start:end] = draw(st.sampled_from(HURTS))
            case "repeat":
                data[start:start] = data[start:end][:4096] * draw(st.integers(1, 3))
            case _:
                data[start:end] = draw(st.binary(max_size=12))
    return bytes(data)


@cache
def sound() -> tuple[Forge, dict[str, bytes]]:
    """A package and all its files."""
    key, signer = officer("XBB")
    forge = Forge(age.CLASSIC, signer)
    forge.record("mail", "folder")
    forge.pack({"mail/1": b"one", "mail/ä": b""})
    forge.large("disk", b"x" * 300)
    forge.record("way", "link", target="mail/1")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "package")
        forge.write(path)
        custody.record(path, signer, "sent", at=NOW, facts={"to": "XAA"})
        custody.add_trust(path, "XBB", [key.public])
        return forge, contents(path)


def file(start: str, end: str = "") -> bytes:
    return next(data for name, data in sound()[1].items() if name.startswith(start) and name.endswith(end))


@cache
def plain(start: str) -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(file(start)), sink, [sound()[0].package])
    return sink.getvalue()


@cache
def wrap_text() -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(file("package-key/")), sink, [sound()[0].custodian])
    return sink.getvalue()


def in_blocks(data: bytes) -> list[memoryview]:
    return [memoryview(data[start : start + 97]) for start in range(0, len(data), 97)]


def decrypted(data: bytes, identity: age.AnyIdentity) -> None:
    age.decrypt(io.BytesIO(data), io.BytesIO(), [identity])


@cache
def hybrid() -> tuple[age.Identity, bytes]:
    identity, sink = age.generate(age.HYBRID), io.BytesIO()
    age.encrypt(io.BytesIO(b"x" * 70_000), sink, [identity.recipient])
    return identity, sink.getvalue()


@cache
def passphrase() -> bytes:
    sink = io.BytesIO()
    age.encrypt_passphrase(io.BytesIO(b"x"), sink, "word", work=4)
    return sink.getvalue()


def trust_of(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        put(Path(place), "trust/XBB.json", data)
        trust_inside(place)("XBB")


def authority_of(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        put(Path(place), "trust/tsa/00000000.pem", data)
        trust_inside(place)


def statements_of(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        put(Path(place), "custody/0123456789abcdef-sent.dsse.json", data)
        custody.read_statements(place)


def record_of(**facts: object) -> bytes:
    return Item(
        1, "a/b", "whole", size=3, sha256="0" * 64, unit="0001", parts=1, modified=NOW, **facts
    ).record()  # type: ignore[arg-type]


PARSERS: dict[str, tuple[Callable[[], bytes], Callable[[bytes], object]]] = {
    "age header": (lambda: file("data/"), lambda data: read_header(Source(io.BytesIO(data)))),
    "age class": (lambda: file("data/"), lambda data: age.header_class(io.BytesIO(data))),
    "age file": (lambda: file("data/"), lambda data: decrypted(data, sound()[0].package)),
    "age file, hybrid": (lambda: hybrid()[1], lambda data: decrypted(data, hybrid()[0])),
    "age file, passphrase": (passphrase, lambda data: decrypted(data, age.Passphrase("word", limit=8))),
    "age recipient": (
        lambda: sound()[0].package.recipient.text.encode(),
        lambda data: age.parse_recipient(data.decode("latin-1")),
    ),
    "age identities": (lambda: wrap_text(), lambda data: age.parse_identity_file(data.decode("latin-1"))),
    "wrap": (
        wrap_text,
        lambda data: check_wrap(
            data, next(name for name in sound()[1] if name.startswith("package-key/")), sound()[0].info
        ),
    ),
    "bag-info": (lambda: file("bag-info"), parse_bag_info),
    "manifest": (lambda: file("manifest"), lambda data: parse_manifest(data, MANIFEST, PAYLOAD_NAME)),
    "tag manifest": (
        lambda: file("tagmanifest"),
        lambda data: parse_manifest(data, TAGMANIFEST, FIXED_TAG_NAME),
    ),
    "name": (lambda: b"data/pack-0001/00000.age", lambda data: is_package_name(data.decode("latin-1"))),
    "record": (lambda: plain("index/0001").split(b"\n")[2], parse_record),
    "record, all members": (
        lambda: record_of(
            provenance={"host": "a"}, restricted=True, restrictions=("xbb/1",), acquisition={"tool": "t"}
        ),
        parse_record,
    ),
    "leaf": (
        lambda: plain("index/0001").split(b"\n")[2].partition(b',"corridor:place"')[0] + b"}",
        parse_leaf,
    ),
    "index part": (
        lambda: plain("index/0001"),
        lambda data: [parse_record(line) for line in read_lines(in_blocks(data))],
    ),
    "index root": (lambda: plain("index/root"), IndexRoot.decode),
    "pack": (
        lambda: tar([("000001", b"one"), ("000002", b"x" * 600)]),
        lambda data: [bytes(content) for _, content in members("pack-0001", iter(in_blocks(data)), 1 << 20)],
    ),
    "statement": (lambda: file("custody/", "sealed.dsse.json"), statements_of),
    "State keys": (lambda: file("trust/"), trust_of),
    "authority": (lambda: b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", authority_of),
}


def only_faults(work: Callable[[], object]) -> None:
    with suppress(Fault):
        try:
            work()
        except Fault as fault:
            # Raises `UnknownCode` where no room's faults.yaml has it.
            str(fault), fault.next_step
            raise


def check(name: str, data: st.DataObject) -> None:
    good, parse = PARSERS[name]
    noise = data.draw(st.one_of(spoilt(good()), spoilt(good()), spoilt(good()), st.binary(max_size=200)))
    only_faults(lambda: parse(noise))


@pytest.mark.parametrize("name", list(PARSERS))
@settings(max_examples=SHORT, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_parser_raises_documented_faults_only(name: str, data: st.DataObject) -> None:
    check(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PARSERS))
@settings(max_examples=LONG, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_parser_raises_documented_faults_only_long(name: str, data: st.DataObject) -> None:
    check(name, data)


@pytest.mark.parametrize("name", list(PARSERS))
def test_what_is_good_passes(name: str) -> None:
    """Else the examples would only ever fall at the first check."""
    good, parse = PARSERS[name]
    if name in ("statement", "authority"):  # named after another statement; no certificate
        with pytest.raises(Fault):
            parse(good())
    else:
        parse(good())


# JSON that parses, with other things in its places

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=5)
    | st.sampled_from(["0" * 64, "XBB", "sealed"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
TREES: dict[str, tuple[Callable[[], object], Callable[[bytes], object]]] = {
    "record": (lambda: json.loads(record_of(provenance={"a": "b"})), parse_record),
    "index root": (lambda: json.loads(plain("index/root")), IndexRoot.decode),
    "statement": (lambda: json.loads(file("custody/", "sealed.dsse.json")), statements_of),
    "State keys": (lambda: json.loads(file("trust/")), trust_of),
}


@pytest.mark.parametrize("name", list(TREES))
@settings(max_examples=SHORT, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_member_exchanged_raises_documented_faults_only(name: str, data: st.DataObject) -> None:
    good, parse = TREES[name]
    tree = place = good()
    while True:
        assert isinstance(place, dict | list)
        where = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))  # type: ignore[type-var]
        if isinstance(place[where], dict | list) and place[where] and data.draw(st.booleans()):
            place = place[where]
            continue
        match data.draw(st.sampled_from(["other", "gone", "more"])):
            case "other":
                place[where] = data.draw(JSON)
            case "gone":
                del place[where]
            case _ if isinstance(place, dict):
                place[data.draw(st.text(max_size=8))] = data.draw(JSON)
            case _:
                place.append(data.draw(JSON))  # type: ignore[union-attr]
        break
    only_faults(lambda: parse(json.dumps(tree).encode()))


def signed(body: bytes) -> bytes:
    """A statement of any content, well signed."""
    signer = sound()[0].signer
    assert signer is not None
    return dsse.sign(custody.PAYLOAD_TYPE, body, signer.key).to_json()


@settings(max_examples=SHORT, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_statement_well_signed_raises_documented_faults_only(data: st.DataObject) -> None:
    payload = dsse.Envelope.from_json(file("custody/", "sent.dsse.json")).payload
    only_faults(lambda: statements_of(signed(data.draw(spoilt(payload)))))


# Whole packages


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_package_with_any_files_spoilt_is_checked_to_the_end(data: st.DataObject) -> None:
    """Verifying, opening, listing for transfer: a report or a fault, whatever a few of the files hold."""
    forge, files = sound()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "package")
        for name, content in files.items():
            put(path, name, content)
        for name in data.draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3, unique=True)):
            put(path, name, data.draw(spoilt(files[name])))
        report = package.verify(path)
        assert report.as_json()
        for finding in report.findings:
            assert str(finding.fault)
        only_faults(lambda: package.open_(path, [forge.custodian], Path(place, "out")))
        only_faults(lambda: check_inside(path, [forge.custodian], deep=True))
        only_faults(lambda: transfer.files(path))
        only_faults(lambda: custody.heads(path))


def test_a_specimen_is_what_these_tests_take_it_for(tmp_path: Path) -> None:
    made = specimen(tmp_path / "package", age.HYBRID)
    assert not package.verify(made.path).findings
    assert not check_inside(made.path, [made.identity], deep=True).faults
