"""Packages on their way: what a peer may collect or bring, and the rounds in which this node brings or collects.

A package is expected only when an act that stands in the dossier names it. A whole package goes from the State that
delivers to the one that receives; afterwards only custody statements travel, the other way, each verified before it is
written. Every step may be cut short and repeated.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import structlog
from django.db import transaction
from django.db.models import Q

from corridor.casework import anchoring, disclosure, membership, store
from corridor.casework.actions.handover import PACKAGE, materialise
from corridor.casework.actions.national import grant
from corridor.casework.fault import CaseworkFault
from corridor.casework.house import House
from corridor.casework.models import Dossier, Handover, Package, Transfer
from corridor.exchange import FileEntry, NotHere
from corridor.exchange.client import Client
from corridor.exchange.message import Readable
from corridor.exchange.outbox import backoff, classify
from corridor.faults import Fault
from corridor.notary import Envelope, timestamp
from corridor.seal import custody, transfer
from corridor.seal.faults import TransferError
from corridor.seal.layout import MANIFEST, PROOF_NAME, TAGMANIFEST, TIME_NAME, bag_info
from corridor.seal.wraps import wrap_name

LEASE = timedelta(minutes=30)
LATER = (timedelta(minutes=2), timedelta(hours=6))
_STATEMENT_LIMIT = 1 << 20
_FIRST = (TAGMANIFEST, MANIFEST)
SENT = disclosure.SENT
_CERTIFICATE = re.compile(r"trust/tsa/([0-9a-f]{8})\.pem")
log = structlog.get_logger("corridor.transfers")


def expect(home: House, row: Dossier, at: datetime) -> None:
    """Note the packages that effective acts of other States name, and how they will come. Repeating changes nothing."""
    loaded = store.load(home, row)
    for act in loaded.acts:
        if act.state == home.state or not store.effective(loaded, act.id):
            continue
        made = disclosure.statement(row.kind, act.act.header.act)
        if made is None or (made == SENT and home.state not in disclosure.given_to(act)):
            continue  # whatever else is attached to, no package follows it; or it is for others alone
        named = [one.digest for one in act.act.attachments if one.role == PACKAGE]
        for package_id in named:
            if made != SENT:
                if not _handed(package_id, act.state):
                    continue  # what another State gave it: its statement goes there
                Transfer.objects.filter(
                    package_id=package_id, state=act.state, direction="out", done=None
                ).update(done=at)
                if home.fetches:
                    _collect(package_id, row, act.state, at, only_custody=True)
            elif not Package.objects.filter(pk=package_id).exists():
                with transaction.atomic():
                    Package.objects.create(
                        id=package_id, dossier=row, folder=package_id, direction="in", arrived=at
                    )
                    if home.fetches:
                        _collect(package_id, row, act.state, at, only_custody=False)


def _collect(package_id: str, row: Dossier, state: str, at: datetime, *, only_custody: bool) -> None:
    Transfer.objects.get_or_create(
        package_id=package_id,
        dossier=row,
        state=state,
        direction="in",
        files=["custody/"] if only_custody else [],
        defaults={"next_due": at},
    )


# ---- what a peer asks of us


def listing(home: House, state: str, package_id: str) -> list[FileEntry]:
    """The files of a package that State may have: all but the wraps for others, or custody statements only.

    Raises NotHere while the gate has closed since the act was signed: to that State the act has not come yet.
    """
    package, kind = _given(state, package_id)
    if kind == SENT and closed_since(home, state, package) is not None:
        raise NotHere
    return _files(home, state, package, kind)


def closed_since(home: House, state: str, package: Package) -> str | None:
    """Why a package that was signed for does not leave now, or None.

    Days may pass between the act and the journey. A fork, an alarm, or an act that lost its effect in that time
    keeps the wrap here: what has not left is not yet disclosed.
    """
    loaded = store.load(home, package.dossier)
    if state not in {member.state for member in loaded.state.members}:
        return "casework.disclosure.left"
    acts = Handover.objects.filter(package=package, to_state=state, kind=SENT).values_list(
        "act_id", flat=True
    )
    if not any(store.effective(loaded, act) for act in acts):
        return "casework.disclosure.stopped"
    return next(iter(disclosure.closed_by(home, loaded, None, home.clock())), None)


def _files(home: House, state: str, package: Package, kind: str) -> list[FileEntry]:
    materialise(home, package)
    folder = home.packages / package.folder
    wraps = set(Handover.objects.filter(package=package, to_state=state).values_list("wrap_name", flat=True))
    found = []
    for file in transfer.files(folder):
        if kind != SENT and not file.name.startswith(("custody/", "trust/tsa/")):
            continue
        if file.name.startswith("package-key/") and file.name not in wraps:
            continue
        found.append(FileEntry(file.name, file.size, file.sha256))
    return found


def _given(state: str, package_id: str) -> tuple[Package, str]:
    """The package, if an act of ours gave it, or a statement about it, to that State. Raises NotHere."""
    row = (
        Handover.objects.select_related("package")
        .filter(package_id=package_id, to_state=state)
        .order_by("-kind")  # `sent` before `received`
        .first()
    )
    if row is None:
        raise NotHere
    return row.package, row.kind


def open_file(home: House, state: str, package_id: str, name: str) -> tuple[int, Readable]:
    """One file of that listing. Raises NotHere for every other name."""
    package, kind = _given(state, package_id)
    if name.startswith("package-key/") and kind == SENT and closed_since(home, state, package) is not None:
        raise NotHere  # the list may be from before the gate closed
    for entry in _listed(home, state, package):
        if entry.name == name:
            return entry.size, (home.packages / package.folder / name).open("rb")
    raise NotHere


def _listed(home: House, state: str, package: Package) -> list[FileEntry]:
    """The listing, made anew when a wrap, statement, anchor or trust file has come since."""
    folder = home.packages / package.folder
    tops = (folder / top for top in ("package-key", "custody", "trust", "trust/tsa"))
    grown = tuple(top.stat().st_mtime_ns if top.is_dir() else 0 for top in tops)
    key = (str(home.root), state, package.pk, Handover.objects.filter(package=package).count(), grown)
    found = _listings.get(key)
    if found is None:
        found = listing(home, state, package.pk)
        _listings.clear()  # one package is being collected at a time, as a rule
        _listings[key] = found
    return found


_listings: dict[tuple[str, str, str, int, tuple[int, ...]], list[FileEntry]] = {}


# ---- what a peer brings


def _handed(package_id: str, state: str) -> bool:
    return Handover.objects.filter(package_id=package_id, to_state=state, kind=SENT).exists()


def _awaited(state: str, package_id: str) -> Package:
    package = Package.objects.select_related("dossier", "dossier__home").filter(pk=package_id).first()
    if package is None or not membership.was(package.dossier, state):
        raise NotHere
    return package


def offered(home: House, state: str, package_id: str, files: Sequence[FileEntry]) -> list[str]:
    """The names of an offered list that are not here yet."""
    package = _awaited(state, package_id)
    folder = _folder(home, package)
    if package.complete:
        return [file.name for file in files if not _held(folder, file)]
    return [file.name for file in files if not (folder / file.name).is_file()]


def _folder(home: House, package: Package) -> Path:
    return home.packages / package.folder if package.complete else home.incoming / package.pk


def accept(home: House, state: str, package_id: str, file: FileEntry, stream: Readable) -> None:
    """Take one file in. Into a whole package nothing comes but a custody statement of that State's officers."""
    package = _awaited(state, package_id)
    if not package.complete and package.direction == "in":
        transfer.accept_file(
            _folder(home, package), file.name, stream, package=package_id, sha256=file.sha256
        )
        return
    _accept_statement(home, state, package, file, stream)


def _held(folder: Path, file: FileEntry) -> bool:
    """Whether what is offered for a whole package is here. A proof is only if it is the same one."""
    here = folder / file.name
    if not here.is_file() or not file.name.startswith(("custody/", "trust/", "package-key/")):
        return False
    return (
        PROOF_NAME.fullmatch(file.name) is None
        or hashlib.sha256(here.read_bytes()).hexdigest() == file.sha256
    )


def _accept_statement(home: House, state: str, package: Package, file: FileEntry, stream: Readable) -> None:
    folder = home.packages / package.folder
    if _held(folder, file):
        _drain(stream)
        return
    if _accept_anchor(home, state, package, file, stream):
        return
    if not file.name.startswith("custody/") or file.size > _STATEMENT_LIMIT:
        raise CaseworkFault("casework.evidence.only-statements")
    data = _drain(stream)
    envelope = Envelope.from_json(data)
    said = custody.verify_statement(envelope, home.state_keys)
    if (
        said.state != state
        or said.subject != package.pk
        or custody.file_name(envelope, said.kind) != file.name
    ):
        raise CaseworkFault("casework.evidence.only-statements")
    if envelope.id not in _statements_named(home, package, state):
        raise NotHere  # one truth about hand-over: it comes after the act that names it, or not at all
    here = [custody.claimed(one) for one in custody.read_statements(folder).values()]
    custody.check_graph([*here, said], package.pk, bag_info(folder))
    custody.add(folder, envelope)
    home.tell_trust(folder, state)


def _accept_anchor(home: House, state: str, package: Package, file: FileEntry, stream: Readable) -> bool:
    """Take a log proof, a time or an authority's certificate that comes after its package. True if it was one.

    A proof or a time is of a statement of that State, verified before it is written; a certificate proves nothing
    and is carried so that the times can be checked. A proof may be exchanged for one of a witnessed checkpoint.
    """
    folder = home.packages / package.folder
    proof, time = PROOF_NAME.fullmatch(file.name), TIME_NAME.fullmatch(file.name)
    certificate = _CERTIFICATE.fullmatch(file.name)
    match = proof or time
    if match is None and certificate is None:
        return False
    data = _drain(stream)
    if certificate is not None:
        if hashlib.sha256(data).hexdigest()[:8] != certificate[1]:
            raise CaseworkFault("casework.evidence.only-statements")
        custody.add_trust(folder, state, authorities=timestamp.read_certificates(data))
        return True
    assert match is not None
    for statement, envelope in custody.read_statements(folder, match[2]).items():
        if statement.startswith(match[1]) and custody.claimed(envelope).state == state:
            home.tell_trust(folder, state)
            if proof is not None:
                custody.attach(folder, statement, proof=data)
            else:
                custody.attach(
                    folder,
                    statement,
                    **{"checkpoint_tokens" if match[3] else "tokens": [data]},  # type: ignore[arg-type]
                )
            return True
    raise NotHere  # its statement has not come yet


def _statements_named(home: House, package: Package, state: str) -> set[str]:
    """The custody statements that acts of a State in the package's dossier name beside the package."""
    found: set[str] = set()
    for act in store.load(home, package.dossier).acts:
        attached = act.act.attachments
        if act.state == state and any(one.role == PACKAGE and one.digest == package.pk for one in attached):
            found |= {one.digest for one in attached if one.role.startswith("custody:")}
    return found


def _drain(stream: Readable) -> bytes:
    data = BytesIO()
    while block := stream.read(1 << 16):
        if data.tell() + len(block) > _STATEMENT_LIMIT:
            raise CaseworkFault("casework.evidence.only-statements")
        data.write(block)
    return data.getvalue()


def complete(home: House, state: str, package_id: str) -> None:
    """All files were brought: give the package its place, once."""
    package = _awaited(state, package_id)
    if package.complete:
        return
    target = home.packages / package.folder
    home.packages.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not target.exists():
        incoming = home.incoming / package.pk
        if not transfer.missing(incoming, package_id):
            # The hand-over the act speaks of is the one the package tells of, or the package is not whole.
            told = set(custody.read_statements(incoming, SENT))
            if not told & _statements_named(home, package, state):
                raise TransferError("seal.transfer.incomplete", files=1)
        transfer.complete(incoming, package_id, target)
    home.tell_trust(target, state)
    info = bag_info(target)
    at = home.clock()
    with transaction.atomic():
        Package.objects.filter(pk=package_id).update(
            complete=True, items=info.items, size=info.payload_bytes, arrived=at
        )
        office = package.dossier.home
        if (target / _wrap_of(office.recipient)).is_file():
            grant(package, office, at)
    shutil.rmtree(home.incoming / package.pk, ignore_errors=True)
    home.wake()


def _wrap_of(recipient: str) -> str:
    from corridor.seal import age

    parsed = age.parse_recipient(recipient)
    assert isinstance(parsed, age.Recipient)
    return wrap_name(parsed)


# ---- rounds of our own


def round(home: House, connect: Callable[[str], Client | None], at: datetime) -> int:
    """Try each due journey once. Returns how many were tried."""
    tried = 0
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    for row in Transfer.objects.filter(free, done=None, stuck=False, next_due__lte=at).order_by("pk"):
        peer = home.peer(row.state)
        if peer is None or (row.direction == "out" and peer.delivery == "fetch"):
            continue
        if not Transfer.objects.filter(free, pk=row.pk, done=None).update(leased_until=at + LEASE):
            continue
        tried += 1
        try:
            client = connect(row.state)
            if client is None:
                raise CaseworkFault("casework.peer.unknown", state=row.state)
            with client:
                _carry(home, client, row)
        except Fault as fault:
            _failed(home, row, fault)
        else:
            Transfer.objects.filter(pk=row.pk).update(done=home.clock(), leased_until=None, last_code="")
            if row.direction == "in" and not row.files:
                _look_again(row, home.clock())
    return tried


def _look_again(row: Transfer, at: datetime) -> None:
    """A node that can only call out comes back for the times and cosignatures that were late."""
    for wait in LATER:
        Transfer.objects.create(
            package_id=row.package_id,
            dossier_id=row.dossier_id,
            state=row.state,
            direction="in",
            files=["custody/"],
            next_due=at + wait,
        )


def _carry(home: House, client: Client, row: Transfer) -> None:
    if row.direction == "out":
        _bring(home, client, row)
    elif row.files:
        _collect_statements(home, client, row)
    else:
        _collect_package(home, client, row)


def _bring(home: House, client: Client, row: Transfer) -> None:
    package, kind = _given(row.state, row.package_id)
    folder = home.packages / package.folder
    if kind == SENT and not row.files and (reason := closed_since(home, row.state, package)) is not None:
        raise CaseworkFault("casework.disclosure.held", reason=reason)
    files = _files(home, row.state, package, kind)
    if row.files:
        # A statement, or what anchors one: in the order in which the other side can check them.
        for file in sorted(
            (one for one in files if one.name in row.files), key=lambda one: anchoring.rank(one.name)
        ):
            with (folder / file.name).open("rb") as stream:
                client.upload_file(row.package_id, file, stream)
        return

    def opener(name: str):  # type: ignore[no-untyped-def]
        return (folder / name).open("rb")

    # The manifests go first: the other side checks every later file against them.
    for name in _FIRST:
        for file in files:
            if file.name == name:
                with opener(name) as stream:
                    client.upload_file(row.package_id, file, stream)
    client.upload_package(row.package_id, files, opener)


class _Incoming:
    """The receiving folder as `exchange` sees it while it collects a package."""

    def __init__(self, home: House, state: str, package_id: str) -> None:
        self.home, self.state, self.package_id = home, state, package_id

    def offer(self, files: Sequence[FileEntry]) -> Sequence[str]:
        return offered(self.home, self.state, self.package_id, files)

    def accept(self, file: FileEntry, stream: Readable) -> None:
        accept(self.home, self.state, self.package_id, file, stream)

    def complete(self) -> None:
        complete(self.home, self.state, self.package_id)


def _collect_package(home: House, client: Client, row: Transfer) -> None:
    folder = _Incoming(home, row.state, row.package_id)
    files = {file.name: file for file in client.package_listing(row.package_id)}
    for name in _FIRST:
        if name in files and folder.offer([files[name]]):
            client.download_file(row.package_id, files[name], folder.accept)
    client.download_package(row.package_id, folder)


def _collect_statements(home: House, client: Client, row: Transfer) -> None:
    folder = _Incoming(home, row.state, row.package_id)
    listed = sorted(client.package_listing(row.package_id), key=lambda one: anchoring.rank(one.name))
    for file in listed:
        if file.name.startswith(("custody/", "trust/tsa/")) and folder.offer([file]):
            client.download_file(row.package_id, file, folder.accept)


def _failed(home: House, row: Transfer, fault: Fault) -> None:
    failure = classify(fault)
    at = home.clock()
    attempts = row.attempts + 1
    log.info("package not carried", state=row.state, code=fault.code, attempts=attempts)
    wait = max(failure.wait or timedelta(0), backoff(attempts, seed=f"package-{row.pk}"))
    # Noise here means that the act which names the package has not arrived there yet: its letter is on its way.
    Transfer.objects.filter(pk=row.pk).update(
        attempts=attempts,
        leased_until=None,
        next_due=at + wait,
        last_code=fault.code,
        stuck=not failure.retry,
    )
