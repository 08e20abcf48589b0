"""The index: one line for what is said of an item, no other; valid CASE; and a tree that tells of one item only."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import random
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import case_utils.case_validate
import pytest
import rdflib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corridor.notary import canonical, merkle
from corridor.seal import index
from corridor.seal.faults import PackageError
from corridor.seal.index import Disclosed, IndexRoot, Item, ItemTree, Origin, parse_leaf, parse_record

WHEN = datetime(2026, 3, 1, 21, 15, 1, 234, tzinfo=UTC)
SECRET = "ledger of the harbour"
WHOLE = Item(7, f"mail/{SECRET}.eml", "whole", 3, "ab" * 32, "pack-0001", "000002", 1, modified=WHEN)

EVERY_STATE = [
    WHOLE,
    Item(1, "disk.img", "whole", (1 << 53) - 1, "cd" * 32, "0002", parts=40_000),
    Item(2, "growing.log", "changed", 9, "ab" * 32, "pack-0001", "000001", 1, reason="size"),
    Item(3, "bad sector", "unreadable", 9, "ab" * 32, "pack-0001", "000003", 1, reason="EIO"),
    Item(4, "closed", "unreadable", reason="EACCES"),
    Item(5, "mail", "folder", modified=WHEN),
    Item(6, "mail/link", "link", target="../\ufffd", target_bytes=b"../\xfe"),
    Item(8, "pipe", "special", reason="pipe"),
    Item(9, "na\ufffdme", "folder", name_bytes=b"na\xe2\x82me"),
    replace(
        WHOLE,
        number=10,
        restricted=True,
        restrictions=("uncc/14", "xbb-criminal-code/201(a)"),
        conditions="ef" * 32,
        provenance={"received": "upload", "by": 'quotes " and \\ back'},
        acquisition={"format": "ewf", "md5": "0" * 32},
        disclosed=Disclosed(
            index.leaf(WHOLE.record()), bytes(range(32)), 5, (b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
        ),
    ),
]


# Names of any bytes a file system takes

parts = st.one_of(
    st.binary(min_size=1, max_size=255),
    st.text(min_size=1, max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [b'"', b"\\", b'\\"', b"\n\r\t\b\f\x7f\x01\x1f", b"...", b" ", b"\xe2\x80\xa8", b"x" * 255]
    ),
)


def refused(name: bytes) -> bool:
    """The rule of the page, said the slow way."""
    pieces = name.split(b"/")
    return len(name) > 4096 or any(
        piece in (b"", b".", b"..") or b"\0" in piece or len(piece) > 255 for piece in pieces
    )


names = st.lists(parts, min_size=1, max_size=5).map(b"/".join).filter(lambda name: not refused(name))
codes = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,39}/[A-Za-z0-9][A-Za-z0-9().:_-]{0,59}", fullmatch=True)
unicode_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
facts = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), unicode_text, min_size=1)
hashes = st.binary(min_size=32, max_size=32)
times = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC))


def named(raw: bytes) -> tuple[str, bytes]:
    text = raw.decode("utf-8", "replace")
    return text, b"" if text.encode() == raw else raw


@st.composite
def items(draw: st.DrawFn) -> Item:
    state = draw(st.sampled_from(index.STATES))
    name, name_bytes = named(draw(names))
    item = Item(draw(st.integers(1, canonical.MAX_INTEGER)), name, state, name_bytes=name_bytes)
    if state in ("whole", "changed") or (state == "unreadable" and draw(st.booleans())):
        item = replace(
            item, size=draw(st.integers(0, canonical.MAX_INTEGER)), sha256=draw(hashes).hex(), parts=1
        )
        if draw(st.booleans()):
            item = replace(item, unit="pack-0001", member=f"{draw(st.integers(0, 10**9)):06d}")
        else:
            item = replace(item, unit=f"{draw(st.integers(1, 10**9)):04d}", parts=draw(st.integers(1, 10**9)))
    if state == "link":
        target, target_bytes = named(draw(st.binary(min_size=1)))
        item = replace(item, target=target, target_bytes=target_bytes)
    if state in ("unreadable", "special"):
        item = replace(item, reason=draw(st.sampled_from(["EIO", "EACCES", "pipe", "other"])))
    if draw(st.booleans()):
        item = replace(
            item,
            restricted=True,
            restrictions=tuple(sorted(draw(st.sets(codes, max_size=3)))),
            conditions=draw(hashes).hex(),
            modified=draw(times),
            provenance=draw(st.none() | facts),
            acquisition=draw(st.none() | facts),
        )
    if draw(st.booleans()):
        path = tuple(draw(st.lists(hashes, max_size=3)))
        item = replace(
            item,
            disclosed=Disclosed(draw(unicode_text).encode(), draw(hashes), draw(st.integers(0, 99)), path),
        )
    return item


@settings(max_examples=300, deadline=None)
@given(items())
def test_any_item_comes_back_from_its_line(item: Item) -> None:
    line = item.record()
    assert b"\n" not in line
    assert line.isascii() or line.decode()
    assert parse_record(line) == item
    placeless = replace(item, number=0, unit="", member="", parts=0)
    assert parse_leaf(index.leaf(line)) == placeless
    assert placeless.sealed == item.sealed


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        names, st.lists(st.sampled_from([b"", b".", b"..", b"a", b"\0", b"\n", b"x" * 256])).map(b"/".join)
    )
)
def test_a_name_is_taken_or_refused_as_the_page_says(name: bytes) -> None:
    try:
        index.check_name(name)
    except PackageError:
        assert refused(name)
    else:
        assert not refused(name)


def test_a_path_of_4096_bytes_is_taken_and_one_more_is_not() -> None:
    longest = b"/".join([b"x" * 255] * 15 + [b"y" * 200, b"z" * 55])
    assert len(longest) == 4096
    index.check_name(longest)
    with pytest.raises(PackageError, match=r"seal\.item\.name-refused"):
        index.check_name(longest + b"z")


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_line_with_one_byte_changed_is_refused_or_says_something_else(data: st.DataObject) -> None:
    """There are no two lines for one item, but for the random number in them."""
    item = data.draw(st.sampled_from(EVERY_STATE))
    line = bytearray(item.record())
    at = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255))
    assume(line[at] != byte)
    given_id = bytes(line[8:53])
    kind = data.draw(st.sampled_from(["change", "insert", "delete"]))
    line[at : at + (kind != "insert")] = b"" if kind == "delete" else bytes([byte])
    try:
        found = parse_record(bytes(line))
    except PackageError:
        return
    assert found != item or bytes(line[8:53]) != given_id


def respelled(change: Callable[[dict[str, Any]], object]) -> bytes:
    data = json.loads(WHOLE.record())
    change(data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def swap(line: bytes, old: bytes, new: bytes) -> bytes:
    assert old in line
    return line.replace(old, new, 1)


LINE = WHOLE.record()
FACET = "uco-core:hasFacet"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"", "JSON"),
        (b"[]", "@id"),
        (b"\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"@id":' + b"1" * 9000 + b"}", "JSON"),
        (b" " * (1 << 20) + LINE, "a line over 1 MiB"),
        (LINE + b" ", "spelling"),
        (swap(LINE, b":", b": "), "spelling"),
        (swap(LINE, b"ledger", b"\\u006cedger"), "spelling"),
        (LINE.replace(b"ledger", b"\\u006cedger"), "spelling"),
        (swap(LINE, b'"corridor:state":"whole"', b'"corridor:state":"whole","corridor:state":"whole"'), "spelling"),
        (swap(LINE, b'"corridor:state":"whole"', b'"corridor:state":"odd"'), "corridor:state"),
        (swap(LINE, b'"corridor:restricted":false', b'"corridor:restricted":0'), "corridor:restricted"),
        (swap(LINE, b'"uco-observable:sizeInBytes":3}]', b'"uco-observable:sizeInBytes":3.0}]'), FACET),
        (swap(LINE, b'"uco-observable:sizeInBytes":3}]', b'"uco-observable:sizeInBytes":-3}]'), FACET),
        (swap(LINE, b'sizeInBytes":3,', b'sizeInBytes":4,'), "uco-observable:sizeInBytes"),
        (swap(LINE, b'isDirectory":false', b'isDirectory":true'), "uco-observable:isDirectory"),
        (LINE.replace(b"ab" * 32, b"AB" * 32), "uco-types:hashValue"),
        (swap(LINE, b"SHA256", b"SHA512"), "uco-observable:hash"),
        (swap(LINE, b"01.000234Z", b"01.0002340Z"), "uco-observable:modifiedTime"),
        (swap(LINE, b"01.000234Z", b"01.000234+00:00"), "uco-observable:modifiedTime"),
        (swap(LINE, b"2026-03-01", b"2026-02-30"), "uco-observable:modifiedTime"),
        (swap(LINE, b'"corridor:item":7', b'"corridor:item":0'), "corridor:place"),
        (swap(LINE, b'"corridor:item":7', b'"corridor:item":7.0'), "corridor:place"),
        (swap(LINE, b'"corridor:item":7', b'"corridor:item":true'), "corridor:place"),
        (swap(LINE, b'"corridor:item":7', b'"corridor:item":"7"'), "corridor:place"),
        (swap(LINE, b'"pack-0001"', b'"../../etc"'), "corridor:place"),
        (swap(LINE, b'"pack-0001"', b'"0001"'), "corridor:place"),
        (swap(LINE, b'"000002"', b'"../x"'), "corridor:place"),
        (swap(LINE, b'"corridor:parts":1', b'"corridor:parts":0'), "corridor:place"),
        (index.leaf(LINE), "corridor:place"),
        (respelled(lambda data: data.pop("corridor:state")), "corridor:state"),
        (respelled(lambda data: data.update({SECRET: 1})), "a member not known here"),
        (respelled(lambda data: data.update({"corridor:reason": "EIO"})), "corridor:reason"),
        (respelled(lambda data: data.update({"corridor:reason": SECRET})), "corridor:reason"),
        (respelled(lambda data: data.update({"corridor:linkTarget": SECRET})), "corridor:linkTarget"),
        (respelled(lambda data: data.update({"corridor:nameBytes": "YQ=="})), "corridor:nameBytes"),
        (respelled(lambda data: data.update({"corridor:provenance": {}})), "corridor:provenance"),
        (respelled(lambda data: data.update({"corridor:restrictions": [SECRET]})), "a member or text that cannot be"),
        (respelled(lambda data: data.update({"@type": "uco-observable:Directory"})), "@type"),
        (respelled(lambda data: data.update({"@id": "urn:uuid:" + SECRET})), "@id"),
        (respelled(lambda data: data[FACET].pop()), FACET),
        (respelled(lambda data: data[FACET].reverse()), "uco-observable:filePath"),
        (respelled(lambda data: data[FACET].append({})), FACET),
        (respelled(lambda data: data[FACET][0].update({SECRET: 1})), FACET),
    ],
)  # fmt: skip
def test_another_spelling_is_refused_and_the_fault_names_the_member_not_what_it_holds(
    line: bytes, what: str
) -> None:
    with pytest.raises(PackageError) as caught:
        parse_record(line)
    assert caught.value.code == "seal.index.malformed"
    assert caught.value.facts == {"what": what}
    assert SECRET not in str(caught.value)


def test_a_lone_surrogate_is_refused_wherever_it_stands() -> None:
    for old in (b"ledger", b"mail/"):
        with pytest.raises(PackageError, match=r"seal\.index\.malformed"):
            parse_record(LINE.replace(old, b"\\ud800" + old))


def test_times_are_kept_to_the_microsecond_and_written_in_utc() -> None:
    eastward = WHEN.astimezone(timezone(timedelta(hours=7)))
    line = replace(WHOLE, modified=eastward).record()
    assert b'"2026-03-01T21:15:01.000234Z"' in line
    assert parse_record(line).modified == WHEN
    assert index.moment(1_772_399_701_000_234_567) == datetime(2026, 3, 1, 21, 15, 1, 234, tzinfo=UTC)
    assert index.moment(-1) == datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert index.moment(1 << 80) is None


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (replace(WHOLE, provenance={"Received From": "x"}), "seal.item.facts-refused"),
        (replace(WHOLE, provenance={"received": "\ud800"}), "seal.item.facts-refused"),
        (replace(WHOLE, acquisition={"md5": 5}), "seal.item.facts-refused"),  # type: ignore[dict-item]
        (replace(WHOLE, provenance={"received": "x" * (1 << 20)}), "seal.item.record-too-long"),
        (replace(WHOLE, restrictions=("uncc/14",)), "seal.item.restriction-refused"),
        (replace(WHOLE, restricted=True, restrictions=("article 14",)), "seal.item.restriction-refused"),
        (replace(WHOLE, restricted=True, restrictions=("b/1", "a/1")), "seal.item.restriction-refused"),
        (replace(WHOLE, restricted=True, restrictions=("a/1", "a/1")), "seal.item.restriction-refused"),
    ],
)
def test_what_no_reader_takes_is_not_written(item: Item, code: str) -> None:
    with pytest.raises(PackageError) as caught:
        item.record()
    assert caught.value.code == code


def test_no_two_lines_share_a_number() -> None:
    ids = {json.loads(WHOLE.record())["@id"] for _ in range(1000)}
    assert len(ids) == 1000


# Linked data


def graph(lines: list[bytes]) -> str:
    return json.dumps({**json.loads(index.context_line()), "@graph": [json.loads(line) for line in lines]})


def conforms(document: str, tmp_path: Path) -> bool:
    (tmp_path / "index.jsonld").write_text(document)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(case_utils.case_validate.validate(str(tmp_path / "index.jsonld")).conforms)


def test_records_of_every_state_are_valid_to_case_validate(tmp_path: Path) -> None:
    assert {item.state for item in EVERY_STATE} == set(index.STATES)
    lines = [item.record() for item in EVERY_STATE]
    assert [parse_record(line) for line in lines] == EVERY_STATE
    assert conforms(graph(lines), tmp_path)
    assert conforms(graph([index.leaf(line) for line in lines]), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"uco-observable:isDirectory":false', b'"uco-observable:isDirectory":"no"'),
        (b'"uco-observable:sizeInBytes":3,', b'"uco-observable:sizeInBytes":"three",'),
        (b'"@type":"xsd:hexBinary"', b'"@type":"xsd:string"'),
        (b'"uco-observable:filePath"', b'"uco-observable:pathOfFile"'),
        (b'"@type":"uco-observable:File"', b'"@type":"uco-observable:Fille"'),
    ],
)
def test_a_broken_record_is_refused_by_us_and_by_case_validate(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    broken = swap(LINE, old, new)
    with pytest.raises(PackageError, match=r"seal\.index\.malformed"):
        parse_record(broken)
    assert not conforms(graph([broken]), tmp_path)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_a_part_is_json_ld_and_says_in_triples_what_the_item_says() -> None:
    triples = rdflib.Graph().parse(data=graph([item.record() for item in EVERY_STATE]), format="json-ld")
    corridor = rdflib.Namespace("urn:corridor:ns:")
    observable = rdflib.Namespace(index.CONTEXT["@context"]["uco-observable"])
    types = rdflib.Namespace(index.CONTEXT["@context"]["uco-types"])
    for item in EVERY_STATE:
        number = rdflib.Literal(item.number)
        [place] = triples.subjects(corridor.item, number)
        [subject] = triples.subjects(corridor.place, place)
        assert triples.value(subject, corridor.state) == rdflib.Literal(item.state)
        assert triples.value(subject, corridor.restricted) == rdflib.Literal(item.restricted)
        facets = list(
            triples.objects(subject, rdflib.URIRef(index.CONTEXT["@context"]["uco-core"] + "hasFacet"))
        )
        [path] = [
            triples.value(each, observable.filePath)
            for each in facets
            if (each, observable.filePath, None) in triples
        ]
        assert str(path) == item.name
        hashed = [value for each in facets for value in triples.objects(each, observable.hash)]
        assert [str(triples.value(each, types.hashValue)).lower() for each in hashed] == [
            item.sha256
        ] * item.sealed
    # type, state, restricted, place, its item and one facet of five triples; three more places and a facet of five
    # and a hash of three, with the size twice, for what is sealed
    count = sum(
        4 + 1 + 1 + 4 + (item.modified is not None) + item.sealed * (1 + 2 + 1 + 3 + 3) + bool(item.member)
        + len(item.restrictions)
        + sum(bool(value) for value in (item.conditions, item.reason, item.target, item.target_bytes))
        + sum(bool(value) for value in (item.name_bytes, item.provenance, item.acquisition, item.disclosed))
        for item in EVERY_STATE
    )  # fmt: skip
    assert len(triples) == count


# The tree


def lines_of(count: int) -> list[bytes]:
    return [Item(n, f"f/{n}", "whole", n, f"{n:064x}", "0001", parts=1).record() for n in range(1, count + 1)]


def reference(tree: ItemTree, lines: list[bytes]) -> merkle.Tree:
    leaves = [merkle.leaf_hash(tree.salt(n) + index.leaf(line)) for n, line in enumerate(lines, 1)]
    return merkle.Tree(sorted(leaves))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100, 257])
def test_the_item_tree_is_that_of_rfc_6962_over_the_sorted_leaves(count: int) -> None:
    lines = lines_of(count)
    tree = ItemTree()
    for number, line in random.sample(list(enumerate(lines, 1)), count):
        tree.add(number, line)
    expected = reference(tree, lines)
    assert tree.root() == expected.root().hex()
    if count:
        assert tree.proofs().root() == tree.root()
    for number, line in enumerate(lines, 1):
        position, salt, path = tree.proof(number, line)
        assert path == expected.inclusion(position)
        item = index.verify_item(index.leaf(line), salt, position, count, path, tree.root())
        assert item.name == f"f/{number}"


def test_a_leaf_says_nothing_of_where_the_item_stood() -> None:
    line = WHOLE.record()
    place = line[line.rindex(b'"corridor:place"') :]
    assert index.leaf(line) == line.replace(b"," + place, b"}")
    for telling in (b"corridor:item", b"pack-0001", b"000002", b"corridor:place"):
        assert telling not in index.leaf(line)
    tree, moved = ItemTree(bytes(32)), ItemTree(bytes(32))
    tree.add(7, line)
    moved.add(7, line.replace(b"000002", b"000003").replace(b"pack-0001", b"pack-0009"))
    assert tree.root() == moved.root()


def test_a_name_that_looks_like_a_place_is_a_name() -> None:
    item = replace(WHOLE, name='x,"corridor:place":{"corridor:item":1}')
    line = item.record()
    assert parse_record(line) == item
    assert parse_leaf(index.leaf(line)).name == item.name


def test_a_record_another_salt_or_another_position_is_not_in_the_tree() -> None:
    lines = lines_of(20)
    tree = ItemTree()
    for number, line in enumerate(lines, 1):
        tree.add(number, line)
    position, salt, path = tree.proof(3, lines[2])
    record, root = index.leaf(lines[2]), tree.root()
    for bad in (
        (index.leaf(lines[3]), salt, position, 20, path, root),
        (record, bytes(32), position, 20, path, root),
        (record, salt, position ^ 1, 20, path, root),
        (record, salt, position, 20, path[:-1], root),
        (record, salt, position, 20, [bytes(31), *path[1:]], root),
        (record, salt, position, 20, path, "no hex"),
        (record, salt, 20, 20, path, root),
    ):
        with pytest.raises(PackageError, match=r"seal\.index\.not-in-tree"):
            index.verify_item(*bad)
    with pytest.raises(PackageError, match=r"seal\.item\.absent"):
        tree.proof(3, lines[3])


def test_a_tree_of_100000_items_takes_less_than_60_bytes_an_item_in_all() -> None:
    """32 for the leaf; a million take less than 60 MiB (`benchmarks/index.py` shows it with a million)."""
    line = WHOLE.record()
    tree = ItemTree()
    tracemalloc.start()
    try:
        for number in range(1, 100_001):
            tree.add(number, line)
        tree.root()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(sys.getsizeof, tree._heaps)) < 40 * 100_000
    assert peak < 60 * 100_000


# The whole index against its root


def rooted(lines: list[bytes], **changes: Any) -> IndexRoot:
    tree = ItemTree(bytes(32))
    for number, line in enumerate(lines, 1):
        tree.add(number, line)
    root = IndexRoot("urn:uuid:x", len(lines), 1, bytes(32), tree.root(), 0)
    return replace(root, **changes)


def test_an_index_agrees_with_its_root_or_is_refused() -> None:
    lines = lines_of(5)
    assert [item.number for item in index.check_items(lines, rooted(lines))] == [1, 2, 3, 4, 5]
    marked = Item(1, "a", "folder", restricted=True).record()
    far = Item(canonical.MAX_INTEGER, "a", "folder").record()
    bound = Item(1, "a", "folder", conditions=index.conditions_digest(["XBB:use-limited"])).record()
    assert len(list(index.check_items([bound], rooted([bound], conditions=("XBB:use-limited",))))) == 1
    for these, root, code in (
        (lines[:-1], rooted(lines), "seal.index.tree-mismatch"),
        (lines[1:], rooted(lines), "seal.index.tree-mismatch"),
        ([*lines[:-1], lines[0]], rooted(lines), "seal.index.tree-mismatch"),
        ([far], rooted([far]), "seal.index.tree-mismatch"),
        (lines, rooted(lines, secret=bytes(31) + b"1"), "seal.index.tree-mismatch"),
        (lines, rooted(lines, restricted=1), "seal.index.root-differs"),
        ([marked], rooted([marked]), "seal.index.root-differs"),
        ([marked], rooted([marked], restricted=1, conditions=("XBB:other",)), "seal.index.root-differs"),
        ([bound], rooted([bound]), "seal.index.root-differs"),
        ([bound], rooted([bound], conditions=("XBB:other",)), "seal.index.root-differs"),
    ):
        with pytest.raises(PackageError) as caught:
            list(index.check_items(these, root))
        assert caught.value.code == code


ORIGIN = Origin("0" * 64, "urn:uuid:x", "hybrid", 9, "1" * 64, ("XBB:use-limited",), {"payload": "x"})


def test_a_root_comes_back_from_its_bytes_with_its_origins() -> None:
    root = IndexRoot(
        "urn:uuid:y", 3, 1, os.urandom(32), "2" * 64, 1, ("a", "b"), replace(ORIGIN, origin=ORIGIN)
    )
    assert IndexRoot.decode(root.encode()) == root
    later = canonical.loads(root.encode())
    later["more"] = {"of": "later"}
    assert IndexRoot.decode(canonical.dumps(later)) == root


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_root_with_any_member_exchanged_raises_the_documented_error(data: st.DataObject) -> None:
    body = json.loads(replace(rooted([]), origin=replace(ORIGIN, origin=ORIGIN)).encode())
    target = body
    while True:
        key = data.draw(st.sampled_from(sorted(target)))
        if isinstance(target[key], dict) and target[key] and data.draw(st.booleans()):
            target = target[key]
            continue
        target[key] = data.draw(
            st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())
        )
        break
    with contextlib.suppress(PackageError):
        root = IndexRoot.decode(json.dumps(body).encode())
        assert IndexRoot.decode(root.encode()) == root


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 4000), max_size=20))
def test_lines_are_the_same_however_the_blocks_are_cut(cuts: list[int]) -> None:
    lines = lines_of(4)
    part = b"".join(line + b"\n" for line in (index.context_line(), *lines))
    blocks, at = [], 0
    for cut in cuts:
        blocks.append(memoryview(part[at : at + cut]))
        at += cut
    blocks.append(memoryview(part[at:]))
    assert list(index.read_lines(blocks)) == lines


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (b"", "a line without its end"),
        (LINE + b"\n", "@context"),
        (index.context_line().replace(b"uco/core/", b"uco/other/") + b"\n", "@context"),
        (index.context_line() + b"\n" + LINE, "a line without its end"),
        (index.context_line() + b"\n" + b"x" * (2 << 20), "a line over 1 MiB"),
    ],
)
def test_a_part_that_is_no_index_is_refused(part: bytes, what: str) -> None:
    with pytest.raises(PackageError) as caught:
        list(index.read_lines([memoryview(part)]))
    assert caught.value.code == "seal.index.malformed"
    assert caught.value.facts == {"what": what}


# The bytes, as the page has them: another implementation writes these


GOLDEN_ID = "5b0a3c1e-8d7f-4c2a-a9b1-0123456789ab"
GOLDEN = (
    '{"@id":"urn:uuid:5b0a3c1e-8d7f-4c2a-a9b1-0123456789ab","@type":"uco-observable:File","uco-core:hasFacet":['
    '{"@id":"corridor:file/5b0a3c1e-8d7f-4c2a-a9b1-0123456789ab","@type":"uco-observable:FileFacet",'
    '"uco-observable:fileName":"ledger of the harbour.eml","uco-observable:filePath":"mail/ledger of the harbour.eml",'
    '"uco-observable:isDirectory":false,"uco-observable:sizeInBytes":3,'
    '"uco-observable:modifiedTime":{"@type":"xsd:dateTime","@value":"2026-03-01T21:15:01.000234Z"}},'
    '{"@id":"corridor:content/5b0a3c1e-8d7f-4c2a-a9b1-0123456789ab","@type":"uco-observable:ContentDataFacet",'
    '"uco-observable:hash":[{"@id":"corridor:sha256/5b0a3c1e-8d7f-4c2a-a9b1-0123456789ab","@type":"uco-types:Hash",'
    '"uco-types:hashMethod":"SHA256","uco-types:hashValue":{"@type":"xsd:hexBinary","@value":"'
    + "ab" * 32
    + '"}}],"uco-observable:sizeInBytes":3}],"corridor:state":"whole","corridor:restricted":false'
)
GOLDEN_PLACE = (
    ',"corridor:place":{"corridor:item":7,"corridor:unit":"pack-0001",'
    '"corridor:parts":1,"corridor:member":"000002"}}'
)
GOLDEN_SELDOM = (
    ',"corridor:restrictions":["uncc/14","xbb-criminal-code/201(a)"],"corridor:conditions":"'
    + "ef" * 32
    + '","corridor:provenance":{"@type":"@json","@value":{"by":"quotes \\" and \\\\ back","received":"upload"}},'
    '"corridor:acquisition":{"@type":"@json","@value":{"format":"ewf","md5":"' + "0" * 32 + '"}}'
)


def test_the_bytes_of_a_line_never_change() -> None:
    plain = (GOLDEN + GOLDEN_PLACE).encode()
    assert parse_record(plain) == WHOLE
    assert index._write(WHOLE, GOLDEN_ID) == plain
    full = (
        GOLDEN.replace('"corridor:restricted":false', '"corridor:restricted":true')
        + GOLDEN_SELDOM
        + GOLDEN_PLACE
    )
    item = replace(EVERY_STATE[-1], number=7, disclosed=None)
    assert parse_record(full.encode()) == item
    assert index._write(item, GOLDEN_ID) == full.encode()
    assert index.leaf(plain) == (GOLDEN + "}").encode()


def test_the_leaf_of_a_line_never_changes() -> None:
    tree = ItemTree(bytes(range(32)))
    tree.add(7, (GOLDEN + GOLDEN_PLACE).encode())
    salt = hmac.new(bytes(range(32)), b"7", "sha256").digest()
    assert tree.root() == hashlib.sha256(b"\0" + salt + (GOLDEN + "}").encode()).hexdigest()
    assert index.conditions_digest(["XBB:use-limited"]) == hashlib.sha256(b'["XBB:use-limited"]').hexdigest()
