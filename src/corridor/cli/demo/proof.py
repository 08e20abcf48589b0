"""What the demo claims, computed again from its folder alone: `python -m corridor.cli.demo.proof DIR`.

One JSON object on standard output; exit status 0 only if all it claims is true.

Nothing is taken over from the process that played the story. Each State's dossiers are read from that State's own
files by a process of its own, the package is checked and opened as Aurelia holds it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from corridor.faults import Fault
from corridor.notary import KeyRecord, KeyUse
from corridor.registry import Directory
from corridor.seal import age, package

STATES = ("xaa", "xbb", "xcc")
OUTCOMES = ("dossiers_identical", "custody_verified", "evidence_sha256_match")


def prove(folder: Path) -> dict[str, Any]:
    """`dossiers_identical`, `custody_verified`, `evidence_sha256_match`, `acts`, `package`."""
    with ThreadPoolExecutor(len(STATES)) as both:
        nodes = [folder / state for state in STATES]
        held = dict(zip(STATES, both.map(_dossiers, nodes), strict=True))
    packages = [
        each.parent for each in sorted((folder / "xaa" / "packages").glob("*/tagmanifest-sha256.txt"))
    ]
    where = next((each for each in packages if _evidence(folder, each)), None)
    return {
        "dossiers_identical": _identical(held),
        "custody_verified": bool(packages) and all(_custody(folder / "xaa", each) for each in packages),
        "evidence_sha256_match": where is not None,
        "acts": sum(len(dossier["acts"]) for dossier in (held["xaa"] or [])),
        "package": str(where) if where else None,
    }


def holds(outcome: dict[str, Any]) -> bool:
    """Whether all that is claimed is true: the exit status of the proof and of `corridor demo --exit`."""
    return all(outcome[name] is True for name in OUTCOMES)


def _dossiers(node: Path) -> list[dict[str, Any]] | None:
    """Every dossier of a node, verified act by act and folded again; None when any of it does not hold."""
    command = [sys.executable, "-m", "corridor.cli", "dossier", "verify", "--dir", str(node), "--json"]
    environment = {**os.environ, "CORRIDOR_DIR": str(node)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        return None
    found: list[dict[str, Any]] = json.loads(done.stdout)["dossiers"]
    return found


def _identical(held: dict[str, list[dict[str, Any]] | None]) -> bool:
    """Every dossier is held by at least two States, and each of those says the same of it."""
    if any(rows is None for rows in held.values()):
        return False
    keys = ("dossier", "kind", "acts", "status", "turn", "outcomes", "preserved_until", "clocks")
    told: dict[str, list[dict[str, Any]]] = {}
    for rows in held.values():
        for row in rows or ():
            told.setdefault(str(row["dossier"]), []).append({key: row[key] for key in keys})
    return bool(told) and all(len(each) > 1 and all(one == each[0] for one in each) for each in told.values())


def _custody(node: Path, where: Path) -> bool:
    """Unchanged since sealing, and sealed, sent and received by officers whose States the directory vouches for."""
    directory = Directory(node / "directory")

    def trust(state: str) -> tuple[KeyRecord, ...]:
        return tuple(directory.keys(state, KeyUse.STATE))

    try:
        report = package.verify(where, trust=trust)
    except (Fault, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return False
    kinds = [each.kind for each in report.custody.statements] if report.custody else []
    for finding in report.findings:
        sys.stderr.write(f"{finding.fault}\n")
    return report.exit_status == 0 and not report.findings and {"sealed", "sent", "received"} <= set(kinds)


def _evidence(folder: Path, where: Path) -> bool:
    """Each item, decrypted with the key of Aurelia's evidence unit, has the digest it had before it was sealed."""
    wanted: dict[str, str] = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    login = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    secret = next(
        one["secret"] for one in login["logins"] if (one["state"], one["username"]) == ("XAA", "central")
    )
    got: dict[str, str] = {}
    try:
        identities = _custody_identities(folder / "xaa" / "officers", secret)
        for item in package.iter_items(where, identities):
            digest = hashlib.sha256()
            for block in package.read_item(where, identities, item):
                digest.update(block)
            got[item.name] = digest.hexdigest()
    except (Fault, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return False
    return bool(wanted) and got == wanted


def _custody_identities(officers: Path, secret: str) -> list[age.AnyIdentity]:
    """The custody identity in whichever officer's folder this secret opens."""
    for file in sorted(officers.glob("*/custody.age")):
        sink = BytesIO()
        try:
            age.decrypt(BytesIO(file.read_bytes()), sink, [age.Passphrase(secret)])
        except age.AgeFault:
            continue
        return list(age.parse_identity_file(sink.getvalue().decode()))
    return []


if __name__ == "__main__":
    outcome = prove(Path(sys.argv[1]).resolve())
    print(json.dumps(outcome))
    sys.exit(0 if holds(outcome) else 1)
