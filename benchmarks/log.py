"""The log at a million leaves: appending in batches, its growth, proofs made and checked.

What lasts are the ratios: against one SHA-256 of the same bytes, against the hashes an RFC 6962 tree needs, and
against one write and sync of this disk. All in one run on one disk, medians of 5 where not said otherwise.

    python benchmarks/log.py [--long]       --long: ten million leaves
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from corridor.notary import (
    KeyUse,
    Log,
    keys,
    merkle,
    verify_checkpoint,
    verify_consistency,
    verify_proof,
)

ROUNDS = 5
ORIGIN = "bench.example/log"
WHOLE = 65_536
PROOFS = 1000
PROOF_LIMIT = 0.005  # seconds
LINEAR = 1.5  # the last leaves may cost so many times the first ones
CALLERS = 64


def ids(start: int, count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(start, start + count)]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object]) -> float:
    return statistics.median(timed(work) for _ in range(ROUNDS))


def synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def hashes_of_a_tree(leaves: list[bytes]) -> None:
    """A leaf hash each, and as many node hashes less one: the least a tree takes."""
    row = [merkle.leaf_hash(leaf) for leaf in leaves]
    merkle.complete_root(row)


def append(log: Log, batch: int) -> float:
    """Median seconds to append one batch; the entries are made outside the clock."""
    took = []
    for _ in range(5 * ROUNDS):
        leaves = ids(log.size, batch)
        took.append(timed(lambda leaves=leaves: log.append(leaves)))
    return statistics.median(took)


def together(log: Log) -> float:
    """Seconds per entry while CALLERS threads append one after the other, ten each."""
    entries = [ids(log.size + 10 * number, 10) for number in range(CALLERS)]

    def call(mine: list[bytes]) -> None:
        for entry in mine:
            log.append([entry])

    threads = [threading.Thread(target=call, args=(mine,)) for mine in entries]

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return timed(run) / (10 * CALLERS)


def grow(log: Log, size: int) -> list[float]:
    """Bring the log to `size` or a little more, in whole batches; the seconds of each."""
    took = []
    while log.size + WHOLE <= size:
        leaves = ids(log.size, WHOLE)
        took.append(timed(lambda leaves=leaves: log.append(leaves)))
    if log.size < size:
        log.append(ids(log.size, size - log.size))
    return took


def share(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def main() -> None:
    most = 10_000_000 if "--long" in sys.argv else 1_000_000
    key = keys.generate(KeyUse.LOG)
    with tempfile.TemporaryDirectory() as place:
        log = Log(Path(place) / "log", key, ORIGIN)
        entries = ids(0, WHOLE)
        digest = median(lambda: hashlib.sha256(b"".join(entries))) / WHOLE
        tree = median(lambda: hashes_of_a_tree(entries)) / WHOLE
        one = median(lambda: synced(Path(place) / "one", bytes(8192)))
        print(f"bounds of this machine, {os.cpu_count()} cores")
        print(f"  one SHA-256 of the entries       {digest * 1e9:8.0f} ns a leaf")
        print(f"  the hashes of the tree           {tree * 1e9:8.0f} ns a leaf")
        print(f"  one write and sync of 8 KiB      {one * 1e6:8.0f} us\n")

        print("appending (a call returns when its entries are on disk and signed)")
        print("      size   batch     ms a call   us a leaf   x SHA-256   x tree   x write and sync")
        whole: list[float] = []

        def row(size: int, batch: int, call: float) -> None:
            leaf = call / batch
            print(
                f"{size:10,} {batch:7,} {call * 1e3:13.2f} {leaf * 1e6:11.1f}"
                f" {leaf / digest:11,.0f} {leaf / tree:8.1f} {call / one:18.1f}"
            )

        for size in (10_000, 100_000, 1_000_000, 10_000_000):
            if size > most:
                break
            before = len(whole)
            whole += grow(log, size)
            row(size, 1, append(log, 1))
            row(size, 100, append(log, 100))
            if whole[before:]:
                row(size, WHOLE, statistics.median(whole[before:]))
        alone, shared = append(log, 1), statistics.median(together(log) for _ in range(3))
        print(
            f"one entry a call: {alone * 1e3:.2f} ms from one caller, {shared * 1e3:.2f} ms an entry"
            f" from {CALLERS} at once, {alone / shared:.0f} times as many\n"
        )

        first, last = (statistics.median(part) for part in (whole[:ROUNDS], whole[-ROUNDS:]))
        linear = last / first <= LINEAR
        total = sum(whole)
        print(
            f"growth: {len(whole) * WHOLE:,} leaves in batches of {WHOLE:,} took {total:.1f} s;"
            f" the last {ROUNDS} batches cost\n  {last / first:.2f} times the first {ROUNDS}"
            f" ({'linear' if linear else 'NOT linear'}, limit {LINEAR})\n"
        )

        size, head = log.size, log.head
        random.seed(1)
        chosen = [random.randrange(size) for _ in range(PROOFS)]
        fresh = Log(Path(place) / "log", key.public, ORIGIN)
        cold = [timed(lambda at=at: fresh.proof(at)) for at in chosen]  # no tile read before, mostly
        made = [timed(lambda at=at: fresh.proof(at)) for at in chosen]
        proofs = [(fresh.proof(at), fresh.leaf(at)) for at in chosen]
        checked = [timed(lambda pair=pair: verify_proof(*pair, key.public, ORIGIN)) for pair in proofs]
        signature = [timed(lambda: verify_checkpoint(head.text, key.public, ORIGIN)) for _ in range(PROOFS)]
        olds = [random.randrange(1, size) for _ in range(PROOFS)]
        paths = [timed(lambda old=old: fresh.consistency(old)) for old in olds]
        print(f"proofs at {size:,} leaves, {PROOFS} of each      p50 ms    p99 ms")
        for name, times in (
            ("inclusion, tiles not read before", cold),
            ("inclusion, again", made),
            ("a tlog-proof checked", checked),
            ("  of that, the checkpoint's signature", signature),
            ("consistency", paths),
        ):
            print(f"  {name:40} {share(times, 0.5) * 1e3:7.3f} {share(times, 0.99) * 1e3:9.3f}")
        small = Log(Path(place) / "small", key, ORIGIN)
        small.append(entries[:WHOLE])
        path = log.consistency(WHOLE)
        old = small.head
        took = median(lambda: verify_consistency(old, head, path))
        print(f"  {'consistency checked (one, median)':40} {took * 1e3:7.3f}")
        quick = share(cold, 0.99) < PROOF_LIMIT
        print(f"a proof in under {PROOF_LIMIT * 1e3:.0f} ms: {'yes' if quick else 'NO'}")
        if not (quick and linear):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
