"""The tree is RFC 6962's, computed here again from its text; no proof shows what is not so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.notary import NotaryFault, merkle

SIZES = st.integers(1, 70)
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(70)]
TREE = merkle.Tree(LEAVES)


def _mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _mth(leaves[:k]) + _mth(leaves[k:])).digest()


def _refused(check: object, *arguments: object) -> None:
    with pytest.raises(NotaryFault) as caught:
        check(*arguments)  # type: ignore[operator]
    assert caught.value.code in {"notary.proof.invalid", "notary.proof.out-of-range"}


def test_roots_of_rfc_6962() -> None:
    """The known answers of Certificate Transparency's reference implementation."""
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = merkle.Tree()
    assert tree.root() == merkle.EMPTY_ROOT == hashlib.sha256().digest()
    for data, root in zip(inputs, roots, strict=True):
        tree.append(merkle.leaf_hash(bytes.fromhex(data)))
        assert tree.root().hex() == root


@given(st.integers(0, 70))
def test_the_root_is_the_rfcs(size: int) -> None:
    assert TREE.root(size) == _mth(LEAVES[:size])


@given(SIZES, st.data())
def test_every_leaf_is_shown_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = TREE.inclusion(index, size), TREE.root(size)
    merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    other = data.draw(st.integers(0, 69).filter(lambda number: number != index))
    _refused(merkle.verify_inclusion, LEAVES[other], index, size, path, root)
    _refused(merkle.verify_inclusion, LEAVES[index], other, size, path, root)


@given(SIZES, st.data())
def test_a_changed_inclusion_path_shows_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = TREE.inclusion(index, size), TREE.root(size)
    _refused(merkle.verify_inclusion, LEAVES[index], index, size, [*path, LEAVES[0]], root)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        changed = [*path]
        changed[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
        _refused(merkle.verify_inclusion, LEAVES[index], index, size, changed, root)
        _refused(merkle.verify_inclusion, LEAVES[index], index, size, path[:-1], root)
        _refused(merkle.verify_inclusion, LEAVES[index], index, size, [path[0][:-1], *path[1:]], root)


@given(SIZES, SIZES)
def test_a_tree_is_shown_to_begin_with_every_smaller_one(one: int, two: int) -> None:
    old, new = sorted((one, two))
    merkle.verify_consistency(old, TREE.root(old), new, TREE.root(new), TREE.consistency(old, new))


@given(SIZES, SIZES, st.data())
def test_a_rewritten_history_has_no_proof(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    index = data.draw(st.integers(0, old - 1))
    rewritten = merkle.Tree([*LEAVES[:index], merkle.leaf_hash(b"other"), *LEAVES[index + 1 : new]])
    for path in (TREE.consistency(old, new), rewritten.consistency(old, new)):
        _refused(merkle.verify_consistency, old, TREE.root(old), new, rewritten.root(), path)


@given(SIZES, SIZES, st.data())
def test_a_changed_consistency_path_shows_nothing(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    path, roots = TREE.consistency(old, new), (TREE.root(old), TREE.root(new))
    _refused(merkle.verify_consistency, old, roots[0], new, roots[1], [*path, LEAVES[0]])
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        changed = [*path]
        changed[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
        _refused(merkle.verify_consistency, old, roots[0], new, roots[1], changed)
        _refused(merkle.verify_consistency, old, roots[0], new, roots[1], path[:-1])


def test_every_tree_begins_with_nothing() -> None:
    assert TREE.consistency(0) == []
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 70, TREE.root(), [])
    _refused(merkle.verify_consistency, 0, LEAVES[0], 70, TREE.root(), [])


def test_what_lies_outside_has_no_proof() -> None:
    for index, size in ((5, 5), (-1, 5), (0, 0), (0, 71)):
        _refused(TREE.inclusion, index, size)
    for old, new in ((6, 5), (-1, 5), (1, 71)):
        _refused(TREE.consistency, old, new)
    _refused(merkle.verify_inclusion, LEAVES[0], 0, 0, [], merkle.EMPTY_ROOT)
    _refused(merkle.verify_consistency, 6, TREE.root(6), 5, TREE.root(5), [])
    _refused(TREE.append, b"short")


def test_a_leaf_is_never_taken_for_a_node() -> None:
    """Domain separation: the two children of a node, given as one entry, hash to something else."""
    assert merkle.leaf_hash(LEAVES[0] + LEAVES[1]) != merkle.node_hash(LEAVES[0], LEAVES[1])
