"""Evidence in and out of packages: sealed from the browser part by part or from the server's disk; checked; opened.

Nothing a person uploads is ever on disk in clear: parts go straight into the sealer. The officer's secret is asked when
sealing ends, not held while parts arrive.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from corridor.casework import access, anchoring, restored, store, use
from corridor.casework.access import Person
from corridor.casework.actions.national import enter, grant
from corridor.casework.actions.results import Check, Item, Opened, SealedEvidence, Upload, UploadProgress
from corridor.casework.actions.signing import Opened as OpenedKey
from corridor.casework.actions.signing import open_key
from corridor.casework.fault import CaseworkFault, NotFound
from corridor.casework.house import House, house
from corridor.casework.models import Authority, Dossier, Package
from corridor.casework.use import THIS_MATTER, Purpose
from corridor.seal import custody
from corridor.seal.checking import verify
from corridor.seal.opening import read_index
from corridor.seal.package import (
    Custodian,
    ItemWriter,
    SealedPackage,
    Sealer,
    iter_items,
)
from corridor.seal.package import read_item as read_sealed_item

PART = 8 * 1024 * 1024
_IDLE = timedelta(hours=2)
_LISTED = 2000
_AT_ONCE = 32  # sessions open for one authority: each holds threads and a folder


@dataclass
class _Session:
    """One open sealing session. Lives in this process only: a restart abandons it and its half-made folder."""

    person: Person
    dossier: str
    folder: str
    sealer: Sealer
    touched: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)
    item: str = ""
    writer: ItemWriter | None = None
    received: int = 0
    closed: dict[str, int] = field(default_factory=dict)


_sessions: dict[str, _Session] = {}


def start_upload(person: Person, dossier_id: str) -> Upload:
    """Begin sealing evidence for a dossier of the person's authority."""
    home = house()
    row = access.own_dossier(person, dossier_id, "evidence.add")
    at = home.clock()
    for name, old in list(_sessions.items()):
        if at - old.touched > _IDLE:
            _drop(name)
    if sum(one.person.authority == person.authority for one in _sessions.values()) >= _AT_ONCE:
        raise CaseworkFault("casework.upload.too-many", limit=_AT_ONCE)
    folder = secrets.token_hex(16)
    sealer = _sealer(home, row, folder)
    name = secrets.token_urlsafe(24)
    _sessions[name] = _Session(person, row.pk, folder, sealer, at)
    return Upload(name, row.pk, PART)


def add_part(
    person: Person,
    upload_id: str,
    *,
    item: str,
    offset: int,
    data: bytes,
    last: bool = False,
    restricted: bool = False,
) -> UploadProgress:
    """Add the next bytes of an item. A part that came already is answered with the progress, not sealed twice."""
    session = _session(person, upload_id)
    if len(data) > PART:
        raise CaseworkFault("casework.upload.part-too-large", limit=PART)
    with session.lock:
        session.touched = house().clock()
        if item in session.closed:
            return UploadProgress(item, session.closed[item])
        if session.writer is None:
            if offset != 0:
                raise CaseworkFault("casework.upload.order", received=0)
            session.writer = session.sealer.item(item, restricted)
            session.item, session.received = item, 0
        elif session.item != item:
            raise CaseworkFault("casework.upload.order", received=session.received)
        if offset + len(data) <= session.received and (data or not last):
            return UploadProgress(item, session.received)
        if offset != session.received:
            raise CaseworkFault("casework.upload.order", received=session.received)
        session.writer.write(data)
        session.received += len(data)
        if last:
            session.writer.close()
            session.closed[item] = session.received
            session.writer = None
        return UploadProgress(item, session.received)


def finish_upload(person: Person, upload_id: str, *, secret: str) -> SealedEvidence:
    """End the session: manifests, the signed `sealed` statement, and the package is there. Discloses nothing."""
    home = house()
    restored.check()
    session = _session(person, upload_id)
    row = access.own_dossier(person, session.dossier, "evidence.seal")
    signer = open_key(home, person, secret).signer(home)
    with session.lock:
        if session.writer is not None:
            raise CaseworkFault("casework.upload.item-open")
        if not session.closed:
            raise CaseworkFault("casework.upload.empty")
        made = session.sealer.finish(signer, facts={"dossier": row.pk})
        _sessions.pop(upload_id, None)
    return _kept(home, person, row, session.folder, made)


def abandon_upload(person: Person, upload_id: str) -> None:
    """Give up a session; what was sealed of it is removed."""
    _session(person, upload_id)
    _drop(upload_id)


def server_folder(person: Person) -> tuple[str, ...]:
    """What lies in the folders the operator allows evidence to be sealed from, by name, one level deep."""
    person.require("evidence.add")
    names: list[str] = []
    for number, folder in enumerate(house().evidence_folders):
        if folder.is_dir():
            names += [f"{number}/{one.name}" for one in sorted(folder.iterdir()) if not one.is_symlink()]
    return tuple(names[:_LISTED])


def seal_from_server(person: Person, dossier_id: str, *, paths: Sequence[str], secret: str) -> SealedEvidence:
    """Seal files or folders from an allowed folder of this machine, as `server_folder` names them."""
    home = house()
    restored.check()
    row = access.own_dossier(person, dossier_id, "evidence.seal")
    sources = [_allowed(home, one) for one in paths]
    if not sources:
        raise CaseworkFault("casework.upload.empty")
    signer = open_key(home, person, secret).signer(home)
    folder = secrets.token_hex(16)
    with _sealer(home, row, folder) as sealer:
        for source in sources:
            sealer.add_path(source)
        made = sealer.finish(signer, facts={"dossier": row.pk})
    return _kept(home, person, row, folder, made)


def _allowed(home: House, name: str) -> Path:
    """The path a listed name stands for; anything that leaves its folder is absent."""
    number, _, rest = name.partition("/")
    if (
        not (number.isascii() and number.isdigit() and len(number) < 4)
        or int(number) >= len(home.evidence_folders)
        or not rest
    ):
        raise NotFound
    base = home.evidence_folders[int(number)].resolve()
    found = (base / rest).resolve()
    if found == base or not found.is_relative_to(base) or not found.exists():
        raise NotFound
    return found


def _sealer(home: House, row: Dossier, folder: str) -> Sealer:
    """A sealer for a dossier: what is agreed on its use by now travels in the package's index."""
    office = row.home
    home.packages.mkdir(mode=0o700, exist_ok=True)
    custodian = Custodian(f"{home.state} {office.code}", office.recipient)
    told = use.for_index(store.load(home, row), home.clock().date())
    return Sealer(
        home.packages / folder, [custodian], office.recipient_class, clock=home.clock, conditions=told
    )


def _kept(home: House, person: Person, row: Dossier, folder: str, made: SealedPackage) -> SealedEvidence:
    home.tell_trust(made.path, home.state)
    (sealed,) = custody.read_statements(made.path, "sealed")
    at = home.clock()
    with transaction.atomic():
        package = Package.objects.create(
            id=made.id,
            dossier=row,
            folder=folder,
            direction="out",
            complete=True,
            items=made.items,
            size=made.size,
            arrived=at,
        )
        grant(package, Authority.objects.get(code=person.authority), at)
        anchoring.note(package, sealed, "sealed", at)
    home.wake()
    return SealedEvidence(made.id, row.pk, made.items, made.size)


def check_package(person: Person, package_id: str) -> Check:
    """Check every byte and every statement of a package against what is signed; write the verdict down."""
    home = house()
    row = access.package(person, package_id, "evidence.check")
    if not row.complete:
        raise CaseworkFault("casework.evidence.not-ready", package=package_id[:16])
    report = verify(home.packages / row.folder, trust=home.trust(), expected_id=row.pk)
    found = tuple(one.as_json() for one in report.findings)
    row.checked, row.verdict = home.clock(), str(report.verdict)
    row.save(update_fields=["checked", "verdict"])
    return Check(package_id, str(report.verdict), found)


def open_evidence(person: Person, package_id: str, *, secret: str, purpose: Purpose = THIS_MATTER) -> Opened:
    """List the items of a package with the officer's custody identity, for a use that is allowed.

    The opening is an entry of the national file: who, for what, how many items. Raises CaseworkFault
    `casework.use.not-allowed` where the State that gave the package has not allowed the use, `casework.use.unknown`.
    """
    home = house()
    unlocked = _unlocked(home, person, package_id, secret, purpose)
    folder = home.packages / unlocked.row.folder
    items = [
        Item(str(one.number), one.name, one.size, one.sha256, one.restricted)
        for one in iter_items(folder, [unlocked.identity])
        if one.sealed
    ]
    conditions = read_index(folder, [unlocked.identity]).root.conditions
    _note(person, unlocked, purpose, {"items": len(items)}, secret)
    return Opened(package_id, tuple(items), tuple(conditions), purpose.use)


def read_item(
    person: Person,
    package_id: str,
    *,
    item: str,
    secret: str,
    acknowledged: bool = False,
    purpose: Purpose = THIS_MATTER,
) -> Iterator[bytes]:
    """The bytes of one item in blocks. A stream that ends without error was whole; a broken one raises at its end.

    A restricted item is given out only to somebody who says that they have read the mark. It is given as bytes to
    save and in no other form: nothing here previews, renders or searches what an item holds. Use is asked for and
    written down as by `open_evidence`.
    """
    home = house()
    if not (item.isascii() and item.isdigit() and len(item) < 16):
        raise NotFound
    unlocked = _unlocked(home, person, package_id, secret, purpose)
    folder = home.packages / unlocked.row.folder
    found = read_index(folder, [unlocked.identity]).find(int(item))
    if found.restricted and not acknowledged:
        raise CaseworkFault("casework.evidence.restricted")
    blocks = read_sealed_item(folder, [unlocked.identity], found)
    _note(person, unlocked, purpose, {"items": 1, "item": int(item)}, secret)
    return blocks


@dataclass(frozen=True)
class _Unlocked:
    """A package an officer may open now, with what opens it and the consent it is opened on."""

    row: Package
    key: OpenedKey
    identity: str = field(repr=False)
    consent: str = ""


def _unlocked(home: House, person: Person, package_id: str, secret: str, purpose: Purpose) -> _Unlocked:
    row = access.package(person, package_id, "evidence.open")
    if not row.complete:
        raise CaseworkFault("casework.evidence.not-ready", package=package_id[:16])
    consent = use.check(home, store.load(home, row.dossier), row, purpose)
    opened = open_key(home, person, secret)
    return _Unlocked(row, opened, opened.custody_identity(secret), consent)


def _note(person: Person, unlocked: _Unlocked, purpose: Purpose, what: dict[str, int], secret: str) -> None:
    """Write the opening down, before anything of the package is given out."""
    content: dict[str, str | int] = {"package": unlocked.row.pk, "use": purpose.use, **what}
    given = {"to": purpose.to, "matter": purpose.matter.strip()[:400], "consent": unlocked.consent}
    content |= {name: value for name, value in given.items() if value}
    for last in (False, False, True):
        try:
            enter(person, unlocked.row.dossier, use.OPENED, content, secret, opened=unlocked.key)
            return
        except CaseworkFault as fault:  # a colleague wrote at the same moment: it is still this opening
            if last or fault.code != "casework.national.moved":
                raise


def _session(person: Person, upload_id: str) -> _Session:
    person.require("evidence.add")
    session = _sessions.get(upload_id)
    # A drafter may add what a signatory of the same authority then seals; the id is known to whoever began.
    if session is None or session.person.authority != person.authority:
        raise NotFound
    access.own_dossier(person, session.dossier, "evidence.add")
    return session


def _drop(upload_id: str) -> None:
    session = _sessions.pop(upload_id, None)
    if session is not None:
        session.sealer.abort()
