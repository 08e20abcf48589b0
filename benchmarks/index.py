"""The index against what others would do: lines written and validated a second, beside `json.loads` alone and CASE's
own validator; and an item tree of a million items.

All in one run, in turn, medians of 5 (CASE's tools: once, on a sample); what lasts is the ratio.
Issue 4 asks for 10,000 validated lines a second.

    python benchmarks/index.py [items]   half a minute; 20,000 items for the lines unless given
"""

from __future__ import annotations

import collections
import hashlib
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corridor.seal import index
from corridor.seal.index import Item, ItemTree, parse_record

ROUNDS = 5
SAMPLE = 50  # for the validators that take seconds
MILLION = 1_000_000
ENOUGH = 10_000  # lines a second, issue 4


def items(count: int) -> list[Item]:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        Item(
            number,
            f"mailbox/folder {number // 100}/message {number} žluťoučký.eml",
            "whole",
            16_384,
            hashlib.sha256(b"%d" % number).hexdigest(),
            f"pack-{number // 3000 + 1:04d}",
            f"{number % 3000 + 1:06d}",
            1,
            modified=start + timedelta(microseconds=number * 977),
        )
        for number in range(1, count + 1)
    ]


def document(lines: list[bytes]) -> str:
    return json.dumps({**index.CONTEXT, "@graph": [json.loads(line) for line in lines]})


def each(of: Callable[[Any], object], given: Iterable[Any]) -> Callable[[], object]:
    """Do it to every one, keeping nothing: what is kept costs the collector, not the reader."""
    return lambda: collections.deque(map(of, given), maxlen=0)


def rounds(work: dict[str, Callable[[], object]], count: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, measured in turn."""
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(count):
        for name, step in work.items():
            begun = time.perf_counter()
            step()
            took[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times) for name, times in took.items()}


def million() -> tuple[float, float, float]:
    """Bytes an item, microseconds an item to add, seconds for the root; in a process of its own, for its memory."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        line = items(1)[0].record()
        tree = ItemTree()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        for number in range(1, MILLION + 1):
            tree.add(number, line)
        added = time.perf_counter()
        tree.root()
        rooted = time.perf_counter()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        os.write(writer, json.dumps([grown, added - begun, rooted - added]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    grown, adding, rooting = json.loads(os.read(reader, 1000))
    return grown, adding, rooting


def main() -> int:
    grown, adding, rooting = million()  # first, while this process is small
    import case_utils.case_validate
    import rdflib

    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    given = items(count)
    lines = [item.record() for item in given]
    assert [parse_record(line) for line in lines] == given
    whole = rounds(
        {
            "json.loads, nothing checked": each(json.loads, lines),
            "our writer": each(Item.record, given),
            "our validator": each(parse_record, lines),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "index.jsonld")
        text = document(lines[:SAMPLE])
        file.write_text(text)
        sample = rounds(
            {
                "rdflib, JSON-LD to triples": lambda: rdflib.Graph().parse(data=text, format="json-ld"),
                "case_validate": lambda: case_utils.case_validate.validate(str(file)),
            },
            count=1,
        )
    rates = {name: count / took for name, took in whole.items()}
    rates |= {name: SAMPLE / took for name, took in sample.items()}
    base = rates["json.loads, nothing checked"]
    print(
        f"{count:,} lines of {len(lines[0])} bytes ({SAMPLE} for the last two, once), medians of {ROUNDS}\n"
    )
    print(f"{'':30}{'lines a second':>16}{'microseconds':>15}{'of json.loads':>15}")
    for name, rate in rates.items():
        print(f"{name:30}{rate:>16,.0f}{1e6 / rate:>15.1f}{rate / base:>15.4f}")
    print(
        f"\nitem tree of {MILLION:,}: {grown / 1048576:.0f} MiB in all (bound 60), add {adding:.2f} µs each,"
    )
    print(f"root {rooting:.1f} s")
    met = rates["our validator"] >= ENOUGH and grown < 60 << 20
    print("\nmet" if met else "\nNOT met: 10,000 validated lines a second, 60 MiB for a million items")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
