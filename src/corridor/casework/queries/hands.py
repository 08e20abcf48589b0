"""The hands a package passed through, as the evidence page shows them: claimed time beside what anchors it."""

from __future__ import annotations

from pathlib import Path

from corridor.casework import access, anchoring
from corridor.casework.access import Person
from corridor.casework.house import House, house
from corridor.casework.queries.pages import AnchorRow, HandRow
from corridor.faults import Fault
from corridor.notary.checkpoint import MAX_PROOF, origin_of
from corridor.seal import custody
from corridor.seal.custody.anchors import AnchorFiles, anchor_files, verify_anchors
from corridor.seal.custody.filing import stem
from corridor.seal.custody.trust import authorities_inside
from corridor.seal.layout import read_small
from corridor.seal.transfer import growing

_SHOWN = 60  # seconds between a claimed time and its anchor that are not worth a word


def hands(person: Person, package_id: str) -> tuple[HandRow, ...]:
    """Every statement in the package, oldest claim first. Signatures, proofs and times are checked as it is shown."""
    home = house()
    row = access.package(person, package_id)
    folder = home.packages / row.folder
    if not row.complete or not folder.is_dir():
        return ()
    held = home.trust()
    carried = tuple(dict.fromkeys((*held.authorities, *authorities_inside(folder))))
    trust = custody.Trust(held.states, carried)
    said = [custody.claimed(one) for one in custody.read_statements(folder).values()]
    files = anchor_files(growing(folder))
    states = sorted({one.state for one in said} | {home.state})
    found = [
        _row(home, folder, one, files.get(stem(one.id, one.kind), AnchorFiles()), trust, states)
        for one in sorted(said, key=lambda one: (one.at, one.id))
    ]
    return tuple(found)


def _row(
    home: House,
    folder: Path,
    said: custody.Claimed,
    files: AnchorFiles,
    trust: custody.Trust,
    states: list[str],
) -> HandRow:

    def read(name: str, limit: int) -> bytes:
        return read_small(folder, name, limit)

    seen = verify_anchors(read, said, files, trust, states)
    ours = set(verify_anchors(read, said, files, home.trust(), states).anchors)
    authority, faults = "", [one.code for one in (*seen.faults, *seen.unknown)]
    try:
        envelope = custody.read_statements(folder, said.kind)[said.id]
        authority = custody.verify_statement(envelope, home.state_keys).authority
    except Fault as fault:
        faults.append(fault.code)
    origin, index = "", None
    if seen.proofs:
        proof = read_small(folder, files.proof, MAX_PROOF)
        origin = origin_of(proof.partition(b"\n\n")[2])
        index = _index(proof)
    earliest = seen.earliest
    gap = int((earliest.at - said.at).total_seconds()) if earliest is not None else 0
    return HandRow(
        statement=said.id,
        kind=said.kind,
        state=said.state,
        authority=authority,
        claimed=said.at,
        follows=said.follows,
        anchors=tuple(
            AnchorRow(one.kind, one.at, one.by, one not in ours)
            for one in sorted(seen.anchors, key=lambda one: one.at)
        ),
        gap=gap if gap > _SHOWN else 0,
        log=origin,
        log_index=index,
        log_standing="" if not seen.proofs else "witnessed" if seen.witnessed else "self-asserted",
        waiting=anchoring.lacking(home, said.id) if said.state == home.state else (),
        faults=tuple(faults),
    )


def _index(proof: bytes) -> int | None:
    """The index line of a tlog-proof that was verified."""
    for line in proof.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"index "):
            return int(line.removeprefix(b"index "))
    return None
