"""How long `corridor law …` takes from cold, against starting Python alone: `python benchmarks/cli.py`.

Medians of 15, interleaved in one run; the ratio is what to compare between machines. The line to hold is 0.4 s on two
cores, also while something else runs: the second table keeps one core busy meanwhile.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
LIMIT = 0.4
QUESTIONS = (
    "--help",
    "article 42",
    "article 699",
    "search preservation",
    "form preservation",
    "between FRA VNM --on 2026-11-22",
    "between FRA DEU --form preservation --article 7",
    "between QAT VNM --on 2027-06-01 --form preservation --article 13 --assume ASSUMED",
    "status",
    "import-status TABLE",
    "forecast",
    "forecast --json",
    "criminality DEU VNM 13",
    "conduct",
    "conduct ransomware",
    "gaps VNM",
    "deposit-kit VNM",
    "certified TEXT 42 --language en",
    "press",
)
#: Name of a file asked about -> what stands in it.
FILES = {
    "ASSUMED": "label: all who signed\nall_signatories_deposit: 2027-01-04\n",
    "TABLE": "state,signature,deposit\nQAT,2025-10-25,2026-02-27\n",
    "TEXT": "Article 42\nTitle\n1. One.\n2. Two.\n3. Three:\n(a) letter\n",
}
ALONE = [sys.executable, "-c", "pass"]
BUSY = [sys.executable, "-c", "while True: pass"]


def cold(command: list[str], folder: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1, 3):  # an error that was asked for, or a newer status not kept
        raise SystemExit(f"{command}: status {done.returncode}")
    return took


def table(title: str, folder: str) -> bool:
    commands = {
        question: [sys.executable, "-m", "corridor.cli", "law", *question.split()] for question in QUESTIONS
    }
    times: dict[str, list[float]] = {"": [], **{question: [] for question in commands}}
    for _ in range(ROUNDS):
        times[""].append(cold(ALONE, folder))
        for question, command in commands.items():
            times[question].append(cold(command, folder))
    alone = statistics.median(times.pop("")) * 1000
    print(f"{title}: python -c pass {alone:.0f} ms")
    print(f"{'corridor law':<84} {'ms':>5} {'ratio':>6}")
    held = True
    for question, took in times.items():
        middle = statistics.median(took)
        held &= middle < LIMIT
        print(f"{question:<84} {middle * 1000:>5.0f} {middle * 1000 / alone:>6.1f}")
    return held


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            (Path(folder) / name).write_text(text)
        held = table("quiet", folder)
        busy = subprocess.Popen(BUSY)
        try:
            table("one core busy", folder)
        finally:
            busy.kill()
            busy.wait()
    print(f"every answer within {LIMIT} s when quiet: {'yes' if held else 'NO'}")


if __name__ == "__main__":
    main()
