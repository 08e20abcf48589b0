"""A dossier as a tar of signed files: acts, receipts with log proofs, and the keys to check them elsewhere."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator

from corridor.casework import access, store
from corridor.casework.access import Person
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Dossier
from corridor.notary import canonical


def export(person: Person, dossier_id: str) -> Iterator[bytes]:
    """The dossier as the person may take it away. Nothing of the national file is in it."""
    row = access.dossier(person, dossier_id, "dossier.export")
    return _tar(house(), row)


def export_all(dossier_id: str) -> Iterator[bytes]:
    """The same for the operator at the machine, who holds the dossier keys anyway."""
    row = Dossier.objects.filter(pk=dossier_id).first()
    if row is None:
        raise NotFound
    return _tar(house(), row)


def _tar(home: House, row: Dossier) -> Iterator[bytes]:
    loaded = store.load(home, row)
    files: dict[str, bytes] = {
        "README.txt": _README.encode(),
        "keys.json": canonical.dumps(
            {
                state: [record.key.to_dict() for record in home.state_keys(state)]
                for state in sorted(row.members)
            }
        ),
        "summary.json": summary(loaded),
    }
    for place, act_id in enumerate(loaded.state.order, 1):
        act = next(one for one in loaded.acts if one.id == act_id)
        files[f"acts/{place:04d}-{act.id}.dsse.json"] = act.envelope.to_json()
    for receipt in loaded.receipts:
        files[f"receipts/{receipt.act_id}-{receipt.state}.dsse.json"] = bytes(receipt.statement)
    for name, data in files.items():
        yield _member(name, data)
    yield bytes(2 * 512)


def _member(name: str, data: bytes) -> bytes:
    header = tarfile.TarInfo(f"dossier/{name}")
    header.size, header.mode = len(data), 0o600
    return header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


def summary(loaded: store.Loaded) -> bytes:
    """What the fold says, in a form that is byte for byte the same at every member: how two States compare dossiers."""
    state = loaded.state
    return canonical.dumps(
        {
            "dossier": state.dossier,
            "kind": state.kind,
            "status": state.status,
            "order": list(state.order),
            "outcomes": {
                act: {"status": one.status, "reason": one.reason, "ref": one.ref}
                for act, one in sorted(state.outcomes.items())
            },
            "heads": list(state.heads),
            "missing": list(state.missing),
            "preserved_until": state.preserved_until.isoformat() if state.preserved_until else None,
            "acts": {act.id: act.envelope.id for act in loaded.acts},
        }
    )


def identical(first: bytes, second: bytes) -> bool:
    """Whether two exports hold the same acts and the same judgement of them."""
    try:
        return _part(first) == _part(second)
    except (KeyError, tarfile.TarError, json.JSONDecodeError) as error:
        raise CaseworkFault("casework.export.unreadable") from error


def _part(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {}
        for member in archive.getmembers():
            if member.name == "dossier/summary.json" or member.name.startswith("dossier/acts/"):
                stream = archive.extractfile(member)
                found[member.name] = stream.read() if stream else b""
    return found


_README = """\
A dossier, exported from a Corridor node.

acts/       one DSSE envelope for each act, in the order they count (spec/act.md)
receipts/   receipts of the other States' nodes, each with its place in that State's log (spec/letter.md)
keys.json   the State keys that certify the officers who signed
summary.json what the fold makes of the acts; the same bytes at every member
"""
