"""How long the pages of the law take: `python benchmarks/law_pages.py`. The goal: under 50 ms each on the server, warm.

Each page is made anew (not read from what is kept) and then read as a node reads it; medians of 5.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from corridor.law import site
from corridor.law.site import table

ROUNDS = 5
DAY = date(2026, 11, 26)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    ctx = site.Context(site.Answers(DAY), site.NodeLinks())
    print(f"{'page':<16} {'first, ms':>10} {'anew, ms':>9} {'kept, ms':>9} {'kB':>7}")
    worst = 0.0
    for kind in table.PAGES:
        subject = max(kind.subjects(ctx), default="")
        slug = f"{kind.name}-{subject}" if subject else kind.name
        first = timed(lambda kind=kind, subject=subject: kind.make(ctx, subject))
        anew = statistics.median(
            timed(lambda kind=kind, subject=subject: kind.make(ctx, subject)) for _ in range(ROUNDS)
        )
        size = len(site.render(slug, ctx).html.encode()) / 1000
        kept = statistics.median(timed(lambda slug=slug: site.render(slug, ctx)) for _ in range(ROUNDS))
        worst = max(worst, anew)
        print(f"{kind.name:<16} {first:>10.1f} {anew:>9.1f} {kept:>9.3f} {size:>7.1f}")
    with tempfile.TemporaryDirectory() as folder:
        spent = timed(lambda: site.build(Path(folder), on=DAY))
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        total = sum(file.stat().st_size for file in files) / 1e6
    print(
        f"slowest page made anew: {worst:.1f} ms; whole site: {spent / 1000:.1f} s, {len(files)} files, {total:.1f} MB"
    )


if __name__ == "__main__":
    main()
