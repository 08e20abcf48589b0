"""How long a fold takes, against verifying the signatures of the same acts: `python benchmarks/dossier.py`.

Medians of 5, interleaved in one run; the ratio is what to compare between machines.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.dossier.cast import T0, state_keys
from tests.dossier.test_replicas import long

from corridor import dossier

ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    print(f"{'acts':>5}  {'shape':<22} {'fold, ms':>9} {'verify, ms':>11} {'ratio':>6}")
    for count in (50, 200, 800):
        for crossing, shape in ((False, "one line"), (True, "two lines, unseen")):
            table = long("stored_data", count, crossing)
            envelopes = [act.envelope for act in table.entries if isinstance(act, dossier.VerifiedAct)]
            folds, checks = [], []
            for _ in range(ROUNDS):
                folds.append(timed(lambda rows=table.entries: dossier.fold(rows, as_of=T0)))
                checks.append(timed(lambda all_=envelopes: [dossier.verify_act(e, state_keys) for e in all_]))
            fold, check = statistics.median(folds) * 1000, statistics.median(checks) * 1000
            print(f"{count:>5}  {shape:<22} {fold:>9.1f} {check:>11.1f} {fold / check:>6.2f}")


if __name__ == "__main__":
    main()
