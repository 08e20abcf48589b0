"""Sealing, checking and opening against this machine's own bounds: one SHA-256 stream, and `cp`.

Every row of a table is measured in one run, in turn, both sides synced; what lasts is the ratio. A package needs two
SHA-256 (of the item and of what is written), which on two cores bounds sealing near 0.8 of one SHA-256 stream.

    python benchmarks/seal.py [MIB]
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from corridor.seal import age, package

ROUNDS = 5
MIB = 1 << 20
BLOCK = memoryview(bytearray(MIB))


def sha256_of(file: Path) -> None:
    total = hashlib.sha256()
    with file.open("rb", buffering=0) as stream:
        while count := stream.readinto(BLOCK):
            total.update(BLOCK[:count])


def cp(file: Path, target: Path) -> None:
    subprocess.run(["cp", str(file), str(target)], check=True)
    with target.open("rb") as stream:
        os.fsync(stream.fileno())


class Nowhere:
    def write(self, data: memoryview) -> int:
        return len(data)


def encrypt_and_hash(file: Path, recipient: age.Recipient) -> None:
    """The stream layer alone: no package, nothing written."""

    class Hashing:
        def __init__(self, raw: object) -> None:
            self.raw, self.total = raw, hashlib.sha256()

        def read(self, size: int) -> bytes:
            raise RuntimeError("readinto is there")

        def readinto(self, block: memoryview) -> int:
            count: int = self.raw.readinto(block)  # type: ignore[attr-defined]
            self.total.update(block[:count])
            return count

    with file.open("rb", buffering=0) as stream:
        age.encrypt(Hashing(stream), Nowhere(), [recipient])


def seal(paths: list[Path], out: Path, identity: age.Identity) -> None:
    custodian = package.Custodian("bench", identity.recipient.text)
    package.seal(paths, out, [custodian], identity.cls, clock=lambda: datetime.now(UTC))


def table(size: int, jobs: dict[str, Callable[[Path], None]], reference: str) -> None:
    """Each job in turn, ROUNDS times; the place it is given is emptied, outside the clock."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    with tempfile.TemporaryDirectory() as place:
        for _ in range(ROUNDS):
            for name, job in jobs.items():
                out = Path(place) / "out"
                start = time.perf_counter()
                job(out)
                times[name].append(time.perf_counter() - start)
                if out.is_dir():
                    shutil.rmtree(out)
                else:
                    out.unlink(missing_ok=True)
    bound = statistics.median(times[reference])
    print(f"{'':38}{'GB/s':>8}{'spread':>16}{'of ' + reference:>22}")
    for name, found in times.items():
        middle = statistics.median(found)
        spread = f"{size / max(found) / 1e9:.2f}-{size / min(found) / 1e9:.2f}"
        print(f"{name:38}{size / middle / 1e9:8.2f}{spread:>16}{bound / middle:22.2f}")
    print()


def main() -> None:
    size = int(sys.argv[1]) * MIB if len(sys.argv) > 1 else 1024 * MIB
    keys = {cls: age.generate(cls) for cls in (age.HYBRID, age.CLASSIC)}
    hybrid = keys[age.HYBRID]
    with tempfile.TemporaryDirectory() as place:
        big = Path(place) / "big"
        with big.open("wb") as file:
            for _ in range(size // MIB):
                file.write(os.urandom(MIB))
            os.fsync(file.fileno())
        sha256_of(big)
        print(f"one file of {size // MIB} MiB, median of {ROUNDS}, interleaved, {os.cpu_count()} cores\n")
        table(
            size,
            {
                "sha256, one stream": lambda out: sha256_of(big),
                "stream layer (encrypt, hash; no write)": lambda out: encrypt_and_hash(big, hybrid.recipient),
                "seal": lambda out: seal([big], out, hybrid),
            },
            "sha256, one stream",
        )
        table(
            size,
            {"cp and sync": lambda out: cp(big, out), "seal": lambda out: seal([big], out, hybrid)},
            "cp and sync",
        )
        made = Path(place) / "package"
        seal([big], made, hybrid)
        table(
            size,
            {
                "sha256, one stream": lambda out: sha256_of(big),
                "verify": lambda out: _unchanged(made),
                "open": lambda out: _open(made, hybrid, out),
            },
            "sha256, one stream",
        )
        many = Path(place) / "many"
        many.mkdir()
        count = 5000
        for number in range(count):
            (many / f"{number}.eml").write_bytes(os.urandom(16 * 1024))
        print(f"{count} files of 16 KiB\n")
        table(
            count * 16 * 1024,
            {
                "sha256 of each": lambda out: [sha256_of(file) for file in many.iterdir()] and None,
                "seal": lambda out: seal([many], out, hybrid),
            },
            "sha256 of each",
        )
        start = time.perf_counter()
        package.rewrap(made, [hybrid], package.Custodian("next", age.generate().recipient.text))
        print(f"rewrap: {(time.perf_counter() - start) * 1000:.0f} ms")
    print(f"most memory resident: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _unchanged(path: Path) -> None:
    report = package.verify(path, expected_id=package.package_id(path))
    if report.verdict is not package.Verdict.UNCHANGED:
        raise SystemExit(f"the package is {report.verdict}: {[finding.code for finding in report.findings]}")


def _open(path: Path, identity: age.Identity, out: Path) -> None:
    package.open_(path, [identity], out)


if __name__ == "__main__":
    main()
