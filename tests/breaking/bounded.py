"""Runs one reading of a package in a process of its own, with little memory and little time, and says what came out.

`python bounded.py ACTION PACKAGE IDENTITY DEST`: prints the codes found, the most memory held, and nothing else.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MEMORY = 1 << 30  # address space beyond which the process is refused more
SECONDS = 30
WRITTEN = 1 << 30  # no file may grow beyond


@dataclass(frozen=True)
class Outcome:
    """What a bounded reading came to. `codes` is empty when nothing was wrong."""

    verdict: str
    codes: set[str]
    peak: int  # resident bytes at most
    seconds: float


def bounded(
    action: str, path: Path, identity: str = "", *, seconds: int = SECONDS, memory: int = MEMORY
) -> Outcome:
    """`verify`, `open`, `item` (items one by one) or `wraps`. Fails where the process dies, hangs or runs away."""
    command = [sys.executable, __file__, action, str(path), identity, str(path.with_name("out")), str(memory)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return Outcome(told["verdict"], set(told["codes"]), told["peak"], told["seconds"])


def _main() -> None:
    from time import monotonic

    from corridor.faults import Fault
    from corridor.seal import package

    action, place, identity, dest, memory = sys.argv[1:]
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    verdict, codes = "", []
    begin = monotonic()
    try:
        if action == "verify":
            report = package.verify(place)
            verdict, codes = str(report.verdict), sorted({finding.code for finding in report.findings})
        elif action == "open":
            package.open_(place, [identity], dest)
        elif action == "item":
            for item in list(package.iter_items(place, [identity])):
                if item.sealed:
                    for _ in package.read_item(place, [identity], item):
                        pass
        else:
            package.unwrap(Path(place), [identity])
    except Fault as fault:
        codes = [fault.code] if str(fault) and fault.next_step else ["without its sentences"]
    seconds = monotonic() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"verdict": verdict, "codes": codes, "peak": peak - base, "seconds": seconds}))


if __name__ == "__main__":
    _main()
