"""The log: C2SP tlog-tiles in a directory, appended so that no kill loses an entry or signs one size twice.

    checkpoint                 the newest signed note
    tile/<L>/<N>[.p/<W>]       hashes, 256 to a tile
    tile/entries/<N>[.p/<W>]   the entries: 32 bytes each, an id, behind a two-byte length
    pending                    the batch being appended; there only between its first step and its last
    lock                       held by whoever appends
    witnessed                  the newest checkpoint known to be cosigned, with its cosignatures

An append takes these steps, each synced before the next:

    1. `pending` names the first index and the entries: from here on the batch is in the log, whatever happens
    2. entry bundles, and tiles from the leaves up; no order among them
    3. `checkpoint`, signed: only now can anybody see the new size
    4. partial tiles that full ones replaced are removed, then `pending`

Every file is whole or absent. Whoever opens the log to append, or appends, first finishes a batch found
pending. Steps 2 and 3 give the same bytes when repeated (the entries are fixed in step 1 and Ed25519 is
deterministic), so one size has one checkpoint. A caller killed before it learned its index finds its entries
again with `entries`. The removal of `pending` is not synced: should it come back after a power cut, it names
a batch whose end is the checkpoint's size, and is removed again.

Threads that append while another is at it wait, and one of them then appends for all: as many syncs for a
thousand callers as for one.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corridor.notary import canonical, merkle
from corridor.notary.checkpoint import (
    MAX_CHECKPOINT,
    VerifiedCheckpoint,
    VerifiedEntry,
    check_origin,
    checkpoint_text,
    sign_checkpoint,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_proof,
    write_proof,
)
from corridor.notary.cosignature import add_cosignatures
from corridor.notary.fault import NotaryFault
from corridor.notary.files import make_folder, read_bounded, write_many, write_whole
from corridor.notary.keys import KeyUse, PublicKey, SigningKey
from corridor.notary.note import read_note

__all__ = [
    "Log",
    "VerifiedCheckpoint",
    "VerifiedEntry",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_proof",
]

WIDTH: Final = 256
HEIGHT: Final = 8
ENTRY_SIZE: Final = 32
_PREFIX: Final = ENTRY_SIZE.to_bytes(2, "big")
_RECORD: Final = len(_PREFIX) + ENTRY_SIZE
MAX_BATCH: Final = 65536
_PENDING_LIMIT: Final = 80 * MAX_BATCH
_CACHED_TILES: Final = 1024  # full tiles only, 8 KiB each: they never change


@dataclass
class _Waiting:
    """Entries that a caller of `append` waits for."""

    leaves: list[bytes]
    first: int = -1
    error: BaseException | None = None
    done: bool = False


class Log:
    """One log in one directory. With a `SigningKey` it can be appended to (and is created if new); with the
    `PublicKey` it is read and its checkpoint verified. Safe between threads and between processes on one
    machine.

    Raises `notary.log.origin`, `notary.log.none` (nothing there and no signing key), `notary.log.corrupt`.
    """

    def __init__(self, directory: Path | str, key: SigningKey | PublicKey, origin: str) -> None:
        check_origin(origin)
        self.directory = Path(directory)
        self.origin = origin
        self._signer = key if isinstance(key, SigningKey) else None
        self.key = key.public if isinstance(key, SigningKey) else key
        if self.key.use is not KeyUse.LOG:
            raise NotaryFault("notary.key.wrong-use", wanted=KeyUse.LOG)
        _ = self.key.raw  # a log key is Ed25519 or it is refused here, not at the first append
        self._turn = threading.Condition()  # between threads that append; the lock file is between all
        self._queue: deque[_Waiting] = deque()
        self._appending = False
        self._cache_lock = threading.Lock()
        self._full: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._head: VerifiedCheckpoint | None = None
        self._witnessed: VerifiedCheckpoint | None = None
        if self._signer is not None:
            make_folder(self.directory)
            with self._locked():
                if not (self.directory / "checkpoint").exists():
                    self._create(self._signer)
                self._recover(self._signer)
        head = self._refresh()
        # The right edge must give the signed root; a tile changed deeper is found by `audit`, or by any
        # proof from it.
        if merkle.root(head.size, self._node_of(head.size)) != head.root:
            raise NotaryFault("notary.log.corrupt", what="tiles do not give the signed root")
        if self._signer is not None and (cosigned := self.witnessed) is not None:
            self.must_extend(cosigned)  # an old copy, put back beside a newer cosigned checkpoint

    # -- what it holds
    # ---------------------------------------------------------------------------------------------

    @property
    def head(self) -> VerifiedCheckpoint:
        """The newest checkpoint in the directory, verified."""
        return self._refresh()

    @property
    def size(self) -> int:
        return self.head.size

    @property
    def root(self) -> bytes:
        return self.head.root

    def checkpoint(self) -> bytes:
        """The newest checkpoint as a signed note."""
        return self.head.text

    def leaf(self, index: int) -> bytes:
        """The entry at `index`. Raises `notary.proof.out-of-range`."""
        return self.entries(index, index + 1)[0]

    def entries(self, start: int, end: int) -> list[bytes]:
        """Entries `start` up to, not including, `end`: how a caller killed after an append learns what was
        appended.

        Raises `notary.proof.out-of-range`.
        """
        size = self.size
        if not 0 <= start <= end <= size:
            raise NotaryFault("notary.proof.out-of-range")
        found: list[bytes] = []
        while start < end:
            tile, offset = divmod(start, WIDTH)
            take = min(end - start, WIDTH - offset)
            width = min(WIDTH, size - tile * WIDTH)
            records = self._read(self._path("entries", tile), width, _RECORD)
            for place in range(offset, offset + take):
                record = records[place * _RECORD : (place + 1) * _RECORD]
                if record[: len(_PREFIX)] != _PREFIX:
                    raise NotaryFault("notary.log.corrupt", what="entry bundle")
                found.append(record[len(_PREFIX) :])
            start += take
        return found

    # -- proofs
    # ----------------------------------------------------------------------------------------------------

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The path of entry `index` in the tree of `size` (the newest unless given)."""
        size = self._known(size)
        return merkle.inclusion(index, size, self._node_of(self.size))

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the tree of `old` entries is the beginning of the tree of `new` (the newest unless
        given)."""
        new = self._known(new)
        return merkle.consistency(old, new, self._node_of(self.size))

    def proof(self, index: int, checkpoint: bytes | None = None) -> bytes:
        """A tlog-proof for entry `index`.

        It is in `checkpoint` where one is given: a note signed by this log, with whatever cosignatures it has.
        Otherwise in the newest cosigned one kept here, if that holds the entry, else in the newest of all.
        Raises `notary.proof.out-of-range`, and what `must_extend` and `verify_checkpoint` raise.
        """
        head = self.head
        if checkpoint is not None:
            shown = verify_checkpoint(checkpoint, self.key, self.origin)
            self.must_extend(shown)
        else:
            cosigned = self.witnessed
            shown = cosigned if cosigned is not None and index < cosigned.size <= head.size else head
        path = merkle.inclusion(index, shown.size, self._node_of(head.size))
        return write_proof(index, path, shown.text)

    # -- what others signed
    # ------------------------------------------------------------------------------------------

    @property
    def witnessed(self) -> VerifiedCheckpoint | None:
        """The newest checkpoint of this log kept with cosignatures, or None. How many there are, by whom and
        when, `verify_witnessed` of its `text` tells."""
        data = self._optional("witnessed", MAX_CHECKPOINT)
        if data is None:
            return None
        with self._cache_lock:
            if self._witnessed is None or self._witnessed.text != data:
                self._witnessed = verify_checkpoint(data, self.key, self.origin)
            return self._witnessed

    def keep_cosigned(self, note: bytes) -> VerifiedCheckpoint:
        """Keep a checkpoint of this log that witnesses have cosigned, for `proof`; what is kept afterwards.

        A smaller one than is kept changes nothing; of one and the same checkpoint the cosignatures are
        joined. The caller has verified them (`gather` leaves out the others). Raises
        `notary.checkpoint.not-cosigned` (no line but the log's own), and what `verify_checkpoint` and
        `must_extend` raise.
        """
        new = verify_checkpoint(note, self.key, self.origin)
        self.must_extend(new)
        lines = read_note(note).signatures
        if len(lines) < 2:
            raise NotaryFault("notary.checkpoint.not-cosigned")
        with self._locked():
            held = self.witnessed
            if held is not None and held.size > new.size:
                return held
            if held is not None and checkpoint_text(held.text) == checkpoint_text(note):
                note = add_cosignatures(held.text, b"".join(item.line for item in lines))
            write_whole(self.directory / "witnessed", note)
            return verify_checkpoint(note, self.key, self.origin)

    def must_extend(self, held: VerifiedCheckpoint) -> None:
        """Return only if this log contains everything in a checkpoint of it that somebody else holds.

        A node restored from an old copy asks its peers and calls this before it signs anything again.
        Raises `notary.log.behind` (they hold more than we do) or `notary.log.forked`.
        """
        head = self.head
        if held.origin != head.origin:
            raise NotaryFault("notary.checkpoint.wrong-origin")
        if held.size > head.size:
            raise NotaryFault("notary.log.behind", held=held.size, size=head.size)
        if merkle.root(held.size, self._node_of(head.size)) != held.root:
            raise NotaryFault("notary.log.forked", size=held.size)

    def audit(self) -> VerifiedCheckpoint:
        """Hash every entry again and compare with every tile and the signed root. Raises
        `notary.log.corrupt`."""
        head = self.head
        tiles = self._node_of(head.size)
        for start in range(0, head.size, WIDTH):
            for place, entry in enumerate(self.entries(start, min(start + WIDTH, head.size))):
                if tiles(0, start + place) != merkle.leaf_hash(entry):
                    raise NotaryFault("notary.log.corrupt", what="entry and tile differ")
        level = 1
        while head.size >> (HEIGHT * level):
            for index in range(head.size >> (HEIGHT * level)):
                below = self._tile(level - 1, index, WIDTH)
                hashes = [below[place : place + 32] for place in range(0, len(below), 32)]
                if tiles(HEIGHT * level, index) != merkle.complete_root(hashes):
                    raise NotaryFault("notary.log.corrupt", what="tile and tile above differ")
            level += 1
        if merkle.root(head.size, tiles) != head.root:
            raise NotaryFault("notary.log.corrupt", what="tiles do not give the signed root")
        return head

    # -- appending
    # -------------------------------------------------------------------------------------------------

    def append(self, leaves: Sequence[bytes]) -> int:
        """Append entries of 32 bytes each, in order; the index of the first. They are on disk and signed on
        return.

        If it raises after step 1 (a full disk, a key device gone), the entries are in the log once the next
        append or opening has finished them: look with `entries` before appending them again.
        Raises `notary.log.read-only`, `notary.log.entry-size`, `notary.log.batch-size`, OSError.
        """
        if self._signer is None:
            raise NotaryFault("notary.log.read-only")
        if not 1 <= len(leaves) <= MAX_BATCH:
            raise NotaryFault("notary.log.batch-size", most=MAX_BATCH)
        if any(len(leaf) != ENTRY_SIZE for leaf in leaves):
            raise NotaryFault("notary.log.entry-size", wanted=ENTRY_SIZE)
        mine = _Waiting(list(leaves))
        with self._turn:
            self._queue.append(mine)
            while self._appending and not mine.done:
                self._turn.wait()
            ours = not mine.done
            self._appending = self._appending or ours
        if ours:
            try:
                while not mine.done:
                    self._append_group(self._signer)
            finally:
                with self._turn:
                    self._appending = False
                    self._turn.notify_all()
        if mine.error is not None:
            raise mine.error
        return mine.first

    def _append_group(self, signer: SigningKey) -> None:
        """Append for the first in the queue and as many behind it as fit into one batch."""
        with self._turn:
            group = [self._queue.popleft()]
            count = len(group[0].leaves)
            while self._queue and count + len(self._queue[0].leaves) <= MAX_BATCH:
                group.append(self._queue.popleft())
                count += len(group[-1].leaves)
        try:
            with self._locked():
                self._recover(signer)
                first = self._refresh().size
                batch = [leaf for one in group for leaf in one.leaves]
                write_whole(self.directory / "pending", _pending(first, batch))  # step 1
                self._finish(first, batch, signer)
            for one in group:
                one.first, first = first, first + len(one.leaves)
        except BaseException as error:
            for one in group:
                one.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            with self._turn:
                for one in group:
                    one.done = True
                self._turn.notify_all()

    def _finish(self, first: int, leaves: list[bytes], signer: SigningKey) -> None:
        """Steps 2 to 4 for a batch that is pending. Repeating any of them changes nothing."""
        size = first + len(leaves)
        files = self._grown("entries", first, [_PREFIX + leaf for leaf in leaves], _RECORD)
        hashes, start, level = [merkle.leaf_hash(leaf) for leaf in leaves], first, 0
        while hashes:
            tiles = self._grown(str(level), start, hashes, merkle.HASH_SIZE)
            files += tiles
            level, start, end = level + 1, start // WIDTH, (start + len(hashes)) // WIDTH
            # The full tiles of a level are the first of its files, one for each hash of the level above.
            full = [data for _, data in tiles[: end - start]]
            hashes = [
                merkle.complete_root([tile[i : i + 32] for i in range(0, len(tile), 32)]) for tile in full
            ]
        for folder in dict.fromkeys(path.parent for path, _ in files):
            make_folder(folder)
        write_many(files)  # step 2
        root = merkle.root(size, self._node_of(size))
        write_whole(self.directory / "checkpoint", sign_checkpoint(self.origin, size, root, signer))  # step 3
        self._close(first, size)  # step 4

    def _close(self, first: int, size: int) -> None:
        self._prune(first, size)
        (self.directory / "pending").unlink()

    def _grown(
        self, level: str, start: int, records: list[bytes], record_size: int
    ) -> list[tuple[Path, bytes]]:
        """The tiles of one level that change when `records` are put behind its first `start` ones: where, and
        what is in them. Only the last can be partial."""
        files, place = [], 0
        while place < len(records):
            index, offset = divmod(start + place, WIDTH)
            taken = records[place : place + WIDTH - offset]
            path = self._path(level, index)
            # What stands before `start` was there under the last checkpoint; a wider leftover has the same
            # beginning.
            before = self._read(path, offset, record_size) if offset else b""
            width = offset + len(taken)
            files.append((path if width == WIDTH else _partial(path, width), before + b"".join(taken)))
            place += len(taken)
        return files

    def _prune(self, first: int, size: int) -> None:
        """Remove the partial tiles that full ones replaced when the log grew from `first` to `size`."""
        level, before, after = 0, first, size
        while after:
            for name in ("entries", "0") if level == 0 else (str(level),):
                for index in range(before // WIDTH, after // WIDTH):
                    folder = _partial(self._path(name, index), 0).parent
                    for file in folder.iterdir() if folder.is_dir() else ():
                        file.unlink(missing_ok=True)
                    if folder.is_dir():
                        folder.rmdir()
            level, before, after = level + 1, before // WIDTH, after // WIDTH

    def _recover(self, signer: SigningKey) -> None:
        """Finish the batch an append left behind. Call with the lock held."""
        for aside in self.directory.glob(".*.tmp"):  # whoever was writing these is gone: we hold the lock
            aside.unlink(missing_ok=True)
        data = self._optional("pending", _PENDING_LIMIT)
        if data is None:
            return
        try:
            batch = canonical.loads(data, limit=_PENDING_LIMIT)
            first, leaves = batch["first"], [bytes.fromhex(entry) for entry in batch["entries"]]
        except (NotaryFault, KeyError, TypeError, ValueError) as error:
            raise NotaryFault("notary.log.corrupt", what="pending batch") from error
        size = self._refresh().size
        if size == first + len(leaves):  # killed between steps 3 and 4
            self._close(first, size)
        elif size == first:
            self._finish(first, leaves, signer)
        else:
            raise NotaryFault("notary.log.corrupt", what="pending batch and checkpoint do not meet")

    def _create(self, signer: SigningKey) -> None:
        if (self.directory / "tile").exists() or (self.directory / "pending").exists():
            # A log whose checkpoint was lost must never start over: it would sign sizes it has signed before.
            raise NotaryFault("notary.log.corrupt", what="tiles without a checkpoint")
        note = sign_checkpoint(self.origin, 0, merkle.EMPTY_ROOT, signer)
        write_whole(self.directory / "checkpoint", note)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # Opened anew each time: an flock is between open files, and so between threads too.
        handle = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    # -- reading
    # ---------------------------------------------------------------------------------------------------

    def _refresh(self) -> VerifiedCheckpoint:
        data = self._optional("checkpoint", MAX_CHECKPOINT)
        if data is None:
            raise NotaryFault("notary.log.none")
        with self._cache_lock:
            if self._head is None or self._head.text != data:
                self._head = verify_checkpoint(data, self.key, self.origin)
            return self._head

    def _optional(self, name: str, limit: int) -> bytes | None:
        try:
            data = read_bounded(self.directory / name, limit)
        except FileNotFoundError:
            return None
        if data is None:
            raise NotaryFault("notary.log.corrupt", what=name)
        return data

    def _known(self, size: int | None) -> int:
        newest = self.size
        if size is None:
            return newest
        if not 0 <= size <= newest:
            raise NotaryFault("notary.proof.out-of-range")
        return size

    def _node_of(self, size: int) -> merkle.Node:
        """Subtree hashes of the tree of `size`, read from tiles."""

        def node(level: int, index: int) -> bytes:
            tile_level, height = divmod(level, HEIGHT)
            tile, offset = divmod(index << height, WIDTH)
            width = min(WIDTH, (size >> (HEIGHT * tile_level)) - tile * WIDTH)
            data = self._tile(tile_level, tile, width)
            return merkle.complete_root(
                [data[32 * place : 32 * (place + 1)] for place in range(offset, offset + (1 << height))]
            )

        return node

    def _tile(self, level: int, index: int, width: int) -> bytes:
        if width < WIDTH:
            return self._read(self._path(str(level), index), width, merkle.HASH_SIZE)
        with self._cache_lock:
            if (level, index) in self._full:
                self._full.move_to_end((level, index))
                return self._full[level, index]
        data = self._read(self._path(str(level), index), WIDTH, merkle.HASH_SIZE)
        with self._cache_lock:
            self._full[level, index] = data
            if len(self._full) > _CACHED_TILES:
                self._full.popitem(last=False)
        return data

    def _read(self, path: Path, width: int, record_size: int) -> bytes:
        """The first `width` records of a tile: from the full tile where there is one, else from the partial
        one."""
        for file in (_partial(path, width), path) if width < WIDTH else (path,):
            try:
                data = read_bounded(file, WIDTH * record_size)
            except FileNotFoundError:
                continue
            whole = WIDTH if file == path else width
            if data is None or len(data) != whole * record_size:
                raise NotaryFault("notary.log.corrupt", what="tile of the wrong length")
            return data[: width * record_size]
        raise NotaryFault("notary.log.corrupt", what="missing tile")

    def _path(self, level: str, index: int) -> Path:
        """tlog-tiles: the index in groups of three digits, all but the last behind an x."""
        groups = [f"{index % 1000:03d}"]
        while index >= 1000:
            index //= 1000
            groups.insert(0, f"x{index % 1000:03d}")
        return self.directory.joinpath("tile", level, *groups)


def _partial(path: Path, width: int) -> Path:
    return path.with_name(path.name + ".p") / str(width)


def _pending(first: int, leaves: list[bytes]) -> bytes:
    """Canonical JSON of {"entries": [hex…], "first": n}, written straight down: a batch may have 65,536."""
    entries = '","'.join(leaf.hex() for leaf in leaves)
    return f'{{"entries":["{entries}"],"first":{first}}}'.encode("ascii")
