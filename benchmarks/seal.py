"""Sealing, checking and opening against this machine's own bounds and against peers doing the same work.

Every row of a table is measured in one run, in turn, all sides synced; what lasts is the ratio of the medians. A
package needs two SHA-256 (of the item and of what is written), so that two cores bound sealing near 0.8 of one SHA-256
stream. Peers are Debian's `age`, `openssl dgst` and `tar`, and bagit.py; where they are absent that is said.

    python benchmarks/seal.py [MIB]      in minutes; MIB is the size of the first file, 1024 unless given
    python benchmarks/seal.py --long     16 GiB, a sparse 1 TiB, a million files: memory; takes about an hour
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from corridor.seal import age, package

ROUNDS = 5
MIB = 1 << 20
GIB = 1 << 30
BLOCK = memoryview(bytearray(MIB))


class Nowhere:
    """Where a sealed file goes when only the making is measured."""

    def __init__(self, path: object = None) -> None:
        self.size = 0

    def append(self, buffer: memoryview, start: int, end: int) -> None:
        self.size += end - start

    def write(self, data: bytes | memoryview) -> int:
        self.size += len(data)
        return len(data)

    def finish(self) -> None: ...
    def sync(self) -> None: ...
    def close(self) -> None: ...


class Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, raw: object) -> None:
        self.raw, self.total = raw, hashlib.sha256()

    def read(self, size: int) -> bytes:
        raise RuntimeError("readinto is there")

    def readinto(self, block: memoryview) -> int:
        count: int = self.raw.readinto(block)  # type: ignore[attr-defined]
        self.total.update(block[:count])
        return count


def sha256_of(file: Path) -> None:
    total = hashlib.sha256()
    with file.open("rb", buffering=0) as stream:
        while count := stream.readinto(BLOCK):
            total.update(BLOCK[:count])


def sync(path: Path) -> None:
    for base, _, names in os.walk(path) if path.is_dir() else [(str(path.parent), [], [path.name])]:
        for name in names:
            handle = os.open(Path(base, name), os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


def cp(file: Path, target: Path) -> None:
    run("cp", "-r", file, target)
    sync(target)


def run(*command: object, out: Path | None = None, data: Path | None = None) -> None:
    with open(out or os.devnull, "wb") as sink, open(data or os.devnull, "rb") as source:
        subprocess.run([str(word) for word in command], check=True, stdout=sink, stdin=source)


def stream_layer(file: Path, recipient: age.Recipient) -> None:
    """Encrypt, and hash the plaintext: no package, nothing written."""
    with file.open("rb", buffering=0) as stream:
        age.encrypt(Hashing(stream), Nowhere(), [recipient])


def seal(paths: list[Path], out: Path, identity: age.Identity, **more: object) -> package.SealedPackage:
    custodian = package.Custodian("bench", identity.recipient.text)
    return package.seal(paths, out, [custodian], identity.cls, clock=lambda: datetime.now(UTC), **more)  # type: ignore[arg-type]


def unchanged(path: Path) -> None:
    report = package.verify(path, expected_id=package.package_id(path))
    if report.verdict is not package.Verdict.UNCHANGED:
        raise SystemExit(f"the package is {report.verdict}: {[finding.code for finding in report.findings]}")


def open_(path: Path, identity: age.Identity, out: Path) -> None:
    package.open_(path, [identity], out)


# Peers: what people do today, step after step, with the same result: encrypted, with a digest of both sides.


def peer_seal(file: Path, recipient: str, out: Path) -> None:
    run("openssl", "dgst", "-sha256", file)
    run("age", "-r", recipient, "-o", out, file)
    sync(out)
    run("openssl", "dgst", "-sha256", out)


def peer_open(sealed: Path, key: Path, out: Path) -> None:
    run("openssl", "dgst", "-sha256", sealed)
    run("age", "-d", "-i", key, "-o", out, sealed)
    sync(out)
    run("openssl", "dgst", "-sha256", out)


def peer_bag(folder: Path, recipient: str, out: Path) -> None:
    """A bag of the folder (its files as hard links: copying them is not what is compared), then tar, age, digest."""
    bag = out.with_name("bag")
    shutil.copytree(folder, bag, copy_function=os.link)
    start = time.perf_counter()
    run(Path(sys.executable).with_name("bagit.py"), "--quiet", "--sha256", "--processes", "2", bag)
    with (
        out.open("wb") as sink,
        subprocess.Popen(["tar", "-C", bag, "-cf", "-", "."], stdout=subprocess.PIPE) as tar,
    ):
        subprocess.run(["age", "-r", recipient], stdin=tar.stdout, stdout=sink, check=True)
    sync(out)
    run("openssl", "dgst", "-sha256", out)
    peer_bag.took = time.perf_counter() - start  # type: ignore[attr-defined]
    shutil.rmtree(bag)


def table(
    title: str,
    size: int,
    jobs: dict[str, Callable[[Path], None]],
    goals: dict[str, tuple[str, float]],
    place: Path,
) -> None:
    """Each job in turn, ROUNDS times; the place it is given is emptied, outside the clock. `goals`: job -> the row it
    is measured by, and the ratio asked for."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    out = place / "out"
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            start = time.perf_counter()
            job(out)
            took = time.perf_counter() - start
            times[name].append(getattr(peer_bag, "took", took) if name.startswith("bagit") else took)
            shutil.rmtree(out) if out.is_dir() else out.unlink(missing_ok=True)
    print(f"{title}, median of {ROUNDS}, interleaved, {os.cpu_count()} cores\n")
    print(f"{'':42}{'GB/s':>7}{'spread':>13}  ratio")
    for name, found in times.items():
        middle = statistics.median(found)
        spread = f"{size / max(found) / 1e9:.2f}-{size / min(found) / 1e9:.2f}"
        said = ""
        if name in goals:
            reference, goal = goals[name]
            ratio = statistics.median(times[reference]) / middle
            verdict = "met" if ratio >= goal else f"missed by {1 - ratio / goal:.0%}"
            said = f"{ratio:.2f} of {reference}" + (f" (asked {goal:g}: {verdict})" if goal else "")
        print(f"{name:42}{size / middle / 1e9:7.2f}{spread:>13}  {said}")
    print()


def fill(file: Path, size: int) -> Path:
    with file.open("wb") as stream:
        for _ in range(size // MIB):
            stream.write(os.urandom(MIB))
        os.fsync(stream.fileno())
    return file


def bound() -> float:
    """What this machine's cores could do at best, GB/s: two SHA-256 and one ChaCha20-Poly1305 of every byte, nothing
    read, written or waited for. Measured in memory, on all cores at once."""
    block, rounds = memoryview(bytearray(os.urandom(MIB))), 512
    cores = os.cpu_count() or 1
    cipher, out = ChaCha20Poly1305(os.urandom(32)), memoryview(bytearray(65536 + 16))

    def digests() -> None:
        total = hashlib.sha256()
        for _ in range(rounds):
            total.update(block)

    def encryption() -> None:
        own = memoryview(bytearray(len(out)))
        for _ in range(rounds):
            for at in range(0, MIB, 65536):
                cipher.encrypt_into(bytes(12), block[at : at + 65536], None, own)

    spent = 0.0
    for job, times in ((digests, 2), (encryption, 1)):
        found = []
        for _ in range(3):
            threads = [threading.Thread(target=job) for _ in range(cores)]
            start = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found.append(time.perf_counter() - start)
        spent += times * statistics.median(found) / (cores * rounds * MIB)
    return 1 / spent / 1e9


def short(place: Path, size: int) -> None:
    print(
        f"bound of {os.cpu_count()} cores for two SHA-256 and one encryption of each byte: {bound():.2f} GB/s\n"
    )
    hybrid, classic = age.generate(age.HYBRID), age.generate(age.CLASSIC)
    key = place / "key.txt"
    key.write_text(classic.text + "\n")
    to = classic.recipient.text
    peers = shutil.which("age") is not None and shutil.which("openssl") is not None
    if not peers:
        print("age or openssl is not here: rows of peers are left out (apt-get install age openssl)\n")
    big = fill(place / "big", size)
    sha256_of(big)
    sha = "sha256, one stream"
    table(
        f"one file of {size // MIB} MiB to a null sink",
        size,
        {
            sha: lambda out: sha256_of(big),
            "stream layer (encrypt, hash)": lambda out: stream_layer(big, hybrid.recipient),
            "seal": lambda out: seal([big], out, hybrid, open_file=Nowhere) and None,
        },
        {"stream layer (encrypt, hash)": (sha, 0.9), "seal": (sha, 0.7)},
        place,
    )
    table(
        f"one file of {size // MIB} MiB to disk",
        size,
        {
            sha: lambda out: sha256_of(big),
            "cp and sync": lambda out: cp(big, out),
            "seal": lambda out: seal([big], out, hybrid) and None,
            "seal, resumable": lambda out: seal([big], out, hybrid, journal=place / "keys") and None,
        },
        {"seal": ("cp and sync", 0.7), "seal, resumable": ("cp and sync", 0.7), "cp and sync": (sha, 0)},
        place,
    )
    made = place / "package"
    seal([big], made, hybrid)
    table(
        f"a package of {size // MIB} MiB",
        size,
        {
            sha: lambda out: sha256_of(big),
            "verify": lambda out: unchanged(made),
            "open": lambda out: open_(made, hybrid, out),
        },
        {"verify": (sha, 1.0), "open": (sha, 0)},
        place,
    )
    start = time.perf_counter()
    package.rewrap(made, [hybrid], package.Custodian("next", age.generate().recipient.text))
    print(f"rewrap: {(time.perf_counter() - start) * 1000:.0f} ms\n")
    shutil.rmtree(made)
    big.unlink()
    if peers:
        against_peers(place, classic, key, to)
    print(f"most memory resident: {memory()} MiB (asked: under 256)")


def against_peers(place: Path, classic: age.Identity, key: Path, to: str) -> None:
    two = fill(place / "two", 2 * GIB)
    steps = "openssl dgst, age -r, openssl dgst"
    table(
        "one file of 2 GiB",
        2 * GIB,
        {
            steps: lambda out: peer_seal(two, to, out),
            "seal": lambda out: seal([two], out, classic) and None,
        },
        {"seal": (steps, 2.0)},
        place,
    )
    made, sealed = place / "package", place / "two.age"
    seal([two], made, classic)
    run("age", "-r", to, "-o", sealed, two)
    two.unlink()
    back = "openssl dgst, age -d, openssl dgst"
    table(
        "the same, opened and verified",
        2 * GIB,
        {back: lambda out: peer_open(sealed, key, out), "open": lambda out: open_(made, classic, out)},
        {"open": (back, 1.5)},
        place,
    )
    shutil.rmtree(made)
    sealed.unlink()
    folder = place / "eight"
    folder.mkdir()
    for number in range(8):
        fill(folder / f"{number}.img", 512 * MIB)
    bag = "bagit.py (2 processes), tar | age, dgst"
    table(
        "8 files of 512 MiB",
        4 * GIB,
        {
            bag: lambda out: peer_bag(folder, to, out),
            "seal": lambda out: seal([folder], out, classic) and None,
        },
        {"seal": (bag, 1.5)},
        place,
    )
    shutil.rmtree(folder)
    folder = many_files(place / "many", 20_000)
    table(
        "20,000 files of 16 KiB",
        20_000 * 16 * 1024,
        {
            bag: lambda out: peer_bag(folder, to, out),
            "seal": lambda out: seal([folder], out, classic) and None,
        },
        {"seal": (bag, 1.0)},
        place,
    )
    shutil.rmtree(folder)


def many_files(folder: Path, count: int, size: int = 16 * 1024) -> Path:
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"{number // 1000:04d}").mkdir(parents=True)
        (folder / f"{number // 1000:04d}" / f"{number}.eml").write_bytes(os.urandom(size))
    os.sync()
    return folder


def memory() -> int:
    """Most memory this process held, MiB; a fork's own count begins anew."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def apart(what: str, job: Callable[[], None], size: int) -> None:
    """In a process of its own, so that its memory is its own."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        Path("/proc/self/clear_refs").write_text("5")
        job()
        print(f"{what:52}{memory():5} MiB", end="", flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"{what}: failed")
    took = time.perf_counter() - start
    print(f"  {took:8.0f} s  {size / took / 1e9:6.2f} GB/s", flush=True)


def long(place: Path) -> None:
    """Memory at sizes that take long; rewrap at 1 TiB."""
    hybrid = age.generate(age.HYBRID)
    out = place / "out"
    print("most memory resident (asked: under 256 MiB)\n")
    sixteen = fill(place / "sixteen", 16 * GIB)
    apart(
        "seal 16 GiB to disk", lambda: seal([sixteen], out, hybrid, journal=place / "keys") and None, 16 * GIB
    )
    sixteen.unlink()
    apart("verify 16 GiB", lambda: unchanged(out), 16 * GIB)
    apart("open 16 GiB", lambda: open_(out, hybrid, place / "opened"), 16 * GIB)
    shutil.rmtree(place / "opened")
    shutil.rmtree(out)
    million = many_files(place / "million", 1_000_000, 100)
    size = 1_000_000 * 100
    apart("seal 1,000,000 files", lambda: seal([million], out, hybrid, journal=place / "keys") and None, size)
    shutil.rmtree(million)
    apart("verify 1,000,000 files", lambda: unchanged(out), size)
    apart("open 1,000,000 files", lambda: open_(out, hybrid, place / "opened"), size)
    shutil.rmtree(place / "opened")
    shutil.rmtree(out)
    sparse = place / "sparse"
    with sparse.open("wb") as stream:
        stream.truncate(1024 * GIB)
    apart("seal a sparse 1 TiB to a null sink", lambda: terabyte(sparse, out, hybrid), 1024 * GIB)
    start = time.perf_counter()
    package.rewrap(out, [hybrid], package.Custodian("next", age.generate().recipient.text))
    print(f"\nrewrap at 1 TiB: {(time.perf_counter() - start) * 1000:.0f} ms (asked: under 1 s)")


class Sparse(Nowhere):
    """A sealed file of the right length, all hole: the disk has no terabyte."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def finish(self) -> None:
        with self.path.open("xb") as file:
            file.truncate(self.size)


def terabyte(sparse: Path, out: Path, identity: age.Identity) -> None:
    """Payload files become holes of their length; index and manifests are real, so that `rewrap` reads a package."""
    from corridor.seal.direct import DirectFile

    def open_file(path: Path) -> Sparse | DirectFile:
        return Sparse(path) if path.parent.parent.name == "data" else DirectFile(path)

    seal([sparse], out, identity, open_file=open_file)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        if "--long" in sys.argv:
            long(Path(place))
        else:
            short(Path(place), (int(sys.argv[1]) if len(sys.argv) > 1 else 1024) * MIB)


if __name__ == "__main__":
    main()
