"""How long `corridor law …` takes from cold, against starting Python alone: `python benchmarks/cli.py`.

Medians of 15, interleaved in one run; the ratio is what to compare between machines. The line to hold is 0.4 s on two
cores, also while something else runs: the second table keeps one core busy meanwhile.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

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
)
ALONE = [sys.executable, "-c", "pass"]
BUSY = [sys.executable, "-c", "while True: pass"]


def cold(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1):  # 1: an error that was asked for
        raise SystemExit(f"{command}: status {done.returncode}")
    return took


def table(title: str) -> bool:
    commands = {
        question: [sys.executable, "-m", "corridor.cli", "law", *question.split()] for question in QUESTIONS
    }
    times: dict[str, list[float]] = {"": [], **{question: [] for question in commands}}
    for _ in range(ROUNDS):
        times[""].append(cold(ALONE))
        for question, command in commands.items():
            times[question].append(cold(command))
    alone = statistics.median(times.pop("")) * 1000
    print(f"{title}: python -c pass {alone:.0f} ms")
    print(f"{'corridor law':<50} {'ms':>5} {'ratio':>6}")
    held = True
    for question, took in times.items():
        middle = statistics.median(took)
        held &= middle < LIMIT
        print(f"{question:<50} {middle * 1000:>5.0f} {middle * 1000 / alone:>6.1f}")
    return held


def main() -> None:
    held = table("quiet")
    busy = subprocess.Popen(BUSY)
    try:
        table("one core busy")
    finally:
        busy.kill()
        busy.wait()
    print(f"every answer within {LIMIT} s when quiet: {'yes' if held else 'NO'}")


if __name__ == "__main__":
    main()
