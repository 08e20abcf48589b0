"""Evidence changing hands: the custody statement, the wrap, and the order in which they come into being.

The statement and the wrap are made in memory, their digests signed into the act, and their bytes written in the
act's transaction. Only after it do they become files of the package (`materialise`, which may be repeated). So a node
that dies anywhere either disclosed nothing, or has an act that says it did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from corridor import dossier as dossiers
from corridor.casework import access, anchoring, disclosure, store, use
from corridor.casework.access import Person
from corridor.casework.actions.signing import Opened
from corridor.casework.fault import CaseworkFault, NotAllowed
from corridor.casework.house import House
from corridor.casework.models import ActRow, Handover, Package, Transfer
from corridor.dossier import Attachment
from corridor.notary import Envelope
from corridor.seal import custody
from corridor.seal.opening import rewrap_bytes
from corridor.seal.wraps import Custodian

PACKAGE = "package"
SENT = disclosure.SENT


@dataclass(frozen=True)
class Give:
    """One package's part in an act: its statement and, when it is handed over, the wrap for the receiver."""

    package: Package
    kind: str  # sent | received
    to_state: str
    statement: custody.Statement
    wrap_name: str = ""
    wrap: bytes = b""

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        raw = self.statement.envelope.to_json()
        return (
            Attachment(self.package.pk, self.package.size, PACKAGE),
            Attachment(self.statement.id, len(raw), f"custody:{self.kind}"),
        )


def prepare(
    home: House,
    person: Person,
    opened: Opened,
    secret: str,
    act: str,
    loaded: store.Loaded,
    packages: Sequence[str],
    at: datetime,
    body: Mapping[str, Any],
) -> list[Give]:
    """Pass the gate and make statements and wraps, in memory. Empty for every act that hands nothing over.

    Where more than two take part, `to` of the body names the States whose custodians get a wrap (none: all that may).
    A confirmation goes to the State that gave the package.
    """
    row = loaded.row
    kind = disclosure.statement(row.kind, act)
    if act in dossiers.REGISTRY[row.kind].disclosing:
        disclosure.gate(home, loaded, person, at)
    if kind is None:
        if packages:
            raise CaseworkFault("casework.evidence.not-with-this-act")
        return []
    if not packages:
        raise CaseworkFault("casework.evidence.none-named")
    if "custody" not in person.powers:
        raise NotAllowed("evidence.seal")
    rows = [_ready(person, row.pk, kind, one) for one in dict.fromkeys(packages)]
    if kind != SENT and len({one.verdict for one in rows}) > 1:
        raise CaseworkFault("casework.evidence.verdicts-differ")
    signer = opened.signer(home)
    identity = opened.custody_identity(secret) if kind == SENT else ""
    wanted = body.get("to")
    gives = []
    for package in rows:
        folder = home.packages / package.folder
        if kind == SENT:
            to = disclosure.receivers(loaded, home.state, wanted if isinstance(wanted, list | tuple) else ())
        else:
            to = (use.giver(loaded, package),)
        for member in (one for one in loaded.state.members if one.state in to):
            name, wrap = "", b""
            if kind == SENT:
                custodian = _custodian(home, member.state, member.authority)
                name, wrap = rewrap_bytes(folder, [identity], custodian)
            statement = custody.statement(
                signer,
                kind,
                package.pk,
                follows=custody.following(folder, kind),
                at=at,
                facts={"dossier": row.pk, "to" if kind == SENT else "from": member.state},
            )
            gives.append(Give(package, kind, member.state, statement, name, wrap))
    return gives


def _ready(person: Person, dossier_id: str, kind: str, package_id: str) -> Package:
    """A package this act may be about. Raises NotFound or CaseworkFault."""
    package = access.package(person, package_id, "evidence.check")
    wanted = "out" if kind == SENT else "in"
    if package.dossier_id != dossier_id or package.direction != wanted or not package.complete:
        raise CaseworkFault("casework.evidence.not-ready", package=package.pk[:16])
    if kind != SENT and not package.verdict:
        raise CaseworkFault("casework.evidence.not-checked", package=package.pk[:16])
    return package


def _custodian(home: House, state: str, authority: str) -> Custodian:
    entry = home.directory.entry(state)
    rows = entry.custody_recipients(authority) if entry else ()
    if not rows:
        raise CaseworkFault("casework.disclosure.no-custodian", state=state)
    return Custodian(f"{state} {authority}", rows[0].recipient)


def with_packages(kind: str, act: str, body: Mapping[str, Any], gives: Sequence[Give]) -> dict[str, Any]:
    """The coded body with the packages, their statements' digests and, for a confirmation, what checking it showed.

    Where the act of the kind has a place for it, `to` names every State that gets a wrap.
    """
    content = dict(body)
    if gives:
        content["packages"] = list(dict.fromkeys(give.package.pk for give in gives))
        content["custody"] = [give.statement.id for give in gives]
        if gives[0].kind != SENT:
            content["result"] = gives[0].package.verdict
        elif "to" in dossiers.REGISTRY[kind].bodies[act].model_fields:
            content["to"] = list(dict.fromkeys(give.to_state for give in gives))
    return content


def keep(home: House, act: ActRow, gives: Sequence[Give], at: datetime) -> None:
    """Write statements, wraps and the journeys they start, inside the act's transaction."""
    for give in gives:
        Handover.objects.create(
            act=act,
            package=give.package,
            kind=give.kind,
            to_state=give.to_state,
            statement=give.statement.envelope.to_json(),
            wrap_name=give.wrap_name,
            wrap=give.wrap,
        )
        anchoring.note(give.package, give.statement.id, give.kind, at)
        Transfer.objects.create(
            package_id=give.package.pk,
            dossier=act.dossier,
            state=give.to_state,
            direction="out",
            files=[] if give.kind == "sent" else [custody.file_name(give.statement.envelope, give.kind)],
            next_due=at,
        )


def materialise(home: House, package: Package) -> None:
    """Write into the package what acts already say about it. Repeating it changes nothing."""
    from corridor.seal.files import write_whole

    folder = home.packages / package.folder
    for row in Handover.objects.filter(package=package, written=False).order_by("pk"):
        custody.add(folder, Envelope.from_json(bytes(row.statement)))
        if row.wrap_name:
            write_whole(folder / row.wrap_name, bytes(row.wrap))
        Handover.objects.filter(pk=row.pk).update(written=True)
