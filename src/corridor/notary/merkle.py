"""RFC 6962 Merkle trees: hashes, proofs and their checks, for the log and for the item tree of a package
alike.

Proofs are computed from a `Node`: a function that gives the hash of the complete subtree of 2^level leaves
that begins at leaf index * 2^level. The log reads it from tiles, `Tree` from memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from corridor.notary.fault import NotaryFault

Node = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # RFC 6962 2.1: MTH({})


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 2.1: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _range(low: int, high: int, node: Node) -> bytes:
    """MTH(D[low:high]) where `low` is a multiple of the smallest power of two not below the width."""
    width = high - low
    level = width.bit_length() - 1
    if width == 1 << level:
        return node(level, low >> level)
    middle = low + (1 << level)
    return node_hash(node(level, low >> level), _range(middle, high, node))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def root(size: int, node: Node) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range(0, size, node) if size else EMPTY_ROOT


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]), RFC 6962 2.1.1: from the leaf's sibling up. Raises
    `notary.proof.out-of-range`."""
    if not 0 <= index < size:
        raise NotaryFault("notary.proof.out-of-range")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low = middle
    return path[::-1]


def consistency(old: int, size: int, node: Node) -> list[bytes]:
    """PROOF(old, D[size]), RFC 6962 2.1.2; empty when `old` is 0 or `size`. Raises
    `notary.proof.out-of-range`."""
    if not 0 <= old <= size:
        raise NotaryFault("notary.proof.out-of-range")
    if old == 0:
        return []
    path = []
    low, high = 0, size
    known = True  # D[low:old] is the verifier's own root as long as low is 0
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low, known = middle, False
    if not known:
        path.append(_range(low, high, node))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 2.1.3.2: return only if the leaf hash `leaf` is at `index` under `root`.

    Raises `notary.proof.out-of-range` or `notary.proof.invalid`.
    """
    if not 0 <= index < size:
        raise NotaryFault("notary.proof.out-of-range")
    _check_hashes(leaf, root, *path)
    position, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise NotaryFault("notary.proof.invalid")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or found != root:
        raise NotaryFault("notary.proof.invalid")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """RFC 9162 2.1.4.2: return only if the tree of `old` leaves is the beginning of the tree of `size`
    leaves.

    Raises `notary.proof.out-of-range` or `notary.proof.invalid`. Every tree extends the empty one.
    """
    if not 0 <= old <= size:
        raise NotaryFault("notary.proof.out-of-range")
    _check_hashes(old_root, root, *path)
    if old == 0 or old == size:
        if path or (old == size and old_root != root) or (old == 0 and old_root != EMPTY_ROOT):
            raise NotaryFault("notary.proof.invalid")
        return
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise NotaryFault("notary.proof.invalid")
    position, last = old - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_found = found = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise NotaryFault("notary.proof.invalid")
        if position & 1 or position == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or old_found != old_root or found != root:
        raise NotaryFault("notary.proof.invalid")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(item) != HASH_SIZE for item in hashes):
        raise NotaryFault("notary.proof.invalid")


class Tree:
    """A tree in memory over leaf hashes; 64 bytes a leaf."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._rows: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        return len(self._rows[0])

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash (see `leaf_hash`); its index."""
        _check_hashes(leaf)
        self._rows[0].append(leaf)
        level = 0
        while len(self._rows[level]) % 2 == 0:
            if level + 1 == len(self._rows):
                self._rows.append([])
            self._rows[level + 1].append(node_hash(self._rows[level][-2], self._rows[level][-1]))
            level += 1
        return self.size - 1

    def _node(self, level: int, index: int) -> bytes:
        return self._rows[level][index]

    def root(self, size: int | None = None) -> bytes:
        return root(self._size(size), self._node)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return inclusion(index, self._size(size), self._node)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        return consistency(old, self._size(size), self._node)

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise NotaryFault("notary.proof.out-of-range")
        return size
