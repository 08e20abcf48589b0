"""How long all pairs of States take, from warm tables and from cold: `python benchmarks/law.py [2026-11-22]`.

All 193 × 193 ordered pairs of Members for one day, in one process; a State with itself is no question and is
skipped. Medians of 5, cold tables each in a process of its own. The ratio to one plain pass over the pairs is what to
compare between machines; the seconds are those of this one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from corridor import law

ROUNDS = 5
LIMIT = 1.0  # seconds, for all pairs
QUESTIONS: tuple[tuple[str | None, int | None], ...] = (
    (None, None),
    ("preservation", None),
    ("mutual_assistance", 7),
    ("extradition", 14),
)
COLD = """
import sys, time
from datetime import date
start = time.perf_counter()
from corridor import law
read = time.perf_counter()
law.between("FRA", "VNM", on=date.fromisoformat(sys.argv[1])).to_dict()
print(read - start, time.perf_counter() - read)
"""


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def every_pair(codes: list[str], bonds: law.Bonds) -> int:
    """The instruments of every pair with their days; sentences are made only when read."""
    return sum(
        len([(bond.id, bond.in_force_since) for bond in bonds.between(a, b).instruments])
        for a in codes
        for b in codes
        if a != b
    )


def plain(codes: list[str]) -> int:
    return sum(a != b for a in codes for b in codes)


def main() -> None:
    on = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date(2026, 11, 22)
    codes = [each.code for each in law.states() if each.un_member]
    worst = 0.0
    print(f"{len(codes)} x {len(codes)} pairs on {on}")
    print(f"{'form':<20} {'offence':>7} {'bonds':>7} {'seconds':>8} {'ratio':>7}")
    for form, offence in QUESTIONS:
        times, floors, count = [], [], 0
        for _ in range(ROUNDS):
            floors.append(timed(lambda: plain(codes)))
            start = time.perf_counter()
            count = every_pair(codes, law.Bonds(on=on, form=form, offence=offence))
            times.append(time.perf_counter() - start)
        took = statistics.median(times)
        worst = max(worst, took)
        ratio = took / statistics.median(floors)
        print(f"{form or 'any':<20} {offence or 'any':>7} {count:>7} {took:>8.3f} {ratio:>7.1f}")
    runs = [
        subprocess.run(
            [sys.executable, "-c", COLD, on.isoformat()], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(ROUNDS)
    ]
    imports, first = (statistics.median(float(run[place]) for run in runs) for place in (0, 1))
    print(f"from cold: import {imports:.3f} s, tables and one whole answer {first:.3f} s")
    print(f"all pairs under {LIMIT:.0f} s: {'yes' if worst < LIMIT else 'NO'}")


if __name__ == "__main__":
    main()
