"""A package between two nodes on loopback against `curl` of the same files from the same server, then `openssl dgst`.

Borealia runs as `corridor node run`; Aurelia collects with the code its worker runs: signed requests, pinned TLS,
every file checked against the manifests, synced, the whole put in its place. `curl` gets the same signed requests for
the same files, which are then synced and hashed. Both in turn, one run, one disk; what lasts is the ratio.

    python benchmarks/transfer.py [MIB]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.node.nodes import SECRET, TestNode, World, until
from tests.node.story import MEASURE, ask, safeguards, sign

ROUNDS = 5
MIB = 1 << 20
GOAL = 0.7

#: Aurelia's side of one measured journey: the package forgotten, then collected again.
COLLECT = """
import os, shutil, time
from corridor.casework import transfers
row = models.Transfer.objects.get(package_id=package, direction="in", files=[])
models.PackageGrant.objects.filter(package_id=package).delete()
models.Package.objects.filter(pk=package).update(complete=False)
for folder in (home.packages / package, home.incoming / package):
    shutil.rmtree(folder, ignore_errors=True)
os.sync()
models.Transfer.objects.filter(pk=row.pk).update(done=None, stuck=False, next_due=home.clock())
began, busy = time.perf_counter(), time.process_time()
node.worker.evidence()
took, busy = time.perf_counter() - began, time.process_time() - busy
assert models.Package.objects.get(pk=package).complete, models.Transfer.objects.get(pk=row.pk).last_code
result = [took, busy]
"""

#: One signed GET for each file, as `curl --config` reads them.
SIGNED = """
from urllib.parse import quote
from corridor.exchange.request import sign_request
peer = home.peer("XBB")
with node.connect("XBB") as client:
    files = client.package_listing(package)
parts = []
for file in files:
    target = f"/exchange/v1/packages/{package}/files/{quote(file.name)}"
    headers = sign_request("GET", target, sender=node.sender, to_state="XBB", at=home.clock())
    lines = [f'url = "{peer.url}{target}"', f'output = "{out}/{file.name}"', f'cacert = "{pem}"']
    lines += [f"header = {quoted(name, value)}" for name, value in headers.items()]
    parts.append("\\n".join([*lines, "create-dirs", "silent", "fail"]))
result = ["\\nnext\\n".join(parts) + "\\n", [file.name for file in files]]
"""
QUOTED = """
def quoted(name, value):
    return '"' + f"{name}: {value}".replace(chr(92), chr(92) * 2).replace('"', chr(92) + '"') + '"'
"""


def stage(folder: Path, size: int) -> tuple[World, TestNode, str]:
    """Two nodes, a dossier, and a fresh package of `size` random bytes that Borealia has signed to hand over."""
    world = World(folder)
    evidence = folder / "evidence"
    evidence.mkdir()
    with (evidence / "disk.img").open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
    aurelia = world.add("XAA", "fetch")
    borealia = world.add("XBB", evidence_folders=(evidence,))
    world.refresh()
    borealia.start()
    dossier = ask(aurelia, "stored_data")
    until(
        lambda: aurelia.do("node.worker.post()\nresult = not models.OutboxLetter.objects.filter(done=None)")
    )
    borealia.do("from corridor.casework import restored\nrestored.asked()")
    sign(borealia, dossier, "accept")
    safeguards(borealia, dossier)
    sign(borealia, dossier, "execute", MEASURE)
    package = borealia.do(
        "result = actions.seal_from_server(person('ca-signatory'), d, paths=['0/disk.img'], secret=s).package",
        d=dossier,
        s=SECRET,
    )
    sign(borealia, dossier, "deliver", packages=[package])
    due = "node.worker.post()\nresult = models.Transfer.objects.filter(package_id=p, direction='in').exists()"
    until(lambda: aurelia.do(due, p=package))
    return world, aurelia, str(package)


def curl(aurelia: TestNode, package: str, folder: Path) -> tuple[float, float]:
    """Seconds for curl and sync, and for `openssl dgst` of each file after it."""
    out = folder / "curl"
    shutil.rmtree(out, ignore_errors=True)
    pem = folder / "xbb" / "keys" / "tls.pem"
    config, names = aurelia.do(QUOTED + SIGNED, package=package, out=str(out), pem=str(pem))
    (folder / "curl.config").write_text(config)
    os.sync()
    began = time.perf_counter()
    subprocess.run(["curl", "--config", str(folder / "curl.config")], check=True)
    files = [str(out / name) for name in names]
    subprocess.run(["sync", *files], check=True)
    carried = time.perf_counter()
    subprocess.run(["openssl", "dgst", "-sha256", *files], check=True, stdout=subprocess.DEVNULL)
    return carried - began, time.perf_counter() - carried


def main() -> None:
    size = (int(sys.argv[1]) if len(sys.argv) > 1 else 1024) * MIB
    with tempfile.TemporaryDirectory(dir=os.environ.get("CORRIDOR_BENCH_DIR")) as name:
        folder = Path(name)
        world, aurelia, package = stage(folder, size)
        try:
            ours: list[float] = []
            theirs: list[float] = []
            rows: dict[str, list[float]] = {
                "curl and sync": [],
                "openssl dgst": [],
                "our client, processor": [],
            }
            for _ in range(ROUNDS):
                carried, hashed = curl(aurelia, package, folder)
                took, busy = aurelia.do(COLLECT, package=package)
                ours.append(took)
                theirs.append(carried + hashed)
                for row, value in zip(rows, (carried, hashed, busy), strict=True):
                    rows[row].append(value)
            report(size, ours, theirs, rows)
        finally:
            world.close()


def report(size: int, ours: list[float], theirs: list[float], rows: dict[str, Any]) -> None:
    def line(name: str, seconds: float, note: str = "") -> None:
        print(f"{name:44} {seconds:8.2f} s {size / seconds / 1e6:8.0f} MB/s  {note}")

    print(f"package of {size // MIB} MiB, {ROUNDS} rounds in turn, medians, {os.cpu_count()} processors")
    for name, values in rows.items():
        line(f"  {name}", statistics.median(values))
    line("curl, sync, openssl dgst", statistics.median(theirs))
    line("a node collects the package", statistics.median(ours))
    ratio = statistics.median(theirs) / statistics.median(ours)
    spread = ", ".join(f"{a / b:.2f}" for a, b in zip(theirs, ours, strict=True))
    print(f"{'as fast as curl and openssl':44} {ratio:8.2f}    (goal {GOAL} or more; by round {spread})")


if __name__ == "__main__":
    main()
